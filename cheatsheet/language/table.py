"""The table of operators as the rooms above know it: its rows, and expressions built by them.

What a row holds is told by :mod:`.rows`.
"""

from __future__ import annotations

from typing import Any

from cheatsheet.language.expressions import Apply, Argument, Expr
from cheatsheet.language.layouts import arrange
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
    "layout_of",
    "sources",
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


def layout_of(derivative: Apply) -> str:
    """The layout in which a derivative lies: the one that it is written in, or that of its operator."""
    known = differentiation(derivative)
    assert known is not None
    return str(derivative.params[0]) if known.layout == "as asked" else known.layout


def sources(derivative: Apply) -> tuple[tuple[int, int], ...]:
    """Which axis of the function, or of a variable, each axis of a derivative is; see :mod:`.layouts`."""
    known = differentiation(derivative)
    assert known is not None
    layout = layout_of(derivative) if known.layout == "as asked" else "mixed"
    shapes = tuple(variable.shape for variable in variables(derivative))
    return arrange(derivative.children[0].shape, shapes, layout).sources


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
