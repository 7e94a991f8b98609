"""Axes of one size and different structure: ``I(m * n)`` beside ``vec(X)``, whose entries are numbered by (n, m).

An identity, a matrix of ones or of zeros does not depend on how its rows are numbered, so it is given the structure of
what it meets; anything else is left as it is, and the calculus refuses it.
"""

from __future__ import annotations

from cheatsheet.language.dimensions import Axis
from cheatsheet.language.expressions import Apply, Expr, rebuild
from cheatsheet.language.table import TABLE, build


def aligned(lhs: Expr, rhs: Expr) -> tuple[Expr, Expr]:
    """Both sides with the structure of constant matrices fitted to what they meet."""
    return _fit_each_other(_settled(lhs), _settled(rhs))


def _settled(expr: Expr) -> Expr:
    if not isinstance(expr, Apply):
        return rebuild(expr, _settled)
    args = tuple(_settled(a) if isinstance(a, Expr) else a for a in expr.args)
    if any(a is not b for a, b in zip(args, expr.args, strict=True)):
        settled = build(expr.op, *args, params=expr.params)  # its parts may be numbered in another way now
        assert isinstance(settled, Apply)
        expr = settled
    if _is_entry_by_entry(expr):
        a, b = expr.children
        return expr if a.shape == b.shape else build(expr.op, *_fit_each_other(a, b))
    if expr.op == "matmul":
        a, b = expr.children
        if a.shape.cols != b.shape.rows:
            first = _fitted_on_one_side(a, (a.shape.rows, b.shape.rows), b.shape.rows)
            if first.shape.cols == b.shape.rows:
                return build("matmul", first, b)
            return build("matmul", a, _fitted_on_one_side(b, (a.shape.cols, b.shape.cols), a.shape.cols))
    return expr


def _is_entry_by_entry(expr: Apply) -> bool:
    """Whether an entry is made of the same entry of either of two operands."""
    scalar = any(child.shape.is_scalar for child in expr.children)
    return TABLE[expr.op].entrywise is not None and len(expr.children) == 2 and not scalar


def _fitted_on_one_side(expr: Expr, axes: tuple[Axis, Axis], met: Axis) -> Expr:
    """The factor of a product over the axis it meets; an identity is then over that axis on its other side too."""
    fitted = _fitted(expr, axes)
    return _fitted(expr, (met, met)) if fitted is expr and expr.shape.is_square else fitted


def _fit_each_other(a: Expr, b: Expr) -> tuple[Expr, Expr]:
    if a.shape == b.shape or a.shape.is_tensor:
        return a, b
    fitted = _fitted(b, a.shape.axes)
    return (a, fitted) if fitted.shape == a.shape else (_fitted(a, b.shape.axes), b)


def _fitted(expr: Expr, axes: tuple[Axis, ...]) -> Expr:
    """The expression over the given axes of the same sizes, if it can be written over them."""
    if expr.shape.axes == axes or not isinstance(expr, Apply) or len(axes) != 2:
        return expr
    match expr.op:
        case "I":
            return build("I", axes[0]) if axes[0] == axes[1] else expr
        case "ones" | "zeros":
            return build(expr.op, *axes)
        case "neg":
            return build("neg", _fitted(expr.children[0], axes))
        case "scale":
            return build("scale", expr.children[0], _fitted(expr.children[1], axes))
        case "over":
            return build("over", _fitted(expr.children[0], axes), expr.children[1])
        case "transpose":
            return build("transpose", _fitted(expr.children[0], axes[::-1]))
        case "add" | "sub":
            return build(expr.op, *(_fitted(child, axes) for child in expr.children))
    return expr
