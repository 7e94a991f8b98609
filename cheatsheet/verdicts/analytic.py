"""Whether both sides of a claim are analytic on one connected domain, so that a region where they agree is all of it.

The domain is found convex: all values of the symbols, cut by half spaces where an affine expression must be positive.
On it a side is a quotient of analytic functions; a function other than the arithmetic ones is analytic only of an
argument without poles. What is not shown to be so is refused.
"""

from __future__ import annotations

from cheatsheet.evaluation.properties import is_connected
from cheatsheet.language.expressions import Apply, Expr, Number, Size, Sum, Symbol
from cheatsheet.language.table import TABLE
from cheatsheet.verdicts.claim import Claim
from cheatsheet.verdicts.count_rules import RULES


class NotAnalyticError(Exception):
    """The claim has a kink, a jump, or a domain that may fall into pieces; the text says where."""


def require_analytic(claim: Claim) -> None:
    """Raises :class:`NotAnalyticError`."""
    for side in (claim.equation.lhs, claim.equation.rhs):
        has_poles(side)


def has_poles(expr: Expr) -> bool:
    """Whether the expression is a quotient of analytic functions, and not analytic itself."""
    match expr:
        case Symbol():
            if expr.definition is not None:
                return has_poles(expr.definition)
            if not is_connected(expr.properties):
                raise NotAnalyticError(f"the values of {expr.name} fall into several pieces")
            return False
        case Sum():
            return has_poles(expr.body)
        case Apply():
            return _apply(expr)
    return False


def _apply(node: Apply) -> bool:
    first = node.children[0] if node.children else None
    if TABLE[node.op].differentiates and node.op in RULES and first is not None:
        return has_poles(first)
    poles = True in [has_poles(child) for child in node.children]  # each is looked at
    if TABLE[node.op].divides:
        return poles or not is_positive_everywhere(node.children[1])
    match node.op, node.args:
        case "inv", (Expr() as a,):
            return poles or not _definite(a)
        case "matrix_power", (_, Number() as k):
            return poles or k.value < 0
        case "matrix_power", _:
            raise NotAnalyticError("a power of a matrix that is no number")
        case "power", (Expr() as base, Expr() as exponent):
            return _power(base, exponent, poles)
        case "tan", _ if not poles:
            return True
        case "norm", (Symbol(definition=None, properties=p) as x,) if not p and _is_large(x):
            return False  # but for one point, which cuts nothing in two
        case "logdet", (Expr() as a,) if _definite(a):
            return False
    if node.op in RULES or (not poles and _has_convex_domain(node)):
        return poles
    if TABLE[node.op].smoothness not in ("polynomial", "entire"):
        raise NotAnalyticError(f"{node.op} is not analytic there, or not known to be")
    if poles:
        raise NotAnalyticError(f"{node.op} of a quotient: between its poles there may be several regions")
    return False


def _has_convex_domain(node: Apply) -> bool:
    """Whether this is an analytic function of one number, defined where an affine expression lies between bounds."""
    row, function = TABLE[node.op], TABLE[node.op].one_element
    if function is None or row.smoothness != "analytic":
        return False
    match function.domain:
        case "positive" | "nonnegative":
            _require_convex(row.name, node.children[0])
            return True
        case "within one":
            return is_affine(node.children[0])
    return False


def _power(base: Expr, exponent: Expr, poles: bool) -> bool:
    if isinstance(exponent, Number) and exponent.value.denominator == 1:
        return poles or (exponent.value < 0 and not is_positive_everywhere(base))
    if poles:
        raise NotAnalyticError("a power of a quotient")
    if isinstance(exponent, Number):
        _require_convex("a root", base)
    elif not is_positive_everywhere(base):  # else a negative base has a power at some exponents alone
        raise NotAnalyticError("a power of what may be zero or negative")
    return False


def _require_convex(op: str, a: Expr) -> None:
    if not (is_positive_everywhere(a) or is_affine(a)):
        raise NotAnalyticError(f"where the argument of {op} is positive there may be several regions")


def _is_large(x: Symbol) -> bool:
    """Whether the symbol has two entries at least, whatever its dimensions."""
    return any(not axis.names and axis.at({}) > 1 for axis in x.shape.axes)


def _definite(a: Expr) -> bool:
    return isinstance(a, Symbol) and "positive_definite" in a.properties


def is_affine(expr: Expr) -> bool:
    """Whether every entry is affine in the entries of the symbols together."""
    match expr:
        case Symbol():
            return is_affine(expr.definition) if expr.definition is not None else True
        case Number() | Size():
            return True
        case Sum():
            return is_affine(expr.body)
        case Apply() if TABLE[expr.op].linear:
            varying = [child for child in expr.children if not is_constant(child)]
            return len(varying) < 2 and all(map(is_affine, varying))
        case Apply() if TABLE[expr.op].divides:
            return is_affine(expr.children[0]) and is_constant(expr.children[1])
        case Apply(op="add" | "sub" | "block"):
            return all(map(is_affine, expr.children))
    return is_constant(expr)


def is_constant(expr: Expr) -> bool:
    """Whether no symbol stands in the expression."""
    if isinstance(expr, Symbol):
        return expr.definition is not None and is_constant(expr.definition)
    return all(is_constant(child) for child in expr.children)


def is_positive_everywhere(expr: Expr) -> bool:
    """Whether every entry is shown to be positive at every point."""
    match expr:
        case Number():
            return expr.value > 0
        case Size():
            return True
        case Symbol():
            if expr.definition is not None:
                return is_positive_everywhere(expr.definition)
            return "positive" in expr.properties
        case Sum():
            return is_positive_everywhere(expr.body)
        case Apply(op="add"):
            a, b = expr.children
            return any(is_positive_everywhere(x) and _not_negative(y) for x, y in ((a, b), (b, a)))
        case Apply(op="power"):
            return is_positive_everywhere(expr.children[0])
        case Apply(op="sqrt"):
            return is_positive_everywhere(expr.children[0])
        case Apply(op="det" | "tr"):
            return _definite(expr.children[0])
        case Apply(op="scale" | "hadamard" | "matmul" | "dot" | "total" | "component"):
            return all(is_positive_everywhere(child) for child in expr.children)
        case Apply() if TABLE[expr.op].divides:
            return all(is_positive_everywhere(child) for child in expr.children)
        case Apply(op=op):
            return TABLE[op].sign == "positive"
    return False


def _not_negative(expr: Expr) -> bool:
    match expr:
        case Number():
            return expr.value >= 0
        case Apply(op="power", args=(_, Number() as k)) if k.value.denominator == 1 and k.value % 2 == 0:
            return k.value >= 0
        case Apply(op="dot" | "hadamard" | "scale", args=(x, y)) if x == y:
            return True
        case Apply(op="matmul", args=(Apply(op="transpose", args=(x,)), y)) if x == y:
            return expr.shape.is_scalar
        case Apply(op="total" | "component"):
            return _not_negative(expr.children[0])
        case Apply(op="add"):
            return all(_not_negative(child) for child in expr.children)
    return is_positive_everywhere(expr)
