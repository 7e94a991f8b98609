"""What a line needs to be invertible, nonzero or positive, and whether its claim is only made where it is so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cheatsheet.calculus.genericity import invertible, known_invertible
from cheatsheet.derivatives.authored.carrying import carried, rewritten
from cheatsheet.derivatives.rules.factors import Product
from cheatsheet.derivatives.rules.laws import laws
from cheatsheet.derivatives.rules.matching import declared, same
from cheatsheet.derivatives.rules.numbers import is_integer, is_positive, of_one_sign
from cheatsheet.derivatives.rules.rule import Rule
from cheatsheet.language.expressions import (
    Apply,
    Equation,
    Expr,
    Number,
    Size,
    Symbol,
    inline_definitions,
    symbols,
    walk,
)
from cheatsheet.language.table import TABLE, build

Domain = tuple[str, Expr]
"""What an expression has to be, and the expression."""

_NOT_NEGATIVE = (is_positive, of_one_sign)
_WIDER = {
    ("nonnegative", "positive"),
    ("power", "positive"),
    ("integer power", "positive"),
    ("integer power", "power"),
}


class Conditions:
    """Where some claims are made: their matrices that have to be invertible, their numbers that are not zero."""

    def __init__(self, claims: Iterable[Equation], lifted: bool = False) -> None:
        """``lifted``: what is shown of invertible matrices holds of all; those without properties may be inverted."""
        sides = [inline_definitions(side) for claim in claims for side in (claim.lhs, claim.rhs)]
        generic = {s for side in sides for s in symbols(side) if s.shape.is_square and not s.properties}
        regular = [known_invertible(side) for side in sides] + ([frozenset(generic)] if lifted else [])
        self.regular: frozenset[Expr] = frozenset().union(*regular)
        self.defined = [spot for side in sides for spot in spots(side)]
        self.domains = [domain for side in sides for domain in domains(side)]

    def inside(self, domain: Domain, rules: list[Rule]) -> bool:
        """Whether the claim can only be made where a logarithm, a root or a power exists."""
        kind, of = domain
        signs = _NOT_NEGATIVE if kind == "nonnegative" else (is_positive,)
        if any(sign(of) for sign in signs) or (kind == "integer power" and self.harmless(of, rules)):
            return True
        enough = [other for known, other in self.domains if known == kind or (kind, known) in _WIDER]
        return any(same(of, other) or carried(of, rules, other) for other in enough)

    def harmless(self, spot: Expr, rules: list[Rule], also: Iterable[Expr] = ()) -> bool:
        """Whether the claim can only be made where the matrix is invertible, or the number is not zero.

        ``also`` are matrices that are known to be invertible where the line is needed.
        """
        known = (*self.defined, *(other for kind, other in self.domains if kind == "positive"), *also)
        if any(same(spot, other) for other in known):
            return True
        if spot.shape.is_vector and any(same(build("diag", spot), other) for other in known):
            return True
        match spot:
            case Apply(op="det" | "power", args=(Expr() as inside, *_)):
                return self.harmless(inside, rules, also)
            case Number():
                return spot.value != 0
            case Apply(op="over", args=(Expr() as above, Expr())):
                return self.harmless(above, rules, also)
            case Apply(op="scale" | "neg") if spot.shape.is_scalar:
                return all(self.harmless(child, rules, also) for child in spot.children)
        if spot.shape.is_scalar:
            if declared(spot, "nonzero") or is_positive(spot) or spot in self.regular:
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
            case Apply(args=(_, Expr() as below)) if TABLE[node.op].divides:
                if not isinstance(below, Number):
                    yield below
            case Apply(op="power" | "matrix_power", args=(Expr() as base, Number() as exponent)):
                if exponent.value < 0:
                    yield base


def _upright(matrix: Expr) -> Expr:
    """The matrix itself, of an inverse: their determinants have one sign."""
    match matrix:
        case Apply(op="inv", args=(Expr() as inner,)):
            return _upright(inner)
    return matrix


def domains(expr: Expr) -> Iterator[Domain]:
    """What has to be positive, or no negative number, for an expression's logarithms, roots and powers to exist."""
    for node in walk(expr):
        match node:
            case Apply(op="logdet", args=(Expr() as inner,)):
                yield "positive", build("det", _upright(inner))
            case Apply(op="power", args=(Expr() as base, Expr() as exponent)):
                whole = exponent.value.denominator == 1 if isinstance(exponent, Number) else False
                if not whole and not isinstance(exponent, Size):
                    yield "integer power" if is_integer(exponent) else "power", base
            case Apply(args=(Expr() as inner,)) if (one := TABLE[node.op].one_element) is not None:
                if one.domain != "everywhere":
                    yield one.domain, inner
