"""Expressions as products and sums of many parts: a coefficient, numbers, a word of matrices; terms with signs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache

from cheatsheet.derivatives.rules.remembering import MOST_KEPT
from cheatsheet.language.expressions import Apply, Expr, Number
from cheatsheet.language.table import build


@dataclass(frozen=True)
class Product:
    """A product: a coefficient, the other scalar factors, and the matrices in their order."""

    coefficient: Fraction
    scalars: tuple[Expr, ...]
    word: tuple[Expr, ...]

    @staticmethod
    @lru_cache(maxsize=MOST_KEPT)
    def of(expr: Expr) -> Product:
        """The factors of an expression, itself if it is no product."""
        match expr:
            case Number():
                return Product(expr.value, (), ())
            case Apply(op="neg"):
                inner = Product.of(expr.children[0])
                return replace(inner, coefficient=-inner.coefficient)
            case Apply(op="scale"):
                a, b = (Product.of(child) for child in expr.children)
                scalars = (*a.numbers, *(b.numbers if expr.shape.is_scalar else b.scalars))
                return Product(a.coefficient * b.coefficient, scalars, () if expr.shape.is_scalar else b.word)
            case Apply(op="over", args=(Expr() as above, Expr() as below)) if above != Number(1):
                inner = Product.of(above)
                if isinstance(below, Number):
                    return replace(inner, coefficient=inner.coefficient / below.value)
                part = build("over", Number(1), below)
                if expr.shape.is_scalar:
                    return Product(inner.coefficient, (*inner.numbers, part), ())
                return replace(inner, scalars=(*inner.scalars, part))
            case Apply(op="matmul"):
                a, b = (Product.of(child) for child in expr.children)
                words = [p.word or (product_of(Product(Fraction(1), p.scalars, ())),) for p in (a, b)]
                scalars = (*(a.scalars if a.word else ()), *(b.scalars if b.word else ()))
                return Product(a.coefficient * b.coefficient, scalars, (*words[0], *words[1]))
        return (
            Product(Fraction(1), (expr,), ()) if expr.shape.is_scalar else Product(Fraction(1), (), (expr,))
        )

    @property
    def numbers(self) -> tuple[Expr, ...]:
        """The factors of a product that is a number, a row times a column among them."""
        return (*self.scalars, *([chain(self.word)] if self.word else []))

    def with_part(self, i: int, j: int, new: Expr) -> Expr:
        """The product with something else for a part of its word."""
        inner = Product.of(new)
        word = (*self.word[:i], *inner.word, *self.word[j:])
        return product_of(
            Product(self.coefficient * inner.coefficient, (*self.scalars, *inner.scalars), word)
        )


def chain(word: Iterable[Expr]) -> Expr:
    """The product of matrices, grouped to the left."""
    first, *others = word
    for other in others:
        first = build("matmul", first, other)
    return first


def product_of(product: Product) -> Expr:
    """The expression with these factors."""
    body = chain(product.word) if product.word else None
    for scalar in reversed(product.scalars):
        body = scalar if body is None else build("scale", scalar, body)
    if body is None:
        return Number(product.coefficient)
    if product.coefficient == -1:
        return build("neg", body)
    return body if product.coefficient == 1 else build("scale", Number(product.coefficient), body)


def terms_of(expr: Expr) -> list[Expr]:
    """The terms of a sum, each with its sign."""
    match expr:
        case Apply(op="add" | "sub"):
            a, b = (terms_of(child) for child in expr.children)
            return [*a, *(b if expr.op == "add" else map(negative, b))]
        case Apply(op="neg", args=(Apply(op="add" | "sub") as inner,)):
            return [negative(term) for term in terms_of(inner)]
    return [expr]


def negative(expr: Expr) -> Expr:
    """The expression with the other sign."""
    if isinstance(expr, Number):
        return Number(-expr.value)
    return expr.children[0] if isinstance(expr, Apply) and expr.op == "neg" else build("neg", expr)


def sum_of(terms: Iterable[Expr]) -> Expr:
    first, *others = terms
    for term in others:
        first = build("add", first, term)
    return first


def is_negative(expr: Expr) -> bool:
    """Whether an expression is written as −A."""
    return isinstance(expr, Apply) and expr.op == "neg"


def is_product(expr: Expr) -> bool:
    """Whether an expression is a product or a quotient, a sign before it counting as a factor."""
    return isinstance(expr, Apply) and expr.op in ("matmul", "scale", "neg", "over")


def is_sum(expr: Expr) -> bool:
    """Whether an expression is a sum or a difference."""
    return isinstance(expr, Apply) and expr.op in ("add", "sub")
