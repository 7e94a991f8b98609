"""The counts of an operator from those of its arguments, one rule each; an operator without a rule has no bound."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise, product

from cheatsheet.language.dimensions import Axis
from cheatsheet.language.expressions import Apply, Expr, Index, Number, Symbol
from cheatsheet.language.table import TABLE, build, variables
from cheatsheet.verdicts.claim import nodes
from cheatsheet.verdicts.term_counts import Count, Counting, NoBoundError, Rule, alike


def _constant(c: Counting, node: Apply) -> Count:
    places = [a for a in node.args if isinstance(a, Index)]
    for place in places:
        _place(place, place.axis)
    for first, second in pairwise(places):
        alike(first.axis, second.axis)
    return Count()


def _zeros(c: Counting, node: Apply) -> Count:
    return Count(anchored=frozenset(range(len(node.shape.axes))))


def _same(c: Counting, node: Apply) -> Count:
    return c(node.children[0])


def _add(c: Counting, node: Apply) -> Count:
    for a, b in zip(*(child.shape.axes for child in node.children), strict=True):
        alike(a, b)
    return c.added(node.children)


def _product(c: Counting, node: Apply) -> Count:
    """Entry by entry, or by a scalar."""
    arrays = [child for child in node.children if child.shape.agrees(node.shape)]
    for array in arrays:
        for a, b in zip(array.shape.axes, node.shape.axes, strict=True):
            alike(a, b)
    return replace(c.multiplied(*node.children), anchored=c.axes(*arrays))


def _quotient(c: Counting, node: Apply) -> Count:
    above, below = node.children
    if below.shape.agrees(node.shape) and above.shape.agrees(node.shape):
        for a, b in zip(above.shape.axes, below.shape.axes, strict=True):
            alike(a, b)
    count = c(above)
    return c.divided(count if above.shape.agrees(node.shape) else replace(count, anchored=frozenset()), below)


def _power(c: Counting, node: Apply) -> Count:
    base, exponent = node.children
    if not isinstance(exponent, Number) or exponent.value.denominator != 1:
        raise NoBoundError("a power that is no polynomial")
    k = int(exponent.value)
    if k < 0:
        return c.divided(Count(), base, -k)
    return replace(c.repeated(base, k), anchored=c(base).anchored if k else frozenset())


def _component(c: Counting, node: Apply) -> Count:
    operand, *_ = node.children
    places = [a for a in node.args if isinstance(a, Index)]
    axes = list(range(len(operand.shape.axes)))
    if len(places) < len(axes):
        axes = [k for k in axes if not operand.shape.axes[k].is_one]
    count = c(operand)
    names = set()
    for place, k in zip(places, axes, strict=True):
        _place(place, operand.shape.axes[k])
        if isinstance(place.name, str) and c.stands(operand, k):
            names.add(place.name)
    under = {str(p.name) for p in places if isinstance(p.name, str)} if count.varies else set()
    return replace(
        count,
        anchored=frozenset(),
        indices=count.indices | names,
        below=c.moved(count, operand, lambda f: build("component", f, *places)),
        varies=False,
        under=count.under | under,
    )


def _place(place: Index, axis: Axis) -> None:
    """Raises where the place on an axis is not simply an index of it, or a position on a plain one."""
    alike(place.axis, axis)
    if place.parts or place.block is not None:
        raise NoBoundError("an index in parts")
    if isinstance(place.name, int) and axis.names and axis.kind != "name":
        raise NoBoundError(f"a position on an axis of {axis} entries")


def _matmul(c: Counting, node: Apply) -> Count:
    a, b = node.children
    c.steady(*(x for x in (a, b) if not x.shape.is_scalar))
    alike(a.shape.cols, b.shape.rows)
    count = c.bind(c.multiplied(a, b), a.shape.cols, c.stands(a, 1) or c.stands(b, 0))
    anchored = {k for k, x in ((0, a), (1, b)) if c.stands(x, k)}
    return replace(count, anchored=frozenset(anchored))


def _transpose(c: Counting, node: Apply) -> Count:
    (a,) = node.children
    count = c(a)
    below = c.moved(count, a, lambda f: build("transpose", f))
    return replace(count, anchored=frozenset(1 - k for k in count.anchored), below=below)


def _trace(c: Counting, node: Apply) -> Count:
    (a,) = node.children
    c.steady(a)
    alike(a.shape.rows, a.shape.cols)
    return replace(c.bind(c(a), a.shape.rows, c.stands(a, 0) or c.stands(a, 1)), anchored=frozenset())


def _total(c: Counting, node: Apply) -> Count:
    (a,) = node.children
    c.steady(a)
    count = c(a)
    for k, axis in enumerate(a.shape.axes):
        count = c.bind(count, axis, c.stands(a, k))
    return replace(count, anchored=frozenset())


def _free_axis(x: Expr) -> int:
    """The axis of a row or a column along which its entries lie."""
    return 0 if not x.shape.rows.is_one else 1


def _dot(c: Counting, node: Apply) -> Count:
    x, y = node.children
    c.steady(x, y)
    i, j = _free_axis(x), _free_axis(y)
    alike(x.shape.axes[i], y.shape.axes[j])
    return c.bind(c.multiplied(x, y), x.shape.axes[i], c.stands(x, i) or c.stands(y, j))


def _outer(c: Counting, node: Apply) -> Count:
    x, y = node.children
    c.steady(x, y)
    anchored = {k for k, v in ((0, x), (1, y)) if c.stands(v, _free_axis(v))}
    return replace(c.multiplied(x, y), anchored=frozenset(anchored))


def _cross(c: Counting, node: Apply) -> Count:
    c.steady(*node.children)
    return c.multiplied(*node.children)


def _kron(c: Counting, node: Apply) -> Count:
    a, b = node.children
    c.steady(a, b)
    anchored = {k for k in (0, 1) if c.stands(a, k) and c.stands(b, k)}
    return replace(c.multiplied(a, b), anchored=frozenset(anchored))


def _vec(c: Counting, node: Apply) -> Count:
    (a,) = node.children
    c.steady(a)
    whole = all(c.stands(a, k) for k in range(len(a.shape.axes)))
    return replace(c(a), anchored=frozenset({0}) if whole else frozenset())


def _diag(c: Counting, node: Apply) -> Count:
    (a,) = node.children
    c.steady(a)
    if a.shape.is_vector:
        whole = c.stands(a, _free_axis(a))
        return replace(c(a), anchored=frozenset({0, 1}) if whole else frozenset())
    alike(a.shape.rows, a.shape.cols)
    anchored = frozenset({0}) if c.stands(a, 0) or c.stands(a, 1) else frozenset()
    return replace(c(a), anchored=anchored)


def _block(c: Counting, node: Apply) -> Count:
    rows, cols = node.params
    c.steady(*node.children)
    for r, k in product(range(rows), range(cols)):
        part = node.children[r * cols + k]
        alike(part.shape.rows, node.children[r * cols].shape.rows)
        alike(part.shape.cols, node.children[k].shape.cols)
    anchored = {k for k in (0, 1) if all(c.stands(part, k) for part in node.children)}
    return replace(c.added(node.children), anchored=frozenset(anchored))


def _fixed_size(c: Counting, a: Expr) -> int:
    """The number of rows of a square matrix that is a number."""
    if a.shape.names:
        raise NoBoundError("a determinant or an inverse of a matrix whose size is a name")
    c.steady(a)
    return a.shape.rows.at({})


def _det(c: Counting, node: Apply) -> Count:
    (a,) = node.children
    return c.repeated(a, _fixed_size(c, a))


def _adj(c: Counting, node: Apply) -> Count:
    (a,) = node.children
    return replace(c.repeated(a, _fixed_size(c, a) - 1), indices=frozenset())


def _inv(c: Counting, node: Apply) -> Count:
    """adj A over det A."""
    (a,) = node.children
    _fixed_size(c, a)
    return c.divided(c(build("adj", a)), build("det", a))


def _matrix_power(c: Counting, node: Apply) -> Count:
    a, exponent = node.children
    if not isinstance(exponent, Number):
        raise NoBoundError("a power of a matrix that is no polynomial")
    k = int(exponent.value)
    if k < 0:
        a, k = build("inv", a), -k
    c.steady(a)
    alike(a.shape.rows, a.shape.cols)
    count = c.repeated(a, k)
    for _ in range(k - 1):
        count = c.bind(count, a.shape.rows, c.stands(a, 0) or c.stands(a, 1))
    return replace(count, anchored=c(a).anchored if k else frozenset())


def _derivative(c: Counting, node: Apply) -> Count:
    """An entry of a variable becomes deltas with the new axes; a fraction gains a factor of its denominator."""
    y, order = node.children[0], len(variables(node))
    c.steady(y)
    _plain_functions(y)
    count = c(y)
    for _ in range(order):
        count = c.times(count, dict.fromkeys(count.below, 1))
    below = {f: e + order for f, e in count.below.items()}
    return replace(count, anchored=frozenset(), indices=frozenset(), below=below)


def _differential(c: Counting, node: Apply) -> Count:
    (y,) = node.children
    if any(isinstance(n, Symbol) and n.of for n in nodes(y)):
        raise NoBoundError("the differential of an abstract function")
    count = c(y)
    count = c.times(count, dict.fromkeys(count.below, 1))
    return replace(count, below={f: e + 1 for f, e in count.below.items()})


def _plain_functions(y: Expr) -> None:
    """Raises where a function depends on functions: its derivative sums over what stands between."""
    if any(isinstance(n, Symbol) and any(s.of for s in n.of) for n in nodes(y)):
        raise NoBoundError("a function of functions")


RULES: dict[str, Rule] = {
    **dict.fromkeys(("pi", "I", "ones", "unit", "K", "delta"), _constant),
    **dict.fromkeys(("add", "sub"), _add),
    **dict.fromkeys(("scale", "hadamard"), _product),
    **{name: _quotient for name, row in TABLE.items() if row.divides},
    **{name: _derivative for name, row in TABLE.items() if row.derivative},
    "zeros": _zeros,
    "neg": _same,
    "power": _power,
    "component": _component,
    "matmul": _matmul,
    "transpose": _transpose,
    "tr": _trace,
    "total": _total,
    "dot": _dot,
    "outer": _outer,
    "cross": _cross,
    "kron": _kron,
    "vec": _vec,
    "diag": _diag,
    "block": _block,
    "det": _det,
    "adj": _adj,
    "inv": _inv,
    "matrix_power": _matrix_power,
    "d": _differential,
}
