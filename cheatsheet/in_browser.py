"""What the page ``derive.html`` asks of the engine: one request in JSON, one answer in JSON, formulas as MathML.

A request names a ``task``: ``read`` (what is understood of an expression), ``derive`` (the document of
``derive --json``), ``compare`` (the verdict on an answer of the reader's own). What is wrong with the input comes back
as an ``error`` with the field and the place in it, never as an exception.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from html import escape
from importlib.util import find_spec
from typing import Any

from cheatsheet.catalogue.load import read_given
from cheatsheet.derivatives.derivative import Derivative, derive
from cheatsheet.language.elaborate import Declarations, elaborate_claim, elaborate_expression
from cheatsheet.language.errors import CatalogueError
from cheatsheet.language.expressions import Equation
from cheatsheet.language.inference import declared_axes, infer_declarations
from cheatsheet.language.syntax import ClaimError, parse_expression
from cheatsheet.pages.numbers import counterexample_formulas
from cheatsheet.printing.latex import latex_claim, latex_of
from cheatsheet.printing.mathml import bare_mathml, inline_mathml, mathml
from cheatsheet.verdicts.check import verify
from cheatsheet.verdicts.verdicts import Verdict

Request = Mapping[str, str]


def answer(request: str) -> str:
    """The answer to a request.

    >>> found = json.loads(answer('{"task": "derive", "expression": "x.T @ A @ x", "wrt": "x"}'))
    >>> found["document"]["result"], found["document"]["verdict"], found["formula"][:22]
    ('x.T @ (A + A.T)', 'proved', '<math display="block">')
    >>> json.loads(answer('{"task": "derive", "expression": "x.T @", "wrt": "x"}'))["error"]["field"]
    'expression'
    """
    asked = json.loads(request)
    try:
        found = _TASKS[asked["task"]](asked)
    except _Wrong as wrong:
        found = {"error": wrong.told}
    return json.dumps(found, ensure_ascii=False)


class _Wrong(Exception):
    """What is wrong with a field of the form; the place counts from ``before`` characters on."""

    def __init__(self, field: str, text: str, error: ClaimError, before: int = 0) -> None:
        super().__init__(error.message)
        start, end = (min(max(place - before, 0), len(text)) for place in (error.start, error.end))
        start, end = (start, end) if end > start else (0, len(text))
        self.told = {"field": field, "text": text, "start": start, "end": end} | {
            "message": error.message,
            "hint": error.hint,
        }


def _read(asked: Request) -> dict[str, Any]:
    """What is understood, before anything is worked out: the names, and the question as a formula."""
    expression, wrt = asked["expression"], asked["wrt"]
    try:
        given = read_given(asked.get("given", ""))
        declared = infer_declarations(expression, wrt, given, asked.get("layout", "numerator"))
        question = elaborate_expression(f"diff({expression}, {wrt})", declared)
    except ClaimError as error:
        raise _wrong(asked, error) from error
    except CatalogueError as error:
        raise _wrong_declaration(asked["given"], error) from error
    inferred = {n: declared_axes(s.shape) for n, s in declared.symbols.items() if n not in given}
    shape = [str(axis) for axis in question.shape.axes]
    return {"read_as": inferred, "shape": shape, "formula": mathml(latex_of(question), display=True)}


def _derive(asked: Request) -> dict[str, Any]:
    found = _worked_out(asked)
    document = found.to_json()
    return {
        "document": document,
        "formula": mathml(found.latex if found.result is None else latex_claim(found.equation), display=True),
        "entry": bare_mathml(document["components"]["latex"]),
        "claim": str(found.equation),
        "steps": [
            {"formula": bare_mathml(s["latex"])} | {lang: _words(why) for lang, why in s["why"].items()}
            for s in document["steps"]
        ],
    } | _judged(found.equation, found.verdict)


def _words(text: str) -> str:
    """A reason, with the formulas in it, as HTML."""
    pieces = text.split("$")
    return "".join(inline_mathml(p) if k % 2 else escape(p, quote=False) for k, p in enumerate(pieces))


def _compare(asked: Request) -> dict[str, Any]:
    """Whether an answer of the reader's own is equal to the derivative, for all sizes and values."""
    found, own = _worked_out(asked), asked["answer"]
    question = f"{found.equation.lhs} == "
    try:
        parse_expression(own)
    except ClaimError as error:
        raise _Wrong("answer", own, error) from error
    try:
        claim = elaborate_claim(question + own, Declarations(dict(found.given), found.layout))
    except ClaimError as error:
        raise _Wrong("answer", own, error, len(question)) from error
    shown = {"formula": mathml(latex_claim(claim), display=True), "claim": question + own}
    return shown | _judged(claim, verify(claim))


_TASKS: Mapping[str, Callable[[Request], dict[str, Any]]] = {
    "read": _read,
    "derive": _derive,
    "compare": _compare,
}


def _worked_out(asked: Request) -> Derivative:
    layout = asked.get("layout", "numerator")
    try:
        return _derivative(asked["expression"], asked["wrt"], layout, asked.get("given", ""))
    except ClaimError as error:
        raise _wrong(asked, error) from error
    except CatalogueError as error:
        raise _wrong_declaration(asked["given"], error) from error


@lru_cache(maxsize=8)
def _derivative(expression: str, wrt: str, layout: str, given: str) -> Derivative:
    """Kept, for whoever checks an answer of their own asks about the derivative that was shown."""
    return derive(expression, wrt=wrt, given=read_given(given), layout=layout)


def _wrong_declaration(text: str, error: CatalogueError) -> _Wrong:
    first = error.problems[0]
    message = "; ".join(filter(None, (first.message, first.expected)))
    return _Wrong("given", text, ClaimError(message, 0, len(text), first.hint))


def _wrong(asked: Request, error: ClaimError) -> _Wrong:
    text = getattr(error, "text", asked["expression"])
    field = "wrt" if text == asked["wrt"] and text != asked["expression"] else "expression"
    return _Wrong(field, text, error)


def _judged(equation: Equation, verdict: Verdict) -> dict[str, Any]:
    """The verdict, the tiers that ran or could not, and the counterexample as formulas."""
    example = verdict.counterexample
    formulas = [] if example is None else counterexample_formulas(equation, example)
    ran = ["evaluation"] if verdict.status == "refuted" else ["evaluation", "index-calculus"]
    beyond = verdict.status != "refuted" and verdict.method != "index-calculus"
    missing = ["free-symbols"] if beyond and find_spec("sympy") is None else []
    return {
        "verdict": verdict.to_json(),
        "ran": ran + [tier for tier in ("free-symbols", "digits") if verdict.method == tier],
        "missing": missing,
        "counterexample": list(map(bare_mathml, formulas)),
    }
