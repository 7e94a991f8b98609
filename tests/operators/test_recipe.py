"""The recipe of the README, followed to the letter: the family of the function, the glossary, a word of the docs.

The function is the inverse hyperbolic sine, in a copy of the program. No other file is touched, and every test that
runs over the table passes for it.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NAME = "arcsinh"
ROW = """\
    function_of_one_element(
        "arcsinh",
        known_as("arcsinh", "asinh"),
        slope="1 / sqrt(1 + x ** 2)",
        at_zero=0,
        smoothness="entire",
        domain="everywhere",
        increasing=True,
        parity="odd",
        sign="any",
        saturates=None,
        exact=None,
        latex=notation.named("arsinh"),
        good="arcsinh(-x) == -arcsinh(x)",
    ),
"""
WORDS = "why-law-arcsinh: {zh: 反双曲函数的性质, en: properties of the inverse hyperbolic functions}\n"
SAID = """\
import cheatsheet
from cheatsheet.api import derive
from cheatsheet.catalogue.load import read_given
from cheatsheet.language.elaborate import Declarations
from cheatsheet.verdicts.check import verify_text

given = Declarations(read_given("a: [], x: [n], A: [m, n], b: [m]"))
for claim, status in {
    "diff(arcsinh(a), a) == 1 / sqrt(1 + a ** 2)": "proved",
    "diff(sum(arcsinh(A @ x - b)), x) == (ones(m) / sqrt(ones(m) + (A @ x - b) ** 2)).T @ A": "proved",
    "arcsinh(-a) + arcsinh(a) == 0": "proved",
    "arcsinh(a) == a": "refuted",
    "arcsinh(a) == arctan(a)": "refuted",
}.items():
    verdict = verify_text(claim, given)
    assert verdict.status == status, (claim, verdict)
found = derive("sum(arcsinh(A @ x))", wrt="x")
assert found.verdict.status == "proved"
assert found.steps and all(step.why.zh and step.why.en for step in found.steps[1:])
inner = derive("arcsinh(a) ** 2", wrt="a", given="a: []")
assert all("arcsinh" in inner.code[library] for library in ("numpy", "torch", "jax"))
assert "arsinh" in inner.latex
print("done")
"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program with the function added as the recipe says, and nothing else changed."""
    folder = tmp_path_factory.mktemp("copy")
    for name in ("cheatsheet", "docs", "tests", "templates", "web"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("README.md", "pyproject.toml", "conftest.py", "identities.yaml", "catalogue.schema.json"):
        shutil.copy(ROOT / name, folder / name)
    family = folder / "cheatsheet" / "operators" / "elementwise.py"
    family.write_text(
        family.read_text(encoding="utf-8").replace("FUNCTIONS = (\n", f"FUNCTIONS = (\n{ROW}"),
        encoding="utf-8",
    )
    glossary = folder / "cheatsheet" / "language" / "glossary.yaml"
    glossary.write_text(glossary.read_text(encoding="utf-8") + WORDS, encoding="utf-8")
    words = folder / "docs" / "format.md"
    words.write_text(
        words.read_text(encoding="utf-8").replace(" arctan ", f" arctan {NAME} "), encoding="utf-8"
    )
    return folder


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
    )


def test_the_row_says_what_the_one_of_the_readme_says() -> None:
    (row,) = re.findall(
        r"^    function_of_one_element\(\n.*?^    \),\n", (ROOT / "README.md").read_text(), re.S | re.M
    )
    facts = re.findall(r"^        (\w+)=", row, re.M)
    assert set(facts) - {"traps", "increasing"} == set(re.findall(r"^        (\w+)=", ROW, re.M)) - {
        "increasing"
    }


def test_the_new_function_is_proved_derived_printed_and_coded(copy: Path) -> None:
    done = run(copy, "-c", SAID)
    assert done.stdout == "done\n", done.stderr


def test_the_tests_over_the_table_pass_for_it(copy: Path) -> None:
    places = ["tests/operators/test_facts.py", "tests/test_docs.py"]
    done = run(copy, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", NAME, *places)
    assert done.returncode == 0, done.stdout
    assert re.search(r"^\.{10,} *\[100%\]", done.stdout, re.M), done.stdout


def test_without_its_word_in_the_format_it_is_missed(copy: Path) -> None:
    words = copy / "docs" / "format.md"
    whole = words.read_text(encoding="utf-8")
    words.write_text(whole.replace(f" {NAME} ", " "), encoding="utf-8")
    try:
        done = run(copy, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", NAME, "tests/test_docs.py")
        assert done.returncode == 1, done.stdout
    finally:
        words.write_text(whole, encoding="utf-8")
