"""Typed expression → text of the claim language, so that what is printed can be read back."""

from __future__ import annotations

from fractions import Fraction

from cheatsheet.language.expressions import Apply, Argument, Equation, Expr, Number, Size, Sum, Symbol
from cheatsheet.language.table import TABLE

SUM, PRODUCT, UNARY, POWER, ATOM = 10, 20, 30, 40, 50
_INFIX = {
    "add": (" + ", SUM),
    "sub": (" - ", SUM),
    "matmul": (" @ ", PRODUCT),
    "scale": (" * ", PRODUCT),
    "hadamard": (" * ", PRODUCT),
    "over": (" / ", PRODUCT),
    "quotient": (" / ", PRODUCT),
    "reciprocal": (" / ", PRODUCT),
}


def to_text(expr: Expr) -> str:
    """The expression in the claim language, with the fewest brackets that read back as the same tree.

    >>> from cheatsheet.language.elaborate import Declarations, elaborate_expression
    >>> from cheatsheet.language.dimensions import Axis, Shape
    >>> n = Axis.of("n")
    >>> given = {"A": Symbol("A", Shape.matrix(n, n)), "B": Symbol("B", Shape.matrix(n, n))}
    >>> to_text(elaborate_expression("((A) + B) @ (A.T)", Declarations(given)))
    '(A + B) @ A.T'
    """
    return _write(expr)[0]


def claim_text(equation: Equation) -> str:
    return f"{to_text(equation.lhs)} {'!=' if equation.negated else '=='} {to_text(equation.rhs)}"


def _write(expr: Expr) -> tuple[str, int]:
    """The text and how strongly it binds."""
    match expr:
        case Number():
            return _number(expr.value)
        case Size():
            return str(expr.axis), ATOM if expr.axis.kind in ("name", "integer") else SUM
        case Symbol():
            return (f"d({expr.name})" if expr.kind == "differential" else expr.name), ATOM
        case Sum():
            names = ", ".join(str(i) for i in expr.indices)
            return f"sum({to_text(expr.body)}, {names})", ATOM
        case Apply():
            return _apply(expr)
    raise TypeError(f"no text for {type(expr).__name__}")


def _number(value: Fraction) -> tuple[str, int]:
    if value.denominator == 1:
        return str(value.numerator), ATOM if value >= 0 else UNARY
    return f"{value.numerator} / {value.denominator}", PRODUCT if value >= 0 else SUM


def _apply(expr: Apply) -> tuple[str, int]:
    args = expr.args
    if expr.op in _INFIX:
        sign, strength = _INFIX[expr.op]
        left, right = (a for a in args if isinstance(a, Expr))
        return f"{_bracketed(left, strength)}{sign}{_bracketed(right, strength + 1)}", strength
    match expr.op:
        case "neg":
            return f"-{_bracketed(_operand(args[0]), UNARY)}", UNARY
        case "power":
            base, exponent = (a for a in args if isinstance(a, Expr))
            return f"{_bracketed(base, ATOM)} ** {_bracketed(exponent, UNARY)}", POWER
        case "transpose":
            return f"{_bracketed(_operand(args[0]), ATOM)}.T", ATOM
        case "component":
            indices = ", ".join(str(i) for i in args[1:])
            return f"{_bracketed(_operand(args[0]), ATOM)}[{indices}]", ATOM
        case "total":
            return f"sum({_argument(args[0])})", ATOM
        case "block":
            rows, cols = expr.params
            grid = [args[r * cols : (r + 1) * cols] for r in range(rows)]
            lines = ", ".join("[" + ", ".join(_argument(a) for a in row) + "]" for row in grid)
            return f"block([{lines}])", ATOM
    if TABLE[expr.op].is_constant:
        return expr.op, ATOM
    if along := TABLE[expr.op].along:
        return f"{along}({_argument(args[0])}, axis={expr.params[0]})", ATOM
    return f"{expr.op}({', '.join(_argument(a) for a in args)})", ATOM


def _operand(argument: Argument) -> Expr:
    assert isinstance(argument, Expr)
    return argument


def _argument(argument: Argument) -> str:
    if isinstance(argument, Expr):
        return to_text(argument)
    return str(argument)


def _bracketed(expr: Expr, least: int) -> str:
    text, strength = _write(expr)
    return text if strength >= least else f"({text})"
