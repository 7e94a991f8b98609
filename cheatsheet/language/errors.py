"""Positions in a file and the problems found there: where, what is wrong, what was expected, how to mend it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from cheatsheet.language.display import counted, one_line, short

MOST_PROBLEMS = 200
_WINDOW = 100  # of a long source line, so many characters are shown
_LONGEST_WORD = 40
_BEFORE = 60  # and so many of them before the caret


@dataclass(frozen=True, order=True)
class Position:
    """A line and a column, both counted from 1; a column is a character, however wide it is shown."""

    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.line}:{self.column}"


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong in a file, with all that a reader needs to mend it.

    ``width`` is the number of characters at fault; ``source`` is the line they stand in, empty where the file has none.

    >>> print(Problem("a.yaml", Position(2, 3), "unknown key 'nmae'", "an entry has id, name", "write name",
    ...               source="  nmae: x", width=4).render())
    a.yaml:2:3: unknown key 'nmae'; an entry has id, name
      2 |   nmae: x
        |   ^^^^
      hint: write name
    """

    file: str
    position: Position | None
    message: str
    expected: str = ""
    hint: str = ""
    source: str = ""
    width: int = 1

    def __repr__(self) -> str:
        return one_line(self, short(self.headline, 150))

    @property
    def headline(self) -> str:
        """``file:line:column: what is wrong; what was expected``, on one line."""
        where = f"{self.file}:{self.position}" if self.position else self.file
        return f"{where}: {self.message}" + (f"; {self.expected}" if self.expected else "")

    def render(self) -> str:
        """The headline, the source line with a caret below the fault, and the hint."""
        lines = [self.headline]
        if self.position and self.source:
            shown, caret = _excerpt(self.source, self.position.column - 1, self.width)
            number = str(self.position.line)
            lines += [f"  {number} | {shown}".rstrip(), f"  {' ' * len(number)} | {caret}"]
        if self.hint:
            lines.append(f"  hint: {self.hint}")
        return "\n".join(lines)

    @property
    def order(self) -> tuple[str, Position, str]:
        """What problems are sorted by."""
        return self.file, self.position or Position(0, 0), self.message


class CatalogueError(Exception):
    """A catalogue that cannot be read; ``problems`` lists all that is wrong with it, in the order of the file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda p: p.order))
        super().__init__("\n".join(p.render() for p in self.problems))

    def __repr__(self) -> str:
        first = short(self.problems[0].headline, 120) if self.problems else ""
        return one_line(self, counted(len(self.problems), "problem"), first)

    def __reduce__(self) -> tuple[type, tuple[tuple[Problem, ...]]]:
        return (CatalogueError, (self.problems,))


def near(word: str, known: Iterable[str]) -> str:
    """A suggestion where the word is almost one of those known, else nothing.

    >>> near("symetric", ["symmetric", "positive"])
    'did you mean symmetric?'
    """
    import difflib  # only a mistake needs it

    close = difflib.get_close_matches(word[:_LONGEST_WORD], list(known), n=1, cutoff=0.6)
    return f"did you mean {close[0]}?" if close else ""


def _excerpt(line: str, start: int, width: int) -> tuple[str, str]:
    """The part of the line around the fault, made safe to print, and the carets that go below it."""
    first = max(0, start - _BEFORE) if len(line) > _WINDOW else 0
    text = "".join(_printable(c) for c in line[first : first + _WINDOW])
    before = ("…" if first else "") + text[: start - first]
    fault = text[start - first : start - first + width]
    cut = "…" if first + _WINDOW < len(line) else ""
    shown = ("…" if first else "") + text + cut
    return shown, " " * columns(before) + "^" * max(1, columns(fault))


def _printable(character: str) -> str:
    """One character that takes its place on a terminal and does nothing else there."""
    if character.isprintable():
        return character
    return " " if character.isspace() else "\N{REPLACEMENT CHARACTER}"


def columns(text: str) -> int:
    """The number of terminal columns that the text takes: Chinese characters are two columns wide.

    >>> columns("秩 1")
    4
    """
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text
    )
