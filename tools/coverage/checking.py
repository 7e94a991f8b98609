"""Rows → findings: every claim is verified, and every entry named must be there and speak of the same thing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cheatsheet.catalogue.entries import Catalogue, Claim, Entry
from cheatsheet.catalogue.reports import ClaimReport, Progress, check_claims
from cheatsheet.language.errors import Problem
from cheatsheet.language.expressions import Equation
from cheatsheet.language.syntax import ClaimError
from tools.coverage.data import Coverage, Row, Source
from tools.coverage.matching import same_subject

_NUMBERS = re.compile(r"\(([0-9]+)\)(?:\s*[–-]\s*\(([0-9]+)\))?")


@dataclass(frozen=True)
class CoverageReport:
    """The verdicts on the claims of all rows, and what else is wrong."""

    coverage: Coverage
    catalogue: Catalogue
    claims: dict[Row, tuple[ClaimReport, ...]]
    problems: tuple[Problem, ...]

    @property
    def failing(self) -> list[ClaimReport]:
        """The claims that do not hold."""
        return [report for reports in self.claims.values() for report in reports if not report.ok]

    @property
    def ok(self) -> bool:
        """Whether every claim holds and every row names entries that cover it."""
        return not self.problems and not self.failing


def check_coverage(
    coverage: Coverage, catalogue: Catalogue, progress: Progress | None = None
) -> CoverageReport:
    """The report on a coverage: claims are verified over the cores of the machine and remembered on disk."""
    rows = list(coverage.rows)
    reports = iter(check_claims([claim for row in rows for claim in row.claims], progress))
    claims = {row: tuple(next(reports) for _ in row.claims) for row in rows}
    problems = [
        *coverage.missing,
        *(problem for row in rows for problem in unlike(row, catalogue)),
        *(problem for source in coverage.sources for problem in uncited(source, catalogue)),
    ]
    return CoverageReport(coverage, catalogue, claims, tuple(sorted(problems, key=lambda p: p.order)))


def unlike(row: Row, catalogue: Catalogue) -> Iterator[Problem]:
    """The claims of a row that no claim of its entries resembles, where the row does not say in which form it does."""
    entries = [catalogue[id] for id in row.entries if id in catalogue]
    if row.form is not None or not entries:
        return
    known = [equation for entry in entries for equation in _equations(entry.claims)]
    for claim in row.claims:
        for equation in _equations((claim,)):
            if not any(same_subject(equation, other) for other in known):
                message = f"no claim of {', '.join(row.entries)} resembles this one"
                hint = "name another entry, or say with `form` how it covers the row"
                yield claim.passage.problem(0, len(claim.passage.text), message, hint)


def _equations(claims: tuple[Claim, ...]) -> Iterator[Equation]:
    """The typed claims; an ill-formed one is a verdict of its own."""
    for claim in claims:
        try:
            yield claim.equation
        except ClaimError:
            continue


def cited(entry: Entry, key: str) -> set[int]:
    """The numbers that an entry's ``source`` gives of the work with this key.

    >>> import cheatsheet
    >>> sorted(cited(cheatsheet.load()["determinant-gradient"], "cookbook"))
    [49, 66]
    """
    places = [citation.place for citation in entry.citations if citation.key == key]
    found = [m for place in places for m in _NUMBERS.finditer(place)]
    return {k for m in found for k in range(int(m[1]), int(m[2] or m[1]) + 1)}


def uncited(source: Source, catalogue: Catalogue) -> Iterator[Problem]:
    """The entries whose ``source`` names a row of the collection that does not name them."""
    if source.cited is None:
        return
    rows = {row.number: row for row in source.rows}
    for entry in catalogue:
        for number in sorted(cited(entry, source.cited)):
            row = rows.get(str(number))
            if row is not None and entry.id not in row.entries:
                message = (
                    f"the source of {entry.id} is {source.cited}, ({number}), and that row does not name it"
                )
                yield row.problem(message, "add it to the row's entries, or mend the source")
