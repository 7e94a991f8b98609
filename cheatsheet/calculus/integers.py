"""Polynomials that take integer values at integers, and their parity: in the basis of products of binomials C(k, j)
such a polynomial has integer coefficients, and it is even everywhere where these are even."""

from __future__ import annotations

from fractions import Fraction
from math import factorial

from cheatsheet.calculus.factors import Dimension, Entry
from cheatsheet.calculus.terms import Factor, Poly, Term

LARGEST_DEGREE = 8
Binomials = tuple[tuple[Factor, int], ...]
"""A product of binomials C(k, j), each an integer k and its j."""


def is_integer(factor: Factor) -> bool:
    """Whether a factor is a dimension or a symbol declared an integer."""
    return isinstance(factor, Dimension) or (isinstance(factor, Entry) and "integer" in factor.of.properties)


def is_integer_valued(poly: Poly) -> bool:
    found = _in_binomials(poly)
    return found is not None and all(c.denominator == 1 for c in found.values())


def is_even(poly: Poly) -> bool:
    found = _in_binomials(poly)
    return found is not None and all(c.denominator == 1 and c % 2 == 0 for c in found.values())


def odd_part(poly: Poly) -> list[Poly]:
    """Products of binomials whose sum has the parity of an integer-valued polynomial, none of them twice."""
    found = _in_binomials(poly) or {}
    return [_product(key) for key in sorted(found, key=repr) if found[key] % 2]


def _in_binomials(poly: Poly) -> dict[Binomials, Fraction] | None:
    total: dict[Binomials, Fraction] = {}
    for coefficient, term in poly.collect().terms:
        if term.bound or not all(
            is_integer(f) and e.denominator == 1 and 0 < e <= LARGEST_DEGREE for f, e in term.factors
        ):
            return None
        choices: dict[Binomials, Fraction] = {(): coefficient}
        for factor, exponent in sorted(term.factors, key=lambda fe: fe[0].label):
            choices = {
                (*key, (factor, j)): c * _surjections(int(exponent), j)
                for key, c in choices.items()
                for j in range(1, int(exponent) + 1)
            }
        for key, c in choices.items():
            total[key] = total.get(key, Fraction(0)) + c
    return total


def _surjections(e: int, j: int) -> int:
    """kᵉ = Σⱼ surjections(e, j) · C(k, j)."""
    return sum((-1) ** (j - i) * _choose(j, i) * i**e for i in range(j + 1))


def _choose(n: int, k: int) -> int:
    return factorial(n) // (factorial(k) * factorial(n - k))


def _product(binomials: Binomials) -> Poly:
    """The product of binomials multiplied out: C(k, 2) = (k² − k) / 2."""
    coefficients: dict[tuple[tuple[Factor, int], ...], Fraction] = {(): Fraction(1)}
    for factor, j in binomials:
        falling = [Fraction(1)]  # coefficients of k (k − 1) … (k − j + 1), the constant first
        for root in range(j):
            shifted = [Fraction(0), *falling]
            falling = [s - root * f for s, f in zip(shifted, [*falling, Fraction(0)], strict=True)]
        coefficients = {
            (*key, (factor, e)): c * value / factorial(j)
            for key, c in coefficients.items()
            for e, value in enumerate(falling)
            if value
        }
    return Poly(
        (c, Term(tuple((f, Fraction(e)) for f, e in key if e))) for key, c in coefficients.items()
    ).collect()
