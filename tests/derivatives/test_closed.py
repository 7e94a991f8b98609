"""Closed forms: right by independent evaluation, in matrix notation, and as a textbook prints them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cheatsheet.calculus.differentials import NoDifferential
from cheatsheet.derivatives.closed import form
from cheatsheet.derivatives.closed.form import NoClosedFormError, closed_form
from cheatsheet.derivatives.closed.networks import inner_product, trace
from cheatsheet.derivatives.closed.products import negated, product, scaled, written
from cheatsheet.derivatives.closed.transposes import is_symmetric, turned
from cheatsheet.language.dimensions import Axis, Shape
from cheatsheet.language.elaborate import Declarations, elaborate_expression
from cheatsheet.language.expressions import Apply, Equation, Expr, Number, Sum, Symbol, symbols, walk
from cheatsheet.language.layouts import LAYOUTS
from cheatsheet.language.table import build
from cheatsheet.verdicts.check import verify
from tests.grammar import ALGEBRA, DECLARED, SMOOTH
from tests.strategies import expressions

M, N, P, Q = (Axis.of(name) for name in "mnpq")


def matrix(name: str, rows: Axis, cols: Axis, *properties: str) -> Symbol:
    return Symbol(name, Shape.matrix(rows, cols), frozenset(properties))


def vector(name: str, axis: Axis, **options: Any) -> Symbol:
    return Symbol(name, Shape.vector(axis), **options)


x, z, t = vector("x", N), vector("z", M), Symbol("t", Shape.scalar())
GIVEN = {
    s.name: s
    for s in (
        x,
        z,
        t,
        vector("c", N),
        vector("w", N),
        vector("b", M),
        vector("y", M),
        vector("r", N),
        vector("k", Axis.of(3)),
        vector("l", Axis.of(3)),
        vector("s", Axis.of(6)),
        matrix("N2", Axis.of(2), Axis.of(2)),
        matrix("N3", Axis.of(3), Axis.of(3)),
        Symbol("g", Shape.scalar(), frozenset({"positive"})),
        Symbol("f", Shape.scalar(), of=(x,)),
        vector("u", M, of=(x,)),
        vector("v", M, of=(x,)),
        matrix("A", M, N),
        matrix("B", N, N),
        matrix("C", N, N),
        matrix("D", N, N, "diagonal"),
        matrix("E", M, M),
        matrix("F", P, M),
        matrix("G", N, Q),
        matrix("H", P, Q),
        matrix("K", N, N, "antisymmetric"),
        matrix("Q", N, N, "orthogonal"),
        matrix("S", N, N, "symmetric"),
        matrix("T", N, N, "positive_definite"),
        matrix("X", M, N),
        matrix("Y", N, N),
        Symbol("U", Shape.matrix(N, N), of=(t,)),
        Symbol("V", Shape.matrix(N, N), of=(t,)),
    )
}


def derivative(text: str, wrt: str, layout: str = "denominator") -> Apply:
    node = elaborate_expression(f"diff({text}, {wrt})", Declarations(GIVEN, layout))
    assert isinstance(node, Apply)
    return node


# One line for each way in which a result is put together; the text is exactly what a reader gets.
TEXTBOOK = [
    # forms of vectors
    ("c.T @ x", "x", "c"),
    ("A @ x", "x", "A.T"),
    ("x.T @ x", "x", "2 * x"),
    ("x.T @ B @ x", "x", "(B + B.T) @ x"),
    ("x.T @ S @ x", "x", "2 * S @ x"),
    ("x.T @ D @ x", "x", "2 * D @ x"),
    ("x.T @ K @ x", "x", "zeros(n)"),
    ("norm(x)", "x", "x / norm(x)"),
    ("norm1(x)", "x", "sign(x)"),
    ("norm(A @ x - b) ** 2", "x", "2 * A.T @ (A @ x - b)"),
    ("x.T @ A.T @ A @ x - 2 * b.T @ A @ x + b.T @ b", "x", "2 * A.T @ (A @ x - b)"),
    ("(A @ x - b).T @ E @ (A @ x - b)", "x", "A.T @ (E + E.T) @ (A @ x - b)"),
    ("norm(A @ x - b) ** 2 + g * norm(x) ** 2", "x", "2 * (A.T @ (A @ x - b) + g * x)"),
    ("norm(Q @ x - c) ** 2", "x", "2 * (x - Q.T @ c)"),
    ("norm(x - c)", "x", "(x - c) / norm(x - c)"),
    (
        "x.T @ B @ x / (x.T @ x)",
        "x",
        "((B + B.T) @ x - 2 * (x.T @ B @ x) * x / (x.T @ x)) / (x.T @ x)",
    ),
    ("log(x.T @ T @ x)", "x", "2 * T @ x / (x.T @ T @ x)"),
    ("sqrt(x.T @ T @ x)", "x", "T @ x / sqrt(x.T @ T @ x)"),
    (
        "exp(-norm(x - c) ** 2 / (2 * g ** 2))",
        "x",
        "-exp(-norm(x - c) ** 2 / (2 * g ** 2)) * (x - c) / g ** 2",
    ),
    ("sum(x * log(x))", "x", "log(x) + ones(n)"),
    ("sum(x[i] ** 2 * c[i], i)", "x", "2 * x * c"),
    ("sum(exp(A[i, j] * x[j]), i, j)", "x", "(exp(A @ diag(x)) * A).T @ ones(m)"),
    ("x @ x.T @ c", "x", "c.T @ x * I(n) + c @ x.T"),
    ("x / norm(x)", "x", "I(n) / norm(x) - x @ x.T / norm(x) ** 3"),
    # functions, element by element and of vectors
    ("sigmoid(x)", "x", "diag(sigmoid(x) * (ones(n) - sigmoid(x)))"),
    ("tanh(A @ x + b)", "x", "A.T @ diag(ones(m) - tanh(A @ x + b) ** 2)"),
    ("1 / x", "x", "-diag(1 / x ** 2)"),
    ("x ** 3", "x", "3 * diag(x ** 2)"),
    ("diag(x) @ B @ x", "x", "diag(B @ x) + B.T @ diag(x)"),
    ("sum(log(ones(m) + exp(-y * (A @ x))))", "x", "-A.T @ (y * sigmoid(-y * (A @ x)))"),
    ("-y.T @ log(softmax(z))", "z", "sum(y) * softmax(z) - y"),
    ("softmax(x)", "x", "diag(softmax(x)) - softmax(x) @ softmax(x).T"),
    ("logsumexp(A @ x) - y.T @ A @ x", "x", "A.T @ (softmax(A @ x) - y)"),
    (
        "-sum(y * log(sigmoid(A @ x)) + (ones(m) - y) * log(ones(m) - sigmoid(A @ x)))",
        "x",
        "A.T @ (sigmoid(A @ x) - y)",
    ),
    ("norm(x) ** t", "x", "t * norm(x) ** (t - 2) * x"),
    ("sum(relu(A @ x))", "x", "A.T @ step(A @ x)"),
    ("sum(logsumexp(X @ B, axis=1)) - tr(A.T @ X @ B)", "B", "X.T @ (softmax(X @ B, axis=1) - A)"),
    (
        "tr(A.T @ softmax(X, axis=1))",
        "X",
        "softmax(X, axis=1) * (A - sum(softmax(X, axis=1) * A, axis=1) @ ones(n).T)",
    ),
    ("sum(norm(X @ unit(j, n)), j)", "X", "X @ diag(1 / sqrt(sum(X ** 2, axis=0)))"),
    ("log(abs(det(Y)))", "Y", "inv(Y).T"),
    # traces, determinants, inverses
    ("tr(F @ X @ G @ H.T)", "X", "F.T @ H @ G.T"),
    ("tr(Y.T @ B @ Y)", "Y", "(B + B.T) @ Y"),
    ("tr(Y @ Y)", "Y", "2 * Y.T"),
    ("tr(Y.T @ S @ Y @ C)", "Y", "S @ Y @ (C + C.T)"),
    ("norm(X) ** 2", "X", "2 * X"),
    ("z.T @ X @ x", "X", "z @ x.T"),
    ("x.T @ X.T @ X @ x", "X", "2 * X @ x @ x.T"),
    ("norm(X @ X.T - E) ** 2", "X", "2 * (2 * X @ X.T - E - E.T) @ X"),
    ("det(Y)", "Y", "adj(Y).T"),
    ("logdet(Y)", "Y", "inv(Y).T"),
    ("det(B @ Y @ C)", "Y", "det(B) * det(C) * adj(Y).T"),
    ("logdet(X.T @ X)", "X", "2 * X @ inv(X.T @ X)"),
    ("tr(inv(Y))", "Y", "-(inv(Y) @ inv(Y)).T"),
    ("tr(B @ inv(Y) @ C)", "Y", "-(inv(Y) @ C @ B @ inv(Y)).T"),
    ("c.T @ inv(Y) @ x", "Y", "-inv(Y).T @ c @ x.T @ inv(Y).T"),
    ("logdet(T) + x.T @ inv(T) @ x", "T", "inv(T) - inv(T) @ x @ x.T @ inv(T)"),
    ("logdet(g * I(m) + X @ X.T)", "X", "2 * inv(g * I(m) + X @ X.T) @ X"),
    ("det(Q)", "Q", "det(Q) * Q"),
    ("tr(kron(Y, E))", "Y", "tr(E) * I(n)"),
    ("sum(diag(Y) ** 2)", "Y", "2 * diag(diag(Y))"),
    ("tr(matrix_power(Y, 3))", "Y", "3 * matrix_power(Y, 2).T"),
    ("tr(expm(Y))", "Y", "expm(Y).T"),
    ("det(block([[Y, B], [zeros(n, n), C]]))", "Y", "det(C) * adj(Y).T"),
    # chains of layers
    ("F @ tanh(A @ x + b)", "x", "A.T @ diag(ones(m) - tanh(A @ x + b) ** 2) @ F.T"),
    (
        "norm(E @ tanh(A @ x) - y) ** 2",
        "A",
        "2 * (ones(m) - tanh(A @ x) ** 2) * (E.T @ (E @ tanh(A @ x) - y)) @ x.T",
    ),
    (
        "logsumexp(E @ sigmoid(A @ x)) - y.T @ E @ sigmoid(A @ x)",
        "A",
        "sigmoid(A @ x) * (ones(m) - sigmoid(A @ x)) * (E.T @ (softmax(E @ sigmoid(A @ x)) - y)) @ x.T",
    ),
    (
        "A.T @ softmax(A @ x / sqrt(n))",
        "x",
        "A.T @ (diag(softmax(A @ x / sqrt(n))) - softmax(A @ x / sqrt(n)) @ softmax(A @ x / sqrt(n)).T)"
        " @ A / sqrt(n)",
    ),
    ("x.T @ B @ x * x.T @ C @ x", "x", "(x.T @ C @ x * (B + B.T) + x.T @ B @ x * (C + C.T)) @ x"),
    ("(A @ x) / (A @ c)", "c", "-A.T @ diag(A @ x / (A @ c) ** 2)"),
    ("sum(log(x[i] + x[j]), i, j)", "x", "2 / (ones(n) @ x.T + x @ ones(n).T) @ ones(n)"),
    # by a scalar, of abstract functions
    ("inv(U)", "t", "-inv(U).T @ diff(U, t) @ inv(U).T"),
    ("logdet(U)", "t", "tr(inv(U).T @ diff(U, t))"),
    ("expm(t * B)", "t", "expm(t * B).T @ B.T"),
    ("dot(u, v)", "x", "diff(u, x) @ v + diff(v, x) @ u"),
    ("f * u", "x", "diff(f, x) @ u.T + f * diff(u, x)"),
    ("norm(u) ** 2", "x", "2 * diff(u, x) @ u"),
    ("diff(exp(f), x)", "x", "exp(f) * (diff(f, x) @ diff(f, x).T + diff(f, x, x))"),
    # vec, Kronecker products, blocks, cross products
    ("vec(F @ X @ G)", "vec(X)", "kron(G, F.T)"),
    ("vec(X.T)", "vec(X)", "K(n, m)"),
    ("vec(inv(Y))", "vec(Y)", "-kron(inv(Y), inv(Y).T)"),
    ("vec(X @ X.T)", "vec(X)", "kron(X.T, I(m)) @ (I(m*m) + K(m, m))"),
    ("vec(sin(X))", "vec(X)", "diag(vec(cos(X)))"),
    ("logsumexp(vec(X))", "X", "exp(X) / sum(exp(X))"),
    ("s.T @ kron(N2, N3) @ s", "s", "(kron(N2, N3) + kron(N2.T, N3.T)) @ s"),
    ("kron(x, b)", "x", "kron(I(n), b.T)"),
    ("vec(F @ diag(b) @ E)", "b", "(kron(E.T, ones(p)) * kron(ones(m), F)).T"),
    ("block([[A @ x], [x]])", "x", "block([[A.T, I(n)]])"),
    ("cross(k, l)", "l", "block([[0, k[2], -k[1]], [-k[2], 0, k[0]], [k[1], -k[0], 0]])"),
    ("dot(k, cross(k, l))", "k", "zeros(3)"),
    # components, second derivatives
    ("x.T @ B @ x", "x[j]", "(B @ x)[j] + (B.T @ x)[j]"),
    ("inv(Y)[i, j]", "Y[p1, q1]", "-inv(Y)[i, p1] * inv(Y)[q1, j]"),
    ("A @ x", "x[j]", "unit(j, n).T @ A.T"),
    ("grad(norm(A @ x - b) ** 2, x)", "x", "2 * A.T @ A"),
    ("diff(x.T @ B @ x, x)", "x", "B + B.T"),
    ("hessian(norm(x), x) @ c", "c", "I(n) / norm(x) - x @ x.T / norm(x) ** 3"),
]


@pytest.mark.parametrize(("text", "wrt", "wanted"), TEXTBOOK, ids=lambda value: str(value))
def test_the_form_is_the_one_of_a_textbook(text: str, wrt: str, wanted: str) -> None:
    found = closed_form(derivative(text, wrt)).result
    assert found is not None
    assert str(found) == wanted


ENTRIES = [
    ("z @ x.T", "x", "delta(i, j) * z[k]", "denominator"),
    ("z @ x.T", "x", "z[i] * delta(j, k)", "numerator"),
    ("X", "X", "delta(i, l) * delta(j, k)", "numerator"),
    ("X", "X", "delta(i, k) * delta(j, l)", "mixed"),
    ("F @ X @ G", "X", "F[i, l] * G[k, j]", "numerator"),
    ("inv(Y)", "Y", "-inv(Y)[i, l] * inv(Y)[k, j]", "numerator"),
    ("softmax(x)", "x", "softmax(x)[i] * (delta(i, j) - softmax(x)[j])", "numerator"),
    ("norm(A @ x - b) ** 2", "x", "2 * sum(A[j, i] * (A @ x - b)[j], j)", "numerator"),
    ("exp(X)", "X", "exp(X[i, j]) * delta(i, k) * delta(j, l)", "mixed"),
    ("hessian(sum(x ** 3), x)", "x", "6 * delta(i, j) * delta(i, k)", "numerator"),
]


@pytest.mark.parametrize(("text", "wrt", "wanted", "layout"), ENTRIES)
def test_the_entry_has_its_deltas_contracted(text: str, wrt: str, wanted: str, layout: str) -> None:
    assert str(closed_form(derivative(text, wrt, layout)).entry) == wanted


def test_a_tensor_has_no_matrix_form_and_one_index_for_each_axis() -> None:
    found = closed_form(derivative("F @ X @ G", "X", "numerator"))
    assert found.result is None
    assert [str(i.axis) for i in found.indices] == ["p", "q", "n", "m"]


def test_names_in_use_are_not_taken_for_indices() -> None:
    i, j = vector("i", N), Axis.of("j")
    wide = Symbol("k", Shape.matrix(N, j))
    node = build(
        "diff", build("outer", i, build("matmul", build("transpose", wide), i)), i, params=("mixed",)
    )
    assert not {index.name for index in closed_form(node).indices} & {"i", "j", "k"}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts_differ_by_a_transpose_only(layout: str) -> None:
    for text in ("tanh(A @ x + b)", "u", "norm(x) ** 2 * x"):
        found = closed_form(derivative(text, "x", layout)).result
        assert found is not None
        other = build("transpose", found) if layout == "denominator" else found
        assert verify(Equation(derivative(text, "x", "numerator"), _with_layout(other))).holds


def _with_layout(expr: Expr) -> Expr:
    """Abstract derivatives in the expression laid out by rows of the function, as numerator layout has them."""
    if isinstance(expr, Apply) and expr.op == "diff":
        own = build("diff", *expr.children, params=("numerator",))
        return (
            own
            if own.shape.agrees(expr.shape) and expr.params[0] != "denominator"
            else build("transpose", own)
        )
    if isinstance(expr, Apply):
        args = (_with_layout(a) if isinstance(a, Expr) else a for a in expr.args)
        return build(expr.op, *args, params=expr.params)
    return expr


@pytest.mark.parametrize(
    ("text", "wrt", "named"),
    [
        ("expm(Y @ Y)", "Y", "expm"),
        ("matrix_power(Y, n)", "Y", "matrix_power"),
        ("tr(expm(B @ Y))", "B", None),
    ],
)
def test_an_operator_without_a_rule_refuses_by_name(text: str, wrt: str, named: str | None) -> None:
    if named is None:
        assert closed_form(derivative(text, wrt)).result is not None
        return
    with pytest.raises(NoDifferential, match=named):
        closed_form(derivative(text, wrt))


def test_a_wrong_form_is_never_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is trusted because of how it was found: what is not equal to the derivative is passed over."""
    wrong = build("scale", Number(3), GIVEN["x"])
    monkeypatch.setattr(form, "swept", lambda *_: iter([wrong]))
    monkeypatch.setattr(form, "assembled", lambda *_: wrong)
    monkeypatch.setattr(form, "sum_over_units", lambda *_: iter(()))
    with pytest.raises(NoClosedFormError, match="no closed form"):
        _ = closed_form(derivative("x.T @ x", "x")).result


def test_where_no_product_of_matrices_exists_the_sum_over_basis_vectors_does() -> None:
    asked = derivative("vec(block([[X], [2 * X]]))", "vec(X)", "numerator")
    found = closed_form(asked).result
    assert isinstance(found, Sum)
    assert verify(Equation(asked, found)).holds


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(
    "text", ["vec(kron(E, X))", "vec(kron(X, E))", "vec(diag(diag(Y)) @ Y)", "vec(softmax(X, axis=1))"]
)
def test_vec_of_a_matrix_is_a_matrix_times_vec(text: str, layout: str) -> None:
    asked = derivative(text, "vec(Y)" if "Y" in text else "vec(X)", layout)
    found = closed_form(asked).result
    assert found is not None
    assert not any(isinstance(node, Sum) for node in walk(found))
    assert verify(Equation(asked, found)).holds


# --- any expression ---------------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(expressions(depth=3, operators=SMOOTH), st.sampled_from(LAYOUTS), st.data())
def test_any_smooth_expression_has_a_closed_form(expr: Expr, layout: str, data: st.DataObject) -> None:
    """Checked without the index calculus, which the form was found with: by evaluation at points."""
    assume(symbols(expr))
    node = build("diff", expr, data.draw(st.sampled_from(symbols(expr))), params=(layout,))
    found = closed_form(node)
    equation = _claimed(node, found)
    assert verify(equation, prover=lambda _: False, steps=40_000_000).status != "refuted"
    assert not any(isinstance(n, Apply) and n.op in ("diff", "jet", "d") for n in walk(equation.rhs))
    if found.result is not None:
        text = str(found.result)
        assert elaborate_expression(text, Declarations(DECLARED.symbols, layout)).shape.agrees(node.shape)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(expressions(depth=3, operators=ALGEBRA), st.sampled_from(LAYOUTS), st.data())
def test_what_is_given_for_any_expression_is_right(expr: Expr, layout: str, data: st.DataObject) -> None:
    assume(symbols(expr))
    node = build("diff", expr, data.draw(st.sampled_from(symbols(expr))), params=(layout,))
    try:
        equation = _claimed(node, closed_form(node))
    except (NoDifferential, NoClosedFormError):  # no rule, or defined nowhere
        return
    assert verify(equation, prover=lambda _: False, steps=40_000_000).status != "refuted"


def _claimed(node: Apply, found: form.ClosedForm) -> Equation:
    if found.result is not None:
        return Equation(node, found.result)
    return Equation(build("component", node, *found.indices), found.entry)


# --- parts ------------------------------------------------------------------------------------------------------------


def test_symmetry_is_seen_from_the_form() -> None:
    a, b, s = GIVEN["A"], GIVEN["B"], GIVEN["S"]
    for text in (
        "A.T @ A",
        "B + B.T",
        "inv(A.T @ S1 @ A)",
        "g * I(n) + S",
        "x @ x.T",
        "diag(x)",
        "expm(S)",
        "S * S",
    ):
        given_ = Declarations({**GIVEN, "S1": matrix("S1", M, M, "symmetric")})
        assert is_symmetric(elaborate_expression(text, given_)), text
    for expr in (a, b, build("sub", b, build("transpose", b)), build("matmul", s, b), build("matmul", b, b)):
        assert not is_symmetric(expr)
    u = GIVEN["U"]
    symmetric_now = Symbol("U", u.shape, frozenset({"symmetric"}), (t,))
    assert not is_symmetric(build("diff", symmetric_now, t, params=("numerator",)))


def test_a_transpose_of_a_sum_stays_in_brackets_unless_it_gets_shorter() -> None:
    a, r = GIVEN["A"], build("sub", build("matmul", GIVEN["A"], x), GIVEN["b"])
    assert str(turned(r)) == "(A @ x - b).T"
    assert str(turned(turned(r))) == "A @ x - b"
    rows = build("add", build("transpose", x), build("transpose", GIVEN["c"]))
    assert str(turned(rows)) == "x + c"
    assert str(turned(build("kron", a, GIVEN["B"]))) == "kron(A.T, B.T)"


def test_factors_and_signs_stand_at_the_front() -> None:
    b, c = GIVEN["B"], GIVEN["C"]
    both = build("matmul", b, c)
    assert str(scaled(Number(2), both)) == "2 * B @ C"
    assert str(scaled(Number(2), build("hadamard", b, c))) == "2 * B * C"
    assert str(negated(both)) == "-B @ C"
    assert str(negated(build("sub", b, c))) == "C - B"
    shape = b.shape
    assert (
        str(written(product(Number(1).value / 2, [(t, Number(-2).value)], (b, c), shape)))
        == "B @ C / (2 * t ** 2)"
    )


def test_a_matrix_meets_its_inverse() -> None:
    b, c = GIVEN["B"], GIVEN["C"]
    inverse = build("inv", b)
    assert product(Number(1).value, [], (c, b, inverse), b.shape).chain == (c,)
    turned_both = (build("transpose", inverse), build("transpose", b))
    assert product(Number(1).value, [], turned_both, b.shape).chain == ()


def test_scalars_from_products_take_the_form_with_fewest_transposes() -> None:
    b, c = GIVEN["B"], GIVEN["C"]
    assert str(trace((build("transpose", b), build("transpose", c)))) == "tr(C @ B)"
    assert str(inner_product((build("transpose", b), x), (GIVEN["c"],))) == "x.T @ B @ c"
