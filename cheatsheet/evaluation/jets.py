"""Truncated jets: values together with their derivatives along nilpotent directions.

A jet is an element of R[e1, …, ek]/(e1², …, ek²), kept as one array for each product of distinct ``e`` (a bit mask).
Evaluating an expression at ``x + e1·v`` gives its directional derivative along ``v`` as the coefficient of ``e1``, by
arithmetic alone: no differential rule of an operator is ever written down, which makes this an independent judge of the
index calculus.

The axes of an array are, from the right: the axes of the value (two for anything up to a matrix), the axis of the
points evaluated together, and one axis for each open scope (an index name, the directions of a derivative), the
innermost leftmost. Where an array does not vary along an axis the axis has size 1 or is missing, so that numpy's
broadcasting does the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from cheatsheet.evaluation.fields import Array, Field, UnsupportedError
from cheatsheet.evaluation.numerics import np

Terms = dict[int, Array]


class Domain:
    """A field, and which of the points evaluated together lie outside the domain of the expression."""

    def __init__(self, field: Field, count: int) -> None:
        self.field = field
        self.undefined = np.zeros(count, dtype=bool)

    def exclude(self, mask: Array, rank: int) -> None:
        """Mark the points at which some entry of ``mask`` is set."""
        if not mask.any():
            return
        points = mask.ndim - rank - 1
        others = tuple(k for k in range(mask.ndim) if k != points)
        self.undefined |= mask.any(axis=others)

    def constant(self, integers: Array) -> Jet:
        """The jet of an integer array whose axes are those of one value."""
        return Jet(self, {0: self.field.array(integers)[np.newaxis]}, integers.ndim)

    def filled(self, sizes: tuple[int, ...], value: int) -> Jet:
        return self.constant(np.full(sizes, value, dtype=np.int64))

    def number(self, value: Fraction | int) -> Jet:
        return Jet(self, {0: self.field.number(Fraction(value))}, 2)


class Jet:
    """One value with its nilpotent terms, at many points at once; ``rank`` counts the axes of the value."""

    __slots__ = ("domain", "rank", "terms")

    def __init__(self, domain: Domain, terms: Terms, rank: int = 2) -> None:
        self.domain = domain
        self.terms = terms
        self.rank = rank

    @property
    def field(self) -> Field:
        return self.domain.field

    @property
    def base(self) -> Array:
        """The value without its nilpotent part."""
        if 0 not in self.terms:
            some = next(iter(self.terms.values()))
            self.terms[0] = self.field.zeros((1, *some.shape[some.ndim - self.rank :]))
        return self.terms[0]

    @property
    def core(self) -> tuple[int, ...]:
        some = next(iter(self.terms.values()))
        return tuple(some.shape[some.ndim - self.rank :])

    @property
    def nilpotent(self) -> Jet:
        """The jet without its value; without any term where it is constant."""
        return Jet(self.domain, {mask: t for mask, t in self.terms.items() if mask}, self.rank)

    def nilpotent_or_zero(self) -> Jet:
        """The jet with its value replaced by 0."""
        return self.nilpotent if not self.is_constant else self.of_base(self.field.zeros((1, *self.core)))

    @property
    def is_constant(self) -> bool:
        return all(mask == 0 for mask in self.terms)

    def ones_like(self) -> Jet:
        return self.of_base(self.field.array(np.ones((1, *self.core), dtype=np.int64)))

    def of_base(self, base: Array) -> Jet:
        return Jet(self.domain, {0: base}, self.rank)

    # --- arithmetic ----------------------------------------------------------------------------------------------

    def lift(self, rank: int) -> Jet:
        """A scalar with as many axes as a tensor, for an element-wise operation with it."""
        if rank <= self.rank:
            return self
        extra = (1,) * (rank - self.rank)
        return Jet(self.domain, {m: t.reshape(t.shape + extra) for m, t in self.terms.items()}, rank)

    def __add__(self, other: Jet) -> Jet:
        terms = dict(self.terms)
        for mask, term in other.terms.items():
            terms[mask] = self.field.add(terms[mask], term) if mask in terms else term
        return Jet(self.domain, terms, self.rank)

    def __neg__(self) -> Jet:
        return Jet(self.domain, {m: self.field.neg(t) for m, t in self.terms.items()}, self.rank)

    def __sub__(self, other: Jet) -> Jet:
        return self + (-other)

    def __mul__(self, other: Jet) -> Jet:
        rank = max(self.rank, other.rank)
        return self.lift(rank).product(other.lift(rank), self.field.mul)

    def __matmul__(self, other: Jet) -> Jet:
        return self.product(other, self.field.matmul)

    def product(self, other: Jet, multiply: Callable[[Array, Array], Array]) -> Jet:
        """Any bilinear product of the arrays, extended to jets: terms that share an ``e`` vanish.

        A product of two nilpotent jets may have no term left.
        """
        terms: Terms = {}
        for s, a in self.terms.items():
            for t, b in other.terms.items():
                if s & t == 0:
                    value = multiply(a, b)
                    terms[s | t] = self.field.add(terms[s | t], value) if s | t in terms else value
        return Jet(self.domain, terms, self.rank)

    def scaled(self, factor: Fraction | int) -> Jet:
        return self * self.domain.number(factor)

    def linear(self, function: Callable[[Array], Array], rank: int | None = None) -> Jet:
        """A linear map of the arrays (a transpose, a reshape) applied to every term."""
        return Jet(
            self.domain,
            {m: function(t) for m, t in self.terms.items()},
            self.rank if rank is None else rank,
        )

    @property
    def T(self) -> Jet:  # noqa: N802 - the transpose is called T in the language and in numpy
        return self.linear(lambda t: t.swapaxes(-1, -2))

    def total(self) -> Jet:
        """The sum of all entries, 1×1."""
        axes = tuple(range(-self.rank, 0))
        return self.linear(lambda t: self.field.sum(t, axes)[..., np.newaxis, np.newaxis], 2)

    def summed(self, axis: int) -> Jet:
        """The sums of the rows (``axis=1``) or of the columns (``axis=0``), as a column."""
        return self.linear(lambda t: self.field.sum(t, -1 if axis else -2)[..., np.newaxis])

    def trace(self) -> Jet:
        return self.linear(
            lambda t: self.field.sum(t.diagonal(axis1=-2, axis2=-1), -1)[..., np.newaxis, np.newaxis]
        )

    def diagonal(self) -> Jet:
        """The diagonal as a column."""
        return self.linear(lambda t: t.diagonal(axis1=-2, axis2=-1)[..., np.newaxis])

    def rolled(self, k: int) -> Jet:
        """The vector whose entry i is x_(i+k), positions counted modulo its length."""
        return self.linear(lambda t: np.roll(t, -k, axis=(-2, -1)))

    def flat(self) -> Jet:
        """A row or a column as a column."""
        return self.linear(lambda t: t.reshape(*t.shape[:-2], -1, 1))

    def vec(self) -> Jet:
        """The columns stacked."""
        return self.T.flat()

    # --- functions -----------------------------------------------------------------------------------------------

    def split(self) -> tuple[int, Jet, Jet]:
        """The jet as ``a + e·b`` with ``e`` its highest direction, absent from ``a`` and ``b``."""
        top = 1 << (max(self.terms).bit_length() - 1)
        low = {m: t for m, t in self.terms.items() if not m & top}
        high = {m ^ top: t for m, t in self.terms.items() if m & top}
        a, b = Jet(self.domain, low, self.rank), Jet(self.domain, high, self.rank)
        if not low:
            a = self.of_base(self.base)
        return top, a, b

    def shifted(self, top: int) -> Jet:
        """The jet times the direction ``top``."""
        return Jet(self.domain, {m | top: t for m, t in self.terms.items()}, self.rank)

    def apply(self, name: str, slope: Callable[[Jet], Jet]) -> Jet:
        """An element-wise function with its derivative: f(a + e·b) = f(a) + e·f′(a)·b, the rest by recursion."""
        if self.is_constant:
            value, outside = self.field.function(name, self.base)
            self.domain.exclude(outside, self.rank)
            return self.of_base(value)
        top, a, b = self.split()
        return a.apply(name, slope) + (slope(a) * b).shifted(top)

    def exclude_moving_zeros(self) -> None:
        """Exclude the points where an entry vanishes and has a nilpotent part."""
        zero = self.field.is_zero(self.base)
        if not self.is_constant and zero.any():
            for mask, term in self.terms.items():
                if mask:
                    self.domain.exclude(zero & np.asarray(term != 0, dtype=bool), self.rank)

    def exclude_jumps(self, name: str) -> None:
        """Exclude the points where a function of an entry jumps, if anything moves there."""
        if not self.is_constant:
            self.domain.exclude(self.field.jumps(name, self.base), self.rank)

    def reciprocal(self) -> Jet:
        """Element by element: 1/(a + N) = Σ (−N/a)^k / a."""
        inverse, outside = self.field.reciprocal(self.base)
        self.domain.exclude(outside, self.rank)
        first = self.of_base(inverse)
        return geometric(first, -(first * self.nilpotent), Jet.__mul__)

    def integer_power(self, exponent: int) -> Jet:
        """Element by element, by repeated squaring."""
        return power(self, exponent, Jet.__mul__, Jet.reciprocal, Jet.ones_like)

    def real_power(self, exponent: Jet) -> Jet:
        """Element by element, for an exponent that is not known to be an integer."""
        if not exponent.is_constant:
            return (self.log() * exponent).exp()
        if self.is_constant:
            value, outside = self.field.power(self.base, exponent.base)
            self.domain.exclude(outside, self.rank)
            return self.of_base(value)
        top, a, b = self.split()
        minus_one = exponent.domain.number(-1)
        return a.real_power(exponent) + (exponent * a.real_power(exponent + minus_one) * b).shifted(top)

    def exp(self) -> Jet:
        return self.apply("exp", Jet.exp)

    def log(self) -> Jet:
        return self.apply("log", Jet.reciprocal)

    def sqrt(self) -> Jet:
        return self.apply("sqrt", lambda x: x.sqrt().scaled(2).reciprocal())


def geometric(first: Jet, ratio: Jet, multiply: Callable[[Jet, Jet], Jet]) -> Jet:
    """Σ ratio^k·first, a finite sum because the ratio is nilpotent."""
    result = term = first
    while True:
        term = multiply(ratio, term)
        if not term.terms:
            return result
        result = result + term


def concatenate(parts: Sequence[Jet], axis: int) -> Jet:
    """Jets side by side along one axis of the value (negative, or the points at ``-1 - rank``)."""
    terms = {}
    for mask in {m for part in parts for m in part.terms}:
        arrays = [p.terms[mask] if mask in p.terms else p.field.zeros((1, *p.core)) for p in parts]
        place = max(a.ndim for a in arrays) + axis
        arrays = [a.reshape((1,) * (place - axis - a.ndim) + a.shape) for a in arrays]
        lead = np.broadcast_shapes(*(_without(a.shape, place, parts[0].rank) for a in arrays))
        terms[mask] = np.concatenate(
            [np.broadcast_to(a, _widened(a.shape, lead, place)) for a in arrays], axis=place
        )
    return Jet(parts[0].domain, terms, parts[0].rank)


def _without(shape: tuple[int, ...], place: int, rank: int) -> tuple[int, ...]:
    return tuple(1 if k == place or k >= len(shape) - rank else n for k, n in enumerate(shape))


def _widened(shape: tuple[int, ...], lead: tuple[int, ...], place: int) -> tuple[int, ...]:
    return tuple(n if k == place else max(n, m) for k, (n, m) in enumerate(zip(shape, lead, strict=True)))


def power(
    x: Jet,
    exponent: int,
    multiply: Callable[[Jet, Jet], Jet],
    invert: Callable[[Jet], Jet],
    one: Callable[[Jet], Jet],
) -> Jet:
    """``x`` to an integer power, by repeated squaring."""
    if abs(exponent) > 100_000:
        raise UnsupportedError("a power beyond 100000")
    if exponent < 0:
        x, exponent = invert(x), -exponent
    result: Jet | None = None
    while exponent:
        if exponent & 1:
            result = x if result is None else multiply(result, x)
        exponent >>= 1
        if exponent:
            x = multiply(x, x)
    return one(x) if result is None else result
