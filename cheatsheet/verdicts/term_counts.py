"""What the terms of an expression use of one dimension: how many summed indices, and which power of it as a number.

The theorem that these counts serve is in ``docs/verdicts.md``; the rule of each operator in :mod:`.count_rules`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce

from cheatsheet.evaluation.properties import closure
from cheatsheet.language.dimensions import Axis
from cheatsheet.language.expressions import Apply, Expr, Number, Size, Sum, Symbol, free_indices

_ORDERLY = frozenset(
    "symmetric antisymmetric diagonal lower_triangular upper_triangular invertible positive_definite "
    "positive nonzero integer zero impossible".split()
)
"""Properties of which a polynomial identity knows nothing but the order of the indices."""


class NoBoundError(Exception):
    """The claim has something in it for which no bound on the sizes is known; the text says what."""


Denominator = Mapping[Expr, int]


@dataclass(frozen=True)
class Count:
    """What the terms of an expression use of one dimension, the axes of the expression apart.

    An entry is a sum of terms over a product of ``below``. A term sums over at most ``names`` index names of the
    dimension, and has it as a factor at most ``degree`` times: as a number, or because a summed index stands in no
    symbol. ``anchored`` are the axes, ``indices`` the index names that in every term stand in some symbol. ``varies``:
    what is below depends on the axes of the expression; ``under``: on which index names.
    """

    names: int = 0
    degree: int = 0
    anchored: frozenset[int] = frozenset()
    indices: frozenset[str] = frozenset()
    below: Denominator = field(default_factory=dict)
    varies: bool = False
    under: frozenset[str] = frozenset()


def uses(axis: Axis, name: str) -> int:
    """How many indices of the dimension one index of the axis stands for."""
    if axis.kind == "name":
        return int(axis.value == name)
    if axis.kind == "concatenation":
        return max((uses(p, name) for p in axis.parts), default=0)
    return sum(uses(p, name) for p in axis.parts)


def alike(a: Axis, b: Axis) -> None:
    """Raises where two axes are one although their parts come in a different order."""
    if (a.names or b.names) and a != b:
        raise NoBoundError(f"axes of {a} and {b} entries are taken for one")


class Counting:
    """The counts of the parts of a claim for one dimension."""

    def __init__(self, name: str, rules: Mapping[str, Rule]) -> None:
        self.name = name
        self.rules = rules
        self.known: dict[Expr, Count] = {}

    def __call__(self, expr: Expr) -> Count:
        if expr not in self.known:
            self.known[expr] = self.count(expr)
        return self.known[expr]

    def count(self, expr: Expr) -> Count:
        match expr:
            case Symbol():
                return self(expr.definition) if expr.definition is not None else self.symbol(expr)
            case Number():
                return Count()
            case Size():
                return Count(degree=max(monomial.count(self.name) for monomial, _ in expr.axis.size))
            case Sum():
                return self.sum(expr)
            case Apply() if expr.op in self.rules:
                return self.rules[expr.op](self, expr)
            case Apply():
                raise NoBoundError(expr.op)
        raise NoBoundError(type(expr).__name__)

    def uses(self, axis: Axis) -> int:
        return uses(axis, self.name)

    def symbol(self, symbol: Symbol) -> Count:
        if self.name in symbol.shape.names and not closure(symbol.properties) <= _ORDERLY:
            raise NoBoundError(" and ".join(sorted(symbol.properties)))
        return Count(anchored=frozenset(range(len(symbol.shape.axes))))

    def sum(self, node: Sum) -> Count:
        body = self(node.body)
        own = {str(i.name) for i in node.indices}
        if own & body.under:
            raise NoBoundError("a sum of fractions")
        loose = [i for i in node.indices if i.name not in body.indices]
        return replace(
            body,
            names=body.names + sum(self.uses(i.axis) for i in node.indices),
            degree=body.degree + sum(self.uses(i.axis) for i in loose),
            indices=body.indices - own,
        )

    # --- what rules are made of ----------------------------------------------------------------------------------

    def stands(self, expr: Expr, k: int) -> bool:
        """Whether an index of an axis stands in a symbol wherever it is one of the dimension."""
        return k in self(expr).anchored or not self.uses(expr.shape.axes[k])

    def axes(self, *exprs: Expr) -> frozenset[int]:
        """The axes anchored in one at least of several expressions of the same shape."""
        return frozenset(k for e in exprs for k in self(e).anchored)

    def steady(self, *exprs: Expr) -> None:
        """Raises where what is below depends on an axis that is to be summed or rearranged."""
        if any(self(e).varies for e in exprs):
            raise NoBoundError("a sum of fractions")

    def moved(self, count: Count, operand: Expr, place: Callable[[Expr], Expr]) -> Denominator:
        """What is below, its entries taken at other places: 1/xᵢ and 1/xⱼ are over two denominators."""
        if not count.varies:
            return count.below
        arrays = [f for f in count.below if not f.shape.is_scalar]
        if any(f.shape != operand.shape for f in arrays):
            raise NoBoundError("entries of a fraction at several places")
        return {place(f) if f in arrays else f: e for f, e in count.below.items()}

    def weight(self, below: Denominator) -> tuple[int, int]:
        """The names and the degree of a product of denominators."""
        counts = [(self(factor), exponent) for factor, exponent in below.items()]
        return sum(c.names * e for c, e in counts), sum(c.degree * e for c, e in counts)

    def times(self, count: Count, below: Denominator) -> Count:
        """The count with its terms multiplied by a product of denominators."""
        names, degree = self.weight(below)
        return replace(count, names=count.names + names, degree=count.degree + degree)

    def multiplied(self, *exprs: Expr) -> Count:
        """A product of entries: names and degrees add up."""
        counts = [self(e) for e in exprs]
        below: dict[Expr, int] = {}
        for c in counts:
            for factor, exponent in c.below.items():
                below[factor] = below.get(factor, 0) + exponent
        return Count(
            sum(c.names for c in counts),
            sum(c.degree for c in counts),
            frozenset(),
            frozenset().union(*(c.indices for c in counts)),
            below,
            any(c.varies for c in counts),
            frozenset().union(*(c.under for c in counts)),
        )

    def over_one(self, exprs: Sequence[Expr]) -> list[Count]:
        """The counts of several expressions over one denominator, the least common multiple of theirs."""
        counts = [self(e) for e in exprs]
        common: dict[Expr, int] = {}
        for c in counts:
            for factor, exponent in c.below.items():
                common[factor] = max(exponent, common.get(factor, 0))
        return [
            replace(self.times(c, {f: e - c.below.get(f, 0) for f, e in common.items()}), below=common)
            for c in counts
        ]

    def added(self, exprs: Sequence[Expr]) -> Count:
        """A sum of entries, or one of several: the greatest count, anchored where all are."""
        counts = self.over_one(exprs)
        return Count(
            max(c.names for c in counts),
            max(c.degree for c in counts),
            reduce(frozenset.__and__, (c.anchored for c in counts)),
            reduce(frozenset.__and__, (c.indices for c in counts)),
            counts[0].below,
            any(c.varies for c in counts),
            frozenset().union(*(c.under for c in counts)),
        )

    def bind(self, count: Count, axis: Axis, anchored: bool) -> Count:
        """The count with one more summed index."""
        more = self.uses(axis)
        return replace(
            count, names=count.names + more, degree=count.degree + (0 if anchored else more), varies=False
        )

    def divided(self, count: Count, by: Expr, exponent: int = 1) -> Count:
        """The count over a power of an expression N/D: D goes above, N below."""
        own = self(by)
        above = {f: e * exponent for f, e in own.below.items()}
        count = self.times(count, above)
        if isinstance(by, Number):
            return count
        return replace(
            count,
            below={**count.below, by: count.below.get(by, 0) + exponent},
            varies=count.varies or not by.shape.is_scalar,
            under=count.under | own.under | set(free_indices(by)),
        )

    def repeated(self, expr: Expr, times: int) -> Count:
        """A product of so many entries of one matrix."""
        count = self(expr)
        return Count(
            count.names * times,
            count.degree * times,
            frozenset(),
            count.indices if times else frozenset(),
            {f: e * times for f, e in count.below.items() if times},
            count.varies,
            count.under,
        )


Rule = Callable[[Counting, Apply], Count]
