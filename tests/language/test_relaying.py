"""Transposes carried inwards, and the claims of the catalogue read in every layout."""

from __future__ import annotations

import random
from functools import cache

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import cheatsheet
from cheatsheet.calculus.prove import prove
from cheatsheet.catalogue.entries import Claim
from cheatsheet.catalogue.load import read_given
from cheatsheet.evaluation.evaluate import Evaluator
from cheatsheet.evaluation.fields import Floating
from cheatsheet.evaluation.points import Points, atoms
from cheatsheet.language.elaborate import Declarations, elaborate_claim
from cheatsheet.language.expressions import Apply, Equation, Expr, Symbol, walk
from cheatsheet.language.layouts import LAYOUTS
from cheatsheet.language.relaying import has_layout, in_layout, transposed
from cheatsheet.language.syntax import ClaimError
from cheatsheet.language.table import build
from cheatsheet.verdicts.check import verify
from cheatsheet.verdicts.claim import nodes
from tests.grammar import ALGEBRA, SYMBOLS
from tests.strategies import expressions

DIMS = {"m": 2, "n": 3, "p": 4}


@cache
def claims() -> list[Claim]:
    """The claims of the catalogue in which layout plays a part."""
    found = [claim for entry in cheatsheet.load() for claim in entry.claims]
    return [claim for claim in found if has_layout(claim.equation)]


def relaid(claim: Claim) -> list[tuple[str, Equation]]:
    own = claim.declarations.layout
    return [(layout, in_layout(claim.equation, layout)) for layout in LAYOUTS if layout != own]


def test_the_catalogue_has_claims_in_which_layout_plays_a_part() -> None:
    assert len(claims()) > 40


@pytest.mark.parametrize("claim", claims(), ids=lambda claim: claim.text)
def test_a_claim_holds_in_every_layout(claim: Claim) -> None:
    """In its own right: values first, then the proof, of what is printed in the other column."""
    for layout, other in relaid(claim):
        derivatives = [n for side in (other.lhs, other.rhs) for n in walk(side) if isinstance(n, Apply)]
        assert all(n.params == (layout,) for n in derivatives if n.op == "diff")
        assert verify(other).status == "proved", str(other)


@pytest.mark.parametrize("claim", claims(), ids=lambda claim: claim.text)
def test_back_again_says_what_was_said(claim: Claim) -> None:
    own = claim.declarations.layout
    for _, other in relaid(claim):
        back = in_layout(other, own)
        assert back.lhs.shape.agrees(claim.lhs.shape) or back.lhs.shape.agrees(claim.lhs.shape.transposed)
        assert verify(back).holds


def test_the_other_layout_alone_does_not_make_a_claim_true(full: bool) -> None:
    """The same text under another layout: wrong shapes or wrong values where it differs."""
    chosen = claims() if full else random.Random(5).sample(claims(), 15)
    changed = 0
    for claim in chosen:
        for layout, other in relaid(claim):
            if other.lhs.shape == claim.lhs.shape and str(other) == claim.text:
                continue
            try:
                equation = elaborate_claim(claim.text, Declarations(claim.declarations.symbols, layout))
            except ClaimError:
                changed += 1
                continue
            verdict = verify(equation, audit=True)  # a disagreement of the tiers would be raised
            changed += verdict.status == "refuted"
    assert changed > 5


GIVEN = (
    "x: [n], A: [m, n], B: [n, p], S: {shape: [n, n], is: symmetric}, D: {shape: [n, n], is: diagonal}, c: []"
)
TEXTBOOK = {
    "A @ B": "B.T @ A.T",
    "x.T @ A.T": "A @ x",
    "A @ S": "S @ A.T",
    "c * A": "c * A.T",
    "A / c": "A.T / c",
    "outer(x, x)": "outer(x, x)",
    "I(n)": "I(n)",
    "zeros(m, n)": "zeros(n, m)",
    "kron(A, B)": "kron(A.T, B.T)",
    "diag(x)": "diag(x)",
    "S + D": "S + D",
    "2 * x.T": "2 * x",
    "inv(S)": "inv(S)",
}


@pytest.mark.parametrize("text", TEXTBOOK)
def test_transposes_as_a_textbook_writes_them(text: str) -> None:
    declared = Declarations(read_given(GIVEN))
    equation = elaborate_claim(f"({text}).T == {TEXTBOOK[text]}", declared)
    assert isinstance(equation.lhs, Apply)
    assert transposed(equation.lhs.children[0]) == equation.rhs


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(expressions(depth=3, operators=ALGEBRA), st.integers(0, 100))
def test_a_transpose_carried_inwards_is_the_transpose(expr: Expr, seed: int) -> None:
    turned = transposed(expr)
    if expr.shape.is_scalar:
        assert turned == expr
        return
    assert turned.shape.agrees(expr.shape.transposed)
    symbols = atoms([*SYMBOLS, *(n for n in nodes(expr) if isinstance(n, Symbol))])
    evaluator = Evaluator(Points(symbols, DIMS, 6, "real", 8, seed), Floating())
    with np.errstate(all="ignore"):
        ours, theirs = evaluator(turned).base, evaluator(build("transpose", expr)).base
    defined = ~evaluator.domain.undefined
    ours, theirs = (np.broadcast_to(v, (6, *v.shape[1:]))[defined] for v in (ours, theirs))
    np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-6)


def test_negation_and_layout_free_claims_are_left_alone() -> None:
    declared = Declarations(read_given("x: [n], y: [n], A: [n, n]"))
    free = elaborate_claim("diff(x[i] * y[j], x[k]) == delta(i, k) * y[j]", declared)
    assert not has_layout(free)
    assert not has_layout(elaborate_claim("A @ x == A @ x", declared))
    negated = elaborate_claim("diff(x.T @ A @ x, x) != 2 * x.T @ A", declared)
    assert in_layout(negated, "denominator").negated
    assert prove(in_layout(elaborate_claim("diff(x.T @ x, x) == 2 * x.T", declared), "mixed"))
