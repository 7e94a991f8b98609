"""The ``numpy`` column: how an operator is computed with arrays, in NumPy, PyTorch and JAX.

Rows and columns are both one-dimensional arrays and scalars have no axis, as people write it: ``x.T @ A @ x`` is
``x @ A @ x`` and ``x @ y.T`` is ``np.outer(x, y)``. A rule asks the writer (:class:`.arrays.CodeWriter`) for
the text of its operands, bracketed where their place asks for it, and for what a function is called in the library.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial, reduce
from typing import Protocol

from cheatsheet.language.dimensions import Axis
from cheatsheet.language.expressions import Apply, Expr, Index, Number, Symbol
from cheatsheet.language.table import build

LOOSEST, SUM, MATMUL, PRODUCT, UNARY, POWER, ATOM = 0, 10, 19, 20, 30, 40, 50
"""Python's own order; but ``@`` in front of ``*`` gets brackets, for the reader."""


@dataclass(frozen=True)
class Code:
    """Source of one expression and how strongly its outermost operator binds in Python."""

    text: str
    strength: int = ATOM


class NoCodeError(Exception):
    """The expression has no array code; the text names the operator and says why."""


class Writer(Protocol):
    """What a row may ask of the writer."""

    library: str

    def write(self, expr: Expr) -> Code: ...
    def operand(self, expr: Expr, least: int) -> str: ...
    def argument(self, expr: Expr) -> str: ...
    def function(self, name: str) -> str: ...
    def size(self, axis: Axis) -> Code: ...
    def eye(self, axis: Axis) -> str: ...
    def filled(self, name: str, axes: tuple[Axis, ...]) -> str: ...
    def product(self, expr: Apply) -> Code: ...
    def entry(self, expr: Apply) -> Code: ...
    def position(self, index: Index) -> str: ...
    def stack(self, expr: Apply) -> Code: ...
    def is_special(self, expr: Expr) -> bool: ...


class IndexWriter(Writer, Protocol):
    """What index names need besides."""

    def looping(self, indices: Sequence[Index]) -> AbstractContextManager[None]: ...
    def placing(self) -> AbstractContextManager[Callable[[Code], Expr]]: ...


Rule = Callable[[Writer, Apply], Code]


def bracketed(code: Code, least: int) -> str:
    """The text, in brackets if it binds less strongly than its place asks."""
    return code.text if code.strength >= least else f"({code.text})"


def rank(expr: Expr) -> int:
    """The number of axes of the array that stands for the expression."""
    return len(expr.shape.free_axes)


def left_chain(expr: Expr) -> list[Expr]:
    """The factors of a product that groups to the left; a right factor that is itself a product stays whole."""
    if isinstance(expr, Apply) and expr.op == "matmul":
        left, right = expr.children
        return [*left_chain(left), right]
    return [expr]


def infix(sign: str, strength: int) -> Rule:
    """``a + b``, ``a * b``: grouped to the left, as Python does."""

    def rule(w: Writer, expr: Apply) -> Code:
        left, right = expr.children
        return Code(f"{w.operand(left, strength)} {sign} {w.operand(right, strength + 1)}", strength)

    return rule


def negated(w: Writer, expr: Apply) -> Code:
    return Code(f"-{w.operand(expr.children[0], UNARY)}", UNARY)


def powered(w: Writer, expr: Apply) -> Code:
    """``x ** k``; the square of a norm is a sum of squares, and a negative exponent a float, for arrays of integers."""
    base, exponent = expr.children
    if isinstance(base, Apply) and base.op == "norm" and exponent == Number(2):
        (x,) = base.children
        if rank(x) == 1 and isinstance(x, Symbol):
            return Code(f"{w.write(x).text} @ {w.write(x).text}", MATMUL)
        return Code(f"{w.function('sum')}({w.operand(x, POWER + 1)} ** 2)")
    if exponent == Number(-1):
        return Code(f"1 / {w.operand(base, PRODUCT + 1)}", PRODUCT)
    if isinstance(exponent, Number) and exponent.value < 0:
        return Code(f"{w.operand(base, POWER + 1)} ** {float(exponent.value)!r}", POWER)
    return Code(f"{w.operand(base, POWER + 1)} ** {w.operand(exponent, UNARY)}", POWER)


def transposed(w: Writer, expr: Apply) -> Code:
    """``A.T``; a row and a column are the same array."""
    (operand,) = expr.children
    return Code(f"{w.operand(operand, ATOM)}.T") if rank(operand) == 2 else w.write(operand)


def product(w: Writer, expr: Apply) -> Code:
    return w.product(expr)


def component(w: Writer, expr: Apply) -> Code:
    return w.entry(expr)


def dot(w: Writer, expr: Apply) -> Code:
    x, y = expr.children
    return Code(f"{w.operand(x, MATMUL)} @ {w.operand(y, PRODUCT + 1)}", MATMUL)


def called(name: str) -> Rule:
    """A function of the library, known there by this name."""

    def rule(w: Writer, expr: Apply) -> Code:
        return Code(f"{w.function(name)}({', '.join(w.argument(child) for child in expr.children)})")

    return rule


def templates(numpy: str, torch: str, jax: str) -> Rule:
    """A function that each library writes in its own way, with its argument for ``{x}``, or for ``{f}`` as a factor."""
    forms = {"numpy": numpy, "torch": torch, "jax": jax}

    def rule(w: Writer, expr: Apply) -> Code:
        (operand,) = expr.children
        form = forms[w.library]
        if "{f}" in form:
            return Code(form.format(f=w.operand(operand, PRODUCT + 1)), PRODUCT)
        return Code(form.format(x=w.argument(operand)))

    return rule


def vectorised(w: Writer, expr: Apply) -> Code:
    """The columns of a matrix one below the other."""
    (operand,) = expr.children
    if rank(operand) < 2:
        return w.write(operand)
    rows = turned(operand)
    return Code(
        f"{w.operand(operand, ATOM)}.T.reshape(-1)"
        if rows is None
        else f"{w.operand(rows, ATOM)}.reshape(-1)"
    )


def turned(expr: Expr) -> Expr | None:
    """What an expression is the transpose of."""
    return expr.children[0] if isinstance(expr, Apply) and expr.op == "transpose" else None


def of_product(labels: str, otherwise: Rule) -> Rule:
    """The diagonal of a matrix product, or its sum, for which not all of the product has to be worked out."""

    def rule(w: Writer, expr: Apply) -> Code:
        (operand,) = expr.children
        if not (
            isinstance(operand, Apply)
            and operand.op == "matmul"
            and all(rank(c) == 2 for c in operand.children)
        ):
            return otherwise(w, expr)
        a, *rest = left_chain(operand)
        if w.is_special(a) or rank(rest[0]) < 2 or rank(a) < 2:
            return otherwise(w, expr)
        if any(map(w.is_special, rest)):  # a system is solved from the left
            b = reduce(partial(build, "matmul"), rest)
        else:
            a, b = operand.children
        sides = [(turned(a), "ji", a, "ij"), (turned(b), "ij", b, "ji")]
        (x, i), (y, j) = (
            (side, label) if other is None else (other, turn) for other, turn, side, label in sides
        )
        if not labels and (i, j) == ("ji", "ji"):
            i = j = "ij"
        subscripts = f"'{i},{j}->{labels}'"
        return Code(f"{w.function('einsum')}({subscripts}, {w.argument(x)}, {w.argument(y)})")

    return rule


def kronecker(w: Writer, expr: Apply) -> Code:
    """``kron``; where one side is a vector, its axis is spelled out, or the product is an outer product."""
    a, b = expr.children
    if not (rank(a) and rank(b)):
        return Code(f"{w.operand(a, PRODUCT)} * {w.operand(b, PRODUCT + 1)}", PRODUCT)
    if rank(a) == rank(b) == 1 and a.shape.rows.is_one != b.shape.rows.is_one:
        column, row = (b, a) if a.shape.rows.is_one else (a, b)
        return Code(f"{w.function('outer')}({w.argument(column)}, {w.argument(row)})")
    if rank(a) == rank(b) == 1:
        return called("kron")(w, expr)
    return Code(f"{w.function('kron')}({', '.join(_in_row_order(w, part) for part in (a, b))})")


def _in_row_order(w: Writer, expr: Expr) -> str:
    """A factor of a Kronecker product; ``torch.kron`` refuses one matrix in row and one in column order."""
    given = isinstance(expr, Symbol) and expr.definition is None
    plain = given or (isinstance(expr, Apply) and expr.op in ("I", "ones", "zeros"))
    if w.library != "torch" or plain or rank(expr) < 2:
        return as_matrix(w, expr)
    return f"{w.operand(expr, ATOM)}.contiguous()"


def as_matrix(w: Writer, expr: Expr) -> str:
    """The expression as a two-dimensional array."""
    if rank(expr) == 2:
        return w.argument(expr)
    return f"{w.operand(expr, ATOM)}[{'None, :' if expr.shape.rows.is_one else ':, None'}]"


def unless_scalar(rule: Rule, scalar_rule: Rule) -> Rule:
    """``rule``, and ``scalar_rule`` for a 1×1 operand: a number, for which the library's function will not do."""
    return lambda w, expr: rule(w, expr) if rank(expr.children[0]) else scalar_rule(w, expr)


def along(numpy: str, torch: str, jax: str, vector: Rule, entry: Rule) -> Rule:
    """A function of each line of a matrix, ``{axis}`` across it; ``vector`` of a single line, ``entry`` of a number."""
    forms = {"numpy": numpy, "torch": torch, "jax": jax}

    def rule(w: Writer, expr: Apply) -> Code:
        (operand,) = expr.children
        (axis,) = expr.params
        if rank(operand) < 2:
            return (entry if operand.shape.axes[axis].is_one else vector)(w, expr)
        return Code(forms[w.library].format(x=w.argument(operand), axis=axis))

    return rule


def itself(w: Writer, expr: Apply) -> Code:
    return w.write(expr.children[0])


def one(w: Writer, expr: Apply) -> Code:
    return Code("1.0")


def ones_like(w: Writer, expr: Apply) -> Code:
    """As many ones as the operand has entries."""
    axes = expr.children[0].shape.free_axes
    return Code(w.filled("ones", axes)) if axes else one(w, expr)


def outer(w: Writer, expr: Apply) -> Code:
    """``outer``; a number beside a vector scales it, which stays an array of one axis."""
    return called("outer")(w, expr) if all(map(rank, expr.children)) else times(w, expr)


def one_over(w: Writer, expr: Apply) -> Code:
    return Code(f"1 / {w.operand(expr.children[0], PRODUCT + 1)}", PRODUCT)


times = infix("*", PRODUCT)


def log_determinant(w: Writer, expr: Apply) -> Code:
    (a,) = expr.children
    return Code(f"{w.function('linalg.slogdet')}({w.argument(a)})[1]")


def adjugate(w: Writer, expr: Apply) -> Code:
    """det(A) A⁻¹; of a singular A = U diag(s) V, det(UV) Vᵀ diag(p) Uᵀ, where pᵢ is the product of the other s.

    One factorization is behind both ``det`` and ``inv``, so that what a small pivot does to the one it undoes in the
    other: only where a pivot vanishes is another way needed. Under ``jax.jit`` a value cannot decide that.
    """
    det, where, diag, svd = (w.function(name) for name in ("linalg.det", "where", "diag", "linalg.svd"))
    others = f"{where}({diag}(s * 0 + 1) > 0, s * 0 + 1, s).prod(1)"
    singular = f"(lambda u, s, v: {det}(u @ v) * (v.T * {others}) @ u.T)"
    argument = w.argument(expr.children[0])
    if w.library == "jax":
        return Code(f"{singular}(*{svd}({argument}))")
    regular = f"d * {w.function('linalg.inv')}(a) if (d := {det}(a))"
    return Code(f"(lambda a: {regular} else {singular}(*{svd}(a)))({argument})")


def pseudo_inverse(w: Writer, expr: Apply) -> Code:
    """``pinv``; of a vector x/(xᵀx)."""
    (a,) = expr.children
    if rank(a) == 2:
        return called("linalg.pinv")(w, expr)
    x = w.operand(a, PRODUCT + 1)
    return Code(f"{x} / ({x} @ {x})", PRODUCT)


def matrix_powered(w: Writer, expr: Apply) -> Code:
    base, exponent = expr.children
    return Code(f"{w.function('linalg.matrix_power')}({w.argument(base)}, {w.operand(exponent, LOOSEST)})")


def norm1(w: Writer, expr: Apply) -> Code:
    return Code(f"{w.function('sum')}({w.function('abs')}({w.argument(expr.children[0])}))")


# --- constants ------------------------------------------------------------------------------------------------------


def pi(w: Writer, expr: Apply) -> Code:
    return Code(w.function("pi"))


def identity(w: Writer, expr: Apply) -> Code:
    (axis,) = (a for a in expr.args if isinstance(a, Axis))
    return Code("1.0" if axis.is_one else w.eye(axis))


def filled(name: str) -> Rule:
    """An array of ones or of zeros."""

    def rule(w: Writer, expr: Apply) -> Code:
        if not rank(expr):
            return Code({"ones": "1.0", "zeros": "0.0"}[name])
        return Code(w.filled(name, expr.shape.free_axes))

    return rule


def basis_vector(w: Writer, expr: Apply) -> Code:
    index, axis = expr.args
    assert isinstance(index, Index)
    assert isinstance(axis, Axis)
    return Code(f"{w.eye(axis)}[{w.position(index)}]") if rank(expr) else one(w, expr)


def delta(w: Writer, expr: Apply) -> Code:
    i, j = (w.position(a) for a in expr.args if isinstance(a, Index))
    return Code(f"float({i} == {j})")


def commutation(w: Writer, expr: Apply) -> Code:
    if not rank(expr):
        return one(w, expr)
    m, n = (a for a in expr.args if isinstance(a, Axis))
    p, q = w.size(m).text, w.size(n).text
    both = Axis.product([m, n])
    size = w.size(both).text
    return Code(f"{w.eye(both)}.reshape({p}, {q}, {p}, {q}).swapaxes(2, 3).reshape({size}, {size})")


def block(w: Writer, expr: Apply) -> Code:
    return w.stack(expr)


def no_code(name: str) -> Rule:
    """Derivatives are worked out first: what is left of them belongs to functions that nobody has defined."""

    def rule(w: Writer, expr: Apply) -> Code:
        raise NoCodeError(f"{name} has no array code: {expr!r} must be worked out first")

    return rule
