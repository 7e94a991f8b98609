"""Whether an expression is a polynomial: what then holds on a dense set holds everywhere."""

from __future__ import annotations

from cheatsheet.language.expressions import Apply, Expr, Number, Size, Symbol
from cheatsheet.language.table import TABLE


def is_polynomial(expr: Expr) -> bool:
    """Whether an expression is a polynomial in the entries of its symbols."""
    if isinstance(expr, Apply):
        whole = expr.op in ("power", "matrix_power") and _whole(expr.children[1])
        if TABLE[expr.op].smoothness != "polynomial" and not whole:
            return False
        return all(is_polynomial(child) for child in (expr.children[:1] if whole else expr.children))
    return not isinstance(expr, Symbol) or expr.definition is None or is_polynomial(expr.definition)


def _whole(exponent: Expr) -> bool:
    """Whether an exponent is a whole number that is not negative, or is so for all sizes but a few."""
    match exponent:
        case Number():
            return exponent.value.denominator == 1 and exponent.value >= 0
        case Size():
            return True
        case Apply(op="sub", args=(Size(), Number())):
            return True  # where n − 2 is negative, the claim itself divides
    return False
