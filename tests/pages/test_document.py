"""Checked claims on the page: words in both languages, numbers, examples, drawings, names of indices, figures."""

from __future__ import annotations

import math
import re
from itertools import pairwise
from pathlib import Path

import pytest

from cheatsheet.catalogue.schema import SHOWS
from cheatsheet.derivatives.rules.registry import rules
from cheatsheet.derivatives.steps.familiar_indices import with_familiar_indices
from cheatsheet.language.dimensions import Axis, Shape
from cheatsheet.language.elaborate import Declarations, elaborate_claim, elaborate_expression
from cheatsheet.language.expressions import Symbol, without_properties
from cheatsheet.language.syntax import ClaimError
from cheatsheet.pages import examples, figures, pictures
from cheatsheet.pages.document import entry_page
from cheatsheet.pages.givens import given_lines
from cheatsheet.pages.illformed import ill_formed
from cheatsheet.pages.model import DisplayBlock, FigureBlock, Layout, StepsBlock
from cheatsheet.pages.numbers import counterexample_formulas, number
from cheatsheet.pages.pictures import Path as Line
from cheatsheet.pages.tables import shape_table, shown_block
from cheatsheet.pages.tags import tags_of
from cheatsheet.verdicts.verdicts import Counterexample
from tests.pages.samples import catalogue, page, report

ROOT = Path(__file__).parents[2]

m, n, p = (Axis.of(name) for name in "mnp")
A, B = Symbol("A", Shape.matrix(m, n)), Symbol("B", Shape.matrix(n, p))
SQUARE = Symbol("S", Shape.matrix(n, n))
x, y, c = Symbol("x", Shape.vector(n)), Symbol("y", Shape.vector(n)), Symbol("c", Shape.scalar())
U = Symbol("u", Shape.vector(m), of=(x,))
GIVEN = Declarations({s.name: s for s in (A, B, SQUARE, x, y, c, U)})


def test_every_rule_has_a_letter_in_the_legend() -> None:
    assert all(tags_of([id]) for id in rules())
    with pytest.raises(KeyError):
        tags_of(["no-such-rule"])


def displays(id_: str, caption: str) -> list[str]:
    blocks = [b for b in page(id_).blocks if isinstance(b, DisplayBlock)]
    return [f for b in blocks if b.caption and b.caption.en == caption for f in b.formulas]


# --- numbers and counterexamples -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (3, "3"),
        (-2, "-2"),
        ("2/3", r"\tfrac{2}{3}"),
        (0.25, "0.25"),
        ("0.0", "0"),
        ("0.123456", "0.123456"),
        ("0.41997434161402606939", r"0.419974\ldots"),
        ("1.5e-30", r"1.5\times 10^{-30}"),
    ],
)
def test_numbers(value: object, shown: str) -> None:
    assert number(value) == shown


def test_abstract_functions_of_a_counterexample_are_formulas() -> None:
    equation = elaborate_claim("diff(u, x) == 2 * diff(u, x)", GIVEN)
    values = {"u": [["1 + 2 * x[0]"]], "x": [[0]]}
    shown = counterexample_formulas(equation, Counterexample({"m": 1, "n": 1}, values, [[2]], [[4]]))
    assert shown[0].startswith(r"\M u(\M x) = \begin{bmatrix} 1 + 2x_1 \end{bmatrix}")
    assert shown[1] == r"\begin{bmatrix} 2 \end{bmatrix} \neq \begin{bmatrix} 4 \end{bmatrix}"
    values["u"] = [["1 + x[0] * x[0]"]]
    assert "1 + x_1^2" in counterexample_formulas(equation, Counterexample({}, values, [[2]], [[4]]))[0]


# --- ill-formed claims -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claim", "formula", "zh"),
    [
        ("A @ x == A @ A", r"\M A\M x = \M A\M A", r"$m \times n$ 与 $m \times n$ 不能相乘。"),
        ("A + B == A", r"\M A + \M B = \M A", r"两个运算对象的形状不同：$m \times n$ 与 $n \times p$。"),
        ("A @ x == x", r"\M A\M x = \M x", r"左边的形状是 $m \times 1$，右边的形状是 $n \times 1$。"),
        ("tr(A) == c", r"\tr(\M A) = c", r"迹不适用于形状 $m \times n$。"),
        ("A[i, j] == A[j, i]", "a_{ij} = a_{ji}", "指标 $j$ 在一处取到 $n$，在另一处取到 $m$。"),
        (
            "sum(A[j, i], i) == x[j]",
            r"\sum_{i=1}^na_{ji} = x_j",
            "指标 $j$ 在一处取到 $m$，在另一处取到 $n$。",
        ),
    ],
)
def test_what_is_wrong_with_an_ill_formed_claim(claim: str, formula: str, zh: str) -> None:
    printed, message, _ = ill_formed(claim, GIVEN, "unused")
    assert (printed, message.zh) == (formula, zh)


def test_a_claim_that_cannot_be_read_is_printed_as_typed() -> None:
    printed, message, _ = ill_formed("A @ == q", GIVEN, "an operand is missing")
    assert printed == r"\texttt{A @ == q}"
    assert message.en == "Ill-formed: `an operand is missing`"


def test_no_ill_formed_pitfall_of_the_catalogue_speaks_english_in_chinese() -> None:
    found = 0
    for entry in catalogue():
        for pitfall in entry.pitfalls:
            try:
                assert pitfall.claim.equation
                continue
            except ClaimError:
                found += 1
            formula, message, _ = ill_formed(pitfall.claim.text, pitfall.claim.declarations, "MESSAGE")
            words = re.sub(r"\$[^$]*\$|`[a-z0-9]+`", "", message.zh)
            assert not re.search(r"[A-Za-z]{2,}", words), (entry.id, message.zh)
            assert "texttt" not in formula, entry.id
    assert found > 20


# --- declarations ----------------------------------------------------------------------------------------------------


def test_declarations_that_say_the_same_stand_together() -> None:
    properties = frozenset({"positive"})
    a, b = (Symbol(name, Shape.scalar(), properties) for name in "ab")
    v = Symbol("v", Shape.vector(n), properties)
    f, g = (Symbol(name, Shape.scalar(), of=(x,)) for name in "fg")
    lines = given_lines([a, b, v, f, g, x])
    assert [line.latex for line in lines] == [
        r"a, b \in \R", r"\M v \in \R^{n}", r"f(\M x), g(\M x) \in \R", r"\M x \in \R^{n}",
    ]  # fmt: skip
    assert [line.remark and line.remark.en for line in lines] == [
        "positive", "with positive entries", None, None,
    ]  # fmt: skip
    assert [line.function.en for line in lines if line.function] == [r"differentiable functions of $\M x$"]


def test_own_derivations_are_printed_in_every_layout() -> None:
    lines = {}
    for layout in ("numerator", "denominator"):
        made = entry_page(report("exponential-by-scalar"), layout)  # type: ignore[arg-type]
        steps = [block for block in made.blocks if isinstance(block, StepsBlock)]
        lines[layout] = [row.equation.latex for block in steps for row in block.rows]
    assert lines["numerator"][0].endswith(r"= \M A\mathrm e^{t\M A}")
    assert lines["denominator"][0].endswith(r"= (\mathrm e^{t\M A})\T\M A\T")


def test_a_derivation_comes_after_what_it_cites() -> None:
    of = [block.of for block in page("logdet-of-gram-matrix").blocks if isinstance(block, StepsBlock)]
    assert of == sorted(of)


def test_words_print_symbols_as_claims_do() -> None:
    note = page("quadratic-form").note
    assert note is not None
    assert r"$(\M{A}+\M{A}^{\mathsf T})\M{x}$" in "".join(
        pit.why.en for pit in page("quadratic-form").pitfalls
    )
    assert "$x_k$" in note.zh, "a component is a number"


def test_a_definition_reads_where_a_is() -> None:
    (line,) = [given for given in page("activation-jacobian").given if given.lead]
    assert line.lead is not None
    assert (line.lead.en, line.latex) == ("where", r"\M a = \sigma(\M z)")


# --- examples --------------------------------------------------------------------------------------------------------


def test_an_example_by_components_shows_its_numbers() -> None:
    _, worked = displays("hadamard-components", "Numeric example")
    left, numbers, value = worked.split(" = ")
    assert left == r"\M A \circ \M B"
    assert numbers == r"\begin{bmatrix} 1 \times 5 & 2 \times 6 \\ 3 \times 7 & 4 \times 8 \end{bmatrix}"
    assert value == r"\begin{bmatrix} 5 & 12 \\ 21 & 32 \end{bmatrix}"


def test_an_example_of_a_difference_shows_both_sides() -> None:
    _, worked = displays("product-not-commutative", "Numeric example")
    assert worked == (
        r"\M A\M B = \begin{bmatrix} 2 & 1 \\ 4 & 3 \end{bmatrix} \neq "
        r"\begin{bmatrix} 3 & 4 \\ 1 & 2 \end{bmatrix} = \M B\M A"
    )


def test_no_example_says_the_same_twice() -> None:
    for entry in catalogue():
        if entry.example is not None:
            for formula in displays(entry.id, "Numeric example"):
                sides = formula.split(" = ")
                assert len(set(sides)) == len(sides), (entry.id, formula)


def test_an_example_of_a_wrong_claim_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = elaborate_claim("x.T @ x == 2 * x.T @ x", GIVEN)
    monkeypatch.setattr(examples, "claim_in", lambda *_: (wrong, None))
    with pytest.raises(examples.WrongExample):
        examples.example_block(report("squared-length"))


# --- derivations and drawings ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("id_", "matrices"),
    [
        ("linear-map", [2]),
        ("derivative-vector-by-vector", [1]),
        ("vector-function-sum", []),
        ("quadratic-form", []),
    ],
)
def test_a_drawing_stands_where_it_tells_more_than_the_formula(id_: str, matrices: list[int]) -> None:
    assert [f.count(r"\begin{bmatrix}") for f in displays(id_, "Entry by entry")] == matrices


def test_a_tensor_is_drawn_slice_by_slice() -> None:
    (slices,) = displays("outer-product-by-right-factor", "Slice by slice")
    assert slices.count(r"\begin{bmatrix}") == 3
    assert r"\pd{\M u\M v\T}{v_n} = \begin{bmatrix} 0 & 0 & \cdots & u_1" in slices


def test_a_derivation_calls_definitions_by_their_names() -> None:
    (steps,) = [b for b in page("activation-jacobian").blocks if isinstance(b, StepsBlock)]
    assert steps.rows[0].equation.left == r"\left(\pd{\M a}{\M z}\right)_{ij}"
    assert steps.rows[-1].equation.right == r"\diag(\M a \circ (\M 1_n - \M a))_{ij}"
    assert any("definition of $\\M a$" in row.why.en for row in steps.rows)


def test_every_line_of_a_derivation_says_something_new(full: bool) -> None:
    for entry in list(catalogue())[:: 1 if full else 12]:
        for block in page(entry.id).blocks:
            if isinstance(block, StepsBlock):
                shown = [(row.equation.left if block.style else "", row.equation.right) for row in block.rows]
                assert all(a != b for a, b in pairwise(shown)), entry.id
                assert all(row.why.zh and row.why.en for row in block.rows), entry.id


def test_familiar_indices() -> None:
    texts = ["sum(A[i, k] * B[k, j], k)", "sum(A[i, q] * B[q, j], q) + sum(A[i, l] * B[l, j], l)"]
    lines = with_familiar_indices([elaborate_expression(t, GIVEN) for t in texts], [])
    assert str(lines[1]) == "sum(A[i, k] * B[k, j], k) + sum(A[i, k] * B[k, j], k)"


@pytest.mark.parametrize(
    ("line", "renamed"),
    [
        ("sum(x[l] * S[l, k], l)", "sum(x[l] * S[l, k], l)"),  # k is free here
        ("sum(x[l] * y[q], l, q)", "sum(x[k] * y[q], k, q)"),  # and serves one sum only
        ("sum(A[l, j], l)", "sum(A[l, j], l)"),  # another range
        ("sum(x[l] * sum(y[k], k), l)", "sum(x[l] * sum(y[k], k), l)"),  # taken within
    ],
)
def test_familiar_indices_never_capture(line: str, renamed: str) -> None:
    first = elaborate_expression("sum(x[k] * y[k], k)", GIVEN)
    result = with_familiar_indices([first, elaborate_expression(line, GIVEN)], [])[1]
    assert str(without_properties(result)) == renamed


# --- layouts ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("layout", ["numerator", "denominator", "mixed"])
def test_a_page_in_one_layout_keeps_to_it(layout: str) -> None:
    for id_ in ("linear-form", "linear-map", "word2vec-score", "inner-product-rule"):
        shown = entry_page(report(id_), layout)  # type: ignore[arg-type]
        assert {name for claim in shown.claims for form in claim.forms for name in form.layouts} <= {layout}


@pytest.mark.parametrize("id_", ["log-softmax-jacobian", "row-times-square-matrix", "two-layer-network"])
def test_a_mistake_read_in_another_layout_is_not_said_to_be_right_in_it(id_: str) -> None:
    shown = entry_page(report(id_), "denominator").pitfalls
    assert 0 < len(shown) < len(page(id_).pitfalls) + (id_ == "log-softmax-jacobian")
    assert not any("layout" in pitfall.why.en or "\u5e03\u5c40" in pitfall.why.zh for pitfall in shown)


def test_slices_and_shapes_are_drawn_in_the_layout_of_the_document() -> None:
    def places(layout: Layout) -> list[tuple[float, float]]:
        block = shown_block("slices-figure", layout)
        assert isinstance(block, FigureBlock)
        return [part.at for part in block.picture.parts if getattr(part, "latex", "") == "u_{2}"]

    assert places("numerator") == places("mixed") != places("denominator")
    assert not shape_table("mixed").layouts


def test_pitfalls_and_derivations_name_their_layout() -> None:
    shown = page("linear-form")
    assert [pitfall.layouts for pitfall in shown.pitfalls] == [("numerator",), ("numerator",)]
    assert [b.layouts for b in shown.blocks if isinstance(b, StepsBlock)] == [("numerator",), ()]


def test_where_components_make_lines_that_nobody_reads_the_derivation_is_by_differentials() -> None:
    made = page("exponential-of-quadratic-form").blocks
    assert [b.style for b in made if isinstance(b, StepsBlock)] == ["differential"]
    other = entry_page(report("exponential-of-quadratic-form"), "denominator").blocks
    assert [b.style for b in other if isinstance(b, StepsBlock)] == ["differential"]


def test_the_derivation_is_that_of_the_layout_asked_for() -> None:
    shown = entry_page(report("linear-form-transposed"), "denominator")
    (steps,) = [b for b in shown.blocks if isinstance(b, StepsBlock)]
    assert steps.rows[-1].equation.right == "a_i"


# --- table and figure ------------------------------------------------------------------------------------------------


def test_shape_table_in_numerator_layout() -> None:
    cells = [[cell.en for cell in row[1:]] for row in shape_table("numerator").rows]
    assert cells == [
        ["$1$", r"$1 \times n$", r"$k \times n$"],
        [r"$m \times 1$", r"$m \times n$", r"$m \times k \times n$"],
        [r"$m \times l$", r"$m \times l \times n$", r"$m \times l \times k \times n$"],
    ]


def test_shape_table_has_every_layout_in_turn() -> None:
    table = shape_table()
    assert table.layouts == ("numerator", "denominator", "mixed") * 3
    assert len(table.rows) == 9


def test_arrows_of_the_figure_are_gradients_at_points_of_a_level_curve() -> None:
    angles = [2 * math.pi * (k + 0.5) / figures.ARROWS for k in range(figures.ARROWS)]
    places = figures.level_curve(figures.WEIGHTS, figures.LEVEL_OF_ARROWS, angles)
    assert len(places) == figures.ARROWS
    for (x, y), (_, slope) in zip(places, figures.gradients(places), strict=True):
        assert x**2 + 2 * y**2 == pytest.approx(figures.LEVEL_OF_ARROWS)
        assert slope == pytest.approx((2 * x, 4 * y), abs=1e-5)


def test_a_form_has_level_curves_where_it_has_that_sign() -> None:
    (_, levels), (saddle, both) = figures.FORMS
    assert min(levels) > 0 > min(both)
    for level in both:
        pieces = figures.level_curve_pieces(saddle, level)
        assert len(pieces) >= 2
        near = [(x, y) for piece in pieces for x, y in piece if max(abs(x), abs(y)) < 2]
        assert all(x * x + 4 * x * y + y * y == pytest.approx(level, rel=1e-3) for x, y in near)


@pytest.mark.parametrize("name", SHOWS)
def test_what_an_entry_may_show_is_drawn_in_both_notations(name: str) -> None:
    block = shown_block(name)
    if isinstance(block, FigureBlock):
        assert all(
            0 <= x <= block.picture.width and 0 <= y <= block.picture.height
            for part in block.picture.parts
            for x, y in (part.points if isinstance(part, Line) else (part.at,))
        )
        assert pictures.tex(block.picture).count("\n") == len(block.picture.parts) + 1
        assert pictures.svg(block.picture, name).count("</text>") == sum(
            not isinstance(part, Line) for part in block.picture.parts
        )
    else:
        assert block.rows
