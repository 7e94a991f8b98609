"""A function said in other words before it is differentiated: determinants of products taken apart."""

from __future__ import annotations

from cheatsheet.language.expressions import Apply, Expr, Number, Size, rebuild
from cheatsheet.language.table import build


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
        case Apply(op="det", args=(Apply() as inner,)):
            return _determinant(inner)
    return expr


def _determinant(inner: Apply) -> Expr:
    match inner:
        case Apply(op="transpose"):
            return rewritten(build("det", inner.children[0]))
        case Apply(op="inv"):
            return build("over", Number(1), rewritten(build("det", inner.children[0])))
        case Apply(op="matmul") if all(child.shape.is_square for child in inner.children):
            a, b = (rewritten(build("det", child)) for child in inner.children)
            return build("scale", a, b)
        case Apply(op="scale"):
            s, a = inner.children
            return build("scale", build("power", s, Size(a.shape.rows)), rewritten(build("det", a)))
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
