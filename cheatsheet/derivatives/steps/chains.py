"""Lines made by rules: an expression and what it becomes, rule by rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from cheatsheet.calculus.to_expression import component
from cheatsheet.derivatives.rules.differentiation import moves_by_itself
from cheatsheet.derivatives.rules.registry import rule
from cheatsheet.derivatives.rules.rule import MOST_ROUNDS, spread, too_deep
from cheatsheet.derivatives.rules.unfolding import IndexNames, in_reading_order, prenex, with_distinct_sums
from cheatsheet.language.expressions import Apply, Expr, Index, Symbol, rebuild
from cheatsheet.language.table import build
from cheatsheet.language.tidying import tidied

MOST_NODES = 1500
"""Nodes of an expression beyond which no rule is applied to it any more."""


@dataclass(frozen=True)
class Line:
    """One line: an expression equal to the one above, and by which rules; without any, it is only rearranged."""

    expr: Expr
    reasons: tuple[str, ...] = ()
    backwards: bool = False
    """Whether the rules are read backwards: entries collected into matrices again."""


class TooLong(Exception):
    """A line has grown beyond what a derivation could show."""


class Chain:
    """The lines from an expression on, each made from the one above by rules."""

    def __init__(self, expr: Expr, readable: Callable[[Expr], Expr]) -> None:
        self.lines = [Line(expr)]
        self.readable = readable

    @property
    def expr(self) -> Expr:
        return self.lines[-1].expr

    def step(
        self, ids: Sequence[str], where: Callable[[Expr, Callable[[Expr], Expr]], Expr] | None = None
    ) -> bool:
        """A line by some rules, used until none of them fits any more; whether there is one.

        ``where`` picks the parts to which they are applied.
        """
        used: list[str] = []

        def change(part: Expr) -> Expr:
            new, fired = applied(part, ids)
            used.extend(fired)
            return new

        own = spread(self.expr)
        new = change(own) if where is None else where(own, change)
        if not used:
            return False
        new = self.readable(new)
        if new.nodes > MOST_NODES or too_deep(new):
            raise TooLong
        self.lines.append(Line(new, tuple(dict.fromkeys(used))))
        return True


def applied(expr: Expr, ids: Iterable[str]) -> tuple[Expr, tuple[str, ...]]:
    """The expression with the rules applied in turn until none fits, and the rules that did."""
    used: dict[str, None] = {}
    for _ in range(MOST_ROUNDS):
        before = expr
        for id in ids:
            new = rule(id).rewritten(expr)
            if new != expr:
                used[id] = None
                expr = spread(new)
        if expr == before or expr.nodes > MOST_NODES or too_deep(expr):
            break
    return expr, tuple(used)


def by_components(expr: Expr) -> Expr:
    """A line of components as one would write it: the sums in front, their indices in order, signs drawn out."""
    expr = spread(flattened(expr))
    expr = with_distinct_sums(expr, IndexNames.beside(expr))
    return tidied(in_reading_order(prenex(expr)))


def flattened(expr: Expr) -> Expr:
    """∂(∂y/∂a)/∂b as one derivative of second order, d(xᵢ) as (dx)ᵢ."""
    expr = rebuild(expr, flattened)
    match expr:
        case Apply(op="d", args=(Apply(op="component", args=(Symbol() as x, *indices)),)) if moves_by_itself(
            x, expr.params[0]
        ):
            return component(build("d", x, params=expr.params), [i for i in indices if isinstance(i, Index)])
        case Apply(op="diff", args=(Apply(op="diff") as inner, *others)) if inner.shape.is_scalar:
            return build("diff", *inner.args, *others, params=expr.params)
    return expr
