r"""Typed expression → LaTeX, as a textbook prints it.

How each operator is written is the ``latex`` column of the table; the printer decides about brackets, in one method
(:meth:`Printer.operand`), so that two different expressions never look alike. Two things are left to the page: the
layout of ``diff``, and the size of a zero matrix where the surroundings tell it. ``sum(e, i, j)`` is printed as the
nested sums it is.

The macros that the formulas need are listed in :data:`MACROS`; ``amsmath`` gives the rest.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from cheatsheet.language.dimensions import Axis
from cheatsheet.language.expressions import Apply, Equation, Expr, Index, Number, Size, Sum, Symbol
from cheatsheet.language.table import TABLE
from cheatsheet.printing.legible import legible_equation
from cheatsheet.printing.letters import Letter, Letters, axis_text, subscript_text
from cheatsheet.printing.notation import differential_of
from cheatsheet.printing.writing import (
    ATOM,
    CIRCLE,
    FACTOR,
    LOOSEST,
    LOWERED,
    PRODUCT,
    SUM,
    Written,
    adjoin,
    brackets,
    reaching,
    script_group,
)

MACROS = {
    r"\M": r"{A}: a vector or matrix symbol, bold",
    r"\T": "transpose, a superscript",
    r"\invT": "transpose of the inverse, a superscript",
    r"\dd": "the d of a differential",
    r"\kd": "{i}{j}: Kronecker delta",
    r"\pd": "{y}{x}: partial derivative; the operator alone where y is empty",
    r"\tr": "trace",
    r"\vecop": "vec",
    r"\diag": "diag",
    r"\adj": "adjugate",
}
"""Macros that a document must define to print these formulas."""


def latex_of(expr: Expr, letters: Letters | None = None) -> str:
    r"""The expression in LaTeX, without dollar signs.

    ``letters`` chooses the letters of entries for several formulas together; by default the expression alone decides.

    >>> from cheatsheet.language.elaborate import Declarations, elaborate_expression
    >>> from cheatsheet.language.dimensions import Shape
    >>> n = Axis.of("n")
    >>> given = Declarations({"A": Symbol("A", Shape.matrix(n, n)), "x": Symbol("x", Shape.vector(n))})
    >>> print(latex_of(elaborate_expression("x.T @ (A + A.T)", given)))
    \M x\T(\M A + \M A\T)
    """
    return Printer(letters or Letters(expr), whole=expr).inside(expr).text


def latex_claim(equation: Equation, letters: Letters | None = None) -> str:
    r"""Both sides with = or ≠ between them; a claim about grouping alone shows all its brackets, (AB)C = A(BC)."""
    left, right = equation_sides(equation, letters)
    return rf"{left} {relation_sign(equation)} {right}"


def equation_sides(equation: Equation, letters: Letters | None = None) -> tuple[str, str]:
    """The two sides of a claim, printed as :func:`latex_claim` prints them."""
    letters = letters or Letters(equation.lhs, equation.rhs)
    equation = legible_equation(equation)
    explicit = _ungrouped(equation.lhs) == _ungrouped(equation.rhs)
    lhs, rhs = equation.lhs, equation.rhs
    # A derivative that vanishes is a zero of one size in one layout and of another in the other.
    derivative = isinstance(lhs, Apply) and lhs.op == "diff"
    left, right = Printer(letters, lhs, explicit), Printer(letters, lhs if derivative else rhs, explicit)
    return left.inside(equation.lhs).text, right.inside(equation.rhs).text


def relation_sign(equation: Equation) -> str:
    return r"\neq" if equation.negated else "="


def latex_pieces(expr: Expr, letters: Letters | None = None) -> list[str]:
    r"""The expression cut before each + and − of its outermost sum, for a display that is broken into lines.

    >>> n = Axis.of("n")
    >>> from cheatsheet.language.dimensions import Shape
    >>> from cheatsheet.language.table import build
    >>> a, b = (Symbol(name, Shape.scalar()) for name in "ab")
    >>> latex_pieces(build("sub", build("add", a, b), a))
    ['a', '+ b', '- a']
    """
    printer = Printer(letters or Letters(expr), whole=expr)
    pieces: list[str] = []
    while isinstance(expr, Apply) and expr.op in ("add", "sub"):
        sign = "+" if expr.op == "add" else "-"
        expr, last = expr.children
        pieces.append(f"{sign} {printer.operand(last, CIRCLE).text}")
    return [printer.inside(expr).text, *reversed(pieces)]


_GROUPING = ("add", "matmul", "scale", "hadamard", "kron", "neg")


def _ungrouped(expr: Expr) -> tuple[object, ...]:
    """The operands and signs from left to right: equal where two expressions differ in their brackets alone."""
    if not isinstance(expr, Apply) or expr.op not in _GROUPING:
        return (expr,)
    if expr.op == "neg":
        return ("neg", *_ungrouped(expr.children[0]))
    left, right = expr.children
    return (*_ungrouped(left), expr.op, *_ungrouped(right))


class Printer:
    """Writes expressions with one choice of letters; ``whole`` is the expression that is printed."""

    def __init__(self, letters: Letters, whole: Expr, explicit: bool = False, flat: bool = False) -> None:
        self.letters = letters
        self.whole = whole
        self.explicit = explicit
        self.flat = flat

    # --- what the rows of the table ask for ----------------------------------------------------------------------

    def operand(self, expr: Expr, least: int, *, leading: bool = False, last: bool = True) -> Written:
        """The expression as an operand: in brackets if it binds less strongly than its place asks.

        A minus sign in front stays bare only where it comes first (``leading``), and what reaches to the right
        as far as it can, such as Σ, only where nothing follows (``last``).
        """
        written = self.write(expr)
        if written.strength < least or (written.signed and not leading):
            return Written(brackets(written.text, written.tall), ATOM, tall=written.tall)
        return replace(written, text=written.closed, closed="") if written.closed and not last else written

    def inside(self, expr: Expr) -> Written:
        """The expression where no brackets are needed: between delimiters, or alone."""
        return self.operand(expr, LOOSEST, leading=True)

    def script(self, expr: Expr) -> str:
        """The expression as a superscript or subscript: fractions with a slash."""
        return Printer(self.letters, self.whole, self.explicit, flat=True).inside(expr).text

    def symbol(self, symbol: Symbol) -> Written:
        letter = self.letters.of(symbol)
        text = letter.accented if symbol.shape.is_scalar else bold(letter)
        if letter.below:
            return Written(f"{text}_{script_group(letter.below)}", LOWERED)
        return Written(text, ATOM)

    def entry(self, symbol: Symbol, indices: tuple[Index, ...]) -> Written | None:
        """``a_{ij}``, or None where the letter is another's."""
        letter = self.letters.entry(symbol)
        if letter is None or symbol.kind == "differential":
            return None
        below = script_group(subscript_text(indices, letter.below))
        return Written(f"{letter.accented}_{below}", LOWERED, gap_after=True)

    def subscript(self, indices: tuple[Index, ...]) -> str:
        return subscript_text(indices)

    def axis(self, axis: Axis) -> str:
        return axis_text(axis)

    def taken(self, letter: str) -> bool:
        return self.letters.taken(letter)

    def is_whole(self, expr: Expr) -> bool:
        """Whether nothing but a transpose stands around the expression, so that the other side tells its size."""
        whole = self.whole
        while isinstance(whole, Apply) and whole.op == "transpose":
            (whole,) = whole.children
        return whole is expr

    # --- one method for each kind of node ------------------------------------------------------------------------

    def write(self, expr: Expr) -> Written:
        """The expression without brackets around it."""
        match expr:
            case Number():
                return self.number(expr)
            case Size():
                return self.size(expr)
            case Symbol():
                written = self.symbol(expr)
                return differential_of(written) if expr.kind == "differential" else written
            case Sum():
                return self.sum(expr)
            case Apply():
                rule = TABLE[expr.op].latex
                if rule is None:
                    raise NotImplementedError(
                        f"no LaTeX for {expr.op}: its row of the table lacks the column"
                    )
                written = self.slashed(expr) if self.flat and expr.op == "over" else rule(self, expr)
                assert isinstance(written, Written)
                return written
        raise TypeError(f"no LaTeX for {type(expr).__name__}")

    def number(self, expr: Number) -> Written:
        value = abs(expr.value)
        sign = "-" if expr.value < 0 else ""
        if value.denominator == 1:
            return Written(f"{sign}{value.numerator}", ATOM, signed=expr.value < 0)
        if self.flat:
            return Written(f"{sign}{value.numerator}/{value.denominator}", PRODUCT, signed=expr.value < 0)
        if value.denominator > MOST_PARTS and (digits := _digits(value)):
            return Written(f"{sign}{digits}", ATOM, signed=expr.value < 0)
        fraction = rf"\tfrac{{{value.numerator}}}{{{value.denominator}}}"
        return Written(sign + fraction, FACTOR, signed=expr.value < 0)

    def slashed(self, expr: Apply) -> Written:
        """A fraction in a superscript: a/b."""
        a, b = (self.operand(child, FACTOR, last=False) for child in expr.children)
        return Written(f"{a.text}/{b.text}", PRODUCT, tall=a.tall or b.tall)

    def size(self, expr: Size) -> Written:
        strength = {"name": ATOM, "integer": ATOM, "product": PRODUCT, "concatenation": SUM}[expr.axis.kind]
        return Written(axis_text(expr.axis), strength)

    def sum(self, expr: Sum) -> Written:
        body = self.operand(expr.body, PRODUCT)
        signs = "".join(self.summation(i) for i in expr.indices)
        return reaching(adjoin(signs, body.text), tall=True, operator=True)

    def summation(self, index: Index) -> str:
        name = subscript_text([index])
        return rf"\sum_{{{name}=1}}^{script_group(axis_text(index.axis))}"


MOST_PARTS = 1000
"""Of a denominator beyond which nobody reads a fraction: 0.044715, not 8943/200000."""


def _digits(value: Fraction) -> str:
    """The fraction as a decimal, empty if it has no end."""
    places = next((k for k in range(1, 16) if (value * 10**k).denominator == 1), 0)
    if not places:
        return ""
    whole, rest = divmod(value.numerator * 10**places // value.denominator, 10**places)
    return f"{whole}.{rest:0{places}d}"


def bold(letter: Letter) -> str:
    """The letter in bold, its accent above it; a word in the bold face of the text."""
    if letter.base.startswith(r"\mathit"):
        face = letter.base.replace(r"\mathit", r"\mathbf")
    else:
        face = adjoin(r"\M", letter.base) if letter.base.isalpha() else rf"\M{letter.base}"
    return f"{letter.accent}{{{face}}}" if letter.accent else face
