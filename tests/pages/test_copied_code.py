"""What is copied from the page as NumPy or PyTorch, run: its value is that of the claim's left side."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, sync_playwright

import cheatsheet
from cheatsheet.catalogue.entries import Catalogue
from cheatsheet.catalogue.reports import CatalogueReport, ClaimReport, check_entries
from cheatsheet.evaluation.evaluate import Evaluator
from cheatsheet.evaluation.fields import Floating, UnsupportedError
from cheatsheet.evaluation.points import NoPointError, Points
from cheatsheet.language.expressions import Equation, Symbol, free_indices, inline_definitions, symbols
from cheatsheet.pages.claims import claim_in
from cheatsheet.pages.document import document
from cheatsheet.pages.web import render_page, write_page
from tests.pages.test_web import CHROMIUM, FLAGS

ENTRIES = """quadratic-form linear-map trace-of-three-factors-by-middle softmax-jacobian woodbury determinant-gradient
inverse-by-scalar vec-of-product logdet-gradient least-squares-gradient norm-gradient kronecker-mixed-product
norm-one-gradient self-kronecker-jacobian hessian-of-quadratic-form logdet-of-regularised-gram""".split()
WITHOUT_CODE = [("inverse-by-scalar", 0), ("inverse-by-scalar", 1)]
"""A derivative of a function that nobody knows is left in them."""
SIZES = {name: size for size, name in enumerate("m n p q r s t k".split(), 2)}


def part_of(ids: frozenset[str]) -> Catalogue:
    whole = cheatsheet.load()
    sections = (replace(s, entries=tuple(e for e in s.entries if e.id in ids)) for s in whole.sections)
    return replace(whole, sections=tuple(s for s in sections if s.entries), sheet=())


@pytest.fixture(scope="module")
def report() -> CatalogueReport:
    return check_entries(part_of(frozenset(ENTRIES)))


@pytest.fixture(scope="module")
def page(report: CatalogueReport, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    catalogue = part_of(frozenset(ENTRIES))
    html = render_page(document(catalogue, report), catalogue, report, calculator=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        made = browser.new_context(offline=True).new_page()
        made.goto(write_page(tmp_path_factory.mktemp("web"), html).as_uri())
        made.evaluate("navigator.clipboard.writeText = async (text) => { window.copied = text; }")
        yield made
        browser.close()


def copied(page: Page, entry: str, number: int, library: str) -> str:
    """The text that the button puts into the clipboard; empty where the page says that there is none."""
    page.evaluate("window.copied = undefined; document.querySelector('#toast').textContent = ''")
    claim = page.locator(f"[id='{entry}'] .claim").nth(number)
    claim.hover()
    claim.locator(f"button[data-copy={library}]").click()
    page.wait_for_function(
        "window.copied !== undefined || document.querySelector('#toast').textContent !== ''"
    )
    return str(page.evaluate("window.copied ?? ''"))


def points_of(equation: Equation) -> Iterator[tuple[Points, dict[str, Any]]]:
    """Points with the declared properties, as the evaluation takes them, and as arrays by name."""
    both = [symbol for side in (equation.lhs, equation.rhs) for symbol in symbols(inline_definitions(side))]
    names = tuple(dict.fromkeys(s for symbol in both for s in (symbol, *symbol.of) if isinstance(s, Symbol)))
    sizes = {n for symbol in names for n in symbol.shape.names}
    sizes |= {n for i in free_indices(equation.lhs).values() for n in i.axis.names}
    dims = {name: SIZES.get(name, 3) for name in sizes}
    for seed in range(8):
        points = Points(names, dims, 1, "dense", 8, seed)
        evaluator = Evaluator(points, Floating())
        arrays: dict[str, Any] = dict(dims)
        for symbol in names:
            free = tuple(axis.at(dims) for axis in symbol.shape.free_axes)
            value = np.asarray(points.value(symbol, evaluator.domain), float).reshape(free)
            arrays[symbol.name] = int(value) if "integer" in symbol.properties else value
        yield points, arrays


def expected(equation: Equation, points: Points) -> Any:
    """The left side as the evaluation has it, which knows no closed forms; None where it is undefined."""
    order = list(free_indices(equation.rhs).values())
    evaluator = Evaluator(points, Floating())
    with np.errstate(all="ignore"), evaluator.index_scope(order[::-1]):
        jet = evaluator(equation.lhs)
        if evaluator.domain.undefined.any():
            return None
        term = evaluator.full(jet.base, jet.rank)
    shape = (*(i.axis.at(points.dims) for i in order), 1, *term.shape[-2:])
    free = tuple(axis.at(points.dims) for axis in equation.rhs.shape.free_axes)
    return np.broadcast_to(term, shape).reshape((*shape[: len(order)], *free))


def ran(source: str, library: str, arrays: dict[str, Any]) -> Any:
    """The value of the copied text, by itself in a program."""
    names: dict[str, Any] = {"np": np, "math": math}
    if library == "torch":
        import torch

        names["torch"] = torch
        arrays = {
            name: torch.tensor(value.tolist(), dtype=torch.float64)
            if isinstance(value, np.ndarray)
            else value
            for name, value in arrays.items()
        }
    if "scipy" in source:
        import scipy.linalg

        names["scipy"] = scipy
    with np.errstate(all="ignore"):
        found = eval(source, names | arrays)
        return np.asarray(
            found.tolist() if library == "torch" and hasattr(found, "tolist") else found, dtype=float
        )


def agrees(source: str, library: str, equation: Equation) -> bool:
    """Whether the code has the value of the claim's left side; at two points that are no boundary."""
    met = 0
    for points, arrays in points_of(equation):
        try:
            wanted = expected(equation, points)
        except (UnsupportedError, NoPointError):
            continue
        if wanted is None or not np.isfinite(wanted).all():
            continue
        got = ran(source, library, arrays)
        assert got.shape == wanted.shape, (source, got.shape, wanted.shape)
        assert np.allclose(got, wanted, rtol=1e-6, atol=1e-7 * (1 + np.abs(wanted).max(initial=0))), source
        met += 1
        if met == 2:
            break
    return met > 0


def shown(claim: ClaimReport) -> Equation:
    """The claim as the page has it when it is opened: in the numerator layout."""
    equation, _ = claim_in(claim, "numerator")
    return equation


@pytest.mark.parametrize("library", ["numpy", "torch"])
def test_copied_code_has_the_value_of_the_claim(report: CatalogueReport, page: Page, library: str) -> None:
    if library == "torch" and find_spec("torch") is None:
        pytest.skip("PyTorch is not installed; its source runs under NumPy's names in tests/printing")
    without, unmet, tried = [], [], 0
    for entry in report.entries:
        holding = [claim for claim in entry.claims if claim.claim in entry.entry.claims]
        for number, claim in enumerate(holding):
            source = copied(page, entry.entry.id, number, library)
            tried += 1
            if not source:
                without.append((entry.entry.id, number))
            elif not agrees(source, library, shown(claim)):
                unmet.append((entry.entry.id, number))
    assert (without, unmet) == (WITHOUT_CODE, [])
    assert tried >= 20
