"""Rules for matrices: properties used, inverses and powers cancelled, the Penrose equations of the pseudo-inverse."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from cheatsheet.calculus.division import divisions
from cheatsheet.calculus.partial_products import (
    Product,
    delta_poly,
    is_whole_matrix,
    leading_term,
    opaque_label,
    single_factor,
    times_poly,
    users_of,
    without,
)
from cheatsheet.calculus.structure import consequences
from cheatsheet.calculus.terms import Factor, Factors, Idx, Place, Poly, Term
from cheatsheet.language.dimensions import Shape
from cheatsheet.language.expressions import Symbol


def contract_properties(coefficient: Fraction, factors: Factors, bound: set[Idx]) -> list[Product] | None:
    """Σₖ Qₖᵢ Qₖⱼ = δᵢⱼ for orthogonal Q, Σₖ Pᵢₖ Pₖⱼ = Pᵢⱼ for idempotent P."""
    special = [f for f in factors if f.head == "sym" and _property(f)]
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
        if f.head != "sym" or len(f.places) != 2 or f.places[0] != f.places[1] or exponent.denominator > 1:
            continue
        kind = _property(f)
        if not kind or "diagonal" not in consequences(f.data.properties):
            continue
        if kind == "orthogonal" and not 0 <= exponent <= 1:
            return [(coefficient, {**factors, f: exponent % 2}, bound)]
        if kind == "idempotent" and exponent > 1:
            return [(coefficient, {**factors, f: Fraction(1)}, bound)]
    return None


def _property(factor: Factor) -> str:
    properties = factor.data.properties
    if len(factor.places) != 2:
        return ""
    return next((p for p in ("orthogonal", "idempotent") if p in properties), "")


def _entry(factor: Factor, i: Place, j: Place) -> Poly:
    new = Factor("sym", factor.data, (i, j), label=factor.label, symmetric=factor.symmetric)
    return Poly([(Fraction(1), Term(((new, Fraction(1)),)))])


def _square_of_entry(f: Factor, position: int, kind: str) -> Poly | None:
    other = f.places[1 - position]
    if kind == "orthogonal":
        return Poly.number(1)
    return _entry(f, other, other) if f.symmetric else None


def _pair_of_entries(f: Factor, position: int, g: Factor, k: Idx, kind: str) -> Poly | None:
    if g.head != "sym" or g.data != f.data or g.places.count(k) != 1:
        return None
    there = g.places.index(k)
    here, far = f.places[1 - position], g.places[1 - there]
    if kind == "orthogonal":
        if there != position and "antisymmetric" in f.data.properties:
            return -delta_poly(here, far)
        return delta_poly(here, far) if there == position or f.symmetric else None
    if f.symmetric or there != position:
        return _entry(f, here, far) if position == 1 else _entry(f, far, here)
    return None


def cancel_inverse(coefficient: Fraction, factors: Factors, bound: set[Idx]) -> list[Product] | None:
    """M·M⁻¹ = 1, used on the leading term of M: lead·M⁻¹ becomes 1 − (M − lead)·M⁻¹, and so for adj and powers."""
    for factor, exponent in factors.items():
        if factor.head != "mat" or exponent != 1 or not _cancels(factor):
            continue
        rest = without(factors, factor)
        for own, far, slots in _sides(factor):
            if not isinstance(own, Idx) or own not in bound or own == far:
                continue
            result = _cancel_side(factor, own, far, slots, rest, bound)
            if result is not None:
                return [(coefficient * c, f, b) for c, f, b in result]
    return None


def _cancels(factor: Factor) -> bool:
    return factor.data.kind in ("inv", "adj") and len(factor.places) == 2


def _sides(factor: Factor) -> Iterator[tuple[Place, Place, tuple[Idx, Idx]]]:
    """(contracted place, other place, (slot that meets it, slot that stays)) for M·M⁻¹ and for M⁻¹·M."""
    i, j = factor.places
    row, col = factor.data.slots
    yield i, j, (col, row)
    yield j, i, (row, col)
    if factor.symmetric:
        yield i, j, (row, col)
        yield j, i, (col, row)


def _cancel_side(
    factor: Factor, own: Idx, far: Place, slots: tuple[Idx, Idx], rest: Factors, bound: set[Idx]
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
        scalar = (
            Poly.number(1) if factor.data.kind == "inv" else Poly([(Fraction(1), factor.data.determinant)])
        )
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
    powers = [f for f in factors if f.head == "mat" and f.data.kind in ("mpow", "expm") and factors[f] == 1]
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


def _is_loop(factors: Factors, f: Factor) -> bool:
    """Whether a power closes a trace with copies of its own matrix, where no factor comes first."""
    base = _single_entry(f.subs[0]) if f.subs else None
    links = [g for g in factors if g is f or (base is not None and g.head == "sym" and g.label == base.label)]
    places = [p for g in links for p in g.places]
    return all(places.count(p) == 2 for p in places)


def _joined(f: Factor, position: int, g: Factor, k: Idx, loop: bool) -> Poly | None:
    """What the two factors that meet at the bound index k make together, if a rule says so."""
    if g.places.count(k) != 1 or len(g.places) != 2:
        return None
    there = g.places.index(k)
    here, far = f.places[1 - position], g.places[1 - there]
    kind, exponent = f.data.kind, f.data.exponent
    if g.head == "mat" and g.subs == f.subs and (there != position or f.symmetric):
        ends = (here, far) if position == 1 else (far, here)
        if g.data.kind == kind:
            return _power_entry(f, (exponent + g.data.exponent).collect(), ends)
        if g.data.kind == "inv" and kind == "mpow":
            return _power_entry(f, (exponent - Poly.number(1)).collect(), ends)
        return None
    if g.head == "mat" and g.subs == f.subs and g.data.kind == kind:
        return _opposite(f, g, here, far)
    base = _single_entry(f.subs[0])
    if base is None or g.head != "sym" or g.label != base.label:
        return None
    turned = base.places[0] != f.data.slots[0]  # the factor is kept as a function of the transpose
    before = (position == 0) != turned
    if before != (there == 1) and not g.symmetric:
        return None
    if kind == "mpow":
        ends = (far, here) if position == 0 else (here, far)
        return _power_entry(f, (exponent + Poly.number(1)).collect(), ends)
    return _exchanged(f, g, turned, here, far) if before and not g.symmetric and not loop else None


def _opposite(f: Factor, g: Factor, here: Place, far: Place) -> Poly | None:
    """Qᵏ (Qᵏ)ᵀ = I for orthogonal Q and exp(A) exp(A)ᵀ = I for antisymmetric A."""
    if (f.data.exponent - g.data.exponent).collect().terms:
        return None
    entry = _single_entry(f.subs[0])
    orthogonal = entry is not None and "orthogonal" in entry.data.properties
    if f.data.kind == "mpow":
        return delta_poly(here, far) if orthogonal else None
    row, col = f.data.slots
    swapped = f.subs[0].replace({row: col, col: row})
    return delta_poly(here, far) if swapped == -f.subs[0] else None


def _exchanged(f: Factor, g: Factor, turned: bool, here: Place, far: Place) -> Poly:
    """A exp(A) = exp(A) A: the two factors with their outer ends exchanged."""
    middle = Idx(f.data.slots[0].axis)
    places = (middle, far) if turned else (far, middle)
    exponential = Factor("mat", f.data, places, f.subs, f.label)
    entry = Factor("sym", g.data, (middle, here), label=g.label)
    return Poly(
        [(Fraction(1), Term(((exponential, Fraction(1)), (entry, Fraction(1))), frozenset({middle})))]
    )


def _single_entry(poly: Poly) -> Factor | None:
    factor = single_factor(poly)
    return factor if factor is not None and is_whole_matrix(factor) else None


def _power_entry(f: Factor, exponent: Poly, ends: tuple[Place, Place]) -> Poly | None:
    constant = exponent.constant
    if constant == 0:
        return delta_poly(*ends)
    kind, data = f.data.kind, f.data
    if kind == "mpow" and constant is not None:
        return None
    label = opaque_label(kind, data.slots[0].axis, exponent)
    new = Factor("mat", replace(data, exponent=exponent), ends, f.subs, label, f.symmetric)
    return Poly([(Fraction(1), Term(((new, Fraction(1)),)))])


def reduce_signs(coefficient: Fraction, factors: Factors, bound: set[Idx]) -> list[Product] | None:
    """det(Q)² = 1 for orthogonal Q, det(P)² = det(P) for idempotent P, (−1)ⁿ det(A) = det(A) for antisymmetric A."""
    for factor, exponent in factors.items():
        if factor.head != "det" or exponent.denominator > 1:
            continue
        symbol = _single_entry(factor.subs[0])
        properties = symbol.data.properties if symbol is not None else frozenset()
        if "orthogonal" in properties and not 0 <= exponent <= 1:
            return [(coefficient, {**factors, factor: exponent % 2}, bound)]
        if "idempotent" in properties and exponent > 1:
            return [(coefficient, {**factors, factor: Fraction(1)}, bound)]
        if factor.label.endswith(" antisymmetric") and exponent > 0:
            sign = next((f for f in factors if is_sign_of(f, factor.label.split()[0])), None)
            if sign is not None:
                return [(coefficient, without(factors, sign), bound)]
    return None


def is_sign_of(factor: Factor, name: str) -> bool:
    """Whether a factor is (−1)ⁿ for the dimension of this name."""
    if factor.head != "expo" or factor.subs[0].constant != -1:
        return False
    size = single_factor(factor.subs[1])
    return size is not None and size.head == "size" and size.label == name


def contract_triangular(coefficient: Fraction, factors: Factors, bound: set[Idx]) -> list[Product] | None:
    """lᵢₖ mₖᵢ of two lower triangular matrices vanishes unless k = i; the diagonal of L⁻¹ is that of 1/L."""
    found = [(f, *_row_and_column(f)) for f in factors if factors[f] > 0 and triangle(f)]
    for f, row, column in found:
        if row == column and f.head == "mat" and f.data.kind in ("inv", "mpow", "expm"):
            return times_poly(coefficient, without(factors, f), bound, _diagonal_of(f, row, factors[f]))
        for _, other_row, other_column in found:
            if row == other_column and column == other_row and row != column:
                return times_poly(coefficient, factors, bound, delta_poly(row, column))
    return None


def triangle(f: Factor) -> str:
    """``lower`` or ``upper`` for an entry of a triangular matrix, or of its inverse, power or exponential."""
    entry = f if f.head == "sym" else _single_entry(f.subs[0]) if f.head == "mat" and f.subs else None
    if entry is None or len(entry.places) != 2 or entry.head != "sym":
        return ""
    properties = entry.data.properties
    return next((p.removesuffix("_triangular") for p in properties if p.endswith("_triangular")), "")


def _row_and_column(f: Factor) -> tuple[Place, Place]:
    """The places of an entry such that the first is at least the second wherever the entry is not zero."""
    turned = f.head == "mat" and _single_entry(f.subs[0]).places[0] != f.data.slots[0]  # type: ignore[union-attr]
    places = f.places[::-1] if turned else f.places
    return (places[0], places[1]) if triangle(f) == "lower" else (places[1], places[0])


def _diagonal_of(f: Factor, place: Place, exponent: Fraction) -> Poly:
    """The diagonal entry of the inverse, power or exponential of a triangular matrix."""
    from cheatsheet.calculus import algebra, functions, powers

    symbol = _single_entry(f.subs[0]).data  # type: ignore[union-attr]
    entry = algebra.single(Factor("sym", symbol, (place, place), label=symbol.name))
    kind = f.data.kind
    if kind == "expm":
        value = functions.function("exp", algebra.product(f.data.exponent, entry))
    elif kind == "mpow":
        value = powers.symbolic_power(entry, f.data.exponent)
    else:
        value = powers.power(entry, -1)
    return powers.power(value, exponent)


def contract_pseudo_inverse(coefficient: Fraction, factors: Factors, bound: set[Idx]) -> list[Product] | None:
    """The Penrose equations: P = A A⁺ and R = A⁺ A are symmetric idempotents, P A = A R = A and R A⁺ = A⁺ P = A⁺."""
    for f in factors:
        if f.head != "mat" or f.data.kind != "pinv" or factors[f] != 1:
            continue
        for position, k in enumerate(f.places):
            if not isinstance(k, Idx) or k not in bound:
                continue
            uses = users_of(factors, k)
            if len(uses) != 2 or any(factors[u] != 1 for u in uses):
                continue
            g = uses[0] if uses[1] is f else uses[1]
            result = _penrose(f, position, g, k)
            if result is not None:
                return times_poly(coefficient, without(factors, f, g), bound - {k}, result)
    return None


def _penrose(f: Factor, position: int, g: Factor, k: Idx) -> Poly | None:
    a = f.data.argument
    if not isinstance(a, Symbol) or g.head != "sym" or g.places.count(k) != 1 or len(g.places) != 2:
        return None
    there = g.places.index(k)
    here, far = f.places[1 - position], g.places[1 - there]
    sign = _sign_of_transpose(a)
    if g.data == a and (there != position or sign):
        side = "range" if position == 0 else "row"
        found = _entry(projector(a, side, (here, far)), here, far)
        return found if there != position else found.times(sign)
    if g.label == projector(a, "row" if position == 0 else "range", (here, far)).label:
        places = (far, here) if position == 0 else (here, far)
        new = Factor("mat", f.data, places, (), f.label, f.symmetric)
        return Poly([(Fraction(1), Term(((new, Fraction(1)),)))])
    return None


def _sign_of_transpose(a: Symbol) -> int:
    """The s of Aᵀ = s A, else 0."""
    properties = consequences(a.properties)
    return 1 if "symmetric" in properties else -1 if "antisymmetric" in properties else 0


def projector(a: Symbol, side: str, places: tuple[Place, Place]) -> Factor:
    """The entry of A A⁺ (``range``) or A⁺ A (``row``): symmetric and idempotent, and the same where Aᵀ = ±A."""
    side = "range" if _sign_of_transpose(a) else side
    n = a.shape.rows if side == "range" else a.shape.cols
    name = f"{a.name} {side}"
    symbol = Symbol(name, Shape.matrix(n, n), frozenset({"symmetric", "idempotent"}), of=(a,))
    return Factor("sym", symbol, places, label=name, symmetric=True)


def absorb_projector(coefficient: Fraction, factors: Factors, bound: set[Idx]) -> list[Product] | None:
    """P A = A, A R = A and tr R = tr P for the projectors of the pseudo-inverse."""
    for f in factors:
        if f.head != "sym" or " " not in f.label or factors[f] != 1 or len(f.places) != 2:
            continue
        name, side = f.label.rsplit(" ", 1)
        for position, k in enumerate(f.places):
            if not isinstance(k, Idx) or k not in bound:
                continue
            uses = users_of(factors, k)
            if side == "row" and f.places == (k, k) and uses == [f]:
                (a,) = f.data.of
                other = Idx(a.shape.rows)
                rank = _entry(projector(a, "range", (other, other)), other, other)
                return times_poly(coefficient, without(factors, f), bound - {k} | {other}, rank)
            g = next((u for u in uses if u is not f), None)
            if len(uses) != 2 or g is None or factors[g] != 1 or g.label != name or g.head != "sym":
                continue
            if g.places.count(k) != 1 or len(g.places) != 2:
                continue
            there = g.places.index(k)
            if there == (0 if side == "range" else 1) or _sign_of_transpose(f.data.of[0]):
                far = f.places[1 - position]
                places = (far, g.places[1]) if there == 0 else (g.places[0], far)
                return times_poly(coefficient, without(factors, f, g), bound - {k}, _entry(g, *places))
    return None
