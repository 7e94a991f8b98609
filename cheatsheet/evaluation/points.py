"""Points: concrete values for every symbol of a claim, many at once, the same in every field.

A batch of points is stored as integers over one denominator. Every value is computed from them, so that a point at
which a claim fails modulo a prime or in floating point can be evaluated again in exact arithmetic, and shrunk.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from hashlib import blake2b
from itertools import pairwise
from math import isqrt, lcm
from typing import Any

from cheatsheet.evaluation.fields import Array
from cheatsheet.evaluation.jets import Domain, Jet
from cheatsheet.evaluation.numerics import np
from cheatsheet.evaluation.properties import Part, read_part, recipe
from cheatsheet.language.expressions import Symbol

LARGE = 2**29
EXPONENTS = (2, 0, 3, -1, 1, 5, -2, 4, -3, 6, 7, -4, 8)
"""What an integer symbol runs through first as the seed does; several of them like the digits of a number."""
FARTHER = tuple(v for k in range(9, 29) for v in (k, 4 - k))
"""What a single one runs through then."""
Key = tuple[str, str, str]


class NoPointError(Exception):
    """No value has the declared properties at these dimensions."""


@dataclass
class Points:
    """``count`` points at one choice of dimensions.

    ``style`` says how integers are drawn: ``large`` (for arithmetic modulo a prime), ``small``, ``mixed`` of both,
    ``real`` (fractions, with the denominator of the batch), ``dense`` (nothing but fractions), or ``special`` (around
    the constants of the claim).
    """

    symbols: tuple[Symbol, ...]
    dims: dict[str, int]
    count: int
    style: str = "small"
    denominator: int = 1
    seed: int = 0
    specials: tuple[int, ...] = ()
    """Numerators that the style ``special`` draws from."""
    integers: dict[Key, Array] = field(default_factory=dict)

    @staticmethod
    def of_integers(
        symbols: Iterable[Symbol], dims: dict[str, int], values: Mapping[str, Sequence[Sequence[int]]]
    ) -> Points:
        """One point with the given values, for symbols without properties."""
        points = Points(tuple(symbols), dims, 1)
        for name, rows in values.items():
            points.integers[("symbol", name, "entries")] = np.array([rows])
        return points

    def integer(self, symbol: Symbol) -> int:
        """The value of a scalar declared integer; one for the whole batch, because it may be an exponent."""
        key = ("symbol", symbol.name, "integer")
        if key not in self.integers:
            names = list(dict.fromkeys(s.name for s in self.symbols if "integer" in s.properties))
            turn = (self.seed + 14 * sum(self.dims.values())) // len(EXPONENTS) ** names.index(symbol.name)
            far = self.seed - len(EXPONENTS) if len(names) == 1 else -1
            value = EXPONENTS[turn % len(EXPONENTS)] if far < 0 else FARTHER[far % len(FARTHER)]
            self.integers[key] = np.array([value])
        value = int(self.integers[key][0])
        if "positive" in symbol.properties:
            return abs(value) or 1
        return value or 1 if "nonzero" in symbol.properties else value

    def value(self, symbol: Symbol, domain: Domain) -> Array:
        """The values of a symbol, one row×column array for each point; raises :class:`NoPointError`."""
        rows, cols = (axis.at(self.dims) for axis in symbol.shape)
        if "integer" in symbol.properties and symbol.kind == "symbol" and (rows, cols) == (1, 1):
            return domain.field.array(np.array([[[self.integer(symbol)]]]))
        plan = recipe(symbol.properties, (rows, cols))
        if plan is None:
            raise NoPointError(symbol.name)
        parts = {
            name: self.read((symbol.kind, symbol.name, name), part, domain, "integer" in symbol.properties)
            for name, part in plan.parts.items()
        }
        return plan.value(parts, domain).base

    def taylor(self, symbol: Symbol, order: int, m: int, n: int, domain: Domain) -> Jet:
        """The coefficients of one order of an abstract function with m entries of n variables, (m·n^(order−1))×n."""
        shape = (m * n ** (order - 1), n)
        return self.read((symbol.kind, symbol.name, f"order {order}"), Part(shape, "any"), domain, True)

    def read(self, key: Key, part: Part, domain: Domain, whole: bool) -> Jet:
        """A part of a recipe as numbers; ``whole``: integers, whatever the denominator of the batch."""
        return read_part(self.part(key, part), part, domain, 1 if whole else self.denominator)

    def part(self, key: Key, part: Part) -> Array:
        if key not in self.integers:
            kind, name, of = key
            names = [s.name for s in self.symbols]  # values must not depend on what things are called
            place = str(
                names.index(name) if name in names else name
            )  # but for what stands in a derivative alone
            style = self.style
            if part.kind in ("sign", "bit", "order"):
                style = "choices"
            elif of.startswith("order ") and style in ("real", "dense", "special"):
                style = "small"
            shape = (self.count, *part.shape)
            drawn = _drawn(f"{self.seed}/{kind}/{place}/{of}", shape, style, self.denominator, self.specials)
            self.integers[key] = drawn.copy()  # a search changes some
        return self.integers[key]

    def select(self, chosen: Sequence[int]) -> Points:
        """Some of the points."""
        picked = {
            key: a if key[2] == "integer" else a[np.asarray(chosen)] for key, a in self.integers.items()
        }
        return Points(
            self.symbols,
            self.dims,
            len(chosen),
            self.style,
            self.denominator,
            self.seed + 1,
            self.specials,
            picked,
        )


@lru_cache(maxsize=2000)
def _drawn(
    text: str, shape: tuple[int, ...], style: str, denominator: int, specials: tuple[int, ...]
) -> Array:
    """What is drawn from the seed that a text is: the same for each claim with such symbols, in whatever layout."""
    seed = int.from_bytes(blake2b(text.encode(), digest_size=8).digest())
    rng = np.random.default_rng(seed)  # of one number: to seed with a sequence takes four times as long
    return _choices(rng, shape) if style == "choices" else draw(rng, shape, style, denominator, specials)


def draw(
    rng: np.random.Generator,
    shape: tuple[int, ...],
    style: str,
    denominator: int,
    specials: tuple[int, ...] = (),
) -> Array:
    """Random integers for each point; the first two points are all zeros and all ones where the style is not large."""
    if style == "large":
        return rng.integers(0, LARGE, shape)
    if style == "mixed":  # modulo a prime: a third of the points at random, the others small
        return np.concatenate(
            [
                draw(rng, (n, *shape[1:]), s, 1)
                for n, s in ((shape[0] // 3, "large"), (shape[0] - shape[0] // 3, "small"))
            ]
        )
    if style == "dense":
        return _fractions(rng, shape, denominator)
    drawn = _small(rng, shape) * denominator
    if style == "real":
        finer = rng.random(shape[0]) < 0.6
        drawn[finer] = _fractions(rng, (int(finer.sum()), *shape[1:]), denominator)
    if style == "special":
        near = rng.random((shape[0],) + (1,) * (len(shape) - 1)) < 0.8
        drawn = np.where(near, rng.choice(np.array(specials), shape), drawn)
    drawn[:1] = 0
    drawn[1:2] = denominator
    return drawn


def _choices(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Integers of which only the parity, or the rest by a small number, will count; all zeros and all ones first."""
    drawn = rng.integers(0, 12, shape)
    alike = rng.random(shape[0]) < 0.3  # all of one kind: the identity among the idempotents
    drawn[alike] = drawn[alike, :1]
    drawn[:1] = 0
    drawn[1:2] = 1
    return drawn


def _small(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Small integers, many zeros among them: of each point a bound, a density and a pattern of its own."""
    count = shape[0]
    per_point = (count,) + (1,) * (len(shape) - 1)
    bound = rng.choice(np.array([1, 1, 1, 2, 2, 2, 3, 3, 5, 5, 9, 9, 9, 30, 1000]), per_point)
    density = rng.choice(np.array([0.4, 0.7, 1.0]), per_point)
    values = rng.integers(-bound, bound + 1, shape)
    values *= rng.random(shape) < density
    pattern = rng.integers(0, 8, count)
    for k in np.flatnonzero(pattern < 3):
        values[k] = _patterned(rng, values[k], int(pattern[k]))
    return values


def _patterned(rng: np.random.Generator, values: Array, pattern: int) -> Array:
    """Equal entries, a basis vector (or one entry of a matrix), or a matrix of rank one."""
    if pattern == 0:
        return np.full(values.shape, values.flat[0] if values.size else 0)
    if pattern == 1:
        flat = np.zeros(values.size, dtype=np.int64)
        flat[int(rng.integers(values.size))] = 1
        return flat.reshape(values.shape)
    if values.ndim == 2 and 1 not in values.shape:
        return values[:, :1] * values[:1, :]
    return np.abs(values)


def _fractions(rng: np.random.Generator, shape: tuple[int, ...], denominator: int) -> Array:
    """Fractions of a range and sign chosen for each point: inside (−1, 1), positive, negative, near 0, far from it."""
    per_point = (shape[0],) + (1,) * (len(shape) - 1)
    one, quarter = denominator, max(1, denominator // 4)
    low = np.array([1 - one, 1, -2 * one, 1 - 3 * one, 1 - quarter, -8 * one, 1])
    high = np.array([one, 3 * one, 0, 3 * one, quarter, 8 * one, one])
    choice = rng.integers(0, len(low), per_point)
    drawn = rng.integers(low[choice], high[choice], shape)
    step = rng.choice(
        np.array([1, 1, max(1, one // 2), one]), per_point
    )  # halves and whole numbers more often
    return np.asarray(drawn - drawn % step)


def special_values(constants: Iterable[Fraction]) -> tuple[tuple[int, ...], int]:
    """Numbers near the constants of a claim, as numerators over one denominator: a piecewise function turns there.

    >>> special_values([Fraction(7)])
    ((-16, -14, -12, 4, 6, 12, 14, 16), 2)
    """
    own = {c for c in constants if abs(c) < 10**6 and c.denominator <= 1000} - {
        Fraction(k) for k in (-1, 0, 1, 2)
    }
    if not own:
        return (), 1
    near = {sign * c + step for c in own for sign in (1, -1) for step in (-1, 0, 1)}
    near |= {Fraction(isqrt(int(abs(c))) + step) for c in own for step in (0, 1) if abs(c) >= 4}
    ordered = sorted(near)[:200]
    middle = {(a + b) / 2 for a, b in pairwise(ordered)} if len(own) > 1 else set()
    denominator = lcm(*(c.denominator for c in near)) * 2
    if denominator > 10**6:
        return (), 1
    return tuple(
        sorted(int(c * denominator) for c in {*ordered, *middle} if (c * denominator).denominator == 1)
    ), denominator


def atoms(symbols: Iterable[Any]) -> tuple[Symbol, ...]:
    """The symbols, and those that they are functions of, without repetition."""
    found: dict[Symbol, None] = {}
    stack = list(symbols)
    while stack:
        symbol = stack.pop()
        if symbol not in found:
            found[symbol] = None
            stack.extend(symbol.of)
    return tuple(found)
