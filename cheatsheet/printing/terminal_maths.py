r"""Formulas for a terminal: the LaTeX that the printer writes, in Unicode.

``\M A\T(\M A\M x - \M b)`` reads ``Aᵀ(Ax - b)`` there. A command that :mod:`.formula` does not know is shown by its
name.
"""

from __future__ import annotations

import re

from cheatsheet.printing.formula import (
    Accent,
    Fenced,
    Fraction,
    Gap,
    Group,
    Item,
    Root,
    Scripts,
    Sign,
    Table,
    is_function,
    opens,
    read_formula,
)

RAISED = dict(zip("0123456789+-=()niTjkmxtpabcde", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱᵀʲᵏᵐˣᵗᵖᵃᵇᶜᵈᵉ", strict=True)) | {"⊤": "ᵀ"}
LOWERED = dict(zip("0123456789+-=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True))
ACCENTS = {"^": "hat", "~": "tilde", "¯": "bar", "→": "vec", "˙": "dot", "¨": "ddot"}
_PLAINER = str.maketrans("∑−ϕϵ", "Σ-φε")
_TIGHT = frozenset("/′!⋮⋱")
"""Signs without a space at either side; a comma and the like have one behind them."""


def plain(latex: str) -> str:
    r"""The formula in Unicode.

    >>> plain(r"2\M A\T(\M A\M x - \M b)"), plain(r"\sum_{j=1}^na_{ij}\,x_j")
    ('2Aᵀ(Ax - b)', 'Σⱼ aᵢⱼ xⱼ')
    >>> plain(r"\frac{\M x}{\lVert\M x\rVert}"), plain(r"\M X\invT"), plain(r"\pd{y_i}{x_j}")
    ('x/‖x‖', 'X⁻ᵀ', '∂yᵢ/∂xⱼ')
    >>> plain(r"1 \oslash \M x"), plain(r"\M u\circ\M v")
    ('1 ⊘ x', 'u ∘ v')
    """
    text = _side_by_side(read_formula(latex).items)
    text = re.sub(r"(?<=[(\[⟨]) +| +(?=[)\]⟩,;])", "", text)
    return re.sub(r" {2,}", " ", text).strip()


def _side_by_side(items: tuple[Item, ...]) -> str:
    parts: list[str] = []
    before: Item | None = None
    for item in items:
        if isinstance(item, Sign) and item.kind == "operator":
            parts.append(_operator(_text(item), opens(before)))
        else:
            apart = (before is not None and is_function(before) and _begins_with_letter(item)) or (
                is_function(item) and before is not None and _begins_with_letter(before)
            )
            parts.append((" " if apart else "") + _text(item))
        before = item
    return "".join(parts)


def _operator(text: str, first: bool) -> str:
    """A sign with the spaces due around it; where it comes first it belongs to what follows."""
    if text in _TIGHT or (first and text in "+-±∓"):
        return text
    return f"{text} " if text in ",;:" else f" {text} "


def _begins_with_letter(item: Item) -> bool:
    """Whether it is a letter or a word, scripts or not, that would run into a word beside it."""
    base = item.base if isinstance(item, Scripts) else item
    words = ("letter", "function", "number", "stacked")
    return isinstance(base, Sign) and base.kind in words and base.text not in "∂∇"


def _text(item: Item) -> str:
    match item:
        case Sign(text):
            return text.translate(_PLAINER) + (" " if item.kind == "stacked" and len(text) == 1 else "")
        case Gap(width):
            return " " * (0 if width <= 0 else 1 if width < 18 else 2)
        case Group(items):
            return _side_by_side(items)
        case Scripts():
            return _scripts(item)
        case Fraction(above, below):
            return f" {_grouped(_text(above))}/{_grouped(_text(below))} "
        case Root(body):
            inner = _text(body)
            return f"√{inner}" if len(inner) == 1 else f"√({inner})"
        case Accent(body, mark):
            return f"{ACCENTS[mark]} {_text(body)}"
        case Fenced(opening, body, closing):
            return opening + _text(body).strip() + closing
        case Table():
            rows = (", ".join(_text(cell).strip() for cell in row) for row in item.rows)
            return f"[{'; '.join(rows)}]"


def _scripts(item: Scripts) -> str:
    """Small characters below and above; of a sum its index alone, as what it ranges over is known from the matrices."""
    base = _text(item.base).rstrip()
    below, above = ("" if s is None else _tight(s) for s in (item.below, item.above))
    if isinstance(item.base, Sign) and item.base.kind == "stacked":
        return base + _script(below.split("=")[0], LOWERED, "_") + " "
    lowered, raised = _script(below, LOWERED, "_"), _script(above, RAISED, "^")
    return base + (raised + lowered if base == "∇" else lowered + raised)


def _tight(item: Item) -> str:
    """A script without the spaces of a line."""
    return re.sub(r" *([-+=∘×⊗⊙,]) *", r"\1", _text(item)).strip()


def _script(text: str, signs: dict[str, str], mark: str) -> str:
    """A superscript or subscript in small characters where there are such, else behind its mark."""
    if text.startswith("′"):
        return text.replace("′′", "″")
    if text and all(c in signs for c in text):
        return "".join(signs[c] for c in text)
    return "" if not text else f"{mark}{text}" if len(text) == 1 else f"{mark}({text})"


def _grouped(text: str) -> str:
    """The text in brackets where a stroke beside it could be misread."""
    text = text.strip()
    depth = 0
    for before, c in zip(" " + text, text, strict=False):
        depth += (c in "([⟨") - (c in ")]⟩")
        if depth == 0 and (c in "+/ " or (c == "-" and before == " ")):
            return f"({text})"
    return text
