"""Facts assumed for the time being, and how many comparisons may be made with them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from cheatsheet.calculus import budget
from cheatsheet.calculus.inequalities import Row
from cheatsheet.calculus.terms import Poly

Signs = frozenset[int]
"""Some of −1, 0, 1."""

STEPS = 10
"""What a comparison counts for."""
MOST_COMPARISONS = 200
"""How many comparisons one sum is worth."""


@dataclass(frozen=True)
class Fact:
    """What is assumed of a polynomial: its sign is one of these."""

    poly: Poly
    signs: Signs


@dataclass
class _Known:
    """Facts, with what was found under them: the signs of polynomials, and the facts as inequalities."""

    facts: tuple[Fact, ...]
    signs: dict[tuple[str, bool], Signs] = field(default_factory=dict)
    rows: list[Row] | None = None


_known: ContextVar[_Known | None] = ContextVar("known", default=None)
_comparing: ContextVar[bool] = ContextVar("comparing", default=False)
_as_written: ContextVar[bool] = ContextVar("as_written", default=False)
_left: ContextVar[list[int] | None] = ContextVar("left", default=None)
"""How many comparisons are left, if they are counted."""


@contextmanager
def assuming(facts: Iterable[Fact], alone: bool = False) -> Iterator[None]:
    """For the block, signs are those under the facts, and under those assumed before unless they stand ``alone``."""
    token = _known.set(_Known((*(() if alone else assumed()), *facts)))
    try:
        yield
    finally:
        _known.reset(token)


@contextmanager
def defined_as_written(same: bool) -> Iterator[None]:
    """For the block, ``same``: a normal form is defined where the claim is, and there only.

    Then what stands in its denominators, roots and logarithms are facts; else it says nothing about the claim.
    """
    token = _as_written.set(same)
    try:
        yield
    finally:
        _as_written.reset(token)


def is_defined_as_written() -> bool:
    return _as_written.get()


@contextmanager
def counted() -> Iterator[None]:
    """For the block, and all within it, no more comparisons than :data:`MOST_COMPARISONS` are made.

    What is found is kept for the block, and not beyond: an answer must not depend on what was asked before.
    """
    if _left.get() is not None:
        yield
        return
    token = _left.set([MOST_COMPARISONS])
    try:
        with assuming(()):
            yield
    finally:
        _left.reset(token)


def assumed() -> tuple[Fact, ...]:
    """The facts now assumed."""
    known = _known.get()
    return () if known is None else known.facts


def kept(poly: Poly, find: Callable[[], Signs]) -> Signs:
    """The signs of a polynomial, found once under the same facts."""
    known, key = _known.get(), (poly.key({}), _comparing.get())
    if known is None:
        return find()
    if key not in known.signs:
        known.signs[key] = find()
    return known.signs[key]


@contextmanager
def comparing() -> Iterator[bool]:
    """Whether a comparison may be made; what it asks of single products within is answered without another."""
    left = _left.get()
    if _comparing.get() or (left is not None and left[0] <= 0):
        yield False
        return
    budget.check(STEPS)
    if left is not None:
        left[0] -= 1
    token = _comparing.set(True)
    try:
        yield True
    finally:
        _comparing.reset(token)


def rows_of_facts(rows: Callable[[tuple[Fact, ...]], Iterable[Row]]) -> list[Row]:
    """The facts as inequalities, made once."""
    known = _known.get()
    if known is None:
        return []
    if known.rows is None:
        known.rows = list(rows(known.facts))
    return known.rows
