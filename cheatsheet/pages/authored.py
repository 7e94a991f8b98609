"""Authored derivations on the page: the lines as they were written, and what leads to each."""

from __future__ import annotations

from cheatsheet.catalogue.entries import Entry
from cheatsheet.catalogue.reports import CatalogueReport
from cheatsheet.derivatives.authored.worked import Worked, WorkedLine, problems, reasons_in_words, worked
from cheatsheet.language.errors import Problem
from cheatsheet.pages.kept import PageKeys, RightLines
from cheatsheet.pages.model import Equation as PrintedEquation
from cheatsheet.pages.model import StepRow, StepsBlock
from cheatsheet.parallel import over_cores
from cheatsheet.printing.latex import latex_claim, latex_of
from cheatsheet.printing.letters import Letters

FOLLOWS = r"\Rightarrow\ "
"""Before a line that something done to both sides of the line above leads to."""


def authored_blocks(entry: Entry) -> list[StepsBlock]:
    """The derivations that an entry has in its own words, in their order, each with the first of its claims."""
    several = len(entry.claims) > 1
    return [_block(worked(derivation), entry, several) for derivation in entry.derivations]


def _block(work: Worked, entry: Entry, several: bool) -> StepsBlock:
    sides = [side for line in work.lines for side in (line.left, line.right) if side is not None]
    letters = Letters(*sides)
    rows = tuple(_row(line, letters) for line in work.lines)
    claims = [entry.claims[number - 1].equation for number in work.numbers]
    named = r",\quad ".join(latex_claim(claim, letters) for claim in claims) if several else ""
    return StepsBlock(rows, claim=named, of=min(work.numbers), style=work.style)


def _row(line: WorkedLine, letters: Letters) -> StepRow:
    left = "" if line.left is None else latex_of(line.left, letters)
    if line.follows:
        left = FOLLOWS + left
    right = latex_of(line.right, letters)
    if line.label:
        right += rf"\qquad(\mathrm{{{line.label}}})"
    return StepRow(PrintedEquation(left, "=", right), reasons_in_words(line))


def wrong_lines(report: CatalogueReport) -> list[Problem]:
    """What is wrong with the derivations that entries have in their own words, where their claims hold.

    Those found right before are not looked at again.
    """
    keys, right = PageKeys(None), RightLines()
    asked = {keys.key(entry): entry.entry for entry in report.entries if entry.ok and entry.entry.derivations}
    known = right.known(asked)
    left = {key: entry for key, entry in asked.items() if key not in known}
    found = over_cores(_wrong, list(left.values()), lambda more: None)
    right.keep([key for key, wrong in zip(left, found, strict=True) if not wrong])
    return [problem for wrong in found for problem in wrong]


def _wrong(entry: Entry) -> list[Problem]:
    return [problem for derivation in entry.derivations for problem in problems(derivation)]
