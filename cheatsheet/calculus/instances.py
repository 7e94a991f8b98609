"""A claim about fixed sizes as an instance of a claim about all of them: numbers that are sizes become letters."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cheatsheet.language.dimensions import Axis, Shape
from cheatsheet.language.expressions import (
    Apply,
    Argument,
    Equation,
    Expr,
    Index,
    Jet,
    Number,
    Size,
    Sum,
    Symbol,
    rebuild,
    walk,
)
from cheatsheet.language.table import ShapeError, build

LETTERS = "⟨{}⟩"
"""The name that stands for a number; no name in a claim looks like it."""
SMALL = 4
"""Sizes up to this one are spelled out quickly, and some theorems hold for them alone."""

OfAxis = Callable[[Axis], Axis]


def generalised(equation: Equation) -> Iterator[Equation]:
    """The claim with letters for its sizes: for all of them, and then for the large ones alone.

    Equal numbers become equal letters. A size of one is kept, as a scalar is another kind of thing than a matrix. What
    holds for every value of the letters holds for the numbers.

    >>> from cheatsheet.language.elaborate import Declarations, elaborate_claim
    >>> given = {"X": Symbol("X", Shape.matrix(Axis.of(7), Axis.of(7)))}
    >>> [str(g.lhs.shape) for g in generalised(elaborate_claim("X.T.T == X", Declarations(given)))]
    ['⟨7⟩×⟨7⟩']
    """
    numbers = _sizes(equation)
    chosen = [numbers, {k for k in numbers if k > SMALL}]
    for k, some in enumerate(chosen):
        if some and some not in chosen[:k]:
            try:
                yield _with_letters(equation, {n: Axis.of(LETTERS.format(n)) for n in some})
            except ShapeError:  # two sizes that agree as numbers do not as letters
                continue


def with_counts(equation: Equation) -> Equation:
    """The claim with letters for its sizes where these are said as numbers too, such as the 3 of 3 · log det P.

    >>> from cheatsheet.language.elaborate import Declarations, elaborate_claim
    >>> given = {"X": Symbol("X", Shape.matrix(Axis.of(7), Axis.of(7)))}
    >>> claim = elaborate_claim("tr(X + I(7)) == 7 + tr(X)", Declarations(given))
    >>> [str(with_counts(g).rhs) for g in generalised(claim)]
    ['⟨7⟩ + tr(X)']
    """
    letters: dict[Expr, Expr] = {}
    for axis in _axes(equation):
        number = with_numbers_of_axis(axis)
        if number != axis:
            letters[Number(number.at({}))] = Size(axis)

    def counted(expr: Expr) -> Expr:
        return letters[expr] if expr in letters else rebuild(expr, counted)

    return Equation(counted(equation.lhs), counted(equation.rhs), equation.negated)


def with_letters(expr: Apply) -> Iterator[Apply]:
    """The expression with letters for its sizes, as in :func:`generalised`."""
    for general in generalised(Equation(expr, expr)):
        assert isinstance(general.lhs, Apply)
        yield general.lhs


def with_numbers(expr: Expr) -> Expr:
    """The expression with the numbers that the letters stand for."""
    return over_axes(expr, with_numbers_of_axis)


def with_numbers_of_axis(axis: Axis) -> Axis:
    found = {name: Axis.of(int(name.strip(LETTERS))) for name in axis.names if name[0] == LETTERS[0]}
    return axis.rename(found) if found else axis


def _sizes(equation: Equation) -> set[int]:
    """The numbers, from two on, that stand as sizes."""
    return {int(a.value or 0) for a in _axes(equation) if a.kind == "integer" and not a.is_one}


def _axes(equation: Equation) -> set[Axis]:
    """The axes of a claim that are neither products nor blocks."""
    axes: set[Axis] = set()
    for side in (equation.lhs, equation.rhs):
        for node in walk(side):
            axes |= set(node.shape.axes)
            if isinstance(node, Apply):
                axes |= {a for a in node.args if isinstance(a, Axis)}
    return {leaf for axis in axes for leaf in _leaves(axis)}


def _leaves(axis: Axis) -> Iterator[Axis]:
    if axis.parts:
        for part in axis.parts:
            yield from _leaves(part)
    else:
        yield axis


def _with_letters(equation: Equation, letters: dict[int, Axis]) -> Equation:
    def of(axis: Axis) -> Axis:
        if axis.kind == "integer":
            return letters.get(int(axis.value or 0), axis)
        if not axis.parts:
            return axis
        return (Axis.product if axis.kind == "product" else Axis.concatenation)(map(of, axis.parts))

    lhs, rhs = (over_axes(side, of) for side in (equation.lhs, equation.rhs))
    if not lhs.shape.agrees(rhs.shape):
        raise ShapeError("the two sides have different shapes")
    return Equation(lhs, rhs, equation.negated)


def over_axes(expr: Expr, of: OfAxis) -> Expr:
    """The expression with every axis replaced; raises :class:`ShapeError` where it does not fit together then."""
    match expr:
        case Symbol():
            return _symbol(expr, of)
        case Size():
            return Size(of(expr.axis))
        case Sum():
            return Sum(over_axes(expr.body, of), tuple(_index(i, of) for i in expr.indices))
        case Apply():
            args = tuple(_argument(a, of) for a in expr.args)
            params = tuple(_jet(p, of) if isinstance(p, Jet) else p for p in expr.params)
            return build(expr.op, *args, params=params)
    return expr


def _argument(argument: Argument, of: OfAxis) -> Argument:
    if isinstance(argument, Expr):
        return over_axes(argument, of)
    return _index(argument, of) if isinstance(argument, Index) else of(argument)


def _index(index: Index, of: OfAxis) -> Index:
    return Index(index.name, of(index.axis), tuple(_index(p, of) for p in index.parts), index.block)


def _symbol(symbol: Symbol, of: OfAxis) -> Symbol:
    definition = None if symbol.definition is None else over_axes(symbol.definition, of)
    shape = Shape(tuple(map(of, symbol.shape.axes)))
    arguments = tuple(_symbol(s, of) for s in symbol.of)
    return Symbol(symbol.name, shape, symbol.properties, arguments, definition, symbol.kind)


def _jet(jet: Jet, of: OfAxis) -> Jet:
    return Jet(_symbol(jet.symbol, of), tuple(_symbol(s, of) for s in jet.by))
