"""Matrix notation → index form: the component of an expression, a fold over one column of the operator table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import count

from cheatsheet.calculus import algebra
from cheatsheet.calculus.errors import NoIndexForm
from cheatsheet.calculus.factors import Entry
from cheatsheet.calculus.genericity import invertible
from cheatsheet.calculus.index_values import (
    Part,
    Placed,
    Value,
    alternatives,
    leaves,
    position,
    require_alike,
    require_on,
)
from cheatsheet.calculus.structure import consequences
from cheatsheet.calculus.terms import ZERO, Idx, Poly
from cheatsheet.language.dimensions import ONE, Axis
from cheatsheet.language.expressions import Apply, Expr, Index, Number, Size, Sum, Symbol
from cheatsheet.language.table import TABLE

_fresh = count()
"""Numbers of stand-ins, so that one of them means one thing wherever it is written."""


class Components:
    """Component polynomials of expressions.

    ``names`` gives the values of index names; ``invertible`` holds matrices known to be invertible because
    the claim uses their inverse. With ``whole`` the determinant of a sum is left as it is, no summand drawn out.
    """

    def __init__(
        self,
        names: dict[str, Value] | None = None,
        invertible: frozenset[Expr] = frozenset(),
        continuous: bool = True,
        whole: bool = False,
    ) -> None:
        self.names = dict(names or {})
        self.invertible = invertible
        self.continuous = continuous
        self.whole = whole
        self.memo: dict[tuple[Expr, tuple[Value, ...]], Poly] = {}

    def __call__(self, expr: Expr, *at: Value) -> Poly:
        """The component at one value for each axis; no values for a scalar."""
        if not at:
            at = (0, 0)
        for value, axis in zip(at, expr.shape.axes, strict=True):
            require_on(value, axis)
        key = (expr, at)
        if self._scope_free(expr) and key in self.memo:
            return self.memo[key]
        poly = self._component(expr, at)
        if self._scope_free(expr):
            self.memo[key] = poly
        return poly

    def _scope_free(self, expr: Expr) -> bool:
        return isinstance(expr, (Symbol, Apply)) and len(expr.shape.free_axes) > 0

    def _component(self, expr: Expr, at: tuple[Value, ...]) -> Poly:
        match expr:
            case Number():
                return Poly.number(expr.value)
            case Size():
                return algebra.size(expr.axis)
            case Symbol():
                return self.symbol(expr, at)
            case Sum():
                return self.sum(expr, at)
            case Apply():
                rule = TABLE[expr.op].components
                if rule is None:
                    raise NoIndexForm(f"{expr.op} has no component rule")
                result: Poly = rule(self, expr, at)
                return result
        raise NoIndexForm(f"no components of {type(expr).__name__}")

    def symbol(self, symbol: Symbol, at: tuple[Value, ...]) -> Poly:
        if symbol.definition is not None:
            return self(symbol.definition, *at)
        if symbol in self.invertible and "identity" in consequences(symbol.properties | {"invertible"}):
            return self.equal(*at)
        values = [v for v, axis in zip(at, symbol.shape.axes, strict=True) if not axis.is_one]
        if all(isinstance(v, (Idx, int)) for v in values):
            return algebra.component(symbol, tuple(leaf for v in values for leaf in leaves(v)))
        structured = [axis.kind in ("product", "concatenation") for axis in symbol.shape.free_axes]
        if any(isinstance(v, (tuple, Part)) != s for v, s in zip(values, structured, strict=True)):
            raise NoIndexForm(f"the axes of {symbol.name} meet axes of another structure")
        return placed_component(symbol, tuple(values))

    def sum(self, expr: Sum, at: tuple[Value, ...]) -> Poly:
        return self._sum_names(list(expr.indices), lambda: self(expr.body, *at))

    def _sum_names(self, indices: list[Index], body: Callable[[], Poly]) -> Poly:
        if not indices:
            return body()
        first, *others = indices
        total = ZERO
        for value, bound in alternatives(first.axis):
            with self._where(str(first.name), value):
                total += algebra.bind(self._sum_names(others, body), bound)
        return total

    @contextmanager
    def _where(self, name: str, value: Value) -> Iterator[None]:
        """For the block, a name stands for a value, and what was found before is not looked up."""
        names, memo = self.names, self.memo
        self.names, self.memo = {**names, name: value}, {}
        try:
            yield
        finally:
            self.names, self.memo = names, memo

    def standing_for(self, value: Value, axis: Axis) -> Index:
        """An index of the language for a value, so that an expression can be written that has it."""
        name = f"%{next(_fresh)}"
        self.names[name] = value
        return Index(name, axis)

    def is_invertible(self, a: Expr) -> bool:
        """Whether the matrix is invertible at every point of the claim."""
        return invertible(a, self.invertible)

    def index(self, index: Index, axis: Axis) -> Value:
        """The value of an index written in the claim, where it stands on the given axis."""
        if axis.is_one:
            return 0
        if isinstance(index.name, int):
            return position(index.name, axis)
        if index.block is not None:
            return Part(index.block, self.index(index.parts[0], index.parts[0].axis))
        if index.parts:
            return tuple(self.index(part, part.axis) for part in index.parts)
        require_alike(index.axis, axis)
        return self.names[index.name]

    def place(self, component: Apply) -> tuple[Expr, tuple[Value, ...]]:
        """The operand of ``A[i, j]`` and a value for each of its axes; a vector is written with one index."""
        operand, *written = component.args
        assert isinstance(operand, Expr)
        indices = iter(a for a in written if isinstance(a, Index))
        vector = operand.shape.is_vector
        axes = operand.shape.axes
        return operand, tuple(0 if vector and a.is_one else self.index(next(indices), a) for a in axes)

    def over(self, axis: Axis, body: Callable[[Value], Poly]) -> Poly:
        """The sum over an axis."""
        total = ZERO
        for value, bound in alternatives(axis):
            total += algebra.bind(body(value), bound)
        return total

    def equal(self, a: Value, b: Value) -> Poly:
        """The Kronecker delta of two values over one axis."""
        if isinstance(a, Part) and isinstance(b, Part):
            return self.equal(a.value, b.value) if a.number == b.number else ZERO
        if isinstance(a, tuple) and isinstance(b, tuple):
            return algebra.product(algebra.ONE_POLY, *(self.equal(x, y) for x, y in zip(a, b, strict=True)))
        if isinstance(a, (Idx, int)) and isinstance(b, (Idx, int)):
            return algebra.delta(a, b)
        raise NoIndexForm("two indices of different structure meet")

    def entry(self, vector: Expr, value: Value) -> Poly:
        """The entry of a row or column."""
        if vector.shape.is_scalar:
            return self(vector)
        return self(vector, 0, value) if vector.shape.rows.is_one else self(vector, value, 0)

    def all_entries(self, expr: Expr, body: Callable[[Poly], Poly]) -> Poly:
        """The sum over all entries of an expression of a function of the entry."""

        def level(axes: tuple[Axis, ...], at: tuple[Value, ...]) -> Poly:
            if not axes:
                return body(self(expr, *at))
            return self.over(axes[0], lambda v: level(axes[1:], (*at, v)))

        return level(expr.shape.axes, ())


def placed_component(symbol: Symbol, values: tuple[Value, ...]) -> Poly:
    """A component of a symbol over products and blocks, which stands for an expression of that shape."""
    places = tuple(leaf for v in values for leaf in leaves(v))
    return algebra.single(Entry(Placed(symbol, values), places))


def free_alternatives(axes: Iterable[Axis], prefix: str = "$") -> list[tuple[Value, ...]]:
    """Every way to place free indices on the axes; all of them together stand for every component."""
    result: list[tuple[Value, ...]] = [()]
    for k, axis in enumerate(axes):
        values = [v for v, _ in alternatives(axis, f"{prefix}{k}")] if axis != ONE else [0]
        result = [(*found, v) for found in result for v in values]
    return result
