"""Powers, exponentials, logarithms and absolute values in index form.

They stand together because each is made simpler by the others: √(a²) = |a|, a to the power log b is exp(log a · log b),
exp(b log a) = aᵇ, log aᵇ = b log a, |aᵇ| = |a|ᵇ.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import partial

from cheatsheet.calculus.algebra import ONE_POLY, product, single
from cheatsheet.calculus.content import extract_content, number_power, prime_factors
from cheatsheet.calculus.errors import NoIndexForm, Undefined
from cheatsheet.calculus.factors import (
    Delta,
    Determinant,
    Dimension,
    Exponential,
    Function,
    Group,
    is_function,
)
from cheatsheet.calculus.integers import is_even, is_integer_valued, odd_part
from cheatsheet.calculus.partial_products import single_factor
from cheatsheet.calculus.perfect_powers import perfect_power
from cheatsheet.calculus.rewriting import normal_form
from cheatsheet.calculus.signs import (
    NEGATIVE,
    NONNEGATIVE,
    POSITIVE,
    difference_of_arguments,
    has_sign_of_argument,
    is_nonnegative,
    is_nonnegative_factor,
    is_positive,
    perfect_root,
    properties_of_matrix,
    signs_of,
    signs_of_factor,
)
from cheatsheet.calculus.terms import ZERO, Factor, Factors, Poly, Term, pieces
from cheatsheet.language.table import TABLE


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
        return power(elementary("abs", root), 2 * exponent)
    factor = Group(rest.collect())
    return Poly(normal_form(Fraction(1), {factor: exponent}, set()))


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
        return symbolic_power(elementary("abs", factor.subs[0]), factor.subs[1].times(e * exponent))
    if is_nonnegative_factor(factor, e):
        return Poly(normal_form(Fraction(1), {factor: e * exponent}, set()))
    if e.denominator == 1 and e % 2 == 0:
        own = Poly([(Fraction(1), Term(((factor, Fraction(1)),)))], True)
        return power(elementary("abs", own), e * exponent)
    return None


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
        return elementary("exp", product(inner.subs[0], exponent))
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
        return elementary("exp", product(own.times(coefficient), elementary("log", base)))
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


# --- exponentials, logarithms, absolute values and signs --------------------------------------------------------------


def elementary(name: str, argument: Poly) -> Poly:
    """``exp``, ``log``, ``abs`` or ``sign`` of a scalar, reduced to each other and to powers where they can be."""
    reduced = {"exp": _exp, "log": _log}.get(name, partial(_absolute, name))
    return with_delta(reduced, argument.collect())


def with_delta(function: Callable[[Poly], Poly], argument: Poly) -> Poly:
    """f(δ a) = δ f(a) + (1 − δ) f(0), where every term of the argument has the Kronecker delta."""
    deltas = [{f for f, _ in t.factors if isinstance(f, Delta)} for _, t in argument.terms]
    common = next(iter(set.intersection(*deltas) if deltas else ()), None)
    if common is None:
        return function(argument)
    rest = Poly(
        (c, Term(tuple((f, e) for f, e in t.factors if f != common), t.bound)) for c, t in argument.terms
    ).collect()
    own = single(common)
    return product(own, with_delta(function, rest)) + product(ONE_POLY - own, function(ZERO))


def atom(name: str, argument: Poly) -> Poly:
    """The function as it stands."""
    return single(Function(name, argument.collect()))


def even_or_odd(name: str, argument: Poly, of_positive: Callable[[str, Poly], Poly] = atom) -> Poly:
    """The function of ±a by that of a, and its value at zero; ``of_positive`` is what is known of it besides."""
    fact = TABLE[name].one_element
    assert fact is not None
    if not argument.terms:
        if fact.at_zero is None:
            raise NoIndexForm(f"{name} of zero")
        return Poly.number(fact.at_zero)
    if fact.parity != "neither" and argument.terms[0][0] < 0:
        positive = even_or_odd(name, -argument, of_positive)
        return positive if fact.parity == "even" else -positive
    return of_positive(name, argument)


def _absolute(name: str, argument: Poly) -> Poly:
    if not argument.terms:
        return ZERO
    signs = signs_of(argument)
    if len(signs) == 1 and name == "sign":
        return Poly.number(next(iter(signs)))
    if name == "abs" and not signs & NEGATIVE:
        return argument
    if name == "abs" and not signs & POSITIVE:
        return -argument
    content, rest = extract_content(argument, positive_only=True)
    ((number, common),) = content.terms
    parts = [_of_factors(name, number, common)]
    if len(rest.terms) > 1:
        return product(*parts, _of_sum(name, rest))
    ((number, term),) = rest.terms
    for factors, bound in pieces(term):
        own = Term(tuple(factors), frozenset(bound))
        parts.append(
            even_or_odd(name, Poly([(Fraction(1), own)])) if bound else _of_factors(name, Fraction(1), own)
        )
    return product(_of_factors(name, number, Term(())), *parts)


def _of_sum(name: str, argument: Poly) -> Poly:
    difference = difference_of_arguments(argument)
    if difference is None:
        return even_or_odd(name, argument)
    sign = elementary("sign", difference)
    return sign if name == "sign" else product(sign, argument)


def _of_factors(name: str, coefficient: Fraction, term: Term) -> Poly:
    """The absolute value, or the sign, of a product from those of its factors."""
    size = name == "abs"
    parts = [Poly.number(abs(coefficient) if size else 1 if coefficient > 0 else -1)]
    for f, e in term.factors:
        signs = signs_of_factor(f)
        if isinstance(f, Determinant) and "orthogonal" in properties_of_matrix(f):
            parts += [] if size else [single(f, e)]
        elif signs <= POSITIVE:
            parts += [single(f, e)] if size else []
        elif is_nonnegative_factor(f, e):
            parts.append(single(f, e) if size else atom("sign", single(f)))
        elif not signs & POSITIVE and (size or signs == NEGATIVE):
            parts.append(power(-single(f) if size else Poly.number(-1), e))
        elif isinstance(f, Exponential) and is_integer_valued(f.subs[1]):
            parts.append(power(symbolic_power(elementary(name, f.subs[0]), f.subs[1]), e))
        elif isinstance(f, Function) and has_sign_of_argument(f.name):
            inner = elementary(name, f.subs[0])
            parts.append(power(even_or_odd(f.name, inner.collect()) if size else inner, e))
        else:
            parts.append(power(even_or_odd(name, single(f)), e))
    return product(ONE_POLY, *parts)


def _exp(argument: Poly) -> Poly:
    """exp of a sum is a product: one factor for each term, the coefficient its exponent; exp(b log a) = aᵇ."""
    factors: list[Poly] = []
    for coefficient, term in argument.collect().terms:
        logarithms = [f for f, e in term.factors if is_function(f, "log") and e == 1]
        if len(logarithms) == 1 and not term.bound:
            rest = Term(tuple((f, e) for f, e in term.factors if f != logarithms[0]))
            factors.append(symbolic_power(logarithms[0].subs[0], Poly([(coefficient, rest)])))
        else:
            inner = Poly([(Fraction(1), term)]).collect()
            factors.append(single(Function("exp", inner), coefficient))
    return product(ONE_POLY, *factors)


def _log(argument: Poly) -> Poly:
    """log of a product of positive factors is a sum; other products stay whole."""
    argument = argument.collect()
    if not argument.terms:
        raise Undefined("logarithm of zero")
    content, rest = (
        extract_content(argument, positive_only=True)
        if len(argument.terms) > 1 or argument.terms[0][1].bound
        else _positive_part(argument)
    )
    total = ZERO
    for coefficient, term in content.terms:
        total += _log_number(coefficient)
        for f, e in term.factors:
            if is_function(f, "exp"):
                total += f.subs[0].times(e)
            elif isinstance(f, Exponential) and is_positive(f.subs[0]):
                total += product(f.subs[1], _log(f.subs[0])).times(e)
            else:
                total += atom("log", single(f)).times(e)
    return total if rest.constant == 1 else total + _log_of_rest(rest)


def _log_of_rest(rest: Poly) -> Poly:
    """log of rᵏ as k log r for a sum r, and of a product of sums that are not negative as a sum of logarithms."""
    known = perfect_power(rest, power)
    if known is not None:
        number, root, exponent = known
        return _log_number(number) + _log(root).times(exponent)
    if len(rest.terms) > 1 or not rest.terms[0][1].bound:
        return atom("log", rest)
    ((coefficient, term),) = rest.terms
    sums = [Poly([(Fraction(1), Term(tuple(f), frozenset(b)))]) for f, b in pieces(term)]
    if len(sums) == 1 or coefficient < 0 or not all(signs_of(own) <= NONNEGATIVE for own in sums):
        return atom("log", rest)
    return sum((_log(own) for own in sums), _log_number(coefficient))


def _positive_part(argument: Poly) -> tuple[Poly, Poly]:
    ((coefficient, term),) = argument.terms
    positive = tuple((f, e) for f, e in term.factors if is_nonnegative_factor(f, e))
    others = tuple((f, e) for f, e in term.factors if not is_nonnegative_factor(f, e))
    rest = Poly([(Fraction(1 if coefficient > 0 else -1), Term(others))])
    return Poly([(abs(coefficient), Term(positive))]), rest


def _log_number(value: Fraction) -> Poly:
    total = ZERO
    for number, sign in ((value.numerator, 1), (value.denominator, -1)):
        for prime, count in prime_factors(number):
            total += atom("log", Poly.number(prime)).times(sign * count)
    return total
