"""What a verdict is asked for: a claim as written, which is typed once, when its equation is first wanted."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from cheatsheet.language.declared import declarations_text
from cheatsheet.language.elaborate import Declarations, elaborate_claim
from cheatsheet.language.expressions import Equation


class Asked(Protocol):
    """A claim whose verdict is asked for."""

    @property
    def text(self) -> str:
        """The claim as written."""

    @property
    def declarations(self) -> Declarations:
        """What its names stand for."""

    @property
    def meaning(self) -> str:
        """The declarations as text: with the claim as written it says all that the verdict is made from."""

    @property
    def equation(self) -> Equation:
        """The typed claim; raises :class:`~cheatsheet.language.syntax.ClaimError`."""


@dataclass(frozen=True)
class Task:
    """A claim as written and what its names stand for."""

    text: str
    declarations: Declarations

    @property
    def meaning(self) -> str:
        return declarations_text(self.declarations)

    @cached_property
    def equation(self) -> Equation:
        return elaborate_claim(self.text, self.declarations)
