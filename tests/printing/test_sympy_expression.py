"""Translation to SymPy: equal in value to an evaluation that shares nothing with it, in both forms."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from typing import Any

import numpy as np
import pytest
import sympy
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cheatsheet.language.dimensions import Axis, Shape
from cheatsheet.language.elaborate import Declarations, elaborate_claim, elaborate_expression
from cheatsheet.language.expressions import Expr, Index, Jet, Symbol, free_indices
from cheatsheet.language.table import TABLE, build
from cheatsheet.printing.sympy_expression import NoSympyError, to_sympy
from tests.grammar import DECLARED, EVERYTHING, FREE_INDICES, SYMBOLS, M, N, parse
from tests.printing.test_arrays import DIMS, _independent_value, _random_point
from tests.strategies import expressions

# --- every entry written out ----------------------------------------------------------------------------------------

# The pseudo-inverse and the exponential of a matrix of symbols take minutes.
QUICK = EVERYTHING - {"pinv", "expm", "kron", "K", "adj", "inv", "det", "logdet", "matrix_power"}


def _entries(value: Any) -> list[Any]:
    """The entries of a matrix or an array, row by row; of a scalar, itself."""
    return sympy.flatten(value.tolist()) if hasattr(value, "tolist") else [value]


def _numbers(value: Any, expr: Expr, order: list[Index], at: dict[Any, Any]) -> np.ndarray[Any, Any]:
    """The entries as numbers, in the shape that the independent evaluation has."""
    numbers = [complex(sympy.N(sympy.sympify(entry).subs(at))) for entry in _entries(value)]
    assert all(abs(z.imag) < 1e-9 for z in numbers)
    free = [axis.at(DIMS) for axis in expr.shape.free_axes]
    return np.array([z.real for z in numbers]).reshape([i.axis.at(DIMS) for i in order] + free)


@cache
def _point_in_sympy(seed: int) -> tuple[Any, dict[Any, Any]]:
    """The same point for the evaluator and as a substitution."""
    points, arrays = _random_point(seed)
    at: dict[Any, Any] = {}
    for symbol in SYMBOLS:
        for moved, values in ((symbol, arrays[symbol.name]), (symbol.increment, None)):
            names = to_sympy(moved, DIMS)
            if values is None:
                rng = np.random.default_rng([seed, *symbol.name.encode()])
                integers = rng.integers(-3, 4, [axis.at(DIMS) for axis in symbol.shape])
                points.integers[("differential", symbol.name, "entries")] = 16 * integers[np.newaxis]
                values = integers
            at |= dict(zip(_entries(names), map(sympy.nsimplify, np.ravel(values).tolist()), strict=True))
    return points, at


@settings(max_examples=120, deadline=None)
@given(expressions(depth=2, operators=QUICK, indices=FREE_INDICES), st.integers(0, 3))
def test_written_out_entries_have_the_value_of_the_expression(expr: Expr, seed: int) -> None:
    points, at = _point_in_sympy(seed)
    order = list(free_indices(expr).values())
    expected = _independent_value(expr, points, order)
    assume(expected is not None and np.isfinite(expected).all())
    assert expected is not None
    got = _numbers(to_sympy(expr, DIMS), expr, order, at)
    assert np.allclose(got, expected, rtol=1e-7, atol=1e-7 * (1 + np.abs(expected).max(initial=0)))


EXACT = {
    "inv(A) @ A": "I(n)",
    "A @ adj(A)": "det(A) * I(n)",
    "matrix_power(A, -2) @ A @ A": "I(n)",
    "logdet(A)": "log(det(A))",
    "K(m, n) @ vec(X)": "vec(X.T)",
    "kron(X, x) @ y": "kron(X @ y, x)",
    "pinv(q) @ q": "1",
    "diff(x.T @ A @ x, x)": "x.T @ (A + A.T)",
    "hessian(x.T @ A @ x, x)": "A + A.T",
    "jacobian(A @ x, x)": "A",
    "diff(tr(A @ B), A)": "B",
    "grad(tr(A @ B), A)": "B.T",
    "diff(vec(X @ y), vec(X))": "kron(y.T, I(m))",
    "diff(x @ y.T, y)[i, j, k]": "x[i] * delta(j, k)",
    "diff((A @ x)[i], x[j])": "A[i, j]",
    "d(x.T @ A @ x)": "d(x).T @ A @ x + x.T @ A @ d(x)",
    "d(d(a * b))": "2 * d(a) * d(b)",
    "cross(q, w).T @ q": "0",
    "sum(unit(i, n) @ unit(i, n).T, i)": "I(n)",
}


@pytest.mark.parametrize("text", EXACT)
def test_identities_hold_entry_by_entry(text: str) -> None:
    claim = elaborate_claim(f"{text} == {EXACT[text]}", DECLARED)
    difference = to_sympy(build("sub", claim.lhs, claim.rhs), DIMS)
    assert all(sympy.simplify(entry) == 0 for entry in _entries(difference))


def test_result_types() -> None:
    assert to_sympy(parse("x.T @ x"), {"n": 2}) == sum(
        to_sympy(parse("x"), {"n": 2}).applyfunc(lambda v: v**2)
    )
    assert to_sympy(parse("X"), {"m": 2, "n": 3}).shape == (2, 3)
    assert to_sympy(parse("diff(x @ u.T, x)"), {"m": 2, "n": 3}).shape == (3, 2, 3)
    assert to_sympy(parse("A[i, j] * x[j]"), {"n": 2}).shape == (2, 2)
    assert to_sympy(parse("x[i]"), {"n": 2}).shape == (2, 1)
    assert to_sympy(parse("X[k, i] * x[j]"), {"m": 3, "n": 2}).shape == (3, 2, 2)
    with pytest.raises(KeyError, match="n"):
        to_sympy(parse("x"), {"m": 2})


def test_abstract_functions_are_functions_of_the_entries() -> None:
    t = Symbol("t", Shape.scalar())
    x = Symbol("x", Shape.vector(N), of=(t,))
    f = Symbol("f", Shape.scalar(), of=(x,))
    given = Declarations({"t": t, "x": x, "f": f})
    chain = to_sympy(elaborate_expression("diff(f, t)", given), {"n": 1})
    time = to_sympy(t, {})
    inner = to_sympy(x, {"n": 1})[0]
    assert inner == sympy.Function("x_0", real=True)(time)
    assert chain == sympy.Function("f", real=True)(inner).diff(time)
    # by x itself, x is independent
    assert list(to_sympy(elaborate_expression("diff(x.T @ x, x)", given), {"n": 1})) == [2 * inner]
    # and d(f) is its derivative times the increments of what varies
    d = to_sympy(elaborate_expression("d(f) + 0 * d(t)", given), {"n": 1})
    assert d == chain * to_sympy(t.increment, {})


def test_pairs_of_indices() -> None:
    X = Symbol("X", Shape.matrix(M, N))
    i, j = Index("i", M), Index("j", N)
    entry = build("component", build("vec", X), Index.pair((j, i)))
    assert to_sympy(entry, DIMS) == to_sympy(X, DIMS).T  # axes in the order of appearance: j, i


# --- matrix expressions ---------------------------------------------------------------------------------------------

n, m = (sympy.Symbol(name, integer=True, positive=True) for name in "nm")
A, B = sympy.MatrixSymbol("A", n, n), sympy.MatrixSymbol("B", n, n)
X = sympy.MatrixSymbol("X", m, n)
x, y = sympy.MatrixSymbol("x", n, 1), sympy.MatrixSymbol("y", n, 1)
a = sympy.Symbol("a")

SYMBOLIC = {
    "A @ B": A * B,
    "inv(A).T @ x": sympy.Inverse(A.T) * x,
    "a * A - B": a * A - B,
    "A / a": A / a,
    "x.T @ A @ x": sympy.Trace(x.T * A * x),
    "(x.T @ y) * A": sympy.Trace(x.T * y) * A,
    "x @ y.T @ A": x * y.T * A,
    "tr(A @ B)": sympy.Trace(A * B),
    "det(A)": sympy.Determinant(A),
    "logdet(A)": sympy.log(sympy.Determinant(A)),
    "matrix_power(A, 3)": A**3,
    "A * B": sympy.HadamardProduct(A, B),
    "A ** 2": sympy.HadamardPower(A, 2),
    "kron(A, B)": sympy.KroneckerProduct(A, B),
    "diag(x)": sympy.DiagMatrix(x),
    "diag(A)": sympy.DiagonalOf(A),
    "I(n)": sympy.Identity(n),
    "ones(m, n)": sympy.OneMatrix(m, n),
    "zeros(n)": sympy.ZeroMatrix(n, 1),
    "norm(x) ** 2": sympy.Trace(x.T * x),
    "sin(a)": sympy.sin(a),
    "arcsin(a)": sympy.asin(a),
    "A[i, j]": A[sympy.Symbol("i", integer=True), sympy.Symbol("j", integer=True)],
    "x[0]": x[0, 0],
    "delta(i, j) * x[i]": sympy.KroneckerDelta(
        sympy.Symbol("i", integer=True), sympy.Symbol("j", integer=True)
    )
    * x[sympy.Symbol("i", integer=True), 0],
    "block([[A, x], [x.T, 1]])": sympy.BlockMatrix([[A, x], [x.T, sympy.Matrix([[1]])]]),
    "pi * a": sympy.pi * a,
    "n * a": n * a,
}


@pytest.mark.parametrize("text", SYMBOLIC)
def test_matrix_expressions(text: str) -> None:
    assert to_sympy(parse(text)) == SYMBOLIC[text]


def test_sums_run_from_zero() -> None:
    i, j = (sympy.Symbol(name, integer=True) for name in "ij")
    assert to_sympy(parse("sum(A[i, j] * x[j], j)")) == sympy.Sum(A[i, j] * x[j, 0], (j, 0, n - 1))


def test_derivatives_of_scalars_are_left_unevaluated() -> None:
    gradient = to_sympy(parse("grad(x.T @ A @ x, x)"))
    assert gradient.doit() == A * x + A.T * x
    row = to_sympy(parse("diff(x.T @ A @ x, x)"))
    assert row.shape == (1, n)
    assert to_sympy(parse("diff(tr(X.T @ X), X)")).doit() == (2 * X).T
    assert to_sympy(parse("diff(a ** 2, a)")).doit() == 2 * a


def test_matrix_expressions_agree_with_the_entries() -> None:
    """Substituting matrices of symbols for matrix symbols gives what ``dims`` gives."""
    texts = "softmax(x);logsumexp(x);norm(X);norm1(x);sum(A);sigmoid(x);1 / x;x / y;dot(x, y);outer(x, y)"
    texts += ";unit(0, n);softplus(x);sum(x);A @ (x + y);kron(x, y.T)"
    dims = {"n": 2, "m": 3}
    explicit = {s.name: to_sympy(s, dims) for s in SYMBOLS if s.name in "AxyX"}
    for text in texts.split(";"):
        symbolic = to_sympy(parse(text)).subs({n: 2, m: 3})
        for name, value in explicit.items():
            symbolic = symbolic.subs(sympy.MatrixSymbol(name, *value.shape), value)
        symbolic = symbolic.replace(
            lambda e: isinstance(e, sympy.OneMatrix), lambda e: e.as_explicit()
        ).doit()
        found = symbolic.as_explicit() if hasattr(symbolic, "as_explicit") else symbolic
        difference = found - to_sympy(parse(text), dims)
        assert all(sympy.simplify(entry) == 0 for entry in _entries(difference)), text


NOT_SYMBOLIC = (
    "adj(A)",
    "pinv(X)",
    "expm(A)",
    "cross(q, w)",
    "vec(X)",
    "K(m, n)",
    "jacobian(A @ x, x)",
    "hessian(a, x)",
)


@pytest.mark.parametrize("text", NOT_SYMBOLIC)
def test_what_sympy_lacks_is_named(text: str) -> None:
    with pytest.raises(NoSympyError, match=text.partition("(")[0]):
        to_sympy(parse(text))


def test_directional_derivatives_and_abstract_functions_are_named() -> None:
    point = Symbol("x", Shape.vector(Axis.of("n")))
    u = Symbol("u", Shape.scalar(), of=(point,))
    for dims in (None, {"n": 2}):
        with pytest.raises(NoSympyError, match="jet"):
            to_sympy(build("jet", point, params=(Jet(u, (point,)),)), dims)
    with pytest.raises(NoSympyError, match="function u"):
        to_sympy(build("grad", u, point))


def test_every_row_of_the_table_is_translated() -> None:
    assert [name for name, row in TABLE.items() if row.sympy is None or row.sympy.explicit is None] == []
    without = {name for name, row in TABLE.items() if row.sympy and row.sympy.symbolic is None}
    assert without == {"adj", "pinv", "expm", "cross", "K", "d", "jet", "softmax_along", "logsumexp_along"}


def test_sympy_is_imported_only_when_it_is_needed() -> None:
    code = "import cheatsheet.printing.sympy_expression, cheatsheet.operators, sys; sys.exit('sympy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_methods_of_expressions() -> None:
    expr = parse("x.T @ A @ x")
    assert expr.numpy_source() == "x @ A @ x"
    assert expr.to_sympy() == to_sympy(expr)
    assert expr.to_sympy({"n": 2}) == to_sympy(expr, {"n": 2})
