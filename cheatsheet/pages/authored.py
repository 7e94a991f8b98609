"""Authored derivations on the page: the lines as they were written, and what leads to each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from cheatsheet.catalogue.entries import Entry
from cheatsheet.derivatives.authored.by_differentials import (
    by_differentials,
    is_for_differentials,
    of_differential,
)
from cheatsheet.derivatives.authored.rules import Reason
from cheatsheet.derivatives.authored.worked import (
    Worked,
    WorkedLine,
    reasons_in_words,
    reasons_of,
    worked,
)
from cheatsheet.derivatives.steps.presented import Names
from cheatsheet.language.authored import Lemma
from cheatsheet.language.expressions import Equation, Expr, symbols
from cheatsheet.language.glossary import Text
from cheatsheet.language.relaying import has_layout, in_layout
from cheatsheet.pages.givens import bold_letters
from cheatsheet.pages.model import DisplayBlock, Layout, StepRow, StepsBlock
from cheatsheet.pages.model import Equation as PrintedEquation
from cheatsheet.pages.prose import embolden
from cheatsheet.printing.latex import latex_claim, latex_of
from cheatsheet.printing.legible import legible
from cheatsheet.printing.letters import Letters

FOLLOWS = r"\Rightarrow\ "
"""Before a line that something done to both sides of the line above leads to."""


def authored_blocks(entry: Entry, layout: Layout | None = None) -> list[StepsBlock]:
    """The derivations that an entry has in its own words, in their order, each with the first of its claims.

    In a layout other than that of the entry, every line reads as the same equation does there.
    """
    return [_block(_with_names(worked(d), d.lemmas.values()), entry, layout) for d in entry.derivations]


def _with_names(work: Worked, lemmas: Iterable[Lemma]) -> Worked:
    """The derivation with the names of other entries as their heads have them, vectors and matrices in bold."""
    letters = {
        lemma.id: bold_letters(s for side in (e.lhs, e.rhs) for s in symbols(side))
        for lemma in lemmas
        for e in [lemma.claim.equation]
    }

    def named(reason: Reason) -> Reason:
        bold = letters.get(reason.entry, frozenset())
        words = Text(embolden(reason.words.zh, bold), embolden(reason.words.en, bold))
        return replace(reason, words=words) if reason.entry else reason

    lines = tuple(replace(line, reasons=tuple(map(named, line.reasons))) for line in work.lines)
    return replace(work, lines=lines)


def in_order(blocks: Iterable[StepsBlock | DisplayBlock]) -> list[StepsBlock | DisplayBlock]:
    """What derives the claims, in their order, but after what derives a claim that it cites."""
    groups: dict[int, list[StepsBlock | DisplayBlock]] = {}
    for block in blocks:
        groups.setdefault(block.of, []).append(block)
    placed: dict[int, None] = {}
    open_ones: set[int] = set()

    def place(of: int) -> None:
        if of in groups and of not in placed and of not in open_ones:
            open_ones.add(of)
            for block in groups[of]:
                for cited in block.cites if isinstance(block, StepsBlock) else ():
                    place(cited)
            placed[of] = None

    for of in sorted(groups):
        place(of)
    return [block for of in placed for block in groups[of]]


def differential_block(
    entry: Entry, number: int, equation: Equation, layout: Layout | None = None, rather: bool = False
) -> StepsBlock | None:
    """The derivation by differentials, where a textbook would take them and the rules suffice.

    ``equation``: the claim as it reads in the layout; ``rather``: of any function, as the one by components has lines
    that nobody reads.
    """
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
    return _block(replace(work, lines=lines, numbers=(number,)), entry, layout)


def _block(work: Worked, entry: Entry, layout: Layout | None) -> StepsBlock:
    if layout not in (None, entry.layout):
        work = replace(work, lines=tuple(_laid_out(work.lines, layout)))
    sides = [side for line in work.lines for side in (line.left, line.right) if side is not None]
    letters = Letters(*sides)
    rows = tuple(_row(line, letters) for line in work.lines)
    claims = [entry.claims[number - 1].equation for number in work.numbers]
    laid = any(map(has_layout, claims))
    shown = [in_layout(claim, layout) if layout and has_layout(claim) else claim for claim in claims]
    named = r",\quad ".join(latex_claim(claim, letters) for claim in shown) if len(entry.claims) > 1 else ""
    layouts: tuple[Layout, ...] = (entry.layout,) if laid and layout is None else ()  # type: ignore[assignment]
    cites = tuple(dict.fromkeys(r.claim for line in work.lines for r in line.reasons if r.claim))
    return StepsBlock(rows, claim=named, layouts=layouts, of=min(work.numbers), style=work.style, cites=cites)


def _laid_out(lines: Iterable[WorkedLine], layout: Layout) -> Iterator[WorkedLine]:
    """The lines as they read in a layout: what has none stays, and a line that goes on is turned with its left side."""
    start: Expr | None = None
    for line in lines:
        start = line.left if line.left is not None else start
        assert start is not None
        equation = Equation(start, line.right)
        if has_layout(equation):
            equation = in_layout(equation, layout)
        yield replace(line, left=None if line.left is None else equation.lhs, right=equation.rhs)


def _row(line: WorkedLine, letters: Letters) -> StepRow:
    left = "" if line.left is None else latex_of(legible(line.left), letters)
    if line.follows:
        left = FOLLOWS + left
    right = latex_of(legible(line.right), letters)
    if line.label:
        right += rf"\qquad(\mathrm{{{line.label}}})"
    parts = reasons_of(line)
    named = {reason.words: reason.entry for reason in line.reasons}
    entries = tuple(named.get(words, "") for words in parts)
    return StepRow(PrintedEquation(left, "=", right), reasons_in_words(line), parts=parts, entries=entries)
