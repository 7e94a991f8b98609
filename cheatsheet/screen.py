"""One entry as text for a terminal: what it says, the verdicts, and the derivation line by line."""

from __future__ import annotations

from collections.abc import Iterator

from cheatsheet.calculus.terms import NoIndexForm
from cheatsheet.catalogue.entries import Entry
from cheatsheet.catalogue.reports import ClaimReport, EntryReport
from cheatsheet.derivatives.authored.worked import Worked, reasons_in_words, worked
from cheatsheet.derivatives.rules.words import reason_words
from cheatsheet.derivatives.steps.claims import derive_claim
from cheatsheet.derivatives.steps.steps import BrokenStep, Derivation
from cheatsheet.language.expressions import Symbol
from cheatsheet.language.glossary import Text, word
from cheatsheet.printing.terminal_words import in_languages, readable
from cheatsheet.screen_reports import counterexample_lines, failure

_INDENT = "    "


def entry_text(report: EntryReport, languages: tuple[str, ...], style: str | None = None) -> str:
    """The entry with the derivation of each of its claims; in a style, if one is asked for and there is one."""
    entry = report.entry
    lines = [f"{entry.id}  ·  {in_languages(entry.name, languages, '  ·  ')}"]
    lines += [_INDENT + line for line in given_lines(entry)]
    own = {
        number: work
        for work in map(worked, entry.derivations)
        for number in work.numbers
        if style in (None, work.style)
    }
    for number, claim in enumerate(report.claims, start=1):
        if claim.claim.expect == "holds":
            lines += ["", *_claim_lines(claim, languages, own.get(number), number)]
    if entry.note is not None:
        lines += ["", *(readable(entry.note[language]) for language in languages)]
    for pitfall, claim in zip(entry.pitfalls, report.claims[len(entry.claims) :], strict=True):
        lines += ["", *_pitfall_lines(claim, pitfall.why, languages)]
    for citation in entry.citations:
        name, work = (in_languages(text, languages, " / ") for text in (word("source"), citation.full))
        lines += ["", f"{name}: {work}"]
    return "\n".join(lines)


def given_lines(entry: Entry) -> list[str]:
    """What the entry declares, as the catalogue declares it."""
    lines = [f"{name}: {_declaration(symbol)}" for name, symbol in entry.given.items()]
    lines += [f"{name} = {text}" for name, text in entry.let.items()]
    return [*lines, f"layout: {entry.layout}"]


def _declaration(symbol: Symbol) -> str:
    shape = symbol.shape
    axes = [] if shape.is_scalar else [str(a) for a in shape]
    text = f"[{', '.join(axes[:1] if shape.cols.is_one else axes)}]"
    remarks = [*sorted(symbol.properties)]
    if symbol.of:
        remarks.append("function of " + ", ".join(s.name for s in symbol.of))
    return text + "".join(f", {remark}" for remark in remarks)


def _claim_lines(
    report: ClaimReport, languages: tuple[str, ...], own: Worked | None, number: int
) -> Iterator[str]:
    if not report.ok:
        yield from failure(report).split("\n")
        return
    yield f"✓ {report.claim.text}"
    yield f"{_INDENT}{_verdict(report, languages)}"
    if report.verdict.witness is not None:
        yield from (_INDENT + line for line in counterexample_lines(report.verdict.witness))
    if own is not None:
        if number == min(own.numbers):
            yield from _authored_lines(own, languages)
        else:
            yield f"{_INDENT}{in_languages(_with(min(own.numbers)), languages, ' / ')}"
        return
    derivation = _derivation(report)
    if derivation is not None:
        yield from _step_lines(derivation, languages)


def _with(number: int) -> Text:
    """That a claim is derived together with another one."""
    pattern = word("derived-with")
    return Text(pattern.zh.format(number), pattern.en.format(number))


def _authored_lines(work: Worked, languages: tuple[str, ...]) -> Iterator[str]:
    for line in work.lines:
        label = f"    ({line.label})" if line.label else ""
        start = "" if line.left is None else f"{'⇒ ' if line.follows else ''}{line.left}"
        yield f"{_INDENT}{start or ' '} = {line.right}{label}"
        if said := in_languages(reasons_in_words(line), languages, " / "):
            yield f"{_INDENT}      ({said})"


def _verdict(report: ClaimReport, languages: tuple[str, ...]) -> str:
    status = report.verdict.status
    text = in_languages(word(status), languages, " / ")
    dims = "; ".join(", ".join(f"{k} = {v}" for k, v in sizes.items()) for sizes in report.verdict.dims)
    return f"{text} ({dims})" if dims else text


def _derivation(report: ClaimReport) -> Derivation | None:
    if report.claim.equation.negated:
        return None
    try:
        derivation = derive_claim(report.claim.equation)
    except (NoIndexForm, BrokenStep):
        return None
    return derivation if len(derivation.lines) > 1 else None


def _step_lines(derivation: Derivation, languages: tuple[str, ...]) -> Iterator[str]:
    first, *others = derivation.lines
    yield f"{_INDENT}{first.expr}"
    for line in others:
        reasons = [in_languages(reason_words(reason), languages, " / ") for reason in line.reasons]
        yield f"{_INDENT}  = {line.expr}"
        if reasons:
            yield f"{_INDENT}      ({'; '.join(dict.fromkeys(reasons))})"


def _pitfall_lines(report: ClaimReport, why: Text | None, languages: tuple[str, ...]) -> Iterator[str]:
    if not report.ok:
        yield from failure(report).split("\n")
        return
    yield f"✗ {report.claim.text}"
    yield f"{_INDENT}{in_languages(word(report.verdict.status), languages, ' / ')}"
    if report.problem is not None:
        yield f"{_INDENT}{report.problem.message}"
    if report.verdict.counterexample is not None:
        yield from (_INDENT + line for line in counterexample_lines(report.verdict.counterexample))
    if why is not None:
        yield from (_INDENT + readable(why[language]) for language in languages)
