"""Sums of products as one would write them: what cancels multiplied out, common factors collected."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import product as cartesian

from cheatsheet.derivatives.closed.collecting import Collector, merged
from cheatsheet.derivatives.closed.entrywise import second_exponent
from cheatsheet.derivatives.closed.flattening import (
    ONE,
    Terms,
    entries,
    flat,
    is_sum,
    joined,
    over_entries,
    transposed,
)
from cheatsheet.derivatives.closed.length import length
from cheatsheet.derivatives.closed.other_spellings import spread
from cheatsheet.derivatives.closed.products import Powers, Product, chain_expression
from cheatsheet.language.dimensions import Shape
from cheatsheet.language.expressions import Apply, Expr, Index, Number
from cheatsheet.language.table import build

PENALTIES = ((1.0, 1), (0.6, 0))
"""What a form with sums multiplied out must gain: two characters; two fifths where a sum is like 1 - z."""
MOST_SPREAD = 12


def tidy(terms: Terms, shape: Shape) -> Expr:
    """The shortest way found to write a sum of products."""
    terms = merged([own for t in terms for own in _without_fractions(t)])
    forms = [(1.0, 0, terms)]
    spreaded = [replace(t, chain=spread(t.chain)) for t in terms]
    if len(terms) > 1 and spreaded != terms:
        forms.append((1.0, 0, spreaded))
    for depth, (factor, penalty) in enumerate(PENALTIES, start=1):
        expanded = [own for t in terms for own in _multiplied_out(t, depth)]
        if len(terms) < len(expanded) <= MOST_SPREAD:
            apart = merged(expanded)
            fewer = len(apart) <= len(terms)  # much cancelled
            forms.append((1.0, 0, apart) if fewer else (factor, penalty, apart))
    column = _entry_by_entry(terms, shape)
    if column is not None:
        return column
    collector = Collector()
    found = [(collector.sum(own, shape), factor, penalty) for factor, penalty, own in forms]
    return min(found, key=lambda f: length(f[0]) / f[1] + f[2])[0]


def _entry_by_entry(terms: Terms, shape: Shape) -> Expr | None:
    """A short column that is a sum of basis vectors, written out."""
    places = [
        t.chain[0].args
        for t in terms
        if len(t.chain) == 1 and isinstance(t.chain[0], Apply) and t.chain[0].op == "unit"
    ]
    numbers = [i.name for i, *_ in places if isinstance(i, Index) and isinstance(i.name, int)]
    if len(terms) < 2 or not shape.cols.is_one or len(numbers) < len(terms) or shape.rows.kind != "integer":
        return None
    size, scalar = int(shape.rows.value or 0), Shape.scalar()
    if size > MOST_SPREAD:
        return None
    parts = [
        Collector().sum(
            [replace(t, chain=(), shape=scalar) for t, k in zip(terms, numbers, strict=True) if k == place],
            scalar,
        )
        for place in range(size)
    ]
    return build("block", *parts, params=(size, 1))


def tidied(expr: Expr) -> Expr:
    """An expression with its products and sums collected."""
    return tidy(flat(expr), expr.shape)


def turned_round(expr: Expr) -> Expr:
    """The transpose of an expression, collected."""
    return tidy([transposed(t) for t in flat(expr)], expr.shape.transposed)


def _without_fractions(t: Product) -> Terms:
    """The product with a sum multiplied out that is divided by what stands beside it: (a / s + b) ∘ s."""
    if len(t.chain) == 1 or t.shape.is_vector:
        for k, factor in enumerate(t.chain):
            parts = _cancelling(factor)
            if len(parts) > 1:
                return [
                    joined(
                        t.coefficient * p.coefficient,
                        (*t.scalars, *p.scalars),
                        (*t.chain[:k], *p.chain, *t.chain[k + 1 :]),
                        t.shape,
                    )
                    for p in parts
                ]
    return [t]


def _cancelling(factor: Expr) -> Terms:
    if second_exponent(factor) is None:
        return []
    _, _, factors = entries(factor, ONE)
    beside = {f for f, e in factors if e > 0}
    for k, (f, e) in enumerate(factors):
        if e != 1 or not is_sum(f):
            continue
        terms = flat(f)
        divisors = {g for t in terms for x in t.chain for g, j in entries(x, ONE)[2] if j < 0}
        if divisors & beside:
            others = factors[:k] + factors[k + 1 :]
            return [
                over_entries(
                    Product(t.coefficient, t.scalars, (), factor.shape),
                    [(chain_expression(t.chain, factor.shape.rows), ONE), *others],
                    factor.shape,
                )
                for t in terms
            ]
    return []


def _multiplied_out(t: Product, depth: int) -> Terms:
    """The product with the sums among its factors, and among those of its columns, taken apart.

    At depth 1 only those without a one: ``1 - tanh(z) ** 2`` is seldom taken apart.
    """
    scalars = [_powers(f, e, depth) for f, e in t.scalars]
    chains = [_parts(f, depth) for f in t.chain]
    found: Terms = []
    count = 1
    for options in (*scalars, *chains):
        count *= len(options)
        if count > MOST_SPREAD:
            return [t]
    for chosen in cartesian(*scalars, *chains):
        coefficient = t.coefficient
        own: list[tuple[Expr, Fraction]] = []
        chain: list[Expr] = []
        for p in chosen:
            coefficient *= p.coefficient
            own += p.scalars
            chain += p.chain
        found.append(joined(coefficient, own, tuple(chain), t.shape))
    return found


def _is_divisible(expr: Expr, depth: int) -> bool:
    return is_sum(expr) and (depth > 1 or not any(_is_one(c) for c in expr.children))


def _is_one(a: Expr) -> bool:
    return a == Number(1) or (isinstance(a, Apply) and a.op == "ones")


def _powers(factor: Expr, exponent: Fraction, depth: int) -> Terms:
    if exponent == 1 and _is_divisible(factor, depth):
        return flat(factor)
    if exponent == 1 and isinstance(factor, Apply) and factor.op == "matmul":
        pairs = [
            joined(
                p.coefficient * q.coefficient, (*p.scalars, *q.scalars), (*p.chain, *q.chain), factor.shape
            )
            for p in _parts(factor.children[0], depth)
            for q in _parts(factor.children[1], depth)
        ]
        if 1 < len(pairs) <= MOST_SPREAD:
            return pairs
    powers: Powers = ((factor, exponent),)
    return [Product(ONE, powers, (), factor.shape)]


def _parts(factor: Expr, depth: int) -> Terms:
    if _is_divisible(factor, depth):
        return [own for t in flat(factor) for own in _multiplied_out(t, depth)]
    if isinstance(factor, Apply) and factor.op == "transpose":
        return [transposed(t) for t in _parts(factor.children[0], depth)]
    sign = second_exponent(factor)
    if sign is not None:
        a, b = factor.children
        left = _parts(a, depth)
        right = _parts(b, depth) if sign > 0 else [Product(ONE, (), (b,), b.shape)]
        if len(left) * len(right) > 1:
            return [_entry_product(p, q, sign, factor.shape) for p in left for q in right]
    return [Product(ONE, (), (factor,), factor.shape)]


def _entry_product(p: Product, q: Product, exponent: Fraction, shape: Shape) -> Product:
    coefficient = p.coefficient * q.coefficient
    factors = [(chain_expression(x.chain, shape.rows), e) for x, e in ((p, ONE), (q, exponent))]
    return over_entries(Product(coefficient, (*p.scalars, *q.scalars), (), shape), factors, shape)
