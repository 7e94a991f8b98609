"""How much the calculus may work: steps are counted, never time, so that the same claim ends alike on every machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from cheatsheet.calculus.errors import NoIndexForm

STEPS = 40_000
"""A step brings one product into normal form, about a tenth of a millisecond; no proof known takes 6,000."""
MOST_TERMS = 4000
"""A sum with more terms than this has no normal form here."""


@dataclass
class Steps:
    """How many steps are left, and whether more were asked for."""

    left: int
    exhausted: bool = False


_allowed: ContextVar[tuple[Steps, ...]] = ContextVar("allowed", default=())


@contextmanager
def within(steps: int = STEPS) -> Iterator[Steps]:
    """For the block, :func:`check` raises after so many steps; an outer, smaller allowance stands."""
    allowance = Steps(steps)
    token = _allowed.set((*_allowed.get(), allowance))
    try:
        yield allowance
    finally:
        _allowed.reset(token)


def check(steps: int = 1) -> None:
    """Counts; raises :class:`~cheatsheet.calculus.errors.NoIndexForm` where more steps are asked for than allowed."""
    for allowance in _allowed.get():
        allowance.left -= steps
        if allowance.left < 0:
            allowance.exhausted = True
            raise NoIndexForm("the calculus took too many steps")
