"""Pages, and chapters as they are written, kept on disk by what they are made from: an edit costs what it touches."""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from hashlib import blake2b

from cheatsheet.catalogue.entries import Claim, Entry
from cheatsheet.catalogue.reports import EntryReport
from cheatsheet.derivatives.rules.laws import FILE as LAWS
from cheatsheet.language.authored import AuthoredDerivation
from cheatsheet.language.declared import declarations_text
from cheatsheet.language.elaborate import Declarations
from cheatsheet.language.glossary import FILE, Text
from cheatsheet.language.syntax import ClaimError
from cheatsheet.packaged import engine_version
from cheatsheet.pages import model as pages
from cheatsheet.pages import pictures
from cheatsheet.pages.model import Document, EntryPage, SectionPage
from cheatsheet.pages.stamps import fingerprint
from cheatsheet.store import Shelf, cache_folder

MOST_PAGES = 5_000
MOST_CHAPTERS = 1_000


class PageKeys:
    """The keys of pages: all that a page is made from, the number of the entry apart."""

    def __init__(self, layout: str | None) -> None:
        words = blake2b(FILE.read_bytes() + LAWS.read_bytes(), digest_size=12).hexdigest()
        self.prefix = f"{engine_version()}\0{words}\0{layout}\0"

    def key(self, report: EntryReport) -> str:
        entry = report.entry
        verdicts = [{**r.verdict.to_json(), "seconds": 0} for r in report.claims]
        parts = (
            (
                entry.id,
                _both(entry.name),
                _both(entry.note),
                entry.tags,
                entry.aliases,
                entry.source,
                entry.show,
                entry.layout,
            ),
            list((entry.example or {}).items()),
            [_meaning(claim) for claim in entry.all_claims],
            [_both(pitfall.why) for pitfall in entry.pitfalls],
            _declared(entry),
            [_written(derivation) for derivation in entry.derivations],
            verdicts,
        )
        return blake2b((self.prefix + repr(parts)).encode(), digest_size=16).hexdigest()


def _both(words: Text | None) -> tuple[str, str] | None:
    return None if words is None else (words.zh, words.en)


def _meaning(claim: Claim) -> tuple[object, ...]:
    try:
        return claim.text, declarations_text(claim.declarations), list(claim.declarations.symbols)
    except ClaimError as error:
        return claim.text, error.message


def _written(derivation: AuthoredDerivation) -> tuple[object, ...]:
    """What an authored derivation says, with the claims that it cites."""
    lines = [
        (line.passage.text, [rule.text for rule in line.by], line.label, _both(line.words))
        for line in derivation.lines
    ]
    claims = {said: lemma.claim for said, lemma in derivation.lemmas.items()}
    cited = [(said, _meaning(claim)) for said, claim in claims.items() if isinstance(claim, Claim)]
    names = [(said, _both(lemma.name)) for said, lemma in derivation.lemmas.items()]
    own = [(name, passage.text) for name, passage in derivation.own.items()]
    return derivation.numbers, derivation.style, own, lines, cited, names


def _declared(entry: Entry) -> tuple[object, ...]:
    return declarations_text(Declarations(dict(entry.given))), list(entry.given), list(entry.let.items())


class RightLines:
    """The entries whose own derivations were found right, by the keys of their pages."""

    def __init__(self) -> None:
        self.shelf = Shelf(cache_folder() / "pages.sqlite", "lines", MOST_PAGES)

    def known(self, keys: Iterable[str]) -> set[str]:
        return set(self.shelf.find(keys))

    def keep(self, keys: Iterable[str]) -> None:
        self.shelf.keep(dict.fromkeys(keys, b""))
        self.shelf.close()


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
        pages = [(page.number, page.key) for page in section.entries]
        if not all(key for _, key in pages):
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
