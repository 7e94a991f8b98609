"""Authored derivations on the page: the lines as they were written, and what leads to each."""

from __future__ import annotations

from dataclasses import replace

from cheatsheet.catalogue.entries import Entry
from cheatsheet.derivatives.authored.by_differentials import (
    by_differentials,
    is_for_differentials,
    of_differential,
)
from cheatsheet.derivatives.authored.worked import (
    Worked,
    WorkedLine,
    reasons_in_words,
    reasons_of,
    worked,
)
from cheatsheet.derivatives.steps.presented import Names
from cheatsheet.language.relaying import has_layout
from cheatsheet.pages.model import Equation as PrintedEquation
from cheatsheet.pages.model import Layout, StepRow, StepsBlock
from cheatsheet.printing.latex import latex_claim, latex_of
from cheatsheet.printing.letters import Letters

FOLLOWS = r"\Rightarrow\ "
"""Before a line that something done to both sides of the line above leads to."""


def authored_blocks(entry: Entry) -> list[StepsBlock]:
    """The derivations that an entry has in its own words, in their order, each with the first of its claims."""
    several = len(entry.claims) > 1
    return [_block(worked(derivation), entry, several) for derivation in entry.derivations]


def differential_block(entry: Entry, number: int, rather: bool = False) -> StepsBlock | None:
    """The derivation by differentials, where a textbook would take them and the rules suffice.

    ``rather``: of any function, as the one by components has lines that nobody reads.
    """
    equation = entry.claims[number - 1].equation
    work = of_differential(equation, entry.id)
    if work is None and (rather or is_for_differentials(equation)):
        work = by_differentials(equation)
    if work is None:
        return None
    names = Names.of(equation)
    lines = tuple(
        replace(
            line,
            left=None if line.left is None else names.put_back(line.left),
            right=names.put_back(line.right),
        )
        for line in work.lines
    )
    return _block(replace(work, lines=lines, numbers=(number,)), entry, len(entry.claims) > 1)


def _block(work: Worked, entry: Entry, several: bool) -> StepsBlock:
    sides = [side for line in work.lines for side in (line.left, line.right) if side is not None]
    letters = Letters(*sides)
    rows = tuple(_row(line, letters) for line in work.lines)
    claims = [entry.claims[number - 1].equation for number in work.numbers]
    named = r",\quad ".join(latex_claim(claim, letters) for claim in claims) if several else ""
    layouts: tuple[Layout, ...] = (entry.layout,) if any(map(has_layout, claims)) else ()  # type: ignore[assignment]
    return StepsBlock(rows, claim=named, layouts=layouts, of=min(work.numbers), style=work.style)


def _row(line: WorkedLine, letters: Letters) -> StepRow:
    left = "" if line.left is None else latex_of(line.left, letters)
    if line.follows:
        left = FOLLOWS + left
    right = latex_of(line.right, letters)
    if line.label:
        right += rf"\qquad(\mathrm{{{line.label}}})"
    return StepRow(PrintedEquation(left, "=", right), reasons_in_words(line), parts=reasons_of(line))
