"""Inside a derivative the entries of what varies are independent: what holds by a property alone does not hold there.

Sᵀ = S for a symmetric S, but d(S)ᵀ = d(S) is false where all entries of S vary by themselves. A matrix whose declared
property leaves no room for that is marked where it stands inside a derivative: rules do not see the property there, nor
do equations about the matrix fit.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cheatsheet.derivatives.rules.dependence import MARK
from cheatsheet.derivatives.rules.rule import Rule
from cheatsheet.language.expressions import Apply, Expr, Symbol, inline_definitions, rebuild, walk
from cheatsheet.language.table import TABLE

KEPT_NEARBY = frozenset({"invertible", "nonzero", "positive"})
"""Properties that all matrices near by have as well."""


def confined(expressions: Iterable[Expr], varying: frozenset[str]) -> frozenset[str]:
    """The names of the symbols that vary, and whose properties not all matrices near by have.

    ``varying``: the names that stand alone in some d(…); the variables of other derivatives vary as well.
    """
    nodes = [n for expr in expressions for n in walk(inline_definitions(expr))]
    derivatives = [n for n in nodes if isinstance(n, Apply) and TABLE[n.op].differentiates]
    variables = {s.name for n in derivatives for s in n.children[1:] if isinstance(s, Symbol)} | varying
    return frozenset(
        n.name for n in nodes if isinstance(n, Symbol) and n.name in variables and n.properties - KEPT_NEARBY
    )


def marked(expr: Expr, names: frozenset[str], inside: bool = False) -> Expr:
    """The expression with these symbols marked wherever they stand inside a derivative."""
    if not names:
        return expr
    if isinstance(expr, Symbol):
        return _renamed(expr, expr.name + MARK) if inside and expr.name in names else expr
    inside = inside or (isinstance(expr, Apply) and TABLE[expr.op].differentiates)
    return rebuild(expr, lambda child: marked(child, names, inside))


def unmarked(expr: Expr) -> Expr:
    """The expression with the names as they were; properties that did not count are not given back."""
    if isinstance(expr, Symbol):
        return _renamed(expr, expr.name.removesuffix(MARK)) if expr.name.endswith(MARK) else expr
    return rebuild(expr, unmarked)


def _renamed(symbol: Symbol, name: str) -> Symbol:
    return Symbol(
        name, symbol.shape, symbol.properties & KEPT_NEARBY, symbol.of, symbol.definition, symbol.kind
    )


@dataclass(frozen=True, eq=False)
class Guarded:
    """A rule that sees symbols marked inside derivatives, also those that it has put there itself."""

    rule: Rule
    names: frozenset[str]

    @property
    def id(self) -> str:
        return self.rule.id

    def rewritten(self, expr: Expr) -> Expr:
        return marked(self.rule.rewritten(expr), self.names)
