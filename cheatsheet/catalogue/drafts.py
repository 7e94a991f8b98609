"""A first draft of an entry, and its place in a catalogue file."""

from __future__ import annotations

import re
from pathlib import Path

from cheatsheet.catalogue.entries import Catalogue, Section
from cheatsheet.catalogue.load import parse_catalogue
from cheatsheet.catalogue.nodes import decode, read_source
from cheatsheet.catalogue.schema import ID
from cheatsheet.language.errors import CatalogueError, Problem
from cheatsheet.store import write_whole

STUB = Path(__file__).with_name("entry-stub.yaml")


class StubError(Exception):
    """The draft cannot be made, or cannot be put where it was asked for."""


def draft(id: str) -> str:
    """The draft of an entry, as the lines of a catalogue; it is well-formed and its claim holds.

    >>> print(draft("my-identity").splitlines()[0])
    - id: my-identity
    """
    if not re.fullmatch(ID, id):
        raise StubError(f"{id!r} cannot be an id: lower case letters, digits and single hyphens are expected")
    return STUB.read_text(encoding="utf-8").replace("ENTRY-ID", id)


def insert(catalogue: Catalogue, section_id: str, id: str) -> int:
    """Write the draft behind the last entry of a section of the file; returns the line where it starts.

    Raises :class:`StubError` where there is no such section, the id is taken, or the section is not written as a block.
    """
    if id in catalogue:
        raise StubError(
            f"{catalogue.path} has an entry {id!r} already, in line {catalogue[id].position.line}"
        )
    section = next((s for s in catalogue.sections if s.id == section_id), None)
    if section is None:
        known = ", ".join(s.id for s in catalogue.sections)
        raise StubError(f"{catalogue.path} has no section {section_id!r}; it has {known}")
    text = read_source(catalogue.path, str(catalogue.path)).text
    lines = text.splitlines(keepends=True)
    indent = _indentation(section, lines)
    place = _end(section, lines, indent)
    newline = "\r\n" if lines[0].endswith("\r\n") else "\n"
    new = ["", *(indent + line for line in draft(id).splitlines())]
    before = "".join(lines[:place]).rstrip("\r\n")
    changed = newline.join([before, *new, "".join(lines[place:])])
    _check(changed, catalogue.path, id)
    write_whole(catalogue.path, changed.encode("utf-8"))
    return place + 2


def _indentation(section: Section, lines: list[str]) -> str:
    """The spaces before the dash of an entry."""
    found = re.match(r"( *)- ", lines[section.entries[-1].position.line - 1])
    if found is None:
        raise StubError(f"the entries of {section.id} are not written one below the other")
    return found[1]


def _end(section: Section, lines: list[str], indent: str) -> int:
    """The number of lines up to the end of the section's last entry, blank lines and comments after it left out."""
    last = start = section.entries[-1].position.line
    for number, line in enumerate(lines[start:], start=start + 1):
        if line.strip():
            if len(line) - len(line.lstrip(" ")) <= len(indent):
                break
            last = number
    return last


def _check(text: str, path: Path, id: str) -> None:
    """The changed text must be a catalogue with the new entry: nothing is written over a file that it would break."""
    try:
        catalogue = parse_catalogue(decode(text.encode(), str(path)), path)
    except CatalogueError as error:
        first: Problem = error.problems[0]
        raise StubError(f"the draft does not fit there: {first.headline}") from None
    if id not in catalogue:
        raise StubError("the draft does not fit there")
