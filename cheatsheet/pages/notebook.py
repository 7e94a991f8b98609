"""What a notebook shows of catalogues, entries, claims and reports, in HTML and LaTeX; nothing is verified for it."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING

from cheatsheet.language.display import code, counted, details, formula, html_list
from cheatsheet.language.glossary import Text, word
from cheatsheet.language.syntax import ClaimError

if TYPE_CHECKING:
    from cheatsheet.catalogue.entries import Catalogue, Claim, Entry
    from cheatsheet.catalogue.reports import ClaimReport, EntryReport

MOST_FORMULAS = 10
"""Claims of an entry that are typeset; further ones are shown as they are written."""


def claim_latex(claim: Claim) -> str | None:
    """The claim as a formula; None, which is to show none, where it is ill-formed."""
    from cheatsheet.printing.latex import latex_claim  # not while loading: it brings the operator table
    from cheatsheet.printing.macros import expand

    try:
        return formula(expand(latex_claim(claim.equation)))
    except ClaimError:
        return None


def claim_html(claim: Claim, typeset: bool = True) -> str:
    """The formula and the claim as it is written."""
    shown = claim_latex(claim) if typeset else None
    mark = "✗ " if claim.expect == "fails" else ""
    return mark + (f"{escape(shown)}<br>" if shown else "") + code(claim.text)


def entry_latex(entry: Entry) -> str | None:
    """The claims of an entry below each other."""
    shown = [claim_latex(claim) for claim in entry.claims[:MOST_FORMULAS]]
    return "\n\n".join(latex for latex in shown if latex) or None


def entry_html(entry: Entry) -> str:
    """Names, declarations, claims, note, and what is wrong folded away."""
    return "".join(_entry_parts(entry))


def _entry_parts(entry: Entry) -> Iterator[str]:
    yield f"<b>{both(entry.name)}</b> {code(entry.id)}"
    shapes = [f"{name}: {symbol.shape}" for name, symbol in entry.given.items()]
    definitions = [f"{name} = {text}" for name, text in entry.let.items()]
    yield f"<br>{', '.join(map(code, [*shapes, *definitions]))}"
    claims = (claim_html(c, number < MOST_FORMULAS) for number, c in enumerate(entry.claims))
    yield html_list(claims)
    if entry.note is not None:
        yield f"<p>{both(entry.note, '<br>')}</p>"
    if entry.pitfalls:
        whys = (
            claim_html(p.claim, False) + (f"<br>{both(p.why, '<br>')}" if p.why else "")
            for p in entry.pitfalls
        )
        yield details(word("pitfalls").en, html_list(whys))


def catalogue_latex(catalogue: Catalogue) -> str:
    """The sections with the number of their entries."""
    rows = r" \\ ".join(rf"\text{{{_tex(s.title.en)}}} & {len(s.entries)}" for s in catalogue.sections)
    return formula(rf"\begin{{array}}{{lr}} {rows} \end{{array}}")


def catalogue_html(catalogue: Catalogue) -> str:
    """Title, file, and the sections with the number of their entries."""
    count = counted(len(catalogue), "entry", "entries")
    head = f"<b>{both(catalogue.title)}</b> {code(catalogue.path.name)} {count}"
    return head + html_list(f"{both(s.title)} {code(s.id)} {len(s.entries)}" for s in catalogue.sections)


def claim_report_html(report: ClaimReport) -> str:
    """The claim and its verdict."""
    return f"{claim_html(report.claim)}<br>{report.verdict._repr_html_()}"


def entry_report_html(report: EntryReport) -> str:
    """The name of the entry, and its claims with their verdicts."""
    claims = (f"{code(r.claim.text)}<br>{r.verdict._repr_html_()}" for r in report.claims)
    return f"<b>{both(report.entry.name)}</b> {code(report.entry.id)}{html_list(claims)}"


def both(text: Text, separator: str = " · ") -> str:
    """The words in both languages, as HTML; formulas keep their dollar signs."""
    return separator.join(dict.fromkeys(escape(words) for words in (text.zh, text.en)))


def _tex(words: str) -> str:
    """Words inside ``\\text``, formulas in them without their dollar signs' help."""
    return "".join(rf"\{c}" if c in "&%#_{}" else " " if c in "\\~^" else c for c in words.replace("$", ""))
