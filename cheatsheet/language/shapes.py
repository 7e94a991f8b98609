"""Shape rules shared by the rows of the table: each returns the shape of the result or says what does not fit."""

from __future__ import annotations

from typing import Any

from cheatsheet.language.dimensions import Axis, Shape
from cheatsheet.language.expressions import Expr
from cheatsheet.language.table import ShapeError, ShapeRule

Args = tuple[Any, ...]


def same(name: str, instead: str = "") -> ShapeRule:
    """Both operands of one shape, which is the shape of the result; ``instead`` names what may have been meant."""

    def rule(args: Args, params: Args) -> Shape:
        a, b = args
        if not a.shape.agrees(b.shape):
            raise ShapeError(
                f"the operands of {name} have different shapes, {a.shape} and {b.shape}",
                "shapes must agree exactly: nothing broadcasts"
                + (transposition_hint(a.shape, b.shape) or _ones_hint(a.shape, b.shape) or instead),
                zip(a.shape, b.shape, strict=False) if len(a.shape.axes) == len(b.shape.axes) else (),
            )
        return a.shape

    return rule


def transposition_hint(a: Shape, b: Shape) -> str:
    """A suggestion where a transpose would make two shapes agree."""
    return "; one side needs .T" if a.agrees(b.transposed) else ""


def _ones_hint(a: Shape, b: Shape) -> str:
    """How a number becomes an array, where one of the operands is a number."""
    if a.is_scalar == b.is_scalar:
        return ""
    several = b if a.is_scalar else a
    if several.is_tensor:
        return ""
    sizes = [str(axis) for axis in several if not axis.is_one]
    if any("?" in size for size in sizes):
        return ""
    return f"; a number in every entry is that number times ones({', '.join(sizes)})"


def unchanged(args: Args, params: Args) -> Shape:
    return args[0].shape


def scalar_result(args: Args, params: Args) -> Shape:
    return Shape.scalar()


def of_lines(args: Args, params: Args) -> Shape:
    """A function of each row (``axis=1``) or column (``axis=0``) that makes one of the same length of it."""
    no_tensor("axis=", args[0])
    return unchanged(args, params)


def one_a_line(args: Args, params: Args) -> Shape:
    """The same of a function that makes a number: m numbers are a column of m entries."""
    no_tensor("axis=", args[0])
    return Shape.vector(args[0].shape.axes[1 - params[0]])


def no_tensor(name: str, a: Expr) -> None:
    if a.shape.is_tensor:
        raise ShapeError(
            f"{name} takes a matrix or a vector, and this is a tensor of {len(a.shape.axes)} axes, {a.shape}",
            "take components, as in T[i, j, k]",
        )


def square(name: str, a: Expr) -> Axis:
    """The number of rows of a square matrix."""
    no_tensor(name, a)
    if not a.shape.is_square:
        raise ShapeError(
            f"{name} needs a square matrix, and this one is {a.shape}", axes=[(a.shape.rows, a.shape.cols)]
        )
    return a.shape.rows


def vector(name: str, a: Expr) -> Axis:
    """The length of a row or column."""
    no_tensor(name, a)
    if a.shape.is_scalar:
        return a.shape.rows
    if not a.shape.is_vector:
        raise ShapeError(f"{name} needs a vector, and this is a matrix, {a.shape}")
    return a.shape.free_axes[0]


def same_length(name: str, x: Expr, y: Expr) -> Axis:
    """The common length of two vectors."""
    m, n = vector(name, x), vector(name, y)
    if not m.same_size(n):
        raise ShapeError(
            f"{name} needs two vectors of one length, and these have {m} and {n} entries", axes=[(m, n)]
        )
    return m


def square_to_same(name: str) -> ShapeRule:
    def rule(args: Args, params: Args) -> Shape:
        square(name, args[0])
        return args[0].shape

    return rule


def square_to_scalar(name: str) -> ShapeRule:
    def rule(args: Args, params: Args) -> Shape:
        square(name, args[0])
        return Shape.scalar()

    return rule


def scalar(name: str, a: Expr, role: str) -> None:
    if not a.shape.is_scalar:
        raise ShapeError(f"{role} of {name} must be a scalar, and this one is {a.shape}")
