"""The text of a catalogue file, and where each character of a YAML scalar stands in it.

YAML folds lines, doubles quotes and expands escapes, so the characters of a claim and those of the file do not match
one to one. The functions here read a scalar a second time, only when there is something to say about it, and note
where each of its characters came from.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

from cheatsheet.language.display import one_line, short
from cheatsheet.language.errors import Position, Problem

_BREAK = re.compile(r"\r\n|\r|\n")
_BLANKS = re.compile(r"[ \t\r\n]+")
_ESCAPE = re.compile(
    r"\\(?:x(?P<x>[0-9A-Fa-f]{2})|u(?P<u>[0-9A-Fa-f]{4})|U(?P<U>[0-9A-Fa-f]{8})|(?P<simple>[^\r\n]))"
)
_SIMPLE = dict(zip('0abtnvfre "/\\N_LP\t', '\0\a\b\t\n\v\f\r\x1b "/\\\x85\xa0\u2028\u2029\t', strict=True))


@dataclass(frozen=True, eq=False)
class SourceFile:
    """The name a file is called by in messages, and its text."""

    name: str
    text: str

    def __repr__(self) -> str:
        return one_line(self, short(self.name), f"{len(self.text)} characters")

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(m.end() for m in _BREAK.finditer(self.text))]

    def offset(self, position: Position) -> int:
        """Where in the text the position is."""
        return self._starts[position.line - 1] + position.column - 1

    def position(self, offset: int) -> Position:
        """The line and column of a place in the text."""
        line = bisect_right(self._starts, offset)
        return Position(line, offset - self._starts[line - 1] + 1)

    def line(self, number: int) -> str:
        """A line of the text without its end; empty where there is none."""
        if not 0 < number <= len(self._starts):
            return ""
        start = self._starts[number - 1]
        found = _BREAK.search(self.text, start)
        return self.text[start : found.start() if found else len(self.text)]

    def problem(
        self, at: Position | None, message: str, expected: str = "", hint: str = "", width: int = 1
    ) -> Problem:
        """A problem of this file at a position."""
        source = self.line(at.line) if at else ""
        return Problem(self.name, at, message, expected, hint, source, width)


@dataclass(frozen=True, eq=False)
class Passage:
    """A text of the catalogue together with the scalar of the file that holds it.

    ``style`` is how the scalar is written: ``'`` and ``"`` for quotes, ``|`` and ``>`` for blocks, empty for plain.
    """

    text: str
    file: SourceFile
    start: Position
    style: str = ""

    def __repr__(self) -> str:
        return one_line(self, short(self.text), short(f"{self.file.name}:{self.start}"))

    @cached_property
    def _offsets(self) -> list[int]:
        """For each character of the text, and for its end, the offset in the file."""
        begin = self.file.offset(self.start)
        read = _block_offsets if self.style in ("|", ">") else _flow_offsets
        found = read(self.file.text, begin, self.text, self.style)
        return found or [begin] * (len(self.text) + 1)

    def position(self, offset: int) -> Position:
        """Where the character of the text with this number stands in the file."""
        return self.file.position(self._offsets[max(0, min(offset, len(self.text)))])

    def problem(self, start: int, end: int, message: str, hint: str = "") -> Problem:
        """A problem with the characters of the text from ``start`` up to ``end``."""
        at, until = self.position(start), self.position(end)
        rest = len(self.file.line(at.line)) - at.column + 1
        width = until.column - at.column if until.line == at.line else rest
        width = max(1, min(width, rest))
        return self.file.problem(at, message, hint=hint, width=width)


def _flow_offsets(text: str, start: int, value: str, style: str) -> list[int] | None:
    """Plain and quoted scalars: the value is re-read, each character with the place it came from."""
    offsets: list[int] = []
    place = start + (1 if style else 0)
    while len(offsets) < len(value):
        blanks = _BLANKS.match(text, place)
        if blanks and _BREAK.search(blanks[0]):
            # One break makes a space; each blank line after it makes a newline instead.
            breaks = len(_BREAK.findall(blanks[0]))
            offsets += [place] * max(1, breaks - 1)
            place = blanks.end()
        elif blanks:
            offsets += range(place, blanks.end())
            place = blanks.end()
        else:
            width, character = _flow_character(text, place, style)
            if character != value[len(offsets) : len(offsets) + len(character)] or width == 0:
                return None
            offsets += [place] * len(character)
            place += width
    return [*offsets, place] if len(offsets) == len(value) else None


def _flow_character(text: str, place: int, style: str) -> tuple[int, str]:
    """How many characters of the file make the next one of the value, and which one.

    An escaped break makes nothing by itself, and a newline of each blank line after it.
    """
    if style == "'" and text.startswith("''", place):
        return 2, "'"
    if style == '"' and text[place] == "\\":
        if found := _ESCAPE.match(text, place):
            digits = found["x"] or found["u"] or found["U"]
            character = chr(int(digits, 16)) if digits else _SIMPLE.get(found["simple"], "\\")
            return len(found[0]), character
        if found := _BLANKS.match(text, place + 1):
            return found.end() - place, "\n" * (len(_BREAK.findall(found[0])) - 1)
        return 1, ""
    return (1, text[place]) if place < len(text) else (0, "")


def _block_offsets(text: str, start: int, value: str, style: str) -> list[int] | None:
    """Block scalars: each line of the file below the header is found again in the value."""
    header = _BREAK.search(text, start)
    place = header.end() if header else len(text)
    indent = _block_indent(text, place, value)
    offsets: list[int] = []
    while len(offsets) < len(value) and place < len(text):
        found = _BREAK.search(text, place)
        end = found.start() if found else len(text)
        first = min(place + indent, end)
        if not value.startswith(text[first:end], len(offsets)):
            if text[first:end].strip(" "):
                return None
            first = end  # a blank line that is longer than the indentation
        offsets += range(first, end)
        offsets += [end] * _breaks(value, len(offsets), folded=style == ">", blank=first == end)
        place = found.end() if found else len(text)
    return [*offsets, offsets[-1] + 1 if offsets else place] if len(offsets) == len(value) else None


def _breaks(value: str, read: int, folded: bool, blank: bool) -> int:
    """How many characters of the value the end of a line makes: folded, a space, or newlines up to the next text."""
    if not folded:
        return int(value.startswith("\n", read))
    if value.startswith(" ", read) and not blank:
        return 1
    return len(value) - read - len(value[read:].lstrip("\n"))


def _block_indent(text: str, place: int, value: str) -> int:
    """The indentation of the block: that of its first line with text, less the spaces the value keeps of it."""
    line = next((m[0] for m in re.compile(r"[^\r\n]+").finditer(text, place) if m[0].strip(" ")), "")
    kept = next((v for v in value.split("\n") if v.strip(" ")), "")
    return max(0, (len(line) - len(line.lstrip(" "))) - (len(kept) - len(kept.lstrip(" "))))
