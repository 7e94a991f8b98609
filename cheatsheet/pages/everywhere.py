"""A claim in every layout that there is, with the code of its right side: what a page with switches needs."""

from __future__ import annotations

from cheatsheet.catalogue.reports import ClaimReport
from cheatsheet.language.expressions import Equation
from cheatsheet.pages.claims import claim_in, printed
from cheatsheet.pages.model import Layout, Verdict, WebClaim, WebForm
from cheatsheet.printing.arrays import LIBRARIES, NoCodeError, code_for

LAYOUTS: tuple[Layout, ...] = ("numerator", "denominator", "mixed")


def in_every_layout(report: ClaimReport, verdict: Verdict) -> WebClaim:
    """The claim in each layout in which it was verified; layouts in which it reads alike share a form."""
    found: dict[Equation, tuple[Layout, ...]] = {}
    for layout in LAYOUTS:
        equation, stands_in = claim_in(report, layout)
        if stands_in is None:
            found = {equation: ()}
            break
        if stands_in == layout:
            found[equation] = (*found.get(equation, ()), layout)
    forms: dict[str, WebForm] = {}
    for equation, layouts in found.items():
        latex = printed(equation).latex
        before = forms.get(latex)
        named = (*before.layouts, *layouts) if before else layouts
        forms[latex] = WebForm(named, latex, before.code if before else _code(equation))
    return WebClaim(report.claim.text, verdict, tuple(forms.values()))


def _code(equation: Equation) -> tuple[tuple[str, str], ...]:
    """The right side in each library; nothing for what none of them computes, such as a differential."""
    if equation.negated:
        return ()
    try:
        return tuple((library, code_for(equation.rhs, library)) for library in LIBRARIES)
    except (NoCodeError, NotImplementedError):
        return ()
