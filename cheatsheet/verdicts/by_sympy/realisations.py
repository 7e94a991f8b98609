"""What a symbol stands for when SymPy judges: matrices of free parameters that have the declared properties.

A property that no single formula covers has several: the orthogonal 2×2 matrices are rotations and reflections, an
idempotent matrix has a rank. The judge looks at each of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from itertools import product
from random import Random
from typing import Any

import sympy

from cheatsheet.language.expressions import Symbol
from cheatsheet.verdicts.by_sympy.judgement import Beyond

Matrix = sympy.ImmutableMatrix
MOST_BRANCHES = 8
EXPONENTS = (2, 3, -1)
"""What a scalar declared integer is, in turn."""
ENTRYWISE = frozenset({"positive", "nonzero", "integer"})
_TRIANGLES = frozenset({"lower_triangular", "upper_triangular"})


class NoMatrixError(Exception):
    """No matrix of this size has the properties."""


def branches(symbol: Symbol, rows: int, cols: int) -> list[Any]:
    """Matrices of parameters that together are every matrix with the properties, or all but a thin set of them.

    Raises :class:`NoMatrixError` where there is none of this size and :class:`Beyond` for properties without a formula.
    """
    wanted = symbol.properties - ENTRYWISE
    if "integer" in symbol.properties:
        if wanted or rows * cols > 1:
            raise Beyond(f"integer entries of {symbol.name}")
        return [Matrix([[k]]) for k in EXPONENTS if k > 0 or "positive" not in symbol.properties]
    found = list(_square(symbol, wanted, rows)) if wanted else [_free(symbol, rows, cols)]
    if "invertible" in wanted:
        found = [m for m in found if sympy.expand(m.det(method="berkowitz")) != 0]
    if not found:
        raise NoMatrixError(symbol.name)
    if "positive" in symbol.properties and not all(entry.is_positive for m in found for entry in m):
        raise Beyond(f"entries of {symbol.name} that are positive, beside its other properties")
    return found


def _square(symbol: Symbol, wanted: frozenset[str], n: int) -> Iterator[Any]:
    """Matrices with properties of a whole matrix."""
    letter = _letters(symbol)
    diagonal = "diagonal" in wanted or wanted >= _TRIANGLES
    diagonal = diagonal or bool(
        wanted & _TRIANGLES and wanted & {"symmetric", "orthogonal", "positive_definite"}
    )
    regular = wanted & {"invertible", "orthogonal", "positive_definite"}
    if "antisymmetric" in wanted and (diagonal or wanted & {"symmetric", "idempotent", *_TRIANGLES}):
        if not regular:
            yield Matrix.zeros(n)
    elif wanted >= {"antisymmetric", "positive_definite"}:
        return
    elif "idempotent" in wanted and regular:
        yield Matrix.eye(n)
    elif diagonal:
        yield from _diagonal(wanted, n, letter)
    elif "idempotent" in wanted:
        yield from _idempotent(wanted, n, letter)
    elif "orthogonal" in wanted:
        yield from _orthogonal(wanted, n, letter)
    elif "positive_definite" in wanted:
        lower = Matrix(n, n, lambda i, j: letter(i, j, positive=i == j) if i >= j else 0)
        yield lower * lower.T
    else:
        yield Matrix(n, n, lambda i, j: _entry(wanted, i, j, letter))


def _entry(wanted: frozenset[str], i: int, j: int, letter: Callable[..., Any]) -> Any:
    if ("lower_triangular" in wanted and i < j) or ("upper_triangular" in wanted and i > j):
        return 0
    if "antisymmetric" in wanted:
        return 0 if i == j else letter(i, j) if i > j else -letter(j, i)
    return letter(max(i, j), min(i, j)) if "symmetric" in wanted else letter(i, j)


def _diagonal(wanted: frozenset[str], n: int, letter: Callable[..., Any]) -> Iterator[Any]:
    if "positive_definite" in wanted and "orthogonal" in wanted:
        yield Matrix.eye(n)
    elif wanted & {"orthogonal", "idempotent"}:
        for choice in product((1, -1) if "orthogonal" in wanted else (1, 0), repeat=n):
            yield Matrix.diag(*choice)
    else:
        yield Matrix.diag(*(letter(i, i, positive="positive_definite" in wanted) for i in range(n)))


def _orthogonal(wanted: frozenset[str], n: int, letter: Callable[..., Any]) -> Iterator[Any]:
    """Rotations and reflections by rational formulas; symmetric ones by their eigenspaces."""
    if n > 3:
        raise Beyond(f"an orthogonal matrix of size {n}")
    if "positive_definite" in wanted:
        yield Matrix.eye(n)
    elif "antisymmetric" in wanted:
        if n == 2:
            yield from (Matrix([[0, s], [-s, 0]]) for s in (1, -1))
    elif "symmetric" in wanted:
        for projection in _idempotent(frozenset({"symmetric"}), n, letter):
            yield Matrix.eye(n) - 2 * projection
    elif n == 1:
        yield from (Matrix([[1]]), Matrix([[-1]]))
    elif n == 2:
        t = letter(0, 1)
        c, s = (1 - t**2) / (1 + t**2), 2 * t / (1 + t**2)
        yield from (Matrix([[c, -s], [s, c]]), Matrix([[c, s], [s, -c]]))
    else:
        skew = Matrix(3, 3, lambda i, j: 0 if i == j else letter(i, j) if i > j else -letter(j, i))
        norm = letter(1, 0) ** 2 + letter(2, 0) ** 2 + letter(2, 1) ** 2
        rotation = Matrix.eye(3) + 2 * (skew + skew * skew) / (1 + norm)
        yield from (rotation, -rotation)


def _idempotent(wanted: frozenset[str], n: int, letter: Callable[..., Any]) -> Iterator[Any]:
    """By rank: uvᵀ/(vᵀu), what is left of it, and the two that are no projections."""
    if n > 3 or wanted & _TRIANGLES:
        raise Beyond(f"an idempotent matrix of size {n}")
    u = Matrix([1, *(letter(i, 0) for i in range(1, n))])
    v = u if "symmetric" in wanted else Matrix([letter(0, j) for j in range(n)])
    one = u * v.T / (v.T * u)[0, 0]
    yield from (Matrix.eye(n), Matrix.zeros(n))
    if n > 1:
        yield one
    if n > 2:
        yield Matrix.eye(n) - one


def _letters(symbol: Symbol) -> Callable[..., Any]:
    def letter(i: int, j: int, positive: bool = False) -> Any:
        assumption = {"positive": True} if positive else {"real": True}
        return sympy.Symbol(f"{symbol.name}:{i}:{j}", **assumption)

    return letter


def _free(symbol: Symbol, rows: int, cols: int) -> Any:
    letter = _letters(symbol)
    positive = "positive" in symbol.properties
    return Matrix(rows, cols, lambda i, j: letter(i, j, positive=positive))


# --- functions -------------------------------------------------------------------------------------------------------


class Abstract(sympy.Function):  # type: ignore[misc]
    """An unknown smooth function, or one of its partial derivatives; SymPy's chain rule asks ``fdiff`` for the next."""

    is_real = True
    letter = ""
    orders: tuple[int, ...] = ()

    @classmethod
    def eval(cls, *arguments: Any) -> None:
        """Nothing is known of its values."""

    def fdiff(self, argindex: int = 1) -> Any:
        """The partial derivative by one argument; those of higher order do not depend on the order of variables."""
        orders = list(self.orders)
        orders[argindex - 1] += 1
        return abstract(self.letter, tuple(orders))(*self.args)


@cache
def abstract(letter: str, orders: tuple[int, ...], positive: bool = False) -> Any:
    """The function with this letter, differentiated so often by each argument."""
    name = letter + "".join(f"_{k}" for k in orders) if any(orders) else letter
    members = {"letter": letter, "orders": orders} | ({"is_positive": True} if positive else {})
    return type(name, (Abstract,), members)


def function(symbol: Symbol, rows: int, cols: int, arguments: list[Any]) -> Any:
    """The entries of an abstract function, each an unknown function of the entries of its arguments."""
    if symbol.properties - ENTRYWISE - {"invertible"} or "integer" in symbol.properties:
        raise Beyond(f"a function {symbol.name} with properties")
    zero = (0,) * len(arguments)
    positive = "positive" in symbol.properties
    return Matrix(rows, cols, lambda i, j: abstract(f"{symbol.name}:{i}:{j}", zero, positive)(*arguments))


# --- numbers ---------------------------------------------------------------------------------------------------------


def at_numbers(matrix: Any, rng: Random) -> Any:
    """The matrix with small rational numbers for its parameters; a free square one with whole eigenvalues.

    That makes every power and exponential of it a formula that SymPy finds.
    """
    letters = sorted(matrix.free_symbols, key=str)
    free = matrix.rows == matrix.cols > 1 and len(letters) == matrix.rows**2
    if free and all(entry.is_Symbol and not entry.is_positive for entry in matrix):
        return _with_whole_eigenvalues(matrix.rows, rng)
    return matrix.xreplace({letter: number(rng, bool(letter.is_positive)) for letter in letters})


def number(rng: Random, positive: bool = False) -> Any:
    """A small rational number, not 0."""
    value = sympy.Rational(rng.randint(1, 12), rng.choice((1, 2, 3, 5)))
    return value if positive or rng.random() < 0.5 else -value


def _with_whole_eigenvalues(n: int, rng: Random) -> Any:
    lower = Matrix(n, n, lambda i, j: 1 if i == j else rng.choice((-1, 1, 2)) if i > j else 0)
    upper = Matrix(n, n, lambda i, j: 1 if i == j else rng.choice((-1, 1, 2)) if i < j else 0)
    base = lower * upper
    values = rng.sample([-3, -2, -1, 1, 2, 3, 4, 5], n)
    return base * Matrix.diag(*values) * base.inv()
