"""Determinants in index form: multiplicative rules, rank updates, Schur complements, and an opaque factor else."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from cheatsheet.calculus import algebra, functions, powers
from cheatsheet.calculus.algebra import ONE_POLY
from cheatsheet.calculus.chains import product_of
from cheatsheet.calculus.component_rules import leibniz
from cheatsheet.calculus.errors import NoIndexForm
from cheatsheet.calculus.factors import Determinant, MatrixEntry, MatrixFunction, Slots, is_opaque
from cheatsheet.calculus.genericity import generically_invertible
from cheatsheet.calculus.index_values import Value, alternatives, is_spelled_out, require_alike
from cheatsheet.calculus.opaque import identity_part, matrix_poly, scalar_content
from cheatsheet.calculus.partial_products import is_whole_matrix, single_factor
from cheatsheet.calculus.structure import is_triangular
from cheatsheet.calculus.terms import ZERO, Idx, Poly
from cheatsheet.language.dimensions import Axis
from cheatsheet.language.expressions import Apply, Expr, Number
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
        case Apply(op="K"):
            return _sign_of_commutation(*(axis for axis in a.args if isinstance(axis, Axis)))
    if spelled_out(a):
        rows, cols = ([v for v, _ in alternatives(axis)] for axis in a.shape.axes)
        return leibniz(c, a, rows, cols)
    if isinstance(a, Apply) and a.op == "block":
        return _block_determinant(c, a)
    require_alike(*a.shape.axes)
    if is_triangular(a):
        return opaque_determinant(c, build("diag", build("diag", a)))
    updated = None if c.whole else _updated_determinant(c, a)
    return updated if updated is not None else opaque_determinant(c, a)


def _sign_of_commutation(m: Axis, n: Axis) -> Poly:
    """det K(m, n) = (−1)^(m(m − 1)/2 · n(n − 1)/2): every two rows and every two columns make one inversion."""
    pairs = [
        algebra.product(algebra.size(k), algebra.size(k) - ONE_POLY).times(Fraction(1, 2)) for k in (m, n)
    ]
    inversions = pairs[0] if m == n else algebra.product(*pairs)  # k² is odd where k is
    return powers.symbolic_power(Poly.number(-1), inversions)


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
            return _low_rank(c, a) or _sylvester(c, base, chain, sign)
    return None


def _low_rank(c: Components, a: Expr) -> Poly | None:
    """det(A + Σ Uᵢ Vᵢ) = det(A) det(I + V A⁻¹ U) with U = [U₁ U₂ …], where that matrix can be written out."""
    summands = _summands(a)
    for k, base in enumerate(summands):
        chains = [_chain(x) for x in summands[:k] + summands[k + 1 :]]
        if len(chains) < 2 or any(len(links) < 2 for links in chains) or not usable_inverse(c, base):
            continue
        left = build("block", *(links[0] for links in chains), params=(1, len(chains)))
        right = build("block", *(product_of(links[1:]) for links in chains), params=(len(chains), 1))
        inner = build("matmul", right, build("matmul", build("inv", base), left))
        small = build("add", build("I", inner.shape.rows), inner)
        if spelled_out(small):
            return algebra.product(determinant(c, base), determinant(c, small))
    return None


def _summands(a: Expr) -> list[Expr]:
    match a:
        case Apply(op="add"):
            return [x for child in a.children for x in _summands(child)]
        case Apply(op="sub"):
            first, second = a.children
            return _summands(first) + [build("scale", Number(-1), x) for x in _summands(second)]
    return [a]


def _chain(expr: Expr) -> list[Expr]:
    """The factors of a product, a scalar multiple kept with its first factor."""
    match expr:
        case Apply(op="matmul"):
            return [f for child in expr.children for f in _chain(child)]
        case Apply(op="outer"):
            x, y = (_as_column(v) for v in expr.children)
            return [x, build("transpose", y)]
        case Apply(op="ones") if not expr.shape.is_vector and not expr.shape.is_scalar:
            rows, cols = (build("ones", axis) for axis in expr.shape.axes)
            return [rows, build("transpose", cols)]
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
        whole = product_of(links[k:] + links[:k])
        rotations.append((whole.shape.rows, whole))
    head = determinant(c, base)
    for axis, whole in rotations:
        if axis.is_one:
            return algebra.product(head, ONE_POLY + c(whole).times(sign))
    op = "add" if sign > 0 else "sub"
    found = [opaque_determinant(c, build(op, build("I", axis), whole)) for axis, whole in rotations]
    return algebra.product(head, min(found, key=lambda p: (_is_open(p), p.key({}))))


def _is_open(poly: Poly) -> bool:
    """Whether a determinant is left in the polynomial."""
    return any(isinstance(f, Determinant) for _, term in poly.terms for f, _ in term.factors)


def _block_determinant(c: Components, a: Apply) -> Poly:
    """A 2×2 block matrix: the product of two blocks beside a zero one, a Schur complement, or det(PS − QR)."""
    if a.params != (2, 2):
        raise NoIndexForm("the determinant of a block matrix that is not 2×2")
    p, q, r, s = a.children
    if q.shape.is_square and r.shape.is_square and (vanishes(c, p) or vanishes(c, s)):
        sizes = {q.shape.rows, r.shape.rows}  # their product is odd where both are
        sign = powers.symbolic_power(Poly.number(-1), algebra.product(ONE_POLY, *map(algebra.size, sizes)))
        return algebra.product(sign, determinant(c, q), determinant(c, r))
    if not (p.shape.is_square and s.shape.is_square):
        raise NoIndexForm("the determinant of a block matrix with rectangular diagonal blocks")
    if vanishes(c, q) or vanishes(c, r):
        return algebra.product(determinant(c, p), determinant(c, s))
    for x, y, u, v in ((p, s, q, r), (s, p, r, q)):
        if usable_inverse(c, x):
            schur = build("sub", y, build("matmul", build("matmul", v, build("inv", x)), u))
            return algebra.product(determinant(c, x), determinant(c, schur))
    if p.shape == s.shape and vanishes(c, build("sub", build("matmul", r, s), build("matmul", s, r))):
        return determinant(c, build("sub", build("matmul", p, s), build("matmul", q, r)))
    raise NoIndexForm("the determinant of a block matrix none of whose blocks is known to be invertible")


def vanishes(c: Components, a: Expr) -> bool:
    """Whether every entry of the matrix is seen to be zero."""
    if isinstance(a, Apply) and a.op == "zeros":
        return True
    places = [[v for v, _ in alternatives(axis, f"°{k}")] for k, axis in enumerate(a.shape.axes)]
    return all(not c(a, i, j).collect().terms for i in places[0] for j in places[1])


def opaque_determinant(c: Components, a: Expr) -> Poly:
    """A determinant known by the normal form of its matrix, a scalar factor drawn out."""
    slots, poly = matrix_poly(c, a)
    if not poly.terms:
        return ZERO
    idempotent = _shifted_idempotent(poly, slots)
    if idempotent is not None:
        return idempotent
    content, rest = scalar_content(poly, slots)
    factor = _determinant_factor(a, rest.collect(), slots)
    if content.constant == 1:
        return factor
    return algebra.product(scalar_power(content, a.shape.rows), factor)


def _shifted_idempotent(poly: Poly, slots: Slots) -> Poly | None:
    """det(sI + tP) = s^(n − r) (s + t)^r for idempotent P of rank r = tr P."""
    shift, rest = identity_part(poly, slots)
    if not shift.terms or not rest.terms:
        return None
    content, matrix = scalar_content(rest, slots)
    entry = single_factor(matrix)
    if entry is None or not is_whole_matrix(entry) or "idempotent" not in entry.of.properties:
        return None
    row, col = slots
    k, moved = Idx(row.axis), (shift + content).collect()
    if not moved.terms:
        return None
    rank = algebra.bind(matrix.replace({row: k, col: k}), [k])
    kernel = algebra.size(row.axis) - rank
    return algebra.product(powers.symbolic_power(shift, kernel), powers.symbolic_power(moved, rank))


def _determinant_factor(a: Expr, poly: Poly, slots: Slots) -> Poly:
    row, col = slots
    if poly == algebra.delta(row, col):
        return ONE_POLY
    cleared = _without_inverse_at_an_end(a, poly, slots)
    if cleared is not None:
        return cleared
    swapped = poly.replace({row: col, col: row}).collect()
    antisymmetric = swapped == -poly
    if antisymmetric and row.axis.kind == "integer" and int(row.axis.value or 0) % 2:
        return ZERO
    if swapped.key({}) < poly.key({}):
        poly = swapped
    data = MatrixFunction("det", a, slots, antisymmetric=antisymmetric)
    return algebra.single(Determinant(data, poly.collect()))


def _without_inverse_at_an_end(a: Expr, poly: Poly, slots: Slots) -> Poly | None:
    """det(X⁻¹ M) = det(M) / det(X): an inverse at the rows or columns of some term is multiplied away."""
    for _, term in poly.terms:
        for factor, exponent in term.factors:
            if not is_opaque(factor, "inv") or exponent != 1:
                continue
            for side, place in enumerate(factor.places):
                alone = len(poly.terms) == 1 and len(term.factors) == 1
                if isinstance(place, Idx) and place in slots and not alone:
                    return _multiplied_away(a, poly, slots, factor, side, place)
    return None


def _multiplied_away(a: Expr, poly: Poly, slots: Slots, factor: MatrixEntry, side: int, place: Idx) -> Poly:
    other = Idx(place.axis)
    matrix, inner = factor.subs[0], factor.slots
    ends = {inner[1 - side]: other, inner[side]: place}
    moved = poly.replace({place: other})
    turned = algebra.bind(algebra.product(matrix.replace(ends), moved), [other]).collect()
    if not turned.terms:
        return ZERO
    below = _determinant_factor(factor.function.argument, matrix, inner)
    content, rest = scalar_content(turned, slots)
    above = algebra.product(
        scalar_power(content, a.shape.rows), _determinant_factor(a, rest.collect(), slots)
    )
    return algebra.product(above, powers.power(below, -1))
