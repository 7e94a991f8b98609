"""A claim in every layout: the same truth, transposed where the convention asks for it."""

from __future__ import annotations

from cheatsheet.catalogue.reports import ClaimReport
from cheatsheet.language.expressions import Equation, Symbol
from cheatsheet.language.glossary import Text, word
from cheatsheet.language.relaying import has_layout, stated_by_diff
from cheatsheet.language.table import differentiation
from cheatsheet.pages.model import ClaimLine, Form, Given, Layout, Row
from cheatsheet.pages.model import Equation as PrintedEquation
from cheatsheet.printing.latex import equation_sides, latex_of, relation_sign
from cheatsheet.printing.legible import legible
from cheatsheet.printing.letters import Letters

PRINTED: tuple[Layout, ...] = ("numerator", "denominator")
COLUMNS: tuple[Layout, ...] = ("denominator", "numerator")
"""The columns of the sheet: the gradient first, then its transpose."""


def claim_line(report: ClaimReport, layout: Layout | None = None) -> ClaimLine:
    """The claim in each layout printed; forms that read alike are one."""
    equation = report.claim.equation
    verdict = "differs" if equation.negated and report.verdict.status == "proved" else report.verdict.status
    if not has_layout(equation):
        row = _row(equation, _in_columns(report, layout))
        return ClaimLine((Form(printed(equation)),), verdict, row, evidence(report))  # type: ignore[arg-type]
    own: Layout = report.claim.declarations.layout  # type: ignore[assignment]
    found = [claim_in(report, name) for name in ((layout,) if layout else _printed(own))]
    forms = [Form(printed(other), (name,)) for other, name in dict.fromkeys(found) if name]
    columns = (layout,) if layout else COLUMNS
    row = _row(equation, [other for column in columns for other, name in found if name == column])
    return ClaimLine(_merged(forms), verdict, row, evidence(report))  # type: ignore[arg-type]


def evidence(report: ClaimReport) -> Text | None:
    """What is known of an undecided claim: the sizes at which its sides agree."""
    verdict = report.verdict
    if verdict.status != "undecided":
        return None
    if not verdict.dims:
        return word("undecided-means")
    sizes = "; ".join(", ".join(f"{name}={size}" for name, size in dims.items()) for dims in verdict.dims)
    said = word("evidence-equal-at")
    return Text(said.zh.format(sizes), said.en.format(sizes))


def _in_columns(report: ClaimReport, layout: Layout | None) -> list[Equation]:
    """A claim about a gradient or a Jacobian as derivatives in the layouts of the columns; else the claim itself."""
    stated = stated_by_diff(report.claim.equation)
    if stated is None:
        return [report.claim.equation]
    in_own, own = stated
    wanted = (layout,) if layout else COLUMNS
    other = {name: found.equation for name, found in report.layouts.items() if found.verdict.holds}
    found = [in_own if name == own else other.get(name) for name in wanted]
    return [e for e in found if e is not None] or [report.claim.equation]


def _row(equation: Equation, forms: list[Equation]) -> Row:
    """The forms side by side, those that read alike once."""
    sides = list(dict.fromkeys(printed(form) for form in forms or [equation]))
    lhs = equation.lhs
    looked_for = lhs.children[0] if differentiation(lhs) else lhs
    shape = latex_of(looked_for, Letters(looked_for))
    first = sides[0]
    if len({side.left for side in sides}) > 1:
        return Row("", "", tuple(side.latex for side in sides), shape)
    return Row(first.left, first.relation, tuple(side.right for side in sides), shape)


def claim_in(report: ClaimReport, layout: Layout | None) -> tuple[Equation, Layout | None]:
    """The claim in a layout, its own where none is asked for or it cannot be verified in it; and which that is.

    The layout is None where it plays no part in the claim.
    """
    equation = report.claim.equation
    if not has_layout(equation):
        return equation, None
    own: Layout = report.claim.declarations.layout  # type: ignore[assignment]
    if layout is None or layout == own:
        return equation, own
    other = report.in_layout(layout)
    return (equation, own) if other is None else (other, layout)


def _printed(own: Layout) -> tuple[Layout, ...]:
    return PRINTED if own in PRINTED else (*PRINTED, own)


def printed(equation: Equation) -> PrintedEquation:
    left, right = equation_sides(equation)
    return PrintedEquation(left, relation_sign(equation), right)


def _merged(forms: list[Form]) -> tuple[Form, ...]:
    merged: list[Form] = []
    for form in forms:
        for k, other in enumerate(merged):
            if other.equation == form.equation:
                merged[k] = Form(other.equation, (*other.layouts, *form.layouts))
                break
        else:
            merged.append(form)
    return tuple(merged)


def definition_line(symbol: Symbol) -> Given:
    """What a name of ``let`` stands for, as ``where p = softmax(z)``."""
    assert symbol.definition is not None
    letters = Letters(symbol, symbol.definition)
    sides = (latex_of(legible(side), letters) for side in (symbol, symbol.definition))
    return Given(" = ".join(sides), lead=word("where"))
