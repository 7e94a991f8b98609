"""The closed form of a derivative, and its entry by components."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from cheatsheet.closed.blocks import assembled
from cheatsheet.closed.differential import Differential, Source, differential, symbol_of
from cheatsheet.closed.entries import IndexNames, at_units, entry, spelled
from cheatsheet.closed.networks import NoMatrixFormError
from cheatsheet.closed.products import length
from cheatsheet.closed.views import Block, View
from cheatsheet.expressions import (
    Apply,
    Equation,
    Expr,
    Index,
    Number,
    Sum,
    free_indices,
    inline_definitions,
    rebuild,
    substitute,
    symbols,
    walk,
)
from cheatsheet.indices.prove import prove
from cheatsheet.indices.spelling import component
from cheatsheet.indices.terms import NoIndexForm
from cheatsheet.operators.row import ShapeError, build

DERIVATIVES = ("diff", "grad", "jacobian", "hessian")
Seen = list[tuple[View, list[Block]]]


class NoClosedFormError(Exception):
    """The derivative could not be brought into a form that is proved; the text says why."""


def closed_form(derivative: Apply) -> ClosedForm:
    """The derivative in matrix notation and by components, both proved equal to it.

    >>> from cheatsheet.dimensions import Axis, Shape
    >>> from cheatsheet.elaborate import Declarations, elaborate_expression
    >>> from cheatsheet.expressions import Symbol
    >>> m, n = Axis.of("m"), Axis.of("n")
    >>> given = {"A": Symbol("A", Shape.matrix(m, n)), "x": Symbol("x", Shape.vector(n))}
    >>> given["b"] = Symbol("b", Shape.vector(m))
    >>> declared = Declarations(given, "denominator")
    >>> closed_form(elaborate_expression("diff(norm(A @ x - b) ** 2, x)", declared)).result
    2 * A.T @ (A @ x - b)
    >>> closed_form(elaborate_expression("diff(b @ x.T, x)", declared)).entry
    delta(i, j) * b[k]

    Raises :class:`~cheatsheet.indices.differentials.NoDifferential` for an operator without a rule, and
    :class:`NoClosedFormError` where nothing could be proved.
    """
    function, *variables = (inline_definitions(child) for child in derivative.children)
    inner = worked_out(function)
    resolved = build(derivative.op, inner, *variables, params=derivative.params)
    linear = differential(resolved)
    names = IndexNames(_names_in_use(resolved))
    index_names = {source: names.fresh() for source in linear.sources}
    seen = list(_views(linear, index_names))
    indices = tuple(Index(index_names[s], linear.axis(s)) for s in linear.sources)
    return ClosedForm(derivative, linear, indices, names, seen)


@dataclass(frozen=True)
class ClosedForm:
    """A derivative worked out; ``indices`` has one index for each axis that needs one, in the order of the axes."""

    derivative: Apply
    linear: Differential
    indices: tuple[Index, ...]
    names: IndexNames
    seen: Seen

    @cached_property
    def result(self) -> Expr | None:
        """The derivative in matrix notation, the shortest form that is proved; None for a tensor."""
        if self.derivative.shape.is_tensor:
            return None
        candidates = sorted(self._forms(), key=length)
        if _is_abstract(self.linear.derivative):
            candidates.append(self.linear.derivative)
        for candidate in candidates:
            if prove(Equation(self.derivative, candidate)):
                return candidate
        raise NoClosedFormError(f"no closed form of {self.derivative} was found")

    @cached_property
    def entry(self) -> Expr:
        """The component at ``indices``, in the claim language."""
        whole = component(self.derivative, list(self.indices)) if self.indices else self.derivative
        for candidate in self._entries():
            if prove(Equation(whole, candidate)):
                return candidate
        if self.result is None:
            return whole
        return entry(self.result, list(self.indices))

    def _forms(self) -> Iterator[Expr]:
        for view, blocks in self.seen:
            try:
                yield inline_definitions(assembled(self.derivative.shape, view, blocks))
            except (NoMatrixFormError, ShapeError):
                continue

    def _entries(self) -> Iterator[Expr]:
        """The component written out where no axis is made of others; else with units for the increments."""
        plain = all(i.axis.kind in ("name", "integer") for i in self.indices)
        for view, blocks in self.seen:
            if plain and len(blocks) < 2 and not view.atoms.has_crosses:
                names = self.names.again()
                yield spelled(blocks[0].terms, view.atoms, view.reader, names) if blocks else Number(0)
        if self.derivative.shape.is_tensor and self.linear.form is not None:
            yield from _by_units(self.linear, self.indices)


def _by_units(linear: Differential, indices: tuple[Index, ...]) -> Iterator[Expr]:
    """The component of the differential where each variable moves in the direction of one of its entries."""
    at: dict[Source, Index] = dict(zip(linear.sources, indices, strict=True))
    units = {}
    for group, (variable, increment) in enumerate(
        zip(linear.variables, linear.increments, strict=True), start=1
    ):
        if variable != symbol_of(variable):
            return
        unit: Expr = Number(1)
        places = [at[s] for s in sorted(at) if s[0] == group]
        for number, place in enumerate(places):
            vector = build("unit", place, place.axis)
            across = number == 1 or variable.shape.rows.is_one
            unit = vector if unit == Number(1) else build("matmul", unit, build("transpose", vector))
            if across and len(places) == 1:
                unit = build("transpose", vector)
        units[increment] = unit
    assert linear.form is not None
    own = [at[s] for s in sorted(at) if s[0] == 0]
    yield component(at_units(linear.form, units), own)


def worked_out(expr: Expr) -> Expr:
    """The expression with every derivative inside it in closed form, as far as there is one."""
    match expr:
        case Apply(op="component", args=(Apply() as inner, *places)) if inner.op in DERIVATIVES:
            if inner.shape.is_tensor:
                closed = closed_form(inner)
                given = zip(closed.indices, places, strict=True)
                return substitute(closed.entry, {str(i.name): p for i, p in given if isinstance(p, Index)})
        case Apply() if expr.op in DERIVATIVES:
            result = closed_form(expr).result
            return expr if result is None else result
    return rebuild(expr, worked_out)


def _is_abstract(expr: Expr) -> bool:
    """Whether the expression has functions that are only declared."""
    return any(symbol.of for symbol in symbols(expr))


def _names_in_use(expr: Expr) -> set[str]:
    taken = set(free_indices(expr))
    for node in walk(expr):
        taken |= node.shape.names
        if isinstance(node, Sum):
            taken |= {str(i.name) for i in node.indices}
    for symbol in symbols(expr):
        taken |= {symbol.name, *(s.name for s in symbol.of)}
    return taken


def _views(linear: Differential, names: dict[Source, str]) -> Iterator[tuple[View, list[Block]]]:
    """The views that the index calculus can give; the second where taking sums apart may make a difference."""
    for expanded in (False, True):
        view = View(linear, names, expanded)
        try:
            yield view, list(view.blocks())
        except (NoIndexForm, NoMatrixFormError, ShapeError):
            continue
        if not view.atoms.divisible:
            return
