"""Displays: long sums cut into pieces, matrices drawn with dots."""

from __future__ import annotations

from hypothesis import given, settings

from cheatsheet.language.dimensions import Axis, Shape
from cheatsheet.language.expressions import Expr, Index, Sum, Symbol
from cheatsheet.language.table import build
from cheatsheet.printing.dotted_matrix import at, dotted, last_position
from cheatsheet.printing.latex import latex_of, latex_pieces
from tests.grammar import SYMBOLS, M, N, parse
from tests.strategies import expressions

A, x = (s for name in "Ax" for s in SYMBOLS if s.name == name)


def test_pieces_of_a_long_sum() -> None:
    assert latex_pieces(parse("-A @ x + 2 * y - (x - y)")) == [r"-\M A\M x", r"+ 2\M y", r"- (\M x - \M y)"]
    assert latex_pieces(parse("A @ (x + y)")) == [r"\M A(\M x + \M y)"]


@settings(max_examples=100, deadline=None)
@given(expressions(Shape.vector(N), depth=3))
def test_pieces_put_together_are_the_whole(expr: Expr) -> None:
    assert " ".join(latex_pieces(expr)) == latex_of(expr)


def test_dotted_matrix() -> None:
    i, j = Index("i", M), Index("j", N)
    X = next(s for s in SYMBOLS if s.name == "X")
    assert dotted(build("component", X, i, j), i, j) == (
        r"\begin{bmatrix} x_{11} & x_{12} & \cdots & x_{1n} \\ x_{21} & x_{22} & \cdots & x_{2n} \\ "
        r"\vdots & \vdots & \ddots & \vdots \\ x_{m1} & x_{m2} & \cdots & x_{mn} \end{bmatrix}"
    )
    assert dotted(build("component", X, i, j), row=i) == (
        r"\begin{bmatrix} x_{1j} \\ x_{2j} \\ \vdots \\ x_{mj} \end{bmatrix}"
    )


def test_rows_with_fractions_have_room() -> None:
    i, f = Index("i", N), Symbol("f", Shape.scalar())
    entry = build("diff", f, build("component", x, i), params=("numerator",))
    assert dotted(entry, row=i) == (
        r"\begin{bmatrix} \pd{f}{x_1} \\[6pt] \pd{f}{x_2} \\[6pt] \vdots \\ \pd{f}{x_n} \end{bmatrix}"
    )


def test_dotted_identity_has_ones_on_the_diagonal() -> None:
    i, j = Index("i", N), Index("j", N)
    assert dotted(build("delta", i, j), i, j) == (
        r"\begin{bmatrix} 1 & 0 & \cdots & 0 \\ 0 & 1 & \cdots & 0 \\ "
        r"\vdots & \vdots & \ddots & \vdots \\ 0 & 0 & \cdots & 1 \end{bmatrix}"
    )


def test_small_axes_are_written_out_and_large_ones_dotted() -> None:
    def row_of_ones(size: int) -> str:
        i = Index("i", Axis.of(size))
        return dotted(build("component", Symbol("v", Shape.vector(i.axis)), i), column=i)

    assert row_of_ones(4) == r"\begin{bmatrix} v_1 & v_2 & v_3 & v_4 \end{bmatrix}"
    assert row_of_ones(5) == r"\begin{bmatrix} v_1 & v_2 & \cdots & v_5 \end{bmatrix}"


def test_last_position_of_a_pair_axis() -> None:
    axis = Axis.product([M, N])
    entry = build("component", build("vec", Symbol("Z", Shape.matrix(N, M))), Index("k", axis))
    assert latex_of(at(entry, {"k": last_position(axis)})) == r"\vecop(\M Z)_{mn}"


def test_at_leaves_bound_indices_alone() -> None:
    i, j = Index("i", N), Index("j", N)
    entry = build("scale", build("component", x, i), Sum(build("component", A, i, j), (i,)))
    placed = at(entry, {"i": Index(0, N), "j": Index(1, N)})
    assert placed == build(
        "scale", build("component", x, Index(0, N)), Sum(build("component", A, i, Index(1, N)), (i,))
    )
