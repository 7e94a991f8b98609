"""Numbers drawn at random, the same for the same seed."""

from __future__ import annotations

from random import Random
from typing import Any

from cheatsheet.evaluation.plain.arrays import SmallArray
from cheatsheet.evaluation.plain.making import broadcast_to, full
from cheatsheet.evaluation.plain.places import Shape


class Generator:
    """What :mod:`..points` draws from."""

    def __init__(self, seed: int) -> None:
        self._source = Random(seed)

    def random(self, shape: Any) -> SmallArray:
        """Between 0 and 1."""
        found = full(shape, 0.0)
        found.flat = [self._source.random() for _ in found.flat]
        return found

    def integers(self, low: Any, high: Any = None, shape: Any = ()) -> Any:
        """From ``low`` on and below ``high``, which may be arrays; from 0 on where there is one bound."""
        low, high = (0, low) if high is None else (low, high)
        found = full(shape, 0)
        bounds = (broadcast_to(bound, found.shape).flat for bound in (low, high))
        found.flat = [self._source.randrange(a, b) for a, b in zip(*bounds, strict=True)]
        return found if found.shape else found.flat[0]

    def choice(self, options: SmallArray, shape: Shape) -> SmallArray:
        """Entries of a list, each as likely."""
        found = full(shape, 0, options.dtype)
        found.flat = self._source.choices(options.flat, k=found.size)
        return found


def default_rng(seed: int) -> Generator:
    return Generator(seed)
