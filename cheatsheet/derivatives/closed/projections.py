"""Products with projections multiplied out where that is shorter: (I − P)(x − Px) is x − Px."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

from cheatsheet.calculus.prove import prove
from cheatsheet.derivatives.closed.length import length
from cheatsheet.derivatives.closed.tidying import tidied
from cheatsheet.derivatives.rules.factors import chain, sum_of
from cheatsheet.language.expressions import Apply, Equation, Expr, Number, Symbol, symbols
from cheatsheet.language.table import build

Terms = Counter[tuple[Expr, ...]]
"""How often each product of factors stands in a sum."""


def projected_once(result: Expr) -> Expr:
    """The expression, or its terms with PP = P where that is shorter.

    >>> from cheatsheet.language.dimensions import Axis, Shape
    >>> from cheatsheet.language.elaborate import Declarations, elaborate_expression
    >>> n = Axis.of("n")
    >>> P = Symbol("P", Shape.matrix(n, n), frozenset(["symmetric", "idempotent"]))
    >>> declared = Declarations({"P": P, "x": Symbol("x", Shape.vector(n))})
    >>> projected_once(elaborate_expression("2 * (I(n) - P) @ (x - P @ x)", declared))
    2 * (x - P @ x)
    """
    if result.shape.is_scalar or not any("idempotent" in s.properties for s in symbols(result)):
        return result
    terms = {word: number for word, number in _terms(result).items() if number}
    if not all(terms):
        return result  # a term without factors is a multiple of I
    products = [build("scale", Number(Fraction(k)), chain(word)) for word, k in terms.items()]
    if not products:
        return result
    found = tidied(sum_of(products))
    return found if length(found) < length(result) and prove(Equation(result, found)) else result


def _terms(expr: Expr, times: Fraction = Fraction(1)) -> Terms:
    match expr:
        case Apply(op="add" | "sub", args=(Expr() as a, Expr() as b)):
            found = _terms(a, times)
            for word, k in _terms(b, times if expr.op == "add" else -times).items():
                found[word] += k
            return found
        case Apply(op="neg", args=(Expr() as a,)):
            return _terms(a, -times)
        case Apply(op="scale", args=(Number(value=k), Expr() as a)):
            return _terms(a, times * k)
        case Apply(op="matmul", args=(Expr() as a, Expr() as b)):
            found = Counter()
            for left, j in _terms(a, times).items():
                for right, k in _terms(b).items():
                    found[_joined(left, right)] += j * k
            return found
        case Apply(op="I"):
            return Counter({(): times})
    return Counter({(expr,): times})


def _joined(left: tuple[Expr, ...], right: tuple[Expr, ...]) -> tuple[Expr, ...]:
    meets = left and right and left[-1] == right[0]
    once = meets and isinstance(left[-1], Symbol) and "idempotent" in left[-1].properties
    return left + right[1:] if once else left + right
