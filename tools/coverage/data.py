"""The coverage file → rows: what each formula of a source says, and which entries cover it, or why none does.

A row's claim speaks in the symbols of the first entry that covers it, unless the row declares its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cheatsheet.catalogue.declarations import Resolver
from cheatsheet.catalogue.entries import Catalogue, Claim, Scope
from cheatsheet.catalogue.load import READERS as OF_CATALOGUES
from cheatsheet.catalogue.nodes import Mapping as MappingNode
from cheatsheet.catalogue.nodes import Node, Report, Scalar, Sequence, compose, read_source
from cheatsheet.catalogue.reading import Read, one_or_list, read_bilingual, read_table, what
from cheatsheet.catalogue.schema import Key, Table
from cheatsheet.language.errors import CatalogueError, Problem, near
from cheatsheet.language.glossary import Text
from cheatsheet.language.source import Passage

FILE = Path("docs") / "coverage.yaml"
"""Where the coverage of a catalogue stands, seen from the folder of the catalogue."""
_RANGE = re.compile(r"([0-9]+)-([0-9]+)")

COVERAGE: Table = {
    "reasons": Key("vocabulary", "Why a row is out of scope: a word for each reason.", required=True),
    "forms": Key(
        "vocabulary", "How an entry covers a row that it does not have word for word.", required=True
    ),
    "sources": Key("sources", "The collections.", required=True),
}
SOURCE: Table = {
    "title": Key("bilingual", "The name of the collection.", required=True),
    "about": Key("bilingual", "Which edition, which part, in which layout."),
    "cited": Key(
        "text", "Its key in the `sources` of the catalogue, which entries cite with numbers in brackets."
    ),
    "parts": Key("parts", "Its chapters or tables.", required=True),
}
PART: Table = {
    "title": Key("bilingual", "The chapter or table.", required=True),
    "numbers": Key(
        "text", "The numbers of the first row and the last, 1-31: none between them may be missing."
    ),
    "rows": Key("rows", "The formulas.", required=True),
}
ROW: Table = {
    "row": Key("text", "The number of the formula in its source.", required=True),
    "claim": Key("claims", "What it says, in numerator layout where diff occurs."),
    "denominator": Key("claims", "What it says in denominator layout."),
    "given": Key("symbols", "The symbols of the claims; without it, those of the first entry."),
    "let": Key("definitions", "Names for sub-expressions, where `given` stands too."),
    "formula": Key("text", "What it says, where the language has no words for it."),
    "entry": Key("names", "The entries that cover it, the main one first."),
    "form": Key("text", "One of `forms`."),
    "out": Key("text", "One of `reasons`."),
}


@dataclass(frozen=True, eq=False)
class Row:
    """One formula of a source: its claims, each of which must hold, and the entries that cover it."""

    number: str
    place: Passage
    claims: tuple[Claim, ...]
    formula: str | None
    entries: tuple[str, ...]
    form: str | None
    out: str | None

    @property
    def status(self) -> str:
        """``covered``, ``open`` where a claim can be made and no entry makes it, or ``out`` of scope."""
        return "covered" if self.entries else "out" if self.out else "open"

    def problem(self, message: str, hint: str = "") -> Problem:
        """A problem at the row's number."""
        return self.place.problem(0, len(self.place.text), message, hint)


@dataclass(frozen=True)
class Part:
    """A chapter or a table of a source."""

    title: Text
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Source:
    """A collection of formulas."""

    title: Text
    about: Text | None
    cited: str | None
    parts: tuple[Part, ...]

    @property
    def rows(self) -> Iterator[Row]:
        return (row for part in self.parts for row in part.rows)


@dataclass(frozen=True)
class Coverage:
    """A whole coverage file; ``missing`` are the problems with entries that the catalogue does not have."""

    reasons: Mapping[str, Text]
    forms: Mapping[str, Text]
    sources: tuple[Source, ...]
    missing: tuple[Problem, ...]
    path: Path

    @property
    def rows(self) -> Iterator[Row]:
        return (row for source in self.sources for row in source.rows)


def read_coverage(catalogue: Catalogue, path: Path) -> Coverage:
    """The coverage in a file, its claims not verified yet; raises :class:`CatalogueError`."""
    root, report = compose(read_source(path, str(path)))
    values = read_table(root, COVERAGE, "the coverage", READERS, report)
    coverage = _Assembly(catalogue, values, report).coverage(path)
    if report.problems:
        raise CatalogueError(report.problems)
    return coverage


# --- readers ---------------------------------------------------------------------------------------------------------


def _read_vocabulary(node: Node, report: Report) -> dict[str, Text] | None:
    if not isinstance(node, MappingNode):
        report.add(
            node, f"the words are {what(node)} here", "expected a mapping such as {rank: {zh: …, en: …}}"
        )
        return None
    found = {name: read_bilingual(value, report) for name, (_, value) in node.pairs.items()}
    return {name: text for name, text in found.items() if text is not None}


def _read_names(node: Node, report: Report) -> list[Scalar]:
    names = one_or_list(node)
    for item in names:
        if not isinstance(item, Scalar):
            report.add(item, f"an entry is {what(item)} here", "expected its id")
    return [item for item in names if isinstance(item, Scalar)]


def _listed(table: Table, thing: str) -> Read:
    def read(node: Node, report: Report) -> list[tuple[Node, dict[str, Any]]] | None:
        if not isinstance(node, Sequence):
            report.add(node, f"this is {what(node)}", f"expected a list in which each item is {thing}")
            return None
        return [(item, read_table(item, table, thing, READERS, report)) for item in node.items]

    return read


def _read_scalar(node: Node, report: Report) -> Scalar | None:
    if not isinstance(node, Scalar) or not node.text.strip():
        report.add(node, f"a text is {what(node)} here", "expected a text")
        return None
    return node


READERS: dict[str, Read] = {
    **OF_CATALOGUES,
    "text": _read_scalar,
    "vocabulary": _read_vocabulary,
    "names": _read_names,
    "sources": _listed(SOURCE, "a source"),
    "parts": _listed(PART, "a part"),
    "rows": _listed(ROW, "a row"),
}


# --- what needs the rest of the file, or the catalogue, in view ------------------------------------------------------


class _Assembly:
    """Values → coverage."""

    def __init__(self, catalogue: Catalogue, values: dict[str, Any], report: Report) -> None:
        self.catalogue = catalogue
        self.values = values
        self.report = report
        self.reasons: dict[str, Text] = values.get("reasons", {})
        self.forms: dict[str, Text] = values.get("forms", {})
        self.missing: list[Problem] = []

    def coverage(self, path: Path) -> Coverage:
        sources = tuple(self.source(values) for _, values in self.values.get("sources", ()))
        return Coverage(self.reasons, self.forms, sources, tuple(self.missing), path)

    def source(self, values: dict[str, Any]) -> Source:
        parts = tuple(self.part(part) for _, part in values.get("parts", ()))
        return Source(values.get("title", Text("", "")), values.get("about"), _text(values, "cited"), parts)

    def part(self, values: dict[str, Any]) -> Part:
        rows = tuple(self.row(row) for _, row in values.get("rows", ()) if "row" in row)
        self.check_numbers(values.get("numbers"), rows)
        return Part(values.get("title", Text("", "")), rows)

    def check_numbers(self, numbers: Scalar | None, rows: tuple[Row, ...]) -> None:
        """No number stands twice; where the part says which there are, none is missing."""
        seen: set[str] = set()
        for row in rows:
            if row.number in seen:
                self.report.append(row.problem(f"row {row.number} stands here a second time"))
            seen.add(row.number)
        if numbers is None:
            return
        found = _RANGE.fullmatch(numbers.text)
        if found is None:
            self.report.add(numbers, "this is no range of numbers", "expected one such as 1-31")
            return
        wanted = {str(k) for k in range(int(found[1]), int(found[2]) + 1)}
        for number in sorted(wanted - seen, key=int):
            self.report.add(numbers, f"there is no row {number}", "expected one for every number")
        for row in rows:
            if row.number not in wanted:
                self.report.append(row.problem(f"row {row.number} is outside {numbers.text}"))

    def row(self, values: dict[str, Any]) -> Row:
        node: Scalar = values["row"]
        self.check_keys(node, values)
        entries = self.entries(values.get("entry", []))
        scope = self.scope(values, entries)
        accepted = any(self.catalogue[id].unproved for id in entries[:1] if id in self.catalogue)
        claims = tuple(self.claims(values, scope, accepted)) if scope else ()
        form, out = self.word(values, "form", self.forms), self.word(values, "out", self.reasons)
        return Row(node.text, self.passage(node), claims, _text(values, "formula"), entries, form, out)

    def check_keys(self, node: Scalar, values: dict[str, Any]) -> None:
        """A row is covered, or says why not; it always says what the formula is."""
        said = {"claim", "denominator", "formula"} & values.keys()
        if not said and "entry" not in values:
            self.report.add(node, "this row says nothing", "expected a claim or a formula")
        if "out" in values and "entry" in values:
            self.report.add(
                values["out"], "this row has an entry and is out of scope", "expected one of the two"
            )
        if "entry" in values and not {"claim", "form"} & values.keys():
            self.report.add(
                node, "this row has an entry and no claim", "expected a claim, or a form that says why"
            )
        if "form" in values and "entry" not in values:
            self.report.add(values["form"], "this row has a form and no entry")
        if not {"claim", "out", "entry"} & values.keys():
            self.report.add(
                node, "nothing covers this row", "expected entry, out, or a claim that none makes yet"
            )
        if "let" in values and "given" not in values:
            self.report.add(node, "this row has a let and no given", "expected its symbols too")

    def entries(self, names: list[Scalar]) -> tuple[str, ...]:
        for name in names:
            if name.text not in self.catalogue:
                hint = near(name.text, [entry.id for entry in self.catalogue])
                message = f"there is no entry {name.text!r}"
                at, file = name.position, self.report.file
                self.missing.append(file.problem(at, message, "expected the id of one", hint, name.width))
        return tuple(name.text for name in names)

    def word(self, values: dict[str, Any], key: str, known: Mapping[str, Text]) -> str | None:
        node: Scalar | None = values.get(key)
        if node is not None and node.text not in known:
            self.report.add(node, f"unknown {key} {node.text!r}", "", near(node.text, known))
        return node.text if node is not None else None

    def scope(self, values: dict[str, Any], entries: tuple[str, ...]) -> Scope | None:
        """What the names in the row's claims stand for; none where the entry that says so does not exist."""
        if "given" in values or not entries:
            given = values.get("given", {})
            symbols = Resolver(given, self.report).resolve(given)
            let = {name: self.passage(node) for name, node in values.get("let", {}).items()}
            return Scope(symbols, {}, let, "numerator")
        return self.catalogue[entries[0]].scope if entries[0] in self.catalogue else None

    def claims(self, values: dict[str, Any], scope: Scope, accepted: bool) -> Iterator[Claim]:
        """The row's claims; one that its entry may leave undecided may be so here."""
        for key, layout in (("claim", "numerator"), ("denominator", "denominator")):
            for node in values.get(key, ()):
                yield Claim(self.passage(node), replace(scope, layout=layout), accepted=accepted)

    def passage(self, node: Scalar) -> Passage:
        return node.passage(self.report.file)


def _text(values: dict[str, Any], key: str) -> str | None:
    node: Scalar | None = values.get(key)
    return node.text.strip() if node is not None else None
