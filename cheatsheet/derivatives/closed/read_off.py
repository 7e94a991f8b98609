"""Terms of the index form read as products of matrices with given rows and columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction

from cheatsheet.calculus.components import Components
from cheatsheet.calculus.errors import NoIndexForm
from cheatsheet.calculus.factors import Delta, Dimension, Entry, JetEntry, Pi, Prime
from cheatsheet.calculus.index_values import Placed, Value, with_leaves
from cheatsheet.calculus.terms import Factor, Idx, Place, Term
from cheatsheet.calculus.to_expression import component
from cheatsheet.derivatives.closed.block_parts import selected
from cheatsheet.derivatives.closed.index_names import IndexNames
from cheatsheet.derivatives.closed.kronecker import kronecker
from cheatsheet.derivatives.closed.length import length
from cheatsheet.derivatives.closed.networks import Edge, Network, Node, NoMatrixFormError, Pin
from cheatsheet.derivatives.closed.products import (
    Chain,
    Product,
    chain_expression,
    product,
    turned_chain,
    written,
)
from cheatsheet.derivatives.closed.transposes import column
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
    walk,
)
from cheatsheet.language.layouts import arrange
from cheatsheet.language.table import build


class Reader:
    """Reads terms; ``meaning`` says what their symbols stand for, ``layout`` how abstract derivatives are laid out."""

    def __init__(
        self,
        meaning: Mapping[Symbol, Expr],
        axis_of: Callable[[Axis], Axis],
        layout: str,
        names: IndexNames,
        summed: Mapping[Idx, Index] | None = None,
    ) -> None:
        self.meaning = meaning
        self.axis_of = axis_of
        self.layout = layout
        self.names = names
        self.constants: dict[Expr, Fraction | None] = {}
        self.summed = summed or {}

    def product(
        self, coefficient: Fraction, term: Term, rows: tuple[Idx, ...], cols: tuple[Idx, ...], shape: Shape
    ) -> Product:
        """The term as a product of the given shape; raises :class:`NoMatrixFormError`."""
        loose = _indices_of_tensors(term, {*rows, *cols})
        if not loose:
            return self.contracted(coefficient, term, rows, cols, shape)
        names = self.names.again()
        summed = {i: Index(names.fresh(), self.axis_of(i.axis)) for i in loose}
        within = Reader(self.meaning, self.axis_of, self.layout, self.names, summed)
        inner = Term(term.factors, term.bound - loose)
        body = written(within.contracted(Fraction(1), inner, rows, cols, shape))
        whole = Sum(body, tuple(summed.values()))
        if shape.is_scalar:
            return product(coefficient, [(whole, Fraction(1))], (), shape)
        return product(coefficient, [], (whole,), shape)

    def contracted(
        self, coefficient: Fraction, term: Term, rows: tuple[Idx, ...], cols: tuple[Idx, ...], shape: Shape
    ) -> Product:
        """The term with every bound index summed over."""
        terminals = {*rows, *cols}
        network = Network(self.axis_of)
        for factor, exponent in term.factors:
            self.add(network, factor, exponent, term.bound | terminals)
        bound: set[Node] = set(term.bound)
        for pin in _joined_to(network, terminals):
            network.weigh(pin, build("unit", pin.index, pin.index.axis))
            bound.add(pin)
        network.contract(bound)
        _fixed(network)
        chain = read_off(network, rows, cols)
        scalars = []
        for scalar, exponent in network.scalars:
            value = self.constant(scalar)
            if value is None:
                scalars.append((scalar, exponent))
            else:
                coefficient *= value ** int(exponent)
        return product(coefficient, scalars, chain, shape)

    def constant(self, scalar: Expr) -> Fraction | None:
        """The value of a sum that is always the same, as the sum of ``x - sum(x) / n * ones(n)`` is."""
        if not (isinstance(scalar, Apply) and scalar.op in ("total", "tr", "matmul")):
            return None
        if scalar not in self.constants:
            self.constants[scalar] = constant_of(scalar)
        return self.constants[scalar]

    # --- factors ---------------------------------------------------------------------------------------------------

    def add(self, network: Network, factor: Factor, exponent: Fraction, nodes: Iterable[Node]) -> None:
        match factor:
            case Entry(of=Placed() as placed):
                remaining = iter(factor.places)
                values = [with_leaves(v, remaining) for v in placed.values]
                self.attach(network, self.meaning[placed.symbol], values, exponent, nodes)
            case Entry(of=Symbol() as symbol):
                self.attach(network, self.meaning[symbol], factor.places, exponent, nodes)
            case JetEntry():
                expr, places = self.derivative(factor, nodes)
                self.attach(network, expr, places, exponent, nodes)
            case Delta():
                self.equate(network, factor.places, nodes)
            case Dimension():
                network.scalars.append((Size(self.axis_of(Axis.of(factor.name))), exponent))
            case Pi():
                network.scalars.append((build("pi"), exponent))
            case Prime():
                network.scalars.append((Number(factor.number), exponent))
            case _:
                raise NoMatrixFormError(f"{factor.head} is no matrix")

    def attach(
        self,
        network: Network,
        expr: Expr,
        values: Iterable[Value],
        exponent: Fraction,
        nodes: Iterable[Node],
    ) -> None:
        """A symbol at its indices: a scalar, a vector that hangs on one, a matrix between two."""
        expr, places = selected(expr, tuple(values))
        axes = expr.shape.free_axes
        found = [self.node(p, axis, nodes) for p, axis in zip(places, axes, strict=True)]
        if not found:
            network.scalars.append((expr, exponent))
        elif len(found) == 1:
            network.weigh(found[0], column(expr), exponent)
        elif len(found) == 2 and all(isinstance(n, Pin) for n in found):
            network.scalars.append(
                (component(expr, [n.index for n in found if isinstance(n, Pin)]), exponent)
            )
        elif len(found) == 2:
            network.join(found[0], found[1], expr, exponent)
        else:
            raise NoMatrixFormError("a tensor")

    def node(self, place: Place, axis: Axis, nodes: Iterable[Node]) -> Node:
        if isinstance(place, int):
            return Pin(Index(place, axis))
        if place in self.summed:
            return Pin(self.summed[place])
        return place if place in nodes else Pin(Index(str(place.name), axis))

    def equate(self, network: Network, places: tuple[Place, ...], nodes: Iterable[Node]) -> None:
        axis = self.axis_of(next(p.axis for p in places if isinstance(p, Idx)))
        a, b = (self.node(p, axis, nodes) for p in places)
        if isinstance(a, Pin) and isinstance(b, Pin):
            network.scalars.append((build("delta", a.index, b.index), Fraction(1)))
        elif isinstance(a, Pin) or isinstance(b, Pin):
            pin, node = (a, b) if isinstance(a, Pin) else (b, a)
            assert isinstance(pin, Pin)
            network.weigh(node, build("unit", pin.index, axis))
        else:
            network.edges.append(Edge(a, b, ()))

    def derivative(self, factor: JetEntry, nodes: Iterable[Node]) -> tuple[Expr, tuple[Place, ...]]:
        """An abstract derivative in the layout in force, and its places in the order of its axes.

        A function or variable at fixed places is the component there.
        """
        jet = factor.jet
        remaining = iter(factor.places)
        operands, groups = [], []
        for symbol in (jet.symbol, *jet.by):
            expr = self.meaning[symbol]
            places = [next(remaining) for _ in expr.shape.free_axes]
            found = [self.node(p, a, nodes) for p, a in zip(places, expr.shape.free_axes, strict=True)]
            if found and all(isinstance(n, Pin) for n in found):
                expr, places = component(expr, [n.index for n in found if isinstance(n, Pin)]), []
            operands.append(expr)
            groups.append(places)
        own, *by = operands
        sources = arrange(own.shape, tuple(s.shape for s in by), self.layout).sources
        return build("diff", own, *by, params=(self.layout,)), tuple(groups[g][k] for g, k in sources)


def _indices_of_tensors(term: Term, terminals: set[Idx]) -> frozenset[Idx]:
    """The summed indices of abstract functions whose derivative has more than two axes."""
    found: set[Idx] = set()
    for factor, _ in term.factors:
        if isinstance(factor, JetEntry) and sum(p in term.bound or p in terminals for p in factor.places) > 2:
            own = factor.places[: len(factor.jet.symbol.shape.free_axes)]
            found |= {p for p in own if isinstance(p, Idx) and p in term.bound}
    return frozenset(found)


def constant_of(scalar: Expr) -> Fraction | None:
    """The value of a sum that is always the same; None for any other."""
    sums = any(isinstance(n, Apply) and n.op in ("add", "sub") for n in walk(scalar))
    if not sums or free_indices(scalar):
        return None
    try:
        return Components()(scalar).collect().constant
    except NoIndexForm:
        return None


def _joined_to(network: Network, terminals: set[Idx]) -> list[Pin]:
    """The fixed places that are connected with a row or a column."""
    reached: set[Node] = set(terminals)
    grew = True
    while grew:
        grew = False
        for edge in network.edges:
            if (edge.a in reached) != (edge.b in reached):
                reached |= {edge.a, edge.b}
                grew = True
    return [node for node in reached if isinstance(node, Pin)]


def _fixed(network: Network) -> None:
    """What remains at fixed places, as components."""
    for node in [n for n in network.weights if isinstance(n, Pin)]:
        if node in network.bound:
            continue
        for chain, exponent in network.weights.pop(node):
            entry = component(chain_expression(chain, node.index.axis), [node.index])
            network.scalars.append((entry, exponent))
    for edge in list(network.edges):
        if isinstance(edge.a, Pin) and isinstance(edge.b, Pin):
            network.edges.remove(edge)
            both = (edge, Edge(edge.b, edge.a, turned_chain(edge.chain)))
            network.scalars.append((min(map(_entry_of, both), key=length), Fraction(1)))


def _entry_of(edge: Edge) -> Expr:
    assert isinstance(edge.a, Pin)
    assert isinstance(edge.b, Pin)
    return component(chain_expression(edge.chain, edge.a.index.axis), [edge.a.index, edge.b.index])


def read_off(network: Network, rows: tuple[Idx, ...], cols: tuple[Idx, ...]) -> Chain:
    """The chain of products between the row and the column, all other indices being gone."""
    if len(rows) > 1 or len(cols) > 1:
        return kronecker(network, rows, cols)
    if not rows:
        return turned_chain(network.vector(cols[0]) or (network.ones(cols[0]),)) if cols else ()
    if not cols:
        return network.vector(rows[0]) or (network.ones(rows[0]),)
    row, col = rows[0], cols[0]
    joined = [e for e in network.edges if {e.a, e.b} == {row, col}]
    if joined:
        return between(network, joined[0], row, col)
    above, beside = network.vector(row), network.vector(col)
    if above is None and beside is None:
        return (build("ones", network.axis(row), network.axis(col)),)
    return (*(above or (network.ones(row),)), *turned_chain(beside or (network.ones(col),)))


def between(network: Network, edge: Edge, row: Idx, col: Idx) -> Chain:
    """The matrix of an edge, its rows and columns scaled by what hangs on them."""
    chain = edge.leaving(row).chain
    if not chain:
        network.weights[row] = network.weights.pop(row, []) + network.weights.pop(col, [])
    return (*network.diagonal(row), *chain, *network.diagonal(col))
