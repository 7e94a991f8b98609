r"""Signs in front, brackets gone: an expression that a calculation built, as one would write it down.

Products and sums are grouped to the left, as they are read; minus signs are pulled out of factors, fractions and sums,
a sum of a negative term is a difference, and terms that are 0 are left out. The value stays the same, and so does the
matrix whose component is taken: what stands inside the brackets of (A(BC))_{ij} may be the very point.
"""

from __future__ import annotations

from cheatsheet.language.expressions import Apply, Expr, Number, Sum, rebuild
from cheatsheet.language.table import TABLE, build

_ZERO, _ONE = Number(0), Number(1)


def tidied(expr: Expr) -> Expr:
    """An expression of the same value with its signs in front and its brackets fewer.

    >>> from cheatsheet.language.dimensions import Shape
    >>> from cheatsheet.language.expressions import Symbol
    >>> a, b, c = (Symbol(name, Shape.scalar()) for name in "abc")
    >>> tidied(build("add", a, build("scale", build("neg", b), build("scale", a, c))))
    a - b * a * c
    >>> tidied(build("neg", build("over", build("neg", a), b)))
    a / b
    >>> tidied(build("add", build("scale", a, Number(0)), b))
    b
    """
    if isinstance(expr, Apply) and expr.op == "component":
        zero = isinstance(expr.args[0], Apply) and expr.args[0].op == "zeros"
        return _ZERO if zero else expr
    expr = rebuild(expr, tidied)
    if isinstance(expr, Sum):
        negative, body = unsigned(expr.body)
        return _ZERO if body == _ZERO else _signed(Sum(body, expr.indices), negative)
    if not isinstance(expr, Apply):
        return expr
    match expr.op:
        case "scale" | "over" if expr.shape.is_scalar and _vanishes(expr):
            return _ZERO
        case "neg":
            return negated(expr.children[0])
        case "add" | "sub":
            a, b = expr.children
            return _added(a, b, subtract=expr.op == "sub")
        case "power" if expr.children[0] == _ZERO and _is_positive(expr.children[1]):
            return _ZERO
        case "power" if expr.children[1] == Number(2) and _is_root(expr.children[0]):
            return expr.children[0].children[0]
        case "over" if expr.shape.is_scalar and _is_fraction(expr.children[0]):
            (above, below), outer = expr.children[0].children, expr.children[1]
            return tidied(build("over", above, _in_front(outer, below)))
        case "scale" if expr.shape.is_scalar and _is_reciprocal(*expr.children):
            return tidied(build("over", expr.children[1], expr.children[0].children[1]))
        case op if len(expr.children) == 2 and (TABLE[op].linear or TABLE[op].divides):
            (p, a), (q, b) = (unsigned(child) for child in expr.children)
            return _signed(_multiplied(op, a, b) if TABLE[op].is_product else build(op, a, b), p != q)
        case "transpose" | "tr" as op:
            negative, a = unsigned(expr.children[0])
            return _signed(build(op, a), negative)
    return expr


def _vanishes(expr: Apply) -> bool:
    """Whether a product of scalars has a factor 0, or a quotient the numerator 0."""
    factors = expr.children if expr.op == "scale" else expr.children[:1]
    return _ZERO in factors


def _is_positive(expr: Expr) -> bool:
    return isinstance(expr, Number) and expr.value > 0


def _is_root(expr: Expr) -> bool:
    return isinstance(expr, Apply) and expr.op == "sqrt" and expr.shape.is_scalar


def _is_fraction(expr: Expr) -> bool:
    return isinstance(expr, Apply) and expr.op == "over" and expr.children[0].shape.is_scalar


def _is_reciprocal(a: Expr, factor: Expr) -> bool:
    """Whether ``a`` is 1/b, so that the factor beside it goes above the bar; a sum is left beside it."""
    return _is_fraction(a) and a.children[0] == _ONE and not isinstance(factor, Sum)


def _in_front(a: Expr, b: Expr) -> Expr:
    """The product of two scalars, a number first."""
    return build("scale", b, a) if isinstance(b, Number) else build("scale", a, b)


def _signed(expr: Expr, negative: bool) -> Expr:
    return negated(expr) if negative else expr


def unsigned(expr: Expr) -> tuple[bool, Expr]:
    """Whether an expression begins with a minus sign, and the expression without it."""
    match expr:
        case Number() if expr.value < 0:
            return True, Number(-expr.value)
        case Apply(op="neg"):
            return True, expr.children[0]
        case Apply() if TABLE[expr.op].is_product:
            a, b = expr.children
            negative, a = unsigned(a)
            return (True, _multiplied(expr.op, a, b)) if negative else (False, expr)
    return False, expr


def negated(expr: Expr) -> Expr:
    """The expression with the other sign; of a product, the first factor takes it."""
    negative, positive = unsigned(expr)
    if negative:
        return positive
    match expr:
        case Number():
            return Number(-expr.value)
        case Apply() if TABLE[expr.op].is_product:
            a, b = expr.children
            return build(expr.op, negated(a), b)
    return build("neg", expr)


def _added(a: Expr, b: Expr, subtract: bool) -> Expr:
    """``a + b`` or ``a - b``, grouped to the left."""
    negative, b = unsigned(b)
    subtract = subtract != negative
    if b == _ZERO:
        return a
    if a == _ZERO:
        return _signed(b, subtract)
    if isinstance(b, Apply) and b.op in ("add", "sub"):
        c, d = b.children
        return _added(_added(a, c, subtract), d, subtract != (b.op == "sub"))
    return build("sub" if subtract else "add", a, b)


def _multiplied(op: str, a: Expr, b: Expr) -> Expr:
    """The product, grouped to the left; a factor 1 is left out."""
    if op == "scale" and a == _ONE:
        return b
    if op == "scale" and b == _ONE:
        return a
    if isinstance(b, Apply):
        if b.op == op and (op != "scale" or not _is_chain(a)):
            c, d = b.children
            return _multiplied(op, _multiplied(op, a, c), d)
        if op == "scale" and b.op == "matmul" and not b.shape.is_scalar and not _is_chain(a):
            c, d = b.children
            return build("matmul", _multiplied("scale", a, c), d)
    return build(op, a, b)


def _is_chain(expr: Expr) -> bool:
    """Whether a scalar is a product of matrices, which keeps its brackets: (xᵀy)z."""
    return isinstance(expr, Apply) and expr.op == "matmul"
