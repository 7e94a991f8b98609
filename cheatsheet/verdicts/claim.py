"""What the verifier needs to know of a claim before it evaluates it: its symbols, dimensions, indices and size."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import prod

from cheatsheet.evaluation.points import atoms
from cheatsheet.evaluation.properties import needs_even_size
from cheatsheet.language.constants import moderate
from cheatsheet.language.dimensions import Axis
from cheatsheet.language.expressions import Apply, Equation, Expr, Index, Number, Size, Sum, Symbol, rebuild
from cheatsheet.language.table import TABLE, differentiation, variables


def nodes(*roots: Expr) -> Iterator[Expr]:
    """Every node once, through ``let`` definitions; shared parts are not visited twice."""
    seen: set[int] = set()
    stack = list(roots)
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield node
        stack.extend(node.children)
        if isinstance(node, Symbol) and node.definition is not None:
            stack.append(node.definition)


@dataclass(frozen=True)
class Claim:
    """An equation prepared for evaluation."""

    equation: Equation

    @cached_property
    def nodes(self) -> tuple[Expr, ...]:
        return tuple(nodes(self.equation.lhs, self.equation.rhs))

    @cached_property
    def operators(self) -> frozenset[str]:
        """The names of the operators that occur."""
        return frozenset(n.op for n in self.nodes if isinstance(n, Apply))

    @cached_property
    def symbols(self) -> tuple[Symbol, ...]:
        """The declared symbols with a value of their own, those behind functions and ``let`` names included.

        In the order of their appearance: nothing may depend on what things are called.
        """
        return atoms(n for n in self.nodes if isinstance(n, Symbol) and n.definition is None)

    @cached_property
    def indices(self) -> tuple[Index, ...]:
        """The free index names, for every value of which the claim is made."""
        found: dict[str, Index] = {}
        memo: dict[int, dict[str, Index]] = {}
        for side in (self.equation.lhs, self.equation.rhs):
            found.update(_free_indices(side, memo))
        return tuple(found[name] for name in sorted(found))

    @cached_property
    def axes(self) -> tuple[Axis, ...]:
        found: dict[Axis, None] = {}
        for node in self.nodes:
            found.update(dict.fromkeys(node.shape.axes))
            if isinstance(node, Size):
                found[node.axis] = None
            if isinstance(node, Sum):
                found.update(dict.fromkeys(index.axis for index in node.indices))
            for argument in node.args if isinstance(node, Apply) else ():
                if isinstance(argument, Axis):
                    found[argument] = None
                elif isinstance(argument, Index):
                    found[argument.axis] = None
        for symbol in self.symbols:
            found.update(dict.fromkeys(symbol.shape.axes))
        return tuple(found)

    @cached_property
    def dimensions(self) -> tuple[str, ...]:
        """The dimension names, in the order of their appearance."""
        return tuple(dict.fromkeys(name for axis in self.axes for name in _names(axis)))

    @cached_property
    def positions(self) -> tuple[Index, ...]:
        """The places given by a number, which ask for a minimal size of their axes."""
        arguments = [a for n in self.nodes if isinstance(n, Apply) for a in n.args]
        return tuple(a for a in arguments if isinstance(a, Index) and isinstance(a.name, int))

    @cached_property
    def constants(self) -> frozenset[Fraction]:
        """The numbers of the claim, those written as sums, products and powers of numbers among them."""
        memo: dict[int, Fraction | None] = {}
        values = (_constant(node, memo) for node in self.nodes)
        return frozenset(v for v in values if v is not None)

    @cached_property
    def digits(self) -> int:
        """The most digits of a numerator or denominator in the claim."""
        parts = [part for c in self.constants for part in (c.numerator, c.denominator)]
        return max((part.bit_length() * 302 // 1000 + 1 for part in parts), default=1)

    def terms(self, dims: dict[str, int]) -> int:
        """How many operations a side has with its names, sums and powers written out; at most a million.

        With each of them two sides that differ can be made to agree to some digits more, as many as the numbers met
        have or are orders of magnitude small: by a Taylor polynomial, a step of Newton's, a step of an iteration that
        forgets where it began, a node more in a sum that stands for an integral.
        """
        known: dict[int, int] = {}
        return max(_terms(side, dims, known) for side in (self.equation.lhs, self.equation.rhs))

    @cached_property
    def varying_exponents(self) -> bool:
        powers = [n.children[1] for n in self.nodes if isinstance(n, Apply) and n.op == "power"]
        return any(_constant(exponent, {}) is None for exponent in powers)

    def admits(self, dims: dict[str, int]) -> bool:
        """Whether every place lies on its axis and every symbol has values at these dimensions."""
        for place in self.positions:
            if not int(place.name) < place.axis.at(dims):
                return False
        return not any(
            needs_even_size(s.properties) and s.shape.rows.at(dims) % 2
            for s in self.symbols
            if s.kind == "symbol" and s.properties
        )

    def work(self, dims: dict[str, int]) -> int:
        """About how many numbers the evaluation at one point handles, found without allocating any."""
        key = tuple(dims.items())
        if key not in self._works:
            scope = prod(i.axis.at(dims) for i in self.indices)
            memo: dict[tuple[int, int], int] = {}
            sides = (self.equation.lhs, self.equation.rhs)
            self._works[key] = sum(_work(side, scope, dims, memo) for side in sides)
        return self._works[key]

    @cached_property
    def _works(self) -> dict[tuple[tuple[str, int], ...], int]:
        """The work for each choice of dimensions that was asked for: several batches of points have the same."""
        return {}


def _constant(expr: Expr, memo: dict[int, Fraction | None]) -> Fraction | None:
    """The value of an expression made of numbers alone, if it is moderate."""
    if id(expr) not in memo:
        memo[id(expr)] = None
        if isinstance(expr, Number):
            memo[id(expr)] = expr.value
        elif isinstance(expr, Apply) and expr.children:
            values = [_constant(c, memo) for c in expr.children]
            known = [v for v in values if v is not None]
            if len(known) == len(values):
                memo[id(expr)] = moderate(expr.op, known)
    return memo[id(expr)]


def _terms(expr: Expr, dims: dict[str, int], known: dict[int, int]) -> int:
    """The operations of an expression; those of a number that is written as a sum or a product are its digits."""
    if id(expr) in known:
        return known[id(expr)]
    inner = (expr.definition,) if isinstance(expr, Symbol) and expr.definition else expr.children
    if _constant(expr, {}) is not None:
        inner = ()
    count = 1 + sum(_terms(child, dims, known) for child in inner) * _repeated(expr, dims)
    known[id(expr)] = min(count, 1_000_000)
    return known[id(expr)]


def _repeated(expr: Expr, dims: dict[str, int]) -> int:
    """How often the parts of an expression stand in one of its entries."""
    match expr:
        case Sum():
            return prod(i.axis.at(dims) for i in expr.indices)
        case Apply(op="power" | "matrix_power", args=(_, Number() as k)):
            return max(1, int(abs(k.value))) * (expr.shape.rows.at(dims) if expr.op != "power" else 1)
        case Apply(op="matmul" | "dot"):
            axes = expr.children[0].shape.axes
            return axes[1].at(dims) if expr.op == "matmul" else prod(a.at(dims) for a in axes)
        case Apply() if differentiation(expr):
            return 2 ** len(variables(expr))
        case Apply(children=(Expr() as a, *_)) if (
            len(expr.shape.free_axes) < len(a.shape.free_axes) or TABLE[expr.op].whole_matrix
        ):
            return prod(axis.at(dims) for axis in a.shape.axes)
    return 1


def _names(axis: Axis) -> Iterator[str]:
    """The dimension names of an axis from left to right."""
    if axis.kind == "name":
        yield str(axis.value)
    for part in axis.parts:
        yield from _names(part)


def _free_indices(expr: Expr, memo: dict[int, dict[str, Index]]) -> dict[str, Index]:
    if id(expr) in memo:
        return memo[id(expr)]
    found: dict[str, Index] = {}
    children = list(expr.children)
    if isinstance(expr, Symbol) and expr.definition is not None:
        children.append(expr.definition)
    for child in children:
        found.update(_free_indices(child, memo))
    if isinstance(expr, Apply):
        found.update({str(a.name): a for a in expr.args if isinstance(a, Index) and isinstance(a.name, str)})
    if isinstance(expr, Sum):
        for index in expr.indices:
            found.pop(str(index.name), None)
    memo[id(expr)] = found
    return found


def _work(expr: Expr, scope: int, dims: dict[str, int], memo: dict[tuple[int, int], int]) -> int:
    """The numbers handled below a node: its entries, times the open scopes, times what its operator sums."""
    key = (id(expr), scope)
    if key in memo:
        return memo[key]
    memo[key] = 0
    own = scope * prod(a.at(dims) for a in expr.shape.axes)
    inner, children = scope, list(expr.children)
    match expr:
        case Symbol():
            if expr.definition is not None:
                children = [expr.definition]
            else:
                children = list(expr.of)
                own *= max(1, sum(prod(a.at(dims) for a in s.shape.axes) for s in expr.of))
        case Sum():
            inner = scope * prod(i.axis.at(dims) for i in expr.indices)
        case Apply() if differentiation(expr):
            inner = scope * prod(3 * prod(a.at(dims) for a in x.shape.axes) for x in variables(expr))
            children = children[:1]
        case Apply(op="d"):
            inner = 3 * scope
        case Apply(op="matmul"):
            own *= expr.children[0].shape.cols.at(dims)
        case Apply() if TABLE[expr.op].whole_matrix:
            n = max(a.at(dims) for a in expr.children[0].shape.axes)
            own = scope * n**4
    total = own + sum(_work(child, inner, dims, memo) for child in children)
    memo[key] = total
    return total


def parameters(claim: Claim) -> dict[str, Symbol]:
    """The integer symbols of a claim, by name."""
    return {s.name: s for s in claim.symbols if "integer" in s.properties and s.shape.is_scalar}


def over_the_reals(claim: Claim) -> Claim:
    """The claim with any real number in place of an integer: where this holds, the claim does.

    A polynomial that vanishes at every integer vanishes, so that nothing is lost there; what is no polynomial in an
    integer symbol, as (−1)^(2k), is not true, or not even defined, between the integers.
    """
    if not parameters(claim):
        return claim
    known: dict[Expr, Expr] = {}

    def change(expr: Expr) -> Expr:
        if expr not in known:
            known[expr] = _real(expr, change) if isinstance(expr, Symbol) else rebuild(expr, change)
        return known[expr]

    return Claim(Equation(change(claim.equation.lhs), change(claim.equation.rhs), claim.equation.negated))


def _real(symbol: Symbol, change: Callable[[Expr], Expr]) -> Symbol:
    of = tuple(_real(s, change) for s in symbol.of)
    definition = None if symbol.definition is None else change(symbol.definition)
    properties = symbol.properties - {"integer"}
    return Symbol(symbol.name, symbol.shape, properties, of, definition, symbol.kind)
