"""Determinant, inverse and their kin of a SymPy matrix of formulas, left as short as they are.

SymPy's own methods simplify on the way, which takes long and makes formulas that are long to differentiate. Matrices of
numbers are left to them. SymPy is not imported before there is one.
"""

from __future__ import annotations

from typing import Any


class NoFormulaError(Exception):
    """There is a value, but no formula for it that SymPy finds in reasonable time."""


MOST_MINORS = 4
"""Up to this size a determinant is written out by minors."""
FEW_SYMBOLS = 2
"""With more symbols, the characteristic polynomial of a larger matrix has no roots that one could write down."""
LONGEST_PRODUCT = 8
"""Up to this length a power is left as the product that it is."""


def _is_numeric(a: Any) -> bool:
    return all(entry.is_Rational for entry in a)


def determinant(a: Any) -> Any:
    """The determinant, by the first row."""
    if _is_numeric(a):
        return a.det()
    return _by_minors(a) if a.rows <= MOST_MINORS else a.det(method="berkowitz")


def _by_minors(a: Any) -> Any:
    if a.rows < 2:
        return a[0, 0]
    row = [(j, a[0, j]) for j in range(a.cols) if a[0, j] != 0]
    return sum((-1) ** j * entry * _by_minors(a.minor_submatrix(0, j)) for j, entry in row)


def adjugate(a: Any) -> Any:
    """The transposed matrix of cofactors."""
    if a.rows == 1 or a.rows > MOST_MINORS:
        return a.adjugate()
    return type(a)(*a.shape, lambda i, j: (-1) ** (i + j) * _by_minors(a.minor_submatrix(j, i)))


def inverse(a: Any) -> Any:
    """The adjugate over the determinant, both unexpanded; raises ``ZeroDivisionError`` for a singular matrix.

    Without the look at the determinant, a zero among the cofactors would hide that it was divided by zero.
    """
    if a.rows > MOST_MINORS or _is_numeric(a):
        return a.inv()
    below = determinant(a)
    if _is_zero_somewhere(below):
        raise ZeroDivisionError("the inverse of a singular matrix of formulas")
    return adjugate(a) / below


def _is_zero_somewhere(formula: Any) -> bool:
    """Whether a rational function is zero at a point where nothing but the zero function should be."""
    from sympy import Rational  # a matrix of formulas is there, and so SymPy is

    letters = enumerate(sorted(formula.free_symbols, key=str))
    return bool(formula.xreplace({s: Rational(1009 + k, 2 * k + 3) for k, s in letters}) == 0)


def pseudo_inverse(a: Any) -> Any:
    """A = BC with B of full column rank, C of full row rank; then A⁺ = Cᵀ(CCᵀ)⁻¹(BᵀB)⁻¹Bᵀ."""
    try:
        reduced, pivots = a.to_DM().to_field().rref()
    except NotImplementedError:  # no field of fractions: an entry that is no rational function
        return a.pinv()
    rank = len(pivots)
    if rank == 0:
        return a.T
    if rank == a.cols:
        return inverse(a.T * a) * a.T
    if rank == a.rows:
        return a.T * inverse(a * a.T)
    left, right = a[:, list(pivots)], type(a)(reduced.to_Matrix()[:rank, :])
    return right.T * inverse(right * right.T) * inverse(left.T * left) * left.T


def power(a: Any, exponent: Any) -> Any:
    """A product of matrices, of inverses where the exponent is negative."""
    if exponent.is_negative:
        a, exponent = inverse(a), -exponent
    if not exponent.is_Integer or exponent > LONGEST_PRODUCT or _is_numeric(a):
        return a**exponent
    value = type(a).eye(a.rows)
    for _ in range(exponent):
        value = value * a
    return value


def exponential(a: Any) -> Any:
    """The exponential, where eigenvalues are roots of quadratics; raises :class:`NoFormulaError` elsewhere."""
    if a.rows > 2 and not (a.is_upper or a.is_lower):
        factors = a.charpoly().factor_list()[1] if len(a.free_symbols) <= FEW_SYMBOLS else []
        if not factors or any(factor.degree() > 2 for factor, _ in factors):
            raise NoFormulaError(f"SymPy has no formula for the exponential of this {a.rows}×{a.cols} matrix")
    return a.exp()
