"""Whether two claims speak of the same thing: whether they share a side, whatever their symbols are called.

A side is compared by its form: symbols, indices and dimensions lose their names, the ways of writing a derivative and
its layouts are one, sums and element-wise products have no order, and an outermost transpose or sign is left out.
"""

from __future__ import annotations

from cheatsheet.language.expressions import (
    Apply,
    Equation,
    Expr,
    Index,
    Number,
    Size,
    Sum,
    Symbol,
    inline_definitions,
    symbols,
    walk,
)

_DERIVATIVES = ("diff", "grad", "jacobian", "hessian")
_UNORDERED = ("add", "hadamard", "scale")


def same_subject(one: Equation, other: Equation) -> bool:
    """Whether a side of one claim has the form of a side of the other.

    >>> from cheatsheet.language.elaborate import Declarations, elaborate_claim
    >>> from cheatsheet.catalogue.load import read_given
    >>> def claim(text, given):
    ...     return elaborate_claim(text, Declarations(read_given(given)))
    >>> product = claim("grad(tr(A @ X), X) == A.T", "A: [n, m], X: [m, n]")
    >>> same_subject(product, claim("diff(tr(B @ Y), Y) == B", "B: [p, q], Y: [q, p]"))
    True
    >>> same_subject(product, claim("diff(tr(B @ B), B) == 2 * B", "B: [p, p]"))
    False
    """
    if one.negated != other.negated:
        return False
    return bool(_telling(one) & _telling(other)) or _forms(one) == _forms(other)


def _sides(equation: Equation) -> list[Expr]:
    return [_bare(inline_definitions(side)) for side in (equation.lhs, equation.rhs)]


def _forms(equation: Equation) -> set[str]:
    return {_Form().of(side) for side in _sides(equation)}


def _telling(equation: Equation) -> set[str]:
    """The forms of the sides that say what the claim is about: the derivatives, where there are any.

    One operator and its symbols, as in ``inv(A)`` or ``diff(f, x)``, could be part of anything.
    """
    sides = [side for side in _sides(equation) if any(child.children for child in side.children)]
    for is_chosen in (_has_derivative, _has_symbol):
        sides = [side for side in sides if is_chosen(side)] or sides
    return {_Form().of(side) for side in sides}


def _is_derivative(expr: Expr) -> bool:
    return isinstance(expr, Apply) and expr.op in _DERIVATIVES


def _has_derivative(expr: Expr) -> bool:
    return any(_is_derivative(node) or (isinstance(node, Apply) and node.op == "d") for node in walk(expr))


def _has_symbol(expr: Expr) -> bool:
    return bool(symbols(expr))


def _bare(expr: Expr) -> Expr:
    """The expression without a transpose or a sign that stands outermost."""
    while isinstance(expr, Apply) and expr.op in ("transpose", "neg"):
        expr = expr.children[0]
    return expr


class _Form:
    """Writes an expression with its names replaced by numbers, in the order of their first appearance."""

    def __init__(self, named: bool = True) -> None:
        self.named = named
        self.numbers: dict[object, int] = {}

    def name(self, kind: str, key: object) -> str:
        if not self.named:
            return kind
        return f"{kind}{self.numbers.setdefault((kind, key), len(self.numbers))}"

    def of(self, expr: Expr) -> str:
        match expr:
            case Number():
                return str(expr.value)
            case Size():
                return "size"
            case Symbol():
                return self.symbol(expr)
            case Sum():
                return f"sum({self.of(expr.body)})"
            case Apply():
                return self.apply(expr)
        raise TypeError(type(expr).__name__)

    def symbol(self, symbol: Symbol) -> str:
        shape = "scalar" if symbol.shape.is_scalar else "vector" if symbol.shape.is_vector else "matrix"
        kind = shape + "!" * (symbol.kind == "differential")
        return self.name(kind + "'" * bool(symbol.of), symbol.name)

    def apply(self, expr: Apply) -> str:
        if expr.op in _DERIVATIVES:
            return self.derivative(expr)
        if expr.op == "matmul":
            return " @ ".join(self.of(factor) for factor in _factors(expr, "matmul"))
        if expr.op in ("dot", "outer"):
            x, y = expr.children
            return (
                f"{self.transpose(x)} @ {self.of(y)}"
                if expr.op == "dot"
                else f"{self.of(x)} @ {self.transpose(y)}"
            )
        if expr.op in _UNORDERED:
            ordered = sorted(_factors(expr, expr.op), key=_Form(named=False).of)
            return f"{expr.op}({', '.join(map(self.of, ordered))})"
        if expr.op == "transpose":
            return self.transpose(expr.children[0])
        grid = str(expr.params) if expr.op == "block" else ""
        return f"{expr.op}{grid}({', '.join(self.argument(a) for a in expr.args)})"

    def transpose(self, expr: Expr) -> str:
        """A layout decides whether a derivative stands transposed, so that it is written as one thing."""
        return self.of(expr) + ("" if _is_derivative(expr) else ".T")

    def derivative(self, expr: Apply) -> str:
        body, *by = expr.children
        by = by * 2 if expr.op == "hessian" else by
        while _is_derivative(body):
            body, *first = body.children
            by = [*first, *by]
        return f"derivative({self.of(_bare(body))}; {', '.join(self.of(_bare(x)) for x in by)})"

    def argument(self, argument: object) -> str:
        if isinstance(argument, Expr):
            return self.of(argument)
        if isinstance(argument, Index):
            return self.name("index", argument.name) if isinstance(argument.name, str) else str(argument.name)
        return "size"


def _factors(expr: Expr, op: str) -> list[Expr]:
    """The operands of a chain of one operator."""
    if isinstance(expr, Apply) and expr.op == op:
        return [factor for child in expr.children for factor in _factors(child, op)]
    return [expr]
