"""Hand-made entries for the sample document: the usual kinds, one each."""

from __future__ import annotations

from typing import Literal

from cheatsheet.language.glossary import Text
from cheatsheet.pages.model import (
    ClaimLine,
    DisplayBlock,
    EntryPage,
    Equation,
    FigureBlock,
    Form,
    Given,
    PitfallLine,
    StepRow,
    StepsBlock,
    TableBlock,
)
from cheatsheet.pages.pictures import Label, Path, Picture

NUMERATOR: tuple[Literal["numerator"], ...] = ("numerator",)
DENOMINATOR: tuple[Literal["denominator", "mixed"], ...] = ("denominator", "mixed")
ALL: tuple[Literal["numerator", "denominator", "mixed"], ...] = ("numerator", *DENOMINATOR)


def step(left: str, right: str, zh: str, en: str) -> StepRow:
    return StepRow(Equation(left, "=", right), Text(zh, en))


def same(left: str, right: str, *layouts: str) -> ClaimLine:
    return ClaimLine((Form(Equation(left, "=", right), layouts),), "proved")  # type: ignore[arg-type]


def by_layout(left: str, numerator: str, denominator: str) -> ClaimLine:
    forms = (
        Form(Equation(left, "=", numerator), NUMERATOR),
        Form(Equation(left, "=", denominator), DENOMINATOR),
    )
    return ClaimLine(forms, "proved")


X_N = Given(r"\M{x} \in \R^{n}")
A_NN = Given(r"\M{A} \in \R^{n \times n}")

TRANSPOSED_PRODUCT = EntryPage(
    number="1.1",
    id="transpose-of-product",
    name=Text("乘积的转置", "Transpose of a product"),
    given=(Given(r"\M{A} \in \R^{m \times n}"), Given(r"\M{B} \in \R^{n \times p}")),
    claims=(same(r"(\M{A} \M{B})\T", r"\M{B}\T \M{A}\T"),),
    note=Text(
        "转置会颠倒因子的次序：$\\M{A}\\M{B}$ 的形状是 $m \\times p$，转置后是 $p \\times m$，"
        "只有 $\\M{B}\\T\\M{A}\\T$ 的形状与之相符。",
        "Transposing reverses the factors: $\\M{A}\\M{B}$ is $m \\times p$, its transpose "
        "$p \\times m$, and only $\\M{B}\\T\\M{A}\\T$ has that shape.",
    ),
    blocks=(
        StepsBlock(
            (
                step(
                    r"\left((\M{A} \M{B})\T\right)_{ij}",
                    r"(\M{A} \M{B})_{ji}",
                    "转置的定义",
                    "definition of the transpose",
                ),
                step("", r"\sum_{k=1}^{n} a_{jk}\, b_{ki}", "矩阵乘法", "matrix product"),
                step(
                    "",
                    r"\sum_{k=1}^{n} (\M{B}\T)_{ik}\, (\M{A}\T)_{kj}",
                    "交换标量因子，再用转置的定义",
                    "scalars commute; the transpose once more",
                ),
                step("", r"\left(\M{B}\T \M{A}\T\right)_{ij}", "矩阵乘法", "matrix product"),
            )
        ),
    ),
    pitfalls=(
        PitfallLine(
            r"(\M{A} \M{B})\T = \M{A}\T \M{B}\T",
            Text("次序没有颠倒", "the order has not been reversed"),
            "invalid",
            message=Text(
                "左边的形状是 $p \\times m$；右边 $n \\times m$ 与 $p \\times n$ 不能相乘。",
                "The left side is $p \\times m$; on the right, $n \\times m$ and $p \\times n$ "
                "cannot be multiplied.",
            ),
        ),
    ),
    tags=("algebra", "transpose"),
    source="D2L, 2.3",
)

NOT_COMMUTATIVE = EntryPage(
    number="1.2",
    id="product-does-not-commute",
    name=Text("矩阵乘法一般不可交换", "The product does not commute"),
    given=(A_NN, Given(r"\M{B} \in \R^{n \times n}")),
    claims=(
        ClaimLine((Form(Equation(r"\M{A} \M{B}", r"\ne", r"\M{B} \M{A}")),), "proved"),
        ClaimLine(
            (Form(Equation(r"(\M{A} + \M{B})^{2}", r"\ne", r"\M{A}^{2} + 2\M{A}\M{B} + \M{B}^{2}")),),
            "checked",
        ),
    ),
    blocks=(
        DisplayBlock(
            (
                r"\begin{bmatrix} 0 & 1 \\ 0 & 0 \end{bmatrix}"
                r"\begin{bmatrix} 1 & 0 \\ 0 & 0 \end{bmatrix}"
                r" = \begin{bmatrix} 0 & 0 \\ 0 & 0 \end{bmatrix}",
                r"\begin{bmatrix} 1 & 0 \\ 0 & 0 \end{bmatrix}"
                r"\begin{bmatrix} 0 & 1 \\ 0 & 0 \end{bmatrix}"
                r" = \begin{bmatrix} 0 & 1 \\ 0 & 0 \end{bmatrix}",
            ),
            Text("见证", "Witness"),
        ),
    ),
    tags=("algebra",),
)

SHAPE_TABLE = EntryPage(
    number="1.3",
    id="shape-table",
    name=Text("导数的形状", "Shapes of derivatives"),
    note=Text(
        "分子布局：先写 $\\M{y}$ 的各轴，再写 $\\M{x}$ 的各轴，后者次序颠倒。",
        "Numerator layout: the axes of $\\M{y}$, then those of $\\M{x}$ in reverse order.",
    ),
    blocks=(
        TableBlock(
            (
                Text("", ""),
                Text("标量 $x$", "scalar $x$"),
                Text("向量 $\\M{x}$：$n$", "vector $\\M{x}$: $n$"),
                Text("矩阵 $\\M{X}$：$n \\times k$", "matrix $\\M{X}$: $n \\times k$"),
            ),
            tuple(
                (Text(zh, en), *map(Text.of_both, cells))
                for zh, en, cells in (
                    ("标量 $y$", "scalar $y$", ("$()$", "$(1, n)$", "$(k, n)$")),
                    (
                        "向量 $\\M{y}$：$m$",
                        "vector $\\M{y}$: $m$",
                        ("$(m)$", "$(m, n)$", "$(m, k, n)$"),
                    ),
                    (
                        "矩阵 $\\M{Y}$：$m \\times l$",
                        "matrix $\\M{Y}$: $m \\times l$",
                        ("$(m, l)$", "$(m, l, n)$", "$(m, l, k, n)$"),
                    ),
                )
            ),
            Text("分子布局", "Numerator layout"),
        ),
    ),
)

QUADRATIC_FORM = EntryPage(
    number="2.1",
    id="quadratic-form",
    name=Text("二次型", "Quadratic form"),
    given=(X_N, A_NN),
    claims=(
        by_layout(
            r"\pd{\M{x}\T \M{A} \M{x}}{\M{x}}",
            r"\M{x}\T (\M{A} + \M{A}\T)",
            r"(\M{A} + \M{A}\T) \M{x}",
        ),
    ),
    note=Text(
        "$x_k$ 在 $\\sum_{i,j} a_{ij} x_i x_j$ 中出现两次：作为 $x_i$ 和作为 $x_j$。"
        "所以有两项，而**不是**一项的两倍。",
        "$x_k$ occurs twice in $\\sum_{i,j} a_{ij} x_i x_j$, as $x_i$ and as $x_j$. Hence there are "
        "two terms and **not** twice the same one.",
    ),
    blocks=(
        StepsBlock(
            (
                step(
                    r"\M{x}\T \M{A} \M{x}",
                    r"\sum_{i=1}^{n} \sum_{j=1}^{n} a_{ij}\, x_{i}\, x_{j}",
                    "按元素展开",
                    "component form",
                ),
                step(
                    r"\pd{\left(\M{x}\T \M{A} \M{x}\right)}{x_{k}}",
                    r"\sum_{i=1}^{n} \sum_{j=1}^{n} a_{ij} \left(\pd{x_{i}}{x_{k}}\, x_{j} + x_{i}\,"
                    r" \pd{x_{j}}{x_{k}}\right)",
                    "乘积法则",
                    "product rule",
                ),
                step(
                    "",
                    r"\sum_{i=1}^{n} \sum_{j=1}^{n} a_{ij} \left(\kd{i}{k}\, x_{j} + x_{i}\, \kd{j}{k}\right)",
                    "各分量相互独立：$\\pd{x_i}{x_k} = \\kd{i}{k}$",
                    "the components are independent: $\\pd{x_i}{x_k} = \\kd{i}{k}$",
                ),
                step(
                    "",
                    r"\sum_{j=1}^{n} a_{kj}\, x_{j} + \sum_{i=1}^{n} a_{ik}\, x_{i}",
                    "克罗内克 $\\delta$ 消去一个求和号",
                    "each delta removes one sum",
                ),
                step(
                    "",
                    r"(\M{A}\M{x})_{k} + (\M{A}\T\M{x})_{k} = \left((\M{A} + \M{A}\T) \M{x}\right)_{k}",
                    "写回矩阵记号",
                    "back to matrix notation",
                ),
            )
        ),
        DisplayBlock(
            (
                r"\pd{\M{x}\T \M{A} \M{x}}{\M{x}} = \begin{bmatrix} \pd{y}{x_{1}} \\ \pd{y}{x_{2}} \\ \vdots \\"
                r" \pd{y}{x_{n}} \end{bmatrix} = \begin{bmatrix} \sum_{j} (a_{1j} + a_{j1}) x_{j} \\"
                r" \sum_{j} (a_{2j} + a_{j2}) x_{j} \\ \vdots \\ \sum_{j} (a_{nj} + a_{jn}) x_{j}"
                r" \end{bmatrix}",
            ),
            Text("按元素排列（分母布局）", "Arranged entry by entry (denominator layout)"),
        ),
        DisplayBlock(
            (
                r"\M{x} = \begin{bmatrix} 1 \\ 2 \end{bmatrix},\quad \M{A} = \begin{bmatrix} 1 & 2 \\ 3 & 4"
                r" \end{bmatrix}\colon\qquad (\M{A} + \M{A}\T) \M{x} = \begin{bmatrix} 2 & 5 \\ 5 & 8"
                r" \end{bmatrix} \begin{bmatrix} 1 \\ 2 \end{bmatrix} = \begin{bmatrix} 12 \\ 21"
                r" \end{bmatrix}",
            ),
            Text("数值例子", "Numeric example"),
        ),
    ),
    pitfalls=(
        PitfallLine(
            r"\pd{\M{x}\T \M{A} \M{x}}{\M{x}} = 2 \M{A} \M{x}",
            Text("只有 $\\M{A}$ 对称时才成立", "only true when $\\M{A}$ is symmetric"),
            "refuted",
            counterexample=(
                r"n = 2,\quad \M{x} = \begin{bmatrix} 1 \\ 0 \end{bmatrix},\quad \M{A} ="
                r" \begin{bmatrix} 0 & 1 \\ 0 & 0 \end{bmatrix}\colon\qquad \begin{bmatrix} 0 \\ 1"
                r" \end{bmatrix} \ne \begin{bmatrix} 0 \\ 0 \end{bmatrix}",
            ),
        ),
    ),
    tags=("gradient", "quadratic"),
    source="Matrix Cookbook (81)",
)

SYMMETRIC = EntryPage(
    number="2.2",
    id="quadratic-form-symmetric",
    name=Text("对称矩阵的二次型", "Quadratic form of a symmetric matrix"),
    given=(X_N, Given(r"\M{A} \in \R^{n \times n}", Text("对称", "symmetric"))),
    claims=(
        by_layout(r"\pd{\M{x}\T \M{A} \M{x}}{\M{x}}", r"2 \M{x}\T \M{A}", r"2 \M{A} \M{x}"),
        same(r"\pdd{\M{x}\T \M{A} \M{x}}{\M{x}}{\M{x}\T}", r"2 \M{A}", *ALL),
    ),
)

SANDWICH = EntryPage(
    number="2.3",
    id="sandwich-trace-with-a-long-name",
    name=Text(
        "含有两个相同矩阵变量的夹心迹对该变量的导数",
        "Derivative of a sandwich trace by the matrix that occurs in it twice",
    ),
    given=tuple(
        Given(rf"\M{{{c}}} \in \R^{{{s}}}")
        for c, s in zip("AXBC", ("p \\times m", "m \\times n", "n \\times n", "m \\times p"), strict=True)
    ),
    claims=(
        by_layout(
            r"\pd{}{\M{X}} \tr(\M{A} \M{X} \M{B} \M{X}\T \M{C})",
            r"\M{B} \M{X}\T \M{C} \M{A} + \M{B}\T \M{X}\T \M{A}\T \M{C}\T",
            r"\M{A}\T \M{C}\T \M{X} \M{B}\T + \M{C} \M{A} \M{X} \M{B}",
        ),
    ),
    blocks=(
        StepsBlock(
            (
                step(
                    r"\tr(\M{A} \M{X} \M{B} \M{X}\T \M{C})",
                    r"\sum_{r=1}^{p} \sum_{k=1}^{m} \sum_{l=1}^{n} \sum_{s=1}^{n} \sum_{t=1}^{m} a_{rk}\, x_{kl}\,"
                    r" b_{ls}\, x_{ts}\, c_{tr}",
                    "迹与乘积的定义",
                    "definition of trace and product",
                ),
                step(
                    r"\pd{}{x_{ij}} \tr(\M{A} \M{X} \M{B} \M{X}\T \M{C})",
                    r"\sum_{r=1}^{p} \sum_{k=1}^{m} \sum_{l=1}^{n} \sum_{s=1}^{n} \sum_{t=1}^{m} a_{rk}"
                    r" \pd{x_{kl}}{x_{ij}}"
                    r" b_{ls}\, x_{ts}\, c_{tr} + \sum_{r=1}^{p} \sum_{k=1}^{m} \sum_{l=1}^{n} \sum_{s=1}^{n}"
                    r" \sum_{t=1}^{m} a_{rk}\, x_{kl}\, b_{ls} \pd{x_{ts}}{x_{ij}} c_{tr}",
                    "对两个含 $x_{ij}$ 的因子用乘积法则，其余因子是常数",
                    "product rule for the two factors that hold $x_{ij}$; all others are constant",
                ),
                step(
                    "",
                    r"\sum_{r=1}^{p} \sum_{k=1}^{m} \sum_{l=1}^{n} \sum_{s=1}^{n} \sum_{t=1}^{m} a_{rk}"
                    r" \kd{k}{i} \kd{l}{j}"
                    r" b_{ls}\, x_{ts}\, c_{tr} + \sum_{r=1}^{p} \sum_{k=1}^{m} \sum_{l=1}^{n} \sum_{s=1}^{n}"
                    r" \sum_{t=1}^{m} a_{rk}\, x_{kl}\, b_{ls} \kd{t}{i} \kd{s}{j} c_{tr}",
                    "元素相互独立",
                    "independent entries",
                ),
                step(
                    "",
                    r"\sum_{r=1}^{p} \sum_{s=1}^{n} \sum_{t=1}^{m} a_{ri}\, b_{js}\, x_{ts}\, c_{tr} + \sum_{r=1}^{p}"
                    r" \sum_{k=1}^{m} \sum_{l=1}^{n} a_{rk}\, x_{kl}\, b_{lj}\, c_{ir}",
                    "消去 $\\delta$",
                    "contract the deltas",
                ),
                step(
                    "",
                    r"\left(\M{A}\T \M{C}\T \M{X} \M{B}\T + \M{C} \M{A} \M{X} \M{B}\right)_{ij}",
                    "矩阵乘法",
                    "matrix product",
                ),
            )
        ),
    ),
    tags=("trace",),
)

TENSOR = EntryPage(
    number="3.1",
    id="outer-product-by-second-vector",
    name=Text("外积对第二个向量求导", "Outer product by its second vector"),
    given=(Given(r"\M{u} \in \R^{m}"), Given(r"\M{v} \in \R^{n}")),
    claims=(
        ClaimLine(
            (
                Form(
                    Equation(r"\left(\pd{\M{u}\M{v}\T}{\M{v}}\right)_{jki}", "=", r"u_{j}\, \kd{k}{i}"),
                    ("numerator", "mixed"),
                ),
                Form(
                    Equation(r"\left(\pd{\M{u}\M{v}\T}{\M{v}}\right)_{ikj}", "=", r"\kd{i}{k}\, u_{j}"),
                    ("denominator",),
                ),
            ),
            "proved",
        ),
        by_layout(
            r"\pd{\vecop(\M{u}\M{v}\T)}{\M{v}}",
            r"\M{I}_{n} \otimes \M{u}",
            r"\M{I}_{n} \otimes \M{u}\T",
        ),
    ),
    note=Text(
        "这是三阶张量，没有哪个矩阵等于它；`diff(u @ v.T, v)` 只能按分量比较。",
        "This is a tensor of order three and no matrix equals it; `diff(u @ v.T, v)` can only be "
        "compared component by component.",
    ),
    blocks=(
        DisplayBlock(
            (
                r"\pd{\M{u}\M{v}\T}{v_{1}} = \begin{bmatrix} u_{1} & 0 & \cdots & 0 \\ u_{2} & 0 & \cdots & 0 \\"
                r" \vdots & \vdots & \ddots & \vdots \\ u_{m} & 0 & \cdots & 0 \end{bmatrix}\qquad"
                r"\pd{\M{u}\M{v}\T}{v_{2}} = \begin{bmatrix} 0 & u_{1} & \cdots & 0 \\ 0 & u_{2} & \cdots & 0 \\"
                r" \vdots & \vdots & \ddots & \vdots \\ 0 & u_{m} & \cdots & 0 \end{bmatrix}\qquad\cdots\qquad"
                r"\pd{\M{u}\M{v}\T}{v_{n}} = \begin{bmatrix} 0 & 0 & \cdots & u_{1} \\ 0 & 0 & \cdots & u_{2} \\"
                r" \vdots & \vdots & \ddots & \vdots \\ 0 & 0 & \cdots & u_{m} \end{bmatrix}",
            ),
            Text("逐片写出", "Slice by slice"),
        ),
    ),
    pitfalls=(
        PitfallLine(
            r"\pd{\M{u}\M{v}\T}{\M{v}} = \begin{bmatrix} \M{u} & \M{u} & \cdots & \M{u} \end{bmatrix}",
            Text("把张量当成矩阵", "takes a tensor for a matrix"),
            "invalid",
            message=Text(
                "左边的形状是 $(m, n, n)$，右边是 $(m, n)$。",
                "The left side has shape $(m, n, n)$, the right side $(m, n)$.",
            ),
        ),
    ),
    tags=("tensor", "word2vec"),
    source="word2vec",
)

GRADIENT = EntryPage(
    number="3.2",
    id="meaning-of-gradient",
    name=Text("梯度的意义", "What the gradient means"),
    note=Text(
        "梯度指向函数增长最快的方向，并与等值线垂直。",
        "The gradient points where the function grows fastest and is orthogonal to the level curve.",
    ),
    blocks=(
        FigureBlock(
            Picture(
                3.0,
                2.0,
                (
                    Path(((0.5, 0.5), (2.5, 0.5), (2.5, 1.5)), "tint", filled=True),
                    Path(((0.5, 0.5), (2.5, 1.5)), "other", 1.2, dashed=True),
                    Label((2.6, 1.6), r"\nabla f", "left", "topic", clear=True),
                ),
            ),
            Text("等值线与梯度", "Level curves and gradient"),
        ),
    ),
)
