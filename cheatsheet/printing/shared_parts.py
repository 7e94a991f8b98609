"""Parts of an expression that occur more than once, given names: p = softmax(z), and then p wherever it stood."""

from __future__ import annotations

from collections import Counter

from cheatsheet.language.expressions import (
    Apply,
    Expr,
    Sum,
    Symbol,
    free_indices,
    inline_definitions,
    rebuild,
    symbols,
)

LETTERS = {0: "sabcdefgh", 1: "pqrstuvwz", 2: "PQRSTUVWZ"}
"""Names by the number of axes."""
BARE = frozenset(["transpose", "neg", "component", "I", "ones", "zeros", "unit", "block", "K", "diag"])
"""What costs nothing to write or to compute again."""


def with_shared_parts(expr: Expr, least: int = 6) -> Expr:
    """The expression with a symbol, which has a definition, for each part of ``least`` characters that stands twice.

    >>> from cheatsheet.language.dimensions import Axis, Shape
    >>> from cheatsheet.language.table import build
    >>> z = Symbol("z", Shape.vector(Axis.of("n")))
    >>> s = build("softmax", z)
    >>> found = with_shared_parts(build("hadamard", s, build("scale", build("total", s), s)))
    >>> found, [(s, s.definition) for s in symbols(found) if s.definition]
    (p * (sum(p) * p), [(p, softmax(z))])
    """
    expr = inline_definitions(expr)
    used: Counter[Expr] = Counter()
    order: list[Expr] = []
    _count(expr, used, order)
    taken = {s.name for s in symbols(expr)} | {str(a) for node in order for a in node.shape.names}
    names: dict[Expr, Symbol] = {}

    def named(node: Expr) -> Expr:
        return names.get(node) or rebuild(node, named)

    for node in order:  # operands before what uses them
        if used[node] > 1 and _is_worth_a_name(node, least):
            own = rebuild(node, named)
            names[node] = Symbol(_fresh(len(node.shape.free_axes), taken), node.shape, definition=own)
    return named(expr)


def definitions(expr: Expr) -> list[Symbol]:
    """The names with definitions in an expression, each after those that its own definition needs."""
    found: dict[Symbol, None] = {}
    for symbol in symbols(expr):
        if symbol.definition is not None:
            found |= dict.fromkeys([*definitions(symbol.definition), symbol])
    return list(found)


def _count(expr: Expr, used: Counter[Expr], order: list[Expr]) -> None:
    used[expr] += 1
    if used[expr] == 1:
        for child in expr.children:
            _count(child, used, order)
        order.append(expr)


def _is_worth_a_name(node: Expr, least: int) -> bool:
    if not isinstance(node, (Apply, Sum)) or (isinstance(node, Apply) and node.op in BARE):
        return False
    return not free_indices(node) and bool(symbols(node)) and len(str(node)) >= least


def _fresh(rank: int, taken: set[str]) -> str:
    letters = LETTERS[rank]
    names = (letter + suffix for suffix in ("", *map(str, range(1, 1000))) for letter in letters)
    name = next(n for n in names if n not in taken)
    taken.add(name)
    return name
