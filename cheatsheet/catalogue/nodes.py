"""YAML text → nodes with positions, and nothing more: no tags, no aliases, no types guessed from the look of a word.

YAML's own loaders keep the last of two equal keys, read ``no`` as false and ``n`` as they please, run constructors that
a tag names and multiply an anchored node as often as an alias asks. A catalogue needs none of it. The parser's events
are read one by one, so that depth and size stay bounded whatever the file holds.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import yaml
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from cheatsheet.language.errors import MOST_PROBLEMS, CatalogueError, Position, Problem
from cheatsheet.language.source import Passage, SourceFile

LARGEST_FILE = 16 * 1024 * 1024
MOST_EVENTS = 1_000_000
DEEPEST_NESTING = 32
_TOO_DEEP = (f"more than {DEEPEST_NESTING} levels are nested here", "", "close a bracket or a brace above")
_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_UNPRINTABLE = re.compile(
    "[^\t\n\r -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Node:
    """A node of the file; ``mark`` is where it starts, as YAML counts, from 0."""

    __slots__ = ("mark",)
    what = "nothing"

    def __init__(self, mark: Any) -> None:
        self.mark = mark

    @property
    def position(self) -> Position:
        return Position(self.mark.line + 1, self.mark.column + 1)

    @property
    def width(self) -> int:
        return 1


class Scalar(Node):
    """A text, whatever it looks like; ``style`` is empty for plain text."""

    __slots__ = ("style", "text")
    what = "a text"

    def __init__(self, mark: Any, text: str, style: str) -> None:
        self.mark = mark
        self.text = text
        self.style = style

    @property
    def is_null(self) -> bool:
        """Whether nothing was written here, or one of YAML's words for nothing."""
        return self.text in _NULLS and not self.style

    @property
    def width(self) -> int:
        plain = not self.style and "\n" not in self.text
        return max(1, len(self.text)) if plain else len(self.text) + 2 if self.style in ("'", '"') else 1

    def passage(self, file: SourceFile) -> Passage:
        """The text together with where its characters stand in the file."""
        return Passage(self.text, file, self.position, self.style)


class Sequence(Node):
    """A list of nodes."""

    __slots__ = ("items",)
    what = "a list"

    def fill(self, children: list[Node], report: Report) -> None:
        self.items = children


class Mapping(Node):
    """Keys and values in the order of the file, each key once."""

    __slots__ = ("pairs",)
    what = "a mapping"
    pairs: dict[str, tuple[Scalar, Node]]

    def fill(self, children: list[Node], report: Report) -> None:
        """Take the nodes between the braces, keys and values in turn; complain about a key that comes twice."""
        self.pairs = {}
        for key, value in zip(children[::2], children[1::2], strict=True):
            if not isinstance(key, Scalar):
                report.stop(key.position, f"a key is {key.what} here", "expected a word", _QUOTES)
            if key.text in self.pairs:
                first = self.pairs[key.text][0].position.line
                report.add(
                    key, f"the key {key.text!r} stands here a second time", f"the first is in line {first}"
                )
            else:
                self.pairs[key.text] = (key, value)


class Refused(Node):
    """Stands for something that has been complained about already."""

    __slots__ = ()
    what = "an alias or a tag"


class Report:
    """Collects what is wrong with one file; gives up when there is more than anybody wants to read."""

    def __init__(self, file: SourceFile) -> None:
        self.file = file
        self.problems: list[Problem] = []

    def add(self, at: Node | None, message: str, expected: str = "", hint: str = "") -> None:
        position, width = (at.position, at.width) if at else (None, 1)
        self.append(self.file.problem(position, message, expected, hint, width))

    def append(self, problem: Problem) -> None:
        self.problems.append(problem)
        if len(self.problems) >= MOST_PROBLEMS:
            self.problems.append(
                Problem(self.file.name, None, f"more than {MOST_PROBLEMS} problems; the rest is not shown")
            )
            raise CatalogueError(self.problems)

    def stop(self, position: Position | None, message: str, expected: str = "", hint: str = "") -> NoReturn:
        """Report a problem after which nothing more can be read."""
        self.problems.append(self.file.problem(position, message, expected, hint))
        raise CatalogueError(self.problems)


def read_source(path: Path, name: str) -> SourceFile:
    """The text of a file that holds UTF-8; raises :class:`CatalogueError` with one problem for any other."""
    nowhere = SourceFile(name, "")
    report = Report(nowhere)
    try:
        if path.is_dir():
            report.stop(None, "this is a directory", "expected a catalogue in YAML")
        if path.exists() and not path.is_file():
            report.stop(None, "this is not a regular file", "expected a catalogue in YAML")
        with path.open("rb") as stream:
            data = stream.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        report.stop(None, "there is no such file", "expected a catalogue in YAML")
    except (OSError, ValueError) as error:
        report.stop(None, f"the file cannot be read ({getattr(error, 'strerror', None) or error})")
    if len(data) > LARGEST_FILE:
        report.stop(None, "the file is too large", f"at most {LARGEST_FILE // 1024**2} MB are read")
    return decode(data, name)


def decode(data: bytes, name: str) -> SourceFile:
    """The bytes of a file as text; raises :class:`CatalogueError` where they are not printable UTF-8."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = SourceFile(name, data[: error.start].decode("utf-8-sig"))
        at = before.position(len(before.text))
        Report(before).stop(
            at, f"byte 0x{data[error.start]:02X} is not UTF-8", "", "save the file as UTF-8 text"
        )
    file = SourceFile(name, text)
    if found := _UNPRINTABLE.search(text):
        code = ord(text[found.start()])
        at = file.position(found.start())
        Report(file).stop(at, f"the character U+{code:04X} cannot stand in a catalogue", "expected text")
    return file


def compose(file: SourceFile) -> tuple[Node, Report]:
    """The root node of the file and the report on it so far; raises :class:`CatalogueError` where YAML ends.

    >>> root, report = compose(SourceFile("a.yaml", "title: no"))
    >>> root.pairs["title"][1].text
    'no'
    """
    report = Report(file)
    loader = _LOADER(file.text)
    try:
        roots = _nodes(loader.get_event, report)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        position = Position(mark.line + 1, mark.column + 1) if mark else None
        if mark and (deep := _too_deep(file.text[: mark.index])):
            report.stop(deep, *_TOO_DEEP)
        message = (error.problem or error.context or "not YAML").replace("\n", " ")
        report.stop(position, f"not valid YAML: {message}", hint=_yaml_hint(message))
    except yaml.YAMLError as error:
        report.stop(None, f"not valid YAML: {' '.join(str(error).split())}")
    finally:
        loader.dispose()
    if not roots or (isinstance(roots[0], Scalar) and roots[0].is_null):
        report.stop(Position(1, 1), "the file is empty", "expected title and sections")
    if len(roots) > 1:
        report.stop(roots[1].position, "a second document starts here", "expected one")
    return roots[0], report


def _nodes(next_event: Callable[[], Any], report: Report) -> list[Node]:
    """The root of each document; a stack of our own, so that nesting cannot exhaust the interpreter's."""
    children: list[Node] = []
    stack: list[tuple[Mapping | Sequence, list[Node]]] = []
    for _ in range(MOST_EVENTS):
        event = next_event()
        kind = event.__class__
        if kind is ScalarEvent:
            scalar = Scalar(event.start_mark, event.value, event.style or "")
            plain = event.anchor is None and event.tag is None
            children.append(scalar if plain else _refuse(event, report))
        elif kind is MappingStartEvent or kind is SequenceStartEvent:
            node = Mapping(event.start_mark) if kind is MappingStartEvent else Sequence(event.start_mark)
            plain = event.anchor is None and event.tag is None
            children.append(node if plain else _refuse(event, report))
            stack.append((node, children))
            children = []
            if len(stack) > DEEPEST_NESTING:
                report.stop(node.position, *_TOO_DEEP)
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            node, above = stack.pop()
            node.fill(children, report)
            children = above
        elif kind is AliasEvent:
            children.append(_refuse(event, report))
        elif kind is StreamEndEvent:
            return children
    report.stop(None, "the file is too large", f"at most {MOST_EVENTS} pieces of YAML are read")


def _too_deep(text: str) -> Position | None:
    """Where more levels are open than may be, in what stands before a complaint of the YAML library.

    The library reads up to a thousand characters ahead and may have limits of its own: it can complain of a place far
    behind the one at which ours is passed. Without what it complained of, it hands out all that comes before.
    """
    depth = 0
    loader = _LOADER(text)
    try:
        while depth <= DEEPEST_NESTING:
            event = loader.get_event()
            if isinstance(event, StreamEndEvent):
                return None
            depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
    except yaml.YAMLError:
        return None
    finally:
        loader.dispose()
    return Position(event.start_mark.line + 1, event.start_mark.column + 1)


def _refuse(event: Any, report: Report) -> Refused:
    """Complain about an alias, an anchor or a tag."""
    node = Refused(event.start_mark)
    tag = getattr(event, "tag", None)
    if isinstance(event, AliasEvent):
        name, thing = f"*{event.anchor}", "alias"
    elif event.anchor is not None:
        name, thing = f"&{event.anchor}", "anchor"
    else:
        name, thing = str(tag).replace("tag:yaml.org,2002:", "!!"), "tag"
    report.add(
        node, f"{name[:60]} is a YAML {thing}, and the format has none", "expected plain text", _QUOTES
    )
    return node


def _yaml_hint(message: str) -> str:
    if "mapping values are not allowed" in message:
        return "a text that has a colon and a space in it needs quotes"
    if "cannot start any token" in message:
        return "a text that starts with @, ` or % needs quotes, and lines are indented with spaces, not tabs"
    if "did not find expected ',' or" in message:
        return (
            "each { and [ needs its } or ], and between them"
            " a text that has a comma, a bracket or a brace in it needs quotes"
        )
    if "did not find expected" in message or "could not find expected" in message:
        return "look at the indentation here, and for a bracket, brace or quote that is not closed above"
    return ""


_QUOTES = "put the text between quotes if it is meant as text"
