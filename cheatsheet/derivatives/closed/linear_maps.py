"""The matrix of a linear map that is written as an expression: M where the expression is M g."""

from __future__ import annotations

from cheatsheet.derivatives.closed.entrywise import second_exponent
from cheatsheet.derivatives.closed.flattening import ONE, Terms, flat, joined
from cheatsheet.derivatives.closed.products import (
    Chain,
    Product,
    chain_expression,
    hadamard,
    product,
    turned_chain,
)
from cheatsheet.derivatives.closed.tidying import tidy
from cheatsheet.derivatives.closed.transposes import turned
from cheatsheet.language.dimensions import Axis, Shape
from cheatsheet.language.expressions import Apply, Expr, Symbol, walk
from cheatsheet.language.table import build


class NotLinearError(Exception):
    """The vector stands where no matrix can be read off."""


def matrix_of(expr: Expr, g: Symbol) -> Expr:
    """The matrix M for which the row or column ``expr`` has the entries of M g.

    >>> m, n = Axis.of("m"), Axis.of("n")
    >>> A, s, g = Symbol("A", Shape.matrix(m, n)), Symbol("s", Shape.vector(n)), Symbol("g", Shape.vector(n))
    >>> matrix_of(build("matmul", A, build("hadamard", s, g)), g)
    A @ diag(s)
    """
    return tidy(_terms(expr, g), Shape.matrix(_axis(expr), _axis(g)))


def _axis(vector: Expr) -> Axis:
    return vector.shape.free_axes[0] if vector.shape.free_axes else vector.shape.rows


def _has(expr: Expr, g: Symbol) -> bool:
    return any(node == g for node in walk(expr))


def _terms(expr: Expr, g: Symbol) -> Terms:
    """The matrix as a sum of products, for a row, a column or a number that is linear in g."""
    return [own for t in flat(expr) for own in _of_product(t, g)]


def _of_product(t: Product, g: Symbol) -> Terms:
    moving = [(f, e) for f, e in t.scalars if _has(f, g)]
    still = [(f, e) for f, e in t.scalars if not _has(f, g)]
    places = [k for k, f in enumerate(t.chain) if _has(f, g)]
    if len(moving) + len(places) != 1 or any(e != 1 for _, e in moving):
        raise NotLinearError("not linear in one place")
    if moving:
        column = t.chain if t.shape.cols.is_one else turned_chain(t.chain)
        rows, left = _of_number(moving[0][0], g), column
    elif t.shape.cols.is_one:
        rows, left = _of_column(t.chain, places[0], g)
    else:
        chain = turned_chain(t.chain)
        rows, left = _of_column(chain, len(chain) - 1 - places[0], g)
    axis = t.shape.free_axes[0] if t.shape.free_axes else t.shape.rows
    shape = Shape.matrix(axis, _axis(g))
    return [
        joined(t.coefficient * r.coefficient, (*still, *r.scalars), (*left, *r.chain), shape) for r in rows
    ]


def _of_number(number: Expr, g: Symbol) -> Terms:
    """The row r for which a number is r g."""
    match number:
        case Apply(op="total", args=(Expr() as a,)) if a.shape.is_vector:
            ones = build("ones", a.shape.free_axes[0])
            return [_after((turned(ones),), t) for t in _terms(a, g)]
        case Apply(op="matmul"):
            chain = single_chain(number)
            place = next(k for k, f in enumerate(chain) if _has(f, g))
            if chain[place].shape.rows.is_one or place < len(chain) - 1:
                chain = turned_chain(chain)
                place = len(chain) - 1 - place
            rows, left = _of_column(chain, place, g)
            return [_after(left, t) for t in rows]
        case Apply(op="add" | "sub" | "neg" | "scale" | "over"):
            return _terms(number, g)
    raise NotLinearError("a number that is no product")


def single_chain(number: Expr) -> Chain:
    """The factors of a product of matrices that is a number."""
    if isinstance(number, Apply) and number.op == "matmul":
        return (*single_chain(number.children[0]), *single_chain(number.children[1]))
    return (number,)


def _after(left: Chain, t: Product) -> Product:
    shape = Shape.matrix(left[0].shape.rows, t.shape.cols) if left else t.shape
    return joined(t.coefficient, t.scalars, (*left, *t.chain), shape)


def _of_column(chain: Chain, place: int, g: Symbol) -> tuple[Terms, Chain]:
    """The terms of the matrix of one factor, and the factors that stand to the left of it."""
    factor, right = chain[place], chain[place + 1 :]
    if factor.shape.cols.is_one and not right:
        return _of_factor(factor, g), chain[:place]
    if factor.shape.rows.is_one and right:  # a (gᵀ b) is a bᵀ g
        own = _of_factor(turned(factor), g)
        row = turned_chain(right)
        return [_after(row, t) for t in own], chain[:place]
    if isinstance(factor, Apply) and factor.op == "diag" and right:
        inner = build("hadamard", factor.children[0], chain_expression(right, factor.shape.cols))
        return _of_factor(inner, g), chain[:place]
    raise NotLinearError("inside a matrix")


def _of_factor(factor: Expr, g: Symbol) -> Terms:
    """The matrix of a column that is g itself, an element-wise product or a sum."""
    shape = Shape.matrix(factor.shape.rows, _axis(g))
    if factor == g or factor == turned(g):
        return [product(ONE, (), (), shape)]
    match factor:
        case Apply() if (exponent := second_exponent(factor)) is not None:
            a, b = factor.children
            own, other = (a, b) if _has(a, g) else (b, a)
            if _has(other, g) or (exponent < 0 and own is b):
                raise NotLinearError("not linear")
            weight = other if exponent > 0 else hadamard([(other, -ONE)])
            return [_after((build("diag", weight),), t) for t in _terms(own, g)]
        case Apply(op="diag") if factor.children[0].shape.is_square:
            raise NotLinearError("the diagonal of a matrix")
        case Apply(op="add" | "sub" | "neg" | "scale" | "over" | "matmul"):
            return _terms(factor, g)
        case Apply(op="block") if factor.shape.cols.is_one:
            parts = [tidy(_terms(c, g), Shape.matrix(c.shape.rows, _axis(g))) for c in factor.children]
            return [product(ONE, (), (build("block", *parts, params=(len(parts), 1)),), shape)]
    raise NotLinearError("no product")
