r"""Where a formula may be broken: a mark ``\brk{penalty}`` before its relations and operators.

TeX itself breaks only after an operator; a display is broken before it. What stands inside braces or an environment is
one box for TeX and is left alone. So is what stands in ``\left( … \right)``; where a formula cannot be broken
otherwise, its parentheses may be given up for such of a fixed size: ``\Lft`` and ``\Rgt`` (templates/fitting.tex)
are either. ``\tms`` stands between two factors, the first of them in parentheses: there a line may end as well, if need
be, and the next begins with a dot.
"""

from __future__ import annotations

import re

_TOKEN = re.compile(r"\\[A-Za-z]+\*?\s*|\\.|\s+|.", re.DOTALL)

_RELATION, _SPACE, _SUM, _TIMES, _BIG = 50, 20, 200, 400, 600
_DEEPER = 150  # added for each pair of parentheses around

_SPACES = (r"\quad", r"\qquad")
_PENALTIES = (
    dict.fromkeys(
        ("=", "<", ">", r"\ne", r"\neq", r"\le", r"\ge", r"\leq", r"\geq", r"\approx", r"\equiv",
         r"\in", r"\implies", r"\iff", r"\Rightarrow", r"\Leftrightarrow", r"\to"), _RELATION,
    )
    | dict.fromkeys(_SPACES, _SPACE)
    | dict.fromkeys(("+", "-", r"\pm", r"\mp"), _SUM)
    | dict.fromkeys((r"\cdot", r"\times", r"\otimes", r"\odot", r"\circ", r"\oplus"), _TIMES)
    | dict.fromkeys((r"\sum", r"\prod"), _BIG)
)  # fmt: skip
_OPENING = frozenset(["(", "[", r"\{", r"\lVert", r"\lvert", r"\langle"])
_CLOSING = frozenset([")", "]", r"\}", r"\rVert", r"\rvert", r"\rangle"])
# What begins a factor that stands behind a closing parenthesis.
_FACTOR = re.compile(r"\\(Lft\{|(left|frac|pd|exp|log|sqrt|M|det|tr)$)|[(A-Za-z]$")
# After one of these a sign is not an operator between two terms, and no line may begin.
_UNFINISHED = frozenset(
    ["", ",", ";", "^", "_", r"\,", r"\;", r"\!", r"\bigl", r"\Bigl", r"\biggl", r"\Biggl", r"\big"]
)


def breakable(latex: str) -> str:
    r"""The same formula with break marks.

    >>> print(breakable(r"y = (a + b) \frac{c + d}{e} - f"))
    y \brk{50}= (a \brk{350}+ b) \tms \frac{c + d}{e} \brk{200}- f

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
    for raw in _soft_groups(_TOKEN.findall(latex)):
        token = raw.strip() or raw
        if not boxed and previous == ")" and _FACTOR.match(token):
            out.append("\\tms ")
        if token in ("{", r"\left", r"\begin"):
            boxed += 1
        elif token in ("}", r"\right", r"\end"):
            boxed -= 1
        elif (
            not boxed
            and token in _PENALTIES
            and ((previous == "," and token in _SPACES) or not _begins(previous))
        ):
            out.append(rf"\brk{{{_PENALTIES[token] + _DEEPER * parentheses}}}")
        elif not boxed:
            parentheses += (token in _OPENING) - (token in _CLOSING and parentheses > 0)
        out.append(raw)
        if not token.isspace():
            previous = token
    return _BETWEEN_SUMS.sub(r"\1", "".join(out))


_BETWEEN_SUMS = re.compile(r"(\\sum_\{[^{}]*\}(?:\^(?:\{[^{}]*\}|\w))?)\\brk\{\d+\}(?=\\sum)")
"""The mark before a sum that stands directly behind another: ΣΣ is not torn apart."""


def _soft_groups(tokens: list[str]) -> list[str]:
    r"""Round brackets in ``\left( … \right)`` round what can be broken, if no box encloses them, as ``\Lft … \Rgt``."""
    out = list(tokens)
    opened: list[int] = []
    hard: list[bool] = []  # the boxes around: braces, environments, brackets of another kind
    for at, raw in enumerate(tokens):
        token = raw.strip()
        if token in ("{", r"\begin"):
            hard.append(True)
        elif token in ("}", r"\end"):
            hard.pop()
        elif token == r"\left":
            opened.append(at)
            hard.append(not _is_soft(tokens, at))
        elif token == r"\right":
            start = opened.pop()
            if not hard.pop() and not any(hard):
                size = _size(tokens[start + 2 : at])
                out[start], out[at] = rf"\Lft{{{size}l}}", rf"\Rgt{{{size}r}}"
    return out


def _is_soft(tokens: list[str], start: int) -> bool:
    """Whether round brackets enclose, at their own level, a sign before which a line may break."""
    if tokens[start + 1 : start + 2] != ["("]:
        return False
    depth = boxed = 0
    for at in range(start, len(tokens)):
        token = tokens[at].strip()
        depth += (token == r"\left") - (token == r"\right")
        boxed += (token in ("{", r"\begin")) - (token in ("}", r"\end"))
        if depth == 0:
            return False
        if depth == 1 and not boxed and token in _PENALTIES and at > start + 2:
            return True
    return False


def _size(inside: list[str]) -> str:
    """How large parentheses of fixed size must be for what they enclose."""
    found = {token.strip() for token in inside}
    if r"\begin" in found:
        return "Bigg"
    return "bigg" if found & {r"\frac", r"\pd", r"\pdd"} else "big"


def _begins(previous: str) -> bool:
    return previous in _UNFINISHED or previous in _OPENING or previous in _PENALTIES
