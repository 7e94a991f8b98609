"""The evaluator against plain numpy, against finite differences, and against what is known in closed form."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cheatsheet.evaluation.evaluate import Evaluator
from cheatsheet.evaluation.fields import PRIMES, Floating, Modular, Rational, UnsupportedError
from cheatsheet.evaluation.many_digits import Precise
from cheatsheet.evaluation.points import Points, atoms
from cheatsheet.language.dimensions import Shape
from cheatsheet.language.elaborate import Declarations, elaborate_expression
from cheatsheet.language.expressions import Apply, Expr, Number, Symbol
from cheatsheet.language.table import TABLE, build
from cheatsheet.printing.sympy_expression import to_sympy
from cheatsheet.verdicts.claim import nodes
from tests.grammar import DECLARED, RATIONAL, SMOOTH, SYMBOLS, M, N
from tests.strategies import expressions

DIMS = {"m": 2, "n": 3, "p": 4}
Numbers = dict[str, Any]


def parse(text: str, declared: Declarations = DECLARED) -> Expr:
    return elaborate_expression(text, declared)


def value(expr: Expr, points: Points, field: Any = None) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """The values at the points and the mask of the points where they are defined."""
    evaluator = Evaluator(points, field or Floating())
    with np.errstate(all="ignore"):
        base = evaluator(expr).base
    return np.broadcast_to(base, (points.count, *base.shape[1:])), ~evaluator.domain.undefined


def points_of(expr: Expr, count: int = 12, style: str = "real", seed: int = 0) -> Points:
    own = [n for n in nodes(expr) if isinstance(n, Symbol) and n.definition is None]
    return Points(atoms([*own, *SYMBOLS]), DIMS, count, style, 8 if style == "real" else 1, seed)


def numbers(points: Points, k: int) -> Numbers:
    """The value of each symbol at one point, as a plain array."""
    domain = Evaluator(points, Floating()).domain
    return {s.name: points.value(s, domain)[k] for s in points.symbols}


def log_det(a: Any) -> Any:
    return np.log(np.linalg.det(a))


def matrix_exponential(a: Any) -> Any:
    """By mpmath, which shares nothing with the series of the evaluator."""
    with mpmath.workdps(30):
        return np.array(mpmath.expm(mpmath.matrix(a.tolist())).tolist(), dtype=float)


def cofactors(a: Any) -> Any:
    minor = lambda i, j: np.delete(np.delete(a, i, 0), j, 1)  # noqa: E731
    n = len(a)
    return np.array([[(-1) ** (i + j) * np.linalg.det(minor(i, j)) for j in range(n)] for i in range(n)])


def vec(a: Any) -> Any:
    return a.T.reshape(-1, 1)


def softmax(x: Any) -> Any:
    return np.exp(x) / np.exp(x).sum()


def sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def commutation(m: int, n: int) -> Any:
    return np.array(
        [[float(r // n == c % m and r % n == c // m) for c in range(m * n)] for r in range(m * n)]
    )


# One expression for each operator, and the same in numpy; the names are those of tests.strategies.
MEANINGS: dict[str, tuple[str, Callable[[Numbers], Any]]] = {
    "add": ("A + B", lambda s: s["A"] + s["B"]),
    "sub": ("A - B", lambda s: s["A"] - s["B"]),
    "neg": ("-A", lambda s: -s["A"]),
    "scale": ("a * X", lambda s: s["a"] * s["X"]),
    "over": ("X / a", lambda s: s["X"] / s["a"]),
    "hadamard": ("X * Y", lambda s: s["X"] * s["Y"]),
    "quotient": ("X / Y", lambda s: s["X"] / s["Y"]),
    "reciprocal": ("a / X", lambda s: s["a"] / s["X"]),
    "power": ("X ** 3", lambda s: s["X"] ** 3),
    "component": ("X[1, 2]", lambda s: s["X"][1:2, 2:3]),
    "matmul": ("X @ W", lambda s: s["X"] @ s["W"]),
    "transpose": ("X.T", lambda s: s["X"].T),
    "dot": ("dot(x, y)", lambda s: s["x"].T @ s["y"]),
    "outer": ("outer(x, u)", lambda s: s["x"] @ s["u"].T),
    "cross": ("cross(q, w)", lambda s: np.cross(s["q"].ravel(), s["w"].ravel()).reshape(3, 1)),
    "kron": ("kron(X, W)", lambda s: np.kron(s["X"], s["W"])),
    "vec": ("vec(X)", lambda s: vec(s["X"])),
    "diag": ("diag(x)", lambda s: np.diag(s["x"].ravel())),
    "total": ("sum(X)", lambda s: s["X"].sum().reshape(1, 1)),
    "tr": ("tr(A)", lambda s: np.trace(s["A"]).reshape(1, 1)),
    "det": ("det(A)", lambda s: np.linalg.det(s["A"]).reshape(1, 1)),
    "logdet": ("logdet(A @ A.T)", lambda s: log_det(s["A"] @ s["A"].T).reshape(1, 1)),
    "inv": ("inv(A)", lambda s: np.linalg.inv(s["A"])),
    "adj": ("adj(A)", lambda s: cofactors(s["A"]).T),
    "pinv": ("pinv(X)", lambda s: np.linalg.pinv(s["X"], rcond=1e-9)),
    "matrix_power": ("matrix_power(A, -2)", lambda s: np.linalg.matrix_power(s["A"], -2)),
    "expm": ("expm(A)", lambda s: matrix_exponential(s["A"])),
    "norm": ("norm(X)", lambda s: np.linalg.norm(s["X"]).reshape(1, 1)),
    "norm1": ("norm1(X)", lambda s: np.abs(s["X"]).sum().reshape(1, 1)),
    "pi": ("pi", lambda s: np.array([[np.pi]])),
    "I": ("I(n)", lambda s: np.eye(3)),
    "ones": ("ones(m, n)", lambda s: np.ones((2, 3))),
    "zeros": ("zeros(n)", lambda s: np.zeros((3, 1))),
    "unit": ("unit(1, n)", lambda s: np.eye(3)[:, 1:2]),
    "K": ("K(m, n)", lambda s: commutation(2, 3)),
    "delta": ("sum(x[r] * delta(r, l) * y[l], r, l)", lambda s: s["x"].T @ s["y"]),
    "block": ("block([[X, u], [X, v]])", lambda s: np.block([[s["X"], s["u"]], [s["X"], s["v"]]])),
    "exp": ("exp(X)", lambda s: np.exp(s["X"])),
    "log": ("log(X)", lambda s: np.log(s["X"])),
    "sqrt": ("sqrt(X)", lambda s: np.sqrt(s["X"])),
    "sin": ("sin(X)", lambda s: np.sin(s["X"])),
    "cos": ("cos(X)", lambda s: np.cos(s["X"])),
    "tan": ("tan(X)", lambda s: np.tan(s["X"])),
    "sinh": ("sinh(X)", lambda s: np.sinh(s["X"])),
    "cosh": ("cosh(X)", lambda s: np.cosh(s["X"])),
    "tanh": ("tanh(X)", lambda s: np.tanh(s["X"])),
    "arcsin": ("arcsin(X)", lambda s: np.arcsin(s["X"])),
    "arccos": ("arccos(X)", lambda s: np.arccos(s["X"])),
    "arctan": ("arctan(X)", lambda s: np.arctan(s["X"])),
    "abs": ("abs(X)", lambda s: np.abs(s["X"])),
    "sign": ("sign(X)", lambda s: np.sign(s["X"])),
    "sigmoid": ("sigmoid(X)", lambda s: sigmoid(s["X"])),
    "relu": ("relu(X)", lambda s: np.maximum(s["X"], 0)),
    "softplus": ("softplus(X)", lambda s: np.logaddexp(0, s["X"])),
    "maximum": ("maximum(X, Y)", lambda s: np.maximum(s["X"], s["Y"])),
    "minimum": ("minimum(X, Y)", lambda s: np.minimum(s["X"], s["Y"])),
    "softmax": ("softmax(x)", lambda s: softmax(s["x"])),
    "step": ("step(X)", lambda s: np.heaviside(s["X"], 0.5)),
    "sum_along": ("sum(X, axis=0)", lambda s: s["X"].sum(axis=0)[:, np.newaxis]),
    "softmax_along": (
        "softmax(X, axis=1)",
        lambda s: np.exp(s["X"]) / np.exp(s["X"]).sum(axis=1, keepdims=True),
    ),
    "logsumexp_along": (
        "logsumexp(X, axis=1)",
        lambda s: np.log(np.exp(s["X"]).sum(axis=1, keepdims=True)),
    ),
    "logsumexp": ("logsumexp(x)", lambda s: np.log(np.exp(s["x"]).sum()).reshape(1, 1)),
}


def by_sympy(name: str) -> Callable[[Numbers], Any]:
    """A function of one number as SymPy has it."""

    def function(value: float) -> float:
        return float(to_sympy(build(name, Number(Fraction(value))), {}).evalf(25))

    return lambda s: np.vectorize(function, otypes=[float])(s["X"])


for _name, _row in TABLE.items():
    if _row.one_element is not None and _name not in MEANINGS:
        MEANINGS[_name] = (f"{_name}(X)", by_sympy(_name))
DERIVATIVES = {"diff", "grad", "jacobian", "hessian", "d", "jet"}


def test_every_operator_has_a_value_and_a_case_here() -> None:
    assert set(TABLE) == set(MEANINGS) | DERIVATIVES


@pytest.mark.parametrize("name", MEANINGS)
def test_value_is_that_of_numpy(name: str) -> None:
    text, meaning = MEANINGS[name]
    expr = parse(text)
    assert any(isinstance(n, Apply) and n.op == name for n in nodes(expr))
    compared = 0
    for seed in range(6):
        points = points_of(expr, seed=seed)
        found, defined = value(expr, points)
        for k in np.flatnonzero(defined):
            with np.errstate(all="ignore"):
                expected = meaning(numbers(points, int(k)))
            if not np.isfinite(expected).all():
                continue  # beyond floating point, which compare() leaves out
            scale = 1 + np.abs(expected).max()
            np.testing.assert_allclose(found[k] / scale, expected / scale, atol=1e-8)
            compared += 1
    assert compared >= 6


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("1 / a", 2, 0),
        ("log(a)", 1, 0),
        ("log(a)", 3, -1),
        ("sqrt(a)", 0, -1),
        ("arcsin(a)", 1, 2),
        ("arccos(a)", -1, -2),
        ("a ** -1", 2, 0),
        ("a ** (1 / 3)", 1, -1),
        ("inv(a * I(n))", 1, 0),
        ("logdet(a * I(n))", 1, -1),
        ("logdet(a * I(n))", 2, 0),
        ("diff(abs(a), a)", -2, 0),
        ("diff(relu(a), a)", -2, 0),
        ("diff(sign(a), a)", -2, 0),
        ("diff(sqrt(a), a)", 4, 0),
        ("diff(norm(a * ones(n)), a)", 4, 0),
        ("diff(arcsin(a), a)", 0, 1),
        ("a ** b", 1, -1),
    ],
)
def test_undefined_points_are_excluded(text: str, inside: int, outside: int) -> None:
    a, b = Symbol("a", Shape.scalar()), Symbol("b", Shape.scalar())
    expr = parse(text, Declarations({"a": a, "b": b}))
    for field in (Floating(), Precise(60)):
        for number, expected in ((inside, True), (outside, False)):
            points = Points((a, b), DIMS, 1, denominator=2)
            points.integers[("symbol", "a", "entries")] = np.array([[[2 * number]]])
            points.integers[("symbol", "b", "entries")] = np.array([[[1]]])
            assert value(expr, points, field)[1].tolist() == [expected]


def test_values_at_kinks_are_defined_where_nothing_is_differentiated() -> None:
    expr = parse("abs(a) + relu(a) + sign(a) + diff(abs(a) * b, b)")
    points = Points(atoms(SYMBOLS), DIMS, 1)
    points.integers[("symbol", "a", "entries")] = np.array([[[0]]])
    found, defined = value(expr, points, Rational())
    assert defined.tolist() == [True]
    assert found.tolist() == [[[0]]]


@pytest.mark.parametrize("rank", [0, 1, 2])
def test_adjugate_of_singular_matrices(rank: int) -> None:
    """A·adj(A) = det(A)·I everywhere; at corank 1 the adjugate is not zero, at corank 2 it is."""
    points = Points(atoms(SYMBOLS), DIMS, 1)
    matrix = np.diag([1, 2, 3]) * (np.arange(3) < rank)
    mixing = np.array([[1, 2, 0], [0, 1, 3], [1, 0, 1]])
    points.integers[("symbol", "A", "entries")] = (mixing @ matrix @ mixing.T)[np.newaxis]
    for field in (Rational(), Modular(PRIMES[1])):
        adjugate, defined = value(parse("adj(A)"), points, field)
        assert defined.all()
        assert bool(np.any(adjugate != 0)) == (rank == 2)
        product, _ = value(parse("A @ adj(A) - det(A) * I(n)"), points, field)
        assert not np.any(product != 0)


def test_pseudo_inverse_of_rank_deficient_matrices() -> None:
    """The four equations of Moore and Penrose, exactly, at every rank."""
    points = Points(atoms(SYMBOLS), {"m": 3, "n": 4, "p": 2}, 40, "small", seed=3)
    domain = Evaluator(points, Rational()).domain
    ranks = {np.linalg.matrix_rank(a.astype(float)) for a in points.value(DECLARED.symbols["X"], domain)}
    assert ranks >= {0, 1, 2, 3}
    for law in (
        "X @ pinv(X) @ X - X",
        "pinv(X) @ X @ pinv(X) - pinv(X)",
        "(X @ pinv(X)).T - X @ pinv(X)",
        "(pinv(X) @ X).T - pinv(X) @ X",
    ):
        residual, defined = value(parse(law), points, Rational())
        assert defined.all()
        assert not np.any(residual != 0)


def test_pseudo_inverse_is_differentiated_only_where_the_rank_is_constant() -> None:
    a = Symbol("a", Shape.scalar())
    declared = Declarations({"a": a, "A": Symbol("A", Shape.matrix(N, N))})
    points = Points((a, declared.symbols["A"]), {"n": 2}, 1)
    points.integers[("symbol", "a", "entries")] = np.array([[[0]]])
    points.integers[("symbol", "A", "entries")] = np.array([[[1, 0], [0, 0]]])
    assert value(parse("diff(pinv(a * ones(n, n)), a)", declared), points, Rational())[1].tolist() == [False]
    assert value(parse("diff(pinv(A), A)", declared), points, Rational())[1].tolist() == [False]
    points.integers[("symbol", "a", "entries")] = np.array([[[2]]])
    found, defined = value(parse("diff(pinv(a * ones(n, n)), a)", declared), points, Rational())
    assert defined.tolist() == [True]
    assert found.tolist() == [[[Fraction(-1, 16)] * 2] * 2]  # pinv(a·J) = J/(4a)


# --- derivatives against finite differences ---

JUMPING = {name for name, row in TABLE.items() if row.one_element and row.smoothness == "jump"}
DIFFERENTIABLE = sorted(set(MEANINGS) - {"pi", "I", "ones", "zeros", "unit", "K", "component"} - JUMPING)


def quotient(expr: Expr, variable: Symbol, points: Points, place: tuple[int, int]) -> Any:
    """The central difference quotient in one entry, to 40 digits of 100: its error is about 1e-40."""
    values = []
    for sign in (1, -1):
        evaluator = Evaluator(points, Precise(100))
        moved = evaluator.value(variable).base.copy()
        moved[(0, *place)] += sign * evaluator.field.context.mpf(10) ** -20  # type: ignore[attr-defined]
        evaluator.values[variable] = evaluator.value(variable).of_base(moved)
        values.append(evaluator(expr).base)
        if evaluator.domain.undefined.any():
            return None
    return (values[0] - values[1]) * (mpmath.mpf(10) ** 20 / 2)


def assert_derivative(expr: Expr, variable: Symbol, points: Points) -> bool:
    """Compare every partial derivative at one point; False where it is not defined there."""
    evaluator = Evaluator(points, Precise(100))
    derivative = evaluator.derivative(expr, [variable])
    if evaluator.domain.undefined.any():
        return False
    sizes = evaluator.sizes(expr.shape)
    free = len(expr.shape.free_axes)
    found = np.broadcast_to(derivative.base, (1, *derivative.core))[0]
    for place in np.ndindex(*evaluator.sizes(variable.shape)):
        expected = quotient(expr, variable, points, place)
        if expected is None:
            return False
        where = tuple(p for p, a in zip(place, variable.shape.axes, strict=True) if not a.is_one)
        part = np.asarray(found[(slice(None),) * free + where], dtype=object).reshape(sizes)
        gap = np.abs(part - expected[0]).max()
        assert gap < 1e-25 * (1 + np.abs(part).max()), (expr, variable, place)
    return True


@pytest.mark.parametrize("name", DIFFERENTIABLE)
def test_derivative_is_that_of_finite_differences(name: str) -> None:
    expr = parse(MEANINGS[name][0])
    variables = [n for n in nodes(expr) if isinstance(n, Symbol)]
    batch = points_of(expr, 30)
    _, defined = value(expr, batch)
    good = 0
    for k in np.flatnonzero(defined)[2:]:
        good += all(assert_derivative(expr, v, batch.select([int(k)])) for v in dict.fromkeys(variables))
        if good == 2:
            return
    pytest.fail("too few points with a derivative")


@pytest.mark.parametrize(
    "name", ["exp", "log", "sqrt", "tan", "tanh", "arcsin", "sigmoid", "softmax", "norm"]
)
def test_second_derivative_is_the_derivative_of_the_first(name: str) -> None:
    text, variable = (MEANINGS[name][0], "X" if "X" in MEANINGS[name][0] else "x")
    first = parse(f"diff({text}, {variable})")
    symbol = DECLARED.symbols[variable]
    batch = points_of(first, 30)
    _, defined = value(first, batch)
    assert any(assert_derivative(first, symbol, batch.select([int(k)])) for k in np.flatnonzero(defined)[2:5])


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(expressions(Shape.vector(N), depth=3, operators=SMOOTH), st.sampled_from(["a", "x", "A", "X"]))
def test_random_derivatives(expr: Expr, name: str) -> None:
    variable = DECLARED.symbols[name]
    points = Points(atoms(SYMBOLS), {"m": 2, "n": 2, "p": 1}, 1, "real", 8, seed=5)
    Evaluator(points, Floating()).value(variable)
    points.integers[("symbol", name, "entries")] %= 9
    try:
        evaluator = Evaluator(points, Precise(100))
        size = max(float(abs(t).max()) for t in evaluator(expr).terms.values())
    except (UnsupportedError, OverflowError):
        assume(False)
    assume(size < 1e6)
    assert_derivative(expr, variable, points)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(expressions(Shape.matrix(M, N), depth=3, operators=RATIONAL))
def test_fields_agree(expr: Expr) -> None:
    """Rational arithmetic, arithmetic modulo a prime and 100 digits give one value, wherever it is defined."""
    points = Points(atoms(SYMBOLS), {"m": 2, "n": 2, "p": 3}, 3, "small", seed=2)
    try:
        exact, defined = value(expr, points, Rational())
        precise, _ = value(expr, points, Precise(100))
    except UnsupportedError:
        assume(False)
    modular, possible = value(expr, points, Modular())
    for k in np.flatnonzero(defined):
        for e, p, r in zip(exact[k].ravel(), precise[k].ravel(), modular[k].ravel(), strict=True):
            f = Fraction(e)
            assert abs(p * f.denominator - f.numerator) <= abs(f.numerator) * 1e-30 + 1e-40
            if possible[k]:
                assert (f.numerator - int(r) * f.denominator) % PRIMES[0] == 0
