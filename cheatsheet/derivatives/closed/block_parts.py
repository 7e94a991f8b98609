"""Parts of block matrices: ``block([[I(n), zeros(n, m)]]) @ M`` is what stands in the first rows of ``M``."""

from __future__ import annotations

from cheatsheet.calculus.index_values import Part, Value
from cheatsheet.calculus.terms import Idx, Place
from cheatsheet.derivatives.closed.networks import NoMatrixFormError
from cheatsheet.derivatives.closed.transposes import turned
from cheatsheet.language.dimensions import Axis
from cheatsheet.language.expressions import Expr, Number
from cheatsheet.language.table import build


def selected(expr: Expr, values: tuple[Value, ...]) -> tuple[Expr, tuple[Place, ...]]:
    """The part of a matrix or vector in which the values lie, and the plain places that are left of them."""
    places: list[Place] = []
    for number, value in enumerate(values):
        by_rows = number == 0 and not expr.shape.rows.is_one
        if isinstance(value, Part):
            axis = expr.shape.rows if by_rows else expr.shape.cols
            own = selection(axis, value.number)
            expr = build("matmul", turned(own), expr) if by_rows else build("matmul", expr, own)
            value = value.value
            if own.shape.cols.is_one:
                continue
        if not isinstance(value, (Idx, int)):
            raise NoMatrixFormError("a place in a product of axes")
        places.append(value)
    return expr, tuple(places)


def selection(axis: Axis, number: int) -> Expr:
    """The matrix whose columns are the basis vectors of one part of a concatenated axis."""
    own = axis.parts[number]
    parts = [_identity(own) if k == number else _zero(other, own) for k, other in enumerate(axis.parts)]
    return build("block", *parts, params=(len(parts), 1))


def _identity(axis: Axis) -> Expr:
    return Number(1) if axis.is_one else build("I", axis)


def _zero(rows: Axis, cols: Axis) -> Expr:
    if rows.is_one and cols.is_one:
        return Number(0)
    return build("zeros", rows) if cols.is_one else build("zeros", rows, cols)
