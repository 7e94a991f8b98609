"""Whether the words of a catalogue can be set: every problem at once, each with its place in the file."""

from __future__ import annotations

from collections.abc import Iterator

from cheatsheet.catalogue.entries import Catalogue
from cheatsheet.catalogue.nodes import Mapping, Node, Scalar, Sequence, compose
from cheatsheet.language.errors import CatalogueError, Problem
from cheatsheet.language.glossary import LANGUAGES, Text
from cheatsheet.language.source import SourceFile
from cheatsheet.pages.prose import ProseError, prose


def prose_problems(catalogue: Catalogue) -> list[Problem]:
    """What :func:`cheatsheet.pages.prose.prose` refuses, in the order of the file; usually nothing."""
    if not any(_refused(words) for words in _words(catalogue)):
        return []
    file = SourceFile(str(catalogue.path), catalogue.text)
    root, _ = compose(file)
    return list(_problems(root, file, "the catalogue", ""))


def refuse_words(catalogue: Catalogue) -> None:
    """Raises :class:`CatalogueError` with every problem, where there is one."""
    if problems := prose_problems(catalogue):
        raise CatalogueError(problems)


def _words(catalogue: Catalogue) -> Iterator[Text]:
    """All words in two languages."""
    yield catalogue.title
    yield from catalogue.sources.values()
    yield from (box.title for box in catalogue.sheet)
    for section in catalogue.sections:
        yield section.title
        yield from (words for words in (section.intro, section.part) if words is not None)
    for entry in catalogue:
        yield entry.name
        yield from (words for words in (entry.note, *(p.why for p in entry.pitfalls)) if words is not None)


def _refused(words: Text) -> bool:
    try:
        for language in LANGUAGES:
            prose(words[language], language)
    except ProseError:
        return True
    return False


def _problems(node: Node, file: SourceFile, owner: str, field: str) -> Iterator[Problem]:
    """The problems below a node; ``owner`` is the entry or section that it belongs to, ``field`` the last key."""
    if isinstance(node, Sequence):
        for item in node.items:
            yield from _problems(item, file, owner, field)
    if not isinstance(node, Mapping):
        return
    if "id" in node.pairs and isinstance(own := node.pairs["id"][1], Scalar):
        owner = own.text
    for key, (_, value) in node.pairs.items():
        if key in LANGUAGES and isinstance(value, Scalar):
            try:
                prose(value.text, key)
            except ProseError as error:
                message = f"the words of {owner} ({field}, {key}) cannot be printed: {error}"
                yield file.problem(value.position, message, width=value.width)
        else:
            yield from _problems(value, file, owner, key)
