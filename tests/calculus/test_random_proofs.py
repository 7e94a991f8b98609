"""Proved ⇒ equal, by chance: random expressions, changed in ways that keep or break their meaning.

Most pairs are proved for a trivial reason or are plainly different; what is looked for is the pair that is proved and
should not be. The values that judge it are found without the index calculus, and a difference counts once it is seen
exactly.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from itertools import islice

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from cheatsheet.calculus.prove import prove
from cheatsheet.evaluation.fields import Floating, Modular, UnsupportedError
from cheatsheet.evaluation.points import NoPointError, Points
from cheatsheet.language.expressions import Apply, Equation, Expr, Number, Sum, Symbol
from cheatsheet.language.table import build
from cheatsheet.verdicts.claim import Claim
from cheatsheet.verdicts.compare import Budget, OutOfBudgetError, compare
from cheatsheet.verdicts.counterexample import confirm
from cheatsheet.verdicts.dimensions_to_try import quick
from cheatsheet.verdicts.verdicts import STEPS
from tests.grammar import ALGEBRA, CALCULUS, FREE_INDICES, LINEAR, POINTWISE, RATIONAL, SYMBOLS
from tests.mutations import broken, with_index_swapped
from tests.strategies import expressions

PROPERTIES = [
    (), ("symmetric",), ("antisymmetric",), ("invertible",), ("orthogonal",), ("diagonal",), ("lower_triangular",),
    ("upper_triangular",), ("positive_definite",), ("idempotent",), ("symmetric", "idempotent"),
    ("symmetric", "orthogonal"), ("antisymmetric", "orthogonal"), ("diagonal", "invertible"),
    ("lower_triangular", "invertible"), ("diagonal", "positive_definite"), ("diagonal", "orthogonal"),
    ("lower_triangular", "orthogonal"), ("orthogonal", "positive_definite"), ("idempotent", "invertible"),
    ("lower_triangular", "symmetric"), ("diagonal", "idempotent"), ("symmetric", "antisymmetric"),
]  # fmt: skip
KINDS = {
    "algebra": ALGEBRA,
    "rational": RATIONAL | {"K", "block", "pinv", "expm", "logdet", "log", "size", "abs", "sqrt"},
    "derivatives": RATIONAL | CALCULUS | {"norm", "logdet", "exp", "log"},
    "functions": LINEAR
    | POINTWISE
    | {"power", "total", "sum", "component", "over", "quotient", "pi", "size"},
}
VARIANTS = 5


def at_random_properties(expr: Expr, chosen: dict[str, tuple[str, ...]]) -> Expr:
    match expr:
        case Symbol():
            properties = frozenset(chosen.get(expr.name, ()))
            return Symbol(expr.name, expr.shape, properties, expr.of, expr.definition, expr.kind)
        case Sum():
            return Sum(at_random_properties(expr.body, chosen), expr.indices)
        case Apply():
            args = tuple(at_random_properties(a, chosen) if isinstance(a, Expr) else a for a in expr.args)
            return Apply(expr.op, args, expr.shape, expr.params)
    return expr


def chosen_properties(rng: random.Random) -> dict[str, tuple[str, ...]]:
    square = [s.name for s in SYMBOLS if s.shape.is_square and not s.shape.is_scalar]
    others = [s.name for s in SYMBOLS if s.name not in square]
    return {name: rng.choice(PROPERTIES) for name in square if rng.random() < 0.6} | {
        name: (rng.choice(("positive", "nonzero")),) for name in others if rng.random() < 0.2
    }


# --- other ways to say the same ---


def said_otherwise(expr: Expr, rng: random.Random) -> Expr:
    """The expression with the laws of algebra applied here and there; its value is the same wherever it is defined."""
    if isinstance(expr, Sum):
        return Sum(said_otherwise(expr.body, rng), expr.indices)
    if not isinstance(expr, Apply) or expr.op in CALCULUS:
        return expr
    args = tuple(said_otherwise(a, rng) if isinstance(a, Expr) else a for a in expr.args)
    expr = build(expr.op, *args, params=expr.params) if args != expr.args else expr
    options = list(_equals(expr)) if isinstance(expr, Apply) else []
    return rng.choice([expr, *options]) if options else expr


def _equals(expr: Apply) -> Iterator[Expr]:
    first, *others = expr.children or (expr,)
    match expr.op:
        case "add" | "hadamard" | "dot":
            yield build(expr.op, *expr.children[::-1])
        case "sub":
            yield build("neg", build("sub", *expr.children[::-1]))
        case "matmul":
            yield from _equal_products(expr)
        case "tr" | "det" | "logdet":
            yield build(expr.op, build("transpose", first))
        case "inv" | "adj" | "expm" | "pinv":
            yield build("transpose", build(expr.op, build("transpose", first)))
        case "sinh" | "sin" | "tanh" | "arctan" | "arcsin" | "tan":
            yield build("neg", build(expr.op, build("neg", first)))
        case "cosh" | "cos" | "abs":
            yield build(expr.op, build("neg", first))
        case "power" if isinstance(others[0], Number) and others[0].value == 2:
            yield build("scale" if first.shape.is_scalar else "hadamard", first, first)
        case "softmax":
            yield build("over", build("exp", first), build("total", build("exp", first)))
        case "norm":
            product = build("scale" if first.shape.is_scalar else "hadamard", first, first)
            yield build("sqrt", build("total", product))


def _equal_products(expr: Apply) -> Iterator[Expr]:
    a, b = expr.children
    yield build("transpose", build("matmul", build("transpose", b), build("transpose", a)))
    if isinstance(b, Apply) and b.op in ("add", "sub"):
        yield build(b.op, *(build("matmul", a, x) for x in b.children))
    if isinstance(a, Apply) and a.op == "matmul":
        x, y = a.children
        yield build("matmul", x, build("matmul", y, b))


# --- the judge ---


def seen_to_differ(equation: Equation) -> bool | None:
    """Whether the sides differ somewhere, seen exactly; None where they are hardly anywhere defined."""
    claim, seen = Claim(equation), 0
    for dims in islice(quick(claim), 4):
        if claim.work(dims) > 2_000_000:
            continue
        for field, style, denominator in ((Modular(), "mixed", 1), (Floating(), "real", 8)):
            points = Points(claim.symbols, dims, 24, style, denominator, 4321)
            try:
                found = compare(claim, points, field, Budget(STEPS))
                for k in np.flatnonzero(found.differs)[:5]:
                    if confirm(claim, points.select([int(k)]), Budget(STEPS)) is not None:
                        return True
            except (UnsupportedError, NoPointError, OutOfBudgetError):
                continue
            seen += int(found.defined.sum())
            break
    return False if seen >= 4 else None


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_proved_is_equal(kind: str, full: bool) -> None:
    counts: Counter[str] = Counter()

    @seed(20)
    @settings(
        max_examples=3000 if full else 120,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(expressions(depth=3, operators=KINDS[kind], indices=FREE_INDICES), st.integers(0, 10**6))
    def run(expr: Expr, number: int) -> None:
        rng = random.Random(number)
        for _ in range(VARIANTS):
            other = said_otherwise(expr, rng)
            if rng.random() < 0.6:
                other = broken(other, rng)
            elif rng.random() < 0.3:
                other = with_index_swapped(other) or other
            if other == expr:
                continue
            chosen = chosen_properties(rng)
            equation = Equation(at_random_properties(expr, chosen), at_random_properties(other, chosen))
            if not prove(equation):
                counts["not proved"] += 1
                continue
            differ = seen_to_differ(equation)
            assert not differ, f"{equation} with {chosen}"
            counts["proved, undefined" if differ is None else "proved, equal"] += 1

    run()
    assert counts["proved, equal"] > 3 * counts["proved, undefined"], counts
    assert counts["not proved"] > 50, counts
    assert counts["proved, equal"] > 50, counts
