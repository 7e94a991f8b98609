"""Rules of sums and products of numbers: Kronecker deltas, Σ term by term, multiplying out."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product as cartesian
from typing import TypeGuard

from cheatsheet.derivatives.rules.contraction import contract
from cheatsheet.derivatives.rules.remembering import remembered
from cheatsheet.derivatives.rules.unfolding import IndexNames, prenex, with_distinct_sums
from cheatsheet.language.expressions import (
    Apply,
    Argument,
    Expr,
    Index,
    Number,
    Sum,
    free_indices,
    rebuild,
    substitute,
)
from cheatsheet.language.table import TABLE, build

MOST_PRODUCTS = 400
"""Terms of a product beyond which it is not multiplied out."""


@dataclass(frozen=True)
class Contraction:
    """A sum over an index of a delta keeps one term, Σₖ δₖⱼ aₖ = aⱼ; read backwards, a delta is put in."""

    id: str = "contract"

    @remembered
    def rewritten(self, expr: Expr) -> Expr:
        expr = rebuild(expr, self.rewritten)
        if not isinstance(expr, Sum) or not has_bound_delta(expr):
            return expr
        return contract(prenex(with_distinct_sums(expr, IndexNames.beside(expr))))


@dataclass(frozen=True)
class DeltaExchange:
    """δᵢⱼ aᵢ = δᵢⱼ aⱼ: beside a delta its two indices are one."""

    id: str = "delta-exchange"

    @remembered
    def rewritten(self, expr: Expr) -> Expr:
        if isinstance(expr, Apply) and expr.op == "scale" and expr.shape.is_scalar:
            return self._in_product(expr)
        return rebuild(expr, self.rewritten)

    def _in_product(self, expr: Expr) -> Expr:
        """Of all indices that deltas make equal, the first stands everywhere else."""
        parts = factors(expr)
        same: dict[str, Index] = {}

        def first(index: Index) -> Index:
            return first(same[str(index.name)]) if str(index.name) in same else index

        for part in parts:
            if _is_delta(part):
                i, j = sorted((first(a) for a in part.args if isinstance(a, Index)), key=str)
                if i != j and isinstance(j.name, str) and not j.parts:
                    same[str(j.name)] = i
        if not same:
            return expr
        change = {name: first(index) for name, index in same.items()}
        joined = {(name, str(i)) for name, i in change.items()}
        others = [substitute(f, change) for f in parts if not _joins(f, joined)]
        axes = {str(a.name): a for f in parts for a in free_indices(f).values()}
        deltas = [build("delta", i, axes[name]) for name, i in sorted(change.items())]
        return multiplied([*deltas, *(f for f in others if not _is_one(f))])


def _is_delta(expr: Expr) -> TypeGuard[Apply]:
    return isinstance(expr, Apply) and expr.op == "delta"


def _joins(factor: Expr, joined: set[tuple[str, str]]) -> bool:
    """Whether a delta says no more than that two indices are equal that are said to be."""
    if not _is_delta(factor):
        return False
    pair = [str(a) for a in factor.args if isinstance(a, Index)]
    return tuple(pair) in joined or tuple(pair[::-1]) in joined


def _is_one(factor: Expr) -> bool:
    return _is_delta(factor) and factor.args[0] == factor.args[1]


@dataclass(frozen=True)
class FunctionOfDelta:
    """δ is 0 or 1: f(δᵢⱼ a) = f(0) + δᵢⱼ (f(a) − f(0)), and (δᵢⱼ a)ᵏ = δᵢⱼ aᵏ."""

    id: str = "delta-function"

    def rewritten(self, expr: Expr) -> Expr:
        expr = rebuild(expr, self.rewritten)
        match expr:
            case Apply(args=(Apply() as inner, *exponent)) if expr.shape.is_scalar:
                parts = factors(inner)
                delta = next((f for f in parts if _is_delta(f)), None)
                zero = _at_zero(expr, exponent)
                if delta is None or zero is None:
                    return expr
                others = multiplied([f for f in parts if f is not delta])
                change = build("sub", build(expr.op, others, *exponent), zero)
                return build(
                    "add", zero, build("scale", delta, change if zero != Number(0) else change.children[0])
                )
        return expr


def _at_zero(expr: Apply, exponent: list[Argument]) -> Expr | None:
    """The value at zero of a function of a number, or of a whole power."""
    match exponent:
        case [Number() as k] if expr.op == "power" and k.value > 0:
            return Number(0)
        case [] if (function := TABLE[expr.op].one_element) is not None and function.at_zero is not None:
            return Number(function.at_zero)
    return None


@dataclass(frozen=True)
class TermByTerm:
    """Σ (a + b) = Σ a + Σ b."""

    id: str = "sum-by-terms"

    @remembered
    def rewritten(self, expr: Expr) -> Expr:
        expr = rebuild(expr, self.rewritten)
        match expr:
            case Sum(body=Apply(op="add" | "sub" as op) as body):
                return build(op, *(self.rewritten(Sum(part, expr.indices)) for part in body.children))
            case Sum(body=Apply(op="neg") as body):
                return build("neg", self.rewritten(Sum(body.children[0], expr.indices)))
        return expr


@dataclass(frozen=True)
class Expansion:
    """a (b + c) = ab + ac, for numbers and for products of matrices from either side."""

    id: str = "expand"

    @remembered
    def rewritten(self, expr: Expr) -> Expr:
        expr = rebuild(expr, self.rewritten)
        match expr:
            case Apply(args=(Expr() as a, Expr() as b)) if TABLE[expr.op].is_product:
                left, right = terms(a), terms(b)
                if 1 < len(left) * len(right) <= MOST_PRODUCTS:
                    return added([(p * q, build(expr.op, x, y)) for (p, x), (q, y) in cartesian(left, right)])
            case Apply(op="over" | "quotient", args=(Expr() as a, Expr() as b)) if len(terms(a)) > 1:
                return added([(p, build(expr.op, x, b)) for p, x in terms(a)])
            case Apply(op="power", args=(Expr() as a, Number() as k)) if (
                k.value in (2, 3) and len(terms(a)) > 1
            ):
                factor = "scale" if a.shape.is_scalar else "hadamard"
                whole: Expr = build(factor, a, a)
                return self.rewritten(whole if k.value == 2 else build(factor, whole, a))
        return expr


def terms(expr: Expr) -> list[tuple[int, Expr]]:
    """The terms of a sum with their signs."""
    match expr:
        case Apply(op="add" | "sub", args=(Expr() as a, Expr() as b)):
            sign = 1 if expr.op == "add" else -1
            return [*terms(a), *((sign * s, t) for s, t in terms(b))]
        case Apply(op="neg", args=(Expr() as a,)):
            return [(-s, t) for s, t in terms(a)]
    return [(1, expr)]


def added(parts: list[tuple[int, Expr]]) -> Expr:
    """The sum of terms with signs."""
    (sign, total), *others = parts
    total = total if sign > 0 else build("neg", total)
    for sign, part in others:
        total = build("add" if sign > 0 else "sub", total, part)
    return total


def factors(expr: Expr) -> list[Expr]:
    """The factors of a product of scalars."""
    match expr:
        case Apply(op="scale"):
            return [f for child in expr.children for f in factors(child)]
    return [expr]


def drawn_out(expr: Expr) -> Expr:
    """A sum with the factors in front that do not depend on its indices: Σₖ c aₖ = c Σₖ aₖ."""
    if not isinstance(expr, Sum):
        return expr
    bound = {str(i.name) for i in expr.indices}
    parts = _powers_apart(drawn_out(expr.body))
    outside = [f for f in parts if not bound & set(free_indices(f))]
    inside = [f for f in parts if bound & set(free_indices(f))]
    return multiplied([*outside, Sum(multiplied(inside), expr.indices)]) if outside and inside else expr


def _powers_apart(expr: Expr) -> list[Expr]:
    """The factors, (ab)ⁿ as aⁿ bⁿ for a whole n and a/b as a · 1/b."""
    match expr:
        case Apply(op="scale"):
            return [f for child in expr.children for f in _powers_apart(child)]
        case Apply(op="power", args=(Apply(op="scale") as base, Number() as k)) if k.value.denominator == 1:
            return [build("power", f, k) for f in _powers_apart(base)]
        case Apply(op="over", args=(Expr() as a, Expr() as b)) if a != Number(1):
            return [*_powers_apart(a), build("over", Number(1), b)]
    return [expr]


def multiplied(parts: list[Expr]) -> Expr:
    """The product of scalars, 1 without any."""
    result: Expr = Number(1)
    for part in parts:
        result = part if result == Number(1) else build("scale", result, part)
    return result


def has_bound_delta(expr: Expr) -> bool:
    """Whether a sum stands there over an index of a delta."""
    if isinstance(expr, Sum) and _speaks_of(expr.body, {str(i.name) for i in expr.indices}):
        return True
    return any(map(has_bound_delta, expr.children))


def _speaks_of(expr: Expr, bound: set[str]) -> bool:
    if _is_delta(expr):
        return bool(bound & set(free_indices(expr)))
    return any(_speaks_of(child, bound) for child in expr.children)
