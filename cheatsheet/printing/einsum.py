"""Index names in array code: products of components become ``einsum``, what it cannot say becomes a loop.

A scalar with free indices is an array with an axis for each, a vector or matrix has its own axes behind them. Products,
quotients and sums over an index are collected into one :class:`Contraction`, operator by operator: the ``contraction``
column (:mod:`cheatsheet.printing.contractions`); sums of terms and functions are worked out entry by entry on whole
arrays. An index inside an operation on a whole matrix (``inv(A + unit(i, n) @ x.T)``) is left to a generator.
"""

from __future__ import annotations

import string
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from itertools import combinations

from cheatsheet.language.dimensions import Axis
from cheatsheet.language.expressions import Apply, Expr, Index, Sum, free_indices
from cheatsheet.language.table import TABLE, build
from cheatsheet.printing.coding import (
    ATOM,
    MATMUL,
    PRODUCT,
    SUM,
    UNARY,
    Code,
    IndexWriter,
    NoCodeError,
    bracketed,
    left_chain,
)


class Label:
    """One index of a contraction: two sums over the same name are two labels."""

    __slots__ = ("index",)

    def __init__(self, index: Index) -> None:
        self.index = index


Labels = tuple[Label, ...]
At = tuple[Labels, Labels]
"""The labels of rows and columns: none for a single row, several for an axis that is a product of axes."""
Scope = Mapping[str, Label]
NOWHERE: At = ((), ())


class NotContractionError(Exception):
    """An index stands where no array operation can follow it."""


def indexed(w: IndexWriter, expr: Expr, order: Sequence[Index]) -> Code:
    """The array of an expression with free indices, one axis for each of ``order`` and then those of the expression."""
    scope = {str(i.name): Label(i) for i in order}
    try:
        return Contractor(w).array(expr, scope)
    except NotContractionError:
        return _looped(w, expr, order)


def arranged(w: IndexWriter, expr: Apply) -> Code | None:
    """A Kronecker product or a commutation matrix, and what is made of them, by one ``einsum`` and a new shape.

    NumPy's ``kron`` takes four times as long with small matrices, and a permutation as a matrix is larger than all
    else. None where there is nothing of the kind.
    """
    contractor = Contractor(w, opened=True)
    if TABLE[expr.op].contraction is None:
        return None
    if (terms := _multiplied_out(expr, contractor)) is not None:
        return w.write(terms)
    if not contractor.arranges(expr):
        return None
    try:
        return contractor.array(expr, {})
    except NotContractionError:
        return None


def _multiplied_out(expr: Expr, contractor: Contractor) -> Expr | None:
    """A product with a factor that is a sum of which one term only arranges entries, as a sum of products."""
    if not isinstance(expr, Apply) or expr.op != "matmul" or contractor.w.library != "numpy":
        return None
    factors = left_chain(expr)
    for k, factor in enumerate(factors):
        if (
            isinstance(factor, Apply)
            and factor.op in ("add", "sub")
            and any(map(contractor.arranges, factor.children))
        ):
            a, b = (reduce(_times, [*factors[:k], part, *factors[k + 1 :]]) for part in factor.children)
            return build(factor.op, a, b)
    return None


def _times(a: Expr, b: Expr) -> Expr:
    """The product, without an identity matrix in front."""
    return b if isinstance(a, Apply) and a.op == "I" else build("matmul", a, b)


def _looped(w: IndexWriter, expr: Expr, order: Sequence[Index]) -> Code:
    """A generator that runs over the indices: a sum of its values, or nested lists of them."""
    if isinstance(expr, Sum) and not order:
        with w.looping(expr.indices):
            body = w.write(expr.body).text
        ranges = " ".join(_range(w, i) for i in expr.indices)
        return Code(f"sum({body} {ranges})")
    with w.looping(order):
        text = w.write(expr).text
    opening, closing = ("torch.stack([", "])") if w.library == "torch" else ("[", "]")
    for index in reversed(order):
        text = f"{opening}{text} {_range(w, index)}{closing}"
    return Code(text if w.library == "torch" else f"{w.function('array')}({text})")


def _range(w: IndexWriter, index: Index) -> str:
    return f"for {index.name} in range({w.size(index.axis).text})"


Factor = tuple[Code, Labels]
Pair = tuple[int, Factor, Factor, Labels]


@dataclass
class Contraction:
    """A product of numbers and arrays over the numbers below, summed over every label that is not asked for.

    ``deltas`` are pairs of labels that must be equal. A label that no factor has is one along which nothing changes.
    """

    negative: bool = False
    scalars: list[Code] = field(default_factory=list)
    factors: list[Factor] = field(default_factory=list)
    deltas: list[tuple[Label, Label]] = field(default_factory=list)
    below: list[Code] = field(default_factory=list)

    def times(self, other: Contraction) -> Contraction:
        return Contraction(
            self.negative != other.negative,
            self.scalars + other.scalars,
            self.factors + other.factors,
            self.deltas + other.deltas,
            self.below + other.below,
        )

    @property
    def labels(self) -> set[Label]:
        arrays = {label for _, labels in self.factors for label in labels}
        return arrays | {label for pair in self.deltas for label in pair}


class Contractor:
    """Collects an expression into a contraction, and writes it."""

    def __init__(self, w: IndexWriter, opened: bool = False) -> None:
        self.w = w
        self.opened = opened
        """Whether what only arranges entries is written out where it is constant too."""

    def array(self, expr: Expr, scope: Scope) -> Code:
        """The expression with an axis for every label of the scope, and then its own."""
        if expr.shape.is_tensor:
            raise NotContractionError
        rows, cols = (self.fresh(axis) for axis in expr.shape)
        code = self.source(self.collect(expr, scope, (rows, cols)), (*scope.values(), *rows, *cols))
        if max(len(rows), len(cols)) < 2:
            return code
        axes = [*(label.index.axis for label in scope.values()), *(a for a in expr.shape if not a.is_one)]
        return self.reshaped(code, axes)

    def reshaped(self, code: Code, axes: Iterable[Axis]) -> Code:
        return Code(f"{bracketed(code, ATOM)}.reshape({', '.join(self.w.size(a).text for a in axes)})")

    def fresh(self, axis: Axis) -> Labels:
        """New labels for an axis."""
        return tuple(Label(Index("", part)) for part in _parts(axis))

    # --- expression → contraction --------------------------------------------------------------------------------

    def collect(self, expr: Expr, scope: Scope, at: At = NOWHERE) -> Contraction:
        """The contraction that an expression is; its labels are those of ``scope``, of ``at`` and of the sums in it."""
        if expr.shape.is_tensor or not all(map(_label, expr.shape, at)):
            raise NotContractionError
        if isinstance(expr, Sum):
            return self.sum(expr, scope, at)
        rule = TABLE[expr.op].contraction if isinstance(expr, Apply) else None
        if not isinstance(expr, Apply) or (
            not self.varies(expr, scope)
            and (rule is None or (expr.children and max(map(len, at)) < 2) or expr.shape.is_scalar)
        ):
            return self.constant(expr, at)
        if rule is not None:
            found = rule(self, expr, scope, at)
            assert isinstance(found, Contraction)
            return found
        match expr.op, expr.children:
            case "neg", (a,):
                return Contraction(negative=True).times(self.collect(a, scope, at))
            case _, (a, b) if TABLE[expr.op].second_exponent:
                above = self.collect(a, scope, _own(a, at))
                if TABLE[expr.op].divides:
                    return above.times(self.inverse(b, scope, _own(b, at)))
                return above.times(self.collect(b, scope, _own(b, at)))
        return self.entrywise(expr, scope, at)

    def mentions(self, expr: Expr, scope: Scope) -> bool:
        return not scope.keys().isdisjoint(free_indices(expr))

    def varies(self, expr: Expr, scope: Scope) -> bool:
        """Whether the expression has labels within it, and is not one array of what is around it."""
        return self.mentions(expr, scope) or (self.opened and self.arranges(expr))

    def arranges(self, expr: Expr) -> bool:
        """Whether a product has in it what only arranges entries anew."""
        if not isinstance(expr, Apply) or expr.shape.is_scalar:
            return False
        row = TABLE[expr.op]
        if row.contraction is None and expr.op not in ("neg", "scale"):
            return False
        is_product = any(len(_parts(axis)) > 1 for axis in expr.shape)
        moves = row.arranges and is_product and (self.w.library == "numpy" or not expr.children)
        return moves or any(map(self.arranges, expr.children))

    def constant(self, expr: Expr, at: At) -> Contraction:
        """What has none of the labels' names in it."""
        if expr.shape.is_scalar:
            return Contraction(scalars=[self.w.write(expr)])
        code, labels = self.w.write(expr), (*at[0], *at[1])
        if max(map(len, at)) > 1:
            code = self.reshaped(code, (label.index.axis for label in labels))
        return Contraction(factors=[(code, labels)])

    def inverse(self, expr: Expr, scope: Scope, at: At) -> Contraction:
        """One over the expression, entry by entry."""
        if expr.shape.is_scalar and not self.mentions(expr, scope):
            return Contraction(below=[self.w.write(expr)])
        below = self.collect(expr, scope, at)
        labels = self.present([below], scope, at)
        code = Code(f"1 / {bracketed(self.source(below, labels), UNARY)}", PRODUCT)
        return Contraction(factors=[(code, labels)])

    def sum(self, expr: Sum, scope: Scope, at: At) -> Contraction:
        bound = {str(i.name): Label(i) for i in expr.indices}
        return self.summed(self.collect(expr.body, {**scope, **bound}, at), bound.values())

    def summed(self, inner: Contraction, over: Iterable[Label]) -> Contraction:
        """The contraction with ones along the labels that it does not have, so that they are summed over too."""
        return inner.times(
            Contraction(factors=[self.ones(label) for label in over if label not in inner.labels])
        )

    def ones(self, label: Label) -> Factor:
        return Code(self.w.filled("ones", (label.index.axis,))), (label,)

    def place(self, index: Index, label: Label | None, scope: Scope) -> Contraction:
        """δ of an index and a label: the label of the index is that one, or its position is a row of the identity."""
        own = scope.get(str(index.name))
        if label is None:
            return Contraction()
        if own is not None:
            return Contraction(deltas=[(own, label)])
        return Contraction(
            factors=[(Code(f"{self.w.eye(label.index.axis)}[{self.w.position(index)}]"), (label,))]
        )

    def component(self, expr: Apply, scope: Scope) -> Contraction:
        operand = expr.children[0]
        indices = [i for i in expr.args[1:] if isinstance(i, Index)]
        flat = [part for i in indices for part in (i.parts or (i,))]
        if self.mentions(operand, scope):
            if not all(str(i.name) in scope for i in flat) or operand.shape.is_tensor:
                raise NotContractionError
            known = [scope[str(i.name)] for i in flat]
            width = len(_parts(operand.shape.rows))
            return self.collect(operand, scope, (tuple(known[:width]), tuple(known[width:])))
        code = self.w.write(operand)
        if len(flat) > len(indices):
            code = self.reshaped(code, (i.axis for i in flat))
        labels = tuple(scope[str(i.name)] for i in flat if str(i.name) in scope)
        places = [":" if str(i.name) in scope else self.w.position(i) for i in flat]
        while places and places[-1] == ":":
            places.pop()
        if places:
            code = Code(f"{bracketed(code, ATOM)}[{', '.join(places)}]")
        return Contraction(factors=[(code, labels)])

    def present(self, found: Iterable[Contraction], scope: Scope, at: At) -> Labels:
        """The labels that one of the contractions has."""
        used = {label for contraction in found for label in contraction.labels}
        return tuple(dict.fromkeys(label for label in (*scope.values(), *at[0], *at[1]) if label in used))

    def entrywise(self, expr: Apply, scope: Scope, at: At) -> Contraction:
        """A sum of terms, a power or a function: its operands as arrays over the same labels."""
        varying = [c for c in expr.children if not c.shape.is_scalar or self.mentions(c, scope)]
        if not self.is_entrywise(expr):
            raise NotContractionError
        found = {id(c): self.collect(c, scope, _own(c, at)) for c in varying}
        labels = self.present(found.values(), scope, at)
        if expr.op in ("add", "sub"):
            a, b = (
                self.spread(found[id(c)], labels) if id(c) in found else self.w.write(c)
                for c in expr.children
            )
            sign = "+" if expr.op == "add" else "-"
            return Contraction(
                factors=[(Code(f"{bracketed(a, SUM)} {sign} {bracketed(b, SUM + 1)}", SUM), labels)]
            )
        with self.w.placing() as place:
            parts = tuple(
                place(self.spread(found[id(c)], labels)) if id(c) in found else c for c in expr.children
            )
            code = self.w.write(Apply(expr.op, parts, parts[0].shape, expr.params))
        return Contraction(factors=[(code, labels)])

    def spread(self, contraction: Contraction, labels: Labels) -> Code:
        """The contraction over those of the labels that it has, with axes of size one for the others."""
        present = tuple(label for label in labels if label in contraction.labels)
        code = self.source(contraction, present)
        axes = [":" if label in present else "None" for label in labels]
        while axes and axes[0] == "None":
            axes.pop(0)
        return code if "None" not in axes else Code(f"{bracketed(code, ATOM)}[{', '.join(axes)}]")

    def is_entrywise(self, expr: Apply) -> bool:
        row = TABLE[expr.op]
        return expr.op in ("add", "sub", "power") or (row.entrywise is not None and not row.infix)

    # --- contraction → source ------------------------------------------------------------------------------------

    def source(self, c: Contraction, wanted: Labels) -> Code:
        """The contraction as an array over the wanted labels, in their order."""
        factors = self.joined(c, wanted)
        factors += [self.ones(label) for label in wanted if not any(label in labels for _, labels in factors)]
        parts = [*c.scalars, *([self.product(factors, wanted)] if factors else [])]
        if len(parts) > 1:
            parts = [p for p in parts if p.text != "1"] or parts[:1]
        texts = (
            [bracketed(parts[0], PRODUCT), *(bracketed(p, PRODUCT + 1) for p in parts[1:])]
            if parts
            else ["1"]
        )
        code = parts[0] if len(parts) == 1 else Code(" * ".join(texts), PRODUCT)
        if c.negative:
            code = Code(
                f"-{bracketed(code, UNARY if len(parts) == 1 else PRODUCT)}",
                UNARY if len(parts) == 1 else PRODUCT,
            )
        for divisor in c.below:
            code = Code(f"{bracketed(code, PRODUCT)} / {bracketed(divisor, PRODUCT + 1)}", PRODUCT)
        return code

    def joined(self, c: Contraction, wanted: Labels) -> list[Factor]:
        """The factors with equal labels made one; two wanted ones are held equal by an identity matrix."""
        same: dict[Label, Label] = {}

        def of(label: Label) -> Label:
            while label in same:
                label = same[label]
            return label

        identities: list[Factor] = []
        for pair in c.deltas:
            a, b = map(of, pair)
            if a in wanted and b in wanted and a is not b:
                identities.append((Code(self.w.eye(a.index.axis)), (a, b)))
            elif a is not b:
                same |= {a: b} if b in wanted else {b: a}
        factors = [(code, tuple(map(of, labels))) for code, labels in c.factors] + identities
        known = {label for _, labels in factors for label in labels} | set(wanted)
        lost = dict.fromkeys(of(label) for pair in c.deltas for label in pair if of(label) not in known)
        return factors + [self.ones(label) for label in lost]

    def product(self, factors: list[Factor], wanted: Labels) -> Code:
        """Several arrays, two at a time where fewer labels are then run over at once."""
        rest, most = factors, 0
        while len(rest) > 2 and (pairs := list(_pairs(rest, wanted, len(factors) > 3))):
            size, a, b, left = min(pairs, key=lambda pair: (pair[0], len(pair[3])))
            both = (self.einsum([a, b], left), left)
            rest, most = [both if f is a else f for f in rest if f is not b], max(most, size)
        most = max(most, len(_labels(rest)))
        return self.einsum(rest if most < len(_labels(factors)) or len(factors) > 3 else factors, wanted)

    def einsum(self, factors: list[Factor], wanted: Labels) -> Code:
        if len(factors) == 1:
            ((code, labels),) = factors
            if labels == wanted:
                return code
            if len(set(labels)) == len(labels) and not wanted:
                return Code(f"{self.w.function('sum')}({code.text})")
            if len(labels) == 2 and labels[::-1] == wanted:
                return Code(f"{bracketed(code, ATOM)}.T")
        if len(factors) == 2 and not wanted and factors[0][1] == factors[1][1] and len(factors[0][1]) == 1:
            (a, _), (b, _) = factors
            return Code(f"{bracketed(a, MATMUL)} @ {bracketed(b, PRODUCT + 1)}", MATMUL)
        letters = _letters(factors, wanted)
        subscripts = ",".join("".join(letters[label] for label in labels) for _, labels in factors)
        out = "".join(letters[label] for label in wanted)
        arrays = ", ".join(code.text for code, _ in factors)
        return Code(f"{self.w.function('einsum')}('{subscripts}->{out}', {arrays})")


def _parts(axis: Axis) -> tuple[Axis, ...]:
    """The axes that a label is needed for."""
    return () if axis.is_one else axis.parts if axis.kind == "product" else (axis,)


def _label(axis: Axis, labels: Labels) -> bool:
    """Whether each label runs over a part of the axis; those of m·n do not over n·m, although it has the same size."""
    parts = _parts(axis)
    return len(parts) == len(labels) and all(
        part.same_size(label.index.axis) for part, label in zip(parts, labels, strict=True)
    )


def _labels(factors: Iterable[Factor]) -> set[Label]:
    return {label for _, labels in factors for label in labels}


def _pairs(factors: list[Factor], wanted: Labels, apart: bool) -> Iterator[Pair]:
    """Two factors, ``apart`` or with a label in common: how many labels both have, and which are left of both."""
    places = Counter((*wanted, *(label for _, own in factors for label in set(own))))
    for a, b in combinations(factors, 2):
        both = tuple(dict.fromkeys((*a[1], *b[1])))
        if len(both) < len(a[1]) + len(b[1]) or apart:
            left = (label for label in both if places[label] > (label in a[1]) + (label in b[1]))
            yield len(both), a, b, tuple(left)


def _own(expr: Expr, at: At) -> At:
    """The labels of an operand of something that works entry by entry: a number has none."""
    return NOWHERE if expr.shape.is_scalar else at


def _letters(factors: list[Factor], wanted: Labels) -> dict[Label, str]:
    """A letter for every label: its own name where that is a letter nobody has yet."""
    labels = dict.fromkeys((*(label for _, own in factors for label in own), *wanted))
    letters: dict[Label, str] = {}
    names = {str(label.index.name) for label in labels}
    for label in sorted(labels, key=lambda label: not label.index.name):
        name = str(label.index.name)
        others = (c for c in f"ijklpqrs{string.ascii_letters}" if c not in names)
        choices = [*([name] if len(name) == 1 else []), *others, *string.ascii_letters]
        free = [c for c in choices if c not in letters.values()]
        if not free:
            raise NoCodeError(f"einsum has {len(string.ascii_letters)} letters, and more indices are summed")
        letters[label] = free[0]
    return letters
