"""How names that nobody declared are read, what is told of it, and where a closed form is said to be defined."""

from __future__ import annotations

import json
import re

import pytest
from click.testing import CliRunner

import cheatsheet
from cheatsheet.catalogue.load import read_given
from cheatsheet.cli import main
from cheatsheet.language.inference import declared_shape, infer_declarations

READINGS = [
    # use first
    ("norm(a)", "a", "a: [n]"),
    ("outer(a, b)", "a", "a: [m], b: [n]"),
    ("dot(c, x)", "x", "c: [n], x: [n]"),
    ("sum(d)", "d", "d: [n]"),
    ("diag(a) @ x", "x", "a: [n], x: [n]"),
    ("a.T @ x", "x", "a: [n], x: [n]"),
    ("norm(mu)", "mu", "mu: [n]"),
    ("norm(u - mu)**2 / sigma**2", "u", "u: [n], mu: [n], sigma: []"),
    ("X @ beta", "beta", "X: [m, n], beta: [n]"),
    ("exp(a) * x", "x", "a: [], x: [n]"),
    # a size
    ("sum(x)/n", "x", "x: [n]"),
    ("1/n * sum(u)", "u", "u: [n]"),
    ("-norm(y - X@w)**2/(2*m)", "w", "y: [m], X: [m, n], w: [n]"),
    ("sum(log(sigmoid(z)))/N + c", "z", "z: [N], c: []"),
    ("norm(x - sum(x)/n*ones(n))**2", "x", "x: [n]"),
    ("x.T @ x / k", "x", "x: [n], k: []"),
    ("sum(x)/(n-1)", "x", "x: [n]"),
    ("sum((x - sum(x)/n*ones(n))**2)/(n-1)", "x", "x: [n]"),
    ("norm(X@w - y)**2/(2*(m + 1))", "w", "X: [m, n], w: [n], y: [m]"),
    ("sum(A)/(m*n)", "A", "A: [m, n]"),
    ("sum(A)/m/n", "A", "A: [m, n]"),
    ("sum(A)/n**2", "A", "A: [n, n]"),
    ("x / y", "x", "x: [n], y: [n]"),
    # numbers
    ("lam * norm(u)**2", "u", "lam: [], u: [n]"),
    ("eps_1 * x + tau2 * y", "x", "eps_1: [], x: [n], tau2: [], y: [n]"),
    ("x.T @ inv(A + lam*I(n)) @ x", "x", "x: [n], A: [n, n], lam: []"),
    ("log(1 + exp(-t * w.T @ u))", "w", "t: [], w: [n], u: [n]"),
    ("norm(A@x - b)**2 + lam*norm(x)**2", "x", "A: [m, n], x: [n], b: [m], lam: []"),
]


@pytest.mark.parametrize(("expression", "wrt", "expected"), READINGS)
def test_undeclared_names_are_read_from_their_use_and_then_from_their_letter(
    expression: str, wrt: str, expected: str
) -> None:
    found = infer_declarations(expression, wrt).symbols
    wanted = {name: declared_shape(symbol.shape) for name, symbol in read_given(expected).items()}
    shapes = {name: declared_shape(symbol.shape) for name, symbol in found.items()}
    assert shapes.keys() == wanted.keys()
    # The letters of sizes are the program's own choice, unless they were written.
    written = {"n", "m", "N"} & set(re.findall(r"\w+", expression))
    assert _pattern(shapes, written) == _pattern(wanted, written)


def _pattern(shapes: dict[str, str], written: set[str]) -> list[list[object]]:
    seen: dict[str, int] = {}
    axes = [[a for a in shapes[name].strip("[]").split(", ") if a] for name in shapes]
    return [[a if a in written else seen.setdefault(a, len(seen)) for a in row] for row in axes]


def test_what_stands_beside_a_matrix_product_is_no_number() -> None:
    with pytest.raises(cheatsheet.ClaimError, match="cannot multiply"):
        infer_declarations("x @ y", "x")


@pytest.mark.parametrize(
    "text", ["sum((x - sum(x)/n)**2)/n", "x - sum(x)/n", "sum(x)/n + x/n", "tr(A)/n + A"]
)
def test_a_divisor_of_a_sum_is_a_number_even_where_only_an_array_would_fit(text: str) -> None:
    with pytest.raises(cheatsheet.ClaimError, match="different shapes") as raised:
        infer_declarations(text, text.split("/n")[0][-2])
    assert "that number times ones(" in raised.value.hint
    assert "n: []" in raised.value.hint


def test_a_declared_size_is_not_touched() -> None:
    found = infer_declarations("sum(x)/n", "x", read_given("x: [m]")).symbols
    assert found["n"].shape.is_scalar
    assert list(infer_declarations("sum(x)/n", "x", read_given("x: [n]")).symbols) == ["x"]


WARNINGS = [
    ("tr(AB)", "B", "AB was read as one symbol; did you mean A @ B?"),
    ("tr(ABC)", "B", "did you mean A @ B @ C?"),
    ("xTx", "x", "did you mean x.T @ x?"),
    ("sum(x_i**2)", "x", "did you mean x[i]?"),
    ("u1**2 + u2**2", "u", "u2 was read as one symbol; did you mean u[2]?"),
    ("x.T @ A @ x", "X", "did you mean to differentiate by x?"),
    ("loss", "w", "loss does not depend on w"),
    ("x - x", "x", "the derivative is zero"),
    ("d(x.T @ x)", "x", "d(x.T @ x) is zero, because none of its symbols stands alone in some d(…)"),
    ("I @ x", "x", "the function is I(n)"),
    ("t * norm(u)**2", "u", "t was read as [m]; for a number: --given 't: []'"),
]


@pytest.mark.parametrize(("expression", "wrt", "expected"), WARNINGS)
def test_what_looks_unintended_is_told(expression: str, wrt: str, expected: str) -> None:
    assert expected in " ".join(cheatsheet.derive(expression, wrt=wrt).warnings)


@pytest.mark.parametrize(
    ("expression", "wrt"), [(e, w) for e, w, _ in READINGS] + [("A @ x", "x"), ("x[0]", "x[0]")]
)
def test_what_is_in_order_gets_no_warning(expression: str, wrt: str) -> None:
    assert cheatsheet.derive(expression, wrt=wrt).warnings == ()


def test_a_function_of_the_variable_depends_on_it() -> None:
    derivative = cheatsheet.derive("f * t", wrt="x", given="x: [n], t: [], f: {shape: [], of: x}")
    assert derivative.warnings == ()
    assert derivative.read_as == {}


def test_the_reading_is_told_on_every_way() -> None:
    derivative = cheatsheet.derive("a.T @ x + tr(AB)", wrt="x", given="a: [n]")
    assert derivative.read_as == {"x": ["n"], "AB": ["m", "m"]}
    done = CliRunner().invoke(main, ["derive", "tr(AB)", "--wrt", "B", "--lang", "en"])
    assert done.exit_code == 0
    assert "read as  AB: [m, m], B: [n, p]" in done.stdout.splitlines()
    assert done.stderr.startswith("warning: tr(AB) does not depend on B")
    done = CliRunner().invoke(main, ["derive", "tr(AB)", "--wrt", "B", "--json"])
    document = json.loads(done.stdout)
    assert document["read_as"] == {"AB": ["m", "m"], "B": ["n", "p"]}
    assert len(document["warnings"]) == 1
    assert document["conditions"] == []
    declared = CliRunner().invoke(
        main, ["derive", "x.T @ x", "--wrt", "x", "--given", "x: [n]", "--lang", "en"]
    )
    assert "read as" not in declared.stdout
    assert declared.stderr == ""


CONDITIONS = [
    ("inv(A)", "A", ["det(A) != 0"]),
    ("logdet(A)", "A", ["det(A) > 0"]),
    ("log(x)", "x", ["x > 0 in every entry"]),
    ("log(a.T @ x)", "x", ["a.T @ x > 0"]),
    ("sqrt(x.T @ x)", "x", ["x.T @ x > 0"]),
    ("norm(x)", "x", ["x != 0"]),
    ("norm(A @ x - b)", "x", ["A @ x - b != 0"]),
    ("norm(x)**2", "x", []),
    ("norm(x)**3", "x", []),
    ("x / norm(x)", "x", ["x != 0"]),
    ("1 / x", "x", ["x != 0 in every entry"]),
    ("x / t", "x", ["t != 0"]),
    ("abs(x)", "x", ["x != 0 in every entry"]),
    ("x**0.5", "x", ["x > 0 in every entry"]),
    ("x**3", "x", []),
    ("tr(pinv(P))", "P", ["the rank of P is the same nearby"]),
    ("arcsin(x)", "x", ["-1 < x < 1 in every entry"]),
    ("log(1 + exp(x.T @ y))", "x", []),
    ("x.T @ A @ x", "x", []),
    ("softplus(x)", "x", []),
]


@pytest.mark.parametrize(("expression", "wrt", "expected"), CONDITIONS)
def test_where_the_closed_form_is_defined_is_told(expression: str, wrt: str, expected: list[str]) -> None:
    given = "t: []" if "/ t" in expression else ""
    found = cheatsheet.derive(expression, wrt=wrt, given=given).conditions
    assert [need for need in found if need in expected] == expected
    assert bool(found) == bool(expected)


EXACTLY = [
    ("arcsin(x)", "x", ["-1 < x < 1 in every entry"]),
    ("arccos(a)", "a", ["-1 < a < 1"]),
    ("tan(a) * a", "a", ["cos(a) != 0"]),
    ("log(abs(a))", "a", ["a != 0"]),
    ("log(a ** 2)", "a", ["a != 0"]),
    ("1 / (1 + x.T @ x)", "x", []),
    ("1 / (x.T @ x + tr(A.T @ A) + 1)", "x", []),
    ("log(2 + dot(x, x) + norm(x) ** 2)", "x", []),
    ("1 / (1 + sum(x ** 2))", "x", []),
    ("1 / (x.T @ y + 1)", "x", ["x.T @ y + 1 != 0"]),
    ("1 / (a - 1)", "a", ["a - 1 != 0"]),
    ("norm(inv(X))", "X", ["det(X) != 0"]),
    ("norm(X) * logdet(X)", "X", ["det(X) > 0"]),
    ("relu(a)", "a", ["a != 0"]),
    ("det(X)", "X", []),
    ("log(1 - sigmoid(a))", "a", []),
    ("sum(norm(W @ unit(k, n)), k)", "W", ["sum(W ** 2, axis=0) > 0 in every entry"]),
    ("sum(norm(W @ unit(k, n)) ** 2, k)", "W", []),
    ("sigmoid(a) / softplus(a)", "a", []),
]


@pytest.mark.parametrize(("expression", "wrt", "expected"), EXACTLY)
def test_no_condition_is_told_twice_or_is_always_so(expression: str, wrt: str, expected: list[str]) -> None:
    assert list(cheatsheet.derive(expression, wrt=wrt).conditions) == expected


def test_what_is_declared_is_no_condition() -> None:
    declared = "A: {shape: [n, n], is: [invertible]}, x: {shape: [n], is: [positive]}"
    assert cheatsheet.derive("log(x).T @ inv(A) @ x", wrt="x", given=declared).conditions == ()


def test_code_has_an_axis_for_an_index_that_no_entry_depends_on() -> None:
    derivative = cheatsheet.derive("sum(A) / y", wrt="A", given="A: [m, n], y: [p]")
    assert derivative.code["numpy"] is not None


def test_code_takes_its_sizes_from_what_stands_in_the_expression() -> None:
    derivative = cheatsheet.derive("x[0]", wrt="x", given="A: [n, n], x: [n]")
    assert derivative.code["numpy"] == "np.eye(x.shape[0])[0]"


@pytest.mark.parametrize(
    ("expression", "wrt", "result"),
    [("(A @ x)[i]", "x[j]", "A[i, j]"), ("(A @ x)[0]", "x[1]", "A[0, 1]"), ("x[i]", "x[i]", "1")],
)
def test_both_may_be_components(expression: str, wrt: str, result: str) -> None:
    derivative = cheatsheet.derive(expression, wrt=wrt)
    assert str(derivative.result) == result
    assert derivative.verdict.status == "proved"
