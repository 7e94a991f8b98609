"""Component rules of derivatives: an entry of ``diff(y, x)`` is the differential of an entry of ``y`` in the direction
of an entry of ``x``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cheatsheet.calculus import algebra
from cheatsheet.calculus.differentials import NoDifferential, differentiate, expand_differential
from cheatsheet.calculus.errors import NoIndexForm
from cheatsheet.calculus.factors import JetEntry
from cheatsheet.calculus.index_values import Value, leaves, split
from cheatsheet.calculus.terms import ZERO, Factor, Poly
from cheatsheet.language.expressions import Apply, Expr, Jet, Number, Symbol, walk
from cheatsheet.language.layouts import arrange
from cheatsheet.language.table import build

if TYPE_CHECKING:
    from cheatsheet.calculus.components import Components

At = tuple[Value, ...]


def diff(c: Components, expr: Apply, at: At) -> Poly:
    y, *xs = expr.children
    arrangement = arrange(y.shape, tuple(x.shape for x in xs), expr.params[0])
    if arrangement.shape.is_vector:
        at = tuple(v for v, axis in zip(at, arrangement.shape.axes, strict=True) if not axis.is_one)
    groups: list[dict[int, Value]] = [{} for _ in range(1 + len(xs))]
    for (group, axis), value in zip(arrangement.sources, at, strict=False):
        groups[group][axis] = value
    places = [tuple(group[k] for k in sorted(group)) for group in groups]
    return entry(c, y, places[0], list(zip(xs, places[1:], strict=True)))


def grad(c: Components, expr: Apply, at: At) -> Poly:
    f, x = expr.children
    return entry(c, f, (), [(x, _free_values(x, at))])


def jacobian(c: Components, expr: Apply, at: At) -> Poly:
    y, x = expr.children
    rows = (at[0],) if y.shape.free_axes else ()
    cols = (at[1],) if x.shape.free_axes else ()
    return entry(c, y, rows, [(x, cols)])


def hessian(c: Components, expr: Apply, at: At) -> Poly:
    f, x = expr.children
    values = [(v,) if x.shape.free_axes else () for v in at]
    return entry(c, f, (), [(x, values[0]), (x, values[1])])


def differential(c: Components, expr: Apply, at: At) -> Poly:
    """d(Y) with the names of ``params[0]`` varying freely."""
    try:
        expanded = expand_differential(expr)
    except NoDifferential as error:
        raise NoIndexForm(str(error)) from error
    _require_inverses(c, expanded)
    return _component_of(c, expanded, at)


def jet(c: Components, expr: Apply, at: At) -> Poly:
    """The abstract derivative contracted with its directions."""
    (info,) = expr.params
    assert isinstance(info, Jet)
    own = [v for v, axis in zip(at, info.symbol.shape.axes, strict=True) if not axis.is_one]

    def level(directions: tuple[Expr, ...], by: tuple[Symbol, ...], places: list[Value]) -> Poly:
        if not directions:
            return jet_component(info, own, places)
        direction, *others = directions
        axes = direction.shape.axes

        def along(k: int, here: tuple[Value, ...]) -> Poly:
            if k < len(axes):
                return c.over(axes[k], lambda v: along(k + 1, (*here, v)))
            used = [v for v, axis in zip(here, axes, strict=True) if not axis.is_one]
            rest = level(tuple(others), by[1:], [*places, tuple(used)])
            return algebra.product(c(direction, *here), rest)

        return along(0, ())

    return level(expr.children, info.by, [])


def jet_component(info: Jet, own: list[Value], directions: list[Value]) -> Poly:
    """∂ᵏu[own] / ∂x[…] ∂y[…], with the order of differentiation forgotten."""
    pairs = sorted(zip(info.by, directions, strict=True), key=lambda p: p[0].name)
    names = [s.name for s, _ in pairs]
    if len(set(names)) < len(names):
        return _symmetric_jet(info, own, pairs)
    places = [leaf for v in (*own, *(d for _, d in pairs)) for leaf in leaves(v)]
    return algebra.single(_jet_factor(info, tuple(s for s, _ in pairs), tuple(places)))


def _jet_factor(info: Jet, by: tuple[Symbol, ...], places: tuple) -> Factor:  # type: ignore[type-arg]
    return JetEntry(Jet(info.symbol, by), places)


def _symmetric_jet(info: Jet, own: list[Value], pairs: list[tuple[Symbol, Value]]) -> Poly:
    """Mixed partial derivatives do not depend on the order: the average over the orders of equal symbols."""
    from fractions import Fraction
    from itertools import groupby, permutations, product
    from math import prod

    groups = [list(group) for _, group in groupby(pairs, key=lambda p: p[0].name)]
    orders = [list(permutations(group)) for group in groups]
    total = ZERO
    for choice in product(*orders):
        flat = [pair for group in choice for pair in group]
        places = [leaf for v in (*own, *(d for _, d in flat)) for leaf in leaves(v)]
        total += algebra.single(_jet_factor(info, tuple(s for s, _ in flat), tuple(places)))
    return total.times(Fraction(1, prod(len(o) for o in orders)))


# --- one entry ------------------------------------------------------------------------------------------------------


def entry(
    c: Components, y: Expr, at: tuple[Value, ...], variables: list[tuple[Expr, tuple[Value, ...]]]
) -> Poly:
    """The component ``at`` of ``y`` differentiated by the given component of each variable in turn."""
    result: Expr | None = y
    for x, values in variables:
        symbol, direction = unit_direction(c, x, values)
        if result is not None:
            result = _differentiated(result, {symbol: direction})
    _require_inverses(c, result)
    return _component_of(c, result, _full(y, at))


def _require_inverses(c: Components, derivative: Expr | None) -> None:
    """Raises where the rules brought in an inverse that may not exist: that of an adjugate is one on a dense set."""
    if c.continuous or derivative is None:
        return
    inverted = [n for n in walk(derivative) if isinstance(n, Apply) and n.op == "inv"]
    if not all(c.is_invertible(n.children[0]) for n in inverted):
        raise NoIndexForm("a derivative by a formula that does not hold at every point")


def _differentiated(y: Expr, directions: dict[Symbol, Expr]) -> Expr | None:
    try:
        return differentiate(y, directions)
    except NoDifferential as error:
        raise NoIndexForm(str(error)) from error


def _component_of(c: Components, expr: Expr | None, at: At) -> Poly:
    return ZERO if expr is None else c(expr, *at)


def _full(y: Expr, values: tuple[Value, ...]) -> At:
    """One value for each axis of the shape, from one for each axis that needs an index."""
    if y.shape.is_tensor:
        return values
    remaining = iter(values)
    free = y.shape.free_axes
    return tuple(next(remaining) if axis in free and not axis.is_one else 0 for axis in y.shape.axes)


def _free_values(x: Expr, at: At) -> tuple[Value, ...]:
    if x.shape.is_scalar:
        return ()
    if x.shape.is_vector:
        return tuple(v for v, axis in zip(at, x.shape.axes, strict=True) if not axis.is_one)
    return at


def unit_direction(c: Components, x: Expr, values: tuple[Value, ...]) -> tuple[Symbol, Expr]:
    """The symbol behind a variable, and the direction in which one entry of it moves by one."""
    match x:
        case Symbol():
            return x, _unit(c, x, _full(x, values))
        case Apply(op="transpose", args=(Symbol() as symbol,)):
            return symbol, _unit(c, symbol, _full(x, values)[::-1])
        case Apply(op="vec", args=(Symbol() as symbol,)):
            shape = symbol.shape
            j, i = split(values[0] if values else 0, [shape.cols, shape.rows])
            return symbol, _unit(c, symbol, (i, j))
        case Apply(op="component", args=(Symbol() as symbol, *_)):
            return symbol, _unit(c, symbol, c.place(x)[1])
    raise NoIndexForm("a derivative by something that is not a symbol")


def _unit(c: Components, symbol: Symbol, at: At) -> Expr:
    """The array of the symbol's shape that is one at the given place and zero elsewhere."""
    if symbol.shape.is_scalar:
        return Number(1)
    units: list[Expr | None] = []
    for axis, value in zip(symbol.shape.axes, at, strict=True):
        if axis.is_one:
            units.append(None)
            continue
        units.append(build("unit", c.standing_for(value, axis), axis))
    row, col = units
    if col is None:
        assert row is not None
        return row
    turned = build("transpose", col)
    return turned if row is None else build("matmul", row, turned)
