"""The evaluator at sums over indices, abstract functions and differentials, against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from cheatsheet.evaluation.evaluate import Evaluator
from cheatsheet.evaluation.fields import Modular, Rational, UnsupportedError
from cheatsheet.evaluation.points import Points, atoms
from cheatsheet.language.dimensions import Axis, Shape
from cheatsheet.language.elaborate import Declarations
from cheatsheet.language.expressions import Jet as AbstractDerivative
from cheatsheet.language.expressions import Symbol
from cheatsheet.language.table import build
from tests.evaluation.test_evaluate import DIMS, parse, value
from tests.grammar import SYMBOLS, M, N

x = Symbol("x", Shape.vector(N))
v = Symbol("v", Shape.vector(M), of=(x,))
f = Symbol("f", Shape.scalar(), of=(x, v))
h = Symbol("h", Shape.vector(N))
k = Symbol("k", Shape.vector(M))
FUNCTIONS = Declarations({s.name: s for s in (x, v, f, h, k)})
CLOSED_FORMS = [
    ("sum(A[r, l] * A[l, r], r, l)", "tr(A @ A)"),
    ("sum(sum(A[r, l], r) * x[l], l)", "sum(A @ x)"),
    ("sum(x[r] * (A @ unit(r, n)), r)", "A @ x"),
    ("sum(x[r] * X, r)", "sum(x) * X"),
    ("diff(sum(x[r] ** 2, r), x[1])", "2 * x[1]"),
    ("sum(diff(x.T @ A @ x, x[r]) * y[r], r)", "diff(x.T @ A @ x, x) @ y"),
    ("sum(diff(X, X[r, l])[r, l], r, l)", "m * n"),
    ("diff(a * X, X.T)[1, 0, 0, 1]", "0"),
    ("diff(tr(X @ Y.T), X.T)", "Y"),
    ("diff(vec(X), vec(X))", "I(n * m)"),
    ("diff(diff(x.T @ A @ x, x), x)", "A + A.T"),
    ("hessian((x.T @ y) ** 3, x)", "6 * (x.T @ y) * (y @ y.T)"),
    ("d(x.T @ A @ x) - d(x).T @ A @ x - x.T @ A @ d(x)", "0"),
    ("diff(matrix_power(A, -1) @ x, x)", "inv(A)"),
]


@pytest.mark.parametrize(("text", "closed"), CLOSED_FORMS)
def test_closed_forms(text: str, closed: str) -> None:
    """A difference is asked for, so that both sides share the increments of d(…)."""
    points = Points(atoms(SYMBOLS), DIMS, 30, "small", seed=4)
    found, defined = value(parse(text), points, Rational())
    expected, _ = value(parse(closed), points, Rational())
    assert defined.any()
    assert not np.any((found != expected)[defined])


CHAIN = [
    ("jacobian(v * v, x)", "2 * diag(v) @ jacobian(v, x)"),
    ("diff(v, v)", "I(m)"),
    ("diff(x.T @ x * v, v)", "x.T @ x * I(m)"),
    ("diff(diff(v.T @ v, v), x)", "2 * jacobian(v, x)"),
    ("diff(diff(v, x), v)[0, 1, 1]", "0"),
    ("diff(f, h)", "zeros(n).T"),
    ("d(v) - jacobian(v, x) @ d(x)", "zeros(m)"),
]


@pytest.mark.parametrize(("text", "closed"), CHAIN)
def test_abstract_functions(text: str, closed: str) -> None:
    points = Points(tuple(FUNCTIONS.symbols.values()), DIMS, 6, "small", seed=4)
    # One expression, so that both sides see the same functions however deep they are differentiated.
    left, right = parse(text, FUNCTIONS), parse(closed, FUNCTIONS)
    evaluator = Evaluator(points, Rational())
    assert not np.any(evaluator(left).base != evaluator(right).base)


def test_a_function_of_a_function_has_both_paths() -> None:
    """df/dx is the partial derivative by x and, through v, the partial derivative by v times dv/dx."""
    points = Points(tuple(FUNCTIONS.symbols.values()), DIMS, 4, "small", seed=1)
    evaluator = Evaluator(points, Rational())
    direct = build("jet", h, params=(AbstractDerivative(f, (x,)),))
    through = build(
        "jet", build("matmul", parse("jacobian(v, x)", FUNCTIONS), h), params=(AbstractDerivative(f, (v,)),)
    )
    total = parse("jacobian(f, x) @ h", FUNCTIONS)
    assert not np.any(evaluator(total).base != (evaluator(direct) + evaluator(through)).base)
    assert np.any(evaluator(direct).base != 0)
    assert np.any(evaluator(through).base != 0)
    mixed = build("jet", h, k, params=(AbstractDerivative(f, (x, v)),))
    other = build("jet", k, h, params=(AbstractDerivative(f, (v, x)),))
    assert not np.any(evaluator(mixed).base != evaluator(other).base)


def test_a_position_outside_its_axis_is_refused() -> None:
    points = Points(atoms(SYMBOLS), {"m": 1, "n": 2, "p": 1}, 1)
    with pytest.raises(UnsupportedError):
        Evaluator(points, Rational())(parse("x[2]"))


def test_fields_refuse_what_they_cannot_do() -> None:
    points = Points(atoms(SYMBOLS), DIMS, 1, seed=3)
    for text in ("exp(a)", "sqrt(a ** 2 + 1)", "sign(a)", "expm(A)", "a ** b"):
        with pytest.raises(UnsupportedError):
            Evaluator(points, Modular())(parse(text))
    with pytest.raises(UnsupportedError):
        Evaluator(points, Rational())(parse("exp(a)"))
    assert not value(parse("a / 7"), points, Modular(7))[1].any()
    with pytest.raises(UnsupportedError):
        Evaluator(points, Modular(7))(parse("1 / 7 * a"))


def test_commutation_matrix() -> None:
    """K(m, n) @ vec(A) = vec(A.T) for A m×n: the one convention that is easy to get the wrong way round."""
    A = Symbol("A", Shape.matrix(Axis.of("m"), Axis.of("n")))
    declared = Declarations({"A": A})
    points = Points((A,), DIMS, 3, "small", seed=8)
    residual, _ = value(parse("K(m, n) @ vec(A) - vec(A.T)", declared), points, Rational())
    assert not np.any(residual != 0)
    assert np.any(value(parse("vec(A)", declared), points, Rational())[0] != 0)
