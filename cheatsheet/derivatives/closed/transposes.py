"""Transposes of the factors of a product, and matrices that are their own transpose."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable

from cheatsheet.derivatives.closed.entrywise import entry
from cheatsheet.language.dimensions import Shape
from cheatsheet.language.expressions import Apply, Expr, Index, Number, Symbol
from cheatsheet.language.table import TABLE, build

SYMMETRIC = frozenset(["symmetric", "positive_definite", "diagonal"])
"""What is said of a symbol is said of the point, and not of its derivatives there."""


def is_symmetric(expr: Expr) -> bool:
    """Whether the form of an expression shows that it is its own transpose, as ``X.T @ X`` does.

    >>> from cheatsheet.language.dimensions import Axis, Shape
    >>> X = Symbol("X", Shape.matrix(Axis.of("m"), Axis.of("n")))
    >>> is_symmetric(build("inv", build("matmul", build("transpose", X), X)))
    True
    """
    if not expr.shape.is_square or expr.shape.is_scalar:
        return False
    if isinstance(expr, Apply) and expr.op == "diff":
        function, *variables = expr.children  # the second derivative of a scalar function
        return function.shape.is_scalar and len(set(variables)) == 1
    return _outline(expr, False) == _outline(expr, True)


def _outline(expr: Expr, flipped: bool) -> Hashable:
    """What an expression, or its transpose, is up to the order of summands and of element-wise factors."""
    if expr.shape.is_scalar:
        return expr
    match expr:
        case Symbol():
            return expr, flipped and not expr.properties & SYMMETRIC
        case Apply(op="transpose"):
            return _outline(expr.children[0], not flipped)
        case Apply(op="I" | "diag") if not expr.shape.is_vector:
            return expr
        case Apply(op="matmul"):
            factors = [_factors(child, flipped) for child in expr.children]
            return ("matmul", *(f for part in (factors[::-1] if flipped else factors) for f in part))
        case Apply(op="outer"):
            x, y = (c if c.shape.cols.is_one else build("transpose", c) for c in expr.children)
            first, second = (y, x) if flipped else (x, y)
            return ("matmul", _outline(first, False), _outline(second, True))
        case Apply(op="add" | "sub" | "neg"):
            return "sum", frozenset(_summands(expr, flipped, 1).items())
        case Apply(op="hadamard"):
            return "hadamard", frozenset(Counter(_outline(c, flipped) for c in expr.children).items())
        case Apply(op="block"):
            return _block_outline(expr, flipped)
        case Apply(op="ones" | "zeros"):
            return expr.op, expr.shape.axes[::-1] if flipped else expr.shape.axes
        case Apply() if not TABLE[expr.op].differentiates and len(expr.args) == len(expr.children):
            parts = (_outline(c, flipped and not c.shape.is_scalar) for c in expr.children)
            if TABLE[expr.op].of_transpose or all(
                c.shape.is_scalar or c.shape == expr.shape for c in expr.children
            ):
                return (expr.op, *parts)
            if expr.op == "kron":
                return (expr.op, *parts)
    return expr, flipped


def _block_outline(expr: Apply, flipped: bool) -> Hashable:
    rows, cols = expr.params
    parts = [[_outline(expr.children[r * cols + c], flipped) for c in range(cols)] for r in range(rows)]
    return ("block", *map(tuple, zip(*parts, strict=True) if flipped else parts))


def _factors(expr: Expr, flipped: bool) -> tuple[Hashable, ...]:
    outline = _outline(expr, flipped)
    if isinstance(outline, tuple) and outline[0] == "matmul":
        return outline[1:]
    return (outline,)


def _summands(expr: Expr, flipped: bool, sign: int) -> Counter[Hashable]:
    match expr:
        case Apply(op="add" | "sub"):
            a, b = expr.children
            total = _summands(a, flipped, sign)
            total.update(_summands(b, flipped, sign if expr.op == "add" else -sign))
            return total
        case Apply(op="neg"):
            return _summands(expr.children[0], flipped, -sign)
    return Counter({_outline(expr, flipped): sign})


def turned(expr: Expr) -> Expr:
    """The transpose of a factor, symmetric matrices as they are and sums kept in their brackets.

    >>> from cheatsheet.language.dimensions import Axis, Shape
    >>> x = Symbol("x", Shape.vector(Axis.of("n")))
    >>> turned(build("sub", x, x)), turned(build("transpose", x))
    ((x - x).T, x)
    """
    if expr.shape.is_scalar or is_symmetric(expr):
        return expr
    match expr:
        case Apply(op="transpose"):
            return expr.children[0]
        case Apply(op="neg"):
            return build("neg", turned(expr.children[0]))
        case Apply(op="kron"):
            return build("kron", *(turned(child) for child in expr.children))
        case Apply(op="matmul"):
            return build("matmul", *(turned(child) for child in expr.children[::-1]))
        case Apply(op="ones" | "zeros") if len(expr.args) == 2:
            return build(expr.op, *expr.args[::-1])
        case Apply(op="K"):
            return build("K", *expr.args[::-1])
        case Apply(op="block"):
            rows, cols = expr.params
            parts = [turned(expr.children[r * cols + c]) for c in range(cols) for r in range(rows)]
            return build("block", *parts, params=(cols, rows))
        case Apply() if is_turned(expr):
            return build(expr.op, *(turned(child) for child in expr.children))
    return build("transpose", expr)


def is_turned(expr: Expr) -> bool:
    """Whether the transpose is the shorter form."""
    match expr:
        case Apply(op="transpose"):
            return True
        case Apply(op="matmul"):
            return all(is_turned(child) for child in expr.children)
        case Apply() if expr.children and TABLE[expr.op].entrywise is not None:
            arrays = [child for child in expr.children if not child.shape.is_scalar]
            return bool(arrays) and all(is_turned(child) for child in arrays)
    return False


def column(expr: Expr) -> Expr:
    """A row or column as a column."""
    return expr if expr.shape.cols.is_one else turned(expr)


class Skew(Symbol):
    """The matrix with ``Skew(a) @ b == cross(a, b)`` for columns; written out where it stands alone."""

    __slots__ = ("vector",)

    def __init__(self, vector: Expr) -> None:
        self.vector = column(vector)
        three = self.vector.shape.rows
        x, y, z = (entry(self.vector, [Index(k, three)]) for k in range(3))
        zero = Number(0)
        parts = (zero, build("neg", z), y, z, zero, build("neg", x), build("neg", y), x, zero)
        block = build("block", *parts, params=(3, 3))
        antisymmetric = frozenset({"antisymmetric"})
        super().__init__(f"[{vector}]×", Shape.matrix(three, three), antisymmetric, definition=block)
