"""At which dimensions a claim is tried: small and distinct, all ones, and large enough for its degree.

Small dimensions lie: the Gram determinant of four vectors vanishes for every n ≤ 3 and for no larger n. A polynomial
identity whose terms use at most k index names of one dimension holds for every n once it holds at one n ≥ k: give each
index a value of its own, and the monomial shows its whole term. :func:`index_names` finds such a k.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice, product

from cheatsheet.language.dimensions import Axis
from cheatsheet.language.expressions import Apply, Expr, Number, Size, Sum, Symbol
from cheatsheet.language.table import TABLE
from cheatsheet.verdicts.claim import Claim

LARGEST = 12
USUAL = 5
LIKELY = 7
MOST_COMBINATIONS = 60


def index_names(claim: Claim, name: str) -> int | None:
    """How many index names of a dimension a term of the claim can use; None where no bound is known.

    >>> from cheatsheet.language.elaborate import Declarations, elaborate_claim
    >>> from cheatsheet.language.dimensions import Shape
    >>> A = Symbol("A", Shape.matrix(Axis.of("n"), Axis.of("n")))
    >>> index_names(Claim(elaborate_claim("tr(A @ A.T) == sum(A * A)", Declarations({"A": A}))), "n")
    2
    """
    sides = (claim.equation.lhs, claim.equation.rhs)
    memo: dict[int, int | None] = {}
    counts = [_bound(side, name, memo) for side in sides]
    known = [c for c in counts if c is not None]
    if len(known) < len(counts):
        return None
    free = sum(_uses(i.axis, name) for i in claim.indices)
    return max(known) + free + sum(_uses(a, name) for a in sides[0].shape.axes)


def _uses(axis: Axis, name: str) -> int:
    """How many indices of the dimension one index of the axis stands for."""
    if axis.kind == "name":
        return int(axis.value == name)
    if axis.kind == "concatenation":
        return max((_uses(p, name) for p in axis.parts), default=0)
    return sum(_uses(p, name) for p in axis.parts)


def _bound(expr: Expr, name: str, memo: dict[int, int | None]) -> int | None:
    if id(expr) not in memo:
        memo[id(expr)] = None
        memo[id(expr)] = _count(expr, name, memo)
    return memo[id(expr)]


def _count(expr: Expr, name: str, memo: dict[int, int | None]) -> int | None:
    """The summed index names of a term, those of the result apart."""
    match expr:
        case Symbol():
            return _bound(expr.definition, name, memo) if expr.definition is not None else 0
        case Number():
            return 0
        case Size():
            return _uses(expr.axis, name)
        case Sum():
            body = _bound(expr.body, name, memo)
            return None if body is None else body + sum(_uses(i.axis, name) for i in expr.indices)
        case Apply():
            return _count_operator(expr, name, memo)
    return None


def _count_operator(expr: Apply, name: str, memo: dict[int, int | None]) -> int | None:
    counts = [_bound(child, name, memo) for child in expr.children]
    inner = [c for c in counts if c is not None]
    if len(inner) < len(counts):
        return None
    shapes = [child.shape for child in expr.children]
    match expr.op:
        case "add" | "sub" | "block":
            return max(inner)
        case "power":
            exponent = expr.children[1]
            if not isinstance(exponent, Number) or exponent.value.denominator != 1 or exponent.value < 0:
                return None
            return inner[0] * int(exponent.value)
        case "matmul":
            return sum(inner) + _uses(shapes[0].cols, name)
        case "tr":
            return sum(inner) + _uses(shapes[0].rows, name)
        case "total" | "dot":
            return sum(inner) + sum(_uses(a, name) for a in shapes[0].axes)
        case "over" if isinstance(expr.children[1], Number):
            return inner[0]
        case "det" if not shapes[0].rows.names:
            return inner[0] * shapes[0].rows.at({})
        case "diff" | "grad" | "jacobian" | "hessian" | "d":
            return inner[0]
        case "matrix_power":
            return _count_power(expr, inner[0], name)
        case op if TABLE[op].whole_matrix or TABLE[op].smoothness != "polynomial":
            return None
    return sum(inner)


def _count_power(expr: Apply, inner: int, name: str) -> int | None:
    exponent = expr.children[1]
    if not isinstance(exponent, Number) or exponent.value < 0:
        return None
    k = int(exponent.value)
    return inner * k + max(0, k - 1) * _uses(expr.shape.rows, name)


def occurrences(claim: Claim, name: str) -> int:
    """How many symbols of one side have the dimension: the rough degree where no better bound is known."""
    return _counted(claim, lambda e: int(isinstance(e, Symbol) and name in e.shape.names))


def integer_degree(claim: Claim, name: str) -> int:
    """How often an integer symbol stands in one side: what depends on it can vanish at as many of its values."""
    return _counted(claim, lambda e: int(isinstance(e, Symbol) and e.name == name))


def size_degree(claim: Claim, name: str) -> int:
    """A bound on the degree in n of what depends on the dimension alone, as n·(n − 1) and sum(ones(n)) do.

    Such a factor can vanish at as many values of n, so that one value more must be tried.
    """

    def uses(expr: Expr) -> int:
        match expr:
            case Size():
                return int(name in expr.axis.names)
            case Sum():
                return sum(name in i.axis.names for i in expr.indices)
            case Apply():
                return sum(isinstance(a, Axis) and name in a.names for a in expr.args)
        return 0

    return _counted(claim, uses)


def _counted(claim: Claim, weight: Callable[[Expr], int]) -> int:
    """The greater of the total weights of the two sides, ``let`` names entered wherever they stand."""
    memo: dict[int, int] = {}

    def count(expr: Expr) -> int:
        if id(expr) not in memo:
            inner = (expr.definition,) if isinstance(expr, Symbol) and expr.definition else expr.children
            memo[id(expr)] = min(1000, weight(expr) + sum(count(child) for child in inner))
        return memo[id(expr)]

    return max(count(claim.equation.lhs), count(claim.equation.rhs))


def wanted_size(claim: Claim, name: str) -> int:
    """A value of the dimension that is large enough for the claim to be believed when it holds there."""
    bound = index_names(claim, name)
    degree = max(USUAL, min(occurrences(claim, name) + 1, LIKELY)) if bound is None else max(bound, 2)
    return max(degree, size_degree(claim, name) + 1)


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
    return {name: max(value, least + least % 2) for name, value in dims.items()}


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
    degrees = {name: size_degree(claim, name) for name in claim.dimensions}
    ranges = [range(1, min(LARGEST, d + 1) + 1) for d in degrees.values() if d]
    names = [name for name, d in degrees.items() if d]
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


def first(candidates: Iterator[dict[str, int]], count: int) -> list[dict[str, int]]:
    return list(islice(candidates, count))
