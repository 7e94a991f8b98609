"""THE TABLE: one row per operator, rows grouped by family; :mod:`cheatsheet.language.table` hands it out."""

from cheatsheet.operators import (
    arithmetic,
    calculus,
    constructors,
    elementwise,
    linear_algebra,
    products,
)

ROWS = tuple(
    row
    for family in (arithmetic, products, linear_algebra, constructors, elementwise, calculus)
    for row in family.ROWS
)
