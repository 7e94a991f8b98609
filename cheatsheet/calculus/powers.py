"""Powers in index form: of numbers, of monomials, of sums, with rational and with symbolic exponents."""

from __future__ import annotations

from fractions import Fraction

from cheatsheet.calculus.algebra import ONE_POLY, product, single
from cheatsheet.calculus.partial_products import is_whole_matrix, single_factor
from cheatsheet.calculus.rewriting import normal_form
from cheatsheet.calculus.terms import ZERO, Factor, Factors, Idx, NoIndexForm, Poly, Term, pieces
from cheatsheet.language.table import TABLE, Sign


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
        raise NoIndexForm("division by zero")
    if len(base.terms) == 1:
        (coefficient, term) = base.terms[0]
        if not term.bound:
            return _monomial_power(coefficient, term, exponent)
        separate = _independent_sums(coefficient, term, exponent)
        if separate is not None:
            return product(*(power(p, exponent) for p in separate))
    content, rest = extract_content(base, positive_only=exponent.denominator > 1)
    if content.constant != 1:
        return product(power(content, exponent), power(rest.collect(), exponent))
    factor = Factor("group", None, (), (rest.collect(),))
    return Poly(normal_form(Fraction(1), {factor: exponent}, set()))


def _independent_sums(coefficient: Fraction, term: Term, exponent: Fraction) -> list[Poly] | None:
    """The factors of a product of sums, where its power is the product of their powers."""
    parts = pieces(term)
    if len(parts) < 2 or (exponent.denominator > 1 and coefficient < 0):
        return None
    polys = [Poly.number(coefficient)] if coefficient != 1 else []
    for factors, bound in parts:
        if exponent.denominator > 1 and not all(is_nonnegative(f, e) or _is_even(e) for f, e in factors):
            return None
        polys.append(Poly([(Fraction(1), Term(tuple(factors), frozenset(bound)))]))
    return polys


def _monomial_power(coefficient: Fraction, term: Term, exponent: Fraction) -> Poly:
    if exponent.denominator == 1:
        factors = {f: e * exponent for f, e in term.factors}
        return Poly(normal_form(coefficient ** int(exponent), factors, set()))
    inside: Factors = {}
    pulled = number_power(abs(coefficient), exponent)
    for f, e in term.factors:
        if is_nonnegative(f, e):
            pulled = product(pulled, Poly(normal_form(Fraction(1), {f: e * exponent}, set())))
        elif e.denominator == 1 and e % 2 == 0:
            size_of = Factor("fn", "abs", (), (single(f),), label="abs")
            pulled = product(pulled, single(size_of, e * exponent))
        else:
            inside[f] = e
    sign = Fraction(-1) if coefficient < 0 else Fraction(1)
    if not inside and sign > 0:
        return pulled
    if len(inside) == 1 and sign > 0:
        ((f, e),) = inside.items()
        return product(pulled, Poly(normal_form(Fraction(1), {f: e * exponent}, set())))
    group = Factor("group", None, (), (Poly([(sign, Term(tuple(inside.items())))]).collect(),))
    return product(pulled, Poly(normal_form(Fraction(1), {group: exponent}, set())))


def number_power(value: Fraction, exponent: Fraction) -> Poly:
    """A positive rational number to a rational exponent, by its prime factors."""
    if exponent.denominator == 1:
        return Poly.number(value ** int(exponent))
    factors: Factors = {}
    for number, sign in ((value.numerator, 1), (value.denominator, -1)):
        for prime, count in prime_factors(number):
            f = Factor("prime", prime, label=str(prime))
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
    base: Poly, positive_only: bool, slots: frozenset[Idx] = frozenset()
) -> tuple[Poly, Poly]:
    """The base as a common factor times a rest that begins with coefficient one (or minus one).

    Factors in which one of ``slots`` stands belong to the rest: the base is then a matrix and the content a scalar.
    """
    base = base.collect()
    lead = base.terms[0][0]
    number = abs(lead) if positive_only else lead
    common: Factors = {}
    candidates = {f for _, t in base.terms for f, _ in t.factors if not f.indices & (t.bound | slots)}
    for f in candidates:
        exponents = [dict(t.factors).get(f, Fraction(0)) for _, t in base.terms]
        if f.head == "delta":
            continue
        least = min(exponents)
        if least and (not positive_only or is_nonnegative(f, least)):
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


def is_nonnegative(factor: Factor, exponent: Fraction = Fraction(1)) -> bool:
    """Whether a factor to its exponent is certainly not negative."""
    if factor.head in ("size", "pi", "prime"):
        return True
    if factor.head == "fn":
        return sign_of(factor) != "any"
    if factor.head == "sym":
        return "positive" in factor.data.properties
    if factor.head == "det":
        return is_positive_definite(factor)
    if factor.head == "group":
        return exponent.denominator > 1 or all(
            c > 0 and all(is_nonnegative(f, e) or _is_even(e) for f, e in t.factors)
            for c, t in factor.subs[0].terms
        )
    return False


def sign_of(factor: Factor) -> Sign:
    """The sign of all values of a function of one number."""
    return TABLE[factor.data].sign if factor.head == "fn" else "any"


def _is_even(exponent: Fraction) -> bool:
    return exponent.denominator == 1 and exponent % 2 == 0


def symbolic_power(base: Poly, exponent: Poly) -> Poly:
    """The base to an exponent that is not a number, as in ``a ** n``."""
    exponent = exponent.collect()
    if exponent.constant is not None:
        return power(base, exponent.constant)
    base = base.collect()
    constant = sum((c for c, t in exponent.terms if not t.factors), Fraction(0))
    if constant:
        rest = exponent - Poly.number(constant)
        return product(power(base, constant), symbolic_power(base, rest))
    if base.constant == 1:
        return ONE_POLY
    if len(base.terms) == 1 and not base.terms[0][1].bound and is_integer_valued(exponent):
        coefficient, term = base.terms[0]
        parts = [_expo(single(f), exponent.times(e)) for f, e in term.factors if e.denominator == 1]
        if len(parts) == len(term.factors):
            number = [] if coefficient == 1 else [_expo(Poly.number(coefficient), exponent)]
            return product(*number, *parts)
    return _expo(base, exponent)


def _expo(base: Poly, exponent: Poly) -> Poly:
    (coefficient, _), *others = exponent.collect().terms
    if not others and coefficient != 1 and coefficient.denominator == 1:
        factor = Factor("expo", None, (), (base.collect(), exponent.times(1 / coefficient).collect()))
        return Poly(normal_form(Fraction(1), {factor: coefficient}, set()))
    return single(Factor("expo", None, (), (base.collect(), exponent.collect())))


def is_integer_valued(poly: Poly) -> bool:
    return all(
        c.denominator == 1
        and all(
            e.denominator == 1
            and e > 0
            and (f.head == "size" or (f.head == "sym" and "integer" in f.data.properties))
            for f, e in t.factors
        )
        for c, t in poly.terms
    )


# --- signs ---


def is_unimodular(factor: Factor) -> bool:
    """Whether the factor is ±1: the determinant of an orthogonal matrix."""
    return factor.head == "det" and "orthogonal" in _properties_of_matrix(factor)


def is_positive_definite(factor: Factor) -> bool:
    return "positive_definite" in _properties_of_matrix(factor)


def _properties_of_matrix(factor: Factor) -> frozenset[str]:
    """The properties of the symbol whose determinant the factor is."""
    entry = single_factor(factor.subs[0])
    whole = entry is not None and is_whole_matrix(entry)
    return frozenset(entry.data.properties) if entry is not None and whole else frozenset()


def is_positive(factor: Factor) -> bool:
    return (
        factor.head in ("size", "pi", "prime")
        or sign_of(factor) == "positive"
        or (factor.head == "sym" and "positive" in factor.data.properties)
    )
