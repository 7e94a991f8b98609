"""Words for a document in one layout: what they say of another is left out, sentence by sentence.

A clause behind a semicolon goes alone; where the first clause of a sentence speaks of another layout, the rest would
hang in the air and goes with it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from cheatsheet.language.glossary import Text, word
from cheatsheet.language.layouts import LAYOUTS
from cheatsheet.pages.model import Layout

_MATHS = re.compile(r"\$[^$]*\$")
_SENTENCES = re.compile(r"(?<=[。！？])|(?<=[.!?])\s+(?=\**[A-Z\ue000-\uf8ff])|(\n\s*\n)")
_CLAUSES = re.compile(r"(?<=；)|(?<=;)\s+")
_HIDDEN = 0xE000


def in_one_layout(text: Text, layout: Layout | None, relaid: bool = False) -> Text | None:
    """The words without what they say of layouts that the document does not have; None where nothing is left.

    ``relaid``: they are about a formula that was written in another layout, so that nothing is true of the formula
    printed that they say of any layout: that a mistake is right in this one, for instance.

    >>> said = Text("梯度是一列。分子布局下是一行。", "The gradient is a column; in numerator layout it is a row.")
    >>> left = in_one_layout(said, "denominator")
    >>> left == Text("梯度是一列。", "The gradient is a column.")
    True
    >>> in_one_layout(said, None) == said
    True
    >>> wrong = Text("转置反了；这是分母布局的结果。", "It is transposed; this is the result in denominator layout.")
    >>> in_one_layout(wrong, "denominator", relaid=True).en
    'It is transposed.'
    """
    if layout is None:
        return text
    others = [name for name in LAYOUTS if relaid or name != layout]
    zh, en = (_left(text[language], language, others) for language in ("zh", "en"))
    if (zh, en) == (text.zh, text.en):
        return text
    return Text(zh, en) if zh and en else None


def _left(text: str, language: str, others: Sequence[str]) -> str:
    foreign = re.compile("|".join(word(f"speaks-of-{name}")[language] for name in others), re.IGNORECASE)
    if not foreign.search(text):
        return text
    maths = _MATHS.findall(text)
    counted = iter(range(len(maths)))
    plain = _MATHS.sub(lambda m: chr(_HIDDEN + next(counted)), text)
    kept = []
    for sentence in filter(None, _SENTENCES.split(plain)):
        clauses = _CLAUSES.split(sentence)
        short = [clause for clause in clauses if not foreign.search(clause)]
        if foreign.search(clauses[0]):
            continue
        whole = ("" if language == "zh" else " ").join(short)
        end = sentence.rstrip()[-1]
        kept.append(whole if short == clauses else re.sub(r"[；;]\s*$", "", whole).rstrip(".。") + end)
    joined = ("" if language == "zh" else " ").join(kept)
    return re.sub(f"[{chr(_HIDDEN)}-\uf8ff]", lambda m: maths[ord(m[0]) - _HIDDEN], joined).strip()
