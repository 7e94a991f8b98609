r"""Search text: what a reader types into a PDF viewer to find a formula.

The glyphs of a formula are mathematical alphabets in scattered boxes, which no viewer finds under ``tr(AXB)``. So the
formula stands in a marked span whose ``ActualText`` is its reading, and behind it the same words, invisible, for
viewers that know no ``ActualText``.
"""

from __future__ import annotations

import unicodedata

from cheatsheet.pages.prose import Latex, escape_text
from cheatsheet.printing.terminal_maths import plain


def searchable(latex: str, shown: str) -> Latex:
    r"""The formula ``shown`` with the reading of ``latex`` for search; as it is where nothing can be read.

    >>> print(searchable(r"\tr(\M A)", "…"))
    \Search{FEFF00740072002800410029}{tr(A)}{…}
    """
    words = reading(latex)
    if not words:
        return Latex(shown)
    return Latex(rf"\Search{{{hexadecimal(words)}}}{{{escape_text(typed(words))}}}{{{shown}}}")


def reading(latex: str) -> str:
    """The formula as one would type it, without spaces round operators.

    >>> reading(r"\\M x\\T\\M A\\M x + \\tr(\\M X)")
    'xᵀAx+tr(X)'
    """
    words = plain(latex)
    for sign in "+-=·∘⊗":
        words = words.replace(f" {sign} ", sign)
    return words.replace("log det", "logdet")


def typed(words: str) -> str:
    """The same with raised and lowered signs on the line, in characters that the fonts of the text have.

    >>> typed("xᵀAx"), typed("\u8ff9") == "\u8ff9"
    ('xTAx', True)
    """
    return "".join(
        c for c in unicodedata.normalize("NFKC", words) if " " <= c <= "~" or 0x4E00 <= ord(c) <= 0x9FFF
    )


def hexadecimal(words: str) -> str:
    """The text of a PDF string: UTF-16, in hexadecimal."""
    return "FEFF" + words.encode("utf-16-be").hex().upper()
