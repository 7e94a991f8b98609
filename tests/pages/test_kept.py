"""Pages kept on disk: by a key that sees all that a page is made from."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import cheatsheet
from cheatsheet.catalogue.entries import Citation, Claim
from cheatsheet.catalogue.reports import ClaimReport
from cheatsheet.derivatives.rules import laws
from cheatsheet.language.glossary import Text
from cheatsheet.pages import keys
from cheatsheet.pages.kept import Chapters, PageShelf
from cheatsheet.pages.keys import PageKeys
from cheatsheet.pages.model import Document, EntryPage, SectionPage
from cheatsheet.verdicts.verdicts import Verdict
from tests.pages.samples import page, report

ROOT = Path(__file__).parents[2]


def test_a_page_comes_back_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    made = [page("quadratic-form"), page("shape-table")]
    shelf = PageShelf()
    shelf.keep(["a", "b"], made)
    shelf.close()
    again = PageShelf()
    assert again.find(["a", "b", "c"]) == dict(zip("ab", made, strict=True))
    again.close()


@pytest.mark.parametrize(
    "data", [b"", b"rubbish", pickle.dumps(os.system), pickle.dumps(["no page"]), "text"]
)
def test_what_is_no_page_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: bytes | str
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    shelf = PageShelf()
    shelf.shelf.keep({"a": data})
    assert shelf.find(["a"]) == {}
    shelf.close()


def test_a_chapter_is_written_anew_where_an_entry_that_it_cites_has_another_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    citing, cited = (replace(page(id), key=id) for id in ("power-of-norm", "differential-of-norm"))
    assert citing.cited == (cited.id,)

    def key(number: str, of: EntryPage = citing) -> str:
        chapters = [(of,), (replace(cited, number=number),)]
        sections = [
            SectionPage(str(k), f"s{k}", Text("节", "Section"), own) for k, own in enumerate(chapters)
        ]
        return Chapters(Document(Text("手册", "Sheet"), tuple(sections))).keys["s0"]

    assert key("2.1") == key("2.1") != key("2.2")
    other = replace(page("shape-table"), key="shape-table")
    assert key("2.1", other) == key("2.2", other)


def _read_elsewhere(claim: Claim, **changes: Any) -> Claim:
    """A claim of the same words, whose names stand for something else."""
    return replace(claim, scope=replace(claim.scope, **changes))


@pytest.mark.parametrize("source", ["engine_version", "GLOSSARY", "LAWS"])
def test_the_key_of_a_page_sees_what_makes_it(
    source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The program, the words and the laws."""
    whole = report("quadratic-form")
    before = PageKeys(None).key(whole)
    (tmp_path / "other.yaml").write_text("other")
    other: Any = (lambda: "another") if source == "engine_version" else tmp_path / "other.yaml"
    monkeypatch.setattr(keys, source, other)
    assert PageKeys(None).key(whole) != before


def test_the_laws_that_a_page_is_keyed_by_are_those_that_derivations_use() -> None:
    assert keys.LAWS == laws.FILE


def test_the_key_of_a_page_sees_every_part_of_its_entry() -> None:
    whole = report("quadratic-form")
    entry = whole.entry
    derivation = next(e for e in cheatsheet.load() if e.derivations).derivations[0]
    refuted = ClaimReport(whole.claims[0].claim, Verdict("checked"))
    others = [
        replace(whole, entry=changed)
        for changed in (
            replace(entry, note=Text("说明", "another note")),
            replace(entry, name=Text("名", "name")),
            replace(entry, tags=("other",)),
            replace(entry, citations=(Citation("elsewhere"),)),
            replace(entry, claims=entry.claims[:-1] or (*entry.claims, *entry.claims)),
            replace(entry, pitfalls=()),
            replace(entry, id="other"),
            replace(entry, aliases=("other",)),
            replace(entry, show=("other",)),
            replace(entry, scope=replace(entry.scope, layout="mixed")),
            replace(entry, scope=replace(entry.scope, let={"S": entry.claims[0].passage})),
            replace(entry, claims=(_read_elsewhere(entry.claims[0], layout="mixed"), *entry.claims[1:])),
            replace(entry, claims=(_read_elsewhere(entry.claims[0], given={}), *entry.claims[1:])),
            replace(
                entry, pitfalls=(replace(entry.pitfalls[0], why=Text("错", "wrong")), *entry.pitfalls[1:])
            ),
            replace(entry, derivations=(derivation,)),
            replace(entry, derivations=(replace(derivation, style="other"),)),
            replace(entry, derivations=(replace(derivation, lines=derivation.lines[:-1]),)),
            replace(entry, example=None if entry.example else {"x": ((Fraction(1),),)}),
            replace(entry, scope=replace(entry.scope, given=dict(reversed(entry.given.items())))),
        )
    ] + [replace(whole, claims=(refuted, *whole.claims[1:]))]
    made = PageKeys(None)
    assert len({made.key(r) for r in (whole, *others)} | {PageKeys("mixed").key(whole)}) == len(others) + 2
    timed = replace(
        whole, claims=tuple(replace(r, verdict=replace(r.verdict, seconds=9.0)) for r in whole.claims)
    )
    assert made.key(timed) == made.key(whole)


ORDER = """
import sys
import cheatsheet
from cheatsheet.pages.document import entry_page

catalogue = cheatsheet.load()
pages = {id_: entry_page(catalogue[id_].check()) for id_ in sys.argv[1:]}
print({id_: pages[id_] for id_ in sorted(pages)})
"""


def test_a_page_does_not_depend_on_what_was_worked_on_before() -> None:
    """The same input gives the same bytes, however the entries fall on the cores."""
    ids = ["power-transpose", "power-diagonal", "softmax-jacobian", "vec-of-product", "squared-norm"]
    found = {
        subprocess.run(
            [sys.executable, "-c", ORDER, *order], capture_output=True, text=True, check=True, cwd=ROOT
        ).stdout
        for order in (ids, ids[::-1])
    }
    assert len(found) == 1
