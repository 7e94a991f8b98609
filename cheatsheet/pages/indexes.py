"""Indexes: names in the order of pinyin and of the alphabet, people by their own spelling, the shapes of formulas."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from cheatsheet.language.glossary import word
from cheatsheet.pages.model import ClaimLine, Document, EntryPage
from cheatsheet.pages.prose import plain
from cheatsheet.printing.terminal_maths import plain as plain_formula

LONGEST_SHAPE = 18
"""Nobody looks up a formula of more characters by its shape, and it would not fit a column of an index."""

LONGEST_NAME = 24
"""Of a name in the sheet's index; a Chinese character counts twice."""


@dataclass(frozen=True)
class Item:
    """A line of an index: words or, with ``formula``, LaTeX; and the entries that it leads to."""

    text: str
    places: tuple[EntryPage, ...]
    formula: bool = False

    def one_a_box(self, letters: Mapping[str, str]) -> list[EntryPage]:
        """The first place in each box of the sheet, in the order of the boxes."""
        first = {letters[page.id]: page for page in self.places[::-1]}
        return [first[letter] for letter in sorted(first, key=lambda letter: (len(letter), letter))]


@cache
def _listed(name: str) -> dict[str, str]:
    """A list of words that stands in a file of its own."""
    found = yaml.safe_load(Path(__file__).with_name(f"{name}.yaml").read_text(encoding="utf-8"))
    return {str(key): str(value) for key, value in found.items()}


def chinese_order(text: str) -> tuple[bool, bytes]:
    """A key that sorts by pinyin, numbers by their size.

    The national encoding has the common characters in the order of pinyin, each at one of its readings; what is read
    otherwise, or is not common, is sorted as ``readings.yaml`` says.

    >>> sorted(["迹", "行列式", "熵", "sigmoid 函数", "公式 (95)", "公式 (127)"], key=chinese_order)
    ['sigmoid 函数', '公式 (95)', '公式 (127)', '行列式', '迹', '熵']
    """
    heard = text.lower()
    for written, read in _listed("readings").items():
        heard = heard.replace(written, read)
    numbered = re.sub(r"\d+", lambda number: number[0].zfill(6), heard)
    return not text[:1].isascii(), numbered.encode("gb18030")


def english_order(text: str) -> str:
    """A key that sorts without regard to case, accents, signs and an article.

    >>> sorted(["vec", "Åström", "1-norm", "The trace", "Bayes"], key=english_order)
    ['Åström', 'Bayes', '1-norm', 'The trace', 'vec']
    >>> sorted(["trace trick", "trace, cyclic", "trace"], key=english_order)
    ['trace', 'trace, cyclic', 'trace trick']
    >>> sorted(["Equation (127)", "Equation (28)"], key=english_order)
    ['Equation (28)', 'Equation (127)']
    """
    bare = re.sub(r"^(the|an?) ", "", unicodedata.normalize("NFKD", text).casefold())
    numbered = re.sub(r"\d+", lambda number: number[0].zfill(6), bare)
    return re.sub(r"[^a-z,]", "", bare).replace(",", "\0") + "\0\0" + numbered


def name_index(
    pages: Iterable[EntryPage], language: str, most: int | None = None, alone: bool = False
) -> tuple[Item, ...]:
    """The names of entries and the words that they go by, in one language; a name that is a formula is no word.

    ``most``: how many other words of an entry are taken; ``alone``: there is no index in another language beside it,
    and a Chinese one has the abbreviations as well.
    """
    found: dict[str, list[EntryPage]] = {}
    for page in pages:
        for words in _words(page, language, most, alone):
            found.setdefault(words, []).append(page)
    order = chinese_order if language == "zh" else english_order
    return tuple(Item(words, tuple(found[words])) for words in sorted(found, key=lambda w: order(plain(w))))


def _words(page: EntryPage, language: str, most: int | None, alone: bool) -> list[str]:
    """The name without what it says in a formula alone, and the aliases in the script of the language."""
    words = [page.name[language]] if re.sub(r"\$[^$]*\$", "", page.name[language]).strip() else []
    former = set(page.former_ids)
    named = [a for a in page.aliases if a not in former and not re.search(r"[^\w\s'.–-]|[ᵀ⁻]", a)]
    own = [a for a in named if is_chinese(a) == (language == "zh") or (alone and _is_abbreviation(a))]
    return list(dict.fromkeys([*words, *own[:most]]))


def _is_abbreviation(words: str) -> bool:
    """Whether it is written so in every language: SVM, LayerNorm, im2col."""
    return re.fullmatch(r"(?=.*\d|.*[A-Z].*[A-Z])[\w.]+", words) is not None and not is_chinese(words)


def people_index(pages: Iterable[EntryPage]) -> tuple[Item, ...]:
    """The people after whom something is named, as they write themselves, with the Chinese form of the name.

    Each leads to the entries that have the name in their own, or where there are none, in their note.
    """
    listed = list(pages)
    found: dict[str, tuple[EntryPage, ...]] = {}
    for own, chinese in _listed("people").items():
        named = [page for page in listed if any(chinese in words for words in (page.name.zh, *page.aliases))]
        told = [page for page in listed if page.note is not None and chinese in page.note.zh]
        if places := named or told:
            found[f"{own} {chinese}"] = tuple(places)
    return tuple(Item(words, found[words]) for words in sorted(found, key=english_order))


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


def _width(words: str) -> int:
    return sum(1 if c.isascii() else 2 for c in plain(words))


def _short(items: tuple[Item, ...], most: int) -> tuple[Item, ...]:
    """The names that are not too long for an index; nobody looks for the others by their beginning."""
    return tuple(item for item in items if _width(item.text) <= most)


def sheet_indexes(document: Document) -> tuple[tuple[str, tuple[Item, ...]], ...]:
    """The indexes of what is on the sheet: names in each language, by what they are about, and shapes."""
    entries = [entry for box in document.sheet_boxes for entry in box.entries]
    pages = list(dict.fromkeys(entry.page for entry in entries))
    names = tuple(
        (f"index-{lang}", _shortest(_topics(name_index(pages, lang, most=2), lang), document.letters))
        for lang in document.languages
    )
    return (
        *names,
        ("index-shapes", shape_index(((e.page, c) for e in entries for c in e.claims), matrices=False)),
    )


def _topics(items: tuple[Item, ...], language: str) -> tuple[Item, ...]:
    """The items by what they are about, which is what one looks for: not under the G of Gradient, nor with all details.

    What has a formula in its name is left to the index of shapes.
    """
    found: dict[str, tuple[str, tuple[EntryPage, ...]]] = {}
    for item in items:
        about = topic(item.text, language)
        if _width(about) > LONGEST_NAME:
            about = re.sub(word("index-detail")[language], "", about)
        if "$" not in about and _width(about) <= LONGEST_NAME:
            said, places = found.get(about.lower(), (about, ()))
            found[about.lower()] = (min(said, about), tuple(dict.fromkeys((*places, *item.places))))
    order = chinese_order if language == "zh" else english_order
    return tuple(Item(*found[name]) for name in sorted(found, key=order))


def _shortest(items: tuple[Item, ...], letters: Mapping[str, str]) -> tuple[Item, ...]:
    """The items without those that begin like a shorter one of the same boxes: *Trace of exp* beside *Trace*."""
    boxes = {item.text.lower(): {letters[page.id] for page in item.places} for item in items}
    return tuple(
        item
        for item in items
        if not any(
            item.text.lower().startswith(other)
            and len(other) < len(item.text)
            and boxes[item.text.lower()] <= there
            for other, there in boxes.items()
        )
    )


def topic(name: str, language: str) -> str:
    """What a name is about, without the kind of derivative.

    >>> topic("Gradient of logistic regression", "en")
    'logistic regression'
    """
    return re.sub(word("index-lead")[language], "", name)


def book_indexes(document: Document) -> tuple[tuple[str, tuple[Item, ...]], ...]:
    """The indexes of the handbook: names in each language, people where there is no English, and shapes."""
    pages = [page for section in document.sections for page in section.entries]
    alone = len(document.languages) == 1
    names = [
        (f"index-{lang}", _short(name_index(pages, lang, alone=alone), 34)) for lang in document.languages
    ]
    if document.languages == ("zh",):
        names.append(("index-people", people_index(pages)))
    return (*names, ("index-shapes", shape_index((page, c) for page in pages for c in page.claims)))
