"""Rules for scalars and deltas: deltas contracted, powers of sums expanded, functions reduced, fractions split."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from cheatsheet.calculus.budget import MOST_TERMS
from cheatsheet.calculus.division import divisions
from cheatsheet.calculus.errors import NoIndexForm
from cheatsheet.calculus.factors import Delta, Exponential, Function, Group, Prime
from cheatsheet.calculus.partial_products import (
    Product,
    leading_term,
    renamed,
    single_factor,
    times_poly,
    without,
)
from cheatsheet.calculus.signs import NONNEGATIVE, is_nonnegative, is_nonzero, signs_of
from cheatsheet.calculus.terms import ZERO, Factor, Factors, Idx, Place, Poly

LARGEST_EXPANSION = 12


def contract_delta(coefficient: Fraction, factors: Factors, bound: set[Idx]) -> list[Product] | None:
    """Σᵢ δᵢⱼ aᵢ = aⱼ; a delta of two free indices makes them one in the other factors."""
    for factor, exponent in factors.items():
        if not isinstance(factor, Delta):
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
        if not isinstance(factor, Group) or exponent.denominator > 1 or exponent < 1:
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
        if not isinstance(factor, Function):
            continue
        name, argument = factor.name, factor.subs[0]
        if name == "sin" and exponent >= 2:
            rest = {**factors, factor: exponent - 2}
            cosine = Function("cos", argument)
            return [(coefficient, rest, set(bound)), (-coefficient, _with(rest, {cosine: 2}), set(bound))]
        if name == "abs":
            changed = _reduced_absolute(coefficient, factors, bound, factor)
        elif name == "sign":
            changed = _reduced_sign(coefficient, factors, bound, factor)
        else:
            continue
        if changed is not None:
            return changed
    return None


def _with(factors: Factors, more: Mapping[Factor, int]) -> Factors:
    result = dict(factors)
    for factor, exponent in more.items():
        result[factor] = result.get(factor, Fraction(0)) + exponent
    return result


def _base(argument: Poly) -> Factor:
    """The factor that a polynomial is under an exponent."""
    return single_factor(argument) or Group(argument)


def _reduced_absolute(
    coefficient: Fraction, factors: Factors, bound: set[Idx], factor: Factor
) -> list[Product] | None:
    argument, exponent = factor.subs[0], factors[factor]
    if exponent >= 2:
        twice = times_poly(coefficient, _with(factors, {factor: -2}), bound, argument)
        return [p for c, f, b in twice for p in times_poly(c, f, b, argument)]
    base, sign = _base(argument), Function("sign", argument)
    if exponent <= -2:
        return [(coefficient, _with(factors, {factor: 2, base: -2}), bound)]
    if exponent == 1 and factors.get(base, 0) <= -1:
        return [(coefficient, _with(factors, {factor: -1, base: 1, sign: 1}), bound)]
    if exponent == -1 and factors.get(sign, 0) >= 1:
        return [(coefficient, _with(factors, {factor: 1, sign: -1, base: -1}), bound)]
    return None


def _reduced_sign(
    coefficient: Fraction, factors: Factors, bound: set[Idx], factor: Factor
) -> list[Product] | None:
    argument, exponent = factor.subs[0], factors[factor]
    if exponent <= -2 or (exponent < 0 and is_nonzero(argument)):
        return [(coefficient, _with(factors, {factor: 2}), bound)]
    if exponent >= 3 or (exponent == 2 and is_nonzero(argument)):
        return [(coefficient, _with(factors, {factor: -2}), bound)]
    if exponent == 2 and is_nonnegative(argument):
        return [(coefficient, _with(factors, {factor: -1}), bound)]
    absolute = Function("abs", argument)
    if factors.get(absolute, 0) >= 1 and exponent >= 1:
        return times_poly(coefficient, _with(factors, {factor: -1, absolute: -1}), bound, argument)
    own = single_factor(argument)
    if own is not None and factors.get(own, 0) >= 1 and exponent >= 1:
        return [(coefficient, _with(factors, {factor: -1, own: -1, absolute: 1}), bound)]
    return None


def pull_primes(coefficient: Fraction, factors: Factors, bound: set[Idx]) -> list[Product] | None:
    """√8 = 2√2: the exponent of a prime is brought between 0 and 1."""
    for factor, exponent in factors.items():
        if isinstance(factor, Prime) and not 0 <= exponent < 1:
            whole = exponent.numerator // exponent.denominator
            number = Fraction(factor.number) ** whole
            return [(coefficient * number, {**factors, factor: exponent - whole}, bound)]
    return None


def merge_symbolic_exponents(
    coefficient: Fraction, factors: Factors, bound: set[Idx]
) -> list[Product] | None:
    """aᵏ aˡ = aᵏ⁺ˡ and aᵏ a = aᵏ⁺¹ where a may be zero: the sum is defined wherever the product is. (−1)²ᵏ = 1."""
    for factor, exponent in factors.items():
        if not isinstance(factor, Exponential):
            continue
        base = factor.subs[0]
        if base.constant == -1:
            if exponent.denominator == 1 and not 0 <= exponent <= 1:
                return [(coefficient, {**factors, factor: exponent % 2}, bound)]
            continue
        signs = signs_of(base)
        if 0 not in signs and len(factor.subs[1].terms) == 1:
            continue
        merged = _powers_of(base, factors, signs <= NONNEGATIVE)
        if factor not in merged or (len(merged) == 1 and exponent == 1):
            continue
        total = ZERO
        for other in merged:
            own = other.subs[1] if isinstance(other, Exponential) else Poly.number(1)
            total += own.times(factors[other])
        total = total.collect()
        rest = without(factors, *merged)
        if total.constant is not None:
            rest[_base(base)] = rest.get(_base(base), Fraction(0)) + total.constant
        else:
            if not base.terms:
                total = total.times(1 / abs(total.terms[0][0])).collect()
            whole = Exponential(base, total)
            rest[whole] = rest.get(whole, Fraction(0)) + 1
        return [(coefficient, rest, bound)]
    return None


def _powers_of(base: Poly, factors: Factors, nonnegative: bool) -> list[Factor]:
    """The factors that are powers of the base and may be joined: whole ones, or any where it is not negative."""
    own = single_factor(base)
    return [
        f
        for f, e in factors.items()
        if f == own
        or (isinstance(f, Exponential) and f.subs[0] == base and (nonnegative or e.denominator == 1))
        or (isinstance(f, Group) and e < 0 and f.subs[0] == base)
    ]


def cancel_group(coefficient: Fraction, factors: Factors, bound: set[Idx]) -> list[Product] | None:
    """lead·gᵉ = gᵉ⁺¹ − (g − lead)·gᵉ for a sum g under an exponent that is not expanded."""
    for factor, exponent in factors.items():
        if not isinstance(factor, Group) or (exponent.denominator == 1 and exponent > 0):
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
        if not isinstance(factor, Group) or exponent >= 0 or exponent.denominator > 1:
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
