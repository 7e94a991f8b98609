"""At which dimensions a claim is tried in the hope to refute it: small and distinct, all ones, and larger ones.

Small dimensions lie: the Gram determinant of four vectors vanishes for every n ≤ 3 and for no larger n. So each
dimension is tried as large as a bound on it asks for, or as a guess does where no bound is known. What agrees at these
dimensions is evidence and nothing more; which are enough is for :mod:`.size_bounds` to say.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, product

from cheatsheet.language.expressions import Size, Symbol
from cheatsheet.verdicts.claim import Claim
from cheatsheet.verdicts.size_bounds import Bound, fixed_positions, rational_bounds
from cheatsheet.verdicts.term_counts import NoBoundError

LARGEST = 12
USUAL = 5
LIKELY = 7
MOST_COMBINATIONS = 60


def _bounds(claim: Claim) -> dict[str, Bound]:
    try:
        return rational_bounds(claim)
    except NoBoundError:
        return {}


def wanted_size(claim: Claim, name: str) -> int:
    """A value of the dimension at which a claim that is false has room to be so."""
    bound = _bounds(claim).get(name)
    if bound is not None:
        return max(2, bound.sizes[-1])
    occurrences = sum(name in s.shape.names for s in claim.nodes if isinstance(s, Symbol))
    numbers = sum(name in n.axis.names for n in claim.nodes if isinstance(n, Size))
    return fixed_positions(claim, name) + max(USUAL, min(occurrences + 1, LIKELY), numbers + 1)


def distinct(claim: Claim, start: int = 2, reverse: bool = False) -> dict[str, int]:
    """Distinct small values, as small as the claim admits."""
    names = claim.dimensions[::-1] if reverse else claim.dimensions
    return _adjusted(claim, {name: start + k for k, name in enumerate(names)})


def _adjusted(claim: Claim, dims: dict[str, int]) -> dict[str, int]:
    """The values raised until the claim admits them; as given where a few steps do not help."""
    for steps in product(range(2), repeat=min(len(dims), 6)):
        raised = dict(dims)
        for name, step in zip(dims, steps, strict=False):
            raised[name] += step
        if claim.admits(raised):
            return raised
    least = max([int(p.name) + 1 for p in claim.positions], default=1)
    return {name: least + least % 2 + value for name, value in dims.items()}


def quick(claim: Claim) -> Iterator[dict[str, int]]:
    """A few assignments for a first look: distinct, distinct in the other order, all ones."""
    if not claim.dimensions:
        yield {}
        return
    yield from _admitted(
        claim,
        [
            distinct(claim, 2, reverse=True),
            distinct(claim, 2 if len(claim.dimensions) > 1 else 3),
            dict.fromkeys(claim.dimensions, 1),
        ],
    )


def thorough(claim: Claim) -> Iterator[dict[str, int]]:
    """Each dimension in turn as large as the claim's degree asks for, each in turn 1, and what its numbers ask for."""
    names = claim.dimensions
    base = distinct(claim)
    found = []
    for name in names:
        for size in sorted({min(wanted_size(claim, name), LARGEST), USUAL}, reverse=True):
            found.append(_adjusted(claim, {**base, name: size}))
        found.append({**base, name: 1})
    found.append(distinct(claim, 3))
    top = min(LARGEST, max((wanted_size(claim, name) for name in names), default=1))
    for size in sorted({USUAL, top}):
        found += [distinct(claim, size), distinct(claim, size, reverse=True)]
    found.append(_adjusted(claim, dict.fromkeys(names, 2)))
    yield from _admitted(claim, found + _grid(claim, base))


def _grid(claim: Claim, base: dict[str, int]) -> list[dict[str, int]]:
    """Enough values of each dimension that is used as a number, in combination, to exceed the degree in it."""
    bounds = _bounds(claim)
    counts = {name: bound.sizes[-1] for name, bound in bounds.items() if bound.count > 1}
    if not bounds:
        numbers = {name for n in claim.nodes if isinstance(n, Size) for name in n.axis.names}
        counts = {name: LARGEST for name in claim.dimensions if name in numbers}
    names = list(counts)
    ranges = [range(1, min(LARGEST, count) + 1) for count in counts.values()]
    combinations = list(islice(product(*ranges), 5000)) if names else []
    step = max(1, len(combinations) // MOST_COMBINATIONS)
    return [{**base, **dict(zip(names, values, strict=True))} for values in combinations[::step]]


def large(claim: Claim) -> Iterator[dict[str, int]]:
    """Each dimension in turn as large as the claim's degree asks for, the others distinct and small."""
    base = distinct(claim)
    found = []
    for name in claim.dimensions:
        size = min(wanted_size(claim, name), LARGEST)
        found.append(_adjusted(claim, {**base, name: size}))
    yield from _admitted(claim, found)


def smallest(claim: Claim) -> Iterator[dict[str, int]]:
    """Assignments for the search of a counterexample, the smallest first."""
    names = claim.dimensions
    if not names:
        yield {}
        return
    least = max([int(p.name) + 1 for p in claim.positions], default=1)
    top = max(3, least + 1)
    ranges = [range(1, top + 1)] * min(len(names), 4)
    ordered = sorted(product(*ranges), key=lambda t: (sum(t), max(t), t))
    for values in ordered:
        extra = dict.fromkeys(names[4:], 2)
        dims = {**dict(zip(names, values, strict=False)), **extra}
        if claim.admits(dims):
            yield dims


def _admitted(claim: Claim, found: list[dict[str, int]]) -> Iterator[dict[str, int]]:
    seen: list[dict[str, int]] = []
    for dims in found:
        if dims not in seen and claim.admits(dims):
            seen.append(dims)
            yield dims
