"""Points: every value has every declared property exactly, and all kinds of such values occur."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cheatsheet.evaluation.fields import Floating, Modular, Rational, UnsupportedError
from cheatsheet.evaluation.jets import Domain
from cheatsheet.evaluation.many_digits import Precise
from cheatsheet.evaluation.points import NoPointError, Points, special_values
from cheatsheet.language.dimensions import Axis, Shape
from cheatsheet.language.elaborate import Declarations, elaborate_claim
from cheatsheet.language.expressions import Symbol
from cheatsheet.verdicts.claim import Claim
from cheatsheet.verdicts.dimensions_to_try import (
    LARGEST,
    quick,
    smallest,
    thorough,
)

N = Axis.of("n")
MATRIX = (
    "symmetric antisymmetric invertible orthogonal diagonal lower_triangular upper_triangular "
    "positive_definite idempotent"
).split()
ENTRIES = ("positive", "nonzero")
Matrix = Any


def determinant(a: Matrix) -> Fraction:
    """By elimination in exact arithmetic, written apart from the package's."""
    rows, result = [[Fraction(v) for v in row] for row in a], Fraction(1)
    for k in range(len(rows)):
        pivot = next((i for i in range(k, len(rows)) if rows[i][k]), None)
        if pivot is None:
            return Fraction(0)
        if pivot != k:
            rows[k], rows[pivot], result = rows[pivot], rows[k], -result
        result *= rows[k][k]
        for i in range(k + 1, len(rows)):
            factor = rows[i][k] / rows[k][k]
            rows[i] = [v - factor * w for v, w in zip(rows[i], rows[k], strict=True)]
    return result


def off(a: Matrix, below: bool) -> Matrix:
    return np.tril(a, -1) if below else np.triu(a, 1)


HAS = {
    "symmetric": lambda a: (a == a.T).all(),
    "antisymmetric": lambda a: (a == -a.T).all(),
    "invertible": lambda a: determinant(a) != 0,
    "orthogonal": lambda a: (a @ a.T == np.eye(len(a), dtype=int)).all(),
    "diagonal": lambda a: not off(a, True).any() and not off(a, False).any(),
    "lower_triangular": lambda a: not off(a, False).any(),
    "upper_triangular": lambda a: not off(a, True).any(),
    "positive_definite": lambda a: (
        (a == a.T).all() and all(determinant(a[:k, :k]) > 0 for k in range(1, len(a) + 1))
    ),
    "idempotent": lambda a: (a @ a == a).all(),
    "positive": lambda a: all(v > 0 for v in a.ravel()),
    "nonzero": lambda a: all(v != 0 for v in a.ravel()),
}


def values(
    properties: set[str], n: int, style: str = "small", count: int = 30, seed: int = 0
) -> list[Matrix]:
    """The exact values at the points that are not excluded; none where no matrix has the properties."""
    symbol = Symbol("A", Shape.matrix(N, N), frozenset(properties))
    points = Points((symbol,), {"n": n}, count, style, 8 if style == "real" else 1, seed)
    domain = Domain(Rational(), count)
    try:
        found = points.value(symbol, domain)
    except NoPointError:
        return []
    found = np.broadcast_to(found, (count, n, n))
    return [a for a, excluded in zip(found, domain.undefined, strict=True) if not excluded]


@pytest.mark.parametrize("size", [1, 2, 3, 4])
@pytest.mark.parametrize("name", [*MATRIX, *ENTRIES])
def test_each_property(name: str, size: int) -> None:
    found = values({name}, size) + values({name}, size, "real")
    assert len(found) >= 20
    assert all(HAS[name](a) for a in found)


@settings(max_examples=150, deadline=None)
@given(
    st.sets(st.sampled_from([*MATRIX, *ENTRIES]), min_size=2, max_size=4),
    st.integers(1, 4),
    st.sampled_from(["small", "real"]),
    st.integers(0, 1000),
)
def test_combined_properties(properties: set[str], size: int, style: str, seed: int) -> None:
    for a in values(properties, size, style, 6, seed):
        for name in properties:
            assert HAS[name](a), (properties, a.tolist())


POSSIBLE = [
    (pair, size)
    for pair in combinations(MATRIX, 2)
    for size in (2, 4)
    if set(pair)
    not in (
        {"antisymmetric", "positive_definite"},
        {"antisymmetric", "diagonal"},
        {"orthogonal", "antisymmetric"},
        {"invertible", "antisymmetric"},
    )
]


@pytest.mark.parametrize(("pair", "size"), POSSIBLE)
def test_possible_pairs_have_points(pair: tuple[str, str], size: int) -> None:
    assert values(set(pair), size)


@pytest.mark.parametrize(
    ("properties", "sizes"),
    [
        ({"antisymmetric", "invertible"}, (1, 3)),
        ({"antisymmetric", "orthogonal"}, (1, 3)),
        ({"antisymmetric", "positive_definite"}, (1, 2, 3)),
        ({"antisymmetric", "positive"}, (1, 2)),
        ({"diagonal", "positive"}, (2, 3)),
        ({"orthogonal", "positive"}, (2, 3)),
        ({"antisymmetric", "idempotent", "invertible"}, (1, 2)),
    ],
)
def test_impossible_combinations_have_no_point(properties: set[str], sizes: tuple[int, ...]) -> None:
    for size in sizes:
        assert not values(properties, size)


def test_even_sizes_only_where_it_matters() -> None:
    assert values({"antisymmetric", "invertible"}, 2)
    assert values({"antisymmetric", "orthogonal"}, 4)


def test_both_determinants_and_permutations_among_orthogonal_matrices() -> None:
    found = values({"orthogonal"}, 3, count=60)
    assert {determinant(a) for a in found} == {1, -1}
    assert any((np.abs(a).astype(float) % 1 != 0).any() for a in found)  # not signed permutations only
    assert {determinant(a) for a in values({"orthogonal"}, 1)} == {1, -1}
    assert {determinant(a) for a in values({"orthogonal", "symmetric"}, 2)} == {1, -1}


def test_idempotent_matrices_of_every_rank() -> None:
    found = values({"idempotent"}, 3, count=60)
    assert {int(np.trace(a)) for a in found} == {0, 1, 2, 3}
    assert any((a != a.T).any() for a in found)
    projectors = values({"idempotent", "symmetric"}, 3, count=60)
    assert {int(np.trace(a)) for a in projectors} == {0, 1, 2, 3}
    assert {int(np.trace(a)) for a in values({"idempotent"}, 1)} == {0, 1}


def test_derived_identities() -> None:
    for size in (1, 2, 3):
        eye = np.eye(size, dtype=int)
        assert all((a == eye).all() for a in values({"idempotent", "invertible"}, size))
        assert all((a == eye).all() for a in values({"orthogonal", "positive_definite"}, size))
        assert all(not a.any() for a in values({"symmetric", "antisymmetric"}, size))


def test_special_points_occur() -> None:
    """Zero, all ones, equal entries, singular and rank-one matrices, negative numbers."""
    found = values(set(), 3, count=200)
    assert not found[0].any()
    assert (found[1] == 1).all()
    ranks = {int(np.linalg.matrix_rank(a.astype(float))) for a in found}
    assert ranks == {0, 1, 2, 3}
    assert any((a == a.flat[0]).all() and a.flat[0] not in (0, 1) for a in found)
    assert any((a < 0).any() for a in found)
    assert any(np.count_nonzero(a) == 1 for a in found)


def test_integer_scalars_run_through_zero_and_negative_numbers() -> None:
    k = Symbol("k", Shape.scalar(), frozenset({"integer"}))
    found = {Points((k,), {"n": n}, 1, seed=seed).integer(k) for n in (1, 2) for seed in range(13)}
    assert {0, 1, 2, -1} <= found
    positive = Symbol("k", Shape.scalar(), frozenset({"integer", "positive"}))
    assert min(Points((positive,), {}, 1, seed=s).integer(positive) for s in range(13)) >= 1
    nonzero = Symbol("k", Shape.scalar(), frozenset({"integer", "nonzero"}))
    assert 0 not in {Points((nonzero,), {}, 1, seed=s).integer(nonzero) for s in range(13)}


def test_one_point_is_the_same_in_every_field() -> None:
    symbol = Symbol("A", Shape.matrix(N, N), frozenset({"orthogonal"}))
    points = Points((symbol,), {"n": 3}, 9, "real", 8, 5)
    exact = points.value(symbol, Domain(Rational(), 9))
    real = points.value(symbol, Domain(Floating(), 9))
    precise = points.value(symbol, Domain(Precise(60), 9))
    np.testing.assert_allclose(exact.astype(float), real, atol=1e-12)
    np.testing.assert_allclose(exact.astype(float), precise.astype(float), atol=1e-15)
    chosen = points.select([4])
    assert (chosen.value(symbol, Domain(Rational(), 1))[0] == exact[4]).all()


def test_modular_points_have_the_properties_modulo_the_prime() -> None:
    field = Modular()
    for name in ("orthogonal", "idempotent"):
        symbol = Symbol("A", Shape.matrix(N, N), frozenset({name}))
        domain = Domain(field, 6)
        a = Points((symbol,), {"n": 3}, 6, "large").value(symbol, domain)
        expected = np.eye(3) if name == "orthogonal" else a
        other = a.swapaxes(-1, -2) if name == "orthogonal" else a
        assert (field.matmul(a, other) == expected)[~domain.undefined].all()
        assert (~domain.undefined).sum() >= 5


def test_an_order_is_refused_modulo_a_prime() -> None:
    symbol = Symbol("A", Shape.matrix(N, N), frozenset({"orthogonal", "positive"}))
    with pytest.raises(UnsupportedError):
        Points((symbol,), {"n": 2}, 2).value(symbol, Domain(Modular(), 2))


def test_numbers_near_the_constants_of_a_claim() -> None:
    numerators, denominator = special_values([Fraction(1, 3), Fraction(17)])
    found = {Fraction(v, denominator) for v in numerators}
    assert {Fraction(17), Fraction(18), Fraction(-17), Fraction(1, 3), Fraction(-1, 3)} <= found
    assert special_values([Fraction(1), Fraction(2)]) == ((), 1)


# --- dimensions ---

x, y = (Symbol(name, Shape.vector(N)) for name in "xy")
A = Symbol("A", Shape.matrix(N, N))
X = Symbol("X", Shape.matrix(Axis.of("m"), N))
W = Symbol("W", Shape.matrix(N, N), frozenset({"antisymmetric", "invertible"}))
DECLARED = Declarations({s.name: s for s in (x, y, A, X, W)})


def claim(text: str) -> Claim:
    return Claim(elaborate_claim(text, DECLARED))


def test_dimensions_are_distinct_and_not_square() -> None:
    found = list(quick(claim("X @ x == X @ y")))
    assert {"m": 1, "n": 1} in found
    assert any(d["m"] < d["n"] for d in found)
    assert any(d["m"] > d["n"] for d in found)
    assert all(max(d.values()) <= LARGEST for d in thorough(claim("X @ x == X @ y")))


def test_positions_and_even_sizes_are_respected() -> None:
    for generate in (quick, thorough, smallest):
        assert all(d["n"] >= 3 for d in generate(claim("x[2] == y[2]")))
        assert all(d["n"] % 2 == 0 for d in generate(claim("W @ x == x")))
        assert list(generate(claim("x[2] == y[2]")))
        assert list(generate(claim("W @ x == x")))
