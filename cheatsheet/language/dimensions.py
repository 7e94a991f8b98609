"""Axes and shapes: what a dimension is, and when two of them agree.

An axis is a name (``n``), a positive integer, a product of axes (the rows of ``vec(A)`` or ``kron(A, B)``, the first
factor varying slowest) or a concatenation of axes (the rows of a block matrix). Keeping the structure, and not only
the size, is what lets the index calculus split one index of ``kron(A, B)`` into a pair of indices.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache, reduce
from itertools import product as cartesian

from cheatsheet.language.display import one_line, short

MOST_KEPT = 10_000
"""Axes and shapes that are made once and then handed out again: all expressions are made of a few."""

Monomial = tuple[str, ...]
Polynomial = tuple[tuple[Monomial, int], ...]


@dataclass(frozen=True)
class Axis:
    """One axis of a tensor.

    >>> m, n = Axis.of("m"), Axis.of("n")
    >>> str(Axis.product([m, n])), str(Axis.concatenation([m, Axis.of(2)]))
    ('m*n', 'm + 2')
    >>> Axis.product([m, n]).same_size(Axis.product([n, m]))
    True
    >>> Axis.product([m, n]) == Axis.product([n, m])
    False
    """

    kind: str  # "name", "integer", "product" or "concatenation"
    value: str | int | None = None
    parts: tuple[Axis, ...] = ()

    @staticmethod
    @lru_cache(maxsize=MOST_KEPT)
    def of(value: str | int) -> Axis:
        return Axis("integer" if isinstance(value, int) else "name", value)

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash((self.kind, self.value, self.parts))

    @staticmethod
    def product(parts: Iterable[Axis]) -> Axis:
        """The axis of pairs, the first part varying slowest; axes of size one drop out.

        Pairs whose first part runs through one axis and then through another do so too: (m + n)·k is m·k + n·k.
        """
        flat = [p for part in parts for p in (part.parts if part.kind == "product" else (part,))]
        flat = [p for p in flat if not p.is_one]
        if len(flat) > 1 and flat[0].kind == "concatenation":
            return Axis.concatenation(Axis.product([part, *flat[1:]]) for part in flat[0].parts)
        return flat[0] if len(flat) == 1 else Axis("product", None, tuple(flat)) if flat else ONE

    @staticmethod
    def concatenation(parts: Iterable[Axis]) -> Axis:
        """The axis that runs through each part in turn."""
        flat = [p for part in parts for p in (part.parts if part.kind == "concatenation" else (part,))]
        return flat[0] if len(flat) == 1 else Axis("concatenation", None, tuple(flat))

    @property
    def is_one(self) -> bool:
        return self.kind == "integer" and self.value == 1

    @cached_property
    def size(self) -> Polynomial:
        """The number of entries, a polynomial in the dimension names with integer coefficients."""
        if self.kind == "name":
            return (((str(self.value),), 1),)
        if self.kind == "integer":
            return (((), int(self.value or 0)),)
        sizes = [dict(p.size) for p in self.parts]
        if self.kind == "concatenation":
            total: Counter[Monomial] = Counter()
            for size in sizes:
                total.update(size)
            return tuple(sorted(total.items()))
        return tuple(sorted(reduce(_multiply, sizes).items()))

    @cached_property
    def names(self) -> frozenset[str]:
        """The dimension names that occur in the axis."""
        if self.kind == "name":
            return frozenset({str(self.value)})
        return frozenset().union(*(p.names for p in self.parts)) if self.parts else frozenset()

    def same_size(self, other: Axis) -> bool:
        return self is other or self == other or self.size == other.size

    def at(self, dims: dict[str, int]) -> int:
        """The number of entries once every dimension name has a value."""
        total = 0
        for monomial, coefficient in self.size:
            for name in monomial:
                coefficient *= dims[name]
            total += coefficient
        return total

    def rename(self, names: dict[str, Axis]) -> Axis:
        """The axis with dimension names replaced."""
        if self.kind == "name":
            return names.get(str(self.value), self)
        if self.kind == "integer":
            return self
        build = Axis.product if self.kind == "product" else Axis.concatenation
        return build(p.rename(names) for p in self.parts)

    def __str__(self) -> str:
        if self.kind == "product":
            return "*".join(f"({p})" if p.kind == "concatenation" else str(p) for p in self.parts)
        if self.kind == "concatenation":
            return " + ".join(str(p) for p in self.parts)
        return str(self.value)

    def __repr__(self) -> str:
        return one_line(self, short(self))


def _multiply(a: dict[Monomial, int], b: dict[Monomial, int]) -> dict[Monomial, int]:
    result: Counter[Monomial] = Counter()
    for (x, c), (y, k) in cartesian(a.items(), b.items()):
        result[tuple(sorted(x + y))] += c * k
    return dict(result)


ONE = Axis.of(1)


@dataclass(frozen=True)
class Shape:
    """The axes of an expression: two for anything up to a matrix, three or more for a tensor.

    A scalar is 1×1 and a vector n×1, so that the product rules of matrices serve them all.

    >>> n = Axis.of("n")
    >>> Shape.vector(n).is_vector, Shape.scalar().is_scalar, str(Shape.matrix(n, ONE))
    (True, True, 'n×1')
    """

    axes: tuple[Axis, ...]

    @staticmethod
    def scalar() -> Shape:
        return _SCALAR

    @staticmethod
    def vector(n: Axis) -> Shape:
        return Shape.matrix(n, ONE)

    @staticmethod
    @lru_cache(maxsize=MOST_KEPT)
    def matrix(m: Axis, n: Axis) -> Shape:
        return Shape((m, n))

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash(self.axes)

    @property
    def rows(self) -> Axis:
        return self.axes[0]

    @property
    def cols(self) -> Axis:
        return self.axes[1]

    @property
    def is_tensor(self) -> bool:
        return len(self.axes) > 2

    @cached_property
    def is_scalar(self) -> bool:
        return len(self.axes) == 2 and self.rows.is_one and self.cols.is_one

    @cached_property
    def is_vector(self) -> bool:
        """Whether this is a row or a column (a scalar counts as neither)."""
        return len(self.axes) == 2 and self.rows.is_one != self.cols.is_one

    @cached_property
    def is_square(self) -> bool:
        return len(self.axes) == 2 and self.rows.same_size(self.cols)

    @cached_property
    def free_axes(self) -> tuple[Axis, ...]:
        """The axes that need an index: none for a scalar, one for a row or column, two for a matrix."""
        if self.is_tensor:
            return self.axes
        if self.is_scalar:
            return ()
        if self.is_vector:
            return (self.cols if self.rows.is_one else self.rows,)
        return self.axes

    @cached_property
    def transposed(self) -> Shape:
        return Shape(self.axes[::-1])

    def agrees(self, other: Shape) -> bool:
        """Whether the two shapes agree exactly, axis by axis; nothing broadcasts."""
        return self is other or (
            len(self.axes) == len(other.axes)
            and all(a.same_size(b) for a, b in zip(self.axes, other.axes, strict=True))
        )

    @cached_property
    def names(self) -> frozenset[str]:
        return frozenset().union(*(a.names for a in self.axes))

    def __iter__(self) -> Iterator[Axis]:
        return iter(self.axes)

    def __str__(self) -> str:
        return "×".join(_in_words(axis) for axis in self.axes)

    def __repr__(self) -> str:
        return one_line(self, short(self))


def _in_words(axis: Axis) -> str:
    if not axis.names:
        return str(axis.at({}))
    return f"({axis})" if axis.kind in ("product", "concatenation") else str(axis)


_SCALAR = Shape((ONE, ONE))
