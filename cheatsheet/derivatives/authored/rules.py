"""What an author may name as a reason: laws, definitions, lines, claims, and what is done to both sides."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import product

from cheatsheet.calculus.genericity import invertible
from cheatsheet.derivatives.rules.laws import Law, laws
from cheatsheet.derivatives.rules.matching import Pattern, declared
from cheatsheet.derivatives.rules.rule import Rule
from cheatsheet.derivatives.rules.words import LAW, law_words
from cheatsheet.language.authored import Lemma
from cheatsheet.language.expressions import Apply, Equation, Expr, Number, Size, Symbol, rebuild, symbols
from cheatsheet.language.glossary import Text, word
from cheatsheet.language.table import TABLE, build
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
        return (forth, back) if self.either_way else (forth,)


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
class NumberTranspose:
    """A number is its own transpose: xᵀAy = yᵀAᵀx, each written in the way that comes first."""

    id: str = "number-transpose"

    def rewritten(self, expr: Expr) -> Expr:
        expr = rebuild(expr, self.rewritten)
        if not isinstance(expr, Apply) or expr.op != "matmul" or not expr.shape.is_scalar:
            return expr
        turned: Expr = build("transpose", expr)
        for _ in range(8):
            for law in group("transposes"):
                turned = law.rule.rewritten(turned)
        return min(expr, turned, key=str)


def depends(symbol: Symbol, varying: frozenset[str]) -> bool:
    """Whether a symbol varies, by itself, by what it is a function of, or by its definition."""
    if symbol.name in varying or any(depends(s, varying) for s in symbol.of):
        return True
    return symbol.definition is not None and any(depends(s, varying) for s in symbols(symbol.definition))


def group(id: str) -> tuple[Law, ...]:
    """The laws of a group."""
    return tuple(law for law in laws().values() if law.group == id)


class Vocabulary:
    """The names of rules, in one derivation: its definitions, its lines by label, its claims and lemmas."""

    def __init__(
        self,
        definitions: Mapping[str, Symbol],
        claims: tuple[Equation, ...],
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
        if text in ("number-transpose", "constant"):
            rule = NumberTranspose() if text == "number-transpose" else Constant(self.varying)
            return Named(((rule, Reason(text, word(f"why-{text}"))),))
        chosen = [law for law in laws().values() if text in (law.id, law.group)]
        if chosen:
            return Named(
                tuple((self.fitted(law.rule), Reason(LAW + law.id, law_words(law))) for law in chosen)
            )
        kind, _, rest = text.partition(" ")
        if text.startswith("definition of ") and (symbol := self.definitions.get(text[14:])):
            return Named(
                ((Definition(symbol), Reason("definition-of", _filled("why-definition-of", symbol))),)
            )
        if kind == "line" and rest in self.lines:
            rule = Pattern.of("line", self.lines[rest], general=False)
            return Named(((rule, Reason("line", _words("why-line", rest))),), True)
        if kind == "claim" and rest.isdigit() and 0 < int(rest) <= len(self.claims):
            rule = self.fitted(Pattern.of("claim", self.claims[int(rest) - 1]))
            return Named(((rule, Reason("claim", _words("why-claim", rest))),), True)
        if text in self.lemmas:
            lemma = self.lemmas[text]
            rule = self.fitted(Pattern.of("entry", lemma.claim.equation))
            return Named(((rule, Reason("entry", lemma.name, lemma.id)),), True)
        return None

    def fitted(self, pattern: Pattern) -> Pattern:
        """The rule with matrices that the claim inverts counted as invertible."""

        def holds(expr: Expr, needed: str) -> bool:
            return declared(expr, needed) or (needed == "invertible" and invertible(expr, self.regular))

        return replace(pattern, holds=holds)

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
    "differentials of both sides": "d",
}
_OTHERS = ("move terms", "right inverse", "left inverse", "read off", "polynomials")
TRANSFORMATIONS = (*_FUNCTIONS, *_OTHERS, "multiply by …", "divide by …")


def factor_named(text: str) -> re.Match[str] | None:
    """The parts of ``multiply by X from the left``, ``divide by c``."""
    return _FACTOR.fullmatch(text)


def is_transformation(text: str) -> bool:
    return text in _FUNCTIONS or text in _OTHERS or factor_named(text) is not None


def transformation_words(text: str, factor: Expr | None) -> Reason:
    """What is done to both sides, in words."""
    found = factor_named(text)
    if found is None or factor is None:
        return Reason(text.replace(" ", "-"), word(f"why-{text.replace(' ', '-')}"))
    key = "-".join(filter(None, [found["what"], found["side"]]))
    return Reason(key, _words(f"why-{key}", latex_of(factor)))


def transformed(text: str, factor: Expr | None, fact: Equation, wanted: Equation) -> Pairs:
    """What both sides become, each with the side of the wanted equation that it has to be carried over into.

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
    elif text == "polynomials":
        new = [left, right]
    elif text == "read off":
        return _read_off(fact, wanted)
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


def _read_off(fact: Equation, wanted: Equation) -> Pairs:
    """From df = tr(Gᵀ dX) the gradient G, from dy = J dx the Jacobian J; increments of other letters are zero."""
    lhs = wanted.lhs
    if not isinstance(lhs, Apply) or lhs.op not in ("grad", "jacobian", "diff"):
        raise DoesNotApply("it needs a derivative on the left: grad(f, X) == …")
    y, x = lhs.children
    increment = build("d", x, params=(frozenset(),))
    jacobian = _jacobian(lhs, wanted.rhs, y, x)
    if y.shape.is_scalar and not (x.shape.is_vector or x.shape.is_scalar):
        product_: Expr = build("tr", build("matmul", jacobian, increment))
    else:
        product_ = build("matmul", jacobian, increment)
    left = build("d", y, params=(frozenset(),))
    return [(fact.lhs, left), (_only(fact.rhs, x), product_)]


def _jacobian(derivative: Apply, form: Expr, y: Expr, x: Expr) -> Expr:
    """The matrix J of dy = J dx, or of df = tr(J dX), for the way in which the derivative is laid out."""
    if derivative.op == "grad":
        return build("transpose", form)
    if derivative.op == "diff" and derivative.params[0] != "numerator":
        return build("transpose", form)
    return form


def _only(expr: Expr, x: Expr) -> Expr:
    """The expression with the increments of all letters but one put to zero."""
    if isinstance(expr, Apply) and expr.op == "d" and isinstance(expr.args[0], Symbol):
        if expr.args[0] != x:
            return Number(0) if expr.shape.is_scalar else build("zeros", *expr.shape.axes)
        return expr
    return rebuild(expr, lambda child: _only(child, x))


def is_polynomial(expr: Expr) -> bool:
    """Whether an expression is a polynomial in the entries of its symbols."""
    if isinstance(expr, Apply):
        whole = expr.op in ("power", "matrix_power") and _whole(expr.children[1])
        if TABLE[expr.op].smoothness != "polynomial" and not whole:
            return False
        return all(is_polynomial(child) for child in (expr.children[:1] if whole else expr.children))
    return not isinstance(expr, Symbol) or expr.definition is None or is_polynomial(expr.definition)


def _whole(exponent: Expr) -> bool:
    """Whether an exponent is a whole number that is not negative: of a dimension n, n and n − 1 are."""
    match exponent:
        case Number():
            return exponent.value.denominator == 1 and exponent.value >= 0
        case Size():
            return True
        case Apply(op="sub", args=(Expr() as a, Number() as one)):
            return one.value == 1 and isinstance(a, Size)
    return False
