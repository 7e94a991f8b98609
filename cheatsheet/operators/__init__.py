"""THE TABLE: one row per operator, rows grouped by family."""

from cheatsheet.operators import (
    arithmetic,
    calculus,
    constructors,
    elementwise,
    linear_algebra,
    products,
)
from cheatsheet.operators.row import TABLE, Operator, ShapeError, build, register

__all__ = ["TABLE", "Operator", "ShapeError", "build"]

for _family in (arithmetic, products, linear_algebra, constructors, elementwise, calculus):
    register(*_family.ROWS)
