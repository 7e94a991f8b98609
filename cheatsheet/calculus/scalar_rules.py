"""Rules for scalars and deltas: deltas contracted, powers of sums expanded, functions reduced, fractions split."""

from __future__ import annotations

from fractions import Fraction

from cheatsheet.calculus.division import divisions
from cheatsheet.calculus.partial_products import (
    Product,
    leading_term,
    renamed,
    single_factor,
    times_poly,
    without,
)
from cheatsheet.calculus.terms import Factor, Factors, Idx, NoIndexForm, Place

MOST_TERMS = 4000
LARGEST_EXPANSION = 12


def contract_delta(coefficient: Fraction, factors: Factors, bound: set[Idx]) -> list[Product] | None:
    """Σᵢ δᵢⱼ aᵢ = aⱼ; a delta of two free indices makes them one in the other factors."""
    for factor, exponent in factors.items():
        if factor.head != "delta":
            continue
        if exponent < 0:
            raise NoIndexForm("division by a Kronecker delta")
        if exponent != 1:
            return [(coefficient, {**factors, factor: Fraction(1)}, bound)]
        i, j = factor.places
        rest = without(factors, factor)
        if i == j:
            return [(coefficient, rest, bound)]
        if isinstance(i, int) and isinstance(j, int):
            return []
        for old, new in ((i, j), (j, i)):
            if isinstance(old, Idx) and old in bound:
                return [(coefficient, renamed(rest, {old: new}), bound - {old})]
        old, new = _free_pair(i, j)
        if any(old in f.indices for f in rest):
            return [(coefficient, {**renamed(rest, {old: new}), factor: exponent}, bound)]
    return None


def _free_pair(i: Place, j: Place) -> tuple[Idx, Place]:
    """Which of two free indices gives way to the other."""
    if isinstance(i, int):
        i, j = j, i
    assert isinstance(i, Idx)
    if isinstance(j, int):
        return i, j
    first, second = sorted((i, j), key=lambda x: (x.name is None, x.name or "", x.number))
    return second, first


def expand_group(coefficient: Fraction, factors: Factors, bound: set[Idx]) -> list[Product] | None:
    """(a + b)ᵏ is multiplied out for small positive k."""
    for factor, exponent in factors.items():
        if factor.head != "group" or exponent.denominator > 1 or exponent < 1:
            continue
        inner = factor.subs[0]
        if exponent > LARGEST_EXPANSION or len(inner.terms) ** int(exponent) > MOST_TERMS:
            continue
        rest = {**factors, factor: exponent - 1}
        return times_poly(coefficient, rest, bound, inner)
    return None


def reduce_functions(coefficient: Fraction, factors: Factors, bound: set[Idx]) -> list[Product] | None:
    """sin² = 1 − cos², |x|² = x², sign³ = sign, x·sign x = |x|, |x|·sign x = x, sign x / |x| = 1/x."""
    for factor, exponent in factors.items():
        if factor.head != "fn":
            continue
        name, argument = factor.data, factor.subs[0]
        if name == "sin" and exponent >= 2:
            rest = {**factors, factor: exponent - 2}
            cosine = Factor("fn", "cos", (), (argument,), label="cos")
            with_cosine = {**rest, cosine: rest.get(cosine, Fraction(0)) + 2}
            return [(coefficient, rest, set(bound)), (-coefficient, with_cosine, set(bound))]
        if name == "abs" and exponent >= 2:
            rest = {**factors, factor: exponent - 2}
            twice = times_poly(coefficient, rest, bound, argument)
            return [p for c, f, b in twice for p in times_poly(c, f, b, argument)]
        own = single_factor(argument)
        if name == "abs" and own is not None and factors.get(own, 0) <= -1 and exponent == 1:
            sign = Factor("fn", "sign", (), (argument,), label="sign")
            rest = {**factors, factor: Fraction(0), own: factors[own] + 1}
            rest[sign] = rest.get(sign, Fraction(0)) + 1
            return [(coefficient, rest, bound)]
        if name == "abs" and own is not None and exponent <= -1:
            sign = Factor("fn", "sign", (), (argument,), label="sign")
            if factors.get(sign, 0) >= 1:
                rest = {**factors, factor: exponent + 1, sign: factors[sign] - 1}
                rest[own] = rest.get(own, Fraction(0)) - 1
                return [(coefficient, rest, bound)]
        if name == "sign":
            never_zero = (
                own is not None and own.head == "sym" and own.data.properties & {"nonzero", "positive"}
            )
            if exponent >= 3 or (exponent == 2 and never_zero):
                return [(coefficient, {**factors, factor: exponent - 2}, bound)]
            absolute = Factor("fn", "abs", (), (argument,), label="abs")
            if factors.get(absolute, 0) >= 1 and exponent >= 1:
                rest = {**factors, factor: exponent - 1, absolute: factors[absolute] - 1}
                return times_poly(coefficient, rest, bound, argument)
            if own is not None and factors.get(own, 0) >= 1 and exponent >= 1:
                rest = {**factors, factor: exponent - 1, own: factors[own] - 1}
                rest[absolute] = rest.get(absolute, Fraction(0)) + 1
                return [(coefficient, rest, bound)]
    return None


def pull_primes(coefficient: Fraction, factors: Factors, bound: set[Idx]) -> list[Product] | None:
    """√8 = 2√2: the exponent of a prime is brought between 0 and 1."""
    for factor, exponent in factors.items():
        if factor.head == "prime" and not 0 <= exponent < 1:
            whole = exponent.numerator // exponent.denominator
            number = Fraction(factor.data) ** whole
            return [(coefficient * number, {**factors, factor: exponent - whole}, bound)]
    return None


def merge_symbolic_exponents(
    coefficient: Fraction, factors: Factors, bound: set[Idx]
) -> list[Product] | None:
    """aᵏ aˡ = aᵏ⁺ˡ for exponents that are not numbers."""
    seen: list[tuple[Factor, Fraction]] = []
    for factor, exponent in factors.items():
        if factor.head != "expo":
            continue
        for other, power in seen:
            if other.subs[0] == factor.subs[0] and exponent.denominator == power.denominator == 1:
                total = (factor.subs[1].times(exponent) + other.subs[1].times(power)).collect()
                rest = without(factors, factor, other)
                if total.terms:
                    merged = Factor("expo", None, (), (factor.subs[0], total))
                    rest[merged] = rest.get(merged, Fraction(0)) + 1
                return [(coefficient, rest, bound)]
        seen.append((factor, exponent))
    return None


def cancel_group(coefficient: Fraction, factors: Factors, bound: set[Idx]) -> list[Product] | None:
    """lead·gᵉ = gᵉ⁺¹ − (g − lead)·gᵉ for a sum g under an exponent that is not expanded."""
    for factor, exponent in factors.items():
        if factor.head != "group" or (exponent.denominator == 1 and exponent > 0):
            continue
        lead, others = leading_term(factor.subs[0])
        if lead is None:
            continue
        rest = without(factors, factor)
        for remaining, mapping in divisions(rest, bound, lead[1], {}, set()):
            left = bound - {v for k, v in mapping.items() if k in lead[1].bound}
            raised = {**remaining, factor: remaining.get(factor, Fraction(0)) + exponent + 1}
            kept = {**remaining, factor: remaining.get(factor, Fraction(0)) + exponent}
            return [
                (coefficient / lead[0], raised, left),
                *times_poly(-coefficient / lead[0], kept, left, others),
            ]
    return None


def split_fraction(coefficient: Fraction, factors: Factors, bound: set[Idx]) -> list[Product] | None:
    """1 / (f (f + r)) = (1/f − 1/(f + r)) / r for a number r: partial fractions."""
    for factor, exponent in factors.items():
        if factor.head != "group" or exponent >= 0 or exponent.denominator > 1:
            continue
        lead, others = leading_term(factor.subs[0])
        number = others.constant
        if lead is None or not number or len(lead[1].factors) != 1 or lead[1].bound:
            continue
        ((own, degree),) = lead[1].factors
        if degree <= 0 or factors.get(own, Fraction(0)) > -degree:
            continue
        raised = {**factors, factor: exponent + 1}
        lowered = {**factors, own: factors[own] + degree}
        return [
            (coefficient / number, raised, set(bound)),
            (-coefficient * lead[0] / number, lowered, set(bound)),
        ]
    return None
