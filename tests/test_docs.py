"""What the documents show is what the program does."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest
from click.testing import CliRunner

from cheatsheet.catalogue.load import parse_catalogue
from cheatsheet.catalogue.reports import check_entries
from cheatsheet.catalogue.schema import CATALOGUE, ENTRY, PITFALL, PROPERTIES, SHOWS, SYMBOL
from cheatsheet.cli import main
from cheatsheet.language.source import SourceFile
from cheatsheet.language.table import TABLE

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
FORMAT = (ROOT / "docs" / "format.md").read_text(encoding="utf-8")
HEAD = "title: {zh: 手册, en: Sheet}\nsections:\n  - id: s\n    title: {zh: 节, en: Section}\n    entries:\n"


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def test_the_formula_of_the_readme_is_proved_and_its_pitfall_refuted(tmp_path: Path) -> None:
    (entry,) = blocks(README, "yaml")
    path = tmp_path / "identities.yaml"
    path.write_text(HEAD + textwrap.indent(entry, "      "), encoding="utf-8")
    done = CliRunner().invoke(main, ["check", str(path)])
    assert done.stdout.startswith("✓ my-quadratic-form  proved; pitfall refuted")


def test_the_message_of_the_readme_is_that_of_the_program(tmp_path: Path) -> None:
    (entry,) = blocks(README, "yaml")
    refused, _ = blocks(README, "text")
    path = tmp_path / "identities.yaml"
    wrong = entry.replace("x.T @ (A + A.T)", "2 * A @ x")
    path.write_text(HEAD + textwrap.indent(wrong, "      "), encoding="utf-8")
    shown = CliRunner().invoke(main, ["check", str(path)]).stdout
    for line in refused.splitlines():
        said = re.sub(r"^identities.yaml:\d+:\d+: |^ +\d* \||^ +", "", line).strip()
        assert said in shown, said


def test_the_counterexample_of_the_readme_is_one() -> None:
    _, counterexample = blocks(README, "text")
    rows = re.findall(r"[⎡⎣\[]([^⎤⎦\]]*)[⎤⎦\]]", counterexample)
    (a, b), (c, d) = ([int(n) for n in row.split()] for row in (rows[0], rows[2]))
    x, y = int(rows[1]), int(rows[3])
    left, right = ([int(n) for n in row.split()] for row in rows[4:])
    assert left == [2 * a * x + (b + c) * y, (b + c) * x + 2 * d * y]
    assert right == [2 * (a * x + c * y), 2 * (b * x + d * y)]
    assert left != right


def test_the_example_of_the_format_is_a_catalogue_that_holds() -> None:
    catalogue = parse_catalogue(SourceFile("format.md", blocks(FORMAT, "yaml")[0]), Path("format.md"))
    assert check_entries(catalogue).ok


@pytest.mark.parametrize("name", sorted({*CATALOGUE, *ENTRY, *PITFALL, *SYMBOL, *PROPERTIES, *SHOWS}))
def test_the_format_explains_every_key_and_property(name: str) -> None:
    assert f"`{name}`" in FORMAT or f"{name}:" in FORMAT or f" {name} " in FORMAT


@pytest.mark.parametrize("name", [name for name, row in TABLE.items() if not row.infix])
def test_the_format_explains_every_function(name: str) -> None:
    along = TABLE[name].along
    written = "sum" if name == "total" else name
    assert re.search(rf"`{along}\(A, axis=1\)`" if along else rf"[`, ]{written}[`,( ]", FORMAT)


def test_the_readme_names_every_command() -> None:
    for name in main.commands:  # type: ignore[attr-defined]
        assert f"`cheatsheet {name}" in README
