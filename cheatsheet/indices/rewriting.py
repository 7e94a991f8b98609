"""Rewriting one product into normal form.

Every rule replaces a product by an equal sum of products, for every value and dimension in the domain; what a rule
needs (a property, an index that stands nowhere else) it checks itself.
"""

from __future__ import annotations

from fractions import Fraction

from cheatsheet.indices import matrix_rules, patience, scalar_rules
from cheatsheet.indices.products import Product, Rule
from cheatsheet.indices.scalar_rules import MOST_TERMS
from cheatsheet.indices.terms import Factor, Factors, Idx, NoIndexForm, Term

MOST_STEPS = 4000

RULES: tuple[Rule, ...] = (
    scalar_rules.drop_zero_exponents,
    scalar_rules.contract_delta,
    scalar_rules.expand_group,
    scalar_rules.reduce_functions,
    scalar_rules.pull_primes,
    scalar_rules.merge_symbolic_exponents,
    matrix_rules.reduce_signs,
    matrix_rules.contract_properties,
    matrix_rules.contract_triangular,
    matrix_rules.contract_pseudo_inverse,
    matrix_rules.absorb_projector,
    matrix_rules.merge_powers,
    matrix_rules.cancel_inverse,
    scalar_rules.cancel_group,
    scalar_rules.split_fraction,
)


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
        patience.check()
        if steps > MOST_STEPS or len(work) > MOST_TERMS:
            raise NoIndexForm("the expression has too many terms")
        for rule in RULES:
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
            size = Factor("size", index.axis.value, label=str(index.axis.value))
            factors = {**factors, size: factors.get(size, Fraction(0)) + 1}
    return coefficient, Term(tuple((f, e) for f, e in factors.items() if e), frozenset(bound & used))
