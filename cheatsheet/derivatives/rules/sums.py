"""Rules of sums and products of numbers: Kronecker deltas, Σ term by term, multiplying out."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product as cartesian

from cheatsheet.derivatives.rules.contraction import contract
from cheatsheet.derivatives.rules.unfolding import IndexNames, prenex, with_distinct_sums
from cheatsheet.language.expressions import Apply, Expr, Index, Number, Sum, free_indices, rebuild, substitute
from cheatsheet.language.table import build

MOST_TERMS = 400
"""Terms of a product beyond which it is not multiplied out."""


@dataclass(frozen=True)
class Contraction:
    """A sum over an index of a delta keeps one term, Σₖ δₖⱼ aₖ = aⱼ; read backwards, a delta is put in."""

    id: str = "contract"

    def rewritten(self, expr: Expr) -> Expr:
        expr = rebuild(expr, self.rewritten)
        if not isinstance(expr, Sum) or not _has_bound_delta(expr):
            return expr
        return contract(prenex(with_distinct_sums(expr, IndexNames.beside(expr))))


@dataclass(frozen=True)
class DeltaExchange:
    """δᵢⱼ aᵢ = δᵢⱼ aⱼ: beside a delta its two indices are one."""

    id: str = "delta-exchange"

    def rewritten(self, expr: Expr) -> Expr:
        if isinstance(expr, Apply) and expr.op == "scale" and expr.shape.is_scalar:
            return self._in_product(expr)
        return rebuild(expr, self.rewritten)

    def _in_product(self, expr: Expr) -> Expr:
        for delta in [f for f in factors(expr) if isinstance(f, Apply) and f.op == "delta"]:
            i, j = sorted((a for a in delta.args if isinstance(a, Index)), key=str)
            if isinstance(j.name, str) and not j.parts and i != j:
                others = [substitute(f, {j.name: i}) for f in factors(expr) if f is not delta]
                expr = multiplied([delta, *(f for f in others if f != delta)])
        return expr


@dataclass(frozen=True)
class TermByTerm:
    """Σ (a + b) = Σ a + Σ b."""

    id: str = "sum-by-terms"

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

    def rewritten(self, expr: Expr) -> Expr:
        expr = rebuild(expr, self.rewritten)
        match expr:
            case Apply(op="scale" | "matmul" | "hadamard", args=(Expr() as a, Expr() as b)):
                left, right = terms(a), terms(b)
                if 1 < len(left) * len(right) <= MOST_TERMS:
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


def multiplied(parts: list[Expr]) -> Expr:
    """The product of scalars, 1 without any."""
    result: Expr = Number(1)
    for part in parts:
        result = part if result == Number(1) else build("scale", result, part)
    return result


def _has_bound_delta(expr: Sum) -> bool:
    bound = {str(i.name) for i in expr.indices}
    stack: list[Expr] = [expr.body]
    while stack:
        node = stack.pop()
        if isinstance(node, Apply) and node.op == "delta" and bound & set(free_indices(node)):
            return True
        stack += node.children
    return False
