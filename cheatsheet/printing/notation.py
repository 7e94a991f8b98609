r"""The ``latex`` column: how an operator is written down, and how strongly what it writes holds together.

A row says which signs it puts and how strong each operand must be to stand there; whether brackets are due is decided
by the printer (:meth:`.latex.Printer.operand`) and nowhere else. Products group to the left, as in the claim
language: ``A @ B @ C`` is written ABC, and ``A @ (B @ C)`` is written A(BC).
"""

from __future__ import annotations

import re
from collections.abc import Callable

from cheatsheet.language.dimensions import Axis
from cheatsheet.language.expressions import Apply, Expr, Index, Number, Size, Sum, Symbol
from cheatsheet.language.table import TABLE
from cheatsheet.printing.writing import (
    ATOM,
    CIRCLE,
    FACTOR,
    LOWERED,
    PRODUCT,
    RAISED,
    SUM,
    Writer,
    Written,
    adjoin,
    beside,
    brackets,
    reaching,
    script_group,
    visible_length,
)

Rule = Callable[[Writer, Apply], Written]


# --- sums and products ----------------------------------------------------------------------------------------------


def additive(sign: str) -> Rule:
    """``A + B``, ``A - B``: the left operand may be a sum itself."""

    def rule(w: Writer, expr: Apply) -> Written:
        left, right = expr.children
        a = w.operand(left, SUM + w.explicit, leading=True)
        b = w.operand(right, CIRCLE)
        return Written(f"{a.text} {sign} {b.text}", SUM, signed=a.signed, tall=a.tall or b.tall)

    return rule


def circled(sign: str, *, chains: tuple[str, ...] = ()) -> Rule:
    """``A ∘ B``: a product that is written with a sign; ``chains`` are the left operands that need no brackets."""

    def rule(w: Writer, expr: Apply) -> Written:
        left, right = expr.children
        chained = isinstance(left, Apply) and left.op in chains and not w.explicit
        a = w.operand(left, CIRCLE if chained else FACTOR, leading=not w.explicit, last=False)
        b = w.operand(right, FACTOR, last=False)
        return Written(f"{a.text} {sign} {b.text}", CIRCLE, signed=a.signed, tall=a.tall or b.tall)

    return rule


def juxtaposed(w: Writer, expr: Apply) -> Written:
    r"""``AB`` and ``aA``: factors side by side. A scalar that is a matrix product keeps its brackets: (xᵀy)z.

    >>> from cheatsheet.language.table import build
    >>> from cheatsheet.printing.latex import latex_of
    >>> m = Size(Axis.of("m"))
    >>> latex_of(build("scale", m, m))
    'm^2'
    """
    left, right = expr.children
    if left == right and isinstance(left, Size) and not w.explicit:
        return Written(f"{w.operand(left, LOWERED).text}^2", RAISED)  # m², never mm
    inner = isinstance(left, Apply) and left.op == "matmul"
    firm = w.explicit or (expr.op == "scale" and inner)
    a = w.operand(left, FACTOR if firm else PRODUCT, leading=not w.explicit, last=False)
    if expr.op == "matmul" and left.shape.is_scalar and not inner:
        a = Written(brackets(a.text, a.tall))  # a 1×1 matrix as a factor, apart from a scalar multiple
    b = w.operand(right, FACTOR)
    return Written(
        beside(a, b),
        PRODUCT,
        signed=a.signed,
        closed=beside(a, Written(b.closed)) if b.closed else "",
        tall=a.tall or b.tall,
        gap_before=a.gap_before,
        gap_after=b.gap_after,
        operator=a.operator,
    )


def negated(w: Writer, expr: Apply) -> Written:
    """``-A``; a sum or a product is put in brackets, because ``-A @ B`` is the product of -A and B."""
    a = w.operand(expr.children[0], FACTOR)
    closed = f"-{a.closed}" if a.closed else ""
    return Written(f"-{a.text}", FACTOR, signed=True, closed=closed, tall=a.tall, gap_after=a.gap_after)


def fraction(w: Writer, expr: Apply) -> Written:
    """``A / a`` with a fraction bar."""
    a, b = (w.inside(child) for child in expr.children)
    if isinstance(expr.children[0], Apply) and expr.children[0].op == "block":  # too tall to stand on a bar
        return Written(rf"\frac{{1}}{{{b.text}}}{a.text}", FACTOR, tall=True)
    return Written(rf"\frac{{{a.text}}}{{{b.text}}}", FACTOR, tall=True)


# --- scripts --------------------------------------------------------------------------------------------------------


def raised(superscript: str) -> Rule:
    """A superscript behind the operand: ``A.T``, ``inv(A)``."""

    def rule(w: Writer, expr: Apply) -> Written:
        a = w.operand(expr.children[0], LOWERED)
        return Written(f"{a.text}{superscript}", RAISED, tall=a.tall)

    return rule


def transposed(w: Writer, expr: Apply) -> Written:
    """``A.T``; the transpose of an inverse is written A^{-T}."""
    (operand,) = expr.children
    if isinstance(operand, Apply) and operand.op == "inv":
        return raised(r"\invT")(w, operand)
    return raised(r"\T")(w, expr)


def powered(w: Writer, expr: Apply) -> Written:
    """``x ** k``: x^k of a scalar, x^{∘k} entry by entry of anything else."""
    base, exponent = expr.children
    a = w.operand(base, LOWERED)
    k = w.script(exponent)
    if not base.shape.is_scalar:
        k = adjoin(r"\circ", k if k.isalnum() else f"({k})")
    return Written(f"{a.text}^{script_group(k)}", RAISED, tall=a.tall)


def matrix_powered(w: Writer, expr: Apply) -> Written:
    """``matrix_power(A, k)``; the power -1 keeps apart from ``inv(A)`` by its brackets."""
    base, exponent = expr.children
    a = w.operand(base, LOWERED)
    k = w.script(exponent)
    text = brackets(a.text, a.tall) if k == "-1" else a.text
    return Written(f"{text}^{script_group(k)}", RAISED, tall=a.tall)


def component(w: Writer, expr: Apply) -> Written:
    """``A[i, j]``: a_{ij} of a symbol, (AB)_{ij} of anything else."""
    operand = expr.args[0]
    assert isinstance(operand, Expr)
    indices = tuple(i for i in expr.args[1:] if isinstance(i, Index))
    symbol = increment_of(operand) or operand
    if isinstance(symbol, Symbol) and (entry := w.entry(symbol, indices)) is not None:
        return entry if symbol is operand else differential_of(entry)
    a = w.operand(operand, ATOM)
    if symbol is operand and isinstance(
        symbol, Symbol
    ):  # its letter is another's: a bold letter with an index is too
        a = Written(brackets(a.text, a.tall))
    return Written(f"{a.text}_{script_group(w.subscript(indices))}", LOWERED, tall=a.tall, gap_after=True)


def increment_of(expr: Expr) -> Symbol | None:
    """The symbol X if the expression is d(X)."""
    if isinstance(expr, Symbol) and expr.kind == "differential":
        return Symbol(expr.name, expr.shape)
    if isinstance(expr, Apply) and expr.op == "d" and isinstance(expr.args[0], Symbol):
        return expr.args[0]
    return None


# --- functions ------------------------------------------------------------------------------------------------------


GREEK_FUNCTIONS = (r"\sigma",)


def called(macro: str) -> Rule:
    r"""``f(x)`` with its arguments in brackets; ``macro`` is the name as LaTeX has it."""

    def rule(w: Writer, expr: Apply) -> Written:
        arguments = [w.inside(child) for child in expr.children]
        tall = any(a.tall for a in arguments)
        text = ", ".join(a.text for a in arguments)
        operator = macro not in GREEK_FUNCTIONS
        return Written(macro + brackets(text, tall), ATOM, tall=tall, gap_after=True, operator=operator)

    return rule


def along(macro: str) -> Rule:
    """A function of each row or each column: which is said below its name."""

    def rule(w: Writer, expr: Apply) -> Written:
        return called(rf"{macro}_{{\mathrm{{axis}}={expr.params[0]}}}")(w, expr)

    return rule


def named(name: str) -> Rule:
    """``f(x)`` with an upright name that LaTeX has no macro for."""
    return called(rf"\operatorname{{{name}}}")


def sigmoid(w: Writer, expr: Apply) -> Written:
    """σ(x), unless the formula has a σ of its own."""
    return (named("sigmoid") if w.taken(r"\sigma") else called(r"\sigma"))(w, expr)


def enclosed(left: str, right: str, closing: str = "", separator: str = ",") -> Rule:
    """Between two delimiters: norms, absolute values, inner products; ``closing`` is a subscript behind."""

    def rule(w: Writer, expr: Apply) -> Written:
        arguments = [w.inside(child) for child in expr.children]
        tall = any(a.tall for a in arguments)
        text = f"{separator} ".join(a.text for a in arguments)
        start, end = (rf"\left{left} ", rf"\right{right}") if tall else (left, right)
        strength = LOWERED if closing else ATOM
        return Written(adjoin(start, text) + end + closing, strength, tall=tall, gap_after=True)

    return rule


def norm(w: Writer, expr: Apply) -> Written:
    """‖x‖ of a vector, ‖A‖_F of a matrix."""
    matrix = len(expr.children[0].shape.free_axes) > 1
    return enclosed(r"\lVert", r"\rVert", r"_{\mathrm F}" if matrix else "")(w, expr)


def absolute(w: Writer, expr: Apply) -> Written:
    """|a| of a scalar; abs(A) of anything else, because |A| is read as a determinant."""
    if expr.shape.is_scalar:
        return enclosed(r"\lvert", r"\rvert")(w, expr)
    return named("abs")(w, expr)


def root(w: Writer, expr: Apply) -> Written:
    a = w.inside(expr.children[0])
    return Written(rf"\sqrt{{{a.text}}}", FACTOR, tall=a.tall)


def exponential(w: Writer, expr: Apply) -> Written:
    """e^x of a short scalar, exp(x) of anything else: e^A is the matrix exponential."""
    (x,) = expr.children
    if x == Number(1):
        return Written(r"\mathrm e")
    if x.shape.is_scalar and _is_short(x):
        return Written(rf"\mathrm e^{script_group(w.script(x))}", RAISED)
    return called(r"\exp")(w, expr)


def matrix_exponential(w: Writer, expr: Apply) -> Written:
    """e^A, of sums and products too; expm(A) only of what is too tall for an exponent."""
    (a,) = expr.children
    if not w.inside(a).tall:
        return Written(rf"\mathrm e^{script_group(w.script(a))}", RAISED)
    return named("expm")(w, expr)


def _is_short(expr: Expr) -> bool:
    """Whether the expression looks well as an exponent."""
    if isinstance(expr, Apply):
        if expr.op in ("neg", "scale", "transpose", "component"):
            return all(_is_short(child) for child in expr.children)
        return TABLE[expr.op].is_constant
    return not expr.children


# --- constants ------------------------------------------------------------------------------------------------------


def constant(text: str) -> Rule:
    return lambda w, expr: Written(text)


def sized(letter: str, separator: str) -> Rule:
    """A bold constant with its size as a subscript: I_n, K_{m,n}, 1_{m×n}."""

    def rule(w: Writer, expr: Apply) -> Written:
        axes = [(a, w.axis(a)) for a in expr.args if isinstance(a, Axis)]
        sums = len(axes) > 1
        sizes = separator.join(f"({t})" if sums and "+" in t else t for a, t in axes)
        return Written(rf"\M {letter}_{script_group(sizes)}", LOWERED)

    return rule


def zeros(w: Writer, expr: Apply) -> Written:
    """0 without its size where that is plain, as for one side of an equation."""
    return Written(r"\M 0") if w.is_whole(expr) else sized("0", r"\times ")(w, expr)


def basis_vector(w: Writer, expr: Apply) -> Written:
    indices = tuple(a for a in expr.args if isinstance(a, Index))
    return Written(rf"\M e_{script_group(w.subscript(indices))}", LOWERED)


def delta(w: Writer, expr: Apply) -> Written:
    i, j = (a for a in expr.args if isinstance(a, Index))
    both = w.subscript((i, j))
    apart = [script_group(w.subscript((k,))) for k in (i, j)]
    text = rf"\delta_{{{both}}}" if "," in both else r"\kd" + "".join(_argument(k) for k in apart)
    return Written(text, LOWERED, gap_after=True)


def _argument(text: str) -> str:
    return text if text.startswith("{") else f"{{{text}}}"


def block(w: Writer, expr: Apply) -> Written:
    rows, cols = expr.params
    parts = [_block_part(w, expr, k) for k in range(rows * cols)]
    lines = [" & ".join(parts[r * cols : (r + 1) * cols]) for r in range(rows)]
    return Written(matrix_of_rows(lines), ATOM, tall=True)


def _block_part(w: Writer, expr: Apply, place: int) -> str:
    r"""A part of a block matrix; a zero block goes without its size where its row and its column tell it."""
    part = expr.children[place]
    rows, cols = expr.params
    row, col = divmod(place, cols)
    if _is_zero(part):
        in_row = [expr.children[row * cols + c] for c in range(cols)]
        in_col = [expr.children[r * cols + col] for r in range(rows)]
        if all(any(not _is_zero(p) for p in line) for line in (in_row, in_col)):
            return r"\M 0"
    return w.inside(part).text


def _is_zero(expr: Expr) -> bool:
    return isinstance(expr, Apply) and expr.op == "zeros"


_TALL = re.compile(r"\\(frac|pd|sum)\b")


def matrix_of_rows(lines: list[str]) -> str:
    """The rows of a matrix in brackets; a row with fractions in it gets room below."""
    ends = [r" \\[6pt] " if _TALL.search(line) else r" \\ " for line in lines[:-1]]
    body = "".join(line + end for line, end in zip(lines, [*ends, ""], strict=True))
    return rf"\begin{{bmatrix}} {body} \end{{bmatrix}}"


# --- derivatives ----------------------------------------------------------------------------------------------------

LONGEST_NUMERATOR = 14
"""Signs that still look well above ∂x."""


def derivative(w: Writer, expr: Apply) -> Written:
    """∂y/∂x, with a long y behind the fraction; the layout is a convention of the page and not written."""
    y, *xs = expr.children
    above = w.operand(y, PRODUCT)
    if above.tall or visible_length(above.text) > LONGEST_NUMERATOR:
        behind = w.operand(y, FACTOR if isinstance(y, Sum) else RAISED)
        operator = Written(_derivative_fraction(w, "", y, xs))
        return reaching(beside(operator, behind), tall=True)
    return Written(_derivative_fraction(w, above.text, y, xs), FACTOR, tall=True)


def _derivative_fraction(w: Writer, numerator: str, y: Expr, xs: list[Expr]) -> str:
    if len(xs) == 1:
        return rf"\pd{{{numerator}}}{{{w.operand(xs[0], RAISED).text}}}"
    order = len(xs)
    same = all(x == xs[0] for x in xs)
    above = rf"\partial^{script_group(str(order))}{' ' if numerator[:1].isalpha() else ''}{numerator}"
    if same and xs[0].shape.is_scalar:
        variable = w.operand(xs[0], LOWERED).text
        return rf"\frac{{{above}}}{{{adjoin(chr(92) + 'partial', variable)}^{script_group(str(order))}}}"
    variables = [w.operand(x, LOWERED).text for x in xs]
    if same and order == 2 and y.shape.is_scalar and xs[0].shape.is_vector and isinstance(xs[0], Symbol):
        variables[1] += r"\T"
    below = r"\,".join(adjoin(r"\partial", v) for v in variables)
    return rf"\frac{{{above}}}{{{below}}}"


def gradient(operator: str) -> Rule:
    r"""∇_x f and ∇²_x f."""

    def rule(w: Writer, expr: Apply) -> Written:
        f, x = expr.children
        a = w.operand(f, RAISED)
        text = f"{operator}_{script_group(w.script(x))}{a.text}"
        return reaching(text, tall=a.tall, gap_before=True)

    return rule


def jacobian(w: Writer, expr: Apply) -> Written:
    y, x = expr.children
    a = w.inside(y)
    text = rf"\M J_{script_group(w.script(x))}{brackets(a.text, a.tall)}"
    return Written(text, LOWERED, tall=a.tall, gap_after=True)


def directional(w: Writer, expr: Apply) -> Written:
    """D_x u[h]: the derivative of an abstract function along h; ``params`` is the :class:`Jet`."""
    (jet,) = expr.params
    order = len(jet.by)
    operator = r"\mathrm D" + (f"^{script_group(str(order))}" if order > 1 else "")
    by = script_group(",".join(w.script(x) for x in jet.by))
    directions = ", ".join(w.inside(child).text for child in expr.children)
    u = w.operand(jet.symbol, LOWERED)
    return Written(f"{operator}_{by}{u.text}[{directions}]", FACTOR, gap_before=True, gap_after=True)


def differential(w: Writer, expr: Apply) -> Written:
    """dX; what is more than a symbol goes into brackets, so that d(Xᵀ) and (dX)ᵀ differ."""
    (operand,) = expr.children
    a = w.operand(operand, ATOM if not isinstance(operand, Symbol) else LOWERED)
    return differential_of(a)


def differential_of(a: Written) -> Written:
    return reaching(adjoin(r"\dd", a.text), tall=a.tall, gap_before=True)
