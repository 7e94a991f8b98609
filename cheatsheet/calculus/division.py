"""Finding one product inside another, indices matched: the division that the cancelling rules need."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import permutations

from cheatsheet.calculus.terms import Factor, Factors, Idx, Place, Term

Mapping = dict[Idx, Place]


def divisions(
    factors: Factors, bound: set[Idx], divisor: Term, known: Mapping, slots: set[Idx]
) -> Iterator[tuple[Factors, Mapping]]:
    """Every way in which the divisor divides the product: what remains, and where its indices went.

    ``known`` fixes some of the divisor's free indices, ``slots`` are those that may go anywhere. An index that the
    divisor sums over must go to a bound index that the remaining factors do not use.
    """
    wanted = sorted(divisor.factors, key=lambda fe: -len(fe[0].indices))
    variables = set(divisor.bound) | slots
    for remaining, mapping in _match(wanted, dict(factors), dict(known), variables):
        images = [mapping.get(i) for i in divisor.bound]
        if len(set(images)) < len(images) or any(v not in bound for v in images):
            continue
        if any(v == mapping.get(k) for v in images for k in {*known, *slots}):
            continue
        if any(v in f.indices for f in remaining for v in images):
            continue
        if any(s not in mapping for s in slots):
            continue
        yield remaining, mapping


def _match(
    wanted: list[tuple[Factor, Fraction]], available: Factors, mapping: Mapping, variables: set[Idx]
) -> Iterator[tuple[Factors, Mapping]]:
    if not wanted:
        yield {f: e for f, e in available.items() if e}, mapping
        return
    (factor, exponent), *others = wanted
    for candidate, power in list(available.items()):
        if candidate.head != factor.head or candidate.label != factor.label:
            continue
        if not _divides(exponent, power):
            continue
        for extended in _unify(factor, candidate, mapping, variables):
            left = dict(available)
            left[candidate] = power - exponent
            yield from _match(others, left, extended, variables)


def _divides(exponent: Fraction, power: Fraction) -> bool:
    return 0 < exponent <= power or power <= exponent < 0


def _unify(factor: Factor, candidate: Factor, mapping: Mapping, variables: set[Idx]) -> Iterator[Mapping]:
    """The mappings that make the factor equal to the candidate."""
    if not factor.subs or factor.closed:
        if any(a != b for a, b in zip(factor.subs, candidate.subs, strict=True)):
            return
        orders = [candidate.places]
        if factor.symmetric:
            orders.append(candidate.places[::-1])
        for places in orders:
            extended = _unify_places(factor.places, places, mapping, variables)
            if extended is not None:
                yield extended
        return
    unknown = [i for i in factor.indices if i in variables and i not in mapping]
    for images in permutations(candidate.indices, len(unknown)):
        extended = {**mapping, **dict(zip(unknown, images, strict=True))}
        if factor.replace({k: v for k, v in extended.items() if k in factor.indices}) == candidate:
            yield extended


def _unify_places(
    pattern: tuple[Place, ...], places: tuple[Place, ...], mapping: Mapping, variables: set[Idx]
) -> Mapping | None:
    extended = dict(mapping)
    for p, q in zip(pattern, places, strict=True):
        if isinstance(p, Idx) and p in extended:
            if extended[p] != q:
                return None
        elif isinstance(p, Idx) and p in variables:
            extended[p] = q
        elif p != q:
            return None
    return extended
