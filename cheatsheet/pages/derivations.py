"""Derivations on the page: lines with reasons, in the words of the claim."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cheatsheet.catalogue.reports import ClaimReport
from cheatsheet.derivatives.rules.words import reason_words
from cheatsheet.derivatives.steps.claims import derive_cases
from cheatsheet.derivatives.steps.drawings import drawn
from cheatsheet.derivatives.steps.familiar_indices import with_familiar_indices
from cheatsheet.derivatives.steps.steps import Derivation
from cheatsheet.language.expressions import (
    Equation,
    Expr,
    Number,
    Symbol,
    inline_definitions,
    rebuild,
    symbols,
)
from cheatsheet.language.glossary import Text, word
from cheatsheet.pages.claims import claim_in
from cheatsheet.pages.model import DisplayBlock, Layout, StepRow, StepsBlock
from cheatsheet.pages.model import Equation as PrintedEquation
from cheatsheet.pages.numbers import counterexample_formulas
from cheatsheet.printing.latex import latex_claim, latex_of
from cheatsheet.printing.letters import Letters

MOST_CASES = 4
"""Of more cases, the entries of a 4×4 matrix say, a few are printed, zeros last; all were checked."""


def blocks_of_claim(
    report: ClaimReport, several: bool, layout: Layout | None = None
) -> list[StepsBlock | DisplayBlock]:
    """The derivation of a claim that holds, with the layout it is good for; for one with ≠, the numbers that show it.

    ``several``: the entry has other claims, so that the derivation says which it derives.
    """
    equation, derived = claim_in(report, layout)
    claim = latex_claim(equation) if several else ""
    layouts = () if derived is None or layout is not None else (derived,)
    if equation.negated:
        witness = report.verdict.witness
        if witness is None:
            return []
        return [DisplayBlock(tuple(counterexample_formulas(equation, witness)), word("counterexample"))]
    cases = derive_cases(equation)
    if cases[0].cited:
        return [DisplayBlock((latex_claim(equation),), word("cited"))]
    worked = [derivation for derivation in cases if len(derivation.lines) > 1]
    cases = tuple(sorted(worked, key=lambda derivation: derivation.entry == Number(0))[:MOST_CASES])
    if not cases:
        return []
    names = _Names.of(equation)
    lines = [_printed_lines(derivation, equation, names) for derivation in cases]
    letters = Letters(*(line for case in lines for line in case), equation.lhs, equation.rhs)
    rows = [row for d, own in zip(cases, lines, strict=True) for row in _rows(d, own, letters)]
    if len(worked) > len(cases):
        rows.append(StepRow(PrintedEquation("", "", r"\cdots"), word("why-others"), ("others",)))
    # A single line says what the claim says: no need to say it twice.
    steps = StepsBlock(tuple(rows), claim=claim if len(rows) > 1 else "", layouts=layouts)
    drawings = drawn(equation, cases[0], names.put_back, letters) if len(cases) == 1 else []
    return [steps, *(DisplayBlock((drawing.latex,), drawing.caption) for drawing in drawings)]


def _printed_lines(derivation: Derivation, equation: Equation, names: _Names) -> list[Expr]:
    lines = [names.put_back(line.expr) for line in derivation.lines]
    return with_familiar_indices(lines, (equation.lhs, equation.rhs))


def inline(equation: Equation) -> Equation:
    """The claim without the names of ``let``."""
    return Equation(inline_definitions(equation.lhs), inline_definitions(equation.rhs), equation.negated)


@dataclass(frozen=True)
class _Names:
    """The ``let`` names of a claim, to stand again for what they mean in the lines worked out without them."""

    meanings: dict[Expr, Symbol]

    @staticmethod
    def of(equation: Equation) -> _Names:
        found = _defined([equation.lhs, equation.rhs])
        return _Names({inline_definitions(symbol): symbol for symbol in found})

    def put_back(self, expr: Expr) -> Expr:
        """The expression with every definition in it called by its name."""
        if expr in self.meanings:
            return self.meanings[expr]
        return rebuild(expr, self.put_back) if self.meanings else expr


def _defined(expressions: Iterable[Expr]) -> list[Symbol]:
    """The ``let`` names that occur, those in other definitions included."""
    found: dict[Symbol, None] = {}
    for symbol in (s for e in expressions for s in symbols(e)):
        if symbol.definition is not None:
            found[symbol] = None
            found |= dict.fromkeys(_defined([symbol.definition]))
    return list(found)


def _rows(derivation: Derivation, lines: list[Expr], letters: Letters) -> list[StepRow]:
    """A row for each line after the first; lines that read alike once names are put back are one."""
    rows: list[StepRow] = []
    reasons: list[str] = []
    left, above = latex_of(lines[0], letters), lines[0]
    for line, expr in zip(derivation.lines[1:], lines[1:], strict=True):
        reasons += line.reasons
        shown = latex_of(expr, letters)
        if expr == above or (rows and rows[-1].equation.right == shown):
            reasons = [reason for reason in reasons if reason != "rearrange"]
            continue
        used = _definitions_used(above, expr, letters)
        why = _sentence([reason_words(reason) for reason in reasons] + used)
        keys = (*dict.fromkeys(reasons), *(["definition-of"] if used else []))
        rows.append(StepRow(PrintedEquation(left, "=", shown), why, keys))
        left, above, reasons = "", expr, []
    return rows


def _definitions_used(above: Expr, below: Expr, letters: Letters) -> list[Text]:
    """The ``let`` names that stand on one of two neighbouring lines only."""
    defined = [{s for s in symbols(e) if s.definition is not None} for e in (above, below)]
    pattern = word("why-definition-of")
    shown = [latex_of(symbol, letters) for symbol in sorted(defined[0] ^ defined[1], key=lambda s: s.name)]
    return [Text(pattern.zh.format(s), pattern.en.format(s)) for s in shown]


def _sentence(reasons: list[Text]) -> Text:
    distinct = list(dict.fromkeys(reasons))
    if all(r.zh == r.en for r in distinct):  # formulas alone are said once
        return Text.of_both("; ".join(r.en for r in distinct))
    return Text("；".join(r.zh for r in distinct), "; ".join(r.en for r in distinct))
