"""What is false is refuted, by a small counterexample that holds water; nothing false is ever called holding."""

from __future__ import annotations

import time
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from cheatsheet.evaluation.fields import Modular
from cheatsheet.evaluation.points import Points
from cheatsheet.language.dimensions import Axis, Shape
from cheatsheet.language.elaborate import Declarations, elaborate_claim
from cheatsheet.language.expressions import Symbol
from cheatsheet.verdicts.check import verify, verify_text
from cheatsheet.verdicts.claim import Claim
from cheatsheet.verdicts.compare import Budget
from cheatsheet.verdicts.counterexample import complexity, exactly, shrink
from cheatsheet.verdicts.verdicts import STEPS, Verdict

M, N = Axis.of("m"), Axis.of("n")


def symbol(name: str, *axes: Axis, of: tuple[Symbol, ...] = (), **kinds: bool) -> Symbol:
    shape = Shape.scalar() if not axes else Shape.vector(*axes) if len(axes) == 1 else Shape.matrix(*axes)
    return Symbol(name, shape, frozenset(k for k, wanted in kinds.items() if wanted), of)


x = symbol("x", N)
DECLARED = Declarations(
    {
        s.name: s
        for s in (
            *(symbol(name) for name in "ab"),
            x,
            *(symbol(name, N) for name in "yzwv"),
            *(symbol(name, N, N) for name in "ABC"),
            symbol("X", M, N),
            symbol("k", integer=True),
            symbol("r", integer=True),
            symbol("h", N, positive=True),
            symbol("f", of=(x,)),
            symbol("u", M, of=(x,)),
            symbol("Q", N, N, orthogonal=True),
            symbol("P", N, N, idempotent=True),
            symbol("S", N, N, symmetric=True),
            symbol("W", N, N, antisymmetric=True),
        )
    }
)


def unproved(text: str) -> Verdict:
    """The verdict with a prover that knows nothing, so that the tiers of this package stand alone."""
    return verify(elaborate_claim(text, DECLARED), prover=lambda equation: False)


FALSE = [
    # only for commuting matrices, only at n = 1, only where m = n, only up to a term of rank one
    "A @ B == B @ A",
    "(A + B) @ (A - B) == A @ A - B @ B",
    "tr(A @ B) == tr(A) * tr(B)",
    "det(A + B) == det(A) + det(B)",
    "det(2 * A) == 2 * det(A)",
    "inv(I(n) + x @ x.T) == I(n) - x @ x.T",
    "adj(A) == det(A) * A.T",
    "det(X @ X.T) == det(X.T @ X)",
    # derivatives: a factor, a transpose, a sign, a symmetric part forgotten
    "diff(x.T @ A @ x, x) == 2 * x.T @ A",
    "diff(det(A), A) == det(A) * inv(A).T",
    "diff(logdet(A), A) == inv(A).T",
    "hessian(x.T @ A @ x, x) == 2 * A",
    "d(inv(A)) == -inv(A) @ inv(A) @ d(A)",
    "diff(norm(x), x) == x.T",
    "jacobian(u * u, x) == 2 * jacobian(u, x)",
    "diff(f ** 2, x) == 2 * diff(f, x)",
    # properties misused
    "det(Q) == 1",
    "P == P.T",
    "norm(P) ** 2 == tr(P)",
    "diff(x.T @ S @ x, S) == 2 * x @ x.T - diag(x * x)",
    "det(W) == 0",
    "logdet(S) == sum(log(abs(diag(S))))",
    # true only where nobody looks first
    "sign(a) ** 2 == 1",
    "sqrt(a ** 2) == a",
    "abs(x) == x",
    "arctan(tan(a)) == a",
    "arccos(cos(a)) == abs(a)",
    "(a ** 2) ** b == a ** (2 * b)",
    "(a - a) ** b == 0",
    "0 ** (n - 1) == 0",
    "matrix_power(A, k) == A @ A",
    "k * (k - 1) * (k + 1) * (k - 2) * (k + 2) * (k - 3) * (k - 5) * a == 0",
    "(k - r) * (k - r - 1) * (k - r + 1) * (k - r - 2) * a == 0",
    "cos(k * pi) == 1",
    "pinv(A @ B) == pinv(B) @ pinv(A)",
    "x / norm(x) == x / sum(x)",
    "norm(x) == norm1(x)",
    "softplus(100 * a) == relu(100 * a)",
    # behind a constant
    "sign((a - 17) ** 2) == 1",
    "relu(a - 50) == 0",
    "relu(a ** 2 - 100) == 0",
    "relu(a - 1 / 3) * relu(1 / 2 - a) == 0",
    "abs(a - 1000) == 1000 - a",
    "exp(a) * (abs(a - 100) + abs(a + 100)) == 200 * exp(a)",
    # zero at every fraction that is easily thought of
    "sin(8 * pi * a) == 0",
    "sin(64 * pi * a) * b == 0",
    # too small to be seen
    "exp(a) + 10 ** -60 == exp(a)",
    "exp(a) + 10 ** -300 == exp(a)",
    "tanh(100) == 1",
    "exp(-1000) == 0",
    "sin(a) ** 2 + cos(a) ** 2 == 1 + 10 ** -40",
    "cos(a) == sin(a + pi / 2 + 10 ** -30)",
    "A + I(n) / 10 ** 40 == A",
    # zero modulo every prime in use
    "536870909 * x == zeros(n)",
    "536870909 * 536870879 * 536870869 * 536870849 * 536870839 * 536870837 * 536870819 * 536870813 * x == zeros(n)",
    # small dimensions lie
    "(A @ B - B @ A) @ (A @ B - B @ A) @ C == C @ (A @ B - B @ A) @ (A @ B - B @ A)",
    "A @ A - tr(A) * A + (tr(A) ** 2 - tr(A @ A)) / 2 * I(n) == zeros(n, n)",
    "det(block([[dot(x, x), dot(x, y), dot(x, z), dot(x, w)], [dot(y, x), dot(y, y), dot(y, z), dot(y, w)], "
    "[dot(z, x), dot(z, y), dot(z, z), dot(z, w)], [dot(w, x), dot(w, y), dot(w, z), dot(w, w)]])) == 0",
    "(n - 1) * (n - 2) * (n - 3) * (n - 4) * (n - 5) * (n - 6) * norm(x) == 0",
    "(n - 1) * (n - 2) * (n - 3) * (n - 5) * (n - 8) * x == zeros(n)",
    "(-1) ** n == 1",
]


@pytest.mark.parametrize("text", FALSE)
def test_false_claims_are_refuted(text: str) -> None:
    verdict = unproved(text)
    assert verdict.status == "refuted", verdict
    assert verdict.counterexample is not None
    assert verdict.counterexample.left != verdict.counterexample.right
    assert verdict.seconds < 30


def test_five_vectors_in_four_dimensions() -> None:
    names = "xyzwv"
    rows = ", ".join("[" + ", ".join(f"dot({a}, {b})" for b in names) + "]" for a in names)
    verdict = unproved(f"det(block([{rows}])) == 0")
    assert verdict.status == "refuted"
    assert verdict.counterexample is not None
    assert verdict.counterexample.dims["n"] == 5


UNREACHABLE = [
    "(k + 1) * k * (k - 1) * (k - 2) * (k - 3) * (k - 4) * (k - 5) * (k - 6) * (k - 7) * (k - 8) * (k + 2) * (k + 3) "
    "* (k + 4) * a == 0",
    "exp(-exp(exp(10))) == 0",
    "sign(a ** 2 - 2) ** 2 == 1",  # fails at an irrational number only
    "(n - 1) * (n - 2) * (n - 3) * (n - 4) * (n - 5) * (n - 6) * (n - 7) * (n - 8) * (n - 9) * (n - 10) * (n - 11) "
    "* (n - 12) * (n - 13) * norm(x) == 0",
]


@pytest.mark.parametrize("text", UNREACHABLE)
def test_what_is_out_of_reach_is_not_called_holding(text: str) -> None:
    assert not unproved(text).holds


TRUE = [
    "diff(x.T @ A @ x, x) == x.T @ (A + A.T)",
    "det(A @ B) == det(A) * det(B)",
    "pinv(x) == x.T / (x.T @ x)",
    "A @ adj(A) == det(A) * I(n)",
    "norm(Q @ x) == norm(x)",
    "P @ P == P",
    "log(a * b) == log(a) + log(b)",
    "sin(k * pi) == 0",
    "h ** a * h ** b == h ** (a + b)",
    "0 ** n == 0",
    "matrix_power(Q, k) @ matrix_power(Q.T, k) == I(n)",
    "diff(softmax(x), x) == diag(softmax(x)) - softmax(x) @ softmax(x).T",
    "expm(W) @ expm(W).T == I(n)",
    "diff(f ** 2, x) == 2 * f * diff(f, x)",
    "sign(a) * abs(a) == a",
]


@pytest.mark.parametrize("text", TRUE)
def test_true_claims_are_not_refuted(text: str) -> None:
    verdict = unproved(text)
    assert verdict.holds or (verdict.status == "undecided" and verdict.message.startswith("equal at")), (
        verdict
    )
    assert verdict.dims


# --- the counterexamples themselves ---


def arrays(verdict: Verdict) -> tuple[dict[str, Any], Any, Any]:
    example = verdict.counterexample or verdict.witness
    assert example is not None
    return (
        {name: np.array(v, dtype=float) for name, v in example.values.items()},
        np.array(example.left, dtype=float),
        np.array(example.right, dtype=float),
    )


def test_a_counterexample_can_be_recomputed_by_hand() -> None:
    s, left, right = arrays(unproved("diff(x.T @ A @ x, x) == 2 * x.T @ A"))
    assert (left == s["x"].T @ (s["A"] + s["A"].T)).all()
    assert (right == 2 * s["x"].T @ s["A"]).all()
    s, left, right = arrays(unproved("tr(A @ B) == tr(A) * tr(B)"))
    assert left == np.trace(s["A"] @ s["B"])
    assert right == np.trace(s["A"]) * np.trace(s["B"])
    s, left, right = arrays(unproved("A @ B != B @ A"))
    assert (left == s["A"] @ s["B"]).all()
    assert (right == s["B"] @ s["A"]).all()


def test_counterexamples_are_small() -> None:
    for text in ("A @ B == B @ A", "tr(A @ B) == tr(A) * tr(B)", "diff(x.T @ A @ x, x) == 2 * x.T @ A"):
        example = unproved(text).counterexample
        assert example is not None
        assert example.dims == {"n": 2}
        entries = np.concatenate([np.ravel(v) for v in example.values.values()])
        assert np.abs(entries).max() == 1
        assert np.count_nonzero(entries) <= 3


def test_the_shape_of_values_is_that_of_the_declaration() -> None:
    example = unproved("a * x == x").counterexample
    assert example is not None
    assert isinstance(example.values["a"], int)
    assert example.values["x"] == [[1]]
    assert example.left == [[example.values["a"]]]
    assert example.right == [[1]]


def test_free_indices_are_reported() -> None:
    example = unproved("A[i, j] == A[j, i]").counterexample
    assert example is not None
    i, j = example.index["i"], example.index["j"]
    assert i != j
    assert example.left == example.values["A"][i][j]
    assert example.right == example.values["A"][j][i]


def test_functions_are_given_by_formulas() -> None:
    example = unproved("diff(f, x) == zeros(n).T").counterexample
    assert example is not None
    assert example.values["f"] == "x[0]"
    assert example.left == [[1]]


def test_increments_are_given() -> None:
    example = unproved("d(A @ A) == 2 * A @ d(A)").counterexample
    assert example is not None
    a, increment = (np.array(example.values[name]) for name in ("A", "d(A)"))
    assert (np.array(example.left) == increment @ a + a @ increment).all()
    assert (np.array(example.right) == 2 * a @ increment).all()


def test_exact_numbers_and_decimals() -> None:
    example = unproved("norm(x) == norm1(x)").counterexample
    assert example is not None
    assert example.left == "1.41421356237309504880168872421"
    example = unproved("Q + Q.T == 2 * I(n)").counterexample
    assert example is not None
    for entry in np.ravel(example.values["Q"]):
        Fraction(str(entry))


def test_not_equal() -> None:
    verdict = unproved("A @ B != B @ A")
    assert verdict.status == "proved"
    assert verdict.witness is not None
    assert verdict.counterexample is None
    verdict = verify(elaborate_claim("A + B != B + A", DECLARED), prover=lambda equation: True)
    assert verdict.status == "refuted"
    assert verdict.witness is None
    assert verdict.counterexample is None
    assert (
        unproved("sin(a) ** 2 + cos(a) ** 2 != 1").status == "undecided"
    )  # sampling is no proof of identity
    assert unproved("exp(-exp(exp(10))) != 0").status == "undecided"


def test_shrinking_keeps_the_failure_and_never_grows() -> None:
    claim = Claim(elaborate_claim("tr(A @ B) == tr(A) * tr(B)", DECLARED))
    budget = Budget(STEPS)
    point = Points(claim.symbols, {"n": 3}, 40, "small", seed=9).select([])
    batch = Points(claim.symbols, {"n": 3}, 40, "small", seed=9)
    failing = exactly(claim, batch, budget).differs
    for k in np.flatnonzero(failing)[:5]:
        point = batch.select([int(k)])
        smaller = shrink(claim, point, Modular(), budget)
        assert exactly(claim, smaller, budget).differs.all()
        assert complexity(smaller)[0] <= complexity(point)[0]
    assert failing.any()


# --- hostile claims ---


@pytest.mark.parametrize(
    "text",
    [
        "I(1000) @ I(1000) == I(1000)",
        "K(900, 900) == K(900, 900).T",
        "kron(kron(kron(A, B), kron(A, B)), kron(kron(A, B), kron(A, B))) == kron(kron(kron(A, B), kron(A, B)), "
        "kron(kron(A, B), kron(B, A)))",
        "((a ** 1000) ** 1000) ** 1000 == a",
        "((exp(a) ** 1000) ** 1000) ** 1000 == a",
        "matrix_power(matrix_power(A, 1000), 1000) == A",
        "hessian(det(kron(A, kron(B, C))), x) == zeros(n, n)",
        "sum(A[i, j] * A[j, p] * A[p, q] * A[q, r] * A[r, s] * A[s, t] * A[t, i], i, j, p, q, r, s, t) == 0",
        "x[999] == y[999]",
        "exp(exp(exp(exp(a)))) == 0",
        "-" * 190 + "a == a",
        "exp(" * 90 + "a" + ")" * 90 + " == a",
    ],
)
def test_hostile_claims_end_in_time(text: str) -> None:
    started = time.process_time()
    verify_text(text, DECLARED)
    assert time.process_time() - started < 30


def test_definitions_that_double_end_in_time() -> None:
    """q1 = q0 ∘ q0, q2 = q1 ∘ q1, …: 60 steps are 2^60 factors, in 60 nodes."""
    symbols = dict(DECLARED.symbols)
    last = "a"
    for step in range(60):
        left = elaborate_claim(f"{last} * {last} == 0", Declarations(symbols)).lhs
        last = f"q_{step}"
        symbols[last] = Symbol(last, left.shape, definition=left)
    for text in (f"{last} == a", f"exp({last}) == a", f"{last} == {last}"):
        started = time.process_time()
        verify_text(text, Declarations(symbols))
        assert time.process_time() - started < 30
