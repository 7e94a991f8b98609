"""English names turned round for the index of the handbook: "Hadamard product, associativity"."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from cheatsheet.pages.indexes import Item, book_indexes, english_order
from cheatsheet.pages.model import Document, EntryPage
from cheatsheet.pages.prose import plain

LONGEST_NAME = 34
"""A name that is longer is found by its head and its subject alone."""

LONGEST_LINE = 44
"""Of a line that has a comma after what it is about."""

_SMALL = "of|through|by|with|in|for|from|to|at|over|under|as|between|that|when|and (?:its|of)"
_VERBS = "is|are|does|can|may|moves?|commutes?|merges?|depends|applied|paired|made"
_LINK = rf"(?: (?:{_SMALL}|{_VERBS})\b|[,(:])"


def by_subject(name: str, common: Collection[str] = ()) -> list[str]:
    """An English name as a reader looks it up who does not know how it begins: by its subject, and by its head.

    ``common``: words that have no capital; the others at the beginning of a name are somebody's.

    >>> by_subject("Associativity of the Hadamard product", {"associativity"})
    ['Hadamard product, associativity']
    >>> by_subject("Cauchy–Binet formula for a 2×3 matrix")
    ['Cauchy–Binet formula']
    >>> by_subject("Fisher information of a softmax distribution")
    ['Fisher information', 'softmax distribution, Fisher information']
    """
    if "$" in name or not (found := re.match(rf"(?:The |An? )?(.*?){_LINK}", name)):
        return []
    head, rest = found[1].strip(), name[found.end(1) :]
    first = head.split()[0]
    somebodys = first.lower() not in common
    lines = []
    if " " in head and len(name) > LONGEST_NAME and (somebodys or re.match(r" (?:for|with)\b|,", rest)):
        lines.append(head)
    if of := re.match(r" (?:of|through) (?:the |an? )?(.*)", rest):
        subject = re.split(_LINK, of[1])[0].strip()
        small = head if somebodys else first.lower() + head[len(first) :]
        lines += [f"{subject}, {small}"] if subject.lower() != small.lower() else []
    return [line for line in lines if len(line) <= LONGEST_LINE]


def _common(pages: Iterable[EntryPage]) -> frozenset[str]:
    """The words that stand without a capital somewhere in what entries say, and their plurals."""
    texts = [
        text["en"]
        for page in pages
        for text in (page.name, page.note, *(pitfall.why for pitfall in page.pitfalls))
        if text is not None
    ]
    words = (re.findall(r"[A-Za-z–-]+", re.sub(r"\$[^$]*\$", "", text)) for text in texts)
    return frozenset(
        form for found in words for word in found if word.islower() for form in (word, word + "s")
    )


def with_subjects(items: tuple[Item, ...], pages: Collection[EntryPage]) -> tuple[Item, ...]:
    """The index of English names with lines for what they are about; one that stands there already gets more places."""
    places = {item.text: item.places for item in items if not item.formula}
    order = {page.id: at for at, page in enumerate(pages)}
    common = _common(pages)
    for page in pages:
        name = page.name["en"]
        whole = [name] if ", " in name and "$" not in name and len(name) <= LONGEST_LINE else []
        for line in (*whole, *by_subject(name, common)):
            found = {p.id: p for p in (*places.get(line, ()), page)}
            places[line] = tuple(sorted(found.values(), key=lambda p: order[p.id]))
    return tuple(
        Item(text, places[text]) for text in sorted(places, key=lambda text: english_order(plain(text)))
    )


def indexes_with_subjects(document: Document) -> tuple[tuple[str, tuple[Item, ...]], ...]:
    """The indexes of the handbook, the English one by subjects too."""
    pages = [page for section in document.sections for page in section.entries]
    return tuple(
        (name, with_subjects(items, pages) if name == "index-en" else items)
        for name, items in book_indexes(document)
    )
