"""Determinants, inverses, condition and rank of stacks of floating-point matrices, by elimination."""

from __future__ import annotations

import math
from collections.abc import Iterator

from cheatsheet.evaluation.plain.arrays import SmallArray

Rows = list[list[float]]


def det(a: SmallArray) -> SmallArray:
    found = [_eliminated(rows)[1] for rows in _matrices(a)]
    return SmallArray(found, a.shape[:-2], float)


def inv(a: SmallArray) -> SmallArray:
    """The inverses; entries of singular matrices are no numbers."""
    n = a.shape[-1]
    flat: list[float] = []
    for rows in _matrices(a):
        joined = [[*row, *(float(i == j) for j in range(n))] for i, row in enumerate(rows)]
        reduced, determinant = _eliminated(joined)
        flat += [v if determinant else math.nan for row in reduced for v in row[n:]]
    return SmallArray(flat, a.shape, float)


def cond(a: SmallArray) -> SmallArray:
    """The product of the Frobenius norms of the matrix and its inverse: at least the ratio of its singular values."""
    squares = [(m * m).sum(axis=(-1, -2)) for m in (a, inv(a))]
    both = [
        math.sqrt(p * q) if math.isfinite(p * q) else math.inf
        for p, q in zip(*(s.flat if isinstance(s, SmallArray) else [s] for s in squares), strict=True)
    ]
    return SmallArray(both, a.shape[:-2], float)


def matrix_rank(a: SmallArray, rtol: float) -> SmallArray:
    """How many pivots are not negligible beside the first, each the largest entry that is left."""
    return SmallArray([_rank(rows, rtol) for rows in _matrices(a)], a.shape[:-2], int)


def _matrices(a: SmallArray) -> Iterator[Rows]:
    m, n = a.shape[-2:]
    for start in range(0, a.size, max(1, m * n)):
        yield [[float(v) for v in a.flat[start + i * n : start + (i + 1) * n]] for i in range(m)]


def _eliminated(rows: Rows) -> tuple[Rows, float]:
    """The rows after Gauss and Jordan's elimination of the first square, and its determinant."""
    determinant, n = 1.0, len(rows)
    for k in range(n):
        best = max(range(k, n), key=lambda i: abs(rows[i][k]))
        if best != k:
            rows[k], rows[best] = rows[best], rows[k]
            determinant = -determinant
        pivot = rows[k][k]
        determinant *= pivot
        if not pivot:
            return rows, 0.0
        rows[k] = [v / pivot for v in rows[k]]
        for i in range(n):
            if i != k and rows[i][k]:
                factor = rows[i][k]
                rows[i] = [v - factor * w for v, w in zip(rows[i], rows[k], strict=True)]
    return rows, determinant


def _rank(rows: Rows, rtol: float) -> int:
    first = 0.0
    for rank in range(min(len(rows), len(rows[0]))):
        size, i, j = max((abs(v), i, j) for i, row in enumerate(rows) for j, v in enumerate(row))
        first = first or size
        if size <= rtol * first:
            return rank
        pivot = rows.pop(i)
        rows = [[v - row[j] / pivot[j] * p for v, p in zip(row, pivot, strict=True)] for row in rows]
        if not rows:
            return rank + 1
    return min(len(rows) + rank + 1, len(rows[0]))
