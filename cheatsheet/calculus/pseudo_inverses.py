"""Rules for products with pseudo-inverses: the Penrose equations, and the projectors that they make."""

from __future__ import annotations

from fractions import Fraction

from cheatsheet.calculus.factors import Entry, MatrixEntry, Projection, is_opaque
from cheatsheet.calculus.matrix_rules import entry_at
from cheatsheet.calculus.partial_products import Product, times_poly, users_of, without
from cheatsheet.calculus.structure import consequences
from cheatsheet.calculus.terms import Factor, Factors, Idx, Place, Poly, Term
from cheatsheet.language.dimensions import Shape
from cheatsheet.language.expressions import Symbol


def contract_pseudo_inverse(coefficient: Fraction, factors: Factors, bound: set[Idx]) -> list[Product] | None:
    """The Penrose equations: P = A A⁺ and R = A⁺ A are symmetric idempotents, P A = A R = A and R A⁺ = A⁺ P = A⁺."""
    for f in factors:
        if not is_opaque(f, "pinv"):
            continue
        on_diagonal = _penrose_on_diagonal(f, factors)
        if on_diagonal is not None:
            return [(coefficient, on_diagonal, bound)]
        if factors[f] != 1:
            continue
        for position, k in enumerate(f.places):
            if not isinstance(k, Idx) or k not in bound:
                continue
            uses = users_of(factors, k)
            if len(uses) != 2 or any(factors[u] != 1 for u in uses):
                continue
            g = uses[0] if uses[1] is f else uses[1]
            result = _penrose(f, position, g, k)
            if result is not None:
                return times_poly(coefficient, without(factors, f, g), bound - {k}, result)
    return None


def _penrose(f: MatrixEntry, position: int, g: Factor, k: Idx) -> Poly | None:
    a = f.function.argument
    if not isinstance(a, Symbol) or not isinstance(g, Entry) or g.places.count(k) != 1 or len(g.places) != 2:
        return None
    there = g.places.index(k)
    here, far = f.places[1 - position], g.places[1 - there]
    sign = _sign_of_transpose(a)
    if g.of == a and (there != position or sign):
        side = "range" if position == 0 else "row"
        found = entry_at(projector(a, side, (here, far)), here, far)
        return found if there != position else found.times(sign)
    if g.label == projector(a, "row" if position == 0 else "range", (here, far)).label:
        places = (far, here) if position == 0 else (here, far)
        new = f.moved(places)
        return Poly([(Fraction(1), Term(((new, Fraction(1)),)))])
    return None


def _penrose_on_diagonal(f: MatrixEntry, factors: Factors) -> Factors | None:
    """d² d⁺ = d and d d⁺² = d⁺ for an entry of a diagonal matrix."""
    a = f.function.argument
    if (
        not isinstance(a, Symbol)
        or "diagonal" not in consequences(a.properties)
        or f.places[0] != f.places[1]
    ):
        return None
    for g in factors:
        powers = (factors[f], factors[g])
        counted = all(e.denominator == 1 and e > 0 for e in powers) and max(powers) > 1
        if counted and isinstance(g, Entry) and g.of == a and g.places == f.places:
            return {**factors, f: powers[0] - 1, g: powers[1] - 1}
    return None


def _sign_of_transpose(a: Symbol) -> int:
    """The s of Aᵀ = s A, else 0."""
    properties = consequences(a.properties)
    return 1 if "symmetric" in properties else -1 if "antisymmetric" in properties else 0


def projector(a: Symbol, side: str, places: tuple[Place, Place]) -> Projection:
    """The entry of A A⁺ (``range``) or A⁺ A (``row``): symmetric and idempotent, and the same where Aᵀ = ±A."""
    side = "range" if _sign_of_transpose(a) else side
    n = a.shape.rows if side == "range" else a.shape.cols
    name = f"{a.name} {side}"
    symbol = Symbol(name, Shape.matrix(n, n), frozenset({"symmetric", "idempotent"}), of=(a,))
    return Projection(symbol, a, side, places)


def absorb_projector(coefficient: Fraction, factors: Factors, bound: set[Idx]) -> list[Product] | None:
    """P A = A, A R = A and tr R = tr P for the projectors of the pseudo-inverse."""
    for f in factors:
        if not isinstance(f, Projection) or factors[f] != 1:
            continue
        for position, k in enumerate(f.places):
            if not isinstance(k, Idx) or k not in bound:
                continue
            uses = users_of(factors, k)
            if f.side == "row" and f.places == (k, k) and uses == [f]:
                other = Idx(f.matrix.shape.rows)
                rank = entry_at(projector(f.matrix, "range", (other, other)), other, other)
                return times_poly(coefficient, without(factors, f), bound - {k} | {other}, rank)
            g = next((u for u in uses if u is not f), None)
            if len(uses) != 2 or not isinstance(g, Entry) or factors[g] != 1 or g.of != f.matrix:
                continue
            if g.places.count(k) != 1 or len(g.places) != 2:
                continue
            there = g.places.index(k)
            if there == (0 if f.side == "range" else 1) or _sign_of_transpose(f.matrix):
                far = f.places[1 - position]
                places = (far, g.places[1]) if there == 0 else (g.places[0], far)
                return times_poly(coefficient, without(factors, f, g), bound - {k}, entry_at(g, *places))
    return None
