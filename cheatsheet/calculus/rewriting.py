"""Rewriting one product into normal form.

Every rule replaces a product by an equal sum of products, for every value and dimension in the domain; what a rule
needs (a property, an index that stands nowhere else) it checks itself.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache

from cheatsheet.calculus import budget, matrix_rules, pseudo_inverses, scalar_rules
from cheatsheet.calculus.budget import MOST_TERMS
from cheatsheet.calculus.errors import NoIndexForm
from cheatsheet.calculus.factors import Dimension, Entry
from cheatsheet.calculus.partial_products import Product, Rule
from cheatsheet.calculus.terms import Factor, Factors, Idx, Term

MOST_STEPS = 4000

SPECIAL = "special"
"""In place of a head: the component of a symbol with declared properties."""

RULES: tuple[tuple[Rule, frozenset[str]], ...] = (
    (scalar_rules.contract_delta, frozenset({"delta"})),
    (scalar_rules.expand_group, frozenset({"group"})),
    (scalar_rules.reduce_functions, frozenset({"fn"})),
    (scalar_rules.pull_primes, frozenset({"prime"})),
    (scalar_rules.merge_symbolic_exponents, frozenset({"expo"})),
    (matrix_rules.reduce_signs, frozenset({"det"})),
    (matrix_rules.contract_properties, frozenset({SPECIAL})),
    (matrix_rules.reduce_diagonal_entries, frozenset({SPECIAL})),
    (matrix_rules.contract_triangular, frozenset({SPECIAL, "mat"})),
    (pseudo_inverses.contract_pseudo_inverse, frozenset({"mat"})),
    (pseudo_inverses.absorb_projector, frozenset({SPECIAL})),
    (matrix_rules.merge_powers, frozenset({"mat"})),
    (matrix_rules.cancel_inverse, frozenset({"mat"})),
    (scalar_rules.cancel_group, frozenset({"group"})),
    (scalar_rules.split_fraction, frozenset({"group"})),
)
"""Each rule with the heads of the factors that it starts from: a product without any of them is not shown to it."""


@cache
def _rules_for(heads: frozenset[str]) -> tuple[Rule, ...]:
    return tuple(rule for rule, starts in RULES if starts & heads)


def _head(factor: Factor) -> str:
    return SPECIAL if isinstance(factor, Entry) and factor.of.properties else factor.head


def normal_form(coefficient: Fraction, factors: Factors, bound: set[Idx]) -> list[tuple[Fraction, Term]]:
    """The terms that the product is equal to, no rule applicable to any of them."""
    done: list[tuple[Fraction, Term]] = []
    work: list[Product] = [(coefficient, factors, bound)]
    steps = 0
    while work:
        coefficient, factors, bound = work.pop()
        if not coefficient:
            continue
        steps += 1
        budget.check()
        if steps > MOST_STEPS or len(work) > MOST_TERMS:
            raise NoIndexForm("the expression has too many terms")
        if not all(factors.values()):
            factors = {f: e for f, e in factors.items() if e}
        for rule in _rules_for(frozenset(map(_head, factors))):
            result = rule(coefficient, factors, bound)
            if result is not None:
                work += result
                break
        else:
            done.append(_finished(coefficient, factors, bound))
    return done


def _finished(coefficient: Fraction, factors: Factors, bound: set[Idx]) -> tuple[Fraction, Term]:
    """The term; an index that stands in no factor counts the entries of its axis."""
    used: set[Idx] = set().union(*(f.indices for f in factors))
    for index in bound - used:
        if index.axis.kind == "integer":
            coefficient *= int(index.axis.value or 0)
        else:
            size = Dimension(str(index.axis.value))
            factors = {**factors, size: factors.get(size, Fraction(0)) + 1}
    return coefficient, Term(tuple((f, e) for f, e in factors.items() if e), frozenset(bound & used))
