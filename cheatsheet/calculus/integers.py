"""Which numbers in index form are integers of a known sign."""

from __future__ import annotations

from fractions import Fraction

from cheatsheet.calculus.terms import Poly


def is_positive_integer(number: Poly) -> bool:
    """Whether a number is an integer of at least one, whatever the sizes and positive integers in it."""
    return is_nonnegative_integer(number - Poly.number(1))


def is_nonnegative_integer(number: Poly) -> bool:
    """Whether a number is an integer and not negative, whatever the sizes and positive integers in it."""
    number = number.collect()
    growing = all(
        c > 0
        and e > 0
        and (f.head == "size" or (f.head == "sym" and {"positive", "integer"} <= f.data.properties))
        for c, t in number.terms
        for f, e in t.factors
    )
    whole = all(c.denominator == 1 and all(e.denominator == 1 for _, e in t.factors) for c, t in number.terms)
    least = sum((c for c, _ in number.terms), Fraction(0))  # where every size and integer is one
    return growing and whole and least >= 0
