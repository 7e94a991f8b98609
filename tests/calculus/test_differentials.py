"""Differential rules: against jets and finite differences, operator by operator, and what has no rule says so."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cheatsheet.calculus.differentials import NoDifferential, differentiate, expand_differential
from cheatsheet.calculus.prove import prove
from cheatsheet.catalogue.load import read_given
from cheatsheet.evaluation.evaluate import Evaluator
from cheatsheet.evaluation.fields import Floating, Modular, UnsupportedError
from cheatsheet.evaluation.points import Points, atoms
from cheatsheet.language.elaborate import Declarations, elaborate_claim, elaborate_expression
from cheatsheet.language.expressions import Apply, Equation, Expr, Symbol, walk
from cheatsheet.language.table import TABLE, build
from cheatsheet.verdicts.check import verify
from cheatsheet.verdicts.claim import nodes
from tests.grammar import RATIONAL, SMOOTH, SYMBOLS
from tests.strategies import expressions

DIMS = {"m": 2, "n": 3, "p": 2}
STEP = 1e-5
VARYING = {s.name: s for s in SYMBOLS if s.name in ("x", "A", "X", "a")}


def increments(expr: Expr) -> Expr | None:
    """dY by the rules of the index calculus, x, A, X and a varying."""
    return differentiate(expr, {s: s.increment for s in VARYING.values()})


def batch_of(*exprs: Expr, count: int = 10, seed: int = 0) -> Points:
    own = [n for e in exprs for n in nodes(e) if isinstance(n, Symbol) and n.definition is None]
    plain = [s for s in own if s.kind == "symbol"]
    return Points(atoms([*plain, *VARYING.values()]), DIMS, count, "real", 8, seed)


def numbers(expr: Expr, points: Points, field: Any) -> tuple[Any, Any]:
    evaluator = Evaluator(points, field)
    with np.errstate(all="ignore"):
        base = np.broadcast_to(evaluator(expr).base, (points.count, *(a.at(DIMS) for a in expr.shape)))
    return base, ~evaluator.domain.undefined


def compare_with_jets(expr: Expr, seed: int) -> bool:
    """Whether the rule's differential and the evaluator's could be compared; they must be equal then."""
    by_rules = increments(expr)
    if by_rules is None:
        by_rules = build("zeros", *expr.shape.axes)
    by_jets = build("d", expr, params=(frozenset(VARYING),))
    points = batch_of(expr, seed=seed)
    for field in (Modular(), Floating()):
        try:
            ours, defined = numbers(by_rules, points, field)
            theirs, too = numbers(by_jets, points, field)
        except UnsupportedError:
            continue
        both = defined & too
        a, b = ours[both], theirs[both]
        if not field.exact:
            fine = (np.isfinite(a) & np.isfinite(b) & (abs(b) < 1e6)).all(axis=(1, 2))
            if not np.allclose(a[fine], b[fine], rtol=1e-6, atol=1e-6):  # rounding, or a wrong rule?
                assert verify(Equation(by_rules, by_jets), steps=100_000_000).status != "refuted"
            return bool(fine.any())
        assert (a == b).all()
        if both.any():
            return True
    return False


SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]


@pytest.mark.parametrize(
    ("operators", "depth"),
    [(RATIONAL | {"block", "K"}, 3), (SMOOTH | {"norm", "sqrt", "log", "over"}, 3)],
    ids=["rational", "smooth"],
)
def test_rules_agree_with_jets(operators: frozenset[str], depth: int, full: bool) -> None:
    seen: Counter[str] = Counter()

    @settings(max_examples=3000 if full else 150, deadline=None, suppress_health_check=SLOW)
    @given(expressions(depth=depth, operators=operators), st.integers(0, 1000))
    def run(expr: Expr, seed: int) -> None:
        try:
            seen["compared" if compare_with_jets(expr, seed) else "undefined"] += 1
        except NoDifferential:
            seen["refused"] += 1

    run()
    assert seen["compared"] > 3 * (seen["undefined"] + seen["refused"]), seen


GIVEN = "A: [n, n], B: [n, n], X: [m, n], x: [n], y: [n], a: [], b: [], q: [3], w: [3], p: [3]"
SMOOTH_POINTS = {
    "component": "(A @ A)[0, 1]",
    "power": "x ** 3",
    "over": "X / a",
    "quotient": "A / (B + A * A)",
    "reciprocal": "2 / x",
    "matmul": "A @ A.T @ X.T",
    "dot": "dot(x, A @ x)",
    "outer": "outer(x, x * x)",
    "cross": "cross(q, q * q * w)",
    "kron": "kron(A, X)",
    "vec": "vec(X.T @ X)",
    "diag": "diag(A @ A)",
    "block": "block([[A, x], [x.T, a * I(1)]])",
    "det": "det(A + B)",
    "logdet": "logdet(A @ A.T)",
    "inv": "inv(A) @ B",
    "adj": "adj(A)",
    "pinv": "pinv(X)",
    "matrix_power": "matrix_power(A, -3)",
    "expm": "expm(a * B)",
    "norm": "norm(X)",
    "norm1": "norm1(X)",
    "softmax": "softmax(A @ x)",
    "logsumexp": "logsumexp(A @ x)",
    "softmax_along": "softmax(X, axis=1)",
    "logsumexp_along": "logsumexp(X, axis=0)",
    "sum_along": "sum(X * X, axis=1)",
    "diff": "diff(x.T @ A @ x, x)",
    "grad": "grad(tr(A @ A @ A), A)",
    "jacobian": "jacobian(A @ (x * x), x)",
    "hessian": "hessian(x.T @ A @ x * a, x)",
    "total": "sum(X * X)",
    "tr": "tr(A @ A)",
    **{name: f"{name}(x * 0.1)" for name, row in TABLE.items() if row.one_element},
    "log": "log(x * x)",
    "sqrt": "sqrt(x * x + ones(n))",
}
CONSTANT = {"pi", "I", "ones", "zeros", "unit", "K", "delta", "d", "jet"} | {
    name for name, row in TABLE.items() if row.one_element and row.one_element.slope == "0"
}
"""Without a differential of their own: constants, what is constant between its jumps, ``d``, and abstract
derivatives, which are differentiated by what they are functions of."""


def parse(text: str) -> Expr:
    return elaborate_expression(text, Declarations(read_given(GIVEN)))


def moving(text: str) -> tuple[Expr, Expr | None]:
    expr = parse(text)
    own = {n for n in walk(expr) if isinstance(n, Symbol) and n.name in "AXxaq"}
    return expr, differentiate(expr, {s: s.increment for s in own})


@pytest.mark.parametrize("name", sorted(set(TABLE) - CONSTANT))
def test_each_operator_against_finite_differences(name: str) -> None:
    """Nothing but values of the expression itself: (Y(x + h·dx) − Y(x − h·dx)) / 2h."""
    text = SMOOTH_POINTS.get(name, TABLE[name].good.split("==")[0].strip())
    expr, rule = moving(text)
    assert name in {n.op for n in walk(expr) if isinstance(n, Apply)}
    assert rule is not None, f"{name} falls through to no dependence"
    compared = 0
    symbols = atoms([n for n in nodes(expr) if isinstance(n, Symbol)])
    for seed in range(6):
        points = Points(symbols, DIMS, 6, "real", 8, seed)
        field = Floating()
        here, defined = numbers(rule, points, field)
        moved = [shifted(points, sign * STEP) for sign in (1, -1)]
        (up, above), (down, below) = (numbers(expr, p, field) for p in moved)
        fine = defined & above & below & (abs(here).max(axis=(1, 2)) < 100)
        fine &= (abs(up).max(axis=(1, 2)) < 100) & (abs(down).max(axis=(1, 2)) < 100)
        slope = (up[fine] - down[fine]) / (2 * STEP)
        np.testing.assert_allclose(here[fine], slope, rtol=1e-3, atol=1e-3)
        compared += int(fine[2:].sum())
    assert compared >= 3


class Shifted(Points):
    """Points whose moving symbols are shifted along their increments."""

    step = 0.0

    def value(self, symbol: Symbol, domain: Any) -> Any:
        base = super().value(symbol, domain)
        if symbol.kind == "symbol" and symbol.name in "AXxaq":
            return base + self.step * super().value(symbol.increment, domain)
        return base


def shifted(points: Points, step: float) -> Points:
    found = Shifted(points.symbols, points.dims, points.count, points.style, points.denominator, points.seed)
    found.integers = points.integers
    found.step = step
    return found


def test_what_has_no_rule_is_refused_by_name() -> None:
    given = "A: [n, n], k: {shape: [], is: integer}, N: {shape: [n, n], is: antisymmetric}"
    declared = Declarations(read_given(given + ", P: {shape: [n, n], is: idempotent}"))
    for text, names in [
        ("expm(A)", "A"),
        ("matrix_power(A, k)", "A"),
        ("matrix_power(A, k)", "k"),
        ("tr(matrix_power(A, k))", "k"),
        ("adj(N)", "N"),
        ("adj(P)", "P"),
    ]:
        expr = elaborate_expression(text, declared)
        symbol = declared.symbols[names]
        operator = text.removeprefix("tr(").split("(")[0]
        with pytest.raises(NoDifferential, match=operator):
            differentiate(expr, {symbol: symbol.increment})


def test_what_does_not_vary_has_no_differential() -> None:
    for text in ("A @ B", "inv(B)", "pi * B", "sum(B) * ones(n)", "softmax(B @ y)"):
        expr = parse(text)
        assert differentiate(expr, {parse("x"): parse("x").increment}) is None  # type: ignore[dict-item]


# --- abstract functions ---

ABSTRACT = (
    "x: [n], y: [n], t: [], f: {shape: [], of: [x, y]}, u: {shape: [m], of: x}, v: {shape: [m], of: x}, "
    "w: {shape: [p], of: u}, g: {shape: [], of: u}, U: {shape: [m, m], of: t}, h: {shape: [], of: t}, A: [m, m]"
)
CHAIN = [
    ("diff(g, x) == diff(g, u) @ diff(u, x)", True),
    ("diff(w, x) == diff(w, u) @ diff(u, x)", True),
    ("diff(u.T @ v, x) == u.T @ diff(v, x) + v.T @ diff(u, x)", True),
    ("diff(u.T @ A @ u, x) == u.T @ (A + A.T) @ diff(u, x)", True),
    ("diff(f, x, y) == diff(f, y, x).T", True),
    ("hessian(f, x) == hessian(f, x).T", True),
    ("diff(inv(U), t) == -inv(U) @ diff(U, t) @ inv(U)", True),
    ("diff(det(U), t) == det(U) * tr(inv(U) @ diff(U, t))", True),
    ("diff(exp(h), t, t) == exp(h) * (diff(h, t, t) + diff(h, t) ** 2)", True),
    ("d(f) == diff(f, x) @ d(x) + diff(f, y) @ d(y)", True),
    ("d(g) == diff(g, u) @ diff(u, x) @ d(x)", True),
    ("diff(u, u) == I(m)", True),
    ("diff(g, u) == diff(g, x)[0] * ones(m).T", False),
    ("diff(f, x) == diff(f, y)", False),
    ("diff(f, x, y) == diff(f, y, x)", False),
    ("diff(f, x[i], y[j]) == diff(f, x[j], y[i])", False),
    ("diff(inv(U), t) == -inv(U) @ inv(U) @ diff(U, t)", False),
    ("diff(exp(h), t, t) == exp(h) * diff(h, t, t)", False),
    ("diff(U, t) == diff(U, t).T", False),
    ("diff(u * v, x) == diff(u, x) * diff(v, x)", False),
]


@pytest.mark.parametrize(("claim", "equal"), CHAIN)
def test_chain_and_product_rules_of_abstract_functions(claim: str, equal: bool) -> None:
    equation = elaborate_claim(claim, Declarations(read_given(ABSTRACT)))
    assert prove(equation) is equal
    verdict = verify(equation, prover=lambda _: False)
    assert (verdict.holds or verdict.dims) if equal else verdict.status == "refuted", verdict


def test_a_differential_moves_what_stands_alone() -> None:
    """In d(X @ Y) == X @ d(Y), X is a constant; a let-name or a function of what moves moves with it."""
    declared = Declarations(read_given("A: [n, n], x: [n], u: {shape: [n], of: x}"))
    claims = {
        "d(A @ x) == A @ d(x)": True,
        "d(A @ x) == d(A) @ x + A @ d(x)": True,
        "d(A @ u) == A @ diff(u, x) @ d(x)": True,
        "d(A @ x) == d(A) @ x": True,
        "d(A @ x) == d(A) @ x + d(x)": False,
        "d(x.T @ x) == x.T @ d(x)": False,
    }
    for claim, equal in claims.items():
        assert prove(elaborate_claim(claim, declared)) is equal, claim


def test_expanding_leaves_no_d_of_anything_composite() -> None:
    rng = random.Random(3)
    texts = ["d(inv(A) @ x)", "d(logdet(A))", "d(softmax(A @ x))", "d(norm(A @ x))"]
    for text in rng.sample(texts, len(texts)):
        expr = elaborate_expression(text, Declarations(read_given(GIVEN), varying=frozenset({"A", "x"})))
        assert isinstance(expr, Apply)
        expanded = expand_differential(expr)
        assert expanded is not None
        assert not any(isinstance(n, Apply) and n.op == "d" for n in walk(expanded))
