"""Component rules: what the index form of an expression says of an entry is the entry.

Random expressions over every operator, derivatives among them, are brought into index form, and the index form is read
as numbers by plain loops. They must be those of the evaluator, which differentiates by jets and knows no index form.
"""

from __future__ import annotations

import random
from collections import Counter
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cheatsheet.calculus.components import Components, free_alternatives
from cheatsheet.calculus.errors import NoIndexForm
from cheatsheet.calculus.index_values import (
    Part,
    alternatives,
    leaves,
    locate,
    position,
    require_alike,
    require_on,
    split,
)
from cheatsheet.calculus.prove import index_cases
from cheatsheet.calculus.terms import Idx
from cheatsheet.catalogue.load import read_given
from cheatsheet.evaluation.evaluate import Evaluator
from cheatsheet.evaluation.fields import Floating, UnsupportedError
from cheatsheet.evaluation.points import Points, atoms
from cheatsheet.language.dimensions import Axis, Shape
from cheatsheet.language.elaborate import Declarations, elaborate_expression
from cheatsheet.language.expressions import Apply, Expr, Index, Symbol, walk
from cheatsheet.language.table import TABLE
from cheatsheet.verdicts.claim import nodes
from tests.grammar import ALGEBRA, CALCULUS, POLYNOMIAL, RATIONAL, SYMBOLS
from tests.index_values import Reading, flat_position
from tests.strategies import expressions

DIMS = {"m": 2, "n": 3, "p": 4, "q": 2}
M, N, P = Axis.of("m"), Axis.of("n"), Axis.of("p")
MOST_ENTRIES = 6
MOST_COMPARED = 60

Found = tuple[float, float]


def compared(expr: Expr, rng: random.Random, points: int = 8) -> list[Found]:
    """The entries of an expression read from its index form, beside the evaluator's, where both are defined."""
    own = [n for n in nodes(expr) if isinstance(n, Symbol) and n.definition is None]
    batch = gentle_points(atoms([*own, *SYMBOLS]), points, rng)
    evaluator = Evaluator(batch, Floating())
    cases = index_cases(expr)
    names = {name: value for case in cases for name, value in case.items()}
    free = [leaf for value in names.values() for leaf in leaves(value)]
    if any(not isinstance(leaf, Idx) for leaf in free) or len(cases) > 1:
        return []  # free indices over small numbers have tests of their own
    indices = [Index(name, value.axis) for name, value in names.items() if isinstance(value, Idx)]
    with np.errstate(all="ignore"), evaluator.index_scope(indices):
        jet = evaluator(expr)
        truth = evaluator.full(jet.base, jet.rank)
    shape = (*(size_of(i.axis) for i in reversed(indices)), points, *(size_of(a) for a in expr.shape.axes))
    truth = np.broadcast_to(truth, shape)
    found: list[Found] = []
    for k in np.flatnonzero(~evaluator.domain.undefined)[:3]:
        found += _at_point(expr, names, indices, truth, batch, int(k), rng)
    return found


def gentle_points(symbols: tuple[Symbol, ...], count: int, rng: random.Random) -> Points:
    """Eighths between −3/2 and 3/2, positive ones at every other point: exponentials are subtracted without loss."""
    batch = Points(symbols, DIMS, count, "real", 8)
    draw = np.random.default_rng(rng.randrange(10**6))
    for symbol in symbols:
        for kind in ("symbol", "differential"):
            entries = draw.integers(-12, 13, (count, *(size_of(axis) for axis in symbol.shape)))
            entries[::2] = abs(entries[::2]) + 1
            batch.integers[(kind, symbol.name, "entries")] = entries
    return batch


def size_of(axis: Axis) -> int:
    return axis.at(DIMS)


def _at_point(
    expr: Expr,
    names: dict[str, Any],
    indices: list[Index],
    truth: Any,
    batch: Points,
    k: int,
    rng: random.Random,
) -> list[Found]:
    domain = Evaluator(batch, Floating()).domain
    values = {}
    for symbol in batch.symbols:
        for name, s in ((symbol.name, symbol), (f"d {symbol.name}", symbol.increment)):
            array = batch.value(s, domain)
            array = array[k if array.shape[0] > 1 else 0]
            values[name] = array.reshape(tuple(size_of(a) for a in symbol.shape.free_axes))
    reading = Reading(values, DIMS)
    entries = free_alternatives(expr.shape.axes)
    found = []
    for at in rng.sample(entries, min(len(entries), MOST_ENTRIES)):
        poly = Components(names)(expr, *at).collect()
        if len(poly.terms) > MOST_COMPARED:
            continue
        open_indices = sorted(
            {leaf for v in (*at, *names.values()) for leaf in leaves(v) if isinstance(leaf, Idx)},
            key=lambda i: i.number,
        )
        spaces = list(product(*(range(size_of(i.axis)) for i in open_indices)))
        for chosen in rng.sample(spaces, min(len(spaces), 2)):
            positions = dict(zip(open_indices, chosen, strict=True))
            place = tuple(
                flat_position(v, axis, positions, DIMS) for v, axis in zip(at, expr.shape.axes, strict=True)
            )
            lead = tuple(positions[names[str(i.name)]] for i in reversed(indices))
            try:
                with np.errstate(all="ignore"):
                    ours = reading.poly(poly, positions)
            except (np.linalg.LinAlgError, ZeroDivisionError, OverflowError):
                continue  # adj A is det(A) A⁻¹ in index form: a point at which that cannot be read
            found.append((ours, float(truth[(*lead, k, *place)])))
    return found


def agree(pairs: list[Found]) -> None:
    for ours, theirs in pairs:
        if np.isfinite(ours) and np.isfinite(theirs) and abs(theirs) < 1e6:
            assert ours == pytest.approx(theirs, rel=1e-5, abs=1e-5)


FREE = (Index("i", N), Index("j", N), Index("k", M))
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


@pytest.mark.parametrize(
    ("operators", "depth", "examples"),
    [
        (POLYNOMIAL, 4, 120),
        (RATIONAL | {"block", "K", "expm", "pinv", "size"}, 2, 100),
        (ALGEBRA, 2, 120),
        (POLYNOMIAL | CALCULUS, 3, 120),
        (RATIONAL | CALCULUS | {"exp", "log", "norm", "logdet", "softmax"}, 2, 120),
    ],
    ids=["polynomials", "rational", "all of algebra", "derivatives of polynomials", "derivatives"],
)
def test_the_index_form_of_an_expression_has_its_values(
    operators: frozenset[str], depth: int, examples: int, full: bool
) -> None:
    seen: Counter[str] = Counter()

    @settings(max_examples=examples * (20 if full else 1), deadline=None, suppress_health_check=SLOW)
    @given(expressions(depth=depth, operators=operators, indices=FREE), st.randoms(use_true_random=False))
    def run(expr: Expr, rng: random.Random) -> None:
        try:
            pairs = compared(expr, rng)
        except (NoIndexForm, UnsupportedError):
            seen["refused"] += 1
            return
        seen["compared"] += bool(pairs)
        agree(pairs)

    run()
    assert seen["compared"] > seen["refused"]  # refusing everything would pass otherwise


def parse(text: str, given: str) -> Expr:
    return elaborate_expression(text, Declarations(read_given(given)))


EXAMPLES = {
    "diff": "diff(A @ x * exp(x), x)",
    "grad": "grad(logsumexp(A @ x), x)",
    "jacobian": "jacobian(softmax(A @ x), x)",
    "hessian": "hessian(exp(x.T @ A @ x), x)",
    "d": "d(inv(A) @ x)",
    "block": "block([[A, x], [x.T, I(1)]])",
    "cross": "cross(q, w)",
    "K": "K(m, n)",
    "kron": "kron(A, X)",
    "vec": "vec(X)",
    "pinv": "pinv(X)",
    "expm": "expm(t * A)",
    "delta": "sum(delta(r, s) * A[r, s], r, s)",
    "unit": "sum(unit(r, n) * x[r], r)",
    "pi": "pi * A",
    "zeros": "X - zeros(m, n)",
    "log": "log(exp(x))",
    "logdet": "logdet(A @ A.T)",
}
DECLARED = "A: [n, n], x: [n], y: [n], X: [m, n], q: [3], w: [3], t: [], a: [], p: [3]"


@pytest.mark.parametrize("name", sorted(set(TABLE) - {"jet"}))
def test_every_operator_has_a_component_rule_that_gives_its_entries(name: str) -> None:
    text = EXAMPLES.get(name)
    if text is None:
        left = TABLE[name].good.split("==")[0].strip()
        text = left.replace("B", "A.T").replace("k", "2")
    expr = parse(text, DECLARED)
    assert name in {n.op for n in walk(expr) if isinstance(n, Apply)} or name == "jet"
    pairs = [p for seed in range(4) for p in compared(expr, random.Random(seed))]
    assert pairs
    agree(pairs)


@pytest.mark.parametrize(
    "text",
    [
        "kron(kron(A, X), y)",
        "vec(kron(X, x.T))",
        "kron(X, block([[A, X.T]]))",
        "K(m, n) @ vec(X)",
        "diff(vec(X.T @ X), vec(X))",
        "diff(block([[x], [A @ x]]), x)",
        "diff(X, X)",
        "diff(inv(A), A)",
    ],
)
def test_axes_with_a_structure(text: str) -> None:
    pairs = [p for seed in range(3) for p in compared(parse(text, DECLARED), random.Random(seed))]
    assert pairs
    agree(pairs)


# --- places ---


@pytest.mark.parametrize(
    "axis",
    [N, Axis.of(3), Axis.product([M, N]), Axis.concatenation([M, Axis.of(2), Axis.product([N, P])])],
    ids=str,
)
def test_the_alternatives_are_all_the_positions(axis: Axis) -> None:
    positions = []
    for value, used in alternatives(axis):
        require_on(value, axis)
        for chosen in product(*(range(size_of(i.axis)) for i in used)):
            at = dict(zip(used, chosen, strict=True))
            positions.append(flat_position(value, axis, at, DIMS))
    assert sorted(positions) == list(range(size_of(axis)))


def test_a_value_stands_on_its_own_axis_only() -> None:
    i, j = Idx(M), Idx(N)
    require_on((i, j), Axis.product([M, N]))
    for value, axis in [(i, N), ((i, j), Axis.product([N, M])), (Part(1, i), Axis.concatenation([M, N]))]:
        with pytest.raises(NoIndexForm):
            require_on(value, axis)
    with pytest.raises(NoIndexForm):
        require_alike(Axis.product([M, N]), Axis.product([N, M]))
    require_alike(Axis.product([Axis.of(2), Axis.of(3)]), Axis.of(6))  # written out, a position is a position


def test_an_entry_of_a_symbol_is_asked_for_on_its_axes() -> None:
    X = Symbol("X", Shape.matrix(M, N))
    c = Components()
    c(X, Idx(M), Idx(N))
    with pytest.raises(NoIndexForm):
        c(X, Idx(N), Idx(M))


def test_positions_follow_the_structure() -> None:
    six = Axis.product([Axis.of(2), Axis.of(3)])
    assert [split(k, [Axis.of(2), Axis.of(3)]) for k in range(6)] == [
        [a, b] for a in (0, 1) for b in (0, 1, 2)
    ]
    assert position(5, six) == 5
    assert locate(3, [Axis.of(2), Axis.of(4)]) == (1, 1)
    assert position(0, Axis.product([M, N])) == (0, 0)
    with pytest.raises(NoIndexForm):
        position(1, Axis.product([M, N]))
