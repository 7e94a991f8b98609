"""What stands on the sheet: the boxes that the catalogue chose, with the claims and the mistakes that it chose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from string import ascii_uppercase

from cheatsheet.catalogue.boxes import Box, Choice
from cheatsheet.pages.model import EntryPage, PitfallLine, SectionPage, SheetBox, SheetEntry, mistakes_of


def chosen_boxes(boxes: Sequence[Box], sections: Sequence[SectionPage]) -> tuple[SheetBox, ...]:
    """The boxes chosen in the catalogue, without entries that the document leaves out; none where it chooses none."""
    pages = {page.id: page for section in sections for page in section.entries}
    made = [_box(box, place, pages) for place, box in enumerate(boxes)]
    return tuple(box for box in made if box.entries or box.mistakes)


def _box(box: Box, place: int, pages: Mapping[str, EntryPage]) -> SheetBox:
    entries = [
        SheetEntry(
            pages[c.id], tuple(pages[c.id].claims[number - 1] for number in c.numbers) or pages[c.id].claims
        )
        for c in box.entries
        if c.id in pages
    ]
    mistakes = [
        mistake
        for c in box.mistakes
        if c.id in pages
        for mistake in mistakes_of(pages[c.id], _wrong(pages[c.id], c))
    ]
    return SheetBox(letter_of_box(place), box.title, tuple(entries), tuple(mistakes), place)


def letter_of_box(place: int) -> str:
    """A, B, …, Z, then AA, AB and so on.

    >>> letter_of_box(1), letter_of_box(27)
    ('B', 'AB')
    """
    rest, last = divmod(place, len(ascii_uppercase))
    return (letter_of_box(rest - 1) if rest else "") + ascii_uppercase[last]


def _wrong(page: EntryPage, choice: Choice) -> tuple[PitfallLine, ...]:
    return tuple(p for p in page.pitfalls if not choice.numbers or p.number in choice.numbers)
