"""Functions of block matrices, block by block: of block-diagonal ones, and inverses by Schur complements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cheatsheet.calculus.determinants import usable_inverse, vanishes
from cheatsheet.language.expressions import Apply, Expr
from cheatsheet.language.table import build

if TYPE_CHECKING:
    from cheatsheet.calculus.components import Components


def of_diagonal_blocks(c: Components, op: str, a: Expr, *others: Expr) -> Expr | None:
    """f(diag(A, B, …)) = diag(f(A), f(B), …) for an inverse, a power, an exponential or a pseudo-inverse."""
    if not (isinstance(a, Apply) and a.op == "block" and a.params[0] == a.params[1]):
        return None
    count, parts = a.params[0], a.children
    if not all(k // count == k % count or vanishes(c, part) for k, part in enumerate(parts)):
        return None
    diagonal = [parts[k * (count + 1)] for k in range(count)]
    if op != "pinv" and not all(part.shape.is_square for part in diagonal):
        return None
    found = [
        build(op, first, *others) if r == s else build("zeros", first.shape.cols, second.shape.rows)
        for r, first in enumerate(diagonal)
        for s, second in enumerate(diagonal)
    ]
    return build("block", *found, params=a.params)


def block_inverse(c: Components, a: Expr) -> Expr | None:
    """The inverse of a 2×2 block matrix by the Schur complement of a block that is invertible where the matrix is."""
    if not (isinstance(a, Apply) and a.op == "block" and a.params == (2, 2)):
        return None
    p, q, r, s = a.children
    if not (p.shape.is_square and s.shape.is_square):
        return None
    triangular = vanishes(c, q) or vanishes(c, r)
    if triangular or usable_inverse(c, p):
        return build("block", *_by_schur(p, q, r, s), params=a.params)
    if usable_inverse(c, s):
        first, upper, lower, last = _by_schur(s, r, q, p)
        return build("block", last, lower, upper, first, params=a.params)
    return None


def _by_schur(p: Expr, q: Expr, r: Expr, s: Expr) -> tuple[Expr, Expr, Expr, Expr]:
    """The blocks of the inverse where P is invertible, with S − R P⁻¹ Q inverted."""
    inner = build("inv", p)
    left, right = build("matmul", inner, q), build("matmul", r, inner)
    outer = build("inv", build("sub", s, build("matmul", r, left)))
    upper, lower = build("matmul", left, outer), build("matmul", outer, right)
    return build("add", inner, build("matmul", upper, right)), build("neg", upper), build("neg", lower), outer
