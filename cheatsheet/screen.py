"""One entry as text for a terminal: what it says, the verdicts, and the derivation line by line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from cheatsheet.catalogue.entries import Entry
from cheatsheet.catalogue.reports import ClaimReport, EntryReport
from cheatsheet.derivatives.authored.worked import Worked, reasons_in_words, worked
from cheatsheet.derivatives.rules.words import reason_words
from cheatsheet.derivatives.steps.claims import derive_claim
from cheatsheet.derivatives.steps.steps import Derivation
from cheatsheet.language.expressions import Symbol
from cheatsheet.language.glossary import Text, word
from cheatsheet.screen_reports import counterexample_lines, failure

_NAMES = "alpha beta gamma delta epsilon lambda mu pi sigma partial nabla times cdot circ otimes neq leq geq in".split()
_SYMBOLS = dict(zip(_NAMES, "αβγδελμπσ∂∇×·∘⊗≠≤≥∈", strict=True))
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
        lines += ["", *(_readable(entry.note[language]) for language in languages)]
    for pitfall, claim in zip(entry.pitfalls, report.claims[len(entry.claims) :], strict=True):
        lines += ["", *_pitfall_lines(claim, pitfall.why, languages)]
    for citation in entry.citations:
        name, work = (in_languages(text, languages, " / ") for text in (word("source"), citation.full))
        lines += ["", f"{name}: {work}"]
    return "\n".join(lines)


def derivation_text(document: dict[str, Any], languages: tuple[str, ...]) -> str:
    """The document of ``derive --json`` for a reader."""
    shape = "×".join(document["shape"])
    lines = [f"{document['input']}  by  {document['wrt']}  ·  {document['layout']} layout  ·  {shape}"]
    if read := document.get("read_as"):
        shapes = ", ".join(f"{name}: [{', '.join(axes)}]" for name, axes in read.items())
        lines.append(f"{in_languages(word('read-as'), languages, ' / ')}  {shapes}")
    if document["result"] is not None:
        lines += ["", f"{_INDENT}{document['result']}"]
    if "text" in document:
        lines += ["", f"{_INDENT}{document['text']}"]
    components = document["components"]
    if components["indices"]:
        place = ", ".join(components["indices"])
        lines += ["", f"{_INDENT}[{place}]  {components['expr']}"]
    lines += ["", in_languages(word(document["verdict"]), languages, " / ")]
    if needed := document.get("conditions"):
        lines.append(f"{in_languages(word('needs'), languages, ' / ')}  {', '.join(needed)}")
    for step in document["steps"]:
        why = in_languages(Text(step["why"]["zh"], step["why"]["en"]), languages, " / ")
        lines += [f"{_INDENT}{step.get('text', step['latex'])}", *([f"{_INDENT}    ({why})"] if why else [])]
    for name, source in document["code"].items():
        if source:
            lines += ["", f"{name}:", *(_INDENT + line for line in source.splitlines())]
    return "\n".join(lines)


def in_languages(text: Text, languages: tuple[str, ...], separator: str) -> str:
    """A text in the languages asked for, side by side."""
    return separator.join(dict.fromkeys(_readable(text[language]) for language in languages))


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
    derivation = derive_claim(report.claim.equation)
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
        yield from (_INDENT + _readable(why[language]) for language in languages)


def _readable(text: str) -> str:
    r"""Markdown-light text for a terminal: formulas without dollar signs, symbols as characters.

    >>> _readable(r"when $A^{\mathsf T} = A$ and $\delta_{ij}$")
    'when A^T = A and δ_ij'
    """
    text = re.sub(r"\\(?:operatorname|mathsf|mathrm|mathbf|M)\b\s*", "", text)
    text = re.sub(r"\\([A-Za-z]+)\s*", lambda m: _SYMBOLS.get(m[1], m[1] + " "), text)
    text = re.sub(r"\\[,;!]", " ", text)
    return " ".join(re.sub(r"[${}]|\*\*", "", text).split())
