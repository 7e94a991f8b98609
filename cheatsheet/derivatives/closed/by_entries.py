"""A small array of fixed size, entry by entry where that is shorter than basis vectors and products of blocks."""

from __future__ import annotations

from cheatsheet.calculus.components import Components
from cheatsheet.calculus.errors import NoIndexForm
from cheatsheet.calculus.prove import prove
from cheatsheet.calculus.to_expression import Speller
from cheatsheet.derivatives.closed.index_names import IndexNames
from cheatsheet.derivatives.closed.length import length
from cheatsheet.derivatives.closed.tidying import tidied
from cheatsheet.language.expressions import Apply, Equation, Expr, Index, free_indices, symbols, walk
from cheatsheet.language.table import build

MOST_ENTRIES = 16


def by_entries(result: Expr) -> Expr:
    """The expression, or the same entry by entry where that is shorter.

    >>> from cheatsheet.language.elaborate import Declarations, elaborate_expression
    >>> from cheatsheet.language.dimensions import Axis, Shape
    >>> from cheatsheet.language.expressions import Symbol
    >>> declared = Declarations({"x": Symbol("x", Shape.vector(Axis.of(2)))})
    >>> by_entries(elaborate_expression("sum(x[k] * unit(k, 2) @ unit(k, 2).T, k)", declared))
    block([[x[0], 0], [0, x[1]]])
    """
    if result.shape.names or free_indices(result) or not any(map(_is_placed, walk(result))):
        return result
    rows, cols = (axis.at({}) for axis in result.shape)
    if rows * cols > MOST_ENTRIES:
        return result
    try:
        entries = [_entry(result, i, j) for i in range(rows) for j in range(cols)]
    except NoIndexForm:
        return result
    column = (
        tidied(result) if cols == 1 else result
    )  # what stands together in a short column may be shorter still
    written = entries[0] if len(entries) == 1 else build("block", *entries, params=(rows, cols))
    found = min(result, column, written, key=length)
    return found if found is result or prove(Equation(result, found)) else result


def _is_placed(node: Expr) -> bool:
    """Whether an expression says where entries stand."""
    return isinstance(node, Apply) and (node.op == "block" or any(isinstance(a, Index) for a in node.args))


def _entry(array: Expr, row: int, col: int) -> Expr:
    poly = Components({})(array, row, col).collect()
    return Speller(IndexNames(s.name for s in symbols(array)).fresh).poly(poly)
