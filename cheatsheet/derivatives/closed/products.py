"""Products as a textbook writes them: a number, scalar factors and a chain of matrices; sums are made of these."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from cheatsheet.derivatives.closed.transposes import Skew, turned
from cheatsheet.language.dimensions import Axis, Shape
from cheatsheet.language.expressions import Apply, Expr, Number, Symbol
from cheatsheet.language.table import TABLE, build

Chain = tuple[Expr, ...]
Powers = tuple[tuple[Expr, Fraction], ...]


@dataclass(frozen=True)
class Product:
    """``coefficient * scalars * chain[0] @ chain[1] @ …``; an empty chain is the identity, or one for a scalar."""

    coefficient: Fraction
    scalars: Powers
    chain: Chain
    shape: Shape


def product(
    coefficient: Fraction, scalars: Iterable[tuple[Expr, Fraction]], chain: Chain, shape: Shape
) -> Product:
    """A product with inverses cancelled and signs drawn to the front."""
    sign, chain = _cancelled(chain)
    powers = _merged(scalars)
    for k, factor in enumerate(chain):
        inverse = _inverse(factor, powers)
        if inverse is not None:  # adj(A) / det(A)
            determinant, own = inverse
            powers = _merged([*powers, (determinant, Fraction(1))])
            chain = (*chain[:k], own, *chain[k + 1 :])
    return Product(coefficient * sign, powers, chain, shape)


def _inverse(factor: Expr, powers: Powers) -> tuple[Expr, Expr] | None:
    """The determinant that stands below an adjugate, and the inverse that the two are."""
    match factor:
        case Apply(op="transpose"):
            found = _inverse(factor.children[0], powers)
            return None if found is None else (found[0], build("transpose", found[1]))
        case Apply(op="adj"):
            determinant = build("det", factor.children[0])
            if dict(powers).get(determinant, Fraction(0)) <= -1:
                return determinant, build("inv", factor.children[0])
    return None


def _merged(scalars: Iterable[tuple[Expr, Fraction]]) -> Powers:
    """Equal factors made one, roots squared away, ``exp(u) / (1 + exp(u))`` read as ``sigmoid(u)``."""
    total: dict[Expr, Fraction] = {}
    for factor, exponent in scalars:
        if isinstance(factor, Apply) and factor.op == "sqrt" and exponent % 2 == 0:
            factor, exponent = factor.children[0], exponent / 2
        total[factor] = total.get(factor, Fraction(0)) + exponent
    for factor in list(total):
        if isinstance(factor, Apply) and factor.op == "sign":
            absolute = build("abs", factor.children[0])
            if total[factor] == 1 and total.get(absolute) == -1:  # sign(a) / |a| = 1 / a
                inner = factor.children[0]
                del total[factor], total[absolute]
                total[inner] = total.get(inner, Fraction(0)) - 1
                continue
        argument = _one_plus_exponential(factor)
        if argument is not None and total.get(factor) == -1:
            exponential = build("exp", argument)
            if total.get(exponential, 0) >= 1:
                total[factor] += 1
                total[exponential] -= 1
                own = build("sigmoid", argument)
                total[own] = total.get(own, Fraction(0)) + 1
    for factor in list(total):
        _join_power(factor, total)
    return tuple((f, e) for f, e in total.items() if e)


def _join_power(factor: Expr, total: dict[Expr, Fraction]) -> None:
    """``a * a ** (k - 1)`` read as ``a ** k``."""
    match factor:
        case Apply(op="power", args=(Expr() as base, Expr() as exponent)) if not isinstance(exponent, Number):
            beside = total.get(base, Fraction(0))
            if not beside or beside.denominator != 1 or total[factor] != 1:
                return
            shift = beside
            match exponent:
                case Apply(op="sub", args=(Expr() as k, Number(value=less))):
                    exponent, shift = k, beside - less
                case Apply(op="add", args=(Expr() as k, Number(value=more))):
                    exponent, shift = k, beside + more
            if shift:
                exponent = build("add" if shift > 0 else "sub", exponent, Number(abs(shift)))
            del total[factor], total[base]
            joined = build("power", base, exponent)
            total[joined] = total.get(joined, Fraction(0)) + 1


def _one_plus_exponential(factor: Expr) -> Expr | None:
    match factor:
        case Apply(op="add", args=(Apply(op="ones") | Number(value=1), Apply(op="exp") as exponential)):
            return exponential.children[0]
        case Apply(op="add", args=(Apply(op="exp") as exponential, Apply(op="ones") | Number(value=1))):
            return exponential.children[0]
    return None


def _cancelled(chain: Chain) -> tuple[int, Chain]:
    """The chain without identities and without matrices that meet their inverses; and the sign that comes out."""
    sign = 1
    kept: list[Expr] = []
    for factor in chain:
        if isinstance(factor, Apply) and factor.op == "transpose" and _is_antisymmetric(factor.children[0]):
            sign, factor = -sign, factor.children[0]
        if isinstance(factor, Apply) and factor.op == "I":
            continue
        while kept and isinstance(last := kept[-1], Skew) and factor.shape.cols.is_one:
            turn, factor = crossed(last.vector, factor)
            sign *= turn
            kept.pop()
        if kept and are_inverse(kept[-1], factor):
            kept.pop()
        else:
            kept.append(factor)
    return sign, tuple(kept)


def crossed(a: Expr, b: Expr) -> tuple[int, Expr]:
    """The sign of ``a × b`` and that product, symbols in alphabetical order; zero for ``a × a``."""
    if isinstance(a, Symbol) and isinstance(b, Symbol) and a.name > b.name:
        return -1, build("cross", b, a)
    return int(a != b), build("cross", a, b)


def _is_antisymmetric(expr: Expr) -> bool:
    return isinstance(expr, Symbol) and "antisymmetric" in expr.properties


def are_inverse(a: Expr, b: Expr) -> bool:
    """Whether one of two matrices is written as the inverse of the other."""
    if isinstance(a, Apply) and isinstance(b, Apply) and a.op == b.op == "transpose":
        a, b = a.children[0], b.children[0]
    return any(
        isinstance(x, Apply)
        and x.children == (y,)
        and (x.op == "inv" or (x.op == "transpose" and _is_orthogonal(y)))
        for x, y in ((a, b), (b, a))
    )


def _is_orthogonal(expr: Expr) -> bool:
    return isinstance(expr, Symbol) and "orthogonal" in expr.properties


# --- expressions ----------------------------------------------------------------------------------------------------


def chain_expression(chain: Chain, axis: Axis) -> Expr:
    """The product of a chain; the identity over ``axis`` where it is empty."""
    if not chain:
        return Number(1) if axis.is_one else build("I", axis)
    result = chain[0]
    for factor in chain[1:]:
        result = _multiplied(result, factor)
    return result


def _multiplied(a: Expr, b: Expr) -> Expr:
    if isinstance(b, Skew) and a.shape.is_vector:
        return build("transpose", build("cross", turned(a), b.vector))
    return build("matmul", a, b)


def factors_of(expr: Expr) -> Chain:
    """The factors of a matrix product."""
    if isinstance(expr, Apply) and expr.op == "matmul" and not expr.shape.is_scalar:
        return (*factors_of(expr.children[0]), expr.children[1])
    return (expr,)


def turned_chain(chain: Chain) -> Chain:
    return tuple(turned(factor) for factor in reversed(chain))


def hadamard(factors: Iterable[tuple[Expr, Fraction]]) -> Expr:
    """The element-wise product of columns or matrices with exponents; the scalar product of scalars."""
    factors = _merged(factors)
    above = [_power(f, e) for f, e in factors if e > 0]
    below = [_power(f, -e) for f, e in factors if e < 0]
    if not below:
        return _times(above)
    denominator = _times(below)
    if denominator.shape.is_scalar:
        return build("over", _times(above) if above else Number(1), denominator)
    return (
        build("quotient", _times(above), denominator)
        if above
        else build("reciprocal", Number(1), denominator)
    )


def _power(base: Expr, exponent: Fraction) -> Expr:
    if exponent == 1:
        return base
    if exponent == Fraction(1, 2):
        return build("sqrt", base)
    return build("power", base, Number(exponent))


def _times(factors: list[Expr]) -> Expr:
    result = factors[0]
    for factor in factors[1:]:
        result = build("scale" if result.shape.is_scalar else "hadamard", result, factor)
    return result


def written(p: Product) -> Expr:
    """The product as an expression: numbers and scalars in front, denominators behind."""
    body = chain_expression(_shorter_transpose(p.chain), p.shape.rows)
    number = p.coefficient
    above = [_power(f, e) for f, e in p.scalars if e > 0]
    below = [_power(f, -e) for f, e in p.scalars if e < 0]
    if abs(number.numerator) != 1:
        above.insert(0, Number(abs(number.numerator)))
    if number.denominator != 1:
        below.insert(0, Number(number.denominator))
    if above:
        body = scaled(_times(above), body)
    if number < 0:
        body = negated(body)
    return build("over", body, _times(below)) if below else body


def _shorter_transpose(chain: Chain) -> Chain:
    """``A⁻ᵀ Bᵀ`` as ``(B A⁻¹)ᵀ``, and the square of a transpose as the transpose of the square."""
    inner = [f.children[0] for f in chain if isinstance(f, Apply) and f.op == "transpose"]
    if len(inner) < max(2, len(chain)):
        return chain
    if inner[0] != inner[1] and not any(isinstance(f, Apply) and f.op == "inv" for f in inner):
        return chain
    return (build("transpose", chain_expression(turned_chain(chain), chain[0].shape.rows)),)


def is_led(expr: Apply) -> bool:
    """Whether what is in front of the first operand is in front of the whole: of a product or a quotient."""
    return expr.op == "matmul" or TABLE[expr.op].second_exponent is not None


def scaled(factor: Expr, expr: Expr) -> Expr:
    """A multiple, with the factor at the very front: ``2 * A @ x`` and not ``2 * (A @ x)``."""
    if isinstance(expr, Apply) and is_led(expr) and not (expr.op == "matmul" and expr.shape.is_scalar):
        return build(expr.op, scaled(factor, expr.children[0]), expr.children[1])
    return factor if expr == Number(1) else build("scale", factor, expr)


def negated(expr: Expr) -> Expr:
    """The negative, with the sign at the very front."""
    match expr:
        case Number():
            return Number(-expr.value)
        case Apply(op="neg"):
            return expr.children[0]
        case Apply() if is_led(expr):
            first, second = expr.children
            turns = isinstance(first, Apply) and first.op == "sub"  # (x - c) @ … keeps its sign
            return build(expr.op, build("neg", first) if turns else negated(first), second)
        case Apply(op="sub"):
            return build("sub", *expr.children[::-1])
    return build("neg", expr)
