"""Index names in array code: products of components become ``einsum``, what it cannot say becomes a loop.

A scalar with free indices is an array with one axis for each. Products, quotients by scalars and sums over an index are
collected into one :class:`Contraction`; sums of terms and functions are worked out entry by entry on whole arrays. An
index inside a matrix operation (``unit(i, n) @ x.T``) is left to a generator over its range.
"""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cheatsheet.language.expressions import Apply, Expr, Index, Sum, free_indices
from cheatsheet.language.table import TABLE
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
)


class Label:
    """One index of a contraction: two sums over the same name are two labels."""

    __slots__ = ("index",)

    def __init__(self, index: Index) -> None:
        self.index = index


Labels = tuple[Label, ...]
Scope = Mapping[str, Label]


class NotContractionError(Exception):
    """An index stands where no array operation can follow it."""


def indexed(w: IndexWriter, expr: Expr, order: Sequence[Index]) -> Code:
    """The array of an expression with free indices, one axis for each of ``order``."""
    scope = {str(i.name): Label(i) for i in order}
    try:
        return _Contractor(w).array(expr, scope, tuple(scope.values()))
    except NotContractionError:
        return _looped(w, expr, order)


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


@dataclass
class Contraction:
    """A product of numbers and arrays over the numbers below, summed over every label that is not asked for."""

    negative: bool = False
    scalars: list[Code] = field(default_factory=list)
    factors: list[tuple[Code, Labels]] = field(default_factory=list)
    below: list[Code] = field(default_factory=list)

    def times(self, other: Contraction) -> Contraction:
        return Contraction(
            self.negative != other.negative,
            self.scalars + other.scalars,
            self.factors + other.factors,
            self.below + other.below,
        )

    @property
    def labels(self) -> set[Label]:
        return {label for _, labels in self.factors for label in labels}


class _Contractor:
    def __init__(self, w: IndexWriter) -> None:
        self.w = w

    def array(self, expr: Expr, scope: Scope, wanted: Labels) -> Code:
        return self.source(self.collect(expr, scope), wanted)

    # --- expression → contraction --------------------------------------------------------------------------------

    def collect(self, expr: Expr, scope: Scope) -> Contraction:
        """The contraction that a scalar is; its labels are those of ``scope`` and of the sums in it."""
        if not expr.shape.is_scalar:
            raise NotContractionError
        if isinstance(expr, Sum):
            return self.sum(expr, scope)
        if not isinstance(expr, Apply) or not self.mentions(expr, scope):
            return Contraction(scalars=[self.w.write(expr)])
        match expr.op, expr.children:
            case "scale", (a, b):
                return self.collect(a, scope).times(self.collect(b, scope))
            case "over", (a, b):
                above = self.collect(a, scope)
                if not self.mentions(b, scope):
                    return above.times(Contraction(below=[self.w.write(b)]))
                labels = self.labels(b, scope)
                inverse = Code(f"1 / {bracketed(self.array(b, scope, labels), UNARY)}", PRODUCT)
                return above.times(Contraction(factors=[(inverse, labels)]))
            case "neg", (a,):
                return Contraction(negative=True).times(self.collect(a, scope))
            case "component", (operand,):
                return self.component(expr, operand, scope)
            case "delta", ():
                return self.delta(expr, scope)
        return Contraction(factors=[(self.entrywise(expr, scope), self.labels(expr, scope))])

    def mentions(self, expr: Expr, scope: Scope) -> bool:
        return not scope.keys().isdisjoint(free_indices(expr))

    def sum(self, expr: Sum, scope: Scope) -> Contraction:
        bound = {str(i.name): Label(i) for i in expr.indices}
        inner = self.collect(expr.body, {**scope, **bound})
        absent = [label for label in bound.values() if label not in inner.labels]
        return inner.times(Contraction(factors=[self.ones(label) for label in absent]))

    def ones(self, label: Label) -> tuple[Code, Labels]:
        return Code(self.w.filled("ones", (label.index.axis,))), (label,)

    def component(self, expr: Apply, operand: Expr, scope: Scope) -> Contraction:
        if self.mentions(operand, scope):
            raise NotContractionError
        code, indices = self.unpaired(operand, [i for i in expr.args[1:] if isinstance(i, Index)])
        labels = tuple(scope[str(i.name)] for i in indices if str(i.name) in scope)
        places = [":" if str(i.name) in scope else self.w.position(i) for i in indices]
        while places and places[-1] == ":":
            places.pop()
        if places:
            code = Code(f"{bracketed(code, ATOM)}[{', '.join(places)}]")
        return Contraction(factors=[(code, labels)])

    def unpaired(self, operand: Expr, indices: list[Index]) -> tuple[Code, list[Index]]:
        """The operand with an axis of its own for each part of a pair of indices."""
        code = self.w.write(operand)
        flat = [part for i in indices for part in (i.parts or (i,))]
        if len(flat) == len(indices):
            return code, indices
        sizes = ", ".join(self.w.size(i.axis).text for i in flat)
        return Code(f"{bracketed(code, ATOM)}.reshape({sizes})"), flat

    def delta(self, expr: Apply, scope: Scope) -> Contraction:
        i, j = (a for a in expr.args if isinstance(a, Index))
        ends = [scope.get(str(k.name)) for k in (i, j)]
        known = [label for label in ends if label is not None]
        eye = self.w.eye(known[0].index.axis)
        if len(known) == 1:
            place = self.w.position(j if ends[0] is not None else i)
            return Contraction(factors=[(Code(f"{eye}[{place}]"), (known[0],))])
        if known[0] is known[1]:
            return Contraction(factors=[self.ones(known[0])])
        return Contraction(factors=[(Code(eye), (known[0], known[1]))])

    def labels(self, expr: Expr, scope: Scope) -> Labels:
        used = free_indices(expr)
        return tuple(label for name, label in scope.items() if name in used)

    def entrywise(self, expr: Apply, scope: Scope) -> Code:
        """A sum of terms, a power or a function: its operands as arrays over the same labels."""
        labels = self.labels(expr, scope)
        if expr.op in ("add", "sub"):
            a, b = (self.spread(child, scope, labels) for child in expr.children)
            sign = "+" if expr.op == "add" else "-"
            return Code(f"{bracketed(a, SUM)} {sign} {bracketed(b, SUM + 1)}", SUM)
        if not self.is_entrywise(expr):
            raise NotContractionError
        with self.w.placing() as place:
            parts = tuple(
                place(self.spread(c, scope, labels)) if self.mentions(c, scope) else c for c in expr.children
            )
            return self.w.write(Apply(expr.op, parts, expr.shape, expr.params))

    def spread(self, expr: Expr, scope: Scope, labels: Labels) -> Code:
        """The expression over those of the labels that it has, with axes of size one for the others."""
        contraction = self.collect(expr, scope)
        present = tuple(label for label in labels if label in contraction.labels)
        code = self.source(contraction, present)
        axes = [":" if label in present else "None" for label in labels]
        while axes and axes[0] == "None":
            axes.pop(0)
        return code if "None" not in axes else Code(f"{bracketed(code, ATOM)}[{', '.join(axes)}]")

    def is_entrywise(self, expr: Apply) -> bool:
        return all(c.shape.is_scalar for c in expr.children) and (
            expr.op == "power" or (TABLE[expr.op].entrywise is not None and not TABLE[expr.op].infix)
        )

    # --- contraction → source ------------------------------------------------------------------------------------

    def source(self, c: Contraction, wanted: Labels) -> Code:
        """The contraction as an array over the wanted labels, in their order."""
        factors = c.factors + [self.ones(label) for label in wanted if label not in c.labels]
        parts = [*c.scalars, *([self.einsum(factors, wanted)] if factors else [])]
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

    def einsum(self, factors: list[tuple[Code, Labels]], wanted: Labels) -> Code:
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


def _letters(factors: list[tuple[Code, Labels]], wanted: Labels) -> dict[Label, str]:
    """A letter for every label: its own name where that is a letter nobody has yet."""
    letters: dict[Label, str] = {}
    for label in (*wanted, *(label for _, labels in factors for label in labels)):
        if label not in letters:
            name = str(label.index.name)
            choices = [*([name] if len(name) == 1 else []), *string.ascii_letters]
            free = [c for c in choices if c not in letters.values()]
            if not free:
                raise NoCodeError(
                    f"einsum has {len(string.ascii_letters)} letters, and more indices are summed"
                )
            letters[label] = free[0]
    return letters
