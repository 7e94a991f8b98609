"""The indexes at the end: Chinese names where a Chinese reader looks for them, and people by their own spelling."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from cheatsheet.language.glossary import Text
from cheatsheet.pages import indexes
from cheatsheet.pages.indexes import book_indexes, chinese_order, name_index, people_index
from cheatsheet.pages.model import Document, EntryPage, SectionPage
from tests.pages.samples import catalogue

FIRST, LAST = b"\xb0\xa1", b"\xd7\xf9"  # of the characters that the national encoding has by pinyin


def pages() -> list[EntryPage]:
    return [EntryPage("", e.id, e.name, note=e.note, aliases=e.aliases) for e in catalogue()]


@pytest.mark.parametrize(
    "names",
    [
        ["函数", "行列式", "豪斯霍尔德反射"],  # háng, not xíng
        ["三角矩阵", "熵的梯度", "上三角矩阵"],  # not behind all others, where the encoding has it
        ["充分统计量", "重参数化", "初等变换"],  # chóng, not zhòng
        ["公式 (28)", "公式 (95)", "公式 (127)"],  # by number
        ["KL 散度", "log-sum-exp", "ReLU", "迹"],  # Latin ones first, whatever their case
    ],
)
def test_names_stand_where_they_are_read(names: list[str]) -> None:
    keys = [chinese_order(name) for name in names]
    assert keys == sorted(set(keys))


def test_every_character_of_the_catalogue_has_its_place() -> None:
    listed = yaml.safe_load(Path(indexes.__file__).with_name("readings.yaml").read_text(encoding="utf-8"))
    names = [text for page in pages() for text in (page.name.zh, *page.aliases)]
    written = set(re.findall(r"[\u4e00-\u9fff]", "".join(names))) - set(listed)
    misplaced = {c for c in written if not FIRST <= c.encode("gb18030") <= LAST}
    assert not misplaced, f"readings.yaml does not say where they are sorted: {misplaced}"
    assert all(FIRST <= c.encode("gb18030") <= LAST for read in listed.values() for c in read)


def test_a_chinese_index_that_stands_alone_has_abbreviations_and_no_english() -> None:
    entry = EntryPage(
        "", "x", Text("支持向量机", "Support vector machine"), aliases=("SVM", "margin", "im2col", "铰链")
    )
    beside = [item.text for item in name_index([entry], "zh")]
    alone = [item.text for item in name_index([entry], "zh", alone=True)]
    assert beside == ["铰链", "支持向量机"]
    assert alone == ["im2col", "SVM", "铰链", "支持向量机"]


def test_people_are_found_by_their_own_spelling() -> None:
    found = {item.text: [page.id for page in item.places] for item in people_index(pages())}
    assert "woodbury" in found["Woodbury 伍德伯里"]
    assert list(found) == sorted(found)
    listed = yaml.safe_load(Path(indexes.__file__).with_name("people.yaml").read_text(encoding="utf-8"))
    assert len(found) == len(listed), "somebody is listed after whom nothing is named"
    section = SectionPage("1", "s", Text("章", "Chapter"), tuple(pages()[:3]))
    assert "index-people" in dict(book_indexes(Document(Text("书", "Book"), (section,), "zh")))
    assert "index-people" not in dict(book_indexes(Document(Text("书", "Book"), (section,), "both")))
