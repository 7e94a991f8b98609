"""Facts that a row may leave out: which values are invertible matrices or go with transposes, how derivatives lie."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from cheatsheet.evaluation.evaluate import Evaluator
from cheatsheet.evaluation.many_digits import Precise
from cheatsheet.evaluation.points import Points
from cheatsheet.language import rows
from cheatsheet.language.elaborate import Declarations
from cheatsheet.language.expressions import Expr, Number
from cheatsheet.language.table import TABLE, Operator, ShapeError, build
from cheatsheet.verdicts.check import verify_text
from tests.operators.fact_checks import GIVEN, TINY, of_transpose, rational, size

MATRICES = [[[1, 2], [3, 5]], [[-1, -2], [-3, -5]], [[0, 1], [1, 0]], [[1, 0], [0, 1]]]
SINGULAR = [[1, 2], [2, 4]]
REGULARITY = [name for name, row in TABLE.items() if row.regular != "not known"]


def of_numbers(rows: list[list[int]]) -> Expr:
    return build("block", *(Number(v) for row in rows for v in row), params=(2, 2))


def regular(row: Operator) -> str:
    """A value that is singular although the row says that it is not."""
    if row.regular == "not known":
        return ""
    given = [of_numbers(m) for m in [*MATRICES, *([SINGULAR] if row.regular == "always" else [])]]
    kinds = {"e": given, "a": [given[0].shape.rows]}
    choices = [
        [Number(2)] if row.name == "matrix_power" and k else kinds[kind]
        for k, kind in enumerate(row.arguments)
    ]
    for arguments in itertools.product(*choices):
        evaluator = Evaluator(Points((), {}, 1, "real", 8, 11), Precise(60))
        try:
            value = evaluator(build("det", build(row.name, *arguments))).base
        except (ZeroDivisionError, ShapeError, AssertionError):
            continue
        if not evaluator.domain.undefined.any() and size(value) < TINY:
            return f"{row.name} of {arguments} is singular"
    return ""


@pytest.mark.parametrize("name", REGULARITY)
def test_values_said_to_be_invertible_are(name: str) -> None:
    assert regular(TABLE[name]) == ""


@pytest.mark.parametrize(
    ("name", "said"),
    [(name, "always") for name in REGULARITY if TABLE[name].regular == "with its operands"]
    + [("add", "with its operands"), ("sub", "with its operands"), ("hadamard", "with its operands")],
)
def test_values_that_may_be_singular_are_not_said_to_be_invertible(name: str, said: rows.Regularity) -> None:
    assert regular(replace(TABLE[name], regular=said))


@pytest.mark.parametrize("name", [name for name, row in TABLE.items() if row.of_transpose])
def test_functions_of_transposes_are_transposes(name: str) -> None:
    assert of_transpose(TABLE[name]) == ""


@pytest.mark.parametrize("name", ["vec", "sum_along"])
def test_other_functions_of_transposes_are_seen_not_to_be(name: str) -> None:
    assert of_transpose(replace(TABLE[name], of_transpose=True))


@pytest.mark.parametrize("name", [name for name, row in TABLE.items() if row.rational])
def test_arithmetic_is_that_of_rational_numbers(name: str) -> None:
    assert rational(TABLE[name]) == ""
    assert rational(replace(TABLE[name], rational=lambda most, first, *others: first + 2))


DIFFERENTIATING = {
    "diff": "x.T @ A @ x",
    "grad": "x.T @ A @ x",
    "jacobian": "A @ x",
    "hessian": "x.T @ A @ x",
}


def lying(name: str, fact: rows.Differentiation) -> bool:
    """Whether the derivative is that by ``diff`` in the layout of the row, taken so often."""
    by = ", ".join("x" * fact.times)
    both = ("numerator", "denominator")
    layouts = {"as asked": both, "alike": both}.get(fact.layout, (fact.layout,))
    of = DIFFERENTIATING[name]
    claim = f"{name}({of}, x) == diff({of}, {by})"
    return all(verify_text(claim, Declarations(GIVEN.symbols, layout)).holds for layout in layouts)


def test_derivatives_lie_as_their_rows_say() -> None:
    rows = {name: row.derivative for name, row in TABLE.items() if row.derivative is not None}
    assert rows.keys() == DIFFERENTIATING.keys()
    for name, fact in rows.items():
        assert lying(name, fact), name
        assert not lying(name, replace(fact, times=3 - fact.times)), name  # type: ignore[arg-type]
    for name, layout in [("grad", "numerator"), ("jacobian", "denominator"), ("grad", "alike")]:
        assert not lying(name, replace(rows[name], layout=layout)), name  # type: ignore[arg-type]
