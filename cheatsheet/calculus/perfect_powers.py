"""Sums that are a whole power of another sum, as ``1 + 2 a + a²`` is; the root is multiplied out again to be sure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

from cheatsheet.calculus.algebra import ONE_POLY, product, single
from cheatsheet.calculus.signs import is_nonnegative, is_nonnegative_factor
from cheatsheet.calculus.terms import ZERO, Factor, Poly, Term, pieces

EXPONENTS = (2, 3, 5)
MOST_OF_POWER = 24
"""Longer sums are not tried."""
LONGEST_ROOT = 8
_Monomial = dict[Factor, Fraction]
_Sum = list[tuple[Fraction, _Monomial]]


def perfect_power(poly: Poly, power: Callable[[Poly, Fraction], Poly]) -> tuple[Fraction, Poly, int] | None:
    """(c, r, k) with c rᵏ = the sum wherever it is defined; c > 0, and r is not negative where k is even.

    ``power`` is how powers are taken: they are made with what is found here.
    """
    if not 1 < len(poly.terms) <= MOST_OF_POWER:
        return None
    found = [_monomial(c, t, power) for c, t in poly.terms]
    terms = [t for t in found if t is not None]
    if len(terms) < len(found):
        return None
    for k in EXPONENTS:
        made = _root(terms, k)
        if made is None:
            continue
        number, root = made
        if (product(*[root] * k).times(number) - poly).collect().terms:
            continue
        if k % 2 == 0 and not is_nonnegative(root):
            root = (-root).collect()
            if not is_nonnegative(root):
                continue
        return number, root, k
    return None


def _monomial(
    coefficient: Fraction, term: Term, power: Callable[[Poly, Fraction], Poly]
) -> tuple[Fraction, _Monomial] | None:
    """A product in factors that are independent of each other, a sum of one sign among them as one factor."""
    found: _Monomial = {}
    for factors, bound in pieces(term):
        if bound:
            summed = Poly([(Fraction(1), Term(tuple(factors), frozenset(bound)))])
            if not is_nonnegative(summed):
                return None
            half = power(summed, Fraction(1, 2))
            under = half.terms[0][1].factors if len(half.terms) == 1 else ()
            if len(under) != 1 or under[0][1] != Fraction(1, 2) or half.terms[0][0] != 1:
                return None
            factors = [(under[0][0], Fraction(1))]
        for factor, exponent in factors:
            found[factor] = found.get(factor, Fraction(0)) + exponent
    return coefficient, {f: e for f, e in found.items() if e}


def _root(terms: _Sum, k: int) -> tuple[Fraction, Poly] | None:
    """A positive number, and the sum of whose power this would be that multiple, term by term from the leading one."""
    variables = sorted({f for _, m in terms for f in m}, key=lambda f: single(f).key({}))

    def place(item: tuple[Fraction, _Monomial]) -> list[Fraction]:
        return [item[1].get(f, Fraction(0)) for f in variables]

    terms = sorted(terms, key=place, reverse=True)
    (number, lead), last = terms[0], terms[-1]
    if (k % 2 == 0 and number < 0) or not all(
        _has_root(f, e, k, terms) for m in (lead, last[1]) for f, e in m.items()
    ):
        return None
    sign = 1 if number > 0 else -1
    terms = [(sign * c / abs(number), m) for c, m in terms]
    root: _Sum = [(Fraction(1), {f: e / k for f, e in lead.items()})]
    lowest = [e / k for e in place(last)]
    for _ in range(LONGEST_ROOT):
        rest = _less(terms, _raised(root, k))
        if not rest:
            return abs(number), sum((_poly(sign * c, m) for c, m in root), ZERO).collect()
        c, m = max(rest, key=place)
        new = _times(m, {f: -(k - 1) * e for f, e in root[0][1].items()})
        if not lowest <= place((c, new)) < place(root[-1]):
            return None
        root.append((c / k, new))
    return None


def _has_root(factor: Factor, exponent: Fraction, k: int, terms: _Sum) -> bool:
    """Whether the root of a power of a factor is defined wherever the sum is."""
    if (exponent / k).denominator == exponent.denominator or is_nonnegative_factor(factor):
        return True
    return any(m.get(factor, Fraction(0)).denominator > 1 for _, m in terms)


def _raised(root: _Sum, k: int) -> _Sum:
    total: _Sum = [(Fraction(1), {})]
    for _ in range(k):
        total = list(_collected([(c * d, _times(m, n)) for c, m in total for d, n in root]))
    return total


def _less(a: _Sum, b: _Sum) -> _Sum:
    return list(_collected([*a, *((-c, m) for c, m in b)]))


def _times(a: _Monomial, b: _Monomial) -> _Monomial:
    return {f: e for f in {*a, *b} if (e := a.get(f, Fraction(0)) + b.get(f, Fraction(0)))}


def _collected(terms: _Sum) -> Iterator[tuple[Fraction, _Monomial]]:
    found: dict[frozenset[tuple[Factor, Fraction]], Fraction] = {}
    for c, m in terms:
        key = frozenset(m.items())
        found[key] = found.get(key, Fraction(0)) + c
    return ((c, dict(key)) for key, c in found.items() if c)


def _poly(coefficient: Fraction, monomial: _Monomial) -> Poly:
    return product(ONE_POLY, *(single(f, e) for f, e in monomial.items())).times(coefficient)
