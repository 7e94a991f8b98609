"""The search for a counterexample: small integers at small dimensions first, then shrunk, and confirmed exactly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, islice

from cheatsheet.evaluation.fields import Array, Field, Rational, UnsupportedError
from cheatsheet.evaluation.numerics import IS_NUMPY, np
from cheatsheet.evaluation.points import NoPointError, Points
from cheatsheet.verdicts.claim import Claim
from cheatsheet.verdicts.compare import Budget, Comparison, compare
from cheatsheet.verdicts.dimensions_to_try import smallest
from cheatsheet.verdicts.presentation import present
from cheatsheet.verdicts.verdicts import Counterexample

MOST_WORK = 20_000_000 if IS_NUMPY else 40_000
PATIENCE = 12
Key = tuple[tuple[str, int | tuple[float, ...]], ...]


def search(
    claim: Claim, field: Field, budget: Budget, hints: list[Points], seed: int = 0
) -> Counterexample | None:
    """A confirmed counterexample, or None. ``hints`` are points at which the filter saw the sides differ."""
    tried: set[Key] = set()
    for points in chain(_candidates(claim, field, budget, hints, seed), hints):
        found = _best(claim, points, field, budget, tried)
        if found is not None:
            return found
    return None


def _candidates(
    claim: Claim, field: Field, budget: Budget, hints: list[Points], seed: int
) -> Iterator[Points]:
    """Batches of points, the smallest dimensions and the plainest numbers first, then those of the hints."""
    styles = [("small", 1)] if field.exact else [("small", 1), ("real", 8)]
    known = [points.dims for points in hints]
    for attempt in range(3):
        for turn, dims in enumerate(chain(islice(smallest(claim), 20 + 8 * attempt), known)):
            work = max(1, claim.work(dims))
            count = min(48 * (1 + attempt), MOST_WORK // work)
            if count < 2 or budget.left <= 0:
                continue
            for style, denominator in styles:
                yield Points(claim.symbols, dims, count, style, denominator, seed + 5 * attempt + turn)


def _best(
    claim: Claim, points: Points, field: Field, budget: Budget, tried: set[Key]
) -> Counterexample | None:
    """The plainest point of a batch at which the claim fails beyond doubt, shrunk; none is ``tried`` twice."""
    try:
        comparison = compare(claim, points, field, budget)
    except (UnsupportedError, NoPointError):
        return None
    failing = np.flatnonzero(comparison.differs)
    if not failing.size:
        return None
    order = failing[np.argsort(complexity(points)[failing], kind="stable")]
    fresh = ((point, key) for k in order if (key := _key(point := points.select([int(k)]))) not in tried)
    for point, key in islice(fresh, 3):
        tried.add(key)
        if confirm(claim, point, budget) is None:
            continue
        shrunk = shrink(claim, point, field, budget)
        exact = confirm(claim, shrunk, budget)
        return present(claim, shrunk, exact) if exact is not None else None
    return None


def _key(point: Points) -> Key:
    """The dimensions and the values of a point."""
    values = (
        (str(k), tuple((v / point.denominator).ravel().tolist())) for k, v in sorted(point.integers.items())
    )
    return (*sorted(point.dims.items()), *values)


def confirm(claim: Claim, point: Points, budget: Budget) -> Comparison | None:
    """The comparison at one point in exact arithmetic, or to many digits, if the sides differ there beyond doubt."""
    try:
        comparison = exactly(claim, point, budget)
    except (UnsupportedError, NoPointError):
        return None
    return comparison if comparison.differs.all() else None


def exactly(claim: Claim, point: Points, budget: Budget) -> Comparison:
    """The comparison in rational arithmetic where that is possible, else to as many digits as it takes."""
    try:
        return compare(claim, point, Rational(), budget)
    except UnsupportedError:
        return to_many_digits(claim, point, budget)


def to_many_digits(claim: Claim, point: Points, budget: Budget, terms: int = 0) -> Comparison:
    """The comparison to 30 digits beyond those that so many ``terms`` could feign, and as many more as it takes."""
    from cheatsheet.evaluation.many_digits import (  # mpmath is loaded only when it is needed
        Precise,
        TooFewDigitsError,
    )

    digits = 100
    while True:
        field = Precise(digits)
        field.terms, field.feigned = terms, float(claim.digits * terms)
        field.spend = budget.spend
        try:
            return compare(claim, point, field, budget)
        except TooFewDigitsError as more:
            digits = more.digits


def complexity(points: Points) -> Array:
    """How unpleasant each point is to read: large entries, many entries that are not zero, fractions."""
    total = np.zeros(points.count)
    for key, integers in points.integers.items():
        if key[2] == "integer":
            continue
        signed = integers.reshape(points.count, -1)
        entries = np.abs(signed).astype(float)
        whole = entries % points.denominator == 0
        size = np.minimum(entries / points.denominator, 1000.0)
        total += (size + 2.0 * (entries > 0) + 0.5 * (signed < 0) + 4.0 * ~whole).sum(axis=1)
    return total


def shrink(claim: Claim, point: Points, field: Field, budget: Budget) -> Points:
    """The point with as many zeros and as small numbers as still make the claim fail."""
    for _ in range(PATIENCE):
        variants = _variants(point)
        if variants is None:
            break
        variants = _affordable(claim, variants)
        try:
            failing = np.flatnonzero(compare(claim, variants, field, budget).differs)
        except (UnsupportedError, NoPointError):
            break
        cost = complexity(variants)
        order = failing[np.argsort(cost[failing], kind="stable")]
        better = [int(k) for k in order[:2] if cost[k] < complexity(point)[0]]
        smaller = next((v for v in (variants.select([k]) for k in better) if confirm(claim, v, budget)), None)
        if smaller is None:
            break
        point = smaller
    return point


def _affordable(claim: Claim, variants: Points) -> Points:
    most = max(2, MOST_WORK // max(1, claim.work(variants.dims)))
    return variants if variants.count <= most else variants.select(range(most))


def _variants(point: Points) -> Points | None:
    """Every point that differs from this one by one simpler part or entry, as one batch."""
    changes: list[tuple[tuple[str, str, str], Array]] = []
    one = point.denominator
    for key, integers in point.integers.items():
        if key[2] == "integer":
            continue
        flat = integers[0].ravel()
        if np.count_nonzero(flat) > 1:
            changes.append((key, np.zeros_like(flat)))
            changes.append((key, np.clip(flat, -one, one)))
            changes.append((key, np.abs(flat)))
        for k in np.flatnonzero(flat)[:40]:
            for value in {0, one, int(np.sign(flat[k])) * one, int(flat[k]) // (2 * one) * one} - {
                int(flat[k])
            }:
                changed = flat.copy()
                changed[k] = value
                changes.append((key, changed))
    if not changes:
        return None
    count = len(changes)
    repeated = {k: a if k[2] == "integer" else np.repeat(a, count, axis=0) for k, a in point.integers.items()}
    for row, (key, flat) in enumerate(changes):
        repeated[key][row] = flat.reshape(repeated[key].shape[1:])
    return replace(point, count=count, integers=repeated)
