"""Two chains of lines joined where they meet: by rearrangement, or by rules that are then all needed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from cheatsheet.calculus.errors import NoIndexForm
from cheatsheet.calculus.terms import Poly
from cheatsheet.derivatives.rules.laws import laws
from cheatsheet.derivatives.rules.numbers import FORMULAS
from cheatsheet.derivatives.rules.properties import PROPERTIES
from cheatsheet.derivatives.rules.rearranged import rearranged
from cheatsheet.derivatives.rules.registry import rule
from cheatsheet.derivatives.rules.rule import (
    COMMON_DENOMINATOR,
    CommonDenominator,
    Once,
    Unordered,
    carries,
    needed,
)
from cheatsheet.derivatives.rules.words import LAW
from cheatsheet.derivatives.steps.chains import Chain, Line, applied, flattened
from cheatsheet.derivatives.steps.naming import matching_names, rename_bound
from cheatsheet.language.expressions import Apply, Expr, Sum, symbols, walk
from cheatsheet.language.table import TABLE

MOST_REASONS = 3
"""Rules that one step may name; where more are needed it is split."""

COMPARING = (Unordered, Once, CommonDenominator)
"""Rules that do not show in a line by themselves, only in what two lines are compared by."""
ABOUT_NUMBERS = {
    "exp": ("exp-law",),
    "log": ("log-exp", "log-product", "log-power"),
    "power": ("power-law",),
    "sqrt": ("root-law",),
    "abs": ("abs-law",),
    "sign": ("abs-law",),
    "sin": ("addition-theorem", "pythagoras"),
    "cos": ("addition-theorem",),
}
"""Functions of numbers and the rules that speak of them."""

DISTRIBUTIVE = "distribute-"
"""Laws that multiply out one bracket at a time, for which ``expand`` stands here."""

Barred = frozenset[str]


def joined(
    left: Sequence[Line], right: Sequence[Line], barred: Barred = frozenset(), by_laws: bool = False
) -> list[Line] | None:
    """Down the left chain and up the right one, the shortest way; None where they are not shown to meet.

    ``by_laws``: the chains are made by all the laws there are, so that no others are left to be tried.
    """
    meeting = _first_meeting(left, right)
    if meeting is not None:
        i, j = meeting
        return _around(left[: i + 1], (), right[: j + 1])
    if by_laws:
        return None
    a, b = left[-1].expr, right[-1].expr
    for ids in (tuple(pool(a, b, barred)), tuple(pool(a, b, barred, with_laws=True))):
        found = _needed(a, ids, b)
        if found is None:
            continue
        if len(found) <= MOST_REASONS:
            return _around(left, found, right)
        split = _split(a, found, b)
        if split is not None:
            return _around([*left, *split[0]], split[1], [*right, *split[2]])
    return None


def _around(left: Sequence[Line], meeting: tuple[str, ...], right: Sequence[Line]) -> list[Line]:
    """The lines of both chains; reasons of the right one belong to the line below."""
    names = matching_names(right[-1].expr, left[-1].expr)
    renamed = [Line(_renamed(line.expr, names), line.reasons) for line in right]
    lines = list(left)
    reasons = meeting
    for k, line in enumerate(reversed(renamed)):
        lines.append(Line(line.expr, reasons, backwards=k > 0))
        reasons = line.reasons
    return lines


def _renamed(expr: Expr, names: dict[str, str]) -> Expr:
    """The line with the names of the other chain, unless two of its own sums would then have one name."""
    new = rename_bound(expr, names)
    return new if form(new) == form(expr) else expr


def _first_meeting(left: Sequence[Line], right: Sequence[Line]) -> tuple[int, int] | None:
    """The numbers of two lines that are rearranged into each other, as near to the ends of the claim as can be."""
    forms = [[form(line.expr) for line in chain] for chain in (left, right)]
    pairs = sorted(((i, j) for i in range(len(left)) for j in range(len(right))), key=lambda p: (sum(p), p))
    return next(((i, j) for i, j in pairs if forms[0][i] is not None and forms[0][i] == forms[1][j]), None)


def form(expr: Expr) -> Poly | None:
    """The rearranged form, None where it would be too long a search."""
    try:
        return rearranged(expr)
    except NoIndexForm:
        return None


def _needed(a: Expr, ids: Iterable[str], b: Expr) -> tuple[str, ...] | None:
    """The rules that lead from one form to the other, none of them idle."""
    rules = [rule(id) for id in ids]
    if not carries(a, rules, b):
        return None
    fired = {*applied(a, ids)[1], *applied(b, ids)[1], *(r.id for r in rules if isinstance(r, COMPARING))}
    once = any(isinstance(r, Once) for r in rules)  # after which other rules find more to do
    found = needed(a, [r for r in rules if once or r.id in fired], b)
    return None if found is None else tuple(r.id for r in found)


def _split(a: Expr, ids: Sequence[str], b: Expr) -> tuple[list[Line], tuple[str, ...], list[Line]] | None:
    """A line for each rule on either side, until the two meet, and the rules by which they do."""
    comparing = [r for r in map(rule, ids) if isinstance(r, COMPARING)]
    rewriting = [id for id in ids if id not in {r.id for r in comparing}]
    chains = [Chain(a, lambda expr: expr), Chain(b, lambda expr: expr)]
    for _ in range(MOST_REASONS):
        for id in rewriting:
            for chain in chains:
                chain.step([id])
            found = needed(chains[0].expr, comparing, chains[1].expr)
            if found is not None:
                return chains[0].lines[1:], tuple(r.id for r in found), chains[1].lines[1:]
    return None


# --- which rules may be of use ----------------------------------------------------------------------------------------


def pool(a: Expr, b: Expr, barred: Barred, with_laws: bool = False) -> Iterator[str]:
    """The rules that speak of something in the expressions, those barred left out."""
    yield from (id for id in _speaking_of(a, b, with_laws) if id not in barred)


def _speaking_of(a: Expr, b: Expr, with_laws: bool) -> Iterator[str]:
    nodes = [n for side in (a, b) for n in walk(side)]
    operators = {n.op for n in nodes if isinstance(n, Apply)}
    declared = {p for side in (a, b) for s in symbols(side) for p in s.properties}
    if with_laws:
        yield from laws_about(operators)
        yield from ("def-matmul", "def-transpose")
    yield from (p.id for p in PROPERTIES if p.id.removeprefix("property-") in declared)
    if declared & {"lower_triangular", "upper_triangular"}:
        yield "triangular-product"
    if any(TABLE[op].of_transpose for op in operators):
        yield "symmetric-function"
    yield from (id for op, id in (("inv", "inverse"), ("adj", "adjugate")) if op in operators)
    if {"adj", "inv"} <= operators:
        yield "adjugate-by-inverse"
    if any(isinstance(n, Apply) and n.op == "diff" and len(flattened(n).children) > 2 for n in nodes):
        yield "mixed-partials"
    if "logdet" in operators:
        yield "function-logdet"
    yield from (id for op, id in (("det", "cofactor-expansion"), ("adj", "def-adj")) if op in operators)
    yield from (f"function-{op}" for op in FORMULAS if op in operators)
    functions = {
        *operators,
        *(("exp",) if operators & set(FORMULAS) else ()),
        *(("log",) if "logdet" in operators else ()),
    }
    yield from dict.fromkeys(id for op, ids in ABOUT_NUMBERS.items() if op in functions for id in ids)
    if operators & {"over", "power", "quotient", *FORMULAS}:
        yield COMMON_DENOMINATOR
    yield "expand"
    if any(isinstance(n, Sum) for n in nodes):
        yield "sum-by-terms"
        yield "contract"
    if "delta" in operators or "diagonal" in declared:
        yield "delta-exchange"
        yield "delta-function"


def laws_about(operators: set[str]) -> Iterator[str]:
    """The laws all of whose operators occur."""
    found = operators | ({"scale"} if operators & {"neg", "over"} else set())
    found |= {"add"} if "sub" in operators else set()
    yield from (id for id, needed in _operators_of_laws() if needed <= found)


@cache
def _operators_of_laws() -> tuple[tuple[str, frozenset[str]], ...]:
    """The laws, but for those that multiply out, each with the operators on its left."""
    return tuple(
        (LAW + law.id, frozenset(n.op for n in walk(law.equation.lhs) if isinstance(n, Apply)))
        for law in laws().values()
        if not law.id.startswith(DISTRIBUTIVE)
    )
