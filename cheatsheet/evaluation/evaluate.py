"""The value of any typed expression at concrete points: derivatives by jets, indices by broadcasting.

An evaluator is a fold over the tree that reads the ``evaluate`` column of the operator table. It knows nothing about
rules of differentiation, index calculus or layouts (it asks ``language.layouts`` for the order of the axes).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import Any, NoReturn

from cheatsheet.evaluation import matrices
from cheatsheet.evaluation.fields import Array, Field, UnsupportedError
from cheatsheet.evaluation.jets import Domain, Jet, concatenate
from cheatsheet.evaluation.numerics import np
from cheatsheet.evaluation.points import Points
from cheatsheet.language.constants import moderate
from cheatsheet.language.dimensions import Axis, Shape
from cheatsheet.language.expressions import Apply, Expr, Index, Number, Size, Sum, Symbol
from cheatsheet.language.table import TABLE

DEEPEST = 48
"""Leading axes at most: NumPy has 64 for them and for those of the value."""


@dataclass(frozen=True)
class Level:
    """One nilpotent direction ``e``: which symbols move along it, and how."""

    bit: int
    seeds: dict[str, Array]


class Evaluator:
    """Evaluates expressions at a batch of points in a field.

    >>> from cheatsheet.language.elaborate import Declarations, elaborate_expression
    >>> from cheatsheet.evaluation.fields import Rational
    >>> x = Symbol("x", Shape.vector(Axis.of("n")))
    >>> gradient = elaborate_expression("diff(x.T @ x, x)", Declarations({"x": x}))
    >>> points = Points.of_integers((x,), {"n": 2}, {"x": [[3], [4]]})
    >>> Evaluator(points, Rational())(gradient).base.tolist()
    [[[6, 8]]]
    """

    matrices = matrices
    concatenate = staticmethod(concatenate)

    def __init__(self, points: Points, field: Field, check: Callable[[], None] = lambda: None) -> None:
        self.points = points
        self.field = field
        self.domain = Domain(field, points.count)
        self.dims = points.dims
        self.check = check  # raises when the time is up
        self.indices: list[tuple[str, Array, int]] = []
        self.levels: list[Level] = []
        self.depth = 1  # leading axes in use: the points, then one for each open scope
        self.memo: list[dict[Expr, Jet]] = [{}]
        self.values: dict[Symbol, Jet] = {}

    def __call__(self, expr: Expr) -> Jet:
        memo = self.memo[-1]
        found = memo.get(expr)
        if found is None:
            self.check()
            found = memo[expr] = self.compute(expr)
        return found

    def compute(self, expr: Expr) -> Jet:
        match expr:
            case Symbol():
                return self(expr.definition) if expr.definition is not None else self.symbol(expr)
            case Apply():
                evaluate = TABLE[expr.op].evaluate
                if evaluate is None:
                    raise UnsupportedError(expr.op)
                result: Jet = evaluate(self, expr)
                return result
            case Number():
                return self.domain.number(expr.value)
            case Size():
                return self.domain.number(expr.axis.at(self.dims))
            case Sum():
                return self.sum(expr)
        raise TypeError(f"no value for {type(expr).__name__}")

    def refuse(self, what: str) -> NoReturn:
        raise UnsupportedError(what)

    # --- what the rows of the operator table ask for -------------------------------------------------------------

    def arguments(self, node: Apply) -> list[Any]:
        """The arguments evaluated: jets for expressions, sizes for axes, arrays of positions for indices."""
        return [self.argument(a) for a in node.args]

    def argument(self, argument: Expr | Index | Axis) -> Any:
        if isinstance(argument, Expr):
            return self(argument)
        return self.size(argument) if isinstance(argument, Axis) else self.positions(argument)

    def size(self, axis: Axis) -> int:
        return axis.at(self.dims)

    def sizes(self, shape: Shape) -> tuple[int, ...]:
        return tuple(self.size(a) for a in shape)

    def exact(self, expr: Expr) -> Fraction | None:
        """The value of an expression made of numbers, dimensions and integer symbols; None for any other."""
        match expr:
            case Number():
                return expr.value
            case Size():
                return Fraction(self.size(expr.axis))
            case Symbol():
                if expr.definition is not None:
                    return self.exact(expr.definition)
                if "integer" in expr.properties and self.symbol(expr).is_constant:
                    return Fraction(self.points.integer(expr))
            case Apply() if TABLE[expr.op].rational:
                values = [self.exact(child) for child in expr.children]
                known = [v for v in values if v is not None]
                return moderate(expr.op, known) if len(known) == len(values) else None
        return None

    def positions(self, index: Index) -> Array:
        """The positions an index takes, along the leading axis of its scope."""
        if isinstance(index.name, int):
            return np.array(index.name)
        for name, positions, _ in reversed(self.indices):
            if name == index.name:
                return positions
        raise KeyError(index.name)

    def component(self, operand: Jet, positions: list[Array], shape: Shape) -> Jet:
        """The entry at one position for each axis of the operand (for each that needs an index)."""
        if len(positions) < operand.rank:
            positions = _two_positions(positions, shape)
        if any(p.size and p.max() >= n for p, n in zip(positions, operand.core, strict=True)):
            raise UnsupportedError("a position outside its axis")

        def gather(t: Array) -> Array:
            if all(p.ndim == 0 for p in positions):
                place: tuple[Any, ...] = (..., *(int(p) for p in positions))
                return np.asarray(t[place])[..., np.newaxis, np.newaxis]
            lead = t.shape[: t.ndim - operand.rank]
            t = t.reshape((1,) * (self.depth - len(lead)) + t.shape)
            grid = np.ogrid[tuple(slice(n) for n in t.shape[: self.depth])]
            return np.asarray(t[(*grid, *positions)])[..., np.newaxis, np.newaxis]

        return operand.linear(gather, 2)

    def indicator(self, mask: Array, rank: int = 0) -> Jet:
        """The jet that is 1 where a mask over leading axes (and ``rank`` axes of the value) is set, and 0 elsewhere."""
        ones = np.asarray(mask).astype(np.int64)
        ones = ones.reshape(ones.shape + (1,) * (2 - rank))
        if ones.ndim == 2:
            ones = ones[np.newaxis]
        return Jet(self.domain, {0: self.field.array(ones)})

    def basis_vector(self, position: Array, n: int) -> Jet:
        if position.size == 1 and position >= n:
            raise UnsupportedError("a position outside its axis")
        return self.indicator(position[..., np.newaxis] == np.arange(n), 1)

    # --- scopes --------------------------------------------------------------------------------------------------

    @contextmanager
    def index_scope(self, indices: Sequence[Index]) -> Iterator[None]:
        """Give each index name a leading axis of its own."""
        for index in indices:
            n = self.size(index.axis)
            self.indices.append((str(index.name), np.arange(n).reshape((n,) + (1,) * self.depth), n))
            self.depth += 1
        if self.depth > DEEPEST:
            raise OverflowError(f"more than {DEEPEST} sums within one another")
        self.memo.append({})
        yield
        self.memo.pop()
        for _ in indices:
            self.indices.pop()
            self.depth -= 1

    @contextmanager
    def level(self, seeds: dict[str, Array], axis: bool) -> Iterator[int]:
        """Let symbols move along a new nilpotent direction; ``axis``: along many at once, on a leading axis."""
        bit = 1 << len(self.levels)
        self.levels.append(Level(bit, seeds))
        self.depth += axis
        self.memo.append({})
        yield bit
        self.memo.pop()
        self.levels.pop()
        self.depth -= axis

    def full(self, term: Array, rank: int) -> Array:
        """The term with every leading axis present, of size 1 where it was missing."""
        missing = self.depth - (term.ndim - rank)
        return term.reshape((1,) * missing + term.shape)

    def sum(self, node: Sum) -> Jet:
        sizes = tuple(self.size(i.axis) for i in reversed(node.indices))
        with self.index_scope(node.indices):
            body = self(node.body)
            count = len(sizes)

            def add_up(t: Array) -> Array:
                t = self.full(t, body.rank)
                t = np.broadcast_to(t, sizes + t.shape[count:])
                return self.field.sum(t, tuple(range(count)))

            return body.linear(add_up)

    # --- symbols -------------------------------------------------------------------------------------------------

    def symbol(self, symbol: Symbol) -> Jet:
        """The value at the points, plus what each open direction adds to it, directly or through its arguments."""
        jet = self.value(symbol)
        if not self.levels or symbol.kind == "differential":
            return jet
        terms = dict(jet.terms)
        for level in self.levels:
            seed = level.seeds.get(symbol.name)
            if seed is not None:
                terms[level.bit] = seed
        jet = Jet(self.domain, terms)
        return jet + self.chain(symbol) if symbol.of else jet

    def value(self, symbol: Symbol) -> Jet:
        if symbol not in self.values:
            self.values[symbol] = Jet(self.domain, {0: self.points.value(symbol, self.domain)})
        return self.values[symbol]

    def chain(self, symbol: Symbol) -> Jet:
        """The nilpotent part of an abstract function, from that of its arguments."""
        return self.taylor(symbol, [self(a).nilpotent_or_zero() for a in symbol.of])

    def taylor(self, symbol: Symbol, changes: Sequence[Jet]) -> Jet:
        """What nilpotent changes of its arguments add to an abstract function: its Taylor polynomial."""
        change = concatenate([c.flat() for c in changes], -2).nilpotent
        rows, cols = self.sizes(symbol.shape)
        m, n = rows * cols, change.core[0] if change.terms else 0
        result = Jet(self.domain, {})
        power = 1
        while change.terms and power <= len(self.levels):
            term = self.points.taylor(symbol, power, m, n, self.domain)
            for width in [n] * (power - 1) + [1]:
                term = (term @ change).linear(_reshaper(width))
            result = result + term
            power += 1
        return result.linear(lambda t: t.reshape(*t.shape[:-2], rows, cols))

    def directional(self, symbol: Symbol, by: Sequence[Symbol], directions: Sequence[Expr]) -> Jet:
        """The abstract derivative of a function, each direction a change of the argument named beside it alone."""
        with ExitStack() as stack:
            bits = [stack.enter_context(self.level({}, axis=False)) for _ in by]
            changes = [self(a).nilpotent_or_zero() for a in symbol.of]
            for bit, argument, direction in zip(bits, by, directions, strict=True):
                place = symbol.of.index(argument)
                changes[place] = changes[place] + self(direction).shifted(bit)
            result = self.taylor(symbol, changes)
            if not result.terms:
                result = self.value(symbol)
            for bit in bits:
                result = _coefficient(result, bit, lambda t: t, result.rank, self)
            return result

    # --- derivatives ---------------------------------------------------------------------------------------------

    def derivative(self, y: Expr, variables: Sequence[Expr]) -> Jet:
        """All partial derivatives: the axes of ``y`` that need an index, then those of each variable in turn."""
        if not variables:
            return self(y)
        with self.level(self.directions(variables[0]), axis=True) as bit:
            inner = self.derivative(y, variables[1:]) if len(variables) > 1 else self.free(y)
            rank, size = inner.rank, prod(self.sizes(variables[0].shape))
            before = len(y.shape.free_axes)
            sizes = tuple(self.size(a) for a in variables[0].shape.free_axes)

            def move(t: Array) -> Array:
                t = self.full(t, rank)
                t = np.broadcast_to(t, (size, *t.shape[1:]))
                t = np.moveaxis(t, 0, t.ndim - 1 - rank + before)
                place = t.ndim - rank + before - 1
                return t.reshape(t.shape[:place] + sizes + t.shape[place + 1 :])

            return _coefficient(inner, bit, move, rank + len(sizes), self)

    def free(self, y: Expr) -> Jet:
        """The value with only those axes that need an index."""
        value = self(y)
        sizes = tuple(self.size(a) for a in y.shape.free_axes)
        return value.linear(lambda t: t.reshape(t.shape[: t.ndim - value.rank] + sizes), len(sizes))

    def directions(self, variable: Expr) -> dict[str, Array]:
        """One direction for each entry of the variable, in row-major order, as changes of its symbol."""
        symbol = variable if isinstance(variable, Symbol) else variable.children[0]
        assert isinstance(symbol, Symbol)
        rows, cols = self.sizes(symbol.shape)
        if isinstance(variable, Apply) and variable.op == "component":
            positions = _two_positions(self.arguments(variable)[1:], symbol.shape)
            seed = (np.arange(rows)[:, np.newaxis] == positions[0][..., np.newaxis, np.newaxis]) & (
                np.arange(cols) == positions[1][..., np.newaxis, np.newaxis]
            )
            seed = seed if seed.ndim > 2 else seed[np.newaxis]
            return {symbol.name: self.field.array(seed.astype(np.int64))}
        n = rows * cols
        seed = np.eye(n, dtype=np.int64)
        transposed = isinstance(
            variable, Apply
        )  # the rows of X.T and the entries of vec(X) run down the columns of X
        seed = seed.reshape(n, cols, rows).swapaxes(1, 2) if transposed else seed.reshape(n, rows, cols)
        return {symbol.name: self.field.array(seed.reshape((n,) + (1,) * self.depth + (rows, cols)))}

    def differential(self, y: Expr, names: frozenset[str]) -> Jet:
        """dY: the coefficient of one direction along which each name varies by its increment."""
        seeds = {
            symbol.name: self.points.value(symbol.increment, self.domain)
            for symbol in self.points.symbols
            if symbol.name in names and symbol.kind == "symbol" and not reaches(symbol, names)
        }
        with self.level(seeds, axis=False) as bit:
            value = self(y)
            return _coefficient(value, bit, lambda t: t, value.rank, self)


def reaches(symbol: Symbol, names: frozenset[str]) -> bool:
    """Whether a symbol is a function of one of the names, directly or through others."""
    return any(a.name in names or reaches(a, names) for a in symbol.of)


def _coefficient(jet: Jet, bit: int, change: Any, rank: int, evaluator: Evaluator) -> Jet:
    """The coefficient of one direction, each of its terms changed; a zero where there is none."""
    terms = {mask ^ bit: change(t) for mask, t in jet.terms.items() if mask & bit}
    if not terms:
        terms = {0: change(evaluator.field.zeros((1, *jet.core)))}
    return Jet(evaluator.domain, terms, rank)


def _reshaper(width: int) -> Callable[[Array], Array]:
    return lambda t: t.reshape(*t.shape[:-2], -1, width)


def _two_positions(positions: list[Array], shape: Shape) -> list[Array]:
    """Row and column for the component of a symbol, of which a vector gives one."""
    if len(positions) == 2:
        return positions
    zero = np.array(0)
    return [zero, positions[0]] if shape.rows.is_one else [positions[0], zero]
