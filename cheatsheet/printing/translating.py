"""The ``sympy`` column: what an operator is in SymPy, with every entry written out and as a matrix expression.

A rule gets the translator (:mod:`.sympy_expression`), which gives the value of an operand when called, and the node.
With dimensions every value is a matrix, a scalar 1×1; without, scalars are scalars and the rest are matrix
expressions. SymPy is imported by the translator, never on import of this module.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cheatsheet.language.dimensions import Axis
from cheatsheet.language.expressions import Apply, Expr, Index
from cheatsheet.printing.matrix_formulas import adjugate, determinant, exponential, inverse, pseudo_inverse
from cheatsheet.printing.matrix_formulas import power as matrix_power_of


class NoSympyError(Exception):
    """SymPy has no such expression; the text names the operator."""


Rule = Callable[[Any, Apply], Any]


@dataclass(frozen=True)
class Translation:
    """``explicit`` writes every entry out; ``symbolic`` is None where SymPy has no such matrix expression."""

    explicit: Rule
    symbolic: Rule | None = None


def alike(rule: Rule) -> Translation:
    """One rule for matrices and for matrix expressions, because SymPy writes both the same way."""
    return Translation(rule, rule)


def scalar(value: Any, t: Any) -> Any:
    """An explicit scalar: a 1×1 matrix."""
    return t.sympy.ImmutableMatrix([[value]])


def of_scalar(f: Callable[[Any, Any], Any]) -> Rule:
    """An explicit rule whose value is a number; ``f`` takes the translator and the value of the operand."""
    return lambda t, e: scalar(f(t, t(e.children[0])), t)


# --- sums and products ----------------------------------------------------------------------------------------------

add = alike(lambda t, e: t(e.children[0]) + t(e.children[1]))
sub = alike(lambda t, e: t(e.children[0]) - t(e.children[1]))
neg = alike(lambda t, e: -t(e.children[0]))
scale = Translation(
    lambda t, e: t(e.children[0])[0, 0] * t(e.children[1]),
    lambda t, e: t(e.children[0]) * t(e.children[1]),
)
over = Translation(
    lambda t, e: t(e.children[0]) / t(e.children[1])[0, 0],
    lambda t, e: t(e.children[0]) / t(e.children[1]),
)


def _entry_by_entry(f: Callable[[Any, Any], Any]) -> Rule:
    def rule(t: Any, e: Apply) -> Any:
        a, b = (t(child) for child in e.children)
        return t.sympy.ImmutableMatrix(*a.shape, [f(x, y) for x, y in zip(a, b, strict=True)])

    return rule


def _inverted(t: Any, value: Any) -> Any:
    return t.sympy.HadamardPower(value, -1)


def _hadamard(t: Any, e: Apply) -> Any:
    a, b = (t(child) for child in e.children)
    return t.sympy.HadamardProduct(a, b)


def _quotient(t: Any, e: Apply) -> Any:
    a, b = (t(child) for child in e.children)
    return t.sympy.HadamardProduct(a, _inverted(t, b))


hadamard = Translation(_entry_by_entry(lambda x, y: x * y), _hadamard)
quotient = Translation(_entry_by_entry(lambda x, y: x / y), _quotient)
reciprocal = Translation(
    lambda t, e: t(e.children[1]).applyfunc(lambda x: t(e.children[0])[0, 0] / x),
    lambda t, e: t(e.children[0]) * _inverted(t, t(e.children[1])),
)


def _powers(t: Any, e: Apply) -> Any:
    exponent = t(e.children[1])[0, 0]
    return t(e.children[0]).applyfunc(lambda x: x**exponent)


def _power_symbolic(t: Any, e: Apply) -> Any:
    base, exponent = (t(child) for child in e.children)
    return base**exponent if e.shape.is_scalar else t.sympy.HadamardPower(base, exponent)


power = Translation(_powers, _power_symbolic)


def _chain(t: Any, e: Apply) -> Any:
    """A product of matrix expressions; one of 1×1 is its trace, because SymPy keeps it apart from a scalar."""
    matrices, scalars = [], []
    stack: list[Expr] = [e]
    while stack:
        factor = stack.pop()
        if isinstance(factor, Apply) and factor.op == "matmul":
            stack += reversed(factor.children)
        elif factor.shape.is_scalar:
            scalars.append(t(factor))
        else:
            matrices.append(t(factor))
    product = t.sympy.MatMul(*matrices).doit(deep=False) if matrices else 1
    if matrices and e.shape.is_scalar:
        product = t.sympy.Trace(product)
    for factor in scalars:
        product = factor * product
    return product


matmul = Translation(lambda t, e: t(e.children[0]) * t(e.children[1]), _chain)


def _component(t: Any, e: Apply) -> Any:
    operand, *indices = e.args
    assert isinstance(operand, Expr)
    value = t(operand)
    places = [t.position(i) for i in indices if isinstance(i, Index)]
    if operand.shape.is_vector:
        places.insert(0 if operand.shape.rows.is_one else 1, 0)
    return value[tuple(places)]


component = Translation(lambda t, e: scalar(_component(t, e), t), _component)

transpose = Translation(
    lambda t, e: t(e.children[0]).T,
    lambda t, e: t(e.children[0]) if e.shape.is_scalar else t.sympy.Transpose(t(e.children[0])).doit(),
)


def _column(t: Any, expr: Expr) -> Any:
    """A vector as a column."""
    value = t(expr)
    return value.T if expr.shape.rows.is_one else value


def _dot(t: Any, e: Apply) -> Any:
    x, y = e.children
    if x.shape.is_scalar:
        return t(x) * t(y)
    return t.sympy.Trace(_column(t, x).T * _column(t, y))


dot = Translation(lambda t, e: _column(t, e.children[0]).T * _column(t, e.children[1]), _dot)
outer = Translation(
    lambda t, e: _column(t, e.children[0]) * _column(t, e.children[1]).T,
    lambda t, e: (
        t(e.children[0]) * t(e.children[1])
        if e.shape.is_scalar
        else _column(t, e.children[0]) * _column(t, e.children[1]).T
    ),
)
cross = Translation(lambda t, e: t(e.children[0]).cross(t(e.children[1])))


def _kron(t: Any, e: Apply) -> Any:
    a, b = (t(child) for child in e.children)
    if any(child.shape.is_scalar for child in e.children):
        return a * b
    return t.sympy.KroneckerProduct(a, b)


kron = Translation(lambda t, e: t.sympy.kronecker_product(t(e.children[0]), t(e.children[1])), _kron)


def _vec_symbolic(t: Any, e: Apply) -> Any:
    if e.children[0].shape.cols.is_one:
        return t(e.children[0])
    raise NoSympyError("SymPy has no matrix expression for vec; give dims to have every entry written out")


vec = Translation(lambda t, e: t(e.children[0]).vec(), _vec_symbolic)


def _diag(t: Any, e: Apply) -> Any:
    (operand,) = e.children
    value = t(operand)
    if operand.shape.is_vector:
        return t.sympy.ImmutableMatrix(t.sympy.diag(*value))
    return value.diagonal().T


def _diag_symbolic(t: Any, e: Apply) -> Any:
    (operand,) = e.children
    if operand.shape.is_scalar:
        return t(operand)
    if operand.shape.is_vector:
        return t.sympy.DiagMatrix(_column(t, operand))
    return t.sympy.DiagonalOf(t(operand))


diag = Translation(_diag, _diag_symbolic)


def sum_of_entries(t: Any, value: Any) -> Any:
    """1ᵀA1, the sum of the entries of a matrix expression."""
    ones = t.sympy.OneMatrix
    rows, cols = value.shape
    left = value if rows == 1 else ones(1, rows) * value
    return t.sympy.Trace(left if cols == 1 else left * ones(cols, 1))


total = Translation(
    of_scalar(lambda t, a: sum(a)),
    lambda t, e: t(e.children[0]) if e.children[0].shape.is_scalar else sum_of_entries(t, t(e.children[0])),
)

# --- functions of a matrix ------------------------------------------------------------------------------------------


def _of_matrix(matrix: Callable[[Any, Any], Any], number: Callable[[Any, Any], Any]) -> Rule:
    """A symbolic rule: of a matrix expression, and of a 1×1 operand, which is a number here."""

    def rule(t: Any, e: Apply) -> Any:
        operand = e.children[0]
        return (number if operand.shape.is_scalar else matrix)(t, t(operand))

    return rule


def _itself(t: Any, a: Any) -> Any:
    return a


tr = Translation(of_scalar(lambda t, a: a.trace()), _of_matrix(lambda t, a: t.sympy.Trace(a), _itself))
det = Translation(
    of_scalar(lambda t, a: determinant(a)), _of_matrix(lambda t, a: t.sympy.Determinant(a), _itself)
)
logdet = Translation(
    of_scalar(lambda t, a: t.sympy.log(determinant(a))),
    _of_matrix(lambda t, a: t.sympy.log(t.sympy.Determinant(a)), lambda t, a: t.sympy.log(a)),
)
inv = Translation(
    lambda t, e: inverse(t(e.children[0])),
    _of_matrix(lambda t, a: t.sympy.Inverse(a).doit(deep=False), lambda t, a: 1 / a),
)
adj = Translation(lambda t, e: adjugate(t(e.children[0])))
pinv = Translation(lambda t, e: pseudo_inverse(t(e.children[0])))
expm = Translation(lambda t, e: exponential(t(e.children[0])))


def _matrix_power(t: Any, e: Apply) -> Any:
    base, exponent = (t(child) for child in e.children)
    return matrix_power_of(base, exponent[0, 0])


def _matrix_power_symbolic(t: Any, e: Apply) -> Any:
    base, exponent = (t(child) for child in e.children)
    return base**exponent if e.shape.is_scalar else t.sympy.MatPow(base, exponent).doit(deep=False)


matrix_power = Translation(_matrix_power, _matrix_power_symbolic)
norm = Translation(
    of_scalar(lambda t, a: t.sympy.sqrt(sum(x**2 for x in a))),
    _of_matrix(lambda t, a: t.sympy.sqrt(t.sympy.Trace(a.T * a)), lambda t, a: t.sympy.Abs(a)),
)
norm1 = Translation(
    of_scalar(lambda t, a: sum(abs(x) for x in a)),
    _of_matrix(lambda t, a: sum_of_entries(t, a.applyfunc(t.sympy.Abs)), lambda t, a: t.sympy.Abs(a)),
)


def pointwise(f: Callable[..., Any]) -> Translation:
    """A function of one number, given SymPy and the number, of every entry."""

    def function(t: Any) -> Callable[[Any], Any]:
        return lambda x: f(t.sympy, x)

    def symbolic(t: Any, e: Apply) -> Any:
        value = t(e.children[0])
        return function(t)(value) if e.shape.is_scalar else value.applyfunc(function(t))

    return Translation(lambda t, e: t(e.children[0]).applyfunc(function(t)), symbolic)


def of_two(f: Callable[..., Any]) -> Translation:
    """A function of two numbers, given SymPy and the numbers, entry by entry."""

    def symbolic(t: Any, e: Apply) -> Any:
        if not e.shape.is_scalar:
            raise NoSympyError(
                f"SymPy has no matrix expression for {e.op}; give dims to have every entry written out"
            )
        return f(t.sympy, *(t(child) for child in e.children))

    return Translation(lambda t, e: _entry_by_entry(lambda x, y: f(t.sympy, x, y))(t, e), symbolic)


def _softmax(t: Any, e: Apply) -> Any:
    exponentials = t(e.children[0]).applyfunc(t.sympy.exp)
    return exponentials / sum(exponentials)


def _softmax_of_vector(t: Any, a: Any) -> Any:
    exponentials = a.applyfunc(t.sympy.exp)
    return exponentials / sum_of_entries(t, exponentials)


softmax = Translation(_softmax, _of_matrix(_softmax_of_vector, lambda t, a: t.sympy.Integer(1)))
logsumexp = Translation(
    of_scalar(lambda t, a: t.sympy.log(sum(t.sympy.exp(x) for x in a))),
    _of_matrix(lambda t, a: t.sympy.log(sum_of_entries(t, a.applyfunc(t.sympy.exp))), _itself),
)


def along(function: Callable[[Any, Any], Any], symbolic: Rule | None = None) -> Translation:
    """A function of every row or column, given the translator and the entries, that makes a number of it."""

    def explicit(t: Any, e: Apply) -> Any:
        return t.sympy.ImmutableMatrix([function(t, list(line)) for line in _lines(t, e)])

    return Translation(explicit, symbolic)


def _lines(t: Any, e: Apply) -> list[Any]:
    a = t(e.children[0])
    rows = a if e.params[0] else a.T
    return [rows.row(k) for k in range(rows.rows)]


def _softmax_along(t: Any, e: Apply) -> Any:
    weights = [line.applyfunc(t.sympy.exp) for line in _lines(t, e)]
    lines = t.sympy.ImmutableMatrix([list(line / sum(line)) for line in weights])
    return lines if e.params[0] else lines.T


def _sums(t: Any, e: Apply) -> Any:
    a = t(e.children[0])
    a = a if e.params[0] else a.T
    return a * t.sympy.OneMatrix(a.shape[1], 1)


sum_along = along(lambda t, line: sum(line), _sums)
softmax_along = Translation(_softmax_along)
logsumexp_along = along(lambda t, line: t.sympy.log(sum(t.sympy.exp(x) for x in line)))

# --- constants ------------------------------------------------------------------------------------------------------


def _axes(t: Any, e: Apply) -> list[Any]:
    sizes = [t.size(a) for a in e.args if isinstance(a, Axis)]
    return sizes if len(sizes) == 2 else [*sizes, 1]


def _of_size(explicit: str, symbolic: str) -> Translation:
    """Ones and zeros."""

    def number_or_matrix(t: Any, e: Apply) -> Any:
        if e.shape.is_scalar:
            return t.sympy.Integer(1 if explicit == "ones" else 0)
        return getattr(t.sympy, symbolic)(*_axes(t, e))

    return Translation(
        lambda t, e: t.sympy.ImmutableMatrix(getattr(t.sympy, explicit)(*_axes(t, e))), number_or_matrix
    )


pi = Translation(lambda t, e: scalar(t.sympy.pi, t), lambda t, e: t.sympy.pi)
ones = _of_size("ones", "OneMatrix")
zeros = _of_size("zeros", "ZeroMatrix")
identity = Translation(
    lambda t, e: t.sympy.ImmutableMatrix(t.sympy.eye(_axes(t, e)[0])),
    lambda t, e: t.sympy.Integer(1) if e.shape.is_scalar else t.sympy.Identity(_axes(t, e)[0]),
)


def _basis_vector(t: Any, e: Apply) -> Any:
    (index,) = (a for a in e.args if isinstance(a, Index))
    place = t.position(index)
    return t.sympy.ImmutableMatrix(_axes(t, e)[0], 1, lambda r, c: int(r == place))


def _basis_vector_symbolic(t: Any, e: Apply) -> Any:
    (index,) = (a for a in e.args if isinstance(a, Index))
    row, col = t.sympy.symbols("row col", integer=True)
    entry = t.sympy.KroneckerDelta(row, t.position(index))
    return t.sympy.FunctionMatrix(_axes(t, e)[0], 1, t.sympy.Lambda((row, col), entry))


unit = Translation(_basis_vector, _basis_vector_symbolic)


def _commutation(t: Any, e: Apply) -> Any:
    m, n = _axes(t, e)
    return t.sympy.ImmutableMatrix(m * n, m * n, lambda r, c: int((r // n, r % n) == (c % m, c // m)))


commutation = Translation(_commutation)


def _delta(t: Any, e: Apply) -> Any:
    return t.sympy.KroneckerDelta(*(t.position(i) for i in e.args if isinstance(i, Index)))


delta = Translation(lambda t, e: scalar(_delta(t, e), t), _delta)


def _block(t: Any, e: Apply) -> Any:
    rows, cols = e.params
    lines = [[t(part) for part in e.children[r * cols : (r + 1) * cols]] for r in range(rows)]
    matrix = t.sympy.ImmutableMatrix
    return matrix.vstack(*(matrix.hstack(*line) for line in lines))


def _block_symbolic(t: Any, e: Apply) -> Any:
    rows, cols = e.params
    parts = [scalar(t(p), t) if p.shape.is_scalar else t(p) for p in e.children]
    return t.sympy.BlockMatrix([parts[r * cols : (r + 1) * cols] for r in range(rows)])


block = Translation(_block, _block_symbolic)

# --- derivatives ----------------------------------------------------------------------------------------------------


derivative = alike(lambda t, e: t.derivative(e))
differential = Translation(lambda t, e: t.total_differential(e))


def _no_directional(t: Any, e: Apply) -> Any:
    raise NoSympyError("SymPy has no jet, the derivative of an abstract function along a direction")


jet = Translation(_no_directional)
