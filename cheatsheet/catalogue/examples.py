"""Numeric examples: values read exactly, and fitted to the declared shapes."""

from __future__ import annotations

import re
from collections.abc import Mapping as Dictionary
from fractions import Fraction

from cheatsheet.catalogue.nodes import Mapping, Node, Refused, Report, Scalar, Sequence
from cheatsheet.catalogue.reading import shown, what
from cheatsheet.language.dimensions import Axis, Shape
from cheatsheet.language.errors import near
from cheatsheet.language.expressions import Symbol

Value = tuple[tuple[Fraction, ...], ...]
"""The numbers of a symbol, row by row: a scalar is 1×1 and a vector n×1."""

LARGEST_SIDE = 20
_NUMBER = re.compile(
    r"[+-]?(?:\d{1,30}\.?\d{0,30}|\.\d{1,30})(?:[eE][+-]?\d{1,2})?|[+-]?\d{1,30}/0*[1-9]\d{0,30}"
)


def read_example(node: Node, report: Report) -> dict[str, tuple[Scalar, Node]] | None:
    """The values, still as nodes: what they should be is known once the symbols are."""
    if isinstance(node, Mapping):
        return node.pairs
    report.add(node, f"the example is {node.what} here", "expected a mapping such as {x: [1, 2]}")
    return None


def fit_example(
    pairs: Dictionary[str, tuple[Scalar, Node]], given: Dictionary[str, Symbol], report: Report
) -> dict[str, Value]:
    """The values of an example as exact numbers, checked against the shapes of the symbols."""
    sizes = _Sizes(report)
    values = {}
    for name, (key, node) in pairs.items():
        if name not in given:
            expected = f"{shown(name)} has a value here and is not declared"
            report.add(key, expected, "expected a symbol of `given`", near(name, given))
        elif not isinstance(node, Refused):
            value = _read_value(node, given[name], report)
            if value is not None and sizes.fit(name, given[name].shape, value, node):
                values[name] = value
    return values


class _Sizes:
    """The size that each dimension has in an example, and the symbol that said so first."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.known: dict[Axis, tuple[int, str]] = {}

    def fit(self, name: str, shape: Shape, value: Value, node: Node) -> bool:
        """Whether the value has the shape; complains where it has not."""
        for axis, size, side in zip(shape, (len(value), len(value[0])), ("rows", "columns"), strict=True):
            if axis.kind == "integer":
                wanted, why = int(axis.value or 0), f"its shape is {shape}"
            else:
                wanted, first = self.known.setdefault(axis, (size, name))
                why = f"{axis} is {wanted} in {first}"
            if wanted != size:
                message = f"the number of {side} of {name} is {size} here"
                self.report.add(node, message, f"expected {wanted}, because {why}")
                return False
        return True


def _read_value(node: Node, symbol: Symbol, report: Report) -> Value | None:
    rows = _rows(node, symbol.shape)
    if not rows or len({len(row) for row in rows}) > 1 or not rows[0]:
        report.add(node, f"this is no value for {symbol.name}", f"expected {_form(symbol.shape)}")
        return None
    if max(len(rows), len(rows[0])) > LARGEST_SIDE:
        report.add(node, "the example is too large", f"at most {LARGEST_SIDE} rows and columns are read")
        return None
    numbers = [[_number(cell, report) for cell in row] for row in rows]
    known = tuple(tuple(cell for cell in row if cell is not None) for row in numbers)
    return known if all(len(a) == len(b) for a, b in zip(known, numbers, strict=True)) else None


def _rows(node: Node, shape: Shape) -> list[list[Node]]:
    """The cells row by row; a plain list is a row or a column, as the shape says. Empty where it is neither."""
    if isinstance(node, Scalar):
        return [[node]] if shape.is_scalar else []
    if not isinstance(node, Sequence):
        return []
    nested = [item.items for item in node.items if isinstance(item, Sequence)]
    if len(nested) == len(node.items):
        return nested
    if nested or not shape.is_vector:
        return []
    return [node.items] if shape.rows.is_one else [[item] for item in node.items]


def _form(shape: Shape) -> str:
    if shape.is_scalar:
        return "a number"
    return "a list such as [1, 2]" if shape.is_vector else "rows of one length, such as [[1, 2], [3, 4]]"


def _number(node: Node, report: Report) -> Fraction | None:
    if isinstance(node, Scalar) and _NUMBER.fullmatch(node.text):
        return Fraction(node.text)
    if not isinstance(node, Refused):
        said = shown(node.text) if isinstance(node, Scalar) else what(node)
        report.add(node, f"{said} is not a number", "expected a number such as 2, -0.5 or 1/3")
    return None
