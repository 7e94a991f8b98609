"""What depends on what: a letter that a rule holds fixed in a derivative stands only for what does not vary there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cheatsheet.language.expressions import Apply, Expr, Symbol, symbols, walk
from cheatsheet.language.table import TABLE

MARK = "°"
"""What a symbol's name ends with where it is marked as varying without its properties."""


def depends(symbol: Symbol, varying: frozenset[str]) -> bool:
    """Whether a symbol varies, by itself, by what it is a function of, or by its definition."""
    if symbol.name.removesuffix(MARK) in varying or any(depends(s, varying) for s in symbol.of):
        return True
    return symbol.definition is not None and any(depends(s, varying) for s in symbols(symbol.definition))


def held_fixed(sides: tuple[Expr, Expr]) -> Iterator[tuple[str, str]]:
    """The letters that an equation differentiates past, each with the variable; an empty name for that of d(…)."""
    nodes = [n for side in sides for n in walk(side) if isinstance(n, Apply) and TABLE[n.op].differentiates]
    increments = [n for n in nodes if not n.children[1:]]
    alone = frozenset(n.args[0].name for n in increments if isinstance(n.args[0], Symbol))
    if increments:
        yield from ((s.name, "") for side in sides for s in symbols(side) if not depends(s, alone))
    for node in nodes:
        for variable in (s for child in node.children[1:] for s in symbols(child)):
            inside = symbols(node.children[0])
            yield from ((s.name, variable.name) for s in inside if not depends(s, frozenset([variable.name])))


def stay_fixed(
    pairs: frozenset[tuple[str, str]], letters: Mapping[str, Expr], varying: frozenset[str]
) -> bool:
    """Whether what is held fixed does not depend on the variable, for what the letters stand for."""
    for fixed, variable in pairs:
        if fixed not in letters or (variable and variable not in letters):
            continue
        names = (
            frozenset(s.name.removesuffix(MARK) for s in symbols(letters[variable])) if variable else varying
        )
        if any(depends(s, names) for s in symbols(letters[fixed])):
            return False
    return True
