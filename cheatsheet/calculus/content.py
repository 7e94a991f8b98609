"""Numbers by their primes, and the content of a sum: what all of its terms have in common."""

from __future__ import annotations

from fractions import Fraction

from cheatsheet.calculus.algebra import ONE_POLY
from cheatsheet.calculus.factors import Delta, Prime
from cheatsheet.calculus.rewriting import normal_form
from cheatsheet.calculus.signs import POSITIVE, is_nonnegative_factor, signs_of_factor
from cheatsheet.calculus.terms import Factors, Idx, Poly, Term


def number_power(value: Fraction, exponent: Fraction) -> Poly:
    """A positive rational number to a rational exponent, by its prime factors."""
    if exponent.denominator == 1:
        return Poly.number(value ** int(exponent))
    factors: Factors = {}
    for number, sign in ((value.numerator, 1), (value.denominator, -1)):
        for prime, count in prime_factors(number):
            f = Prime(prime)
            factors[f] = factors.get(f, Fraction(0)) + sign * count * exponent
    return Poly(normal_form(Fraction(1), factors, set()))


def prime_factors(number: int) -> list[tuple[int, int]]:
    found, candidate = [], 2
    while number > 1 and candidate < 10_000:
        count = 0
        while number % candidate == 0:
            number //= candidate
            count += 1
        if count:
            found.append((candidate, count))
        candidate += 1
    return [*found, (number, 1)] if number > 1 else found


def extract_content(
    base: Poly, positive_only: bool, slots: frozenset[Idx] = frozenset(), strict: bool = False
) -> tuple[Poly, Poly]:
    """The base as a common factor times a rest that begins with coefficient one (or minus one).

    With ``positive_only`` the content is not negative, and with ``strict`` not zero either where the base is defined.
    Factors in which one of ``slots`` stands belong to the rest: the base is then a matrix and the content a scalar.
    """
    base = base.collect()
    lead = base.terms[0][0]
    number = abs(lead) if positive_only else lead
    common: Factors = {}
    candidates = {f for _, t in base.terms for f, _ in t.factors if not f.indices & (t.bound | slots)}
    for f in candidates:
        exponents = [dict(t.factors).get(f, Fraction(0)) for _, t in base.terms]
        if isinstance(f, Delta):
            continue
        least = min(exponents)
        allowed = not positive_only or is_nonnegative_factor(f, least)
        if least and allowed and (not strict or least < 0 or signs_of_factor(f) <= POSITIVE):
            common[f] = least
    if number == 1 and not common:
        return ONE_POLY, base
    inverse = {f: -e for f, e in common.items()}
    rest: list[tuple[Fraction, Term]] = []
    for c, t in base.terms:
        factors: Factors = dict(t.factors)
        for f, e in inverse.items():
            factors[f] = factors.get(f, Fraction(0)) + e
        rest += normal_form(c / number, factors, set(t.bound))
    return Poly([(number, Term(tuple(common.items())))]), Poly(rest).collect()
