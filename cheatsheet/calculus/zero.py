"""Whether a polynomial in index form is zero at every point of its domain."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from heapq import heappop, heappush
from math import gcd, lcm
from typing import TypeGuard

from cheatsheet.calculus import algebra, functions, powers
from cheatsheet.calculus.angles import product_of_angles
from cheatsheet.calculus.cases import factors_within, rebuilt, zero_in_every_case
from cheatsheet.calculus.content import extract_content
from cheatsheet.calculus.errors import NoIndexForm
from cheatsheet.calculus.factors import (
    Determinant,
    Exponential,
    Function,
    Group,
    MatrixEntry,
    is_function,
    is_opaque,
)
from cheatsheet.calculus.facts import counted
from cheatsheet.calculus.joined_determinants import products_agree
from cheatsheet.calculus.matrix_rules import triangle
from cheatsheet.calculus.opaque import diagonal_entry
from cheatsheet.calculus.partial_products import is_whole_matrix
from cheatsheet.calculus.rewriting import normal_form
from cheatsheet.calculus.signs import (
    NONNEGATIVE,
    NONPOSITIVE,
    POSITIVE,
    is_positive,
    signs_of,
    signs_of_factor,
)
from cheatsheet.calculus.terms import ZERO, Factor, Factors, Idx, Place, Poly, Term

MOST_CLEARED = 300
MOST_MULTIPLES = 12
MOST_DENOMINATORS = 4
MOST_UNDER_SQUARE = 6
MOST_LOGARITHMS = 6
MOST_FORMS = 40
"""How many forms of the same sum are tried before it is given up."""


def is_zero(poly: Poly) -> bool:
    """Whether the polynomial is shown to be zero; False says nothing."""
    with counted():
        return _vanishes(poly) or zero_in_every_case(poly, _vanishes)


def _vanishes(poly: Poly) -> bool:
    """Whether the polynomial is zero without a case split.

    The normal form is compared with zero first. Then the sum is multiplied by whatever stands in its denominators and
    by matrices whose inverses stand at its free ends: factors that are not zero, or invertible, wherever the
    sum is defined, so that the product is zero only where the sum is. Short forms are tried before long ones.
    """
    poly = poly.collect()
    queue: list[tuple[int, int, Poly]] = [(len(poly.terms), 0, poly)]
    seen: set[str] = set()
    for count in range(1, MOST_FORMS):
        if not queue:
            return False
        _, _, form = heappop(queue)
        if not form.terms:
            return True
        angle = product_of_angles(form)
        if angle is not None and is_positive(cleared(angle[0])) and is_zero(angle[1]):
            return True
        key = form.key({})
        if key in seen:
            continue
        seen.add(key)
        try:
            for number, other in enumerate(_other_forms(form)):
                other = other.collect()
                if not other.terms:
                    return True
                if len(other.terms) > MOST_CLEARED:
                    continue
                heappush(queue, (len(other.terms), count * 100 + number, other))
        except NoIndexForm:
            continue
    return False


def _other_forms(poly: Poly) -> Iterator[Poly]:
    """Sums that are zero only where this one is."""
    if products_agree(poly):
        yield ZERO
        return
    cleared = _clear_denominator(poly)
    if cleared is not None:
        yield cleared
        return
    yield from _clear_inverses(poly)
    split = _split_logarithms(poly)
    if split is not None:
        yield split
    joined = _joined_logarithms(poly)
    if joined is not None:
        yield joined
    halved = _common_angle(poly)
    if halved is not None:
        yield halved
    yield from _squared(poly)


# --- denominators ---------------------------------------------------------------------------------------------------


def cleared(poly: Poly) -> Poly:
    """The polynomial times positive sums that stand in its denominators: it has the same sign."""
    for _ in range(MOST_DENOMINATORS):
        other = _clear_denominator(poly, lambda base: signs_of_factor(base) <= POSITIVE)
        if other is None:
            break
        poly = other.collect()
    return poly


def _clear_denominator(poly: Poly, admits: Callable[[Factor], bool] = lambda base: True) -> Poly | None:
    """Multiply by a power of a sum that stands under negative or fractional exponents in the terms."""
    bases: set[Factor] = set()
    for _, term in poly.terms:
        bases |= {
            f
            for f, e in term.factors
            if not f.indices & term.bound
            and (isinstance(f, Group) or (e < 0 and is_function(f, "sin")))
            and admits(f)
        }
    for base in sorted(bases, key=lambda f: f.key({i: repr(i) for i in f.indices})):
        raised = _raised(poly, base)
        if raised is not None:
            return raised
    return None


def _raised(poly: Poly, base: Factor) -> Poly | None:
    """The polynomial times the power of the base that leaves only whole powers beside one fractional part.

    Terms whose exponents have different fractional parts cannot cancel; each keeps its own part.
    """
    exponents = [dict(t.factors).get(base, Fraction(0)) for _, t in poly.terms]
    step = min(_floor(e) for e in exponents)
    if all(e - step == e and _floor(e) == 0 for e in exponents):
        return None
    result = ZERO
    for (coefficient, term), e in zip(poly.terms, exponents, strict=True):
        factors: Factors = {f: x for f, x in term.factors if f != base}
        part = e - _floor(e)
        if part:
            factors[base] = part
        own = Poly(normal_form(coefficient, factors, set(term.bound)))
        for _ in range(_floor(e) - step):
            own = algebra.product(own, base.subs[0] if isinstance(base, Group) else algebra.single(base))
        result += own
    return result


def _floor(value: Fraction) -> int:
    return value.numerator // value.denominator


# --- inverses -------------------------------------------------------------------------------------------------------


def _clear_inverses(poly: Poly) -> Iterator[Poly]:
    """Multiply by M on a side where M⁻¹ stands at a free index in some term."""
    done: set[tuple[str, int, str]] = set()
    for _, term in poly.terms:
        for factor, exponent in term.factors:
            if exponent != 1 or len(factor.places) != 2 or not is_opaque(factor, "inv"):
                continue
            for side, place in enumerate(factor.places):
                if not isinstance(place, Idx) or place in term.bound or place.name is None:
                    continue
                mark = (factor.subs[0].key({}), side, place.name)
                if mark not in done:
                    done.add(mark)
                    yield _multiplied(poly, factor, side, place)


def _multiplied(poly: Poly, factor: MatrixEntry, side: int, place: Idx) -> Poly:
    """Σₖ M[new, k] · poly[k …] for an inverse whose row index is free, and the mirror image for its column."""
    row, col = factor.slots
    bound, new = Idx(place.axis), Idx.free(f"{place.name}'", place.axis)
    change: dict[Idx, Place] = {row: new, col: bound} if side == 0 else {col: new, row: bound}
    matrix = factor.subs[0].replace(change)
    return algebra.bind(algebra.product(matrix, poly.replace({place: bound})), [bound])


# --- angles and roots -----------------------------------------------------------------------------------------------


def _common_angle(poly: Poly) -> Poly | None:
    """sin and cos of x and x/2 by those of x/2: multiples of one angle by powers of sin and cos."""
    atoms: dict[str, list[tuple[Function, Fraction]]] = {}
    for factor, _ in factors_within(poly):
        if is_function(factor, "sin", "cos") and len(factor.subs[0].terms) == 1:
            ((coefficient, term),) = factor.subs[0].terms
            known = atoms.setdefault(term.key({i: repr(i) for i in term.indices()}), [])
            if (factor, coefficient) not in known:
                known.append((factor, coefficient))
    change: dict[Factor, Poly] = {}
    for found in atoms.values():
        unit = Fraction(gcd(*(c.numerator for _, c in found)), lcm(*(c.denominator for _, c in found)))
        for factor, coefficient in found:
            count = coefficient / unit
            if 1 < count <= MOST_MULTIPLES:
                angle = factor.subs[0].times(1 / count)
                change[factor] = _of_multiple(factor.name, angle, int(count))
    return rebuilt(poly, change) if change else None


def _of_multiple(name: str, angle: Poly, count: int) -> Poly:
    """cos(k y) + i sin(k y) = (cos y + i sin y)ᵏ."""
    cosine, sine = functions.function("cos", angle), functions.function("sin", angle)
    real, imaginary = algebra.ONE_POLY, ZERO
    for _ in range(count):
        real, imaginary = (
            algebra.product(real, cosine) - algebra.product(imaginary, sine),
            algebra.product(real, sine) + algebra.product(imaginary, cosine),
        )
    return real if name == "cos" else imaginary


def _squared(poly: Poly) -> Iterator[Poly]:
    """r² − s² for r − s, where r has a root or an absolute value and neither r nor s is negative."""
    if not 2 <= len(poly.terms) <= MOST_UNDER_SQUARE:
        return
    roots = _roots(poly)
    for coefficient, term in poly.terms:
        if _roots(Poly([(coefficient, term)])):
            own = Poly([(coefficient, term)], True)
            rest = own - poly
            signs = signs_of(own)
            for side in (NONNEGATIVE, NONPOSITIVE):
                if signs <= side and signs_of(rest) <= side:
                    squares = algebra.product(own, own) - algebra.product(rest, rest)
                    if _roots(squares.collect()) < roots:
                        yield squares


def _roots(poly: Poly) -> set[tuple[Factor, Fraction]]:
    """The roots and absolute values in a sum, each root with the fraction in its exponent."""
    return {
        (f, e - _floor(e))
        for _, term in poly.terms
        for f, e in term.factors
        if e.denominator > 1 or (is_function(f, "abs"))
    }


# --- logarithms -----------------------------------------------------------------------------------------------------


def _split_logarithms(poly: Poly) -> Poly | None:
    """log of a product as a sum of logarithms of absolute values, which it equals wherever it is defined."""
    changed = False
    total = ZERO
    for coefficient, term in poly.terms:
        logarithm = _divisible_logarithm(term)
        if logarithm is None:
            total += Poly([(coefficient, term)])
            continue
        factor, parts = logarithm
        rest = tuple((f, e) for f, e in term.factors if f != factor)
        total += algebra.bind(algebra.product(Poly([(coefficient, Term(rest))]), parts), term.bound)
        changed = True
    return total if changed else None


def _joined_logarithms(poly: Poly) -> Poly | None:
    """Π aᵢ^kᵢ − Π bⱼ^lⱼ for Σ kᵢ log aᵢ − Σ lⱼ log bⱼ: no argument is zero where the sum is defined."""
    sides = {True: algebra.ONE_POLY, False: algebra.ONE_POLY}
    if len(poly.terms) < 2 or sum(abs(c) for c, _ in poly.terms) > MOST_LOGARITHMS:
        return None
    for coefficient, term in poly.terms:
        if len(term.factors) != 1 or term.bound or coefficient.denominator > 1:
            return None
        ((factor, exponent),) = term.factors
        if not is_function(factor, "log") or exponent != 1:
            return None
        side = coefficient > 0
        sides[side] = algebra.product(sides[side], powers.power(factor.subs[0], abs(coefficient)))
    return sides[True] - sides[False]


def _divisible_logarithm(term: Term) -> tuple[Factor, Poly] | None:
    for factor, exponent in term.factors:
        if is_function(factor, "log") and exponent == 1:
            parts = _logarithm_parts(factor.subs[0])
            if parts is not None:
                return factor, parts
    return None


def _logarithm(argument: Poly) -> Poly:
    return functions.function("log", argument)


def _logarithm_parts(argument: Poly) -> Poly | None:
    if len(argument.terms) > 1:
        content, rest = extract_content(argument, positive_only=False)
        parts = None if content.constant is not None else _logarithm_parts(content) or _logarithm(content)
        return None if parts is None else parts + _logarithm(rest)
    if len(argument.terms) != 1 or argument.terms[0][1].bound:
        return None
    coefficient, term = argument.terms[0]
    plain = all(
        e == 1 and not isinstance(f, Exponential) and not is_function(f, "abs", "exp") and not _diagonal(f)
        for f, e in term.factors
    )
    if len(term.factors) < 2 and coefficient == 1 and plain:
        return None
    total = functions.function("log", Poly.number(abs(coefficient)))
    for factor, exponent in term.factors:
        base, count = algebra.single(factor), Poly.number(exponent)
        if isinstance(factor, Exponential):
            base, count = factor.subs[0], factor.subs[1].times(exponent)
        elif is_function(factor, "abs"):
            base = factor.subs[0]
        elif is_function(factor, "exp"):
            total += factor.subs[0].times(exponent)
            continue
        elif _diagonal(factor):
            total += _sum_of_logarithms(factor).times(exponent)
            continue
        total += algebra.product(count, functions.function("log", base))
    return total


def _diagonal(factor: Factor) -> TypeGuard[Determinant]:
    """Whether the factor is the determinant of a diagonal or triangular matrix."""
    return isinstance(factor, Determinant) and _diagonal_entries(factor) is not None


def _diagonal_entries(factor: Determinant) -> Poly | None:
    """The diagonal entry, at the row slot, of a matrix whose determinant is the product of its diagonal entries."""
    matrix, (row, col) = factor.subs[0], factor.slots
    entry = diagonal_entry(matrix, (row, col))
    if entry is not None:
        return entry
    if len(matrix.terms) == 1 and len(matrix.terms[0][1].factors) == 1 and matrix.terms[0][0] == 1:
        ((own, exponent),) = matrix.terms[0][1].factors
        if exponent == 1 and is_whole_matrix(own) and triangle(own):
            return matrix.replace({col: row})
    return None


def _sum_of_logarithms(factor: Determinant) -> Poly:
    entry = _diagonal_entries(factor)
    assert entry is not None
    row = factor.slots[0]
    index = Idx(row.axis)
    return algebra.bind(functions.function("log", entry.replace({row: index})), [index])
