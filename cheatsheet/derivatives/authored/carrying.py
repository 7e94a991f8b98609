"""Whether rules carry one side of a line over into the other, which are needed, and what is left if not."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from cheatsheet.calculus.terms import NoIndexForm
from cheatsheet.derivatives.authored.rules import Pairs
from cheatsheet.derivatives.rules.matching import arranged
from cheatsheet.derivatives.rules.rule import MOST_ROUNDS, Rule, exhausted
from cheatsheet.language.expressions import Expr, walk
from cheatsheet.language.table import ShapeError

LARGEST = 2000
"""The parts of an expression beyond which it is no longer followed whether some rule finds anything in it."""


def sufficient(pairs: Pairs, rules: tuple[Rule, ...], always: tuple[Rule, ...]) -> list[Rule] | None:
    """As few of the rules as carry all pairs, None if all together do not."""
    if not _all_carried(pairs, [*always, *rules]):
        return None
    kept = [
        rule
        for rule in rules
        if any(_changes(rule, side, [*always, *rules]) for pair in pairs for side in pair)
    ]
    for rule in list(kept):
        others = [r for r in kept if r is not rule]
        if _all_carried(pairs, [*always, *others]):
            kept = others
    return kept


def _changes(rule: Rule, expr: Expr, rules: list[Rule]) -> bool:
    """Whether a rule finds anything on the way on which the rules take an expression."""
    for _ in range(MOST_ROUNDS):
        before = expr
        for other in rules:
            after = other.rewritten(expr)
            if other is rule and after != expr:
                return True
            expr = after
        if expr == before:
            return False
        if sum(1 for _ in islice(walk(expr), LARGEST)) == LARGEST:
            return True  # kept, and tried without by what follows
    return True


def _all_carried(pairs: Pairs, rules: Iterable[Rule]) -> bool:
    rules = list(rules)
    return all(carried(before, rules, after) for before, after in pairs)


def carried(before: Expr, rules: list[Rule], after: Expr) -> bool:
    """Whether the rules lead from one to the other; lines, claims and lemmas are used on one side, or on both."""
    try:
        if arranged(before) == arranged(after):
            return True
        whole = [rewritten(side, rules) for side in (before, after)]
        if arranged(whole[0]) == arranged(whole[1]):
            return True
        laws_ = [rule for rule in rules if rule.id not in _LEMMAS]
        if len(laws_) == len(rules):
            return False
        bare = [exhausted(side, laws_) for side in (before, after)]
        return arranged(whole[0]) == arranged(bare[1]) or arranged(bare[0]) == arranged(whole[1])
    except (NoIndexForm, ShapeError):
        return False


_ONCE = ("entry",)
_LEMMAS = ("line", "claim", "entry")


def rewritten(expr: Expr, rules: list[Rule]) -> Expr:
    """The expression with rules used until none fits; a claim of another entry is used once, where it is found."""
    once = [rule for rule in rules if rule.id in _ONCE]
    laws = [rule for rule in rules if rule not in once]
    expr = exhausted(expr, laws)
    for rule in once:
        expr = rule.rewritten(expr)
    return exhausted(expr, laws) if once else expr


def what_is_left(pairs: Pairs, rules: tuple[Rule, ...]) -> str:
    """What the rules make of the two sides that they do not bring together."""
    for before, after in pairs:
        if not carried(before, list(rules), after):
            mine, other = (rewritten(side, list(rules)) for side in (before, after))
            return f"the rules named do not lead here: they give {mine}, and of this line {other}"
    return "the rules named do not lead here"
