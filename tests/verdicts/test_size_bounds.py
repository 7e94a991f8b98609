"""Bounds on sizes: one test for each construct that a bound must count, and what would hold if it were forgotten."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from cheatsheet.catalogue.load import read_given
from cheatsheet.language.elaborate import Declarations, elaborate_claim
from cheatsheet.verdicts.analytic import NotAnalyticError, require_analytic
from cheatsheet.verdicts.argument import sizes_to_reach
from cheatsheet.verdicts.check import verify
from cheatsheet.verdicts.claim import Claim, over_the_reals
from cheatsheet.verdicts.compare import Budget
from cheatsheet.verdicts.exact import vanishes
from cheatsheet.verdicts.size_bounds import local_bounds, rational_bounds
from cheatsheet.verdicts.term_counts import NoBoundError
from cheatsheet.verdicts.verdicts import STEPS, Verdict

TEMPTING = Path(__file__).parents[1] / "corpus" / "tempting.yaml"
GIVEN = """
x: [n], y: [n], A: [n, n], X: [m, n], V: [n, 6], U: [n, 2], a: [], b: [], v: [3], P: [2, 2],
S: {shape: [n, n], is: [symmetric]}, L: {shape: [n, n], is: [lower_triangular]},
D: {shape: [n, n], is: [diagonal]}, Q: {shape: [n, n], is: [orthogonal]}, E: {shape: [n, n], is: [idempotent]},
J: {shape: [n, n], is: [invertible]}, W: {shape: [n, n], is: [antisymmetric, invertible]},
C: {shape: [3, 3], is: [positive_definite]}, G: {shape: [3, 3], is: [positive_definite, positive]},
O: {shape: [3, 3], is: [orthogonal]}, p: {shape: [], is: [positive]}, q: {shape: [], is: [positive]},
k: {shape: [], is: [integer]}, f: {shape: [], of: x}, u: {shape: [n], of: a}, g: {shape: [], of: u}
"""
DECLARED = Declarations(read_given(GIVEN.replace("\n", " ").strip()))


def claim(text: str) -> Claim:
    return Claim(elaborate_claim(text, DECLARED))


def unproved(text: str) -> Verdict:
    return verify(elaborate_claim(text, DECLARED), prover=lambda _: False)


# --- rational claims ---


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        # index names
        ("x.T @ y == y.T @ x", (1,)),
        ("A @ A @ A == A", (4,)),
        ("tr(A @ A @ A) == 0", (3,)),
        ("x.T @ x * x == x", (2,)),
        ("(x.T @ x) ** 4 == 0", (4,)),
        ("sum(A[i, j] * x[i] * y[j], i, j) == 0", (2,)),
        ("A[i, j] == A[j, i]", (2,)),
        ("matrix_power(A, 3) @ x == x", (4,)),
        ("kron(x, y) == kron(y, x)", (2,)),
        ("diag(S) == S @ x", (2,)),
        ("L @ D == D @ L", (3,)),
        # positions
        ("sum(x) == x[0] + x[1] + x[5]", (7,)),
        ("X[0, 3] == X[1, 2]", (4,)),
        ("unit(4, n) == x", (6,)),
        ("delta(i, 2) == x[i]", (4,)),
        ("diff(x.T @ x, x[3]) == 2 * x[3]", (5,)),
        # dimensions as numbers
        ("n * x == x", (1, 2)),
        ("n ** 3 * tr(I(n)) == 0", (1, 2, 3, 4, 5)),
        ("sum(ones(n)) == n", (1, 2)),
        ("sum(ones(n, n)) == n ** 2", (2, 3, 4)),
        ("sum(x[i] ** 0, i) == 0", (1, 2)),
        ("tr(diff(x, x)) == n", (1, 2)),
        ("x.T @ ones(n, n) @ x == n", (2, 3)),
        ("tr(I(n) @ A) == tr(A)", (2,)),
        ("x / n == y / (n + 1)", (1, 2)),
        # determinants and inverses of a fixed size
        ("det(U.T @ U) == 0", (2,)),
        ("det(V.T @ V) / a == 0", (6,)),
        ("inv(U.T @ U) == I(2)", (2,)),
        ("inv(P + det(V.T @ V) * P) == inv(P)", (12,)),
        ("adj(V.T @ V) == zeros(6, 6)", (5,)),
        # fractions
        ("x / (x.T @ y) == y / a", (2,)),
        ("a / (x.T @ x) + b / (x.T @ x) == 0", (1,)),
        ("a / (x.T @ x) + b / (y.T @ y) == 0", (2,)),
        ("diff(a / (x.T @ x), x) == zeros(1, n)", (3,)),
        # only even sizes have values
        ("W @ x == x", (2,)),
        ("W @ W @ W @ x == n * x", (4, 6)),
    ],
)
def test_what_a_bound_counts(text: str, sizes: tuple[int, ...]) -> None:
    assert rational_bounds(claim(text))["n"].sizes == sizes


@pytest.mark.parametrize(
    "text",
    [
        "exp(x) == x",
        "det(A) == 0",
        "inv(A) == A",
        "logdet(A) == 0",
        "expm(A) == A",
        "pinv(X) == X.T",
        "norm(x) == 0",
        "2 ** n == n",
        "x ** k == x",
        "matrix_power(A, n) == A",
        "matrix_power(A, k) == A",
        "sum(x / y) == 0",
        "sum(a / x[i], i) == 0",
        "(ones(n) / x).T @ y == 0",
        "Q @ x == x",
        "E @ x == x",
        "vec(X) == vec(X.T)",
        "block([[x], [X @ x]]) == block([[X @ x], [x]])",
        "block([[x], [y]])[3] == 0",
        "diff(g, a) == 0",
        "d(u) == u",
        "abs(x) == x",
    ],
)
def test_what_has_no_bound(text: str) -> None:
    with pytest.raises(NoBoundError):
        rational_bounds(claim(text))


def test_several_dimensions_are_tried_in_all_combinations() -> None:
    sizes = sizes_to_reach(claim("m * n * sum(X) == 0"))
    assert sizes == [{"m": m, "n": n} for m in (1, 2) for n in (1, 2)]


def test_a_bound_that_is_out_of_reach_is_no_bound() -> None:
    with pytest.raises(NoBoundError):
        sizes_to_reach(claim("x[50] == y[50]"))
    with pytest.raises(NoBoundError):
        sizes_to_reach(claim("n ** 70 * x == x"))


FALSE_UP_TO_THE_BOUND = [
    ("sum(x) == x[0] + x[1] + x[2]", 3),
    ("det(U.T @ U) == 0", 1),
    ("(n - 1) * (n - 2) * (n - 3) * x == zeros(n)", 3),
    ("tr(A) ** 3 - 3 * tr(A) * tr(A @ A) + 2 * tr(A @ A @ A) == 0", 2),
    ("sum(x[i] * y[j] * (x[i] * y[j] - x[j] * y[i]), i, j) == 0", 1),
]


@pytest.mark.parametrize(("text", "last"), FALSE_UP_TO_THE_BOUND)
def test_one_size_less_would_not_be_enough(text: str, last: int) -> None:
    """Claims that are identities below their bound, and seen to be none at it: the theorem gives nothing away."""
    found = claim(text)
    first = min(i for i in range(1, 9) if found.admits({"n": i}))
    for n in range(first, last + 1):
        assert vanishes(found, {"n": n}, Budget(STEPS))
    reached = rational_bounds(found)["n"].sizes
    assert reached[-1] == last + 1
    assert vanishes(found, {"n": last + 1}, Budget(STEPS)) is False


@pytest.mark.parametrize(
    "text",
    [
        "A @ (x + y) == A @ x + A @ y",
        "n * tr(A @ A.T) == n * sum(A * A)",
        "det(U.T @ U) / a == det(U.T @ U) / a + (n - n) * b",
        "x / (x.T @ y) == x * (y.T @ x) / (x.T @ y) ** 2",
        "(x + k * y).T @ x == x.T @ x + k * x.T @ y",
        "diff(a / (x.T @ x), x) == -2 * a * x.T / (x.T @ x) ** 2",
        "sum(x) * x[2] == x[2] * sum(x)",
    ],
)
def test_identity_at_the_bound_proves(text: str) -> None:
    verdict = unproved(text)
    assert (verdict.status, verdict.method) == ("proved", "free-symbols"), verdict
    assert verdict.dims


# --- functions of single entries ---


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("exp(x) * exp(-x) == ones(n)", (1, 2)),
        ("sum(exp(x)) == sum(exp(y))", (1, 2)),
        ("sum(exp(x)) * sum(sin(x)) == 0", (1, 2, 3)),
        ("sum(exp(x)) == exp(x[0]) + exp(x[1])", (2, 3)),
        ("sum(sin(x) ** 2) + sum(cos(x) ** 2) == n", (1, 2)),
        ("sum(x / y) == 0", (1, 2)),
        ("diff(sum(exp(x)), x) == exp(x).T", (1, 2, 3)),
    ],
)
def test_local_bounds(text: str, sizes: tuple[int, ...]) -> None:
    assert local_bounds(claim(text))["n"].sizes == sizes


@pytest.mark.parametrize(
    "text",
    ["exp(sum(x)) == 0", "exp(n * x) == x", "softmax(x) == x", "exp(A @ x) == x", "norm(x) == 0", "exp(J) == J",
     "logsumexp(x) == 0", "det(A) == 0", "x ** a * sum(x) ** a == x", "exp(Q) == Q"],
)  # fmt: skip
def test_what_has_no_local_bound(text: str) -> None:
    with pytest.raises(NoBoundError):
        local_bounds(claim(text))


# --- what is sampled ---


@pytest.mark.parametrize(
    "text",
    [
        "exp(a) == b", "log(p) == a", "log(a - 5) == b", "sqrt(1 + a ** 2) == b", "a / (b ** 2 - 1) == 0",
        "exp(a / (1 + b ** 2)) == 0", "norm(v) == a", "arcsin(a / 2) == b", "tan(a) == b", "logdet(C) == a",
        "p ** a == b", "(1 + a ** 2) ** b == a", "exp(tr(inv(C))) == 0", "softplus(v) == v", "expm(P) == P",
        "sqrt(exp(a) + b ** 2) == a", "(a - b) ** (1 / 2) == a", "diff(norm(v), v) == v.T", "a ** -3 == b",
    ],
)  # fmt: skip
def test_analytic_on_a_connected_domain(text: str) -> None:
    require_analytic(claim(text))


@pytest.mark.parametrize(
    "text",
    [
        "abs(a) == a", "sign(a) == 1", "relu(a) == 0", "norm1(v) == a", "pinv(P) == P", "sqrt(a ** 2) == a",
        "log(a ** 2) == a", "exp(1 / a) == b", "arctan(1 / a) == b", "arcsin(sin(a)) == a", "logdet(P) == a",
        "a ** b == p", "(a * b) ** (1 / 2) == a", "log(tan(a)) == 0", "exp(inv(P)) == P", "tr(O) == exp(a)",
        "sqrt(a * b) == a", "log(det(P)) == a", "norm(v - v) == exp(a)", "(a ** 4) ** (1 / 4) == a", "norm(a) == a",
    ],
)  # fmt: skip
def test_where_samples_could_miss_a_region(text: str) -> None:
    with pytest.raises(NotAnalyticError):
        require_analytic(claim(text))


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("arctan(sinh(a)) == 2 * arctan(tanh(a / 2))", "sampled"),
        ("sqrt(p + q + 2 * sqrt(p * q)) == sqrt(p) + sqrt(q)", "sampled"),
        ("sum(sin(2 * x)) == 2 * sum(sin(x) * cos(x))", "sampled"),
        ("adj(P) == tr(P) * I(2) - P", "checked"),
        ("2 + 2 == 4", "checked"),
        ("(a + k) ** 2 == a ** 2 + 2 * a * k + k ** 2", "checked"),
        ("exp(k * a) * exp(a) == exp((k + 1) * a)", "sampled"),
        # left open
        ("sin(pi * k) == 0", "undecided"),
        ("(-1) ** (2 * k) == 1", "undecided"),
        ("abs(a * b) == abs(a) * abs(b)", "undecided"),
        ("O.T @ O @ v * exp(a) == v * exp(a)", "undecided"),
        ("G @ inv(G) == I(3)", "undecided"),
        ("A @ pinv(A) @ A == A", "undecided"),
        ("det(A.T) == det(A)", "undecided"),
        ("exp(x.T @ A @ x) == exp(x.T @ A.T @ x)", "undecided"),
    ],
)
def test_what_is_said_without_a_proof(text: str, status: str) -> None:
    verdict = unproved(text)
    assert verdict.status == status, verdict
    if status == "undecided":
        assert verdict.message.startswith("equal at")


def test_an_integer_is_any_real_number_in_a_polynomial() -> None:
    real = over_the_reals(claim("(a + k) ** 2 == a ** 2 + k"))
    assert not any("integer" in s.properties for s in real.symbols)
    plain = claim("a == b")
    assert over_the_reals(plain) is plain


# --- names and digits ---


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("0 ** k == 0", "refuted"),
        ("0 ** (2 * k) == 0", "refuted"),
        ("k * (k ** 2 - 1) * (k ** 2 - 4) * (k ** 2 - 9) * (k - 5) * (k - 4) == 0", "refuted"),
        (
            "(k ** 2 - 1) * (k ** 2 - 4) * (k ** 2 - 9) * (k ** 2 - 16) * k ** 2 * (k - 5) * a == 0 * a",
            "refuted",
        ),
        ("abs(k - 9) == 9 - k", "refuted"),
        ("a ** 2 * b == b ** 2 * a", "refuted"),
        ("abs(a - 1000) == 1000 - a", "refuted"),
    ],
)
def test_verdicts_do_not_depend_on_names(text: str, status: str) -> None:
    found = set()
    for k, a in (("k", "a"), ("q", "c"), ("j", "z"), ("s", "alpha"), ("beta", "t")):
        declared = Declarations(read_given(f"{k}: {{shape: [], is: [integer]}}, {a}: [], b: []"))
        renamed = re.sub(r"\bk\b", k, re.sub(r"\ba\b", a, text))
        found.add(verify(elaborate_claim(renamed, declared), prover=lambda _: False).status)
    assert found == {status}


@pytest.mark.parametrize(
    "text",
    [
        "sqrt(2) == 1.41421356237309504880168872420969807857",
        "arctan(2) * x == 1.10714871779409050301706546017853704 * x",
        "pi * a == 3.14159265358979323846264338327950288 * a",
        "sigmoid(a) + sigmoid(-a) * 1.0000000000000000000000000000000000001 == 1",
        "tanh(a / 10 ** 40) == a / 10 ** 40",
        "sin(a / 10 ** 20) == a / 10 ** 20 - (a / 10 ** 20) ** 3 / 6",
        "sqrt(1 + p / 10 ** 30) == 1 + p / (2 * 10 ** 30)",
        "sin(2 * 999999937 * pi * a) == 0",
    ],
)
def test_digits_of_numbers_and_taylor_polynomials_are_seen_through(text: str) -> None:
    assert unproved(text).status == "refuted"


# --- what looks true wherever one looks first ---


def tempting() -> Iterator[Any]:
    groups = yaml.load(TEMPTING.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    for group in groups:
        declared = Declarations(read_given(group["given"]))
        for text in group["claims"]:
            yield pytest.param(text, declared, id=f"{group['kind']}: {text[:60]}")


@pytest.mark.parametrize(("text", "declared"), list(tempting()))
def test_tempting_claims_do_not_hold_and_their_negation_is_not_refuted(
    text: str, declared: Declarations
) -> None:
    verdict = verify(elaborate_claim(text, declared))
    assert verdict.status in ("refuted", "undecided"), verdict
    negated = verify(elaborate_claim(text.replace("==", "!="), declared))
    assert negated.status == ("proved" if verdict.status == "refuted" else "undecided"), negated
