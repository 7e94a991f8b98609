"""Claims about a matrix to the power k: shown for the first k, and from each k for the next."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

from cheatsheet.language.constants import ConstantError, constant_value
from cheatsheet.language.dimensions import Shape
from cheatsheet.language.expressions import Apply, Expr, Number, Size, Symbol, rebuild, symbols, walk
from cheatsheet.language.table import TABLE, build

Pair = tuple[Expr, Expr]
LONG = 8
"""Powers up to this one are products written out; larger ones are shown for every exponent."""


def inductions(lhs: Expr, rhs: Expr) -> Iterator[list[Pair]]:
    """Equations that together imply the claim: it holds for the least k, and both sides obey one recurrence.

    If L(k + 1) − M L(k) and R(k + 1) − M R(k) are equal for every k, where M is a matrix whose k-th power stands in the
    claim, then L(k) = R(k) leads to L(k + 1) = R(k + 1); and back again for negative k, where M is invertible.
    """
    lhs, rhs = _with_letter(lhs, rhs)
    powers = [n for side in (lhs, rhs) for n in walk(side) if isinstance(n, Apply) and n.op == "matrix_power"]
    for k in dict.fromkeys(p.children[1] for p in powers):
        if not (isinstance(k, Symbol) and "integer" in k.properties) or "nonzero" in k.properties:
            continue  # from a k that is not zero, no step leads over zero
        least = Number(1 if "positive" in k.properties else 0)
        if not all(_stays_defined(node, k, least) for side in (lhs, rhs) for node in walk(side)):
            continue
        base = (_with(lhs, k, least), _with(rhs, k, least))
        for m in dict.fromkeys(p.children[0] for p in powers if p.children[1] == k):
            for left in (True, False):
                meets = m.shape.rows == lhs.shape.rows if left else m.shape.cols == lhs.shape.cols
                if meets:
                    yield [base, (_change(lhs, k, m, left), _change(rhs, k, m, left))]


def _change(side: Expr, k: Symbol, m: Expr, left: bool) -> Expr:
    """S(k + 1) − M S(k), or S(k + 1) − S(k) M."""
    return build("sub", _following(side, k, left), _times(m, side, left))


def _times(m: Expr, side: Expr, left: bool) -> Expr:
    return build("matmul", m, side) if left else build("matmul", side, m)


def _following(expr: Expr, k: Symbol, left: bool) -> Expr:
    """The expression for k + 1, with M^(e + 1) written as M Mᵉ or Mᵉ M."""
    if expr == k:
        return build("add", k, Number(1))
    if isinstance(expr, Apply) and expr.op == "matrix_power":
        m, exponent = expr.children
        if _step(exponent, k) == 1:
            return _times(m, expr, left)
    return rebuild(expr, lambda child: _following(child, k, left))


def _with(expr: Expr, k: Expr, value: Expr) -> Expr:
    return value if expr == k else rebuild(expr, lambda child: _with(child, k, value))


def _stays_defined(node: Expr, k: Symbol, least: Number) -> bool:
    """Whether the node is defined for every smaller k at which the claim is made, where it is for some k."""
    if k not in symbols(node) or isinstance(node, Symbol):
        return True
    match node:
        case Apply(op="over"):
            return k not in symbols(node.children[1])
        case Apply(op="matrix_power" | "power", args=(Expr() as base, Expr() as exponent)):
            step, first = _step(exponent, k), _number(_with(exponent, k, least))
            whole = (
                step is not None and step.denominator == 1
            )  # else half of the steps are roots of a negative
            growing = whole and step is not None and step > 0 and first is not None and first >= 0
            return k not in symbols(base) and (growing or _is_never_zero(base))
    return isinstance(node, Apply) and TABLE[node.op].defined_everywhere


def _is_never_zero(base: Expr) -> bool:
    match base:
        case Number():
            return base.value != 0
        case Symbol():
            return bool(base.properties & {"positive", "nonzero"})
    return isinstance(base, Size)


def _step(exponent: Expr, k: Symbol) -> Fraction | None:
    """The coefficient of k in an exponent that is linear in it."""
    varying = [n for n in walk(exponent) if isinstance(n, Apply) and k in symbols(n)]
    if not all(TABLE[n.op].linear or n.op in ("add", "sub") for n in varying):
        return None
    places = range(2 + sum(n == k for n in walk(exponent)))  # more than its degree as a polynomial in k
    found = [_number(_with(exponent, k, Number(v))) for v in places]
    values = [v for v in found if v is not None]
    steps = {b - a for a, b in pairwise(values)}
    return steps.pop() if len(values) == len(places) and len(steps) == 1 else None


def _number(expr: Expr) -> Fraction | None:
    """The value of an expression made of numbers alone, where it has one."""
    try:
        return constant_value(expr)
    except ConstantError:
        return None


def _with_letter(lhs: Expr, rhs: Expr) -> Pair:
    """Numbers too large to be written out as exponents of matrices, the least of them replaced by a letter."""
    exponents = [
        n.children[1].value
        for side in (lhs, rhs)
        for n in walk(side)
        if isinstance(n, Apply) and n.op == "matrix_power" and isinstance(n.children[1], Number)
    ]
    if not exponents or min(exponents) < LONG:
        return lhs, rhs
    least = min(exponents)
    k = Symbol(f"⟨{least}⟩", Shape.scalar(), frozenset({"integer", "positive"}))

    def change(expr: Expr) -> Expr:
        if isinstance(expr, Apply) and expr.op == "matrix_power":
            base, exponent = expr.children
            assert isinstance(exponent, Number)
            more = exponent.value - least
            return build("matrix_power", change(base), build("add", k, Number(more)) if more else k)
        return rebuild(expr, change)

    if any(isinstance(n, Apply) and n.op == "matrix_power" and not isinstance(n.children[1], Number)
           for side in (lhs, rhs) for n in walk(side)):  # fmt: skip
        return lhs, rhs
    return change(lhs), change(rhs)
