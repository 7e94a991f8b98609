"""Results kept: the lines of a derivation share most of their parts, and each rule is shown each part many times."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import lru_cache, wraps
from typing import TypeVar

from cheatsheet.language.expressions import Expr

MOST_KEPT = 5_000
"""Results kept of one kind of rule; the ones not asked for longest go first."""

R = TypeVar("R", bound=Hashable)


def remembered(rewrite: Callable[[R, Expr], Expr]) -> Callable[[R, Expr], Expr]:
    """A way of rewriting that works out only once what a rule makes of an expression.

    Where a rule changes nothing the very expression is given back that was handed in, so that ``is`` tells.
    """

    @lru_cache(maxsize=MOST_KEPT)
    def changed(rule: R, expr: Expr) -> Expr | None:
        new = rewrite(rule, expr)
        return None if new == expr else new

    @wraps(rewrite)
    def rewritten(rule: R, expr: Expr) -> Expr:
        new = changed(rule, expr)
        return expr if new is None else new

    return rewritten
