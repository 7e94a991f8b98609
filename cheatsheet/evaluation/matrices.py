"""Determinant, adjugate, inverse, pseudo-inverse, powers and exponential of matrices of jets.

The determinant and the adjugate need no division by entries, so that they are right at singular matrices in every
field: Faddeev and LeVerrier's recursion M ← A·M + c·I, c ← −tr(A·M)/k divides by 1, …, n only.
"""

from __future__ import annotations

from fractions import Fraction
from math import ceil, log, log2, log10

from cheatsheet.evaluation.fields import Array, UnsupportedError
from cheatsheet.evaluation.jets import Domain, Jet, geometric, power
from cheatsheet.evaluation.numerics import np


def identity(domain: Domain, n: int) -> Jet:
    return domain.constant(np.eye(n, dtype=np.int64))


def commutation(domain: Domain, m: int, n: int) -> Jet:
    """K takes vec(A) to vec(A.T) for A m×n: row i·n + j has its 1 in column j·m + i."""
    places = np.arange(m * n).reshape(n, m).T.ravel()
    return domain.constant(np.eye(m * n, dtype=np.int64)[places])


def faddeev_leverrier(a: Jet) -> tuple[list[Jet], list[Jet]]:
    """The coefficients c0 = 1, …, cn of det(λI − A) = Σ c_k λ^(n−k), and the matrices M1 = I, …, Mn.

    M_k = A·M_(k−1) + c_(k−1)·I and c_k = −tr(A·M_k)/k; then A·M_n = −c_n·I.
    """
    n = a.core[0]
    eye = identity(a.domain, n)
    coefficients, matrices = [a.domain.number(1)], [eye]
    for k in range(1, n + 1):
        product = a @ matrices[-1]
        c = product.trace().scaled(Fraction(-1, k))
        coefficients.append(c)
        if k < n:
            matrices.append(product + c * eye)
    return coefficients, matrices


def det(a: Jet) -> Jet:
    """det A = (−1)^n c_n."""
    n = a.core[0]
    if n == 1:
        return a
    if n == 2:
        return _entry(a, 0, 0) * _entry(a, 1, 1) - _entry(a, 0, 1) * _entry(a, 1, 0)
    if a.is_constant and not a.field.exact and a.field.dtype is np.float64:  # the recursion loses digits
        return a.of_base(np.asarray(np.linalg.det(a.base))[..., np.newaxis, np.newaxis])
    determinant = faddeev_leverrier(a)[0][n]
    return -determinant if n % 2 else determinant


def logdet(a: Jet) -> Jet:
    """log det A; in double precision not where rounding moves the logarithm of a small determinant."""
    if not a.field.exact and a.field.dtype is np.float64:
        finite = np.isfinite(a.base).all(axis=(-1, -2), keepdims=True)
        condition = np.linalg.cond(np.where(finite, a.base, np.eye(a.core[0])))[..., np.newaxis, np.newaxis]
        a.domain.exclude(~finite | (condition > 1e6), 2)
    return det(a).log()


def _entry(a: Jet, i: int, j: int) -> Jet:
    return a.linear(lambda t: t[..., i : i + 1, j : j + 1])


def adj(a: Jet) -> Jet:
    """adj A = (−1)^(n−1) M_n."""
    last = faddeev_leverrier(a)[1][-1]
    return last if a.core[0] % 2 else -last


def inv(a: Jet) -> Jet:
    """(A + N)⁻¹ = Σ (−A⁻¹N)^k A⁻¹."""
    first = a.of_base(_inverse(a.of_base(a.base)))
    return geometric(first, -(first @ a.nilpotent), Jet.__matmul__)


def _inverse(a: Jet) -> Array:
    field, n = a.field, a.core[0]
    if not field.exact and field.dtype is np.float64:
        base = a.base
        scale = np.maximum(np.abs(base).max(axis=(-1, -2), keepdims=True), 1e-300)
        singular = np.abs(np.linalg.det(base / scale))[..., np.newaxis, np.newaxis] < 1e-10
        a.domain.exclude(singular, 2)
        return np.asarray(np.linalg.inv(np.where(singular, np.eye(n), base)))
    coefficients, matrices = faddeev_leverrier(a)
    reciprocal, singular = field.reciprocal(coefficients[n].base)
    a.domain.exclude(singular, 2)
    return field.neg(field.mul(matrices[-1].base, reciprocal))


def matrix_power(a: Jet, exponent: int) -> Jet:
    n = a.core[0]
    return power(a, exponent, Jet.__matmul__, inv, lambda x: identity(x.domain, n) + x.scaled(0))


def expm(a: Jet) -> Jet:
    """exp A by its power series on A/2^s, squared s times."""
    field = a.field
    if field.exact:
        raise UnsupportedError("expm")
    a = _moderate(a)
    largest = max(float(abs(t).max()) for t in a.terms.values())
    field.need("expm", 2 * largest * a.core[0] / log(10))  # beside one eigenvalue others may leave no trace
    squarings = max(0, ceil(log2(largest * a.core[0] + 1e-300)) + 3)
    result = term = identity(a.domain, a.core[0])
    with field.series():
        x = a.scaled(Fraction(1, 2**squarings))
        for k in range(1, _terms(field.digits)):
            term = (term @ x).scaled(Fraction(1, k))
            result = result + term
    for _ in range(squarings):
        result = result @ result
    return result


def _moderate(a: Jet) -> Jet:
    """The matrix, with the points excluded at which its exponential would be too large to compute with."""
    limit = min(2 * a.field.digits, 500)
    small = abs(a.base).sum(axis=(-1, -2), keepdims=True) <= limit
    far = ~np.asarray(small, dtype=bool)  # so that what is not a number is far as well
    for term in a.nilpotent.terms.values():
        if term.dtype == np.float64:
            far = far | ~np.isfinite(term).all(axis=(-1, -2), keepdims=True)
    if not far.any():
        return a
    a.domain.exclude(far, 2)
    return a.linear(lambda t: np.where(far, 0, t))


def _terms(digits: int) -> int:
    """How many terms of the exponential series of a number below 1/8 are needed for so many digits."""
    k, order = 1, 0.0
    while order < digits + 5:
        order += log10(8 * k)
        k += 1
    return k + 4  # the jets of a term are larger than its value by a power of k


# --- pseudo-inverse --------------------------------------------------------------------------------------------------


def pinv(a: Jet) -> Jet:
    """A⁺; as a jet only where the rank is locally constant, for elsewhere it is not even continuous.

    At full rank A⁺ = (AᵀA)⁻¹Aᵀ or Aᵀ(AAᵀ)⁻¹; otherwise A = F·G with F and G of full rank, and A⁺ = G⁺F⁺.
    """
    m, n = a.core
    if _has_full_rank(a):
        return inv(a.T @ a) @ a.T if m >= n else a.T @ inv(a @ a.T)
    if a.base.ndim != 3:
        raise UnsupportedError("the pseudo-inverse of a matrix that is singular for some index only")
    together: dict[Pivots, list[int]] = {}
    for place, matrix in enumerate(a.base):
        together.setdefault(tuple(_pivots(a.domain, matrix)), []).append(place)
    groups = [_at_points(a, places) for places in together.values()]
    parts = [_pinv_by(group, pivots) for group, pivots in zip(groups, together, strict=True)]
    placed = [place for places in together.values() for place in places]
    order = sorted(range(len(placed)), key=placed.__getitem__)
    undefined = np.concatenate([group.domain.undefined for group in groups])
    a.domain.undefined |= undefined[order] if len(order) > 1 else undefined
    terms = {}
    for mask in {mask for part in parts for mask in part.terms}:
        pieces = [p.terms.get(mask, p.base * 0) for p in parts]
        lead = np.broadcast_shapes(*(p.shape[:-3] for p in pieces))
        sizes = map(len, together.values())
        whole = [np.broadcast_to(p, (*lead, k, n, m)) for p, k in zip(pieces, sizes, strict=True)]
        terms[mask] = np.concatenate(whole, axis=-3)[..., order, :, :]
    return Jet(a.domain, terms)


Pivots = tuple[tuple[int, int], ...]
"""Row and column of each pivot."""


def _has_full_rank(a: Jet) -> bool:
    base, full = a.base, min(a.core)
    if base.dtype == np.float64:
        if not np.isfinite(base).all():
            raise UnsupportedError("a matrix that is not finite")
        return bool((np.linalg.matrix_rank(base, rtol=1e-9) == full).all())
    return all(len(_pivots(a.domain, matrix)) == full for matrix in base.reshape(-1, *a.core))


def _at_points(a: Jet, places: list[int]) -> Jet:
    """The jet at some of the points, in a domain of its own."""
    several = a.base.shape[-3] > 1
    domain = Domain(a.field, len(places) if several else len(a.domain.undefined))
    terms = {m: t[..., places, :, :] if t.shape[-3] > 1 else t for m, t in a.terms.items()}
    return Jet(domain, terms)


def _pinv_by(a: Jet, pivots: Pivots) -> Jet:
    """A⁺ where elimination has the same pivots at all points: F has their columns, and A = F·G."""
    m, n = a.core
    if not pivots:
        a.domain.exclude(_moving(a.nilpotent), 2)
        return a.of_base(a.field.zeros((1, n, m)))
    rows, cols = np.array([p[0] for p in pivots]), np.array([p[1] for p in pivots])
    f = a.linear(lambda t: t[..., :, cols])
    g = inv(a.linear(lambda t: t[..., rows, :][..., :, cols])) @ a.linear(lambda t: t[..., rows, :])
    a.domain.exclude(_moving(a - f @ g), 2)
    return g.T @ inv(g @ g.T) @ inv(f.T @ f) @ f.T


def _moving(residual: Jet) -> Array:
    """Where some term of a jet that should vanish does not."""
    found = np.zeros((1, 1, 1), dtype=bool)
    for term in residual.terms.values():
        found = found | ~np.asarray(residual.field.is_zero(term), dtype=bool)
    return found


def _pivots(domain: Domain, matrix: Array) -> list[tuple[int, int]]:
    """Positions of the pivots of Gaussian elimination with full pivoting: as many as the rank."""
    field, rest = domain.field, matrix.copy()
    pivots: list[tuple[int, int]] = []
    for _ in range(min(matrix.shape)):
        open_entries = ~np.asarray(field.is_zero(rest), dtype=bool)
        if not open_entries.any():
            break
        size = np.where(open_entries, abs(rest) if not field.exact else 1, 0)
        i, j = np.unravel_index(int(np.argmax(size)), rest.shape)
        pivots.append((int(i), int(j)))
        inverse, _ = field.reciprocal(rest[i : i + 1, j : j + 1])
        column = field.mul(rest[:, j : j + 1], inverse)
        rest = field.sub(rest, field.mul(column, rest[i : i + 1, :]))
    return pivots
