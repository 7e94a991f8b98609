"""Products of determinants compared as determinants of products: det X det Y = det Z where X Y = Z, in some order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import permutations
from itertools import product as cartesian

from cheatsheet.calculus import algebra
from cheatsheet.calculus.factors import Determinant, MatrixEntry, Slots, is_opaque
from cheatsheet.calculus.matrix_rules import is_sign_of
from cheatsheet.calculus.opaque import matrix_factor
from cheatsheet.calculus.terms import Idx, Poly

MOST_FACTORS = 4
MOST_TURNED = 2


@dataclass(frozen=True)
class _Matrix:
    """The argument of a determinant."""

    slots: Slots
    poly: Poly

    def turned(self) -> _Matrix:
        row, col = self.slots
        return _Matrix(self.slots, self.at(col, row))

    def at(self, i: Idx, j: Idx) -> Poly:
        return self.poly.replace({self.slots[0]: i, self.slots[1]: j})


def products_agree(poly: Poly) -> bool:
    """Whether the polynomial is c (Π det Xᵢ − Π det Yⱼ) s, and the products of the matrices are equal in some order."""
    if len(poly.terms) != 2 or poly.terms[0][0] != -poly.terms[1][0]:
        return False
    first, second = (dict(term.factors) for _, term in poly.terms)
    exponents = {f: first.get(f, Fraction(0)) - second.get(f, Fraction(0)) for f in {*first, *second}}
    factors = sorted(((f, e) for f, e in exponents.items() if e), key=lambda fe: fe[0].key({}))
    rows = {f.slots[0].axis for f, _ in factors if isinstance(f, Determinant)}
    signs = sum(
        e for f, e in factors if not isinstance(f, Determinant) and any(is_sign_of(f, str(n)) for n in rows)
    )
    factors = [(f, e) for f, e in factors if not any(is_sign_of(f, str(n)) for n in rows)]
    plain = [(f, e) for f, e in factors if isinstance(f, Determinant) and e.denominator == 1]
    if len(plain) < len(factors) or len(rows) != 1 or sum(abs(e) for _, e in plain) > MOST_FACTORS:
        return False
    return any(_is_product(target, others, signs % 2 == 1) for target, others in _targets(plain))


def _targets(factors: list[tuple[Determinant, Fraction]]) -> Iterator[tuple[_Matrix, list[_Matrix]]]:
    """One determinant on the one side, and the matrices whose product it may be: inverses of those beside it."""
    inverted = {f.subs[0].key({}) for det, _ in factors for f in _inverses(det.subs[0])}
    for target, exponent in factors:
        if abs(exponent) != 1:
            continue
        others: list[_Matrix] = []
        for factor, e in factors:
            if factor == target:
                continue
            matrix = _Matrix(factor.slots, factor.subs[0])
            if e * exponent > 0:
                if factor.subs[0].key({}) not in inverted:
                    break
                matrix = _inverse(factor)
            others += [matrix] * int(abs(e))
        else:
            if others:
                yield _Matrix(target.slots, target.subs[0]), others


def _inverses(poly: Poly) -> list[MatrixEntry]:
    """The inverses that stand in a matrix, which are therefore of matrices that have one."""
    return [f for _, t in poly.terms for f, _ in t.factors if is_opaque(f, "inv")]


def _inverse(factor: Determinant) -> _Matrix:
    slots = factor.slots
    found = matrix_factor("inv", factor.function.argument, factor.subs[0], slots, slots)
    return _Matrix(slots, algebra.single(found))


def _is_product(target: _Matrix, matrices: list[_Matrix], negated: bool) -> bool:
    """Whether the matrix, or its negative, is the product of the others; (−1)ⁿ det X is the determinant of −X.

    A determinant is known up to a transposition, of each matrix if there are few, else of all of them together.
    """
    row, col = target.slots
    wanted = target.poly.times(-1 if negated else 1)
    alone = len(matrices) > MOST_TURNED
    for turns in cartesian((False, True), repeat=1 if alone else len(matrices)):
        some = [m.turned() if turn else m for m, turn in zip(matrices, turns * len(matrices), strict=False)]
        for order in permutations(some):
            if (_product(order, row, col) - wanted).collect().terms == ():
                return True
    return False


def _product(matrices: tuple[_Matrix, ...], row: Idx, col: Idx) -> Poly:
    first, *others = matrices
    if not others:
        return first.at(row, col)
    k = Idx(row.axis)
    return algebra.bind(algebra.product(first.at(row, k), _product(tuple(others), k, col)), [k])
