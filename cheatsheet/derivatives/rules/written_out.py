"""Matrices whose entries are all written out: sums, products and transposes entry by entry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce

from cheatsheet.calculus.index_values import is_spelled_out
from cheatsheet.derivatives.rules.definitions import definition_of
from cheatsheet.derivatives.rules.matching import vanishes
from cheatsheet.language.expressions import Apply, Expr, Number, rebuild
from cheatsheet.language.table import build

Rows = list[list[Expr]]
MOST_ROWS = 6


@dataclass(frozen=True)
class WrittenOut:
    """``block([[a, b], [c, d]]) @ block([[x], [y]])`` is ``block([[a*x + b*y], [c*x + d*y]])``.

    What has zeros only is written as zero, what has ones on the diagonal beside zeros as I.
    """

    id: str = "entry-by-entry"

    def rewritten(self, expr: Expr) -> Expr:
        expr = rebuild(expr, self.rewritten)
        match expr:
            case Apply(op="matmul" | "add" | "sub" | "scale" | "over" | "neg" | "transpose") if any(
                _is_written_out(child) for child in expr.children
            ):
                new = _combined(expr)
                return expr if new is None else _matrix(new)
            case Apply() if _is_written_out(expr):
                return _matrix(_rows(expr) or [])
        return expr


def _is_written_out(expr: Expr) -> bool:
    return isinstance(expr, Apply) and definition_of(expr) == "entries"


def _rows(expr: Expr) -> Rows | None:
    """The entries of a matrix that is written out, or that has a fixed size and is I or 0."""
    axes = expr.shape.axes
    if len(axes) != 2 or not all(a.is_one or is_spelled_out(a) for a in axes):
        return None
    height, width = (a.at({}) for a in axes)
    if max(height, width) > MOST_ROWS or not isinstance(expr, Apply):
        return None
    if _is_written_out(expr):
        return [list(expr.children[k * width : (k + 1) * width]) for k in range(height)]
    if expr.op in ("I", "zeros"):
        return [[Number(int(expr.op == "I" and i == j)) for j in range(width)] for i in range(height)]
    return None


def _combined(expr: Apply) -> Rows | None:
    match expr.op, expr.children:
        case "matmul", (a, b):
            x, y = _rows(a), _rows(b)
            return x and y and [[_sum(map(_times, row, col)) for col in zip(*y, strict=True)] for row in x]
        case "add" | "sub", (a, b):
            x, y = _rows(a), _rows(b)
            return (
                x
                and y
                and [
                    [build(expr.op, *pair) for pair in zip(*rows, strict=True)]
                    for rows in zip(x, y, strict=True)
                ]
            )
        case "scale", (a, b) if a.shape.is_scalar:
            return _each(_rows(b), lambda entry: _times(a, entry))
        case "over", (a, b) if b.shape.is_scalar:
            return _each(_rows(a), lambda entry: entry if entry == Number(0) else build("over", entry, b))
        case "neg", (a,):
            return _each(_rows(a), lambda entry: entry if entry == Number(0) else build("neg", entry))
        case "transpose", (a,):
            x = _rows(a)
            return x and [list(col) for col in zip(*x, strict=True)]
    return None


def _each(rows: Rows | None, change: Callable[[Expr], Expr]) -> Rows | None:
    return rows and [[change(entry) for entry in row] for row in rows]


def _times(a: Expr, b: Expr) -> Expr:
    if Number(0) in (a, b):
        return Number(0)
    return b if a == Number(1) else a if b == Number(1) else build("scale", a, b)


def _sum(parts: map[Expr]) -> Expr:
    kept = [part for part in parts if part != Number(0)]
    return reduce(lambda a, b: build("add", a, b), kept) if kept else Number(0)


def _matrix(rows: Rows) -> Expr:
    """The matrix of some entries, as I or 0 where it is that."""
    whole = build("block", *(entry for row in rows for entry in row), params=(len(rows), len(rows[0])))
    if all(vanishes(entry) for row in rows for entry in row):
        return build("zeros", *whole.shape.axes)
    square = len(rows) == len(rows[0])
    if square and all(
        vanishes(build("sub", entry, Number(int(i == j))))
        for i, row in enumerate(rows)
        for j, entry in enumerate(row)
    ):
        return build("I", whole.shape.rows)
    return whole
