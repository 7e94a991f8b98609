"""The last tier: agreement to 30 digits or more at random points, where exactness is out of reach."""

from __future__ import annotations

import numpy as np

from cheatsheet.evaluation.fields import Floating, UnsupportedError
from cheatsheet.evaluation.points import NoPointError, Points
from cheatsheet.verdicts.claim import Claim
from cheatsheet.verdicts.compare import Clock, OutOfTimeError, compare
from cheatsheet.verdicts.counterexample import to_many_digits
from cheatsheet.verdicts.presentation import present
from cheatsheet.verdicts.verdicts import Counterexample

MOST_WORK = 60_000
POINTS = 4
LEAST = 3


def sample(
    claim: Claim, candidates: list[dict[str, int]], clock: Clock, seed: int
) -> list[dict[str, int]] | Counterexample:
    """The dimensions at which the sides agree to 30 digits at random points, or a point where they do not."""
    found = []
    for k, dims in enumerate(candidates):
        if claim.work(dims) > MOST_WORK:
            continue
        share = clock.part(1 / (len(candidates) - k))
        try:
            agreeing = _agreeing(claim, dims, share, seed + 101 * k)
        except (OutOfTimeError, UnsupportedError, NoPointError):
            continue
        if isinstance(agreeing, Counterexample):
            return agreeing
        if agreeing >= LEAST:
            found.append(dims)
    return found


def _agreeing(claim: Claim, dims: dict[str, int], clock: Clock, seed: int) -> int | Counterexample:
    """At how many points the sides are seen to agree, or a point at which they differ."""
    agreeing = 0
    for point in _defined_points(claim, dims, clock, seed):
        comparison = to_many_digits(claim, point, clock)
        if not comparison.agrees:
            return present(claim, point, comparison)
        agreeing += int(comparison.defined.sum())
    return agreeing


def _defined_points(claim: Claim, dims: dict[str, int], clock: Clock, seed: int) -> list[Points]:
    """A few points, each in a batch of its own, at which both sides are defined in floating point, fractions first."""
    denominator = 10_007 + 2 * (seed % 30_011)  # none that a period in the claim could have been made for
    batch = Points(claim.symbols, dims, 60, "dense", denominator, seed)
    defined = np.flatnonzero(compare(claim, batch, Floating(), clock).defined)
    return [batch.select([int(k)]) for k in defined[:POINTS]]
