"""Declared properties and inverses as rules on entries: sᵢⱼ = sⱼᵢ, Σₖ qₖᵢ qₖⱼ = δᵢⱼ, Σₖ aᵢₖ (A⁻¹)ₖⱼ = δᵢⱼ."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cheatsheet.calculus.ordering import transposed
from cheatsheet.calculus.to_expression import component
from cheatsheet.derivatives.rules.rearranged import rearranged
from cheatsheet.derivatives.rules.remembering import remembered
from cheatsheet.derivatives.rules.rule import Once, Unordered
from cheatsheet.derivatives.rules.sums import factors, multiplied
from cheatsheet.derivatives.rules.unfolding import IndexNames, prenex, with_distinct_sums
from cheatsheet.language.expressions import (
    Apply,
    Expr,
    Index,
    Number,
    Sum,
    Symbol,
    free_indices,
    rebuild,
    substitute,
    walk,
)
from cheatsheet.language.formulas import flipped
from cheatsheet.language.table import TABLE, build

EntryRule = Callable[[Expr, Index, Index], Expr | None]
"""What an entry of a matrix is, None where the rule says nothing."""


@dataclass(frozen=True)
class Entries:
    """A rule for the entries of matrices."""

    id: str
    entry: EntryRule

    @remembered
    def rewritten(self, expr: Expr) -> Expr:
        expr = rebuild(expr, self.rewritten)
        match expr:
            case Apply(op="component", args=(Expr() as matrix, Index() as i, Index() as j)):
                found = self.entry(matrix, i, j)
                return expr if found is None else found
        return expr


def declared(expr: Expr, name: str) -> bool:
    return isinstance(expr, Symbol) and name in expr.properties


def _symmetric_function(matrix: Expr) -> bool:
    """Whether it is a function of a symmetric matrix: (S⁻¹)ᵀ = (Sᵀ)⁻¹ = S⁻¹, for S = XᵀX as well."""
    if (
        not isinstance(matrix, Apply)
        or not TABLE[matrix.op].of_transpose
        or not matrix.children[0].shape.is_square
    ):
        return False
    of = matrix.children[0]
    return rearranged(transposed(of)) == rearranged(of)


def _antisymmetric(expr: Expr) -> Expr:
    """wᵢⱼ = (wᵢⱼ − wⱼᵢ) / 2, so that it does not matter in which order the indices are written."""
    match expr:
        case Apply(op="component", args=(Symbol() as matrix, Index() as i, Index() as j)):
            if declared(matrix, "antisymmetric"):
                difference = build("sub", component(matrix, [i, j]), component(matrix, [j, i]))
                return Number(0) if i == j else build("over", difference, Number(2))
    return rebuild(expr, _antisymmetric)


def _diagonal(matrix: Expr, i: Index, j: Index) -> Expr | None:
    if not declared(matrix, "diagonal") or i == j:
        return None
    if isinstance(i.name, int) and isinstance(j.name, int):
        return Number(0)
    return build("scale", build("delta", i, j), component(matrix, [i, i]))


def _triangular(name: str, sign: int) -> EntryRule:
    def entry(matrix: Expr, i: Index, j: Index) -> Expr | None:
        if declared(matrix, name) and isinstance(i.name, int) and isinstance(j.name, int):
            return Number(0) if sign * (i.name - j.name) < 0 else None
        return None

    return entry


ProductRule = Callable[[Expr, Expr], Expr | None]
"""What the product of two matrices is, None where the rule says nothing."""


@dataclass(frozen=True)
class Products:
    """A rule for the product of two matrices, used where a sum over their shared index stands."""

    id: str
    product: ProductRule

    @remembered
    def rewritten(self, expr: Expr) -> Expr:
        expr = rebuild(expr, self.rewritten)
        if isinstance(expr, Sum) and any(isinstance(n, Sum) for n in walk(expr.body)):
            apart = prenex(with_distinct_sums(expr, IndexNames.beside(expr)))
            changed = self.rewritten(apart) if isinstance(apart, Sum) and not _nested(apart) else apart
            return expr if changed == apart else changed
        while isinstance(expr, Sum):
            found = self._contracted(expr)
            if found is None:
                break
            expr = found
        return expr

    def _contracted(self, expr: Sum) -> Expr | None:
        parts = _parts(expr.body)
        for index in expr.indices:
            places = [k for k, f in enumerate(parts) if str(index.name) in free_indices(f)]
            if len(places) != 2:
                continue
            a, b = (parts[k] for k in places)
            for first, second in ((a, b), (b, a)):
                new = self._entry(_across(first, index), _across(second, index))
                if new is not None:
                    rest = [f for k, f in enumerate(parts) if k not in places]
                    left = tuple(i for i in expr.indices if i != index)
                    body = multiplied([*rest, new])
                    return Sum(body, left) if left else body
        return None

    def _entry(self, a: tuple[Expr, Index] | None, b: tuple[Expr, Index] | None) -> Expr | None:
        """The entry of the product of the first with the transpose of the second."""
        if a is None or b is None:
            return None
        (m1, i), (m2, j) = a, b
        found = self.product(m1, flipped(m2))
        if found is None:
            return None
        if isinstance(found, Apply) and found.op == "scale":
            number, matrix = found.children
            return build("scale", number, _entry_of(matrix, i, j))
        return _entry_of(found, i, j)


def _nested(expr: Sum) -> bool:
    return any(isinstance(node, Sum) for node in walk(expr.body))


def _entry_of(matrix: Expr, i: Index, j: Index) -> Expr:
    if isinstance(matrix, Apply) and matrix.op == "I":
        return Number(1) if i == j else build("delta", i, j)
    if isinstance(matrix, Apply) and matrix.op == "transpose":
        return component(matrix.children[0], [j, i])
    return component(matrix, [i, j])


def _across(entry: Expr, index: Index) -> tuple[Expr, Index] | None:
    """The matrix and the other index of an entry, turned so that the index given is the second."""
    match entry:
        case Apply(op="component", args=(Expr() as matrix, Index() as i, Index() as j)) if i != j:
            if j == index:
                return matrix, i
            return (flipped(matrix), j) if i == index else None
    return None


def _parts(body: Expr) -> list[Expr]:
    """The factors of a product, numbers below a bar kept as one factor."""
    match body:
        case Apply(op="over", args=(Expr() as above, Expr() as below)):
            return [*_parts(above), build("over", Number(1), below)]
        case Apply(op="neg", args=(Expr() as inner,)):
            return [Number(-1), *_parts(inner)]
        case Apply(op="scale"):
            return [f for child in body.children for f in _parts(child)]
    return factors(body)


def _bare(a: Expr, b: Expr) -> tuple[Expr, Expr]:
    """Two matrices without a transpose of both: what is said of Aᵀ B ᵀ is said of (B A)ᵀ."""
    both = all(isinstance(x, Apply) and x.op == "transpose" for x in (a, b))
    return (b.children[0], a.children[0]) if both else (a, b)


def _inverse(a: Expr, b: Expr) -> Expr | None:
    x, y = _bare(a, b)
    for one, other in ((x, y), (y, x)):
        if isinstance(one, Apply) and one.op == "inv" and one.children[0] == other:
            return build("I", a.shape.rows)
    return None


def _adjugate(a: Expr, b: Expr) -> Expr | None:
    x, y = _bare(a, b)
    for one, other in ((x, y), (y, x)):
        if isinstance(one, Apply) and one.op == "adj" and one.children[0] == other:
            return build("scale", build("det", other), build("I", a.shape.rows))
    return None


def _orthogonal(a: Expr, b: Expr) -> Expr | None:
    plain = [x for x in (a, b) if not (isinstance(x, Apply) and x.op == "transpose")]
    return (
        build("I", a.shape.rows)
        if a == flipped(b) and any(declared(x, "orthogonal") for x in plain)
        else None
    )


def _idempotent(a: Expr, b: Expr) -> Expr | None:
    x, y = _bare(a, b)
    if x != y or not declared(x, "idempotent"):
        return None
    return x if x == a else build("transpose", x)


@dataclass(frozen=True)
class OfTriangularDiagonal:
    """Σₖ lᵢₖ mₖᵢ = lᵢᵢ mᵢᵢ for two matrices that are triangular on the same side: of the others, one factor is zero."""

    id: str = "triangular-product"

    def rewritten(self, expr: Expr) -> Expr:
        expr = rebuild(expr, self.rewritten)
        if isinstance(expr, Sum):
            parts = _parts(expr.body)
            for index in expr.indices:
                inside = [f for f in parts if str(index.name) in free_indices(f)]
                place = _diagonal_place(inside[0], inside[1], index) if len(inside) == 2 else None
                if place is not None:
                    body = substitute(expr.body, {str(index.name): place})
                    left = tuple(i for i in expr.indices if i != index)
                    return self.rewritten(Sum(body, left) if left else body)
        return expr


def _diagonal_place(a: Expr, b: Expr, index: Index) -> Index | None:
    """The place i at which lᵢₖ mₖᵢ is not zero for k = i alone."""
    for first, second in ((a, b), (b, a)):
        match first, second:
            case (
                Apply(op="component", args=(Symbol() as x, Index() as i, Index() as k)),
                Apply(op="component", args=(Symbol() as y, Index() as m, Index() as j)),
            ) if k == index == m and i == j != index:
                if any(declared(x, p) and declared(y, p) for p in ("lower_triangular", "upper_triangular")):
                    return i
    return None


PROPERTIES = (
    Unordered("property-symmetric", lambda matrix: declared(matrix, "symmetric")),
    Unordered("property-positive_definite", lambda matrix: declared(matrix, "positive_definite")),
    Unordered("symmetric-function", _symmetric_function),
    Once("property-antisymmetric", _antisymmetric),
    Entries("property-diagonal", _diagonal),
    Entries("property-lower_triangular", _triangular("lower_triangular", 1)),
    Entries("property-upper_triangular", _triangular("upper_triangular", -1)),
    OfTriangularDiagonal(),
    Products("property-orthogonal", _orthogonal),
    Products("property-idempotent", _idempotent),
    Products("inverse", _inverse),
    Products("adjugate", _adjugate),
)
