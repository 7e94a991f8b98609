"""THE TABLE: one row per operator, rows grouped by family; :mod:`cheatsheet.language.table` hands it out."""

from cheatsheet.operators import (
    arithmetic,
    calculus,
    constructors,
    elementwise,
    linear_algebra,
    lines,
    products,
)

ROWS = tuple(
    row
    for family in (arithmetic, products, linear_algebra, constructors, elementwise, lines, calculus)
    for row in family.ROWS
)
