"""A claim in another layout: transposed where the convention asks for it, and verified there in its own right."""

from __future__ import annotations

from functools import lru_cache

from cheatsheet.calculus.prove import prove
from cheatsheet.language.expressions import Equation, Symbol, symbols
from cheatsheet.language.relaying import has_layout, in_layout
from cheatsheet.verdicts.check import verify
from cheatsheet.verdicts.verdicts import Verdict


@lru_cache(maxsize=64)
def verified_in_layout(equation: Equation, layout: str) -> Equation | None:
    """The claim in another layout, once it is verified in its own right."""
    if any(_defined_in_layout(s) for side in (equation.lhs, equation.rhs) for s in symbols(side)):
        return None  # its definition is printed once, as it reads in the layout of the entry
    other = in_layout(equation, layout)
    if not other.negated and prove(other):
        return other
    return other if verify(other).holds else None


def as_in_layout(equation: Equation, layout: str) -> tuple[Equation, Verdict]:
    """A claim as it reads in another layout, whether or not it holds there, and the verdict on it."""
    other = in_layout(equation, layout)
    return other, verify(other)


def _defined_in_layout(symbol: Symbol) -> bool:
    meaning = symbol.definition
    return meaning is not None and (
        has_layout(Equation(meaning, meaning)) or any(_defined_in_layout(s) for s in symbols(meaning))
    )
