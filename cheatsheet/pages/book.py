"""What the handbook shows of an entry: one worked derivation, what belongs to it, and short sums."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, takewhile

from cheatsheet.language.glossary import word
from cheatsheet.pages.model import Block, DisplayBlock, EntryPage, Equation, StepRow, StepsBlock
from cheatsheet.printing.terminal_maths import plain


@dataclass(frozen=True)
class Worked:
    """The derivation chosen, what is drawn and computed beside it, and whether others of the entry are left out."""

    shown: tuple[Block, ...]
    more: bool


_DERIVED = ("\\pd", "\\nabla", "\\M J", "\\dd")


def worked(page: EntryPage, full: bool = False) -> Worked:
    """The derivation with the most to say: the catalogue's own, one of a derivative, the first that has two lines.

    An entry without any says what is cited.
    """
    if full:
        return Worked(page.blocks, False)
    steps = [block for block in page.blocks if isinstance(block, StepsBlock)]
    long = [block for block in steps if len(block.rows) > 1]
    written = [block for block in steps if block.style]
    derived = [block for block in long if _is_derivative(page, block)]
    number = min((block.of for block in written), default=0)
    cited = [block for block in page.blocks if isinstance(block, DisplayBlock) and block.cited]
    differing = [at for at, claim in enumerate(page.claims, start=1) if claim.verdict == "differs"]
    told = [*derived, *long, *steps]
    number = number or next(iter([block.of for block in _handiest(told)] + [block.of for block in cited]), 0)
    witnesses = (
        [] if any(isinstance(block, DisplayBlock) and not block.of for block in page.blocks) else differing
    )
    few = sum(len(block.rows) for block in written) <= MOST_ROWS_WRITTEN
    numbers = {0, *witnesses, *((block.of for block in written) if few and written else [number])}
    if not any(block.of in numbers and _is_derivative(page, block) for block in steps):
        numbers |= {block.of for block in _handiest(derived)}
    numbers |= _rested_on(numbers, steps) | {block.of for block in cited}
    left_out = {block.of for block in steps} - numbers
    shown = [b for b in page.blocks if not isinstance(b, (StepsBlock, DisplayBlock)) or b.of in numbers]
    if sum(len(b.rows) for b in shown if isinstance(b, StepsBlock)) > MOST_ROWS_OF_A_PICTURE:
        shown = [b for b in shown if not isinstance(b, DisplayBlock) or not b.of or b.cited]
    shown = [_shortened(b) if isinstance(b, StepsBlock) else b for b in shown]
    return Worked(tuple(_without_repetition(_once_each(page, shown))), bool(left_out))


def _rested_on(numbers: set[int], steps: Sequence[StepsBlock]) -> set[int]:
    """The claims that the derivations of some claims cite, and those that these cite in turn."""
    cited = {number for block in steps if block.of in numbers for number in block.cites}
    return cited if cited <= numbers else cited | _rested_on(numbers | cited, steps)


MOST_ROWS_WRITTEN = 12
"""Of an entry that has more lines of its own, the derivation of the first claim is printed."""
WIDEST_CHOSEN = 95
"""Characters of a line; of several derivations one with longer lines is not chosen."""
MOST_ENTRIES = 2
"""Of a matrix of numbers that is derived entry by entry so many entries are printed."""
OTHERS = "others"
"""The reason of a line that stands for derivations like those above it."""
MOST_ROWS_OF_A_PICTURE = 6
"""Beside a longer derivation the matrix of all entries teaches nothing that the derivation has not said."""
_SLIGHT = frozenset({"def-elementwise", "rearrange"})
"""Reasons of lines that only wrap or unwrap indexed brackets, or move a factor: they go with a neighbouring line."""


def _shortened(block: StepsBlock) -> StepsBlock:
    """The derivation without the lines that a reader takes in one step with the next; of many entries, the first."""
    if block.style:
        return replace(block, rows=_joined(block.rows))
    cases = list(_cases(block.rows))
    rows = [row for case in cases[:MOST_ENTRIES] for row in _joined(case)]
    if len(cases) > MOST_ENTRIES:
        rows.append(StepRow(Equation("", "", r"\cdots"), word("why-others"), (OTHERS,)))
    return replace(block, rows=tuple(rows))


def _cases(rows: Sequence[StepRow]) -> Iterator[Sequence[StepRow]]:
    """The derivations of several entries one after another, each from the line with its left side."""
    starts = [at for at, row in enumerate(rows) if not at or row.equation.left or OTHERS in row.reasons]
    for start, end in pairwise([*starts, len(rows)]):
        yield rows[start:end]


def _joined(rows: Sequence[StepRow]) -> tuple[StepRow, ...]:
    """The lines with their slight ones gone; their reasons go with a neighbour.

    The last line is what is derived, so that there it is the line before that goes.
    """
    left = list(rows)
    at = 0
    while at < len(left) - 1 and len(left) > 2:
        last = at == len(left) - 2
        if _is_slight(left[at]) or (last and _is_slight(left[-1]) and not left[at].equation.left):
            first, second = left[at], left[at + 1]
            reasons = tuple(dict.fromkeys((*first.reasons, *second.reasons)))
            side = first.equation.left or second.equation.left
            left[at : at + 2] = [
                replace(second, equation=replace(second.equation, left=side), reasons=reasons)
            ]
        else:
            at += 1
    return tuple(left)


def _once_each(page: EntryPage, blocks: Sequence[Block]) -> Iterator[Block]:
    """The derivations without one that another goes on from, and without a second one of what reads alike.

    The gradient and the derivative of one function are alike: on the sheet they are one row.
    """
    steps = [block for block in blocks if isinstance(block, StepsBlock)]
    said: set[tuple[str, tuple[str, ...]]] = set()
    for block in blocks:
        if isinstance(block, StepsBlock):
            lines = [row.equation for row in block.rows]
            longer = (b for b in steps if b is not block and len(b.rows) > len(lines))
            if any([row.equation for row in b.rows[: len(lines)]] == lines for b in longer):
                continue
            row = page.claims[block.of - 1].row if block.of else None
            says = ("", ()) if row is None else (row.left, row.cells)
            if says[0] and says in said:
                continue
            said.add(says)
        yield block


def _without_repetition(blocks: Iterable[Block]) -> Iterator[Block]:
    """Derivations that set out alike set out once: of the next, what follows from the lines that it shares."""
    before: tuple[StepRow, ...] = ()
    for block in blocks:
        if isinstance(block, StepsBlock):
            rows = block.rows
            same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(before, rows, strict=False)))
            while same and (same == len(rows) or not rows[same].equation.left):
                same -= 1
            before = rows
            block = replace(block, rows=rows[same:])
        yield block


def _is_slight(row: StepRow) -> bool:
    return bool(row.reasons) and _SLIGHT.issuperset(row.reasons)


def _handiest(blocks: Sequence[StepsBlock]) -> list[StepsBlock]:
    """The first that has no long line, or the first; none of none."""
    return [next((block for block in blocks if not _is_unwieldy(block)), blocks[0])] if blocks else []


def _is_unwieldy(block: StepsBlock) -> bool:
    return any(len(plain(row.equation.right)) > WIDEST_CHOSEN for row in block.rows)


def _is_derivative(page: EntryPage, block: StepsBlock) -> bool:
    left = page.claims[block.of - 1].forms[0].equation.left if block.of else ""
    return left.startswith(_DERIVED)


_RANGE = re.compile(r"\\sum_\{([^{}=]+)=1\}\^(?:\{[^{}]*\}|\\[A-Za-z]+|\w)")
_NEXT = re.compile(r"\\sum_\{([^{}=]+)\}\s*\\sum_\{(?=[^{}=]+\})")


def short_sums(latex: str) -> str:
    r"""Sums with their indices alone, for an index that runs over the whole of its axis; neighbours as one sum.

    >>> print(short_sums(r"\sum_{i=1}^m\sum_{j=1}^{n}x_i\,a_{ij}\,x_j + \sum_{r=0}^{k-1}2^r"))
    \sum_{i,j}x_i\,a_{ij}\,x_j + \sum_{r=0}^{k-1}2^r
    """
    shorter = _RANGE.sub(r"\\sum_{\1}", latex)
    while (joined := _NEXT.sub(r"\\sum_{\1,", shorter)) != shorter:
        shorter = joined
    return shorter


_SUM = re.compile(r"\\sum_\{([^{}=]+)\}\s*")
_SUBSCRIPT = re.compile(r"_(?:\{([^{}]*)\}|(\w))")
_OPENING = {"(": ")", "[": "]", "{": "}"}


def einstein(latex: str) -> str:
    r"""The formula without the sums that the summation convention makes superfluous: an index that stands twice.

    >>> print(einstein(r"\sum_{j=1}^n a_{ij}\,x_j + \sum_{i=1}^n x_i + \sum_{k=1}^n x_k^2"))
    a_{ij}\,x_j + \sum_{i} x_i + \sum_{k} x_k^2
    >>> print(einstein(r"\sum_{i=1}^n\sum_{j=1}^n x_i\,a_{ij}\,x_j"))
    x_i\,a_{ij}\,x_j
    """
    shown = short_sums(latex)
    place = 0
    while found := _SUM.search(shown, place):
        term = _term(shown[found.end() :])
        indices = found[1].split(",")
        if "\\sum" not in term and all(_times(term, index) == 2 for index in indices) and not _powers(term):
            shown = shown[: found.start()] + shown[found.end() :]
            place = found.start()
        else:
            place = found.end()
    return shown


def _term(latex: str) -> str:
    """What a sum reaches over: up to the next sign outside brackets, or the end of the group."""
    open_ones = 0
    for at, sign in enumerate(latex):
        if sign in _OPENING:
            open_ones += 1
        elif sign in _OPENING.values():
            open_ones -= 1
            if open_ones < 0:
                return latex[:at]
        elif sign in "+-=" and not open_ones and at:
            return latex[:at]
    return latex


def _times(term: str, index: str) -> int:
    """How often an index stands in the subscripts of a product; more than twice for one inside a bracketed sum."""
    subscripts = [found[1] or found[2] for found in _SUBSCRIPT.finditer(term)]
    return sum(
        len(re.findall(rf"(?<![A-Za-z\\\\]){re.escape(index)}(?![A-Za-z])", s)) + _run(s, index)
        for s in subscripts
    )


def _run(subscript: str, index: str) -> int:
    """Occurrences inside a run of letters such as ``ij``."""
    bare = re.sub(r"\\\\[A-Za-z]+", " ", subscript)
    return sum(run.count(index) for run in re.findall(r"[A-Za-z]{2,}", bare))


def _powers(term: str) -> bool:
    """Whether a sum or a power stands in the term, over which an index that stands twice would not be summed."""
    return bool(re.search(r"\^(?!\{?\\mathsf)|\\frac|[+]| - |\\(?:exp|log|sin|cos|tanh|operatorname)", term))
