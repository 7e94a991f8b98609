"""Words in two languages: the pair ``Text`` and the glossary of fixed words.

Every word that a reader sees and that is not in the catalogue stands in ``glossary.yaml``, in
Chinese and in English; code only names it by its key. A missing translation is an error, never a
silent blank.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from cheatsheet.language.display import one_line, short

if TYPE_CHECKING:
    import yaml

LANGUAGES = ("zh", "en")
FILE = Path(__file__).with_name("glossary.yaml")


class GlossaryError(ValueError):
    """The glossary is malformed, lacks a translation, or lacks the word asked for."""


@dataclass(frozen=True)
class Text:
    """The same words in Chinese and in English, both Markdown-light (see :mod:`cheatsheet.pages.prose`).

    >>> Text("迹", "trace")["en"]
    'trace'
    """

    zh: str
    en: str

    def __repr__(self) -> str:
        return one_line(self, f"zh={short(self.zh)}", f"en={short(self.en)}")

    def __getitem__(self, language: str) -> str:
        if language not in LANGUAGES:
            raise KeyError(f"no language {language!r}; there are {', '.join(LANGUAGES)}")
        return self.zh if language == "zh" else self.en

    @staticmethod
    def of_both(words: str) -> Text:
        """Words that read the same in either language: a number, a formula between dollar signs."""
        return Text(words, words)


def word(key: str) -> Text:
    """The glossary's words for ``key``.

    >>> word("derivation")
    Text(zh='推导', en='Derivation')

    Raises :class:`GlossaryError` for a key that the glossary does not have.
    """
    words = glossary()
    if key not in words:
        raise GlossaryError(f"{FILE.name} has no entry {key!r}")
    return words[key]


@cache
def glossary() -> Mapping[str, Text]:
    """All fixed words, by key; read once."""
    return MappingProxyType(parse_glossary(FILE.read_text(encoding="utf-8"), FILE.name))


def parse_glossary(source: str, name: str) -> dict[str, Text]:
    """The words of a glossary file, ``key: {zh: …, en: …}``.

    Raises :class:`GlossaryError` where a key comes twice, or a language is missing or unknown.

    >>> parse_glossary("trace: {zh: 迹}", "words.yaml")
    Traceback (most recent call last):
    cheatsheet.language.glossary.GlossaryError: words.yaml:1: 'trace' needs zh and en, both not empty
    """
    import yaml  # with the first word: an unchanged build needs none

    root = yaml.compose(source, Loader=yaml.SafeLoader)
    if not isinstance(root, yaml.MappingNode):
        raise GlossaryError(f"{name}:1: a mapping from keys to {{zh: …, en: …}} was expected")
    words: dict[str, Text] = {}
    for key_node, value_node in root.value:
        key, where = key_node.value, f"{name}:{key_node.start_mark.line + 1}"
        if key in words:
            raise GlossaryError(f"{where}: {key!r} stands here a second time")
        words[key] = _translation(value_node, key, where)
    return words


def _translation(node: yaml.Node, key: str, where: str) -> Text:
    import yaml

    pairs: list[tuple[Any, Any]] = node.value if isinstance(node, yaml.MappingNode) else []
    found = {k.value: v.value for k, v in pairs if isinstance(v, yaml.ScalarNode)}
    if sorted(k.value for k, _ in pairs) != sorted(LANGUAGES) or not all(found.values()):
        raise GlossaryError(f"{where}: {key!r} needs zh and en, both not empty")
    return Text(found["zh"], found["en"])
