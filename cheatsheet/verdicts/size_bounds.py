"""How large a dimension has to be tried: bounds on sizes that are theorems, or none.

:func:`rational_bounds` serves rational claims, :func:`local_bounds` those with functions of single entries; the
theorems and their proofs are in ``docs/verdicts.md``. A construct that is not counted has no bound: an operator that is
new, or left out, costs a verdict and never makes a false one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product

from cheatsheet.evaluation.properties import needs_even_size
from cheatsheet.language.dimensions import Axis
from cheatsheet.language.expressions import Apply, Expr, Number, Symbol
from cheatsheet.language.table import TABLE
from cheatsheet.verdicts.claim import Claim
from cheatsheet.verdicts.count_rules import RULES
from cheatsheet.verdicts.term_counts import Count, Counting, NoBoundError, Rule, alike, uses

MOST_SIZES = 64
LARGEST = 40


@dataclass(frozen=True)
class Bound:
    """Sizes of one dimension such that a claim which holds at all of them holds at every size."""

    first: int
    count: int
    step: int = 1

    @property
    def sizes(self) -> tuple[int, ...]:
        return tuple(range(self.first, self.first + self.count * self.step, self.step))


def rational_bounds(claim: Claim) -> dict[str, Bound]:
    """Of each dimension the sizes to try, in all combinations; raises :class:`NoBoundError`.

    >>> from cheatsheet.language.elaborate import Declarations, elaborate_claim
    >>> from cheatsheet.language.dimensions import Shape
    >>> from cheatsheet.language.expressions import Symbol
    >>> A = Symbol("A", Shape.matrix(Axis.of("n"), Axis.of("n")))
    >>> rational_bounds(Claim(elaborate_claim("n * tr(A @ A.T) == sum(A * A)", Declarations({"A": A}))))["n"].sizes
    (2, 3)
    """
    found = {}
    for name, counts, free in _counts(claim, RULES):
        names = max(c.names for c in counts) + free
        degree = max(c.degree for c in counts)
        found[name] = _from(claim, name, fixed_positions(claim, name) + names, degree + 1)
    return found


def local_bounds(claim: Claim) -> dict[str, Bound]:
    """The same for a claim with functions whose arguments sum over nothing; raises :class:`NoBoundError`.

    >>> from cheatsheet.language.elaborate import Declarations, elaborate_claim
    >>> from cheatsheet.language.dimensions import Shape
    >>> from cheatsheet.language.expressions import Symbol
    >>> x = Symbol("x", Shape.vector(Axis.of("n")))
    >>> local_bounds(Claim(elaborate_claim("sum(exp(x)) == sum(exp(-x))", Declarations({"x": x}))))["n"].sizes
    (1, 2)
    """
    found = {}
    for name, counts, free in _counts(claim, _LocalRules(RULES)):
        for symbol in claim.symbols:
            if name in symbol.shape.names and _is_regular_at_will(symbol):
                raise NoBoundError(f"a part of {symbol.name} that may be singular")
        positions = fixed_positions(claim, name)
        last = positions + max(c.names + c.degree for c in counts) + free + (not positions)
        found[name] = Bound(max(1, positions), max(1, last - max(1, positions) + 1))
    return found


def _is_regular_at_will(symbol: Symbol) -> bool:
    """Whether the symbol is invertible and its leading parts need not be."""
    return "invertible" in symbol.properties and "positive_definite" not in symbol.properties


def _counts(claim: Claim, rules: Mapping[str, Rule]) -> Iterator[tuple[str, list[Count], int]]:
    """Of each dimension the counts of the two sides over one denominator, and how many of its indices are free."""
    sides = (claim.equation.lhs, claim.equation.rhs)
    for a, b in zip(sides[0].shape.axes, sides[1].shape.axes, strict=True):
        alike(a, b)
    for name in claim.dimensions:
        axes = [*(i.axis for i in claim.indices), *sides[0].shape.axes]
        yield name, Counting(name, rules).over_one(sides), sum(uses(axis, name) for axis in axes)


class _LocalRules(dict[str, Rule]):
    """Rules under which any function may be taken of what sums over nothing; a sum counts as before."""

    def __init__(self, rules: Mapping[str, Rule]) -> None:
        super().__init__(rules)
        self.update({name: _local_quotient for name, row in TABLE.items() if row.divides})
        self.update(power=_local_power, inv=_function, adj=_function)

    def __contains__(self, op: object) -> bool:
        return True

    def __missing__(self, op: str) -> Rule:
        return _function


def _function(c: Counting, node: Apply) -> Count:
    """An entry depends on one entry of the argument, or on a matrix of fixed size; on nothing that is summed."""
    for child in node.children:
        _require_local(c, child)
        if child.shape.names and TABLE[node.op].one_element is None:
            raise NoBoundError(node.op)
    if len(node.children) == 1 and TABLE[node.op].one_element is not None:
        return c(node.children[0])
    return Count()


def _require_local(c: Counting, expr: Expr) -> None:
    count = c(expr)
    if count.names or count.degree:
        raise NoBoundError("a function of a sum over indices, or of a size")


def _local_quotient(c: Counting, node: Apply) -> Count:
    above, below = node.children
    _require_local(c, below)
    arrays = [part for part in (above, below) if part.shape.agrees(node.shape)]
    return replace(c(above), anchored=c.axes(*arrays), indices=c(above).indices | c(below).indices)


def _local_power(c: Counting, node: Apply) -> Count:
    base, exponent = node.children
    if isinstance(exponent, Number) and exponent.value.denominator == 1 and exponent.value >= 0:
        return RULES["power"](c, node)
    for part in (base, exponent):
        _require_local(c, part)
    return Count()


def fixed_positions(claim: Claim, name: str) -> int:
    """One more than the largest position written as a number on an axis of the dimension."""
    return max((int(p.name) + 1 for p in claim.positions if name in p.axis.names), default=0)


def _from(claim: Claim, name: str, least: int, count: int) -> Bound:
    """The first sizes from ``least`` on that the declared properties admit."""
    even = any(
        s.shape.rows == Axis.of(name) and needs_even_size(s.properties)
        for s in claim.symbols
        if s.kind == "symbol" and s.properties
    )
    least = max(1, least)
    return Bound(least + (least % 2 if even else 0), count, 2 if even else 1)


def to_try(bounds: Mapping[str, Bound]) -> list[dict[str, int]]:
    """Every combination of the sizes; raises :class:`NoBoundError` where they are too many or too large."""
    total = 1
    for name, bound in bounds.items():
        total *= bound.count
        if total > MOST_SIZES or bound.sizes[-1] > LARGEST:
            raise NoBoundError(f"{name} up to {bound.sizes[-1]} would have to be tried, in all combinations")
    return [dict(zip(bounds, sizes, strict=True)) for sizes in product(*(b.sizes for b in bounds.values()))]
