"""A sweep backwards through an expression: each operator hands the adjoint of its value down to its operands."""

from __future__ import annotations

from collections.abc import Iterator

from cheatsheet.calculus.differentials import apply_rule, differentiate
from cheatsheet.derivatives.closed.collecting import zero
from cheatsheet.derivatives.closed.flattening import Terms, flat
from cheatsheet.derivatives.closed.linear_maps import matrix_of
from cheatsheet.derivatives.closed.tidying import tidy, turned_round
from cheatsheet.language.expressions import Apply, Expr, Number, Symbol, rebuild
from cheatsheet.language.table import TABLE, build

"""Operators whose differential with another inside is known although that of the other by itself is not."""


class NoSweepError(Exception):
    """An operator hands down nothing that could be written as a product of matrices."""


def gradient(function: Expr, variable: Symbol) -> Expr:
    """The array of the derivatives of a scalar by the entries of a variable."""
    return adjoint_of(function, variable, Number(1))


def jacobian(function: Expr, variable: Symbol) -> Expr:
    """The derivatives of a vector by a vector, functions by rows: the adjoint of gᵀy is Jᵀg."""
    g = Symbol("g′", function.shape, kind="adjoint")
    return turned_round(matrix_of(adjoint_of(function, variable, g), g))


def adjoint_of(function: Expr, variable: Symbol, start: Expr) -> Expr:
    """What the variable gets where the function has the adjoint ``start``."""
    order: list[Expr] = []
    if not _moving(function, variable, order, {}):
        return zero(variable.shape)
    if start != Number(1) and any(isinstance(n, Apply) and n.op == "block" for n in order):
        raise NoSweepError("the parts of a block matrix")
    reading = _edges(function)
    adjoints: dict[Expr, list[tuple[int, Terms]]] = {function: [(0, flat(start))]}
    for node in reversed(order):
        found = sorted(adjoints.pop(node, ()), key=lambda pair: pair[0])
        if not found:
            continue
        g = tidy([t for _, terms in found for t in terms], node.shape)
        if node == variable:
            return g
        for child, share in _shares(node, g, variable):
            adjoints.setdefault(child, []).append((reading.get((node, child), 0), flat(share)))
    raise NoSweepError(f"{variable} was not reached")


def _edges(function: Expr) -> dict[tuple[Expr, Expr], int]:
    """Where each operand of each operator stands as one reads: terms come in the order of the product rule."""
    found: dict[tuple[Expr, Expr], int] = {}
    stack: list[tuple[Expr, Expr]] = [(function, function)]
    while stack:
        edge = stack.pop()
        if edge not in found:
            found[edge] = len(found)
            stack += [(edge[1], child) for child in reversed(edge[1].children)]
    return found


def _moving(expr: Expr, variable: Symbol, order: list[Expr], known: dict[Expr, bool]) -> bool:
    """Whether the expression depends on the variable; ``order`` gets what does, operands before what uses them."""
    if expr not in known:
        if isinstance(expr, Symbol):
            if any(s == variable for s in expr.of):
                raise NoSweepError("an abstract function")
            known[expr] = expr == variable
        else:
            moving = [
                _moving(child, variable, order, known) for child in expr.children
            ]  # each is to be visited
            known[expr] = any(moving)
        if known[expr]:
            order.append(expr)
    return known[expr]


def _shares(node: Expr, g: Expr, variable: Symbol) -> Iterator[tuple[Expr, Expr]]:
    """What each operand gets of the adjoint of a value."""
    if not isinstance(node, Apply):
        raise NoSweepError("a sum over indices")
    known: dict[Expr, bool] = {}
    for place, child in enumerate(node.children):
        if not _moving(child, variable, [], known):
            continue
        adjoint = TABLE[node.op].adjoint
        share = None if adjoint is None or _is_fused(node, child) else adjoint(node, place, g)
        if share is not None:
            yield child, share
            continue
        operand, increment, form = _differential(node, place, child)
        share = None if form is None else _pulled(form, increment, g)
        if share is not None:
            yield operand, share


def _is_fused(node: Apply, child: Expr) -> bool:
    return node.op == "tr" and isinstance(child, Apply) and child.op in ("matrix_power", "expm")


def _differential(node: Apply, place: int, child: Expr) -> tuple[Expr, Symbol, Expr | None]:
    """What moves, its increment, and the differential of the value, linear in the increment."""
    if isinstance(child, Apply) and _is_fused(node, child):
        operand = child.children[0]
        stand_in = Symbol("∂1", operand.shape)
        increment = Symbol("∂", operand.shape, kind="differential")
        whole = build(node.op, build(child.op, stand_in, *child.args[1:], params=child.params))
        form = differentiate(whole, {stand_in: increment})
        return operand, increment, None if form is None else _replaced(form, stand_in, operand)
    if node.op == "expm" and isinstance(child, Apply) and child.op == "scale":
        operand, matrix = child.children
        increment = Symbol("∂", operand.shape, kind="differential")
        return operand, increment, apply_rule(node, (build("scale", increment, matrix),))
    increment = Symbol("∂", child.shape, kind="differential")
    parts = tuple(increment if k == place else None for k in range(len(node.children)))
    return child, increment, apply_rule(node, parts)


def _replaced(expr: Expr, symbol: Symbol, by: Expr) -> Expr:
    return by if expr == symbol else rebuild(expr, lambda child: _replaced(child, symbol, by))


def _pulled(form: Expr, increment: Symbol, g: Expr) -> Expr | None:
    """What an increment gets of the adjoint of a form that is linear in it."""
    if form == increment:
        return g
    if not isinstance(form, Apply):
        return None
    row = TABLE[form.op]
    total: Expr | None = None
    for place, child in enumerate(form.children):
        if not _moving(child, increment, [], {}):
            continue
        share = None if row.adjoint is None else row.adjoint(form, place, g)
        if share is None:
            raise NoSweepError(f"{form.op} hands nothing down")
        own = _pulled(child, increment, share)
        if own is not None:
            total = own if total is None else build("add", total, own)
    return total
