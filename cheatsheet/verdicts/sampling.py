"""The last tier: agreement to 30 digits or more at random points, where exactness is out of reach."""

from __future__ import annotations

from collections.abc import Iterator

from cheatsheet.evaluation.fields import Floating, UnsupportedError
from cheatsheet.evaluation.numerics import np
from cheatsheet.evaluation.points import NoPointError, Points
from cheatsheet.verdicts.claim import Claim
from cheatsheet.verdicts.compare import Budget, compare
from cheatsheet.verdicts.counterexample import to_many_digits
from cheatsheet.verdicts.presentation import present
from cheatsheet.verdicts.verdicts import Counterexample

MOST_WORK = 60_000
POINTS = 4
LEAST = 3
PRIMES = (999999937, 999999929, 999999893, 999999883, 999999797, 999999761, 999999757, 999999751)


def sample(claim: Claim, dims: dict[str, int], budget: Budget) -> bool | Counterexample:
    """Whether the sides agree at random points, or a point where they do not; False where too few could be had."""
    if claim.work(dims) > MOST_WORK:
        return False
    agreeing = 0
    try:
        for point in _points(claim, dims, budget):
            comparison = to_many_digits(claim, point, budget)
            if comparison.agrees:
                comparison = to_many_digits(claim, point, budget, claim.terms(dims))
            if not comparison.agrees:
                return present(claim, point, comparison)
            agreeing += int(comparison.defined.sum())
    except (UnsupportedError, NoPointError):
        return False
    return agreeing >= LEAST


def _points(claim: Claim, dims: dict[str, int], budget: Budget) -> Iterator[Points]:
    """A few points at which both sides are defined in floating point, fractions over a prime of their own each."""
    for turn, prime in enumerate(_primes(claim)):
        batch = Points(claim.symbols, dims, 20, "dense", prime, turn)
        defined = np.flatnonzero(compare(claim, batch, Floating(), budget).defined)
        if defined.size:
            yield batch.select([int(defined[0])])


def _primes(claim: Claim) -> list[int]:
    """Denominators that divide no number of the claim: it has no period made for them."""
    numbers = [c.numerator for c in claim.constants if c]
    return [p for p in PRIMES if not any(n % p == 0 for n in numbers)][:POINTS]
