"""YAML file → catalogue: the schema checked, every problem reported at once, positions kept.

Claims are not looked into: this stage is fast, and an ill-formed claim is a verdict of the next one.
"""

from __future__ import annotations

import gc
from collections.abc import Mapping as Dictionary
from collections.abc import Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cheatsheet.catalogue.boxes import boxes_of, read_choices, read_url
from cheatsheet.catalogue.declarations import Declared, Resolver, dimensions, read_symbols
from cheatsheet.catalogue.derivations import (
    Citations,
    derivations_of,
    listed_or_one,
    read_label,
    read_numbers,
    read_rules,
    read_style,
)
from cheatsheet.catalogue.entries import Catalogue, Citation, Claim, Entry, Pitfall, Scope, Section
from cheatsheet.catalogue.examples import fit_example, read_example
from cheatsheet.catalogue.nodes import (
    Mapping,
    Node,
    Refused,
    Report,
    Scalar,
    Sequence,
    compose,
    decode,
    read_source,
)
from cheatsheet.catalogue.reading import (
    Read,
    check_name,
    one_or_list,
    read_bilingual,
    read_id,
    read_layout,
    read_show,
    read_table,
    read_text,
    read_unproved,
    read_words,
    what,
)
from cheatsheet.catalogue.schema import BOX, CATALOGUE, DERIVATION, ENTRY, LINE, PITFALL, SECTION, Table
from cheatsheet.language.errors import CatalogueError, near
from cheatsheet.language.expressions import Symbol
from cheatsheet.language.glossary import Text
from cheatsheet.language.source import Passage, SourceFile
from cheatsheet.packaged import packaged

MOST_DEFINITIONS = 100
MOST_OF_A_KEY = 40
_QUOTES = "a claim that has a colon, or starts with a bracket or a brace, needs quotes"


def load(path: str | Path | None = None) -> Catalogue:
    """The catalogue of a file, or the one that comes with the program; nothing is verified yet.

    Raises :class:`CatalogueError`, which lists every problem of the file.

    >>> len(load()) > 20
    True
    """
    place = packaged("identities.yaml") if path is None else Path(path)
    collecting = gc.isenabled()
    gc.disable()  # nearly all that is made here stays, and looking for garbage would double the time
    try:
        return parse_catalogue(read_source(place, str(place)), place)
    finally:
        if collecting:
            gc.enable()


def read_given(text: str) -> dict[str, Symbol]:
    """The symbols of ``--given``: the inside of a ``given`` mapping, ``x: [n], A: [n, n]``, on one line or several.

    >>> {name: str(symbol.shape) for name, symbol in read_given("x: [n], A: {shape: [n, n], is: [symmetric]}").items()}
    {'x': 'n×1', 'A': 'n×n'}

    Raises :class:`CatalogueError`.
    """
    if not text.strip():
        return {}
    block = text.lstrip().startswith("{") or "\n" in text.strip()
    root, report = compose(decode((text if block else f"{{{text}\n}}").encode(errors="replace"), "--given"))
    declared = read_symbols(root, report) or {}
    symbols = Resolver(declared, report).resolve(declared)
    if report.problems:
        raise CatalogueError(report.problems)
    return symbols


def parse_catalogue(file: SourceFile, path: Path) -> Catalogue:
    """The catalogue in a text; raises :class:`CatalogueError`.

    >>> parse_catalogue(SourceFile("a.yaml", "title: T"), Path("a.yaml"))
    Traceback (most recent call last):
    cheatsheet.language.errors.CatalogueError: a.yaml:1:1: 'sections' is missing; the catalogue needs title and sections
    ...
    """
    root, report = compose(file)
    values = read_table(root, CATALOGUE, "the catalogue", READERS, report)
    catalogue = _Assembly(values, report).catalogue(path, file.text)
    if report.problems or catalogue is None:
        raise CatalogueError(report.problems)
    return catalogue


# --- readers of the kinds that only a catalogue has ------------------------------------------------------------------


def _read_claim(node: Node, report: Report) -> Scalar | None:
    """The text of one claim, looked into later; an empty one in quotes is a claim, and an ill-formed one."""
    if isinstance(node, Scalar) and not node.is_null:
        return node
    if not isinstance(node, Refused):
        report.add(node, f"a claim is {what(node)} here", "expected left == right", _QUOTES)
    return None


def _read_claims(node: Node, report: Report) -> list[Scalar] | None:
    if isinstance(node, Sequence) and not node.items:
        report.add(node, "the list of claims is empty", "expected left == right", "remove the key")
    found = [_read_claim(item, report) for item in one_or_list(node)]
    return [claim for claim in found if claim is not None]


def _read_definitions(node: Node, report: Report) -> dict[str, Scalar] | None:
    if not isinstance(node, Mapping):
        report.add(node, f"`let` is {node.what} here", "expected a mapping such as {p: softmax(z)}")
        return None
    if len(node.pairs) > MOST_DEFINITIONS:
        report.add(node, f"{len(node.pairs)} names are defined", f"at most {MOST_DEFINITIONS} are read")
        return None
    found = {}
    for name, (key, value) in node.pairs.items():
        if not check_name(key, "definition", report):
            continue
        if isinstance(value, Scalar) and not value.is_null:
            found[name] = value
        elif not isinstance(value, Refused):
            report.add(value, f"the definition of {name} is {what(value)}", "expected an expression")
    return found


def _read_works(node: Node, report: Report) -> dict[str, Text] | None:
    """The bibliography: a line that serves both languages, or one in each."""
    if not isinstance(node, Mapping):
        expected = "expected a mapping such as {cookbook: 'Petersen & Pedersen, The Matrix Cookbook, 2012'}"
        report.add(node, f"the sources are {node.what} here", expected)
        return None
    found = {}
    for key, value in node.pairs.values():
        if read_id(key, report) is None or isinstance(value, Refused):
            continue
        if isinstance(value, Mapping):
            line = read_bilingual(value, report)
        else:
            words = read_text(value, report)
            line = None if words is None else Text.of_both(words)
        if line is not None:
            found[key.text] = line
    return found


def _read_citations(node: Node, report: Report) -> list[Scalar] | None:
    """The nodes themselves: only the assembly knows the table of sources."""
    if read_words(node, report) is None:
        return None
    return [item for item in one_or_list(node) if isinstance(item, Scalar) and item.text.strip()]


def _listed(table: Table, thing: str) -> Read:
    """A reader of a list of mappings of one table."""

    def read(node: Node, report: Report) -> list[tuple[Node, dict[str, Any]]] | None:
        expected = f"expected a list in which each item is {thing} and starts with -"
        if not isinstance(node, Sequence):
            report.add(node, f"this is {node.what}", expected)
            return None
        if not node.items:
            report.add(node, "the list is empty", expected)
        return [(item, read_table(item, table, thing, READERS, report)) for item in node.items]

    return read


READERS: dict[str, Read] = {
    "text": read_text,
    "bilingual": read_bilingual,
    "id": read_id,
    "layout": read_layout,
    "show": read_show,
    "unproved": read_unproved,
    "words": read_words,
    "works": _read_works,
    "citations": _read_citations,
    "symbols": read_symbols,
    "definitions": _read_definitions,
    "claim": _read_claim,
    "claims": _read_claims,
    "example": read_example,
    "numbers": read_numbers,
    "style": read_style,
    "rules": read_rules,
    "label": read_label,
    "lines": _listed(LINE, "a line"),
    "pitfalls": _listed(PITFALL, "a pitfall"),
    "entries": _listed(ENTRY, "an entry"),
    "sections": _listed(SECTION, "a section"),
    "url": read_url,
    "choices": read_choices,
    "boxes": _listed(BOX, "a box"),
}
"""For each kind of value in the schema's tables, what reads it (a symbol's own kinds are read with it)."""
READERS["derivations"] = listed_or_one(_listed(DERIVATION, "a derivation"), READERS)


@dataclass(frozen=True)
class _Defaults:
    """Symbols that may be used undeclared: those of the file and of the section; in a pitfall, those of the entry."""

    declared: Dictionary[str, Declared]
    symbols: Dictionary[str, Symbol]

    def hidden_by(self, names: Set[str], given: Dictionary[str, Declared]) -> dict[str, Declared]:
        """The declarations that remain where these names mean something else, among them those declared."""
        return {
            name: one
            for name, one in self.declared.items()
            if name not in names and not one.shape.names & given.keys()
        }

    def within(self, own: Dictionary[str, Declared], report: Report | None) -> _Defaults:
        """These and those of a section or an entry, which hide what they name."""
        if not own:
            return self
        outer = self.hidden_by(own.keys() | dimensions(own), own)
        declared = {**outer, **own}
        inner = Resolver(declared, report).resolve(own)
        return _Defaults(declared, {**Resolver(declared, None).resolve(outer), **inner})


class _Assembly:
    """Values → catalogue: what can be checked only with the rest of the file in view."""

    def __init__(self, values: dict[str, Any], report: Report) -> None:
        self.values = values
        self.report = report
        self.layout: str = values.get("layout", "numerator")
        declared: dict[str, Declared] = values.get("symbols", {})
        self.defaults = _Defaults(declared, Resolver(declared, report).resolve(declared))
        self.works: dict[str, Text] | None = values.get("sources")
        self.seen: dict[str, dict[str, Scalar]] = {"section": {}, "entry": {}}
        self.cited = Citations([])

    def catalogue(self, path: Path, text: str) -> Catalogue | None:
        sections = [self.section(node, values) for node, values in self.values.get("sections", ())]
        if self.report.problems:
            return None
        known = tuple(s for s in sections if s is not None)
        self.cited.resolve({e.id: e for section in known for e in section.entries}, self.report)
        sizes = {e.id: (len(e.claims), len(e.pitfalls)) for section in known for e in section.entries}
        boxes = boxes_of(self.values.get("sheet", []), sizes, self.report)
        title, url = self.values["title"], self.values.get("base_url")
        symbols = self.defaults.symbols
        return Catalogue(title, known, symbols, self.layout, path, text, self.works or {}, boxes, url)

    def section(self, node: Node, values: dict[str, Any]) -> Section | None:
        self.check_id("section", values.get("id"))
        own: dict[str, Declared] = values.get("symbols", {})
        defaults = self.defaults.within(own, self.report)
        entries = [self.entry(node, entry, defaults) for node, entry in values.get("entries", ())]
        if self.report.problems:
            return None
        known = tuple(e for e in entries if e is not None)
        symbols = {name: one for name, one in defaults.symbols.items() if name in own}
        id, title = values["id"].text, values["title"]
        return Section(id, title, known, values.get("intro"), values.get("part"), symbols)

    def check_id(self, kind: str, node: Scalar | None) -> None:
        if node is None:
            return
        first = self.seen[kind].setdefault(node.text, node)
        if first is not node:
            self.report.add(
                node,
                f"the id {node.text} is taken",
                f"it is that of the {kind} in line {first.position.line}",
                "choose another",
            )

    def entry(self, node: Node, values: dict[str, Any], defaults: _Defaults) -> Entry | None:
        self.check_id("entry", values.get("id"))
        if isinstance(node, Mapping) and not {"claim", "note", "pitfalls"} & node.pairs.keys():
            self.report.add(node, "this entry says nothing", "expected a claim, a note or pitfalls")
        scope = self.scope(values, defaults)
        pitfalls = [self.pitfall(p, values, scope, defaults) for _, p in values.get("pitfalls", ())]
        citations = [self.citation(source) for source in values.get("source", ())]
        example = values.get("example")
        if example is not None:
            example = fit_example(example, {**scope.defaults, **scope.given}, self.report)
        if self.report.problems:
            return None
        unproved = "unproved" in values
        claims = tuple(Claim(self.passage(c), scope, accepted=unproved) for c in values.get("claim", ()))
        id = values["id"].text
        asked = values.get("derivation", [])
        derivations = derivations_of(id, asked, claims, scope, self.cited, self.report)
        return Entry(
            id=id,
            name=values["name"],
            scope=scope,
            position=node.position,
            claims=claims,
            derivations=derivations,
            pitfalls=tuple(p for p in pitfalls if p is not None),
            note=values.get("note"),
            example=example,
            show=values.get("show") or (),
            tags=values.get("tags", ()),
            aliases=values.get("aliases", ()),
            citations=tuple(citations),
            unproved=unproved,
        )

    def pitfall(
        self, values: dict[str, Any], entry: dict[str, Any], scope: Scope, defaults: _Defaults
    ) -> Pitfall | None:
        """A claim in the scope of its entry, or in one of its own where it declares or lays out anything itself."""
        own: dict[str, Declared] = values.get("given", {})
        if own or "layout" in values:
            hidden = own.keys() | dimensions(own)
            let = {name: node for name, node in entry.get("let", {}).items() if name not in hidden}
            inner = {"given": own, "let": let, "layout": values.get("layout", scope.layout)}
            scope = self.scope(inner, defaults.within(entry.get("given", {}), None))
        if "claim" not in values:
            return None
        claim = Claim(self.passage(values["claim"]), scope, "fails")
        return Pitfall(claim, values.get("why"), scope.given if own else {})

    def citation(self, node: Scalar) -> Citation:
        """A key of the table of sources, and a place; anything at all where the file has no table."""
        citation = Citation(node.text.strip())
        if self.works is None:
            return citation
        if citation.key not in self.works:
            key = citation.key if len(citation.key) <= MOST_OF_A_KEY else citation.key[:MOST_OF_A_KEY] + "…"
            hint = near(citation.key, self.works)
            if not hint and not citation.place:
                hint = "between [ and ] a source with a place needs quotes, as in ['cookbook, (57)']"
            expected = "expected `key` or `key, place` with a key of `sources`"
            self.report.add(node, f"unknown source {key!r}", expected, hint)
        return Citation(citation.text, self.works.get(citation.key))

    def passage(self, node: Scalar) -> Passage:
        return Passage(node.text, self.report.file, node.position, node.style)

    def scope(self, values: dict[str, Any], defaults: _Defaults) -> Scope:
        """What the names of an entry stand for; its own declarations hide those of the section and the catalogue."""
        given: dict[str, Declared] = values.get("given", {})
        let: dict[str, Scalar] = values.get("let", {})
        self.check_definitions(let, given)
        hidden = given.keys() | let.keys() | dimensions(given)
        outer = defaults.hidden_by(hidden, given)
        own = Resolver({**outer, **given}, self.report).resolve(given) if given else {}
        symbols: Dictionary[str, Symbol] = {n: defaults.symbols[n] for n in outer if n in defaults.symbols}
        if any(node.text in hidden for one in outer.values() for node in one.of):
            symbols = Resolver({**outer, **given}, None).resolve(outer)
        passages = {name: self.passage(node) for name, node in let.items()}
        return Scope(own, symbols, passages, values.get("layout", self.layout))

    def check_definitions(self, let: dict[str, Scalar], given: dict[str, Declared]) -> None:
        """A defined name must not be declared too; the complaint stands at the definition."""
        for name, node in let.items():
            if name in given:
                self.report.add(
                    node, f"{name} is defined here and declared in `given`", "expected one of the two"
                )
            elif name in dimensions(given):
                self.report.add(node, f"{name} is defined here and names a dimension", "expected two names")
