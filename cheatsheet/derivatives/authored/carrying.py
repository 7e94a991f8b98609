"""Whether rules carry one side of a line over into the other, which are needed, and what is left if not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cheatsheet.calculus.errors import NoIndexForm
from cheatsheet.derivatives.authored.both_sides import Pairs
from cheatsheet.derivatives.authored.independent import Guarded, marked, unmarked
from cheatsheet.derivatives.rules.fractions import vanishes
from cheatsheet.derivatives.rules.matching import arranged
from cheatsheet.derivatives.rules.rearranged import rearranged
from cheatsheet.derivatives.rules.rule import COMMON_DENOMINATOR, Rule, Unordered, exhausted, fewest
from cheatsheet.language.expressions import Expr
from cheatsheet.language.table import ShapeError


@dataclass
class _Watched:
    """A rule that notes whether it found anything."""

    rule: Rule
    fired: bool = False

    @property
    def id(self) -> str:
        return self.rule.id

    def rewritten(self, expr: Expr) -> Expr:
        after = self.rule.rewritten(expr)
        self.fired = self.fired or after != expr
        return after


def sufficient(
    pairs: Pairs, rules: tuple[Rule, ...], always: tuple[Rule, ...], names: frozenset[str] = frozenset()
) -> list[Rule] | None:
    """As few of the rules as carry all pairs, None if all together do not; ``names`` are :func:`confined`."""

    def enough(some: Iterable[Rule]) -> bool:
        return _all_carried(pairs, [*always, *some], names)

    watched = [rule if _only_judges(rule) else _Watched(rule) for rule in rules]
    if not enough(watched):
        return None
    fired = [one.rule if isinstance(one, _Watched) else one for one in watched if getattr(one, "fired", True)]
    return fewest(fired, enough)


def _only_judges(rule: Rule) -> bool:
    """Whether a rule changes no expression, but says when two are the same."""
    return isinstance(rule, Unordered) or rule.id == COMMON_DENOMINATOR


def _all_carried(pairs: Pairs, rules: Iterable[Rule], names: frozenset[str]) -> bool:
    pairs, guarded = _guarded(pairs, list(rules), names)
    return all(carried(before, guarded, after) for before, after in pairs)


def _guarded(pairs: Pairs, rules: list[Rule], names: frozenset[str]) -> tuple[Pairs, list[Rule]]:
    """Sides and rules with what varies marked inside derivatives."""
    if not names:
        return pairs, rules
    marked_pairs = [(marked(before, names), marked(after, names)) for before, after in pairs]
    return marked_pairs, [rule if _only_judges(rule) else Guarded(rule, names) for rule in rules]


def carried(before: Expr, rules: list[Rule], after: Expr) -> bool:
    """Whether the rules lead from one to the other; lines, claims and lemmas are used on one side, or on both."""
    try:
        if arranged(unmarked(before)) == arranged(unmarked(after)):
            return True
        whole = [rewritten(side, rules) for side in (before, after)]
        if _meet(whole[0], whole[1], rules):
            return True
        laws_ = [rule for rule in rules if rule.id not in _LEMMAS]
        if len(laws_) == len(rules):
            return False
        bare = [exhausted(side, laws_) for side in (before, after)]
        return _meet(whole[0], bare[1], rules) or _meet(bare[0], whole[1], rules)
    except (NoIndexForm, ShapeError):
        return False


def _meet(one: Expr, other: Expr, rules: list[Rule]) -> bool:
    """Whether two forms are the same, for fractions once they have one denominator if that is named."""
    unordered = [rule.unordered for rule in rules if isinstance(rule, Unordered)]
    sides = (unmarked(one), unmarked(other))
    a, b = (rearranged(side, unordered) if unordered else arranged(side) for side in sides)
    return a == b or (any(r.id == COMMON_DENOMINATOR for r in rules) and vanishes(a - b))


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


def what_is_left(pairs: Pairs, rules: tuple[Rule, ...], names: frozenset[str]) -> str:
    """What the rules make of the two sides that they do not bring together."""
    pairs, guarded = _guarded(pairs, list(rules), names)
    for before, after in pairs:
        if not carried(before, guarded, after):
            mine, other = (unmarked(rewritten(side, guarded)) for side in (before, after))
            return f"the rules named do not lead here: they give {mine}, and of this line {other}"
    return "the rules named do not lead here"
