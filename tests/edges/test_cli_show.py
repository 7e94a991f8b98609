"""``show`` in a layout: claims as they read and are verified there, derived there, and what cannot be said there."""

from __future__ import annotations

import json

from tests.edges.commands import run


def test_a_claim_reads_as_the_layout_has_it_and_is_derived_so() -> None:
    own = run("show", "quadratic-form", "--lang", "en").stdout
    shown = run("show", "quadratic-form", "--lang", "en", "--layout", "denominator").stdout
    assert "✓ diff(x.T @ A @ x, x) == x.T @ (A + A.T)\n" in own
    assert "✓ diff(x.T @ A @ x, x) == (A + A.T) @ x\n" in shown
    assert "layout: denominator" in shown
    assert "= ((A + Aᵀ)x)ᵢ" in shown.split("✓ grad")[0]
    assert "✓ grad(x.T @ A @ x, x) == (A + A.T) @ x\n" in shown  # a gradient has no layout


def test_a_pitfall_says_in_which_layout_it_stands() -> None:
    shown = run("show", "quadratic-form", "--layout", "denominator").stdout
    assert "✗ diff(x.T @ A @ x, x) == 2 * x.T @ A  [layout: numerator]\n" in shown
    assert "[layout:" not in run("show", "quadratic-form", "--layout", "numerator").stdout


def test_the_document_has_the_claim_and_its_steps_in_the_layout() -> None:
    claims = json.loads(run("show", "quadratic-form", "--json", "--layout", "denominator").stdout)["claims"]
    shown = {claim["claim"]: claim for claim in claims if claim["expect"] == "holds"}
    laid_out = shown["diff(x.T @ A @ x, x) == (A + A.T) @ x"]
    assert (laid_out["layout"], laid_out["verdict"]) == ("denominator", "proved")
    assert laid_out["steps"][-1]["expr"] == "((A + A.T) @ x)[i]"
    assert "layout" not in shown["grad(x.T @ A @ x, x) == (A + A.T) @ x"]
