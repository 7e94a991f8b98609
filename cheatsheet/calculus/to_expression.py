"""Index form → expressions: a polynomial written out with sums, components and deltas of the claim language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from cheatsheet.calculus.errors import NoIndexForm
from cheatsheet.calculus.factors import (
    Delta,
    Dimension,
    Entry,
    Exponential,
    Function,
    Group,
    JetEntry,
    Pi,
    Prime,
)
from cheatsheet.calculus.index_values import Part, Placed, Value, with_leaves
from cheatsheet.calculus.terms import Factor, Idx, Place, Poly, Term
from cheatsheet.language.dimensions import Axis
from cheatsheet.language.expressions import Apply, Expr, Index, Number, Size, Sum, Symbol
from cheatsheet.language.table import build

Namer = Callable[[Axis], str]


class Speller:
    """Writes polynomials out; ``fresh`` names bound indices, ``stands_for`` replaces symbols by expressions."""

    def __init__(self, fresh: Namer, stands_for: Mapping[Symbol, Expr] | None = None) -> None:
        self.fresh = fresh
        self.stands_for = dict(stands_for or {})
        self.named: dict[Idx, Index] = {}

    def poly(self, poly: Poly) -> Expr:
        """The sum of the terms."""
        total: Expr | None = None
        for coefficient, term in poly.terms:
            if total is None:
                total = self.term(coefficient, term)
            elif coefficient < 0:
                total = build("sub", total, self.term(-coefficient, term))
            else:
                total = build("add", total, self.term(coefficient, term))
        return total if total is not None else Number(0)

    def term(self, coefficient: Fraction, term: Term) -> Expr:
        bound: list[Index] = []
        for factor, _ in term.factors:
            for index in sorted(factor.indices & term.bound, key=lambda i: _first_place(factor, i)):
                if index not in self.named:
                    self.named[index] = Index(self.fresh(index.axis), index.axis)
                if self.named[index] not in bound:
                    bound.append(self.named[index])
        above = [self.power(f, e) for f, e in term.factors if e > 0]
        below = [self.power(f, -e) for f, e in term.factors if e < 0]
        if coefficient.denominator > 1:
            below.insert(0, Number(coefficient.denominator))
        number = Number(abs(coefficient.numerator))
        if number.value != 1 or not above:
            above.insert(0, number)
        body = _product(above)
        if below:
            body = build("over", body, _product(below))
        if bound:
            body = Sum(body, tuple(bound))
        return build("neg", body) if coefficient < 0 else body

    def power(self, factor: Factor, exponent: Fraction) -> Expr:
        base = self.factor(factor)
        if exponent == 1:
            return base
        if exponent == Fraction(1, 2):
            return build("sqrt", base)
        return build("power", base, Number(exponent))

    def factor(self, factor: Factor) -> Expr:
        match factor:
            case Entry(of=Placed() as placed):
                return self.placed(placed, factor.places)
            case Entry(of=Symbol() as symbol):
                operand = self.stands_for.get(symbol, symbol)
                return component(operand, [self.place(p) for p in factor.places])
            case Delta():
                axis = next(p.axis for p in factor.places if isinstance(p, Idx))
                return build("delta", *(self.place(p, axis) for p in factor.places))
            case Function():
                return build(factor.name, self.poly(factor.subs[0]))
            case Group():
                return self.poly(factor.subs[0])
            case Dimension():
                return Size(Axis.of(factor.name))
            case Pi():
                return build("pi")
            case Prime():
                return Number(factor.number)
            case Exponential():
                return build("power", *(self.poly(p) for p in factor.subs))
            case JetEntry():
                return self.jet(factor)
        raise NoIndexForm(f"{factor.head} is not written out")

    def placed(self, data: Placed, places: tuple[Place, ...]) -> Expr:
        """A component at pairs and blocks."""
        remaining = iter(places)
        values = [with_leaves(v, remaining) for v in data.values]
        axes = data.symbol.shape.free_axes
        indices = [self.value(v, axis) for v, axis in zip(values, axes, strict=True)]
        return component(self.stands_for.get(data.symbol, data.symbol), indices)

    def value(self, value: Value, axis: Axis) -> Index:
        if isinstance(value, tuple):
            return Index.pair(tuple(self.value(v, p) for v, p in zip(value, axis.parts, strict=True)))
        if isinstance(value, Part):
            return Index.in_block(axis, value.number, self.value(value.value, axis.parts[value.number]))
        return self.place(value, axis)

    def jet(self, factor: JetEntry) -> Expr:
        info = factor.jet
        places = list(factor.places)
        width = len(info.symbol.shape.free_axes)
        result = component(info.symbol, [self.place(p) for p in places[:width]])
        places = places[width:]
        variables = []
        for symbol in info.by:
            width = len(symbol.shape.free_axes)
            variables.append(component(symbol, [self.place(p) for p in places[:width]]))
            places = places[width:]
        return build("diff", result, *variables, params=("numerator",))

    def place(self, place: Place, axis: Axis | None = None) -> Index:
        if isinstance(place, int):
            return Index(place, axis or Axis.of(place + 1))
        if place in self.named:
            return self.named[place]
        if place.name is None:
            raise NoIndexForm("an index without a name")
        return Index(place.name, place.axis)


def _first_place(factor: Factor, index: Idx) -> int:
    return factor.places.index(index) if index in factor.places else len(factor.places)


def _product(factors: list[Expr]) -> Expr:
    if not factors:
        return Number(1)
    result = factors[0]
    for factor in factors[1:]:
        result = build("scale", result, factor)
    return result


def component(operand: Expr, indices: list[Index]) -> Expr:
    """The component of an expression at one index for each axis that needs one; a scalar is its own component."""
    if operand.shape.is_scalar:
        return operand
    axes = operand.shape.free_axes
    fitted = [Index(i.name, axis, i.parts, i.block) for i, axis in zip(indices, axes, strict=True)]
    if isinstance(operand, Apply) and operand.op == "transpose" and len(fitted) == 1:
        return component(operand.children[0], fitted)
    return build("component", operand, *fitted)
