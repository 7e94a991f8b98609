"""The arithmetic of rearranged forms: sums of products in which numbers may change places and matrices may not."""

from __future__ import annotations

from fractions import Fraction
from functools import reduce
from math import floor, gcd, lcm

from cheatsheet.calculus.factors import Dimension, Group, Letter, Prime
from cheatsheet.calculus.terms import UNIT, ZERO, Factor, Factors, Idx, Poly, Term, pieces, refreshed
from cheatsheet.language.dimensions import Axis

MOST_COPIES = 4
"""The power of a sum up to which it is a product of sums inside another one: (Σⱼ aⱼ)² = Σⱼₖ aⱼ aₖ."""
_ONE = Fraction(1)


def single_term(factors: Factors, coefficient: Fraction | int = 1) -> Poly:
    """One term, whole powers of primes under roots taken into the coefficient, as those of products: (√ab)² = ab."""
    value = Fraction(coefficient)
    kept: Factors = {}
    for factor, exponent in factors.items():
        if _is_product(factor) and exponent.denominator == 1:
            ((number, term),) = factor.subs[0].terms
            others = {f: e for f, e in factors.items() if f is not factor}
            for inner, e in term.factors:
                multiply(others, inner, e * exponent)
            return single_term(others, coefficient * number ** int(exponent))
        if isinstance(factor, Prime):
            value *= Fraction(factor.number) ** floor(exponent)
            exponent -= floor(exponent)
        if exponent:
            kept[factor] = exponent
    return _unpacked(Poly([(value, Term(tuple(kept.items())))])) if value else ZERO


def _is_product(factor: Factor) -> bool:
    """Whether a bracket holds one product and no sum, as it does under a root."""
    return factor.head == "group" and len(factor.subs[0].terms) == 1 and not factor.subs[0].terms[0][1].bound


def _unpacked(poly: Poly) -> Poly:
    """A bracket that stands alone is its terms."""
    ((coefficient, term),) = poly.terms
    match term.factors:
        case ((Factor(head="group") as factor, exponent),) if exponent == 1 and len(factor.subs[0].terms) > 1:
            return factor.subs[0].times(coefficient)
        case ((Factor(head="word") as factor, _),) if len(factor.subs) == 1 and len(factor.subs[0].terms) > 1:
            return factor.subs[0].times(coefficient)
    return poly


def multiply(factors: Factors, factor: Factor, exponent: Fraction) -> None:
    total = factors.get(factor, Fraction(0)) + exponent
    if total:
        factors[factor] = total
    else:
        factors.pop(factor, None)


def word_of(atoms: tuple[Poly, ...], unit: str = "") -> Factor:
    """A product of matrices in their order; without any, the identity of a size."""
    return Letter("word", "" if atoms else unit, subs=atoms)


def factors_joined(
    a: tuple[Fraction, Factors, tuple[Poly, ...]], b: tuple[Fraction, Factors, tuple[Poly, ...]]
) -> tuple[Fraction, Factors, tuple[Poly, ...]]:
    scalars = dict(a[1])
    for factor, exponent in b[1].items():
        multiply(scalars, factor, exponent)
    return a[0] * b[0], scalars, a[2] + b[2]


def split_factors(poly: Poly) -> tuple[Fraction, Factors, tuple[Poly, ...]]:
    """A factor of a product as number, scalar factors and matrices; a sum is a bracket without its common number."""
    poly = poly.collect()
    if not poly.terms:
        return Fraction(0), {}, ()
    if len(poly.terms) == 1:
        ((coefficient, term),) = poly.terms
        scalars = {f: e for f, e in term.factors if f.head != "word"}
        words = [f for f, _ in term.factors if f.head == "word"]
        return coefficient, scalars, words[0].subs if words else ()
    number = content(poly)
    bracket = poly.times(1 / number).collect()
    if any(f.head == "word" for _, term in poly.terms for f, _ in term.factors):
        return number, {}, (bracket,)
    return number, {Group(bracket): _ONE}, ()


def times(a: Poly, b: Poly) -> Poly:
    number, scalars, atoms = factors_joined(split_factors(a), split_factors(b))
    words = [f for p in (a, b) for _, t in p.terms for f, _ in t.factors if f.head == "word"]
    if words:
        scalars[word_of(atoms, words[0].label)] = _ONE
    return single_term(scalars, number) if number else ZERO


def content(poly: Poly) -> Fraction:
    """The number to draw out of a sum, so that most of its terms are positive, whatever their order."""
    coefficients = [c for c, _ in poly.terms]
    size = Fraction(gcd(*(c.numerator for c in coefficients)), lcm(*(c.denominator for c in coefficients)))
    positive = sum(1 if c > 0 else -1 for c in coefficients)
    turned = positive < 0 or (not positive and _signature(poly, -1) < _signature(poly, 1))
    return -size if turned else size


def _signature(poly: Poly, sign: int) -> list[tuple[str, Fraction]]:
    """The terms as text in which bound indices do not show, with their coefficients."""
    hidden = {i: "~" for i in poly.indices if i.name is None}
    return sorted((term.key(hidden), sign * c) for c, term in poly.terms)


def to_power(poly: Poly, exponent: Fraction) -> Poly:
    """A number to a power: factor by factor for whole exponents; a root is taken of the whole."""
    if exponent == 1:
        return poly
    number, scalars, atoms = split_factors(poly)
    if not number:
        return single_term({Letter("op", f"0 to {exponent}"): _ONE}) if exponent <= 0 else ZERO
    assert not atoms
    if exponent.denominator == 1:
        return single_term({f: e * exponent for f, e in scalars.items()}, number ** int(exponent))
    if number < 0:
        return single_term({Group(poly.collect()): exponent})
    root: Factors = {Prime(p): e * exponent for p, e in _primes(number).items()}
    if not scalars:
        return single_term(root)
    if list(scalars.values()) == [_ONE]:
        return single_term({**root, next(iter(scalars)): exponent})
    return single_term({**root, Group(single_term(scalars)): exponent})


def _primes(number: Fraction) -> dict[int, Fraction]:
    """The exponents of the primes in a positive number."""
    found: dict[int, Fraction] = {}
    for value, sign in ((number.numerator, 1), (number.denominator, -1)):
        divisor = 2
        while value > 1:
            if divisor * divisor > value:
                divisor = value
            while value % divisor == 0:
                found[divisor] = found.get(divisor, Fraction(0)) + sign
                value //= divisor
            divisor += 1
    return found


def summed(poly: Poly, bound: frozenset[Idx]) -> Poly:
    """Σ over some indices: what does not depend on them in front, the rest in sums of as few factors as can be."""
    number, scalars, atoms = split_factors(poly)
    if not number:
        return ZERO
    if atoms:
        scalars[word_of(atoms)] = _ONE
    elif any(f.head == "word" for _, t in poly.terms for f, _ in t.factors):
        scalars |= dict(poly.terms[0][1].factors)
    factors, bound = _opened(scalars, bound)
    outside: Factors = {}
    for own, indices in pieces(Term(tuple(factors.items()), bound)):
        if not indices:
            multiply(outside, *own[0])
            continue
        inner = Poly([(_ONE, Term(tuple(own), frozenset(indices)))], True)
        if any(f.head == "word" for f, _ in own):
            outside[word_of((inner,))] = _ONE
        else:
            multiply(outside, Group(inner), _ONE)
    idle = bound - {i for factor in factors for i in factor.indices}
    return reduce(times, (size_of(i.axis) for i in idle), single_term(outside, number))


def _opened(factors: Factors, bound: frozenset[Idx]) -> tuple[Factors, frozenset[Idx]]:
    """The factors, sums among them that depend on what is summed over next made part of one sum."""
    result: Factors = {}
    indices = set(bound)
    for factor, exponent in factors.items():
        inner = factor.subs[0].terms if factor.head == "group" else ()
        copies = int(exponent) if exponent.denominator == 1 and 0 < exponent <= MOST_COPIES else 0
        if len(inner) != 1 or not inner[0][1].bound or not factor.indices & bound or not copies:
            multiply(result, factor, exponent)
            continue
        for _ in range(copies):
            term = refreshed(inner[0][1])
            indices |= term.bound
            for own, e in term.factors:
                multiply(result, own, e)
    return result, frozenset(indices)


def entrywise_factors(atoms: tuple[Poly, ...]) -> list[tuple[Factor, Fraction]]:
    """The factors of a product of entries, or the one matrix."""
    if len(atoms) == 1 and len(atoms[0].terms) == 1:
        factors = atoms[0].terms[0][1].factors
        if len(factors) == 1 and factors[0][0].head == "entrywise":
            return list(factors[0][0].subs[0].terms[0][1].factors)
    return [(word_of(atoms), _ONE)]


def size_of(axis: Axis) -> Poly:
    """A dimension as a number."""
    total = ZERO
    for names, coefficient in axis.size:
        factors: Factors = {}
        for name in names:
            multiply(factors, Dimension(name), _ONE)
        total += single_term(factors, coefficient) if factors else Poly([(Fraction(coefficient), UNIT)])
    return total.collect()
