"""The printed sheet of the shipped catalogue: its pages, sizes, look-ups and bookmarks."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

import cheatsheet
from cheatsheet.catalogue.entries import Catalogue
from cheatsheet.catalogue.reports import check_entries
from cheatsheet.language.glossary import word
from cheatsheet.pages.compile import compile_all
from cheatsheet.pages.document import document
from cheatsheet.pages.model import Document
from cheatsheet.pages.templating import render

needs_tex = pytest.mark.skipif(
    shutil.which("xelatex") is None and "CI" not in os.environ,
    reason="xelatex is not installed: run scripts/install-tex.sh",
)
SMALLEST = 6.0
"""Points. Sizes are read at three times their size and rounded, so a third of a point more or less cannot be told."""

LOOK_UPS = {
    "xᵀAx": "quadratic-form",
    "二次型": "quadratic-form",
    "∂Ax/∂x": "linear-map",
    "‖Ax-b‖²": "least-squares-gradient",
    "softmax 的雅可比": "softmax-jacobian",
    "logdet(X)": "logdet-gradient",
    "d(X⁻¹)": "differential-of-inverse",
    "∂tr(AXB)/∂X": "trace-of-three-factors-by-middle",
    "vec(AXB)": "vec-of-product",
    "Product rule for Hadamard": "hadamard-product-rule",
    "矩阵指数对标量": "exponential-by-scalar",
    "Woodbury": "woodbury",
    "Frobenius": "frobenius-norm-squared",
    "sigmoid": "sigmoid-derivatives",
    "Hessian of logistic": "logistic-regression-hessian",
    "Chain rule for Jacobians": "chain-rule-jacobians",
    "对协方差": "gaussian-by-covariance",
}


def of_the_sheet(catalogue: Catalogue) -> Catalogue:
    """The catalogue without the entries that are not on its sheet."""
    chosen = {c.id for box in catalogue.sheet for c in (*box.entries, *box.mistakes)}
    sections = [replace(s, entries=tuple(e for e in s.entries if e.id in chosen)) for s in catalogue.sections]
    return replace(catalogue, sections=tuple(s for s in sections if s.entries))


@pytest.fixture(scope="module")
def pages() -> Document:
    catalogue = of_the_sheet(cheatsheet.load())
    return document(catalogue, check_entries(catalogue))


@pytest.fixture(scope="module")
def printed(pages: Document, tmp_path_factory: pytest.TempPathFactory) -> Path:
    compiled = compile_all({"cheatsheet": render(pages, "sheet")}, tmp_path_factory.mktemp("sheet"))
    assert compiled["cheatsheet"].problems == ()
    return compiled["cheatsheet"].pdf


def said_by(program: str, *arguments: str | Path) -> str:
    return subprocess.run([program, *arguments], capture_output=True, check=True).stdout.decode("utf-8")


def page_count(pdf: Path) -> int:
    return int(re.findall(r"Pages:\s+(\d+)", said_by("pdfinfo", pdf))[0])


@needs_tex
def test_four_pages_with_at_least_ninety_entries(pages: Document, printed: Path) -> None:
    assert page_count(printed) == 4
    assert len({entry.page.id for box in pages.boxes for entry in box.entries}) >= 90


@needs_tex
def test_letter_paper_takes_no_more_pages(pages: Document, tmp_path: Path) -> None:
    compiled = compile_all({"cheatsheet": render(replace(pages, paper="letter"), "sheet")}, tmp_path)
    assert page_count(compiled["cheatsheet"].pdf) <= 4


@needs_tex
def test_nothing_is_smaller_than_six_points(printed: Path) -> None:
    shown = said_by("pdftohtml", "-xml", "-i", "-zoom", "3", "-stdout", printed)
    sizes = dict(re.findall(r'<fontspec id="(\d+)" size="(\d+)"', shown))
    used = {
        sizes[font]: words for font, words in re.findall(r'<text [^>]*font="(\d+)"[^>]*>(.*)</text>', shown)
    }
    assert len(used) > 5
    assert {size: words for size, words in used.items() if int(size) < 3 * SMALLEST} == {}


@needs_tex
@pytest.mark.parametrize(("words", "entry"), LOOK_UPS.items())
def test_a_search_finds_the_entry(pages: Document, printed: Path, words: str, entry: str) -> None:
    """In the order of the file, the first or second hit is beside the name of the entry."""
    names = {e.page.id: e.page.name for box in pages.boxes for e in box.entries}
    text = re.sub(r"\s+", "", said_by("pdftotext", "-raw", printed, "-"))
    places = [m.start() for m in re.finditer(re.escape(re.sub(r"\s+", "", words)), text)][:2]
    assert places
    plain_name = re.sub(r"\s+|\$.*?\$", "", names[entry].en)
    near = [text[max(0, at - 160) : at + 160] for at in places]
    assert any(plain_name in part for part in near), near


def test_what_is_false_stands_among_the_mistakes_alone(pages: Document) -> None:
    for box in pages.boxes:
        for entry in box.entries:
            assert {claim.verdict for claim in entry.claims} <= {"proved", "differs", "checked", "sampled"}
    wrong = [mistake for box in pages.boxes for mistake in box.mistakes]
    assert {mistake.wrong.verdict for mistake in wrong} <= {"refuted", "invalid"}
    assert all(mistake.right.verdict == "proved" for mistake in wrong)
    source = render(pages, "sheet")
    assert len(re.findall(r"^\\MistakeRow\{", source, re.MULTILINE)) == len(wrong) > 5


def test_the_gradient_stands_beside_its_transpose(pages: Document) -> None:
    rows = {e.page.id: e.claims[0].as_row for box in pages.boxes for e in box.entries if e.claims}
    assert rows["quadratic-form"].cells == (r"(\M A + \M A\T)\M x", r"\M x\T(\M A + \M A\T)")
    assert rows["linear-map"].cells == (r"\M A\T", r"\M A")
    assert len(rows["gaussian-by-covariance"].cells) == 1  # symmetric: the same in either layout


def test_one_layout_leaves_the_others_out() -> None:
    catalogue = of_the_sheet(cheatsheet.load())
    ids = {"quadratic-form", "denominator-layout", "chain-rule-jacobians", "linear-map"}
    sections = [replace(s, entries=tuple(e for e in s.entries if e.id in ids)) for s in catalogue.sections]
    few = replace(catalogue, sections=tuple(s for s in sections if s.entries))
    report = check_entries(few)
    for layout, absent in (
        ("denominator", "numerator"),
        ("mixed", "denominator"),
        ("numerator", "denominator"),
    ):
        one = document(few, report, layout=layout)  # type: ignore[arg-type]
        shown = {page.id: page for section in one.sections for page in section.entries}
        assert ("denominator-layout" in shown) == (layout == "denominator")
        for kind in ("sheet", "handbook"):
            body = render(one, kind).partition(r"\begin{document}")[2]  # type: ignore[arg-type]
            assert rf"\Badge{{{absent}}}" not in body
            assert word(f"column-{absent}").zh not in body
            assert word(f"column-{absent}").en not in body.lower()
        badges = {name for page in shown.values() for p in page.pitfalls for name in p.layouts}
        assert badges <= {layout}
