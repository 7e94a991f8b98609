"""Sums over an index as operations on whole matrices: the sum of f(A eᵢ) over i is that of f over the columns of A.

What depends on an index becomes an array with one column for each of its values: a number a column of them, a column a
matrix, and a row the matrix of which it is the transpose of a column.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cheatsheet.language.expressions import Apply, Expr, Index, Number, Sum, free_indices
from cheatsheet.language.formulas import times
from cheatsheet.language.table import TABLE, build


class NoBatchError(Exception):
    """Nothing that an operation on matrices could do."""


@dataclass(frozen=True)
class Batch:
    """What an expression is for every value of an index: ``array`` has a column for each value of it."""

    array: Expr
    kind: str
    """``number`` (``array`` is then a column itself), ``column`` or ``row``."""


def batched(expr: Sum) -> Expr | None:
    """The sum without its indices, if there is such a form.

    >>> from cheatsheet.language.dimensions import Axis, Shape
    >>> from cheatsheet.language.expressions import Symbol
    >>> n = Axis.of("n")
    >>> A, i = Symbol("A", Shape.matrix(Axis.of("m"), n)), Index("i", n)
    >>> batched(Sum(build("logsumexp", build("matmul", A, build("unit", i, n))), (i,)))
    sum(logsumexp(A, axis=0))
    """
    body = expr.body
    try:
        for index in reversed(expr.indices):
            if not body.shape.is_scalar:
                return None
            found = _Batching(index)(body)
            body = build("total", found.array)
    except NoBatchError:
        return None
    return body


class _Batching:
    def __init__(self, index: Index) -> None:
        self.index = index
        self.name = str(index.name)
        self.ones = build("ones", index.axis)

    def __call__(self, expr: Expr) -> Batch:
        shape = expr.shape
        if not self.varies(expr):
            if shape.is_scalar:
                return Batch(times(expr, self.ones), "number")
            column = expr if shape.cols.is_one else build("transpose", expr)
            row = build("transpose", self.ones)
            if not shape.is_vector:
                raise NoBatchError
            return Batch(build("matmul", column, row), "column" if shape.cols.is_one else "row")
        if not isinstance(expr, Apply) or not (shape.is_scalar or shape.is_vector):
            raise NoBatchError
        rule = _RULES.get(expr.op)
        if rule is not None:
            return rule(self, expr)
        row_ = TABLE[expr.op]
        if row_.entrywise == expr.op and all(not a.shape.is_scalar or shape.is_scalar for a in expr.children):
            parts = [self(child) for child in expr.children]
            return Batch(build(expr.op, *(p.array for p in parts)), parts[0].kind)
        raise NoBatchError

    def varies(self, expr: Expr) -> bool:
        return self.name in free_indices(expr)

    def vector(self, expr: Expr) -> Expr:
        """The matrix of columns of a vector, whichever way it stands; a number has no column to sum over."""
        if expr.shape.is_scalar:
            raise NoBatchError
        return self(expr).array

    def lines(self, array: Expr) -> Expr:
        """The sums of the columns of an array, one number for each value of the index."""
        return build("sum_along", array, params=(0,))


def _unit(b: _Batching, expr: Apply) -> Batch:
    return Batch(build("I", b.index.axis), "column")


def _delta(b: _Batching, expr: Apply) -> Batch:
    others = [a for a in expr.args if isinstance(a, Index) and str(a.name) != b.name]
    if len(others) != 1:
        raise NoBatchError
    return Batch(build("unit", Index(others[0].name, b.index.axis), b.index.axis), "number")


def _component(b: _Batching, expr: Apply) -> Batch:
    operand, *places = expr.args
    assert isinstance(operand, Expr)
    at = [i for i in places if isinstance(i, Index)]
    own = [str(i.name) == b.name for i in at]
    if b.varies(operand):
        array = b.vector(operand)
        if own == [True]:
            return Batch(build("diag", array), "number")
        return Batch(
            build("matmul", build("transpose", array), build("unit", at[0], array.shape.rows)), "number"
        )
    if len(at) == 1:
        return Batch(operand if operand.shape.cols.is_one else build("transpose", operand), "number")
    if all(own):
        return Batch(build("diag", operand), "number")
    if own[0]:
        return Batch(build("matmul", operand, build("unit", at[1], operand.shape.cols)), "number")
    return Batch(
        build("matmul", build("transpose", operand), build("unit", at[0], operand.shape.rows)), "number"
    )


def _product(a: Expr, c: Expr) -> Expr:
    """The product of two matrices; of those of columns, one may be the identity."""
    if isinstance(a, Apply) and a.op == "I":
        return c
    return a if isinstance(c, Apply) and c.op == "I" else build("matmul", a, c)


def _matmul(b: _Batching, expr: Apply) -> Batch:
    a, c = expr.children
    if a.shape.is_scalar and c.shape.is_scalar:
        return _scale(b, expr)
    if expr.shape.is_scalar:
        if b.varies(a) and b.varies(c):
            return Batch(b.lines(build("hadamard", b.vector(a), b.vector(c))), "number")
        moving, still = (a, c) if b.varies(a) else (c, a)
        column = still if still.shape.cols.is_one else build("transpose", still)
        return Batch(_product(_transposed(b.vector(moving)), column), "number")
    if b.varies(a) and b.varies(c):
        raise NoBatchError
    if b.varies(c) and c.shape.is_vector and c.shape.cols.is_one:
        return Batch(_product(a, b.vector(c)), "column")
    if b.varies(a) and a.shape.is_vector and a.shape.rows.is_one:
        return Batch(_product(_transposed(c), b.vector(a)), "row")
    raise NoBatchError


def _transposed(a: Expr) -> Expr:
    if isinstance(a, Apply) and a.op in ("transpose", "I"):
        return a.children[0] if a.children else a
    return build("transpose", a)


def _transpose(b: _Batching, expr: Apply) -> Batch:
    inner = b(expr.children[0])
    return Batch(inner.array, {"column": "row", "row": "column"}.get(inner.kind, inner.kind))


def _scale(b: _Batching, expr: Apply) -> Batch:
    s, a = expr.children
    if a.shape.is_scalar:
        return (
            Batch(_each(b(s).array, b(a).array), "number")
            if b.varies(s) and b.varies(a)
            else _outside(b, expr)
        )
    if not b.varies(s):
        inner = b(a)
        return Batch(times(s, inner.array), inner.kind)
    if not b.varies(a):
        column = a if a.shape.cols.is_one else build("transpose", a)
        return Batch(
            build("matmul", column, build("transpose", b(s).array)), "column" if a is column else "row"
        )
    inner = b(a)
    return Batch(build("matmul", inner.array, build("diag", b(s).array)), inner.kind)


def _outside(b: _Batching, expr: Apply) -> Batch:
    """A product of two numbers of which one does not depend on the index."""
    s, a = expr.children
    still, moving = (a, s) if b.varies(s) else (s, a)
    return Batch(times(still, b(moving).array), "number")


def _each(a: Expr, c: Expr) -> Expr:
    return build("hadamard", a, c)


def _over(b: _Batching, expr: Apply) -> Batch:
    a, s = expr.children
    inner = b(a)
    if not b.varies(s):
        return Batch(build("over", inner.array, s), inner.kind)
    if inner.kind == "number":
        return Batch(build("quotient", inner.array, b(s).array), "number")
    inverse = build("reciprocal", Number(1), b(s).array)
    return Batch(build("matmul", inner.array, build("diag", inverse)), inner.kind)


def _power(b: _Batching, expr: Apply) -> Batch:
    base, exponent = expr.children
    if b.varies(exponent):
        raise NoBatchError
    if isinstance(base, Apply) and base.op == "norm" and exponent == Number(2):
        array = b.vector(base.children[0])
        return Batch(b.lines(build("power", array, Number(2))), "number")
    inner = b(base)
    return Batch(build("power", inner.array, exponent), inner.kind)


def _summing(change: Callable[[Expr], Expr]) -> Callable[[_Batching, Apply], Batch]:
    return lambda b, expr: Batch(b.lines(change(b.vector(expr.children[0]))), "number")


def _norm(b: _Batching, expr: Apply) -> Batch:
    squares = b.lines(build("power", b.vector(expr.children[0]), Number(2)))
    return Batch(build("sqrt", squares), "number")


def _dot(b: _Batching, expr: Apply) -> Batch:
    x, y = expr.children
    return Batch(b.lines(build("hadamard", b.vector(x), b.vector(y))), "number")


def _along(operator: str, kind: str) -> Callable[[_Batching, Apply], Batch]:
    def rule(b: _Batching, expr: Apply) -> Batch:
        (operand,) = expr.children
        return Batch(build(operator, b.vector(operand), params=(0,)), kind or b(operand).kind)

    return rule


_RULES: dict[str, Callable[[_Batching, Apply], Batch]] = {
    "unit": _unit,
    "delta": _delta,
    "component": _component,
    "matmul": _matmul,
    "transpose": _transpose,
    "scale": _scale,
    "over": _over,
    "power": _power,
    "total": _summing(lambda a: a),
    "norm1": _summing(lambda a: build("abs", a)),
    "norm": _norm,
    "dot": _dot,
    "softmax": _along("softmax_along", ""),
    "logsumexp": _along("logsumexp_along", "number"),
}
"""What becomes of an operator that does not work entry by entry; any other has no form over a whole matrix."""
