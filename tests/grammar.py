"""What random expressions are made of: symbols, sets of operators, and which shapes the operands of each may have."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from cheatsheet.language.dimensions import ONE, Axis, Shape
from cheatsheet.language.elaborate import Declarations, elaborate_expression
from cheatsheet.language.expressions import Expr, Index, Symbol
from cheatsheet.language.table import TABLE

M, N, P, THREE = Axis.of("m"), Axis.of("n"), Axis.of("p"), Axis.of(3)
DIMENSIONS = (M, N, P)
SCALAR = Shape.scalar()

SYMBOLS = (
    *(Symbol(name, SCALAR) for name in ("a", "b", "t")),
    *(Symbol(name, Shape.vector(N)) for name in ("x", "y")),
    *(Symbol(name, Shape.vector(M)) for name in ("u", "v")),
    *(Symbol(name, Shape.vector(P)) for name in ("z",)),
    *(Symbol(name, Shape.vector(THREE)) for name in ("q", "w")),
    *(Symbol(name, Shape.matrix(N, N)) for name in ("A", "B")),
    *(Symbol(name, Shape.matrix(M, M)) for name in ("C",)),
    *(Symbol(name, Shape.matrix(M, N)) for name in ("X", "Y")),
    *(Symbol(name, Shape.matrix(N, P)) for name in ("W",)),
)
"""Scalars, vectors, square and rectangular matrices over m, n, p."""

SUMMED = ("r", "s", "l")
"""Names of summation indices; at most three sums stand inside one another."""
FREE_INDICES = (Index("i", N), Index("j", N), Index("k", M))

DECLARED = Declarations({s.name: s for s in SYMBOLS})
"""The same symbols for claims written as text."""


def parse(text: str) -> Expr:
    """An expression of the claim language over the symbols above."""
    return elaborate_expression(text, DECLARED)


LINEAR = frozenset(
    ["add", "sub", "neg", "scale", "transpose", "matmul", "hadamard", "number", "I", "ones", "zeros"]
)
PRODUCTS = frozenset(["dot", "outer", "kron", "vec", "diag", "total", "tr", "power"])
INDEXED = frozenset(["component", "sum", "delta", "unit"])
POLYNOMIAL = LINEAR | PRODUCTS | INDEXED
"""Polynomials in the entries: defined everywhere, exact in rational arithmetic, differentiable."""
RATIONAL = POLYNOMIAL | {"over", "quotient", "reciprocal", "inv", "det", "adj", "matrix_power"}
"""Rational functions of the entries: exact in rational arithmetic wherever they are defined."""
FUNCTIONS = frozenset(name for name, row in TABLE.items() if row.one_element is not None)
ENTIRE = frozenset(name for name in FUNCTIONS if TABLE[name].smoothness == "entire")
SMOOTH = POLYNOMIAL | ENTIRE | {"softmax", "logsumexp"}
"""Defined and differentiable for all real entries."""
RESTRICTED = FUNCTIONS - ENTIRE | {"maximum", "minimum", "norm", "norm1", "logdet"}
POINTWISE = ENTIRE | RESTRICTED
"""Functions: drawn less often than the operators that give an expression its structure."""
ALGEBRA = RATIONAL | SMOOTH | RESTRICTED | {"pinv", "expm", "cross", "block", "K", "pi", "size"}
"""Everything but derivatives."""
CALCULUS = frozenset(["diff", "grad", "jacobian", "hessian", "d"])
EVERYTHING = ALGEBRA | CALCULUS


@dataclass(frozen=True)
class Grammar:
    """What may occur, and how deep."""

    operators: frozenset[str] = EVERYTHING
    symbols: tuple[Symbol, ...] = SYMBOLS
    dimensions: tuple[Axis, ...] = DIMENSIONS
    indices: tuple[Index, ...] = ()
    layout: str = "numerator"
    varying: frozenset[str] = frozenset(["x", "A"])

    def deeper(self, index: Index) -> Grammar:
        return replace(self, indices=(*self.indices, index))


def pairs(axis: Axis) -> tuple[Axis, ...]:
    return axis.parts if axis.kind == "product" and len(axis.parts) == 2 else ()


def product_of(grammar: Grammar) -> Axis:
    n, *others = grammar.dimensions or (N,)
    return Axis.product([others[0] if others else n, n])


def whatever(grammar: Grammar) -> list[Shape]:
    """Shapes for an operator that takes any: vectors, matrices, and now and then vec, kron, block."""
    n, *others = grammar.dimensions or (N,)
    m = others[0] if others else n
    shapes = [Shape.vector(n), Shape.matrix(m, n)]
    if "vec" in grammar.operators:
        shapes.append(Shape.vector(product_of(grammar)))
    if "kron" in grammar.operators:
        shapes.append(Shape.matrix(Axis.product([m, n]), Axis.product([n, m])))
    if "cross" in grammar.operators:
        shapes.append(Shape.vector(THREE))
    if "block" in grammar.operators:
        shapes.append(Shape.matrix(Axis.concatenation([m, n]), n))
    return shapes


Shapes = Iterable[tuple[Shape, ...]]


def _twice(grammar: Grammar, shape: Shape) -> Shapes:
    return [(shape, shape)]


def _twice_unless_scalar(grammar: Grammar, shape: Shape) -> Shapes:
    return [] if shape.is_scalar else [(shape, shape)]


def _once(grammar: Grammar, shape: Shape) -> Shapes:
    return [(shape,)]


def _matmul(grammar: Grammar, shape: Shape) -> Shapes:
    inner = list(grammar.dimensions)
    if not shape.rows.is_one and not shape.cols.is_one:
        inner.append(ONE)
    if grammar.operators >= {"kron", "vec"} and (shape.is_scalar or pairs(shape.rows) or pairs(shape.cols)):
        inner.append(product_of(grammar))
    return [(Shape((shape.rows, k)), Shape((k, shape.cols))) for k in inner]


def _transpose(grammar: Grammar, shape: Shape) -> Shapes:
    return [] if shape.is_scalar else [(shape.transposed,)]


def _two_vectors(grammar: Grammar, shape: Shape) -> Shapes:
    return [(Shape.vector(d), Shape.vector(d)) for d in grammar.dimensions] if shape.is_scalar else []


def _outer(grammar: Grammar, shape: Shape) -> Shapes:
    return [(Shape.vector(shape.rows), Shape.vector(shape.cols))] if len(shape.free_axes) == 2 else []


def _cross(grammar: Grammar, shape: Shape) -> Shapes:
    return [(shape, shape)] if shape == Shape.vector(THREE) else []


def _kron(grammar: Grammar, shape: Shape) -> Shapes:
    rows, cols = (pairs(axis) or ((ONE, ONE) if axis.is_one else ()) for axis in shape.axes)
    return (
        [(Shape((rows[0], cols[0])), Shape((rows[1], cols[1])))]
        if rows and cols and not shape.is_scalar
        else []
    )


def _vec(grammar: Grammar, shape: Shape) -> Shapes:
    pair = pairs(shape.rows)
    return [(Shape.matrix(pair[1], pair[0]),)] if pair and shape.cols.is_one else []


def _diag(grammar: Grammar, shape: Shape) -> Shapes:
    if shape.is_scalar or (shape.is_vector and shape.rows.is_one) or not shape.rows.names:
        return []
    if shape.is_vector:
        return [(Shape.matrix(shape.rows, shape.rows),)]
    return [(Shape.vector(shape.rows),)] if shape.rows == shape.cols else []


def _square(grammar: Grammar, shape: Shape) -> Shapes:
    return [(shape,)] if len(shape.free_axes) == 2 and shape.is_square else []


def _scalar_of_square(grammar: Grammar, shape: Shape) -> Shapes:
    axes = [*grammar.dimensions[:2], *([product_of(grammar)] if "kron" in grammar.operators else [])]
    return [(Shape.matrix(d, d),) for d in axes] if shape.is_scalar else []


def _scalar_of_any(grammar: Grammar, shape: Shape) -> Shapes:
    return [(s,) for s in whatever(grammar)] if shape.is_scalar else []


def _scalar_of_vector(grammar: Grammar, shape: Shape) -> Shapes:
    return [(Shape.vector(d),) for d in grammar.dimensions] if shape.is_scalar else []


def _vector_alone(grammar: Grammar, shape: Shape) -> Shapes:
    return [(shape,)] if shape.is_vector else []


OPERAND_SHAPES: dict[str, Callable[[Grammar, Shape], Shapes]] = {
    **dict.fromkeys(("add", "sub"), _twice),
    **dict.fromkeys(("hadamard", "quotient"), _twice_unless_scalar),
    **dict.fromkeys(("maximum", "minimum"), _twice),
    "neg": _once,
    "scale": lambda g, s: [(SCALAR, s)],
    "over": lambda g, s: [(s, SCALAR)],
    "reciprocal": lambda g, s: [] if s.is_scalar else [(SCALAR, s)],
    "matmul": _matmul,
    "transpose": _transpose,
    "dot": _two_vectors,
    "outer": _outer,
    "cross": _cross,
    "kron": _kron,
    "vec": _vec,
    "diag": _diag,
    **dict.fromkeys(("total", "norm", "norm1"), _scalar_of_any),
    **dict.fromkeys(("tr", "det", "logdet"), _scalar_of_square),
    **dict.fromkeys(("inv", "adj", "expm"), _square),
    "pinv": lambda g, s: [(s.transposed,)] if len(s.free_axes) == 2 else [],
    **dict.fromkeys(ENTIRE | RESTRICTED - {"maximum", "minimum", "norm", "norm1", "logdet"}, _once),
    "softmax": _vector_alone,
    "logsumexp": _scalar_of_vector,
}
