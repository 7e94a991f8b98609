"""Angles: sin and cos at multiples of π, and sums of inverse circular functions that are a multiple of π."""

from __future__ import annotations

from fractions import Fraction

from cheatsheet.calculus.algebra import ONE_POLY, product, single
from cheatsheet.calculus.content import number_power
from cheatsheet.calculus.factors import Pi, is_function
from cheatsheet.calculus.integers import is_integer_valued
from cheatsheet.calculus.powers import power, symbolic_power
from cheatsheet.calculus.signs import NONNEGATIVE, signs_of
from cheatsheet.calculus.terms import ZERO, Poly, Term

PI = Pi()
MOST_ANGLES = 8
"""The largest sum of the multiples of inverse functions that is multiplied out."""


def pi_times(value: Fraction | int) -> Poly:
    return single(PI).times(value)


def turns(argument: Poly) -> tuple[Poly, Poly]:
    """(q, y) of an angle q π + y, where π does not stand alone in any term of y."""
    with_pi: list[tuple[Fraction, Term]] = []
    others: list[tuple[Fraction, Term]] = []
    for coefficient, term in argument.terms:
        if dict(term.factors).get(PI) == 1:
            rest = tuple((f, e) for f, e in term.factors if f != PI)
            with_pi.append((coefficient, Term(rest, term.bound)))
        else:
            others.append((coefficient, term))
    return Poly(with_pi).collect(), Poly(others).collect()


def half_turns(argument: Poly) -> tuple[Poly, Poly] | None:
    """((−1)ᑫ, y) of an angle q π + y with an integer q, which is not zero."""
    count, rest = turns(argument)
    number = sum((c for c, t in count.terms if not t.factors), Fraction(0))
    whole = count - Poly.number(number - number.numerator // number.denominator)
    whole = whole.collect()
    if not whole.terms or not is_integer_valued(whole):
        return None
    left = Poly.number(number - number.numerator // number.denominator)
    return symbolic_power(Poly.number(-1), whole), (rest + product(left, single(PI))).collect()


def _root(value: int) -> Poly:
    return number_power(Fraction(value), Fraction(1, 2))


def cosine_at(turn: Fraction) -> Poly | None:
    """cos of a multiple of π between 0 and 1/2, or half of one, where it is made of square roots."""
    two, three, five, six = (_root(v) for v in (2, 3, 5, 6))
    known = {
        Fraction(0): ONE_POLY,
        Fraction(1, 12): (six + two).times(Fraction(1, 4)),
        Fraction(1, 6): three.times(Fraction(1, 2)),
        Fraction(1, 5): (five + ONE_POLY).times(Fraction(1, 4)),
        Fraction(1, 4): two.times(Fraction(1, 2)),
        Fraction(1, 3): Poly.number(Fraction(1, 2)),
        Fraction(2, 5): (five - ONE_POLY).times(Fraction(1, 4)),
        Fraction(5, 12): (six - two).times(Fraction(1, 4)),
        Fraction(1, 2): ZERO,
    }
    if turn in known:
        return known[turn]
    double = known.get(2 * turn, known.get(1 - 2 * turn))
    if double is None:
        return None
    return power(
        (ONE_POLY + (double if 2 * turn in known else -double)).times(Fraction(1, 2)), Fraction(1, 2)
    )


def at_multiple_of_pi(name: str, argument: Poly) -> Poly | None:
    """sin or cos at a rational multiple of π, where its value is known."""
    count, rest = turns(argument)
    turn = count.constant
    if rest.terms or turn is None:
        return None
    if name == "sin":
        turn = Fraction(1, 2) - turn
    turn = abs(turn) % 2
    if turn > 1:
        turn = 2 - turn
    if turn > Fraction(1, 2):
        found = cosine_at(1 - turn)
        return None if found is None else -found
    return cosine_at(turn)


# --- sums of inverse functions ------------------------------------------------------------------------------------


def product_of_angles(poly: Poly) -> tuple[Poly, Poly] | None:
    """Real and imaginary part of a number whose angle is a sum of multiples of arctan, arcsin and π.

    Each angle is that of a complex number, 1 + i t or √(1 − s²) + i s. Where their product is real and positive the sum
    is a multiple of 2 π. None where the sum is of another form, or may lie outside −2 π … 2 π; else it is zero then.
    """
    angles: list[tuple[int, str, Poly]] = []
    turn = Fraction(0)
    for coefficient, term in poly.times(_common_denominator(poly)).terms:
        (factor, exponent), *others = term.factors or ((PI, Fraction(0)),)
        if exponent != 1 or others or term.bound:
            return None
        if factor == PI:
            turn += coefficient
        elif is_function(factor, "arctan", "arcsin"):
            angles.append((int(coefficient), factor.name, factor.subs[0]))
        else:
            return None
    if not angles or sum(abs(c) for c, _, _ in angles) > MOST_ANGLES or (4 * turn).denominator > 1:
        return None
    low, high = _range(angles, turn)
    return _product(angles, int(4 * turn)) if low > -2 and high < 2 else None


def _common_denominator(poly: Poly) -> int:
    from math import lcm

    return lcm(*(c.denominator for c, t in poly.terms if not any(isinstance(f, Pi) for f, _ in t.factors)))


def _range(angles: list[tuple[int, str, Poly]], turn: Fraction) -> tuple[Fraction, Fraction]:
    """Bounds of the sum as multiples of π; those of arctan are never reached, so that the sum is between them."""
    low = high = turn
    for count, name, argument in angles:
        signs = signs_of(argument)
        below, above = Fraction(-1, 2), Fraction(1, 2)
        constant = argument.constant
        if name == "arctan" and constant is not None and abs(constant) <= 1:
            below, above = max(below, Fraction(-1, 4)), min(above, Fraction(1, 4))
        if signs <= NONNEGATIVE:
            below = Fraction(0)
        if signs <= frozenset({-1, 0}):
            above = Fraction(0)
        bounds = sorted((count * below, count * above))
        low, high = low + bounds[0], high + bounds[1]
    return low, high


def _product(angles: list[tuple[int, str, Poly]], eighths: int) -> tuple[Poly, Poly]:
    """Real and imaginary part of the product of the complex numbers that have these angles."""
    real, imaginary = ONE_POLY, ZERO
    numbers: list[tuple[Poly, Poly]] = []
    for count, name, argument in angles:
        first = (
            ONE_POLY if name == "arctan" else power(ONE_POLY - product(argument, argument), Fraction(1, 2))
        )
        numbers += [(first, argument if count > 0 else -argument)] * abs(count)
    numbers += [(ONE_POLY, Poly.number(1 if eighths > 0 else -1))] * abs(eighths)
    for x, y in numbers:
        real, imaginary = product(real, x) - product(imaginary, y), product(real, y) + product(imaginary, x)
        real, imaginary = real.collect(), imaginary.collect()
    return real, imaginary
