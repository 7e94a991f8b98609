r"""Formulas without our own macros: LaTeX that amsmath, MathJax and KaTeX understand as it is.

The documents define a few macros of their own (``\M`` for a bold symbol, ``\T`` for a transpose); a formula that leaves
for a web page or a notebook must not need them.
"""

from __future__ import annotations

import re

EXPANSIONS = {
    r"\M": r"\boldsymbol{#1}",
    r"\T": r"^{\mathsf T}",
    r"\invT": r"^{-\mathsf T}",
    r"\dd": r"\mathrm{d}",
    r"\kd": r"\delta_{#1#2}",
    r"\pd": r"\frac{\partial #1}{\partial #2}",
    r"\tr": r"\operatorname{tr}",
    r"\vecop": r"\operatorname{vec}",
    r"\diag": r"\operatorname{diag}",
    r"\adj": r"\operatorname{adj}",
    r"\rank": r"\operatorname{rank}",
    r"\inv": r"^{-1}",
    r"\pdd": r"\frac{\partial^2 #1}{\partial #2\,\partial #3}",
    r"\R": r"\mathbb{R}",
    r"\one": r"\mathbf{1}",
    r"\zero": r"\mathbf{0}",
}
"""What each macro of :data:`cheatsheet.printing.latex.MACROS` stands for."""

_TOKEN = re.compile(r"\s*(\\[A-Za-z]+|\\.|.)", re.DOTALL)


def expand(latex: str) -> str:
    r"""The formula with every macro of ours replaced by what it stands for.

    >>> print(expand(r"\M A\M x + \pd{\M y}{\M x}\T"))
    \boldsymbol{A}\boldsymbol{x} + \frac{\partial \boldsymbol{y}}{\partial \boldsymbol{x}}^{\mathsf T}
    """
    parts, place = [], 0
    for found in re.finditer(r"\\(?:[A-Za-z]+|.)", latex):
        if found.start() < place or found[0] not in EXPANSIONS:
            continue
        parts.append(latex[place : found.start()])
        text, place = EXPANSIONS[found[0]], found.end()
        for number in ("#1", "#2", "#3"):
            if number in text:
                argument, place = _argument(latex, place)
                text = text.replace(number, expand(argument))
        parts.append(text)
        if text[-1].isalpha() and latex[place : place + 1].isalpha():
            parts.append(" ")
    return "".join(parts) + latex[place:]


def _argument(latex: str, place: int) -> tuple[str, int]:
    """The argument of a macro: what stands between braces, or the next token."""
    found = _TOKEN.match(latex, place)
    if found is None:
        return "", place
    if found[1] != "{":
        return found[1], found.end()
    depth, start = 1, found.end()
    for token in re.finditer(r"\\.|[{}]", latex[start:], re.DOTALL):
        depth += {"{": 1, "}": -1}.get(token[0], 0)
        if depth == 0:
            return latex[start : start + token.start()], start + token.end()
    return latex[start:], len(latex)
