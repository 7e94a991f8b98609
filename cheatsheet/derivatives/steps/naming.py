"""One name for one index: the bound indices of two forms of a sum given the same names where the sums match."""

from __future__ import annotations

from itertools import permutations

from cheatsheet.language.expressions import Apply, Expr, Index, Sum, rebuild, substitute

MOST_BOUND = 5


def rename_bound(expr: Expr, names: dict[str, str]) -> Expr:
    """The expression with bound indices renamed, wherever they are bound."""
    if not names:
        return expr
    expr = rebuild(expr, lambda child: rename_bound(child, names))
    if isinstance(expr, Sum):
        new = tuple(Index(names.get(str(i.name), i.name), i.axis) for i in expr.indices)
        change = {str(old.name): i for old, i in zip(expr.indices, new, strict=True) if old != i}
        return Sum(substitute(expr.body, change), new)
    return expr


def matching_names(own: Expr, other: Expr) -> dict[str, str]:
    """New names for the bound indices of ``own`` under which its terms are those of ``other``, where there are."""
    names: dict[str, str] = {}
    available = _terms(other)
    for term in _terms(own):
        for candidate in available:
            found = _match(term, candidate, set(names.values()))
            if found is not None:
                names |= found
                available.remove(candidate)
                break
    return names if _is_harmless(names) else {}


def _is_harmless(names: dict[str, str]) -> bool:
    return len(set(names.values())) == len(names)


def _terms(expr: Expr) -> list[Expr]:
    match expr:
        case Apply(op="add" | "sub"):
            return [t for child in expr.children for t in _terms(child)]
        case Apply(op="neg"):
            return _terms(expr.children[0])
    return [expr]


def _match(own: Expr, other: Expr, taken: set[str]) -> dict[str, str] | None:
    """The renaming under which two sums have the same factors, in whatever order."""
    if not isinstance(own, Sum) or not isinstance(other, Sum) or len(own.indices) != len(other.indices):
        return None
    if len(own.indices) > MOST_BOUND:
        return None
    wanted = sorted(map(repr, factors(other.body)))
    for images in permutations(other.indices):
        if any(i.axis != j.axis for i, j in zip(own.indices, images, strict=True)):
            continue
        change = {str(i.name): j for i, j in zip(own.indices, images, strict=True)}
        if sorted(map(repr, factors(substitute(own.body, change)))) == wanted:
            names = {old: str(new.name) for old, new in change.items()}
            return None if set(names.values()) & taken else names
    return None


def factors(expr: Expr) -> list[Expr]:
    """The factors of a product of scalars."""
    match expr:
        case Apply(op="scale"):
            return [f for child in expr.children for f in factors(child)]
    return [expr]
