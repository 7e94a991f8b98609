"""Array code equals in value an evaluation that shares nothing with it."""

from __future__ import annotations

import importlib
import math
import re
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cheatsheet.evaluation.evaluate import Evaluator
from cheatsheet.evaluation.fields import Floating, UnsupportedError
from cheatsheet.evaluation.points import Points
from cheatsheet.language.dimensions import Axis, Shape
from cheatsheet.language.elaborate import Declarations, elaborate_expression
from cheatsheet.language.expressions import Expr, Index, Symbol, free_indices
from cheatsheet.language.table import TABLE, build
from cheatsheet.printing.arrays import LIBRARIES, code_for, function_for
from cheatsheet.printing.shared_parts import with_shared_parts
from tests.grammar import ALGEBRA, FREE_INDICES, SYMBOLS, M, N, parse
from tests.strategies import expressions, names_of

DIMS = {"m": 3, "n": 2, "p": 4}
Arrays = dict[str, Any]


def _random_point(seed: int) -> tuple[Points, Arrays]:
    """A value for every symbol, in sixteenths, as the evaluator takes it and as arrays."""
    rng = np.random.default_rng(seed)
    points = Points(SYMBOLS, DIMS, 1, denominator=16)
    arrays: Arrays = dict(DIMS)
    for symbol in SYMBOLS:
        shape = tuple(axis.at(DIMS) for axis in symbol.shape)
        integers = rng.integers(-24, 25, shape)
        points.integers[("symbol", symbol.name, "entries")] = integers[np.newaxis]
        free = tuple(axis.at(DIMS) for axis in symbol.shape.free_axes)
        arrays[symbol.name] = integers.reshape(free) / 16
    return points, arrays


def _independent_value(expr: Expr, points: Points, order: list[Index]) -> np.ndarray[Any, Any] | None:
    """What the verifier's evaluator makes of it; None where it is undefined."""
    evaluator = Evaluator(points, Floating())
    with np.errstate(all="ignore"), evaluator.index_scope(order[::-1]):
        try:
            jet = evaluator(expr)
        except UnsupportedError:
            return None
        if evaluator.domain.undefined.any():
            return None
        term = evaluator.full(jet.base, jet.rank)
    shape = (*(i.axis.at(DIMS) for i in order), 1, *term.shape[-2:])
    values = np.broadcast_to(term, shape)
    free = tuple(axis.at(DIMS) for axis in expr.shape.free_axes)
    return np.asarray(values).reshape((*shape[: len(order)], *free))


def _run(expr: Expr, library: str, names: Arrays, arrays: Arrays) -> Any:
    source = code_for(expr, library)
    if library == "torch" and isinstance(names["torch"], SimpleNamespace):
        source = source.replace(".contiguous()", "")  # of no meaning for NumPy
    with np.errstate(all="ignore"):
        return eval(source, {**arrays, **names})


def _expm(a: Any) -> Any:
    """The matrix exponential by its series: a stand-in for the one of SciPy."""
    small, term = np.eye(len(a)), np.eye(len(a))
    for k in range(1, 20):
        term = term @ a / (2**10 * k)
        small = small + term
    return np.linalg.matrix_power(small, 2**10)


def _numpy_names() -> Arrays:
    return {"np": np, "math": math, "scipy": SimpleNamespace(linalg=SimpleNamespace(expm=_expm))}


def _shims() -> dict[str, Arrays]:
    """NumPy under the names of PyTorch and JAX: their sources run where the libraries are not installed."""

    def typed(function: Any) -> Any:
        return lambda *sizes, dtype=None, device=None: function(sizes if len(sizes) > 1 else sizes[0])

    def softmax(z: Any, dim: int = 0, axis: int = 0) -> Any:
        return np.exp(z - np.logaddexp.reduce(z, axis=dim or axis, keepdims=True))

    def sigmoid(z: Any) -> Any:
        return 1 / (1 + np.exp(-z))

    def relu(z: Any) -> Any:
        return np.maximum(z, 0)

    def logsumexp(z: Any, dim: int = 0, axis: int = 0) -> Any:
        return np.logaddexp.reduce(z, axis=dim or axis)

    def total(z: Any, dim: int | None = None, axis: int | None = None) -> Any:
        return np.sum(z, axis=axis if dim is None else dim)

    def softplus(z: Any) -> Any:
        return np.logaddexp(0, z)

    class Shim(SimpleNamespace):
        """A library that has each function of the table under its name."""

        def __getattr__(self, name: str) -> Any:
            fact = TABLE[name].one_element
            if fact is None:
                raise AttributeError(name)
            return lambda z: fact.floating(np, z)

    shared = "outer kron einsum sum diag trace abs exp log sqrt sin cos tan sinh cosh tanh arcsin arccos arctan sign pi"
    shared += " maximum minimum heaviside where"
    common = {name: getattr(np, name) for name in [*shared.split(), "hstack", "vstack", "stack"]}
    common["sum"] = total
    linalg = {
        name: getattr(np.linalg, name) for name in "solve inv det slogdet pinv matrix_power norm svd".split()
    }
    torch = Shim(
        **common,
        eye=lambda n, dtype=None, device=None: np.eye(n),
        ones=typed(np.ones),
        zeros=typed(np.zeros),
        tensor=np.asarray,
        softmax=softmax,
        logsumexp=logsumexp,
        sigmoid=sigmoid,
        relu=relu,
        nn=SimpleNamespace(functional=SimpleNamespace(softplus=softplus)),
        linalg=SimpleNamespace(**linalg, cross=np.cross, matrix_exp=_expm),
    )
    jnp = Shim(
        **common, eye=np.eye, ones=np.ones, zeros=np.zeros, cross=np.cross, block=np.block, array=np.array
    )
    jnp.linalg = SimpleNamespace(**linalg)
    jax = SimpleNamespace(
        nn=SimpleNamespace(
            softmax=softmax, sigmoid=sigmoid, relu=relu, softplus=softplus, logsumexp=logsumexp
        ),
        scipy=SimpleNamespace(linalg=SimpleNamespace(expm=_expm)),
        lax=Shim(),
    )
    return {"torch": {"torch": torch}, "jax": {"jax": jax, "jnp": jnp}}


NEEDS_INVERTIBLE = frozenset(["inv", "adj", "pinv", "matrix_power"])
RUNNABLE = expressions(depth=3, operators=ALGEBRA, indices=FREE_INDICES)


def _agree(expr: Expr, seed: int, library: str, names: Arrays, convert: Any = np.asarray) -> None:
    rounded = names_of(expr) & NEEDS_INVERTIBLE
    assume(
        not (rounded and any(TABLE[n].smoothness == "jump" for n in names_of(expr)))
    )  # the sign of a rounded 0
    points, arrays = _random_point(seed)
    order = list(free_indices(expr).values())
    expected = _independent_value(expr, points, order)
    assume(expected is not None and np.isfinite(expected).all() and np.abs(expected).max(initial=0) < 1e6)
    assert expected is not None
    if library == "torch":
        arrays = {k: convert(v) if k not in DIMS else v for k, v in arrays.items()}
    try:
        got = np.asarray(_run(expr, library, names, arrays), dtype=float)
    except (np.linalg.LinAlgError, RuntimeError) as error:  # PyTorch's LinAlgError is a RuntimeError
        assume("singular" not in str(error).lower())
        raise
    assume("adj" not in names_of(expr) or np.isfinite(got).all())  # its code is for invertible matrices
    assert got.shape == expected.shape, code_for(expr, library)
    # a nearly singular inverse has no digits to compare
    tolerance = 1e-4 if rounded else 1e-7
    assert np.allclose(got, expected, rtol=tolerance, atol=tolerance * (1 + np.abs(expected).max(initial=0)))


WITHIN = """A @ unit(i, n) @ x.T | (unit(i, n) @ x.T).T | x * unit(i, n) - x | exp(x - unit(i, n))
    outer(unit(i, n), x) | kron(unit(i, n), B) | kron(A, unit(i, n) @ unit(j, n).T) | vec(unit(i, n) @ u.T)
    diag(unit(i, n)) | dot(x, unit(i, n)) | diag(unit(i, n) @ x.T) | tr(A @ unit(i, n) @ x.T)
    sum(unit(i, n) @ x.T) | (A @ unit(i, n) @ unit(j, n).T)[j, i] | K(m, n) @ kron(unit(i, n), u)
    kron(unit(i, n) + x, I(m)) | x[i] * A - I(n) | ones(n) @ unit(i, n).T | sum(unit(k, n) @ x.T * y[k], k)
    unit(i, n) / (1 + x[i] ** 2) | unit(i, n) * x / exp(x) | kron(u, unit(i, n)) @ (x.T @ ones(n, n*m))"""
"""Each operator with an index name within it."""


@pytest.mark.parametrize(
    "text", [part.strip() for line in WITHIN.splitlines() for part in line.split("|") if part.strip()]
)
def test_index_names_are_axes_without_a_loop(text: str) -> None:
    expr = parse(text)
    assert " for " not in code_for(expr)
    points, arrays = _random_point(3)
    expected = _independent_value(expr, points, list(free_indices(expr).values()))
    assert expected is not None
    for library in LIBRARIES:
        names = _numpy_names() if library == "numpy" else _shims()[library]
        assert np.allclose(_run(expr, library, names, arrays), expected)


OF_OTHER_PARTS = """K(m, n) @ K(m, n) | diag(K(m, n)) | tr(K(m, n)) | K(m, n) @ kron(W, u) @ ones(p)
    diag(kron(X, X.T))
    outer(x, a) + x | outer(x, a).T @ outer(y, b) | outer(a, b) * x | outer(x.T, a).T + x.T
    kron(u, x) + kron(x, u) | K(m, n) + K(n, m).T | kron(A, C) @ kron(C, A) | tr(kron(X, X.T)) * I(m)
    block([[a, K(1, 1)]]) | K(1, m) @ u | kron(x, I(m))[0, 0]"""
"""Axes of one size with other parts, m·n and n·m, and numbers where arrays are looked for."""


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("text", [part.strip() for part in OF_OTHER_PARTS.replace("\n", "|").split("|")])
def test_axes_that_only_have_the_same_size_are_not_one(text: str, library: str) -> None:
    expr = parse(text)
    points, arrays = _random_point(3)
    expected = _independent_value(expr, points, [])
    assert expected is not None
    names = _numpy_names() if library == "numpy" else _shims()[library]
    got = np.asarray(_run(expr, library, names, arrays), dtype=float)
    assert got.shape == expected.shape
    assert np.allclose(got, expected)


def test_an_entry_of_a_kronecker_product_at_one_index_over_both_axes() -> None:
    i, j = Index("i", Axis.product([N, M])), Index("j", Axis.product([N, M]))
    entry = build("component", parse("sum(kron(A, C) * x[k], k)"), i, j)
    names = _numpy_names() | _random_point(3)[1]
    got = eval(code_for(entry, indices=(i, j)), names)
    assert np.allclose(got, np.kron(names["A"], names["C"]) * names["x"].sum())


def test_the_name_of_a_part_is_none_of_a_size_or_an_index() -> None:
    x, q = Symbol("x", Shape.vector(N)), Symbol("q", Shape.vector(Axis.of("p")))
    given_ = Declarations({"x": x, "q": q})
    for text in ("p * sum(softmax(x) ** 2) * sum(q)", "sum(norm(softmax(x) * (x / q[r])), r)"):
        source = function_for(with_shared_parts(elaborate_expression(f"{text} + sum(softmax(x))", given_)))
        assigned = re.findall(r"^    (\w+) =", source, re.MULTILINE)
        assert len(assigned) == len(set(assigned))
        assert not set(assigned) & set(re.findall(r"for (\w+) in", source))


@settings(max_examples=500, deadline=None)
@given(RUNNABLE, st.integers(0, 20))
def test_numpy_code_has_the_value_of_the_expression(expr: Expr, seed: int) -> None:
    _agree(expr, seed, "numpy", _numpy_names())


@settings(max_examples=150, deadline=None)
@given(RUNNABLE, st.integers(0, 20), st.sampled_from(["torch", "jax"]))
def test_torch_and_jax_sources_run_on_numpy_under_their_names(expr: Expr, seed: int, library: str) -> None:
    _agree(expr, seed, library, _shims()[library])


@settings(max_examples=150, deadline=None)
@given(RUNNABLE, st.integers(0, 20))
def test_torch_code_has_the_value_of_the_expression(expr: Expr, seed: int) -> None:
    torch = pytest.importorskip("torch")
    torch.set_default_dtype(torch.float64)  # for constants without a symbol whose type they could take
    _agree(expr, seed, "torch", {"torch": torch}, lambda a: torch.tensor(a, dtype=torch.float64))


@settings(max_examples=40, deadline=None)
@given(RUNNABLE, st.integers(0, 20))
def test_jax_code_has_the_value_of_the_expression(expr: Expr, seed: int) -> None:
    jax = pytest.importorskip("jax")
    jax.config.update("jax_enable_x64", True)
    _agree(expr, seed, "jax", {"jax": jax, "jnp": importlib.import_module("jax.numpy")})


def test_functions_run() -> None:
    for library, names in {"numpy": {}, **_shims()}.items():
        source = function_for(parse("inv(A + a * I(n)) @ x"), library)
        imports, _, definition = source.partition("\n\n\n")
        scope: Arrays = dict(names)
        exec(definition if names else source, scope)
        arrays = _random_point(3)[1]
        expected = np.linalg.solve(arrays["A"] + arrays["a"] * np.eye(2), arrays["x"])
        assert np.allclose(scope["f"](arrays["A"], arrays["a"], arrays["x"]), expected)
        assert imports == LIBRARIES[library].imports


def test_stable_where_the_textbook_formula_overflows() -> None:
    large = np.array([1000.0, -1000.0])
    for text in ("softmax(x)", "logsumexp(x)", "sigmoid(x)", "softplus(x)"):
        with np.errstate(all="raise", under="ignore"):
            value = eval(code_for(parse(text)), {"np": np, "x": large})
        assert np.isfinite(value).all()


def test_scalars_as_matrices_of_one_entry() -> None:
    a = Symbol("a", Shape.scalar())
    values = {
        "tr": 3,
        "det": 3,
        "inv": 1 / 3,
        "norm": 3,
        "norm1": 3,
        "total": 3,
        "softmax": 1,
        "diag": 3,
        "adj": 1,
    }
    for op, value in values.items():
        assert eval(code_for(build(op, a)), {"np": np, "a": np.float64(3)}) == pytest.approx(value)
    assert eval(code_for(build("outer", a, a)), {"np": np, "a": 3.0}) == 9
    column = Symbol("c", Shape.matrix(Axis.of(1), Axis.of(1)))
    assert code_for(build("matmul", column, a)) == "c * a"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("diag(step(x)) @ A", "((torch.sign(x) + 1) / 2)[:, None] * A"),
        ("sin(pi) * x", "torch.sin(torch.tensor(float(torch.pi), dtype=x.dtype, device=x.device)) * x"),
    ],
)
def test_torch_code_is_bracketed_and_of_the_type_of_its_operands(text: str, code: str) -> None:
    """Found by running all of it with PyTorch, which the tests cannot count on having."""
    assert code_for(parse(text), "torch") == code
