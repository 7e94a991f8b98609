"""The table of operators as the rooms above know it: its rows, and expressions built by them.

What a row holds is told by :mod:`.rows`.
"""

from __future__ import annotations

from typing import Any

from cheatsheet.language.expressions import Apply, Argument, Expr
from cheatsheet.language.rows import (
    TABLE,
    Differentiation,
    Domain,
    OneElement,
    Operator,
    Parity,
    ShapeError,
    ShapeRule,
    Sign,
    Smoothness,
    called_along,
    constants,
    functions,
)

__all__ = [
    "TABLE",
    "Differentiation",
    "Domain",
    "OneElement",
    "Operator",
    "Parity",
    "ShapeError",
    "ShapeRule",
    "Sign",
    "Smoothness",
    "build",
    "called_along",
    "constants",
    "differentiation",
    "functions",
    "variables",
]


def build(op: str, *args: Argument, params: tuple[Any, ...] = ()) -> Apply:
    """Apply an operator; raises :class:`ShapeError` when the arguments do not fit.

    >>> from cheatsheet.language.expressions import Symbol
    >>> from cheatsheet.language.dimensions import Axis, Shape
    >>> A = Symbol("A", Shape.matrix(Axis.of("m"), Axis.of("n")))
    >>> str(build("transpose", A).shape)
    'n×m'
    """
    return Apply(op, args, TABLE[op].shape(args, params), params)


def differentiation(expr: Expr) -> Differentiation | None:
    """What is known of an expression that is the derivative of something by something; None for any other."""
    return TABLE[expr.op].derivative if isinstance(expr, Apply) else None


def variables(derivative: Apply) -> tuple[Expr, ...]:
    """What a derivative is taken by, one variable for each time.

    >>> from cheatsheet.language.dimensions import Axis, Shape
    >>> from cheatsheet.language.expressions import Symbol
    >>> x = Symbol("x", Shape.vector(Axis.of("n")))
    >>> variables(build("hessian", build("norm", x), x))
    (x, x)
    """
    known = differentiation(derivative)
    assert known is not None
    return derivative.children[1:] * known.times
