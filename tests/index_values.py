"""The index form read as numbers: plain loops over plain arrays, for tests of the index calculus.

Nothing here knows a rule: a term is multiplied out at every value of its summed indices, a delta compares two numbers,
an opaque matrix is filled entry by entry and handed to numpy.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any

import numpy as np

from cheatsheet.calculus.factors import (
    Delta,
    Determinant,
    Dimension,
    Entry,
    Exponential,
    Function,
    Group,
    MatrixEntry,
    Pi,
    Prime,
    Projection,
)
from cheatsheet.calculus.index_values import Part, Value
from cheatsheet.calculus.terms import Factor, Idx, Place, Poly, Term
from cheatsheet.language.table import TABLE

Array = np.ndarray[Any, Any]
Positions = Mapping[Idx, int]


def function(name: str, value: float) -> float:
    fact = TABLE[name].one_element
    assert fact is not None
    return float(fact.floating(np, value))


class Reading:
    """``values`` gives each symbol (``x``, or ``d x`` for an increment) as an array over its free axes."""

    def __init__(self, values: Mapping[str, Array], dims: Mapping[str, int]) -> None:
        self.values = values
        self.dims = dict(dims)

    def poly(self, poly: Poly, at: Positions) -> float:
        return sum((float(c) * self.term(term, at) for c, term in poly.terms), 0.0)

    def term(self, term: Term, at: Positions) -> float:
        bound = sorted(term.bound, key=lambda i: i.number)
        total = 0.0
        for places in product(*(range(i.axis.at(self.dims)) for i in bound)):
            here = {**at, **dict(zip(bound, places, strict=True))}
            total += prod(self.power(self.factor(f, here), e) for f, e in term.factors)
        return total

    @staticmethod
    def power(base: float, exponent: Fraction) -> float:
        if exponent.denominator == 1:
            return float(base) ** int(exponent)
        return float(np.power(float(base), float(exponent)))

    def factor(self, f: Factor, at: Positions) -> float:
        match f:
            case Entry():
                return float(self.entries(f)[tuple(self.place(p, at) for p in f.places)])
            case Delta():
                i, j = (self.place(p, at) for p in f.places)
                return float(i == j)
            case Function():
                return function(f.name, self.poly(f.subs[0], at))
            case Group():
                return self.poly(f.subs[0], at)
            case MatrixEntry():
                i, j = (self.place(p, at) for p in f.places)
                return float(self.matrix_function(f, at)[i, j])
            case Determinant():
                return float(np.linalg.det(self.matrix(f, at)))
            case Dimension():
                return float(self.dims[f.name])
            case Pi():
                return float(np.pi)
            case Prime():
                return float(f.number)
            case Exponential():
                base, exponent = (self.poly(p, at) for p in f.subs)
                return float(base**exponent)
        raise TypeError(f.head)

    def entries(self, f: Entry) -> Array:
        """The values of a symbol, or of the projectors X X⁺ and X⁺ X."""
        if not isinstance(f, Projection):
            return self.values[f.label]
        a = self.values[f.matrix.name]
        return a @ np.linalg.pinv(a) if f.side == "range" else np.linalg.pinv(a) @ a

    @staticmethod
    def place(place: Place, at: Positions) -> int:
        return at[place] if isinstance(place, Idx) else place

    def matrix(self, f: Factor, at: Positions) -> Array:
        row, col = f.slots
        rows, cols = (range(slot.axis.at(self.dims)) for slot in (row, col))
        return np.array([[self.poly(f.subs[0], {**at, row: r, col: c}) for c in cols] for r in rows])

    def matrix_function(self, f: Factor, at: Positions) -> Array:
        kind = f.function.kind
        if kind == "pinv":
            return np.linalg.pinv(self.matrix(f, at) if f.subs else self.values[f.function.argument.name])
        a, exponent = self.matrix(f, at), self.poly(f.function.exponent, at)
        match kind:
            case "inv":
                return np.linalg.inv(a)
            case "expm":
                return exponential(exponent * a)
            case "mpow":
                return np.linalg.matrix_power(a, round(exponent))
            case "adj":
                return adjugate(a)
        raise TypeError(kind)


def exponential(a: Array) -> Array:
    """exp A by the series of A/2¹⁰, squared ten times."""
    term = total = np.eye(len(a))
    for k in range(1, 30):
        term = term @ a / (1024 * k)
        total = total + term
    for _ in range(10):
        total = total @ total
    return total


def adjugate(a: Array) -> Array:
    """The transposed cofactors."""
    n = len(a)
    minors = [
        [np.linalg.det(np.delete(np.delete(a, i, 0), j, 1)) if n > 1 else 1.0 for i in range(n)]
        for j in range(n)
    ]
    return np.array([[(-1) ** (i + j) * minors[j][i] for i in range(n)] for j in range(n)])


def flat_position(value: Value, axis: Any, at: Positions, dims: Mapping[str, int]) -> int:
    """The number, counted from 0, of a structured value over its axis: row-major in a product, in order in a block."""
    if isinstance(value, tuple):
        number = 0
        for part, inner in zip(value, axis.parts, strict=True):
            number = number * inner.at(dict(dims)) + flat_position(part, inner, at, dims)
        return number
    if isinstance(value, Part):
        before = sum(p.at(dict(dims)) for p in axis.parts[: value.number])
        return before + flat_position(value.value, axis.parts[value.number], at, dims)
    return Reading.place(value, at)
