"""A derivative put together from its blocks."""

from __future__ import annotations

from dataclasses import replace

from cheatsheet.calculus.index_values import Part, Value, leaves
from cheatsheet.calculus.terms import Idx
from cheatsheet.derivatives.closed.collecting import Collector, zero
from cheatsheet.derivatives.closed.length import length
from cheatsheet.derivatives.closed.other_spellings import exchange, spread
from cheatsheet.derivatives.closed.views import Block, View
from cheatsheet.language.dimensions import ONE, Axis, Shape
from cheatsheet.language.expressions import Expr
from cheatsheet.language.table import build


def assembled(shape: Shape, view: View, blocks: list[Block]) -> Expr:
    """The derivative in matrix notation: one expression, or a block matrix of them.

    Raises :class:`~cheatsheet.derivatives.closed.networks.NoMatrixFormError`.
    """
    if not blocks:
        return zero(shape)
    parts: dict[tuple[int, int], Expr] = {}
    for block in blocks:
        row, col = _places(shape, block)
        parts[_part(row), _part(col)] = _expression(shape, view, block, row, col)
    if len(parts) == 1:
        return next(iter(parts.values()))
    rows = len({r for r, _ in parts})
    ordered = [parts[key] for key in sorted(parts)]
    return build("block", *ordered, params=(rows, len(parts) // rows))


def _places(shape: Shape, block: Block) -> tuple[Value, Value]:
    """The place along the rows and along the columns."""
    values = iter(block.values)
    row, col = (0 if axis.is_one else next(values) for axis in shape.axes)
    return row, col


def _part(value: Value) -> int:
    """The number of the block in which a place lies."""
    return value.number if isinstance(value, Part) else value if isinstance(value, int) else 0


def _expression(shape: Shape, view: View, block: Block, row: Value, col: Value) -> Expr:
    rows, cols = (tuple(p for p in leaves(v) if isinstance(p, Idx)) for v in (row, col))
    own = Shape(tuple(_axis(v, a) for v, a in zip((row, col), shape.axes, strict=True)))
    products = [view.reader.product(c, t, rows, cols, own) for c, t in block.terms]
    collector = Collector()
    variants = [products]
    for change in (exchange, spread) if len(products) > 1 else ():
        changed = [replace(p, chain=change(p.chain)) for p in products]
        if changed != products:
            variants.append(changed)
    return min((collector.sum(variant, own) for variant in variants), key=length)


def _axis(value: Value, axis: Axis) -> Axis:
    """The axis of the block in which a place lies."""
    if isinstance(value, Part):
        return _axis(value.value, axis.parts[value.number])
    return ONE if isinstance(value, int) else axis
