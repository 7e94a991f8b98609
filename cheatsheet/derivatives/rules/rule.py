"""A rule is a name and what it makes of an expression; a step is carried by its rules if nothing else is needed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from cheatsheet.calculus.errors import NoIndexForm
from cheatsheet.calculus.terms import Poly
from cheatsheet.calculus.to_expression import component
from cheatsheet.derivatives.rules.fractions import vanishes
from cheatsheet.derivatives.rules.rearranged import Holds, rearranged
from cheatsheet.derivatives.rules.remembering import MOST_KEPT
from cheatsheet.derivatives.rules.unfolding import component_of_sum
from cheatsheet.language.expressions import Apply, Expr, Index, Sum, rebuild
from cheatsheet.language.table import build

MOST_ROUNDS = 12
"""How often the rules of a step are applied in turn to all of a line."""

MOST_LEVELS = 90
"""Levels of an expression beyond which no rule is applied to it any more."""

COMMON_DENOMINATOR = "common-denominator"


class Rule(Protocol):
    """One named rule, read from left to right."""

    @property
    def id(self) -> str:
        """The name of the rule; its words are ``why-{id}`` in the glossary."""

    def rewritten(self, expr: Expr) -> Expr:
        """The expression with the rule applied wherever it fits, the same expression where it does not."""


@lru_cache(maxsize=MOST_KEPT)
def spread(expr: Expr) -> Expr:
    """The expression with the components of sums and multiples apart, (2A + B)ᵢⱼ = 2aᵢⱼ + bᵢⱼ, as rearrangement has it.

    A rule that speaks of components then finds them.
    """
    expr = rebuild(expr, spread)
    match expr:
        case Apply(op="component", args=(Sum() as total, *indices)):
            return spread(component_of_sum(total, [i for i in indices if isinstance(i, Index)]))
        case Apply(op="component", args=(Apply() as operand, *indices)):
            places = [i for i in indices if isinstance(i, Index)]
            if operand.op in ("add", "sub", "neg", "scale", "over") or (operand.op, len(places)) == (
                "transpose",
                1,
            ):
                parts = [a if a.shape.is_scalar else spread(component(a, places)) for a in operand.children]
                return parts[0] if operand.op == "transpose" else build(operand.op, *parts)
    return expr


def too_deep(expr: Expr) -> bool:
    """Whether an expression is nested deeper than rules go, which visit it level by level.

    >>> from cheatsheet.language.expressions import Number
    >>> total = Number(1)
    >>> for _ in range(MOST_LEVELS): total = build("add", total, Number(1))
    >>> too_deep(total), too_deep(total.children[0])
    (True, False)
    """
    return expr.levels > MOST_LEVELS


def exhausted(expr: Expr, rules: Sequence[Rule]) -> Expr:
    """The expression with the rules applied in turn until none fits any more, or for a bounded number of rounds.

    Raises :class:`~cheatsheet.calculus.errors.NoIndexForm` where that grows beyond what rules go through.
    """
    expr = spread(expr)
    for _ in range(MOST_ROUNDS):
        before = expr
        for rule in rules:
            after = rule.rewritten(expr)
            if after is not expr:
                expr = spread(after)
                if too_deep(expr):
                    raise NoIndexForm("nested too deeply")
        if expr == before:
            break
    return expr


def carries(before: Expr, rules: Sequence[Rule], after: Expr) -> bool:
    """Whether the rules and rearrangement lead from one expression to the other, read forwards or backwards.

    Both sides are rewritten by these rules alone until none fits; the step is proved if what is left is rearranged
    into the same. Without rules, rearrangement alone has to do it.

    >>> from cheatsheet.language.elaborate import Declarations, elaborate_claim
    >>> from cheatsheet.catalogue.load import read_given
    >>> equation = elaborate_claim("a * b + c == c + b * a", Declarations(read_given("a: [], b: [], c: []")))
    >>> carries(equation.lhs, [], equation.rhs), carries(equation.lhs, [], equation.lhs.children[0])
    (True, False)
    """
    try:
        if rearranged(before) == rearranged(after):
            return True
        if not rules:
            return False
        one, other = form(before, rules), form(after, rules)
        return one == other or (any(r.id == COMMON_DENOMINATOR for r in rules) and vanishes(one - other))
    except NoIndexForm:
        return False


def form(expr: Expr, rules: Sequence[Rule]) -> Poly:
    """What the rules make of an expression, rearranged; raises :class:`NoIndexForm`."""
    unordered = [rule.unordered for rule in rules if isinstance(rule, Unordered)]
    expr = exhausted(expr, rules)
    for rule in rules:
        if isinstance(rule, Once):
            expr = exhausted(rule.once(expr), rules)
    return rearranged(expr, unordered)


@dataclass(frozen=True)
class Once:
    """A rule that is used once, when the others have been: wᵢⱼ = (wᵢⱼ − wⱼᵢ) / 2 for antisymmetric matrices."""

    id: str
    once: Callable[[Expr], Expr]

    def rewritten(self, expr: Expr) -> Expr:
        return expr


@dataclass(frozen=True)
class CommonDenominator:
    """Fractions brought to a common denominator: two sides are equal if their numerators then are."""

    id: str = COMMON_DENOMINATOR

    def rewritten(self, expr: Expr) -> Expr:
        return expr


@dataclass(frozen=True)
class Unordered:
    """The rule that the entries of some matrices do not depend on the order of their indices."""

    id: str
    unordered: Holds

    def rewritten(self, expr: Expr) -> Expr:
        return expr


def needed(before: Expr, rules: Iterable[Rule], after: Expr) -> tuple[Rule, ...] | None:
    """As few of the rules as carry the step: none of them can be left out. None if all together do not carry it."""
    named = list(rules)
    if not carries(before, named, after):
        return None
    return tuple(fewest(named, lambda kept: carries(before, kept, after)))


def fewest(rules: Sequence[Rule], enough: Callable[[list[Rule]], bool]) -> list[Rule]:
    """Rules that are enough without those that can be left out, which is tried of each in turn."""
    kept = list(rules)
    for rule in rules:
        others = [r for r in kept if r is not rule]
        if enough(others):
            kept = others
    return kept
