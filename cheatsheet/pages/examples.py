"""Worked numeric examples: the catalogue gives the values, the program computes both sides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np

from cheatsheet.catalogue.reports import EntryReport
from cheatsheet.evaluation.evaluate import Evaluator
from cheatsheet.evaluation.fields import Floating, Rational, UnsupportedError
from cheatsheet.evaluation.points import Points
from cheatsheet.language.expressions import (
    Equation,
    Expr,
    Index,
    Symbol,
    free_indices,
    symbols,
    without_properties,
)
from cheatsheet.language.glossary import word
from cheatsheet.pages.claims import claim_in
from cheatsheet.pages.derivations import inline
from cheatsheet.pages.model import DisplayBlock, Layout
from cheatsheet.pages.numbers import matrix_of_values
from cheatsheet.pages.substitution import Grid, arrangement, with_numbers
from cheatsheet.printing.dotted_matrix import at
from cheatsheet.printing.latex import latex_of
from cheatsheet.printing.letters import Letters
from cheatsheet.printing.notation import matrix_of_rows

Value = tuple[tuple[Fraction, ...], ...]


class WrongExample(Exception):
    """The two sides of a claim differ at the example's values: our bug, because the claim was verified."""


def example_block(report: EntryReport, layout: Layout | None = None) -> DisplayBlock | None:
    """The values of the example and each claim of the entry with both sides computed; None where none can be."""
    entry = report.entry
    if entry.example is None:
        return None
    values = dict(entry.example)
    dims = _dims(entry.given.values(), values)
    letters = Letters(*entry.given.values())
    given = [
        f"{latex_of(entry.given[name], letters)} = {matrix_of_values(value if _is_matrix(value) else value[0][0])}"
        for name, value in values.items()
    ]
    formulas = [r",\quad ".join(given)]
    for claim in report.claims[: len(entry.claims)]:
        equation = inline(claim_in(claim, layout)[0])
        if _covers(equation, values):
            formulas += _worked(equation, values, dims)
    return DisplayBlock(tuple(dict.fromkeys(formulas)), word("example")) if len(formulas) > 1 else None


def _is_matrix(value: Value) -> bool:
    return len(value) > 1 or len(value[0]) > 1


def _covers(equation: Equation, values: Mapping[str, Value]) -> bool:
    used = {s for side in (equation.lhs, equation.rhs) for s in symbols(side)}
    return all(s.name in values and not s.of and s.kind == "symbol" for s in used)


def _worked(equation: Equation, values: Mapping[str, Value], dims: Mapping[str, int]) -> list[str]:
    """The claim with its value; nothing where its components cannot be arranged as a matrix."""
    if equation.negated:
        return _worked_apart(equation, values, dims)
    names = free_indices(equation.lhs) | free_indices(equation.rhs)
    if names:
        grid = arrangement(equation.lhs, names)
        if grid is not None:
            return [_worked_by_entries(equation, grid, values, dims)]
        return _worked_one_by_one(equation, list(names.values()), values, dims)
    letters = Letters(equation.lhs, equation.rhs)
    value = _common_value(equation, values, dims)
    sides = [latex_of(equation.lhs, letters), latex_of(equation.rhs, letters)]
    numbers = with_numbers(equation.rhs, values, dims)
    if numbers is not None:
        sides.append(numbers)
    return [" = ".join(dict.fromkeys([*sides, matrix_of_values(value)]))]


def _worked_one_by_one(
    equation: Equation, names: list[Index], values: Mapping[str, Value], dims: Mapping[str, int]
) -> list[str]:
    """A claim about matrices with an index, at each of its positions."""
    if len(names) > 1 or equation.lhs.shape.is_scalar:
        return []
    letters = Letters(equation.lhs, equation.rhs)
    shown = []
    for k in range(names[0].axis.at(dict(dims))):
        place = {str(names[0].name): Index(k, names[0].axis)}
        sides = (at(equation.lhs, place), at(equation.rhs, place))
        value = _common_value(Equation(*sides), values, dims)
        shown.append(f"{latex_of(sides[0], letters)} = {matrix_of_values(value)}")
    return [r",\quad ".join(shown)]


def _common_value(equation: Equation, values: Mapping[str, Value], dims: Mapping[str, int]) -> Any:
    left, right = (evaluate(side, values, dims) for side in (equation.lhs, equation.rhs))
    if left == right:
        return left
    if not _close(left, right) or (_is_exact(left) and _is_exact(right)):
        raise WrongExample(f"{equation.lhs} and {equation.rhs} differ at the example's values")
    return left if _is_exact(left) else right


def _leaves(value: Any) -> list[Any]:
    return [leaf for part in value for leaf in _leaves(part)] if isinstance(value, list) else [value]


def _is_exact(value: Any) -> bool:
    """Whether every number is an integer or a fraction, and none a rounded decimal."""
    return all(isinstance(leaf, int) or "/" in leaf for leaf in _leaves(value))


def _close(left: Any, right: Any) -> bool:
    pairs = zip(_leaves(left), _leaves(right), strict=True)
    return all(abs(_float(a) - _float(b)) <= 1e-4 * max(1.0, abs(_float(a))) for a, b in pairs)


def _float(value: Any) -> float:
    return float(Fraction(value))


def _worked_apart(equation: Equation, values: Mapping[str, Value], dims: Mapping[str, int]) -> list[str]:
    """``AB = … ≠ … = BA``; nothing where the two sides happen to agree at these values."""
    left, right = (evaluate(side, values, dims) for side in (equation.lhs, equation.rhs))
    if left == right or free_indices(equation.lhs):
        return []
    letters = Letters(equation.lhs, equation.rhs)
    first, last = latex_of(equation.lhs, letters), latex_of(equation.rhs, letters)
    return [rf"{first} = {matrix_of_values(left)} \neq {matrix_of_values(right)} = {last}"]


def _worked_by_entries(
    equation: Equation, grid: Grid, values: Mapping[str, Value], dims: Mapping[str, int]
) -> str:
    """The matrix of a claim by components: every entry with the numbers put in, then computed."""
    shown, computed = [], []
    for places in grid.places(dims):
        sides = [(at(equation.lhs, place), at(equation.rhs, place)) for place in places]
        computed.append([_common_value(Equation(*pair), values, dims) for pair in sides])
        shown.append([with_numbers(right, values, dims) for _, right in sides])
    parts = [latex_of(grid.whole, Letters(equation.lhs, equation.rhs))]
    if all(entry is not None for row in shown for entry in row):
        parts.append(matrix_of_rows([" & ".join(str(entry) for entry in row) for row in shown]))
    return " = ".join([*parts, matrix_of_values(computed)])


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


def evaluate(expr: Expr, values: Mapping[str, Value], dims: Mapping[str, int]) -> Any:
    """The value of an expression: exact where it is rational, else in floating point."""
    bare = without_properties(expr)
    used = symbols(bare)
    points = Points(used, dict(dims), 1)
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
        short = f"{value:.6g}"
        return short if abs(float(short) - value) <= 1e-12 * abs(value) else repr(value)
    return int(value) if Fraction(value).denominator == 1 else str(Fraction(value))
