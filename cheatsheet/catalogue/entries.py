"""The catalogue as data: sections, entries, claims and pitfalls, frozen, each knowing where it stands in its file.

Nothing here has been verified, and claims are not even parsed until somebody asks: an ill-formed claim is a verdict,
not an error of the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from cheatsheet.catalogue.boxes import Box
from cheatsheet.catalogue.examples import Value
from cheatsheet.language.authored import AuthoredDerivation
from cheatsheet.language.display import counted, one_line, short
from cheatsheet.language.errors import Position, Problem, near
from cheatsheet.language.expressions import Equation, Expr, Symbol
from cheatsheet.language.glossary import Text
from cheatsheet.language.source import Passage
from cheatsheet.language.syntax import ClaimError

if TYPE_CHECKING:
    from cheatsheet.catalogue.reports import ClaimReport, EntryReport
    from cheatsheet.language.elaborate import Declarations


@dataclass(frozen=True, eq=False)
class Scope:
    """What the names in an entry's claims stand for.

    ``given`` is declared by the entry itself; of ``defaults``, the symbols of the whole catalogue, a claim sees those
    that it mentions; ``let`` holds the entry's definitions as they are written.
    """

    given: Mapping[str, Symbol]
    defaults: Mapping[str, Symbol]
    let: Mapping[str, Passage]
    layout: str

    def __repr__(self) -> str:
        shapes = [f"{name}: {symbol.shape}" for name, symbol in self.given.items()]
        return one_line(self, short(", ".join([*shapes, *self.let])), self.layout)

    @property
    def texts(self) -> tuple[str, ...]:
        """The definitions as written."""
        return tuple(passage.text for passage in self.let.values())

    def with_definitions(self, let: Mapping[str, Passage]) -> Scope:
        """The same with further names for sub-expressions."""
        defaults = {name: symbol for name, symbol in self.defaults.items() if name not in let}
        return Scope(self.given, defaults, {**self.let, **let}, self.layout)

    def declarations(self, text: str) -> Declarations:
        """The declarations that a claim is read with; raises :class:`ClaimError` for an ill-formed ``let``."""
        from cheatsheet.language.definitions import define  # not while loading: it brings the operator table

        declared = self.declared(text)
        return define(self.let, declared, text) if self.let else declared

    def meaning(self, text: str) -> str:
        """The declarations of a claim as text, its definitions as they are written: nothing is typed for it."""
        from cheatsheet.language.declared import declarations_text
        from cheatsheet.language.definitions import used

        defined = [f"{name} := {self.let[name].text!r}" for name in used(self.let, text)]
        return "\n".join([declarations_text(self.declared(text)), *defined])

    def declared(self, text: str) -> Declarations:
        """The declarations of a claim without its definitions."""
        from cheatsheet.language.definitions import words
        from cheatsheet.language.elaborate import Declarations

        mentioned = words([text, *self.texts])
        defaults = {name: symbol for name, symbol in self.defaults.items() if name in mentioned}
        return Declarations({**defaults, **self.given}, self.layout)


@dataclass(frozen=True, eq=False)
class Claim:
    """One claim as written; ``expect`` is ``holds``, or ``fails`` for a pitfall.

    ``accepted`` says that the claim may be printed although it is undecided.
    """

    passage: Passage
    scope: Scope
    expect: str = "holds"
    accepted: bool = False

    def __repr__(self) -> str:
        return one_line(self, short(self.text, 150), *(["fails"] if self.expect == "fails" else []))

    @cached_property
    def text(self) -> str:
        return self.passage.text.strip()

    @property
    def _lead(self) -> int:
        return len(self.passage.text) - len(self.passage.text.lstrip())

    @cached_property
    def position(self) -> Position:
        """Where the claim starts in the file."""
        return self.passage.position(self._lead)

    @cached_property
    def declarations(self) -> Declarations:
        """What its names stand for; raises :class:`ClaimError` for an ill-formed ``let``."""
        return self.scope.declarations(self.text)

    @property
    def meaning(self) -> str:
        """The declarations as text, by which a verdict is kept."""
        return self.scope.meaning(self.text)

    @cached_property
    def equation(self) -> Equation:
        """The typed claim; raises :class:`ClaimError`."""
        from cheatsheet.language.elaborate import elaborate_claim

        return elaborate_claim(self.text, self.declarations)

    @property
    def lhs(self) -> Expr:
        return self.equation.lhs

    @property
    def rhs(self) -> Expr:
        return self.equation.rhs

    if TYPE_CHECKING:  # given by cheatsheet.api

        def latex(self, layout: str | None = None) -> str: ...
        def check(self) -> ClaimReport: ...

    def problem(self, error: ClaimError) -> Problem:
        """The error at its place in the file: in the claim, or in the ``let`` that the claim uses."""
        passage, lead = getattr(error, "passage", self.passage), 0
        if passage is self.passage:
            lead = self._lead
        return passage.problem(error.start + lead, error.end + lead, error.message, error.hint)


@dataclass(frozen=True, eq=False)
class Pitfall:
    """A claim that people write down and that is wrong, and why it is; ``given`` holds what it alone declares."""

    claim: Claim
    why: Text | None = None
    given: Mapping[str, Symbol] = field(default_factory=dict)

    def __repr__(self) -> str:
        return one_line(self, short(self.claim.text, 150))


@dataclass(frozen=True)
class Citation:
    """Where an entry is found: ``text`` as it is written, ``work`` the bibliographic line that its key stands for.

    A catalogue without a table of sources has no ``work`` to name.

    >>> citation = Citation("cookbook, (57)", Text.of_both("Petersen & Pedersen, The Matrix Cookbook, 2012"))
    >>> citation.key, citation.place, citation.full["en"]
    ('cookbook', '(57)', 'Petersen & Pedersen, The Matrix Cookbook, 2012, (57)')
    """

    text: str
    work: Text | None = None

    @property
    def key(self) -> str:
        """The key of the work."""
        return self.text.partition(",")[0].strip()

    @property
    def place(self) -> str:
        """Where in the work: a chapter, a formula; empty where nothing is said."""
        return self.text.partition(",")[2].strip()

    @property
    def full(self) -> Text:
        """The work and the place in it."""
        if self.work is None:
            return Text.of_both(self.text)
        zh, en = (", ".join(filter(None, (line, self.place))) for line in (self.work.zh, self.work.en))
        return Text(zh, en)

    def __repr__(self) -> str:
        return one_line(self, short(self.text, 150))


@dataclass(frozen=True, eq=False)
class Entry:
    """One identity, or one explanation, of the catalogue."""

    id: str
    name: Text
    scope: Scope
    position: Position
    claims: tuple[Claim, ...] = ()
    pitfalls: tuple[Pitfall, ...] = ()
    derivations: tuple[AuthoredDerivation, ...] = ()
    note: Text | None = None
    example: Mapping[str, Value] | None = None
    show: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    citations: tuple[Citation, ...] = ()
    unproved: bool = False
    """Whether it may be printed although a claim of it is undecided."""

    @property
    def source(self) -> str | None:
        """Where the entry is found, as it is written; several places with a semicolon between them."""
        return "; ".join(citation.text for citation in self.citations) or None

    def __repr__(self) -> str:
        claims, pitfalls = (
            counted(len(x), n) for x, n in ((self.claims, "claim"), (self.pitfalls, "pitfall"))
        )
        return one_line(self, short(self.id), claims, pitfalls)

    @property
    def given(self) -> Mapping[str, Symbol]:
        """The symbols that the entry declares."""
        return self.scope.given

    @property
    def layout(self) -> str:
        """The layout in force for the entry's claims."""
        return self.scope.layout

    @property
    def let(self) -> Mapping[str, str]:
        """The entry's definitions, as they are written."""
        return {name: passage.text for name, passage in self.scope.let.items()}

    @property
    def all_claims(self) -> tuple[Claim, ...]:
        """The claims that must hold and then those of the pitfalls, which must not."""
        return (*self.claims, *(pitfall.claim for pitfall in self.pitfalls))

    if TYPE_CHECKING:  # given by cheatsheet.api

        def check(self) -> EntryReport: ...


@dataclass(frozen=True, eq=False)
class Section:
    """A heading and the entries below it; ``part`` is the title of the part of the book that it opens."""

    id: str
    title: Text
    entries: tuple[Entry, ...]
    intro: Text | None = None
    part: Text | None = None
    symbols: Mapping[str, Symbol] = field(default_factory=dict)

    def __repr__(self) -> str:
        return one_line(self, short(self.id), counted(len(self.entries), "entry", "entries"))


@dataclass(frozen=True, eq=False)
class Catalogue:
    """A whole file: iterate over its entries, or take one by its id.

    >>> import cheatsheet
    >>> catalogue = cheatsheet.load()
    >>> catalogue["quadratic-form"].name["en"]
    'Quadratic form'
    """

    title: Text
    sections: tuple[Section, ...]
    symbols: Mapping[str, Symbol]
    layout: str
    path: Path
    text: str = ""
    """The file as it was read, so that a build can tell whether it has made these pages before."""
    sources: Mapping[str, Text] = field(default_factory=dict)
    """The works that entries cite: a bibliographic line for each key."""
    sheet: tuple[Box, ...] = ()
    """The boxes of the printed sheet; none where it is to have every entry."""
    base_url: str | None = None

    def __repr__(self) -> str:
        entries = counted(len(self), "entry", "entries")
        return one_line(self, short(self.path.name), counted(len(self.sections), "section"), entries)

    @cached_property
    def _by_id(self) -> dict[str, Entry]:
        return {entry.id: entry for entry in self}

    def __iter__(self) -> Iterator[Entry]:
        return (entry for section in self.sections for entry in section.entries)

    def __len__(self) -> int:
        return len(self._by_id)

    def __contains__(self, id: object) -> bool:
        return id in self._by_id

    def __getitem__(self, id: str) -> Entry:
        """The entry with this id; raises :class:`KeyError`, naming the nearest id there is."""
        if id not in self._by_id:
            raise KeyError("; ".join(filter(None, [f"no entry {id!r}", near(id, self._by_id)])))
        return self._by_id[id]
