"""Arithmetic of the index form: components of symbols, products and sums over an index, each in normal form."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from cheatsheet.calculus.budget import MOST_TERMS
from cheatsheet.calculus.errors import NoIndexForm
from cheatsheet.calculus.factors import Delta, Dimension, Entry
from cheatsheet.calculus.rewriting import normal_form
from cheatsheet.calculus.structure import consequences
from cheatsheet.calculus.terms import UNIT, ZERO, Factor, Factors, Idx, Place, Poly, Term, refreshed
from cheatsheet.language.dimensions import Axis
from cheatsheet.language.expressions import Symbol

ONE_POLY = Poly([(Fraction(1), UNIT)], True)


def single(factor: Factor, exponent: Fraction | int = 1) -> Poly:
    """The polynomial that is one factor."""
    return Poly(normal_form(Fraction(1), {factor: Fraction(exponent)}, set()))


def delta(i: Place, j: Place) -> Poly:
    if isinstance(i, int) and isinstance(j, int):
        return ONE_POLY if i == j else ZERO
    if i == j:
        return ONE_POLY
    return Poly([(Fraction(1), Term(((Delta((i, j)), Fraction(1)),)))])


def size(axis: Axis) -> Poly:
    """The number of entries of an axis."""
    total = ZERO
    for names, coefficient in axis.size:
        factors: Factors = {}
        for name in names:
            f = Dimension(name)
            factors[f] = factors.get(f, Fraction(0)) + 1
        total += Poly([(Fraction(coefficient), Term(tuple(factors.items())))])
    return total


def component(symbol: Symbol, places: tuple[Place, ...]) -> Poly:
    """A component of a symbol, what its properties say of it used at once."""
    properties = consequences(symbol.properties) if len(places) == 2 else frozenset()
    if "zero" in properties:
        return ZERO
    if "identity" in properties:
        return delta(*places)
    if "diagonal" in properties:
        entry = Entry(symbol, (places[0], places[0]))
        return product(delta(*places), single(entry))
    if properties and _is_outside_triangle(properties, *places):
        return ZERO
    if "antisymmetric" in properties and "orthogonal" not in properties:
        # A = (B - Bᵀ)/2 with B unrestricted: then equality needs no rule about signs
        entries = [Entry(symbol, p) for p in (places, places[::-1])]
        return (single(entries[0]) - single(entries[1])).times(Fraction(1, 2))
    symmetric = "symmetric" in properties
    return single(Entry(symbol, places, symmetric))


def product(*polys: Poly) -> Poly:
    result = polys[0]
    for other in polys[1:]:
        result = _multiply(result, other)
    return result


def _multiply(a: Poly, b: Poly) -> Poly:
    if not a.terms or not b.terms:
        return ZERO
    if a.constant is not None:
        return b.times(a.constant)
    if b.constant is not None:
        return a.times(b.constant)
    if len(a.terms) * len(b.terms) > MOST_TERMS:
        raise NoIndexForm("the expression has too many terms")
    terms: list[tuple[Fraction, Term]] = []
    for c, s in a.terms:
        for k, t in b.terms:
            terms += _multiply_terms(c, s, k, t)
    result = Poly(terms)
    return result.collect() if len(terms) > 8 else result


def _multiply_terms(c: Fraction, s: Term, k: Fraction, t: Term) -> list[tuple[Fraction, Term]]:
    if t.bound:
        t = refreshed(t)
    factors: Factors = dict(s.factors)
    for factor, exponent in t.factors:
        factors[factor] = factors.get(factor, Fraction(0)) + exponent
    return normal_form(c * k, factors, set(s.bound | t.bound))


def bind(poly: Poly, indices: Iterable[Idx]) -> Poly:
    """The sum of the polynomial over indices."""
    new = set(indices)
    if not new:
        return poly
    terms: list[tuple[Fraction, Term]] = []
    for c, t in poly.terms:
        terms += normal_form(c, dict(t.factors), set(t.bound) | new)
    return Poly(terms)


def _is_outside_triangle(properties: frozenset[str], row: Place, column: Place) -> bool:
    """Whether an entry at two positions is one of the zeros of a triangular matrix."""
    if not (isinstance(row, int) and isinstance(column, int)):
        return False
    above = "lower_triangular" in properties and row < column
    return above or ("upper_triangular" in properties and row > column)
