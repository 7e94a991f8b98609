"""What the verifier needs to know of a claim before it evaluates it: its symbols, dimensions, indices and size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import prod
from typing import Any

from cheatsheet.evaluation.points import atoms
from cheatsheet.evaluation.properties import needs_even_size
from cheatsheet.language.dimensions import Axis
from cheatsheet.language.expressions import Apply, Equation, Expr, Index, Number, Size, Sum, Symbol
from cheatsheet.language.table import TABLE


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
        """The declared symbols with a value of their own, those behind functions and ``let`` names included."""
        own = [n for n in self.nodes if isinstance(n, Symbol) and n.definition is None]
        return tuple(sorted(atoms(own), key=lambda s: (s.name, s.kind)))

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
        """The dimension names, sorted."""
        return tuple(sorted(frozenset().union(*(a.names for a in self.axes))))

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
    def varying_exponents(self) -> bool:
        powers = [n.children[1] for n in self.nodes if isinstance(n, Apply) and n.op == "power"]
        return any(_constant(exponent, {}) is None for exponent in powers)

    @cached_property
    def jumps(self) -> bool:
        """Whether anything with a kink or a jump is taken of more than a symbol: it can fail where no sample falls."""
        broken = [n for n in self.nodes if isinstance(n, Apply) and TABLE[n.op].has_pieces]
        return not all(len(n.children) == 1 and _is_plain(n.children[0]) for n in broken)

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
        scope = prod(i.axis.at(dims) for i in self.indices)
        memo: dict[tuple[int, int], int] = {}
        sides = (self.equation.lhs, self.equation.rhs)
        return sum(_work(side, scope, dims, memo) for side in sides)


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
                memo[id(expr)] = arithmetic(expr.op, known)
    return memo[id(expr)]


def arithmetic(op: str, values: list[Fraction]) -> Fraction | None:
    """The result of an operator on exact numbers; None where it has none, or too many digits."""
    a, b = (values * 2)[:2]
    match op:
        case "neg":
            return -a
        case "add":
            return a + b
        case "sub":
            return a - b
        case "scale":
            return a * b
        case "over" if b:
            return a / b
        case "power" if b.denominator == 1 and abs(b) <= 1000 and (a or b >= 0):
            size = max(a.numerator.bit_length(), a.denominator.bit_length())
            return a ** int(b) if size < 200 else None
    return None


def _is_plain(expr: Expr) -> bool:
    """A symbol, a component of one, or a multiple of it by a number."""
    match expr:
        case Symbol():
            return expr.definition is None and not expr.of
        case Apply(op="neg" | "transpose" | "component" | "vec"):
            return _is_plain(expr.children[0])
        case Apply(op="scale"):
            return isinstance(expr.children[0], Number) and _is_plain(expr.children[1])
    return False


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
                variables = sum(prod(a.at(dims) for a in s.shape.axes) for s in expr.of)
                own *= max(1, variables)
        case Sum():
            inner = scope * prod(i.axis.at(dims) for i in expr.indices)
        case Apply(op="diff" | "grad" | "jacobian" | "hessian"):
            by = expr.children[1:] * (2 if expr.op == "hessian" else 1)
            inner = scope * prod(3 * prod(a.at(dims) for a in x.shape.axes) for x in by)
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


def parameters(claim: Claim) -> dict[str, Any]:
    """The integer symbols of a claim, by name."""
    return {s.name: s for s in claim.symbols if "integer" in s.properties and s.shape.is_scalar}
