"""Formulas as a page shows them: no fraction upon a fraction bar, a minus sign in front of it, −AB without brackets.

The printer writes every tree in its own way (:mod:`.latex`); what is equal by the laws of signs and of factors alone
may be put before it in the way that reads best.
"""

from __future__ import annotations

from fractions import Fraction
from math import prod

from cheatsheet.language.expressions import Apply, Equation, Expr, Number, Sum, rebuild
from cheatsheet.language.table import TABLE, ShapeError, build
from cheatsheet.language.tidying import negated, unsigned


def legible(expr: Expr) -> Expr:
    """The expression as it is shown.

    >>> from cheatsheet.language.dimensions import Shape
    >>> from cheatsheet.language.expressions import Symbol
    >>> f, g, x = (Symbol(name, Shape.scalar()) for name in "fgx")
    >>> slope = build("diff", f, x, params=("numerator",))
    >>> legible(build("over", build("scale", g, slope), build("power", x, Number(2))))
    g / x ** 2 * diff(f, x)
    >>> legible(build("add", f, build("over", build("neg", g), x)))
    f - g / x
    """
    expr = rebuild(expr, legible)
    try:
        return _rewritten(expr)
    except ShapeError:  # in a mistake that is ill-formed
        return expr


def _rewritten(expr: Expr) -> Expr:
    match expr:
        case Apply(op="over", args=(Expr() as above, Expr() as below)):
            return _fraction(above, below)
        case Apply(op="neg", args=(Apply(op="matmul" | "scale") as product,)):
            return negated(product)
        case Apply(op="matmul" | "scale", args=(Expr() as a, Expr() as b)):
            negative, positive = _without_sign(b)
            if negative:
                return negated(build(expr.op, a, positive))
            return _in_a_row(expr) if expr.op == "scale" else expr
        case Apply(op="add" | "sub", args=(Expr() as a, Expr() as b)):
            negative, positive = _without_sign(b)
            if not negative or isinstance(b, Number):
                return expr
            return build("add" if expr.op == "sub" else "sub", a, positive)
    return expr


def _in_a_row(product: Apply) -> Expr:
    """½ · (2x) as x: the factors without brackets between them, their numbers as one in front, 1 left out."""
    if product.children[0] == Number(1):
        return product.children[1]
    factors = _factors(product)
    numbers = [f for f in factors if isinstance(f, Number)]
    if len(numbers) < 2:
        return _product(factors) if _is(product.children[1], "scale") else product
    whole = prod((f.value for f in numbers), start=Fraction(1))
    others = [f for f in factors if not isinstance(f, Number)]
    return _product(others if whole == 1 and others else [Number(whole), *others])


def legible_equation(equation: Equation) -> Equation:
    """Both sides as they are shown, unless the claim is about just that."""
    lhs, rhs = legible(equation.lhs), legible(equation.rhs)
    return equation if lhs == rhs else Equation(lhs, rhs, equation.negated)


def _without_sign(expr: Expr) -> tuple[bool, Expr]:
    """Whether a fraction or a product begins with a minus sign, and it without one."""
    match expr:
        case Apply(op="matmul" | "scale") | Apply(op="neg", args=(Apply(op="over"),)):
            return unsigned(expr)
    return False, expr


def _is(expr: Expr, op: str) -> bool:
    return isinstance(expr, Apply) and expr.op == op


def _fraction(above: Expr, below: Expr) -> Expr:
    """The quotient with its sign in front, and behind it what is too tall for its bar."""
    negative, above = (False, above) if isinstance(above, Number) else unsigned(above)
    tall = _is_tall(above, below)
    shown = _parted(above, below) if tall else build("over", above, below)
    if not negative:
        return shown
    return negated(shown) if tall else build("neg", shown)


def _parted(above: Expr, below: Expr) -> Expr:
    """a/b · ∂f/∂x instead of a ∂f/∂x over b."""
    factors = _factors(above)
    low = [f for f in factors if f.shape.is_scalar and not _is_tall(f, below)]
    high = _product([f for f in factors if f not in low])
    return _multiple(_quotient(_product(low or [Number(1)]), below), high)


def _multiple(number: Expr, product: Expr) -> Expr:
    """The multiple, of a product of matrices with the number beside its first factor: it needs no brackets there."""
    if _is(product, "matmul"):
        first, last = product.children
        return build("matmul", _multiple(number, first), last)
    return _product([number, *_factors(product)])


def _quotient(a: Expr, b: Expr) -> Expr:
    if isinstance(a, Number) and isinstance(b, Number) and b.value:
        return Number(Fraction(a.value) / Fraction(b.value))
    return build("over", a, b)


def _factors(expr: Expr) -> list[Expr]:
    """The factors of a multiple, numbers and matrices, in their order."""
    if _is(expr, "matmul"):
        first, last = expr.children
        *numbers, first = _factors(first)
        return [*numbers, build("matmul", first, last)] if all(n.shape.is_scalar for n in numbers) else [expr]
    if not _is(expr, "scale"):
        return [expr]
    return [factor for child in expr.children for factor in _factors(child)]


def _product(factors: list[Expr]) -> Expr:
    whole = factors[0]
    for factor in factors[1:]:
        whole = build("scale", whole, factor)
    return whole


def _is_tall(expr: Expr, below: Expr) -> bool:
    """Whether an expression is higher than a line, or broad as a sum over an index is above a short denominator."""
    match expr:
        case Sum():
            return not _has_sum(below)
        case Apply(op="diff" | "over"):
            return True
        case Apply() if TABLE[expr.op].linear or expr.op in ("add", "sub"):
            return any(_is_tall(child, below) for child in expr.children)
    return False


def _has_sum(expr: Expr) -> bool:
    return isinstance(expr, Sum) or any(map(_has_sum, expr.children))
