"""Canonical form of terms: blind to the names of summed indices and the order of factors, and to nothing else."""

from __future__ import annotations

import random
import time
from collections import Counter
from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cheatsheet.calculus import algebra
from cheatsheet.calculus.errors import NoIndexForm
from cheatsheet.calculus.factors import Entry
from cheatsheet.calculus.prove import prove
from cheatsheet.calculus.terms import Factor, Idx, Place, Poly, Term, refreshed
from cheatsheet.language.dimensions import Axis, Shape
from cheatsheet.language.elaborate import Declarations, elaborate_claim
from cheatsheet.language.expressions import Symbol

M, N = Axis.of("m"), Axis.of("n")
ONE = Fraction(1)
FREE = (Idx.free("i", N), Idx.free("j", N))
VECTORS = {name: Symbol(name, Shape.vector(N)) for name in "xy"}
MATRICES = {name: Symbol(name, Shape.matrix(N, N)) for name in "AB"}
SYMMETRIC = Symbol("S", Shape.matrix(N, N), frozenset({"symmetric"}))
GIVEN = Declarations({**VECTORS, **MATRICES, "S": SYMMETRIC})


def entry(name: str, *places: Place) -> Factor:
    symbol = SYMMETRIC if name == "S" else {**VECTORS, **MATRICES}[name]
    return Entry(symbol, places, symmetric=name == "S")


def term(*entries: tuple[str, tuple[Place, ...]], bound: tuple[Idx, ...] = ()) -> Term:
    counts = Counter(entry(name, *places) for name, places in entries)
    return Term(tuple((f, Fraction(e)) for f, e in counts.items()), frozenset(bound))


def summed(count: int) -> tuple[Idx, ...]:
    return tuple(Idx(N) for _ in range(count))


Pattern = list[tuple[str, tuple[int, ...]]]


@st.composite
def patterns(draw: st.DrawFn, bound: int) -> Pattern:
    """Factors with places: 0 and 1 are free indices, 2, 3, … the summed ones, each of which occurs."""
    place = st.integers(0, 1 + bound)
    factors = draw(
        st.lists(
            st.one_of(
                st.tuples(st.sampled_from("xy"), st.tuples(place)),
                st.tuples(st.sampled_from("ABS"), st.tuples(place, place)),
            ),
            min_size=1,
            max_size=5,
        )
    )
    used = {p for _, places in factors for p in places}
    return factors + [("x", (k,)) for k in range(2, 2 + bound) if k not in used]


def built(pattern: Pattern, bound: int) -> Term:
    indices = summed(bound)
    table: tuple[Place, ...] = (*FREE, *indices)
    return term(*((name, tuple(table[p] for p in places)) for name, places in pattern), bound=indices)


def shape_of(pattern: Pattern) -> Counter[tuple[str, tuple[int, ...]]]:
    """The factors as a multiset; the places of a symmetric matrix have no order."""
    return Counter((name, tuple(sorted(places)) if name == "S" else places) for name, places in pattern)


def renamed(pattern: Pattern, order: tuple[int, ...]) -> Pattern:
    names = {0: 0, 1: 1, **{2 + k: 2 + v for k, v in enumerate(order)}}
    return [(name, tuple(names[p] for p in places)) for name, places in pattern]


def same_up_to_names(a: Pattern, b: Pattern, bound: int) -> bool:
    """By trying every renaming of the summed indices."""
    return any(shape_of(renamed(a, order)) == shape_of(b) for order in permutations(range(bound)))


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 4).flatmap(lambda n: st.tuples(st.just(n), patterns(n))), st.randoms())
def test_renaming_and_reordering_do_not_show(drawn: tuple[int, Pattern], rng: random.Random) -> None:
    bound, pattern = drawn
    order = tuple(rng.sample(range(bound), bound))
    turned = [(n, p[::-1] if n == "S" and rng.random() < 0.5 else p) for n, p in renamed(pattern, order)]
    rng.shuffle(turned)
    assert built(pattern, bound).key({}) == built(turned, bound).key({})


@settings(max_examples=250, deadline=None)
@given(st.integers(1, 4).flatmap(lambda n: st.tuples(st.just(n), patterns(n), patterns(n))), st.randoms())
def test_equal_keys_mean_equal_sums(drawn: tuple[int, Pattern, Pattern], rng: random.Random) -> None:
    """Two terms have one key exactly if some renaming makes them the same; near copies are tried as well."""
    bound, first, other = drawn
    near = [
        (n, tuple(rng.randrange(2 + bound) if rng.random() < 0.2 else p for p in places))
        for n, places in first
    ]
    for second in (other, near):
        if {p for _, places in second for p in places} >= set(range(2, 2 + bound)):
            same = built(first, bound).key({}) == built(second, bound).key({})
            assert same == same_up_to_names(first, second, bound)


def test_axes_belong_to_the_key() -> None:
    """Σᵢ 1·xᵢ over n and over m are different sums, even where nothing else tells them apart."""
    sums = []
    for axis in (N, M):
        k = Idx(axis)
        x = Symbol("x", Shape.vector(axis))
        sums.append(Term(((Entry(x, (k,)), ONE),), frozenset({k})))
    assert sums[0].key({}) != sums[1].key({})


# --- many equal factors ---

GRAPHS = {
    "cycle of 8": [(k, (k + 1) % 8) for k in range(8)],
    "cube": [(a, a ^ bit) for a in range(8) for bit in (1, 2, 4) if a < a ^ bit],
    "K(3, 3)": [(a, b) for a in range(3) for b in range(3, 6)],
    "prism": [(0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3), (0, 3), (1, 4), (2, 5)],
    "Petersen": [
        *((k, (k + 1) % 5) for k in range(5)),
        *((5 + k, 5 + (k + 2) % 5) for k in range(5)),
        *((k, 5 + k) for k in range(5)),
    ],
}
"""Sums of products of one symmetric matrix, one factor for each edge."""


def graph(edges: list[tuple[int, int]], shuffled: random.Random) -> Term:
    nodes = sorted({v for edge in edges for v in edge})
    index = dict(zip(shuffled.sample(nodes, len(nodes)), summed(len(nodes)), strict=True))
    own = shuffled.sample(edges, len(edges))
    return term(*(("S", (index[a], index[b])) for a, b in own), bound=tuple(index.values()))


@pytest.mark.parametrize("name", GRAPHS)
def test_regular_graphs_have_one_key_whatever_the_numbering(name: str) -> None:
    started = time.process_time()
    keys = {graph(GRAPHS[name], random.Random(seed)).key({}) for seed in range(4)}
    assert len(keys) == 1
    assert time.process_time() - started < 20


def test_regular_graphs_that_no_colouring_tells_apart() -> None:
    """Each vertex of K(3, 3) and of the prism has three neighbours, and still they are different sums."""
    keys = [graph(GRAPHS[name], random.Random(1)).key({}) for name in ("K(3, 3)", "prism")]
    assert keys[0] != keys[1]


def test_what_would_take_too_long_is_refused() -> None:
    """Eighteen indices, each beside each: the search for the least numbering is given up, never wrong."""
    complete = [(a, b) for a in range(18) for b in range(a)]
    started = time.process_time()
    with pytest.raises(NoIndexForm, match="equal factors"):
        graph(complete, random.Random(0)).key({})
    assert time.process_time() - started < 60


POWERS = [
    ("(x.T @ x) ** 4 == norm(x) ** 8", True),
    ("(x.T @ x) ** 12 == (x.T @ x) ** 5 * norm(x) ** 14", True),
    ("(x.T @ A @ y) ** 4 == (y.T @ A.T @ x) ** 4", True),
    ("tr(A @ A @ A @ A) == tr(matrix_power(A, 4))", True),
    ("tr(A @ B @ A @ B @ A @ B) == tr(B @ A @ B @ A @ B @ A)", True),
    ("tr(A @ A.T @ A @ A.T) == norm(A.T @ A) ** 2", True),
    ("tr(S @ S @ S @ S @ S @ S) == norm(S @ S @ S) ** 2", True),
    ("tr(A @ B @ A @ A) == tr(A @ A @ A @ B)", True),
    ("tr(A @ A @ B @ B) == tr(A @ B @ A @ B)", False),
    ("tr(A @ A.T @ A @ A.T) == tr(A @ A @ A.T @ A.T)", False),
    ("(x.T @ A @ x) ** 4 == (x.T @ A @ y) ** 4", False),
    ("tr(S @ S @ S @ S) == tr(S @ S) ** 2", False),
]


@pytest.mark.parametrize(("claim", "equal"), POWERS)
def test_powers_of_scalar_products_and_traces(claim: str, equal: bool) -> None:
    started = time.process_time()
    assert prove(elaborate_claim(claim, GIVEN)) is equal
    assert time.process_time() - started < 10


# --- polynomials ---


def test_terms_that_differ_in_names_alone_are_collected() -> None:
    one, other = (Poly([(ONE, built([("x", (2,)), ("A", (2, 0))], 1))]) for _ in range(2))
    assert len((one + other).collect().terms) == 1
    assert not (one - other).collect().terms


def test_open_indices_without_names_are_told_apart() -> None:
    """While a sum is being built its index is open: A[k, l] − A[l, k] must not collapse to 0."""
    k, l = summed(2)  # noqa: E741
    difference = algebra.single(entry("A", k, l)) - algebra.single(entry("A", l, k))
    assert len(difference.collect().terms) == 2
    assert algebra.bind(difference, [k, l]).collect().terms == ()


def test_renaming_an_index_does_not_catch_a_summed_one() -> None:
    (k,) = summed(1)
    inner = Poly([(ONE, term(("A", (FREE[0], k)), bound=(k,)))])
    moved = inner.replace({FREE[0]: k})
    assert moved.indices == {k}
    expected = Poly([(ONE, refreshed(term(("A", (FREE[0], k)), bound=(k,))))]).replace({FREE[0]: FREE[1]})
    assert moved.replace({k: FREE[1]}) == expected


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 3).flatmap(lambda n: st.tuples(st.just(n), patterns(n))))
def test_equal_polynomials_have_equal_hashes(drawn: tuple[int, Pattern]) -> None:
    bound, pattern = drawn
    a, b = (Poly([(ONE, built(pattern, bound))]).collect() for _ in range(2))
    assert a == b
    assert hash(a) == hash(b)
    assert a.key({}) == b.key({})
