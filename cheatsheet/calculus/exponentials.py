"""The matrix exponential in index form: where the powers of a matrix obey a short law, the series has a sum."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import factorial
from typing import TYPE_CHECKING

from cheatsheet.calculus import algebra, functions, powers
from cheatsheet.calculus.algebra import ONE_POLY
from cheatsheet.calculus.block_matrices import of_diagonal_blocks
from cheatsheet.calculus.content import extract_content, number_power
from cheatsheet.calculus.determinants import spelled_out, vanishes
from cheatsheet.calculus.errors import NoIndexForm
from cheatsheet.calculus.factors import Dimension, Entry
from cheatsheet.calculus.index_values import Value, alternatives, is_spelled_out, require_alike
from cheatsheet.calculus.matrix_functions import between, conjugation
from cheatsheet.calculus.opaque import identity_part, opaque, scalar_content
from cheatsheet.calculus.points import OPEN, SPACES
from cheatsheet.calculus.signs import is_nonnegative
from cheatsheet.calculus.structure import nilpotent_step
from cheatsheet.calculus.terms import ZERO, Idx, Poly
from cheatsheet.language.expressions import Apply, Expr
from cheatsheet.language.table import build

if TYPE_CHECKING:
    from cheatsheet.calculus.components import Components

At = tuple[Value, ...]
LONGEST_SERIES = 6


def exponential(c: Components, expr: Apply, at: At) -> Poly:
    (a,) = expr.children
    i, j = at
    match a:
        case Apply(op="transpose"):
            return c(build("expm", a.children[0]), j, i)
        case Apply(op="zeros"):
            return c.equal(i, j)
    if spelled_out(a) == 1:
        return functions.function("exp", c(a, i, j))
    require_alike(*a.shape.axes)
    conjugated = conjugation(a)
    if conjugated is not None:
        left, m, right = conjugated
        return between(c, left, right, lambda p, q: c(build("expm", m), p, q), i, j)
    simpler = _kronecker(a) or of_diagonal_blocks(c, "expm", a) or _commuting(c, a)
    if simpler is not None:
        return c(simpler, i, j)
    try:
        summed = _series(c, a, i, j)
    except NoIndexForm:  # its powers have too many terms
        summed = None
    return opaque(c, "expm", a, i, j) if summed is None else summed


def _kronecker(a: Expr) -> Expr | None:
    """exp(A ⊗ I + I ⊗ B) = exp(A) ⊗ exp(B), and each of the two alone."""
    match a:
        case Apply(op="kron", args=(Expr() as x, Apply(op="I") as one)) if x.shape.is_square:
            return build("kron", build("expm", x), one)
        case Apply(op="kron", args=(Apply(op="I") as one, Expr() as x)) if x.shape.is_square:
            return build("kron", one, build("expm", x))
        case Apply(op="add"):
            summands = _kronecker_sum(a)
            return None if summands is None else build("kron", *(build("expm", x) for x in summands))
    return None


def _kronecker_sum(a: Apply) -> tuple[Expr, Expr] | None:
    """(A, B) of A ⊗ I + I ⊗ B."""
    for first, second in (a.children, a.children[::-1]):
        match first, second:
            case (
                Apply(op="kron", args=(Expr() as x, Apply(op="I") as right)),
                Apply(op="kron", args=(Apply(op="I") as left, Expr() as y)),
            ):
                fits = x.shape.rows == left.shape.rows and y.shape.rows == right.shape.rows
                if fits and x.shape.is_square and y.shape.is_square:
                    return x, y
    return None


def _commuting(c: Components, a: Expr) -> Expr | None:
    """exp(A + B) = exp(A) exp(B) where A B = B A and neither is a multiple of the identity or of the other."""
    if not (isinstance(a, Apply) and a.op in ("add", "sub")) or is_spelled_out(a.shape.rows):
        return None
    x, y = a.children
    if not all(_is_power_product(part) for part in (x, y)):
        return None
    difference = build("sub", build("matmul", x, y), build("matmul", y, x))
    if not vanishes(c, difference):
        return None
    parts = sorted((x, build("neg", y) if a.op == "sub" else y), key=repr)
    return build("matmul", *(build("expm", part) for part in parts))


def _is_power_product(a: Expr) -> bool:
    """Whether this is a product or power of matrices, a scalar multiple of one, or a single matrix."""
    match a:
        case Apply(op="scale"):
            return _is_power_product(a.children[1])
        case Apply(op="over" | "neg"):
            return _is_power_product(a.children[0])
    return not isinstance(a, Apply) or a.op in (
        "matmul",
        "matrix_power",
        "hadamard",
        "inv",
        "adj",
        "pinv",
        "transpose",
    )


# --- series with a sum ------------------------------------------------------------------------------------------------


@dataclass
class _Shifted:
    """N = A − sI and its powers, entry by entry."""

    c: Components
    a: Expr
    shift: Poly

    def power(self, count: int, i: Value, j: Value) -> Poly:
        """The component of Nᵏ."""
        if count == 0:
            return self.c.equal(i, j)
        if count == 1:
            return self.c(self.a, i, j) - algebra.product(self.shift, self.c.equal(i, j))
        entries = self.c.over(
            self.a.shape.rows, lambda k: algebra.product(self.power(1, i, k), self.power(count - 1, k, j))
        )
        return entries.collect()

    def places(self) -> list[tuple[Value, Value]]:
        """Places that stand for every entry."""
        rows, cols = ([v for v, _ in alternatives(axis, f"°{k}")] for k, axis in enumerate(self.a.shape.axes))
        return [(i, j) for i in rows for j in cols]

    def multiple(self, count: int) -> Poly | None:
        """The scalar q of Nᵏ = q N."""
        found: Poly | None = None
        for i, j in self.places():
            own, high = self.power(1, i, j).collect(), self.power(count, i, j)
            if found is None and own.terms:
                found = _quotient(high, own, i, j)
                if found is None:
                    return None
            if (high - algebra.product(found or ZERO, own)).collect().terms:
                return None
        return found


def _series(c: Components, a: Expr, i: Value, j: Value) -> Poly | None:
    """exp(A) where N = A − sI is nilpotent, or N² or N³ is a multiple of N."""
    n = _Shifted(c, a, _shift(c, a))
    outside = functions.function("exp", n.shift)
    order = _nilpotency(a) if not n.shift.terms else 0
    if order:
        terms = [n.power(k, i, j).times(Fraction(1, factorial(k))) for k in range(order)]
        return sum(terms, ZERO)
    if not any(n.power(1, *place).collect().terms for place in n.places()):
        return algebra.product(outside, c.equal(i, j))
    square = n.multiple(2)
    if square is not None:
        factor = ONE_POLY
        if square.terms:
            if not _divides(c, square):
                return None
            grown = functions.function("exp", square) - ONE_POLY
            factor = algebra.product(grown, powers.power(square, -1))
        return algebra.product(outside, c.equal(i, j) + algebra.product(factor, n.power(1, i, j)))
    cube = n.multiple(3)
    return None if cube is None else _turning(c, n, outside, cube, i, j)


def _turning(c: Components, n: _Shifted, outside: Poly, cube: Poly, i: Value, j: Value) -> Poly | None:
    """exp(N) = I + sin θ/θ N + (1 − cos θ)/θ² N² for N³ = −θ² N, and with sinh and cosh for N³ = θ² N."""
    if not cube.terms:
        half = n.power(2, i, j).times(Fraction(1, 2))
        return algebra.product(outside, c.equal(i, j) + n.power(1, i, j) + half)
    if not _divides(c, cube):
        return None
    for sign, names in ((-1, ("sin", "cos")), (1, ("sinh", "cosh"))):
        angle = _root(cube.times(sign).collect())
        if angle is None:
            continue
        first, second = (functions.function(name, angle) for name in names)
        slope = algebra.product(first, powers.power(angle, -1), n.power(1, i, j))
        bend = algebra.product(second - ONE_POLY, powers.power(cube, -1), n.power(2, i, j))
        return algebra.product(outside, c.equal(i, j) + slope + bend)
    return None


def _shift(c: Components, a: Expr) -> Poly:
    """The multiple of the identity that is taken off first: the mean of a diagonal, or what is written as one."""
    axis = a.shape.rows
    if spelled_out(a):
        return c(build("tr", a)).times(Fraction(1, axis.at({}))).collect()
    if axis.kind not in ("name", "integer"):
        return ZERO
    row, col = (Idx.free(name, axis) for name in "°*")
    shift, _ = identity_part(c(a, row, col).collect(), (row, col))
    return shift


def _nilpotency(a: Expr) -> int:
    """The k with Aᵏ = 0 of a strictly triangular matrix of few rows, else 0."""
    axis, step = a.shape.rows, nilpotent_step(a)
    if not step or axis.names or axis.at({}) > LONGEST_SERIES:
        return 0
    return -(-axis.at({}) // step)


def _quotient(high: Poly, own: Poly, i: Value, j: Value) -> Poly | None:
    """The scalar q with high = q · own, if it can be read off."""
    if not high.terms:
        return ZERO
    slots = frozenset(v for v in (i, j) if isinstance(v, Idx))
    if not slots and len(own.terms) == 1:
        return algebra.product(high, powers.power(own, -1)).collect()
    (above, rest), (below, own_rest) = (
        scalar_content(p, tuple(slots)) if len(slots) == 2 else extract_content(p, False, slots)  # type: ignore[arg-type]
        for p in (high, own)
    )
    if rest.collect() != own_rest.collect():
        return None
    found = algebra.product(above, powers.power(below, -1)).collect()
    return None if found.indices & slots else found


def _divides(c: Components, scalar: Poly) -> bool:
    """Whether a formula with the scalar below the line may be used: it is a polynomial in parameters that may be
    anything, hence not zero on a dense set, and both sides of the claim are continuous."""
    if scalar.constant is not None:
        return True
    return c.continuous and all(
        e.denominator == 1
        and e > 0
        and (
            isinstance(f, Dimension)
            or (isinstance(f, Entry) and f.of.properties <= SPACES | OPEN | {"positive", "nonzero"})
        )
        for _, term in scalar.terms
        for f, e in term.factors
    )


def _root(square: Poly) -> Poly | None:
    """θ with θ² = ``square``, of either sign; None unless it is clear that there is one."""
    if len(square.terms) == 1:
        coefficient, term = square.terms[0]
        if (
            coefficient > 0
            and not term.bound
            and all(e.denominator == 1 and e % 2 == 0 for _, e in term.factors)
        ):
            parts = [algebra.single(f, e / 2) for f, e in term.factors]
            return algebra.product(number_power(coefficient, Fraction(1, 2)), *parts)
    return powers.power(square, Fraction(1, 2)) if is_nonnegative(square) else None
