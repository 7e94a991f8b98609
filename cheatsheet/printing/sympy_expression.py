"""Typed expression → SymPy: explicit matrices with free symbols, or matrix expressions.

What each operator becomes is the ``sympy`` column of the table. SymPy is imported when something is translated.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import product
from typing import Any

from cheatsheet.language.dimensions import Axis, Shape
from cheatsheet.language.expressions import (
    Apply,
    Expr,
    Index,
    Number,
    Size,
    Sum,
    Symbol,
    free_indices,
    inline_definitions,
    symbols,
)
from cheatsheet.language.layouts import arrange
from cheatsheet.language.table import TABLE, variables
from cheatsheet.printing.translating import NoSympyError

__all__ = ["NoSympyError", "to_sympy"]


def to_sympy(
    expr: Expr, dims: Mapping[str, int] | None = None, values: Mapping[str, Any] | None = None
) -> Any:
    """The expression as SymPy has it.

    With ``dims``, a value for every dimension: every entry is written out, in symbols ``x_0``, ``A_0_1`` (counted from
    0; functions of their arguments where a symbol is declared ``of`` others; ``dx_0`` for differentials). The result is
    a scalar, a matrix, or an array for tensors; free indices become its first axes. Derivatives are worked out.
    ``values`` has matrices to take in place of the entries of some symbols, a function's in terms of the entries of its
    arguments; a derivative treats its variable as free all the same, and is then taken at that value.
    Without, a matrix expression over ``MatrixSymbol`` with symbolic sizes, derivatives unevaluated.
    Raises :class:`NoSympyError`, naming the operator, where SymPy has no such expression, and ``KeyError`` for a
    dimension that ``dims`` lacks.

    >>> from cheatsheet.language.elaborate import Declarations, elaborate_expression
    >>> n = Axis.of("n")
    >>> given = Declarations({"A": Symbol("A", Shape.matrix(n, n)), "x": Symbol("x", Shape.vector(n))})
    >>> to_sympy(elaborate_expression("A @ x", given), {"n": 2})
    Matrix([
    [A_0_0*x_0 + A_0_1*x_1],
    [A_1_0*x_0 + A_1_1*x_1]])
    >>> to_sympy(elaborate_expression("inv(A).T @ x", given))
    A.T**(-1)*x
    """
    expr = inline_definitions(expr)
    if dims is None:
        return _Symbolic()(expr)
    explicit = _Explicit(dims, values or {})
    free = list(free_indices(expr).values())
    if not free:
        return explicit.plain(explicit(expr), expr.shape)
    sizes = [explicit.size(i.axis) for i in free]
    found: list[Any] = []
    for places in product(*(range(size) for size in sizes)):
        with explicit.at({str(i.name): place for i, place in zip(free, places, strict=True)}):
            found += explicit(expr)
    sizes += [explicit.size(axis) for axis in expr.shape.free_axes]
    if len(sizes) > 2:
        return explicit.sympy.ImmutableDenseNDimArray(found, sizes)
    return explicit.sympy.ImmutableMatrix(sizes[0], sizes[1] if len(sizes) == 2 else 1, found)


class _Translator(ABC):
    """What both kinds of translation share."""

    column = ""

    @property
    def sympy(self) -> Any:
        import sympy

        return sympy

    def __call__(self, expr: Expr) -> Any:
        match expr:
            case Number():
                return self.number(self.sympy.Rational(expr.value.numerator, expr.value.denominator))
            case Size():
                return self.number(self.size(expr.axis))
            case Symbol():
                return self.symbol(expr)
            case Sum():
                return self.sum(expr)
            case Apply():
                translation = TABLE[expr.op].sympy
                rule = getattr(translation, self.column, None)
                if rule is None:
                    hint = "; give dims to have every entry written out" if translation else ""
                    raise NoSympyError(f"SymPy has no matrix expression for {expr.op}{hint}")
                return rule(self, expr)
        raise TypeError(f"no SymPy for {type(expr).__name__}")

    @abstractmethod
    def number(self, value: Any) -> Any: ...

    @abstractmethod
    def symbol(self, symbol: Symbol) -> Any: ...

    @abstractmethod
    def sum(self, expr: Sum) -> Any: ...

    @abstractmethod
    def size(self, axis: Axis) -> Any: ...


class _Explicit(_Translator):
    """Every value a matrix, a scalar 1×1, a tensor an array; entries are symbols or functions."""

    column = "explicit"

    def __init__(self, dims: Mapping[str, int], values: Mapping[str, Any]) -> None:
        self.dims = dict(dims)
        self.values = values
        self.places: dict[str, int] = {}
        self.independent: frozenset[str] = frozenset()

    def plain(self, value: Any, shape: Shape) -> Any:
        return value[0, 0] if shape.is_scalar else value

    def number(self, value: Any) -> Any:
        return self.sympy.ImmutableMatrix([[value]])

    def size(self, axis: Axis) -> int:
        return axis.at(self.dims)

    # --- indices -------------------------------------------------------------------------------------------------

    @contextmanager
    def at(self, places: Mapping[str, int]) -> Iterator[None]:
        """Inside, the index names stand for these positions."""
        before = self.places
        self.places = {**before, **places}
        yield
        self.places = before

    def position(self, index: Index) -> int:
        if index.parts:
            place = 0
            for part in index.parts:
                place = place * self.size(part.axis) + self.position(part)
            return place
        return index.name if isinstance(index.name, int) else self.places[index.name]

    def sum(self, expr: Sum) -> Any:
        ranges = [range(self.size(i.axis)) for i in expr.indices]
        total = self.sympy.zeros(*(self.size(a) for a in expr.shape))
        for places in product(*ranges):
            with self.at({str(i.name): p for i, p in zip(expr.indices, places, strict=True)}):
                total += self(expr.body)
        return self.sympy.ImmutableMatrix(total)

    # --- symbols -------------------------------------------------------------------------------------------------

    def symbol(self, symbol: Symbol) -> Any:
        """A matrix of symbols, of the values given for them, or of functions of what it is declared a function of."""
        names = self.names(symbol)
        if not self.has_meaning(symbol):
            return names
        arguments = {name: v for a in symbol.of for name, v in zip(self.names(a), self(a), strict=True)}
        given = self.values.get(symbol.name)
        if given is None:
            given = names.applyfunc(lambda name: self.sympy.Function(name.name, real=True)(*arguments))
        return given.xreplace(arguments) if arguments else given

    def has_meaning(self, symbol: Symbol) -> bool:
        """Whether the entries of a symbol stand for something else here."""
        moves = symbol.kind != "symbol" or symbol.name in self.independent
        return not moves and bool(symbol.of or symbol.name in self.values)

    def names(self, symbol: Symbol) -> Any:
        rows, cols = (self.size(axis) for axis in symbol.shape)
        stem = f"d{symbol.name}" if symbol.kind == "differential" else symbol.name
        assumptions = {"positive": True} if "positive" in symbol.properties else {"real": True}
        if "integer" in symbol.properties:
            assumptions["integer"] = True

        def entry(r: int, c: int) -> Any:
            places = [p for p, axis in zip((r, c), symbol.shape, strict=True) if not axis.is_one]
            return self.sympy.Symbol("_".join([stem, *map(str, places)]), **assumptions)

        return self.sympy.ImmutableMatrix(rows, cols, entry)

    # --- derivatives ---------------------------------------------------------------------------------------------

    def derivative(self, expr: Apply) -> Any:
        """Every entry of y by every entry of each x, laid out as the operator says."""
        y, by = expr.children[0], variables(expr)
        moving = frozenset(s.name for x in by for s in symbols(x))
        with self.moving(moving):
            values = list(self(y))
            for x in by:
                values = [self.sympy.diff(value, entry) for value in values for entry in self(x)]
        values = self.with_meaning(values, [s for x in by for s in symbols(x)])
        groups = [[self.size(axis) for axis in part.shape.free_axes] for part in (y, *by)]
        if expr.op == "diff":
            arrangement = arrange(y.shape, tuple(x.shape for x in by), expr.params[0])
            values = self.permuted(values, groups, arrangement.sources)
        sizes = [self.size(axis) for axis in expr.shape]
        if expr.shape.is_tensor:
            return self.sympy.ImmutableDenseNDimArray(values, sizes)
        return self.sympy.ImmutableMatrix(*sizes, values)

    @contextmanager
    def moving(self, names: frozenset[str]) -> Iterator[None]:
        """Inside, these symbols are independent variables, whatever they are functions of."""
        before = self.independent
        self.independent = before | names
        yield
        self.independent = before

    def with_meaning(self, values: list[Any], moved: list[Symbol]) -> list[Any]:
        """The values with what the entries of variables stand for outside the derivative, where that is known."""
        meaning = {
            name: value
            for s in dict.fromkeys(moved)
            if self.has_meaning(s)
            for name, value in zip(self.names(s), self(s), strict=True)
        }
        if not meaning:
            return values
        if any(value.has(self.sympy.Derivative) for value in values):  # by entries that may become formulas
            return [value.subs(meaning, simultaneous=True) for value in values]
        return [value.xreplace(meaning) for value in values]

    def permuted(
        self, values: list[Any], groups: list[list[int]], sources: tuple[tuple[int, int], ...]
    ) -> list[Any]:
        """The entries in the order of a layout; they come in the order of y, then each x."""
        places = [(g, k) for g, group in enumerate(groups) for k in range(len(group))]
        order = [places.index(source) for source in sources]
        if order == list(range(len(order))):
            return values
        array = self.sympy.ImmutableDenseNDimArray(values, [size for group in groups for size in group])
        return list(self.sympy.permutedims(array, order)._array)

    def total_differential(self, expr: Apply) -> Any:
        """Σ (∂Y/∂x) dx over the entries of every symbol that varies and is not a function of one that does."""
        (operand,) = expr.children
        (names,) = expr.params
        varying = [s for s in _reached(operand) if s.name in names and not _reaches(s, names)]
        with self.moving(frozenset(s.name for s in varying)):
            value = self(operand)
            total = value * 0
            for symbol in varying:
                for entry, increment in zip(self(symbol), self(symbol.increment), strict=True):
                    total += value.diff(entry) * increment
        return self.sympy.ImmutableMatrix(*total.shape, self.with_meaning(list(total), varying))


class _Symbolic(_Translator):
    """Scalars as scalars, the rest as matrix expressions with symbolic sizes."""

    column = "symbolic"

    def number(self, value: Any) -> Any:
        return value

    def size(self, axis: Axis) -> Any:
        if axis.kind == "integer":
            return self.sympy.Integer(axis.value)
        if axis.kind == "name":
            return self.sympy.Symbol(str(axis.value), integer=True, positive=True)
        combine = self.sympy.Mul if axis.kind == "product" else self.sympy.Add
        return combine(*(self.size(part) for part in axis.parts))

    def symbol(self, symbol: Symbol) -> Any:
        name = f"d{symbol.name}" if symbol.kind == "differential" else symbol.name
        if symbol.shape.is_scalar:
            known = {p: True for p in ("positive", "nonzero", "integer") if p in symbol.properties}
            return self.sympy.Symbol(name, **known)
        return self.sympy.MatrixSymbol(name, *(self.size(axis) for axis in symbol.shape))

    def position(self, index: Index) -> Any:
        if index.parts:
            place = self.sympy.Integer(0)
            for part in index.parts:
                place = place * self.size(part.axis) + self.position(part)
            return place
        if isinstance(index.name, int):
            return self.sympy.Integer(index.name)
        return self.sympy.Symbol(index.name, integer=True)

    def sum(self, expr: Sum) -> Any:
        if not expr.shape.is_scalar:
            raise NoSympyError("SymPy has no sum of matrix expressions over an index; give dims")
        ranges = [(self.position(i), 0, self.size(i.axis) - 1) for i in expr.indices]
        return self.sympy.Sum(self(expr.body), *ranges[::-1])

    def derivative(self, expr: Apply) -> Any:
        """∂y/∂x unevaluated, where one of the two is a scalar."""
        y, *xs = expr.children
        fits = len(xs) == 1 and isinstance(xs[0], Symbol) and expr.op in ("diff", "grad")
        if not fits or not (y.shape.is_scalar or xs[0].shape.is_scalar):
            raise NoSympyError(f"SymPy has no matrix expression for this {expr.op}; give dims")
        functions = [s.name for s in _reached(y) if s.of and s != xs[0]]
        if functions:
            raise NoSympyError(f"SymPy has no function {functions[0]} of matrices in a {expr.op}; give dims")
        from sympy.tensor.array.array_derivatives import ArrayDerivative

        value = ArrayDerivative(self(y), self(xs[0]))
        natural = xs[0].shape if y.shape.is_scalar else y.shape
        reversed_axes = expr.op == "diff" and self._is_reversed(expr, natural)
        return self.sympy.Transpose(value) if reversed_axes else value

    def _is_reversed(self, expr: Apply, natural: Shape) -> bool:
        y, x = expr.children
        sources = arrange(y.shape, (x.shape,), expr.params[0]).sources
        if len(sources) == 2:
            return sources[0] > sources[1]
        return not expr.shape.agrees(natural)


def _reached(expr: Expr) -> list[Symbol]:
    """The symbols of an expression and those that they are functions of."""
    found: dict[Symbol, None] = {}
    stack = list(symbols(expr))
    while stack:
        symbol = stack.pop()
        if symbol not in found:
            found[symbol] = None
            stack += symbol.of
    return list(found)


def _reaches(symbol: Symbol, names: frozenset[str]) -> bool:
    return any(a.name in names or _reaches(a, names) for a in symbol.of)
