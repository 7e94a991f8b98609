"""Arrays made, joined, and looked through."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from math import prod
from typing import Any

from cheatsheet.evaluation.plain.arrays import SmallArray, common, kind
from cheatsheet.evaluation.plain.places import Shape, broadcast_shapes, strides


def array(value: Any, dtype: Any = None) -> SmallArray:
    """The array of nested lists of numbers or arrays."""
    if isinstance(value, SmallArray):
        return value.copy() if dtype is None else value.astype(dtype)
    if isinstance(value, list | tuple):
        parts = [array(v, dtype) for v in value]
        shape = (len(parts), *(parts[0].shape if parts else ()))
        kinds = [part.dtype for part in parts] or [dtype or float]
        return SmallArray([v for part in parts for v in part.flat], shape, common(*kinds))
    return SmallArray([value], (), kind(value)).astype(dtype or kind(value))


def asarray(value: Any, dtype: Any = None) -> SmallArray:
    return value if isinstance(value, SmallArray) and dtype in (None, value.dtype) else array(value, dtype)


def full(shape: Any, value: Any, dtype: Any = None) -> SmallArray:
    sizes = (shape,) if isinstance(shape, int) else tuple(shape)
    return SmallArray([value] * prod(sizes), sizes, dtype or kind(value))


def zeros(shape: Any, dtype: Any = float) -> SmallArray:
    return full(shape, 0 if dtype is object else dtype(0), dtype)


empty = zeros


def ones(shape: Any, dtype: Any = float) -> SmallArray:
    return full(shape, 1 if dtype is object else dtype(1), dtype)


def zeros_like(a: SmallArray) -> SmallArray:
    return zeros(a.shape, a.dtype)


def ones_like(a: SmallArray) -> SmallArray:
    return ones(a.shape, a.dtype)


def arange(n: int) -> SmallArray:
    return SmallArray(list(range(n)), (n,), int)


def tri(n: int, k: int = 0, dtype: Any = float) -> SmallArray:
    return SmallArray([dtype(j <= i + k) for i in range(n) for j in range(n)], (n, n), dtype)


def eye(n: int, dtype: Any = float) -> SmallArray:
    return SmallArray([dtype(i == j) for i in range(n) for j in range(n)], (n, n), dtype)


class _OpenGrid:
    """``ogrid[:m, :n]`` is a column of rows and a row of columns."""

    def __getitem__(self, key: tuple[slice, ...]) -> list[SmallArray]:
        ranges = [arange(part.stop) for part in key]
        return [
            a.reshape([-1 if k == place else 1 for k in range(len(key))]) for place, a in enumerate(ranges)
        ]


ogrid = _OpenGrid()


def broadcast_to(a: Any, shape: Shape) -> SmallArray:
    return asarray(a).broadcast(tuple(shape))


def broadcast_arrays(*arrays: Any) -> list[SmallArray]:
    found = [asarray(a) for a in arrays]
    shape = broadcast_shapes(*(a.shape for a in found))
    return [a.broadcast(shape) for a in found]


def kron(a: SmallArray, b: SmallArray) -> SmallArray:
    (m, n), (p, q) = a.shape, b.shape
    joined: SmallArray = a.reshape(m, 1, n, 1) * b.reshape(1, p, 1, q)
    return joined.reshape(m * p, n * q)


def concatenate(parts: Sequence[SmallArray], axis: int = 0) -> SmallArray:
    place = axis % parts[0].ndim
    pieces = [(p.flat, prod(p.shape[place:])) for p in parts]
    rows = prod(parts[0].shape[:place])
    flat = [v for k in range(rows) for entries, n in pieces for v in entries[k * n : (k + 1) * n]]
    shape = list(parts[0].shape)
    shape[place] = sum(p.shape[place] for p in parts)
    return SmallArray(flat, tuple(shape), common(*(p.dtype for p in parts)))


def moveaxis(a: SmallArray, source: int, target: int) -> SmallArray:
    axes = [k for k in range(a.ndim) if k != source]
    axes.insert(target, source)
    return a.transpose(*axes)


def take(a: SmallArray, positions: Any, axis: int) -> Any:
    key: list[Any] = [slice(None)] * a.ndim
    key[axis] = positions
    return a[tuple(key)]


def roll(a: SmallArray, shift: int, axis: Sequence[int]) -> SmallArray:
    for k in axis:
        n = a.shape[k]
        a = take(a, [(i - shift) % n for i in range(n)], k)
    return a


def take_along_axis(a: SmallArray, positions: SmallArray, axis: int) -> SmallArray:
    grid: list[SmallArray] = ogrid[tuple(slice(n) for n in positions.shape)]
    grid[axis] = positions
    return asarray(a[tuple(grid)])


def tile(a: SmallArray, counts: tuple[int, int]) -> SmallArray:
    assert (a.ndim, counts[1]) == (1, 1)
    return SmallArray(a.flat * counts[0], (counts[0], a.size), a.dtype)


def repeat(a: SmallArray, count: int, axis: int) -> SmallArray:
    return asarray(take(a, [k for k in range(a.shape[axis]) for _ in range(count)], axis))


def ndindex(*shape: int) -> Iterator[tuple[int, ...]]:
    return product(*map(range, shape))


def nonzero(a: SmallArray) -> tuple[list[int], ...]:
    found = [place for place, v in zip(ndindex(*a.shape), a.flat, strict=True) if v]
    return tuple([place[k] for place in found] for k in range(a.ndim))


def flatnonzero(a: SmallArray) -> SmallArray:
    found = [k for k, v in enumerate(a.flat) if v]
    return SmallArray(found, (len(found),), int)


def count_nonzero(a: SmallArray) -> int:
    return sum(map(bool, a.flat))


def argmax(a: SmallArray) -> int:
    return max(range(a.size), key=a.flat.__getitem__)


def argsort(a: SmallArray, kind: str = "stable") -> SmallArray:
    return SmallArray(sorted(range(a.size), key=a.flat.__getitem__), (a.size,), int)


def unravel_index(place: int, shape: Shape) -> tuple[int, ...]:
    return tuple(place // step % n for step, n in zip(strides(shape), shape, strict=True))
