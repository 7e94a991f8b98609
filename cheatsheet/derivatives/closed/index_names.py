"""Names for indices that a result needs and its expression does not have."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain, count

from cheatsheet.language.dimensions import Axis

INDEX_NAMES = "ijklpqrstuvwabcefgh"


class IndexNames:
    """Names for indices that nothing else has."""

    def __init__(self, taken: Iterable[str]) -> None:
        self.taken = set(taken)

    def fresh(self, axis: Axis | None = None) -> str:
        suffixes = chain([""], map(str, count(1)))
        names = (letter + suffix for suffix in suffixes for letter in INDEX_NAMES)
        name = next(n for n in names if n not in self.taken)
        self.taken.add(name)
        return name

    def again(self) -> IndexNames:
        """The same names still to be had: sums that do not stand inside one another may share theirs."""
        return IndexNames(self.taken)
