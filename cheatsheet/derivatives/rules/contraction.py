"""Kronecker deltas: ``∂xₖ/∂xⱼ = δₖⱼ``, and a sum over an index of a delta keeps one term."""

from __future__ import annotations

from cheatsheet.language.expressions import Apply, Expr, Index, Number, Sum, rebuild, substitute
from cheatsheet.language.table import build


def contract(expr: Expr) -> Expr:
    """Sums taken apart term by term, and every sum over an index of a delta carried out."""
    match expr:
        case Sum(body=Apply(op="add" | "sub" as op) as body):
            return _combined(op, *(contract(Sum(part, expr.indices)) for part in body.children))
        case Sum(body=Apply(op="neg") as body):
            return _negated(contract(Sum(body.children[0], expr.indices)))
        case Sum():
            return _contracted_sum(expr)
        case Apply(op="add" | "sub" as op):
            return _combined(op, *(contract(child) for child in expr.children))
        case Apply(op="neg"):
            return _negated(contract(expr.children[0]))
        case Apply(op="scale" | "over"):
            return tidy_product(rebuild(expr, contract))
        case Apply(op="diff"):
            y, *variables = expr.children
            return build("diff", contract(y), *variables, params=expr.params)
    return expr


def _combined(op: str, a: Expr, b: Expr) -> Expr:
    if a == Number(0):
        return b if op == "add" else _negated(b)
    return a if b == Number(0) else build(op, a, b)


def _negated(a: Expr) -> Expr:
    if isinstance(a, Number):
        return Number(-a.value)
    return a.children[0] if isinstance(a, Apply) and a.op == "neg" else build("neg", a)


def _contracted_sum(expr: Sum) -> Expr:
    body, indices = tidy_product(contract(expr.body)), expr.indices
    if isinstance(body, Apply) and body.op in ("add", "sub", "neg"):
        return contract(Sum(body, indices))
    if isinstance(body, Sum):
        indices += body.indices
        body = body.body
    while True:
        found = _bound_delta(body, {str(i.name) for i in indices})
        if found is None:
            break
        delta, old, new = found
        body = substitute(_without(body, delta), {old: new})
        indices = tuple(i for i in indices if i.name != old)
    body = tidy_product(body)
    return Sum(body, indices) if indices else body


def _bound_delta(body: Expr, bound: set[str]) -> tuple[Apply, str, Index] | None:
    """A delta that stands as a factor and has a bound index, with what that index becomes."""
    for factor in _factors(body):
        if isinstance(factor, Apply) and factor.op == "delta":
            i, j = (a for a in factor.args if isinstance(a, Index))
            if str(i.name) in bound and i != j:
                return factor, str(i.name), j
            if str(j.name) in bound and i != j:
                return factor, str(j.name), i
    return None


def _factors(expr: Expr) -> list[Expr]:
    match expr:
        case Apply(op="scale"):
            return [f for child in expr.children for f in _factors(child)]
        case Apply(op="over"):
            return _factors(expr.children[0])
    return [expr]


def _without(expr: Expr, factor: Expr) -> Expr:
    """The product with one occurrence of a factor replaced by one."""
    if expr is factor:
        return Number(1)
    match expr:
        case Apply(op="scale"):
            a, b = expr.children
            if any(f is factor for f in _factors(a)):
                return build("scale", _without(a, factor), b)
            return build("scale", a, _without(b, factor))
        case Apply(op="over"):
            return build("over", _without(expr.children[0], factor), expr.children[1])
    return expr


def tidy_product(expr: Expr) -> Expr:
    """Factors one dropped, a factor zero taking the product with it, numbers gathered in front."""
    match expr:
        case Apply(op="scale"):
            number = Number(1).value
            others: list[Expr] = []
            for factor in _factors_kept(expr):
                tidy = tidy_product(factor)
                while isinstance(tidy, Apply) and tidy.op == "neg":
                    number, tidy = -number, tidy_product(tidy.children[0])
                if _is_trivial_delta(tidy):
                    continue
                if isinstance(tidy, Number):
                    number *= tidy.value
                else:
                    others.append(tidy)
            if number == 0:
                return Number(0)
            if number != 1 or not others:
                others.insert(0, Number(abs(number)) if others else Number(number))
            product = others[0]
            for factor in others[1:]:
                product = build("scale", product, factor)
            if number == -1 and len(others) > 1:
                product = _product_of(others[1:])
            return build("neg", product) if number < 0 and not isinstance(product, Number) else product
        case Apply(op="over"):
            a, b = (tidy_product(child) for child in expr.children)
            return a if b == Number(1) or a == Number(0) else build("over", a, b)
    return expr


def _is_trivial_delta(expr: Expr) -> bool:
    return isinstance(expr, Apply) and expr.op == "delta" and expr.args[0] == expr.args[1]


def _product_of(factors: list[Expr]) -> Expr:
    product = factors[0]
    for factor in factors[1:]:
        product = build("scale", product, factor)
    return product


def _factors_kept(expr: Expr) -> list[Expr]:
    match expr:
        case Apply(op="scale"):
            return [f for child in expr.children for f in _factors_kept(child)]
        case Apply(op="neg"):
            return [Number(-1), *_factors_kept(expr.children[0])]
    return [expr]
