"""Functions of a scalar in index form, reduced to exp, log, roots, and sin and cos where they can be."""

from __future__ import annotations

from fractions import Fraction
from functools import partial

from cheatsheet.calculus.algebra import ONE_POLY, product
from cheatsheet.calculus.angles import at_multiple_of_pi, half_turns, pi_times
from cheatsheet.calculus.factors import Prime, is_function
from cheatsheet.calculus.powers import atom, elementary, even_or_odd, power, with_delta
from cheatsheet.calculus.terms import ZERO, Poly
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
    return with_delta(partial(_function, name), argument.collect())


def _function(name: str, argument: Poly) -> Poly:
    match name:
        case "exp" | "log" | "abs" | "sign":
            return elementary(name, argument)
        case "sqrt":
            return power(argument, Fraction(1, 2))
        case "arccos":
            return pi_times(Fraction(1, 2)) - function("arcsin", argument)
    by_others = TABLE[name].by_others
    if by_others:
        return by_formula(formula(by_others), argument)
    return even_or_odd(name, argument, _of_positive)


def _of_positive(name: str, argument: Poly) -> Poly:
    """A function, even or odd, that is not taken of −a if it may be taken of a."""
    if name in ("sin", "cos"):
        return _circular(name, argument)
    return _inverse(name, argument) if name in INVERSE else atom(name, argument)


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


def _inverse(name: str, argument: Poly) -> Poly:
    """arctan and arcsin at their known values; arctan(1/x) = ±π/2 − arctan(x), with the sign of x."""
    _, term = argument.terms[0]
    if len(argument.terms) > 1 or term.bound:
        return atom(name, argument)
    if all(isinstance(f, Prime) for f, _ in term.factors):
        turn = INVERSE[name].get(power(argument, 2).constant)
        return atom(name, argument) if turn is None else pi_times(turn)
    if name == "arctan" and all(e < 0 for _, e in term.factors):
        sign = function("sign", argument)
        return product(pi_times(Fraction(1, 2)), sign) - atom("arctan", power(argument, -1))
    return atom(name, argument)


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
        return atom(name, argument)
    if len(others) > 3:
        return atom(name, argument)
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
