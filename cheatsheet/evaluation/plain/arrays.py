"""The array: a flat list in row-major order, a shape, and the type of its entries; arithmetic entry by entry."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from cheatsheet.evaluation.plain.places import (
    Shape,
    broadcast_shapes,
    has_positions,
    places,
    spread,
    transposed,
)

_RANKS = {bool: 0, int: 1, float: 2, object: 3}


class SmallArray:
    """An array of numbers.

    >>> from cheatsheet.evaluation.plain import array
    >>> a = array([[1, 2], [3, 4]])
    >>> (a @ a.T).tolist(), (a * a[:, :1]).tolist(), a[..., 1].tolist(), a.sum(axis=0, keepdims=True).tolist()
    ([[5, 11], [11, 25]], [[1, 2], [9, 12]], [2, 4], [[4, 6]])
    """

    __slots__ = ("dtype", "flat", "shape")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, flat: list[Any], shape: Shape, dtype: Any) -> None:
        self.flat = flat
        self.shape = shape
        self.dtype = dtype

    def __class_getitem__(cls, parameters: Any) -> type:
        return cls

    # --- shape ---------------------------------------------------------------------------------------------------

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def size(self) -> int:
        return len(self.flat)

    @property
    def T(self) -> SmallArray:  # noqa: N802 - NumPy's name
        return self.transpose(*reversed(range(self.ndim)))

    def reshape(self, *shape: Any) -> SmallArray:
        wanted = tuple(shape[0]) if len(shape) == 1 and not isinstance(shape[0], int) else shape
        if -1 in wanted:
            known = math.prod(n for n in wanted if n != -1)
            wanted = tuple(self.size // known if n == -1 else n for n in wanted)
        if math.prod(wanted) != self.size:
            raise ValueError(f"{self.shape} has no shape {wanted}")
        return SmallArray(list(self.flat), wanted, self.dtype)

    def transpose(self, *axes: int) -> SmallArray:
        return self.picked(transposed(self.shape, axes), tuple(self.shape[k] for k in axes))

    def swapaxes(self, a: int, b: int) -> SmallArray:
        axes = list(range(self.ndim))
        axes[a], axes[b] = axes[b], axes[a]
        return self.transpose(*axes)

    def diagonal(self, axis1: int = -2, axis2: int = -1) -> SmallArray:
        assert (axis1, axis2) == (-2, -1)
        *lead, m, n = self.shape
        starts = range(0, self.size, max(1, m * n))
        return self.picked([s + i * (n + 1) for s in starts for i in range(min(m, n))], (*lead, min(m, n)))

    def ravel(self) -> SmallArray:
        return self.reshape(-1)

    def copy(self) -> SmallArray:
        return SmallArray(list(self.flat), self.shape, self.dtype)

    def astype(self, dtype: Any) -> SmallArray:
        kept = dtype is object or dtype is self.dtype
        return SmallArray(list(self.flat if kept else map(dtype, self.flat)), self.shape, dtype)

    def tolist(self) -> Any:
        return _nested(self.flat, self.shape)

    def tobytes(self) -> bytes:
        """Bytes that say what the entries are."""
        return repr(self.flat).encode()

    def picked(self, chosen: Iterable[int], shape: Shape) -> SmallArray:
        """The entries at some flat positions."""
        flat = self.flat
        return SmallArray([flat[k] for k in chosen], shape, self.dtype)

    def broadcast(self, shape: Shape) -> SmallArray:
        """The same entries along axes of size one, or none, as often as the shape asks for."""
        if self.shape == shape:
            return self
        if self.size == 1:
            return SmallArray(self.flat * math.prod(shape), shape, self.dtype)
        return self.picked(spread(self.shape, shape), shape)

    # --- entries -------------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        return self.shape[0]

    def __iter__(self) -> Iterator[Any]:
        return (self[k] for k in range(self.shape[0])) if self.ndim > 1 else iter(self.flat)

    def __bool__(self) -> bool:
        return bool(self._only())

    def __int__(self) -> int:
        return int(self._only())

    def __index__(self) -> int:
        return operator.index(self._only())

    def __float__(self) -> float:
        return float(self._only())

    def _only(self) -> Any:
        if self.size != 1:
            raise ValueError(f"an array of shape {self.shape} is no number")
        return self.flat[0]

    def __getitem__(self, key: Any) -> Any:
        chosen, shape = places(self.shape, key)
        return self.picked(chosen, shape) if shape or has_positions(key) else self.flat[chosen[0]]

    def __setitem__(self, key: Any, value: Any) -> None:
        chosen, shape = places(self.shape, key)
        values = (value if isinstance(value, SmallArray) else SmallArray(*_listed(value), object)).broadcast(
            shape
        )
        for place, entry in zip(chosen, values.flat, strict=True):
            self.flat[place] = entry if self.dtype is object else self.dtype(entry)

    # --- arithmetic: what is the same in every entry is added below ----------------------------------------------

    __add__: Any
    __sub__: Any
    __mul__: Any
    __truediv__: Any

    def __matmul__(self, other: SmallArray) -> SmallArray:
        (m, k), n = self.shape[-2:], other.shape[-1]
        lead = broadcast_shapes(self.shape[:-2], other.shape[:-2])
        a, b = self.broadcast((*lead, m, k)).flat, other.broadcast((*lead, k, n)).flat
        found: list[Any] = []
        for batch in range(math.prod(lead)):
            left, right = a[batch * m * k : (batch + 1) * m * k], b[batch * k * n : (batch + 1) * k * n]
            columns = [right[c::n] for c in range(n)]
            for r in range(m):
                row = left[r * k : (r + 1) * k]
                found += [sum(map(operator.mul, row, column)) for column in columns]
        return SmallArray(found, (*lead, m, n), common(self.dtype, other.dtype))

    def __neg__(self) -> SmallArray:
        return SmallArray([-v for v in self.flat], self.shape, self.dtype)

    def __invert__(self) -> SmallArray:
        return SmallArray([not v for v in self.flat], self.shape, bool)

    def __abs__(self) -> SmallArray:
        return SmallArray([abs(v) for v in self.flat], self.shape, self.dtype)

    # --- reductions ----------------------------------------------------------------------------------------------

    def sum(self, axis: Any = None, keepdims: bool = False) -> Any:
        return self._reduced(sum, axis, keepdims, int if self.dtype is bool else self.dtype)

    def any(self, axis: Any = None, keepdims: bool = False) -> Any:
        return self._reduced(any, axis, keepdims, bool)

    def all(self, axis: Any = None, keepdims: bool = False) -> Any:
        return self._reduced(all, axis, keepdims, bool)

    def max(self, axis: Any = None, keepdims: bool = False) -> Any:
        return self._reduced(lambda values: _best(values, greater), axis, keepdims, self.dtype)

    def min(self, axis: Any = None, keepdims: bool = False) -> Any:
        return self._reduced(lambda values: _best(values, less), axis, keepdims, self.dtype)

    def _reduced(self, function: Callable[[list[Any]], Any], axis: Any, keepdims: bool, dtype: Any) -> Any:
        if axis is None:
            return function(self.flat)
        gone = {k % self.ndim for k in ((axis,) if isinstance(axis, int) else axis)}
        left = [k for k in range(self.ndim) if k not in gone]
        moved = self.transpose(*left, *sorted(gone)).flat
        each = math.prod(self.shape[k] for k in gone)
        values = [
            function(moved[k * each : (k + 1) * each]) for k in range(math.prod(self.shape[k] for k in left))
        ]
        shape = tuple(1 if k in gone else n for k, n in enumerate(self.shape) if keepdims or k not in gone)
        return SmallArray(values, shape, dtype) if shape else values[0]


def _nested(flat: list[Any], shape: Shape) -> Any:
    if not shape:
        return flat[0]
    each = math.prod(shape[1:])
    return [_nested(flat[k * each : (k + 1) * each], shape[1:]) for k in range(shape[0])]


def _listed(value: Any) -> tuple[list[Any], Shape]:
    return (list(value), (len(value),)) if isinstance(value, list | tuple) else ([value], ())


def common(*dtypes: Any) -> Any:
    """The type that holds entries of all of the types."""
    return max(dtypes, key=_RANKS.__getitem__)


def kind(value: Any) -> Any:
    """The type of the entries of an array made of a number."""
    return type(value) if type(value) in _RANKS else object


def elementwise(function: Callable[..., Any], dtype: Any = None) -> Callable[..., Any]:
    """The function of numbers applied to every entry of arrays of one shape when broadcast; a number for numbers."""

    def apply(*arguments: Any) -> Any:
        if not any(isinstance(a, SmallArray) for a in arguments):
            return function(*arguments)
        arrays = [a if isinstance(a, SmallArray) else SmallArray([a], (), kind(a)) for a in arguments]
        shape = broadcast_shapes(*(a.shape for a in arrays))
        values = list(map(function, *(a.broadcast(shape).flat for a in arrays)))
        return SmallArray(values, shape, dtype or common(*(a.dtype for a in arrays)))

    return apply


def greater(a: Any, b: Any) -> Any:
    """The greater one; what is not a number where there is one."""
    return a if a >= b or a != a else b


def less(a: Any, b: Any) -> Any:
    """The less one; what is not a number where there is one."""
    return a if a <= b or a != a else b


def _best(values: Sequence[Any], better: Callable[[Any, Any], Any]) -> Any:
    found = values[0]
    for value in values:
        found = better(value, found)
    return found


def _quotient(a: Any, b: Any) -> Any:
    try:
        return a / b
    except ZeroDivisionError:
        if isinstance(a, int | float) and isinstance(b, int | float):
            return math.copysign(math.inf, a) * math.copysign(1, b) if a and a == a else math.nan
        raise


def _divided(a: Any, b: Any) -> Any:
    found = _by_number(a, b)
    found.dtype = object if found.dtype is object else float
    return found


_by_number = elementwise(_quotient)


def _swapped(apply: Callable[..., Any]) -> Callable[..., Any]:
    return lambda a, b: apply(b, a)


def _add_operators() -> None:
    """The operators of arrays, those of arithmetic in both directions."""
    for name in "add sub mul mod floordiv and or truediv".split():
        function = getattr(operator, f"{name}_" if name in ("and", "or") else name)
        apply = _divided if name == "truediv" else elementwise(function)
        setattr(SmallArray, f"__{name}__", apply)
        setattr(SmallArray, f"__r{name}__", _swapped(apply))
    for name in "eq ne lt le gt ge".split():
        setattr(SmallArray, f"__{name}__", elementwise(getattr(operator, name), bool))


_add_operators()
