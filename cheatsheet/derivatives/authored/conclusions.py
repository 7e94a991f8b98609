"""What a theorem concludes from several equations at once: X satisfies Penrose's four equations, hence X = A⁺."""

from __future__ import annotations

from collections.abc import Iterator

from cheatsheet.derivatives.authored.both_sides import DoesNotApply, Pairs
from cheatsheet.derivatives.rules.laws import theorems
from cheatsheet.derivatives.rules.matching import instances
from cheatsheet.language.expressions import Equation


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
