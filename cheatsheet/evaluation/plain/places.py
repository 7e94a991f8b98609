"""Where the entries of an array stand in its flat list: transposed, broadcast, picked by a key in brackets."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

Shape = tuple[int, ...]


def strides(shape: Shape) -> list[int]:
    """How far a step along each axis goes in the flat list.

    >>> strides((2, 3, 4))
    [12, 4, 1]
    """
    return [max(1, math.prod(shape[k + 1 :])) for k in range(len(shape))]


@lru_cache(maxsize=4096)
def transposed(shape: Shape, axes: tuple[int, ...]) -> tuple[int, ...]:
    """The flat position in an array of each entry of the transposed one.

    >>> transposed((2, 3), (1, 0))
    (0, 3, 1, 4, 2, 5)
    """
    steps = strides(shape)
    return tuple(_sums([[k * steps[axis] for k in range(shape[axis])] for axis in axes]))


@lru_cache(maxsize=4096)
def spread(shape: Shape, wanted: Shape) -> tuple[int, ...]:
    """The flat position in an array of each entry of the array that it is broadcast to.

    >>> spread((2, 1), (2, 2))
    (0, 0, 1, 1)
    """
    lead = len(wanted) - len(shape)
    steps: list[Iterable[int]] = [[0] * n for n in wanted[:lead]]
    for size, stride, n in zip(shape, strides(shape), wanted[lead:], strict=True):
        if size not in (1, n):
            raise ValueError(f"{shape} cannot be broadcast to {wanted}")
        steps.append([0] * n if size == 1 else range(0, n * stride, stride))
    return tuple(_sums(steps))


def broadcast_shapes(*shapes: Shape) -> Shape:
    """The shape to which all of them are broadcast.

    >>> broadcast_shapes((2, 1), (3,))
    (2, 3)
    """
    if len(set(shapes)) == 1:
        return shapes[0]
    most = max(map(len, shapes))
    found = []
    for sizes in zip(*((1,) * (most - len(s)) + tuple(s) for s in shapes), strict=True):
        wanted = set(sizes) - {1}
        if len(wanted) > 1:
            raise ValueError(f"shapes that do not fit: {shapes}")
        found.append(wanted.pop() if wanted else 1)
    return tuple(found)


def places(shape: Shape, key: Any) -> tuple[list[int], Shape]:
    """The flat positions that a key names, and the shape of what stands there.

    A key is made of numbers, slices, ``None``, ``...`` and lists or arrays of positions, these side by side.

    >>> places((2, 3), (slice(None), 1)), places((2, 3), ([0, 1], [2, 0]))
    (([1, 4], (2,)), ([2, 3], (2,)))
    """
    keys = _whole_key(shape, key if isinstance(key, tuple) else (key,))
    advanced = has_positions(tuple(keys))
    steps: list[Iterable[int]] = []
    found: list[int] = []
    gathered: list[tuple[list[int], Shape]] = []
    place = at = axis = 0
    for part in keys:
        if part is None:
            steps.append([0])
            found.append(1)
            continue
        size, stride = shape[axis], strides(shape)[axis]
        axis += 1
        if isinstance(part, slice):
            chosen = range(size)[part]
            steps.append([k * stride for k in chosen])
            found.append(len(chosen))
            continue
        if not advanced:
            steps.append(_positions(part, size, stride)[0])
            continue
        if not gathered:
            place, at = len(steps), len(found)
            steps.append([])
        elif place != len(steps) - 1:
            raise NotImplementedError("positions on both sides of a slice")
        gathered.append(_positions(part, size, stride))
    if gathered:
        common = broadcast_shapes(*(s for _, s in gathered))
        offsets = [[flat[k] for k in spread(s, common)] for flat, s in gathered]
        steps[place] = list(map(sum, zip(*offsets, strict=True)))
        found[at:at] = common
    return _sums(steps), tuple(found)


def has_positions(key: Any) -> bool:
    """Whether a key has a list or an array of positions, so that it names no single entry."""
    return any(isinstance(k, list) or hasattr(k, "flat") for k in (key if isinstance(key, tuple) else (key,)))


def _positions(part: Any, size: int, stride: int) -> tuple[list[int], Shape]:
    flat, shape = (
        (part.flat, part.shape)
        if hasattr(part, "flat")
        else (part, (len(part),))
        if isinstance(part, list)
        else ([part], ())
    )
    if any(not -size <= k < size for k in flat):
        raise IndexError(f"{part} is outside of an axis of size {size}")
    return [k % size * stride for k in flat], shape


def _whole_key(shape: Shape, keys: tuple[Any, ...]) -> list[Any]:
    """The key with a slice for every axis that it leaves out, and positions for a mask."""
    named = sum(k is not None and k is not Ellipsis for k in keys)
    rest = [slice(None)] * (len(shape) - named)
    if not any(k is Ellipsis for k in keys):
        keys = (*keys, Ellipsis)
    whole = chain.from_iterable(rest if k is Ellipsis else [k] for k in keys)
    return [
        [place for place, chosen in enumerate(k.flat) if chosen] if getattr(k, "dtype", None) is bool else k
        for k in whole
    ]


def _sums(steps: Sequence[Iterable[int]]) -> list[int]:
    """Every sum of one number of each, the last varying fastest."""
    found = [0]
    for part in steps:
        numbers = list(part)
        found = [start + step for start in found for step in numbers]
    return found
