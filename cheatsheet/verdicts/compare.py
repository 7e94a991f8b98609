"""Both sides of a claim evaluated at a batch of points: where they are defined, and where they differ."""

from __future__ import annotations

from dataclasses import dataclass

from cheatsheet.evaluation.evaluate import Evaluator
from cheatsheet.evaluation.fields import Array, Field, Floating, Modular, Rational, UnsupportedError
from cheatsheet.evaluation.numerics import IS_NUMPY, np
from cheatsheet.evaluation.points import Points
from cheatsheet.verdicts.claim import Claim


class OutOfBudgetError(Exception):
    """The work allowed for a claim is done."""


class Budget:
    """The work left for one claim, in steps: a step is one number added or multiplied in numpy, some 10 ns.

    Steps are counted and never timed, so that a claim gets the same verdict on every machine.
    """

    def __init__(self, steps: int, whole: Budget | None = None) -> None:
        self.left = steps
        self.whole = whole

    def spend(self, steps: int) -> None:
        """Raises :class:`OutOfBudgetError` where more steps are asked for than are left."""
        self.left -= steps
        if self.left < 0:
            raise OutOfBudgetError
        if self.whole is not None:
            self.whole.spend(steps)

    def node(self) -> None:
        """What it costs to work on one node, however small its value."""
        self.spend(NODE)

    def part(self, share: float) -> Budget:
        """A budget for a share of what is left, taken from this one as it is used."""
        return Budget(int(max(0, self.left) * share), self)


NODE = 2_000
_BARE = 1 if IS_NUMPY else 50
_COSTS: dict[type[Field], int] = {Modular: _BARE, Floating: _BARE, Rational: 100}
_COST = 600
"""Of a number to many digits, or any other."""


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


def compare(claim: Claim, points: Points, field: Field, budget: Budget) -> Comparison:
    """Evaluate both sides; raises :class:`UnsupportedError` where the field cannot, :class:`OutOfBudgetError`."""
    budget.spend(_COSTS.get(type(field), _COST) * claim.work(points.dims) * points.count)
    evaluator = Evaluator(points, field, budget.node)
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
