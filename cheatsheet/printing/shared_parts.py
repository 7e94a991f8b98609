"""Parts of an expression that occur more than once, given names: p = softmax(z), and then p wherever it stood."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from cheatsheet.language.dimensions import Axis
from cheatsheet.language.expressions import (
    Apply,
    Expr,
    Index,
    Size,
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
    taken = {name for node in order for name in _names(node)}
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


def _names(node: Expr) -> Iterator[str]:
    """What a node needs by name: its symbol, sizes, and index names, which are the variables of loops."""
    if isinstance(node, Symbol):
        yield node.name
    places = node.indices if isinstance(node, Sum) else node.args if isinstance(node, Apply) else ()
    axes = [*node.shape.axes, *([node.axis] if isinstance(node, Size) else [])]
    for place in places:
        if isinstance(place, Index):
            yield from (str(part.name) for part in place.parts or (place,))
            axes.append(place.axis)
        elif isinstance(place, Axis):
            axes.append(place)
    for axis in axes:
        yield from axis.names


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
