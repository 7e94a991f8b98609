"""Opaque matrices: a function of a matrix that no rule takes apart, known by the normal form of its argument."""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING

from cheatsheet.calculus import algebra, functions, powers
from cheatsheet.calculus.algebra import ONE_POLY
from cheatsheet.calculus.content import extract_content
from cheatsheet.calculus.errors import NoIndexForm
from cheatsheet.calculus.factors import Delta, MatrixEntry, MatrixFunction, Slots
from cheatsheet.calculus.index_values import Value, leaves
from cheatsheet.calculus.partial_products import SLOTS
from cheatsheet.calculus.terms import ZERO, Factor, Idx, Place, Poly, Term, pieces
from cheatsheet.language.expressions import Expr

if TYPE_CHECKING:
    from cheatsheet.calculus.components import Components


def matrix_poly(c: Components, a: Expr) -> tuple[Slots, Poly]:
    """The component of a matrix at two slots."""
    if any(axis.kind not in ("name", "integer") for axis in a.shape.axes):
        raise NoIndexForm("a function of a matrix whose rows or columns are a product or a block")
    row, col = (Idx.free(name, axis) for name, axis in zip(SLOTS, a.shape.axes, strict=True))
    return (row, col), _closed(c(a, row, col).collect())


def _closed(poly: Poly) -> Poly:
    """The polynomial itself; an opaque factor hides it, so that no index bound outside may stand in it."""
    if any(index.name is None for index in poly.indices):
        raise NoIndexForm("a function of a matrix that depends on a summed index")
    return poly


def opaque(c: Components, kind: str, a: Expr, i: Value, j: Value, exponent: Poly = ONE_POLY) -> Poly:
    """The (i, j) component of the inverse (``inv``), exponential (``expm``) or power (``mpow``) of a matrix."""
    slots, poly = matrix_poly(c, a)
    places = (*leaves(i), *leaves(j))
    if not poly.terms:
        if kind == "expm":
            return algebra.delta(*places)
        raise NoIndexForm("a function of a zero matrix")
    diagonal = diagonal_entry(poly, slots)
    if diagonal is not None:
        entry = diagonal.replace({slots[0]: places[0]})
        return algebra.product(algebra.delta(*places), _scalar_function(kind, entry, exponent))
    if kind == "expm":
        shift, without_shift = identity_part(poly, slots)
        if shift.terms and without_shift.terms:
            outside = functions.function("exp", algebra.product(exponent, shift))
            content, rest = scalar_content(without_shift, slots)
            exponent = algebra.product(exponent, content)
            return algebra.product(
                outside, algebra.single(matrix_factor(kind, a, rest, slots, places, exponent))
            )
    content, rest = scalar_content(poly, slots)
    if kind == "expm":
        exponent = _closed(algebra.product(exponent, content))
        outside = ONE_POLY
    else:
        outside = _scalar_function(kind, content, exponent)
    return algebra.product(outside, algebra.single(matrix_factor(kind, a, rest, slots, places, exponent)))


def _scalar_function(kind: str, entry: Poly, exponent: Poly) -> Poly:
    if kind == "inv":
        return powers.power(entry, -1)
    if kind == "expm":
        return functions.function("exp", algebra.product(exponent, entry))
    return powers.symbolic_power(entry, exponent)


def _power_of_scalar_function(kind: str, entry: Poly, exponent: Poly, times: Fraction) -> Poly:
    return powers.power(_scalar_function(kind, entry, exponent), times)


def matrix_factor(
    kind: str, a: Expr, poly: Poly, slots: Slots, places: tuple[Place, ...], exponent: Poly = ONE_POLY
) -> MatrixEntry:
    """The factor of an opaque matrix, turned so that a matrix and its transpose give the same one."""
    row, col = slots
    turned = (Idx.free(SLOTS[0], col.axis), Idx.free(SLOTS[1], row.axis))
    poly = _at_the_row(poly, slots)
    swapped = _at_the_row(poly.replace({row: turned[1], col: turned[0]}), turned)
    own, other = poly.key({}), swapped.key({})
    if other < own:
        poly, places, (row, col) = swapped, places[::-1], turned
    of_number = partial(_power_of_scalar_function, kind)
    data = MatrixFunction(kind, a, (row, col), None, exponent.collect(), of_number=of_number)
    return MatrixEntry(data, places, (poly,), own == other and row.axis == col.axis)


def _at_the_row(poly: Poly, slots: Slots) -> Poly:
    """The polynomial with δᵢⱼ pⱼ written δᵢⱼ pᵢ, so that a diagonal matrix is seen to be its own transpose."""
    row, col = slots
    terms = []
    for coefficient, term in poly.terms:
        deltas = [f for f, _ in term.factors if f.head == "delta" and set(f.places) == {row, col}]
        if deltas:
            rest = tuple((f if f in deltas else f.replace({col: row}), e) for f, e in term.factors)
            term = Term(rest, term.bound)
        terms.append((coefficient, term))
    return Poly(terms).collect()


def identity_part(poly: Poly, slots: Slots) -> tuple[Poly, Poly]:
    """(s, N) of a matrix s I + N with a scalar s."""
    row, col = slots
    scalar: list[tuple[Fraction, Term]] = []
    rest: list[tuple[Fraction, Term]] = []
    for coefficient, term in poly.terms:
        others = tuple(
            (f, e) for f, e in term.factors if not (isinstance(f, Delta) and set(f.places) == {row, col})
        )
        is_scalar = len(others) < len(term.factors) and not any({row, col} & f.indices for f, _ in others)
        (scalar if is_scalar else rest).append((coefficient, Term(others, term.bound) if is_scalar else term))
    return Poly(scalar), Poly(rest)


def diagonal_entry(poly: Poly, slots: Slots) -> Poly | None:
    """The entry p of a matrix δᵢⱼ pᵢ."""
    row, col = slots
    entries = []
    for coefficient, term in poly.terms:
        deltas = [f for f, _ in term.factors if isinstance(f, Delta) and set(f.places) == {row, col}]
        if not deltas:
            return None
        rest = tuple((f.replace({col: row}), e) for f, e in term.factors if f not in deltas)
        entries.append((coefficient, Term(rest, term.bound)))
    return Poly(entries)


def scalar_content(poly: Poly, slots: Slots) -> tuple[Poly, Poly]:
    """The matrix as a scalar times a matrix: (a + b) A is found in a A + b A, and 2 (A + B) in 2 A + 2 B."""
    parts = [_apart(term, slots) for _, term in poly.terms]
    keys = {matrix.key({}) for _, matrix in parts}
    if len(keys) == 1:
        scalar = Poly((c, s) for (c, _), (s, _) in zip(poly.terms, parts, strict=True)).collect()
        if not scalar.terms:
            return ZERO, poly
        return scalar, Poly([(Fraction(1), parts[0][1])], True)
    return extract_content(poly, False, frozenset(slots))


def _apart(term: Term, slots: Slots) -> tuple[Term, Term]:
    """The factors connected with a slot and the others."""
    scalar: list[tuple[Factor, Idx]] = []
    matrix: list[tuple[Factor, Idx]] = []
    bound: dict[bool, set[Idx]] = {True: set(), False: set()}
    for factors, indices in pieces(term):
        is_matrix = any(set(slots) & f.indices for f, _ in factors)
        (matrix if is_matrix else scalar).extend(factors)  # type: ignore[arg-type]
        bound[is_matrix] |= set(indices)
    return (
        Term(tuple(scalar), frozenset(bound[False])),  # type: ignore[arg-type]
        Term(tuple(matrix), frozenset(bound[True])),  # type: ignore[arg-type]
    )
