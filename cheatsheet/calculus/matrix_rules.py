"""Rules for matrices: properties used, inverses and powers cancelled, the Penrose equations of the pseudo-inverse."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import TypeGuard

from cheatsheet.calculus.division import divisions
from cheatsheet.calculus.factors import Determinant, Dimension, Entry, Exponential, MatrixEntry, is_opaque
from cheatsheet.calculus.integers import is_integer_valued, odd_part
from cheatsheet.calculus.partial_products import (
    Product,
    delta_poly,
    is_whole_matrix,
    leading_term,
    single_factor,
    times_poly,
    users_of,
    without,
)
from cheatsheet.calculus.structure import consequences
from cheatsheet.calculus.terms import Factor, Factors, Idx, Place, Poly, Term


def contract_properties(coefficient: Fraction, factors: Factors, bound: set[Idx]) -> list[Product] | None:
    """Σₖ Qₖᵢ Qₖⱼ = δᵢⱼ for orthogonal Q, Σₖ Pᵢₖ Pₖⱼ = Pᵢⱼ for idempotent P."""
    special = [f for f in factors if isinstance(f, Entry) and _property(f)]
    for f in special:
        kind = _property(f)
        for position, k in enumerate(f.places):
            if not isinstance(k, Idx) or k not in bound or f.places[0] == f.places[1]:
                continue
            uses = users_of(factors, k)
            if len(uses) == 1 and factors[f] == 2:
                result = _square_of_entry(f, position, kind)
            elif len(uses) == 2 and factors[f] == 1:
                g = uses[0] if uses[1] is f else uses[1]
                result = _pair_of_entries(f, position, g, k, kind) if factors[g] == 1 else None
            else:
                result = None
            if result is not None:
                rest = without(factors, *uses)
                return times_poly(coefficient, rest, bound - {k}, result)
    return None


def reduce_diagonal_entries(coefficient: Fraction, factors: Factors, bound: set[Idx]) -> list[Product] | None:
    """dᵢᵢ² = 1 for orthogonal diagonal D, dᵢᵢ² = dᵢᵢ for idempotent diagonal D."""
    for f, exponent in factors.items():
        if (
            not isinstance(f, Entry)
            or len(f.places) != 2
            or f.places[0] != f.places[1]
            or exponent.denominator > 1
        ):
            continue
        kind = _property(f)
        if not kind or "diagonal" not in consequences(f.of.properties):
            continue
        if kind == "orthogonal" and not 0 <= exponent <= 1:
            return [(coefficient, {**factors, f: exponent % 2}, bound)]
        if kind == "idempotent" and exponent > 1:
            return [(coefficient, {**factors, f: Fraction(1)}, bound)]
    return None


def _property(factor: Entry) -> str:
    properties = factor.of.properties
    if len(factor.places) != 2:
        return ""
    return next((p for p in ("orthogonal", "idempotent") if p in properties), "")


def entry_at(factor: Entry, i: Place, j: Place) -> Poly:
    return Poly([(Fraction(1), Term(((factor.moved((i, j)), Fraction(1)),)))])


def _square_of_entry(f: Entry, position: int, kind: str) -> Poly | None:
    other = f.places[1 - position]
    if kind == "orthogonal":
        return Poly.number(1)
    return entry_at(f, other, other) if f.symmetric else None


def _pair_of_entries(f: Entry, position: int, g: Factor, k: Idx, kind: str) -> Poly | None:
    if not isinstance(g, Entry) or g.of != f.of or g.places.count(k) != 1:
        return None
    there = g.places.index(k)
    here, far = f.places[1 - position], g.places[1 - there]
    if kind == "orthogonal":
        if there != position and "antisymmetric" in f.of.properties:
            return -delta_poly(here, far)
        return delta_poly(here, far) if there == position or f.symmetric else None
    if f.symmetric or there != position:
        return entry_at(f, here, far) if position == 1 else entry_at(f, far, here)
    return None


def cancel_inverse(coefficient: Fraction, factors: Factors, bound: set[Idx]) -> list[Product] | None:
    """M·M⁻¹ = 1, used on the leading term of M: lead·M⁻¹ becomes 1 − (M − lead)·M⁻¹, and so for adj and powers."""
    for factor, exponent in factors.items():
        if exponent != 1 or not _cancels(factor):
            continue
        rest = without(factors, factor)
        for own, far, slots in _sides(factor):
            if not isinstance(own, Idx) or own not in bound or own == far:
                continue
            result = _cancel_side(factor, own, far, slots, rest, bound)
            if result is not None:
                return [(coefficient * c, f, b) for c, f, b in result]
    return None


def _cancels(factor: Factor) -> TypeGuard[MatrixEntry]:
    return is_opaque(factor, "inv", "adj") and len(factor.places) == 2


def _sides(factor: MatrixEntry) -> Iterator[tuple[Place, Place, tuple[Idx, Idx]]]:
    """(contracted place, other place, (slot that meets it, slot that stays)) for M·M⁻¹ and for M⁻¹·M."""
    i, j = factor.places
    row, col = factor.slots
    yield i, j, (col, row)
    yield j, i, (row, col)
    if factor.symmetric:
        yield i, j, (row, col)
        yield j, i, (col, row)


def _cancel_side(
    factor: MatrixEntry, own: Idx, far: Place, slots: tuple[Idx, Idx], rest: Factors, bound: set[Idx]
) -> list[Product] | None:
    matrix = factor.subs[0]
    lead, others = leading_term(matrix)
    if lead is None:
        return None
    meeting, staying = slots
    for remaining, mapping in divisions(rest, bound, lead[1], {meeting: own}, {staying}):
        if mapping[staying] == own or any(own in f.indices for f in remaining):
            continue
        used = {v for k, v in mapping.items() if k in lead[1].bound}
        x = mapping[staying]
        determinant = factor.function.determinant
        scalar = Poly.number(1) if determinant is None else Poly([(Fraction(1), determinant)])
        results: list[Product] = []
        for product in times_poly(1 / lead[0], remaining, bound - used - {own}, delta_poly(x, far)):
            results += times_poly(*product, scalar)
        kept = {**remaining, factor: remaining.get(factor, Fraction(0)) + 1}
        tail = others.replace({meeting: own, staying: x})
        results += times_poly(-1 / lead[0], kept, bound - used, tail)
        return results
    return None


def merge_powers(coefficient: Fraction, factors: Factors, bound: set[Idx]) -> list[Product] | None:
    """exp(sA) exp(tA) = exp((s + t)A), Aᵏ Aˡ = Aᵏ⁺ˡ and Aᵏ A = Aᵏ⁺¹; exp(A) goes before A, with which it commutes."""
    powers = [f for f in factors if is_opaque(f, "mpow", "expm") and factors[f] == 1]
    for f in powers:
        for position, k in enumerate(f.places):
            if not isinstance(k, Idx) or k not in bound or f.places[0] == f.places[1]:
                continue
            uses = users_of(factors, k)
            if len(uses) != 2 or any(factors[u] != 1 for u in uses):
                continue
            g = uses[0] if uses[1] is f else uses[1]
            result = _joined(f, position, g, k, _is_loop(factors, f))
            if result is not None:
                return times_poly(coefficient, without(factors, f, g), bound - {k}, result)
    return None


def _is_loop(factors: Factors, f: MatrixEntry) -> bool:
    """Whether a power closes a trace with copies of its own matrix, where no factor comes first."""
    base = _single_entry(f.subs[0]) if f.subs else None
    links = [
        g for g in factors if g is f or (base is not None and isinstance(g, Entry) and g.label == base.label)
    ]
    places = [p for g in links for p in g.places]
    return all(places.count(p) == 2 for p in places)


def _joined(f: MatrixEntry, position: int, g: Factor, k: Idx, loop: bool) -> Poly | None:
    """What the two factors that meet at the bound index k make together, if a rule says so."""
    if g.places.count(k) != 1 or len(g.places) != 2:
        return None
    there = g.places.index(k)
    here, far = f.places[1 - position], g.places[1 - there]
    kind, exponent = f.function.kind, f.function.exponent
    if isinstance(g, MatrixEntry) and g.subs == f.subs and (there != position or f.symmetric):
        ends = (here, far) if position == 1 else (far, here)
        if g.function.kind == kind:
            return _power_entry(f, (exponent + g.function.exponent).collect(), ends)
        if g.function.kind == "inv" and kind == "mpow":
            return _power_entry(f, (exponent - Poly.number(1)).collect(), ends)
        return None
    if isinstance(g, MatrixEntry) and g.subs == f.subs and g.function.kind == kind:
        return _opposite(f, g, here, far, position)
    base = _single_entry(f.subs[0])
    if base is None or not isinstance(g, Entry) or g.label != base.label:
        return None
    turned = base.places[0] != f.slots[0]  # the factor is kept as a function of the transpose
    before = (position == 0) != turned
    opposite = before != (there == 1) and not g.symmetric
    if opposite and not (kind == "mpow" and "orthogonal" in base.of.properties):
        return None
    if kind == "mpow":
        ends = (far, here) if position == 0 else (here, far)
        return _power_entry(f, (exponent + Poly.number(-1 if opposite else 1)).collect(), ends)
    return _exchanged(f, g, turned, here, far) if before and not g.symmetric and not loop else None


def _opposite(f: MatrixEntry, g: MatrixEntry, here: Place, far: Place, position: int) -> Poly | None:
    """Qᵏ (Qˡ)ᵀ = Qᵏ⁻ˡ for orthogonal Q and exp(A) exp(A)ᵀ = I for antisymmetric A."""
    difference = (f.function.exponent - g.function.exponent).collect()
    entry = _single_entry(f.subs[0])
    orthogonal = entry is not None and "orthogonal" in entry.of.properties
    if f.function.kind == "mpow":
        ends = (here, far) if position == 1 else (far, here)
        return _power_entry(f, difference, ends) if orthogonal else None
    if difference.terms:
        return None
    row, col = f.slots
    swapped = f.subs[0].replace({row: col, col: row})
    return delta_poly(here, far) if swapped == -f.subs[0] else None


def _exchanged(f: MatrixEntry, g: Entry, turned: bool, here: Place, far: Place) -> Poly:
    """A exp(A) = exp(A) A: the two factors with their outer ends exchanged."""
    middle = Idx(f.slots[0].axis)
    places = (middle, far) if turned else (far, middle)
    exponential = MatrixEntry(f.function, places, f.subs)
    entry = Entry(g.of, (middle, here))
    return Poly(
        [(Fraction(1), Term(((exponential, Fraction(1)), (entry, Fraction(1))), frozenset({middle})))]
    )


def _single_entry(poly: Poly) -> Entry | None:
    factor = single_factor(poly)
    return factor if factor is not None and is_whole_matrix(factor) else None


def _power_entry(f: MatrixEntry, exponent: Poly, ends: tuple[Place, Place]) -> Poly | None:
    kind = f.function.kind
    base = _single_entry(f.subs[0])
    if kind == "mpow" and base is not None:
        exponent, turned = reduced_exponent(base.of.properties, exponent)
        ends = ends[::-1] if turned else ends
    constant = exponent.constant
    if constant == 0:
        return delta_poly(*ends)
    if kind == "mpow" and constant is not None:
        return f.subs[0].replace(dict(zip(f.slots, ends, strict=True))) if constant == 1 else None
    new = MatrixEntry(replace(f.function, exponent=exponent), ends, f.subs, f.symmetric)
    return Poly([(Fraction(1), Term(((new, Fraction(1)),)))])


def reduce_signs(coefficient: Fraction, factors: Factors, bound: set[Idx]) -> list[Product] | None:
    """det(Q)² = 1 for orthogonal Q, det(P)² = det(P) for idempotent P, (−1)ⁿ det(A) = det(A) for antisymmetric A."""
    for factor, exponent in factors.items():
        if not isinstance(factor, Determinant) or exponent.denominator > 1:
            continue
        symbol = _single_entry(factor.subs[0])
        properties = symbol.of.properties if symbol is not None else frozenset()
        if "orthogonal" in properties and not 0 <= exponent <= 1:
            return [(coefficient, {**factors, factor: exponent % 2}, bound)]
        if "idempotent" in properties and exponent > 1:
            return [(coefficient, {**factors, factor: Fraction(1)}, bound)]
        if factor.function.antisymmetric and exponent > 0:
            rows = str(factor.function.argument.shape.rows)
            sign = next((f for f in factors if is_sign_of(f, rows)), None)
            if sign is not None:
                return [(coefficient, without(factors, sign), bound)]
    return None


def is_sign_of(factor: Factor, name: str) -> bool:
    """Whether a factor is (−1)ⁿ for the dimension of this name."""
    if not isinstance(factor, Exponential) or factor.subs[0].constant != -1:
        return False
    size = single_factor(factor.subs[1])
    return size is not None and isinstance(size, Dimension) and size.name == name


def reduced_exponent(properties: frozenset[str], exponent: Poly) -> tuple[Poly, bool]:
    """One of the exponents that give the same power, and whether of the transpose: Q⁻ᵏ = (Qᵏ)ᵀ for orthogonal Q, and
    Q² = I where it is symmetric too."""
    if "orthogonal" not in properties:
        return exponent, False
    if "symmetric" in consequences(properties):
        parity = sum(odd_part(exponent), Poly()).collect()
        return (parity, False) if is_integer_valued(exponent) else (exponent, False)
    negative = (-exponent).collect()
    number = exponent.constant
    turned = negative.key({}) < exponent.key({}) if number is None else number == -1
    return (negative, True) if turned else (exponent, False)


def contract_triangular(coefficient: Fraction, factors: Factors, bound: set[Idx]) -> list[Product] | None:
    """lᵢₖ mₖᵢ of two lower triangular matrices vanishes unless k = i; the diagonal of L⁻¹ is that of 1/L."""
    found = [(f, *_row_and_column(f)) for f in factors if factors[f] > 0 and triangle(f)]
    for f, row, column in found:
        if row == column and is_opaque(f, "inv", "mpow", "expm"):
            return times_poly(coefficient, without(factors, f), bound, _diagonal_of(f, row, factors[f]))
        for _, other_row, other_column in found:
            if row == other_column and column == other_row and row != column:
                return times_poly(coefficient, factors, bound, delta_poly(row, column))
    return None


def triangle(f: Factor) -> str:
    """``lower`` or ``upper`` for an entry of a triangular matrix, or of its inverse, power or exponential."""
    entry = (
        f
        if isinstance(f, Entry)
        else _single_entry(f.subs[0])
        if isinstance(f, MatrixEntry) and f.subs
        else None
    )
    if entry is None or len(entry.places) != 2 or not isinstance(entry, Entry):
        return ""
    properties = entry.of.properties
    return next((p.removesuffix("_triangular") for p in properties if p.endswith("_triangular")), "")


def _row_and_column(f: Factor) -> tuple[Place, Place]:
    """The places of an entry such that the first is at least the second wherever the entry is not zero."""
    turned = isinstance(f, MatrixEntry) and _single_entry(f.subs[0]).places[0] != f.slots[0]  # type: ignore[union-attr]
    places = f.places[::-1] if turned else f.places
    return (places[0], places[1]) if triangle(f) == "lower" else (places[1], places[0])


def _diagonal_of(f: MatrixEntry, place: Place, exponent: Fraction) -> Poly:
    """A power of the diagonal entry of the inverse, power or exponential of a triangular matrix."""
    own, of_number = _single_entry(f.subs[0]), f.function.of_number
    assert own is not None
    assert of_number is not None
    return of_number(entry_at(own, place, place), f.function.exponent, exponent)
