"""Functions of a scalar in index form, reduced to exp, log, roots, and sin and cos where they can be."""

from __future__ import annotations

from fractions import Fraction

from cheatsheet.calculus.algebra import ONE_POLY, product, single
from cheatsheet.calculus.powers import (
    extract_content,
    is_nonnegative,
    is_positive,
    is_positive_definite,
    is_unimodular,
    power,
    prime_factors,
    sign_of,
)
from cheatsheet.calculus.terms import ZERO, Factor, NoIndexForm, Poly, Term
from cheatsheet.language.table import TABLE


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
        case "arccos":
            half_pi = single(Factor("pi", None, label="pi")).times(Fraction(1, 2))
            return half_pi - function("arcsin", argument)
        case "abs" | "sign":
            return _absolute(name, argument)
    return _even_or_odd(name, argument)


def _common_delta(argument: Poly) -> Factor | None:
    """A Kronecker delta that every term of the argument has."""
    deltas = [{f for f, _ in t.factors if f.head == "delta"} for _, t in argument.terms]
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
        positive = _circular(name, -argument) if name in ("sin", "cos") else _atom(name, -argument)
        return positive if fact.parity == "even" else -positive
    if name in ("sin", "cos"):
        return _circular(name, argument)
    if name == "arctan" and len(argument.terms) == 1:
        return _arctan(argument)
    return _atom(name, argument)


def _arctan(argument: Poly) -> Poly:
    """arctan(1/x) = π/2 − arctan(x) for positive x."""
    coefficient, term = argument.terms[0]
    inverted = bool(term.factors) and all(e < 0 for _, e in term.factors) and coefficient > 0
    if inverted and not term.bound and all(is_positive(f) for f, _ in term.factors):
        half_pi = single(Factor("pi", None, label="pi")).times(Fraction(1, 2))
        return half_pi - _atom("arctan", power(argument, -1))
    return _atom("arctan", argument)


def _circular(name: str, argument: Poly) -> Poly:
    """sin and cos of sums and whole multiples, by the addition theorems."""
    (coefficient, term), *others = argument.terms
    if not others and _is_multiple_of_pi(argument.times(2)):
        return _at_quarter_turns(name, int(coefficient * 2))
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


def _at_quarter_turns(name: str, count: int) -> Poly:
    """sin and cos of count · π/2."""
    return Poly.number((0, 1, 0, -1)[(count if name == "sin" else count + 1) % 4])


def _inverse_function(argument: Poly) -> tuple[str, Poly] | None:
    """(arcsin, x) of arcsin(x), and likewise for arctan."""
    coefficient, term = argument.terms[0]
    if len(argument.terms) == 1 and coefficient == 1 and len(term.factors) == 1:
        ((f, e),) = term.factors
        if f.head == "fn" and f.data in ("arcsin", "arctan") and e == 1:
            return f.data, f.subs[0]
    return None


def _of_inverse(name: str, inverse: str, x: Poly) -> Poly:
    """sin arcsin x = x, cos arcsin x = √(1 − x²), cos arctan x = 1/√(1 + x²), sin arctan x = x/√(1 + x²)."""
    if inverse == "arcsin":
        return x if name == "sin" else power(ONE_POLY - product(x, x), Fraction(1, 2))
    root = power(ONE_POLY + product(x, x), Fraction(-1, 2))
    return root if name == "cos" else product(x, root)


def _is_multiple_of_pi(argument: Poly) -> bool:
    if len(argument.terms) != 1:
        return False
    coefficient, term = argument.terms[0]
    return coefficient.denominator == 1 and [(f.head, e) for f, e in term.factors] == [("pi", Fraction(1))]


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
    return all(f.head in ("size", "pi", "prime", "sym", "det") or sign_of(f) == "positive"
               for _, t in content.terms for f, _ in t.factors)  # fmt: skip


def _absolute_of_monomial(name: str, content: Poly, coefficient: Fraction, term: Term) -> Poly:
    parts = [] if name == "sign" and _strict(content) else [function_of_content(name, content)]
    if name == "sign" and coefficient < 0:
        parts.append(Poly.number(-1))
    elif name == "abs":
        parts.append(Poly.number(abs(coefficient)))
    for f, e in term.factors:
        if is_unimodular(f) or (f.head == "det" and is_positive_definite(f)):
            if (name == "sign" and is_unimodular(f)) or (name == "abs" and not is_unimodular(f)):
                parts.append(single(f, e))
        elif e.denominator > 1:
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
        for prime, count in prime_factors(number):
            total += _atom("log", Poly.number(prime)).times(sign * count)
    return total
