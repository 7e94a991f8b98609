"""Matrix products as lists of factors."""

from __future__ import annotations

from cheatsheet.language.expressions import Apply, Expr
from cheatsheet.language.table import build


def links_of(a: Expr) -> list[Expr]:
    """The factors of a product, transposes of products taken apart."""
    match a:
        case Apply(op="matmul"):
            return [f for child in a.children for f in links_of(child)]
        case Apply(op="transpose", args=(Apply(op="matmul") as inner,)):
            return [build("transpose", f) for f in reversed(links_of(inner))]
        case Apply(op="transpose", args=(Apply(op="transpose", args=(Expr() as inner,)),)):
            return links_of(inner)
    return [a]


def product_of(links: list[Expr]) -> Expr:
    """The product of the factors, multiplied from the left."""
    result = links[0]
    for link in links[1:]:
        result = build("matmul", result, link)
    return result


def first_rotation(a: Expr) -> Expr:
    """Of the products that are a cyclic exchange of factors away, one that is the same for all of them.

    >>> from cheatsheet.language.dimensions import Axis, Shape
    >>> from cheatsheet.language.expressions import Symbol
    >>> m, n = Axis.of("m"), Axis.of("n")
    >>> A, B = Symbol("A", Shape.matrix(m, n)), Symbol("B", Shape.matrix(n, m))
    >>> first_rotation(build("matmul", B, A))
    A @ B
    """
    links = links_of(a)
    return min((product_of(links[k:] + links[:k]) for k in range(len(links))), key=repr)
