"""The printed sheet of the shipped catalogue: its pages, sizes, look-ups and bookmarks."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

import cheatsheet
from cheatsheet.catalogue.entries import Catalogue
from cheatsheet.catalogue.reports import check_entries
from cheatsheet.language.glossary import word
from cheatsheet.pages.book import worked
from cheatsheet.pages.compile import compile_all
from cheatsheet.pages.document import document
from cheatsheet.pages.model import DisplayBlock, Document, StepsBlock
from cheatsheet.pages.templating import render
from tools.printed import ink, page_count, said_by, text_sizes

needs_tex = pytest.mark.skipif(
    shutil.which("xelatex") is None and "CI" not in os.environ,
    reason="xelatex is not installed: run scripts/install-tex.sh",
)
SMALLEST = 6.0
"""Points."""

LOOK_UPS = {
    "quadratic-form": ("xᵀAx", "二次型", "Quadratic form"),
    "linear-map": ("∂Ax/∂x", "线性映射", "Linear map"),
    "least-squares-gradient": ("‖Ax-b‖²", "最小二乘的梯度", "Gradient of least squares"),
    "softmax-jacobian": ("softmax 的雅可比", "Jacobian of softmax"),
    "logdet-gradient": ("logdet(X)", "对数行列式的梯度", "Gradient of the log-determinant"),
    "differential-of-inverse": ("d(X⁻¹)", "逆矩阵的微分", "Differential of the inverse"),
    "trace-of-three-factors-by-middle": ("∂tr(AXB)/∂X", "三个因子之积的迹", "Trace of a product of three"),
    "vec-of-product": ("vec(AXB)", "三个矩阵之积的向量化", "Vec of a product of three"),
    "hadamard-product-rule": ("哈达玛积的求导法则", "Product rule for Hadamard"),
    "exponential-by-scalar": ("矩阵指数对标量", "Matrix exponential by a scalar"),
    "woodbury": ("伍德伯里", "Woodbury"),
    "frobenius-norm-squared": ("弗罗贝尼乌斯范数", "Squared Frobenius norm"),
    "sigmoid-derivatives": ("sigmoid 函数的导数", "Derivatives of the sigmoid"),
    "logistic-regression-hessian": ("逻辑回归的海森", "Hessian of logistic"),
    "chain-rule-jacobians": ("雅可比矩阵的链式法则", "Chain rule for Jacobians"),
    "gaussian-by-covariance": ("对协方差", "with respect to its covariance"),
}
"""What a reader looks for, by a formula and in either language, and the entry that it is."""


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


@pytest.fixture(scope="module")
def book(pages: Document, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The handbook of the entries of the sheet; nothing in it sticks out, is missing or is scaled down."""
    compiled = compile_all({"handbook": render(pages, "handbook")}, tmp_path_factory.mktemp("book"))
    assert compiled["handbook"].problems == ()
    return compiled["handbook"].pdf


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
    sizes = text_sizes(printed)
    assert len(sizes) > 5
    assert {size: words for size, words in sizes.items() if size < SMALLEST} == {}


@needs_tex
def test_a_quarter_of_the_text_block_of_the_handbook_carries_ink(book: Path) -> None:
    shares = ink(book)
    assert sum(shares) / len(shares) >= 0.25


def test_every_entry_of_the_sheet_has_a_derivation_or_says_what_is_cited(pages: Document) -> None:
    entries = [page for section in pages.sections for page in section.entries if page.claims]
    shown = {page.id: worked(page).shown for page in entries}
    without = [
        id_
        for id_, blocks in shown.items()
        if not any(isinstance(b, StepsBlock) or (isinstance(b, DisplayBlock) and b.cited) for b in blocks)
    ]
    assert without == []


def test_what_a_derivation_rests_on_stands_before_it(pages: Document) -> None:
    for page in (page for section in pages.sections for page in section.entries):
        before: set[int] = set()
        for block in worked(page).shown:
            if isinstance(block, StepsBlock):
                assert set(block.cites) <= before, page.id
            if isinstance(block, (StepsBlock, DisplayBlock)):
                before |= {block.of}


@needs_tex
@pytest.mark.parametrize(("entry", "words"), [(entry, w) for entry, all_ in LOOK_UPS.items() for w in all_])
def test_a_search_finds_the_entry(pages: Document, printed: Path, words: str, entry: str) -> None:
    """In the order of the file, the first or second hit is beside the name of the entry."""
    names = {e.page.id: e.page.name for box in pages.boxes for e in box.entries}
    text = re.sub(r"\s+", "", said_by("pdftotext", "-raw", printed, "-").decode("utf-8"))
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
    catalogue = cheatsheet.load()
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
