"""What remains of an expression when its mere arrangement is left out: two that differ in nothing else have one key.

Arrangement is the order of terms and of numbers, brackets, signs, arithmetic of numbers, and factors 0, 1 and I. A
product of matrices is a word, a sum a polynomial in words. Nothing is multiplied out unless that is asked for, and no
law of transposes, inverses or determinants is used.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from fractions import Fraction

from cheatsheet.language.expressions import Apply, Expr, Index, Number, Size, Sum

Exponent = tuple[tuple[Hashable, Fraction], ...]
Scalars = tuple[tuple[Hashable, "Exponent"], ...]
Monomial = tuple[Scalars, tuple[Hashable, ...]]
Polynomial = dict[Monomial, Fraction]
UNIT: Monomial = ((), ())
_ONCE: Exponent = ((UNIT, Fraction(1)),)
MOST_TERMS = 500


class TooManyTerms(Exception):
    """The expression has more terms than anybody would write down."""


def canonical(expr: Expr, multiplied_out: bool = False) -> Hashable:
    """The key of an expression; with ``multiplied_out``, sums in products are expanded, and roots of that kind.

    >>> from cheatsheet.language.dimensions import Axis, Shape
    >>> from cheatsheet.language.table import build
    >>> n = Axis.of("n")
    >>> A, B = Symbol("A", Shape.matrix(n, n)), Symbol("B", Shape.matrix(n, n))
    >>> product = build("matmul", A, build("add", B, build("neg", A)))
    >>> again = build("neg", build("matmul", A, build("sub", A, B)))
    >>> canonical(product) == canonical(again), canonical(A) == canonical(B)
    (True, False)
    """
    return _key(Arrangement(multiplied_out).polynomial(expr))


def _key(polynomial: Polynomial) -> Hashable:
    return frozenset(polynomial.items())


class Arrangement:
    """Expressions as polynomials in words."""

    def __init__(self, multiplied_out: bool) -> None:
        self.multiplied_out = multiplied_out

    def polynomial(self, expr: Expr) -> Polynomial:
        """The terms of the expression, each with its coefficient; like terms are collected."""
        match expr:
            case Number():
                return {UNIT: expr.value} if expr.value else {}
            case Size():
                return _of_size(expr)
            case Apply(op="add" | "sub" | "neg"):
                sign = Fraction(1)
                total: Polynomial = {}
                for child in expr.children:
                    last = child is expr.children[-1] and expr.op != "add"
                    _add(total, self.polynomial(child), -sign if last else sign)
                return total
            case Apply(op="zeros"):
                return {}
            case Apply(op="scale" | "matmul"):
                return _product(*(self.factor(child) for child in expr.children))
            case Apply(op="over"):
                above, below = expr.children
                return _product(self.factor(above), self.power(below, {UNIT: Fraction(-1)}))
            case Apply(op="power") if expr.shape.is_scalar:
                return self.power(expr.children[0], self.polynomial(expr.children[1]))
            case Apply(op="I"):
                return (
                    {UNIT: Fraction(1)} if expr.shape.is_scalar else {((), (_identity(expr),)): Fraction(1)}
                )
            case Apply(op="ones") if expr.shape.is_scalar:
                return {UNIT: Fraction(1)}
        return self.atom(expr, expr.shape.is_scalar)

    def atom(self, expr: Expr, scalar: bool) -> Polynomial:
        key = self.key_of_atom(expr)
        if scalar:
            return {(((key, _ONCE),), ()): Fraction(1)}
        return {((), ((key, expr.shape.rows.is_one, expr.shape.cols.is_one),)): Fraction(1)}

    def key_of_atom(self, expr: Expr) -> Hashable:
        match expr:
            case Sum():
                return ("sum", _key(self.polynomial(expr.body)), expr.indices)
            case Apply():
                args = tuple(
                    _key(self.polynomial(a)) if isinstance(a, Expr) else _place(a) for a in expr.args
                )
                if expr.op in ("hadamard", "dot"):
                    return (expr.op, frozenset((a, args.count(a)) for a in args))
                return (expr.op, args, () if expr.op == "d" else expr.params)
        return expr

    def factor(self, expr: Expr) -> Polynomial:
        """The polynomial of a factor: unless it is multiplied out, a sum is one letter with its sign outside."""
        polynomial = self.polynomial(expr)
        if len(polynomial) < 2 or self.multiplied_out:
            return polynomial
        sign = 1 if min(polynomial.items(), key=repr)[1] > 0 else -1
        key = ("terms", frozenset((m, sign * c) for m, c in polynomial.items()))
        if expr.shape.is_scalar:
            return {(((key, _ONCE),), ()): Fraction(sign)}
        return {((), ((key, expr.shape.rows.is_one, expr.shape.cols.is_one),)): Fraction(sign)}

    def power(self, base: Expr, exponent: Polynomial) -> Polynomial:
        """A power of a scalar; the factors of a product are raised one by one where the exponent is whole."""
        value = exponent.get(UNIT, Fraction(0)) if exponent.keys() <= {UNIT} else None
        if value == 0:
            return {UNIT: Fraction(1)}
        if value == 1:
            return self.polynomial(base)
        own = self.polynomial(base)
        if value is not None and value.denominator == 1:
            if self.multiplied_out and value > 1 and len(own) > 1 and value < 5:
                result = own
                for _ in range(int(value) - 1):
                    result = _product(result, own)
                return result
            own = self.factor(base)
            if len(own) == 1:
                (((scalars, _), coefficient),) = own.items()
                if coefficient:
                    raised = tuple((k, tuple((m, c * value) for m, c in e)) for k, e in scalars)
                    return {(raised, ()): coefficient ** int(value)}
        key: Hashable = ("terms", _key(own))
        if len(own) == 1:
            (((scalars, _), coefficient),) = own.items()
            if coefficient == 1 and len(scalars) == 1 and scalars[0][1] == _ONCE:
                key = scalars[0][0]
        return {(((key, tuple(sorted(exponent.items(), key=repr))),), ()): Fraction(1)}


def _place(argument: object) -> Hashable:
    return str(argument.name) if isinstance(argument, Index) else getattr(argument, "size", argument)


def _identity(expr: Apply) -> Hashable:
    return ("I", expr.shape.rows.size)


def _of_size(expr: Size) -> Polynomial:
    found: Polynomial = {}
    for names, coefficient in expr.axis.size:
        scalars: Scalars = tuple(
            (("size", name), ((UNIT, Fraction(names.count(name))),)) for name in dict.fromkeys(sorted(names))
        )
        found[(scalars, ())] = Fraction(coefficient)
    return found


def _add(total: Polynomial, more: Polynomial, sign: Fraction) -> None:
    for monomial, coefficient in more.items():
        value = total.pop(monomial, Fraction(0)) + sign * coefficient
        if value:
            total[monomial] = value


def _product(a: Polynomial, b: Polynomial) -> Polynomial:
    if len(a) * len(b) > MOST_TERMS:
        raise TooManyTerms
    total: Polynomial = {}
    for (p, v), c in a.items():
        for (q, w), k in b.items():
            scalars, word = _numbers_out([*p, *q], [*v, *w])
            _add(total, {(scalars, word): c * k}, Fraction(1))
    return total


def _numbers_out(
    scalars: list[tuple[Hashable, Exponent]], word: list[Hashable]
) -> tuple[Scalars, tuple[Hashable, ...]]:
    """A word without factors I, and with its parts that are numbers, a row times a column, among the scalars."""
    if len(word) > 1:
        plain = [f for f in word if not _is_identity(f)]
        word = plain or word[:1]
    done: list[Hashable] = []
    open_at: int | None = None
    for factor in word:
        done.append(factor)
        if open_at is None and _row(factor):
            open_at = len(done) - 1
        if open_at is not None and _column(factor):
            scalars.append((_as_number(tuple(done[open_at:])), _ONCE))
            del done[open_at:]
            open_at = None
        elif _row(factor) and not _column(factor):
            open_at = len(done) - 1
    return _collected(scalars), tuple(done)


def _is_identity(factor: Hashable) -> bool:
    return isinstance(factor, tuple) and factor[0] == "I"


def _row(factor: Hashable) -> bool:
    return isinstance(factor, tuple) and len(factor) == 3 and factor[1] is True


def _column(factor: Hashable) -> bool:
    return isinstance(factor, tuple) and len(factor) == 3 and factor[2] is True


def _as_number(word: tuple[Hashable, ...]) -> Hashable:
    return ("number", word)


def _collected(scalars: Iterable[tuple[Hashable, Exponent]]) -> Scalars:
    """Powers of the same base multiplied: s · s = s², s · 1/s = 1."""
    powers: dict[Hashable, Polynomial] = {}
    for key, exponent in scalars:
        _add(powers.setdefault(key, {}), dict(exponent), Fraction(1))  # type: ignore[arg-type]
    kept = [(k, tuple(sorted(e.items(), key=repr))) for k, e in powers.items() if e]
    return tuple(sorted(kept, key=repr))
