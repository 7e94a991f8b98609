"""The layout rule: FORMAT's table of shapes, the axis orders of tensors, and which entry stands where."""

from __future__ import annotations

from itertools import permutations

import pytest

from cheatsheet.calculus.prove import prove
from cheatsheet.catalogue.load import read_given
from cheatsheet.language.elaborate import Declarations, elaborate_claim, elaborate_expression
from cheatsheet.language.expressions import Expr, Symbol
from cheatsheet.language.layouts import LAYOUTS, arrange
from cheatsheet.language.syntax import ClaimError
from cheatsheet.language.table import build
from cheatsheet.verdicts.check import verify

GIVEN = (
    "s: {shape: [], of: [t, x, X]}, y: {shape: [m], of: [t, x, X]}, Y: {shape: [m, l], of: [t, x, X]}, "
    "t: [], x: [n], X: [n, k]"
)
SHAPES = {
    # y, x: numerator, denominator, mixed; the axes of a tensor in order
    ("s", "t"): ("1×1", "1×1", "1×1"),
    ("s", "x"): ("1×n", "n×1", "n×1"),
    ("s", "X"): ("k×n", "n×k", "n×k"),
    ("y", "t"): ("m×1", "1×m", "m×1"),
    ("y", "x"): ("m×n", "n×m", "m×n"),
    ("y", "X"): ("m×k×n", "n×k×m", "m×n×k"),
    ("Y", "t"): ("m×l", "l×m", "m×l"),
    ("Y", "x"): ("m×l×n", "n×l×m", "m×l×n"),
    ("Y", "X"): ("m×l×k×n", "n×k×l×m", "m×l×n×k"),
}
"""The table of FORMAT's section on layouts, and of the notes' last row: (m, n), (m, k, n), (m, l, n), (m, l, k, n)."""


def declared(layout: str = "numerator", given: str = GIVEN) -> Declarations:
    return Declarations(read_given(given), layout)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("y", "x"), SHAPES)
def test_shape_of_a_derivative(y: str, x: str, layout: str) -> None:
    expected = SHAPES[y, x][LAYOUTS.index(layout)]
    assert str(elaborate_expression(f"diff({y}, {x})", declared(layout)).shape) == expected


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_row_counts_as_a_vector_where_a_vector_is_differentiated_by_a_vector(layout: str) -> None:
    texts = [f"diff({y}, {x})" for y in ("y", "y.T") for x in ("x", "x.T")]
    shapes = {str(elaborate_expression(text, declared(layout)).shape) for text in texts}
    assert shapes == {SHAPES["y", "x"][LAYOUTS.index(layout)]}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("size", ["[m, n]", "[1, n]", "[m, 1]", "[1, 1]", "[m]", "[2, 3]", "[1, 3]"])
def test_by_a_scalar_and_of_a_scalar_a_row_is_a_matrix_of_one_row(size: str, layout: str) -> None:
    """What is proved for every number of rows and columns is proved for one row and for one column."""
    given = (
        f"t: [], U: {{shape: {size}, of: t}}, X: {size}, h: {{shape: [], of: X}}, "
        f"V: {{shape: {_beside(size)}, of: t}}"
    )
    claims = [
        "diff(U.T, t) == diff(U, t).T",
        "diff(h, X.T) == diff(h, X).T",
        "diff(U + U, t) == 2 * diff(U, t)",
        "diff(U @ V, t) == V.T @ diff(U, t) + diff(V, t) @ U.T"
        if layout == "denominator"
        else "diff(U @ V, t) == diff(U, t) @ V + U @ diff(V, t)",
    ]
    for claim in claims:
        assert verify(elaborate_claim(claim, declared(layout, given))).status in ("proved", "checked"), claim
    shapes = [str(elaborate_expression(f"diff({y}, t)", declared(layout, given)).shape) for y in ("U", "U.T")]
    own = str(read_given(given)["U"].shape)
    turned = "×".join(own.split("×")[::-1])
    assert shapes == ([turned, own] if layout == "denominator" else [own, turned])


def _beside(size: str) -> str:
    """The size of a matrix that a matrix of this size may be multiplied by."""
    cols = size.strip("[]").split(", ")[1:] or ["1"]
    return f"[{cols[0]}, p]"


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_row_rule_of_the_contract(layout: str) -> None:
    given = "t: [], x: [n], A: [n, k], u: {shape: [n], of: t}, V: {shape: [n, k], of: t}, f: {shape: [], of: [x, t]}"
    claims = [
        "diff(u.T, t) == diff(u, t).T",
        "diff(f, x.T) == diff(f, x).T",
        "diff(u.T, t, t) == diff(u, t, t).T",
    ]
    claims.append("diff(x.T @ A, x) == A" if layout == "denominator" else "diff(x.T @ A, x) == A.T")
    if layout != "denominator":
        claims.append("diff(u.T @ V, t) == diff(u, t).T @ V + u.T @ diff(V, t)")
        claims.append("diff(diff(f, x), t) == diff(diff(f, t), x)")
    for claim in claims:
        assert verify(elaborate_claim(claim, declared(layout, given))).status == "proved", claim
    with pytest.raises(ClaimError, match="the left side is"):
        elaborate_claim("diff(u.T, t) == diff(u, t)", declared(layout, given))


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("y", ["s", "y"])
def test_the_derivative_by_vec_is_one_by_a_vector(y: str, layout: str) -> None:
    expected = SHAPES[y, "x"][LAYOUTS.index(layout)].replace("n", "(k*n)")
    assert str(elaborate_expression(f"diff({y}, vec(X))", declared(layout)).shape) == expected


LAYOUT_FREE = {
    "grad(s, x)": "n×1",
    "grad(s, X)": "n×k",
    "grad(s, t)": "1×1",
    "jacobian(y, x)": "m×n",
    "jacobian(s, x)": "1×n",
    "jacobian(y, t)": "m×1",
    "hessian(s, x)": "n×n",
    "diff(s, x, x)": "n×n",
    "diff(y[i], x[j])": "1×1",
    "diff(Y[i, j], X[p, q])": "1×1",
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("text", LAYOUT_FREE)
def test_what_layout_plays_no_part_in(text: str, layout: str) -> None:
    assert str(elaborate_expression(text, declared(layout)).shape) == LAYOUT_FREE[text]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_repeated_derivatives_have_one_group_of_axes_for_each(layout: str) -> None:
    """Laid out once: the axes of y, then one group for each x; denominator layout is that order reversed."""
    shapes = {text: str(elaborate_expression(text, declared(layout)).shape) for text in (
        "diff(y, x, x)", "diff(s, X, x)", "diff(s, X, X)", "diff(s, x, X)")}  # fmt: skip
    expected = {
        "numerator": ["m×n×n", "k×n×n", "k×n×k×n", "n×k×n"],
        "denominator": ["n×n×m", "n×n×k", "n×k×n×k", "n×k×n"],
        "mixed": ["m×n×n", "n×k×n", "n×k×n×k", "n×n×k"],
    }
    assert list(shapes.values()) == expected[layout]


# --- which entry stands where ---

POINT = "A: [m, n], B: [k, h], X: [n, k], x: [n], z: [k], C: [m, n], c: [n], t: [], D: [m, h]"
ENTRIES = {
    # expression, variable: the indices of y, those of x, and the entry; the order in each layout follows from the rule
    ("A @ X @ B", "X"): ("il", "jq", "A[i, j] * B[q, l]"),
    ("A @ X @ z", "X"): ("i", "jq", "A[i, j] * z[q]"),
    ("t * A", "t"): ("ij", "", "A[i, j]"),
    ("C * (ones(m) @ x.T)", "x"): ("ij", "p", "C[i, j] * delta(j, p)"),
    ("C @ x", "x"): ("i", "j", "C[i, j]"),
    ("c.T @ x", "x"): ("", "j", "c[j]"),
    ("tr(A @ X @ B @ D.T)", "X"): ("", "jq", "sum(A[i, j] * B[q, l] * D[i, l], i, l)"),
    ("t ** 2 * c", "t"): ("i", "", "2 * t * c[i]"),
}


def axes_of(layout: str, y: str, x: str) -> str:
    """The indices in the order of FORMAT: y then x reversed; that reversed; y then x."""
    return {"numerator": y + x[::-1], "denominator": x + y[::-1], "mixed": y + x}[layout]


def component(text: str, indices: str) -> str:
    """The component of the derivative at the indices; a row or a column takes one."""
    return f"({text})[{', '.join(indices)}]" if indices else text


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("y", "x"), ENTRIES)
def test_entries_of_derivatives_in_every_layout(y: str, x: str, layout: str) -> None:
    of_y, of_x, entry = ENTRIES[y, x]
    claim = f"{component(f'diff({y}, {x})', axes_of(layout, of_y, of_x))} == {entry}"
    equation = elaborate_claim(claim, declared(layout, POINT))
    assert verify(equation).status == "proved"  # which asks values first


@pytest.mark.parametrize("layout", LAYOUTS)
def test_no_other_order_of_the_axes_will_do(layout: str) -> None:
    """All dimensions equal, so that every order has the right shape: one is right, by proof and by values."""
    given = "A: [n, n], B: [n, n], X: [n, n]"
    right = []
    for order in permutations("iljq"):
        claim = f"diff(A @ X @ B, X)[{', '.join(order)}] == A[i, j] * B[q, l]"
        equation = elaborate_claim(claim, declared(layout, given))
        verdict = verify(equation)
        assert verdict.status in ("proved", "refuted")
        if verdict.holds:
            right.append("".join(order))
    assert right == [axes_of(layout, "il", "jq")]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("other", LAYOUTS)
def test_a_shape_of_another_layout_is_invalid(layout: str, other: str) -> None:
    """The gradient of cᵀx by x as a row and as a column: never accepted in the layout that says otherwise."""
    right = {"numerator": "c.T", "denominator": "c", "mixed": "c"}
    text = f"diff(c.T @ x, x) == {right[other]}"
    if right[layout] == right[other]:
        assert prove(elaborate_claim(text, declared(layout, POINT)))
    else:
        with pytest.raises(ClaimError, match="left side"):
            elaborate_claim(text, declared(layout, POINT))


NUMERATOR_FACTS = [
    ("diff(x.T @ A, x) == A.T", "x: [n], A: [n, m]"),
    ("diff(x.T, x) == I(n)", "x: [n]"),
    ("diff(A @ x, x) == A", "x: [n], A: [m, n]"),
    ("diff(vec(A @ X), vec(X)) == kron(I(k), A)", "A: [m, n], X: [n, k]"),
    ("diff(vec(u @ v.T), v) == kron(I(n), u)", "u: [m], v: [n]"),
    ("diff(vec(u @ v.T), u) == kron(v, I(m))", "u: [m], v: [n]"),
    ("diff(u @ v.T, v)[j, k, i] == u[j] * delta(k, i)", "u: [m], v: [n]"),
]


@pytest.mark.parametrize(("claim", "given"), NUMERATOR_FACTS)
def test_facts_in_numerator_layout_and_transposed_in_denominator_layout(claim: str, given: str) -> None:
    assert prove(elaborate_claim(claim, declared("numerator", given)))
    if "[" not in claim:
        left, right = claim.split(" == ")
        assert prove(elaborate_claim(f"{left} == ({right}).T", declared("denominator", given)))


def test_the_sources_of_the_axes_are_a_permutation() -> None:
    symbols = read_given(GIVEN)
    for y in "syY":
        for x in "txX":
            for layout in LAYOUTS:
                arrangement = arrange(symbols[y].shape, (symbols[x].shape,), layout)
                free = [(0, k) for k in range(len(symbols[y].shape.free_axes))]
                free += [(1, k) for k in range(len(symbols[x].shape.free_axes))]
                assert sorted(arrangement.sources) == free
                assert_axes(arrangement.sources, arrangement.shape.free_axes, symbols[y], symbols[x])


def assert_axes(sources: tuple[tuple[int, int], ...], axes: tuple[object, ...], y: Expr, x: Symbol) -> None:
    groups = (y.shape.free_axes, x.shape.free_axes)
    assert tuple(groups[group][k] for group, k in sources) == axes


def test_build_knows_the_same_shapes() -> None:
    symbols = read_given(GIVEN)
    for (y, x), shapes in SHAPES.items():
        for layout, shape in zip(LAYOUTS, shapes, strict=True):
            assert str(build("diff", symbols[y], symbols[x], params=(layout,)).shape) == shape
