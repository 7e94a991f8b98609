"""What follows from lines: what a theorem concludes from several equations at once, and whether a line says the claim.

X satisfies Penrose's four equations, hence X = A⁺.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

from cheatsheet.calculus.to_expression import component
from cheatsheet.derivatives.authored.both_sides import DoesNotApply, Pairs
from cheatsheet.derivatives.rules.laws import theorems
from cheatsheet.derivatives.rules.matching import instances, same
from cheatsheet.derivatives.rules.rule import spread
from cheatsheet.language.expressions import Equation, free_indices


def conclusions(text: str, wanted: Equation) -> Iterator[Pairs] | None:
    """What a theorem needs for an equation that it is to conclude, for each way to read it; None for other names."""
    if text not in theorems():
        return None
    return _needed(text, wanted)


def _needed(text: str, wanted: Equation) -> Iterator[Pairs]:
    found = False
    for theorem in theorems()[text]:
        for sides in (wanted, Equation(wanted.rhs, wanted.lhs)):
            for filled in instances(theorem.rule, sides):
                found = True
                yield [(filled(need.lhs), filled(need.rhs)) for need in theorem.needs]
    if not found:
        raise DoesNotApply(f"it needs an equation {theorems()[text][0].text}")


def says(fact: Equation, claim: Equation) -> bool:
    """Whether a line says what is claimed, of the whole or of each entry."""
    if fact.lhs.shape.is_scalar and not claim.lhs.shape.is_scalar:
        return _says_of_entries(fact, claim)
    return (same(fact.lhs, claim.lhs) and same(fact.rhs, claim.rhs)) or (
        same(fact.lhs, claim.rhs) and same(fact.rhs, claim.lhs)
    )


def _says_of_entries(fact: Equation, claim: Equation) -> bool:
    """Whether a line says it of the entry at indices that are free, each of them another one."""
    taken = free_indices(claim.lhs) | free_indices(claim.rhs)
    places = [index for name, index in free_indices(fact.lhs).items() if name not in taken]
    axes = claim.lhs.shape.free_axes
    return any(
        all(
            same(spread(side), spread(component(whole, list(order))))
            for side, whole in ((fact.lhs, claim.lhs), (fact.rhs, claim.rhs))
        )
        for order in permutations(places, len(axes))
        if len(places) == len(axes) and all(i.axis.same_size(a) for i, a in zip(order, axes, strict=True))
    )
