r"""A hand-made document with one of everything that a page can hold, for the tests of the typesetting.

The real pages come from the checked catalogue; here the point is variety: forms that agree and forms
that differ, long and very long lines, dotted matrices, slices, tables, a figure, pitfalls, hostile
text.
"""

from __future__ import annotations

from dataclasses import replace

from cheatsheet.language.glossary import Text
from cheatsheet.pages.model import ClaimLine, Document, EntryPage, Equation, Form, SectionPage, StepsBlock
from tests.sample_entries import (
    DENOMINATOR,
    GRADIENT,
    NOT_COMMUTATIVE,
    NUMERATOR,
    QUADRATIC_FORM,
    SANDWICH,
    SHAPE_TABLE,
    SYMMETRIC,
    TENSOR,
    TRANSPOSED_PRODUCT,
    step,
)

LONG_LEFT = (
    r"\left\lVert \M{a} + \M{b} + \M{c} + \M{d} \right\rVert"
    r" \left(\M{a}\T\M{a} + \M{b}\T\M{b} + \M{c}\T\M{c} + \M{d}\T\M{d}\right)^{1/2}"
)

EXTREME = EntryPage(
    number="3.3",
    id="extremes",
    name=Text("极端情形：100% & #1 \\input{x}", "Extremes: 100% & #1 \\input{x} “quoted”"),
    claims=(
        ClaimLine(
            (
                Form(
                    Equation(
                        r"\det(\M{X})",
                        "=",
                        " + ".join(
                            rf"x_{{1{k}}}\, x_{{2{k}}}\, x_{{3{k}}} \det(\M{{A}}_{{{k}}} + \M{{B}}_{{{k}}})"
                            for k in range(1, 10)
                        ),
                    )
                ),
            ),
            "sampled",
        ),
        ClaimLine(
            (
                Form(
                    Equation(
                        r"\M{K}",
                        "=",
                        r"\begin{bmatrix} "
                        + r" \\ ".join(
                            " & ".join(rf"\sin(x_{{{i}}} - y_{{{j}}})" for j in range(1, 10))
                            for i in range(1, 4)
                        )
                        + r" \end{bmatrix}",
                    )
                ),
            ),
            "checked",
        ),
        ClaimLine(
            (
                Form(
                    Equation(
                        LONG_LEFT,
                        "=",
                        r"\M{a}",
                    ),
                    NUMERATOR,
                ),
                Form(
                    Equation(
                        LONG_LEFT,
                        "=",
                        r"\M{a}\T",
                    ),
                    DENOMINATOR,
                ),
            ),
            "checked",
        ),
    ),
    note=Text(
        "原样印出：\\input{secret} \\write18{rm} ^^5c % # & _ { } ~ $\\M{x}\\T\\M{y}$，*强调*，**粗体**，`A @ B`。",
        "Printed as it stands: \\input{secret} \\write18{rm} ^^5c % # & _ { } ~ “quoted” — don't; "
        "*emphasis*, **bold**, `A @ B`.",
    ),
    blocks=(
        StepsBlock(
            (
                step(
                    " + ".join(rf"f_{{{k}}}(\M{{x}})" for k in range(30)),
                    r"\left(" + " + ".join(rf"g_{{{k}}}(\M{{x}})" for k in range(24)) + r"\right)",
                    "左边与右边都很长，而且右边不能折断；这里的理由本身也相当长，必须折成两行才能放得下，因此排在公式的下方",
                    "both sides are long and the right one cannot be broken; the reason itself is rather "
                    "long as well and has to be folded, so it stands below the equation",
                ),
                step("", r"\M{0}", "", ""),
            )
        ),
    ),
)


def section(number: str, id_: str, zh: str, en: str, *entries: EntryPage) -> SectionPage:
    intro = Text("本节的每个等式都由程序验证。", "Every equation of this section is verified by the program.")
    return SectionPage(number, id_, Text(zh, en), entries, intro, int(number) - 1)


DOCUMENT = Document(
    Text("矩阵求导速查手册", "Matrix Calculus Reference"),
    (
        section(
            "1", "algebra", "矩阵代数", "Matrix algebra", TRANSPOSED_PRODUCT, NOT_COMMUTATIVE, SHAPE_TABLE
        ),
        section("2", "vectors", "向量求导", "Derivatives by a vector", QUADRATIC_FORM, SYMMETRIC, SANDWICH),
        section("3", "tensors", "高阶张量", "Tensors of higher order", TENSOR, GRADIENT, EXTREME),
    ),
)


def with_entry(entry: EntryPage) -> Document:
    """A document of this one entry."""
    return replace(DOCUMENT, sections=(replace(DOCUMENT.sections[0], entries=(entry,)),))
