"""How long an expression is to read: of several forms of a result the shortest is the one to print."""

from __future__ import annotations

from cheatsheet.language.expressions import Expr

_LENGTHS: dict[Expr, int] = {}


def length(expr: Expr) -> int:
    """How long an expression is to read."""
    if expr not in _LENGTHS:
        if len(_LENGTHS) > 20_000:
            _LENGTHS.clear()
        _LENGTHS[expr] = len(str(expr))
    return _LENGTHS[expr]
