"""Zero in every case: what the domain of a sum says, and a case split by the signs of what stands in |·| and sign.

The cases cover every point of the domain, the kinks among them; one whose facts contradict each other has no points.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from itertools import islice

from cheatsheet.calculus import algebra, functions, powers
from cheatsheet.calculus.algebra import ONE_POLY
from cheatsheet.calculus.errors import NoIndexForm, Undefined
from cheatsheet.calculus.factors import Dimension, Exponential, Function, Group, is_function
from cheatsheet.calculus.facts import Fact, Signs, assumed, assuming, is_defined_as_written
from cheatsheet.calculus.signs import (
    NEGATIVE,
    NONNEGATIVE,
    NONZERO,
    POSITIVE,
    ZERO_SIGN,
    signs_of,
    signs_of_factor,
)
from cheatsheet.calculus.terms import ZERO, Factor, Idx, Poly, Term

MOST_CASES = 60
"""How many cases of one sum are looked at before it is given up."""
MOST_FACTS = 10
MOST_SPLIT = 60
"""Sums of more terms are not split."""
Substitution = Mapping[Factor, Poly]
Vanishes = Callable[[Poly], bool]


def zero_in_every_case(poly: Poly, vanishes: Vanishes) -> bool:
    """Whether the sum is shown to be zero on its domain, by its facts and a split into cases."""
    poly = poly.collect()
    if len(poly.terms) > MOST_SPLIT:
        return False
    facts = list(islice(domain(poly), MOST_FACTS)) if is_defined_as_written() else []
    freed = _freed(poly)
    if not facts and freed is None and _cases(poly) is None:
        return False
    with assuming(facts):
        return _every_case(poly, vanishes, [MOST_CASES], bool(facts)) or (
            freed is not None and zero_in_every_case(freed, vanishes)
        )


def _every_case(poly: Poly, vanishes: Vanishes, left: list[int], anew: bool) -> bool:
    left[0] -= 1
    if left[0] < 0:
        return False
    try:
        if anew:
            poly = rebuilt(poly, _eliminations()).collect()
            if vanishes(poly):
                return True
        if not poly.terms:
            return True
        cases = _cases(poly)
    except Undefined:
        return is_defined_as_written()  # then the case lies outside the domain
    except NoIndexForm:
        return False
    if cases is None:
        return False
    for facts in cases:
        with assuming(facts):
            if not _every_case(poly, vanishes, left, True):
                return False
    return True


# --- the domain -------------------------------------------------------------------------------------------------------


def factors_within(poly: Poly) -> Iterator[tuple[Factor, Fraction]]:
    """Every factor with its exponent, inner ones before those that they stand in."""
    for _, term in poly.terms:
        for factor, exponent in term.factors:
            if not factor.closed:
                for sub in factor.subs:
                    yield from factors_within(sub)
            yield factor, exponent


def domain(poly: Poly) -> Iterator[Fact]:
    """What holds wherever the sum is defined, beyond what is known without it."""
    seen: set[tuple[Poly, Signs]] = set()
    for factor, exponent in factors_within(poly):
        for argument, signs in _required(factor, exponent):
            if (argument, signs) in seen or any(i.name is None for i in argument.indices):
                continue
            seen.add((argument, signs))
            if not signs_of(argument) <= signs:
                yield Fact(argument, signs)


def _required(factor: Factor, exponent: Fraction) -> Iterator[tuple[Poly, Signs]]:
    own = (
        factor.subs[0]
        if isinstance(factor, Group)
        else Poly([(Fraction(1), Term(((factor, Fraction(1)),)))], True)
    )
    if exponent.denominator > 1:
        yield own, NONNEGATIVE if exponent > 0 else POSITIVE
    elif exponent < 0:
        yield own, NONZERO
    if is_function(factor, "log"):
        yield factor.subs[0], POSITIVE
    if is_function(factor, "arcsin"):
        yield (ONE_POLY - factor.subs[0]).collect(), NONNEGATIVE
        yield (ONE_POLY + factor.subs[0]).collect(), NONNEGATIVE


def _exponents_over(base: Poly, poly: Poly) -> list[Fact]:
    """0ᵉ is defined for e ≥ 0 only."""
    return [
        Fact(factor.subs[1], NONNEGATIVE)
        for factor, _ in factors_within(poly)
        if isinstance(factor, Exponential) and factor.subs[0] == base
    ]


# --- cases ------------------------------------------------------------------------------------------------------------


def _cases(poly: Poly) -> list[list[Fact]] | None:
    """The facts of each case that is possible, one of which holds at every point; None where nothing decides.

    What stands innermost is decided first, so that it has no case split in it.
    """
    signs_alone: Factor | None = None
    for factor, _ in factors_within(poly):
        if not isinstance(factor, Function | Exponential) or any(i.name is None for i in factor.indices):
            continue
        argument = factor.subs[0]
        if is_function(factor, "abs", "sign") and len(signs_of(argument)) > 1:
            return _by_sign(argument, [POSITIVE, ZERO_SIGN, NEGATIVE], poly)
        if isinstance(factor, Exponential) and 0 in signs_of(argument) and len(signs_of(argument)) > 1:
            return _by_sign(argument, [ZERO_SIGN, NONZERO], poly)
        if argument.constant == -1:
            signs_alone = factor
    if signs_alone is None:
        return None
    own = Poly([(Fraction(1), Term(((signs_alone, Fraction(1)),)))], True)
    return [[Fact((own - Poly.number(value)).collect(), ZERO_SIGN)] for value in (1, -1)]


def _by_sign(argument: Poly, choices: list[Signs], poly: Poly) -> list[list[Fact]]:
    possible = signs_of(argument)
    return [
        [
            Fact(argument, choice & possible),
            *(_exponents_over(argument, poly) if choice == ZERO_SIGN and is_defined_as_written() else []),
        ]
        for choice in choices
        if choice & possible
    ]


def _eliminations() -> dict[Factor, Poly]:
    """Factors that the facts say how to replace: b by a where a − b = 0."""
    found: dict[Factor, Poly] = {}
    for fact in assumed():
        if fact.signs != ZERO_SIGN:
            continue
        with assuming((), alone=True):
            current = rebuilt(fact.poly, found)
        for coefficient, term in current.terms:
            if len(term.factors) != 1 or term.bound or term.factors[0][1] != 1:
                continue
            lead = term.factors[0][0]
            rest = Poly(t for t in current.terms if t[1] is not term)
            if any(f == lead for f, _ in factors_within(rest)):
                continue
            value = rest.times(-1 / coefficient).collect()
            found = {f: rebuilt(p, {lead: value}) for f, p in found.items()}
            found[lead] = value
            break
    return found


def rebuilt(poly: Poly, change: Substitution) -> Poly:
    """The sum made anew from its factors, some of them replaced, so that it uses the facts now assumed."""
    total = ZERO
    for coefficient, term in poly.terms:
        parts = [powers.power(_factor(f, change), e) for f, e in term.factors]
        total += algebra.bind(algebra.product(Poly.number(coefficient), *parts), term.bound)
    total = total.collect()
    return ZERO if assumed() and signs_of(total) == ZERO_SIGN else total


def _factor(factor: Factor, change: Substitution) -> Poly:
    if factor in change:
        return change[factor]
    match factor:
        case Function():
            made = functions.function(factor.name, rebuilt(factor.subs[0], change))
        case Group():
            made = rebuilt(factor.subs[0], change)
        case Exponential():
            made = powers.symbolic_power(*(rebuilt(s, change) for s in factor.subs))
        case _:
            made = algebra.single(factor)
    return ZERO if assumed() and signs_of_factor(factor) == ZERO_SIGN else made


# --- sums over an index -----------------------------------------------------------------------------------------------


def _freed(poly: Poly) -> Poly | None:
    """The summand of sums over one axis, at a free index: where it is zero, so is the sum."""
    for factor, _ in factors_within(poly):
        inner = [i for i in factor.indices if i.name is None]
        if is_function(factor, "abs", "sign") and inner:
            axis = inner[0].axis
            free = Idx.free("§", axis)
            terms: list[tuple[Fraction, Term]] = []
            for coefficient, term in poly.terms:
                own = sorted((i for i in term.bound if i.axis == axis), key=lambda i: i.number)
                size = Dimension(str(axis.value))
                if not own and dict(term.factors).get(size, 0) >= 1:
                    rest = tuple((f, e - 1 if f == size else e) for f, e in term.factors)
                    terms.append((coefficient, Term(tuple(fe for fe in rest if fe[1]), term.bound)))
                    continue
                if len(own) != 1:
                    return None
                factors = tuple((f.replace({own[0]: free}), e) for f, e in term.factors)
                terms.append((coefficient, Term(factors, term.bound - {own[0]})))
            return Poly(terms).collect()
    return None
