"""Determinants in index form: multiplicative rules, rank updates, Schur complements, and an opaque factor else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cheatsheet.calculus import algebra, functions, powers
from cheatsheet.calculus.algebra import ONE_POLY
from cheatsheet.calculus.component_rules import leibniz
from cheatsheet.calculus.genericity import generically_invertible
from cheatsheet.calculus.index_values import Value, alternatives, is_spelled_out, require_alike
from cheatsheet.calculus.opaque import MatrixFunction, Slots, matrix_poly, scalar_content
from cheatsheet.calculus.terms import ZERO, Factor, Idx, NoIndexForm, Poly
from cheatsheet.language.dimensions import Axis
from cheatsheet.language.expressions import Apply, Expr
from cheatsheet.language.table import build

if TYPE_CHECKING:
    from cheatsheet.calculus.components import Components

At = tuple[Value, ...]
LARGEST_SPELLED_OUT = 4


def determinant_rule(c: Components, expr: Apply, at: At) -> Poly:
    return determinant(c, expr.children[0])


def log_determinant_rule(c: Components, expr: Apply, at: At) -> Poly:
    return functions.function("log", determinant(c, expr.children[0]))


def spelled_out(a: Expr) -> int:
    """The number of rows of a matrix small enough to be written out in full, else 0."""
    n = a.shape.rows
    return n.at({}) if is_spelled_out(n) and n.at({}) <= LARGEST_SPELLED_OUT else 0


def scalar_power(base: Poly, axis: Axis, shift: int = 0) -> Poly:
    """The base to the number of rows of a matrix, plus ``shift``."""
    return powers.symbolic_power(base, algebra.size(axis) + Poly.number(shift))


def determinant(c: Components, a: Expr) -> Poly:
    n = a.shape.rows
    match a:
        case Apply(op="transpose"):
            return determinant(c, a.children[0])
        case Apply(op="neg"):
            sign = scalar_power(Poly.number(-1), n)
            return algebra.product(sign, determinant(c, a.children[0]))
        case Apply(op="scale"):
            s, m = a.children
            return algebra.product(scalar_power(c(s), n), determinant(c, m))
        case Apply(op="over"):
            m, s = a.children
            return algebra.product(scalar_power(powers.power(c(s), -1), n), determinant(c, m))
        case Apply(op="matmul") if all(x.shape.is_square for x in a.children):
            return algebra.product(*(determinant(c, x) for x in a.children))
        case Apply(op="inv"):
            return powers.power(determinant(c, a.children[0]), -1)
        case Apply(op="matrix_power"):
            m, k = a.children
            return powers.symbolic_power(determinant(c, m), c(k))
        case Apply(op="kron") if all(x.shape.is_square for x in a.children):
            x, y = a.children
            first = scalar_power(determinant(c, x), y.shape.rows)
            return algebra.product(first, scalar_power(determinant(c, y), x.shape.rows))
        case Apply(op="expm"):
            return functions.function("exp", c(build("tr", a.children[0])))
        case Apply(op="I"):
            return ONE_POLY
        case Apply(op="adj"):
            return scalar_power(determinant(c, a.children[0]), n, -1)
        case Apply(op="block") if n.names:
            return _block_determinant(c, a)
    if spelled_out(a):
        rows, cols = ([v for v, _ in alternatives(axis)] for axis in a.shape.axes)
        return leibniz(c, a, rows, cols)
    require_alike(*a.shape.axes)
    updated = _updated_determinant(c, a)
    return updated if updated is not None else opaque_determinant(c, a)


def usable_inverse(c: Components, base: Expr) -> bool:
    """Whether a formula with the inverse of the matrix may be used: equality on a dense set is equality wherever both
    sides are continuous."""
    return c.is_invertible(base) or (c.continuous and generically_invertible(base, c.invertible))


def _updated_determinant(c: Components, a: Expr) -> Poly | None:
    """det(A + U V) = det(A) det(I + V A⁻¹ U), turned so that the smaller matrix, or the smaller key, remains."""
    if not (isinstance(a, Apply) and a.op in ("add", "sub")):
        return None
    for base, update in (a.children, a.children[::-1]):
        sign = -1 if a.op == "sub" and update is a.children[1] else 1
        if a.op == "sub" and sign == 1:
            continue
        chain = _chain(update)
        if len(chain) >= 2 and usable_inverse(c, base):
            return _sylvester(c, base, chain, sign)
    return None


def _chain(expr: Expr) -> list[Expr]:
    """The factors of a product, a scalar multiple kept with its first factor."""
    match expr:
        case Apply(op="matmul"):
            return [f for child in expr.children for f in _chain(child)]
        case Apply(op="outer"):
            x, y = (_as_column(v) for v in expr.children)
            return [x, build("transpose", y)]
        case Apply(op="scale"):
            first, *others = _chain(expr.children[1])
            return [build("scale", expr.children[0], first), *others]
        case Apply(op="over"):
            first, *others = _chain(expr.children[0])
            return [build("over", first, expr.children[1]), *others]
    return [expr]


def _as_column(x: Expr) -> Expr:
    return build("transpose", x) if x.shape.rows.is_one else x


def _sylvester(c: Components, base: Expr, chain: list[Expr], sign: int) -> Poly:
    """det(base) times det(I ± …) with the cyclic product begun where it gives the least key."""
    is_identity = isinstance(base, Apply) and base.op == "I"
    links = chain if is_identity else [build("inv", base), *chain]
    rotations = []
    for k in range(len(links)):
        turned = links[k:] + links[:k]
        whole = turned[0]
        for link in turned[1:]:
            whole = build("matmul", whole, link)
        rotations.append((whole.shape.rows, whole))
    head = determinant(c, base)
    for axis, whole in rotations:
        if axis.is_one:
            return algebra.product(head, ONE_POLY + c(whole).times(sign))
    op = "add" if sign > 0 else "sub"
    found = [opaque_determinant(c, build(op, build("I", axis), whole)) for axis, whole in rotations]
    return algebra.product(head, min(found, key=lambda p: p.key({})))


def _block_determinant(c: Components, a: Apply) -> Poly:
    """A 2×2 block matrix: the product of the diagonal blocks times a Schur complement where that is defined."""
    if a.params != (2, 2):
        raise NoIndexForm("the determinant of a block matrix that is not 2×2")
    p, q, r, s = a.children
    if not (p.shape.is_square and s.shape.is_square):
        raise NoIndexForm("the determinant of a block matrix with rectangular diagonal blocks")
    if _vanishes(q) or _vanishes(r):
        return algebra.product(determinant(c, p), determinant(c, s))
    for x, y, u, v in ((p, s, q, r), (s, p, r, q)):
        if usable_inverse(c, x):
            schur = build("sub", y, build("matmul", build("matmul", v, build("inv", x)), u))
            return algebra.product(determinant(c, x), determinant(c, schur))
    raise NoIndexForm("the determinant of a block matrix none of whose blocks is known to be invertible")


def _vanishes(a: Expr) -> bool:
    return isinstance(a, Apply) and a.op == "zeros"


def opaque_determinant(c: Components, a: Expr) -> Poly:
    """A determinant known by the normal form of its matrix, a scalar factor drawn out."""
    slots, poly = matrix_poly(c, a)
    if not poly.terms:
        return ZERO
    content, rest = scalar_content(poly, slots)
    factor = _determinant_factor(a, rest.collect(), slots)
    if content.constant == 1:
        return factor
    return algebra.product(scalar_power(content, a.shape.rows), factor)


def _determinant_factor(a: Expr, poly: Poly, slots: Slots) -> Poly:
    row, col = slots
    if poly == algebra.delta(row, col):
        return ONE_POLY
    cleared = _without_inverse_at_an_end(a, poly, slots)
    if cleared is not None:
        return cleared
    swapped = poly.replace({row: col, col: row}).collect()
    label = str(a.shape.rows)
    if swapped == -poly:
        label += " antisymmetric"
    if swapped.key({}) < poly.key({}):
        poly = swapped
    data = MatrixFunction("det", a, slots)
    return algebra.single(Factor("det", data, (), (poly.collect(),), label=label))


def _without_inverse_at_an_end(a: Expr, poly: Poly, slots: Slots) -> Poly | None:
    """det(X⁻¹ M) = det(M) / det(X): an inverse at the rows or columns of some term is multiplied away."""
    for _, term in poly.terms:
        for factor, exponent in term.factors:
            if factor.head != "mat" or factor.data.kind != "inv" or exponent != 1:
                continue
            for side, place in enumerate(factor.places):
                alone = len(poly.terms) == 1 and len(term.factors) == 1
                if isinstance(place, Idx) and place in slots and not alone:
                    return _multiplied_away(a, poly, slots, factor, side, place)
    return None


def _multiplied_away(a: Expr, poly: Poly, slots: Slots, factor: Factor, side: int, place: Idx) -> Poly:
    other = Idx(place.axis)
    matrix, inner = factor.subs[0], factor.data.slots
    ends = {inner[1 - side]: other, inner[side]: place}
    moved = poly.replace({place: other})
    turned = algebra.bind(algebra.product(matrix.replace(ends), moved), [other]).collect()
    if not turned.terms:
        return ZERO
    below = _determinant_factor(factor.data.argument, matrix, inner)
    content, rest = scalar_content(turned, slots)
    above = algebra.product(
        scalar_power(content, a.shape.rows), _determinant_factor(a, rest.collect(), slots)
    )
    return algebra.product(above, powers.power(below, -1))
