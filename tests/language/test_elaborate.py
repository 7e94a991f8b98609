"""Syntax tree → typed expressions: shapes, index ranges, and the way back to text."""

from __future__ import annotations

import time
from fractions import Fraction

import pytest
from hypothesis import given, settings

from cheatsheet.language.dimensions import Axis, Shape
from cheatsheet.language.elaborate import Declarations, elaborate_claim, elaborate_expression
from cheatsheet.language.expressions import Apply, Expr, Index, Number, Size, Symbol, walk
from cheatsheet.language.inference import infer_declarations
from cheatsheet.language.syntax import ClaimError
from cheatsheet.language.table import TABLE, Operator
from tests.grammar import DECLARED, EVERYTHING, FREE_INDICES
from tests.strategies import expressions

M, N, P = Axis.of("m"), Axis.of("n"), Axis.of("p")
GIVEN = Declarations(
    {
        **{name: Symbol(name, Shape.matrix(N, N)) for name in ("A", "B", "X")},
        **{name: Symbol(name, Shape.vector(N)) for name in ("x", "y")},
        **{name: Symbol(name, Shape.vector(Axis.of(3))) for name in ("p", "q")},
        "a": Symbol("a", Shape.scalar()),
        "k": Symbol("k", Shape.scalar(), frozenset({"integer"})),
        "R": Symbol("R", Shape.matrix(M, N)),
        "u": Symbol("u", Shape.vector(M), of=(Symbol("x", Shape.vector(N)),)),
    }
)


def read(text: str, given: Declarations = GIVEN) -> Expr:
    return elaborate_expression(text, given)


# --- the table -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", TABLE.values(), ids=lambda row: row.name)
def test_the_good_example_of_a_row_is_well_formed_and_uses_the_operator(row: Operator) -> None:
    equation = elaborate_claim(row.good, GIVEN)
    used = {n.op for side in (equation.lhs, equation.rhs) for n in walk(side) if isinstance(n, Apply)}
    # An abstract derivative has a row of its own and is written as the derivative that it is.
    assert ("diff" if row.name == "jet" else row.name) in used


@pytest.mark.parametrize("row", [row for row in TABLE.values() if row.bad], ids=lambda row: row.name)
def test_the_bad_example_of_a_row_is_refused(row: Operator) -> None:
    with pytest.raises(ClaimError) as caught:
        elaborate_claim(row.bad, GIVEN)
    assert caught.value.start < len(row.bad)


# --- text and back ---------------------------------------------------------------------------------------------------


@settings(max_examples=400, deadline=None)
@given(expressions(depth=4, indices=FREE_INDICES, operators=EVERYTHING - {"d"}))
def test_what_is_printed_reads_back_as_the_same_expression(expr: Expr) -> None:
    # The factor in front says what the free indices range over, where delta(i, j) alone would not.
    product = elaborate_expression(f"x[i] * x[j] * u[k] * ({expr})", DECLARED)
    assert product.children[1] == expr


@pytest.mark.parametrize(
    "text",
    [
        "d(A @ X) == A @ d(X)",
        "A @ B != B @ A",
        "x.T @ (A + A.T) == (x.T @ A + x.T @ A.T)",
        "-(x ** 2) == -x ** 2",
        "(-x) ** 2 == x ** 2",
        "sum(R[i, j] * x[j], j) == (R @ x)[i]",
        "1 / 2 * a == a / 2",
        "a / (a * a) == 1 / a",
        "a - (a - a) == a - a + a",
        "block([[A, x], [x.T, a]])[n_1, 0] == block([[A, x], [x.T, a]])[n_1, 0]",
    ],
)
def test_a_claim_reads_back_from_its_text(text: str) -> None:
    equation = elaborate_claim(text, GIVEN)
    assert elaborate_claim(str(equation), GIVEN) == equation


# --- what text means -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "op"),
    [
        ("a * A", "scale"),
        ("A * a", "scale"),
        ("A * B", "hadamard"),
        ("x.T @ x * A", "scale"),
        ("A / a", "over"),
        ("A / B", "quotient"),
        ("a / x", "reciprocal"),
        ("1 / a", "over"),
        ("x ** 2", "power"),
        ("sum(A)", "total"),
        ("A.T", "transpose"),
        ("x[i]", "component"),
    ],
)
def test_a_sign_means_what_the_shapes_make_of_it(text: str, op: str) -> None:
    expr = read(text)
    assert isinstance(expr, Apply)
    assert expr.op == op


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("R @ x", "m×1"),
        ("x @ x.T", "n×n"),
        ("x.T @ A", "1×n"),
        ("kron(R, A)", "(m*n)×(n*n)"),
        ("vec(R)", "(n*m)×1"),
        ("block([[A, x], [x.T, a]])", "(n + 1)×(n + 1)"),
        ("diag(x)", "n×n"),
        ("diag(A)", "n×1"),
        ("pinv(R)", "n×m"),
        ("K(m, n)", "(m*n)×(n*m)"),
        ("unit(i, n)", "n×1"),
        ("ones(k_1, 2)", "k_1×2"),
        ("diff(R @ x, x)", "m×n"),
        ("diff(x.T @ x, x)", "1×n"),
        ("diff(a * R, R)", "m×n×n×m"),
        ("diff(x.T @ x, x, x)", "n×n"),
        ("grad(x.T @ x, x)", "n×1"),
        ("hessian(x.T @ x, x)", "n×n"),
        ("sum(x[i] * A, i)", "n×n"),
    ],
)
def test_shapes_follow_from_the_table(text: str, shape: str) -> None:
    assert str(read(text).shape) == shape


def test_numbers_are_exact() -> None:
    expr = read("0.1 * a")
    assert isinstance(expr, Apply)
    assert expr.children[0] == Number(Fraction(1, 10))
    assert read("0.5") == read("1 / 2")
    assert read("-3") == Number(-3)


def test_a_dimension_is_a_number_too() -> None:
    assert read("n") == Size(N)
    assert elaborate_claim("tr(I(q_1)) == q_1", Declarations()).rhs == Size(Axis.of("q_1"))


def test_an_index_takes_its_range_from_anywhere_in_the_claim() -> None:
    equation = elaborate_claim("delta(i, j) * x[j] == delta(j, i) * x[i]", GIVEN)
    found = {
        a.name: a.axis
        for n in walk(equation.lhs)
        if isinstance(n, Apply)
        for a in n.args
        if isinstance(a, Index)
    }
    assert found == {"i": N, "j": N}


def test_a_bound_index_shadows_a_free_one() -> None:
    equation = elaborate_claim("R[i, j] * sum(y[i], i) == sum(y[i], i) * R[i, j]", GIVEN)
    assert equation.lhs.shape.is_scalar


def test_only_symbols_that_stand_alone_in_d_vary() -> None:
    equation = elaborate_claim("d(A @ X) == A @ d(X)", GIVEN)
    assert equation.lhs.params == (frozenset({"X"}),)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("R @ R == 1", 1, "@ cannot multiply m×n by m×n"),
        ("x + a == x", 1, "the operands of + have different shapes, n×1 and 1×1"),
        ("x == x.T", 1, "the left side is n×1 and the right side is 1×n"),
        ("tr(R) == 1", 1, "tr needs a square matrix, and this one is m×n"),
        ("a == 2 + zz", 10, "unknown name zz"),
        ("sgn(x) == x", 1, "unknown function sgn"),
        ("A(x) == x", 1, "A is a symbol, not a function"),
        ("det == 1", 1, "det is a function"),
        ("det(A, A) == 1", 1, "det takes 1 argument, and has 2 here"),
        ("i + x[i] == 0", 1, "unknown name i"),
        ("x[i] + i == 0", 8, "i is an index here, and an index stands only in brackets, delta and unit"),
        ("R[i, i] == 0", 6, "the index i ranges over m elsewhere and over n here"),
        ("x[a] == 0", 3, "a is declared as a symbol and cannot be an index"),
        ("x[n] == 0", 3, "n is a dimension and cannot be an index"),
        ("p[3] == 0", 3, "position 3 is outside an axis of 3 entries"),
        ("x[0.0] == 0", 3, "a position is a whole number counted from 0"),
        ("sum(x[i], j) == 0", 11, "the index j does not occur in the sum"),
        ("sum(x[i], i, i) == 0", 14, "the index i is named twice"),
        ("sum(delta(i, i), i) == 1", 18, "nothing says what the index i ranges over"),
        ("I(0) == 1", 3, "a dimension is a positive integer or a name, and this is 0"),
        ("I(x) == A", 3, "x is a symbol, and a dimension is expected here"),
        ("matrix_power(A, a) == A", 1, "matrix_power needs an integer exponent"),
        ("[A] == A", 1, "a list stands only inside block([[…], […]])"),
        (
            "diff(a, 2 * x) == 0",
            9,
            "diff differentiates by a declared symbol, its transpose, its vec, or a component of it",
        ),
        ("a / 0 == 1", 1, "division by zero"),
        ("0 ** -1 == 1", 1, "division by zero"),
        ("10 ** 10 ** 10 == 1", 1, "the exponent is larger than 1000"),
        ("9 ** 999 ** 2 == 1", 1, "the exponent is larger than 1000"),
        ("(9 ** 999) ** 999 == 1", 1, "this constant has too many digits"),
    ],
)
def test_an_ill_formed_claim_is_refused_at_its_place(text: str, column: int, message: str) -> None:
    start = time.perf_counter()
    with pytest.raises(ClaimError) as caught:
        elaborate_claim(text, GIVEN)
    assert (caught.value.message, caught.value.start + 1) == (message, column)
    assert time.perf_counter() - start < 20


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("softmx(x) == x", "did you mean softmax?"),
        ("xx == x", "did you mean x?"),
        ("diff(x.T @ x, x) == 2 * x", "one side needs .T, or another layout is meant"),
        ("R @ R == 1", "transpose the right factor"),
        ("A @ I == A", "call it: I(n)"),
        ("tr(A) == zzzz", "declare it under `given`"),
    ],
)
def test_a_hint_says_how_to_mend_it(text: str, hint: str) -> None:
    with pytest.raises(ClaimError) as caught:
        elaborate_claim(text, GIVEN)
    assert hint in caught.value.hint


def test_a_long_flat_claim_is_read_quickly() -> None:
    start = time.perf_counter()
    elaborate_claim(" + ".join(["(A @ x)[i] * y[j]"] * 150) + " == a", GIVEN)
    assert time.perf_counter() - start < 20


# --- what nobody declared --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wrt", "shapes"),
    [
        ("x.T @ A @ x", "x", {"x": "n×1", "A": "n×n"}),
        ("A @ x - y", "x", {"A": "m×n", "x": "n×1", "y": "m×1"}),
        ("a.T @ x", "x", {"a": "n×1", "x": "n×1"}),
        ("a * x", "a", {"a": "1×1", "x": "n×1"}),
        ("norm(A @ x - b) ** 2", "x", {"A": "m×n", "x": "n×1", "b": "m×1"}),
        ("tr(A @ X @ B)", "X", {"A": "m×n", "X": "n×p", "B": "p×m"}),
        ("logdet(X)", "X", {"X": "n×n"}),
        ("u @ v.T", "v", {"u": "m×1", "v": "n×1"}),
        ("kron(A, B) @ vec(X)", "X", {"A": "m×n", "B": "p×q", "X": "q×n"}),
        ("sum(A[i, j] * x[j], j)", "x", {"A": "m×n", "x": "n×1"}),
        ("(A @ x)[i]", "x[j]", {"A": "m×n", "x": "n×1"}),
        ("matrix_power(A, k)", "A", {"A": "n×n", "k": "1×1"}),
        ("sum(x ** k)", "x", {"x": "n×1", "k": "1×1"}),
        ("tr(I(n) @ X)", "X", {"X": "n×n"}),
        ("cross(x, y)", "x", {"x": "3×1", "y": "3×1"}),
        ("sin(x)", "z", {"x": "m×1", "z": "n×1"}),
    ],
)
def test_undeclared_names_get_the_shapes_that_the_expression_needs(
    text: str, wrt: str, shapes: dict[str, str]
) -> None:
    found = infer_declarations(text, wrt)
    assert {name: str(symbol.shape) for name, symbol in found.symbols.items()} == shapes
    assert elaborate_expression(text, found) is not None


def test_declared_names_keep_their_shapes_and_their_dimensions() -> None:
    given = {"A": Symbol("A", Shape.matrix(N, P), frozenset()), "m": Symbol("m", Shape.scalar())}
    found = infer_declarations("m * y.T @ A @ x", "x", given)
    assert {name: str(s.shape) for name, s in found.symbols.items()} == {
        "A": "n×p",
        "m": "1×1",
        "y": "n×1",
        "x": "p×1",
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x @ y", "@ cannot multiply m×1 by n×1"),
        ("A @ x + x.T", "the operands of + have different shapes, m×1 and 1×n"),
        ("foo(x)", "unknown function foo"),
        ("x +", "the expression ends where a symbol, number or bracket was expected"),
        ("x == x", "a comparison == does not belong here"),
    ],
)
def test_shapes_that_cannot_fit_are_an_error_with_what_was_assumed(text: str, message: str) -> None:
    with pytest.raises(ClaimError) as caught:
        infer_declarations(text, "x")
    assert caught.value.message == message
    if "shapes" in message or "multiply" in message:
        assert "say otherwise with --given" in caught.value.hint
