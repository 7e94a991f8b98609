"""Indexes: names in the order of pinyin and of the alphabet, and the shapes of formulas."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from cheatsheet.pages.model import ClaimLine, Document, EntryPage
from cheatsheet.pages.prose import plain
from cheatsheet.printing.terminal_maths import plain as plain_formula

LONGEST_SHAPE = 18
"""Nobody looks up a formula of more characters by its shape, and it would not fit a column of an index."""

LONGEST_NAME = {"zh": 22, "en": 24}
"""Of a name in the sheet's index; a Chinese character counts twice."""

LONGEST_IN_BOOK = 34
"""Of a name as it stands in the book's indexes; an English one that is longer is found by its head and its subject."""

LONGEST_TURNED = 44
"""Of a line that begins with the subject: "Hadamard product, associativity"."""


@dataclass(frozen=True)
class Item:
    """A line of an index: words or, with ``formula``, LaTeX; and the entries that it leads to."""

    text: str
    places: tuple[EntryPage, ...]
    formula: bool = False

    def one_a_box(self, letters: Mapping[str, str]) -> list[EntryPage]:
        """The first place in each box of the sheet."""
        return list({letters[page.id]: page for page in self.places[::-1]}.values())[::-1]


def chinese_order(text: str) -> tuple[bool, bytes]:
    """A key that sorts by pinyin: the national encoding has the common characters in that order.

    >>> sorted(["迹", "伴随矩阵", "sigmoid 函数", "二次型"], key=chinese_order)
    ['sigmoid 函数', '伴随矩阵', '二次型', '迹']
    """
    return not text[:1].isascii(), text.lower().encode("gb18030")


def english_order(text: str) -> str:
    """A key that sorts without regard to case, accents, signs and an article.

    >>> sorted(["vec", "Åström", "1-norm", "The trace", "Bayes"], key=english_order)
    ['Åström', 'Bayes', '1-norm', 'The trace', 'vec']
    >>> sorted(["trace trick", "trace, cyclic", "trace"], key=english_order)
    ['trace', 'trace, cyclic', 'trace trick']
    """
    bare = re.sub(r"^(the|an?) ", "", unicodedata.normalize("NFKD", text).casefold())
    return re.sub(r"[^a-z,]", "", bare).replace(",", "\0") + "\0\0" + bare


def name_index(
    pages: Sequence[EntryPage], language: str, most: int | None = None, turned: bool = False
) -> tuple[Item, ...]:
    """The names of entries and the words that they go by, in one language; a name that is a formula is no word.

    ``most``: how many other words of an entry are taken; ``turned``: an English name stands there by its subject too.
    """
    found: dict[str, list[EntryPage]] = {}
    common = _common(pages) if turned and language == "en" else None
    for page in pages:
        words = _words(page, language, most)
        if common is not None:
            words = list(dict.fromkeys([*words, *by_subject(page.name["en"], common)]))
        for line in words:
            found.setdefault(line, []).append(page)
    order = chinese_order if language == "zh" else english_order
    return tuple(Item(words, tuple(found[words])) for words in sorted(found, key=lambda w: order(plain(w))))


def _words(page: EntryPage, language: str, most: int | None) -> list[str]:
    """The name without what it says in a formula alone, and the aliases in the script of the language."""
    words = [page.name[language]] if re.sub(r"\$[^$]*\$", "", page.name[language]).strip() else []
    former = set(page.former_ids)
    named = [a for a in page.aliases if a not in former and not re.search(r"[^\w\s'.–-]|[ᵀ⁻]", a)]
    own = [alias for alias in named if is_chinese(alias) == (language == "zh")]
    return list(dict.fromkeys([*words, *own[:most]]))


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
    if " " in head and len(name) > LONGEST_IN_BOOK and (somebodys or re.match(r" (?:for|with)\b|,", rest)):
        lines.append(head)
    if of := re.match(r" (?:of|through) (?:the |an? )?(.*)", rest):
        subject = re.split(_LINK, of[1])[0].strip()
        small = head if somebodys else first.lower() + head[len(first) :]
        lines += [f"{subject}, {small}"] if subject.lower() != small.lower() else []
    return [line for line in lines if len(line) <= LONGEST_TURNED]


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


def is_chinese(words: str) -> bool:
    """Whether there are Chinese characters in the words."""
    return re.search(r"[\u4e00-\u9fff]", words) is not None


def shape_index(claims: Iterable[tuple[EntryPage, ClaimLine]], matrices: bool = True) -> tuple[Item, ...]:
    """What is differentiated, or stands on a left side, as a formula; symbols say nothing, fractions stand too high.

    ``matrices``: also what has matrices of blocks in it.
    """
    found: dict[str, dict[str, EntryPage]] = {}
    for page, claim in claims:
        shape = claim.as_row.shape
        if re.search(r"\\(frac|pd)\b", shape) or (r"\begin" in shape and not matrices):
            continue
        if 1 < len(plain_formula(shape)) <= LONGEST_SHAPE and not _is_symbol(shape):
            found.setdefault(shape, {}).setdefault(page.id, page)
    order = sorted(found, key=lambda latex: _formula_order(plain_formula(latex)))
    return tuple(Item(latex, tuple(found[latex].values()), formula=True) for latex in order)


def _is_symbol(latex: str) -> bool:
    return re.fullmatch(r"(\\M\s*)?(\\?[A-Za-z]+|\{\\?[A-Za-z]+\})(_\w|_\{\w+\})?", latex) is not None


def _formula_order(text: str) -> tuple[bool, str, str]:
    """Named functions first, by name; then the others by their letters."""
    name = re.match(r"[A-Za-z]{2,}", text)
    return name is None, english_order(text), text


def _short(items: tuple[Item, ...], most: int, with_subject: int = 0) -> tuple[Item, ...]:
    """The names that are not too long for an index; nobody looks for the others by their beginning.

    ``with_subject``: how long one may be that has a comma after what it is about.
    """

    def fits(text: str) -> bool:
        width = sum(1 if c.isascii() else 2 for c in plain(text))
        return width <= most or (", " in text and width <= with_subject)

    return tuple(item for item in items if fits(item.text))


def sheet_indexes(document: Document) -> tuple[tuple[str, tuple[Item, ...]], ...]:
    """The indexes of what is on the sheet: names in each language, and shapes."""
    entries = [entry for box in document.sheet_boxes for entry in box.entries]
    pages = list(dict.fromkeys(entry.page for entry in entries))
    names = tuple(
        (f"index-{lang}", _short(name_index(pages, lang, most=2), LONGEST_NAME[lang]))
        for lang in document.languages
    )
    return (
        *names,
        ("index-shapes", shape_index(((e.page, c) for e in entries for c in e.claims), matrices=False)),
    )


def book_indexes(document: Document) -> tuple[tuple[str, tuple[Item, ...]], ...]:
    """The indexes of the handbook: names in each language, and shapes."""
    pages = [page for section in document.sections for page in section.entries]
    names = tuple(
        (f"index-{lang}", _short(name_index(pages, lang, turned=True), LONGEST_IN_BOOK, LONGEST_TURNED))
        for lang in document.languages
    )
    return (*names, ("index-shapes", shape_index((page, c) for page in pages for c in page.claims)))
