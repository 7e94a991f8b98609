"""(X + Y)(X + Y)⁻¹ = I where the sum is multiplied out: one of its terms beside the inverse is told by the others."""

from __future__ import annotations

from dataclasses import dataclass

from cheatsheet.derivatives.rules.factors import Product, chain, negative, product_of, sum_of, terms_of
from cheatsheet.derivatives.rules.matching import same
from cheatsheet.derivatives.rules.remembering import remembered
from cheatsheet.derivatives.rules.sums import Expansion
from cheatsheet.language.expressions import Apply, Expr, rebuild
from cheatsheet.language.table import build


@dataclass(frozen=True)
class InverseOfSum:
    """Y (X + Y)⁻¹ = I − X (X + Y)⁻¹, and the same from the left.

    >>> from cheatsheet.language.elaborate import Declarations, elaborate_claim
    >>> from cheatsheet.catalogue.load import read_given
    >>> declared = Declarations(read_given("A: [n, n], B: [n, n], X: [n, n]"))
    >>> side = elaborate_claim("X @ B @ inv(A + B) @ X == X", declared).lhs
    >>> InverseOfSum().rewritten(side)
    X @ (I(n) + -(A @ inv(A + B))) @ X
    """

    id: str = "inverse-of-sum"

    @remembered
    def rewritten(self, expr: Expr) -> Expr:
        if not isinstance(expr, Apply) or expr.op != "matmul":
            return rebuild(expr, self.rewritten)
        product = Product.of(expr)
        for place, factor in enumerate(product.word):
            if isinstance(factor, Apply) and factor.op == "inv":
                new = self._beside(product, place, factor)
                if new is not None:
                    return new
        return rebuild(expr, self.rewritten)

    def _beside(self, product: Product, place: int, inverse: Apply) -> Expr | None:
        terms = [Product.of(term) for term in terms_of(Expansion().rewritten(inverse.children[0]))]
        if len(terms) < 2:
            return None
        chosen = max(terms, key=_length)
        size = len(chosen.word)
        others = [product_of(term) for term in terms if term is not chosen]
        word, whole = product.word, chain(chosen.word)
        for start, after in ((place - size, False), (place + 1, True)):
            if start < 0 or start + size > len(word) or not same(chain(word[start : start + size]), whole):
                continue
            rest = [build("matmul", *((inverse, o) if after else (o, inverse))) for o in others]
            told = sum_of([build("I", inverse.shape.rows), *map(negative, rest)])
            first, last = min(start, place), max(start + size, place + 1)
            coefficient = product.coefficient / chosen.coefficient
            new = product_of(Product(coefficient, product.scalars, (*word[:first], told, *word[last:])))
            for scalar in chosen.scalars:
                new = build("over", new, scalar)
            return new
        return None


def _length(term: Product) -> tuple[int, str]:
    """Terms of many factors first; a multiple of the identity last."""
    plain = [f for f in term.word if not (isinstance(f, Apply) and f.op == "I")]
    return len(plain), str(chain(term.word)) if plain else ""
