"""The catalogue for other programs: complete, well-formed, and known by the same names after an edit."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import sys
import zipfile
from pathlib import Path

import click
import jsonschema
import pytest
from click.testing import CliRunner

from cheatsheet.cli import main

ROOT = Path(__file__).parents[2]
CATALOGUE = """
title: {zh: 手册, en: Sheet}
sections:
  - id: s
    title: {zh: 节, en: Section}
    entries:
      - id: quadratic
        name: {zh: 二次型, en: Quadratic form}
        given: {x: [n], A: [n, n]}
        claim:
          - diff(x.T @ A @ x, x) == x.T @ (A + A.T)
          - grad(x.T @ A @ x, x) == (A + A.T) @ x
        note: {zh: '对 $A^{\\mathsf T}$ 也成立', en: 'Holds for $A^{\\mathsf T}$ & co'}
        pitfalls:
          - claim: diff(x.T @ A @ x, x) == 2 * x.T @ A
            why: {zh: 对称, en: symmetric only}
        tags: [gradient]
"""


def exported(folder: Path, kind: str, text: str = CATALOGUE) -> Path:
    (folder / "identities.yaml").write_text(text, encoding="utf-8")
    target = folder / f"out.{kind}"
    done = CliRunner().invoke(main, ["export", kind, str(folder / "identities.yaml"), "-o", str(target)])
    assert done.exit_code == 0, done.output
    return target


def test_json_is_as_its_schema_says(tmp_path: Path) -> None:
    made = json.loads(exported(tmp_path, "json").read_text(encoding="utf-8"))
    jsonschema.validate(made, json.loads((ROOT / "docs" / "export.schema.json").read_text(encoding="utf-8")))
    (entry,) = made["sections"][0]["entries"]
    forms = entry["claims"][0]["forms"]
    assert [form["layouts"] for form in forms] == [["numerator"], ["denominator", "mixed"]]
    assert "\\M" not in json.dumps(made)
    assert entry["pitfalls"][0]["verdict"] == "refuted"


def test_csv_has_a_row_for_each_form(tmp_path: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(exported(tmp_path, "csv").read_text(encoding="utf-8"))))
    assert [(row["id"], row["layouts"]) for row in rows] == [
        ("quadratic", "numerator"),
        ("quadratic", "denominator mixed"),
        ("quadratic", ""),
    ]
    assert {row["verdict"] for row in rows} == {"proved"}


def test_markdown_has_formulas_between_dollars_and_no_macros(tmp_path: Path) -> None:
    text = exported(tmp_path, "md").read_text(encoding="utf-8")
    assert "$$\n\\frac{\\partial" in text
    assert "\\M" not in text
    assert text.count("$$") % 2 == 0


def notes(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as package:
        package.extract("collection.anki2", path.parent)
    with sqlite3.connect(path.parent / "collection.anki2") as base:
        return {str(guid): str(fields) for guid, fields in base.execute("select guid, flds from notes")}


def test_cards_of_anki_are_known_by_the_same_names_after_an_edit(tmp_path: Path) -> None:
    first = notes(exported(tmp_path, "anki"))
    edited = CATALOGUE.replace("Quadratic form", "Quadratic forms").replace(
        "symmetric only", "only if symmetric"
    )
    second = notes(exported(tmp_path, "anki", edited))
    assert len(first) == 2
    assert first.keys() == second.keys()
    assert first != second


def test_a_card_has_the_derivation_of_its_own_claim(tmp_path: Path) -> None:
    before = "diff(x.T @ x, x) != x.T"
    made = notes(
        exported(tmp_path, "anki", CATALOGUE.replace("claim:\n", f"claim:\n          - {before}\n", 1))
    )
    steps = {fields[0]: fields[5] for fields in (text.split("\x1f") for text in made.values())}
    assert steps["quadratic-0"] == ""
    assert "<li>" in steps["quadratic-1"]
    assert r"\nabla" in steps["quadratic-2"]
    assert r"\nabla" not in steps["quadratic-1"]


@pytest.mark.parametrize("kind", ["anki", "json"])
def test_what_does_not_hold_is_not_exported(tmp_path: Path, kind: str) -> None:
    wrong = CATALOGUE.replace("x.T @ (A + A.T)", "2 * x.T @ A")
    (tmp_path / "identities.yaml").write_text(wrong, encoding="utf-8")
    target = tmp_path / "out"
    done = CliRunner().invoke(main, ["export", kind, str(tmp_path / "identities.yaml"), "-o", str(target)])
    assert done.exit_code == 1
    assert not target.exists()


def test_a_deck_goes_into_a_pipe_and_not_onto_a_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "identities.yaml").write_text(CATALOGUE, encoding="utf-8")
    arguments = ["export", "anki", "identities.yaml", "-o", "-"]
    piped = CliRunner().invoke(main, arguments)
    assert piped.exit_code == 0, piped.stderr
    assert zipfile.is_zipfile(io.BytesIO(piped.stdout_bytes))
    assert not (tmp_path / "-").exists()
    with CliRunner().isolation() as streams:
        monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
        with pytest.raises(click.UsageError, match="terminal"):
            main(arguments, standalone_mode=False)
        assert streams[0].getvalue() == b""


@pytest.mark.parametrize("kind", ["anki", "json"])
def test_a_file_that_cannot_be_written_is_named_as_it_was_asked_for(tmp_path: Path, kind: str) -> None:
    (tmp_path / "identities.yaml").write_text(CATALOGUE, encoding="utf-8")
    for target in (tmp_path / "nowhere" / "deck", tmp_path):
        done = CliRunner().invoke(
            main, ["export", kind, str(tmp_path / "identities.yaml"), "-o", str(target)]
        )
        assert done.exit_code == 2
        assert done.stderr.splitlines()[-1].startswith(f"{target}: ")
