"""What an author may name as a reason: laws, definitions, lines, claims, and what is done to both sides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product

from cheatsheet.calculus.genericity import invertible
from cheatsheet.derivatives.rules.dependence import depends
from cheatsheet.derivatives.rules.factors import Product, chain, product_of
from cheatsheet.derivatives.rules.laws import Law, laws
from cheatsheet.derivatives.rules.matching import Pattern, declared
from cheatsheet.derivatives.rules.numbers import is_positive
from cheatsheet.derivatives.rules.registry import rules
from cheatsheet.derivatives.rules.remembering import MOST_KEPT, remembered
from cheatsheet.derivatives.rules.rule import MOST_ROUNDS, Rule
from cheatsheet.derivatives.rules.words import LAW, law_words, reason_words
from cheatsheet.language.authored import Lemma
from cheatsheet.language.expressions import (
    Apply,
    Equation,
    Expr,
    Number,
    Size,
    Symbol,
    inline_definitions,
    rebuild,
    symbols,
)
from cheatsheet.language.glossary import Text, word
from cheatsheet.language.table import TABLE, build, sources
from cheatsheet.printing.latex import latex_of


@dataclass(frozen=True)
class Reason:
    """Why a line follows: the name of the rule, its words, and the entry or the claim by number that it refers to."""

    key: str
    words: Text
    entry: str = ""
    claim: int = 0


@dataclass(frozen=True)
class Named:
    """The rules behind one name: a law or a group of laws; with ``either_way``, read from either side."""

    rules: tuple[tuple[Rule, Reason], ...]
    either_way: bool = False

    def ways(self) -> tuple[tuple[Rule, ...], ...]:
        """The choices of direction for the rules."""
        forth = tuple(rule for rule, _ in self.rules)
        back = tuple(rule.reversed for rule in forth if isinstance(rule, Pattern))
        return (forth, back) if self.either_way and not any(rule.grows for rule in back) else (forth,)


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
    """d of what does not depend on anything that varies is zero, as is d of an increment, which is held fixed."""

    varying: frozenset[str]
    id: str = "constant"

    @remembered
    def rewritten(self, expr: Expr) -> Expr:
        match expr:
            case Apply(op="d", args=(Expr() as of,)) if not self.varies(of):
                return zero_like(expr)
        return rebuild(expr, self.rewritten)

    def varies(self, expr: Expr) -> bool:
        """Whether something varies in an expression besides increments."""
        if (symbol := varied(expr)) is not None:
            return symbol.definition is not None or bool(symbol.of)
        if isinstance(expr, Symbol):
            return depends(expr, self.varying)
        return any(map(self.varies, expr.children))


def varied(expr: Expr) -> Symbol | None:
    """The symbol whose differential this is."""
    match expr:
        case Apply(op="d", args=(Symbol() as symbol,)):
            return symbol
    return None


@dataclass(frozen=True)
class Units:
    """Factors I and 0 and terms 0 left out, numbers drawn in front: other rules see what stands beside them."""

    id: str = "units"

    @remembered
    def rewritten(self, expr: Expr) -> Expr:
        expr = rebuild(expr, self.rewritten)
        match expr:
            case Apply(op="matmul" | "scale", args=(Expr() as a, Expr() as b)):
                if _is_zero(a) or _is_zero(b):
                    return zero_like(expr)
                return b if _is_unit(a) else a if _is_unit(b) and a.shape.agrees(expr.shape) else expr
            case Apply(op="add" | "sub", args=(Expr() as a, Expr() as b)):
                if _is_zero(b):
                    return a
                return expr if not _is_zero(a) else b if expr.op == "add" else build("neg", b)
            case Apply(op="neg", args=(Expr() as a,)) if _is_zero(a):
                return a
            case Apply(op="transpose" | "tr", args=(Expr() as a,)) if _is_zero(a):
                return zero_like(expr)
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


def zero_like(like: Expr) -> Expr:
    """0, or the zero matrix of the same shape."""
    return Number(0) if like.shape.is_scalar else build("zeros", *like.shape.axes)


def _is_zero(expr: Expr) -> bool:
    return expr == Number(0) or (isinstance(expr, Apply) and expr.op == "zeros")


def _is_unit(expr: Expr) -> bool:
    return expr == Number(1) or (isinstance(expr, Apply) and expr.op == "I")


@dataclass(frozen=True)
class OwnTranspose:
    """A number is its own transpose, xᵀAy = yᵀAᵀx, and tr M = tr Mᵀ: each is written in the way that comes first."""

    id: str

    @remembered
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


@lru_cache(maxsize=MOST_KEPT)
def transposes_inside(expr: Expr) -> Expr:
    """The product with transposes carried to its factors."""
    for _ in range(MOST_ROUNDS):
        before = expr
        for law in group("transposes"):
            expr = law.rule.rewritten(expr)
        if expr is before:
            break
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


@dataclass(frozen=True)
class SecondDerivative:
    """∂(∂y/∂s)/∂t is ∂²y/∂s∂t where the layout has the axes of both in one order, as it has of numbers.

    >>> from cheatsheet.language.dimensions import Axis, Shape
    >>> n = Axis.of("n")
    >>> x, y = (Symbol(name, Shape.vector(n)) for name in "xy")
    >>> def second(layout):
    ...     inner = build("diff", y, x, params=(layout,))
    ...     return SecondDerivative().rewritten(build("diff", inner, x, params=(layout,)))
    >>> second("numerator"), second("denominator")
    (diff(y, x, x), diff(diff(y, x), x))
    """

    id: str = "second-derivative"

    def rewritten(self, expr: Expr) -> Expr:
        expr = rebuild(expr, self.rewritten)
        match expr:
            case Apply(op="diff", args=(Apply(op="diff") as inner, *by)) if inner.params == expr.params:
                new = build("diff", *inner.args, *by, params=expr.params)
                own, others = sources(inner), len(inner.children) - 1
                order = tuple(own[axis] if not of else (of + others, axis) for of, axis in sources(expr))
                return new if (order, expr.shape) == (sources(new), new.shape) else expr
        return expr


def inlined(equation: Equation) -> Equation:
    """The equation without ``let`` names, which mean nothing outside their entry."""
    return Equation(inline_definitions(equation.lhs), inline_definitions(equation.rhs), equation.negated)


def in_scope(expr: Expr, varying: frozenset[str]) -> Expr:
    """The expression with every d(…) by the same letters: what varies is said once for the whole derivation."""
    if isinstance(expr, Symbol) and expr.definition is not None:
        meaning = in_scope(expr.definition, varying)
        return Symbol(expr.name, expr.shape, expr.properties, expr.of, meaning, expr.kind)
    expr = rebuild(expr, lambda child: in_scope(child, varying))
    return build("d", expr.args[0], params=(varying,)) if isinstance(expr, Apply) and expr.op == "d" else expr


def fitted(pattern: Pattern, regular: frozenset[Expr]) -> Pattern:
    """The rule with matrices counted as invertible that are so where the claim is made."""

    def holds(expr: Expr, needed: str) -> bool:
        if needed == "invertible" and invertible(inline_definitions(expr), regular):
            return True
        return declared(expr, needed) or (needed == "positive" and is_positive(expr))

    return replace(pattern, holds=holds, memory={})


def group(id: str) -> tuple[Law, ...]:
    """The laws of a group."""
    return tuple(law for law in laws().values() if law.group == id)


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

    def own(self, pattern: Pattern) -> Pattern:
        """A rule as it is used here, where some matrices have inverses and some letters vary."""
        return replace(fitted(pattern, self.regular), varying=self.varying)

    def named(self, text: str) -> Named | None:
        """The rules that a name stands for; None where there is no such name."""
        rule: Rule
        for own in (TotalDifferential(), SecondDerivative()):
            if text == own.id:
                return Named(((own, Reason(text, word(f"why-{text}"))),))
        if text in OWN_TRANSPOSES:
            return Named(((OwnTranspose(text), Reason(LAW + text, law_words(laws()[text]))),))
        chosen = [
            law for law in laws().values() if text in (law.id, law.group) and law.id not in OWN_TRANSPOSES
        ]
        if chosen:
            return Named(tuple((self.own(law.rule), Reason(LAW + law.id, law_words(law))) for law in chosen))
        kind, _, rest = text.partition(" ")
        if text.startswith("definition of ") and (symbol := self.definitions.get(text[14:])):
            return Named(
                ((Definition(symbol), Reason("definition-of", _filled("why-definition-of", symbol))),)
            )
        if kind == "line" and rest in self.lines:
            rule = Pattern.of("line", self.lines[rest], general=False)
            return Named(((rule, Reason("line", filled_words("why-line", rest))),), True)
        if (
            kind == "claim"
            and rest.isdigit()
            and int(rest) in self.claims
            and not self.claims[int(rest)].negated
        ):
            claim = self.claims[int(rest)]
            general = set(symbols(claim.rhs)) <= set(symbols(claim.lhs))
            rule = self.own(Pattern.of("claim", claim, general))
            return Named(((rule, Reason("claim", filled_words("why-claim", rest), claim=int(rest))),), True)
        if text in self.lemmas and not self.lemmas[text].claim.equation.negated:
            lemma = self.lemmas[text]
            rule = self.own(Pattern.of("entry", inlined(lemma.claim.equation)))
            return Named(((rule, Reason("entry", lemma.name, lemma.id)),), True)
        if text in rules() and not text.startswith(LAW):
            return Named(((rules()[text], Reason(text, reason_words(text))),))
        return None

    def names(self) -> list[str]:
        """All names there are, for hints."""
        own = [f"definition of {n}" for n in self.definitions] + [f"line {n}" for n in self.lines]
        known = [*laws(), *dict.fromkeys(law.group for law in laws().values()), *rules()]
        return [*known, *own, *self.lemmas]


def directions(named: Iterable[Named]) -> list[tuple[Rule, ...]]:
    """All choices of direction for some names."""
    return [tuple(rule for way in choice for rule in way) for choice in product(*(n.ways() for n in named))]


def _filled(key: str, symbol: Symbol) -> Text:
    return filled_words(key, latex_of(symbol))


def filled_words(key: str, what: str) -> Text:
    """The words of a reason with what stands in their gap."""
    pattern = word(key)
    return Text(pattern.zh.format(what), pattern.en.format(what))


def is_polynomial(expr: Expr) -> bool:
    """Whether an expression is a polynomial in the entries of its symbols."""
    if isinstance(expr, Apply):
        whole = expr.op in ("power", "matrix_power") and _whole(expr.children[1])
        if TABLE[expr.op].smoothness != "polynomial" and not whole:
            return False
        return all(is_polynomial(child) for child in (expr.children[:1] if whole else expr.children))
    return not isinstance(expr, Symbol) or expr.definition is None or is_polynomial(expr.definition)


def _whole(exponent: Expr) -> bool:
    """Whether an exponent is a whole number that is not negative, or is so for all sizes but a few."""
    match exponent:
        case Number():
            return exponent.value.denominator == 1 and exponent.value >= 0
        case Size():
            return True
        case Apply(op="sub", args=(Size(), Number())):
            return True  # where n − 2 is negative, the claim itself divides
    return False
