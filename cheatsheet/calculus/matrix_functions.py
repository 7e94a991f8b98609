"""Inverse, adjugate, powers and pseudo-inverse in index form.

First the argument's own form is used (a transpose, a product of square factors, a Kronecker product, …); what remains
is an opaque factor, on which the cancelling rules of :mod:`cheatsheet.calculus.matrix_rules` act.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING

from cheatsheet.calculus import algebra, powers
from cheatsheet.calculus.algebra import ONE_POLY
from cheatsheet.calculus.block_matrices import block_inverse, of_diagonal_blocks
from cheatsheet.calculus.chains import links_of, product_of
from cheatsheet.calculus.component_rules import leibniz
from cheatsheet.calculus.determinants import determinant, scalar_power, spelled_out, usable_inverse
from cheatsheet.calculus.errors import NoIndexForm
from cheatsheet.calculus.factors import MatrixEntry, MatrixFunction
from cheatsheet.calculus.index_values import Value, alternatives, leaves, require_alike, split
from cheatsheet.calculus.matrix_rules import reduced_exponent
from cheatsheet.calculus.opaque import matrix_factor, matrix_poly, opaque, scalar_content
from cheatsheet.calculus.signs import is_nonnegative_integer, is_positive_integer
from cheatsheet.calculus.structure import consequences, nilpotent_step
from cheatsheet.calculus.terms import ZERO, Place, Poly
from cheatsheet.language.expressions import Apply, Expr, Number, Symbol
from cheatsheet.language.table import build

if TYPE_CHECKING:
    from cheatsheet.calculus.components import Components

At = tuple[Value, ...]
LONGEST_CHAIN = 8


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
            return algebra.product(powers.power(c(s), -1), _inverse(c, m, i, j))
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
        case Apply(op="matmul") if _split_chain(a) is not None:
            x, y = _split_chain(a) or (a, a)
            return _inverse(c, build("matmul", x, y), i, j)
        case Apply(op="kron") if all(x.shape.is_square for x in a.children):
            x, y = a.children
            return c(build("kron", build("inv", x), build("inv", y)), i, j)
        case Apply(op="expm"):
            return c(build("expm", build("neg", a.children[0])), i, j)
        case Apply(op="I"):
            return c.equal(i, j)
        case Apply(op="adj"):
            x = a.children[0]
            return algebra.product(powers.power(determinant(c, x), -1), c(x, i, j))
        case Apply(op="matrix_power"):
            x, k = a.children
            return _matrix_power(c, x, -c(k), i, j)
        case Symbol() if "orthogonal" in a.properties:
            return c(a, j, i)
    require_alike(*a.shape.axes)
    count = spelled_out(a)
    if count:
        cofactor = _adjugate_entry(c, a, count, i, j)
        return algebra.product(cofactor, powers.power(determinant(c, a), -1))
    blocks = of_diagonal_blocks(c, "inv", a) or block_inverse(c, a)
    if blocks is not None:
        return c(blocks, i, j)
    return opaque(c, "inv", a, i, j)


def _split_chain(a: Expr) -> tuple[Expr, Expr] | None:
    """A product of several factors as a product of two square ones, if its first or last factor is square."""
    links = links_of(a)
    if len(links) < 3:
        return None
    if links[0].shape.is_square:
        return links[0], product_of(links[1:])
    return (product_of(links[:-1]), links[-1]) if links[-1].shape.is_square else None


# --- adjugate -------------------------------------------------------------------------------------------------------


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
            factor = scalar_power(c(s), a.shape.rows, -1)
            return algebra.product(factor, c(build("adj", m), i, j))
    count = spelled_out(a)
    if count:
        return _adjugate_entry(c, a, count, i, j)
    if usable_inverse(c, a):
        return algebra.product(determinant(c, a), _inverse(c, a, i, j))
    return _opaque_adjugate(c, a, i, j)


def _adjugate_entry(c: Components, a: Expr, count: int, i: Value, j: Value) -> Poly:
    """The cofactor at (j, i)."""
    rows, cols = ([v for v, _ in alternatives(axis)] for axis in a.shape.axes)
    if count == 1:
        return ONE_POLY
    minor = leibniz(c, a, [v for v in rows if v != j], [v for v in cols if v != i])
    return minor.times((-1) ** (cols.index(i) + rows.index(j)))


def _opaque_adjugate(c: Components, a: Expr, i: Value, j: Value) -> Poly:
    slots, poly = matrix_poly(c, a)
    if not poly.terms:
        raise NoIndexForm("the adjugate of a zero matrix")
    det = determinant(c, a)
    if len(det.terms) != 1 or det.terms[0][0] != 1:
        raise NoIndexForm("the adjugate of a matrix whose determinant is a sum")
    factor = matrix_factor("adj", a, poly, slots, (*leaves(i), *leaves(j)))
    data = MatrixFunction("adj", a, slots, det.terms[0][1])
    return algebra.single(MatrixEntry(data, factor.places, factor.subs, factor.symmetric))


# --- powers -----------------------------------------------------------------------------------------


def matrix_power(c: Components, expr: Apply, at: At) -> Poly:
    a, k = expr.children
    blocks = None if isinstance(k, Number) else of_diagonal_blocks(c, "matrix_power", a, k)
    return _matrix_power(c, a, c(k).collect(), *at) if blocks is None else c(blocks, *at)


def _matrix_power(c: Components, a: Expr, exponent: Poly, i: Value, j: Value) -> Poly:
    constant = exponent.constant
    require_alike(*a.shape.axes)
    reached = exponent.times(nilpotent_step(a)) - algebra.size(a.shape.rows)
    if exponent.terms and is_nonnegative_integer(reached.collect()):
        return ZERO
    turned = False
    if isinstance(a, Symbol):
        exponent, turned = reduced_exponent(a.properties, exponent)
        constant = exponent.constant
    if constant is not None and abs(constant) <= LONGEST_CHAIN:
        return _repeated_product(c, a, int(constant), *((j, i) if turned else (i, j)))
    match a:
        case Apply(op="transpose"):
            return _matrix_power(c, a.children[0], exponent, j, i)
        case Apply(op="inv"):
            return _matrix_power(c, a.children[0], -exponent, i, j)
        case Apply(op="kron") if all(x.shape.is_square for x in a.children):
            x, y = a.children
            (p, r), (q, s) = (split(v, [x.shape.rows, y.shape.rows]) for v in (i, j))
            return algebra.product(_matrix_power(c, x, exponent, p, q), _matrix_power(c, y, exponent, r, s))
        case Symbol() if "idempotent" in a.properties and is_positive_integer(exponent):
            return c(a, i, j)
    conjugated = conjugation(a)
    if conjugated is not None:
        left, middle, right = conjugated
        return between(c, left, right, lambda p, q: _matrix_power(c, middle, exponent, p, q), i, j)
    return opaque(c, "mpow", a, *((j, i) if turned else (i, j)), exponent)


def _repeated_product(c: Components, a: Expr, count: int, i: Value, j: Value) -> Poly:
    if count == 0:
        return c.equal(i, j)
    base = a if count > 0 else build("inv", a)
    if abs(count) == 1:
        return c(base, i, j)
    return c.over(
        a.shape.rows,
        lambda k: algebra.product(c(base, i, k), _repeated_product(c, base, abs(count) - 1, k, j)),
    )


def conjugation(a: Expr) -> tuple[Expr, Expr, Expr] | None:
    """(V⁻¹, A, V) of a product V⁻¹ A V, whichever of the outer factors is the inverse."""
    match a:
        case Apply(op="matmul", args=(Apply(op="matmul", args=(Expr() as x, Expr() as m)), Expr() as y)):
            pass
        case Apply(op="matmul", args=(Expr() as x, Apply(op="matmul", args=(Expr() as m, Expr() as y)))):
            pass
        case _:
            return None
    if not (x.shape.is_square and y.shape.is_square):
        return None
    if build("inv", x) == y or build("inv", y) == x:
        return x, m, y
    for q, other in ((x, y), (y, x)):
        if isinstance(q, Symbol) and "orthogonal" in q.properties and other == build("transpose", q):
            return x, m, y
    return None


def between(
    c: Components, left: Expr, right: Expr, middle: Callable[[Value, Value], Poly], i: Value, j: Value
) -> Poly:
    """The component of left · middle · right."""
    return c.over(
        left.shape.cols,
        lambda p: c.over(
            right.shape.rows,
            lambda q: algebra.product(c(left, i, p), middle(p, q), c(right, q, j)),
        ),
    )


# --- pseudo-inverse -------------------------------------------------------------------------------------------------


def pseudo_inverse(c: Components, expr: Apply, at: At) -> Poly:
    (a,) = expr.children
    i, j = at
    simpler = _simpler_pseudo_inverse(c, a) or of_diagonal_blocks(c, "pinv", a)
    if simpler is not None:
        return c(simpler, i, j)
    if not isinstance(a, Symbol):
        return _opaque_pseudo_inverse(c, a, i, j)
    places = (*leaves(i), *leaves(j))
    properties = consequences(a.properties)
    if "zero" in properties:
        return ZERO
    if "diagonal" in properties:
        return algebra.product(algebra.delta(*places), _pseudo_inverse_entry(a, (places[0], places[0])))
    own = _pseudo_inverse_entry(a, places)
    if "antisymmetric" in properties:  # as the entries of the matrix itself
        return (own - _pseudo_inverse_entry(a, places[::-1])).times(Fraction(1, 2))
    return own


def _pseudo_inverse_entry(a: Symbol, places: tuple[Place, ...]) -> Poly:
    symmetric = "symmetric" in consequences(a.properties)
    data = MatrixFunction("pinv", a)
    return algebra.single(MatrixEntry(data, places, (), symmetric))


def _opaque_pseudo_inverse(c: Components, a: Expr, i: Value, j: Value) -> Poly:
    """The pseudo-inverse of a matrix known by its normal form; of a scalar multiple only a number is drawn out."""
    slots, poly = matrix_poly(c, a)
    if not poly.terms:
        return ZERO
    content, rest = scalar_content(poly, slots)
    if content.constant is None:
        content, rest = ONE_POLY, poly
    factor = matrix_factor("pinv", a, rest, slots, (*leaves(i), *leaves(j)))
    return algebra.product(powers.power(content, -1), algebra.single(factor))


def _simpler_pseudo_inverse(c: Components, a: Expr) -> Expr | None:
    """The pseudo-inverse by those of simpler matrices, where a rule says how."""
    gram = build("matmul", build("transpose", a), a)
    if gram in c.invertible:
        return build("matmul", build("inv", gram), build("transpose", a))
    gram = build("matmul", a, build("transpose", a))
    if gram in c.invertible:
        return build("matmul", build("transpose", a), build("inv", gram))
    if a.shape.is_square and c.is_invertible(a):
        return build("inv", a)
    match a:
        case Symbol() if {"symmetric", "idempotent"} <= consequences(a.properties):
            return a
        case Apply(op="transpose"):
            return build("transpose", build("pinv", a.children[0]))
        case Apply(op="pinv"):
            return a.children[0]
        case Apply(op="zeros"):
            return build("transpose", a)
        case Apply(op="neg"):
            return build("neg", build("pinv", a.children[0]))
        case Apply(op="kron"):
            return build("kron", *(build("pinv", x) for x in a.children))
        case Apply(op="scale") if _is_nonzero(a.children[0]):
            return build("over", build("pinv", a.children[1]), a.children[0])
        case Apply(op="over"):
            return build("scale", a.children[1], build("pinv", a.children[0]))
        case Apply(op="matmul"):
            return _pseudo_inverse_of_product(a)
    return None


def _pseudo_inverse_of_product(a: Apply) -> Expr | None:
    """(AᵀA)⁺ = A⁺A⁺ᵀ, and (QA)⁺ = A⁺Qᵀ for orthogonal Q."""
    x, y = a.children
    if x == build("transpose", y) or y == build("transpose", x):
        core = y if x == build("transpose", y) else x
        own, turned = build("pinv", core), build("transpose", build("pinv", core))
        return build("matmul", own, turned) if core is y else build("matmul", turned, own)
    for q in (x, y):
        while isinstance(q, Apply) and q.op == "transpose":
            (q,) = q.children
        if isinstance(q, Symbol) and "orthogonal" in q.properties:
            return build("matmul", build("pinv", y), build("pinv", x))
    return None


def _is_nonzero(s: Expr) -> bool:
    if isinstance(s, Number):
        return s.value != 0
    return isinstance(s, Symbol) and bool(s.properties & {"nonzero", "positive"})
