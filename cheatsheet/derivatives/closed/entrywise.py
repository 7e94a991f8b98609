"""Components taken inside operations that work entry by entry."""

from __future__ import annotations

from fractions import Fraction

from cheatsheet.calculus.to_expression import component
from cheatsheet.derivatives.closed.length import length
from cheatsheet.language.expressions import Apply, Expr, Index, Number
from cheatsheet.language.table import TABLE, build

ELEMENTWISE = frozenset(name for name, row in TABLE.items() if row.one_element is not None)
"""Functions of one variable, applied to each entry."""


def second_exponent(expr: Expr) -> Fraction | None:
    """1 for an element-wise product, −1 for a quotient of two operands of one shape; None for anything else."""
    if (
        not isinstance(expr, Apply)
        or len(expr.children) != 2
        or expr.children[0].shape != expr.children[1].shape
    ):
        return None
    found = TABLE[expr.op].second_exponent
    return None if found is None or expr.op in ("scale", "over") else Fraction(found)


def entry(operand: Expr, indices: list[Index]) -> Expr:
    """A component, taken inside transposes, and inside element-wise operations where that is shorter."""
    if operand.shape.is_scalar:
        return operand
    match operand:
        case Apply(op="transpose"):
            return entry(operand.children[0], indices[::-1])
        case Apply(op="ones" | "zeros"):
            return Number(int(operand.op == "ones"))
        case Apply() if (op := TABLE[operand.op].entrywise) is not None:
            parts = [entry(child, indices) for child in operand.children]
            pushed = parts[0] if op == "scale" and parts[1] == Number(1) else build(op, *parts)
            return min(pushed, component(operand, indices), key=length)
    return component(operand, indices)
