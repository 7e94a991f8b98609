"""Wrong claims on the page: the formula, why it is wrong, and the numbers or shapes that show it."""

from __future__ import annotations

from cheatsheet.catalogue.entries import Pitfall
from cheatsheet.catalogue.reports import ClaimReport
from cheatsheet.language.glossary import Text
from cheatsheet.language.relaying import has_layout
from cheatsheet.pages.illformed import ill_formed
from cheatsheet.pages.model import Layout, PitfallLine
from cheatsheet.pages.numbers import counterexample_formulas
from cheatsheet.printing.latex import latex_claim


def pitfall_line(pitfall: Pitfall, report: ClaimReport, layout: Layout | None = None) -> PitfallLine | None:
    """A pitfall with its counterexample, or with what is wrong with its shapes; and the layout in which it is wrong.

    Where the document has one layout, the pitfall as it reads there, if it is wrong there as well; else None.
    """
    why = pitfall.why or Text("", "")
    verdict = report.verdict
    own: Layout = pitfall.claim.declarations.layout  # type: ignore[assignment]
    if verdict.status == "refuted":
        equation = pitfall.claim.equation
        if layout not in (None, own) and has_layout(equation):
            other = report.layouts.get(str(layout))
            if other is None or other.verdict.status != "refuted":
                return None
            equation, verdict, own = other.equation, other.verdict, layout
        example = verdict.counterexample
        formulas = () if example is None else tuple(counterexample_formulas(equation, example))
        layouts = (own,) if has_layout(equation) else ()
        return PitfallLine(latex_claim(equation), why, "refuted", formulas, layouts=layouts)
    formula, message, laid_out = ill_formed(pitfall.claim.text, pitfall.claim.declarations, verdict.message)
    if laid_out and layout not in (None, own):
        return None
    return PitfallLine(formula, why, "invalid", message=message, layouts=(own,) if laid_out else ())
