"""Report on a coverage → Markdown: counts first, then a table for each chapter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from cheatsheet.language.glossary import Text
from tools.coverage.checking import CoverageReport
from tools.coverage.data import Row

NAME = "coverage.md"
_HEAD = """\
# Coverage

Which formulas of other collections the catalogue has. This page is written by `python -m tools.coverage` from
`coverage.yaml`; CI checks that it is up to date.

Formulas are in the [claim language](format.md), in our own notation. Each of them that is a claim has been verified,
with a verdict of its own, and has the form of a claim of the entry that is said to cover it; where it has not, the row
says how the entry covers it. A formula that is no claim is shown in ordinary notation.
"""
_COUNTS = ("covered", "open", "out")
_COUNT_TITLES = "| | formulas | covered | expressible, no entry yet | out of scope | verified claims |"


def page(report: CoverageReport) -> str:
    """The whole page."""
    coverage = report.coverage
    blocks = [_HEAD, "\n".join(_counts(report)), _vocabularies(report)]
    for source in coverage.sources:
        blocks.append(f"## {source.title.en}\n")
        if source.about is not None:
            blocks.append(f"{source.about.en}\n")
        for part in source.parts:
            blocks.append(f"### {part.title.en}\n")
            blocks.append(
                "\n".join(["| | formula | covered by |", "|---|---|---|", *_lines(report, part.rows)]) + "\n"
            )
    return "\n".join(blocks)


def counts(report: CoverageReport) -> dict[str, Counter[str]]:
    """For each source, how many rows there are of each status."""
    return {s.title.en: Counter(row.status for row in s.rows) for s in report.coverage.sources}


def _counts(report: CoverageReport) -> Iterator[str]:
    yield _COUNT_TITLES
    yield "|---|" + "---:|" * 5
    for source in report.coverage.sources:
        yield _count_line(report, f"**{source.title.en}**", source.rows)
        for part in source.parts:
            yield _count_line(report, part.title.en, part.rows)
    yield ""


def _count_line(report: CoverageReport, title: str, rows: Iterable[Row]) -> str:
    chosen = list(rows)
    found = Counter(row.status for row in chosen)
    numbers = [len(chosen), *(found[status] for status in _COUNTS), sum(len(row.claims) for row in chosen)]
    return f"| {title} | {' | '.join(map(str, numbers))} |"


def _vocabularies(report: CoverageReport) -> str:
    coverage = report.coverage
    verdicts = Counter(c.verdict.status for reports in report.claims.values() for c in reports)
    told = ", ".join(f"{number} {status}" for status, number in sorted(verdicts.items()))
    forms = Counter(row.form for row in coverage.rows if row.form)
    reasons = Counter(row.out for row in coverage.rows if row.out)
    lines = [f"Verdicts on the claims of the rows: {told}.\n"]
    for title, words, found in (
        ("How an entry covers a formula that it does not have word for word", coverage.forms, forms),
        ("Why a formula is out of scope", coverage.reasons, reasons),
    ):
        lines += [f"| {title} | | rows |", "|---|---|---:|"]
        lines += [f"| {text.en} | {text.zh} | {found[key]} |" for key, text in words.items()]
        lines.append("")
    return "\n".join(lines)


def _lines(report: CoverageReport, rows: Iterable[Row]) -> Iterator[str]:
    for row in rows:
        yield f"| {row.number} | {_formula(report, row)} | {_covering(report, row)} |"


def _formula(report: CoverageReport, row: Row) -> str:
    claims = [f"`{' '.join(claim.text.split())}`{_denominator(claim.scope.layout)}" for claim in row.claims]
    return "<br>".join([*claims, *([row.formula] if row.formula else [])])


def _denominator(layout: str) -> str:
    return "" if layout == "numerator" else f" ({layout})"


def _covering(report: CoverageReport, row: Row) -> str:
    if row.out is not None:
        return f"*out of scope: {report.coverage.reasons[row.out].en}*"
    entries = [f"`{id}` {_names(report, id)}" for id in row.entries] or ["*no entry yet*"]
    remarks = [report.coverage.forms[row.form].en] if row.form else []
    weaker = {c.verdict.status for c in report.claims[row]} - {"proved"}
    remarks += sorted(weaker)
    return "<br>".join(entries) + (f"<br>*{'; '.join(remarks)}*" if remarks else "")


def _names(report: CoverageReport, id: str) -> str:
    name: Text = report.catalogue[id].name
    return _in_table(f"{name.zh} {name.en}")


def _in_table(text: str) -> str:
    r"""A text that may stand in a cell of a table.

    >>> print(_in_table(r"$\|Ax\|^2$"))
    $\Vert Ax\Vert ^2$
    """
    return text.replace(r"\|", r"\Vert ").replace("|", r"\|")
