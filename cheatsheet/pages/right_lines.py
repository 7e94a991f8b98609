"""Whether the derivations that entries write themselves are right; what was found right before is not asked again."""

from __future__ import annotations

from collections.abc import Iterable

from cheatsheet.catalogue.entries import Entry
from cheatsheet.catalogue.reports import EntryReport
from cheatsheet.language.errors import Problem
from cheatsheet.pages.keys import PageKeys
from cheatsheet.parallel import over_cores
from cheatsheet.store import Shelf, cache_folder

MOST_KEYS = 5_000


class RightLines:
    """The entries whose own derivations were found right, by the keys of their pages."""

    def __init__(self) -> None:
        self.shelf = Shelf(cache_folder() / "pages.sqlite", "lines", MOST_KEYS)

    def known(self, keys: Iterable[str]) -> set[str]:
        return set(self.shelf.find(keys))

    def keep(self, keys: Iterable[str]) -> None:
        self.shelf.keep(dict.fromkeys(keys, b""))
        self.shelf.close()


def wrong_lines(reports: Iterable[EntryReport]) -> list[Problem]:
    """What is wrong with the derivations that entries have in their own words, where their claims hold.

    Those found right before are not looked at again.
    """
    keys, right = PageKeys(None), RightLines()
    asked = {keys.key(report): report.entry for report in reports if report.ok and report.entry.derivations}
    known = right.known(asked)
    left = {key: entry for key, entry in asked.items() if key not in known}
    found = over_cores(problems_of, list(left.values()), lambda more: None)
    right.keep([key for key, wrong in zip(left, found, strict=True) if not wrong])
    return [problem for wrong in found for problem in wrong]


def problems_of(entry: Entry) -> tuple[Problem, ...]:
    """What is wrong with the derivations that an entry has in its own words."""
    from cheatsheet.derivatives.authored.worked import problems  # brings the calculus: not for what is known

    return tuple(problem for derivation in entry.derivations for problem in problems(derivation))
