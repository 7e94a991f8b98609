"""What is put in its most legible form before it is printed, and that it stays the same thing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from cheatsheet.calculus.errors import NoIndexForm
from cheatsheet.derivatives.rules.rearranged import rearranged
from cheatsheet.language.elaborate import Declarations, elaborate_claim
from cheatsheet.language.expressions import Expr
from cheatsheet.printing.latex import latex_claim, latex_of
from cheatsheet.printing.legible import legible
from tests.grammar import DECLARED, FREE_INDICES, parse
from tests.strategies import expressions


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("diff(a, t) / b", r"\frac{1}{b}\pd{a}{t}"),
        ("a * diff(b, t) / t ** 2", r"\frac{a}{t^2}\pd{b}{t}"),
        ("(a * diff(b, t) - b) / t", r"\frac{1}{t}\left(a\pd{b}{t} - b\right)"),
        ("(x - y / a) / b", r"\frac{1}{b}\left(\M x - \frac{\M y}{a}\right)"),
        ("sum(x[i], i) / a", r"\frac{1}{a}\sum_{i=1}^nx_i"),
        ("2 * x.T @ diff(y, t) / a", r"\frac{2}{a}\M x\T\pd{\M y}{t}"),
        ("a * (diff(b, t) / t)", r"a\frac{1}{t}\pd{b}{t}"),
        ("(x.T @ diff(x, t)) * x / a", r"\frac{1}{a}\left(\M x\T\pd{\M x}{t}\right)\M x"),
        ("-x / a", r"-\frac{\M x}{a}"),
        ("y + -x / a", r"\M y - \frac{\M x}{a}"),
        ("-(x.T @ y)", r"-\M x\T\M y"),
        ("(x + y) / a", r"\frac{\M x + \M y}{a}"),
        ("exp(sum(x[i], i)) / a", r"\frac{\exp\left(\sum_{i=1}^nx_i\right)}{a}"),
    ],
)
def test_written_legibly(text: str, latex: str) -> None:
    assert latex_of(legible(parse(text))) == latex


def test_the_numbers_of_a_product_are_one() -> None:
    assert latex_of(legible(parse("1 / 2 * a * (2 * b)"))) == "ab"


def test_a_claim_about_signs_keeps_them() -> None:
    claim = elaborate_claim("-(A @ B) == (-A) @ B", Declarations(DECLARED.symbols))
    assert latex_claim(claim) == r"-(\M A\M B) = (-\M A)\M B"


def test_a_long_decimal_stays_one() -> None:
    assert latex_of(parse("0.044715 * a + 0.125 * b")) == r"0.044715a + \tfrac{1}{8}b"


@settings(max_examples=200, deadline=None)
@given(expressions(depth=3, indices=FREE_INDICES))
def test_what_is_legible_is_the_same(expr: Expr) -> None:
    try:
        before = rearranged(expr)
    except NoIndexForm:
        return
    assert rearranged(legible(expr)) == before
