"""Tidying changes how an expression is written, never its value."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cheatsheet.language.expressions import Apply, Expr, free_indices, walk
from cheatsheet.language.table import build
from cheatsheet.language.tidying import tidied, unsigned
from cheatsheet.printing.latex import latex_of
from tests.grammar import ALGEBRA, FREE_INDICES, POLYNOMIAL, parse
from tests.printing.test_arrays import _independent_value, _random_point
from tests.strategies import expressions

WRITTEN = {
    "-(x[i] * A[i, j])": "-x_i\\,a_{ij}",
    "x[i] + (-(A[i, j] * x[j]))": "x_i - a_{ij}\\,x_j",
    "x[i] - -2 * x[j]": "x_i + 2x_j",
    "a * (b * t)": "abt",
    "a * (-(b * t))": "-abt",
    "2 * (A @ x)": "2\\M A\\M x",
    "A @ (B @ (-x))": "-\\M A\\M B\\M x",
    "x @ (y.T @ (-inv(A)))": "-\\M x\\M y\\T\\M A^{-1}",
    "(x.T @ y) * (x.T @ x)": "(\\M x\\T\\M y)(\\M x\\T\\M x)",
    "sum(-(x[i] * y[i]), i)": "-\\sum_{i=1}^nx_i\\,y_i",
    "-a / b": "-\\frac{a}{b}",
    "a * 1": "a",
    "a - (b - t)": "a - b + t",
    "-(a + b)": "-(a + b)",
    "-(a / b) / t": "-\\frac{a}{tb}",
    "(-A).T": "-\\M A\\T",
    # the matrix whose component is taken stays as it is
    "(A @ (B @ A))[i, j]": "(\\M A(\\M B\\M A))_{ij}",
}


@pytest.mark.parametrize("text", WRITTEN)
def test_as_one_writes_it(text: str) -> None:
    assert latex_of(tidied(parse(text))) == WRITTEN[text]


@settings(max_examples=300, deadline=None)
@given(expressions(depth=4, operators=POLYNOMIAL | {"over", "exp"}, indices=FREE_INDICES), st.integers(0, 9))
def test_the_value_stays(expr: Expr, seed: int) -> None:
    points, _ = _random_point(seed)
    order = list(free_indices(expr).values())
    expected = _independent_value(expr, points, order)
    assume(expected is not None and np.isfinite(expected).all() and np.abs(expected).max(initial=0) < 1e9)
    assert expected is not None
    after = tidied(expr)
    assert after.shape == expr.shape
    assert set(free_indices(after)) <= set(free_indices(expr))  # what is multiplied by 0 is gone
    got = _independent_value(after, points, order)
    assert got is not None
    assert np.allclose(got, expected, rtol=1e-9, atol=1e-9 * (1 + np.abs(expected).max(initial=0)))


@settings(max_examples=300, deadline=None)
@given(expressions(depth=4, operators=ALGEBRA, indices=FREE_INDICES))
def test_tidied_expressions_are_tidy(expr: Expr) -> None:
    after = tidied(expr)
    assert tidied(after) == after
    inside = {n for c in walk(after) if isinstance(c, Apply) and c.op == "component" for n in walk(c)}
    for node in walk(after):
        if node in inside:
            continue  # the matrix whose component is taken stays as it is
        if isinstance(node, Apply) and node.op in ("add", "sub", "neg"):
            assert not unsigned(node.children[-1])[0], after


def test_a_double_sign_is_none() -> None:
    a = parse("a")
    assert tidied(build("neg", build("neg", a))) == a
