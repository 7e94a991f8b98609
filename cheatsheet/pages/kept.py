"""Pages, and chapters as they are written, kept on disk by what they are made from: an edit costs what it touches."""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from hashlib import blake2b

from cheatsheet.language.glossary import Text
from cheatsheet.pages import model as pages
from cheatsheet.pages import pictures
from cheatsheet.pages.model import Document, EntryPage, SectionPage
from cheatsheet.pages.stamps import fingerprint
from cheatsheet.store import Shelf, cache_folder

MOST_PAGES = 5_000
MOST_CHAPTERS = 1_000


class PageShelf:
    """Pages by key; what cannot be read counts as not kept."""

    def __init__(self) -> None:
        self.shelf = Shelf(cache_folder() / "pages.sqlite", "kept", MOST_PAGES)

    def find(self, keys: Iterable[str]) -> dict[str, EntryPage]:
        found = {}
        for key, data in self.shelf.find(keys).items():
            page = _read(data)
            if page is not None:
                found[key] = page
        return found

    def keep(self, keys: Sequence[str], made: Sequence[EntryPage]) -> None:
        self.shelf.keep({key: pickle.dumps(page) for key, page in zip(keys, made, strict=True)})

    def close(self) -> None:
        self.shelf.close()


class _Reader(pickle.Unpickler):
    """Makes pages and their words, and nothing else that a file might ask for."""

    def find_class(self, module: str, name: str) -> type:
        found = Text if (module, name) == (Text.__module__, "Text") else None
        for room in (pages, pictures):
            if module == room.__name__ and isinstance(getattr(room, name, None), type):
                found = getattr(room, name)
        if found is None:
            raise pickle.UnpicklingError(f"{module}.{name} is no part of a page")
        return found


def _read(data: str | bytes) -> EntryPage | None:
    try:
        page = _Reader(io.BytesIO(data)).load() if isinstance(data, bytes) else None
    except Exception:  # whatever a damaged file makes of itself
        return None
    return page if isinstance(page, EntryPage) else None


class Chapters:
    """The chapters of a document in the notation of its templates: those kept, and the others as they are written.

    ``look``: whatever else they depend on besides the program, the words and how the document is to be printed.
    """

    def __init__(self, document: Document, *look: str | bool) -> None:
        settings = [(f.name, getattr(document, f.name)) for f in fields(document) if f.name not in _CONTENT]
        self.key = fingerprint(repr(settings), *map(str, look))
        self.numbers = document.numbers
        self.keys = {section.id: self.key_of(section) for section in document.sections}
        shelf = self.shelf()
        self.found = shelf.find(key for key in self.keys.values() if key)
        shelf.close()
        self.made: dict[str, str | bytes] = {}

    def shelf(self) -> Shelf:
        return Shelf(cache_folder() / "pages.sqlite", "chapters", MOST_CHAPTERS)

    def key_of(self, section: SectionPage) -> str:
        """A hash of all that is printed of a section; none where a page of it has none."""
        heading = (section.number, section.id, section.name, section.intro, section.colour, section.part)
        pages = [
            (page.number, page.key, [self.numbers.get(id) for id in page.cited]) for page in section.entries
        ]
        if not all(key for _, key, _ in pages):
            return ""
        return blake2b((self.key + repr((heading, pages))).encode(), digest_size=16).hexdigest()

    def written(self, section: SectionPage, write: Callable[[], str]) -> str:
        """The chapter of a section."""
        key = self.keys[section.id]
        text = self.found.get(key)
        if not isinstance(text, str):
            text = str(write())
            if key:
                self.made[key] = text
        return text

    def keep(self) -> None:
        """For the next build."""
        shelf = self.shelf()
        shelf.keep(self.made)
        shelf.close()


_CONTENT = frozenset({"sections", "boxes", "sources"})
