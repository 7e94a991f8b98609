"""Catalogue → verdicts: every claim verified, each verdict kept with the claim it belongs to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cheatsheet.catalogue.entries import Claim, Entry
from cheatsheet.language.display import counted, one_line, short
from cheatsheet.language.errors import Problem
from cheatsheet.language.expressions import Equation
from cheatsheet.language.syntax import ClaimError
from cheatsheet.verdicts.by_sympy.judgement import JUDGEMENTS, Judgement
from cheatsheet.verdicts.verdicts import STATUSES, Verdict

if TYPE_CHECKING:
    from cheatsheet.verdicts.in_layouts import LaidOut  # brings the operator table
    from cheatsheet.verdicts.tasks import Asked

Progress = Callable[[int], None]
"""Called with the number of claims that have been verified since the last call."""


@dataclass(frozen=True)
class ClaimReport:
    """A claim and the verdict on it; ``problem`` says where and why an ``invalid`` one is ill-formed."""

    claim: Claim
    verdict: Verdict
    problem: Problem | None = None
    definition_at_fault: bool = False
    sympy: Judgement | None = None
    """What SymPy says, where it was asked."""

    def __repr__(self) -> str:
        return one_line(self, short(self.claim.text, 120), self.verdict.status, _as_expected(self.ok))

    @property
    def ok(self) -> bool:
        """Whether the verdict is the one expected; a pitfall must fail by itself, not by an ill-formed ``let``."""
        if self.claim.expect == "holds":
            return self.verdict.holds or self.accepted
        return self.verdict.fails and not self.definition_at_fault

    @cached_property
    def layouts(self) -> Mapping[str, LaidOut]:
        """The claim in each layout but its own, with the verdict on it there; nothing where layout plays no part.

        Found when it is first asked for, and carried from then on. Raises :class:`ClaimError` for an ill-formed claim.
        """
        from cheatsheet.verdicts.in_layouts import in_other_layouts

        return in_other_layouts(self.claim, self.verdict)

    def in_layout(self, layout: str) -> Equation | None:
        """The claim as it reads in a layout, where it is verified there; None where it could not be."""
        from cheatsheet.language.relaying import has_layout

        if layout == self.claim.declarations.layout or not has_layout(self.claim.equation):
            return self.claim.equation if self.verdict.holds else None
        other = self.layouts.get(layout)
        return other.equation if other is not None and other.verdict.holds else None

    @property
    def accepted(self) -> bool:
        """Whether the claim is undecided, and its entry says that it may be printed all the same."""
        return self.claim.accepted and self.verdict.status == "undecided"

    @property
    def warnings(self) -> tuple[str, ...]:
        """What looks unintended in a claim that is well-formed."""
        return self.verdict.warnings

    def to_json(self) -> dict[str, Any]:
        """The claim as ``check --json`` gives it."""
        details = self.verdict.to_json()
        for name in ("start", "end"):
            details.pop(name, None)
        if self.warnings:
            details["warnings"] = list(self.warnings)
        seconds = details.pop("seconds")
        if self.accepted:
            details["accepted"] = True
        result = {"claim": self.claim.text, "expect": self.claim.expect, **details}
        if self.problem is not None and self.problem.position is not None:
            result |= {
                "message": self.problem.message,
                "line": self.problem.position.line,
                "column": self.problem.position.column,
            }
        if self.sympy is not None:
            result["sympy"] = self.sympy.to_json()
        return result | {"seconds": seconds}


@dataclass(frozen=True)
class EntryReport:
    """An entry and the verdicts on its claims and pitfalls."""

    entry: Entry
    claims: tuple[ClaimReport, ...]

    def __repr__(self) -> str:
        return one_line(self, short(self.entry.id), self.verdict or "no claim", _as_expected(self.ok))

    @property
    def ok(self) -> bool:
        """Whether every claim holds and every pitfall fails."""
        return all(report.ok for report in self.claims)

    @property
    def verdict(self) -> str | None:
        """The weakest verdict on a claim of the entry, in the order proved, checked, sampled, undecided, refuted,
        invalid; None where it claims nothing."""
        found = [report.verdict.status for report in self.claims if report.claim.expect == "holds"]
        return max(found, key=_WEAKNESS.index, default=None)

    @property
    def needless(self) -> str | None:
        """A warning where the entry accepts that a claim is undecided, and none is."""
        if not (self.entry.unproved and self.claims) or any(report.accepted for report in self.claims):
            return None
        file = self.claims[0].claim.passage.file.name
        return f"{file}:{self.entry.position}: warning: no claim is undecided: `unproved` is not needed"

    def to_json(self) -> dict[str, Any]:
        """The entry as ``check --json`` gives it."""
        return {"id": self.entry.id, "ok": self.ok, "claims": [report.to_json() for report in self.claims]}


def _as_expected(ok: bool) -> str:
    return "ok" if ok else "not as expected"


ACCEPTED = "accepted"
_WEAKNESS = ("proved", "checked", "sampled", "undecided", "refuted", "invalid")


@dataclass(frozen=True)
class CatalogueReport:
    """The verdicts on all entries that were looked at."""

    entries: tuple[EntryReport, ...]

    def __repr__(self) -> str:
        counts = (f"{number} {status}" for status, number in self.summary.items() if number)
        return one_line(self, counted(len(self.entries), "entry", "entries"), *counts, _as_expected(self.ok))

    @property
    def ok(self) -> bool:
        return all(entry.ok for entry in self.entries)

    @property
    def summary(self) -> dict[str, int]:
        """How many claims and pitfalls got each verdict; undecided ones that are accepted are counted apart, if any."""
        reports = [report for entry in self.entries for report in entry.claims]
        found = Counter(ACCEPTED if report.accepted else report.verdict.status for report in reports)
        counts = {status: found[status] for status in STATUSES}
        return counts | {ACCEPTED: found[ACCEPTED]} if ACCEPTED in found else counts

    @property
    def by_sympy(self) -> dict[str, dict[str, int]]:
        """How many claims and how many pitfalls SymPy agrees with, refutes and does not decide."""
        asked = [c for entry in self.entries for c in entry.claims if c.sympy is not None]
        found = Counter((c.claim.expect, c.sympy.verdict) for c in asked if c.sympy is not None)
        return {
            kind: {verdict: found[expect, verdict] for verdict in JUDGEMENTS}
            for kind, expect in (("claims", "holds"), ("pitfalls", "fails"))
        }

    @property
    def warnings(self) -> list[str]:
        """What looks unintended in claims that are well-formed, each with its place."""
        claims = [report for entry in self.entries for report in entry.claims]
        found = [
            f"{c.claim.passage.file.name}:{c.claim.position}: warning: {warning}"
            for c in claims
            for warning in c.warnings
        ]
        return [*found, *(entry.needless for entry in self.entries if entry.needless)]

    def to_json(self) -> dict[str, Any]:
        """The document that ``check --json`` writes."""
        entries = [entry.to_json() for entry in self.entries]
        judged = any(c.sympy is not None for entry in self.entries for c in entry.claims)
        by_sympy = {"sympy": self.by_sympy} if judged else {}
        return {"ok": self.ok, "summary": self.summary, **by_sympy, "entries": entries}


def check_entries(entries: Iterable[Entry], progress: Progress | None = None) -> CatalogueReport:
    """The verdicts on entries, worked out over the cores of the machine and remembered on disk."""
    chosen = list(entries)
    reports = iter(check_claims([c for entry in chosen for c in entry.all_claims], progress))
    return CatalogueReport(
        tuple(EntryReport(entry, tuple(next(reports) for _ in entry.all_claims)) for entry in chosen)
    )


def judged_by_sympy(
    report: CatalogueReport, progress: Progress | None = None, only_kept: bool = False
) -> CatalogueReport:
    """The report with what SymPy says of every claim that is well-formed, or with ``only_kept`` what it has said.

    Raises :class:`~cheatsheet.verdicts.by_sympy.judgement.JudgesDisagree` where that contradicts a verdict.
    """
    from cheatsheet.verdicts.by_sympy.many import Judged, JudgementCache, judge_all

    well_formed = [c for entry in report.entries for c in entry.claims if c.verdict.status != "invalid"]
    claims = [Judged(c.claim.text, c.claim.declarations, c.verdict) for c in well_formed]
    cache = JudgementCache()
    try:
        judgements = judge_all(claims, cache, progress or (lambda more: None), only_kept)
    finally:
        cache.close()
    known = {id(c): judgement for c, judgement in zip(well_formed, judgements, strict=True)}
    return CatalogueReport(
        tuple(
            replace(entry, claims=tuple(replace(c, sympy=known.get(id(c))) for c in entry.claims))
            for entry in report.entries
        )
    )


def check_claims(claims: Sequence[Claim], progress: Progress | None = None) -> list[ClaimReport]:
    """The report on each claim, in their order."""
    return [
        _report(claim, verdict) for claim, verdict in zip(claims, _verdicts(claims, progress), strict=True)
    ]


def _verdicts(claims: Sequence[Asked], progress: Progress | None) -> list[Verdict]:
    from cheatsheet.verdicts.kept import VerdictCache
    from cheatsheet.verdicts.many import verify_all

    told = [0]

    def tell(done: int) -> None:
        if progress is not None:
            progress(done - told[0])
        told[0] = done

    cache = VerdictCache()
    try:
        return verify_all(claims, cache=cache, progress=tell)
    finally:
        cache.close()


def _report(claim: Claim, verdict: Verdict) -> ClaimReport:
    if verdict.status != "invalid":
        return ClaimReport(claim, verdict)
    try:
        _ = claim.declarations
    except ClaimError as error:  # it is not the claim that is ill-formed, but a definition that it uses
        return ClaimReport(claim, verdict, claim.problem(error), definition_at_fault=True)
    own = ClaimError(verdict.message, verdict.start, verdict.end, verdict.hint)
    return ClaimReport(claim, verdict, claim.problem(own))
