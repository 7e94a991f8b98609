"""What is said of a catalogue that is malformed or hostile."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import yaml

import cheatsheet
from cheatsheet.catalogue import nodes
from cheatsheet.catalogue.nodes import LARGEST_FILE
from cheatsheet.language.errors import MOST_PROBLEMS, CatalogueError
from tests.catalogue.texts import read

HERE = Path(__file__).parents[1]
CASES = [
    pytest.param(case["file"], case["expected"], id=f"{path.stem}: {case['case']}")
    for path in sorted((HERE / "malformed").glob("*.yaml"))
    for case in yaml.safe_load(path.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_malformed_catalogue_gets_exactly_this_message(text: str, expected: str) -> None:
    with pytest.raises(CatalogueError) as caught:
        read(text)
    assert str(caught.value) == expected.rstrip("\n")


def test_there_are_thirty_malformed_catalogues_at_least() -> None:
    assert len(CASES) >= 30


def test_problems_are_reported_together_in_the_order_of_the_file() -> None:
    with pytest.raises(CatalogueError) as caught:
        read("layout: rows\nsymbols: {x: n}\ntitle: {zh: 手册}\nsections: [{id: A}]\n")
    positions = [problem.position for problem in caught.value.problems]
    assert len(positions) == 6
    assert positions == sorted(positions)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "the file is empty; expected title and sections"),
        (b"title: {zh: \xff\xfe}", "byte 0xFF is not UTF-8"),
        ("title: 手册".encode("gb18030"), "byte 0xCA is not UTF-8"),
        (b"\x7fELF\x02\x01\x01\x00\x00", "the character U+007F cannot stand in a catalogue"),
        (b"[" * 1_000_000, "more than 32 levels are nested here"),
        (b"- " * 100_000, "more than 32 levels are nested here"),
        (b"{a: " * 100_000, "more than 32 levels are nested here"),
        (b"[" + b"x," * 3_000_000, "at most 1000000 pieces of YAML are read"),
        (b" " * (LARGEST_FILE + 1), "at most 16 MB are read"),
        (b"&a [*a, *a]", "is a YAML anchor, and the format has none"),
        (b"? [a]\n: b\n", "a key is a list here"),
        (b"%YAML 1.1\n%TAG ! tag:x,2000:\n---\n!thing {}", "is a YAML tag, and the format has none"),
    ],
)
def test_hostile_file_gets_one_clear_message_in_bounded_time(
    tmp_path: Path, data: bytes, expected: str
) -> None:
    path = tmp_path / "hostile.yaml"
    path.write_bytes(data)
    start = time.process_time()
    with pytest.raises(CatalogueError, match="hostile") as caught:
        cheatsheet.load(path)
    assert expected in str(caught.value)
    assert len(str(caught.value)) < 2000
    assert time.process_time() - start < 10


@pytest.mark.parametrize("limit", [40, 1000])
@pytest.mark.parametrize("opening", ["[", "{a: ", "[[], {a: ", "['[[[', "])
def test_our_limit_of_nesting_speaks_before_that_of_the_library(
    monkeypatch: pytest.MonkeyPatch, limit: int, opening: str
) -> None:
    class Limited(yaml.SafeLoader):
        def fetch_flow_collection_start(self, token: type) -> None:
            if self.flow_level >= limit:
                raise yaml.scanner.ScannerError(None, None, "too deep for me", self.get_mark())
            super().fetch_flow_collection_start(token)

    monkeypatch.setattr(nodes, "_LOADER", Limited)
    with pytest.raises(CatalogueError, match="more than 32 levels are nested here"):
        read(opening * 2000)
    with pytest.raises(CatalogueError, match="not valid YAML"):  # thirty levels are ours to allow
        read(opening * (30 // sum(opening.count(c) for c in "[{") or 1) + "\n%")


def test_path_that_is_no_file_gets_a_message(tmp_path: Path) -> None:
    for path, message in [
        (tmp_path / "none.yaml", "there is no such file"),
        (tmp_path, "this is a directory"),
        (Path("/dev/null"), "this is not a regular file"),
        (tmp_path / ("x" * 5000), "the file cannot be read"),
        ("bad\0name", "the file cannot be read"),
    ]:
        with pytest.raises(CatalogueError, match=message):
            cheatsheet.load(path)


def test_what_is_wrong_a_thousand_times_is_not_said_a_thousand_times() -> None:
    keys = "".join(f"key-{i}: 1\n" for i in range(20_000))
    start = time.process_time()
    with pytest.raises(CatalogueError, match="the rest is not shown") as caught:
        read(keys)
    assert len(caught.value.problems) == MOST_PROBLEMS + 1
    assert time.process_time() - start < 10


def test_a_caret_is_not_moved_by_wide_characters_or_control_codes() -> None:
    with pytest.raises(CatalogueError) as caught:
        read("title: {zh: 矩阵求导, en: Sheet, de: no}\nsections: []")
    line, carets = str(caught.value.problems[0].render()).splitlines()[1:3]
    assert line.endswith("{zh: 矩阵求导, en: Sheet, de: no}")
    assert carets.index("^") - line.index("de:") == len("矩阵求导")  # each takes two columns
