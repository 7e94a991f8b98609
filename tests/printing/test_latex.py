"""The LaTeX printer: what a reader sees, and that no two expressions look alike."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings

from cheatsheet.language.dimensions import Axis, Shape
from cheatsheet.language.elaborate import Declarations, elaborate_claim, elaborate_expression
from cheatsheet.language.expressions import Apply, Expr, Jet, Number, Sum, Symbol
from cheatsheet.language.table import TABLE, ShapeError, build
from cheatsheet.printing.latex import MACROS, latex_claim, latex_of
from cheatsheet.printing.letters import Letters
from tests.grammar import DECLARED, FREE_INDICES, SYMBOLS, M, N, parse
from tests.strategies import expressions

WRITTEN = {
    # sums, products, and the brackets that keep them apart
    "A + B": r"\M A + \M B",
    "A - (B - A)": r"\M A - (\M B - \M A)",
    "A + (B + A)": r"\M A + (\M B + \M A)",
    "(A + B) @ A": r"(\M A + \M B)\M A",
    "A + B @ A": r"\M A + \M B\M A",
    "A @ B @ x": r"\M A\M B\M x",
    "A @ (B @ x)": r"\M A(\M B\M x)",
    "a * b * x": r"ab\M x",
    "a * (b * x)": r"a(b\M x)",
    "a * (A @ x)": r"a(\M A\M x)",
    "2 * A.T @ (A @ x - y)": r"2\M A\T(\M A\M x - \M y)",
    "x.T @ A @ x": r"\M x\T\M A\M x",
    "(x.T @ y) * x": r"(\M x\T\M y)\M x",
    "-A @ x": r"-\M A\M x",
    "-(A @ x)": r"-(\M A\M x)",
    "A @ (-x)": r"\M A(-\M x)",
    "a + -2 * b": r"a + (-2b)",
    "-2 * a + b": r"-2a + b",
    "2 * 3 * a": r"2 \cdot 3a",
    "a * 2": r"a \cdot 2",
    "1 / 2 * x.T @ x": r"\tfrac{1}{2}\M x\T\M x",
    "x.T @ x / 2": r"\frac{\M x\T\M x}{2}",
    "x / norm(x)": r"\frac{\M x}{\lVert\M x\rVert}",
    "pi * a": r"\pi a",
    "n * a": "na",
    # element by element
    "x * y": r"\M x \circ \M y",
    "2 * x * y": r"2\M x \circ \M y",
    "2 * (x * y)": r"2(\M x \circ \M y)",
    "(A @ x) * y": r"(\M A\M x) \circ \M y",
    "x / y": r"\M x \oslash \M y",
    "1 / x": r"1 \oslash \M x",
    "x ** 2": r"\M x^{\circ2}",
    "a ** 2": "a^2",
    "a ** -1": "a^{-1}",
    "a ** (1 / 2)": "a^{1/2}",
    "(-a) ** 2": "(-a)^2",
    "norm(x) ** 2": r"\lVert\M x\rVert^2",
    "x[i] ** 2": "x_i^2",
    "A ** 2": r"\M A^{\circ2}",
    # scripts
    "A.T": r"\M A\T",
    "A.T.T": r"(\M A\T)\T",
    "inv(A)": r"\M A^{-1}",
    "inv(A).T": r"\M A\invT",
    "inv(A.T)": r"(\M A\T)^{-1}",
    "pinv(X)": r"\M X^+",
    "matrix_power(A, 2)": r"\M A^2",
    "matrix_power(A @ B, 3)": r"(\M A\M B)^3",
    "matrix_power(A, -2)": r"\M A^{-2}",
    "expm(A)": r"\mathrm e^{\M A}",
    "expm(A + B)": r"\mathrm e^{\M A + \M B}",
    "exp(a)": r"\mathrm e^a",
    "exp(A)": r"\exp(\M A)",
    "exp(-x.T @ x)": r"\exp(-\M x\T\M x)",
    "sqrt(a)": r"\sqrt{a}",
    # components, sums
    "A[i, j]": "a_{ij}",
    "x[0]": "x_1",
    "A[0, j]": "a_{1j}",
    "A[11, j]": "a_{12,j}",
    "(A @ B)[i, j]": r"(\M A\M B)_{ij}",
    "(A @ B).T[i, j]": r"\bigl((\M A\M B)\T\bigr)_{ij}",
    "softmax(x)[i]": r"\operatorname{softmax}(\M x)_i",
    "sum(A[i, j] * x[j], j)": r"\sum_{j=1}^na_{ij}\,x_j",
    "sum(A[i, j] * A[i, j], i, j)": r"\sum_{i=1}^n\sum_{j=1}^na_{ij}\,a_{ij}",
    "sum(x[i] + y[i], i)": r"\sum_{i=1}^n(x_i + y_i)",
    "sum(x[i], i) * a": r"\left(\sum_{i=1}^nx_i\right)a",
    "a * sum(x[i], i)": r"a\sum_{i=1}^nx_i",
    "vec(X)[k]": r"\vecop(\M X)_k",
    "sum(vec(X)[k], k)": r"\sum_{k=1}^{nm}\vecop(\M X)_k",
    "sum(q[k], k)": r"\sum_{k=1}^3q_k",
    # functions
    "tr(A @ B)": r"\tr(\M A\M B)",
    "det(A) * inv(A).T": r"\det(\M A)\,\M A\invT",
    "det(A) * tr(B)": r"\det(\M A)\tr(\M B)",
    "logdet(A)": r"\log\det(\M A)",
    "log(det(A))": r"\log(\det(\M A))",
    "adj(A)": r"\adj(\M A)",
    "norm(X)": r"\lVert\M X\rVert_{\mathrm F}",
    "norm1(x)": r"\lVert\M x\rVert_1",
    "norm(x / a)": r"\left\lVert \frac{\M x}{a}\right\rVert",
    "abs(a)": r"\lvert a\rvert",
    "abs(x)": r"\operatorname{abs}(\M x)",
    "dot(x, y)": r"\langle\M x, \M y\rangle",
    "outer(x, y)": r"\operatorname{outer}(\M x, \M y)",
    "cross(q, w)": r"\M q \times \M w",
    "kron(A, B)": r"\M A \otimes \M B",
    "kron(kron(A, B), A)": r"\M A \otimes \M B \otimes \M A",
    "kron(A, kron(B, A))": r"\M A \otimes (\M B \otimes \M A)",
    "kron(A @ B, a * A)": r"(\M A\M B) \otimes (a\M A)",
    "vec(X)": r"\vecop(\M X)",
    "diag(x)": r"\diag(\M x)",
    "sum(A)": r"\operatorname{sum}(\M A)",
    "sigmoid(x)": r"\sigma(\M x)",
    "relu(x)": r"\operatorname{ReLU}(\M x)",
    "softplus(x)": r"\operatorname{softplus}(\M x)",
    "softmax(x)": r"\operatorname{softmax}(\M x)",
    "logsumexp(x)": r"\operatorname{logsumexp}(\M x)",
    "sign(x)": r"\operatorname{sign}(\M x)",
    "erf(x)": r"\operatorname{erf}(\M x)",
    "maximum(x, y)": r"\max(\M x, \M y)",
    "minimum(a, x.T @ y)": r"\min(a, \M x\T\M y)",
    **{f"{f}(x)": rf"\{f}(\M x)" for f in ("log", "sin", "cos", "tan", "sinh", "cosh", "tanh")},
    **{f"{f}(x)": rf"\{f}(\M x)" for f in ("arcsin", "arccos", "arctan")},
    # constants
    "I(n)": r"\M I_n",
    "ones(n)": r"\M 1_n",
    "ones(m, n)": r"\M 1_{m\times n}",
    "zeros(n)": r"\M 0",
    "zeros(n).T": r"\M 0\T",
    "x + zeros(n)": r"\M x + \M 0_n",
    "unit(i, n)": r"\M e_i",
    "unit(0, n)": r"\M e_1",
    "K(m, n)": r"\M K_{m,n}",
    "delta(i, j) * A[i, j]": r"\kd{i}{j}\,a_{ij}",
    "block([[A, zeros(n, n)], [A, B]])": r"\begin{bmatrix} \M A & \M 0 \\ \M A & \M B \end{bmatrix}",
    # derivatives
    "diff(x.T @ A @ x, x)": r"\pd{\M x\T\M A\M x}{\M x}",
    "diff(x + y, x)": r"\pd{(\M x + \M y)}{\M x}",
    "diff(norm(A @ x - y) ** 2 + a * norm(x) ** 2, x)": (
        r"\pd{}{\M x}(\lVert\M A\M x - \M y\rVert^2 + a\lVert\M x\rVert^2)"
    ),
    "diff(sum(x[i] ** 2, i), x[j])": r"\pd{}{x_j}\sum_{i=1}^nx_i^2",
    "diff(x / a, x)": r"\pd{}{\M x}\left(\frac{\M x}{a}\right)",
    "diff(A @ x, x)[i, j]": r"\left(\pd{\M A\M x}{\M x}\right)_{ij}",
    "diff(x[i], x[j])": r"\pd{x_i}{x_j}",
    "diff(vec(X), vec(X))": r"\pd{\vecop(\M X)}{\vecop(\M X)}",
    "diff(a, x, x)": r"\frac{\partial^2 a}{\partial\M x\,\partial\M x\T}",
    "diff(a, x, y)": r"\frac{\partial^2 a}{\partial\M x\,\partial\M y}",
    "diff(x, y, y)": r"\frac{\partial^2\M x}{\partial\M y\,\partial\M y}",
    "diff(a, t, t)": r"\frac{\partial^2 a}{\partial t^2}",
    "diff(a, x[i], x[j])": r"\frac{\partial^2 a}{\partial x_i\,\partial x_j}",
    "diff(diff(a, x), x)": r"\pd{}{\M x}\left(\pd{a}{\M x}\right)",
    "grad(a, x)": r"\nabla_{\M x}a",
    "grad(norm(A @ x) ** 2, x)": r"\nabla_{\M x}\lVert\M A\M x\rVert^2",
    "grad(x.T @ y, x)": r"\nabla_{\M x}(\M x\T\M y)",
    "grad(a, x).T @ x": r"(\nabla_{\M x}a)\T\M x",
    "hessian(a, x)": r"\nabla^2_{\M x}a",
    "jacobian(y, x)": r"\M J_{\M x}(\M y)",
    "softmax(A, axis=1)": r"\operatorname{softmax}_{\mathrm{axis}=1}(\M A)",
    "logsumexp(A, axis=0)": r"\operatorname{logsumexp}_{\mathrm{axis}=0}(\M A)",
    "sum(A.T, axis=1)": r"\operatorname{sum}_{\mathrm{axis}=1}(\M A\T)",
    "d(A @ x)": r"\dd(\M A\M x)",
    "A @ d(x)": r"\M A\,\dd\M x",
    "d(A) @ x": r"(\dd\M A)\M x",
    "-A @ d(B) @ x": r"-\M A(\dd\M B)\M x",
    "d(A)[i, j]": r"\dd a_{ij}",
    "d(A[i, j])": r"\dd(a_{ij})",
    "d(A.T)": r"\dd(\M A\T)",
    "d(A).T": r"(\dd\M A)\T",
    "d(det(A))": r"\dd\det(\M A)",
}


@pytest.mark.parametrize("text", WRITTEN)
def test_written_as_in_a_textbook(text: str) -> None:
    assert latex_of(parse(text)) == WRITTEN[text]


def test_every_operator_is_written() -> None:
    covered = {op for text in WRITTEN for op in _operators(parse(text))}
    functions = {name for name, row in TABLE.items() if row.one_element is not None}
    assert set(TABLE) - covered - functions == {"jet"}  # it has no spelling of its own in the claim language
    assert len({latex_of(parse(f"{name}(x)")) for name in functions}) == len(functions)


def test_derivative_of_an_abstract_function_along_a_direction() -> None:
    u = Symbol("u", Shape.vector(M), of=(x,))
    once = build("jet", x.increment, params=(Jet(u, (x,)),))
    twice = build("jet", x, x.increment, params=(Jet(u, (x, x)),))
    assert latex_of(once) == r"\mathrm D_{\M x}\M u[\dd\M x]"
    assert latex_of(twice) == r"\mathrm D^2_{\M x,\M x}\M u[\M x, \dd\M x]"


def _operators(expr: Expr) -> set[str]:
    inner = {op for child in expr.children for op in _operators(child)}
    return inner | {expr.op} if isinstance(expr, Apply) else inner


CLAIMS = {
    "x.T @ A @ x == sum(x[i] * A[i, j] * x[j], i, j)": (
        r"\M x\T\M A\M x = \sum_{i=1}^n\sum_{j=1}^nx_i\,a_{ij}\,x_j"
    ),
    "A @ B != B @ A": r"\M A\M B \neq \M B\M A",
    "x - x == zeros(n)": r"\M x - \M x = \M 0",
    # a claim about brackets shows them
    "(A @ B) @ A == A @ (B @ A)": r"(\M A\M B)\M A = \M A(\M B\M A)",
    "a * (A @ B) == (a * A) @ B": r"a(\M A\M B) = (a\M A)\M B",
    "(A + B) + A == A + (B + A)": r"(\M A + \M B) + \M A = \M A + (\M B + \M A)",
    "-(A @ B) == (-A) @ B": r"-(\M A\M B) = (-\M A)\M B",
    "(a * x) * y == a * (x * y)": r"(a\M x) \circ \M y = a(\M x \circ \M y)",
    "kron(kron(A, B), A) == kron(A, kron(B, A))": (
        r"(\M A \otimes \M B) \otimes \M A = \M A \otimes (\M B \otimes \M A)"
    ),
    "(A + B) @ A == A @ A + B @ A": r"(\M A + \M B)\M A = \M A\M A + \M B\M A",
}


@pytest.mark.parametrize("text", CLAIMS)
def test_claims(text: str) -> None:
    assert latex_claim(elaborate_claim(text, DECLARED)) == CLAIMS[text]


# --- letters --------------------------------------------------------------------------------------------------------


def _given(**shapes: tuple[str, ...]) -> Declarations:
    def shape(axes: tuple[str, ...]) -> Shape:
        parts = [Axis.of(a) for a in axes]
        return (
            Shape.matrix(*parts) if len(parts) == 2 else Shape.vector(parts[0]) if parts else Shape.scalar()
        )

    return Declarations({name: Symbol(name, shape(axes)) for name, axes in shapes.items()})


def _latex(text: str, given: Declarations) -> str:
    return latex_of(elaborate_expression(text, given))


@pytest.mark.parametrize(
    ("name", "scalar", "vector"),
    [
        ("x", "x", r"\M x"),
        ("x1", "x_1", r"\M x_1"),
        ("u_o", "u_o", r"\M u_o"),
        ("W_hidden", r"W_{\mathrm{hidden}}", r"\M W_{\mathrm{hidden}}"),
        ("lam", r"\lambda", r"\M\lambda"),
        ("Sigma", r"\Sigma", r"\M\Sigma"),
        ("mu_x", r"\mu_x", r"\M\mu_x"),
        ("sigma2", r"\sigma_2", r"\M\sigma_2"),
        ("y_hat", r"\hat y", r"\hat{\M y}"),
        ("mu_hat", r"\hat{\mu}", r"\hat{\M\mu}"),
        ("x_bar_1", r"\bar x_1", r"\bar{\M x}_1"),
        ("loss", r"\mathit{loss}", r"\mathbf{loss}"),
        ("x_alpha", r"x_{\alpha}", r"\M x_{\alpha}"),
    ],
)
def test_names(name: str, scalar: str, vector: str) -> None:
    assert latex_of(Symbol(name, Shape.scalar())) == scalar
    assert latex_of(Symbol(name, Shape.vector(N))) == vector


def test_entries_of_greek_and_numbered_symbols() -> None:
    given = _given(Sigma=("n", "n"), u_o=("n",), W_1=("n", "n"), y_hat=("n",))
    assert _latex("Sigma[i, j]", given) == r"\sigma_{ij}"
    assert _latex("u_o[i]", given) == "u_{o,i}"
    assert _latex("W_1[i, j]", given) == "w_{1,ij}"
    assert _latex("y_hat[i]", given) == r"\hat y_i"


def test_an_entry_keeps_its_capital_where_the_small_letter_is_taken() -> None:
    given = _given(A=("n", "n"), a=("n",), K=("n", "n"), E=("n", "n"), x=("n",), x1=())
    assert _latex("A[i, j] * a[j]", given) == r"A_{ij}\,a_j"
    assert _latex("A[i, j]", given) == "a_{ij}"
    assert _latex("K[i, k]", given) == "K_{ik}"
    assert _latex("E[i, j]", given) == "E_{ij}"
    assert _latex("x1 * x[0]", given) == r"x_1(\M x)_1"


def test_the_letters_of_an_entry_are_chosen_once_for_all_its_formulas() -> None:
    given = _given(A=("n", "n"), a=("n",))
    entry = elaborate_expression("A[i, j]", given)
    together = Letters(entry, given.symbols["a"])
    assert latex_of(entry, together) == "A_{ij}"


def test_names_that_would_look_alike_are_printed_as_typed() -> None:
    given = _given(x1=("n",), x_1=("n",))
    assert _latex("x1 + x_1", given) == r"\M x_1 + \mathbf{x\_1}"


def test_sigmoid_leaves_sigma_to_a_symbol_of_that_name() -> None:
    given = _given(Sigma=("n", "n"), x=("n",))
    assert _latex("Sigma @ sigmoid(x)", given) == r"\M\Sigma\operatorname{sigmoid}(\M x)"


# --- distinct expressions are written differently -------------------------------------------------------------------

A, x, a = (s for name in "Axa" for s in SYMBOLS if s.name == name)
INDEX = FREE_INDICES[0]
UNARY = ("neg", "transpose", "inv", "exp", "d", "tr", "norm", "sqrt")
BINARY = ("add", "sub", "matmul", "scale", "over", "hadamard", "quotient", "kron", "power", "grad", "diff")
PARAMS = {"d": (frozenset("x"),), "diff": ("numerator",)}


def _one_operator_more(parts: list[Expr]) -> list[Expr]:
    """Everything that one operator makes of the parts, as the elaborator could have built it."""
    made: list[Expr] = []
    for op, arguments in [
        *((op, (e,)) for op, e in product(UNARY, parts)),
        *((op, pair) for op, pair in product(BINARY, product(parts, parts))),
    ]:
        if _could_be_elaborated(op, *arguments):
            try:
                made.append(build(op, *arguments, params=PARAMS.get(op, ())))
            except ShapeError:
                continue
    for e in parts:
        if e.shape.free_axes and all(axis == N for axis in e.shape.free_axes):
            made.append(build("component", e, *[INDEX] * len(e.shape.free_axes)))
        elif e.shape.is_scalar:
            made.append(Sum(e, (INDEX,)))
    return made


def _could_be_elaborated(op: str, first: Expr, second: Expr | None = None) -> bool:
    match op:
        case "neg":
            return not isinstance(first, Number)
        case "inv" | "tr" | "norm" | "hadamard" | "quotient":
            return not first.shape.is_scalar
        case "over":
            return not (isinstance(first, Number) and isinstance(second, Number))
        case "power":
            return isinstance(second, Number)
        case "grad" | "diff":
            return isinstance(second, Symbol)
    return True


def test_all_small_expressions_are_written_differently() -> None:
    leaves: list[Expr] = [A, x, a, Number(2), Number(-1)]
    small = leaves + _one_operator_more(leaves)
    letters = Letters(*leaves)
    seen: dict[str, Expr] = {}
    for expr in small + _one_operator_more(small):
        text = latex_of(expr, letters)
        assert seen.setdefault(text, expr) == expr, f"{expr!r} looks like {seen[text]!r}: {text}"
    assert len(seen) > 50_000


SEEN: dict[tuple[Shape, str], Expr] = {}
LETTERS = Letters(*SYMBOLS)


@settings(max_examples=400, deadline=None)
@given(expressions(depth=3, indices=FREE_INDICES))
def test_random_expressions_are_written_differently(expr: Expr) -> None:
    """What was drawn before is remembered: no two of them may look alike."""
    text = latex_of(expr, LETTERS)
    assert SEEN.setdefault((expr.shape, text), expr) == expr
    assert _balanced(text)


def _balanced(text: str) -> bool:
    pairs = [(r"\{", r"\}"), (r"\(", r"\)"), *((rf"\\{a}\b", rf"\\{b}\b") for a, b in NESTED)]
    return all(len(re.findall(a, text)) == len(re.findall(b, text)) for a, b in pairs)


NESTED = (("left", "right"), ("begin", "end"), ("bigl", "bigr"))


# --- the macros of the document -------------------------------------------------------------------------------------

AMSMATH = frozenset(
    "frac tfrac sqrt left right bigl bigr begin end operatorname mathrm mathit mathbf sum partial nabla circ oslash "
    "otimes times cdot lVert rVert lvert rvert langle rangle pi sigma hat log det exp sin cos tan sinh cosh tanh "
    "arcsin arccos arctan max min neq".split()
)


def test_formulas_use_no_macro_that_the_document_lacks() -> None:
    used = {
        word for text in (*WRITTEN.values(), *CLAIMS.values()) for word in re.findall(r"\\([A-Za-z]+)", text)
    }
    assert used - AMSMATH <= {name.removeprefix("\\") for name in MACROS}
    assert {name.removeprefix("\\") for name in MACROS} <= used


def test_the_preamble_defines_every_macro() -> None:
    preamble = (Path(__file__).parents[2] / "templates" / "preamble.tex").read_text(encoding="utf-8")
    defined = set(
        re.findall(r"\\(?:DeclareRobustCommand|DeclareMathOperator|newcommand)\*?\{(\\\w+)\}", preamble)
    )
    assert set(MACROS) <= defined
