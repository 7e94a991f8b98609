"""Worked numeric examples: the catalogue gives the values, the program computes both sides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np

from cheatsheet.catalogue import Entry
from cheatsheet.dotted import at
from cheatsheet.expressions import (
    Apply,
    Equation,
    Expr,
    Index,
    Symbol,
    free_indices,
    symbols,
    without_properties,
)
from cheatsheet.glossary import word
from cheatsheet.latex import latex_of
from cheatsheet.lettering import Letters
from cheatsheet.operators.notation import matrix_of_rows
from cheatsheet.pages import DisplayBlock
from cheatsheet.typeset.derivations import inline
from cheatsheet.typeset.numbers import matrix_of_values, number
from cheatsheet.verify.evaluate import Evaluator
from cheatsheet.verify.fields import Floating, Rational, UnsupportedError
from cheatsheet.verify.points import Points

Value = tuple[tuple[Fraction, ...], ...]


class WrongExample(Exception):
    """The two sides of a claim differ at the example's values: our bug, because the claim was verified."""


def example_block(entry: Entry) -> DisplayBlock:
    """The values of the example and each claim of the entry with both sides computed."""
    assert entry.example is not None
    values = dict(entry.example)
    dims = _dims(entry.given.values(), values)
    letters = Letters(*entry.given.values())
    given = [
        f"{latex_of(entry.given[name], letters)} = {matrix_of_values(value if _is_matrix(value) else value[0][0])}"
        for name, value in values.items()
    ]
    formulas = [r",\quad ".join(given)]
    for claim in entry.claims:
        equation = inline(claim.equation)
        free = free_indices(equation.lhs) | free_indices(equation.rhs)
        by_entries = free and not (equation.lhs.shape.is_scalar and len(free) <= 2)
        if equation.negated or by_entries or not _covers(equation, values):
            continue
        formulas.append(_worked(equation, values, dims))
    return DisplayBlock(tuple(formulas), word("example"))


def _is_matrix(value: Value) -> bool:
    return len(value) > 1 or len(value[0]) > 1


def _covers(equation: Equation, values: Mapping[str, Value]) -> bool:
    used = {s for side in (equation.lhs, equation.rhs) for s in symbols(side)}
    return all(s.name in values and not s.of and s.kind == "symbol" for s in used)


def _worked(equation: Equation, values: Mapping[str, Value], dims: dict[str, int]) -> str:
    names = free_indices(equation.lhs) | free_indices(equation.rhs)
    if names:
        return _worked_by_entries(equation, list(names.values()), values, dims)
    letters = Letters(equation.lhs, equation.rhs)
    left, right = (evaluate(side, values, dims) for side in (equation.lhs, equation.rhs))
    if left != right:
        raise WrongExample(f"{equation.lhs} and {equation.rhs} differ at the example's values")
    sides = [latex_of(equation.lhs, letters), latex_of(equation.rhs, letters), matrix_of_values(left)]
    return " = ".join(sides)


def _worked_by_entries(
    equation: Equation, names: list[Index], values: Mapping[str, Value], dims: dict[str, int]
) -> str:
    """Every entry of a claim by components, its right side with the numbers put in, then computed."""
    rows, *rest = [range(i.axis.at(dims)) for i in names]
    columns = rest[0] if rest else range(1)
    shown, computed = [], []
    for r in rows:
        line = [_place(names, (r, c)) for c in columns]
        shown.append(" & ".join(_with_numbers(at(equation.rhs, place), values, dims) for place in line))
        computed.append([evaluate(at(equation.rhs, place), values, dims) for place in line])
    return f"{matrix_of_rows(shown)} = {matrix_of_values(computed)}"


def _place(names: list[Index], at_place: tuple[int, ...]) -> dict[str, Index]:
    return {str(i.name): Index(k, i.axis) for i, k in zip(names, at_place, strict=False)}


def _with_numbers(expr: Expr, values: Mapping[str, Value], dims: dict[str, int]) -> str:
    """A product of entries with their values, as ``1 \\times 5``."""
    match expr:
        case Apply(op="scale"):
            return r" \times ".join(_with_numbers(child, values, dims) for child in expr.children)
        case Apply(op="component", args=(Symbol() as symbol, *indices)):
            places = [int(i.name) for i in indices if isinstance(i, Index)]
            return number(values[symbol.name][places[0]][places[1] if len(places) > 1 else 0])
    return matrix_of_values(evaluate(expr, values, dims))


def _dims(given: Iterable[Symbol], values: Mapping[str, Value]) -> dict[str, int]:
    """The size of every dimension that a value fixes."""
    dims: dict[str, int] = {}
    for symbol in given:
        rows = values.get(symbol.name)
        if rows is not None:
            for axis, size in zip(symbol.shape.axes, (len(rows), len(rows[0])), strict=True):
                if axis.kind == "name":
                    dims[str(axis.value)] = size
    return dims


def evaluate(expr: Expr, values: Mapping[str, Value], dims: dict[str, int]) -> Any:
    """The value of an expression: exact where it is rational, else in floating point."""
    bare = without_properties(expr)
    used = symbols(bare)
    points = Points(used, dims, 1)
    denominator = lcm(*(v.denominator for s in used for row in values[s.name] for v in row), 1)
    points.denominator = denominator
    for symbol in used:
        rows = [[int(v * denominator) for v in row] for row in values[symbol.name]]
        points.integers[("symbol", symbol.name, "entries")] = np.array([rows])
    try:
        found = Evaluator(points, Rational())(bare).base[0]
    except UnsupportedError:
        found = Evaluator(points, Floating())(bare).base[0]
    listed = [[_exact(v) for v in row] for row in found.tolist()]
    return listed if bare.shape.rows != bare.shape.cols or not bare.shape.is_scalar else listed[0][0]


def _exact(value: Any) -> Any:
    if isinstance(value, float):
        return f"{value:.6g}"
    return int(value) if Fraction(value).denominator == 1 else str(Fraction(value))
