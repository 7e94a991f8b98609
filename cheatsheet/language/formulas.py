"""Formulas of one or two numbers, as a row of the table states them, and the same entry by entry."""

from __future__ import annotations

from functools import cache

from cheatsheet.language.dimensions import Shape
from cheatsheet.language.expressions import Apply, Expr, Number, Symbol, symbols
from cheatsheet.language.table import build

X, Y = (Symbol(name, Shape.scalar()) for name in "xy")
"""The numbers that a formula speaks of."""


@cache
def formula(text: str) -> Expr:
    """The expression of a formula in ``x`` and ``y``, which stand for numbers.

    >>> formula("1 - tanh(x) ** 2")
    1 - tanh(x) ** 2
    """
    from cheatsheet.language.elaborate import (  # it needs the whole table, of which a formula is a part
        Declarations,
        elaborate_expression,
    )

    return elaborate_expression(text, Declarations({"x": X, "y": Y}))


def entry_by_entry(rule: Expr, *operands: Expr) -> Expr:
    """The formula of each entry of the operands, which have one shape, as an expression of that shape.

    >>> from cheatsheet.language.dimensions import Axis
    >>> z = Symbol("z", Shape.vector(Axis.of("n")))
    >>> entry_by_entry(formula("1 - tanh(x) ** 2"), z)
    ones(n) - tanh(z) ** 2
    >>> entry_by_entry(formula("1 / x"), z), entry_by_entry(formula("x * exp(x)"), z)
    (1 / z, z * exp(z))
    """
    if rule in (X, Y):
        return operands[rule == Y]
    if not symbols(rule):
        return rule
    assert isinstance(rule, Apply)
    parts = [entry_by_entry(child, *operands) for child in rule.children]
    match rule.op:
        case "add" | "sub":
            shape = operands[0].shape
            return build(rule.op, *(part if part.shape == shape else filled(part, shape) for part in parts))
        case "scale":
            return times(*parts)
        case "over":
            return divided(*parts)
    return build(rule.op, *parts)


def times(a: Expr, b: Expr) -> Expr:
    """The element-wise product, or the scalar multiple where one operand is a scalar."""
    if a.shape.is_scalar:
        return b if a == Number(1) else build("scale", a, b)
    if b.shape.is_scalar:
        return build("scale", b, a)
    return build("hadamard", a, b)


def flipped(a: Expr) -> Expr:
    """The transpose, a transpose taken away where it stands in front.

    >>> from cheatsheet.language.dimensions import Axis
    >>> x = Symbol("x", Shape.vector(Axis.of("n")))
    >>> flipped(x), flipped(flipped(x))
    (x.T, x)
    """
    return a.children[0] if isinstance(a, Apply) and a.op == "transpose" else build("transpose", a)


def divided(a: Expr, b: Expr) -> Expr:
    """The element-wise quotient, or the multiple or the reciprocals where one operand is a scalar."""
    if b.shape.is_scalar:
        return build("over", a, b)
    return build("reciprocal" if a.shape.is_scalar else "quotient", a, b)


def spread_along(sums: Expr, shape: Shape, axis: int) -> Expr:
    """The matrix whose row (``axis=1``) or column (``axis=0``) has one entry of a column everywhere.

    >>> from cheatsheet.language.dimensions import Axis
    >>> m, n = Axis.of("m"), Axis.of("n")
    >>> spread_along(Symbol("s", Shape.vector(m)), Shape.matrix(m, n), 1)
    s @ ones(n).T
    """
    if shape.axes[axis].is_one:
        return sums if axis or sums.shape.is_scalar else build("transpose", sums)
    if axis:
        row = build("transpose", build("ones", shape.cols))
        return build("matmul", sums, row) if not sums.shape.is_scalar else times(sums, row)
    if sums.shape.is_scalar:
        return times(sums, build("ones", shape.rows))
    return build("matmul", build("ones", shape.rows), build("transpose", sums))


def filled(number: Expr, shape: Shape) -> Expr:
    """The number at every place of a shape."""
    if shape.is_scalar:
        return number
    ones = build("ones", *(shape.axes[:1] if shape.cols.is_one else shape.axes))
    return times(number, ones)
