"""Arithmetic to many digits, for what is not rational: mpmath numbers in object arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import Any

import mpmath

from cheatsheet.evaluation.fields import Array, Field, UnsupportedError, facts
from cheatsheet.evaluation.numerics import np
from cheatsheet.language.table import TABLE, OneElement

LARGEST_PRECISION = 4000
STEP_ORDERS = 6.0
"""The decimal orders of the step by which a function is probed."""


class TooFewDigitsError(Exception):
    """The numbers met span more orders of magnitude than the digits carried can hold; more are needed."""

    def __init__(self, digits: int) -> None:
        super().__init__(digits)
        self.digits = digits


class Precise(Field):
    """Real numbers to ``digits`` significant digits.

    A comparison means something only if nothing was lost on the way: a term like exp(−200) beside 1 needs 87 digits to
    be seen at all. So the field keeps the widest order of magnitude, 10^±span, among constants, products, and values
    of functions, rounding noise apart: anything below 10^(−digits/2) is noise as long as digits ≥ 60 + 4·span, and
    :meth:`disagreement` raises :class:`TooFewDigitsError` where that does not hold.
    """

    exact = False
    dtype = object

    def __init__(self, digits: int = 100) -> None:
        if digits > LARGEST_PRECISION:
            raise UnsupportedError(f"more than {LARGEST_PRECISION} digits")
        self.digits = digits
        self.context = mpmath.MPContext()
        self.context.dps = digits
        self.negligible = self.context.mpf(10) ** (-digits // 2)
        self.span = 0.0
        self.terms = 0
        """How many operations may each have been chosen with pains, so that sides which differ agree to more digits."""
        self.feigned = 0.0
        """To how many digits they may agree because of the numbers written in the claim."""
        self.spend: Callable[[int], None] = lambda steps: None
        """Called with what a function to many digits costs, in additions of small numbers."""
        self._watching = True
        self._lowest = -int(digits / 2 / 0.30103)
        self.step = self.context.mpf(2) ** -20
        self.resolution = self.context.mpf(10) ** (8 - digits)

    def array(self, integers: Array, denominator: int = 1) -> Array:
        mpf = self.context.mpf
        values = [mpf(int(v)) / denominator for v in integers.ravel()]
        return _object(values, integers.shape)

    def number(self, value: Fraction) -> Array:
        result = _object([self.context.mpf(value.numerator) / value.denominator], (1, 1, 1))
        if value:
            self.span = max(self.span, abs(self.order(result.flat[0])) * 0.30103)
        return result

    def order(self, v: Any) -> int:
        """The binary order of magnitude of a number that is not 0."""
        if not self.context.isfinite(v):
            raise UnsupportedError("a number beyond all bounds")
        return int(v.man.bit_length() + v.exp)

    def orders(self, a: Array) -> tuple[int, int]:
        """The least and greatest binary order of magnitude in an array, 0 and noise apart."""
        found = [order for order in (self.order(v) for v in a.ravel() if v) if order > self._lowest]
        return min(found, default=0), max(found, default=0)

    def witness(self, *factors: Array) -> None:
        """Take note of the orders of magnitude that a product of the arrays can reach."""
        if not self._watching:
            return
        low, high = 0, 0
        for factor in factors:
            least, most = self.orders(factor)
            low, high = low + least, high + most
        self.span = max(self.span, max(abs(low), abs(high)) * 0.30103)

    @contextmanager
    def series(self) -> Iterator[None]:
        span, self._watching = self.span, False
        yield
        self.span, self._watching = span, True

    def witness_tiny(self, a: Array) -> None:
        """Take note of how small the entries are that no rounding error can have made small."""
        least = min((self.order(v) for v in a.ravel() if v), default=0)
        self.span = max(self.span, -least * 0.30103)

    def mul(self, a: Array, b: Array) -> Array:
        self.witness(a, b)
        return np.asarray(a * b)

    def matmul(self, a: Array, b: Array) -> Array:
        self.witness(a, b)
        return np.asarray(a @ b)

    def is_zero(self, a: Array) -> Array:
        return np.asarray(abs(a) < self.negligible, dtype=bool)

    def reciprocal(self, a: Array) -> tuple[Array, Array]:
        bad = self.is_zero(a)
        values = [1 / v if not b else v for v, b in zip(a.ravel(), bad.ravel(), strict=True)]
        self.witness(a)
        return _object(values, a.shape), bad

    def function(self, name: str, a: Array) -> tuple[Array, Array]:
        row, fact = TABLE[name], facts(name)
        if fact.saturates is not None:  # tanh(100) differs from 1 in the 87th digit
            largest = max((float(min(abs(v), 1e9)) for v in a.ravel()), default=0.0)
            self.need(name, fact.saturates(largest))
        self.spend(a.size * self.digits**2)
        bad = self.outside(name, a)
        result = a.copy()
        for place in zip(*np.nonzero(~bad), strict=True):
            v = a[place]
            result[place] = fact.digits(self.context, v)
            if v and not row.has_pieces and self._watching:
                self.need(name, self.lost(v, result[place], fact.digits))
        if row.sign == "positive":
            self.witness_tiny(result)
        self.witness(result)
        return result, bad

    def little(self, a: Array) -> Any:
        return self.negligible * np.maximum(1, abs(a))

    def values(self, fact: OneElement, a: Array) -> Array:
        return _object([fact.digits(self.context, v) for v in a.ravel()], a.shape)

    def need(self, name: str, orders: float) -> None:
        """Take note that so many decimal orders lie between what is compared."""
        self.span = max(self.span, orders)
        if self.span > LARGEST_PRECISION:
            raise UnsupportedError(f"{name} of a large number")

    def lost(self, v: Any, value: Any, function: Callable[[Any, Any], Any]) -> float:
        """By how many decimal orders a small step in the argument is smaller in the value.

        A function that does not answer to a step that the digits carried can show has become a constant for them:
        whatever it is compared with, more digits are needed to tell the two apart.
        """
        change = abs(function(self.context, v - v * self.step) - value)
        if not value:
            return 0.0
        if change <= abs(value) * self.resolution:
            raise TooFewDigitsError(2 * self.digits)
        return (self.order(value) - self.order(change)) * 0.30103 - STEP_ORDERS

    def pi(self) -> Array:
        return _object([+self.context.pi], (1, 1, 1))

    def power(self, a: Array, exponent: Array) -> tuple[Array, Array]:
        a, exponent = np.broadcast_arrays(a, exponent)
        near = self.is_zero(a)
        whole = _object([v == self.context.nint(v) for v in exponent.ravel()], exponent.shape).astype(bool)
        bad = np.asarray(((a < 0) & ~whole) | (near & (exponent < 0)) | (near & (a != 0)), dtype=bool)
        values = [
            v if b else self.context.power(v, e)
            for v, e, b in zip(a.ravel(), exponent.ravel(), bad.ravel(), strict=True)
        ]
        result = _object(values, a.shape)
        self.witness_tiny(result)
        self.witness(result)
        return result, bad

    def disagreement(self, left: Array, right: Array, core: tuple[int, ...]) -> Array:
        """Where two sides differ in their first 30 digits, measured by the larger of the two.

        Beyond those that could be feigned: a number that is met and is small stands for as many digits as one written.
        """
        self.witness(left)
        self.witness(right)
        beyond = max(self.span, self.feigned, self.terms * self.span)
        needed = int(60 + 2 * beyond + 2 * self.span)
        if needed > self.digits:
            raise TooFewDigitsError(needed + 20)
        scale = np.maximum(abs(left), abs(right)).max(axis=core, keepdims=True)
        return np.asarray(
            abs(left - right) > scale * self.context.mpf(10) ** (-30 - beyond) + self.negligible
        )


def _object(values: list[Any], shape: tuple[int, ...]) -> Array:
    result = np.empty(len(values), dtype=object)
    result[:] = values
    return result.reshape(shape)
