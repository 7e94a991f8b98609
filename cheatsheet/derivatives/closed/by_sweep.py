"""What the sweep finds of a derivative, the way round that the layout has it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from cheatsheet.calculus.differentials import NoDifferential, differentiate
from cheatsheet.derivatives.closed.differential import Differential
from cheatsheet.derivatives.closed.length import length
from cheatsheet.derivatives.closed.linear_maps import NotLinearError
from cheatsheet.derivatives.closed.rewritten import rewritten
from cheatsheet.derivatives.closed.stages import DEEP, NoStagesError, by_stages
from cheatsheet.derivatives.closed.sweep import NoSweepError, gradient, jacobian
from cheatsheet.derivatives.closed.tidying import tidied, turned_round
from cheatsheet.language.expressions import Equation, Expr, Number, Symbol, inline_definitions, symbols
from cheatsheet.language.table import ShapeError

FAILURES = (NoSweepError, NoStagesError, NoDifferential, NotLinearError, ShapeError)


def staged(linear: Differential, deep: int = DEEP) -> tuple[Expr, list[Equation]] | None:
    """The derivative of a function of functions of functions, and what was proved of its stages.

    None where a function is not so deep (more than ``deep`` inside one another), or a stage could not be shown.
    """
    function = _function(linear)
    if function is None or len(linear.variables) > 1:
        return None
    (variable,) = linear.variables
    if not isinstance(variable, Symbol) or not (function.shape.is_scalar or _are_vectors(function, variable)):
        return None
    try:
        result, lemmas = by_stages(function, variable, deep)
        return _laid(result, linear, function), lemmas
    except FAILURES:
        return None


def swept(linear: Differential) -> Iterator[Expr]:
    """The derivative in matrix notation, where the sweep reaches; at most one form."""
    try:
        found = _derivative(linear)
    except FAILURES:
        return
    if found is not None:
        yield found


def _function(linear: Differential) -> Expr | None:
    """The function in the words that suit the sweep; None where it has no place for an abstract function."""
    function = rewritten(inline_definitions(linear.derivative.children[0]))
    plain = linear.form is not None and all(isinstance(v, Symbol) and not v.of for v in linear.variables)
    return function if plain and not any(s.of for s in symbols(function)) else None


def _are_vectors(*exprs: Expr) -> bool:
    return all(e.shape.is_vector for e in exprs)


def _derivative(linear: Differential) -> Expr | None:
    function = _function(linear)
    if function is None:
        return None
    first, *others = (v for v in linear.variables if isinstance(v, Symbol))
    if others:
        if not function.shape.is_scalar or len(others) > 1 or not _are_vectors(*linear.variables):
            return None
        result = jacobian(gradient(function, first), others[0])
        return turned_round(result) if linear.sources[0][0] == 2 else result
    if function.shape.is_scalar and not first.shape.is_scalar:
        return _laid(gradient(function, first), linear, function)
    if first.shape.is_scalar:
        return _laid(_by_a_number(function, first), linear, function)
    if _are_vectors(function, first):
        return _laid(jacobian(function, first), linear, function)
    return None


def _by_a_number(function: Expr, variable: Symbol) -> Expr:
    """The shorter of what the differential says and what the sweep says, which only numbers have."""
    form = differentiate(function, {variable: Number(1)})
    found = Number(0) if form is None else tidied(form)
    if function.shape.is_scalar:
        with suppress(*FAILURES):
            return min(found, gradient(function, variable), key=length)
    return found


def _laid(result: Expr, linear: Differential, function: Expr) -> Expr:
    """A gradient, a Jacobian by rows of the function, or a derivative by a scalar, as the layout has it."""
    if len(linear.sources) < 2:
        return result if result.shape.agrees(linear.derivative.shape) else turned_round(result)
    return turned_round(result) if linear.sources[0] > linear.sources[1] else result
