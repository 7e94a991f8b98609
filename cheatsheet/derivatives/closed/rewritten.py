"""A function said in other words before it is differentiated: determinants taken apart, sums over an index batched."""

from __future__ import annotations

from functools import reduce

from cheatsheet.derivatives.closed.batched import batched
from cheatsheet.derivatives.closed.transposes import is_turned, turned
from cheatsheet.language.expressions import Apply, Expr, Number, Size, Sum, rebuild
from cheatsheet.language.table import TABLE, build


def rewritten(expr: Expr) -> Expr:
    """An expression of the same value whose derivative is shorter.

    >>> from cheatsheet.language.dimensions import Axis, Shape
    >>> from cheatsheet.language.expressions import Symbol
    >>> A, B = (Symbol(name, Shape.matrix(Axis.of("n"), Axis.of("n"))) for name in "AB")
    >>> rewritten(build("det", build("matmul", A, build("transpose", B))))
    det(A) * det(B)
    """
    expr = rebuild(expr, rewritten)
    match expr:
        case Sum():
            whole = batched(expr)
            return expr if whole is None else rewritten(whole)
        case Apply(op="softmax_along" | "logsumexp_along") if _is_one_line(expr):
            return build(TABLE[expr.op].along, expr.children[0])
        case Apply(op="softmax_along" | "logsumexp_along" | "sum_along") if is_turned(expr.children[0]):
            flipped = build(expr.op, turned(expr.children[0]), params=(1 - expr.params[0],))
            return flipped if flipped.shape.agrees(expr.shape) and expr.shape.is_vector else turned(flipped)
        case Apply(op="matmul", args=(Apply(op="block") as a, Apply(op="block") as b)) if _of_numbers(a, b):
            return _block_product(a, b)
        case Apply(op="matrix_power", args=(Apply(op="block") as a, Number(value=k))) if _of_numbers(a):
            if k.denominator == 1 and 0 < k <= 4:
                return reduce(_block_product, [a] * int(k))
        case Apply(op="det", args=(Apply() as inner,)):
            return _determinant(inner)
        case Apply(op="logdet", args=(Apply(op="scale", args=(Expr() as s, Expr() as a)),)):
            factor = build("scale", Size(a.shape.rows), build("log", build("abs", s)))
            return build("add", factor, build("log", build("abs", rewritten(build("det", a)))))
        case Apply(op="inv", args=(Apply(op="diag", args=(Expr() as v,)),)) if v.shape.is_vector:
            return build("diag", build("reciprocal", Number(1), v))
        case Apply(op="inv", args=(Apply(op="scale", args=(Expr() as s, Expr() as a)),)):
            return build("over", rewritten(build("inv", a)), s)
    return expr


def _of_numbers(*blocks: Apply) -> bool:
    """Whether every part of the blocks is a number, so that they are small matrices written out."""
    return all(part.shape.is_scalar for block in blocks for part in block.children)


def _block_product(a: Apply, b: Apply) -> Apply:
    """The product of two matrices that are written out."""
    (rows, inner), (_, cols) = a.params, b.params
    entries = [
        reduce(_sum, (_times(a.children[r * inner + k], b.children[k * cols + c]) for k in range(inner)))
        for r in range(rows)
        for c in range(cols)
    ]
    return build("block", *entries, params=(rows, cols))


def _cofactors(entries: list[Expr], size: int) -> Expr:
    """The determinant of a small matrix, expanded by its first row."""
    if size == 1:
        return entries[0]
    total: Expr = Number(0)
    for col in range(size):
        minor = [entries[r * size + c] for r in range(1, size) for c in range(size) if c != col]
        term = _times(entries[col], _cofactors(minor, size - 1))
        total = _sum(total, build("neg", term) if col % 2 and term != Number(0) else term)
    return total


def _sum(a: Expr, b: Expr) -> Expr:
    if Number(0) in (a, b):
        return b if a == Number(0) else a
    if isinstance(b, Apply) and b.op == "neg":
        return build("sub", a, b.children[0])
    return build("add", a, b)


def _times(a: Expr, b: Expr) -> Expr:
    if Number(0) in (a, b):
        return Number(0)
    if Number(1) in (a, b):
        return b if a == Number(1) else a
    return build("scale", a, b)


def _is_one_line(expr: Apply) -> bool:
    axes = expr.children[0].shape.axes
    return axes[1 - expr.params[0]].is_one and not axes[expr.params[0]].is_one


def _determinant(inner: Apply) -> Expr:
    match inner:
        case Apply(op="transpose"):
            return rewritten(build("det", inner.children[0]))
        case Apply(op="inv"):
            return build("over", Number(1), rewritten(build("det", inner.children[0])))
        case Apply(op="matmul") if all(child.shape.is_square for child in inner.children):
            a, b = (rewritten(build("det", child)) for child in inner.children)
            return build("scale", a, b)
        case Apply(op="matrix_power"):
            return build("power", rewritten(build("det", inner.children[0])), inner.children[1])
        case Apply(op="scale"):
            s, a = inner.children
            return build("scale", build("power", s, Size(a.shape.rows)), rewritten(build("det", a)))
        case Apply(op="block") if _of_numbers(inner) and inner.params in ((2, 2), (3, 3)):
            return _cofactors(list(inner.children), inner.params[0])
        case Apply(op="block") if (corners := triangular(inner)) is not None:
            a, _, d = corners
            return build("scale", rewritten(build("det", a)), rewritten(build("det", d)))
    return build("det", inner)


def triangular(block: Apply) -> tuple[Expr, Expr, Expr] | None:
    """The diagonal blocks and the one beside them of a block matrix with a zero in one corner."""
    if block.params != (2, 2):
        return None
    a, b, c, d = block.children
    if not (a.shape.is_square and d.shape.is_square):
        return None
    return (a, b, d) if _is_zero(c) else (a, c, d) if _is_zero(b) else None


def _is_zero(expr: Expr) -> bool:
    return expr == Number(0) or (isinstance(expr, Apply) and expr.op == "zeros")
