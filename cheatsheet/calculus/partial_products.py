"""Products in the making: factors with exponents and bound indices, as the rewriting rules pass them on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import TypeGuard

from cheatsheet.calculus.factors import Delta, Entry
from cheatsheet.calculus.terms import Factor, Factors, Idx, Place, Poly, Term, refreshed

Product = tuple[Fraction, Factors, set[Idx]]
SLOTS = ("ρ", "γ")
"""The names of the row and the column of the argument of an opaque matrix."""
Rule = Callable[[Fraction, Factors, set[Idx]], "list[Product] | None"]


def renamed(factors: Factors, change: Mapping[Idx, Place]) -> Factors:
    result: Factors = {}
    for factor, exponent in factors.items():
        new = factor.replace(change)
        result[new] = result.get(new, Fraction(0)) + exponent
    return result


def without(factors: Factors, *removed: Factor) -> Factors:
    return {f: e for f, e in factors.items() if f not in removed}


def times_poly(coefficient: Fraction, factors: Factors, bound: set[Idx], poly: Poly) -> list[Product]:
    """The product with a polynomial multiplied in, one product a term."""
    results: list[Product] = []
    for c, term in poly.terms:
        if term.bound:
            term = refreshed(term)
        merged = dict(factors)
        for f, e in term.factors:
            merged[f] = merged.get(f, Fraction(0)) + e
        results.append((coefficient * c, merged, bound | term.bound))
    return results


def users_of(factors: Factors, index: Idx) -> list[Factor]:
    return [f for f in factors if index in f.indices]


def leading_term(poly: Poly) -> tuple[tuple[Fraction, Term] | None, Poly]:
    """The term that rules rewrite, the one with most factors, and the others; none where it holds a delta."""
    terms = poly.collect().terms
    if not terms:
        return None, poly
    order = sorted(terms, key=lambda ct: (sum(abs(e) for _, e in ct[1].factors), ct[1].key({})))
    lead = order[-1]
    if any(isinstance(f, Delta) for f, _ in lead[1].factors) or not lead[1].factors:
        return None, poly
    return lead, Poly(t for t in terms if t is not lead)


def single_factor(poly: Poly) -> Factor | None:
    if len(poly.terms) == 1 and poly.terms[0][0] == 1 and len(poly.terms[0][1].factors) == 1:
        ((factor, exponent),) = poly.terms[0][1].factors
        return factor if exponent == 1 and not poly.terms[0][1].bound else None
    return None


def is_whole_matrix(factor: Factor) -> TypeGuard[Entry]:
    """Whether the entry of a matrix stands at both slots: not one of its rows, columns, or its diagonal."""
    names = {p.name for p in factor.places if isinstance(p, Idx)}
    return isinstance(factor, Entry) and len(factor.places) == 2 and names == set(SLOTS)


def delta_poly(i: Place, j: Place) -> Poly:
    if i == j:
        return Poly.number(1)
    if isinstance(i, int) and isinstance(j, int):
        return Poly()
    return Poly([(Fraction(1), Term(((Delta((i, j)), Fraction(1)),)))])
