"""What a theorem concludes from several equations at once: X satisfies Penrose's four equations, hence X = A⁺."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import reduce
from math import factorial

from cheatsheet.derivatives.authored.both_sides import DoesNotApply, Pairs
from cheatsheet.language.expressions import Apply, Equation, Expr, Number
from cheatsheet.language.table import build

MOST_POWERS = 4
"""The power by which a nilpotent matrix is to vanish."""


def conclusions(text: str) -> Callable[[Equation], Iterator[Pairs]] | None:
    """What a theorem needs of an equation that it is to conclude, for each way to read it.

    >>> conclusions("penrose equations") is None, conclusions("move terms") is None
    (False, True)
    """
    return _THEOREMS.get(text)


def _pseudo_inverse(wanted: Equation) -> Iterator[Pairs]:
    """A⁺ is the one X with AXA = A, XAX = X, and AX and XA symmetric."""
    for side, x in ((wanted.lhs, wanted.rhs), (wanted.rhs, wanted.lhs)):
        if isinstance(side, Apply) and side.op == "pinv":
            (a,) = side.children
            ax, xa = build("matmul", a, x), build("matmul", x, a)
            yield [
                (build("matmul", ax, a), a),
                (build("matmul", xa, x), x),
                (build("transpose", ax), ax),
                (build("transpose", xa), xa),
            ]
            return
    raise DoesNotApply("it needs an equation pinv(A) == X")


def _sum_of_exponents(wanted: Equation) -> Iterator[Pairs]:
    """exp(A + B) = exp A exp B where AB = BA."""
    for whole, product in ((wanted.lhs, wanted.rhs), (wanted.rhs, wanted.lhs)):
        match whole, product:
            case (
                Apply(op="expm", args=(Expr() as total,)),
                Apply(
                    op="matmul",
                    args=(Apply(op="expm", args=(Expr() as a,)), Apply(op="expm", args=(Expr() as b,))),
                ),
            ):
                yield [(build("add", a, b), total), (build("matmul", a, b), build("matmul", b, a))]
                return
    raise DoesNotApply("it needs an equation expm(A + B) == expm(A) @ expm(B)")


def _finite_series(wanted: Equation) -> Iterator[Pairs]:
    """exp A = I + A + … + Aᵏ⁻¹/(k−1)! where Aᵏ = 0."""
    for whole, other in ((wanted.lhs, wanted.rhs), (wanted.rhs, wanted.lhs)):
        if isinstance(whole, Apply) and whole.op == "expm":
            (a,) = whole.children
            terms: list[Expr] = [build("I", a.shape.rows)]
            power = a
            for k in range(1, MOST_POWERS):
                terms.append(build("over", power, Number(factorial(k))))
                power = build("matmul", power, a)
                total = reduce(lambda x, y: build("add", x, y), terms)
                yield [(power, build("zeros", *a.shape.axes)), (total, other)]
            return
    raise DoesNotApply("it needs an equation expm(A) == I(n) + A + …")


_THEOREMS: dict[str, Callable[[Equation], Iterator[Pairs]]] = {
    "penrose equations": _pseudo_inverse,
    "exponents commute": _sum_of_exponents,
    "series ends": _finite_series,
}
