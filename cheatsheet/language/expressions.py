"""The typed expression tree: every node knows its shape, and none can be built with a wrong one.

Five kinds of node are enough: a number, a dimension used as a number, a symbol, an operator applied to arguments, and a
sum over index names. What an operator *means* is a row of the table in :mod:`cheatsheet.operators`; the tree only
names it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from cheatsheet.language import formatting
from cheatsheet.language.dimensions import Axis, Shape
from cheatsheet.language.display import LONGEST_LINE, one_line, short
from cheatsheet.language.formatting import ATOM, SUM, Written


@dataclass(frozen=True)
class Index:
    """An index name together with the axis it ranges over, or a position counted from 0.

    An index over a product of axes may be a pair of indices, ``parts``, the first varying slowest; one over a
    concatenation may lie in a known ``block``, at the place that its only part says.
    """

    name: str | int
    axis: Axis
    parts: tuple[Index, ...] = ()
    block: int | None = None

    @staticmethod
    def pair(parts: tuple[Index, ...]) -> Index:
        name = "(" + ", ".join(str(p.name) for p in parts) + ")"
        return Index(name, Axis.product(p.axis for p in parts), parts)

    @staticmethod
    def in_block(axis: Axis, block: int, inner: Index) -> Index:
        """The index of a place in one block, named by what precedes it: ``m + i`` in the second block."""
        name = " + ".join([*map(str, axis.parts[:block]), str(inner.name)])
        return Index(name, axis, (inner,), block)

    def __str__(self) -> str:
        return str(self.name)

    def __repr__(self) -> str:
        return one_line(self, short(self.name), short(self.axis))


class Expr:
    """A node of the tree: immutable, hashable, compared by structure.

    Two numbers, or two symbols, are equal when everything about them is; an application is equal to
    another when operator, arguments and parameters are.
    """

    __slots__ = ("_hash", "key", "levels", "nodes", "shape")
    shape: Shape
    key: tuple[Any, ...]
    children: tuple[Expr, ...] = ()
    levels: int
    """How deep the tree is, 1 without children."""
    nodes: int
    """How many nodes it has, those that occur again counted again; what a ``let`` name stands for is not entered."""

    def __init__(self, shape: Shape, key: tuple[Any, ...]) -> None:
        self.shape = shape
        self.key = key
        self._hash = hash(key)
        below, nodes = 0, 1
        for child in self.children:
            nodes += child.nodes
            below = below if child.levels < below else child.levels
        self.levels = below + 1
        self.nodes = nodes

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Expr) or self._hash != other._hash or self.key != other.key:
            return False
        self.key = other.key  # so that the two are told to be equal at a glance from now on
        return True

    def written(self) -> Written:
        """The expression in the claim language, and how strongly that binds."""
        raise NotImplementedError

    def __str__(self) -> str:
        return self.written()[0]

    def __repr__(self) -> str:
        text = str(self)
        return text if len(text) <= LONGEST_LINE else text[: LONGEST_LINE - 1] + "…"

    if TYPE_CHECKING:  # given by cheatsheet.api

        def numpy_source(self) -> str: ...
        def to_sympy(
            self, dims: Mapping[str, int] | None = None, values: Mapping[str, Any] | None = None
        ) -> Any: ...


class Number(Expr):
    """An exact rational number."""

    __slots__ = ("value",)

    def __init__(self, value: Fraction | int) -> None:
        self.value = Fraction(value)
        super().__init__(Shape.scalar(), ("number", self.value))

    def written(self) -> Written:
        return formatting.number(self.value)


class Size(Expr):
    """A dimension (a name, or a product or sum of names) used as a number."""

    __slots__ = ("axis",)

    def __init__(self, axis: Axis) -> None:
        self.axis = axis
        super().__init__(Shape.scalar(), ("size", axis))

    def written(self) -> Written:
        return str(self.axis), ATOM if self.axis.kind in ("name", "integer") else SUM


class Symbol(Expr):
    """A declared name.

    ``of`` lists the symbols it is a differentiable function of; ``definition`` is the expression that a ``let`` gave
    it; ``kind`` is ``"differential"`` for the free increment ``d(X)`` of a symbol ``X``.
    """

    __slots__ = ("definition", "kind", "name", "of", "properties")

    def __init__(
        self,
        name: str,
        shape: Shape,
        properties: frozenset[str] = frozenset(),
        of: tuple[Symbol, ...] = (),
        definition: Expr | None = None,
        kind: str = "symbol",
    ) -> None:
        self.name = name
        self.properties = properties
        self.of = of
        self.definition = definition
        self.kind = kind
        super().__init__(shape, ("symbol", name, shape, properties, of, definition, kind))

    @property
    def increment(self) -> Symbol:
        """The free increment ``d(X)``: same shape, no properties: a derivative treats entries as independent."""
        return Symbol(self.name, self.shape, kind="differential")

    def written(self) -> Written:
        return (f"d({self.name})" if self.kind == "differential" else self.name), ATOM


Argument = Expr | Index | Axis


class Apply(Expr):
    """An operator applied to expressions, indices (``x[i]``, ``delta(i, j)``) and axes (``I(n)``).

    ``params`` holds what is neither: the layout of a ``diff``, the grid of a ``block``.
    """

    __slots__ = ("args", "children", "op", "params")

    def __init__(
        self, op: str, args: tuple[Argument, ...], shape: Shape, params: tuple[Any, ...] = ()
    ) -> None:
        self.op = op
        self.args = args
        self.params = params
        self.children = tuple([a for a in args if isinstance(a, Expr)])
        super().__init__(shape, (op, args, params, shape))

    def written(self) -> Written:
        arguments = [a.written() if isinstance(a, Expr) else (str(a), ATOM) for a in self.args]
        return formatting.applied(self.op, arguments, self.params)


class Sum(Expr):
    """A scalar summed over one index name or several."""

    __slots__ = ("body", "children", "indices")

    def __init__(self, body: Expr, indices: tuple[Index, ...]) -> None:
        self.body = body
        self.indices = indices
        self.children = (body,)
        super().__init__(body.shape, ("sum", body, indices))

    def written(self) -> Written:
        return f"sum({self.body}, {', '.join(map(str, self.indices))})", ATOM


@dataclass(frozen=True)
class Jet:
    """Identifies an abstract derivative: the symbol differentiated and those it is differentiated by, in order."""

    symbol: Symbol
    by: tuple[Symbol, ...]

    def __repr__(self) -> str:
        return one_line(self, self.symbol.name, *(symbol.name for symbol in self.by))


def walk(expr: Expr) -> Iterator[Expr]:
    """Every node, parents before children; definitions of ``let`` names are not entered."""
    stack = [expr]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(node.children))


def symbols(expr: Expr) -> tuple[Symbol, ...]:
    """The symbols that occur, in the order of their first appearance, without repetition."""
    return tuple(dict.fromkeys(n for n in walk(expr) if isinstance(n, Symbol)))


def rebuild(expr: Expr, change: Callable[[Expr], Expr]) -> Expr:
    """The node with ``change`` applied to each child; shapes must not change."""
    if isinstance(expr, Apply):
        if not expr.children:
            return expr
        args = [change(a) if isinstance(a, Expr) else a for a in expr.args]
        for new, old in zip(args, expr.args, strict=True):
            if new is not old:
                return Apply(expr.op, tuple(args), expr.shape, expr.params)
        return expr
    if isinstance(expr, Sum):
        body = change(expr.body)
        return expr if body is expr.body else Sum(body, expr.indices)
    return expr


def substitute(expr: Expr, change: Mapping[str, Index]) -> Expr:
    """The expression with free index names replaced; names bound by a sum are left alone."""
    if not change:
        return expr
    if isinstance(expr, Sum):
        inner = {k: v for k, v in change.items() if k not in {i.name for i in expr.indices}}
        return Sum(substitute(expr.body, inner), expr.indices)
    if isinstance(expr, Apply):
        args = tuple(
            substitute(a, change) if isinstance(a, Expr)
            else _replaced(a, change) if isinstance(a, Index) else a
            for a in expr.args
        )  # fmt: skip
        return Apply(expr.op, args, expr.shape, expr.params)
    return expr


def _replaced(index: Index, change: Mapping[str, Index]) -> Index:
    if index.block is not None:
        return Index.in_block(index.axis, index.block, _replaced(index.parts[0], change))
    if index.parts:
        return Index.pair(tuple(_replaced(p, change) for p in index.parts))
    return change.get(str(index.name), index) if isinstance(index.name, str) else index


def free_indices(expr: Expr) -> dict[str, Index]:
    """The index names that stand free, in the order of their first appearance."""
    found: dict[str, Index] = {}
    _collect_free(expr, frozenset(), found)
    return found


def _collect_free(expr: Expr, bound: frozenset[str], found: dict[str, Index]) -> None:
    if isinstance(expr, Sum):
        bound = bound | {str(i.name) for i in expr.indices}
    if isinstance(expr, Apply):
        for argument in expr.args:
            for index in plain_indices(argument) if isinstance(argument, Index) else ():
                if isinstance(index.name, str) and index.name not in bound:
                    found.setdefault(index.name, index)
    for child in expr.children:
        _collect_free(child, bound, found)


def plain_indices(index: Index) -> tuple[Index, ...]:
    """The indices that a pair or a place in a block is made of, or the index itself."""
    return tuple(p for part in index.parts for p in plain_indices(part)) if index.parts else (index,)


def inline_definitions(expr: Expr) -> Expr:
    """The expression with every ``let`` name replaced by what it stands for."""
    if isinstance(expr, Symbol):
        return expr if expr.definition is None else inline_definitions(expr.definition)
    return rebuild(expr, inline_definitions)


def without_properties(expr: Expr) -> Expr:
    """The expression with every symbol free of its declared properties."""
    if isinstance(expr, Symbol):
        return Symbol(expr.name, expr.shape, frozenset(), expr.of, expr.definition, expr.kind)
    return rebuild(expr, without_properties)


@dataclass(frozen=True)
class Equation:
    """A typed claim: two sides of one shape, and whether they are said to be equal or not identical."""

    lhs: Expr
    rhs: Expr
    negated: bool = False

    def __str__(self) -> str:
        return f"{self.lhs} {'!=' if self.negated else '=='} {self.rhs}"

    def __repr__(self) -> str:
        return one_line(self, short(self, 150))
