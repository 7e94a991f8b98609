"""YAML text → nodes with positions, and nothing more: no tags, no aliases, no types guessed from the look of a word.

YAML's own loaders keep the last of two equal keys, read ``no`` as false and ``n`` as they please, run constructors that
a tag names and multiply an anchored node as often as an alias asks. A catalogue needs none of it. The parser's events
are read one by one, so that depth and size stay bounded whatever the file holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from cheatsheet.errors import MOST_PROBLEMS, CatalogueError, Position, Problem
from cheatsheet.source import Passage, SourceFile

LARGEST_FILE = 16 * 1024 * 1024
MOST_NODES = 500_000
DEEPEST_NESTING = 32
_UNPRINTABLE = re.compile(
    "[^\t\n\r -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Node:
    """A node of the file and where it starts."""

    __slots__ = ("column", "line")
    what = "nothing"

    def __init__(self, mark: Any) -> None:
        self.line: int = mark.line + 1
        self.column: int = mark.column + 1

    @property
    def position(self) -> Position:
        return Position(self.line, self.column)

    @property
    def width(self) -> int:
        return 1


class Scalar(Node):
    """A text, whatever it looks like; ``style`` is empty for plain text."""

    __slots__ = ("style", "text")
    what = "a text"

    def __init__(self, event: Any) -> None:
        super().__init__(event.start_mark)
        self.text: str = event.value
        self.style: str = event.style or ""

    @property
    def is_null(self) -> bool:
        """Whether nothing was written here, or one of YAML's words for nothing."""
        return not self.style and self.text in ("", "~", "null", "Null", "NULL")

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

    def __init__(self, mark: Any) -> None:
        super().__init__(mark)
        self.items: list[Node] = []


class Mapping(Node):
    """Keys and values in the order of the file, each key once."""

    __slots__ = ("pairs",)
    what = "a mapping"

    def __init__(self, mark: Any) -> None:
        super().__init__(mark)
        self.pairs: dict[str, tuple[Scalar, Node]] = {}


class Refused(Node):
    """Stands for something that has been complained about already."""

    __slots__ = ()


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
    composer = _Composer(report)
    for event in _events(file, report):
        composer.take(event)
    if composer.root is None or (isinstance(composer.root, Scalar) and composer.root.is_null):
        report.stop(Position(1, 1), "the file is empty", "expected title and sections")
    return composer.root, report


def _events(file: SourceFile, report: Report) -> Iterator[Any]:
    loader = _LOADER(file.text)
    try:
        while not isinstance(event := loader.get_event(), StreamEndEvent):
            yield event
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        position = Position(mark.line + 1, mark.column + 1) if mark else None
        message = (error.problem or error.context or "not YAML").replace("\n", " ")
        report.stop(position, f"not valid YAML: {message}", hint=_yaml_hint(message))
    except yaml.YAMLError as error:
        report.stop(None, f"not valid YAML: {' '.join(str(error).split())}")
    finally:
        loader.dispose()


def _yaml_hint(message: str) -> str:
    if "mapping values are not allowed" in message:
        return "a text that has a colon and a space in it needs quotes"
    if "cannot start any token" in message:
        return "a text that starts with @, ` or % needs quotes, and lines are indented with spaces, not tabs"
    if "did not find expected ',' or" in message:
        return "between { } and [ ] a text that has a comma, a bracket or a brace in it needs quotes"
    if "did not find expected" in message or "could not find expected" in message:
        return "look at the indentation here, and for a bracket, brace or quote that is not closed above"
    return ""


class _Composer:
    """Builds the tree from events with a stack of its own, so that nesting cannot exhaust the interpreter's."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.root: Node | None = None
        self.stack: list[Node] = []
        self.keys: list[Scalar | None] = []
        self.nodes = 0

    def take(self, event: Any) -> None:
        kind = event.__class__
        if kind is ScalarEvent:
            self.check(event, event.tag if event.tag != "!" else None)
            self.place(Scalar(event))
        elif kind is MappingStartEvent or kind is SequenceStartEvent:
            self.check(event, event.tag)
            node = Mapping(event.start_mark) if kind is MappingStartEvent else Sequence(event.start_mark)
            self.place(node)
            self.open(node)
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            self.stack.pop()
            self.keys.pop()
        elif kind is AliasEvent:
            alias = Refused(event.start_mark)
            self.report.add(
                alias, f"*{event.anchor} is a YAML alias", "aliases are not part of the format", _QUOTES
            )
            self.place(alias)
        elif kind is DocumentStartEvent and self.root is not None:
            mark = event.start_mark
            self.report.stop(
                Position(mark.line + 1, mark.column + 1), "a second document starts here", "expected one"
            )

    def check(self, event: Any, tag: str | None) -> None:
        """Complain about a tag or an anchor, and about a file without end."""
        self.nodes += 1
        if self.nodes > MOST_NODES:
            self.report.stop(None, f"the file has more than {MOST_NODES} nodes")
        if tag is not None:
            self.report.add(
                Node(event.start_mark),
                f"{tag[:60]} is a YAML tag",
                "tags are not part of the format",
                _QUOTES,
            )
        if event.anchor is not None:
            self.report.add(
                Node(event.start_mark),
                f"&{event.anchor[:60]} is a YAML anchor",
                "anchors are not part of the format",
                _QUOTES,
            )

    def open(self, node: Node) -> None:
        if len(self.stack) >= DEEPEST_NESTING:
            self.report.stop(
                node.position,
                f"more than {DEEPEST_NESTING} levels are nested here",
                "",
                "close a bracket or a brace above",
            )
        self.stack.append(node)
        self.keys.append(None)

    def place(self, node: Node) -> None:
        """Put a node where it belongs: the root, an item of a list, a key or the value of the last key."""
        if not self.stack:
            self.root = node
            return
        parent = self.stack[-1]
        if isinstance(parent, Sequence):
            parent.items.append(node)
            return
        assert isinstance(parent, Mapping)
        key = self.keys[-1]
        if key is None:
            self.keys[-1] = self.key(node)
            return
        self.keys[-1] = None
        if key.text not in parent.pairs:
            parent.pairs[key.text] = (key, node)
        else:
            first = parent.pairs[key.text][0]
            self.report.add(
                key, f"the key {key.text!r} stands here a second time", f"the first is in line {first.line}"
            )

    def key(self, node: Node) -> Scalar:
        if isinstance(node, Scalar):
            return node
        self.report.stop(node.position, f"a key is {node.what} here", "expected a word", _QUOTES)


_QUOTES = "put the text between quotes if it is meant as text"
