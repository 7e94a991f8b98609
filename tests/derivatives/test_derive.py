"""``cheatsheet derive`` and its Python API: right, complete, and code that computes what it says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import yaml
from click.testing import CliRunner

import cheatsheet
from cheatsheet.api import derive
from cheatsheet.calculus.prove import prove
from cheatsheet.cli import main
from cheatsheet.derivatives.derivative import Derivative
from cheatsheet.language.dimensions import Axis, Shape
from cheatsheet.language.elaborate import Declarations, elaborate_claim
from cheatsheet.language.errors import CatalogueError
from cheatsheet.language.expressions import Apply, Expr, Symbol, free_indices, symbols, walk
from cheatsheet.language.layouts import LAYOUTS
from cheatsheet.language.syntax import ClaimError
from cheatsheet.printing.arrays import NoCodeError, code_for
from cheatsheet.printing.terminal_maths import plain
from cheatsheet.verdicts.check import verify

PROBLEMS = yaml.safe_load((Path(__file__).parents[1] / "corpus" / "derive.yaml").read_text(encoding="utf-8"))
SIZES = {"m": 4, "n": 3, "p": 2, "q": 5}


def solve(problem: dict[str, Any]) -> Derivative:
    given = json.dumps(problem["given"]).replace('"', "") if "given" in problem else ""
    return derive(problem["expr"], wrt=problem["wrt"], given=given, layout=problem["layout"])


def name_of(problem: dict[str, Any]) -> str:
    return f"{problem['expr']} by {problem['wrt']}, {problem['layout']}"


# --- the corpus ---


@pytest.mark.parametrize("problem", PROBLEMS, ids=name_of)
def test_the_answer_equals_the_expected_one(problem: dict[str, Any]) -> None:
    found = solve(problem)
    if "expect" in problem:
        assert found.result is not None
        text = f"{found.result} == {problem['expect']}"
    else:
        wanted = problem["components"]
        own = {str(i.name): f"{name}_" for i, name in zip(found.indices, wanted["indices"], strict=True)}
        left = renamed(str(found.entry), own)
        text = f"{left} == {renamed(wanted['expr'], {n: f'{n}_' for n in wanted['indices']})}"
    equation = elaborate_claim(text, Declarations(found.given, problem["layout"]))
    assert prove(equation) or verify(equation).holds
    assert found.verdict.holds


def renamed(text: str, names: dict[str, str]) -> str:
    return re.sub(r"[A-Za-z_]\w*", lambda m: names.get(m[0], m[0]), text)


@pytest.mark.parametrize("problem", PROBLEMS, ids=name_of)
def test_the_document_is_complete(problem: dict[str, Any]) -> None:
    found = solve(problem)
    document = found.to_json()
    assert json.loads(json.dumps(document)) == document
    keys = (
        "input wrt layout shape result named read_as conditions warnings components latex steps code verdict"
    )
    assert list(document) == keys.split()
    assert (document["input"], document["wrt"]) == (problem["expr"], problem["wrt"])
    assert (document["result"] is None) == (len(document["shape"]) > 2)
    assert len(document["components"]["indices"]) == len(found.derivative.shape.free_axes)
    assert document["components"]["expr"]
    assert document["steps"]
    for latex in (
        document["latex"],
        document["components"]["latex"],
        *(s["latex"] for s in document["steps"]),
    ):
        assert latex
        assert r"\M" not in latex
    for step in document["steps"]:
        assert set(step["why"]) == {"zh", "en"}
        assert all(step["why"].values())
    if not any(s.of for s in found.given.values()):
        assert not re.search(r"\b(diff|grad|jacobian|hessian|d)\(", document["result"] or "")
        assert all(document["code"].values())


@pytest.mark.parametrize("problem", [p for p in PROBLEMS if "inferred" in p], ids=name_of)
def test_shapes_are_inferred(problem: dict[str, Any]) -> None:
    found = solve(problem)
    names: dict[str, str] = {}
    for name, axes in problem["inferred"].items():
        shape = found.given[name].shape
        own = [str(a) for a in shape.axes if not a.is_one]
        assert len(own) == len(axes), name
        for mine, theirs in zip(own, axes, strict=True):
            assert names.setdefault(mine, theirs) == theirs


# --- code, against finite differences of the input's code ---


def array(symbol: Symbol, seed: int) -> np.ndarray:
    """A point of the symbol's domain: positive entries, well-conditioned square matrices with its properties."""
    generator = np.random.default_rng([seed, *symbol.name.encode()])
    shape = [a.at(SIZES) for a in symbol.shape.free_axes]
    value = generator.uniform(0.2, 1.2, shape)
    if len(shape) == 2 and shape[0] == shape[1]:
        value = value / 4 + 2 * np.eye(shape[0])
        if symbol.properties & {"symmetric", "positive_definite"}:
            value = (value + value.T) / 2
        if "orthogonal" in symbol.properties:
            value = np.linalg.qr(value)[0]
        if "lower_triangular" in symbol.properties:
            value = np.tril(value)
    return value


def evaluate(source: str, values: dict[str, Any]) -> np.ndarray:
    return np.asarray(eval(source, {"np": np, "scipy": SCIPY, **values}))


def exponential(a: np.ndarray) -> np.ndarray:
    """The matrix exponential by its series: scipy is what the code asks for, and no dependency of the tests."""
    total = term = np.eye(len(a))
    for k in range(1, 80):
        term = term @ a / k
        total = total + term
    return total


SCIPY = SimpleNamespace(linalg=SimpleNamespace(expm=exponential))


def differences(source: str, values: dict[str, Any], x: str) -> np.ndarray:
    """The derivative by central differences: the axes of the function, then those of the variable."""
    step, base = 1e-5, values[x]
    columns = []
    for place in np.ndindex(base.shape):
        ends = []
        for sign in (1, -1):
            moved = base.copy()
            moved[place] += sign * step
            ends.append(evaluate(source, {**values, x: moved}))
        columns.append((ends[0] - ends[1]) / (2 * step))
    stacked = np.stack(columns, -1)
    return stacked.reshape(stacked.shape[:-1] + base.shape)


def laid_out(array_: np.ndarray, own: int, layout: str) -> np.ndarray:
    """Numerator: the variable's axes reversed; denominator: all axes of that reversed."""
    axes = list(range(array_.ndim))
    if layout != "mixed":
        axes = axes[:own] + axes[own:][::-1]
    return array_.transpose(axes[::-1] if layout == "denominator" else axes)


NUMERIC = [p for p in PROBLEMS if re.fullmatch(r"\w+", p["wrt"]) and "of" not in str(p.get("given"))]


@pytest.mark.parametrize("problem", NUMERIC, ids=name_of)
def test_the_code_computes_the_derivative(problem: dict[str, Any]) -> None:
    found = solve(problem)
    function: Expr = found.derivative.children[0]
    try:
        source = code_for(function, "numpy", found.given.values())
    except NoCodeError:  # a derivative of its own: the outer one is checked by the verdict
        assert any(
            isinstance(n, Apply) and n.op in ("diff", "grad", "hessian", "jacobian") for n in walk(function)
        )
        return
    values = {name: array(symbol, 1) for name, symbol in found.given.items()}
    values |= {name: size for name, size in SIZES.items() if name not in values}
    expected = differences(source, values, problem["wrt"])
    own = len(function.shape.free_axes)
    code = found.code["numpy"]
    assert code is not None
    np.testing.assert_allclose(
        evaluate(code, values), laid_out(expected, own, problem["layout"]), rtol=1e-6, atol=1e-7
    )


def test_code_is_idiomatic() -> None:
    found = derive("norm(inv(A) @ x - y) ** 2", wrt="x", given="A: [n, n]", layout="denominator")
    assert found.code["numpy"] == "2 * np.linalg.solve(A.T, np.linalg.solve(A, x) - y)"
    assert derive("u.T @ X @ v", wrt="X", layout="denominator").code["torch"] == "torch.outer(u, v)"
    assert derive("softmax(x)", wrt="x").code["jax"] == (
        "jnp.diag(jax.nn.softmax(x)) - jnp.outer(jax.nn.softmax(x), jax.nn.softmax(x))"
    )


# --- input ---


def test_the_function_is_exported_and_returns_expressions() -> None:
    found = cheatsheet.derive("x.T @ A @ x", wrt="x")
    assert str(found.result) == "x.T @ (A + A.T)"
    assert [str(i) for i in found.indices] == ["i"]
    assert found.verdict.status == "proved"
    assert found.given["A"].shape.is_square


def test_symbols_are_given_as_yaml_or_as_a_mapping() -> None:
    n = Axis.of("n")
    mapping = {
        "A": Symbol("A", Shape.matrix(n, n), frozenset({"symmetric"})),
        "x": Symbol("x", Shape.vector(n)),
    }
    by_mapping = derive("x.T @ A @ x", wrt="x", given=mapping)
    by_text = derive("x.T @ A @ x", wrt="x", given="A: {shape: [n, n], is: symmetric}")
    by_shapes = derive(
        "x.T @ A @ x", wrt="x", given={"A": {"shape": ["n", "n"], "is": ["symmetric"]}, "x": ["n"]}
    )
    for found in (by_mapping, by_text, by_shapes):
        assert str(found.result) == "2 * x.T @ A"
    with pytest.raises(CatalogueError, match="a shape is"):
        derive("x", wrt="x", given="x: n")


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_shape_is_that_of_the_layout(layout: str) -> None:
    wanted = {"numerator": ["1", "n"], "denominator": ["n", "1"], "mixed": ["n", "1"]}
    assert derive("sum(x)", wrt="x", layout=layout).to_json()["shape"] == wanted[layout]
    tensor = derive("u @ v.T", wrt="v", given="u: [m], v: [n]", layout=layout).to_json()
    assert tensor["shape"] == (["n", "n", "m"] if layout == "denominator" else ["m", "n", "n"])
    assert tensor["result"] is None


def test_components_play_no_part_in_the_layout() -> None:
    found = derive("(A @ x)[i]", wrt="x[j]")
    assert found.to_json()["result"] == "A[i, j]"
    assert found.to_json()["components"] == {"indices": [], "expr": "A[i, j]", "latex": "a_{ij}"}
    assert set(free_indices(found.entry)) == {"i", "j"}


@pytest.mark.parametrize(
    ("expression", "wrt", "text", "start", "message"),
    [
        ("x.T @", "x", "x.T @", 5, "the expression ends"),
        ("x.T @ x", "x[", "x[", 2, "the expression ends"),
        ("x.T @ x", "x + x", "x + x", 0, "differentiates by a declared symbol"),
        ("foo(x)", "x", "foo(x)", 0, "unknown function foo"),
        ("x.T @ x, x", "x", "x.T @ x, x", 7, "unexpected ','"),
        (
            "tr(Y) + expm(Y @ Y)[0, 0]",
            "Y",
            "tr(Y) + expm(Y @ Y)[0, 0]",
            8,
            "expm has a differential rule for",
        ),
        ("matrix_power(Y, n) @ x", "Y", "matrix_power(Y, n) @ x", 0, "matrix_power has a differential rule"),
    ],
)
def test_what_cannot_be_done_is_said_with_its_place(
    expression: str, wrt: str, text: str, start: int, message: str
) -> None:
    with pytest.raises(ClaimError, match=re.escape(message)) as caught:
        derive(expression, wrt=wrt)
    assert (caught.value.text, caught.value.start) == (text, start)  # type: ignore[attr-defined]


# --- what a reader sees ---


def test_steps_lead_from_the_definition_to_the_result() -> None:
    steps = derive("A @ x", wrt="x").to_json()["steps"]
    assert steps[0]["latex"].endswith(r"= \sum_{k=1}^na_{ik}\,\frac{\partial x_k}{\partial x_j}")
    assert [step["rule"] for step in steps[:3]] == ["def-diff, def-matmul, linearity", "delta", "contract"]
    assert steps[1]["expr"] == "sum(A[i, k] * delta(k, j), k)"
    assert steps[1]["why"]["en"] == r"independent entries: $\frac{\partial x_k}{\partial x_j} = \delta_{kj}$"
    assert r"\begin{bmatrix}" in steps[-1]["latex"]
    assert "按元素排列" in steps[-1]["why"]["zh"]


def test_a_tensor_is_drawn_slice_by_slice() -> None:
    last = derive("u @ v.T", wrt="v").to_json()["steps"][-1]
    assert last["why"]["en"] == "Slice by slice"
    assert last["latex"].count(r"\begin{bmatrix}") == 3


def test_where_components_fill_the_page_the_differential_is_shown() -> None:
    found = derive("hessian(logsumexp(A @ x), x)", wrt="x", given="A: [m, n]")
    assert [step.why.en for step in found.steps] == [
        "rules of the differential",
        "the derivative read off the differential",
    ]
    assert r"\mathrm{d}" in found.steps[0].latex


def test_the_text_is_in_the_language_asked_for() -> None:
    text = {
        lang: str(derive("norm(x)", wrt="x", layout="denominator", lang=lang))
        for lang in ("zh", "en", "both")
    }
    for said in text.values():
        assert "x / norm(x)" in said
        assert "x/‖x‖" in said
    assert "链式法则" in text["zh"]
    assert "chain rule" not in text["zh"]
    assert "chain rule" in text["en"]
    assert "链式法则 / chain rule" in text["both"] or "链式法则" in text["both"]


def test_the_command_prints_the_document() -> None:
    arguments = ["derive", "x.T @ A @ x", "--wrt", "x", "--given", "A: [n, n]", "--layout", "denominator"]
    done = CliRunner().invoke(main, [*arguments, "--json"])
    assert done.exit_code == 0
    assert json.loads(done.stdout)["result"] == "(A + A.T) @ x"
    shown = CliRunner().invoke(main, [*arguments, "--lang", "zh"])
    assert shown.exit_code == 0
    for words in ("(A + A.T) @ x", "(A + Aᵀ)x", "已证", "乘积法则", "numpy:"):
        assert words in shown.stdout
    refused = CliRunner().invoke(main, ["derive", "expm(X @ X)", "--wrt", "X"])
    assert refused.exit_code == 2
    assert "expm has a differential rule" in refused.stderr


@pytest.mark.parametrize(
    ("latex", "wanted"),
    [
        (r"2\M A\T(\M A\M x - \M b)", "2Aᵀ(Ax - b)"),
        (r"\sum_{i=1}^m\sum_{j=1}^na_{ij}\,x_j", "Σᵢ Σⱼ aᵢⱼ xⱼ"),
        (r"\frac{\M x}{\lVert\M x\rVert} - \frac12", "x/‖x‖ - 1/2"),
        (r"\frac{\M x - \M c}{g^2}", "(x - c)/g²"),
        (r"\M X\invT", "X⁻ᵀ"),
        (r"\begin{bmatrix} a & b \\[6pt] c & d \end{bmatrix}", "[a, b; c, d]"),
        (r"\operatorname{tr}(\M A)", "tr(A)"),
        (r"\sqrt{x^2 + y^2}", "√(x² + y²)"),
        (r"x_{\max}^{k+1}", "xₘₐₓᵏ⁺¹"),
        (r"\unknown x", "unknown x"),
    ],
)
def test_formulas_in_unicode(latex: str, wanted: str) -> None:
    assert plain(latex) == wanted


def test_symbols_of_the_result_are_those_of_the_input() -> None:
    for problem in PROBLEMS[:60]:
        found = solve(problem)
        known = set(found.given.values())
        assert set(symbols(found.result or found.entry)) <= known


def test_more_sums_than_an_array_has_axes_and_einsum_has_letters_stop_nothing() -> None:
    found = derive("inv(" * 55 + "X" + ")" * 55, wrt="X").to_json()
    assert found["verdict"] in ("proved", "undecided")
    assert all(code is None or "einsum" in code for code in found["code"].values())
