"""Both sides of a claim evaluated at a batch of points: where they are defined, and where they differ."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from cheatsheet.evaluation.evaluate import Evaluator
from cheatsheet.evaluation.fields import Array, Field, UnsupportedError
from cheatsheet.evaluation.points import Points
from cheatsheet.verdicts.claim import Claim


class OutOfTimeError(Exception):
    """The time allowed for a claim is used up."""


class Clock:
    """The time left for one claim."""

    def __init__(self, seconds: float) -> None:
        self.started = time.monotonic()
        self.deadline = self.started + seconds

    @property
    def elapsed(self) -> float:
        return time.monotonic() - self.started

    @property
    def left(self) -> float:
        return self.deadline - time.monotonic()

    def check(self) -> None:
        if time.monotonic() > self.deadline:
            raise OutOfTimeError

    def part(self, share: float) -> Clock:
        """A clock that runs for a share of the time left."""
        return Clock(max(0.0, self.left) * share)


@dataclass(frozen=True)
class Comparison:
    """Left and right side, with one leading axis for each free index and one for the points."""

    left: Array
    right: Array
    rank: int
    defined: Array
    differs: Array
    """Of each point: both sides are defined there and are not equal."""

    @property
    def agrees(self) -> bool:
        return not self.differs.any()


def compare(claim: Claim, points: Points, field: Field, clock: Clock) -> Comparison:
    """Evaluate both sides; raises :class:`UnsupportedError` where the field cannot, :class:`OutOfTimeError`."""
    evaluator = Evaluator(points, field, clock.check)
    try:
        with np.errstate(all="ignore"), evaluator.index_scope(claim.indices):
            left, right = evaluator(claim.equation.lhs), evaluator(claim.equation.rhs)
            rank = left.rank
            a, b = (evaluator.full(side.base, rank) for side in (left, right))
            a, b = np.broadcast_arrays(a, b)
            core = tuple(range(-rank, 0))
            different = field.disagreement(a, b, core)
            if a.dtype == np.float64:
                evaluator.domain.exclude(~(np.isfinite(a) & np.isfinite(b)), rank)
    except RecursionError:
        raise UnsupportedError("an expression nested this deeply") from None
    except MemoryError:
        raise UnsupportedError("an expression of this size") from None
    count = points.count
    place = a.ndim - rank - 1
    others = tuple(k for k in range(a.ndim) if k != place)
    defined = ~evaluator.domain.undefined
    differs = np.broadcast_to(different.any(axis=others), (count,)) & defined
    return Comparison(a, b, rank, defined, differs)
