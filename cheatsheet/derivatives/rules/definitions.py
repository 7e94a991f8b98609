"""Definitions as rules: what an entry of a product, a trace, a Kronecker product is in entries of the operands."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from cheatsheet.calculus.to_expression import component
from cheatsheet.derivatives.rules.differentiation import moves_by_itself
from cheatsheet.derivatives.rules.remembering import MOST_KEPT, remembered
from cheatsheet.derivatives.rules.unfolding import (
    ENTRYWISE,
    OPAQUE,
    IndexNames,
    entry,
    squared_norm,
    sum_of_squares,
)
from cheatsheet.language.expressions import Apply, Expr, Index, Symbol, rebuild
from cheatsheet.language.table import TABLE, build, differentiation


@dataclass(frozen=True)
class Definition:
    """The definition of one operator, ``def-matmul`` say: its entries replaced by what they are.

    >>> from cheatsheet.language.elaborate import Declarations, elaborate_claim
    >>> from cheatsheet.catalogue.load import read_given
    >>> declared = Declarations(read_given("A: [m, n], x: [n], y: [m]"))
    >>> side = elaborate_claim("y.T @ A @ x == 0", declared).lhs
    >>> Definition("matmul").rewritten(side)
    sum(sum(y[j] * A[j, i], j) * x[i], i)
    """

    operator: str

    @property
    def id(self) -> str:
        return f"def-{self.operator}"

    @remembered
    def rewritten(self, expr: Expr) -> Expr:
        return self._everywhere(expr, IndexNames.beside(expr))

    def _everywhere(self, expr: Expr, names: IndexNames) -> Expr:
        if self.operator not in _defined(expr):
            return expr
        new = self._applied(expr, names)
        if new is not None and new != expr:
            return self._everywhere(new, names)
        return rebuild(expr, lambda child: self._everywhere(child, names))

    def _applied(self, expr: Expr, names: IndexNames) -> Expr | None:
        match expr:
            case Apply(op="component", args=(Apply(op="d", args=(Expr() as varied,)) as whole, *indices)):
                if self.operator == "d" and not _is_increment(whole):
                    place = [i for i in indices if isinstance(i, Index)]
                    return build("d", component(varied, place), params=whole.params)
            case Apply(op="component", args=(Apply() as operand, *indices)) if (
                definition_of(operand) == self.operator
            ):
                return entry(operand, [i for i in indices if isinstance(i, Index)], names)
            case Apply() if self.operator == "norm" and squared_norm(expr):
                return sum_of_squares(expr, names)
            case Apply() if (
                expr.shape.is_scalar and differentiation(expr) and expr.op == self.operator != "diff"
            ):
                return entry(expr, [], names)
            case Apply() if expr.shape.is_scalar and definition_of(expr) == self.operator:
                by_entries = TABLE[expr.op].differentiates or expr.op in ENTRYWISE
                return None if by_entries else entry(expr, [], names)
        return None


def _is_increment(whole: Apply) -> bool:
    of = whole.args[0]
    return isinstance(of, Symbol) and moves_by_itself(of, whole.params[0])


@lru_cache(maxsize=MOST_KEPT)
def _defined(expr: Expr) -> frozenset[str]:
    """The definitions that may be used somewhere in an expression."""
    own = {expr.op, definition_of(expr)} if isinstance(expr, Apply) else set()
    return frozenset(own).union(*map(_defined, expr.children))


def definition_of(operand: Apply) -> str:
    """The name of the definition that says what the entries of an operand are, empty where none does."""
    if operand.op == "block" and all(part.shape.is_scalar for part in operand.children):
        return "entries"
    if TABLE[operand.op].differentiates:  # its entries are those of an entry
        return operand.op
    if operand.op in OPAQUE:
        return ""
    return "elementwise" if operand.op in ENTRYWISE else operand.op
