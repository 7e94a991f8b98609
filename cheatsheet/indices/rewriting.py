"""Rewriting one product into normal form: deltas contracted, sums under exponents expanded, inverses cancelled.

Every rule replaces a product by an equal sum of products, for every value and dimension in the domain; what a rule needs
(a property, an index that stands nowhere else) it checks itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction

from cheatsheet.dimensions import Shape
from cheatsheet.expressions import Symbol
from cheatsheet.indices.matching import divisions
from cheatsheet.indices.terms import Factor, Factors, Idx, NoIndexForm, Place, Poly, Term, refreshed

MOST_TERMS = 4000
MOST_STEPS = 4000
LARGEST_EXPANSION = 12

Product = tuple[Fraction, Factors, set[Idx]]
Rule = Callable[[Fraction, Factors, set[Idx]], "list[Product] | None"]


def normal_form(coefficient: Fraction, factors: Factors, bound: set[Idx]) -> list[tuple[Fraction, Term]]:
    """The terms that the product is equal to, no rule applicable to any of them."""
    done: list[tuple[Fraction, Term]] = []
    work: list[Product] = [(coefficient, factors, bound)]
    steps = 0
    while work:
        coefficient, factors, bound = work.pop()
        if not coefficient:
            continue
        steps += 1
        if steps > MOST_STEPS or len(work) > MOST_TERMS:
            raise NoIndexForm("the expression has too many terms")
        for rule in RULES:
            result = rule(coefficient, factors, bound)
            if result is not None:
                work += result
                break
        else:
            done.append(_finished(coefficient, factors, bound))
    return done


def _finished(coefficient: Fraction, factors: Factors, bound: set[Idx]) -> tuple[Fraction, Term]:
    """The term; an index that stands in no factor counts the entries of its axis."""
    used: set[Idx] = set().union(*(f.indices for f in factors))
    for index in bound - used:
        if index.axis.kind == "integer":
            coefficient *= int(index.axis.value or 0)
        else:
            size = Factor("size", index.axis.value, label=str(index.axis.value))
            factors = {**factors, size: factors.get(size, Fraction(0)) + 1}
    return coefficient, Term(tuple((f, e) for f, e in factors.items() if e), frozenset(bound & used))


def renamed(factors: Factors, change: Mapping[Idx, Place]) -> Factors:
    result: Factors = {}
    for factor, exponent in factors.items():
        new = factor.replace(change)
        result[new] = result.get(new, Fraction(0)) + exponent
    return result


def _without(factors: Factors, *removed: Factor) -> Factors:
    return {f: e for f, e in factors.items() if f not in removed}


def times_poly(coefficient: Fraction, factors: Factors, bound: set[Idx], poly: Poly) -> list[Product]:
    """The product with a polynomial multiplied in, one product a term."""
    results: list[Product] = []
    for c, term in poly.terms:
        if term.bound:
            term = refreshed(term)
        merged = dict(factors)
        for f, e in term.factors:
            merged[f] = merged.get(f, Fraction(0)) + e
        results.append((coefficient * c, merged, bound | term.bound))
    return results


# --- the rules ------------------------------------------------------------------------------------------------------


def _drop_zero_exponents(coefficient: Fraction, factors: Factors, bound: set[Idx]) -> list[Product] | None:
    if all(factors.values()):
        return None
    return [(coefficient, {f: e for f, e in factors.items() if e}, bound)]


def _contract_delta(coefficient: Fraction, factors: Factors, bound: set[Idx]) -> list[Product] | None:
    """Σᵢ δᵢⱼ aᵢ = aⱼ; a delta of two free indices makes them one in the other factors."""
    for factor, exponent in factors.items():
        if factor.head != "delta":
            continue
        if exponent < 0:
            raise NoIndexForm("division by a Kronecker delta")
        if exponent != 1:
            return [(coefficient, {**factors, factor: Fraction(1)}, bound)]
        i, j = factor.places
        rest = _without(factors, factor)
        if i == j:
            return [(coefficient, rest, bound)]
        if isinstance(i, int) and isinstance(j, int):
            return []
        for old, new in ((i, j), (j, i)):
            if isinstance(old, Idx) and old in bound:
                return [(coefficient, renamed(rest, {old: new}), bound - {old})]
        old, new = _free_pair(i, j)
        if any(old in f.indices for f in rest):
            return [(coefficient, {**renamed(rest, {old: new}), factor: exponent}, bound)]
    return None


def _free_pair(i: Place, j: Place) -> tuple[Idx, Place]:
    """Which of two free indices gives way to the other."""
    if isinstance(i, int):
        i, j = j, i
    assert isinstance(i, Idx)
    if isinstance(j, int):
        return i, j
    first, second = sorted((i, j), key=lambda x: (x.name is None, x.name or "", x.number))
    return second, first


def _expand_group(coefficient: Fraction, factors: Factors, bound: set[Idx]) -> list[Product] | None:
    """(a + b)ᵏ is multiplied out for small positive k."""
    for factor, exponent in factors.items():
        if factor.head != "group" or exponent.denominator > 1 or exponent < 1:
            continue
        inner = factor.subs[0]
        if exponent > LARGEST_EXPANSION or len(inner.terms) ** int(exponent) > MOST_TERMS:
            continue
        rest = {**factors, factor: exponent - 1}
        return times_poly(coefficient, rest, bound, inner)
    return None


def _reduce_functions(coefficient: Fraction, factors: Factors, bound: set[Idx]) -> list[Product] | None:
    """sin² = 1 − cos², |x|² = x², sign³ = sign, x·sign x = |x|, |x|·sign x = x."""
    for factor, exponent in factors.items():
        if factor.head != "fn":
            continue
        name, argument = factor.data, factor.subs[0]
        if name == "sin" and exponent >= 2:
            rest = {**factors, factor: exponent - 2}
            cosine = Factor("fn", "cos", (), (argument,), label="cos")
            with_cosine = {**rest, cosine: rest.get(cosine, Fraction(0)) + 2}
            return [(coefficient, rest, set(bound)), (-coefficient, with_cosine, set(bound))]
        if name == "abs" and exponent >= 2:
            rest = {**factors, factor: exponent - 2}
            twice = times_poly(coefficient, rest, bound, argument)
            return [p for c, f, b in twice for p in times_poly(c, f, b, argument)]
        if name == "sign":
            if exponent >= 3:
                return [(coefficient, {**factors, factor: exponent - 2}, bound)]
            absolute = Factor("fn", "abs", (), (argument,), label="abs")
            if factors.get(absolute, 0) >= 1 and exponent >= 1:
                rest = {**factors, factor: exponent - 1, absolute: factors[absolute] - 1}
                return times_poly(coefficient, rest, bound, argument)
            own = _single_factor(argument)
            if own is not None and factors.get(own, 0) >= 1 and exponent >= 1:
                rest = {**factors, factor: exponent - 1, own: factors[own] - 1}
                rest[absolute] = rest.get(absolute, Fraction(0)) + 1
                return [(coefficient, rest, bound)]
    return None


def _single_factor(poly: Poly) -> Factor | None:
    if len(poly.terms) == 1 and poly.terms[0][0] == 1 and len(poly.terms[0][1].factors) == 1:
        ((factor, exponent),) = poly.terms[0][1].factors
        return factor if exponent == 1 and not poly.terms[0][1].bound else None
    return None


def _pull_primes(coefficient: Fraction, factors: Factors, bound: set[Idx]) -> list[Product] | None:
    """√8 = 2√2: the exponent of a prime is brought between 0 and 1."""
    for factor, exponent in factors.items():
        if factor.head == "prime" and not 0 <= exponent < 1:
            whole = exponent.numerator // exponent.denominator
            number = Fraction(factor.data) ** whole
            return [(coefficient * number, {**factors, factor: exponent - whole}, bound)]
    return None


def _merge_symbolic_exponents(
    coefficient: Fraction, factors: Factors, bound: set[Idx]
) -> list[Product] | None:
    """aᵏ aˡ = aᵏ⁺ˡ for exponents that are not numbers."""
    seen: list[tuple[Factor, Fraction]] = []
    for factor, exponent in factors.items():
        if factor.head != "expo":
            continue
        for other, power in seen:
            if other.subs[0] == factor.subs[0] and exponent.denominator == power.denominator == 1:
                total = (factor.subs[1].times(exponent) + other.subs[1].times(power)).collect()
                rest = _without(factors, factor, other)
                if total.terms:
                    merged = Factor("expo", None, (), (factor.subs[0], total))
                    rest[merged] = rest.get(merged, Fraction(0)) + 1
                return [(coefficient, rest, bound)]
        seen.append((factor, exponent))
    return None


def _uses(factors: Factors, index: Idx) -> list[Factor]:
    return [f for f in factors if index in f.indices]


def _contract_properties(coefficient: Fraction, factors: Factors, bound: set[Idx]) -> list[Product] | None:
    """Σₖ Qₖᵢ Qₖⱼ = δᵢⱼ for orthogonal Q, Σₖ Pᵢₖ Pₖⱼ = Pᵢⱼ for idempotent P."""
    special = [f for f in factors if f.head == "sym" and _property(f)]
    for f in special:
        kind = _property(f)
        for position, k in enumerate(f.places):
            if not isinstance(k, Idx) or k not in bound or f.places[0] == f.places[1]:
                continue
            uses = _uses(factors, k)
            if len(uses) == 1 and factors[f] == 2:
                result = _square_of_entry(f, position, kind)
            elif len(uses) == 2 and factors[f] == 1:
                g = uses[0] if uses[1] is f else uses[1]
                result = _pair_of_entries(f, position, g, k, kind) if factors[g] == 1 else None
            else:
                result = None
            if result is not None:
                rest = _without(factors, *uses)
                return times_poly(coefficient, rest, bound - {k}, result)
    return None


def _property(factor: Factor) -> str:
    properties = factor.data.properties
    if len(factor.places) != 2:
        return ""
    return next((p for p in ("orthogonal", "idempotent") if p in properties), "")


def _delta_poly(i: Place, j: Place) -> Poly:
    if i == j:
        return Poly.number(1)
    if isinstance(i, int) and isinstance(j, int):
        return Poly()
    return Poly([(Fraction(1), Term(((Factor("delta", None, (i, j), symmetric=True), Fraction(1)),)))])


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
        return _delta_poly(here, far) if there == position or f.symmetric else None
    if f.symmetric or there != position:
        return _entry(f, here, far) if position == 1 else _entry(f, far, here)
    return None


def _cancel_inverse(coefficient: Fraction, factors: Factors, bound: set[Idx]) -> list[Product] | None:
    """M·M⁻¹ = 1, used on the leading term of M: lead·M⁻¹ becomes 1 − (M − lead)·M⁻¹, and so for adj and powers."""
    for factor, exponent in factors.items():
        if factor.head != "mat" or exponent != 1 or not _cancels(factor):
            continue
        rest = _without(factors, factor)
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
        if any(own in f.indices for f in remaining):
            continue
        used = {v for k, v in mapping.items() if k in lead[1].bound}
        x = mapping[staying]
        scalar = (
            Poly.number(1) if factor.data.kind == "inv" else Poly([(Fraction(1), factor.data.determinant)])
        )
        results: list[Product] = []
        for product in times_poly(1 / lead[0], remaining, bound - used - {own}, _delta_poly(x, far)):
            results += times_poly(*product, scalar)
        kept = {**remaining, factor: remaining.get(factor, Fraction(0)) + 1}
        tail = others.replace({meeting: own, staying: x})
        results += times_poly(-1 / lead[0], kept, bound - used, tail)
        return results
    return None


def leading_term(poly: Poly) -> tuple[tuple[Fraction, Term] | None, Poly]:
    """The term that rules rewrite, the one with most factors, and the others; none where it holds a delta."""
    terms = poly.collect().terms
    if not terms:
        return None, poly
    order = sorted(terms, key=lambda ct: (sum(abs(e) for _, e in ct[1].factors), ct[1].key({})))
    lead = order[-1]
    if any(f.head == "delta" for f, _ in lead[1].factors) or not lead[1].factors:
        return None, poly
    return lead, Poly(t for t in terms if t is not lead)


def _merge_powers(coefficient: Fraction, factors: Factors, bound: set[Idx]) -> list[Product] | None:
    """exp(sA) exp(tA) = exp((s + t)A), Aᵏ Aˡ = Aᵏ⁺ˡ and Aᵏ A = Aᵏ⁺¹; exp(A) goes before A, with which it commutes."""
    powers = [f for f in factors if f.head == "mat" and f.data.kind in ("mpow", "expm") and factors[f] == 1]
    for f in powers:
        for position, k in enumerate(f.places):
            if not isinstance(k, Idx) or k not in bound or f.places[0] == f.places[1]:
                continue
            uses = _uses(factors, k)
            if len(uses) != 2 or any(factors[u] != 1 for u in uses):
                continue
            g = uses[0] if uses[1] is f else uses[1]
            result = _joined(f, position, g, k)
            if result is not None:
                return times_poly(coefficient, _without(factors, f, g), bound - {k}, result)
    return None


def _joined(f: Factor, position: int, g: Factor, k: Idx) -> Poly | None:
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
    return _exchanged(f, g, turned, here, far) if before and not g.symmetric else None


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
    factor = _single_factor(poly)
    return factor if factor is not None and factor.head == "sym" and len(factor.places) == 2 else None


def _power_entry(f: Factor, exponent: Poly, ends: tuple[Place, Place]) -> Poly | None:
    constant = exponent.constant
    if constant == 0:
        return _delta_poly(*ends)
    kind, data = f.data.kind, f.data
    if kind == "mpow" and constant is not None:
        return None
    label = kind if constant == 1 else f"{kind}^({exponent.key({})})"
    new = Factor("mat", replace(data, exponent=exponent), ends, f.subs, label, f.symmetric)
    return Poly([(Fraction(1), Term(((new, Fraction(1)),)))])


def _reduce_signs(coefficient: Fraction, factors: Factors, bound: set[Idx]) -> list[Product] | None:
    """det(Q)² = 1 for orthogonal Q."""
    for factor, exponent in factors.items():
        if factor.head == "det" and exponent.denominator == 1 and not 0 <= exponent <= 1:
            argument = factor.data.argument
            if "orthogonal" in getattr(argument, "properties", ()):
                return [(coefficient, {**factors, factor: exponent % 2}, bound)]
    return None


def _contract_pseudo_inverse(
    coefficient: Fraction, factors: Factors, bound: set[Idx]
) -> list[Product] | None:
    """The Penrose equations: A A⁺ and A⁺ A are symmetric idempotents P and R with P A = A R = A and R A⁺ = A⁺ P = A⁺."""
    for f in factors:
        if f.head != "mat" or f.data.kind != "pinv" or factors[f] != 1:
            continue
        for position, k in enumerate(f.places):
            if not isinstance(k, Idx) or k not in bound:
                continue
            uses = _uses(factors, k)
            if len(uses) != 2 or any(factors[u] != 1 for u in uses):
                continue
            g = uses[0] if uses[1] is f else uses[1]
            result = _penrose(f, position, g, k)
            if result is not None:
                return times_poly(coefficient, _without(factors, f, g), bound - {k}, result)
    return None


def _penrose(f: Factor, position: int, g: Factor, k: Idx) -> Poly | None:
    if g.head != "sym" or g.places.count(k) != 1 or len(g.places) != 2:
        return None
    there = g.places.index(k)
    here, far = f.places[1 - position], g.places[1 - there]
    a = f.data.argument
    if g.data == a and there != position:
        side = "range" if position == 0 else "row"
        return _entry(projector(a, side, (here, far)), here, far)
    if g.label == f"{a.name} {'row' if position == 0 else 'range'}":
        places = (far, here) if position == 0 else (here, far)
        new = Factor("mat", f.data, places, (), f.label)
        return Poly([(Fraction(1), Term(((new, Fraction(1)),)))])
    return None


def projector(a: Symbol, side: str, places: tuple[Place, Place]) -> Factor:
    """The entry of A A⁺ (``range``) or A⁺ A (``row``): symmetric and idempotent."""
    n = a.shape.rows if side == "range" else a.shape.cols
    name = f"{a.name} {side}"
    symbol = Symbol(name, Shape.matrix(n, n), frozenset({"symmetric", "idempotent"}), definition=None)
    return Factor("sym", symbol, places, label=name, symmetric=True)


def _absorb_projector(coefficient: Fraction, factors: Factors, bound: set[Idx]) -> list[Product] | None:
    """P A = A and A R = A for the projectors of the pseudo-inverse."""
    for f in factors:
        if f.head != "sym" or " " not in f.label or factors[f] != 1 or len(f.places) != 2:
            continue
        name, side = f.label.rsplit(" ", 1)
        for position, k in enumerate(f.places):
            if not isinstance(k, Idx) or k not in bound:
                continue
            uses = _uses(factors, k)
            g = next((u for u in uses if u is not f), None)
            if len(uses) != 2 or g is None or factors[g] != 1 or g.label != name or g.head != "sym":
                continue
            there = 0 if side == "range" else 1
            if g.places[there] == k and g.places.count(k) == 1:
                far = f.places[1 - position]
                places = (far, g.places[1]) if there == 0 else (g.places[0], far)
                return times_poly(coefficient, _without(factors, f, g), bound - {k}, _entry(g, *places))
    return None


def _cancel_group(coefficient: Fraction, factors: Factors, bound: set[Idx]) -> list[Product] | None:
    """lead·gᵉ = gᵉ⁺¹ − (g − lead)·gᵉ for a sum g under an exponent that is not expanded."""
    for factor, exponent in factors.items():
        if factor.head != "group" or (exponent.denominator == 1 and exponent > 0):
            continue
        lead, others = leading_term(factor.subs[0])
        if lead is None:
            continue
        rest = _without(factors, factor)
        for remaining, mapping in divisions(rest, bound, lead[1], {}, set()):
            left = bound - {v for k, v in mapping.items() if k in lead[1].bound}  # type: ignore[operator]
            raised = {**remaining, factor: remaining.get(factor, Fraction(0)) + exponent + 1}
            kept = {**remaining, factor: remaining.get(factor, Fraction(0)) + exponent}
            return [
                (coefficient / lead[0], raised, left),
                *times_poly(-coefficient / lead[0], kept, left, others),
            ]
    return None


def _split_fraction(coefficient: Fraction, factors: Factors, bound: set[Idx]) -> list[Product] | None:
    """1 / (f (f + r)) = (1/f − 1/(f + r)) / r for a number r: partial fractions."""
    for factor, exponent in factors.items():
        if factor.head != "group" or exponent >= 0 or exponent.denominator > 1:
            continue
        lead, others = leading_term(factor.subs[0])
        number = others.constant
        if lead is None or not number or len(lead[1].factors) != 1 or lead[1].bound:
            continue
        ((own, degree),) = lead[1].factors
        if degree <= 0 or factors.get(own, Fraction(0)) > -degree:
            continue
        raised = {**factors, factor: exponent + 1}
        lowered = {**factors, own: factors[own] + degree}
        return [
            (coefficient / number, raised, set(bound)),
            (-coefficient * lead[0] / number, lowered, set(bound)),
        ]
    return None


RULES: tuple[Rule, ...] = (
    _drop_zero_exponents,
    _contract_delta,
    _expand_group,
    _reduce_functions,
    _pull_primes,
    _merge_symbolic_exponents,
    _reduce_signs,
    _contract_properties,
    _contract_pseudo_inverse,
    _absorb_projector,
    _merge_powers,
    _cancel_inverse,
    _cancel_group,
    _split_fraction,
)
