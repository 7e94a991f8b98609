"""Derivations on the page: lines with reasons, then the dotted matrix, or the slices of a tensor."""

from __future__ import annotations

from cheatsheet.derivation.claims import derive_claim
from cheatsheet.derivation.steps import BrokenStep, Derivation
from cheatsheet.dotted import at, dotted
from cheatsheet.expressions import Apply, Equation, Expr, Index, inline_definitions
from cheatsheet.glossary import Text, word
from cheatsheet.indices.terms import NoIndexForm
from cheatsheet.latex import latex_claim, latex_of
from cheatsheet.lettering import Letters
from cheatsheet.operators.row import build
from cheatsheet.pages import Block, DisplayBlock, StepRow, StepsBlock
from cheatsheet.pages import Equation as PrintedEquation
from cheatsheet.reports import ClaimReport
from cheatsheet.typeset.numbers import counterexample_formulas

WIDEST_ENTRY = 40
"""How many characters an entry of a dotted matrix may have on paper, roughly."""


def blocks_of_claim(report: ClaimReport, several: bool) -> list[Block]:
    """The derivation of a claim that holds; for one with ≠, the numbers that show it."""
    equation = report.claim.equation
    caption = Text.of_both(f"${latex_claim(equation)}$") if several else None
    if equation.negated:
        witness = report.verdict.witness
        return [] if witness is None else [
            DisplayBlock(tuple(counterexample_formulas(equation, witness)), word("counterexample"))
        ]  # fmt: skip
    try:
        derivation = derive_claim(equation)
    except (NoIndexForm, BrokenStep):
        return []
    if len(derivation.lines) < 2:
        return []
    letters = Letters(*(line.expr for line in derivation.lines))
    blocks: list[Block] = [StepsBlock(tuple(_rows(derivation, letters)), caption)]
    return blocks + _drawn(inline(equation), derivation, letters)


def inline(equation: Equation) -> Equation:
    return Equation(inline_definitions(equation.lhs), inline_definitions(equation.rhs), equation.negated)


def _rows(derivation: Derivation, letters: Letters) -> list[StepRow]:
    first, *others = derivation.lines
    rows = []
    left = latex_of(first.expr, letters)
    for line in others:
        why = _sentence([word(f"why-{reason}") for reason in line.reasons])
        rows.append(StepRow(PrintedEquation(left, "=", latex_of(line.expr, letters)), why))
        left = ""
    return rows


def _sentence(reasons: list[Text]) -> Text:
    distinct = list(dict.fromkeys(reasons))
    return Text("；".join(r.zh for r in distinct), "; ".join(r.en for r in distinct))


def _drawn(equation: Equation, derivation: Derivation, letters: Letters) -> list[Block]:
    """The derivative drawn entry by entry: a dotted matrix, or slices for three axes."""
    lhs = equation.lhs
    if not (isinstance(lhs, Apply) and lhs.op in ("diff", "jacobian", "grad", "hessian")):
        if isinstance(lhs, Apply) and lhs.op == "component":
            return _slices(equation, letters)
        return []
    entry = derivation.entry
    if entry is None or not 1 <= len(derivation.indices) <= 2 or any(i.parts for i in derivation.indices):
        return []
    entries = [line.expr for line in derivation.lines if _is_plain_derivative(line.expr)]
    sides = [latex_of(lhs, letters)]
    for shown in [*entries[:1], entry]:
        if len(_visible(latex_of(shown, letters))) > WIDEST_ENTRY:
            return []
        sides.append(dotted(shown, *_row_and_column(lhs, derivation.indices), letters))
    sides.append(latex_of(equation.rhs, letters))
    if len(sides) == 4 and sides[2] == sides[3]:
        del sides[2]
    return [DisplayBlock((" = ".join(sides),), word("entry-by-entry"))]


def _is_plain_derivative(expr: Expr) -> bool:
    return isinstance(expr, Apply) and expr.op == "diff" and expr.shape.is_scalar


def _row_and_column(lhs: Apply, indices: tuple[Index, ...]) -> tuple[Index | None, Index | None]:
    if len(indices) == 2:
        return indices[0], indices[1]
    return (None, indices[0]) if lhs.shape.rows.is_one else (indices[0], None)


def _visible(latex: str) -> str:
    """Roughly the characters that a formula shows on paper."""
    import re

    text = re.sub(r"\\(pd|kd|frac|tfrac|dd|M|T)\b", "", latex)
    return re.sub(r"\\[A-Za-z]+", "o", re.sub(r"[{}\s\\,_^]", "", text))


def _slices(equation: Equation, letters: Letters) -> list[Block]:
    """∂Y/∂x₁, ∂Y/∂x₂, …, ∂Y/∂xₙ of a matrix by a vector, each a dotted matrix."""
    lhs = equation.lhs
    assert isinstance(lhs, Apply)
    inner, *places = lhs.args
    if not (isinstance(inner, Apply) and inner.op == "diff" and len(inner.shape.axes) == 3):
        return []
    y, x = inner.children[:2]
    row, column, along = _tensor_indices(inner, [p for p in places if isinstance(p, Index)])
    if row is None or column is None or along is None or not x.shape.is_vector:
        return []
    from cheatsheet.dotted import last_position

    formulas = []
    for place in (Index(0, along.axis), Index(1, along.axis), last_position(along.axis)):
        entry = at(equation.rhs, {str(along.name): place})
        part = build("diff", y, build("component", x, place), params=("mixed",))
        formulas.append(f"{latex_of(part, letters)} = {dotted(entry, row, column, letters)}")
    formulas.insert(2, r"\cdots")
    return [DisplayBlock(tuple(formulas), word("slice-by-slice"))]


def _tensor_indices(inner: Apply, places: list[Index]) -> tuple[Index | None, Index | None, Index | None]:
    from cheatsheet.layouts import arrange

    y, *xs = inner.children
    sources = arrange(y.shape, tuple(x.shape for x in xs), inner.params[0]).sources
    by_source = dict(zip(sources, places, strict=True))
    named = {s: i for s, i in by_source.items() if isinstance(i.name, str)}
    return named.get((0, 0)), named.get((0, 1)), named.get((1, 0))
