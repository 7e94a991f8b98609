"""Powers in index form: of numbers, of monomials, of sums, with rational and with symbolic exponents."""

from __future__ import annotations

from fractions import Fraction

from cheatsheet.calculus.algebra import ONE_POLY, product, single
from cheatsheet.calculus.errors import Undefined
from cheatsheet.calculus.factors import Delta, Dimension, Exponential, Group, Prime, is_function
from cheatsheet.calculus.integers import is_even, is_integer_valued, odd_part
from cheatsheet.calculus.partial_products import single_factor
from cheatsheet.calculus.rewriting import normal_form
from cheatsheet.calculus.signs import (
    POSITIVE,
    is_nonnegative,
    is_nonnegative_factor,
    is_positive,
    perfect_root,
    signs_of,
    signs_of_factor,
)
from cheatsheet.calculus.terms import ZERO, Factor, Factors, Idx, Poly, Term, pieces


def power(base: Poly, exponent: Fraction | int) -> Poly:
    """The base to a rational exponent; fractional ones are real roots, so the base is then known to be non-negative."""
    exponent = Fraction(exponent)
    base = base.collect()
    if exponent == 1:
        return base
    if exponent == 0:
        return ONE_POLY
    if not base.terms:
        if exponent > 0:
            return ZERO
        raise Undefined("division by zero")
    if len(base.terms) == 1:
        (coefficient, term) = base.terms[0]
        if not term.bound:
            return _monomial_power(coefficient, term, exponent)
        separate = _independent_sums(coefficient, term, exponent)
        if separate is not None:
            return product(*(power(p, exponent) for p in separate))
    content, rest = extract_content(base, exponent.denominator > 1)
    if exponent.denominator > 1 and not is_nonnegative(rest):
        content, rest = extract_content(base, True, strict=True)
    if content.constant != 1:
        return product(power(content, exponent), power(rest.collect(), exponent))
    root = perfect_root(rest) if exponent.denominator % 2 == 0 else None
    if root is not None:
        return power(_function("abs", root), 2 * exponent)
    factor = Group(rest.collect())
    return Poly(normal_form(Fraction(1), {factor: exponent}, set()))


def _function(name: str, argument: Poly) -> Poly:
    from cheatsheet.calculus.functions import function  # functions are made from powers

    return function(name, argument)


def _independent_sums(coefficient: Fraction, term: Term, exponent: Fraction) -> list[Poly] | None:
    """The factors of a product of sums, where its power is the product of their powers."""
    parts = pieces(term)
    if len(parts) < 2 or (exponent.denominator > 1 and coefficient < 0):
        return None
    polys = [Poly.number(coefficient)] if coefficient != 1 else []
    for factors, bound in parts:
        if exponent.denominator > 1 and not all(
            is_nonnegative_factor(f, e) or e % 2 == 0 for f, e in factors
        ):
            return None
        polys.append(Poly([(Fraction(1), Term(tuple(factors), frozenset(bound)))]))
    return polys


def _monomial_power(coefficient: Fraction, term: Term, exponent: Fraction) -> Poly:
    if exponent.denominator == 1:
        factors = {f: e * exponent for f, e in term.factors}
        return Poly(normal_form(coefficient ** int(exponent), factors, set()))
    pulled = number_power(abs(coefficient), exponent)
    inside: Factors = {}
    for f, e in term.factors:
        root = _root(f, e, exponent)
        if root is not None and (e < 0 or signs_of_factor(f) <= POSITIVE):
            pulled = product(pulled, root)
        else:
            inside[f] = e
    roots = [_root(f, e, exponent) for f, e in inside.items()]
    if coefficient > 0 and None not in roots:
        return product(pulled, *(r for r in roots if r is not None))
    if coefficient > 0 and len(inside) == 1:
        return product(
            pulled, Poly(normal_form(Fraction(1), {f: e * exponent for f, e in inside.items()}, set()))
        )
    sign = Fraction(-1 if coefficient < 0 else 1)
    group = Group(Poly([(sign, Term(tuple(inside.items())))]).collect())
    return product(pulled, Poly(normal_form(Fraction(1), {group: exponent}, set())))


def _root(factor: Factor, e: Fraction, exponent: Fraction) -> Poly | None:
    """The root of a power that is not negative; beside others of unknown sign it may be zero, and they below it."""
    if isinstance(factor, Exponential) and is_even(factor.subs[1].times(e)):
        return symbolic_power(_function("abs", factor.subs[0]), factor.subs[1].times(e * exponent))
    if is_nonnegative_factor(factor, e):
        return Poly(normal_form(Fraction(1), {factor: e * exponent}, set()))
    if e.denominator == 1 and e % 2 == 0:
        own = Poly([(Fraction(1), Term(((factor, Fraction(1)),)))], True)
        return power(_function("abs", own), e * exponent)
    return None


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


def symbolic_power(base: Poly, exponent: Poly) -> Poly:
    """The base to an exponent that is not a number, as in ``a ** n``.

    A power may be taken apart only where the parts are defined wherever it is: 0⁰ is 1, and 0 has no power below it.
    """
    exponent = exponent.collect()
    if exponent.constant is not None:
        return power(base, exponent.constant)
    base = base.collect()
    if base.constant == 1:
        return ONE_POLY
    if not base.terms:
        return ZERO if is_positive(exponent) else _whole(base, exponent)
    if len(base.terms) == 1 and not base.terms[0][1].bound:
        return _power_of_product(*base.terms[0], exponent)
    content, rest = extract_content(base, positive_only=not is_integer_valued(exponent))
    if content.constant != 1 and (is_integer_valued(exponent) or is_positive(content)):
        return product(symbolic_power(content, exponent), _power_of_one(rest.collect(), exponent))
    return _power_of_one(base, exponent)


def _power_of_product(coefficient: Fraction, term: Term, exponent: Poly) -> Poly:
    """(a b)ᵉ = aᵉ bᵉ for an integer e, and where a is positive."""
    integral = is_integer_valued(exponent)
    all_nonnegative = coefficient > 0 and all(is_nonnegative_factor(f, e) for f, e in term.factors)
    parts: list[Poly] = []
    left: Factors = {}
    for f, e in term.factors:
        if all_nonnegative or integral or signs_of_factor(f) <= POSITIVE:
            parts.append(_power_of_one(_plain(f), exponent.times(e)))
        else:
            left[f] = e
    for number, way in ((abs(coefficient.numerator), 1), (coefficient.denominator, -1)):
        for prime, count in prime_factors(number):
            parts.append(_power_of_one(Poly.number(prime), exponent.times(way * count)))
    sign = Fraction(1 if coefficient > 0 else -1)
    if integral and sign < 0:
        parts += [_sign(odd) for odd in odd_part(exponent)]
    elif left or sign < 0:
        parts.append(_power_of_one(Poly([(sign, Term(tuple(left.items())))]).collect(), exponent))
    return product(ONE_POLY, *parts)


def _plain(factor: Factor) -> Poly:
    return (
        factor.subs[0]
        if isinstance(factor, Group)
        else Poly([(Fraction(1), Term(((factor, Fraction(1)),)))], True)
    )


def _power_of_one(base: Poly, exponent: Poly) -> Poly:
    """The power of a base that has no factors, taken apart by the terms of the exponent where that may be done."""
    inner = single_factor(base)
    if (
        inner is not None
        and isinstance(inner, Exponential)
        and (
            is_nonnegative(inner.subs[0])
            or (is_integer_valued(exponent) and is_integer_valued(inner.subs[1]))
        )
    ):
        return symbolic_power(inner.subs[0], product(inner.subs[1], exponent))
    if inner is not None and is_function(inner, "exp"):
        return _function("exp", product(inner.subs[0], exponent))
    signs = signs_of(base)
    if signs <= POSITIVE or (0 not in signs and is_integer_valued(exponent)):
        whole = signs <= POSITIVE or all(is_integer_valued(Poly([t])) for t in exponent.terms)
        if whole:
            return product(ONE_POLY, *(_by_term(base, c, t) for c, t in exponent.terms))
    if inner is None:
        least = _least(exponent)
        if least > 0:
            rest = exponent - Poly.number(least)
            return product(power(base, least), symbolic_power(base, rest))
    return _whole(base, exponent)


def _by_term(base: Poly, coefficient: Fraction, term: Term) -> Poly:
    """The power of a base that is not zero to one term of the exponent; a^(log b) is written as exp(log a · log b)."""
    if not term.factors:
        return power(base, coefficient)
    own = Poly([(Fraction(1), term)], True)
    if not term.bound and any(is_function(f, "log") for f, _ in term.factors):
        return _function("exp", product(own.times(coefficient), _function("log", base)))
    return _whole(base, own, coefficient)


def _sign(exponent: Poly) -> Poly:
    return Poly.number(-1) if exponent.constant is not None else _whole(Poly.number(-1), exponent)


def _least(exponent: Poly) -> int:
    """The largest integer that the exponent is known to reach, by its value where all dimensions are 1; 0 if none."""
    value = Fraction(0)
    for c, t in exponent.terms:
        if not all(isinstance(f, Dimension) for f, _ in t.factors):
            return 0
        value += c
    least = value.numerator // value.denominator
    return least if least > 0 and is_nonnegative(exponent - Poly.number(least)) else 0


def _whole(base: Poly, exponent: Poly, times: Fraction | int = 1) -> Poly:
    """A power as it stands; 0ᵉ is 0 or 1 as e is positive or 0, and so is that of a multiple of e."""
    if not base.terms:
        exponent = exponent.times(1 / abs(exponent.terms[0][0]))
    return single(Exponential(base.collect(), exponent.collect()), times)
