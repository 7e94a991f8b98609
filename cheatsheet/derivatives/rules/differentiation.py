"""The rules of differentiation, each by itself: a derivative is carried one operator further by the rule that is named.

``diff(y, x)`` by a number x and ``d(y)`` are treated alike; ``y`` may be a matrix.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cheatsheet.calculus.differentials import NoDifferential, apply_rule, depends
from cheatsheet.calculus.to_expression import component
from cheatsheet.derivatives.rules.remembering import remembered
from cheatsheet.derivatives.rules.unfolding import IndexNames
from cheatsheet.language.expressions import (
    Apply,
    Expr,
    Index,
    Number,
    Sum,
    Symbol,
    free_indices,
    rebuild,
    substitute,
)
from cheatsheet.language.table import TABLE, build

LAW_OF = {
    "power": "power-rule",
    "det": "jacobi",
    "logdet": "logdet-rule",
    "inv": "inverse-rule",
    "pinv": "pseudo-inverse-rule",
    "adj": "adjugate-rule",
    "matrix_power": "matrix-power-rule",
    "expm": "exponential-rule",
}
"""The operators whose derivative is a law of its own; of any other function it is the chain rule."""
OF_TRACES = {"matrix_power": "trace-power-rule", "expm": "trace-exponential-rule"}
"""The functions of a matrix whose trace has a derivative of its own."""
RULES = (
    "linearity", "product-rule", "quotient-rule", "chain-rule", "constant", "own-derivative", "delta", "delta-matrix",
    "mixed-partials", "cofactor", *LAW_OF.values(), *OF_TRACES.values(),
)  # fmt: skip


@dataclass(frozen=True)
class Direction:
    """What is differentiated by: a number, or the increments of the symbols with certain names."""

    by: Expr | None
    names: frozenset[str] = frozenset()

    def varies(self, expr: Expr) -> bool:
        """Whether an expression depends on what moves; the increments are held fixed."""
        if isinstance(expr, Apply) and expr.op == "d" and isinstance(expr.args[0], Symbol):
            return _depends_on(expr.args[0], expr.params[0])
        if isinstance(expr, (Apply, Sum)):
            return any(map(self.varies, expr.children))
        return isinstance(expr, Symbol) and self.moves(expr)

    def moves(self, symbol: Symbol) -> bool:
        if symbol.kind == "differential":
            return False
        if symbol.definition is not None:
            return self.varies(symbol.definition)
        if self.by is None:
            return symbol.name in self.names or any(self.moves(s) for s in symbol.of)
        variable = entry_of(self.by)
        return variable is None or symbol == variable[0] or depends(symbol, variable[0])

    def derivative(self, expr: Expr) -> Expr:
        if self.by is None:
            return build("d", expr, params=(self.names,))
        return build("diff", expr, self.by, params=("numerator",))

    def part(self, expr: Expr) -> Expr | None:
        return self.derivative(expr) if self.varies(expr) else None


def moves_by_itself(symbol: Symbol, names: frozenset[str]) -> bool:
    """Whether a symbol varies and is no function of others that do, so that d(X) is its increment."""
    return symbol.name in names and not _depends_on(symbol, names)


def _depends_on(symbol: Symbol, names: frozenset[str]) -> bool:
    return any(s.name in names or _depends_on(s, names) for s in symbol.of)


@dataclass(frozen=True)
class Differentiation:
    """One rule of differentiation, used wherever it is that rule's turn.

    >>> from cheatsheet.language.dimensions import Shape
    >>> a, x = Symbol("a", Shape.scalar()), Symbol("x", Shape.scalar())
    >>> whole = build("diff", build("add", build("scale", x, x), a), x, params=("numerator",))
    >>> step = Differentiation("linearity").rewritten(whole)
    >>> step, Differentiation("product-rule").rewritten(step)
    (diff(x * x, x), diff(x, x) * x + x * diff(x, x))
    """

    id: str

    @remembered
    def rewritten(self, expr: Expr) -> Expr:
        expr = rebuild(expr, self.rewritten)
        found = directed(expr)
        if found is None:
            return expr
        y, direction, others = found
        if self.id == "mixed-partials":
            return _in_order(expr)
        if rule_of(y, direction) != self.id:
            return expr
        new = carried_out(y, direction)
        if new is None or new == expr:
            return expr
        return build("diff", new, *others, params=("numerator",)) if others else new


def directed(expr: Expr) -> tuple[Expr, Direction, tuple[Expr, ...]] | None:
    """What is differentiated, in which direction first, and by what afterwards; None for what is no such derivative."""
    match expr:
        case Apply(op="diff", args=(Expr() as y, Expr() as x, *others)) if all(
            v.shape.is_scalar for v in expr.children[1:]
        ):
            return y, Direction(x), tuple(v for v in others if isinstance(v, Expr))
        case Apply(op="d", args=(Expr() as y,)):
            return y, Direction(None, expr.params[0]), ()
    return None


def rule_of(y: Expr, direction: Direction) -> str:
    """The name of the rule whose turn it is; empty where the derivative is as simple as can be."""
    if not direction.varies(y):
        return "constant"
    match y:
        case Sum():
            return "linearity"
        case Apply(op="component", args=(Apply() as operand, *_)):
            return "cofactor" if _is_cofactor_beside(y, direction) else rule_of(operand, direction)
        case Apply(op="diff") if _base(y) is not None:
            return _rule_of_entry(y, direction)
        case Apply(op="diff" | "d"):
            return ""
        case Apply(op="tr", args=(Apply() as inner,)) if inner.op in OF_TRACES and _is_general(inner):
            return OF_TRACES[inner.op]
        case Symbol() | Apply(op="component"):
            return _rule_of_entry(y, direction)
        case Apply() if TABLE[y.op].divides:
            return "quotient-rule" if direction.varies(y.children[1]) else "linearity"
        case Apply() if y.op in LAW_OF:
            return LAW_OF[y.op]
        case Apply() if TABLE[y.op].linear or y.op in ("add", "sub", "block"):
            together = y.op not in ("add", "sub", "block") and all(map(direction.varies, y.children))
            return "product-rule" if together and len(y.children) > 1 else "linearity"
    return "chain-rule"


def _rule_of_entry(y: Expr, direction: Direction) -> str:
    own = _base(y)
    if own is None:
        return ""
    if direction.by is None:
        through_others = any(map(direction.moves, own[0].of))
        return "chain-rule" if through_others and y.shape.is_scalar else ""
    variable = entry_of(direction.by)
    if variable is None:
        return ""
    if own[0] == variable[0]:
        whole = len(own[1]) < len(variable[1])
        return "" if whole else ("own-derivative", "delta", "delta-matrix")[len(own[1])]
    direct = variable[0] in own[0].of
    return "" if direct and not any(depends(s, variable[0]) for s in own[0].of) else "chain-rule"


def carried_out(y: Expr, direction: Direction) -> Expr | None:
    """The derivative by the rule whose turn it is, of each operand by itself; None where there is no rule."""
    if not direction.varies(y) or _is_cofactor_beside(y, direction):
        return build("zeros", *y.shape.axes) if not y.shape.is_scalar else Number(0)
    match y:
        case Sum():
            y = _apart(y, direction)
            return Sum(direction.derivative(y.body), y.indices)
        case Apply(op="component", args=(Apply() as operand, *indices)):
            inner = carried_out(operand, direction)
            return None if inner is None else component(inner, [i for i in indices if isinstance(i, Index)])
        case Symbol() | Apply(op="component" | "diff"):
            return _of_entry(y, direction)
        case Apply(op="expm", args=(Apply(op="scale", args=(Expr() as t, Expr() as a)),)) if (
            not direction.varies(a)
        ):
            return build("scale", direction.derivative(t), build("matmul", a, y))
        case Apply(op="tr", args=(Apply() as inner,)) if inner.op in OF_TRACES and _is_general(inner):
            return _of_trace(inner, direction)
        case Apply():
            try:
                return apply_rule(y, tuple(map(direction.part, y.children)))
            except NoDifferential:
                return None
    return None


def _is_cofactor_beside(y: Expr, direction: Direction) -> bool:
    """Whether this is adj(X)ₖᵢ by an entry of row i or of column k, which the cofactor of xᵢₖ does not contain."""
    variable = entry_of(direction.by) if direction.by is not None else None
    match y:
        case Apply(
            op="component", args=(Apply(op=op, args=(Symbol() as matrix,)), Index() as k, Index() as i)
        ):
            return (
                LAW_OF.get(op) == "adjugate-rule"
                and variable is not None
                and len(variable[1]) == 2
                and variable[0] == matrix
                and (i == variable[1][0] or k == variable[1][1])
            )
    return False


def _is_general(inner: Apply) -> bool:
    """Whether the power is no number, so that it cannot be written out."""
    return inner.op != "matrix_power" or not isinstance(inner.children[1], Number)


def _of_trace(inner: Apply, direction: Direction) -> Expr:
    """d tr(Aᵏ) = k tr(Aᵏ⁻¹ dA), d tr(exp A) = tr(exp A · dA): under a trace the factors may be turned round."""
    a, *exponent = inner.children
    if inner.op == "expm":
        return build("tr", build("matmul", inner, direction.derivative(a)))
    lowered = build("matrix_power", a, build("sub", exponent[0], Number(1)))
    return build("scale", exponent[0], build("tr", build("matmul", lowered, direction.derivative(a))))


def _of_entry(y: Expr, direction: Direction) -> Expr | None:
    """∂xₖ/∂xⱼ = δₖⱼ; for a function of others, the sum over these of the derivative by each times its own."""
    own, variable = _base(y), entry_of(direction.by) if direction.by is not None else None
    if own is None:
        return None
    if variable is not None and own[0] == variable[0]:
        return _deltas(own[1], variable[1])
    names = IndexNames.beside(y, *([direction.by] if direction.by is not None else []))
    total: Expr | None = None
    for argument in own[0].of:
        if not direction.varies(argument):
            continue
        bound = [names.index(axis) for axis in argument.shape.free_axes]
        inner = component(argument, bound)
        outer = build("diff", y, inner, params=("numerator",))
        part: Expr = build("scale", outer, direction.derivative(inner))
        part = Sum(part, tuple(bound)) if bound else part
        total = part if total is None else build("add", total, part)
    return total


def _deltas(own: tuple[Index, ...], variable: tuple[Index, ...]) -> Expr:
    """1 where all indices are the same, else a product of deltas."""
    result: Expr = Number(1)
    for i, j in zip(own, variable, strict=True):
        if i.name == j.name:
            continue
        if isinstance(i.name, int) and isinstance(j.name, int):
            return Number(0)
        delta = build("delta", i, j)
        result = delta if result == Number(1) else build("scale", result, delta)
    return result


def _base(y: Expr) -> tuple[Symbol, tuple[Index, ...]] | None:
    """The symbol of which an entry, or a derivative of one, is differentiated further."""
    while isinstance(y, Apply) and y.op == "diff" and all(c.shape.is_scalar for c in y.children):
        y = y.children[0]
    return entry_of(y)


def entry_of(expr: Expr) -> tuple[Symbol, tuple[Index, ...]] | None:
    """The symbol and the indices of one entry of it."""
    match expr:
        case Symbol():
            return expr, ()
        case Apply(op="component", args=(Symbol() as symbol, *indices)):
            return symbol, tuple(i for i in indices if isinstance(i, Index))
    return None


def _apart(y: Sum, direction: Direction) -> Sum:
    """The sum over other names than those that stand in the direction."""
    taken = free_indices(direction.by) if direction.by is not None else {}
    if not any(str(i.name) in taken for i in y.indices):
        return y
    names = IndexNames.beside(y, direction.derivative(y))
    new = tuple(Index(names.fresh(i.axis), i.axis) for i in y.indices)
    change = {str(i.name): j for i, j in zip(y.indices, new, strict=True)}
    return Sum(substitute(y.body, change), new)


def _in_order(expr: Expr) -> Expr:
    """A repeated derivative with its variables in one order."""
    if not isinstance(expr, Apply) or expr.op != "diff":
        return expr
    y, *variables = expr.children
    while isinstance(y, Apply) and y.op == "diff" and all(c.shape.is_scalar for c in y.children):
        variables = [*y.children[1:], *variables]
        y = y.children[0]
    if not all(v.shape.is_scalar for v in variables):
        return expr
    params: tuple[Any, ...] = ("numerator",)
    return build("diff", y, *sorted(variables, key=repr), params=params)
