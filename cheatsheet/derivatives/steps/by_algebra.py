"""Matrix algebra, rule by rule: both sides brought into one form by the laws of matrices."""

from __future__ import annotations

from collections.abc import Iterator

from cheatsheet.derivatives.rules.factors import Product, terms_of
from cheatsheet.derivatives.rules.words import LAW
from cheatsheet.derivatives.steps.chains import Chain, Line
from cheatsheet.derivatives.steps.meeting import Barred, laws_about
from cheatsheet.language.expressions import Apply, Expr, rebuild, walk
from cheatsheet.language.table import build
from cheatsheet.language.tidying import tidied

MOST_LINES = 24
MOST_FACTORS = 3
"""Inverses that a claim is multiplied by, one after the other."""
LEFT_OUT = (
    "inv-transpose",
    "adj-transpose",
    "expm-transpose",
    "pinv-transpose",
    "number-transpose",
)
"""Laws that undo what others do: transposes are drawn in to the letters."""


def rewritten(expr: Expr, barred: Barred, multiplied_out: bool) -> list[Line]:
    """The expression by the laws of matrices, one after the other, until none of them fits."""
    chain = Chain(expr, lambda line: tidied(_without_units(line)))
    while len(chain.lines) < MOST_LINES:
        operators = {n.op for n in walk(chain.expr) if isinstance(n, Apply)}
        ids = [
            id for id in laws_about(operators) if id not in barred and id.removeprefix(LAW) not in LEFT_OUT
        ]
        ids += ["expand"] if multiplied_out else []
        ids += ["inverse-of-sum"] if multiplied_out and "inv" in operators else []
        ids += [
            "number-product",
            "number-transpose",
            "trace-transpose",
            *(["function-logdet"] if "logdet" in operators else []),
        ]
        ids += (
            ["exp-law", "log-exp", "log-product", "log-power", "log-sum"]
            if operators & {"exp", "log"}
            else []
        )
        ids += ["power-law"] if "power" in operators else []
        if not any(chain.step([id]) for id in ids):
            break
    return chain.lines


def _without_units(expr: Expr) -> Expr:
    """Products without identity matrices beside others."""
    expr = rebuild(expr, _without_units)
    if isinstance(expr, Apply) and expr.op == "matmul":
        a, b = expr.children
        if isinstance(a, Apply) and a.op == "I" and b.shape == expr.shape:
            return b
        if isinstance(b, Apply) and b.op == "I" and a.shape == expr.shape:
            return a
    return expr


def cleared(lhs: Expr, rhs: Expr, barred: Barred) -> Iterator[tuple[Expr, Expr]]:
    """The claim multiplied by the composite matrices whose inverses stand first or last in a term, one by one."""
    for _ in range(MOST_FACTORS):
        ends = [rewritten(side, barred, True)[-1].expr for side in (lhs, rhs)]
        words = [Product.of(term).word for side in ends for term in terms_of(side)]
        first = next((w[0].children[0] for w in words if w and _is_inverse(w[0])), None)
        last = next((w[-1].children[0] for w in words if w and _is_inverse(w[-1])), None)
        if first is not None:
            lhs, rhs = (build("matmul", first, side) for side in (lhs, rhs))
        elif last is not None:
            lhs, rhs = (build("matmul", side, last) for side in (lhs, rhs))
        else:
            return
        yield lhs, rhs


def _is_inverse(factor: Expr) -> bool:
    return isinstance(factor, Apply) and factor.op == "inv" and isinstance(factor.children[0], Apply)
