"""What a reason is called: a law by what it says, anything else by its words in the glossary."""

from __future__ import annotations

from functools import cache

from cheatsheet.derivatives.rules.laws import Law, laws
from cheatsheet.language.glossary import Text, word
from cheatsheet.printing.latex import latex_claim

LAW = "law-"


@cache
def reason_words(key: str) -> Text:
    """The words for a reason, Markdown-light.

    >>> reason_words("law-det-product")["en"]
    '$\\\\det(\\\\M X\\\\M Y) = \\\\det(\\\\M X)\\\\det(\\\\M Y)$'
    >>> reason_words("product-rule")["en"]
    'product rule'
    """
    known = laws().get(key.removeprefix(LAW))
    return word(f"why-{key}") if known is None else law_words(known)


def law_words(law: Law) -> Text:
    """What a law says, as a formula or in the words that it has."""
    return law.words or Text.of_both(f"${latex_claim(law.equation)}$")
