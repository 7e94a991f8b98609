"""The exact tier: both sides with free symbols, at one choice of dimensions; what is equal there is identical there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice, product

from cheatsheet.evaluation.fields import Array, Modular, UnsupportedError
from cheatsheet.evaluation.free_symbols import Free
from cheatsheet.evaluation.jets import Domain, Jet
from cheatsheet.evaluation.numerics import np
from cheatsheet.evaluation.points import Key, NoPointError, Points
from cheatsheet.evaluation.properties import Part, read_part
from cheatsheet.language.table import TABLE
from cheatsheet.verdicts.claim import Claim
from cheatsheet.verdicts.compare import Budget, compare

MOST_WORK = 60_000
MOST_GENERATORS = 60
MOST_PATTERNS = 32
_BELOW_THE_DIAGONAL = frozenset({"skew", "lower", "upper"})
_CHOICES = frozenset({"sign", "bit", "order"})


@dataclass
class FreePoints(Points):
    """One point whose continuous parts are generators of a polynomial ring; only choices (signs, ranks) are numbers."""

    generators: Free | None = None
    patterns: dict[Key, Array] = field(default_factory=dict)
    asked: dict[Key, int] = field(default_factory=dict)

    def read(self, key: Key, part: Part, domain: Domain, whole: bool) -> Jet:
        if part.kind in _CHOICES:
            if part.kind != "order":  # D·(I − S)(I + S)⁻¹ is every orthogonal matrix already
                self.asked[key] = part.shape[0]
            chosen = self.patterns.get(key, np.zeros((1, *part.shape), dtype=np.int64))
            return read_part(chosen, part, domain, 1)
        assert self.generators is not None
        names = entry_names(key, part)
        known = self.generators.generators
        values = np.empty(len(names), dtype=object)
        values[:] = [known.get(name, 0) for name in names]
        array = domain.field.array(values.reshape(1, *part.shape))
        return Jet(domain, {0: array if array.ndim == 3 else array[..., np.newaxis]})


def entry_names(key: Key, part: Part) -> list[str]:
    """A name for each entry of a part in row-major order; empty for one that is never used."""
    kind, symbol, name = key
    prefix = f"{'d' if kind == 'differential' else ''}{symbol}_{name.replace(' ', '')}"
    unused = name in _BELOW_THE_DIAGONAL
    return [
        "" if unused and len(place) == 2 and place[0] <= place[1] else "_".join([prefix, *map(str, place)])
        for place in np.ndindex(*part.shape)
    ]


def vanishes(claim: Claim, dims: dict[str, int], budget: Budget) -> bool | None:
    """Whether the difference of the sides is zero as a function of free symbols; None where that cannot be told.

    What is not a rational function of them is refused by the field, or here, because it is one on pieces only.
    """
    if claim.work(dims) > MOST_WORK or any(TABLE[op].has_pieces for op in claim.operators):
        return None
    recorded = Points(claim.symbols, dims, 1, "small")
    try:
        compare(claim, recorded, Modular(), budget)
        names = [
            name
            for key, integers in sorted(recorded.integers.items())
            if key[2] != "integer"
            for name in entry_names(key, Part(integers.shape[1:], "any"))
            if name
        ]
        if len(names) > MOST_GENERATORS:
            return None
        ring = Free(names, budget.spend)
        first = FreePoints(claim.symbols, dims, 1, generators=ring)
        results = [compare(claim, first, ring, budget)]
        for pattern in _patterns(first.asked):
            chosen = FreePoints(claim.symbols, dims, 1, generators=ring, patterns=pattern)
            results.append(compare(claim, chosen, ring, budget))
    except (UnsupportedError, NoPointError):
        return None
    defined = [r for r in results if r.defined.all()]
    return all(r.agrees for r in defined) if defined else None


def _patterns(asked: dict[Key, int]) -> Iterator[dict[Key, Array]]:
    """Every choice of signs and ranks but the first, all zeros."""
    if 2 ** sum(asked.values()) > MOST_PATTERNS:
        raise UnsupportedError("this many combinations of signs")
    options = [[np.array([bits]) for bits in product((0, 1), repeat=n)] for n in asked.values()]
    for combination in islice(product(*options), 1, None):
        yield dict(zip(asked, combination, strict=True))
