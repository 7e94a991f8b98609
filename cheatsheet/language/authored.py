"""A derivation as an author writes it: lines of the claim language, each with the rules that lead to it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from cheatsheet.language.display import counted, one_line, short
from cheatsheet.language.errors import Position
from cheatsheet.language.expressions import Equation
from cheatsheet.language.glossary import Text
from cheatsheet.language.source import Passage

if TYPE_CHECKING:
    from cheatsheet.language.elaborate import Declarations

CITED = re.compile(r"entry (?P<id>[a-z0-9-]+)(?: (?P<number>[0-9]{1,3}))?")
"""A rule that is a claim of another entry: ``entry woodbury``, ``entry softmax-jacobian 2``."""


class Stated(Protocol):
    """A claim of the catalogue, seen from here."""

    @property
    def equation(self) -> Equation: ...


class Names(Protocol):
    """What the names of an entry stand for."""

    def declarations(self, text: str) -> Declarations: ...


@dataclass(frozen=True, eq=False)
class AuthoredLine:
    """A line: an equation, or ``== …`` where it goes on from the line above; ``label`` is what others call it."""

    passage: Passage
    by: tuple[Passage, ...] = ()
    label: str = ""
    words: Text | None = None

    def __repr__(self) -> str:
        return one_line(self, short(self.passage.text, 120), ", ".join(rule.text for rule in self.by))


@dataclass(frozen=True, eq=False)
class Lemma:
    """A claim of an entry that a derivation cites: by the name of the entry, and its number where there are several."""

    id: str
    number: int
    name: Text
    claim: Stated
    alone: bool = True

    def __repr__(self) -> str:
        return one_line(self, short(self.id), str(self.number))


@dataclass(frozen=True, eq=False)
class AuthoredDerivation:
    """The derivation of some claims of an entry, the last line saying what the last of them says."""

    numbers: tuple[int, ...]
    claims: tuple[Stated, ...]
    style: str
    lines: tuple[AuthoredLine, ...]
    names: Names
    position: Position
    earlier: Mapping[int, Stated] = field(default_factory=dict)
    """The claims of the entry that may be cited, those derived before these."""
    own: Mapping[str, Passage] = field(default_factory=dict)
    """The names of ``let`` that it has for itself."""
    lemmas: Mapping[str, Lemma] = field(default_factory=dict)
    """The claims of other entries that are cited, by what the file says of them."""

    def __repr__(self) -> str:
        return one_line(self, self.style, counted(len(self.lines), "line"))
