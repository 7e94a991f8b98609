"""Numbers put in for symbols: a₁₁b₁₁ + a₁₂b₂₁ as 1 · 5 + 2 · 7, entry by entry where a claim has indices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from cheatsheet.language.expressions import Apply, Expr, Index, Number, Sum, Symbol
from cheatsheet.pages.numbers import number
from cheatsheet.printing.dotted_matrix import at

Values = Mapping[str, tuple[tuple[Fraction, ...], ...]]
Place = dict[str, Index]

MOST_SHOWN = 6


@dataclass(frozen=True)
class Grid:
    """The matrix whose components a claim speaks of, and the index names of its rows and columns."""

    whole: Expr
    row: Index | None
    column: Index | None

    def places(self, dims: Mapping[str, int]) -> Iterator[list[Place]]:
        """Row by row, the position to be put for each index name."""
        for row in _positions(self.row, dims):
            yield [row | column for column in _positions(self.column, dims)]


def arrangement(lhs: Expr, names: Mapping[str, Index]) -> Grid | None:
    """The grid of ``Y[i, j]``, or of ``y[i]``; None for anything that is not a component of one matrix."""
    match lhs:
        case Apply(op="component", args=(Expr() as whole, Index() as i)) if list(names) == [i.name]:
            return Grid(whole, None, i) if whole.shape.rows.is_one else Grid(whole, i, None)
        case Apply(op="component", args=(Expr() as whole, Index() as i, Index() as j)):
            if set(names) == {i.name, j.name} and i.name != j.name and len(whole.shape.axes) == 2:
                return Grid(whole, i, j)
    return None


def _positions(index: Index | None, dims: Mapping[str, int]) -> list[Place]:
    if index is None:
        return [{}]
    return [{str(index.name): Index(k, index.axis)} for k in range(index.axis.at(dict(dims)))]


def with_numbers(expr: Expr, values: Values, dims: Mapping[str, int]) -> str | None:
    """A sum, product or power of entries with the entries' values; None for anything else, or too much of it."""
    if isinstance(expr, Sum):
        terms = _terms(expr, dims)
        parts = [_term(t, values) for t in terms] if len(terms) <= MOST_SHOWN else [None]
        return None if None in parts else " + ".join(str(p) for p in parts)
    return _term(expr, values) if isinstance(expr, Apply) and expr.op in ("scale", "power") else None


def _term(expr: Expr, values: Values) -> str | None:
    parts = [_factor(factor, values) for factor in _factors(expr)]
    return None if None in parts else r" \times ".join(str(p) for p in parts)


def _terms(expr: Sum, dims: Mapping[str, int]) -> list[Expr]:
    ranges = [range(i.axis.at(dict(dims))) for i in expr.indices]
    return [
        at(expr.body, {str(i.name): Index(k, i.axis) for i, k in zip(expr.indices, place, strict=True)})
        for place in product(*ranges)
    ]


def _factors(expr: Expr) -> list[Expr]:
    if isinstance(expr, Apply) and expr.op == "scale":
        return [factor for child in expr.children for factor in _factors(child)]
    return [expr]


def _factor(expr: Expr, values: Values) -> str | None:
    """An entry, a number, or the power of one, in brackets if it has a sign."""
    match expr:
        case Number():
            return _bracketed(expr.value)
        case Symbol() if expr.shape.is_scalar:
            return _bracketed(values[expr.name][0][0])
        case Apply(op="component", args=(Symbol() as symbol, *indices)):
            places = [int(i.name) for i in indices if isinstance(i, Index)]
            row, column = [*places, 0][:2]
            rows = values[symbol.name]
            return _bracketed(rows[0][row] if symbol.shape.rows.is_one else rows[row][column])
        case Apply(op="power", args=(Expr() as base, Number() as k)) if k.value.denominator == 1:
            inner = _factor(base, values)
            return None if inner is None else f"{inner}^{{{k.value}}}"
    return None


def _bracketed(value: Fraction) -> str:
    shown = number(value)
    return f"({shown})" if value < 0 or value.denominator != 1 else shown
