"""The derivative by a sweep backwards through the expression: each operator hands the adjoint of its value down."""

from __future__ import annotations

from collections.abc import Iterator

from cheatsheet.calculus.differentials import NoDifferential, apply_rule, differentiate
from cheatsheet.derivatives.closed.collecting import zero
from cheatsheet.derivatives.closed.differential import Differential
from cheatsheet.derivatives.closed.flattening import Terms, flat
from cheatsheet.derivatives.closed.linear_maps import NotLinearError, matrix_of
from cheatsheet.derivatives.closed.rewritten import rewritten
from cheatsheet.derivatives.closed.tidying import tidied, tidy, turned_round
from cheatsheet.language.expressions import Apply, Expr, Number, Symbol, inline_definitions, rebuild, symbols
from cheatsheet.language.table import TABLE, ShapeError, build

FUSED = {"tr": ("matrix_power", "expm")}
"""Operators whose differential with another inside is known although that of the other by itself is not."""


class NoSweepError(Exception):
    """An operator hands down nothing that could be written as a product of matrices."""


def swept(linear: Differential) -> Iterator[Expr]:
    """The derivative in matrix notation, where the sweep reaches; at most one form."""
    try:
        found = _derivative(linear)
    except (NoSweepError, NoDifferential, NotLinearError, ShapeError):
        return
    if found is not None:
        yield found


def _derivative(linear: Differential) -> Expr | None:
    function = rewritten(inline_definitions(linear.derivative.children[0]))
    variables = linear.variables
    if linear.form is None or not all(isinstance(v, Symbol) and not v.of for v in variables):
        return None
    if any(s.of for s in symbols(function)):
        return None
    first, *others = (v for v in variables if isinstance(v, Symbol))
    if others:
        if not function.shape.is_scalar or len(others) > 1 or not all(v.shape.is_vector for v in variables):
            return None
        result = jacobian(gradient(function, first), others[0])
        return turned_round(result) if linear.sources[0][0] == 2 else result
    if first.shape.is_scalar and not function.shape.is_scalar:
        form = differentiate(function, {first: Number(1)})
        result = Number(0) if form is None else tidied(form)
        order = [n for _, n in linear.sources]
        return _laid(result, linear, order)
    if function.shape.is_scalar:
        result = gradient(function, first)
        return _laid(result, linear, [n for _, n in linear.sources])
    if function.shape.is_vector and first.shape.is_vector:
        result = jacobian(function, first)
        return turned_round(result) if linear.sources[0][0] == 1 else result
    return None


def _laid(result: Expr, linear: Differential, order: list[int]) -> Expr:
    """A gradient, or a derivative by a scalar, the way round that the layout has it."""
    shape = linear.derivative.shape
    if len(order) == 2:
        return turned_round(result) if order == [1, 0] else result
    return result if result.shape.agrees(shape) else turned_round(result)


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
    return isinstance(child, Apply) and child.op in FUSED.get(node.op, ())


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
