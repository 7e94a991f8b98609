"""Sums of products → the shortest expression: common factors, scalars and numbers collected."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from math import gcd, lcm

from cheatsheet.derivatives.closed.length import length
from cheatsheet.derivatives.closed.other_spellings import gather
from cheatsheet.derivatives.closed.products import (
    Chain,
    Powers,
    Product,
    factors_of,
    product,
    turned_chain,
    written,
)
from cheatsheet.language.dimensions import Shape
from cheatsheet.language.expressions import Apply, Expr, Number
from cheatsheet.language.table import build

MOST_COLLECTED = 7
"""Above this many terms only the largest common factors are tried."""


class Collector:
    """Finds the shortest way to write a sum; sums met twice are worked out once."""

    def __init__(self) -> None:
        self.best: dict[tuple[Product, ...], Expr] = {}

    def sum(self, terms: list[Product], shape: Shape) -> Expr:
        """The shortest expression found for the sum of the products."""
        terms = merged(terms)
        if not terms:
            return zero(shape)
        if len(terms) == 1:
            return expression(terms[0])
        key = tuple(terms)
        if key not in self.best:
            candidates = [_joined(terms)]
            candidates += [self.sum(grouped, shape) for grouped in self.groupings(terms, shape)]
            self.best[key] = min(candidates, key=length)
        return self.best[key]

    def groupings(self, terms: list[Product], shape: Shape) -> Iterator[list[Product]]:
        """The sum with some terms replaced by one product: a common factor times a sum."""
        yield from self.common_scalars(terms, shape)
        yield from self.kronecker_sums(terms)
        yield from self.shared_scalars(terms, shape)
        ends = [(k, end) for k in range(len(terms)) for end in (0, -1) if terms[k].chain]
        factors = list(dict.fromkeys((terms[k].chain[end], end) for k, end in ends))
        members = {(f, end): [t for t in terms if t.chain and t.chain[end] == f] for f, end in factors}
        found = [key for key in factors if len(members[key]) > 1]
        found.sort(key=lambda key: -len(members[key]))
        for factor, end in found if len(terms) <= MOST_COLLECTED else found[:1]:
            own = [t for t in members[factor, end] if _is_natural(t, end)]
            if len(own) < 2:
                continue
            new = self.factored(own, factor, end)
            first = next(k for k, t in enumerate(terms) if t in own)
            rest = [t for t in terms if t not in own]
            yield [*rest[:first], new, *rest[first:]]

    def factored(self, terms: list[Product], factor: Expr, end: int) -> Product:
        """The common first or last factor times what is left of each term."""
        left = _remaining(terms[0], end)
        number, scalars = content(terms)
        inner = self.sum([_divided(t, number, scalars, _rest(t.chain, end), left) for t in terms], left)
        if left.is_scalar:
            return product(number, (*scalars, (inner, Fraction(1))), (factor,), terms[0].shape)
        chain = (factor, *factors_of(inner)) if end == 0 else (*factors_of(inner), factor)
        return product(number, scalars, chain, terms[0].shape)

    def shared_scalars(self, terms: list[Product], shape: Shape) -> Iterator[list[Product]]:
        """Some terms over a scalar factor that they alone have in common."""
        if shape.is_scalar or not 2 < len(terms) <= MOST_COLLECTED:
            return
        for factor in dict.fromkeys(f for t in terms for f, _ in t.scalars):
            own = [t for t in terms if factor in dict(t.scalars)]
            if 1 < len(own) < len(terms):
                new = self.over_content(own, shape)
                yield [new if t is own[0] else t for t in terms if t is own[0] or t not in own]

    def kronecker_sums(self, terms: list[Product]) -> Iterator[list[Product]]:
        """``A ⊗ C + B ⊗ C`` as ``(A + B) ⊗ C``, and the same on the other side."""
        for side in (0, 1):
            for first in terms:
                if not _is_kronecker(first):
                    continue
                shared = first.chain[0].children[side]
                own = [t for t in terms if _is_kronecker(t) and t.chain[0].children[side] == shared]
                if len(own) < 2 or own[0] is not first:
                    continue
                number, scalars = content(own)
                parts = [t.chain[0].children[1 - side] for t in own]
                inner = self.sum(
                    [_divided(t, number, scalars, (p,), p.shape) for t, p in zip(own, parts, strict=True)],
                    parts[0].shape,
                )
                pair = (shared, inner) if side == 0 else (inner, shared)
                new = product(number, scalars, (build("kron", *pair),), first.shape)
                yield [new if t is first else t for t in terms if t is first or t not in own]

    def common_scalars(self, terms: list[Product], shape: Shape) -> Iterator[list[Product]]:
        """The sum over its common number and scalar factors, as one product."""
        number, scalars = content(terms)
        if number != 1 or scalars:
            yield [self.over_content(terms, shape)]

    def over_content(self, terms: list[Product], shape: Shape) -> Product:
        """The common number and scalar factors times the sum of what is left."""
        number, scalars = content(terms)
        inner = self.sum([_divided(t, number, scalars, t.chain, shape) for t in terms], shape)
        if shape.is_scalar:
            return product(number, (*scalars, (inner, Fraction(1))), (), shape)
        return product(number, scalars, factors_of(inner), shape)


def _rest(chain: Chain, end: int) -> Chain:
    return chain[1:] if end == 0 else chain[:-1]


def _is_natural(t: Product, end: int) -> bool:
    """Whether the term does not leave a multiple of the identity behind, as in ``(A - s * I) @ x``."""
    alone = len(t.chain) == 1 and not _remaining(t, end).is_scalar
    return not alone or (not t.scalars and abs(t.coefficient) == 1)


def _remaining(t: Product, end: int) -> Shape:
    rows, cols = t.shape.axes
    factor = t.chain[end]
    return Shape.matrix(factor.shape.cols, cols) if end == 0 else Shape.matrix(rows, factor.shape.rows)


def _is_kronecker(t: Product) -> bool:
    return len(t.chain) == 1 and isinstance(t.chain[0], Apply) and t.chain[0].op == "kron"


def _divided(t: Product, number: Fraction, scalars: Powers, chain: Chain, shape: Shape) -> Product:
    inverse = [(f, -e) for f, e in scalars]
    return product(t.coefficient / number, (*t.scalars, *inverse), chain, shape)


def merged(terms: list[Product]) -> list[Product]:
    """Equal products added up, in the order of their first appearance; a positive one first where there is one."""
    total: dict[tuple[object, ...], Product] = {}
    for t in terms:
        key = (frozenset(t.scalars), t.chain)
        if key in total:
            t = Product(total[key].coefficient + t.coefficient, t.scalars, t.chain, t.shape)
        total[key] = t
    kept = [t for t in total.values() if t.coefficient]
    identity = next((t for t in kept if not t.chain and t.coefficient > 0), None)
    if identity is not None or (kept and kept[0].coefficient < 0):
        first = identity or next((t for t in kept if t.coefficient > 0), None)
        if first is not None:
            kept.remove(first)
            kept.insert(0, first)
    for k, t in enumerate(kept):
        other = next((s for s in kept[k + 1 :] if s.chain == turned_chain(t.chain)), None)
        if other is not None and other != t and _transposed_first(t):
            place = kept.index(other)
            if t.coefficient * other.coefficient > 0:
                kept[k], kept[place] = other, t
    return kept


def _transposed_first(t: Product) -> bool:
    return bool(t.chain) and isinstance(t.chain[0], Apply) and t.chain[0].op == "transpose"


def content(terms: list[Product]) -> tuple[Fraction, Powers]:
    """The number and the scalar factors that all the terms have in common."""
    values = [t.coefficient for t in terms]
    number = Fraction(gcd(*(abs(v.numerator) for v in values)), lcm(*(v.denominator for v in values)))
    if all(v < 0 for v in values):
        number = -number
    common: list[tuple[Expr, Fraction]] = []
    for factor, _ in terms[0].scalars:
        exponents = [dict(t.scalars).get(factor, Fraction(0)) for t in terms]
        if min(exponents) > 0:
            common.append((factor, min(exponents)))
        elif max(exponents) < 0:
            common.append((factor, max(exponents)))
    return number, tuple(common)


def expression(term: Product) -> Expr:
    """The product as it is printed."""
    return written(replace(term, chain=gather(term.chain)))


def _joined(terms: list[Product]) -> Expr:
    total = expression(terms[0])
    for t in terms[1:]:
        if t.coefficient < 0:
            positive = Product(-t.coefficient, t.scalars, t.chain, t.shape)
            total = build("sub", total, expression(positive))
        else:
            total = _added(total, expression(t))
    return total


def _added(a: Expr, b: Expr) -> Expr:
    """The sum; of two blocks of numbers, the block of the sums."""
    if isinstance(a, Apply) and isinstance(b, Apply) and a.op == b.op == "block" and a.params == b.params:
        pairs = list(zip(a.children, b.children, strict=True))
        values = [x.value + y.value for x, y in pairs if isinstance(x, Number) and isinstance(y, Number)]
        if len(values) == len(pairs):
            return build("block", *map(Number, values), params=a.params)
    return build("add", a, b)


def zero(shape: Shape) -> Expr:
    """The zero of a shape."""
    if shape.is_scalar:
        return Number(0)
    return build("zeros", shape.rows) if shape.cols.is_one else build("zeros", *shape.axes)
