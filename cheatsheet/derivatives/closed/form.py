"""The closed form of a derivative, and its entry by components."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cached_property

from cheatsheet.calculus.differentials import NoDifferential
from cheatsheet.calculus.errors import NoIndexForm
from cheatsheet.calculus.instances import with_letters, with_numbers, with_numbers_of_axis
from cheatsheet.calculus.prove import prove
from cheatsheet.calculus.to_expression import component
from cheatsheet.derivatives.closed.blocks import assembled
from cheatsheet.derivatives.closed.by_entries import by_entries
from cheatsheet.derivatives.closed.by_sweep import staged, swept
from cheatsheet.derivatives.closed.differential import Differential, Source, differential
from cheatsheet.derivatives.closed.entries import spelled
from cheatsheet.derivatives.closed.entrywise import entry
from cheatsheet.derivatives.closed.index_names import IndexNames
from cheatsheet.derivatives.closed.linear_maps import NotLinearError
from cheatsheet.derivatives.closed.networks import NoMatrixFormError
from cheatsheet.derivatives.closed.over_basis import entry_by_units, sum_over_units
from cheatsheet.derivatives.closed.projections import projected_once
from cheatsheet.derivatives.closed.stages import DEEP
from cheatsheet.derivatives.closed.vectorised import by_vectorising
from cheatsheet.derivatives.closed.views import Block, View
from cheatsheet.language.display import one_line, short
from cheatsheet.language.expressions import (
    Apply,
    Equation,
    Expr,
    Index,
    Sum,
    free_indices,
    inline_definitions,
    rebuild,
    substitute,
    symbols,
    walk,
)
from cheatsheet.language.table import ShapeError, build, differentiation

Seen = tuple[View, list[Block] | None]
FAILURES = (NoIndexForm, NoMatrixFormError, ShapeError)
MOST_CHECKED = 3
"""How many forms are checked at points where none is proved."""


class NoClosedFormError(Exception):
    """The derivative could not be brought into a form that is proved; the text says why."""


def closed_form(derivative: Apply, layout: str | None = None) -> ClosedForm:
    """The derivative in matrix notation and by components, both shown to be equal to it.

    ``layout`` is the one in force, in which abstract derivatives are written; by default that of the derivative.

    >>> from cheatsheet.language.dimensions import Axis, Shape
    >>> from cheatsheet.language.elaborate import Declarations, elaborate_expression
    >>> from cheatsheet.language.expressions import Symbol
    >>> m, n = Axis.of("m"), Axis.of("n")
    >>> given = {"A": Symbol("A", Shape.matrix(m, n)), "x": Symbol("x", Shape.vector(n))}
    >>> given["b"] = Symbol("b", Shape.vector(m))
    >>> declared = Declarations(given, "denominator")
    >>> closed_form(elaborate_expression("diff(norm(A @ x - b) ** 2, x)", declared)).result
    2 * A.T @ (A @ x - b)
    >>> closed_form(elaborate_expression("diff(b @ x.T, x)", declared)).entry
    delta(i, j) * b[k]

    Raises :class:`~cheatsheet.calculus.differentials.NoDifferential` for an operator without a rule; ``result`` and
    ``entry`` raise :class:`NoClosedFormError` where nothing could be shown.
    """
    layout = layout or (derivative.params[0] if derivative.op == "diff" else "mixed")
    for general in with_letters(derivative):
        try:
            return _at_sizes(derivative, _closed_form(general, layout), layout)
        except (NoClosedFormError, NoDifferential):
            continue
    return _closed_form(derivative, layout)


def _closed_form(derivative: Apply, layout: str) -> ClosedForm:
    function, *variables = (inline_definitions(child) for child in derivative.children)
    plain = build(derivative.op, worked_out(function, layout), *variables, params=derivative.params)
    return ClosedForm(derivative, differential(plain), layout)


def _at_sizes(derivative: Apply, general: ClosedForm, layout: str) -> ClosedForm:
    """The closed form for letters with the numbers that they stand for."""
    result, entry = general.result, general.entry
    own = ClosedForm(derivative, general.linear, layout)
    own.indices = tuple(Index(i.name, with_numbers_of_axis(i.axis)) for i in general.indices)
    own.__dict__["result"] = None if result is None else by_entries(with_numbers(result))
    own.__dict__["entry"] = with_numbers(entry)
    own.general, own.lemmas = general, general.lemmas
    return own


class ClosedForm:
    """A derivative worked out; ``indices`` has one index for each axis that needs one, in the order of the axes."""

    def __init__(self, derivative: Apply, linear: Differential, layout: str) -> None:
        self.derivative = derivative
        self.linear = linear
        self.layout = layout
        self.names = IndexNames(_names_in_use(linear.derivative))
        self.index_names: dict[Source, str] = {source: self.names.fresh() for source in linear.sources}
        self.indices = tuple(Index(self.index_names[s], linear.axis(s)) for s in linear.sources)
        self.lemmas: list[Equation] = []
        """What was proved of the stages of a deep function, for which :attr:`result` follows by the chain rule."""
        self.general: ClosedForm = self
        """The closed form with letters for sizes of which this is an instance."""

    def __repr__(self) -> str:
        return one_line(self, short(self.derivative))

    @cached_property
    def result(self) -> Expr | None:
        """The derivative in matrix notation, the shortest form that holds; None for a tensor."""
        return None if self._is_tensor else projected_once(by_entries(self._as_matrices()))

    def _as_matrices(self) -> Expr:
        found = self._by_stages(DEEP)
        if found is not None:
            result, self.lemmas = found
            return result
        candidates: list[Expr] = []
        found = self._first_proved(self._candidates(), candidates) or self._by_stages(1)
        found = found or self._first_proved(self._last_resorts(), candidates)
        if found is not None:
            result, self.lemmas = found
            return result
        for candidate in candidates[:MOST_CHECKED]:
            if _agrees(self.derivative, candidate):
                return candidate
        raise NoClosedFormError(f"no closed form of {self.derivative} was found")

    def _by_stages(self, deep: int) -> tuple[Expr, list[Equation]] | None:
        """What the chain rule makes of proved stages, where points do not show that they were joined wrongly."""
        found = staged(self.linear, deep)
        return found if found is not None and not _is_refuted(self.derivative, found[0]) else None

    def _first_proved(
        self, candidates: Iterable[Expr], seen: list[Expr]
    ) -> tuple[Expr, list[Equation]] | None:
        """The first of the forms that is proved; the others are added to those seen."""
        for candidate in candidates:
            # The derivatives inside were proved equal to their closed forms, which stand in their places here.
            if prove(Equation(self.linear.derivative, candidate)):
                return candidate, []
            seen.append(candidate)
        return None

    @cached_property
    def entry(self) -> Expr:
        """The component at ``indices``, in the claim language."""
        derivative = self.linear.derivative
        if self.result is not None and self.lemmas:
            return entry(self.result, list(self.indices))
        whole = component(derivative, list(self.indices)) if self.indices else derivative
        for candidate in self._entries():
            if prove(Equation(whole, candidate)) or (self._is_tensor and _agrees(whole, candidate)):
                return candidate
        if self.result is not None:
            return entry(self.result, list(self.indices))
        if self._is_abstract:
            return whole
        raise NoClosedFormError(f"no component of {self.derivative} was found")

    @property
    def _is_tensor(self) -> bool:
        return self.derivative.shape.is_tensor

    @property
    def _is_abstract(self) -> bool:
        """Whether there are functions that are only declared, whose derivatives stay what they are."""
        return any(symbol.of for symbol in symbols(self.linear.derivative))

    # --- candidates --------------------------------------------------------------------------------------------------

    def views(self) -> Iterator[Seen]:
        """The derivative in index form, the axes split first and then, where that does not do, left whole."""
        yield self._split
        yield self._whole

    @cached_property
    def _split(self) -> Seen:
        return self._view(plain=False)

    @cached_property
    def _whole(self) -> Seen:
        return self._view(plain=True)

    def _view(self, plain: bool) -> Seen:
        view = View(self.linear, self.index_names, self.names, self.layout, plain)
        try:
            return view, list(view.blocks())
        except FAILURES:
            return view, None

    def _candidates(self) -> Iterator[Expr]:
        """Forms in matrix notation, the most readable first."""
        yield from swept(self.linear)
        for view, blocks in self.views():
            if blocks is None:
                continue
            try:
                yield inline_definitions(assembled(self.derivative.shape, view, blocks))
                break
            except FAILURES:
                continue
        with suppress(NotLinearError, ShapeError):
            if (vectorised := by_vectorising(self.linear)) is not None:
                yield vectorised

    def _last_resorts(self) -> Iterator[Expr]:
        """What always exists."""
        yield from sum_over_units(self.linear, self.names.again(), self.layout)
        if self._is_abstract:
            yield self.linear.derivative

    def _entries(self) -> Iterator[Expr]:
        """The component written out where no axis is made of others; else with units for the increments."""
        if all(i.axis.kind in ("name", "integer") for i in self.indices):
            for view, blocks in self.views():
                if blocks is not None and len(blocks) < 2 and not view.atoms.has_crosses:
                    terms = blocks[0].terms if blocks else ()
                    with suppress(*FAILURES):
                        yield spelled(terms, view.atoms, view.reader, self.names.again())
                    break
        if self._is_tensor:
            yield from entry_by_units(self.linear, self.indices, self.layout)


def _agrees(derivative: Expr, candidate: Expr) -> bool:
    """Whether the two agree at points of many dimensions, for want of a proof."""
    from cheatsheet.verdicts.check import verify  # loaded only where there is no proof

    return verify(Equation(derivative, candidate)).holds


def _is_refuted(derivative: Expr, candidate: Expr) -> bool:
    """Whether the two differ somewhere, whatever a proof would say."""
    from cheatsheet.verdicts.check import verify
    from cheatsheet.verdicts.verdicts import TierDisagreement

    try:
        return verify(Equation(derivative, candidate), prover=lambda _: True).status == "refuted"
    except TierDisagreement:
        return True


def worked_out(expr: Expr, layout: str) -> Expr:
    """The expression with every derivative inside it in closed form, as far as there is one."""
    match expr:
        case Apply(op="component", args=(Apply() as inner, *places)) if differentiation(inner):
            if inner.shape.is_tensor:
                closed = closed_form(inner, layout)
                given = zip(closed.indices, places, strict=True)
                return substitute(closed.entry, {str(i.name): p for i, p in given if isinstance(p, Index)})
        case Apply() if differentiation(expr):
            result = closed_form(expr, layout).result
            return expr if result is None else result
    return rebuild(expr, lambda child: worked_out(child, layout))


def _names_in_use(expr: Expr) -> set[str]:
    taken = set(free_indices(expr))
    for node in walk(expr):
        taken |= node.shape.names
        if isinstance(node, Sum):
            taken |= {str(i.name) for i in node.indices}
    for symbol in symbols(expr):
        taken |= {symbol.name, *(s.name for s in symbol.of)}
    return taken
