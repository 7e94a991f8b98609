"""Random well-typed expressions for property-based tests.

``expressions(shape)`` draws expressions of exactly that shape over the symbols below, built from a chosen set of
operators. Every drawn expression could have come from the elaborator: numbers are folded, sums use their index. The
grammar reads, for each operator, which shapes its operands may have (``OPERAND_SHAPES``), and descends from the
wanted shape to the symbols, so nothing is ever thrown away.

    @given(expressions(Shape.vector(N), depth=3, operators=POLYNOMIAL))
    def test_something(expr): ...
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction

from hypothesis import strategies as st

from cheatsheet.language.dimensions import ONE, Axis, Shape
from cheatsheet.language.expressions import Apply, Equation, Expr, Index, Number, Size, Sum, Symbol, walk
from cheatsheet.language.layouts import arrange
from cheatsheet.language.table import build
from tests.grammar import (
    EVERYTHING,
    OPERAND_SHAPES,
    POINTWISE,
    RATIONAL,
    SCALAR,
    SUMMED,
    SYMBOLS,
    Grammar,
    N,
    pairs,
    whatever,
)


def expressions(
    shape: Shape | None = None,
    *,
    depth: int = 3,
    operators: frozenset[str] = EVERYTHING,
    symbols: tuple[Symbol, ...] = SYMBOLS,
    indices: tuple[Index, ...] = (),
    layout: str = "numerator",
) -> st.SearchStrategy[Expr]:
    """Expressions of a shape (of any, if none is given) with at most ``depth`` operators above one another.

    ``indices`` are the free indices that may occur; with none, components stand at positions or under a sum.
    ``layout`` is that of every ``diff``.
    """
    grammar = Grammar(operators, symbols, _dimensions(symbols), indices, layout)
    if shape is not None:
        return _of_shape(grammar, shape, depth)
    return st.sampled_from(_shapes(grammar)).flatmap(lambda s: _of_shape(grammar, s, depth))


def equations(shape: Shape | None = None, **options: object) -> st.SearchStrategy[Equation]:
    """Two sides of one shape, hardly ever equal in value."""
    shapes = st.just(shape) if shape is not None else st.sampled_from(_shapes(Grammar()))
    return shapes.flatmap(
        lambda s: st.builds(Equation, expressions(s, **options), expressions(s, **options), st.booleans())
    )


def names_of(expr: Expr) -> set[str]:
    """The operators that occur in an expression."""
    return {node.op for node in walk(expr) if isinstance(node, Apply)}


# --- the grammar ----------------------------------------------------------------------------------------------------


@st.composite
def _of_shape(draw: st.DrawFn, grammar: Grammar, shape: Shape, depth: int) -> Expr:
    leaves = _leaves(grammar, shape)
    if leaves and (depth <= 0 or draw(st.integers(0, 5)) == 0):
        return draw(st.sampled_from(leaves))
    fitting = _fitting(grammar, shape)
    if not fitting:
        return draw(st.sampled_from(leaves))
    if depth <= 0:  # no leaf of this shape: the shortest way down
        fitting = {
            name: fitting[name] for name in ("outer", "vec", "kron", "diag", "block") if name in fitting
        } or fitting
    name = draw(st.sampled_from([n for n in fitting for _ in range(_weight(n))]))
    if name in SPECIAL:
        return SPECIAL[name].draw(draw, grammar, shape, depth - 1)
    operands = _draw_all(draw, grammar, draw(st.sampled_from(fitting[name])), depth - 1)
    return _folded(build(name, *operands))


def _weight(name: str) -> int:
    """How often an operator is drawn where it fits; kron, vec, block and cross fit few shapes."""
    return 1 if name in POINTWISE else 24 if name in ("kron", "vec", "block", "cross") else 4


def _fitting(grammar: Grammar, shape: Shape) -> dict[str, list[tuple[Shape, ...]]]:
    """The operators that can have a shape, with the shapes their operands may have (none listed for a special one)."""
    fitting: dict[str, list[tuple[Shape, ...]]] = {}
    for name in sorted(grammar.operators):
        if name in SPECIAL and SPECIAL[name].fits(grammar, shape):
            fitting[name] = []
        elif name in OPERAND_SHAPES and (shapes := list(OPERAND_SHAPES[name](grammar, shape))):
            fitting[name] = shapes
    return fitting


def _draw_all(draw: st.DrawFn, grammar: Grammar, shapes: Iterable[Shape], depth: int) -> list[Expr]:
    return [draw(_of_shape(grammar, shape, depth)) for shape in shapes]


def _folded(expr: Expr) -> Expr:
    """Numbers as the elaborator leaves them."""
    if (
        isinstance(expr, Apply)
        and expr.op in ("neg", "over")
        and all(isinstance(c, Number) for c in expr.children)
    ):
        values = [c.value for c in expr.children if isinstance(c, Number)]
        return Number(-values[0]) if expr.op == "neg" else Number(values[0] / (values[1] or 1))
    if isinstance(expr, Apply) and expr.op == "over" and expr.children[1] == Number(0):
        return expr.children[0]
    return expr


def _dimensions(symbols: tuple[Symbol, ...]) -> tuple[Axis, ...]:
    return tuple(dict.fromkeys(a for s in symbols for a in s.shape.free_axes if a.kind == "name"))


def _shapes(grammar: Grammar) -> list[Shape]:
    """Shapes to begin with: scalar, row, column, square and rectangular matrix."""
    n, *others = grammar.dimensions or (N,)
    shapes = [SCALAR, SCALAR, Shape.vector(n), Shape((ONE, n)), Shape.matrix(n, n)]
    shapes += [Shape.matrix(m, n) for m in others[:1]]
    return shapes + [s for s in whatever(grammar) if s not in shapes]


def _leaves(grammar: Grammar, shape: Shape) -> list[Expr]:
    """Symbols and constants of a shape; of a row, the transposes of symbols. Symbols come up twice as often."""
    symbols: list[Expr] = [s for s in grammar.symbols if s.shape == shape]
    symbols += [build("transpose", s) for s in grammar.symbols if s.shape.transposed == shape != s.shape]
    found = symbols + symbols
    if shape.is_scalar:
        if "number" in grammar.operators:
            found += [Number(v) for v in (2, 3, -1, -2, Fraction(1, 2), Fraction(-3, 2))]
        if "size" in grammar.operators:
            found += [Size(d) for d in grammar.dimensions]
        if "pi" in grammar.operators:
            found.append(build("pi"))
        if "delta" in grammar.operators:
            found += [
                build("delta", i, j)
                for i in grammar.indices
                for j in grammar.indices
                if i != j and i.axis == j.axis
            ]
    elif not shape.is_vector and shape.is_square and "I" in grammar.operators and shape.rows == shape.cols:
        found.append(build("I", shape.rows))
    if not shape.is_scalar and shape.cols.is_one:
        found += [build(c, shape.rows) for c in ("ones", "zeros") if c in grammar.operators]
        if "unit" in grammar.operators:
            found += [build("unit", i, shape.rows) for i in grammar.indices if i.axis == shape.rows]
    elif not shape.is_vector and not shape.is_scalar:
        found += [build(c, *shape.axes) for c in ("ones", "zeros") if c in grammar.operators]
        if "K" in grammar.operators and pairs(shape.rows) and pairs(shape.rows) == pairs(shape.cols)[::-1]:
            found.append(build("K", *pairs(shape.rows)))
    return found


@dataclass(frozen=True)
class Special:
    """An operator that takes more than expressions: whether it can have a shape, and how to draw it."""

    fits: Callable[[Grammar, Shape], bool]
    draw: Callable[[st.DrawFn, Grammar, Shape, int], Expr]


def _draw_power(draw: st.DrawFn, grammar: Grammar, shape: Shape, depth: int) -> Expr:
    base = draw(_of_shape(grammar, shape, depth))
    exponents: list[Expr] = [Number(2), Number(3)]
    if grammar.operators >= RATIONAL and not isinstance(base, Number):
        exponents += [Number(-1), Number(-2)]
    if "sqrt" in grammar.operators and not isinstance(base, Number):
        exponents += [Number(Fraction(1, 2)), Number(Fraction(-3, 2))]
    return build("power", base, draw(st.sampled_from(exponents)))


def _draw_matrix_power(draw: st.DrawFn, grammar: Grammar, shape: Shape, depth: int) -> Expr:
    base = draw(_of_shape(grammar, shape, depth))
    return build("matrix_power", base, Number(draw(st.sampled_from([2, 3, -1, -2]))))


def _draw_component(draw: st.DrawFn, grammar: Grammar, shape: Shape, depth: int) -> Expr:
    axes = [i.axis for i in grammar.indices] or list(grammar.dimensions[:2])
    count = draw(st.integers(1, 2))
    chosen = [draw(st.sampled_from(axes)) for _ in range(count)]
    operand = draw(_of_shape(grammar, Shape((*chosen, *[ONE] * (2 - count))), depth))
    return build("component", operand, *(_draw_index(draw, grammar, axis) for axis in chosen))


def _draw_index(draw: st.DrawFn, grammar: Grammar, axis: Axis) -> Index:
    names = [i for i in grammar.indices if i.axis == axis]
    return draw(st.sampled_from([*names, Index(0, axis)]))


def _draw_sum(draw: st.DrawFn, grammar: Grammar, shape: Shape, depth: int) -> Expr:
    taken = {i.name for i in grammar.indices}
    name = next(name for name in SUMMED if name not in taken)
    index = Index(name, draw(st.sampled_from(grammar.dimensions[:2])))
    inner = grammar.deeper(index)
    body = draw(_of_shape(inner, shape, depth))
    if not _mentions(body, index):
        vector = draw(_of_shape(inner, Shape.vector(index.axis), min(depth, 0)))
        body = build("scale", build("component", vector, index), body)
    return Sum(body, (index,))


def _mentions(expr: Expr, index: Index) -> bool:
    return any(index in node.args for node in walk(expr) if isinstance(node, Apply))


def _draw_block(draw: st.DrawFn, grammar: Grammar, shape: Shape, depth: int) -> Expr:
    grid = [Shape((r, c)) for r in _summands(shape.rows) for c in _summands(shape.cols)]
    parts = _draw_all(draw, grammar, grid, depth)
    return build("block", *parts, params=(len(_summands(shape.rows)), len(_summands(shape.cols))))


def _summands(axis: Axis) -> tuple[Axis, ...]:
    return axis.parts if axis.kind == "concatenation" else (axis,)


def _variables(grammar: Grammar) -> list[Symbol]:
    return [s for s in grammar.symbols if s.definition is None and s.kind == "symbol"]


def _derivatives(grammar: Grammar, shape: Shape) -> list[tuple[Shape, Symbol]]:
    """Which ``diff(y, x)`` have a shape: the shape of y, the variable."""
    ys = [SCALAR, *(Shape.vector(d) for d in grammar.dimensions[:2])]
    return [
        (y, x)
        for y in ys
        for x in _variables(grammar)
        if arrange(y, (x.shape,), grammar.layout).shape == shape
    ]


def _draw_diff(draw: st.DrawFn, grammar: Grammar, shape: Shape, depth: int) -> Expr:
    y, x = draw(st.sampled_from(_derivatives(grammar, shape)))
    return build("diff", draw(_of_shape(grammar, y, depth)), x, params=(grammar.layout,))


def _draw_grad(draw: st.DrawFn, grammar: Grammar, shape: Shape, depth: int) -> Expr:
    x = draw(st.sampled_from([s for s in _variables(grammar) if s.shape == shape]))
    return build("grad", draw(_of_shape(grammar, SCALAR, depth)), x)


def _vectors_of(grammar: Grammar, axis: Axis) -> list[Symbol]:
    return [s for s in _variables(grammar) if s.shape == Shape.vector(axis)]


def _draw_jacobian(draw: st.DrawFn, grammar: Grammar, shape: Shape, depth: int) -> Expr:
    x = draw(st.sampled_from(_vectors_of(grammar, shape.cols)))
    return build("jacobian", draw(_of_shape(grammar, Shape.vector(shape.rows), depth)), x)


def _draw_hessian(draw: st.DrawFn, grammar: Grammar, shape: Shape, depth: int) -> Expr:
    x = draw(st.sampled_from(_vectors_of(grammar, shape.rows)))
    return build("hessian", draw(_of_shape(grammar, SCALAR, depth)), x)


def _draw_differential(draw: st.DrawFn, grammar: Grammar, shape: Shape, depth: int) -> Expr:
    return build("d", draw(_of_shape(grammar, shape, depth)), params=(grammar.varying,))


def _is_matrix(shape: Shape) -> bool:
    return len(shape.free_axes) == 2


SPECIAL: dict[str, Special] = {
    "power": Special(lambda g, s: True, _draw_power),
    "matrix_power": Special(lambda g, s: _is_matrix(s) and s.is_square, _draw_matrix_power),
    "component": Special(lambda g, s: s.is_scalar, _draw_component),
    "sum": Special(
        lambda g, s: s.is_scalar and sum(i.name in SUMMED for i in g.indices) < len(SUMMED), _draw_sum
    ),
    "block": Special(lambda g, s: any(a.kind == "concatenation" for a in s.axes), _draw_block),
    "diff": Special(lambda g, s: bool(_derivatives(g, s)), _draw_diff),
    "grad": Special(lambda g, s: any(x.shape == s for x in _variables(g)), _draw_grad),
    "jacobian": Special(lambda g, s: _is_matrix(s) and bool(_vectors_of(g, s.cols)), _draw_jacobian),
    "hessian": Special(
        lambda g, s: _is_matrix(s) and s.rows == s.cols and bool(_vectors_of(g, s.rows)), _draw_hessian
    ),
    "d": Special(lambda g, s: True, _draw_differential),
}
