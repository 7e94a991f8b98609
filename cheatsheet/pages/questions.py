"""Claims about derivatives as questions to the calculator: the address under which its page asks them."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

from cheatsheet.catalogue.entries import Claim
from cheatsheet.language.expressions import Apply, Expr, Symbol, symbols
from cheatsheet.language.inference import declared_axes
from cheatsheet.language.layouts import LAYOUTS
from cheatsheet.language.table import differentiation, layout_of


def question(claim: Claim) -> str:
    """What stands behind # in the calculator's address; empty where the left side is no derivative that it takes.

    >>> import cheatsheet
    >>> next(filter(None, map(question, cheatsheet.load()["quadratic-form"].claims)))
    'e=x.T+%40+A+%40+x&x=x&g=A%3A+%5Bn%2C+n%5D%2C+x%3A+%5Bn%5D&l=numerator'
    """
    left = claim.equation.lhs
    if not isinstance(left, Apply) or claim.equation.negated or len(left.children) != 2:
        return ""
    y, x = left.children
    used = list(_all_symbols(left))
    if any(symbol.definition is not None or symbol.kind != "symbol" for symbol in used):
        return ""
    if differentiation(left) is None or (layout := layout_of(left)) not in LAYOUTS:
        return ""
    given = ", ".join(sorted({_declaration(symbol) for symbol in used}))
    return urlencode({"e": str(y), "x": str(x), "g": given, "l": layout})


def _all_symbols(expr: Expr) -> Iterator[Symbol]:
    for symbol in symbols(expr):
        yield symbol
        for argument in symbol.of:
            yield from _all_symbols(argument)


def _declaration(symbol: Symbol) -> str:
    shape = f"[{', '.join(declared_axes(symbol.shape))}]"
    more = [f"is: [{', '.join(sorted(symbol.properties))}]"] if symbol.properties else []
    more += [f"of: [{', '.join(s.name for s in symbol.of)}]"] if symbol.of else []
    return f"{symbol.name}: " + (f"{{shape: {shape}, {', '.join(more)}}}" if more else shape)
