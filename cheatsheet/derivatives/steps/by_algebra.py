"""Matrix algebra, rule by rule: both sides brought into one form by the laws of matrices."""

from __future__ import annotations

from cheatsheet.derivatives.rules.laws import laws
from cheatsheet.derivatives.rules.words import LAW
from cheatsheet.derivatives.steps.chains import Chain, Line
from cheatsheet.derivatives.steps.meeting import Barred, laws_about
from cheatsheet.language.expressions import Apply, Expr, walk
from cheatsheet.language.tidying import tidied

MOST_LINES = 16
LEFT_OUT = ("inv-transpose", "adj-transpose", "expm-transpose", "number-transpose")
"""Laws that undo what others do: transposes are drawn in to the letters."""


def rewritten(expr: Expr, barred: Barred, multiplied_out: bool) -> list[Line]:
    """The expression by the laws of matrices, one after the other, until none of them fits."""
    chain = Chain(expr, tidied)
    while len(chain.lines) < MOST_LINES:
        operators = {n.op for n in walk(chain.expr) if isinstance(n, Apply)}
        ids = [
            id for id in laws_about(operators) if id not in barred and id.removeprefix(LAW) not in LEFT_OUT
        ]
        ids += ["expand"] if multiplied_out else []
        ids += ["number-product", *(["function-logdet"] if "logdet" in operators else [])]
        ids += ["exp-law", "log-exp", "log-product", "log-power"] if operators & {"exp", "log"} else []
        ids += ["power-law"] if "power" in operators else []
        if not any(chain.step([id]) for id in ids):
            break
    return chain.lines


def is_about_matrices(*sides: Expr) -> bool:
    """Whether a law of the table may have something to say."""
    operators = {n.op for side in sides for n in walk(side) if isinstance(n, Apply)}
    return bool(laws()) and any(True for _ in laws_about(operators))
