"""What is well-formed and probably not meant: differentials in which something stands still."""

from __future__ import annotations

from collections.abc import Iterator

from cheatsheet.language.expressions import Apply, Equation, Expr, Number, Symbol, walk
from cheatsheet.language.table import TABLE

_VARIABLES = frozenset("XYZxyz")
"""Letters that stand for what varies, where a textbook has A, B, C for what does not."""


def cautions(equation: Equation) -> tuple[str, ...]:
    """A sentence for each thing in a claim that looks unintended.

    >>> from cheatsheet.language.elaborate import Declarations, elaborate_claim
    >>> from cheatsheet.language.dimensions import Axis, Shape
    >>> n = Axis.of("n")
    >>> given = {name: Symbol(name, Shape.matrix(n, n)) for name in ("A", "X", "Y")}
    >>> cautions(elaborate_claim("d(X @ Y) == X @ d(Y)", Declarations(given)))
    ('X is constant in d(X @ Y), because d(X) stands nowhere alone',)
    >>> cautions(elaborate_claim("d(A @ Y) == A @ d(Y)", Declarations(given)))
    ()
    """
    found: dict[str, None] = {}
    for node in _with_meanings(equation.lhs, equation.rhs):
        if isinstance(node, Apply) and node.op == "d":
            found.update(dict.fromkeys(_of_differential(node)))
    return tuple(found)


def entrywise(expr: Expr) -> Iterator[str]:
    """A sentence for each quotient by a matrix, and each power that looks like an inverse or a transpose.

    >>> from cheatsheet.language.dimensions import Axis, Shape
    >>> from cheatsheet.language.table import build
    >>> A = Symbol("A", Shape.matrix(Axis.of("n"), Axis.of("n")))
    >>> list(entrywise(build("power", A, Number(-1))))
    ['A ** -1 is of each entry; the inverse is inv(A)']
    """
    for node in walk(expr):
        if not isinstance(node, Apply) or len(node.children) != 2:
            continue
        sign, (first, second) = TABLE[node.op].syntax, node.children
        if " ** " in sign and second == Number(-1) and _is_matrix(first):
            yield f"{node} is of each entry; the inverse is inv({first})"
        elif " ** " in sign and isinstance(second, Symbol) and second.name == "T":
            yield f"{node} is a power; the transpose is {first}.T"
        elif " / " in sign and _is_matrix(second):
            yield f"{node} divides entry by entry; the inverse is inv({second})"


def _is_matrix(expr: Expr) -> bool:
    return not any(axis.is_one for axis in expr.shape.axes)


def _with_meanings(*expressions: Expr) -> Iterator[Expr]:
    """Every node, and those of what ``let`` names stand for, each name once: written out, they may have no end."""
    entered: set[Expr] = set()
    waiting = list(reversed(expressions))
    while waiting:
        for node in walk(waiting.pop()):
            yield node
            if isinstance(node, Symbol) and node.definition is not None and node not in entered:
                entered.add(node)
                waiting.append(node.definition)


def _of_differential(node: Apply) -> list[str]:
    varying: frozenset[str] = node.params[0]
    named = (n for n in _with_meanings(node.children[0]) if isinstance(n, Symbol) and n.definition is None)
    inside = tuple(dict.fromkeys(named))
    still = [s.name for s in inside if not _varies(s, varying)]
    if inside and len(still) == len(inside):
        return [f"{node} is zero, because none of its symbols stands alone in some d(…)"]
    return [
        f"{name} is constant in {node}, because d({name}) stands nowhere alone"
        for name in still
        if name[0] in _VARIABLES
    ]


def _varies(symbol: Symbol, varying: frozenset[str]) -> bool:
    return symbol.name in varying or any(_varies(argument, varying) for argument in symbol.of)
