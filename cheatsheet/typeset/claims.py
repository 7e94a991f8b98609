"""A claim in every layout: the same truth, transposed where the convention asks for it."""

from __future__ import annotations

from cheatsheet.catalogue import Entry
from cheatsheet.expressions import Equation
from cheatsheet.glossary import word
from cheatsheet.indices.prove import prove
from cheatsheet.latex import equation_sides, latex_of, relation_sign
from cheatsheet.lettering import Letters
from cheatsheet.pages import ClaimLine, Form, Given, Layout
from cheatsheet.pages import Equation as PrintedEquation
from cheatsheet.reports import ClaimReport
from cheatsheet.transposing import has_layout, in_layout
from cheatsheet.verify.check import verify

PRINTED: tuple[Layout, ...] = ("numerator", "denominator")


def claim_line(report: ClaimReport, layout: Layout | None = None) -> ClaimLine:
    """The claim in each layout printed; forms that read alike are one."""
    equation = report.claim.equation
    verdict = report.verdict.status
    forms: list[Form] = []
    if not has_layout(equation):
        return ClaimLine((Form(printed(equation)),), verdict)  # type: ignore[arg-type]
    own: Layout = report.claim.declarations.layout  # type: ignore[assignment]
    for name in (layout,) if layout else _printed(own):
        other = equation if name == own else verified_in_layout(equation, name)
        if other is not None:
            forms.append(Form(printed(other), (name,)))
    return ClaimLine(_merged(forms) or (Form(printed(equation), (own,)),), verdict)  # type: ignore[arg-type]


def _printed(own: Layout) -> tuple[Layout, ...]:
    return PRINTED if own in PRINTED else (own, *PRINTED)


def verified_in_layout(equation: Equation, layout: str) -> Equation | None:
    """The claim in another layout, once it is verified in its own right."""
    other = in_layout(equation, layout)
    if not other.negated and prove(other):
        return other
    return other if verify(other).holds else None


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


def definition_lines(entry: Entry) -> tuple[Given, ...]:
    """What the names of ``let`` stand for, as ``p = softmax(z)``."""
    if not entry.let or not entry.all_claims:
        return ()
    used = {}
    for claim in entry.claims:
        for name, symbol in claim.declarations.symbols.items():
            if symbol.definition is not None:
                used[name] = symbol
    lines = []
    for symbol in used.values():
        assert symbol.definition is not None
        letters = Letters(symbol, symbol.definition)
        lines.append(
            Given(f"{latex_of(symbol, letters)} = {latex_of(symbol.definition, letters)}", word("where"))
        )
    return tuple(lines)
