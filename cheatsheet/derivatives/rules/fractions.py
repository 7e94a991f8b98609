"""Fractions cleared: whether a sum of quotients is zero once everything is over one denominator."""

from __future__ import annotations

from fractions import Fraction
from math import floor

from cheatsheet.calculus.terms import ZERO, Factor, Factors, Poly, Term
from cheatsheet.derivatives.rules.normal_forms import multiply, single_term, times

MOST_OVER_ONE = 600
MOST_DENOMINATORS = 8


def vanishes(poly: Poly) -> bool:
    """Whether the sum is zero when it is multiplied by its denominators; False also where that would be too long.

    A denominator is other than zero wherever the sum is defined.
    """
    for _ in range(MOST_DENOMINATORS):
        poly = _multiplied_out(poly)
        if not poly.terms:
            return True
        below = _deepest(poly)
        if below is None or len(poly.terms) > MOST_OVER_ONE:
            return False
        factor, exponent = below
        poly = Poly([(c, _times(term, factor, -exponent)) for c, term in poly.terms])
    return False


def _times(term: Term, factor: Factor, exponent: Fraction) -> Term:
    """A term times a power of a bracket, which stays a bracket until all are multiplied out."""
    factors: Factors = dict(term.factors)
    multiply(factors, factor, exponent)
    return Term(tuple(factors.items()), term.bound)


def _deepest(poly: Poly) -> tuple[Factor, Fraction] | None:
    """A bracket below a bar, with the exponent that is the least of all that it has."""
    found: dict[Factor, Fraction] = {}
    for _, term in poly.terms:
        for factor, exponent in term.factors:
            if factor.head == "group" and exponent < 0:
                found[factor] = min(exponent, found.get(factor, exponent))
    return min(found.items(), key=lambda item: repr(item[0]), default=None)


def _multiplied_out(poly: Poly) -> Poly:
    """The sum with every bracket to a positive power multiplied out."""
    total = ZERO
    for coefficient, term in poly.collect().terms:
        plain = {f: e for f, e in term.factors if not _is_bracket(f, e)}
        part = Poly([(coefficient, Term((), term.bound))]) if not plain else single_term(plain, coefficient)
        for factor, exponent in term.factors:
            if _is_bracket(factor, exponent):
                if exponent != floor(exponent):
                    part = _distributed(part, single_term({factor: exponent - floor(exponent)}))
                for _ in range(floor(exponent)):
                    part = _distributed(part, factor.subs[0])
                    if len(part.terms) > MOST_OVER_ONE:
                        return poly
        total += part
    return total.collect()


def _is_bracket(factor: Factor, exponent: Fraction) -> bool:
    return factor.head == "group" and exponent >= 1 and len(factor.subs[0].terms) > 1


def _distributed(a: Poly, b: Poly) -> Poly:
    total = ZERO
    for x in a.terms:
        for y in b.terms:
            total += times(Poly([x], True), Poly([y], True))
    return total.collect()
