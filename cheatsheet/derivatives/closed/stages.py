"""Functions of functions of functions, by stages: each is proved by itself, and the chain rule joins them.

A stage is what stands between a nonlinear function and those inside it, whose values have names there:
h₂ = tanh(W₂ h₁). For each the adjoints of its operands are found and shown to be the gradients of ⟨g, h₂⟩. Work and
proof are linear in the number of stages, where the derivative as a whole, written out by components, is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from cheatsheet.calculus.adjoints import inner
from cheatsheet.calculus.prove import prove
from cheatsheet.derivatives.closed.products import is_led, negated, scaled
from cheatsheet.derivatives.closed.sweep import adjoint_of, jacobian
from cheatsheet.derivatives.closed.tidying import tidied
from cheatsheet.language.dimensions import Axis
from cheatsheet.language.expressions import Apply, Equation, Expr, Number, Symbol, rebuild, symbols
from cheatsheet.language.table import TABLE, build

DEEP = 3
"""So many nonlinear functions of arrays inside one another are taken apart into stages."""


class NoStagesError(Exception):
    """There are not so many functions inside one another, or a stage could not be shown."""


@dataclass(frozen=True)
class Stage:
    """A value with a name, as a function of the variable and of the values before it."""

    name: Symbol
    value: Expr


def stages(function: Expr, variable: Symbol, deep: int = DEEP) -> list[Stage]:
    """The function taken apart, innermost first; raises :class:`NoStagesError` where it is not deep."""
    taken = {s.name for s in symbols(function)}
    names = (name for k in range(1, 1000) if (name := f"h_{k}") not in taken)
    found: dict[Expr, Symbol] = {}
    parts: list[Stage] = []
    depths: dict[Expr, int] = {}

    def named(expr: Expr) -> Expr:
        if expr in found:
            return found[expr]
        if not _depth(expr, variable, depths):
            return expr
        inside = rebuild(expr, named)
        if not isinstance(expr, Apply) or not _is_curved(expr) or expr == function:
            return inside
        parts.append(Stage(Symbol(next(names), expr.shape), inside))
        found[expr] = parts[-1].name
        return parts[-1].name

    if _depth(function, variable, depths) <= deep:
        raise NoStagesError("not deep")
    last = named(function)
    parts.append(Stage(Symbol(next(names), function.shape), last))
    return parts


def _is_curved(expr: Apply) -> bool:
    """Whether the value is a nonlinear function of an array: of one entry, or of a line of them."""
    row = TABLE[expr.op]
    whole = row.adjoint is None and not row.linear and row.differential is not None
    return (
        whole
        and not expr.shape.is_scalar
        and (row.one_element is not None or "softmax" in (row.name, row.along))
    )


def _depth(expr: Expr, variable: Symbol, known: dict[Expr, int]) -> int:
    """One more than the functions that stand inside one another round the variable; 0 where it does not occur."""
    if expr not in known:
        inside = max((_depth(child, variable, known) for child in expr.children), default=0)
        own = isinstance(expr, Apply) and _is_curved(expr)
        known[expr] = 1 if expr == variable else inside + (own and inside > 0)
    return known[expr]


def by_stages(function: Expr, variable: Symbol, deep: int = DEEP) -> tuple[Expr, list[Equation]]:
    """The gradient of a scalar, or the Jacobian of a vector, and what was proved of each stage."""
    parts = stages(function, variable, deep)
    scalar = function.shape.is_scalar
    meanings: dict[Symbol, Expr] = {}
    for part in parts:
        meanings[part.name] = _written_out(part.value, meanings)
    shares: dict[Symbol, Expr] = {parts[-1].name: Number(1) if scalar else build("I", _axis(function))}
    lemmas: list[Equation] = []
    for part in reversed(parts):
        if part.name not in shares:
            continue
        handed = shares.pop(part.name)
        for operand in _operands(part.value, variable, meanings):
            lemma = _lemma(part, operand, scalar)
            lemmas.append(lemma)
            share = _joined(lemma.rhs, handed, part, scalar)
            before = shares.get(operand)
            shares[operand] = share if before is None else build("add", before, share)
    if variable not in shares:
        raise NoStagesError("the variable was not reached")
    return _written_out(shares[variable], meanings), lemmas


def _axis(vector: Expr) -> Axis:
    return vector.shape.free_axes[0]


def _operands(value: Expr, variable: Symbol, meanings: dict[Symbol, Expr]) -> Iterator[Symbol]:
    for symbol in symbols(value):
        if symbol == variable or symbol in meanings:
            yield symbol


def _adjoint(part: Stage) -> Symbol:
    return Symbol("g", part.name.shape, kind="adjoint")


def _lemma(part: Stage, operand: Symbol, scalar: bool) -> Equation:
    """The derivative of one stage by one operand, proved."""
    if scalar:
        weighted = inner(_adjoint(part), part.value) if not part.value.shape.is_scalar else part.value
        lemma = Equation(build("grad", weighted, operand), adjoint_of(weighted, operand, Number(1)))
    else:
        lemma = Equation(build("jacobian", part.value, operand), jacobian(part.value, operand))
    if not prove(lemma):
        raise NoStagesError("a stage without a proof")
    return lemma


def _joined(found: Expr, handed: Expr, part: Stage, scalar: bool) -> Expr:
    """The chain rule: the derivative of a stage, given what its value was handed."""
    if not scalar:
        return tidied(build("matmul", handed, found))
    if part.value.shape.is_scalar:
        return tidied(build("scale", handed, found))
    number, rest = _number_first(handed)
    return _multiple(number, _written_out(found, {_adjoint(part): rest}))


def _number_first(expr: Expr) -> tuple[Fraction, Expr]:
    """The number that an expression begins with, and the expression without it."""
    match expr:
        case Apply(op="neg"):
            number, rest = _number_first(expr.children[0])
            return -number, rest
        case Apply(op="scale", args=(Number(value=number), Expr() as rest)):
            return number, rest
        case Apply(op=op) if is_led(expr):
            number, first = _number_first(expr.children[0])
            return number, expr if number == 1 else build(op, first, expr.children[1])
    return Fraction(1), expr


def _multiple(number: Fraction, expr: Expr) -> Expr:
    """A multiple with its number and its sign at the very front."""
    whole = expr if abs(number.numerator) == 1 else scaled(Number(abs(number.numerator)), expr)
    whole = build("over", whole, Number(number.denominator)) if number.denominator > 1 else whole
    return negated(whole) if number < 0 else whole


def _written_out(expr: Expr, meanings: dict[Symbol, Expr]) -> Expr:
    """The expression with the names replaced by what they stand for."""
    if isinstance(expr, Symbol):
        return meanings.get(expr, expr)
    return rebuild(expr, lambda child: _written_out(child, meanings))
