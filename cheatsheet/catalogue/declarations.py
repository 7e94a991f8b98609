"""``given`` and ``symbols``: from nodes to symbols with shapes, properties and what they are functions of."""

from __future__ import annotations

import re
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass

from cheatsheet.catalogue.nodes import Mapping, Node, Refused, Report, Scalar, Sequence
from cheatsheet.catalogue.reading import (
    Read,
    check_name,
    is_null,
    listed,
    one_or_list,
    read_table,
    shown,
    what,
)
from cheatsheet.catalogue.schema import LARGEST_DIMENSION, PROPERTIES, SYMBOL
from cheatsheet.language.dimensions import Axis, Shape
from cheatsheet.language.errors import near
from cheatsheet.language.expressions import Symbol

MOST_SYMBOLS = 100
_SHAPES = "expected [] for a scalar, [n] for a vector or [m, n] for a matrix"


@dataclass(frozen=True, eq=False)
class Declared:
    """A declaration as written: the names in ``of`` are not looked up yet."""

    key: Scalar
    shape: Shape
    properties: frozenset[str] = frozenset()
    of: tuple[Scalar, ...] = ()


def read_symbols(node: Node, report: Report) -> dict[str, Declared] | None:
    """The declarations of a ``given`` or ``symbols`` mapping."""
    if not isinstance(node, Mapping):
        report.add(
            node, f"the symbols are {node.what} here", "expected a mapping such as {x: [n], A: [m, n]}"
        )
        return None
    if len(node.pairs) > MOST_SYMBOLS:
        report.add(node, f"{len(node.pairs)} symbols are declared here", f"at most {MOST_SYMBOLS} are read")
        return None
    declared = {}
    for name, (key, value) in node.pairs.items():
        if check_name(key, "symbol", report) and not isinstance(value, Refused):
            found = _declaration(key, value, report)
            if found is not None:
                declared[name] = found
    for name in sorted(dimensions(declared) & declared.keys()):
        report.add(
            declared[name].key,
            f"{name} names a symbol and a dimension",
            "expected two names",
            f"a dimension is a number already: {name} can be used without declaring it",
        )
    return declared


def dimensions(declared: Dictionary[str, Declared]) -> frozenset[str]:
    """The dimension names in the shapes of declarations."""
    return frozenset().union(*(d.shape.names for d in declared.values()))


def _declaration(key: Scalar, value: Node, report: Report) -> Declared | None:
    if is_null(value):
        report.add(key, f"{key.text} has no shape", _SHAPES)
        return None
    if not isinstance(value, Mapping):
        shape = read_shape(value, report)
        return Declared(key, shape) if shape is not None else None
    readers: dict[str, Read] = {"shape": read_shape, "properties": _read_properties, "names": _read_names}
    values = read_table(value, SYMBOL, f"the symbol {key.text}", readers, report)
    if "shape" not in values:
        return None
    properties = values.get("is", ())
    _check_properties(properties, values["shape"], report)
    return Declared(key, values["shape"], frozenset(p.text for p in properties), values.get("of", ()))


def read_shape(node: Node, report: Report) -> Shape | None:
    """A list of at most two dimensions."""
    if not isinstance(node, Sequence):
        hint = f"write [{node.text}]" if isinstance(node, Scalar) else ""
        report.add(node, f"a shape is {what(node)} here", _SHAPES, hint)
        return None
    if len(node.items) > 2:
        report.add(node, f"a symbol has at most two axes, and there are {len(node.items)} here", _SHAPES)
        return None
    axes = [_read_axis(item, report) for item in node.items if not isinstance(item, Refused)]
    known = [axis for axis in axes if axis is not None]
    if len(known) < len(node.items):
        return None
    return Shape.scalar() if not known else Shape.vector(*known) if len(known) == 1 else Shape.matrix(*known)


def _read_axis(node: Node, report: Report) -> Axis | None:
    if isinstance(node, Scalar) and re.fullmatch(r"[+-]?[0-9.]+", node.text):
        if re.fullmatch(r"[0-9]{1,9}", node.text) and 0 < int(node.text) <= LARGEST_DIMENSION:
            return Axis.of(int(node.text))
        expected = f"a dimension is a name or a whole number from 1 to {LARGEST_DIMENSION}"
        report.add(node, f"{shown(node.text)} cannot be a dimension", expected)
    elif isinstance(node, Scalar) and not is_null(node):
        if check_name(node, "dimension", report):
            return Axis.of(node.text)
    else:
        report.add(
            node, f"a dimension is {what(node)} here", "a dimension is a name or a positive whole number"
        )
    return None


def _read_names(node: Node, report: Report) -> tuple[Scalar, ...] | None:
    names = [item for item in one_or_list(node) if not isinstance(item, Refused)]
    words = [item for item in names if isinstance(item, Scalar) and not is_null(item)]
    for item in names:
        if item not in words:
            report.add(item, f"a symbol is {what(item)} here", "expected the name of a symbol")
    if not names:
        report.add(node, "the list is empty", "expected the name of a symbol")
    return tuple(words)


def _read_properties(node: Node, report: Report) -> tuple[Scalar, ...] | None:
    found = []
    for item in one_or_list(node):
        if isinstance(item, Scalar) and item.text in PROPERTIES:
            found.append(item)
        elif isinstance(item, Scalar):
            expected = f"expected {listed(PROPERTIES, 'or')}"
            report.add(item, f"unknown property {shown(item.text)}", expected, near(item.text, PROPERTIES))
        elif not isinstance(item, Refused):
            report.add(item, f"a property is {item.what} here", "expected a word such as symmetric")
    return tuple(found)


def _check_properties(properties: tuple[Scalar, ...], shape: Shape, report: Report) -> None:
    for node in properties:
        needs = PROPERTIES[node.text]
        if needs == "square" and (not shape.is_square or shape.is_scalar):
            size = "a scalar" if shape.is_scalar else f"of shape {shape}"
            report.add(
                node, f"only a square matrix is {node.text}, and this symbol is {size}", "expected [n, n]"
            )
        elif needs == "scalar" and not shape.is_scalar:
            report.add(
                node, f"only a scalar is {node.text}, and this symbol is of shape {shape}", "expected []"
            )


class Resolver:
    """Declarations → symbols, each after the symbols that it is a function of."""

    def __init__(self, declared: Dictionary[str, Declared], report: Report | None) -> None:
        self.declared = declared
        self.report = report
        self.symbols: dict[str, Symbol | None] = {}

    def resolve(self, names: Dictionary[str, object]) -> dict[str, Symbol]:
        """The symbols of these names; those that could not be made are left out."""
        found = {name: self.symbol(name, ()) for name in names}
        return {name: symbol for name, symbol in found.items() if symbol is not None}

    def symbol(self, name: str, path: tuple[str, ...]) -> Symbol | None:
        if name not in self.symbols:
            one = self.declared[name]
            of = [self.argument(node, name, (*path, name)) for node in one.of]
            known = tuple(dict.fromkeys(s for s in of if s is not None))
            complete = len(known) == len({n.text for n in one.of})
            self.symbols[name] = Symbol(name, one.shape, one.properties, known) if complete else None
        return self.symbols[name]

    def argument(self, node: Scalar, name: str, path: tuple[str, ...]) -> Symbol | None:
        """The symbol that ``name`` is a function of."""
        if node.text in path:
            circle = " → ".join((*path[path.index(node.text) :], node.text))
            self.complain(node, f"{node.text} is a function of itself ({circle})", "expected another symbol")
            return None
        if node.text not in self.declared:
            hint = near(node.text, self.declared)
            message = f"{name} is a function of {shown(node.text)}, which is not declared"
            self.complain(node, message, "expected a declared symbol", hint)
            return None
        return self.symbol(node.text, path)

    def complain(self, node: Node, message: str, expected: str, hint: str = "") -> None:
        if self.report is not None:
            self.report.add(node, message, expected, hint)
