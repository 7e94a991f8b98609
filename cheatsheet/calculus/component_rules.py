"""Component rules: each says what a component of the result is in terms of components of the operands.

A rule takes the evaluator ``c``, the application and one index value for each axis of its shape.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import permutations
from typing import TYPE_CHECKING

from cheatsheet.calculus import algebra, functions, powers
from cheatsheet.calculus.algebra import ONE_POLY
from cheatsheet.calculus.chains import first_rotation
from cheatsheet.calculus.errors import NoIndexForm
from cheatsheet.calculus.factors import Pi
from cheatsheet.calculus.index_values import Value, locate, require_alike, split
from cheatsheet.calculus.signs import is_positive_integer
from cheatsheet.calculus.structure import nilpotent_step
from cheatsheet.calculus.terms import ZERO, Poly
from cheatsheet.language.dimensions import Axis
from cheatsheet.language.expressions import Apply, Expr, Index
from cheatsheet.language.formulas import formula
from cheatsheet.language.table import TABLE, build

if TYPE_CHECKING:
    from cheatsheet.calculus.components import Components

At = tuple[Value, ...]


def _operands(expr: Apply) -> tuple[Expr, ...]:
    return expr.children


def _alike(a: Expr, b: Expr) -> None:
    for x, y in zip(a.shape.axes, b.shape.axes, strict=True):
        require_alike(x, y)


def add(c: Components, expr: Apply, at: At) -> Poly:
    a, b = _operands(expr)
    _alike(a, b)
    return c(a, *at) + c(b, *at)


def sub(c: Components, expr: Apply, at: At) -> Poly:
    a, b = _operands(expr)
    _alike(a, b)
    return c(a, *at) - c(b, *at)


def neg(c: Components, expr: Apply, at: At) -> Poly:
    return -c(expr.children[0], *at)


def scale(c: Components, expr: Apply, at: At) -> Poly:
    a, b = _operands(expr)
    return algebra.product(c(a), c(b, *at))


def over(c: Components, expr: Apply, at: At) -> Poly:
    a, b = _operands(expr)
    return algebra.product(c(a, *at), powers.power(c(b), -1))


def hadamard(c: Components, expr: Apply, at: At) -> Poly:
    a, b = _operands(expr)
    _alike(a, b)
    return algebra.product(c(a, *at), c(b, *at))


def quotient(c: Components, expr: Apply, at: At) -> Poly:
    a, b = _operands(expr)
    _alike(a, b)
    return algebra.product(c(a, *at), powers.power(c(b, *at), -1))


def reciprocal(c: Components, expr: Apply, at: At) -> Poly:
    a, b = _operands(expr)
    return algebra.product(c(a), powers.power(c(b, *at), -1))


def power(c: Components, expr: Apply, at: At) -> Poly:
    base, exponent = _operands(expr)
    return powers.symbolic_power(c(base, *at), c(exponent))


def component(c: Components, expr: Apply, at: At) -> Poly:
    operand, place = c.place(expr)
    return c(operand, *place)


def matmul(c: Components, expr: Apply, at: At) -> Poly:
    a, b = _operands(expr)
    require_alike(a.shape.cols, b.shape.rows)
    i, j = at
    return c.over(a.shape.cols, lambda k: algebra.product(c(a, i, k), c(b, k, j)))


def transpose(c: Components, expr: Apply, at: At) -> Poly:
    return c(expr.children[0], *at[::-1])


def dot(c: Components, expr: Apply, at: At) -> Poly:
    x, y = _operands(expr)
    m, n = (_length(v) for v in (x, y))
    require_alike(m, n)
    return c.over(m, lambda k: algebra.product(c.entry(x, k), c.entry(y, k)))


def _length(x: Expr) -> Axis:
    return x.shape.free_axes[0] if x.shape.free_axes else x.shape.rows


def outer(c: Components, expr: Apply, at: At) -> Poly:
    x, y = _operands(expr)
    return algebra.product(c.entry(x, at[0]), c.entry(y, at[1]))


def cross(c: Components, expr: Apply, at: At) -> Poly:
    x, y = _operands(expr)
    (k,) = (v for v, axis in zip(at, expr.shape.axes, strict=True) if not axis.is_one)
    if not isinstance(k, int):
        raise NoIndexForm("a component of a cross product needs a position")
    i, j = (k + 1) % 3, (k + 2) % 3
    return algebra.product(c.entry(x, i), c.entry(y, j)) - algebra.product(c.entry(x, j), c.entry(y, i))


def kron(c: Components, expr: Apply, at: At) -> Poly:
    a, b = _operands(expr)
    i, k = split(at[0], [a.shape.rows, b.shape.rows])
    j, m = split(at[1], [a.shape.cols, b.shape.cols])
    return algebra.product(c(a, i, j), c(b, k, m))


def vec(c: Components, expr: Apply, at: At) -> Poly:
    (a,) = _operands(expr)
    j, i = split(at[0], [a.shape.cols, a.shape.rows])
    return c(a, i, j)


def diag(c: Components, expr: Apply, at: At) -> Poly:
    (a,) = _operands(expr)
    if a.shape.is_vector:
        return algebra.product(c.equal(*at), c.entry(a, at[0]))
    require_alike(*a.shape.axes)
    return ZERO if nilpotent_step(a) else c(a, at[0], at[0])


def total(c: Components, expr: Apply, at: At) -> Poly:
    return c.all_entries(expr.children[0], lambda p: p)


def trace(c: Components, expr: Apply, at: At) -> Poly:
    (a,) = _operands(expr)
    require_alike(*a.shape.axes)
    if nilpotent_step(a):
        return ZERO
    if isinstance(a, Apply) and a.op == "matrix_power":
        base, exponent = a.children
        if is_positive_integer(c(exponent)):  # tr (AB)ᵏ = tr (BA)ᵏ
            a = build("matrix_power", first_rotation(base), exponent)
    return c.over(a.shape.rows, lambda k: c(a, k, k))


def norm(c: Components, expr: Apply, at: At) -> Poly:
    squares = c.all_entries(expr.children[0], lambda p: algebra.product(p, p))
    return powers.power(squares, Fraction(1, 2))


def norm1(c: Components, expr: Apply, at: At) -> Poly:
    return c.all_entries(expr.children[0], lambda p: functions.function("abs", p))


def elementwise(name: str) -> Callable[[Components, Apply, At], Poly]:
    def rule(c: Components, expr: Apply, at: At) -> Poly:
        return functions.function(name, c(expr.children[0], *at))

    return rule


def of_two_elements(c: Components, expr: Apply, at: At) -> Poly:
    """A function of two numbers by its formula: the greater is (a + b + |a − b|) / 2."""
    a, b = _operands(expr)
    _alike(a, b)
    return functions.by_formula(formula(TABLE[expr.op].by_others), c(a, *at), c(b, *at))


def _sum_of_exponentials(c: Components, x: Expr) -> Poly:
    return c.all_entries(x, lambda p: functions.function("exp", p))


def softmax(c: Components, expr: Apply, at: At) -> Poly:
    (x,) = _operands(expr)
    return algebra.product(functions.function("exp", c(x, *at)), powers.power(_sum_of_exponentials(c, x), -1))


def logsumexp(c: Components, expr: Apply, at: At) -> Poly:
    return functions.function("log", _sum_of_exponentials(c, expr.children[0]))


def _line(c: Components, expr: Apply, at: Value, function: Callable[[Poly], Poly]) -> Poly:
    """The sum over one row (``axis=1``) or one column (``axis=0``), which is at the given place."""
    (a,) = expr.children
    if expr.params[0]:
        return c.over(a.shape.cols, lambda k: function(c(a, at, k)))
    return c.over(a.shape.rows, lambda k: function(c(a, k, at)))


def sum_along(c: Components, expr: Apply, at: At) -> Poly:
    return _line(c, expr, at[0], lambda p: p)


def softmax_along(c: Components, expr: Apply, at: At) -> Poly:
    line = at[0] if expr.params[0] else at[1]
    total = _line(c, expr, line, lambda p: functions.function("exp", p))
    return algebra.product(functions.function("exp", c(expr.children[0], *at)), powers.power(total, -1))


def logsumexp_along(c: Components, expr: Apply, at: At) -> Poly:
    return functions.function("log", _line(c, expr, at[0], lambda p: functions.function("exp", p)))


def identity(c: Components, expr: Apply, at: At) -> Poly:
    return c.equal(*at)


def ones(c: Components, expr: Apply, at: At) -> Poly:
    return ONE_POLY


def zeros(c: Components, expr: Apply, at: At) -> Poly:
    return ZERO


def unit(c: Components, expr: Apply, at: At) -> Poly:
    index, axis = expr.args
    assert isinstance(index, Index)
    assert isinstance(axis, Axis)
    return c.equal(c.index(index, axis), at[0])


def delta(c: Components, expr: Apply, at: At) -> Poly:
    i, j = (a for a in expr.args if isinstance(a, Index))
    axis = j.axis if isinstance(i.name, int) else i.axis
    return c.equal(c.index(i, axis), c.index(j, axis))


def commutation(c: Components, expr: Apply, at: At) -> Poly:
    m, n = (a for a in expr.args if isinstance(a, Axis))
    i, j = split(at[0], [m, n])
    k, p = split(at[1], [n, m])
    return algebra.product(c.equal(i, p), c.equal(j, k))


def block(c: Components, expr: Apply, at: At) -> Poly:
    rows, cols = expr.params
    parts = expr.children
    for k, part in enumerate(parts):
        require_alike(part.shape.rows, parts[k // cols * cols].shape.rows)
        require_alike(part.shape.cols, parts[k % cols].shape.cols)
    r, i = locate(at[0], [parts[k * cols].shape.rows for k in range(rows)])
    s, j = locate(at[1], [parts[k].shape.cols for k in range(cols)])
    return c(parts[r * cols + s], i, j)


def constant_pi(c: Components, expr: Apply, at: At) -> Poly:
    return algebra.single(Pi())


def leibniz(c: Components, a: Expr, rows: list[Value], cols: list[Value]) -> Poly:
    """The determinant of a small matrix as the signed sum over permutations."""
    result = ZERO
    for order in permutations(range(len(cols))):
        inversions = sum(order[p] > order[q] for p in range(len(order)) for q in range(p + 1, len(order)))
        entries = [c(a, rows[p], cols[q]) for p, q in enumerate(order)]
        result += algebra.product(Poly.number((-1) ** inversions), *entries)
    return result
