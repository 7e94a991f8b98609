"""How the adjoint of a value becomes adjoints of the arguments: a rule for each operator that is linear in them.

The adjoint of an expression e in a scalar function f is the array G of its shape with ``df = sum(G * de)``. A rule
takes the application, the number of an argument and G, and returns what the argument gets of it, or None where there is
no closed form: for ``A @ B``, G Bᵀ and Aᵀ G. What is not linear has a differential that is, and needs no rule.
"""

from __future__ import annotations

from cheatsheet.language.dimensions import Axis, Shape
from cheatsheet.language.expressions import Apply, Expr, Index, Number
from cheatsheet.language.formulas import divided, filled, spread_along, times
from cheatsheet.language.table import build


def _product(a: Expr, b: Expr) -> Expr:
    """The product of matrices, of which either may be a number."""
    return times(a, b) if a.shape.is_scalar or b.shape.is_scalar else build("matmul", a, b)


def _turned(a: Expr) -> Expr:
    return a if a.shape.is_scalar else build("transpose", a)


def _column(x: Expr) -> Expr:
    return x if x.shape.cols.is_one else _turned(x)


def _laid_as(column: Expr, x: Expr) -> Expr:
    """A column as a row where x is one."""
    return column if x.shape.cols.is_one else _turned(column)


def _total(a: Expr) -> Expr:
    return a if a.shape.is_scalar else build("total", a)


def inner(a: Expr, b: Expr) -> Expr:
    """The sum of the products of the entries."""
    return _total(times(a, b))


def unchanged(node: Apply, place: int, g: Expr) -> Expr:
    """Of a sum: each summand gets the whole."""
    return g


def difference(node: Apply, place: int, g: Expr) -> Expr:
    return build("neg", g) if place else g


def negative(node: Apply, place: int, g: Expr) -> Expr:
    return build("neg", g)


def multiple(node: Apply, place: int, g: Expr) -> Expr:
    """Of s A: the number gets ⟨G, A⟩, the matrix s G."""
    s, a = node.children
    return times(s, g) if place else inner(g, a)


def quotient(node: Apply, place: int, g: Expr) -> Expr | None:
    """Of A / s and of A / B entry by entry, in the numerator."""
    return None if place else divided(g, node.children[1])


def reciprocal(node: Apply, place: int, g: Expr) -> Expr | None:
    return None if place else _total(divided(g, node.children[1]))


def entrywise_product(node: Apply, place: int, g: Expr) -> Expr:
    return times(node.children[1 - place], g)


def component(node: Apply, place: int, g: Expr) -> Expr:
    (a,) = node.children
    indices = [i for i in node.args if isinstance(i, Index)]
    rows, cols = a.shape.axes
    if len(indices) == 1:
        return times(g, _laid_as(build("unit", indices[0], a.shape.free_axes[0]), a))
    row, col = indices
    if rows.is_one:
        return times(g, _turned(build("unit", col, cols)))
    first = build("unit", row, rows)
    return times(g, first if cols.is_one else build("matmul", first, _turned(build("unit", col, cols))))


def matmul(node: Apply, place: int, g: Expr) -> Expr:
    a, b = node.children
    return _product(_turned(a), g) if place else _product(g, _turned(b))


def transpose(node: Apply, place: int, g: Expr) -> Expr:
    return _turned(g)


def dot(node: Apply, place: int, g: Expr) -> Expr:
    own, other = node.children[place], node.children[1 - place]
    return times(g, _laid_as(_column(other), own))


def outer(node: Apply, place: int, g: Expr) -> Expr:
    own, other = node.children[place], _column(node.children[1 - place])
    return _laid_as(_product(_turned(g) if place else g, other), own)


def cross(node: Apply, place: int, g: Expr) -> Expr:
    """g · (a × b) = a · (b × g) = b · (g × a)."""
    a, b = node.children
    return build("cross", g, a) if place else build("cross", b, g)


def kron(node: Apply, place: int, g: Expr) -> Expr | None:
    """Where the other factor is a row or a column: g (I ⊗ Bᵀ) or (I ⊗ Bᵀ) g; otherwise no product of matrices."""
    own, other = node.children[place], _turned(node.children[1 - place])

    def beside(axis: Axis) -> Expr:
        pair = (build("I", axis), other) if place == 0 else (other, build("I", axis))
        return build("kron", *pair)

    if other.shape.rows.is_one:
        return _product(beside(own.shape.rows), g)
    return _product(g, beside(own.shape.cols)) if other.shape.cols.is_one else None


def diagonal(node: Apply, place: int, g: Expr) -> Expr:
    return g if g.shape.is_scalar else build("diag", g)


def total(node: Apply, place: int, g: Expr) -> Expr:
    shape = node.children[0].shape
    return g if shape.is_scalar else times(g, filled(Number(1), shape))


def sum_along(node: Apply, place: int, g: Expr) -> Expr:
    """Every entry of a line gets what the sum of the line has."""
    return spread_along(g, node.children[0].shape, node.params[0])


def softmax_along(node: Apply, place: int, g: Expr) -> Expr:
    """Line by line S ∘ (G − the sum of S ∘ G over the line, at every place of it)."""
    sums = build("sum_along", times(node, g), params=node.params)
    return times(node, build("sub", g, spread_along(sums, node.shape, node.params[0])))


def trace(node: Apply, place: int, g: Expr) -> Expr:
    (a,) = node.children
    return g if a.shape.is_scalar else times(g, build("I", a.shape.rows))


def block(node: Apply, place: int, g: Expr) -> Expr:
    """The part of G where the block stands."""
    count, width = node.params
    row, col = divmod(place, width)
    if isinstance(g, Apply) and g.op == "block" and g.params == node.params:
        return g.children[place]
    own = node.children[place].shape
    heights = [node.children[r * width].shape.rows for r in range(count)]
    widths = [node.children[c].shape.cols for c in range(width)]
    if own.is_scalar and all(a.is_one for a in (*heights, *widths)):
        rows, cols = g.shape.axes
        return build("component", g, Index(row, rows), Index(col, cols))
    if count > 1:
        g = build("matmul", _turned(selecting(heights, row)), g)
    return build("matmul", g, selecting(widths, col)) if width > 1 else g


def selecting(parts: list[Axis], number: int) -> Expr:
    """The columns that are the basis vectors of one part of a concatenated axis."""
    own = parts[number]
    blocks = [_filling(Shape.matrix(axis, own), k == number) for k, axis in enumerate(parts)]
    return build("block", *blocks, params=(len(parts), 1))


def _filling(shape: Shape, identity: bool) -> Expr:
    if shape.is_scalar:
        return Number(int(identity))
    if identity:
        return build("I", shape.rows)
    return build("zeros", *(shape.axes[:1] if shape.cols.is_one else shape.axes))
