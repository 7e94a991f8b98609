"""The differential behind a derivative: linear in one increment for each variable."""

from __future__ import annotations

from dataclasses import dataclass

from cheatsheet.calculus.differentials import differentiate
from cheatsheet.language.dimensions import Axis
from cheatsheet.language.display import one_line, short
from cheatsheet.language.expressions import Apply, Expr, Symbol
from cheatsheet.language.table import sources, variables

Source = tuple[int, int]


@dataclass(frozen=True)
class Differential:
    """``form`` is linear in each increment (None if nothing varies); ``variables`` are what is differentiated by.

    ``sources`` says for each axis of the derivative that needs an index where it comes from: the group (0 the
    function, 1, 2, … the variables) and the number of the axis within it.
    """

    derivative: Apply
    form: Expr | None
    variables: tuple[Expr, ...]
    increments: tuple[Symbol, ...]
    sources: tuple[Source, ...]

    def __repr__(self) -> str:
        return one_line(self, short(self.derivative))

    def axis(self, source: Source) -> Axis:
        group, number = source
        operand = self.derivative.children[0] if group == 0 else self.variables[group - 1]
        return operand.shape.free_axes[number]


def differential(derivative: Apply) -> Differential:
    """The differential of the function of a derivative.

    Raises :class:`~cheatsheet.calculus.differentials.NoDifferential` for an operator without a rule.
    """
    form: Expr | None = derivative.children[0]
    by, increments = variables(derivative), []
    for number, variable in enumerate(by):
        symbol = symbol_of(variable)
        increment = Symbol(f"∂{number}{symbol.name}", symbol.shape, kind="differential")
        increments.append(increment)
        form = None if form is None else differentiate(form, {symbol: increment})
    return Differential(derivative, form, by, tuple(increments), sources(derivative))


def symbol_of(variable: Expr) -> Symbol:
    """The symbol behind a variable: ``x`` of ``x.T``, ``vec(x)`` and ``x[i]``."""
    if isinstance(variable, Symbol):
        return variable
    inner = variable.children[0]
    assert isinstance(inner, Symbol)
    return inner
