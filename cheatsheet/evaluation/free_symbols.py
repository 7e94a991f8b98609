"""Arithmetic with free symbols: quotients of polynomials, whose difference is zero or not, exactly.

Denominators are kept as products of powers of the polynomials that were inverted, so that sums find their common
denominator without a single greatest common divisor; sympy's sparse polynomials do the rest. Every product is weighed
before it is carried out: an expression that grows too large is refused, never waited for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from sympy import QQ
from sympy.polys.rings import ring as polynomial_ring

from cheatsheet.evaluation.fields import Array, Field, UnsupportedError
from cheatsheet.evaluation.numerics import np

LARGEST_PRODUCT = 200_000
STEPS = 100
"""What the product of two terms costs beside one of two residues."""
Polynomial = Any
Factors = Mapping[Polynomial, int]
_NONE: Factors = {}


class Quotient:
    """A polynomial over a product of powers of polynomials."""

    __slots__ = ("factors", "field", "numerator")

    def __init__(self, field: Free, numerator: Polynomial, factors: Factors = _NONE) -> None:
        self.field = field
        self.numerator = numerator
        self.factors = factors if numerator else _NONE

    def __add__(self, other: Quotient) -> Quotient:
        if not self.numerator:
            return other
        if not other.numerator:
            return self
        if self.factors == other.factors:
            return Quotient(self.field, self.numerator + other.numerator, self.factors)
        common = {
            f: max(self.factors.get(f, 0), other.factors.get(f, 0)) for f in {**self.factors, **other.factors}
        }
        return Quotient(self.field, self.over(common) + other.over(common), common)

    def over(self, common: Factors) -> Polynomial:
        """The numerator over a denominator that this one divides."""
        numerator = self.numerator
        for factor, exponent in common.items():
            for _ in range(exponent - self.factors.get(factor, 0)):
                numerator = self.field.product(numerator, factor)
        return numerator

    def __neg__(self) -> Quotient:
        return Quotient(self.field, -self.numerator, self.factors)

    def __sub__(self, other: Quotient) -> Quotient:
        return self + (-other)

    def __mul__(self, other: Quotient | int) -> Quotient:
        if isinstance(other, int):
            return Quotient(self.field, self.numerator * other, self.factors)
        if not self.numerator or not other.numerator:
            return Quotient(self.field, self.field.zero)
        factors = dict(self.factors)
        for factor, exponent in other.factors.items():
            factors[factor] = factors.get(factor, 0) + exponent
        return Quotient(self.field, self.field.product(self.numerator, other.numerator), factors)

    def inverse(self) -> Quotient:
        numerator = self.field.one
        for factor, exponent in self.factors.items():
            for _ in range(exponent):
                numerator = self.field.product(numerator, factor)
        lead = self.numerator.LC
        monic = self.numerator.quo_ground(lead)
        factors = {} if monic == 1 else {monic: 1}
        return Quotient(self.field, numerator.quo_ground(lead), factors)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Quotient):
            return not (self - other).numerator
        return isinstance(other, int) and not (self - Quotient(self.field, self.field.one * other)).numerator

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = None  # type: ignore[assignment]


class Free(Field):
    """Rational functions of named generators over the rationals."""

    def __init__(self, names: Sequence[str], spend: Callable[[int], None] = lambda steps: None) -> None:
        self.ring, *generators = polynomial_ring(["pi", *names], QQ)
        self.zero, self.one = self.ring.zero, self.ring.one
        self.spend = spend
        self.stopped: Exception | None = None
        self._pi, *rest = (Quotient(self, g) for g in generators)
        self.generators = dict(zip(names, rest, strict=True))

    def product(self, a: Polynomial, b: Polynomial) -> Polynomial:
        """The product of two polynomials; once one with too many terms is met, or the budget is spent, 0.

        numpy's loops over objects do not stop at an exception, so that it is kept until they have ended.
        """
        if self.stopped is not None:
            return self.zero
        try:
            if len(a) * len(b) > LARGEST_PRODUCT:
                raise UnsupportedError("polynomials with this many terms")
            self.spend(STEPS * (1 + len(a) * len(b)))
        except Exception as reason:
            self.stopped = reason
            return self.zero
        return a * b

    def finished(self, result: Any) -> Array:
        """The result of a loop over objects, if it ran to its end."""
        if self.stopped is not None:
            raise self.stopped
        return np.asarray(result)

    def add(self, a: Array, b: Array) -> Array:
        return self.finished(a + b)

    def sub(self, a: Array, b: Array) -> Array:
        return self.finished(a - b)

    def mul(self, a: Array, b: Array) -> Array:
        return self.finished(a * b)

    def matmul(self, a: Array, b: Array) -> Array:
        return self.finished(a @ b)

    def array(self, integers: Array, denominator: int = 1) -> Array:
        values = [
            v if isinstance(v, Quotient) else Quotient(self, self.one * QQ(int(v), denominator))
            for v in integers.ravel()
        ]
        return _object(values, integers.shape)

    def number(self, value: Fraction) -> Array:
        return _object([Quotient(self, self.one * QQ(value.numerator, value.denominator))], (1, 1, 1))

    def sum(self, a: Array, axis: int | tuple[int, ...], keepdims: bool = False) -> Array:
        return self.finished(np.sum(a, axis=axis, keepdims=keepdims))

    def is_zero(self, a: Array) -> Array:
        return _object([not v.numerator for v in a.ravel()], a.shape).astype(bool)

    def reciprocal(self, a: Array) -> tuple[Array, Array]:
        bad = self.is_zero(a)
        values = [v if b else v.inverse() for v, b in zip(a.ravel(), bad.ravel(), strict=True)]
        return self.finished(_object(values, a.shape)), bad

    def pi(self) -> Array:
        """π is transcendental: no polynomial in it vanishes, so that it is one more generator."""
        return _object([self._pi], (1, 1, 1))

    def disagreement(self, left: Array, right: Array, core: tuple[int, ...]) -> Array:
        pairs = zip(left.ravel(), right.ravel(), strict=True)
        return self.finished(_object([a != b for a, b in pairs], left.shape)).astype(bool)


def _object(values: list[Any], shape: tuple[int, ...]) -> Array:
    result = np.empty(len(values), dtype=object)
    result[:] = values
    return result.reshape(shape)
