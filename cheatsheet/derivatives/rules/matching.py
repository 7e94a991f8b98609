"""One matcher for all laws: a law is applied from left to right, wherever its left side is found.

The letters of a law stand for any expressions whose shapes fit and that have the properties it declares. A product is
looked at as a word, so that a law for ``X @ inv(X)`` is used inside ``A @ X @ inv(X) @ B``; a sum as its terms in any
order; a number may stand anywhere in a product.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property, lru_cache, partial
from types import MappingProxyType
from typing import Any, NamedTuple

from cheatsheet.calculus.errors import NoIndexForm
from cheatsheet.calculus.terms import Poly
from cheatsheet.derivatives.rules.dependence import held_fixed, stay_fixed
from cheatsheet.derivatives.rules.factors import (
    Product,
    chain,
    is_negative,
    is_product,
    is_sum,
    negative,
    product_of,
    sum_of,
    terms_of,
)
from cheatsheet.derivatives.rules.rearranged import rearranged
from cheatsheet.language.dimensions import ONE, Axis
from cheatsheet.language.expressions import (
    Apply,
    Argument,
    Equation,
    Expr,
    Index,
    Number,
    Size,
    Symbol,
    free_indices,
    rebuild,
    walk,
)
from cheatsheet.language.table import TABLE, ShapeError, build

_ARITHMETIC = frozenset(
    ["add", "sub", "neg", "scale", "over", "matmul", "I", "power", "hadamard", "quotient", "sqrt"]
)
Holds = Callable[[Expr, str], bool]
"""Whether an expression has a property."""


@dataclass(frozen=True)
class Pattern:
    """An equation used from left to right; ``letters``, ``sizes``, ``places`` (free indices) may stand for others."""

    id: str
    left: Expr
    right: Expr
    letters: frozenset[str] = frozenset()
    sizes: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    holds: Holds = field(default_factory=lambda: declared)
    varying: frozenset[str] = frozenset()
    memory: dict[Expr, Expr] = field(default_factory=dict, compare=False, repr=False)

    @staticmethod
    def of(id: str, equation: Equation, general: bool = True) -> Pattern:
        """The rule that an equation states: for all values of its symbols, or for these alone."""
        nodes = [*walk(equation.lhs), *walk(equation.rhs)] if general else []
        letters = frozenset(n.name for n in nodes if isinstance(n, Symbol) and n.definition is None)
        sizes = frozenset(name for n in nodes for name in n.shape.names)
        places = frozenset(name for n in nodes[:1] for name in free_indices(n)) if general else frozenset()
        return Pattern(id, equation.lhs, equation.rhs, letters, sizes, places)

    @cached_property
    def fixed(self) -> frozenset[tuple[str, str]]:
        """The letters that do not depend on what is varied, each with the variable."""
        return frozenset(held_fixed((self.left, self.right)))

    @cached_property
    def permutes(self) -> bool:
        """Whether the sides differ in nothing but the names of their letters, as in tr(XY) = tr(YX)."""
        ways = ((self.left, self.right), (self.right, self.left))
        return all(any(True for _ in _Matcher(self).match(a, b, Match())) for a, b in ways)

    @property
    def grows(self) -> bool:
        """Whether it makes more of what it is used on, A = A A⁺ A, and so never comes to an end."""
        return self.left in walk(self.right)

    @property
    def reversed(self) -> Pattern:
        return replace(self, left=self.right, right=self.left, memory={})

    def rewritten(self, expr: Expr) -> Expr:
        """The expression with the rule used once at every place where it fits, the innermost first.

        >>> from cheatsheet.language.dimensions import Shape
        >>> n = Axis.of("n")
        >>> A, B, X = (Symbol(name, Shape.matrix(n, n)) for name in "ABX")
        >>> law = Pattern.of("law", Equation(build("matmul", X, build("inv", X)), build("I", n)))
        >>> law.rewritten(build("matmul", build("matmul", build("matmul", A, B), build("inv", B)), A))
        A @ I(n) @ A
        """
        known = self.memory.get(expr)
        if known is None:
            if not self.functions <= _letters(expr):
                return expr
            inner = rebuild(expr, self.rewritten)
            known = self.memory[expr] = self.applied(inner) or inner
        return known

    @cached_property
    def functions(self) -> frozenset[str]:
        """The functions without which the rule is nowhere to be used."""
        found = _letters(self.left)
        return found - self.letters - {n.name for n in walk(self.left) if isinstance(n, Symbol)}

    def applied(self, expr: Expr) -> Expr | None:
        """The expression with the rule used at its top, None where it does not fit there.

        A rule that only exchanges, tr(XY) = tr(YX), is used where that brings the expression into one order.
        """
        results = _Matcher(self).results(expr)
        if not self.permutes:
            return next((new for new in results if new != expr), None)
        least = min([expr, *results], key=str)
        return least if least != expr else None


class Match(NamedTuple):
    """What the letters and sizes of a rule stand for."""

    letters: Mapping[str, Expr] = MappingProxyType({})
    sizes: Mapping[str, Axis] = MappingProxyType({})
    places: Mapping[str, Index] = MappingProxyType({})
    params: tuple[Any, ...] = ()
    """The symbols that vary in a ``d(…)``."""


def instances(pattern: Pattern, equation: Equation) -> Iterator[Callable[[Expr], Expr]]:
    """The ways in which an equation says what a pattern says, each as what the letters are replaced by."""
    matcher = _Matcher(pattern)
    for left in matcher.match(pattern.left, equation.lhs, Match()):
        for whole in matcher.match(pattern.right, equation.rhs, left):
            yield partial(matcher.instance, found=whole)


def declared(expr: Expr, needed: str) -> bool:
    """Whether a symbol is declared to have a property, or a number has it."""
    if isinstance(expr, Symbol):
        positive = "positive_definite" in expr.properties
        return needed in expr.properties or (needed in ("symmetric", "invertible") and positive)
    if isinstance(expr, Size):
        return needed in ("integer", "positive", "nonzero")
    if isinstance(expr, Number):
        value = expr.value
        facts = {"integer": value.denominator == 1, "nonzero": value != 0, "positive": value > 0}
        return facts.get(needed, False)
    if needed == "integer":
        made = isinstance(expr, Apply) and expr.op in ("add", "sub", "neg", "scale")
        return made and all(declared(child, needed) for child in expr.children)
    return (
        needed == "symmetric"
        and isinstance(expr, Apply)
        and expr.op in ("I", "diag")
        and expr.shape.is_square
    )


class _Matcher:
    """One rule at work."""

    def __init__(self, rule: Pattern) -> None:
        self.rule = rule

    def results(self, expr: Expr) -> Iterator[Expr]:
        """What the rule makes of the expression, at each of the ways in which it fits, parts of products included."""
        left = self.rule.left
        if not self.may_fit(left, expr):
            return
        yield from self.in_linear(left, expr)
        for found in self.match(left, expr, Match()):
            if (new := self.filled(found)) is not None:
                yield new
        if is_sum(left) and is_sum(expr):
            yield from self.in_sum(expr)
        pattern = Product.of(left)
        if len(pattern.word) + len(pattern.scalars) > 1 and not any(map(self.is_letter, pattern.scalars)):
            yield from self.in_product(pattern, Product.of(expr))

    def in_linear(self, left: Expr, expr: Expr) -> Iterator[Expr]:
        """The rule behind the numbers that are drawn out of a linear function: of (2AB)ᵀ, 2 · (AB)ᵀ."""
        if (
            isinstance(left, Apply)
            and isinstance(expr, Apply)
            and left.op == expr.op
            and len(expr.children) == 1
        ):
            inner = Product.of(expr.children[0])
            if TABLE[expr.op].linear and inner.word and (inner.scalars or inner.coefficient != 1):
                bare = build(expr.op, chain(inner.word), *expr.args[1:], params=expr.params)
                for new in self.results(bare):
                    yield replace(inner, word=(bare,)).with_part(0, 1, new)

    def in_sum(self, expr: Expr) -> Iterator[Expr]:
        for found, rest in self.terms(terms_of(self.rule.left), terms_of(expr), Match()):
            if rest and (new := self.filled(found)) is not None:
                yield sum_of([new, *rest])

    def in_product(self, pattern: Product, own: Product) -> Iterator[Expr]:
        for found, scalars in self.scalars(pattern.scalars, own.scalars, Match()):
            left = Product(own.coefficient / pattern.coefficient, scalars, own.word)
            for i, j in self.spans(pattern.word, own.word):
                for whole in self.word(pattern.word, own.word[i:j], found):
                    if (new := self.filled(whole)) is not None:
                        yield left.with_part(i, j, new)

    def spans(self, pattern: tuple[Expr, ...], own: tuple[Expr, ...]) -> list[tuple[int, int]]:
        """Where a word may stand in a longer one: its first and its last factor are those of a part that is as long."""
        if not pattern:
            return [(0, 0)]
        starts = [i for i, factor in enumerate(own) if self.may_fit(pattern[0], factor)]
        ends = [j for j, factor in enumerate(own, start=1) if self.may_fit(pattern[-1], factor)]
        return [(i, j) for i in starts for j in ends if j - i >= len(pattern)]

    def may_fit(self, pattern: Expr, expr: Expr) -> bool:
        """Whether a function stands where one is needed, a sum where a sum is: told at a glance, before all else."""
        if not isinstance(pattern, Apply) or not self.rule.letters & _letters(pattern):
            return True
        if pattern.op == "matmul":
            return is_product(expr)
        if is_sum(pattern):
            return is_sum(expr) or (is_negative(expr) and is_sum(expr.children[0]))
        return is_product(pattern) or (isinstance(expr, Apply) and expr.op == pattern.op)

    def filled(self, found: Match) -> Expr | None:
        """The right side with the letters replaced, None where they do not fit it."""
        if not stay_fixed(self.rule.fixed, found.letters, self.rule.varying):
            return None
        try:
            return self.instance(self.rule.right, found)
        except (ShapeError, KeyError):
            return None

    def instance(self, pattern: Expr, found: Match) -> Expr:
        match pattern:
            case Symbol() if pattern.name in self.rule.letters:
                return found.letters[pattern.name]
            case Size():
                axis = pattern.axis.rename(dict(found.sizes))
                return Size(axis) if axis.names else Number(axis.at({}))
            case Apply():
                args: list[Argument] = [
                    self.instance(a, found) if isinstance(a, Expr)
                    else a.rename(dict(found.sizes)) if isinstance(a, Axis) else found.places.get(str(a.name), a)
                    for a in pattern.args
                ]  # fmt: skip
                if pattern.op == "I" and args == [ONE]:
                    return Number(1)
                return build(pattern.op, *args, params=found.params if pattern.op == "d" else pattern.params)
        return rebuild(pattern, lambda child: self.instance(child, found))

    # --- whether a pattern fits ----------------------------------------------------------------------------------

    def is_letter(self, pattern: Expr) -> bool:
        return isinstance(pattern, Symbol) and pattern.name in self.rule.letters

    def match(self, pattern: Expr, expr: Expr, found: Match) -> Iterator[Match]:
        if self.is_letter(pattern):
            assert isinstance(pattern, Symbol)
            yield from self.letter(pattern, expr, found)
        elif is_negative(pattern) and self.is_letter(pattern.children[0]):
            yield from self.match(pattern.children[0], negative(expr), found)
        elif is_sum(pattern):
            for whole, rest in self.terms(terms_of(pattern), terms_of(expr), found):
                if not rest:
                    yield whole
        elif is_product(pattern) and Product.of(pattern) != Product(Fraction(1), (pattern,), ()):
            yield from self.product(Product.of(pattern), Product.of(expr), found)
        elif isinstance(pattern, Apply) and pattern.op == "zeros":
            if vanishes(expr):
                yield from self.shape(pattern, expr, found)
        elif isinstance(pattern, Apply) and isinstance(expr, Apply) and pattern.op == expr.op:
            yield from self.application(pattern, expr, found)
        elif isinstance(pattern, Size) and isinstance(expr, Size):
            yield from self.axis(pattern.axis, expr.axis, found)
        elif isinstance(pattern, Size) and isinstance(expr, Number) and expr.value.denominator == 1:
            yield from self.axis(pattern.axis, Axis.of(int(expr.value)), found)
        elif same(pattern, expr) or (pattern == Number(0) and vanishes(expr)):
            yield found

    def letter(self, pattern: Symbol, expr: Expr, found: Match) -> Iterator[Match]:
        if pattern.name in found.letters:
            if same(found.letters[pattern.name], expr):
                yield found
            return
        if len(expr.shape.axes) != 2 or not all(self.rule.holds(expr, p) for p in pattern.properties):
            return
        for fits in self.shape(pattern, expr, found):
            yield fits._replace(letters={**fits.letters, pattern.name: expr})

    def shape(self, pattern: Expr, expr: Expr, found: Match) -> Iterator[Match]:
        for rows in self.axis(pattern.shape.rows, expr.shape.rows, found):
            yield from self.axis(pattern.shape.cols, expr.shape.cols, rows)

    def axis(self, pattern: Axis, axis: Axis, found: Match) -> Iterator[Match]:
        if pattern.kind == "name" and pattern.value in self.rule.sizes:
            known = found.sizes.get(str(pattern.value))
            if known is None:
                yield found._replace(sizes={**found.sizes, str(pattern.value): axis})
            elif known.same_size(axis):
                yield found
        elif pattern.rename(dict(found.sizes)).same_size(axis):
            yield found
        elif (
            pattern.kind in ("product", "concatenation")
            and pattern.kind == axis.kind
            and len(pattern.parts) == len(axis.parts)
        ):
            waiting = [found]
            for one, other in zip(pattern.parts, axis.parts, strict=True):
                waiting = [new for old in waiting for new in self.axis(one, other, old)]
            yield from waiting

    def application(self, pattern: Apply, expr: Apply, found: Match) -> Iterator[Match]:
        if len(pattern.args) != len(expr.args):
            return
        if pattern.op == "d":
            found = found._replace(params=expr.params)
        elif pattern.params != expr.params:
            return
        orders = [expr.args]
        if pattern.op in ("hadamard", "dot"):
            orders.append(expr.args[::-1])
        for args in orders:
            waiting = [found]
            for one, other in zip(pattern.args, args, strict=True):
                waiting = [new for old in waiting for new in self.argument(one, other, old)]
            yield from waiting

    def argument(self, pattern: Argument, argument: Argument, found: Match) -> Iterator[Match]:
        if isinstance(pattern, Expr) and isinstance(argument, Expr):
            yield from self.match(pattern, argument, found)
        elif isinstance(pattern, Axis) and isinstance(argument, Axis):
            yield from self.axis(pattern, argument, found)
        elif isinstance(pattern, Index) and isinstance(argument, Index):
            known = found.places.get(str(pattern.name))
            if str(pattern.name) in self.rule.places and known is None:
                yield found._replace(places={**found.places, str(pattern.name): argument})
            elif (known or pattern).name == argument.name:
                yield found

    def product(self, pattern: Product, own: Product, found: Match) -> Iterator[Match]:
        """Whether the whole product fits: a scalar letter takes all the numbers that are left over."""
        if own.word and not pattern.word:
            own = replace(own, scalars=own.numbers, word=())
        elif own.scalars and not own.word and len(pattern.word) == 1:
            own = replace(own, scalars=own.scalars[:-1], word=own.scalars[-1:])
        letters = [s for s in pattern.scalars if self.is_letter(s)]
        others = tuple(s for s in pattern.scalars if s not in letters[:1])
        numbers = own.scalars if own.word or not pattern.word else ()
        for fits, rest in self.scalars(others, numbers, found):
            left = Product(own.coefficient / pattern.coefficient, rest, ())
            if not letters and own.word and pattern.word and self.is_letter(pattern.word[0]):
                first = product_of(replace(left, word=own.word[:1]))  # the letter takes the numbers with it
                yield from self.word(pattern.word, (first, *own.word[1:]), fits)
                continue
            if letters and (rest or left.coefficient != 1):
                waiting = self.match(letters[0], product_of(left), fits)
            else:
                waiting = iter([fits] if not letters and not rest and left.coefficient == 1 else [])
            for new in waiting:
                yield from self.word(pattern.word, own.word, new)

    def scalars(
        self, pattern: tuple[Expr, ...], own: tuple[Expr, ...], found: Match
    ) -> Iterator[tuple[Match, tuple[Expr, ...]]]:
        """The ways to find each scalar of the pattern among the others, with those that are left."""
        if not pattern:
            yield found, own
            return
        for k, scalar in enumerate(own):
            for fits in self.match(pattern[0], scalar, found):
                yield from self.scalars(pattern[1:], (*own[:k], *own[k + 1 :]), fits)

    def word(self, pattern: tuple[Expr, ...], own: tuple[Expr, ...], found: Match) -> Iterator[Match]:
        """Whether a word fits: a letter takes one factor or several, each other factor of the pattern takes one."""
        if not pattern or not own:
            if not pattern and not own:
                yield found
            return
        first, *others = pattern
        most = len(own) - len(others) if self.is_letter(first) else 1
        for k in range(1, most + 1):
            for fits in self.match(first, chain(own[:k]), found):
                yield from self.word(tuple(others), own[k:], fits)

    def terms(self, pattern: list[Expr], own: list[Expr], found: Match) -> Iterator[tuple[Match, list[Expr]]]:
        """The ways to find each term of the pattern in a sum, numbers first; a last letter takes all that is left."""
        if not pattern:
            yield found, own
            return
        first, *others = sorted(pattern, key=lambda term: not isinstance(term, Number))
        if not others and self.is_letter(first) and own:
            for fits in self.match(first, sum_of(own), found):
                yield fits, []
            return
        for k, term in enumerate(own):
            for fits in self.match(first, term, found):
                yield from self.terms(others, [*own[:k], *own[k + 1 :]], fits)


def same(a: Expr, b: Expr) -> bool:
    """Whether two expressions differ in their arrangement at most, and have the same letters.

    What has other letters could be the same only where some of them cancel, which no rule looks for.
    """
    if a == b:
        return True
    if not a.shape.agrees(b.shape) or _letters(a) != _letters(b):
        return False
    try:
        return arranged(a) == arranged(b)
    except NoIndexForm:
        return False


def vanishes(expr: Expr) -> bool:
    """Whether arrangement alone leaves nothing of an expression."""
    try:
        return not arranged(expr).terms
    except NoIndexForm:
        return False


@lru_cache(maxsize=20_000)
def _letters(expr: Expr) -> frozenset[str]:
    """The names of the symbols, and those of the functions, sums and products apart."""
    own = {expr.name} if isinstance(expr, Symbol) else {expr.op} if isinstance(expr, Apply) else set()
    return frozenset().union(own - _ARITHMETIC, *map(_letters, expr.children))


@lru_cache(maxsize=20_000)
def arranged(expr: Expr) -> Poly:
    """The normal form of an expression, kept: a rule is tried at many places."""
    return rearranged(expr)
