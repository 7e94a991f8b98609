"""Declarations as text, so that what is kept can say what it was made from."""

from __future__ import annotations

from cheatsheet.language.elaborate import Declarations
from cheatsheet.language.expressions import Symbol


def declarations_text(declarations: Declarations) -> str:
    """The declarations as text: two that differ in meaning are written differently."""
    lines = [declarations.layout, ",".join(sorted(declarations.varying))]
    for name, symbol in sorted(declarations.symbols.items()):
        lines.append(f"{name} = {_symbol(symbol)}")
    return "\n".join(lines)


def _symbol(symbol: Symbol) -> str:
    shape = ",".join(map(str, symbol.shape.axes))
    properties = ",".join(sorted(symbol.properties))
    of = ",".join(_symbol(s) for s in symbol.of)
    definition = "" if symbol.definition is None else str(symbol.definition)
    return f"{symbol.name}[{shape}]{{{properties}}}({of}){symbol.kind}:{definition}"
