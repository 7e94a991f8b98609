"""Functions of a scalar in index form, reduced to exp, log, roots, and sin and cos where they can be."""

from __future__ import annotations

from fractions import Fraction

from cheatsheet.calculus.algebra import ONE_POLY, product, single
from cheatsheet.calculus.angles import at_multiple_of_pi, half_turns, pi_times
from cheatsheet.calculus.errors import NoIndexForm, Undefined
from cheatsheet.calculus.factors import Delta, Determinant, Exponential, Function, Prime, is_function
from cheatsheet.calculus.integers import is_integer_valued
from cheatsheet.calculus.perfect_powers import perfect_power
from cheatsheet.calculus.powers import extract_content, power, prime_factors, symbolic_power
from cheatsheet.calculus.signs import (
    NEGATIVE,
    NONNEGATIVE,
    POSITIVE,
    difference_of_arguments,
    has_sign_of_argument,
    is_nonnegative_factor,
    is_positive,
    properties_of_matrix,
    signs_of,
    signs_of_factor,
)
from cheatsheet.calculus.terms import ZERO, Factor, Poly, Term, pieces
from cheatsheet.language.expressions import Apply, Expr, Number
from cheatsheet.language.formulas import X, Y, formula
from cheatsheet.language.table import TABLE

INVERSE: dict[str, dict[Fraction | None, Fraction]] = {
    "arcsin": {Fraction(n, 4): Fraction(1, d) for n, d in ((1, 6), (2, 4), (3, 3), (4, 2))},
    "arctan": {Fraction(1, 3): Fraction(1, 6), Fraction(1): Fraction(1, 4), Fraction(3): Fraction(1, 3)},
}
"""The square of a positive argument → the angle, as a multiple of π."""


def function(name: str, argument: Poly) -> Poly:
    """A function of a scalar, reduced to exp, log, roots and circular functions where it can be."""
    argument = argument.collect()
    common = _common_delta(argument)
    if common is not None:
        return _of_delta(name, argument, common)
    match name:
        case "exp":
            return _exp(argument)
        case "log":
            return _log(argument)
        case "sqrt":
            return power(argument, Fraction(1, 2))
        case "arccos":
            return pi_times(Fraction(1, 2)) - function("arcsin", argument)
        case "abs" | "sign":
            return _absolute(name, argument)
    by_others = TABLE[name].by_others
    return by_formula(formula(by_others), argument) if by_others else _even_or_odd(name, argument)


def by_formula(rule: Expr, *values: Poly) -> Poly:
    """A formula of one or two numbers, at their values."""
    if rule in (X, Y):
        return values[rule == Y]
    if isinstance(rule, Number):
        return Poly.number(rule.value)
    assert isinstance(rule, Apply)
    parts = [by_formula(child, *values) for child in rule.children]
    match rule.op:
        case "neg":
            return -parts[0]
        case "add":
            return parts[0] + parts[1]
        case "sub":
            return parts[0] - parts[1]
        case "scale":
            return product(*parts)
        case "over":
            return product(parts[0], power(parts[1], -1))
    return function(rule.op, parts[0])


def _common_delta(argument: Poly) -> Factor | None:
    """A Kronecker delta that every term of the argument has."""
    deltas = [{f for f, _ in t.factors if isinstance(f, Delta)} for _, t in argument.terms]
    shared = set.intersection(*deltas) if deltas else set()
    return next(iter(shared), None)


def _of_delta(name: str, argument: Poly, delta: Factor) -> Poly:
    """f(δ a) = δ f(a) + (1 − δ) f(0)."""
    rest = Poly(
        (c, Term(tuple((f, e) for f, e in t.factors if f != delta), t.bound)) for c, t in argument.terms
    )
    own = single(delta)
    return product(own, function(name, rest)) + product(ONE_POLY - own, function(name, ZERO))


def _even_or_odd(name: str, argument: Poly) -> Poly:
    fact = TABLE[name].one_element
    assert fact is not None
    if not argument.terms:
        if fact.at_zero is None:
            raise NoIndexForm(f"{name} of zero")
        return Poly.number(fact.at_zero)
    if fact.parity != "neither" and argument.terms[0][0] < 0:
        positive = _even_or_odd(name, -argument)
        return positive if fact.parity == "even" else -positive
    if name in ("sin", "cos"):
        return _circular(name, argument)
    if name in INVERSE:
        return _inverse(name, argument)
    return _atom(name, argument)


def _inverse(name: str, argument: Poly) -> Poly:
    """arctan and arcsin at their known values; arctan(1/x) = ±π/2 − arctan(x), with the sign of x."""
    _, term = argument.terms[0]
    if len(argument.terms) > 1 or term.bound:
        return _atom(name, argument)
    if all(isinstance(f, Prime) for f, _ in term.factors):
        turn = INVERSE[name].get(power(argument, 2).constant)
        return _atom(name, argument) if turn is None else pi_times(turn)
    if name == "arctan" and all(e < 0 for _, e in term.factors):
        sign = function("sign", argument)
        return product(pi_times(Fraction(1, 2)), sign) - _atom("arctan", power(argument, -1))
    return _atom(name, argument)


def _circular(name: str, argument: Poly) -> Poly:
    """sin and cos of sums and whole multiples, by the addition theorems."""
    (coefficient, term), *others = argument.terms
    known = at_multiple_of_pi(name, argument)
    if known is not None:
        return known
    turned = half_turns(argument)
    if turned is not None:
        return product(turned[0], function(name, turned[1]))
    inverse = _inverse_function(argument)
    if inverse is not None:
        return _of_inverse(name, *inverse)
    if not others and (coefficient.denominator > 1 or abs(coefficient) == 1 or abs(coefficient) > 6):
        return _atom(name, argument)
    if len(others) > 3:
        return _atom(name, argument)
    sign = 1 if coefficient > 0 else -1
    own = Poly([(coefficient if others else Fraction(sign), term)])
    rest = argument - own
    pairs = (
        [("sin", "cos", 1), ("cos", "sin", 1)] if name == "sin" else [("cos", "cos", 1), ("sin", "sin", -1)]
    )
    total = ZERO
    for first, second, factor in pairs:
        total += product(function(first, own), function(second, rest)).times(factor)
    return total


def _inverse_function(argument: Poly) -> tuple[str, Poly] | None:
    """(arcsin, x) of arcsin(x), and likewise for arctan."""
    coefficient, term = argument.terms[0]
    if len(argument.terms) == 1 and coefficient == 1 and len(term.factors) == 1:
        ((f, e),) = term.factors
        if is_function(f, "arcsin", "arctan") and e == 1:
            return f.name, f.subs[0]
    return None


def _of_inverse(name: str, inverse: str, x: Poly) -> Poly:
    """sin arcsin x = x, cos arcsin x = √(1 − x²), cos arctan x = 1/√(1 + x²), sin arctan x = x/√(1 + x²)."""
    if inverse == "arcsin":
        return x if name == "sin" else power(ONE_POLY - product(x, x), Fraction(1, 2))
    root = power(ONE_POLY + product(x, x), Fraction(-1, 2))
    return root if name == "cos" else product(x, root)


def _atom(name: str, argument: Poly) -> Poly:
    return single(Function(name, argument.collect()))


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
            _even_or_odd(name, Poly([(Fraction(1), own)])) if bound else _of_factors(name, Fraction(1), own)
        )
    return product(_of_factors(name, number, Term(())), *parts)


def _of_sum(name: str, argument: Poly) -> Poly:
    difference = difference_of_arguments(argument)
    if difference is None:
        return _even_or_odd(name, argument)
    sign = function("sign", difference)
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
            parts.append(single(f, e) if size else _atom("sign", single(f)))
        elif not signs & POSITIVE and (size or signs == NEGATIVE):
            parts.append(power(-single(f) if size else Poly.number(-1), e))
        elif isinstance(f, Exponential) and is_integer_valued(f.subs[1]):
            parts.append(power(symbolic_power(function(name, f.subs[0]), f.subs[1]), e))
        elif isinstance(f, Function) and has_sign_of_argument(f.name):
            inner = function(name, f.subs[0])
            parts.append(power(function(f.name, inner) if size else inner, e))
        else:
            parts.append(power(_even_or_odd(name, single(f)), e))
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
                total += _atom("log", single(f)).times(e)
    return total if rest.constant == 1 else total + _log_of_rest(rest)


def _log_of_rest(rest: Poly) -> Poly:
    """log of rᵏ as k log r for a sum r, and of a product of sums that are not negative as a sum of logarithms."""
    known = perfect_power(rest)
    if known is not None:
        number, root, exponent = known
        return _log_number(number) + _log(root).times(exponent)
    if len(rest.terms) > 1 or not rest.terms[0][1].bound:
        return _atom("log", rest)
    ((coefficient, term),) = rest.terms
    sums = [Poly([(Fraction(1), Term(tuple(f), frozenset(b)))]) for f, b in pieces(term)]
    if len(sums) == 1 or coefficient < 0 or not all(signs_of(own) <= NONNEGATIVE for own in sums):
        return _atom("log", rest)
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
            total += _atom("log", Poly.number(prime)).times(sign * count)
    return total
