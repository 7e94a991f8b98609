"""Linear inequalities: whether some can hold together, by the elimination of Fourier and Motzkin."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

Row = tuple[Mapping[str, Fraction], bool]
"""Coefficients by unknown, the empty name for the constant; the sum is > 0 where True, else ≥ 0."""

MOST_ROWS = 60


def infeasible(rows: list[Row]) -> bool:
    """Whether no values of the unknowns satisfy all rows; False says nothing.

    >>> one = Fraction(1)
    >>> infeasible([({"x": one, "": -one}, False), ({"x": -one}, False)])
    True
    >>> infeasible([({"x": one}, False), ({"x": -one}, False)])
    False
    """
    while True:
        unknowns = {name for row, _ in rows for name in row if name}
        for row, strict in rows:
            constant = row.get("", Fraction(0))
            if set(row) <= {""} and (constant < 0 or (strict and constant == 0)):
                return True
        if not unknowns or len(rows) > MOST_ROWS:
            return False
        rows = _without(min(sorted(unknowns), key=lambda u: _cost(rows, u)), rows)


def _cost(rows: list[Row], unknown: str) -> int:
    above = sum(row.get(unknown, 0) > 0 for row, _ in rows)
    below = sum(row.get(unknown, 0) < 0 for row, _ in rows)
    return above * below - above - below


def _without(unknown: str, rows: list[Row]) -> list[Row]:
    """The rows that follow and do not have the unknown: each lower bound is below each upper one."""
    kept = [r for r in rows if not r[0].get(unknown)]
    above = [r for r in rows if r[0].get(unknown, 0) > 0]
    below = [r for r in rows if r[0].get(unknown, 0) < 0]
    seen = {_key(r) for r in kept}
    for one, strict in above:
        for other, also_strict in below:
            c, d = one[unknown], -other[unknown]
            total: dict[str, Fraction] = {}
            for name in {*one, *other}:
                value = one.get(name, Fraction(0)) / c + other.get(name, Fraction(0)) / d
                if value:
                    total[name] = value
            row: Row = (total, strict or also_strict)
            if _key(row) not in seen:
                seen.add(_key(row))
                kept.append(row)
    return kept


def _key(row: Row) -> tuple[frozenset[tuple[str, Fraction]], bool]:
    return frozenset(row[0].items()), row[1]
