"""One entry as text for a terminal: what it says, the verdicts, and the derivation line by line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cheatsheet.catalogue.entries import Entry
from cheatsheet.catalogue.reports import ClaimReport, EntryReport
from cheatsheet.derivatives.authored.worked import Worked, reasons_in_words, worked
from cheatsheet.derivatives.rules.levels import barred
from cheatsheet.derivatives.steps.claims import derive_cases
from cheatsheet.derivatives.steps.presented import presented, printed_lines, shown_cases
from cheatsheet.derivatives.steps.steps import Derivation
from cheatsheet.language.expressions import Equation, Expr, Symbol
from cheatsheet.language.glossary import Text, word
from cheatsheet.language.relaying import has_layout
from cheatsheet.printing.latex import latex_of
from cheatsheet.printing.letters import Letters
from cheatsheet.printing.macros import expand
from cheatsheet.printing.terminal_maths import plain
from cheatsheet.printing.terminal_words import in_languages, readable
from cheatsheet.screen_reports import counterexample_lines, failure
from cheatsheet.verdicts.verdicts import Verdict

_INDENT = "    "


def entry_text(
    report: EntryReport, languages: tuple[str, ...], style: str | None = None, layout: str | None = None
) -> str:
    """The entry with the derivation of each of its claims; in a style, if one is asked for and there is one.

    ``layout``: claims as they read and are verified there; one that cannot be is said to be in its own.
    """
    entry = report.entry
    lines = [f"{entry.id}  ·  {in_languages(entry.name, languages, '  ·  ')}"]
    lines += [_INDENT + line for line in given_lines(entry, layout)]
    own = {
        number: work
        for work in map(worked, entry.derivations)
        for number in work.numbers
        if style in (None, work.style)
    }
    for number, claim in enumerate(report.claims, start=1):
        if claim.claim.expect == "holds":
            lines += ["", *_claim_lines(claim, layout, languages, own.get(number), number, entry.id)]
    if entry.note is not None:
        lines += ["", *(readable(entry.note[language]) for language in languages)]
    for pitfall, claim in zip(entry.pitfalls, report.claims[len(entry.claims) :], strict=True):
        lines += ["", *_pitfall_lines(claim, pitfall.why, languages, layout)]
    for citation in entry.citations:
        name, work = (in_languages(text, languages, " / ") for text in (word("source"), citation.full))
        lines += ["", f"{name}: {work}"]
    return "\n".join(lines)


@dataclass(frozen=True)
class Said:
    """A claim as it is shown: in the layout asked for where it is verified there, else in its own."""

    text: str
    equation: Equation
    verdict: Verdict
    layout: str
    """The layout in which it stands, empty where none plays a part."""

    @staticmethod
    def of(report: ClaimReport, layout: str | None) -> Said:
        claim = report.claim
        own = claim.declarations.layout if has_layout(claim.equation) else ""
        if own and layout not in (None, own) and layout in report.layouts:
            other = report.layouts[layout]
            if other.verdict.holds:
                relation = "!=" if other.equation.negated else "=="
                text = f"{other.equation.lhs} {relation} {other.equation.rhs}"
                return Said(text, other.equation, other.verdict, layout)
        return Said(claim.text, claim.equation, report.verdict, own)


def entry_document(report: EntryReport, layout: str | None = None) -> dict[str, Any]:
    """All that is known of an entry: the document of ``check --json`` with the steps of each claim that holds.

    ``layout``: claims are as they read there, ``layout`` of a claim says in which one that layouts play a part in
    stands.
    """
    document = report.to_json()
    entry = report.entry
    document |= {
        "name": {"zh": entry.name["zh"], "en": entry.name["en"]},
        "given": given_lines(entry, layout),
    }
    own = {number: work for work in map(worked, entry.derivations) for number in work.numbers}
    for number, (claim, found) in enumerate(zip(report.claims, document["claims"], strict=True), start=1):
        if claim.ok and claim.claim.expect == "holds" and not claim.claim.equation.negated:
            said = Said.of(claim, layout)
            if layout is not None and said.layout:
                found |= {"claim": said.text, "layout": said.layout}
            own_words = number in own and said.equation == claim.claim.equation
            found["steps"] = _authored_steps(own[number]) if own_words else _steps(said.equation, entry.id)
            found["cited"] = not found["steps"]
    return document


def _steps(equation: Equation, entry: str) -> list[dict[str, Any]]:
    """The steps of the first case, as in ``derive --json``."""
    found = []
    for derivation in shown_cases(
        [d for d in derive_cases(equation, barred(entry)) if not d.cited], MOST_CASES
    ):
        lines = printed_lines(derivation, equation)
        letters = Letters(*lines, equation.lhs, equation.rhs)
        found.append(_step(expand(latex_of(lines[0], letters)), str(lines[0]), "", Text("", "")))
        for step in presented(derivation, lines, letters):
            found.append(_step(expand(step.latex), str(step.expr), ", ".join(step.reasons), step.why))
    return found


def _authored_steps(work: Worked) -> list[dict[str, Any]]:
    found = []
    for line in work.lines:
        text = str(line.right) if line.left is None else f"{line.left} == {line.right}"
        latex = (
            latex_of(line.right) if line.left is None else f"{latex_of(line.left)} = {latex_of(line.right)}"
        )
        rules = ", ".join(reason.key for reason in line.reasons)
        found.append(_step(expand(latex), text, rules, reasons_in_words(line)))
    return found


def _step(latex: str, expr: str, rule: str, why: Text) -> dict[str, Any]:
    return {"latex": latex, "expr": expr, "rule": rule, "why": {"zh": why.zh, "en": why.en}}


def given_lines(entry: Entry, layout: str | None = None) -> list[str]:
    """What the entry declares, as the catalogue declares it, and the layout in which it is shown."""
    lines = [f"{name}: {_declaration(symbol)}" for name, symbol in entry.given.items()]
    lines += [f"{name} = {text}" for name, text in entry.let.items()]
    return [*lines, f"layout: {layout or entry.layout}"]


def _declaration(symbol: Symbol) -> str:
    shape = symbol.shape
    axes = [] if shape.is_scalar else [str(a) for a in shape]
    text = f"[{', '.join(axes[:1] if shape.cols.is_one else axes)}]"
    remarks = [*sorted(symbol.properties)]
    if symbol.of:
        remarks.append("function of " + ", ".join(s.name for s in symbol.of))
    return text + "".join(f", {remark}" for remark in remarks)


def _claim_lines(
    report: ClaimReport,
    layout: str | None,
    languages: tuple[str, ...],
    own: Worked | None,
    number: int,
    entry: str,
) -> Iterator[str]:
    if not report.ok:
        yield from failure(report).split("\n")
        return
    said = Said.of(report, layout)
    yield f"✓ {said.text}{_left_in(said.layout, layout)}"
    yield f"{_INDENT}{_verdict(said.verdict, languages)}"
    if report.verdict.witness is not None:
        yield from (_INDENT + line for line in counterexample_lines(report.verdict.witness))
    if own is not None and said.equation == report.claim.equation:
        if number == min(own.numbers):
            yield from _authored_lines(own, languages)
        else:
            yield f"{_INDENT}{in_languages(_with(min(own.numbers)), languages, ' / ')}"
        return
    if not report.claim.equation.negated:
        yield from _derivation_lines(derive_cases(said.equation, barred(entry)), said.equation, languages)


def _left_in(own: str, layout: str | None) -> str:
    """In which layout a formula stands, where another one was asked for."""
    return f"  [layout: {own}]" if layout and own not in ("", layout) else ""


def _with(number: int) -> Text:
    """That a claim is derived together with another one."""
    pattern = word("derived-with")
    return Text(pattern.zh.format(number), pattern.en.format(number))


def _authored_lines(work: Worked, languages: tuple[str, ...]) -> Iterator[str]:
    for line in work.lines:
        label = f"    ({line.label})" if line.label else ""
        start = "" if line.left is None else f"{'⇒ ' if line.follows else ''}{_shown(line.left)}"
        yield f"{_INDENT}{start or ' '} = {_shown(line.right)}{label}"
        if said := in_languages(reasons_in_words(line), languages, " / "):
            yield f"{_INDENT}      ({said})"


def _shown(expr: Expr) -> str:
    """An expression in the notation of the pages, for a terminal."""
    return plain(expand(latex_of(expr)))


def _verdict(verdict: Verdict, languages: tuple[str, ...]) -> str:
    text = in_languages(word(verdict.status), languages, " / ")
    dims = "; ".join(", ".join(f"{k} = {v}" for k, v in sizes.items()) for sizes in verdict.dims)
    return f"{text} ({dims})" if dims else text


MOST_CASES = 1
"""Of several entries that are derived one by one, how many are written out."""


def _derivation_lines(
    cases: tuple[Derivation, ...], equation: Equation, languages: tuple[str, ...]
) -> Iterator[str]:
    """The steps as ``derive`` prints them; of several entries one, with the number of the others."""
    if cases[0].cited:
        yield f"{_INDENT}{in_languages(word('why-cited'), languages, ' / ')}"
        return
    for derivation in shown_cases(cases, MOST_CASES):
        lines = printed_lines(derivation, equation)
        letters = Letters(*lines, equation.lhs, equation.rhs)
        yield f"{_INDENT}{plain(expand(latex_of(lines[0], letters)))}"
        for step in presented(derivation, lines, letters):
            yield f"{_INDENT}  = {plain(expand(step.latex))}"
            yield f"{_INDENT}      ({in_languages(step.why, languages, ' / ')})"
    if len(cases) > MOST_CASES:
        said = word("why-one-of")
        counted = Text(said.zh.format(len(cases)), said.en.format(len(cases)))
        yield f"{_INDENT}({in_languages(counted, languages, ' / ')})"


def _pitfall_lines(
    report: ClaimReport, why: Text | None, languages: tuple[str, ...], layout: str | None
) -> Iterator[str]:
    if not report.ok:
        yield from failure(report).split("\n")
        return
    own = Said.of(report, None).layout if report.problem is None else ""
    yield f"✗ {report.claim.text}{_left_in(own, layout)}"
    yield f"{_INDENT}{in_languages(word(report.verdict.status), languages, ' / ')}"
    if report.problem is not None:
        yield f"{_INDENT}{report.problem.message}"
    if report.verdict.counterexample is not None:
        yield from (_INDENT + line for line in counterexample_lines(report.verdict.counterexample))
    if why is not None:
        yield from (_INDENT + readable(why[language]) for language in languages)
