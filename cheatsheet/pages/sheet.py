"""What stands on the sheet: the boxes that the catalogue chose, with the claims and the mistakes that it chose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from string import ascii_uppercase
from typing import TypeVar

from cheatsheet.catalogue.boxes import Box, Choice
from cheatsheet.pages.model import EntryPage, SectionPage, SheetBox, SheetEntry, mistakes_of

Item = TypeVar("Item")


def chosen_boxes(boxes: Sequence[Box], sections: Sequence[SectionPage]) -> tuple[SheetBox, ...]:
    """The boxes chosen in the catalogue; none where it chooses none."""
    pages = {page.id: page for section in sections for page in section.entries}
    return tuple(_box(box, place, pages) for place, box in enumerate(boxes))


def _box(box: Box, place: int, pages: Mapping[str, EntryPage]) -> SheetBox:
    entries = tuple(SheetEntry(pages[c.id], _chosen(pages[c.id].claims, c)) for c in box.entries)
    mistakes = [m for c in box.mistakes for m in mistakes_of(pages[c.id], _chosen(pages[c.id].pitfalls, c))]
    return SheetBox(letter_of_box(place), box.title, entries, tuple(mistakes), place)


def letter_of_box(place: int) -> str:
    """A, B, …, Z, then AA, AB and so on.

    >>> letter_of_box(1), letter_of_box(27)
    ('B', 'AB')
    """
    rest, last = divmod(place, len(ascii_uppercase))
    return (letter_of_box(rest - 1) if rest else "") + ascii_uppercase[last]


def _chosen(items: tuple[Item, ...], choice: Choice) -> tuple[Item, ...]:
    return tuple(items[number - 1] for number in choice.numbers) if choice.numbers else items
