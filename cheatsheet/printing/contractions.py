"""The ``contraction`` column: an operator as a product of arrays summed over labels, for ``einsum``.

A rule gets the collector (:class:`.einsum.Contractor`), the application, the labels of the index names around it, and
those of its rows and columns. Where an axis is a product of axes it has a label for each of these.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

from cheatsheet.language.expressions import Apply, Expr, Index
from cheatsheet.language.table import build
from cheatsheet.printing.coding import left_chain
from cheatsheet.printing.einsum import (
    NOWHERE,
    At,
    Contraction,
    Contractor,
    Label,
    Labels,
    NotContractionError,
    Scope,
)

Rule = Callable[[Contractor, Apply, Scope, At], Contraction]


def matmul(c: Contractor, expr: Apply, scope: Scope, at: At) -> Contraction:
    """A chain: factors without index names are multiplied as they are, and so are less to sum over."""
    factors: list[Expr] = []
    for factor in left_chain(expr):
        if factors and not c.varies(factors[-1], scope) and not c.varies(factor, scope):
            factors[-1] = build("matmul", factors[-1], factor)
        else:
            factors.append(factor)
    if len(factors) == 1:
        return c.constant(factors[0], at)
    inner = [c.fresh(factor.shape.rows) for factor in factors[1:]]
    ends = zip(factors, [at[0], *inner], [*inner, at[1]], strict=True)
    found = reduce(Contraction.times, (c.collect(f, scope, (rows, cols)) for f, rows, cols in ends))
    return c.summed(found, (label for labels in inner for label in labels))


def transpose(c: Contractor, expr: Apply, scope: Scope, at: At) -> Contraction:
    return c.collect(expr.children[0], scope, (at[1], at[0]))


def component(c: Contractor, expr: Apply, scope: Scope, at: At) -> Contraction:
    return c.component(expr, scope)


def _along(vector: Expr, labels: Labels) -> At:
    """The labels of a vector, a row or a column; a number has none."""
    return NOWHERE if vector.shape.is_scalar else ((), labels) if vector.shape.rows.is_one else (labels, ())


def dot(c: Contractor, expr: Apply, scope: Scope, at: At) -> Contraction:
    x, y = expr.children
    labels = tuple(label for axis in x.shape for label in c.fresh(axis))
    product = c.collect(x, scope, _along(x, labels)).times(c.collect(y, scope, _along(y, labels)))
    return c.summed(product, labels)


def outer(c: Contractor, expr: Apply, scope: Scope, at: At) -> Contraction:
    x, y = expr.children
    return c.collect(x, scope, _along(x, at[0])).times(c.collect(y, scope, _along(y, at[1])))


def kron(c: Contractor, expr: Apply, scope: Scope, at: At) -> Contraction:
    """The labels of the left factor come first in those of a product of axes."""
    a, b = expr.children
    width = [len(c.fresh(axis)) for axis in a.shape]
    if any(w + len(c.fresh(axis)) != len(labels) for w, axis, labels in zip(width, b.shape, at, strict=True)):
        raise NotContractionError
    left, right = (at[0][: width[0]], at[1][: width[1]]), (at[0][width[0] :], at[1][width[1] :])
    return c.collect(a, scope, left).times(c.collect(b, scope, right))


def vec(c: Contractor, expr: Apply, scope: Scope, at: At) -> Contraction:
    (a,) = expr.children
    width = len(c.fresh(a.shape.cols))
    if width + len(c.fresh(a.shape.rows)) != len(at[0]):
        raise NotContractionError
    return c.collect(a, scope, (at[0][width:], at[0][:width]))


def diag(c: Contractor, expr: Apply, scope: Scope, at: At) -> Contraction:
    (a,) = expr.children
    if not a.shape.is_vector:
        return c.collect(a, scope, (at[0], at[0]))
    return c.collect(a, scope, _along(a, at[0])).times(Contraction(deltas=_pairs(*at)))


def total(c: Contractor, expr: Apply, scope: Scope, at: At) -> Contraction:
    (a,) = expr.children
    rows, cols = (c.fresh(axis) for axis in a.shape)
    return c.summed(c.collect(a, scope, (rows, cols)), (*rows, *cols))


def trace(c: Contractor, expr: Apply, scope: Scope, at: At) -> Contraction:
    (a,) = expr.children
    labels = c.fresh(a.shape.rows)
    return c.summed(c.collect(a, scope, (labels, labels)), labels)


def identity(c: Contractor, expr: Apply, scope: Scope, at: At) -> Contraction:
    return Contraction(deltas=_pairs(*at))


def ones(c: Contractor, expr: Apply, scope: Scope, at: At) -> Contraction:
    return Contraction()


def commutation(c: Contractor, expr: Apply, scope: Scope, at: At) -> Contraction:
    """Entry (ij, kl) is δ_il δ_jk."""
    if {len(labels) for labels in at} != {2}:
        raise NotContractionError
    return Contraction(deltas=_pairs(at[0], at[1][::-1]))


def unit(c: Contractor, expr: Apply, scope: Scope, at: At) -> Contraction:
    (index,) = (i for i in expr.args if isinstance(i, Index))
    parts = index.parts or (index,)
    if len(parts) != len(at[0]) and not expr.shape.is_scalar:
        raise NotContractionError
    places = (c.place(i, label, scope) for i, label in zip(parts, at[0], strict=False))
    return reduce(Contraction.times, places, Contraction())


def delta(c: Contractor, expr: Apply, scope: Scope, at: At) -> Contraction:
    i, j = (a for a in expr.args if isinstance(a, Index))
    known = scope.get(str(j.name))
    return c.place(i, known, scope) if known is not None else c.place(j, scope.get(str(i.name)), scope)


def _pairs(a: Labels, b: Labels) -> list[tuple[Label, Label]]:
    if len(a) != len(b):
        raise NotContractionError
    return list(zip(a, b, strict=True))
