"""Arithmetic for one evaluator: integers modulo a prime, floating point, exact rationals.

Every field works entry by entry on numpy arrays. An operation that is not defined at some entry returns, beside the
result, a mask of the entries where it is not; what a field cannot do at all (a logarithm modulo a prime) is refused
with :class:`UnsupportedError`, so that the caller takes another field, never a wrong value.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from fractions import Fraction
from math import isqrt
from typing import Any

from cheatsheet.evaluation.numerics import np
from cheatsheet.language.table import TABLE, Domain, OneElement

Array = np.ndarray[Any, Any]

# The largest primes below 2^29: a product of two residues has 58 bits, and 32 of them add up within 63.
PRIMES = (536870909, 536870879, 536870869, 536870849, 536870839, 536870837, 536870819, 536870813)
_TERMS = 32
NEGLIGIBLE = 1e-11
MOST_BITS = 50_000


class UnsupportedError(Exception):
    """The field has no such operation; another field must be taken."""


class Field(ABC):
    """What the evaluator asks of a field; :class:`Rational` shows the plainest answers."""

    exact = True
    dtype: Any = object
    digits = 16
    """How many digits a field that rounds carries."""

    def series(self) -> AbstractContextManager[None]:
        """Surrounds the summation of a series, whose small terms say nothing about the size of what is computed."""
        return nullcontext()

    def need(self, name: str, orders: float) -> None:
        """Take note that a function may have so many decimal orders of magnitude between its parts."""
        return

    @abstractmethod
    def array(self, integers: Array, denominator: int = 1) -> Array:
        """The field's own array of ``integers / denominator``."""

    def number(self, value: Fraction) -> Array:
        """A 1×1×1 array (one point, one row, one column)."""
        scalar = self.array(np.array([[[value.numerator]]], dtype=object))
        if value.denominator == 1:
            return scalar
        inverse, _ = self.reciprocal(self.array(np.array([[[value.denominator]]], dtype=object)))
        return self.mul(scalar, inverse)

    def zeros(self, shape: tuple[int, ...]) -> Array:
        return self.array(np.zeros(shape, dtype=np.int64))

    def add(self, a: Array, b: Array) -> Array:
        return a + b

    def sub(self, a: Array, b: Array) -> Array:
        return a - b

    def neg(self, a: Array) -> Array:
        return -a

    def mul(self, a: Array, b: Array) -> Array:
        return a * b

    def matmul(self, a: Array, b: Array) -> Array:
        return np.asarray(a @ b)

    def sum(self, a: Array, axis: int | tuple[int, ...], keepdims: bool = False) -> Array:
        return np.asarray(a.sum(axis=axis, keepdims=keepdims))

    def is_zero(self, a: Array) -> Array:
        """Where the entries vanish: exactly, or to within rounding in a field that rounds."""
        return np.asarray(a == 0, dtype=bool)

    @abstractmethod
    def reciprocal(self, a: Array) -> tuple[Array, Array]:
        """``1 / a`` and the mask of the entries where it does not exist (they hold any value)."""

    def function(self, name: str, a: Array) -> tuple[Array, Array]:
        """An element-wise function by its name in the language, and the mask of the entries outside its domain."""
        raise UnsupportedError(name)

    def outside(self, name: str, a: Array) -> Array:
        """Where a function is undefined, or where rounding leaves it open on which side of a jump an entry lies."""
        bad = _OUTSIDE[facts(name).domain](a, self.is_zero(a))
        if TABLE[name].smoothness == "jump" and not self.exact:
            bad = bad | (self.jumps(name, a) & (a != 0))  # a zero is no rounding: it comes of what is exact
        return np.broadcast_to(np.asarray(bad, dtype=bool), a.shape)

    def jumps(self, name: str, a: Array) -> Array:
        """Where a function has another value a little to the left than a little to the right."""
        step = self.little(a)
        below, above = (self.values(facts(name), a + s * step) for s in (-1, 1))
        return np.asarray(below != above, dtype=bool)

    def little(self, a: Array) -> Any:
        """What is as good as nothing beside the entries."""
        return Fraction(1, 10**30)

    def values(self, fact: OneElement, a: Array) -> Array:
        """A function at arguments of its domain."""
        raise UnsupportedError("a function")

    def pi(self) -> Array:
        raise UnsupportedError("pi")

    def power(self, a: Array, exponent: Array) -> tuple[Array, Array]:
        """``a ** exponent`` for an exponent that is not known to be an integer."""
        raise UnsupportedError("power")

    def disagreement(self, left: Array, right: Array, core: tuple[int, ...]) -> Array:
        """Where two arrays differ beyond rounding; ``core`` are the axes that belong to one point."""
        return np.asarray(left != right, dtype=bool)


class Modular(Field):
    """Integers modulo a prime below 2^29."""

    dtype = np.int64

    def __init__(self, prime: int = PRIMES[0], pi: int = 314159265) -> None:
        self.prime = prime
        self._pi = pi % prime

    def array(self, integers: Array, denominator: int = 1) -> Array:
        residues = (integers % self.prime).astype(np.int64)
        return residues if denominator == 1 else residues * pow(denominator, -1, self.prime) % self.prime

    def number(self, value: Fraction) -> Array:
        if value.denominator % self.prime == 0:
            raise UnsupportedError("a denominator that is a multiple of the prime")
        residue = value.numerator * pow(value.denominator, -1, self.prime) % self.prime
        return np.array([[[residue]]], dtype=np.int64)

    def add(self, a: Array, b: Array) -> Array:
        return (a + b) % self.prime

    def sub(self, a: Array, b: Array) -> Array:
        return (a - b) % self.prime

    def neg(self, a: Array) -> Array:
        return (-a) % self.prime

    def mul(self, a: Array, b: Array) -> Array:
        return a * b % self.prime

    def matmul(self, a: Array, b: Array) -> Array:
        terms = a.shape[-1]
        if terms <= _TERMS:
            return (a @ b) % self.prime
        total: Any = 0
        for k in range(0, terms, _TERMS):
            total = (total + a[..., k : k + _TERMS] @ b[..., k : k + _TERMS, :]) % self.prime
        return np.asarray(total)

    def sum(self, a: Array, axis: int | tuple[int, ...], keepdims: bool = False) -> Array:
        return np.asarray(a.sum(axis=axis, keepdims=keepdims) % self.prime)

    def reciprocal(self, a: Array) -> tuple[Array, Array]:
        bad = a == 0
        base = np.where(bad, 1, a)
        if base.size <= 64:
            flat = [pow(int(v), -1, self.prime) for v in base.ravel()]
            return np.array(flat, dtype=np.int64).reshape(base.shape), bad
        result, exponent = np.ones_like(base), self.prime - 2
        while exponent:  # Fermat: a^(p-2) a = 1
            if exponent & 1:
                result = result * base % self.prime
            base = base * base % self.prime
            exponent >>= 1
        return result, bad

    def pi(self) -> Array:
        """π is transcendental, so that any residue may stand for it in a rational identity."""
        return np.array([[[self._pi]]], dtype=np.int64)


class Rational(Field):
    """Exact rationals: object arrays of Python integers and fractions."""

    def mul(self, a: Array, b: Array) -> Array:
        _weigh(a, b)
        return np.asarray(a * b)

    def matmul(self, a: Array, b: Array) -> Array:
        _weigh(a, b)
        return np.asarray(a @ b)

    def array(self, integers: Array, denominator: int = 1) -> Array:
        entries = integers.astype(object)
        return entries if denominator == 1 else entries * Fraction(1, denominator)

    def number(self, value: Fraction) -> Array:
        exact = value.numerator if value.denominator == 1 else value
        return _object([exact], (1, 1, 1))

    def reciprocal(self, a: Array) -> tuple[Array, Array]:
        bad = np.asarray(a == 0, dtype=bool)
        return _object([Fraction(1) / v if v else Fraction(1) for v in a.ravel()], a.shape), bad

    def function(self, name: str, a: Array) -> tuple[Array, Array]:
        bad = self.outside(name, a)
        return self.values(facts(name), np.where(bad, 0, a)), bad

    def values(self, fact: OneElement, a: Array) -> Array:
        function = fact.exact
        if function is None:
            raise UnsupportedError("a function whose values are not rational")
        return _object([function(v) for v in a.ravel()], a.shape)


def _weigh(*factors: Array) -> None:
    """Refuse a product of numbers with very many digits: repeated squaring would fill the memory."""
    for factor in factors:
        if any(v.numerator.bit_length() > MOST_BITS for v in factor.ravel()):
            raise UnsupportedError("numbers with this many digits")


def _object(values: list[Any], shape: tuple[int, ...]) -> Array:
    result = np.empty(len(values), dtype=object)
    result[:] = values
    return result.reshape(shape)


def exact_sqrt(value: int | Fraction) -> Fraction:
    """The root of a rational number that is a square."""
    value = Fraction(value)
    root = Fraction(isqrt(value.numerator), isqrt(value.denominator))
    if root * root != value:
        raise UnsupportedError("the square root of a number that is not a square")
    return root


class Floating(Field):
    """Double precision: fast, and only ever a filter, because it rounds."""

    exact = False
    dtype = np.float64

    def array(self, integers: Array, denominator: int = 1) -> Array:
        return integers.astype(np.float64) / denominator

    def number(self, value: Fraction) -> Array:
        try:
            return np.array([[[float(value)]]])
        except OverflowError:
            raise UnsupportedError("a number beyond double precision") from None

    def is_zero(self, a: Array) -> Array:
        return np.abs(a) < NEGLIGIBLE

    def reciprocal(self, a: Array) -> tuple[Array, Array]:
        bad = self.is_zero(a)
        return 1.0 / np.where(bad, 1.0, a), bad

    def function(self, name: str, a: Array) -> tuple[Array, Array]:
        bad = self.outside(name, a)
        return self.values(facts(name), np.where(bad, 0.5, a) if bad.any() else a), bad

    def little(self, a: Array) -> Any:
        return NEGLIGIBLE * np.maximum(1.0, np.abs(a))

    def values(self, fact: OneElement, a: Array) -> Array:
        return np.asarray(fact.floating(np, a))

    def pi(self) -> Array:
        return np.array([[[np.pi]]])

    def power(self, a: Array, exponent: Array) -> tuple[Array, Array]:
        a, exponent = np.broadcast_arrays(a, exponent)
        whole = exponent == np.rint(exponent)
        bad = ((a < 0) & ~whole) | (self.is_zero(a) & (exponent < 0)) | (self.is_zero(a) & (a != 0))
        return np.power(np.where(bad, 1.0, a), exponent), bad

    def disagreement(self, left: Array, right: Array, core: tuple[int, ...]) -> Array:
        scale = 1 + np.maximum(np.abs(left), np.abs(right)).max(axis=core, keepdims=True)
        return np.asarray(np.abs(left - right) > 1e-7 * scale)


_OUTSIDE: dict[Domain, Callable[[Array, Array], Array | bool]] = {
    "everywhere": lambda a, near: False,
    "positive": lambda a, near: (a <= 0) | near,
    "nonnegative": lambda a, near: (a < 0) | (near & (a != 0)),
    "within one": lambda a, near: (a > 1) | (a < -1),
}
"""Where an entry is not in a domain; ``near`` says where it is 0 to within rounding."""


def facts(name: str) -> OneElement:
    """What the table knows of a function of one number."""
    found = TABLE[name].one_element
    if found is None:
        raise UnsupportedError(name)
    return found
