"""Reports as text for a terminal: a line for each entry, and of what fails the place, the counterexample and a hint."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from cheatsheet.catalogue.reports import CatalogueReport, ClaimReport, EntryReport
from cheatsheet.language.errors import Problem, columns
from cheatsheet.verdicts.verdicts import Counterexample

_GAP = "    "
_HINTS = {
    "undecided": "an undecided claim never counts as holding; try fixed dimensions or a simpler form",
    "fails": "a pitfall must be wrong: move it to `claim`, or write down the mistake itself",
}


def entry_lines(report: EntryReport, width: int) -> list[str]:
    """What is said of one entry: a line with its verdicts, and more where something is not as expected."""
    mark = "✓" if report.ok else "✗"
    lines = [f"{mark} {report.entry.id:<{width}}  {verdict_words(report)}".rstrip()]
    for claim in report.claims:
        if claim.accepted:
            lines.append(f"  accepted, although undecided: {claim.claim.text}")
            lines += [f"    {claim.verdict.message}"] * bool(claim.verdict.message)
        elif not claim.ok:
            lines += ["  " + line for line in failure(claim).split("\n")]
    return lines


def verdict_words(report: EntryReport) -> str:
    """The verdicts of an entry in a few words: ``proved; pitfalls 2 refuted, 1 invalid``."""
    claims = _counted(c.verdict.status for c in report.claims if c.claim.expect == "holds")
    pitfalls = _counted(c.verdict.status for c in report.claims if c.claim.expect == "fails")
    number = sum(c.claim.expect == "fails" for c in report.claims)
    words = [claims] if claims else []
    if pitfalls:
        words.append(("pitfalls " if number > 1 else "pitfall ") + pitfalls)
    return "; ".join(words) or "no claim"


def _counted(statuses: Iterable[str]) -> str:
    found = Counter(statuses)
    if len(found) == 1:
        return next(iter(found))
    return ", ".join(f"{number} {status}" for status, number in found.items())


def failure(report: ClaimReport) -> str:
    """Why a claim or pitfall is not as expected, at its place in the file, with the counterexample."""
    verdict = report.verdict
    problem = report.problem or _whole_claim(report)
    text = problem.render()
    if verdict.counterexample is not None:
        text = _before_hint(text, counterexample_lines(verdict.counterexample))
    return text


def _whole_claim(report: ClaimReport) -> Problem:
    claim, verdict = report.claim, report.verdict
    if claim.expect == "fails":
        message, hint = f"this pitfall is {verdict.status}, and it must fail", _HINTS["fails"]
    else:
        message, hint = f"this claim is {verdict.status}", _HINTS.get(verdict.status, "")
    if verdict.message:
        message += f" ({verdict.message})"
    start = len(claim.passage.text) - len(claim.passage.text.lstrip())
    problem = claim.passage.problem(start, start + len(claim.text), message, verdict.hint or hint)
    return replace(problem, message=message)


def _before_hint(text: str, lines: list[str]) -> str:
    """The text with lines put in above its hint, which comes last."""
    shown = text.split("\n")
    place = next((i for i, line in enumerate(shown) if line.startswith("  hint: ")), len(shown))
    return "\n".join([*shown[:place], *("  " + line for line in lines), *shown[place:]])


def counterexample_lines(example: Counterexample) -> list[str]:
    """A counterexample as one would write it down.

    >>> example = Counterexample({"n": 2}, {"x": [[1], [0]], "a": 3}, [[0, 1]], [[0, 2]])
    >>> print("\\n".join(counterexample_lines(example)))
    counterexample with n = 2:
        x = ⎡1⎤    a = 3
            ⎣0⎦
        left side = [0  1]    right side = [0  2]
    """
    places = {**example.dims, **example.index}
    given = ", ".join(f"{name} = {value}" for name, value in places.items())
    sides = {"left side": example.left, "right side": example.right}
    lines = [f"counterexample with {given}:" if given else "counterexample:"]
    for group in (example.values, sides):
        lines += [_GAP + line for line in equations(group)]
    return lines


def equations(values: Mapping[str, Any], width: int = 96) -> list[str]:
    """``name = value`` for each, side by side, wrapped at a width."""
    lines: list[str] = []
    row: list[list[str]] = []
    for name, value in values.items():
        block = _labelled(f"{name} = ", matrix_lines(value))
        if row and sum(columns(b[0]) + len(_GAP) for b in [*row, block]) > width:
            lines += _beside(row)
            row = []
        row.append(block)
    return lines + (_beside(row) if row else [])


def matrix_lines(value: Any) -> list[str]:
    """A number or a list of rows, drawn with brackets; a tensor in nested brackets on one line.

    >>> print("\\n".join(matrix_lines([[1, -20], [3, 4]])))
    ⎡1  -20⎤
    ⎣3    4⎦
    """
    rows = value if isinstance(value, list) else None
    if rows is None or not all(isinstance(row, list) for row in rows):
        return [str(value)]
    if any(isinstance(cell, list) for row in rows for cell in row):
        return [str(value)]
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[c]) for row in cells) for c in range(len(cells[0]))]
    texts = ["  ".join(cell.rjust(w) for cell, w in zip(row, widths, strict=True)) for row in cells]
    if len(texts) == 1:
        return [f"[{texts[0]}]"]
    edges = ["⎡⎤", *["⎢⎥"] * (len(texts) - 2), "⎣⎦"]
    return [f"{edge[0]}{text}{edge[1]}" for edge, text in zip(edges, texts, strict=True)]


def _labelled(label: str, lines: list[str]) -> list[str]:
    return [label + lines[0], *(" " * columns(label) + line for line in lines[1:])]


def _beside(blocks: list[list[str]]) -> list[str]:
    """Blocks of lines next to each other, aligned at the top."""
    height = max(len(block) for block in blocks)
    lines = []
    for k in range(height):
        line = ""
        for block in blocks:
            text = block[k] if k < len(block) else ""
            line += text + " " * (max(columns(t) for t in block) - columns(text)) + _GAP
        lines.append(line.rstrip())
    return lines


def summary_line(report: CatalogueReport) -> str:
    """All verdicts in one line.

    >>> summary_line(CatalogueReport(()))
    '0 entries: nothing claimed'
    """
    counts = ", ".join(f"{number} {status}" for status, number in report.summary.items() if number)
    failing = sum(not entry.ok for entry in report.entries)
    entries = f"{len(report.entries)} {'entry' if len(report.entries) == 1 else 'entries'}"
    state = f"; {failing} not as expected" if failing else "; all as expected" if counts else ""
    return f"{entries}: {counts or 'nothing claimed'}{state}"


def sympy_line(report: CatalogueReport) -> str:
    """What SymPy says, counted, in one line; empty where it was not asked.

    >>> sympy_line(CatalogueReport(()))
    ''
    """
    parts = [
        f"{kind}: " + ", ".join(f"{number} {verdict}" for verdict, number in counts.items() if number)
        for kind, counts in report.by_sympy.items()
        if any(counts.values())
    ]
    return "; ".join(["SymPy on " + parts[0], *parts[1:]]) if parts else ""
