"""How the claim language is written, with the fewest brackets that read back as the same tree."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from cheatsheet.language.rows import TABLE

Written = tuple[str, int]
"""A text and how strongly it binds."""
SUM, PRODUCT, UNARY, POWER, ATOM = 10, 20, 30, 40, 50
_INFIX = {
    "add": (" + ", SUM),
    "sub": (" - ", SUM),
    "matmul": (" @ ", PRODUCT),
    "scale": (" * ", PRODUCT),
    "hadamard": (" * ", PRODUCT),
    "over": (" / ", PRODUCT),
    "quotient": (" / ", PRODUCT),
    "reciprocal": (" / ", PRODUCT),
}


def number(value: Fraction) -> Written:
    if value.denominator == 1:
        return str(value.numerator), ATOM if value >= 0 else UNARY
    return f"{value.numerator} / {value.denominator}", PRODUCT if value >= 0 else SUM


def applied(op: str, arguments: Sequence[Written], params: tuple[Any, ...] = ()) -> Written:
    """An operator applied to arguments that are written already.

    >>> applied("transpose", [applied("add", [("A", ATOM), ("B", ATOM)])])
    ('(A + B).T', 50)
    """
    if op in _INFIX:
        sign, strength = _INFIX[op]
        left, right = arguments
        return f"{_bracketed(left, strength)}{sign}{_bracketed(right, strength + 1)}", strength
    texts = [text for text, _ in arguments]
    match op:
        case "neg":
            return f"-{_bracketed(arguments[0], UNARY)}", UNARY
        case "power":
            base, exponent = arguments
            return f"{_bracketed(base, ATOM)} ** {_bracketed(exponent, UNARY)}", POWER
        case "transpose":
            return f"{_bracketed(arguments[0], ATOM)}.T", ATOM
        case "component":
            return f"{_bracketed(arguments[0], ATOM)}[{', '.join(texts[1:])}]", ATOM
        case "total":
            return f"sum({texts[0]})", ATOM
        case "block":
            rows, cols = params
            grid = [texts[r * cols : (r + 1) * cols] for r in range(rows)]
            return f"block([{', '.join('[' + ', '.join(row) + ']' for row in grid)}])", ATOM
    if TABLE[op].is_constant:
        return op, ATOM
    if along := TABLE[op].along:
        return f"{along}({texts[0]}, axis={params[0]})", ATOM
    return f"{op}({', '.join(texts)})", ATOM


def _bracketed(written: Written, least: int) -> str:
    text, strength = written
    return text if strength >= least else f"({text})"
