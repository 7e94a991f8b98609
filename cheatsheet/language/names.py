"""Which names an expression mentions, and as what, before anything is known about shapes."""

from __future__ import annotations

from cheatsheet.language.syntax import Raw
from cheatsheet.language.table import TABLE


def leaves(raw: Raw) -> list[Raw]:
    """The names and numbers of the tree, from left to right."""
    return [leaf for child in raw.children for leaf in leaves(child)] if raw.children else [raw]


def occurs(name: str, raw: Raw) -> bool:
    """Whether the name stands anywhere in the tree."""
    return any(leaf.kind == "name" and leaf.text == name for leaf in leaves(raw))


def varying_names(raw: Raw) -> list[str]:
    """The names that stand alone in some ``d(X)``.

    >>> from cheatsheet.language.syntax import parse_expression
    >>> varying_names(parse_expression("d(X @ Y) - X @ d(Y)"))
    ['Y']
    """
    alone = raw.kind == "call" and raw.text == "d" and len(raw.children) == 1
    names = [raw.children[0].text] if alone and raw.children[0].kind == "name" else []
    return names + [name for child in raw.children for name in varying_names(child)]


def axis_names(raw: Raw) -> list[str]:
    """The names that stand where a dimension is expected: ``n`` of ``I(n)``, ``unit(i, n)``, ``K(m, n)``."""
    names: list[str] = []
    if raw.kind == "call" and raw.text in TABLE and "a" in TABLE[raw.text].arguments:
        places = raw.children[1:] if raw.text == "unit" else raw.children
        names = [r.text for place in places for r in leaves(place) if r.kind == "name"]
    return names + [name for child in raw.children for name in axis_names(child)]
