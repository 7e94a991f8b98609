"""What an author may name as a reason: laws, definitions, lines, claims, and what is done to both sides."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import TypeGuard

from cheatsheet.calculus.genericity import invertible
from cheatsheet.derivatives.rules.factors import Product, chain, product_of
from cheatsheet.derivatives.rules.laws import Law, laws
from cheatsheet.derivatives.rules.matching import Pattern, declared
from cheatsheet.derivatives.rules.numbers import NUMBERS
from cheatsheet.derivatives.rules.rule import Rule
from cheatsheet.derivatives.rules.words import LAW, law_words
from cheatsheet.derivatives.rules.written_out import WrittenOut
from cheatsheet.language.authored import Lemma
from cheatsheet.language.expressions import (
    Apply,
    Equation,
    Expr,
    Number,
    Symbol,
    inline_definitions,
    rebuild,
    symbols,
    walk,
)
from cheatsheet.language.glossary import Text, word
from cheatsheet.language.table import build
from cheatsheet.printing.latex import latex_of


@dataclass(frozen=True)
class Reason:
    """Why a line follows: the name of the rule, its words, and the entry that it refers to."""

    key: str
    words: Text
    entry: str = ""


@dataclass(frozen=True)
class Named:
    """The rules behind one name: a law or a group of laws; with ``either_way``, read from either side."""

    rules: tuple[tuple[Rule, Reason], ...]
    either_way: bool = False

    def ways(self) -> tuple[tuple[Rule, ...], ...]:
        """The choices of direction for the rules."""
        forth = tuple(rule for rule, _ in self.rules)
        back = tuple(rule.reversed for rule in forth if isinstance(rule, Pattern))
        grows = any(rule.left in walk(rule.right) for rule in back)  # A is never made A X A, over and over
        return (forth, back) if self.either_way and not grows else (forth,)


@dataclass(frozen=True)
class Definition:
    """A ``let`` name replaced by what it stands for."""

    symbol: Symbol
    id: str = "definition"

    def rewritten(self, expr: Expr) -> Expr:
        if isinstance(expr, Symbol) and expr.name == self.symbol.name:
            assert self.symbol.definition is not None
            return self.symbol.definition
        return rebuild(expr, self.rewritten)


@dataclass(frozen=True)
class Constant:
    """d of what does not depend on anything that varies is zero."""

    varying: frozenset[str]
    id: str = "constant"

    def rewritten(self, expr: Expr) -> Expr:
        match expr:
            case Apply(op="d", args=(Expr() as of,)) if not any(
                depends(s, self.varying) for s in symbols(of)
            ):
                return Number(0) if expr.shape.is_scalar else build("zeros", *expr.shape.axes)
        return rebuild(expr, self.rewritten)


@dataclass(frozen=True)
class Units:
    """Factors I and 0 and terms 0 left out, numbers drawn in front: other rules see what stands beside them."""

    id: str = "units"

    def rewritten(self, expr: Expr) -> Expr:
        expr = rebuild(expr, self.rewritten)
        match expr:
            case Apply(op="matmul" | "scale", args=(Expr() as a, Expr() as b)):
                if _is_zero(a) or _is_zero(b):
                    return Number(0) if expr.shape.is_scalar else build("zeros", *expr.shape.axes)
                return b if _is_unit(a) else a if _is_unit(b) and a.shape.agrees(expr.shape) else expr
            case Apply(op="add" | "sub", args=(Expr() as a, Expr() as b)):
                if _is_zero(b):
                    return a
                return expr if not _is_zero(a) else b if expr.op == "add" else build("neg", b)
            case Apply(op="neg", args=(Expr() as a,)) if _is_zero(a):
                return a
            case Apply(op="transpose" | "tr", args=(Expr() as a,)) if _is_zero(a):
                return Number(0) if expr.shape.is_scalar else build("zeros", *expr.shape.axes)
            case Apply(op="transpose", args=(Expr() as a,)) if a.shape.is_scalar:
                return a
            case Apply(op="transpose" | "tr", args=(Expr() as a,)):
                inner = Product.of(a)
                if inner.word and (inner.scalars or inner.coefficient != 1):
                    return inner.with_part(0, len(inner.word), build(expr.op, chain(inner.word)))
            case Apply(op="hadamard", args=(Expr() as a, Expr() as b)):
                p, q = Product.of(a), Product.of(b)
                numbers = Product(p.coefficient * q.coefficient, (*p.scalars, *q.scalars), ())
                if p.word and q.word and (numbers.scalars or numbers.coefficient != 1):
                    bare = build("hadamard", chain(p.word), chain(q.word))
                    return product_of(replace(numbers, word=(bare,)))
        return expr


def _is_zero(expr: Expr) -> bool:
    return expr == Number(0) or (isinstance(expr, Apply) and expr.op == "zeros")


def _is_unit(expr: Expr) -> bool:
    return expr == Number(1) or (isinstance(expr, Apply) and expr.op == "I")


@dataclass(frozen=True)
class OwnTranspose:
    """A number is its own transpose, xᵀAy = yᵀAᵀx, and tr M = tr Mᵀ: each is written in the way that comes first."""

    id: str

    def rewritten(self, expr: Expr) -> Expr:
        expr = rebuild(expr, self.rewritten)
        if isinstance(expr, Apply) and self.id == "trace-transpose" and expr.op == "tr":
            return build("tr", self.first(expr.children[0]))
        if (
            isinstance(expr, Apply)
            and self.id == "number-transpose"
            and expr.op == "matmul"
            and expr.shape.is_scalar
        ):
            return self.first(expr)
        return expr

    def first(self, expr: Expr) -> Expr:
        both = (transposes_inside(expr), transposes_inside(build("transpose", expr)))
        return min(both, key=lambda e: (str(e).replace(".T", ""), len(str(e))))


def transposes_inside(expr: Expr) -> Expr:
    """The product with transposes carried to its factors."""
    for _ in range(8):
        for law in group("transposes"):
            expr = law.rule.rewritten(expr)
    return product_of(Product.of(expr))


@dataclass(frozen=True)
class TotalDifferential:
    """dU = U′(t) dt for a function of one number."""

    id: str = "total-differential"

    def rewritten(self, expr: Expr) -> Expr:
        match expr:
            case Apply(op="d", args=(Symbol(of=(t,)) as u,)) if t.shape.is_scalar:
                slope = build("diff", u, t, params=("numerator",))
                return build("scale", build("d", t, params=expr.params), slope)
        return rebuild(expr, self.rewritten)


def inlined(equation: Equation) -> Equation:
    """The equation without ``let`` names, which mean nothing outside their entry."""
    return Equation(inline_definitions(equation.lhs), inline_definitions(equation.rhs), equation.negated)


def depends(symbol: Symbol, varying: frozenset[str]) -> bool:
    """Whether a symbol varies, by itself, by what it is a function of, or by its definition."""
    if symbol.name in varying or any(depends(s, varying) for s in symbol.of):
        return True
    return symbol.definition is not None and any(depends(s, varying) for s in symbols(symbol.definition))


def fitted(pattern: Pattern, regular: frozenset[Expr]) -> Pattern:
    """The rule with matrices counted as invertible that are so where the claim is made."""

    def holds(expr: Expr, needed: str) -> bool:
        return declared(expr, needed) or (needed == "invertible" and invertible(expr, regular))

    return replace(pattern, holds=holds, memory={})


def group(id: str) -> tuple[Law, ...]:
    """The laws of a group."""
    return tuple(law for law in laws().values() if law.group == id)


_IN_CODE: tuple[Rule, ...] = (*NUMBERS, WrittenOut())
SPOKEN = {one.id: one for one in _IN_CODE}
"""Rules that stand in code: for functions of numbers, for matrices whose entries are written out."""

OWN_TRANSPOSES = ("number-transpose", "trace-transpose")
"""Laws that are used in either direction, so that both sides come out alike."""


class Vocabulary:
    """The names of rules, in one derivation: its definitions, its lines by label, its claims and lemmas."""

    def __init__(
        self,
        definitions: Mapping[str, Symbol],
        claims: Mapping[int, Equation],
        lemmas: Mapping[str, Lemma],
        varying: frozenset[str],
        regular: frozenset[Expr],
    ) -> None:
        self.definitions = definitions
        self.claims = claims
        self.lemmas = lemmas
        self.varying = varying
        self.regular = regular
        self.lines: dict[str, Equation] = {}

    def named(self, text: str) -> Named | None:
        """The rules that a name stands for; None where there is no such name."""
        rule: Rule
        if text == "total-differential":
            return Named(((TotalDifferential(), Reason(text, word("why-total-differential"))),))
        if text in OWN_TRANSPOSES:
            return Named(((OwnTranspose(text), Reason(LAW + text, law_words(laws()[text]))),))
        chosen = [
            law for law in laws().values() if text in (law.id, law.group) and law.id not in OWN_TRANSPOSES
        ]
        if chosen:
            return Named(
                tuple(
                    (fitted(law.rule, self.regular), Reason(LAW + law.id, law_words(law))) for law in chosen
                )
            )
        if text in SPOKEN:
            return Named(((SPOKEN[text], Reason(text, word(f"why-{text}"))),))
        kind, _, rest = text.partition(" ")
        if text.startswith("definition of ") and (symbol := self.definitions.get(text[14:])):
            return Named(
                ((Definition(symbol), Reason("definition-of", _filled("why-definition-of", symbol))),)
            )
        if kind == "line" and rest in self.lines:
            rule = Pattern.of("line", self.lines[rest], general=False)
            return Named(((rule, Reason("line", _words("why-line", rest))),), True)
        if kind == "claim" and rest.isdigit() and int(rest) in self.claims:
            claim = self.claims[int(rest)]
            general = set(symbols(claim.rhs)) <= set(symbols(claim.lhs))
            rule = fitted(Pattern.of("claim", claim, general), self.regular)
            return Named(((rule, Reason("claim", _words("why-claim", rest))),), True)
        if text in self.lemmas:
            lemma = self.lemmas[text]
            rule = fitted(Pattern.of("entry", inlined(lemma.claim.equation)), self.regular)
            return Named(((rule, Reason("entry", lemma.name, lemma.id)),), True)
        return None

    def names(self) -> list[str]:
        """All names there are, for hints."""
        own = [f"definition of {n}" for n in self.definitions] + [f"line {n}" for n in self.lines]
        return [*laws(), *dict.fromkeys(law.group for law in laws().values()), *own, *self.lemmas]


def directions(named: Iterable[Named]) -> list[tuple[Rule, ...]]:
    """All choices of direction for some names."""
    return [tuple(rule for way in choice for rule in way) for choice in product(*(n.ways() for n in named))]


def _filled(key: str, symbol: Symbol) -> Text:
    return _words(key, latex_of(symbol))


def _words(key: str, what: str) -> Text:
    pattern = word(key)
    return Text(pattern.zh.format(what), pattern.en.format(what))


# --- what is done to both sides of an equation ------------------------------------------------------------------------


class DoesNotApply(Exception):
    """What is to be done to both sides cannot be done to this equation."""


Pairs = list[tuple[Expr, Expr]]
"""What has to be carried over into what."""

_FACTOR = re.compile(r"(?P<what>multiply|divide) by (?P<by>.+?)(?: from the (?P<side>left|right))?")
_FUNCTIONS = {
    "transpose both sides": "transpose",
    "determinants of both sides": "det",
    "traces of both sides": "tr",
    "inverses of both sides": "inv",
    "differentials of both sides": "d",
}
_OTHERS = ("move terms", "right inverse", "left inverse", "read off", "as differential")
THEOREMS = ("penrose equations", "exponents commute", "series ends")
"""What concludes an equation from others that are not made into it by one change of both sides."""
TRANSFORMATIONS = (*_FUNCTIONS, *_OTHERS, *THEOREMS, "multiply by …", "divide by …")


def factor_named(text: str) -> re.Match[str] | None:
    """The parts of ``multiply by X from the left``, ``divide by c``."""
    return _FACTOR.fullmatch(text)


def is_transformation(text: str) -> bool:
    return text in (*_FUNCTIONS, *_OTHERS, *THEOREMS) or factor_named(text) is not None


def transformation_words(text: str, factor: Expr | None) -> Reason:
    """What is done to both sides, in words."""
    found = factor_named(text)
    if found is None or factor is None:
        return Reason(text.replace(" ", "-"), word(f"why-{text.replace(' ', '-')}"))
    key = "-".join(filter(None, [found["what"], found["side"]]))
    return Reason(key, _words(f"why-{key}", latex_of(factor)))


def transformed(text: str, factor: Expr | None, fact: Equation, wanted: Equation) -> Pairs:
    """What both sides become, each with the side of the wanted equation that it has to be carried over into.

    ``wanted`` may be the equation with its sides exchanged.

    Raises :class:`DoesNotApply`, and :class:`~cheatsheet.language.table.ShapeError` for a factor that does not fit.
    """
    left, right = fact.lhs, fact.rhs
    if (found := factor_named(text)) is not None and factor is not None:
        new = [_times(side, factor, found["what"], found["side"]) for side in (left, right)]
    elif text in _FUNCTIONS:
        params: tuple[frozenset[str], ...] = (frozenset(),) if text.startswith("differentials") else ()
        new = [build(_FUNCTIONS[text], side, params=params) for side in (left, right)]
    elif text == "move terms":
        return [(build("sub", left, right), build("sub", wanted.lhs, wanted.rhs))]
    elif text == "read off":
        return _read_off(fact, wanted)
    elif text == "as differential":
        new = list(_differential(fact))
    else:
        new = list(_inverse(fact, text == "right inverse"))
    return [(new[0], wanted.lhs), (new[1], wanted.rhs)]


def _times(side: Expr, factor: Expr, what: str, place: str | None) -> Expr:
    if what == "divide":
        return build("over", side, factor)
    if place is None:
        return build("scale", factor, side)
    return build("matmul", *((factor, side) if place == "left" else (side, factor)))


def _inverse(fact: Equation, right: bool) -> tuple[Expr, Expr]:
    """From M N = I with square M: M⁻¹ = N, or for a left inverse N⁻¹ = M."""
    identity = isinstance(fact.rhs, Apply) and fact.rhs.op == "I"
    if not identity or not isinstance(fact.lhs, Apply) or fact.lhs.op != "matmul":
        raise DoesNotApply("it needs an equation M @ N == I(n), with M and N in brackets")
    m, n = fact.lhs.children
    if not m.shape.is_square:
        raise DoesNotApply(f"{m} is not square")
    return (build("inv", m), n) if right else (build("inv", n), m)


def _differential(fact: Equation) -> tuple[Expr, Expr]:
    """From a gradient or Jacobian the differential: dy = J dx."""
    if not _is_derivative(fact.lhs):
        raise DoesNotApply("it needs an equation grad(f, X) == …")
    y, x = fact.lhs.children
    return _d(y), _times_increment(_jacobian(fact.lhs, fact.rhs), y, x)


def _read_off(fact: Equation, wanted: Equation) -> Pairs:
    """From df = tr(Gᵀ dX) the gradient G, from dy = J dx the Jacobian J; increments of other letters are zero."""
    lhs = wanted.lhs
    if not _is_derivative(lhs):
        raise DoesNotApply("it needs a derivative on the left of this line: grad(f, X) == …")
    y, x = lhs.children
    if lhs.op == "hessian":
        y = build("grad", y, x)
    return [(fact.lhs, _d(y)), (_only(fact.rhs, x), _times_increment(_jacobian(lhs, wanted.rhs), y, x))]


def _is_derivative(expr: Expr) -> TypeGuard[Apply]:
    return (
        isinstance(expr, Apply)
        and expr.op in ("grad", "jacobian", "hessian", "diff")
        and len(expr.children) == 2
    )


def _d(expr: Expr) -> Expr:
    return build("d", expr, params=(frozenset(),))


def _times_increment(jacobian: Expr, y: Expr, x: Expr) -> Expr:
    """J dx, or tr(J dX) for a function of a matrix."""
    if x.shape.is_scalar:
        return build("scale", _d(x), jacobian)
    product_ = build("matmul", jacobian, _d(x))
    return build("tr", product_) if y.shape.is_scalar and not x.shape.is_vector else product_


def _jacobian(derivative: Apply, form: Expr) -> Expr:
    """The matrix J of dy = J dx, or of df = tr(J dX), for the way in which the derivative is laid out."""
    layout = derivative.params[0] if derivative.op == "diff" else ""
    if derivative.op == "grad" or (
        layout and layout != "numerator" and not derivative.children[1].shape.is_scalar
    ):
        bare = isinstance(form, Apply) and form.op == "transpose"
        return form.children[0] if bare else build("transpose", form)
    return form


def _only(expr: Expr, x: Expr) -> Expr:
    """The expression with the increments of all letters but one put to zero."""
    if isinstance(expr, Apply) and expr.op == "d" and isinstance(expr.args[0], Symbol):
        if expr.args[0] != x and expr.args[0].definition is None:
            return Number(0) if expr.shape.is_scalar else build("zeros", *expr.shape.axes)
        return expr
    return rebuild(expr, lambda child: _only(child, x))
