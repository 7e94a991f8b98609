"""Where a matrix is invertible: one point at which it is a multiple of the identity.

The determinant of a matrix whose entries are rational in parameters that fill a vector space, or an open part of one,
is a rational function of them. If it is not zero at one point, it is not zero on a dense set of points. So one point is
looked for: every symbol that may take any value is set to zero, to the identity, or to ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from itertools import islice
from itertools import product as cartesian

from cheatsheet.calculus.structure import consequences
from cheatsheet.language.expressions import Apply, Expr, Number, Size, Symbol, symbols, walk
from cheatsheet.language.table import TABLE

SPACES = frozenset({"symmetric", "antisymmetric", "diagonal", "lower_triangular", "upper_triangular"})
"""Properties of which the matrices are a vector space."""
OPEN = frozenset({"invertible", "positive_definite"})
"""Properties of an open part of such a space, to which the identity belongs and zero does not."""
MOST_POINTS = 64

Value = tuple[str, Fraction]
"""``("I", s)`` is s times the identity, or zero of any shape, or a number; ``("1", s)`` has s everywhere."""
IDENTITY, ONES, ZERO = ("I", Fraction(1)), ("1", Fraction(1)), ("I", Fraction(0))


@lru_cache(maxsize=4096)
def regular_somewhere(a: Expr) -> bool:
    """Whether the matrix is a multiple of the identity, other than zero, at some point of a connected set of values.

    >>> from cheatsheet.language.dimensions import Axis, Shape
    >>> from cheatsheet.language.table import build
    >>> n = Axis.of("n")
    >>> x, A = Symbol("x", Shape.vector(n)), Symbol("A", Shape.matrix(n, n))
    >>> outer = build("outer", x, x)
    >>> regular_somewhere(build("add", build("I", n), outer)), regular_somewhere(outer)
    (True, False)
    """
    fixed = {s for node in walk(a) if _is_fixed(node) for s in symbols(node)}
    free = {s: choices for s in symbols(a) if s not in fixed and (choices := _choices(s))}
    for chosen in islice(cartesian(*free.values()), MOST_POINTS):
        try:
            found = _value(a, dict(zip(free, chosen, strict=True)))
        except _PoleError:
            continue
        if found is not None and found[0] == "I" and found[1]:
            return True
    return False


class _PoleError(Exception):
    """The point may lie where the matrix is not defined."""


def _is_fixed(node: Expr) -> bool:
    """Whether this is no rational function of its parts, which therefore keep the values they have."""
    return not isinstance(node, (Number, Size, Symbol)) and not (
        isinstance(node, Apply) and _is_rational(node)
    )


def _is_rational(node: Apply) -> bool:
    """Whether the entries are rational in those of the arguments."""
    row = TABLE[node.op]
    return (row.smoothness == "polynomial" and not row.differentiates) or _has_poles(node)


def _has_poles(node: Apply) -> bool:
    return node.op == "inv" or TABLE[node.op].divides


def _choices(symbol: Symbol) -> list[Value]:
    """The values tried for a symbol; none for one that does not run through an open part of a vector space.

    A symbol that is a function of others may have any value at any point of them.
    """
    if symbol.definition is not None:
        return []
    properties, shape = symbol.properties, symbol.shape
    if shape.is_scalar or shape.is_vector:
        one = IDENTITY if shape.is_scalar else ONES
        return [] if "integer" in properties else [one] if properties else [ZERO, one]
    if properties <= SPACES:
        full = shape.is_square and "antisymmetric" not in consequences(properties)
        return [ZERO, IDENTITY] if full else [ZERO]
    inside = properties <= SPACES | OPEN and "antisymmetric" not in properties
    return [IDENTITY] if inside else []


def _value(expr: Expr, point: Mapping[Symbol, Value]) -> Value | None:
    """The value at the point, where it is of one of the two kinds and defined."""
    match expr:
        case Number():
            return "I", expr.value
        case Symbol():
            return point.get(expr)
        case Apply(op="I"):
            return IDENTITY
        case Apply(op="zeros"):
            return ZERO
        case Apply(op="ones"):
            return ONES
        case Apply() if _is_rational(expr):
            found = _applied(expr, [_value(child, point) for child in expr.children])
            divided = _has_poles(expr) and any(s in point for s in symbols(expr.children[-1]))
            if divided and found is None:
                raise _PoleError
            return found
    return None


def _applied(expr: Apply, values: list[Value | None]) -> Value | None:
    match expr.op, values:
        case "add" | "sub", [first, second]:
            return _sum(first, second, 1 if expr.op == "add" else -1)
        case "neg", [(kind, s)]:
            return kind, -s
        case "transpose", [value]:
            return value
        case "scale" | "matmul" | "kron" | "hadamard" | "outer" | "dot", [first, second]:
            return ZERO if ZERO in (first, second) else _product(expr.op, first, second)
        case "over", [(kind, s), ("I", t)] if t:
            return kind, s / t
        case "tr" | "total", [value]:
            return ZERO if value == ZERO else None
        case "diag", [(_, s)]:
            return ("I" if expr.children[0].shape.is_vector or not s else "1"), s
        case "inv", [("I", s)] if s:
            return "I", 1 / s
        case "adj" | "det", [("I", s)] if s == 1:
            return IDENTITY
        case "det", [("I", s)]:
            return ZERO if s == 0 else None
        case "block", _:
            return _block(expr, values)
    return None


def _sum(first: Value | None, second: Value | None, sign: int) -> Value | None:
    if first is None or second is None:
        return None
    if second == ZERO:
        return first
    if first == ZERO or first[0] == second[0]:
        return second[0], first[1] + sign * second[1]
    return None


def _product(op: str, first: Value | None, second: Value | None) -> Value | None:
    if first is None or second is None:
        return None
    s = first[1] * second[1]
    if first[0] == second[0] == "I" or op == "scale":
        return second[0], s
    if op == "matmul":
        return ("1", s) if "I" in (first[0], second[0]) else None
    if first[0] == second[0] == "1":
        return ("1", s) if op in ("kron", "hadamard", "outer") else None
    return ("I", s) if op == "hadamard" else None


def _block(expr: Apply, values: list[Value | None]) -> Value | None:
    """Blocks of the identity on the diagonal and of zeros beside it."""
    rows, cols = expr.params
    diagonal = {values[k * cols + k] for k in range(min(rows, cols))}
    beside = {v for k, v in enumerate(values) if k // cols != k % cols}
    square = rows == cols and all(expr.children[k * cols + k].shape.is_square for k in range(rows))
    if not square or len(diagonal) != 1 or beside - {ZERO}:
        return None
    (value,) = diagonal
    return value if value is not None and value[0] == "I" else None
