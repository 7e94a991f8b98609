"""What the front of the handbook explains: the letters that stand for reasons, and the signs of formulas."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from cheatsheet.derivatives.rules.laws import laws
from cheatsheet.derivatives.rules.numbers import by_formula
from cheatsheet.derivatives.rules.words import LAW
from cheatsheet.language.glossary import Text
from cheatsheet.language.table import TABLE


@dataclass(frozen=True)
class Tag:
    """A letter, what it means, and the reasons that it stands for."""

    tag: str
    means: Text
    of: tuple[str, ...]
    laws: tuple[str, ...]
    """The groups of laws that it stands for as well."""
    functions: bool = False
    """Whether it stands for the definitions of functions by others, sinh by exp."""


@cache
def legend() -> tuple[Tag, ...]:
    """All tags, in the order in which they are explained."""
    listed = yaml.safe_load(Path(__file__).with_name("tags.yaml").read_text(encoding="utf-8"))
    return tuple(
        Tag(
            row["tag"],
            Text(row["zh"], row["en"]),
            tuple(row["of"]),
            tuple(row.get("laws", ())),
            row.get("functions", False),
        )
        for row in listed
    )


@dataclass(frozen=True)
class Sign:
    """A sign in LaTeX and what it means."""

    sign: str
    means: Text


@cache
def notation() -> tuple[Sign, ...]:
    """The list of signs, in the order in which it is printed."""
    listed = yaml.safe_load(Path(__file__).with_name("notation.yaml").read_text(encoding="utf-8"))
    return tuple(Sign(row["sign"], Text(row["zh"], row["en"])) for row in listed)


@cache
def _by_reason() -> dict[str, str]:
    by_group = {group: row.tag for row in legend() for group in row.laws}
    by_law = {key: by_group[law.group] for id, law in laws().items() for key in (id, LAW + id)}
    defined = {by_formula(name, row.by_others).id for name, row in TABLE.items() if row.by_others}
    by_function = {reason: row.tag for row in legend() if row.functions for reason in defined}
    return by_law | by_function | {reason: row.tag for row in legend() for reason in row.of}


def tags_of(reasons: Iterable[str]) -> str:
    """The letters of some reasons, each once, in the order of the legend; raises :class:`KeyError` for one without.

    >>> tags_of(["linearity", "def-dot", "def-matmul"])
    'P L'
    """
    found = {_by_reason()[reason] for reason in reasons}
    return " ".join(row.tag for row in legend() if row.tag in found)
