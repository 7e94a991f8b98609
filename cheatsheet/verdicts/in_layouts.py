"""A claim in other layouts: transposed where the convention asks for it, and verified there in its own right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cheatsheet.language.elaborate import Declarations
from cheatsheet.language.expressions import Equation, Symbol, symbols
from cheatsheet.language.layouts import LAYOUTS
from cheatsheet.language.relaying import has_layout, in_layout, stated_by_diff
from cheatsheet.verdicts.many import verify_all
from cheatsheet.verdicts.tasks import Asked
from cheatsheet.verdicts.verdicts import Verdict


@dataclass(frozen=True)
class InLayout:
    """A claim as it reads in a layout that is not its own."""

    claim: Asked
    layout: str
    equation: Equation

    @property
    def text(self) -> str:
        return f"{self.claim.text}\nin {self.layout} layout"

    @property
    def meaning(self) -> str:
        return self.claim.meaning

    @property
    def declarations(self) -> Declarations:
        return self.claim.declarations


@dataclass(frozen=True)
class LaidOut:
    """A claim as it reads in a layout, and the verdict on it there."""

    equation: Equation
    verdict: Verdict


def in_other_layouts(claim: Asked, verdict: Verdict) -> dict[str, LaidOut]:
    """A claim in each layout that is not its own, given the verdict on it in its own; nothing where there is none.

    A claim about a gradient or a Jacobian is stated by ``diff`` there. A claim with a name whose definition has a
    layout is left out: the definition is printed once, as it reads in the layout of the entry.
    """
    others = {other.layout: other for other in _other_layouts(claim)}
    known = {claim.equation: verdict}
    fresh = {other.equation: other for other in others.values() if other.equation not in known}
    known |= dict(zip(fresh, verify_all(list(fresh.values())), strict=True))
    return {layout: LaidOut(o.equation, known[o.equation]) for layout, o in others.items()}


def _other_layouts(claim: Asked) -> Iterator[InLayout]:
    equation = claim.equation
    stated = (equation, claim.declarations.layout) if has_layout(equation) else stated_by_diff(equation)
    defined = (s for side in (equation.lhs, equation.rhs) for s in symbols(side))
    if stated is not None and not any(map(_defined_in_layout, defined)):
        for layout in LAYOUTS:
            if layout != stated[1]:
                yield InLayout(claim, layout, in_layout(stated[0], layout))


def _defined_in_layout(symbol: Symbol) -> bool:
    meaning = symbol.definition
    return meaning is not None and (
        has_layout(Equation(meaning, meaning)) or any(_defined_in_layout(s) for s in symbols(meaning))
    )
