"""Words for a terminal: the prose of catalogue and glossary, the formulas in it in Unicode."""

from __future__ import annotations

import re

from cheatsheet.language.glossary import Text
from cheatsheet.printing.terminal_maths import plain


def in_languages(text: Text, languages: tuple[str, ...], separator: str) -> str:
    """A text in the languages asked for, side by side."""
    return separator.join(dict.fromkeys(readable(text[language]) for language in languages))


def readable(text: str) -> str:
    r"""Markdown-light text for a terminal.

    >>> readable(r"**where** $A^{\mathsf T} = A$ and $\delta_{ij}$")
    'where Aᵀ = A and δᵢⱼ'
    """
    text = re.sub(r"(?<!\\)\$(.+?)(?<!\\)\$", lambda formula: plain(formula[1]), text, flags=re.DOTALL)
    return " ".join(text.replace("**", "").replace(r"\$", "$").split())
