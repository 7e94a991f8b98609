"""Functions of functions of functions: taken apart into stages, each proved."""

from __future__ import annotations

import pytest

from cheatsheet.derivatives.closed.form import closed_form
from cheatsheet.language.expressions import Equation, Number
from cheatsheet.language.layouts import LAYOUTS
from cheatsheet.language.table import build
from cheatsheet.verdicts.check import verify
from tests.derivatives.test_closed import derivative


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(
    ("text", "wrt"),
    [
        ("c.T @ tanh(B @ sigmoid(C @ tanh(Y @ x)))", "x"),
        ("norm(tanh(B @ tanh(C @ softmax(Y @ x))) - w) ** 2", "Y"),
        ("tanh(B @ tanh(C @ tanh(Y @ x + c) + w) + r)", "x"),
        (
            "sum(sin(x + tanh(B @ (x + tanh(C @ (x + tanh(Y @ x)))))))",
            "x",
        ),  # with connections past the layers
    ],
)
def test_a_deep_function_is_taken_apart_into_stages_that_are_proved(text: str, wrt: str, layout: str) -> None:
    node = derivative(text, wrt, layout)
    found = closed_form(node)
    assert found.result is not None
    assert found.lemmas
    assert verify(Equation(node, found.result), prover=lambda _: False, steps=40_000_000).status != "refuted"
    wrong = build("scale", Number(3), found.result)
    assert verify(Equation(node, wrong), prover=lambda _: False, steps=40_000_000).status == "refuted"
