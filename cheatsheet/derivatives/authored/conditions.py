"""What a line needs to be invertible or other than zero, and whether its claim can only be made where it is so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cheatsheet.calculus.genericity import invertible, known_invertible
from cheatsheet.derivatives.authored.carrying import carried, rewritten
from cheatsheet.derivatives.rules.factors import Product
from cheatsheet.derivatives.rules.laws import laws
from cheatsheet.derivatives.rules.matching import declared, same
from cheatsheet.derivatives.rules.numbers import is_positive
from cheatsheet.derivatives.rules.rule import Rule
from cheatsheet.language.expressions import (
    Apply,
    Equation,
    Expr,
    Number,
    Symbol,
    inline_definitions,
    symbols,
    walk,
)
from cheatsheet.language.table import build


class Conditions:
    """Where some claims are made: their matrices that have to be invertible, their numbers that are not zero."""

    def __init__(self, claims: Iterable[Equation], lifted: bool = False) -> None:
        """``lifted``: what is shown of invertible matrices holds of all; those without properties may be inverted."""
        sides = [inline_definitions(side) for claim in claims for side in (claim.lhs, claim.rhs)]
        generic = {s for side in sides for s in symbols(side) if s.shape.is_square and not s.properties}
        regular = [known_invertible(side) for side in sides] + ([frozenset(generic)] if lifted else [])
        self.regular: frozenset[Expr] = frozenset().union(*regular)
        self.defined = [spot for side in sides for spot in spots(side)]

    def harmless(self, spot: Expr, rules: list[Rule], also: Iterable[Expr] = ()) -> bool:
        """Whether the claim can only be made where the matrix is invertible, or the number is not zero.

        ``also`` are matrices that are known to be invertible where the line is needed.
        """
        known = (*self.defined, *also)
        if any(same(spot, other) for other in known):
            return True
        if spot.shape.is_vector and any(same(build("diag", spot), other) for other in known):
            return True
        match spot:
            case Apply(op="det" | "power", args=(Expr() as inside, *_)):
                return self.harmless(inside, rules, also)
            case Apply(op="scale" | "neg") if spot.shape.is_scalar:
                return all(self.harmless(child, rules, also) for child in spot.children)
        if spot.shape.is_scalar:
            if declared(spot, "nonzero") or is_positive(spot):
                return True
        elif invertible(spot, self.regular) or _is_definite(spot):
            return True
        simple: list[Rule] = [
            one.rule for one in laws().values() if one.group in ("transposes", "properties", "inverses")
        ]
        forms = [spot, rewritten(build("transpose", spot), simple), rewritten(spot, simple)]
        return any(
            same(form, other) or carried(form, rules, other)
            for form in forms for other in self.defined if form.shape.agrees(other.shape)
        )  # fmt: skip


def _is_definite(expr: Expr, strictly: bool = True) -> bool:
    """Whether the form of a matrix shows it to be positive definite, or not strictly so: a sum of such, Hᵀ R H."""
    match expr:
        case Symbol() | Apply(op="I"):
            return isinstance(expr, Apply) or "positive_definite" in expr.properties
        case Apply(op="inv", args=(Expr() as of,)):
            return _is_definite(of)
        case Apply(op="add", args=(Expr() as a, Expr() as b)):
            both = _is_definite(a, False) and _is_definite(b, False)
            return both and (not strictly or _is_definite(a) or _is_definite(b))
        case Apply(op="matmul") if not strictly:
            word = Product.of(expr).word
            turned = build("transpose", word[-1])
            outer = len(word) == 3 and (word[0] == turned or build("transpose", word[0]) == word[-1])
            return outer and _is_definite(word[1], False)
    return False


def spots(expr: Expr) -> Iterator[Expr]:
    """The matrices that an expression inverts, and the numbers that it divides by."""
    for node in walk(expr):
        match node:
            case Apply(op="inv" | "logdet", args=(Expr() as inner,)):
                yield inner
            case Apply(op="over" | "reciprocal", args=(_, Expr() as below)) if not isinstance(below, Number):
                yield below
