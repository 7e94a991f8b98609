"""What stands on the printed sheet: boxes of entries in the order of the paper, chosen in the catalogue."""

from __future__ import annotations

import re
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass
from typing import Any

from cheatsheet.catalogue.nodes import Mapping, Node, Refused, Report, Scalar
from cheatsheet.catalogue.reading import is_null, one_or_list, read_id, shown, what
from cheatsheet.language.errors import near
from cheatsheet.language.glossary import Text


@dataclass(frozen=True)
class Choice:
    """An entry on the sheet; ``numbers`` are those of its claims, or of its pitfalls, counted from 1; empty for all."""

    id: str
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True)
class Box:
    """A box of the sheet: formulas of ``entries``, or ``mistakes``, struck through, with the right form beside each."""

    title: Text
    entries: tuple[Choice, ...] = ()
    mistakes: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class Written:
    """A choice as it is written, with the nodes that a complaint would point at."""

    id: Scalar
    numbers: tuple[tuple[Scalar, int], ...] = ()


_FORM = "expected the id of an entry, or `id: [1, 2]` with the numbers of its claims"


def read_choices(node: Node, report: Report) -> list[Written] | None:
    """The entries of a box, each an id or an id with numbers."""
    found = [_read_choice(item, report) for item in one_or_list(node) if not isinstance(item, Refused)]
    return [choice for choice in found if choice is not None]


def _read_choice(node: Node, report: Report) -> Written | None:
    if isinstance(node, Scalar) and not is_null(node):
        id = read_id(node, report)
        return None if id is None else Written(id)
    if not isinstance(node, Mapping) or len(node.pairs) != 1:
        report.add(node, f"a choice for the sheet is {what(node)} here", _FORM)
        return None
    ((key, value),) = node.pairs.values()
    id = read_id(key, report)
    numbers = []
    for item in one_or_list(value):
        if isinstance(item, Scalar) and re.fullmatch(r"[1-9]\d{0,2}", item.text):
            numbers.append((item, int(item.text)))
        elif not isinstance(item, Refused):
            report.add(item, "this is not the number of a claim", _FORM)
    return None if id is None else Written(id, tuple(numbers))


def read_url(node: Node, report: Report) -> str | None:
    """The address of the web page, to which an anchor can be added."""
    if isinstance(node, Scalar) and re.fullmatch(r"https?://[\w.~:/?@!$&'()*+,;=-]+", node.text, re.ASCII):
        return node.text
    report.add(node, "this is not the address of a web page", "expected https://… without # and spaces")
    return None


def boxes_of(
    boxes: list[tuple[Node, dict[str, Any]]], sizes: Dictionary[str, tuple[int, int]], report: Report
) -> tuple[Box, ...]:
    """The boxes, every choice looked up; ``sizes`` has the numbers of claims and of pitfalls of each entry."""
    made = []
    for node, values in boxes:
        if not values.keys() & {"entries", "mistakes"}:
            report.add(node, "this box is empty", "expected entries, or mistakes")
        entries = tuple(_choice(c, sizes, 0, report) for c in values.get("entries", ()))
        mistakes = tuple(_choice(c, sizes, 1, report) for c in values.get("mistakes", ()))
        if "title" in values:
            made.append(Box(values["title"], entries, mistakes))
    return tuple(made)


def _choice(written: Written, sizes: Dictionary[str, tuple[int, int]], kind: int, report: Report) -> Choice:
    id = written.id.text
    if id not in sizes:
        report.add(
            written.id, f"there is no entry {shown(id)}", "expected the id of an entry", near(id, sizes)
        )
        return Choice(id)
    thing, size = ("claim", "pitfall")[kind], sizes[id][kind]
    for node, number in written.numbers:
        if number > size:
            report.add(node, f"{id} has no {thing} {number}", f"it has {size}")
    if kind == 1 and size == 0:
        report.add(written.id, f"{id} has no pitfalls", "expected an entry that has some")
    return Choice(id, tuple(number for _, number in written.numbers))
