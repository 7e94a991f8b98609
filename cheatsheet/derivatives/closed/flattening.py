"""Expressions → sums of products: numbers and scalar factors drawn out, chains of matrices joined, ones left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from fractions import Fraction

from cheatsheet.calculus.to_expression import component
from cheatsheet.derivatives.closed.collecting import Collector, content, merged
from cheatsheet.derivatives.closed.entrywise import entry
from cheatsheet.derivatives.closed.length import length
from cheatsheet.derivatives.closed.networks import inner_product, trace
from cheatsheet.derivatives.closed.other_spellings import are_ones, diagonal_matrix, power_of, sparse
from cheatsheet.derivatives.closed.products import (
    Chain,
    Product,
    chain_expression,
    crossed,
    factors_of,
    hadamard,
    product,
    turned_chain,
)
from cheatsheet.derivatives.closed.read_off import constant_of
from cheatsheet.derivatives.closed.rewritten import rewritten
from cheatsheet.derivatives.closed.transposes import is_turned, turned
from cheatsheet.language.dimensions import Shape
from cheatsheet.language.expressions import Apply, Expr, Index, Number, Size, Symbol
from cheatsheet.language.table import TABLE, build

ONE = Fraction(1)

Terms = list[Product]
Factors = list[tuple[Expr, Fraction]]


def flat(expr: Expr) -> Terms:
    """The expression as a sum of products; sums inside a product stay whole."""
    if isinstance(expr, Number):
        return [Product(expr.value, (), (), expr.shape)] if expr.value else []
    if isinstance(expr, Apply):
        rule = _SUMS.get(expr.op) or _PRODUCTS.get(expr.op)
        found = None if rule is None else rule(expr)
        if found is not None:
            return found
    return [_factor(expr)]


def _matmul(expr: Apply) -> Terms:
    a, b = expr.children
    return _joined(single(a), single(b), expr.shape)


def _block(expr: Apply) -> Terms:
    parts = [Collector().sum(flat(part), part.shape) for part in expr.children]
    return [_factor(build("block", *parts, params=expr.params))]


def _cross(expr: Apply) -> Terms:
    x, y = (single(child) for child in expr.children)
    a, b = (chain_expression(t.chain, t.shape.rows) for t in (x, y))
    sign, whole = crossed(a, b)
    number = sign * x.coefficient * y.coefficient
    return [product(number, (*x.scalars, *y.scalars), (whole,), expr.shape)] if number else []


def _adjugate(expr: Apply) -> Terms | None:
    (a,) = expr.children
    if isinstance(a, Symbol) and a.properties & {"orthogonal", "invertible"}:
        return flat(build("scale", build("det", a), build("inv", a)))
    return None


def _inverse(expr: Apply) -> Terms | None:
    (a,) = expr.children
    if (known := rewritten(expr)) != expr:
        return flat(known)
    return flat(build("transpose", a)) if isinstance(a, Symbol) and "orthogonal" in a.properties else None


def _diag(expr: Apply) -> Terms:
    (a,) = expr.children
    terms = [single(a)] if a.shape.is_vector else flat(a)
    return [_diagonal(t, expr.shape) for t in terms]


def _columns(expr: Apply) -> list[Expr]:
    return [c if c.shape.cols.is_one else build("transpose", c) for c in expr.children]


def _outer(expr: Apply) -> Terms:
    a, b = _columns(expr)
    return flat(build("matmul", a, build("transpose", b)))


def _power(expr: Apply) -> Terms | None:
    if not expr.shape.is_scalar:
        return [whole_entrywise(expr, expr.shape)]
    base, exponent = expr.children
    if isinstance(exponent, Number) and exponent.value.denominator == 1:
        return [_raised(single(base), int(exponent.value))]
    return None


def _entrywise(expr: Apply) -> Terms | None:
    return None if expr.shape.is_scalar else [whole_entrywise(expr, expr.shape)]


_SUMS: dict[str, Callable[[Apply], Terms | None]] = {
    "zeros": lambda e: [],
    "I": lambda e: [Product(ONE, (), (), e.shape)],
    "add": lambda e: [*flat(e.children[0]), *flat(e.children[1])],
    "sub": lambda e: [*flat(e.children[0]), *_negatives(flat(e.children[1]))],
    "neg": lambda e: _negatives(_whole(e.children[0])),
    "scale": lambda e: _multiples(e.children[0], _whole(e.children[1]), 1),
    "over": lambda e: _multiples(e.children[1], _whole(e.children[0]), -1),
    "transpose": lambda e: [transposed(t) for t in _whole(e.children[0])],
    "total": lambda e: [_totalled(t, e.shape) for t in flat(e.children[0])],
    "tr": lambda e: [_traced(t, e.shape) for t in flat(e.children[0])],
    "sum_along": lambda e: [_lines_of(t, e, e.shape) for t in _whole(e.children[0])],
    "diag": _diag,
}
"""How what is linear in its operands becomes a sum of products."""

_PRODUCTS: dict[str, Callable[[Apply], Terms | None]] = {
    "matmul": _matmul,
    "block": _block,
    "cross": _cross,
    "adj": _adjugate,
    "inv": _inverse,
    "hadamard": _entrywise,
    "quotient": _entrywise,
    "reciprocal": _entrywise,
    "sqrt": _entrywise,
    "power": _power,
    "dot": lambda e: flat(build("total", build("hadamard", *_columns(e)))),
    "outer": _outer,
    "component": lambda e: _component(e),
}
"""How any other operator becomes a product of simpler things, where it does; None for none."""


def _whole(expr: Expr) -> Terms:
    """The terms of an expression that is multiplied: a sum is one factor."""
    return [_factor(expr)] if is_sum(expr) else flat(expr)


def single(expr: Expr) -> Product:
    """The expression as one product: a sum becomes one factor, what its terms have in common stands before it."""
    terms = merged(flat(expr))
    if len(terms) == 1:
        return terms[0]
    if not terms:
        return Product(Fraction(0), (), (), expr.shape)
    number, scalars = content(terms)
    inverse = [(f, -e) for f, e in scalars]
    rest = [product(t.coefficient / number, (*t.scalars, *inverse), t.chain, t.shape) for t in terms]
    whole = expr if number == 1 and not scalars and is_sum(expr) else Collector().sum(rest, expr.shape)
    if is_sum(whole):
        one = _factor(whole)
    else:
        again = merged(flat(whole))
        one = again[0] if len(again) == 1 else _factor(whole)
    return product(number * one.coefficient, (*scalars, *one.scalars), one.chain, expr.shape)


def is_sum(expr: Expr) -> bool:
    return isinstance(expr, Apply) and expr.op in ("add", "sub")


def _factor(whole: Expr) -> Product:
    if isinstance(whole, Number):
        return Product(whole.value, (), (), whole.shape)
    if whole.shape.is_scalar:
        return Product(ONE, ((whole, ONE),), (), whole.shape)
    return product(ONE, (), (whole,), whole.shape)


def _negatives(terms: Terms) -> Terms:
    return [replace(t, coefficient=-t.coefficient) for t in terms]


def _raised(p: Product, exponent: int) -> Product:
    return product(p.coefficient**exponent, [(f, e * exponent) for f, e in p.scalars], (), p.shape)


def _multiples(scalar: Expr, terms: Terms, exponent: int) -> Terms:
    s = single(scalar)
    if not s.coefficient:
        return []
    own = _raised(s, exponent)
    return [
        product(own.coefficient * t.coefficient, (*own.scalars, *t.scalars), t.chain, t.shape) for t in terms
    ]


def transposed(t: Product) -> Product:
    return product(t.coefficient, t.scalars, turned_chain(t.chain), t.shape.transposed)


def _joined(a: Product, b: Product, shape: Shape) -> Terms:
    if not a.coefficient * b.coefficient:
        return []
    coefficient, scalars = a.coefficient * b.coefficient, [*a.scalars, *b.scalars]
    return [joined(coefficient, scalars, (*a.chain, *b.chain), shape)]


def joined(
    coefficient: Fraction, scalars: Iterable[tuple[Expr, Fraction]], chain: Chain, shape: Shape
) -> Product:
    """A product of matrices, what is a number in it drawn to the front."""
    sign = product(ONE, (), chain, shape)
    coefficient, chain = coefficient * sign.coefficient, sign.chain
    scalars = [*scalars, *sign.scalars]
    kept: list[Expr] = []
    for factor in chain:
        both = _met(kept[-1], factor) if kept else None
        if both is not None:
            kept.pop()
            if isinstance(both, Apply) and both.op == "I":
                continue
            factor = both
        if are_ones(kept, factor):
            factor = build("ones", kept.pop().shape.rows, factor.shape.cols)
        kept.append(factor)
        start = next((k for k in range(len(kept)) if kept[k].shape.rows.is_one), None)
        if start is None or not factor.shape.cols.is_one:
            continue
        inside = tuple(kept[start:])
        del kept[start:]
        number = _inner(inside)
        coefficient *= number.coefficient
        scalars += number.scalars
    return product(coefficient, scalars, tuple(kept), shape)


def _met(a: Expr, b: Expr) -> Expr | None:
    """What two neighbours are together: diag(a) diag(b), and powers of one matrix."""
    if isinstance(a, Apply) and isinstance(b, Apply) and a.op == b.op == "transpose":
        both = _met(b.children[0], a.children[0])
        return None if both is None else turned(both)
    if isinstance(a, Apply) and isinstance(b, Apply) and a.op == b.op == "diag":
        u, v = a.children[0], b.children[0]
        if u.shape.is_vector and v.shape.is_vector:
            merged_ = whole_entrywise(build("hadamard", u, v), u.shape)
            if merged_.coefficient == 1 and not merged_.scalars:
                return diagonal_matrix(chain_expression(merged_.chain, u.shape.rows))
        return None
    (m, j), (n, k) = power_of(a), power_of(b)
    if m != n or (m is a and n is b):
        return None
    exponent = Collector().sum([*flat(j), *flat(k)], Shape.scalar())
    if exponent == Number(0):
        return build("I", m.shape.rows)
    return m if exponent == Number(1) else build("matrix_power", m, exponent)


def _inner(chain: Chain) -> Product:
    """A row times matrices times a column, as it is written."""
    scalar = Shape.scalar()
    if len(chain) == 1:
        return _factor(chain[0])
    if isinstance(last := chain[-1], Apply) and last.op == "unit":
        return _at_a_place(turned_chain(chain[:-1]), last)
    first, *rest = chain
    column = turned(first)
    if isinstance(column, Apply) and column.op == "unit":
        return _at_a_place(tuple(rest), column)
    if len(rest) == 1:
        return _totalled(whole_entrywise(build("hadamard", column, rest[0]), column.shape), scalar)
    if isinstance(column, Apply) and column.op == "ones":
        return _factor(build("total", chain_expression(tuple(rest), rest[0].shape.rows)))
    if isinstance(chain[-1], Apply) and chain[-1].op == "ones":
        return _factor(build("total", chain_expression(turned_chain(chain[:-1]), chain[-1].shape.rows)))
    return _factor(inner_product((column,), tuple(rest)))


def _at_a_place(chain: Chain, unit: Apply) -> Product:
    """An entry of a column; of a matrix beside two basis vectors, one of the matrix."""
    place = next(a for a in unit.args if isinstance(a, Index))
    last = chain[-1]
    if len(chain) == 2 and isinstance(last, Apply) and last.op == "unit":
        other = next(a for a in last.args if isinstance(a, Index))
        return _factor(entry(chain[0], [place, other]))
    return _factor(entry(chain_expression(chain, chain[0].shape.rows), [place]))


def _totalled(t: Product, shape: Shape) -> Product:
    """The sum of the entries of a product."""
    chain = t.chain
    if not chain:
        own: Chain = () if t.shape.is_scalar else (Size(t.shape.rows),)
        return product(t.coefficient, [*t.scalars, *((s, ONE) for s in own)], (), shape)
    if len(chain) > 1 and chain[0].shape.cols.is_one and chain[-1].shape.rows.is_one:
        split = next(k for k in range(1, len(chain)) if chain[k].shape.rows.is_one)
        parts = [
            Product(ONE, (), c, Shape((c[0].shape.rows, c[-1].shape.cols)))
            for c in (chain[:split], chain[split:])
        ]
        both = [_totalled(p, shape) for p in parts]
        return product(
            t.coefficient * both[0].coefficient * both[1].coefficient,
            [*t.scalars, *both[0].scalars, *both[1].scalars], (), shape,
        )  # fmt: skip
    whole = chain_expression(chain, chain[0].shape.rows)
    if whole.shape.rows.is_one:
        whole = turned(whole)
    match whole:
        case Apply(op="ones"):
            sizes = [Size(axis) for axis in whole.shape.axes if not axis.is_one]
            return product(t.coefficient, [*t.scalars, *((s, ONE) for s in sizes)], (), shape)
        case Apply(op="unit"):
            return product(t.coefficient, t.scalars, (), shape)
        case Apply(op="hadamard") if whole.shape.is_vector:
            a, b = whole.children
            number: Expr = inner_product(factors_of(a), factors_of(b))
        case Apply(op="power", args=(Expr() as a, Number(value=2))) if whole.shape.is_vector:
            number = inner_product(factors_of(a), factors_of(a))
        case Apply(op="diag"):
            inside = build("tr" if whole.shape.is_vector else "total", whole.children[0])
            one = single(inside)
            return product(t.coefficient * one.coefficient, [*t.scalars, *one.scalars], (), shape)
        case Apply(op="softmax"):
            return product(t.coefficient, t.scalars, (), shape)
        case _:
            number = build("total", whole)
    constant = constant_of(number) if is_sum(whole) else None
    if constant is not None:
        return Product(t.coefficient * constant, t.scalars if constant else (), (), shape)
    return product(t.coefficient, [*t.scalars, (number, ONE)], (), shape)


def _lines_of(t: Product, expr: Apply, shape: Shape) -> Product:
    whole, (axis,) = chain_expression(t.chain, t.shape.rows), expr.params
    if is_turned(whole):
        whole, axis = turned(whole), 1 - axis
    return product(t.coefficient, t.scalars, (build("sum_along", whole, params=(axis,)),), shape)


def _traced(t: Product, shape: Shape) -> Product:
    if not t.chain:
        return product(t.coefficient, [*t.scalars, (Size(t.shape.rows), ONE)], (), shape)
    cut = next((k for k, f in enumerate(t.chain) if f.shape.rows.is_one), None)
    if cut is not None:
        return joined(t.coefficient, t.scalars, t.chain[cut:] + t.chain[:cut], shape)
    if len(t.chain) == 1 and isinstance(t.chain[0], Apply) and t.chain[0].op == "diag":
        return product(t.coefficient, [*t.scalars, (build("total", t.chain[0].children[0]), ONE)], (), shape)
    return product(t.coefficient, [*t.scalars, (trace(t.chain), ONE)], (), shape)


def _diagonal(t: Product, shape: Shape) -> Product:
    """The diagonal of a matrix as a column, or the diagonal matrix of a column."""
    chain = t.chain
    if t.shape.is_vector:
        column = chain_expression(chain if t.shape.cols.is_one else turned_chain(chain), shape.rows)
        if isinstance(column, Apply) and column.op == "ones":
            return product(t.coefficient, t.scalars, (), shape)
        return product(t.coefficient, t.scalars, (diagonal_matrix(column),), shape)
    if not chain:
        own: Chain = (build("ones", shape.rows),)
    elif len(chain) == 1 and isinstance(chain[0], Apply) and chain[0].op == "diag":
        own = (chain[0].children[0],)
    elif cut := next((k for k in range(1, len(chain)) if chain[k].shape.rows.is_one), 0):
        sides = (chain[:cut], turned_chain(chain[cut:]))
        return over_entries(t, [(chain_expression(s, shape.rows), ONE) for s in sides], shape)
    else:
        forms = [build("diag", chain_expression(c, shape.rows)) for c in (chain, turned_chain(chain))]
        own = (min(forms, key=length),)
    return product(t.coefficient, t.scalars, own, shape)


def _component(expr: Apply) -> Terms:
    operand, *indices = expr.args
    assert isinstance(operand, Expr)
    at = [i for i in indices if isinstance(i, Index)]
    if len(at) != len(operand.shape.free_axes):
        return [product(ONE, [(expr, ONE)], (), expr.shape)]
    found: Terms = []
    for t in flat(operand):
        whole = chain_expression(t.chain, operand.shape.rows)
        own = single(reduced) if (reduced := entry(whole, at)) != component(whole, at) else _factor(reduced)
        found.append(product(t.coefficient * own.coefficient, [*t.scalars, *own.scalars], (), expr.shape))
    return found


# --- element by element ----------------------------------------------------------------------------------------------


def whole_entrywise(expr: Expr, shape: Shape) -> Product:
    """A product, quotient or power of entries with equal factors made one."""
    coefficient, scalars, factors = entries(expr, ONE)
    return over_entries(Product(coefficient, tuple(scalars), (), shape), factors, shape, apart=True)


def entries(expr: Expr, exponent: Fraction) -> tuple[Fraction, Factors, Factors]:
    """The number, the scalar factors and the arrays that an array is the element-wise product of."""
    match expr:
        case Apply(children=(a, b)) if expr.op not in ("scale", "over") and (
            k := TABLE[expr.op].second_exponent
        ):
            (c, s, f), (d, r, g) = entries(a, exponent), entries(b, k * exponent)
            return c * d, [*s, *r], [*f, *g]
        case Apply(op="power", args=(Expr() as base, Number(value=k))) if (k * exponent).denominator == 1:
            return entries(base, k * exponent)
    if exponent.denominator != 1 or (isinstance(expr, Apply) and expr.op in ("sqrt", "power")):
        return ONE, [], [(expr, exponent)]
    one = single(expr)
    number = one.coefficient**exponent.numerator if one.coefficient or exponent > 0 else ONE
    scalars = [(f, e * exponent) for f, e in one.scalars]
    if expr.shape.is_scalar:
        return number, scalars, []
    if len(one.chain) == 1 and isinstance(one.chain[0], Apply) and one.chain[0] != expr:
        inner = one.chain[0]
        if TABLE[inner.op].second_exponent or inner.op == "power":
            c, s, f = entries(inner, exponent)
            return number * c, [*scalars, *s], f
    return number, scalars, [(chain_expression(one.chain, expr.shape.rows), exponent)]


def over_entries(t: Product, factors: Factors, shape: Shape, apart: bool = False) -> Product:
    """The product with the element-wise product of the factors as its matrix."""
    coefficient, scalars, kept = t.coefficient, list(t.scalars), []
    total: dict[Expr, Fraction] = {}
    for f, e in factors:
        c, s, own = (ONE, [], [(f, e)]) if apart else entries(f, e)
        coefficient *= c
        scalars += s
        for g, k in own:
            total[g] = total.get(g, Fraction(0)) + k
    for f, e in total.items():
        if e and not (isinstance(f, Apply) and f.op == "ones"):
            kept.append((f, e))
    unit = next((f for f, e in kept if e == 1 and isinstance(f, Apply) and f.op == "unit"), None)
    if unit is not None and len(kept) > 1:
        place = next(a for a in unit.args if isinstance(a, Index))
        at = [(entry(f if f.shape.cols.is_one else turned(f), [place]), e) for f, e in kept if f != unit]
        return product(coefficient, [*scalars, *at], (unit,), shape)
    if not kept:
        ones = build("ones", *(shape.axes[:1] if shape.cols.is_one else shape.axes))
        return product(coefficient, scalars, (ones,), shape)
    kept.sort(key=lambda pair: not isinstance(pair[0], Symbol) or pair[0].kind == "adjoint")
    if not shape.is_vector:
        special = sparse(kept, shape)
        if special is not None:
            own_terms = flat(special)
            if len(own_terms) == 1:
                (p,) = own_terms
                return product(coefficient * p.coefficient, [*scalars, *p.scalars], p.chain, shape)
    return product(coefficient, scalars, (hadamard(kept),), shape)
