"""The adjoint column: what an operator hands down is the gradient, as the prover finds it by components."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cheatsheet.calculus.adjoints import inner
from cheatsheet.calculus.prove import prove
from cheatsheet.language.elaborate import elaborate_claim
from cheatsheet.language.expressions import Apply, Equation, Expr, Symbol, symbols, walk
from cheatsheet.language.syntax import ClaimError
from cheatsheet.language.table import TABLE, build
from tests.grammar import DECLARED

ROWS = [name for name, row in TABLE.items() if row.adjoint is not None]
MORE = (
    "x.T @ A == x.T @ A",
    "dot(x.T, y) == 0",
    "outer(x, u) @ u == x",
    "kron(X, u) @ x == kron(X, u) @ x",
    "kron(u.T, X) == kron(u.T, X)",
    "diag(A) == x",
    "block([[A, x], [y.T, a]]) == block([[A, x], [y.T, a]])",
    "X[i, j] == x.T[0, j] * u[i]",
    "a / x == x",
    "x / a == x / y",
    "cross(q, w) == q",
    "tr(A) == a",
    "softmax(X, axis=0) == softmax(X, axis=1)",
    "sum(X, axis=0) == sum(A, axis=1)",
)
"""Arguments of other shapes than those of the claims of the rows."""


def nodes_of(name: str) -> Iterator[Apply]:
    for text in (TABLE[name].good, *MORE):
        try:
            equation = elaborate_claim(text, DECLARED)
        except ClaimError:  # a row speaks of symbols of its own
            continue
        for side in (equation.lhs, equation.rhs):
            yield from (n for n in walk(side) if isinstance(n, Apply) and n.op == name)


@pytest.mark.parametrize("name", ROWS)
def test_what_is_handed_down_is_the_gradient(name: str) -> None:
    looked_at = 0
    for node in nodes_of(name):
        g = Symbol("G", node.shape)
        for place, child in enumerate(node.children):
            others = (symbols(other) for k, other in enumerate(node.children) if k != place)
            if not isinstance(child, Symbol) or any(child in found for found in others):
                continue
            handed = handed_down(node, place, g)
            if handed is not None:
                looked_at += 1
                assert prove(Equation(build("grad", inner(g, node), child), handed)), (node, child)
                wrong = build("scale", Symbol("a", TABLE["pi"].shape((), ())), handed)
                assert not prove(Equation(build("grad", inner(g, node), child), wrong))
    assert looked_at


def handed_down(node: Apply, place: int, g: Expr) -> Expr | None:
    rule = TABLE[node.op].adjoint
    return None if rule is None else rule(node, place, g)
