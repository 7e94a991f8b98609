r"""What a piece of LaTeX knows of itself: how strongly it holds together, and how it stands beside others.

The rows of the table write such pieces (:mod:`cheatsheet.printing.notation`), the printer puts them together.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol

from cheatsheet.language.dimensions import Axis
from cheatsheet.language.expressions import Expr, Index, Symbol

LOOSEST = 0
SUM = 10
"""A + B"""
CIRCLE = 20
"""A ∘ B, A ⊗ B"""
PRODUCT = 30
"""AB, aA"""
FACTOR = 40
"""May stand in a product, takes no superscript: a fraction, a root, Σ …"""
RAISED = 50
"""Has its superscript: x², Aᵀ"""
LOWERED = 60
"""Has its subscript and may take a superscript: x_i"""
ATOM = 70


@dataclass(frozen=True)
class Written:
    """LaTeX of one expression and what its surroundings must know of it."""

    text: str
    strength: int = ATOM
    signed: bool = False
    """Begins with a minus sign: goes into brackets wherever it does not come first."""
    closed: str = ""
    """The text where another factor follows, if it reaches to the right as far as it can (Σ, d, ∇): A dX, A(dX)B."""
    tall: bool = False
    """Higher than a line: its brackets grow with it."""
    gap_before: bool = False
    gap_after: bool = False
    """A thin space is due between it and a neighbouring factor."""
    operator: bool = False
    """Begins with the name of an operator, before which TeX itself puts a space."""


class Writer(Protocol):
    """What a row may ask of the printer."""

    explicit: bool
    """Write the brackets of (AB)C too, because the formula is about them."""

    def operand(self, expr: Expr, least: int, *, leading: bool = False, last: bool = True) -> Written: ...
    def inside(self, expr: Expr) -> Written: ...
    def script(self, expr: Expr) -> str: ...
    def symbol(self, symbol: Symbol) -> Written: ...
    def entry(self, symbol: Symbol, indices: tuple[Index, ...]) -> Written | None: ...
    def subscript(self, indices: tuple[Index, ...]) -> str: ...
    def axis(self, axis: Axis) -> str: ...
    def taken(self, letter: str) -> bool: ...
    def is_whole(self, expr: Expr) -> bool: ...


_WORD_AT_END = re.compile(r"\\[A-Za-z]+$")


def adjoin(left: str, right: str) -> str:
    r"""Two pieces side by side; a control word keeps its distance from a letter.

    >>> print(adjoin(r"\pi", "x"), adjoin("a", "x"))
    \pi x ax
    """
    return f"{left} {right}" if _WORD_AT_END.search(left) and right[:1].isalpha() else left + right


def beside(a: Written, b: Written) -> str:
    r"""Two factors with the space, or the dot, that is due between them.

    >>> print(beside(Written("2"), Written("3")))
    2 \cdot 3
    """
    digits = b.text[0].isdigit() or b.text.startswith(r"\tfrac")
    mixed = a.text[-1].isdigit() and b.text.startswith(r"\frac")
    if digits or mixed:
        return rf"{a.text} \cdot {b.text}"
    bracketed = b.text.startswith(("(", r"\left(", r"\bigl("))
    if not (bracketed or b.operator) and (b.gap_before or a.gap_after):
        return rf"{a.text}\,{b.text}"
    return adjoin(a.text, b.text)


def brackets(text: str, tall: bool) -> str:
    r"""The text in parentheses that fit its height; a second pair around a first one is a little larger.

    >>> print(brackets(r"(\M A\M B)\T", tall=False))
    \bigl((\M A\M B)\T\bigr)
    """
    if tall:
        return rf"\left({text}\right)"
    return rf"\bigl({text}\bigr)" if text.startswith("(") else f"({text})"


def reaching(text: str, *, tall: bool, gap_before: bool = False, operator: bool = False) -> Written:
    """A factor that reaches to the right as far as it can."""
    closed = brackets(text, tall)
    return Written(text, FACTOR, closed=closed, tall=tall, gap_before=gap_before, operator=operator)


def script_group(text: str) -> str:
    r"""The text as an argument of ``^`` or ``_``: braces where it is longer than one sign."""
    return text if len(text) == 1 else f"{{{text}}}"


_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|[^\s{}^_]")
_INVISIBLE = frozenset(
    rf"\{name}"
    for name in "left right bigl bigr , M T mathrm mathit mathbf operatorname tfrac frac pd kd partial".split()
)
_FUNCTIONS = frozenset(["tr", "det", "log", "exp", "sin", "cos", "diag", "adj"])


def visible_length(text: str) -> int:
    r"""Roughly how many signs of full width a formula has.

    >>> visible_length(r"\M x\T\M A\M x"), visible_length(r"\tr(\M A\M X)")
    (3, 6)
    """
    seen = [token for token in _TOKEN.findall(text) if token not in _INVISIBLE]
    return sum(len(token) - 1 if token[1:] in _FUNCTIONS else 1 for token in seen)
