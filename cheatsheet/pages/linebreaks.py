r"""Where a formula may be broken: a mark ``\brk{penalty}`` before its relations and operators.

TeX itself breaks only after an operator; a display is broken before it. What stands inside braces,
``\left … \right`` or an environment is one box for TeX and is left alone.
"""

from __future__ import annotations

import re

_TOKEN = re.compile(r"\\[A-Za-z]+\*?\s*|\\.|\s+|.", re.DOTALL)

_RELATION, _SPACE, _SUM, _TIMES, _BIG = 50, 20, 200, 400, 600
_DEEPER = 150  # added for each pair of parentheses around

_PENALTIES = (
    dict.fromkeys(
        ("=", "<", ">", r"\ne", r"\neq", r"\le", r"\ge", r"\leq", r"\geq", r"\approx", r"\equiv",
         r"\in", r"\implies", r"\iff", r"\Rightarrow", r"\Leftrightarrow", r"\to"), _RELATION,
    )
    | dict.fromkeys((r"\quad", r"\qquad"), _SPACE)
    | dict.fromkeys(("+", "-", r"\pm", r"\mp"), _SUM)
    | dict.fromkeys((r"\cdot", r"\times", r"\otimes", r"\odot", r"\circ", r"\oplus"), _TIMES)
    | dict.fromkeys((r"\sum", r"\prod"), _BIG)
)  # fmt: skip
_OPENING = frozenset(["(", "[", r"\{", r"\lVert", r"\lvert", r"\langle"])
_CLOSING = frozenset([")", "]", r"\}", r"\rVert", r"\rvert", r"\rangle"])
_LONG_GROUP = 90  # tokens
# After one of these a sign is not an operator between two terms, and no line may begin.
_UNFINISHED = frozenset(
    ["", ",", ";", "^", "_", r"\,", r"\;", r"\!", r"\bigl", r"\Bigl", r"\biggl", r"\Biggl", r"\big"]
)


def breakable(latex: str) -> str:
    r"""The same formula with break marks.

    >>> print(breakable(r"y = (a + b) \frac{c + d}{e} - f"))
    y \brk{50}= (a \brk{350}+ b) \frac{c + d}{e} \brk{200}- f

    A sign is not an operator, and a line does not begin with the formula itself.

    >>> print(breakable(r"= -a + (-b)"))
    = -a \brk{200}+ (-b)

    Sums that stand one behind another stay together.

    >>> print(breakable(r"x + \sum_{i=1}^n\sum_{j=1}^n a"))
    x \brk{200}+ \sum_{i=1}^n\sum_{j=1}^n a
    """
    out: list[str] = []
    boxed = parentheses = 0
    previous = ""
    for raw in _open_long_groups(_TOKEN.findall(latex)):
        token = raw.strip() or raw
        if token in ("{", r"\left", r"\begin"):
            boxed += 1
        elif token in ("}", r"\right", r"\end"):
            boxed -= 1
        elif not boxed and token in _PENALTIES and not _begins(previous):
            out.append(rf"\brk{{{_PENALTIES[token] + _DEEPER * parentheses}}}")
        elif not boxed:
            parentheses += (token in _OPENING) - (token in _CLOSING and parentheses > 0)
        out.append(raw)
        if not token.isspace():
            previous = token
    return _BETWEEN_SUMS.sub(r"\1", "".join(out))


_BETWEEN_SUMS = re.compile(r"(\\sum_\{[^{}]*\}(?:\^(?:\{[^{}]*\}|\w))?)\\brk\{\d+\}(?=\\sum)")
"""The mark before a sum that stands directly behind another: ΣΣ is not torn apart."""


def _open_long_groups(tokens: list[str]) -> list[str]:
    r"""Long groups in ``\\left( … \\right)`` get fixed-size parentheses: they can then be broken."""
    out = list(tokens)
    opened: list[int] = []
    boxed = 0
    for at, raw in enumerate(tokens):
        token = raw.strip()
        if token == r"\left":
            opened.append(at)
        elif token == r"\right":
            start = opened.pop()
            round_ones = tokens[start + 1] == "(" and tokens[at + 1 : at + 2] == [")"]
            if not boxed and not opened and round_ones and at - start > _LONG_GROUP:
                size = _size(tokens[start + 2 : at])
                out[start], out[at] = rf"\{size}l", rf"\{size}r"
        boxed += (token in ("{", r"\begin")) - (token in ("}", r"\end"))
    return out


def _size(inside: list[str]) -> str:
    """How large parentheses of fixed size must be for what they enclose."""
    found = {token.strip() for token in inside}
    if r"\begin" in found:
        return "Bigg"
    return "bigg" if found & {r"\frac", r"\pd", r"\pdd", r"\sum"} else "Big"


def _begins(previous: str) -> bool:
    return previous in _UNFINISHED or previous in _OPENING or previous in _PENALTIES
