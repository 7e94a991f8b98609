"""The derivation of a claim: both sides by components or by matrix algebra, rule by rule, until the two meet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product as cartesian

from cheatsheet.calculus.alignment import aligned
from cheatsheet.calculus.errors import NoIndexForm
from cheatsheet.calculus.index_values import is_spelled_out
from cheatsheet.calculus.restated import Pair, equivalent_forms
from cheatsheet.derivatives.rules.unfolding import IndexNames
from cheatsheet.derivatives.steps.by_algebra import cleared, rewritten
from cheatsheet.derivatives.steps.by_components import written_out
from cheatsheet.derivatives.steps.chains import Line, TooLong
from cheatsheet.derivatives.steps.meeting import Barred, joined
from cheatsheet.derivatives.steps.steps import MULTIPLIED, RESTATED, BrokenStep, Derivation, checked
from cheatsheet.language.expressions import (
    Apply,
    Equation,
    Expr,
    Index,
    Sum,
    inline_definitions,
    rebuild,
    substitute,
    walk,
)
from cheatsheet.language.table import TABLE, build
from cheatsheet.language.tidying import tidied

MOST_CASES = 16


def derive_cases(equation: Equation, barred: Barred = frozenset()) -> tuple[Derivation, ...]:
    """The worked derivation of an equality, one for each block of a block matrix or position of a small one.

    ``barred`` are rules that may not be used: those that say what is claimed, or rest on it. A claim M⁻¹ = X may be
    derived in the form M X = I. What the rules do not lead to is cited.
    """
    lhs, rhs = inline_definitions(equation.lhs), inline_definitions(equation.rhs)
    spoken_for = IndexNames.beside(equation.lhs, equation.rhs).taken
    algebra = _by_algebra(lhs, rhs, barred)
    if algebra and len(algebra[0].lines) > 2:
        return algebra
    found = _by_components(lhs, rhs, spoken_for, barred) or algebra
    if found:
        return found
    first, second = (_without_idle_layouts(side) for side in aligned(lhs, rhs))
    return (Derivation((Line(first), Line(second, ("cited",))), cited=True),)


def _by_algebra(lhs: Expr, rhs: Expr, barred: Barred) -> tuple[Derivation, ...]:
    """A derivation in matrices, where nothing is differentiated and no component taken."""
    nodes = [n for side in (lhs, rhs) for n in walk(side)]
    if any(isinstance(n, Apply) and (TABLE[n.op].differentiates or n.op == "component") for n in nodes):
        return ()
    own, *checks = equivalent_forms(lhs, rhs)
    for left, right, how in _ways(own, checks, barred):
        for multiplied_out in (False, True):
            try:
                one, other = (rewritten(side, barred, multiplied_out) for side in (left, right))
                lines = joined(one, other, barred, by_laws=True)
                if lines is not None and len(lines) > 1:
                    return (_restated(checked(lines), how),)
            except (TooLong, BrokenStep):
                continue
    return ()


def _ways(own: Pair, checks: list[Pair], barred: Barred) -> Iterator[tuple[Expr, Expr, str]]:
    """The claim, and what it follows from: M X = I for M⁻¹ = X, both sides multiplied by what is inverted."""
    yield (*own, "")
    yield from ((*pair, RESTATED) for pair in checks)
    if any(isinstance(n, Apply) and n.op == "inv" for side in own for n in walk(side)):
        try:
            yield from ((*pair, MULTIPLIED) for pair in cleared(*own, barred))
        except TooLong:
            return


def _by_components(lhs: Expr, rhs: Expr, spoken_for: set[str], barred: Barred) -> tuple[Derivation, ...]:
    own, *checks = equivalent_forms(lhs, rhs)
    for left, right in [*checks, own] if _inverts_a_composite(lhs) else [own, *checks]:
        for positions in (False, True):
            try:
                found = _cases(*aligned(left, right), positions, spoken_for, barred)
            except (NoIndexForm, BrokenStep, TooLong):
                continue
            return found if (left, right) == own else tuple(_restated(d, RESTATED) for d in found)
    return ()


def _inverts_a_composite(side: Expr) -> bool:
    """Whether the side is the inverse of a composite matrix, of which components say nothing by themselves."""
    match side:
        case Apply(op="inv", args=(Apply() as inner,)):
            return inner.op not in ("inv", "transpose")
    return False


def _cases(
    lhs: Expr, rhs: Expr, positions: bool, spoken_for: set[str], barred: Barred
) -> tuple[Derivation, ...]:
    names = IndexNames(spoken_for | IndexNames.beside(lhs, rhs).taken)
    lhs, rhs = (_apart(_without_idle_layouts(side), names) for side in (lhs, rhs))
    axes = lhs.shape.free_axes
    if positions and not any(is_spelled_out(axis) for axis in axes):
        raise NoIndexForm("no small axes to go through")
    choices = [
        [Index(k, axis) for k in range(axis.at({}))]
        if positions and is_spelled_out(axis)
        else names.choices(axis)
        for axis in axes
    ]
    cases = list(cartesian(*choices))
    if len(cases) > MOST_CASES:
        raise NoIndexForm("too many blocks to go through")
    return tuple(_case(lhs, rhs, list(indices), barred) for indices in cases)


def _case(lhs: Expr, rhs: Expr, indices: list[Index], barred: Barred) -> Derivation:
    left, right = (written_out(_entry(side, indices), barred) for side in (lhs, rhs))
    lines = joined(left, right, barred)
    if lines is None:
        raise BrokenStep(left[-1].expr, right[-1].expr)
    return checked(lines, tuple(indices), tidied(right[-1].expr))


def _restated(derivation: Derivation, how: str) -> Derivation:
    """The derivation of what the claim follows from, which the reason of its first step says."""
    if not how:
        return derivation
    first, second, *others = derivation.lines
    lines = (first, replace(second, reasons=(how, *second.reasons)), *others)
    return Derivation(lines, derivation.indices, None)


def _without_idle_layouts(expr: Expr) -> Expr:
    """The derivative of a scalar by a scalar has no layout: all of them are written alike."""
    expr = rebuild(expr, _without_idle_layouts)
    if (
        isinstance(expr, Apply)
        and expr.op == "diff"
        and all(child.shape.is_scalar for child in expr.children)
    ):
        return build("diff", *expr.args, params=("numerator",))
    return expr


def _entry(side: Expr, indices: list[Index]) -> Expr:
    """The component from which a derivation sets out, a transpose left standing."""
    return build("component", side, *indices) if indices else side


def _apart(expr: Expr, names: IndexNames) -> Expr:
    """Every sum over index names of its own."""
    if isinstance(expr, Sum):
        bound = []
        body = _apart(expr.body, names)
        change: dict[str, Index] = {}
        for index in expr.indices:
            name = str(index.name)
            if name in names.taken:
                new = Index(names.fresh(index.axis), index.axis)
                change[name] = new
            else:
                names.taken.add(name)
                new = index
            bound.append(new)
        return Sum(substitute(body, change), tuple(bound))
    return rebuild(expr, lambda child: _apart(child, names))
