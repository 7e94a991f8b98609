"""Perfect squares among index forms, found by their terms."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import isqrt

from cheatsheet.calculus.partial_products import times_poly
from cheatsheet.calculus.terms import Factor, Poly, Term

HasRoot = Callable[[Factor], bool]
"""Whether a factor is known to be positive, so that it is the square of its root."""


def square_root(poly: Poly, has_root: HasRoot) -> Poly | None:
    """a + b of a² + 2 a b + b², for products a and b."""
    terms = poly.collect().terms
    if len(terms) != 3 or any(t.bound for _, t in terms):
        return None
    for k in range(3):
        first, second = (root_of_square(*terms[j], has_root) for j in range(3) if j != k)
        if first is None or second is None:
            continue
        (a, s), (b, t) = first, second
        twice = Poly(product_of_terms(2 * a * b, s, t)).collect()
        middle = Poly([terms[k]]).collect()
        if middle in (twice, -twice):
            return Poly([(a, s), (b if middle == twice else -b, t)]).collect()
    return None


def root_of_square(coefficient: Fraction, term: Term, has_root: HasRoot) -> tuple[Fraction, Term] | None:
    """The product whose square this is."""
    whole = all((e / 2).denominator == e.denominator or has_root(f) for f, e in term.factors)
    above, below = isqrt(max(coefficient.numerator, 0)), isqrt(coefficient.denominator)
    if not whole or Fraction(above**2, below**2) != coefficient:
        return None
    return Fraction(above, below), Term(tuple((f, e / 2) for f, e in term.factors))


def product_of_terms(coefficient: Fraction, a: Term, b: Term) -> list[tuple[Fraction, Term]]:
    """The product of two products, as it stands."""
    made = times_poly(coefficient, dict(a.factors), set(a.bound), Poly([(Fraction(1), b)]))
    return [(c, Term(tuple((f, e) for f, e in fs.items() if e), frozenset(bs))) for c, fs, bs in made]
