"""Numbers on the page: matrices of exact values, counterexamples with both sides."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import ROUND_DOWN, Context, Decimal
from fractions import Fraction
from typing import Any

from cheatsheet.language.elaborate import Declarations, elaborate_expression
from cheatsheet.language.expressions import Equation, Expr, Symbol, symbols
from cheatsheet.printing.latex import latex_of
from cheatsheet.printing.letters import Letters
from cheatsheet.printing.notation import matrix_of_rows
from cheatsheet.verdicts.verdicts import Counterexample

SHOWN_DIGITS = 6


def matrix_of_values(value: Any) -> str:
    r"""Nested lists of numbers as a matrix, a number alone as itself.

    >>> print(matrix_of_values([[1, "1/2"]]))
    \begin{bmatrix} 1 & \tfrac{1}{2} \end{bmatrix}
    """
    if not isinstance(value, (list, tuple)):
        return number(value)
    if value and isinstance(value[0], (list, tuple)) and value[0] and isinstance(value[0][0], (list, tuple)):
        return r",\; ".join(matrix_of_values(part) for part in value)
    rows = [row if isinstance(row, (list, tuple)) else [row] for row in value]
    return matrix_of_rows([" & ".join(number(v) for v in row) for row in rows])


def number(value: Any) -> str:
    r"""An exact number as it is, a long decimal expansion cut to a few digits.

    >>> print(number("-3/4"), number("0.25"), number("0.41997434161402606939"), number(2.0))
    -\tfrac{3}{4} 0.25 0.419974\ldots 2
    """
    text = str(value)
    if fraction := re.fullmatch(r"(-?)(\d+)/(\d+)", text):
        sign, above, below = fraction.groups()
        return rf"{sign}\tfrac{{{above}}}{{{below}}}"
    if re.fullmatch(r"-?\d+", text):
        return text
    exact = Decimal(text)
    if not exact:
        return "0"
    # What dots follow must be digits of the number itself: cut, not rounded.
    kept = Context(prec=SHOWN_DIGITS, rounding=ROUND_DOWN).plus(exact)
    shortened = f"{float(kept):.{SHOWN_DIGITS}g}"
    mantissa, _, exponent = shortened.partition("e")
    cut = "" if Fraction(shortened) == Fraction(text) else r"\ldots"
    return mantissa + cut + (rf"\times 10^{{{int(exponent)}}}" if exponent else "")


def counterexample_formulas(equation: Equation, example: Counterexample) -> list[str]:
    """The values of the symbols, then the two different sides."""
    used = _all_symbols((equation.lhs, equation.rhs))
    named = {}
    for symbol in used:
        named[symbol.name] = symbol
        named[f"d({symbol.name})"] = symbol.increment
    letters = Letters(equation.lhs, equation.rhs, *used)
    values = [_value(name, value, named.get(name), letters) for name, value in example.values.items()]
    if not values:
        values = [f"{name} = {size}" for name, size in example.dims.items()]
    if example.index:
        values.append(r",\ ".join(f"{name} = {k + 1}" for name, k in example.index.items()))
    shown = [r",\quad ".join(values)] if values else []
    return [*shown, _two_sides(example.left, example.right)]


MOST_ROWS = 10
"""Larger matrices are not printed: one entry in which the sides differ says as much."""


def _two_sides(left: Any, right: Any) -> str:
    """Both sides, or where they are large the first entry in which they differ."""
    large = isinstance(left, list) and (len(left) > MOST_ROWS or _width(left) > MOST_ROWS)
    if large and isinstance(left[0], list) and not isinstance(left[0][0], list):
        for r, (row, other) in enumerate(zip(left, right, strict=True), start=1):
            for c, (a, b) in enumerate(zip(row, other, strict=True), start=1):
                if a != b:
                    place = rf"[\,\cdot\,]_{{{r},{c}}}"
                    return rf"{place}:\quad {number(a)} \neq {number(b)}"
    return rf"{matrix_of_values(left)} \neq {matrix_of_values(right)}"


def _width(rows: Any) -> int:
    return max((len(row) for row in rows if isinstance(row, list)), default=1)


def _value(name: str, value: Any, symbol: Symbol | None, letters: Letters) -> str:
    if symbol is None:
        return rf"\mathit{{{name}}} = {matrix_of_values(value)}"
    shown = latex_of(symbol, letters)
    if not _is_formula(value):
        return f"{shown} = {matrix_of_values(value)}"
    arguments = ", ".join(latex_of(s, letters) for s in symbol.of)
    return f"{shown}({arguments}) = {_function(value, symbol, letters)}"


def _is_formula(value: Any) -> bool:
    """Whether a value is that of an abstract function: formulas in the entries of its arguments."""
    if isinstance(value, (list, tuple)):
        return any(_is_formula(v) for v in value)
    return isinstance(value, str) and re.search(r"[A-Za-z_]", value) is not None


_SQUARE = re.compile(r"(?<![\w\]])([A-Za-z]\w*(?:\[[^\]]*\])?) \* \1(?![\w\[(]| \*)")
"""A number times itself."""


def _function(value: Any, symbol: Symbol, letters: Letters) -> str:
    if not isinstance(value, (list, tuple)):
        arguments = Declarations({s.name: s for s in symbol.of})
        return latex_of(elaborate_expression(_SQUARE.sub(r"\1 ** 2", str(value)), arguments), letters)
    rows = [row if isinstance(row, (list, tuple)) else [row] for row in value]
    return matrix_of_rows([" & ".join(_function(v, symbol, letters) for v in row) for row in rows])


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
