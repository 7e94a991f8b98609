"""What declared properties say together, and which diagonals of a matrix vanish whatever its entries are."""

from __future__ import annotations

from functools import cache
from math import inf

from cheatsheet.language.expressions import Apply, Expr, Number, Symbol
from cheatsheet.language.table import build

_CONSEQUENCES: tuple[tuple[frozenset[str], str], ...] = tuple(
    (frozenset(premises.split()), conclusion)
    for premises, conclusion in (
        ("positive_definite", "symmetric"),
        ("positive_definite", "invertible"),
        ("orthogonal", "invertible"),
        ("diagonal", "symmetric"),
        ("diagonal", "lower_triangular"),
        ("diagonal", "upper_triangular"),
        ("lower_triangular upper_triangular", "diagonal"),
        ("lower_triangular symmetric", "diagonal"),
        ("upper_triangular symmetric", "diagonal"),
        (
            "lower_triangular orthogonal",
            "diagonal",
        ),  # L⁻¹ is lower triangular and is Lᵀ, which is upper triangular
        ("upper_triangular orthogonal", "diagonal"),
        ("symmetric antisymmetric", "zero"),
        ("lower_triangular antisymmetric", "zero"),
        ("upper_triangular antisymmetric", "zero"),
        ("idempotent antisymmetric", "zero"),  # P = PP = PᵀPᵀ = (PP)ᵀ = Pᵀ
        ("idempotent invertible", "identity"),
        ("orthogonal positive_definite", "identity"),  # eigenvalues ±1 that are positive
    )
)


@cache
def consequences(properties: frozenset[str]) -> frozenset[str]:
    """All that follows from the properties of a matrix, ``zero`` and ``identity`` among it.

    >>> "identity" in consequences(frozenset({"orthogonal", "positive_definite"}))
    True
    """
    while True:
        new = {then for when, then in _CONSEQUENCES if when <= properties} - properties
        if not new:
            return properties
        properties |= new


Band = tuple[float, float]
"""(s, t): the entry (i, j) vanishes unless i − j ≥ s, and unless j − i ≥ t; −∞ where nothing is known."""
_UNKNOWN: Band = (-inf, -inf)


def band(a: Expr) -> Band:
    """The band of a square matrix: (0, −∞) of a lower triangular one, (1, −∞) of a strictly lower triangular one."""
    match a:
        case Symbol():
            return _band_of(consequences(a.properties)) if a.definition is None else band(a.definition)
        case Apply(op="I"):
            return 0, 0
        case Apply(op="zeros"):
            return inf, inf
        case Apply(op="diag") if a.children[0].shape.is_vector:
            return 0, 0
        case Apply(op="transpose"):
            return band(a.children[0])[::-1]
        case Apply(op="neg"):
            return band(a.children[0])
        case Apply(op="scale"):
            return band(a.children[1])
        case Apply(op="over"):
            return band(a.children[0])
        case Apply(op="sub") if (whole := _without_diagonal(*a.children)) is not None:
            below, above = band(whole)
            return below + (below == 0), above + (above == 0)
        case Apply(op="add" | "sub" | "hadamard") if a.shape.is_square:
            least = min if a.op != "hadamard" else max
            first, second = map(band, a.children)
            return least(first[0], second[0]), least(first[1], second[1])
        case Apply(op="matmul") if all(x.shape.is_square for x in a.children):
            first, second = map(band, a.children)
            return _together(first[0], second[0]), _together(first[1], second[1])
        case Apply(op="matrix_power", args=(Expr() as base, Number() as k)) if k.value > 0:
            below, above = band(base)
            return below * int(k.value), above * int(k.value)
        case Apply(op="inv" | "expm" | "adj"):
            return _clipped(band(a.children[0]))
    return _UNKNOWN


def _band_of(properties: frozenset[str]) -> Band:
    if "zero" in properties:
        return inf, inf
    lower, upper = (0 if f"{side}_triangular" in properties else -inf for side in ("lower", "upper"))
    return lower, upper


def _together(a: float, b: float) -> float:
    """The diagonals of a product of two triangular matrices; one of them alone says nothing."""
    return a + b if a >= 0 and b >= 0 else -inf


def _clipped(found: Band) -> Band:
    """Triangular matrices have triangular inverses and exponentials."""
    return tuple(0 if s >= 0 else -inf for s in found)  # type: ignore[return-value]


def _without_diagonal(first: Expr, second: Expr) -> Expr | None:
    """The matrix A of A − diag(diag(A)) or of diag(diag(A)) − A."""
    for a, d in ((first, second), (second, first)):
        if d == build("diag", build("diag", a)):
            return a
    return None


def is_triangular(a: Expr) -> bool:
    """Whether the matrix is lower or upper triangular, so that its determinant is the product of its diagonal."""
    return max(band(a)) >= 0


def nilpotent_step(a: Expr) -> int:
    """How many diagonals a factor of the matrix moves away from the middle one, so that Aᵏ = 0 once k·step ≥ n."""
    step = max(band(a))
    return int(min(step, 1_000_000)) if step >= 1 else 0
