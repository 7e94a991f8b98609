"""One term of the index form as a network: matrices are edges between indices, vectors hang on an index.

An index that is summed over disappears: with one edge it is a matrix times a vector, with two a matrix product, with a
loop a trace. What remains joins the free indices.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from cheatsheet.calculus.terms import Idx
from cheatsheet.derivatives.closed.products import Chain, chain_expression, factors_of, hadamard, turned_chain
from cheatsheet.derivatives.closed.transposes import column
from cheatsheet.language.dimensions import Axis
from cheatsheet.language.expressions import Apply, Expr, Index, Size, walk
from cheatsheet.language.table import build


class NoMatrixFormError(Exception):
    """No product of matrices has these components."""


class Pin:
    """A place that is fixed: a position, or an index that the expression itself names."""

    def __init__(self, index: Index) -> None:
        self.index = index


Node = Idx | Pin
Weight = tuple[Chain, Fraction]


@dataclass(frozen=True)
class Edge:
    """A matrix between two indices, as the chain of products that leads from ``a`` to ``b``."""

    a: Node
    b: Node
    chain: Chain

    def towards(self, node: Node) -> Edge:
        """The same edge, leading to the node."""
        return self if self.b is node else Edge(self.b, self.a, turned_chain(self.chain))

    def leaving(self, node: Node) -> Edge:
        return self if self.a is node else Edge(self.b, self.a, turned_chain(self.chain))


class Network:
    """A product of components; ``axis_of`` gives the axis of an index as the expression has it."""

    def __init__(self, axis_of: Callable[[Axis], Axis]) -> None:
        self.axis_of = axis_of
        self.weights: dict[Node, list[Weight]] = {}
        self.edges: list[Edge] = []
        self.scalars: list[tuple[Expr, Fraction]] = []
        self.bound: set[Node] = set()
        self.traced: set[Node] = set()

    def axis(self, node: Node) -> Axis:
        return self.axis_of(node.axis) if isinstance(node, Idx) else node.index.axis

    def weigh(self, node: Node, expr: Expr, exponent: Fraction = Fraction(1)) -> None:
        chain = factors_of(column(expr)) if exponent == 1 else (column(expr),)
        self.weights.setdefault(node, []).append((chain, exponent))

    def join(self, a: Node, b: Node, expr: Expr, exponent: Fraction = Fraction(1)) -> None:
        if a is b:
            self.weigh(a, build("diag", expr), exponent)
        else:
            chain = factors_of(expr) if exponent == 1 else (hadamard([(expr, exponent)]),)
            self.edges.append(Edge(a, b, chain))

    # --- what hangs on an index ------------------------------------------------------------------------------------

    def at(self, node: Node) -> list[Edge]:
        return [e for e in self.edges if e.a is node or e.b is node]

    def vector(self, node: Node) -> Chain | None:
        """The product of all vectors at an index, a column; None where there is none."""
        weights = self.weights.get(node, [])
        if not weights:
            return None
        if len(weights) == 1 and weights[0][1] == 1:
            return weights[0][0]
        return (hadamard((chain_expression(c, self.axis(node)), e) for c, e in weights),)

    def diagonal(self, node: Node) -> Chain:
        """The vectors at an index as a diagonal matrix; nothing where there are none."""
        vector = self.vector(node)
        return () if vector is None else (build("diag", chain_expression(vector, self.axis(node))),)

    def ones(self, node: Node) -> Expr:
        return build("ones", self.axis(node))

    # --- summation -------------------------------------------------------------------------------------------------

    def contract(self, bound: set[Node]) -> None:
        """Sum over the indices; raises :class:`NoMatrixFormError` where no matrix operation does it."""
        self.bound = bound
        remaining = set(bound)
        while remaining:
            self.merge_parallel()
            node = min(remaining, key=lambda n: (len(self.at(n)), _order(n)))
            self.sum_over(node)
            remaining -= {node} | self.traced
        self.merge_parallel()

    def merge_parallel(self) -> None:
        """Two matrices between the same indices are multiplied element by element."""
        merged: dict[object, Edge] = {}
        for number, edge in enumerate(self.edges):
            key: object = frozenset((edge.a, edge.b))
            if self.is_trace(edge):
                key = number
            if key in merged:
                other = merged[key]
                axis = self.axis(other.a)
                own = edge.towards(other.b)
                both = [(chain_expression(e.chain, axis), Fraction(1)) for e in (other, own)]
                edge = Edge(other.a, other.b, (hadamard(both),))
            merged[key] = edge
        self.edges = list(merged.values())

    def is_trace(self, edge: Edge) -> bool:
        """Whether the edge and another one are all there is at two indices that are summed over."""
        return all(
            n in self.bound and not self.weights.get(n) and len(self.at(n)) == 2 for n in (edge.a, edge.b)
        )

    def sum_over(self, node: Node) -> None:
        edges = self.at(node)
        own = self.vector(node)
        if len(edges) > 2:
            raise NoMatrixFormError("an index shared by three matrices")
        self.edges = [e for e in self.edges if e not in edges]
        weights = self.weights.pop(node, [])
        if not edges:
            self.scalars.append((self.total(node, weights), Fraction(1)))
        elif len(edges) == 1:
            edge = edges[0].towards(node)
            chain = (*edge.chain, *(own or (self.ones(node),)))
            self.weights.setdefault(edge.a, []).append((chain, Fraction(1)))
        else:
            into, out = edges[0].towards(node), edges[1].leaving(node)
            self.weights[node] = weights
            self.link(into.a, out.b, (*into.chain, *self.diagonal(node), *out.chain))
            del self.weights[node]

    def link(self, a: Node, b: Node, chain: Chain) -> None:
        """An edge between two indices, or what a loop back to one index is."""
        if a is not b:
            self.edges.append(Edge(a, b, chain))
        elif a in self.bound and not self.at(a) and not self.weights.get(a):
            self.scalars.append((trace(chain), Fraction(1)))
            self.traced.add(a)
        else:
            whole = build("diag", chain_expression(chain, self.axis(a)))
            self.weights.setdefault(a, []).append(((whole,), Fraction(1)))

    def total(self, node: Node, weights: list[Weight]) -> Expr:
        """The sum over an index of the product of vectors."""
        axis = self.axis(node)
        if not weights:
            return Size(axis)
        if len(weights) == 1 and weights[0][1] == 1:
            chain = weights[0][0]
            if len(chain) > 1 and isinstance(last := chain[-1], Apply) and last.op == "ones":
                chain = chain[:-1]
            vector = chain_expression(chain, axis)
            if isinstance(vector, Apply) and vector.op == "diag":
                return build("tr", vector.children[0])
            return build("total", vector)
        if len(weights) == 1 and weights[0][1] == 2:
            return inner_product(weights[0][0], weights[0][0])
        if len(weights) == 2 and all(e == 1 for _, e in weights):
            return inner_product(weights[0][0], weights[1][0])
        return build("total", hadamard((chain_expression(c, axis), e) for c, e in weights))


def inner_product(a: Chain, b: Chain) -> Expr:
    """``aᵀ b``, the way round that needs fewer transposes."""
    forms = [chain_expression((*turned_chain(x), *y), x[0].shape.rows) for x, y in ((a, b), (b, a))]
    return min(forms, key=lambda e: (_transposes(e), -_place_of_derivative(e)))


def trace(chain: Chain) -> Expr:
    """The trace of a product, the factors turned round to the form with the fewest transposes."""
    rotations = [chain[k:] + chain[:k] for k in range(len(chain))]
    both = [c for rotation in rotations for c in (rotation, turned_chain(rotation))]
    forms = [build("tr", chain_expression(c, c[0].shape.rows)) for c in both]
    return min(forms, key=lambda e: (_transposes(e), -_place_of_derivative(e)))


def _transposes(expr: Expr) -> int:
    return sum(isinstance(node, Apply) and node.op == "transpose" for node in walk(expr))


def _place_of_derivative(expr: Expr) -> int:
    """Where an abstract derivative stands: it is usually written last."""
    places = [k for k, n in enumerate(walk(expr)) if isinstance(n, Apply) and n.op == "diff"]
    return min(places, default=0)


def _order(node: Node) -> int:
    return node.number if isinstance(node, Idx) else -1
