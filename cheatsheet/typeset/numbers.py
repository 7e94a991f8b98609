"""Numbers on the page: matrices of exact values, counterexamples with both sides."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from cheatsheet.expressions import Equation, Expr, Symbol, symbols
from cheatsheet.latex import latex_of
from cheatsheet.lettering import Letters
from cheatsheet.verify.verdicts import Counterexample

SHOWN_DIGITS = 6


def matrix_of_values(value: Any) -> str:
    r"""Nested lists of numbers as a matrix, a number alone as itself.

    >>> matrix_of_values([[1, "1/2"]])
    '\\begin{bmatrix} 1 & \\tfrac{1}{2} \\end{bmatrix}'
    """
    if not isinstance(value, (list, tuple)):
        return number(value)
    if value and isinstance(value[0], (list, tuple)) and value[0] and isinstance(value[0][0], (list, tuple)):
        return r",\; ".join(matrix_of_values(part) for part in value)
    rows = [row if isinstance(row, (list, tuple)) else [row] for row in value]
    lines = [" & ".join(number(v) for v in row) for row in rows]
    return r"\begin{bmatrix} " + r" \\ ".join(lines) + r" \end{bmatrix}"


def number(value: Any) -> str:
    """An exact number, or a decimal one cut to a few digits."""
    if isinstance(value, Fraction):
        value = str(value)
    if isinstance(value, str) and re.fullmatch(r"-?\d+/\d+", value):
        sign, value = ("-", value[1:]) if value.startswith("-") else ("", value)
        above, below = value.split("/")
        return rf"{sign}\tfrac{{{above}}}{{{below}}}"
    text = str(value)
    if re.fullmatch(r"-?\d+", text):
        return text
    try:
        shortened = f"{float(text):.{SHOWN_DIGITS}g}"
    except ValueError:
        return rf"\text{{{text}}}" if text.isalnum() else text
    mantissa, _, exponent = shortened.partition("e")
    return mantissa + (rf"\times 10^{{{int(exponent)}}}" if exponent else "") + r"\ldots"


def counterexample_formulas(equation: Equation, example: Counterexample) -> list[str]:
    """The values of the symbols, then the two different sides."""
    letters = Letters(equation.lhs, equation.rhs)
    named = _by_name(equation)
    values = []
    for name, value in example.values.items():
        shown = latex_of(named[name], letters) if name in named else rf"\text{{{name}}}"
        values.append(f"{shown} = {matrix_of_values(value)}")
    if not values and example.dims:
        values = [f"{name} = {size}" for name, size in example.dims.items()]
    if example.index:
        values.append(r",\ ".join(f"{name} = {k + 1}" for name, k in example.index.items()))
    left, right = matrix_of_values(example.left), matrix_of_values(example.right)
    return [r",\quad ".join(values), rf"{left} \neq {right}"]


def _by_name(equation: Equation) -> dict[str, Expr]:
    found: dict[str, Expr] = {}
    for symbol in _all_symbols((equation.lhs, equation.rhs)):
        found[symbol.name] = symbol
        found[f"d({symbol.name})"] = symbol.increment
    return found


def _all_symbols(sides: Iterable[Expr]) -> list[Symbol]:
    stack = [s for side in sides for s in symbols(side)]
    found: dict[Symbol, None] = {}
    while stack:
        symbol = stack.pop(0)
        if symbol not in found:
            found[symbol] = None
            stack += symbol.of
            if symbol.definition is not None:
                stack += symbols(symbol.definition)
    return list(found)
