"""Names of summation indices from line to line: the claim's own where they fit, then those already in use."""

from __future__ import annotations

from collections.abc import Iterable

from cheatsheet.language.dimensions import Axis
from cheatsheet.language.expressions import Expr, Index, Sum, free_indices, rebuild, substitute, walk


def with_familiar_indices(lines: Iterable[Expr], claim: Iterable[Expr]) -> list[Expr]:
    """The lines, each sum over an index that the reader has met already wherever one of the same range is free."""
    known: dict[str, Axis] = {}
    for side in claim:
        known |= _bound(side)
    renamed = []
    for line in lines:
        renamed.append(_renamed(line, known, frozenset()))
        known |= _bound(renamed[-1])
    return renamed


def _bound(expr: Expr) -> dict[str, Axis]:
    sums = [node for node in walk(expr) if isinstance(node, Sum)]
    return {str(i.name): i.axis for node in sums for i in node.indices}


def _renamed(expr: Expr, known: dict[str, Axis], around: frozenset[str]) -> Expr:
    """The expression with its sums over known names; ``around`` are the names bound further out."""
    if not isinstance(expr, Sum):
        return rebuild(expr, lambda child: _renamed(child, known, around))
    used = {*around, *map(str, free_indices(expr)), *_bound(expr)}
    new = []
    for index in expr.indices:
        familiar = [name for name, axis in known.items() if axis == index.axis and name not in used]
        name = str(index.name)
        # A name of another range would be met with another meaning.
        if familiar and known.get(name) != index.axis:
            name = familiar[0]
        used.add(name)
        new.append(Index(name, index.axis))
    change = {str(old.name): i for old, i in zip(expr.indices, new, strict=True) if old != i}
    inner = around | {str(i.name) for i in new}
    return Sum(_renamed(substitute(expr.body, change), known, inner), tuple(new))
