"""Arithmetic of the index form: products, sums over an index, powers and functions, each brought into normal form."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import gcd

from cheatsheet.dimensions import Axis
from cheatsheet.expressions import Symbol
from cheatsheet.indices.rewriting import MOST_TERMS, normal_form
from cheatsheet.indices.terms import (
    UNIT,
    ZERO,
    Factor,
    Factors,
    Idx,
    NoIndexForm,
    Place,
    Poly,
    Term,
    pieces,
    refreshed,
)

ONE_POLY = Poly([(Fraction(1), UNIT)], True)
EVEN = frozenset({"cos", "abs", "cosh"})
ODD = frozenset({"sin", "tan", "arcsin", "arctan", "sign"})


def single(factor: Factor, exponent: Fraction | int = 1) -> Poly:
    """The polynomial that is one factor."""
    return Poly(normal_form(Fraction(1), {factor: Fraction(exponent)}, set()))


def delta(i: Place, j: Place) -> Poly:
    if isinstance(i, int) and isinstance(j, int):
        return ONE_POLY if i == j else ZERO
    if i == j:
        return ONE_POLY
    return Poly([(Fraction(1), Term(((Factor("delta", None, (i, j), symmetric=True), Fraction(1)),)))])


def size(axis: Axis) -> Poly:
    """The number of entries of an axis."""
    total = ZERO
    for names, coefficient in axis.size:
        factors: Factors = {}
        for name in names:
            f = Factor("size", name, label=name)
            factors[f] = factors.get(f, Fraction(0)) + 1
        total += Poly([(Fraction(coefficient), Term(tuple(factors.items())))])
    return total


def component(symbol: Symbol, places: tuple[Place, ...]) -> Poly:
    """A component of a symbol, what its properties say of it used at once."""
    kind = "d " if symbol.kind == "differential" else ""
    properties = symbol.properties
    if "diagonal" in properties and len(places) == 2:
        entry = Factor("sym", symbol, (places[0], places[0]), label=symbol.name)
        return product(delta(*places), single(entry))
    if "antisymmetric" in properties and len(places) == 2:
        # A = (B - Bᵀ)/2 with B unrestricted: then equality needs no rule about signs
        entries = [Factor("sym", symbol, p, label=symbol.name) for p in (places, places[::-1])]
        return (single(entries[0]) - single(entries[1])).times(Fraction(1, 2))
    symmetric = bool({"symmetric", "positive_definite"} & properties) and len(places) == 2
    return single(Factor("sym", symbol, places, label=kind + symbol.name, symmetric=symmetric))


def product(*polys: Poly) -> Poly:
    result = polys[0]
    for other in polys[1:]:
        result = _multiply(result, other)
    return result


def _multiply(a: Poly, b: Poly) -> Poly:
    if not a.terms or not b.terms:
        return ZERO
    if a.constant is not None:
        return b.times(a.constant)
    if b.constant is not None:
        return a.times(b.constant)
    if len(a.terms) * len(b.terms) > MOST_TERMS:
        raise NoIndexForm("the expression has too many terms")
    terms: list[tuple[Fraction, Term]] = []
    for c, s in a.terms:
        for k, t in b.terms:
            terms += _multiply_terms(c, s, k, t)
    result = Poly(terms)
    return result.collect() if len(terms) > 8 else result


def _multiply_terms(c: Fraction, s: Term, k: Fraction, t: Term) -> list[tuple[Fraction, Term]]:
    if t.bound:
        t = refreshed(t)
    factors: Factors = dict(s.factors)
    for factor, exponent in t.factors:
        factors[factor] = factors.get(factor, Fraction(0)) + exponent
    return normal_form(c * k, factors, set(s.bound | t.bound))


def bind(poly: Poly, indices: Iterable[Idx]) -> Poly:
    """The sum of the polynomial over indices."""
    new = set(indices)
    if not new:
        return poly
    terms: list[tuple[Fraction, Term]] = []
    for c, t in poly.terms:
        terms += normal_form(c, dict(t.factors), set(t.bound) | new)
    return Poly(terms)


# --- powers ---------------------------------------------------------------------------------------------------------


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
    factor = Factor("group", None, (), (rest.collect(),))
    own = Poly(normal_form(Fraction(1), {factor: exponent}, set()))
    return own if content.constant == 1 else product(power(content, exponent), own)


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
            size_of = function("abs", single(f))
            pulled = product(pulled, power(size_of, e * exponent))
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
        for prime, count in _prime_factors(number):
            f = Factor("prime", prime, label=str(prime))
            factors[f] = factors.get(f, Fraction(0)) + sign * count * exponent
    return Poly(normal_form(Fraction(1), factors, set()))


def _prime_factors(number: int) -> list[tuple[int, int]]:
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
        return factor.data in ("exp", "abs", "cosh")
    if factor.head == "sym":
        return "positive" in factor.data.properties
    if factor.head == "group":
        return exponent.denominator > 1 or all(
            c > 0 and all(is_nonnegative(f, e) or _is_even(e) for f, e in t.factors)
            for c, t in factor.subs[0].terms
        )
    return False


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


# --- functions ------------------------------------------------------------------------------------------------------


def function(name: str, argument: Poly) -> Poly:
    """A function of a scalar, reduced to exp, log, roots and circular functions where it can be."""
    argument = argument.collect()
    match name:
        case "exp":
            return _exp(argument)
        case "log":
            return _log(argument)
        case "sqrt":
            return power(argument, Fraction(1, 2))
        case "sinh" | "cosh":
            sign = 1 if name == "cosh" else -1
            return (_exp(argument) + _exp(-argument).times(sign)).times(Fraction(1, 2))
        case "tanh":
            twice = _exp(argument.times(2))
            return product(twice - ONE_POLY, power(twice + ONE_POLY, -1))
        case "sigmoid":
            return power(ONE_POLY + _exp(-argument), -1)
        case "softplus":
            return _log(ONE_POLY + _exp(argument))
        case "relu":
            return (argument + function("abs", argument)).times(Fraction(1, 2))
        case "tan":
            return product(function("sin", argument), power(function("cos", argument), -1))
        case "abs" | "sign":
            return _absolute(name, argument)
    return _even_or_odd(name, argument)


def _even_or_odd(name: str, argument: Poly) -> Poly:
    if not argument.terms:
        return ONE_POLY if name == "cos" else _atom(name, argument) if name == "arccos" else ZERO
    if name in EVEN | ODD and argument.terms[0][0] < 0:
        positive = _atom(name, -argument)
        return positive if name in EVEN else -positive
    if name in ("sin", "cos"):
        return _circular(name, argument)
    return _atom(name, argument)


def _circular(name: str, argument: Poly) -> Poly:
    """sin and cos of sums and whole multiples, by the addition theorems."""
    (coefficient, term), *others = argument.terms
    if not others and _is_multiple_of_pi(argument):
        return ZERO if name == "sin" else Poly.number((-1) ** int(coefficient))
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


def _is_multiple_of_pi(argument: Poly) -> bool:
    if len(argument.terms) != 1:
        return False
    coefficient, term = argument.terms[0]
    return coefficient.denominator == 1 and [f.head for f, e in term.factors if e == 1] == ["pi"]


def _atom(name: str, argument: Poly) -> Poly:
    return single(Factor("fn", name, (), (argument.collect(),), label=name))


def _absolute(name: str, argument: Poly) -> Poly:
    if not argument.terms:
        return ZERO
    constant = argument.constant
    if constant is not None:
        return Poly.number(abs(constant) if name == "abs" else (1 if constant > 0 else -1))
    content, rest = extract_content(argument, positive_only=True)
    if len(rest.terms) == 1 and not rest.terms[0][1].bound:
        return _absolute_of_monomial(name, content, *rest.terms[0])
    if name == "sign":
        return (
            _even_or_odd(name, argument if content.constant == 1 else rest)
            if _strict(content)
            else (_atom(name, argument))
        )
    return product(content, _even_or_odd(name, rest))


def _strict(content: Poly) -> bool:
    """Whether a content is positive and not merely non-negative."""
    return all(f.head in ("size", "pi", "prime") or f.data == "exp" or f.head == "sym"
               for _, t in content.terms for f, _ in t.factors)  # fmt: skip


def _absolute_of_monomial(name: str, content: Poly, coefficient: Fraction, term: Term) -> Poly:
    parts = [] if name == "sign" and _strict(content) else [function_of_content(name, content)]
    if name == "sign" and coefficient < 0:
        parts.append(Poly.number(-1))
    elif name == "abs":
        parts.append(Poly.number(abs(coefficient)))
    for f, e in term.factors:
        if e.denominator > 1:
            parts.append(single(f, e) if name == "abs" else _atom("sign", single(f, e)))
        else:
            parts.append(power(_atom(name, single(f)), e))
    return product(ONE_POLY, *parts)


def function_of_content(name: str, content: Poly) -> Poly:
    return content if name == "abs" else _atom("sign", content) if not _strict(content) else ONE_POLY


def _exp(argument: Poly) -> Poly:
    """exp of a sum is a product: one factor for each term, the coefficient its exponent."""
    factors: list[Poly] = []
    for coefficient, term in argument.collect().terms:
        logarithm = _logarithm_alone(term)
        if logarithm is not None:
            factors.append(power(logarithm, coefficient))
        else:
            inner = Poly([(Fraction(1), term)]).collect()
            factors.append(single(Factor("fn", "exp", (), (inner,), label="exp"), coefficient))
    return product(ONE_POLY, *factors)


def _logarithm_alone(term: Term) -> Poly | None:
    if len(term.factors) == 1 and not term.bound:
        ((f, e),) = term.factors
        if f.head == "fn" and f.data == "log" and e == 1:
            return f.subs[0]
    return None


def _log(argument: Poly) -> Poly:
    """log of a product of positive factors is a sum; other products stay whole."""
    argument = argument.collect()
    if not argument.terms:
        raise NoIndexForm("logarithm of zero")
    content, rest = (
        extract_content(argument, positive_only=True)
        if len(argument.terms) > 1 or argument.terms[0][1].bound
        else _positive_part(argument)
    )
    total = ZERO
    for coefficient, term in content.terms:
        total += _log_number(coefficient)
        for f, e in term.factors:
            if f.head == "fn" and f.data == "exp":
                total += f.subs[0].times(e)
            else:
                total += _atom("log", single(f)).times(e)
    return total if rest.constant == 1 else total + _atom("log", rest)


def _positive_part(argument: Poly) -> tuple[Poly, Poly]:
    ((coefficient, term),) = argument.terms
    positive = tuple((f, e) for f, e in term.factors if is_nonnegative(f, e))
    others = tuple((f, e) for f, e in term.factors if not is_nonnegative(f, e))
    rest = Poly([(Fraction(1 if coefficient > 0 else -1), Term(others))])
    return Poly([(abs(coefficient), Term(positive))]), rest


def _log_number(value: Fraction) -> Poly:
    total = ZERO
    for number, sign in ((value.numerator, 1), (value.denominator, -1)):
        for prime, count in _prime_factors(number):
            total += _atom("log", Poly.number(prime)).times(sign * count)
    return total


def numeric_content(coefficients: Iterable[Fraction]) -> Fraction:
    """The largest positive rational that divides all of them."""
    values = list(coefficients)
    numerator = gcd(*(abs(v.numerator) for v in values))
    denominator = 1
    for v in values:
        denominator = denominator * v.denominator // gcd(denominator, v.denominator)
    return Fraction(numerator, denominator)
