"""Determinant, inverse and other functions of a whole matrix in index form.

First the argument's own form is used (a transpose, a product of square factors, a Kronecker product, …); what remains is
an opaque factor, known by the normal form of its argument, on which the cancelling rules of
:mod:`cheatsheet.indices.rewriting` act.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cheatsheet.dimensions import Axis
from cheatsheet.expressions import Apply, Expr, Symbol
from cheatsheet.indices import algebra
from cheatsheet.indices.algebra import ONE_POLY
from cheatsheet.indices.places import Value, alternatives, leaves, require_alike
from cheatsheet.indices.rules import leibniz
from cheatsheet.indices.terms import ZERO, Factor, Idx, NoIndexForm, Place, Poly, Term
from cheatsheet.operators.row import build

if TYPE_CHECKING:
    from cheatsheet.indices.components import Components

At = tuple[Value, ...]
LARGEST_SPELLED_OUT = 4
LONGEST_CHAIN = 8


@dataclass(frozen=True)
class MatrixFunction:
    """What an opaque factor is: the function, its argument, the slots of the argument's rows and columns."""

    kind: str
    argument: Expr
    slots: tuple[Idx, Idx] | None = None
    determinant: Term | None = None
    exponent: Poly = ONE_POLY


def inverse(c: Components, expr: Apply, at: At) -> Poly:
    return _inverse(c, expr.children[0], *at)


def _inverse(c: Components, a: Expr, i: Value, j: Value) -> Poly:
    match a:
        case Apply(op="transpose"):
            return _inverse(c, a.children[0], j, i)
        case Apply(op="neg"):
            return -_inverse(c, a.children[0], i, j)
        case Apply(op="scale"):
            s, m = a.children
            return algebra.product(algebra.power(c(s), -1), _inverse(c, m, i, j))
        case Apply(op="over"):
            m, s = a.children
            return algebra.product(c(s), _inverse(c, m, i, j))
        case Apply(op="inv"):
            return c(a.children[0], i, j)
        case Apply(op="matmul") if all(x.shape.is_square for x in a.children):
            x, y = a.children
            require_alike(y.shape.rows, y.shape.cols)
            return c.over(
                y.shape.rows,
                lambda k: algebra.product(_inverse(c, y, i, k), _inverse(c, x, k, j)),
            )
        case Apply(op="kron") if all(x.shape.is_square for x in a.children):
            x, y = a.children
            return c(build("kron", build("inv", x), build("inv", y)), i, j)
        case Apply(op="expm"):
            return c(build("expm", build("neg", a.children[0])), i, j)
        case Apply(op="I"):
            return c.equal(i, j)
        case Apply(op="adj"):
            x = a.children[0]
            return algebra.product(algebra.power(_determinant(c, x), -1), c(x, i, j))
        case Apply(op="matrix_power"):
            x, k = a.children
            return _matrix_power(c, x, -c(k), i, j)
        case Symbol() if "orthogonal" in a.properties:
            return c(a, j, i)
    require_alike(*a.shape.axes)
    count = spelled_out(a)
    if count:
        cofactor = _adjugate_entry(c, a, count, i, j)
        return algebra.product(cofactor, algebra.power(_determinant(c, a), -1))
    return _opaque(c, "inv", a, i, j)


def spelled_out(a: Expr) -> int:
    """The number of rows of a matrix small enough to be written out in full, else 0."""
    n = a.shape.rows
    if n.names:
        return 0
    count = n.at({})
    return count if count <= LARGEST_SPELLED_OUT else 0


def adjugate(c: Components, expr: Apply, at: At) -> Poly:
    (a,) = expr.children
    i, j = at
    match a:
        case Apply(op="transpose"):
            return c(build("adj", a.children[0]), j, i)
        case Apply(op="matmul") if all(x.shape.is_square for x in a.children):
            x, y = a.children
            return c(build("matmul", build("adj", y), build("adj", x)), i, j)
        case Apply(op="scale"):
            s, m = a.children
            factor = _scalar_power(c(s), a.shape.rows, -1)
            return algebra.product(factor, c(build("adj", m), i, j))
    count = spelled_out(a)
    if count:
        return _adjugate_entry(c, a, count, i, j)
    if _generically_invertible(c, a):
        # polynomial in the entries and equal to det(A) A⁻¹ on a dense set, so equal everywhere
        return algebra.product(_determinant(c, a), _inverse(c, a, i, j))
    return _opaque(c, "adj", a, i, j)


def _generically_invertible(c: Components, a: Expr) -> bool:
    """Whether the invertible points are dense among those at which the claim is made."""
    if _invertible_base(c, a):
        return True
    if isinstance(a, Apply) and a.op == "adj":
        return _generically_invertible(c, a.children[0])
    restrictive = {"antisymmetric", "idempotent"}
    plain = isinstance(a, Symbol) and a.definition is None and not restrictive & a.properties
    return plain and c.continuous  # equality on a dense set is equality where both sides are continuous


def _adjugate_entry(c: Components, a: Expr, count: int, i: Value, j: Value) -> Poly:
    rows = [v for v, _ in alternatives(a.shape.rows)]
    kept_rows = [v for v in rows if v != j]
    kept_cols = [v for v in rows if v != i]
    sign = (-1) ** (rows.index(i) + rows.index(j))
    return leibniz(c, a, kept_rows, kept_cols).times(sign) if count > 1 else ONE_POLY


def _scalar_power(base: Poly, axis: Axis, shift: int = 0) -> Poly:
    return algebra.symbolic_power(base, algebra.size(axis) + Poly.number(shift))


# --- determinant ----------------------------------------------------------------------------------------------------


def determinant(c: Components, expr: Apply, at: At) -> Poly:
    return _determinant(c, expr.children[0])


def log_determinant(c: Components, expr: Apply, at: At) -> Poly:
    return algebra.function("log", _determinant(c, expr.children[0]))


def _determinant(c: Components, a: Expr) -> Poly:
    n = a.shape.rows
    match a:
        case Apply(op="transpose"):
            return _determinant(c, a.children[0])
        case Apply(op="neg"):
            return algebra.product(_scalar_power(Poly.number(-1), n), _determinant(c, a.children[0]))
        case Apply(op="scale"):
            s, m = a.children
            return algebra.product(_scalar_power(c(s), n), _determinant(c, m))
        case Apply(op="over"):
            m, s = a.children
            return algebra.product(_scalar_power(algebra.power(c(s), -1), n), _determinant(c, m))
        case Apply(op="matmul") if all(x.shape.is_square for x in a.children):
            return algebra.product(*(_determinant(c, x) for x in a.children))
        case Apply(op="inv"):
            return algebra.power(_determinant(c, a.children[0]), -1)
        case Apply(op="matrix_power"):
            m, k = a.children
            return algebra.symbolic_power(_determinant(c, m), c(k))
        case Apply(op="kron") if all(x.shape.is_square for x in a.children):
            x, y = a.children
            return algebra.product(
                _scalar_power(_determinant(c, x), y.shape.rows),
                _scalar_power(_determinant(c, y), x.shape.rows),
            )
        case Apply(op="expm"):
            return algebra.function("exp", c(build("tr", a.children[0])))
        case Apply(op="I"):
            return ONE_POLY
        case Apply(op="adj"):
            return _scalar_power(_determinant(c, a.children[0]), n, -1)
        case Apply(op="block") if n.names:
            return _block_determinant(c, a)
    count = spelled_out(a)
    if count:
        rows = [v for v, _ in alternatives(n)]
        return leibniz(c, a, rows, [v for v, _ in alternatives(a.shape.cols)])
    require_alike(*a.shape.axes)
    updated = _updated_determinant(c, a)
    return updated if updated is not None else _opaque_determinant(c, a)


def _updated_determinant(c: Components, a: Expr) -> Poly | None:
    """det(A + U V) = det(A) det(I + V A⁻¹ U), turned so that the smaller matrix, or the smaller key, remains."""
    if not (isinstance(a, Apply) and a.op in ("add", "sub")):
        return None
    for base, update in (a.children, a.children[::-1]):
        sign = -1 if a.op == "sub" and update is a.children[1] else 1
        if a.op == "sub" and sign == 1:
            continue
        chain = _chain(update)
        if len(chain) < 2 or not _generically_invertible(c, base):
            continue
        return _sylvester(c, base, chain, sign)
    return None


def _invertible_base(c: Components, base: Expr) -> bool:
    if isinstance(base, Apply) and base.op in ("I", "inv", "expm"):
        return True
    if isinstance(base, Symbol) and base.properties & {"invertible", "positive_definite", "orthogonal"}:
        return True
    return base in c.invertible


def _chain(expr: Expr) -> list[Expr]:
    """The factors of a product, a scalar multiple or quotient kept with its first factor."""
    if isinstance(expr, Apply) and expr.op == "matmul":
        return [f for child in expr.children for f in _chain(child)]
    if isinstance(expr, Apply) and expr.op == "outer":
        x, y = (_as_column(v) for v in expr.children)
        return [x, build("transpose", y)]
    if isinstance(expr, Apply) and expr.op == "scale":
        first, *others = _chain(expr.children[1])
        return [build("scale", expr.children[0], first), *others]
    return [expr]


def _as_column(x: Expr) -> Expr:
    return build("transpose", x) if x.shape.rows.is_one else x


def _sylvester(c: Components, base: Expr, chain: list[Expr], sign: int) -> Poly:
    """det(base) times det(I ± …) with the cyclic product begun where it gives the least key."""
    links = [build("inv", base), *chain] if not (isinstance(base, Apply) and base.op == "I") else chain
    rotations = []
    for k in range(len(links)):
        turned = links[k:] + links[:k]
        whole = turned[0]
        for link in turned[1:]:
            whole = build("matmul", whole, link)
        axis = whole.shape.rows
        rotations.append((axis.is_one, axis, whole))
    head = _determinant(c, base)
    for scalar, _, whole in rotations:
        if scalar:
            return algebra.product(head, ONE_POLY + c(whole).times(sign))
    found = []
    for _, axis, whole in rotations:
        op = "add" if sign > 0 else "sub"
        found.append(_opaque_determinant(c, build(op, build("I", axis), whole)))
    return algebra.product(head, min(found, key=lambda p: p.key({})))


def _block_determinant(c: Components, a: Apply) -> Poly:
    """A 2×2 block matrix: the product of the diagonal blocks times a Schur complement where that is defined."""
    if a.params != (2, 2):
        raise NoIndexForm("the determinant of a block matrix that is not 2×2")
    p, q, r, s = a.children
    if not (p.shape.is_square and s.shape.is_square):
        raise NoIndexForm("the determinant of a block matrix with rectangular diagonal blocks")
    if _vanishes(c, q) or _vanishes(c, r):
        return algebra.product(_determinant(c, p), _determinant(c, s))
    for x, y, u, v in ((p, s, q, r), (s, p, r, q)):
        if _generically_invertible(c, x):
            schur = build("sub", y, build("matmul", build("matmul", v, build("inv", x)), u))
            return algebra.product(_determinant(c, x), _determinant(c, schur))
    raise NoIndexForm("the determinant of a block matrix none of whose blocks is known to be invertible")


def _vanishes(c: Components, a: Expr) -> bool:
    return isinstance(a, Apply) and a.op == "zeros"


def _opaque_determinant(c: Components, a: Expr) -> Poly:
    slots, poly = _matrix_poly(c, a)
    if not poly.terms:
        return ZERO
    content, rest = algebra.extract_content(poly, False, frozenset(slots))
    if content.constant != 1:
        outside = _scalar_power(content, a.shape.rows)
        return algebra.product(outside, _determinant_factor(a, rest, slots))
    return _determinant_factor(a, poly, slots)


def _determinant_factor(a: Expr, poly: Poly, slots: tuple[Idx, Idx]) -> Poly:
    row, col = slots
    if poly == algebra.delta(row, col):
        return ONE_POLY
    cleared = _without_inverse_at_an_end(a, poly, slots)
    if cleared is not None:
        return cleared
    swapped = poly.replace({row: col, col: row}).collect()
    if swapped.key({}) < poly.key({}):
        poly = swapped
    data = MatrixFunction("det", a, slots)
    return algebra.single(Factor("det", data, (), (poly.collect(),), label=str(a.shape.rows)))


def _without_inverse_at_an_end(a: Expr, poly: Poly, slots: tuple[Idx, Idx]) -> Poly | None:
    """det(X⁻¹ M) = det(M) / det(X): an inverse at the rows or columns of some term is multiplied away."""
    for _, term in poly.terms:
        for factor, exponent in term.factors:
            if factor.head != "mat" or factor.data.kind != "inv" or exponent != 1:
                continue
            for side, place in enumerate(factor.places):
                if place not in slots or (len(poly.terms) == 1 and len(term.factors) == 1):
                    continue
                other = Idx(place.axis)  # type: ignore[union-attr]
                matrix = factor.subs[0]
                inner = factor.data.slots
                ends = {inner[1 - side]: other, inner[side]: place}
                moved = poly.replace({place: other})  # type: ignore[dict-item]
                turned = algebra.bind(algebra.product(matrix.replace(ends), moved), [other]).collect()
                below = _determinant_factor(factor.data.argument, matrix, inner)
                if not turned.terms:
                    return ZERO
                content, rest = algebra.extract_content(turned, False, frozenset(slots))
                above = algebra.product(
                    _scalar_power(content, a.shape.rows), _determinant_factor(a, rest, slots)
                )
                return algebra.product(above, algebra.power(below, -1))
    return None


# --- opaque matrices ------------------------------------------------------------------------------------------------


def _matrix_poly(c: Components, a: Expr) -> tuple[tuple[Idx, Idx], Poly]:
    """The component of a matrix at two slots."""
    if a.shape.rows.kind not in ("name", "integer"):
        raise NoIndexForm("a function of a matrix whose rows are a product or a block")
    row, col = Idx.free("ρ", a.shape.rows), Idx.free("γ", a.shape.rows)
    return (row, col), c(a, row, col).collect()


def _opaque(c: Components, kind: str, a: Expr, i: Value, j: Value, exponent: Poly = ONE_POLY) -> Poly:
    """The (i, j) component of a function of a matrix that no rule takes apart."""
    (row, col), poly = _matrix_poly(c, a)
    places = (*leaves(i), *leaves(j))
    outside = ONE_POLY
    if not poly.terms:
        if kind == "inv":
            raise NoIndexForm("the inverse of a zero matrix")
        return algebra.delta(*places) if kind == "expm" else ZERO
    if kind == "inv":
        diagonal = _diagonal_entry(poly, row, col)
        if diagonal is not None:
            at_place = diagonal.replace({row: places[0]})
            return algebra.product(algebra.delta(*places), algebra.power(at_place, -1))
    content, rest = algebra.extract_content(poly, False, frozenset((row, col)))
    if content.constant != 1 and kind in ("inv", "expm", "pinv"):
        poly = rest.collect()
        if kind == "expm":
            exponent = algebra.product(exponent, content)
        else:
            outside = algebra.power(content, -1)
    factor = matrix_factor(kind, a, poly, (row, col), places, exponent)
    if kind == "adj":
        det = _determinant(c, a)
        if len(det.terms) != 1 or det.terms[0][0] != 1:
            raise NoIndexForm("the adjugate of a matrix whose determinant is a sum")
        data = MatrixFunction("adj", a, (row, col), det.terms[0][1])
        factor = Factor("mat", data, factor.places, factor.subs, factor.label, factor.symmetric)
    return algebra.product(outside, algebra.single(factor))


def matrix_factor(
    kind: str,
    a: Expr,
    poly: Poly,
    slots: tuple[Idx, Idx],
    places: tuple[Place, ...],
    exponent: Poly = ONE_POLY,
) -> Factor:
    """The factor of an opaque matrix, turned so that a matrix and its transpose give the same one."""
    row, col = slots
    swapped = poly.replace({row: col, col: row}).collect()
    own, other = poly.key({}), swapped.key({})
    if other < own:
        poly, places = swapped, places[::-1]
    label = kind
    if exponent.constant != 1:
        exponent = exponent.collect()
        label = f"{kind}^({exponent.key({})})"
    data = MatrixFunction(kind, a, slots, None, exponent)
    return Factor("mat", data, places, (poly,), label, symmetric=own == other)


def _diagonal_entry(poly: Poly, row: Idx, col: Idx) -> Poly | None:
    """The entry p of a matrix δᵢⱼ pᵢ."""
    entries = []
    for coefficient, term in poly.terms:
        deltas = [f for f, _ in term.factors if f.head == "delta" and set(f.places) == {row, col}]
        if not deltas:
            return None
        rest = tuple((f.replace({col: row}), e) for f, e in term.factors if f not in deltas)
        entries.append((coefficient, Term(rest, term.bound)))
    return Poly(entries)


# --- powers, exponential, pseudo-inverse ----------------------------------------------------------------------------


def matrix_power(c: Components, expr: Apply, at: At) -> Poly:
    a, k = expr.children
    return _matrix_power(c, a, c(k), *at)


def _matrix_power(c: Components, a: Expr, exponent: Poly, i: Value, j: Value) -> Poly:
    constant = exponent.constant
    require_alike(*a.shape.axes)
    if constant is None:
        if isinstance(a, Apply) and a.op == "transpose":
            return _matrix_power(c, a.children[0], exponent, j, i)
        if isinstance(a, Apply) and a.op == "inv":
            return _matrix_power(c, a.children[0], -exponent, i, j)
        return _opaque(c, "mpow", a, i, j, exponent.collect())
    count = int(constant)
    if abs(count) > LONGEST_CHAIN:
        return _opaque(c, "mpow", a, i, j, exponent)
    if count == 0:
        return c.equal(i, j)
    base = a if count > 0 else build("inv", a)
    if abs(count) == 1:
        return c(base, i, j)
    rest = Poly.number(abs(count) - 1)
    return c.over(
        a.shape.rows,
        lambda k: algebra.product(c(base, i, k), _matrix_power(c, base, rest, k, j)),
    )


def exponential(c: Components, expr: Apply, at: At) -> Poly:
    (a,) = expr.children
    i, j = at
    if isinstance(a, Apply) and a.op == "transpose":
        return c(build("expm", a.children[0]), j, i)
    if isinstance(a, Apply) and a.op == "zeros":
        return c.equal(i, j)
    count = spelled_out(a)
    if count == 1:
        return algebra.function("exp", c(a, i, j))
    return _opaque(c, "expm", a, i, j)


def pseudo_inverse(c: Components, expr: Apply, at: At) -> Poly:
    (a,) = expr.children
    i, j = at
    match a:
        case Apply(op="transpose"):
            return c(build("pinv", a.children[0]), j, i)
        case Apply(op="pinv"):
            return c(a.children[0], i, j)
        case Apply(op="inv"):
            return c(a.children[0], i, j)
    if a in c.invertible:
        return _inverse(c, a, i, j)
    if isinstance(a, Symbol) and {"invertible", "orthogonal", "positive_definite"} & a.properties:
        return _inverse(c, a, i, j)
    if not isinstance(a, Symbol):
        raise NoIndexForm("the pseudo-inverse of a composite matrix has no index form")
    factor = Factor("mat", MatrixFunction("pinv", a), (*leaves(i), *leaves(j)), label=f"pinv {a.name}")
    return algebra.single(factor)
