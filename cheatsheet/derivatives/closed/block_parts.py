"""Parts of block matrices: ``block([[I(n), zeros(n, m)]]) @ M`` is what stands in the first rows of ``M``."""

from __future__ import annotations

from cheatsheet.calculus.adjoints import selecting
from cheatsheet.calculus.index_values import Part, Value
from cheatsheet.calculus.terms import Idx, Place
from cheatsheet.derivatives.closed.networks import NoMatrixFormError
from cheatsheet.derivatives.closed.transposes import turned
from cheatsheet.language.expressions import Expr
from cheatsheet.language.table import build


def selected(expr: Expr, values: tuple[Value, ...]) -> tuple[Expr, tuple[Place, ...]]:
    """The part of a matrix or vector in which the values lie, and the plain places that are left of them."""
    places: list[Place] = []
    for number, value in enumerate(values):
        by_rows = number == 0 and not expr.shape.rows.is_one
        if isinstance(value, Part):
            axis = expr.shape.rows if by_rows else expr.shape.cols
            own = selecting(list(axis.parts), value.number)
            expr = build("matmul", turned(own), expr) if by_rows else build("matmul", expr, own)
            value = value.value
            if own.shape.cols.is_one:
                continue
        if not isinstance(value, (Idx, int)):
            raise NoMatrixFormError("a place in a product of axes")
        places.append(value)
    return expr, tuple(places)
