"""How long the calculus may think: a deadline that the inner loops ask about."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from cheatsheet.calculus.terms import NoIndexForm

SECONDS = 4.0
_deadline: ContextVar[float] = ContextVar("deadline", default=float("inf"))


@contextmanager
def within(seconds: float = SECONDS) -> Iterator[None]:
    """For the block, :func:`check` raises once so many seconds have passed; an outer, earlier end stands."""
    token = _deadline.set(min(_deadline.get(), time.monotonic() + seconds))
    try:
        yield
    finally:
        _deadline.reset(token)


def check() -> None:
    """Raises :class:`~cheatsheet.calculus.terms.NoIndexForm` when the time is up."""
    if time.monotonic() > _deadline.get():
        raise NoIndexForm("the calculus took too long")
