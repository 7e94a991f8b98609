"""Derivations on the page: lines with reasons, in the words of the claim."""

from __future__ import annotations

from cheatsheet.catalogue.reports import ClaimReport
from cheatsheet.derivatives.rules.levels import barred
from cheatsheet.derivatives.steps.claims import derive_cases
from cheatsheet.derivatives.steps.drawings import drawn
from cheatsheet.derivatives.steps.presented import Names, presented, printed_lines, shown_cases
from cheatsheet.derivatives.steps.steps import Derivation
from cheatsheet.language.expressions import (
    Equation,
    Expr,
    inline_definitions,
)
from cheatsheet.language.glossary import word
from cheatsheet.pages.claims import claim_in
from cheatsheet.pages.model import DisplayBlock, Layout, StepRow, StepsBlock
from cheatsheet.pages.model import Equation as PrintedEquation
from cheatsheet.pages.numbers import counterexample_formulas
from cheatsheet.printing.latex import latex_claim, latex_of
from cheatsheet.printing.letters import Letters

MOST_CASES = 4
"""Of more cases, the entries of a 4×4 matrix say, a few are printed, zeros last; all were checked."""


def blocks_of_claim(
    report: ClaimReport, several: bool, layout: Layout | None = None, entry: str = ""
) -> list[StepsBlock | DisplayBlock]:
    """The derivation of a claim that holds, with the layout it is good for; for one with ≠, the numbers that show it.

    ``several``: the entry has other claims, so that the derivation says which it derives. It uses no rule that rests on
    ``entry``.
    """
    equation, derived = claim_in(report, layout)
    claim = latex_claim(equation) if several else ""
    layouts = () if derived is None or layout is not None else (derived,)
    if equation.negated:
        witness = report.verdict.witness
        if witness is None:
            return []
        return [DisplayBlock(tuple(counterexample_formulas(equation, witness)), word("counterexample"))]
    cases = derive_cases(equation, barred(entry))
    if cases[0].cited:
        return [DisplayBlock((latex_claim(equation),), word("why-cited"), cited=True)]
    worked = shown_cases(cases, len(cases))
    shown = worked[:MOST_CASES]
    if not shown:
        return []
    lines = [printed_lines(derivation, equation) for derivation in shown]
    letters = Letters(*(line for case in lines for line in case), equation.lhs, equation.rhs)
    rows = [row for d, own in zip(shown, lines, strict=True) for row in _rows(d, own, letters)]
    if len(worked) > len(shown):
        rows.append(StepRow(PrintedEquation("", "", r"\cdots"), word("why-others"), ("others",)))
    # A single line says what the claim says: no need to say it twice.
    steps = StepsBlock(tuple(rows), claim=claim if len(rows) > 1 else "", layouts=layouts)
    drawings = drawn(equation, shown[0], Names.of(equation).put_back, letters) if len(shown) == 1 else []
    return [steps, *(DisplayBlock((drawing.latex,), drawing.caption) for drawing in drawings)]


def _rows(derivation: Derivation, lines: list[Expr], letters: Letters) -> list[StepRow]:
    """A row for each step, the first with the line that the derivation sets out from."""
    rows: list[StepRow] = []
    for step in presented(derivation, lines, letters):
        left = "" if rows else latex_of(lines[0], letters)
        rows.append(StepRow(PrintedEquation(left, "=", step.latex), step.why, step.reasons))
    return rows


def inline(equation: Equation) -> Equation:
    """The claim without the names of ``let``."""
    return Equation(inline_definitions(equation.lhs), inline_definitions(equation.rhs), equation.negated)
