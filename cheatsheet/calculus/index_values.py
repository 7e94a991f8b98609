"""Index values that follow the structure of an axis: a pair for a product of axes, a part and a place for a block."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product as cartesian
from typing import Any

from cheatsheet.calculus.errors import NoIndexForm
from cheatsheet.calculus.terms import Idx, Place
from cheatsheet.language.dimensions import Axis
from cheatsheet.language.expressions import Symbol

LARGEST_SPELLED_OUT = 6
"""Integer axes up to this size are written out value by value; larger ones keep an index."""


@dataclass(frozen=True)
class Part:
    """A place within one part of a concatenated axis."""

    number: int
    value: Any


Value = Place | tuple[Any, ...] | Part


def is_spelled_out(axis: Axis) -> bool:
    """Whether indices over the axis are written out as positions, whatever its structure."""
    return not axis.names and axis.at({}) <= LARGEST_SPELLED_OUT


def alternatives(axis: Axis, name: str | None = None) -> list[tuple[Value, list[Idx]]]:
    """The values an index over the axis can take, each with the plain indices it is made of.

    There is one for a named axis, and one for each part or position of a block or small integer axis. With a
    ``name`` the indices are free, else they are new ones to be bound.
    """
    if axis.is_one:
        return [(0, [])]
    if is_spelled_out(axis):
        return [(k, []) for k in range(axis.at({}))]
    if axis.kind in ("name", "integer"):
        index = Idx.free(name, axis) if name else Idx(axis)
        return [(index, [index])]
    inner = [alternatives(part, name and f"{name}.{k}") for k, part in enumerate(axis.parts)]
    if axis.kind == "concatenation":
        return [(Part(k, v), used) for k, found in enumerate(inner) for v, used in found]
    return [
        (tuple(v for v, _ in choice), [i for _, used in choice for i in used]) for choice in cartesian(*inner)
    ]


def split(value: Value, parts: list[Axis]) -> list[Value]:
    """The values over each of ``parts`` that make up a value over their product."""
    if isinstance(value, int) and all(is_spelled_out(p) for p in parts):
        return _digits(value, parts)
    wide = [k for k, part in enumerate(parts) if not part.is_one]
    if len(wide) > 1 and parts[wide[0]].kind == "concatenation":
        return _split_within_part(value, parts, wide[0])
    widths = [0 if p.is_one else len(p.parts) if p.kind == "product" else 1 for p in parts]
    leaves: tuple[Any, ...] = value if sum(widths) > 1 and isinstance(value, tuple) else (value,)
    if sum(widths) == 0:
        return [0 for _ in parts]
    if len(leaves) != sum(widths):
        raise NoIndexForm("an index over a product of dimensions does not split")
    result: list[Value] = []
    position = 0
    for width in widths:
        taken = leaves[position : position + width]
        result.append(0 if width == 0 else taken[0] if width == 1 else taken)
        position += width
    return result


def _split_within_part(value: Value, parts: list[Axis], first: int) -> list[Value]:
    """The values where the first of ``parts`` runs through several axes in turn, and so does their product."""
    rest, within = parts[first + 1 :], parts[first].parts
    number, inner = locate(value, [Axis.product([part, *rest]) for part in within])
    leading, *others = split(inner, [within[number], *rest])
    return [*(0 for _ in parts[:first]), Part(number, leading), *others]


def _digits(number: int, parts: list[Axis]) -> list[Value]:
    digits: list[Value] = []
    for part in reversed(parts):
        number, digit = divmod(number, part.at({}))
        digits.append(digit)
    return digits[::-1]


def locate(value: Value, parts: list[Axis]) -> tuple[int, Value]:
    """Which of the ``parts`` a value over their concatenation lies in, and where there."""
    if len(parts) == 1:
        return 0, value
    if isinstance(value, int) and all(is_spelled_out(p) for p in parts):
        for k, part in enumerate(parts):
            if value < part.at({}):
                return k, value
            value -= part.at({})
    if not isinstance(value, Part):
        raise NoIndexForm("an index over a block matrix does not say in which block it lies")
    number = value.number
    for k, part in enumerate(parts):
        width = len(part.parts) if part.kind == "concatenation" else 1
        if number < width:
            return k, Part(number, value.value) if width > 1 else value.value
        number -= width
    raise NoIndexForm("an index lies outside a block matrix")


def position(number: int, axis: Axis) -> Value:
    """The value of a position counted from 0."""
    if axis.kind in ("name", "integer") or is_spelled_out(axis):
        return number
    if axis.kind == "product":
        if number and axis.names:
            raise NoIndexForm("a position on a product of dimensions")
        values: list[Value] = []
        for part in reversed(axis.parts):
            width = 1 if part.names else part.at({})
            values.append(position(number % width if not part.names else 0, part))
            number //= width
        return tuple(reversed(values))
    for k, part in enumerate(axis.parts):
        if part.names:
            if number == 0:
                return Part(k, position(0, part))
            break
        if number < part.at({}):
            return Part(k, position(number, part))
        number -= part.at({})
    raise NoIndexForm("a position on a concatenation of dimensions")


def leaves(value: Value) -> tuple[Place, ...]:
    """The plain indices and positions a value is made of."""
    if isinstance(value, tuple):
        return tuple(leaf for v in value for leaf in leaves(v))
    if isinstance(value, Part):
        return leaves(value.value)
    return (value,)


@dataclass(frozen=True)
class Placed:
    """A symbol over structured axes and the values at which its component was taken, as a pattern for its places."""

    symbol: Symbol
    values: tuple[Value, ...]
    properties: frozenset[str] = frozenset()


def with_leaves(value: Value, places: Iterator[Place]) -> Value:
    """The value with its plain indices replaced, in order."""
    if isinstance(value, tuple):
        return tuple(with_leaves(v, places) for v in value)
    if isinstance(value, Part):
        return Part(value.number, with_leaves(value.value, places))
    return next(places)


def outline(value: Value) -> str:
    """The parts that a value lies in, without its indices."""
    if isinstance(value, tuple):
        return "(" + ",".join(outline(v) for v in value) + ")"
    if isinstance(value, Part):
        return f"{value.number}:{outline(value.value)}"
    return "."


def require_on(value: Value, axis: Axis) -> None:
    """A value must run over the axis on which it stands: equal sizes with another structure are not enough."""
    match value:
        case Idx():
            fits = value.axis is axis or value.axis == axis
        case tuple():
            fits = axis.kind == "product" and len(value) == len(axis.parts)
            for part, inner in zip(value, axis.parts, strict=False):
                require_on(part, inner)
        case Part():
            fits = axis.kind == "concatenation" and value.number < len(axis.parts)
            if fits:
                require_on(value.value, axis.parts[value.number])
        case _:
            fits = axis.kind in ("integer", "name") or is_spelled_out(axis)
    if not fits:
        raise NoIndexForm(f"an index over another axis stands on {axis}")


def require_alike(a: Axis, b: Axis) -> None:
    """Two axes that meet must have one structure, or an index cannot run over both."""
    if a != b and not (a.size == b.size and is_spelled_out(a) and is_spelled_out(b)):
        raise NoIndexForm(f"an index over {a} meets one over {b}")
