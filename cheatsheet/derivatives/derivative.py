"""The derivative of any expression of the language: closed form, entry, worked steps, verdict, LaTeX and code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from html import escape
from typing import Any

from cheatsheet.calculus.differentials import NoDifferential
from cheatsheet.calculus.instances import with_numbers, with_numbers_of_axis
from cheatsheet.calculus.to_expression import component
from cheatsheet.derivatives.closed.differential import Differential
from cheatsheet.derivatives.closed.form import ClosedForm, NoClosedFormError, closed_form
from cheatsheet.derivatives.closed.rewritten import rewritten
from cheatsheet.derivatives.remarks import conditions, warnings
from cheatsheet.derivatives.source import expression_source, function_source
from cheatsheet.derivatives.steps.claims import derive_cases
from cheatsheet.derivatives.steps.drawings import drawn
from cheatsheet.derivatives.steps.presented import presented, printed_lines
from cheatsheet.derivatives.steps.steps import Derivation
from cheatsheet.derivatives.text import derivation_text
from cheatsheet.language.display import code, details, formula, html_list, one_line, short
from cheatsheet.language.elaborate import Declarations, elaborate_expression
from cheatsheet.language.expressions import (
    Apply,
    Equation,
    Expr,
    Index,
    Number,
    Symbol,
    inline_definitions,
    rebuild,
    symbols,
)
from cheatsheet.language.glossary import Text, word
from cheatsheet.language.inference import declared_axes, infer_declarations
from cheatsheet.language.syntax import ClaimError, parse_expression
from cheatsheet.language.table import build
from cheatsheet.printing.arrays import LIBRARIES, NoCodeError
from cheatsheet.printing.latex import latex_claim, latex_of
from cheatsheet.printing.letters import Letters
from cheatsheet.printing.macros import expand
from cheatsheet.printing.shared_parts import definitions, with_shared_parts
from cheatsheet.printing.terminal_maths import plain
from cheatsheet.verdicts.check import verify
from cheatsheet.verdicts.verdicts import Verdict

LANGUAGES = {"zh": ("zh",), "en": ("en",), "both": ("zh", "en")}
LEAST_NAMED = 9
"""Characters of a part of a result that gets a name where it stands twice."""
LONGEST_STEP = 1200
"""Characters of LaTeX beyond which a line explains nothing any more."""
_LEAD = "diff("


@dataclass(frozen=True)
class Step:
    """One step: a formula in LaTeX, and the reason why it holds; the line it leads to and the rules by name."""

    latex: str
    why: Text
    expr: str = ""
    rule: str = ""

    def __repr__(self) -> str:
        return one_line(self, short(self.latex))


@dataclass(frozen=True, eq=False)
class Derivative:
    """A derivative worked out. What is derived from it (steps, verdict, code) is computed when it is asked for."""

    input: str
    wrt: str
    layout: str
    given: Mapping[str, Symbol]
    """The symbols, those among them that were inferred."""
    closed: ClosedForm
    languages: tuple[str, ...] = LANGUAGES["both"]
    inferred: frozenset[str] = frozenset()
    """The names that nobody declared; see :attr:`read_as`."""

    def __repr__(self) -> str:
        result = self.entry if self.result is None else self.result
        asked = f"{short(self.input, 60)} by {short(self.wrt, 20)}"
        return one_line(self, f"{asked}: {short(result)[1:-1]}", self.layout)

    @property
    def derivative(self) -> Apply:
        """``diff(input, wrt)`` itself."""
        return self.closed.derivative

    @property
    def result(self) -> Expr | None:
        """The derivative in matrix notation; None where it is a tensor of three axes or more."""
        return self.closed.result

    @property
    def indices(self) -> tuple[Index, ...]:
        """One index for each axis, in the axis order of the layout."""
        return self.closed.indices

    @property
    def entry(self) -> Expr:
        """The component at :attr:`indices`."""
        return self.closed.entry

    @cached_property
    def read_as(self) -> dict[str, list[str]]:
        """How each name that nobody declared was read: its axes, as a declaration has them.

        >>> derive("sum(x) / n + c", wrt="x").read_as
        {'x': ['n'], 'c': []}
        """
        return {name: declared_axes(s.shape) for name, s in self.given.items() if name in self.inferred}

    @cached_property
    def conditions(self) -> tuple[str, ...]:
        """Where the function, and the closed form of its derivative, are defined, so far as nothing declared says so.

        >>> derive("logdet(A) + log(a.T @ x)", wrt="A").conditions
        ('det(A) > 0', 'a.T @ x > 0')
        """
        function = rewritten(inline_definitions(self.derivative.children[0]))
        return conditions(function, value=self.entry if self.result is None else self.result)

    @cached_property
    def warnings(self) -> tuple[str, ...]:
        """What looks unintended: a result that does not depend on the variable, a name read as its letter has it.

        >>> derive("tr(AB)", wrt="B").warnings
        ('tr(AB) does not depend on B; AB was read as one symbol; did you mean A @ B?',)
        """
        inferred = {name: self.given[name] for name in self.read_as}
        return warnings(self.derivative, inferred, _is_zero(self.entry), parse_expression(self.input))

    @cached_property
    def named(self) -> dict[str, Any] | None:
        """The result with names for what stands in it twice, and what these stand for; None where nothing does.

        >>> from cheatsheet.derivatives.derivative import derive
        >>> derive("sum(softmax(z) ** 2)", wrt="z", layout="denominator").named
        {'where': {'p': 'softmax(z)'}, 'result': '2 * (p ** 2 - p.T @ p * p)'}
        """
        if self.result is None:
            return None
        short_form = with_shared_parts(self.result, LEAST_NAMED)
        where = {s.name: str(s.definition) for s in definitions(short_form) if s.definition is not None}
        return {"where": where, "result": str(short_form)} if where else None

    @cached_property
    def equation(self) -> Equation:
        """What is claimed: the derivative and its closed form, or its component where there is none."""
        return _claimed(self.closed)

    @cached_property
    def verdict(self) -> Verdict:
        """The verdict on :attr:`equation`, found independently of the calculation."""
        lemmas = self.closed.lemmas  # proved one by one; the chain rule makes the whole of them
        return verify(self.equation, prover=(lambda _: True) if lemmas else None)

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The derivation line by line, then the derivative drawn entry by entry where that tells more."""
        if self.closed.lemmas:
            return tuple(_stage_steps(self.equation, self.closed.lemmas))
        found = tuple(_worked_steps(self.equation, _claimed(self.closed.general)))
        if not found or max(len(step.latex) for step in found) > LONGEST_STEP:
            found = tuple(_differential_steps(self.equation, self.closed.linear))
        return found

    @cached_property
    def code(self) -> dict[str, str | None]:
        """The result as source for each library; None where there is nothing to compute."""
        return {library: self._source(library) for library in LIBRARIES}

    def _source(self, library: str) -> str | None:
        given = symbols(self.derivative)  # of what does not stand in the expression the code takes no sizes
        try:
            return expression_source(self.result, self.entry, self.indices, library, given)
        except NoCodeError:
            return None

    def function(self, library: str = "numpy") -> str | None:
        """Source of a function of the symbols for a library, with its imports; None where there is nothing to compute.

        >>> from cheatsheet.derivatives.derivative import derive
        >>> print(derive("sum(softmax(z) ** 2)", wrt="z", layout="denominator").function())
        import numpy as np
        <BLANKLINE>
        <BLANKLINE>
        def derivative(z):
            \"\"\"Derivative of sum(softmax(z) ** 2) by z; z: n; returns n.\"\"\"
            p = np.exp(z - np.logaddexp.reduce(z))
            return 2 * (p ** 2 - (p @ p) * p)
        """
        given = symbols(self.derivative)
        shapes = "; ".join(f"{s.name}: {_array_shape(s)}" for s in given)
        told = f"Derivative of {self.input} by {self.wrt}; {shapes}; returns {_array_shape(self.derivative)}."
        try:
            return function_source(self.result, self.entry, self.indices, library, given, told)
        except NoCodeError:
            return None

    @cached_property
    def latex(self) -> str:
        """The closed form in LaTeX; for a tensor the equation of its component."""
        return expand(latex_claim(self.equation) if self.result is None else latex_of(self.result))

    def to_json(self, *, text: bool = False) -> dict[str, Any]:
        """The document of ``derive --json``; with ``text`` formulas are also given as a terminal shows them."""
        steps = [
            {"latex": s.latex, "expr": s.expr, "rule": s.rule, "why": {"zh": s.why.zh, "en": s.why.en}}
            | ({"text": plain(s.latex)} if text else {})
            for s in self.steps
        ]
        whole = {"text": plain(self.latex)} if text else {}
        return whole | {
            "input": self.input,
            "wrt": self.wrt,
            "layout": self.layout,
            "shape": [str(axis) for axis in self.derivative.shape.axes],
            "result": None if self.result is None else str(self.result),
            "named": self.named,
            "read_as": self.read_as,
            "conditions": list(self.conditions),
            "warnings": list(self.warnings),
            "components": {
                "indices": [str(i.name) for i in self.indices],
                "expr": str(self.entry),
                "latex": expand(latex_of(self.entry)),
            },
            "latex": self.latex,
            "steps": steps,
            "code": self.code,
            "verdict": self.verdict.status,
        }

    def _repr_latex_(self) -> str:
        return formula(expand(latex_claim(self.equation)))

    def _repr_html_(self) -> str:
        """The formula, the result to copy, and of the rest what has been worked out already."""
        told = [f"{code(self.input)} / {code(self.wrt)} · {self.layout} · {self.derivative.shape}"]
        told.append(escape(self._repr_latex_()))
        told.append(code(str(self.entry if self.result is None else self.result)))
        told += [self.verdict._repr_html_()] if "verdict" in vars(self) else []
        if "steps" in vars(self):
            steps = (f"{escape(formula(s.latex))} {escape(s.why.en)}" for s in self.steps)
            told.append(details(word("derivation").en, html_list(steps)))
        return "<br>".join(told)

    def __str__(self) -> str:
        return derivation_text(self.to_json(text=True), self.languages)


def derive(
    expression: str,
    *,
    wrt: str,
    given: Mapping[str, Symbol] | None = None,
    layout: str = "numerator",
    lang: str = "both",
) -> Derivative:
    """:func:`cheatsheet.derive`, with what is declared as symbols.

    >>> found = derive("A @ x", wrt="x", layout="denominator")
    >>> found.result, found.verdict.status
    (A.T, 'proved')
    >>> derive("u @ v.T", wrt="v").to_json()["components"]["expr"]
    'u[i] * delta(j, k)'
    """
    known = given or {}
    node, declared = _elaborated(expression, wrt, known, layout)
    try:
        closed = closed_form(node, layout)
        _ = closed.result, closed.entry
    except NoDifferential as error:
        raise _refusal(expression, str(error)) from error
    except NoClosedFormError as error:
        raise _claim_error(expression, str(error), 0, len(expression)) from error
    inferred = frozenset(declared.keys() - known.keys())
    return Derivative(expression, wrt, layout, declared, closed, LANGUAGES[lang], inferred)


def _array_shape(expr: Expr) -> str:
    """The shape of the array that stands for an expression: vectors have one axis, scalars none."""
    return "×".join(map(str, expr.shape.free_axes)) or "number"


def _is_zero(expr: Expr) -> bool:
    """Whether an entry is the number zero, or one of a matrix of zeros."""
    match expr:
        case Number():
            return expr.value == 0
        case Apply(op="zeros"):
            return True
        case Apply(op="component" | "transpose"):
            return _is_zero(expr.children[0])
    return False


# --- input ------------------------------------------------------------------------------------------------------------


def _elaborated(
    expression: str, wrt: str, given: Mapping[str, Symbol], layout: str
) -> tuple[Apply, Mapping[str, Symbol]]:
    """``diff(expression, wrt)`` as a typed expression, and the symbols it is about."""
    for text in (expression, wrt):
        try:
            parse_expression(text)
        except ClaimError as error:
            raise _claim_error(text, error.message, error.start, error.end, error.hint) from error
    try:
        declarations = infer_declarations(expression, wrt, given, layout)
    except ClaimError as error:
        text = expression if error.end <= len(expression) else wrt
        raise _claim_error(text, error.message, error.start, error.end, error.hint) from error
    return _typed(expression, wrt, declarations), declarations.symbols


def _typed(expression: str, wrt: str, declarations: Declarations) -> Apply:
    """Both texts typed together, so that an index in one ranges over what it does in the other."""
    second = len(_LEAD) + len(expression) + len(", ")
    try:
        node = elaborate_expression(f"{_LEAD}{expression}, {wrt})", declarations)
    except ClaimError as error:
        text, offset = (wrt, second) if error.start >= second else (expression, len(_LEAD))
        start, end = (min(max(p - offset, 0), len(text)) for p in (error.start, error.end))
        raise _claim_error(text, error.message, start, end, error.hint) from error
    assert isinstance(node, Apply)
    return node


def _claim_error(text: str, message: str, start: int, end: int, hint: str = "") -> ClaimError:
    error = ClaimError(message, start, end, hint)
    error.text = text
    return error


def _refusal(expression: str, message: str) -> ClaimError:
    """An operator that has no rule, with the place where it stands."""
    name = message.split()[0]
    place = max(expression.find(f"{name}("), 0)
    end = place + len(name) if expression.startswith(name, place) else len(expression)
    return _claim_error(expression, message, place, end, "the derivative cannot be worked out")


# --- steps ------------------------------------------------------------------------------------------------------------


def _claimed(closed: ClosedForm) -> Equation:
    if closed.result is not None:
        return Equation(closed.derivative, closed.result)
    return Equation(component(closed.derivative, list(closed.indices)), closed.entry)


def _worked_steps(equation: Equation, general: Equation) -> Iterator[Step]:
    """The derivation by components, which is found for all sizes where the equation is an instance of a general one."""
    cases = [_at_sizes(d) for d in derive_cases(general) if not d.cited]
    printed = [printed_lines(d, equation) for d in cases]
    letters = Letters(*(line for lines in printed for line in lines), equation.lhs, equation.rhs)
    for derivation, lines in zip(cases, printed, strict=True):
        start = f"{latex_of(lines[0], letters)} "
        for step in presented(derivation, lines, letters):
            yield Step(expand(f"{start}= {step.latex}"), step.why, str(step.expr), ", ".join(step.reasons))
            start = ""
    if len(cases) == 1:
        for drawing in drawn(equation, cases[0], lambda expr: expr, letters):
            yield Step(expand(drawing.latex), drawing.caption)


def _at_sizes(derivation: Derivation) -> Derivation:
    """The derivation with the numbers that letters stand for."""
    lines = tuple(replace(line, expr=with_numbers(line.expr)) for line in derivation.lines)
    entry = None if derivation.entry is None else with_numbers(derivation.entry)
    indices = tuple(Index(i.name, with_numbers_of_axis(i.axis), i.parts, i.block) for i in derivation.indices)
    return replace(derivation, lines=lines, indices=indices, entry=entry)


def _stage_steps(equation: Equation, lemmas: list[Equation]) -> Iterator[Step]:
    """The derivatives of the stages of a deep function, outermost first, and what the chain rule makes of them."""
    letters = Letters(*(side for lemma in lemmas for side in (lemma.lhs, lemma.rhs)), equation.lhs)
    for lemma in map(_at_numbers, lemmas):
        yield Step(expand(latex_claim(lemma, letters)), word("why-differential-rules"))
    yield Step(expand(latex_claim(equation)), word("why-chain-rule"))


def _at_numbers(equation: Equation) -> Equation:
    return Equation(with_numbers(equation.lhs), with_numbers(equation.rhs))


def _differential_steps(equation: Equation, linear: Differential) -> Iterator[Step]:
    """The differential and what is read off it, where components are not to be had or fill the page."""
    if equation.lhs == equation.rhs:
        yield Step(expand(latex_claim(equation)), word("why-same"))
        return
    function, *variables = linear.derivative.children
    x = variables[0]
    if linear.form is None or len(variables) > 1 or not isinstance(x, Symbol):
        yield Step(expand(latex_claim(equation)), word("why-differential-rules"))
        return
    whole = with_numbers(build("d", function, params=(frozenset({x.name}),)))
    form = with_numbers(_replaced(linear.form, {linear.increments[0]: x.increment}))
    letters = Letters(whole, form, equation.lhs, equation.rhs)
    yield Step(expand(latex_claim(Equation(whole, form), letters)), word("why-differential-rules"))
    yield Step(expand(latex_claim(equation, letters)), word("why-read-off"))


def _replaced(expr: Expr, change: Mapping[Expr, Expr]) -> Expr:
    return change.get(expr) or rebuild(expr, lambda child: _replaced(child, change))
