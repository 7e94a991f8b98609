"""Typed expression → source for NumPy, PyTorch and JAX that runs, and that reads as a person would write it.

What each operator becomes is the ``numpy`` column of the table. This module adds what no single operator can decide:
the order in which a chain of products is computed (``np.linalg.solve(A, b)`` for ``inv(A) @ b``, ``np.outer(x, y)`` for
``x @ y.T``), where sizes come from, and what to do with index names (:mod:`cheatsheet.printing.einsum`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction

from cheatsheet.language.dimensions import Axis, Shape
from cheatsheet.language.expressions import (
    Apply,
    Expr,
    Index,
    Number,
    Size,
    Sum,
    Symbol,
    free_indices,
    inline_definitions,
    symbols,
)
from cheatsheet.language.table import TABLE, build
from cheatsheet.printing.coding import (
    ATOM,
    LOOSEST,
    MATMUL,
    PRODUCT,
    SUM,
    UNARY,
    Code,
    NoCodeError,
    bracketed,
    left_chain,
    rank,
    turned,
)
from cheatsheet.printing.coding import as_matrix as two_dimensional
from cheatsheet.printing.einsum import arranged, indexed
from cheatsheet.printing.shared_parts import definitions

__all__ = ["LIBRARIES", "NoCodeError", "code_for", "function_for"]


@dataclass(frozen=True)
class Library:
    """What a library is called in the source, and which of its functions have names of their own."""

    prefix: str
    imports: str
    names: Mapping[str, str] = field(default_factory=dict)


LIBRARIES = {
    "numpy": Library("np", "import numpy as np", {"expm": "scipy.linalg.expm"}),
    "torch": Library(
        "torch", "import torch", {"cross": "torch.linalg.cross", "expm": "torch.linalg.matrix_exp"}
    ),
    "jax": Library("jnp", "import jax\nimport jax.numpy as jnp", {"expm": "jax.scipy.linalg.expm"}),
}
_RESERVED = frozenset(["np", "math", "torch", "jax", "jnp", "scipy", "sum", "range", "float"])


def code_for(
    expr: Expr,
    library: str = "numpy",
    given: Iterable[Symbol] = (),
    indices: Sequence[str | Index] | None = None,
) -> str:
    """Source of one expression in the names of its symbols: vectors are 1-D arrays, matrices 2-D, scalars 0-D.

    Free index names become the axes of the result, in the order of ``indices`` (by default that of their first
    appearance). A size is taken from a symbol that has it, of the expression or of ``given``; one that no symbol has is
    left as its name. Raises :class:`NoCodeError`, naming the
    operator, where there is nothing to compute: derivatives of abstract functions, differentials.

    >>> from cheatsheet.language.elaborate import Declarations, elaborate_expression
    >>> from cheatsheet.language.dimensions import Shape
    >>> n = Axis.of("n")
    >>> given = Declarations({"A": Symbol("A", Shape.matrix(n, n)), "x": Symbol("x", Shape.vector(n))})
    >>> code_for(elaborate_expression("inv(A) @ x @ x.T", given))
    'np.outer(np.linalg.solve(A, x), x)'
    >>> code_for(elaborate_expression("sum(A[i, j] * x[j], j)", given), "torch")
    "torch.einsum('ij,j->i', A, x)"
    """
    expr = inline_definitions(expr)
    writer = CodeWriter(library, sizes_of((*symbols(expr), *given)), sample_of((*symbols(expr), *given)))
    return writer.whole(expr, indices).text


def function_for(
    expr: Expr,
    library: str = "numpy",
    name: str = "f",
    given: Iterable[Symbol] = (),
    indices: Sequence[str | Index] | None = None,
    told: str = "",
    shape: Sequence[Axis] = (),
) -> str:
    """Source of a function of the symbols, with its imports; ``let`` names become assignments.

    Its parameters are ``given``, or else the symbols in the order of their appearance, and then the sizes that no
    parameter has, and the index names that are none of ``indices``. ``told`` is its docstring; the value is reshaped
    to ``shape``, where one is given. Raises what :func:`code_for` raises.

    >>> from cheatsheet.language.dimensions import Shape
    >>> x = Symbol("x", Shape.vector(Axis.of("n")))
    >>> print(function_for(build("over", build("ones", Axis.of("n")), build("total", x))))
    import numpy as np
    <BLANKLINE>
    <BLANKLINE>
    def f(x):
        n = x.shape[0]
        return np.ones(n) / np.sum(x)
    """
    named = definitions(expr)
    parameters = list(dict.fromkeys([*given, *(s for s in symbols(inline_definitions(expr)))]))
    known = sizes_of(parameters)
    writer = CodeWriter(library, {}, sample_of(parameters))
    lines = [
        f"{_python_name(s)} = {writer.whole(s.definition, ()).text}"
        for s in named
        if s.definition is not None
    ]
    value = writer.whole(expr, indices)
    if shape:
        sizes = ", ".join(writer.size(axis).text for axis in shape)
        value = Code(f"{bracketed(value, ATOM)}.reshape({sizes})")
    lines.append(f"return {value.text}")
    lines = [f"{n} = {known[n]}" for n in sorted(writer.used & set(known))] + lines
    arguments = [_python_name(p) for p in parameters] + sorted(writer.used - set(known)) + writer.outside
    if told:
        lines.insert(0, f'"""{told}"""')
    body = "\n".join("    " + line for line in lines)
    others = [name for name in ("math", "scipy") if re.search(rf"(?<![\w.]){name}\.", body)]
    imports = "\n".join([*(f"import {name}" for name in others), LIBRARIES[library].imports])
    return f"{imports}\n\n\ndef {name}({', '.join(arguments)}):\n{body}"


def sizes_of(given: Iterable[Symbol]) -> dict[str, str]:
    """Where the size of each dimension can be read off: the first symbol that has an axis of that name."""
    sizes: dict[str, str] = {}
    for symbol in given:
        for place, axis in enumerate(symbol.shape.free_axes):
            if axis.kind == "name":
                sizes.setdefault(str(axis.value), f"{_python_name(symbol)}.shape[{place}]")
    return sizes


def sample_of(given: Iterable[Symbol]) -> Symbol | None:
    """What tells type and device of the arrays: an array, if there is one, since numbers may be Python's own."""
    return min(given, key=lambda symbol: not symbol.shape.free_axes, default=None)


def _python_name(symbol: Symbol) -> str:
    return f"{symbol.name}_" if symbol.name in _RESERVED else symbol.name


class CodeWriter:
    """Writes expressions for one library.

    ``sizes`` says how the size of a dimension is written (a name that is missing is written as it is, and remembered in
    ``used``); ``sample`` is a symbol whose type constants take where the library asks for it; ``loops`` are the index
    names that are variables of a surrounding loop.
    """

    def __init__(self, library: str, sizes: Mapping[str, str], sample: Symbol | None) -> None:
        self.library = library
        self.sizes = sizes
        self.sample = sample
        self.used: set[str] = set()
        self.loops: tuple[str, ...] = ()
        self.placed: dict[Expr, Code] = {}
        self.outside: list[str] = []
        """The index names that are given from outside."""

    def whole(self, expr: Expr, indices: Sequence[str | Index] | None) -> Code:
        free = free_indices(expr)
        order = [i if isinstance(i, Index) else free[i] for i in (free if indices is None else indices)]
        others = [i for name, i in free.items() if name not in {str(o.name) for o in order}]
        self.outside += [str(i.name) for i in others if str(i.name) not in self.outside]
        with self.looping(others):
            return indexed(self, expr, order) if order else self.write(expr)

    def write(self, expr: Expr) -> Code:
        match expr:
            case Number():
                return number(expr.value)
            case Size():
                return self.size(expr.axis)
            case Symbol():
                if expr.kind == "differential":
                    raise NoCodeError(f"d has no array code: d({expr.name}) is not a value")
                return self.placed.get(expr) or Code(_python_name(expr))
            case Sum():
                return indexed(self, expr, [])
            case Apply():
                rule = TABLE[expr.op].code
                if rule is None:
                    raise NoCodeError(f"{expr.op} has no array code: its row of the table lacks the column")
                code = arranged(self, expr) or rule(self, expr)
                assert isinstance(code, Code)
                return code
        raise TypeError(f"no code for {type(expr).__name__}")

    # --- what the rows of the table ask for ----------------------------------------------------------------------

    def operand(self, expr: Expr, least: int) -> str:
        """The expression, in brackets if it binds less strongly than its place asks."""
        return bracketed(self.write(expr), least)

    def argument(self, expr: Expr) -> str:
        """The expression as an argument of a function; PyTorch's functions take no plain numbers."""
        text = self.operand(expr, LOOSEST)
        if self.library == "torch" and is_plain_number(expr):
            return f"torch.tensor(float({text}){self.dtype()})"
        return text

    def function(self, name: str) -> str:
        library = LIBRARIES[self.library]
        return library.names.get(name, f"{library.prefix}.{name}")

    def size(self, axis: Axis) -> Code:
        if axis.kind == "integer":
            return Code(str(axis.value))
        if axis.kind == "name":
            name = str(axis.value)
            if name not in self.sizes:
                self.used.add(name)
            return Code(self.sizes.get(name, name))
        sign, strength = (" * ", PRODUCT) if axis.kind == "product" else (" + ", SUM)
        return Code(sign.join(bracketed(self.size(part), strength) for part in axis.parts), strength)

    def eye(self, axis: Axis) -> str:
        return f"{self.function('eye')}({self.size(axis).text}{self.dtype()})"

    def filled(self, name: str, axes: tuple[Axis, ...]) -> str:
        sizes = ", ".join(self.size(a).text for a in axes)
        if self.library != "torch" and len(axes) > 1:
            sizes = f"({sizes})"
        return f"{self.function(name)}({sizes}{self.dtype()})"

    def dtype(self) -> str:
        """PyTorch multiplies only matrices of one type on one device."""
        if self.library != "torch" or self.sample is None:
            return ""
        name = _python_name(self.sample)
        return f", dtype={name}.dtype, device={name}.device"

    def position(self, index: Index) -> str:
        """A number, or the variable of a loop."""
        if isinstance(index.name, str) and index.name not in self.loops:
            raise NoCodeError(f"the index {index.name} has no value here")
        return str(index.name)

    def entry(self, expr: Apply) -> Code:
        """A component whose indices are numbers or loop variables."""
        operand, *indices = expr.args
        assert isinstance(operand, Expr)
        places = ", ".join(self.position(i) for i in indices if isinstance(i, Index))
        return Code(f"{self.operand(operand, ATOM)}[{places}]")

    @contextmanager
    def looping(self, indices: Sequence[Index]) -> Iterator[None]:
        """Inside, the indices are variables of a loop."""
        before = self.loops
        self.loops = (*before, *(str(i.name) for i in indices))
        yield
        self.loops = before

    @contextmanager
    def placing(self) -> Iterator[Callable[[Code], Expr]]:
        """Inside, code can stand in for an operand: the function gives a symbol that is written as that code."""
        before = dict(self.placed)

        def place(code: Code) -> Expr:
            symbol = Symbol(f"<{len(self.placed)}>", Shape.scalar())
            self.placed[symbol] = code
            return symbol

        yield place
        self.placed = before

    def stack(self, expr: Apply) -> Code:
        """A block matrix; one of numbers is an array of them."""
        rows, cols = expr.params
        grid = [expr.children[r * cols : (r + 1) * cols] for r in range(rows)]
        if rank(expr) < 2:
            parts = ", ".join(self.argument(part) for part in expr.children)
            of_numbers = self.library != "torch" and not any(map(rank, expr.children))
            return Code(f"{self.function('array' if of_numbers else 'hstack')}([{parts}])")
        if self.library != "torch":
            lines = (", ".join(self.part(part) for part in line) for line in grid)
            name = "block" if any(map(rank, expr.children)) else "array"
            return Code(f"{self.function(name)}([{', '.join(f'[{line}]' for line in lines)}])")
        lines = (f"torch.hstack([{', '.join(self.part(part) for part in line)}])" for line in grid)
        return Code(f"torch.vstack([{', '.join(lines)}])")

    def part(self, expr: Expr) -> str:
        """A block, as a matrix."""
        if rank(expr):
            return two_dimensional(self, expr)
        if self.library != "torch":
            return self.argument(expr)
        number = self.argument(expr) if is_plain_number(expr) else self.operand(expr, ATOM)
        return f"{number}.reshape(1, 1)"

    # --- chains of products --------------------------------------------------------------------------------------

    def product(self, expr: Apply) -> Code:
        """A chain of matrix products, cut where the inner axis is one: there it is a product of numbers or outer."""
        blocks: list[list[Expr]] = [[]]
        for factor in left_chain(expr):
            if blocks[-1] and factor.shape.rows.is_one:
                blocks.append([])
            blocks[-1].append(factor)
        scalars = [b for b in blocks if self.is_scalar(b)]
        vectors = [self.chain(b) for b in blocks if not self.is_scalar(b)]
        if rank(expr) == 2 and len(vectors) == 2:
            vectors = [Code(f"{self.function('outer')}({', '.join(v.text for v in vectors)})")]
        codes = [*(self.chain(b) for b in scalars), *vectors]
        if len(codes) == 1:
            return codes[0]
        texts = [bracketed(codes[0], PRODUCT), *(bracketed(c, PRODUCT + 1) for c in codes[1:])]
        return Code(" * ".join(texts), PRODUCT)

    def is_special(self, expr: Expr) -> bool:
        """Whether a product that begins with this matrix has a form of its own."""
        first = left_chain(expr)[0]
        return isinstance(first, Apply) and (_inverse_of(first) is not None or first.op == "diag")

    def is_scalar(self, factors: list[Expr]) -> bool:
        return factors[0].shape.rows.is_one and factors[-1].shape.cols.is_one

    def chain(self, factors: list[Expr]) -> Code:
        """Factors with arrays between them: systems are solved from the right, diagonal matrices scale rows."""
        first, *others = factors
        if (
            others
            and isinstance(first, Apply)
            and first.op in ("scale", "neg")
            and self.is_special(first.children[-1])
        ):
            inner = self.chain([first.children[-1], *others])
            if first.op == "neg":
                return Code(f"-{bracketed(inner, UNARY)}", UNARY)
            return Code(
                f"{self.operand(first.children[0], PRODUCT)} * {bracketed(inner, PRODUCT + 1)}", PRODUCT
            )
        for place, factor in enumerate(factors[:-1]):
            if rank(factor) == 2 and isinstance(factor, Apply):
                special = self.special(factor, factors[place + 1 :])
                if special is not None:
                    return self.joined([*(self.write(f) for f in factors[:place]), special])
        *before, last = factors
        inverse = _inverse_of(last) if before and isinstance(last, Apply) else None
        if inverse is not None and rank(last) == 2:
            return self.solved_from_the_right(before, inverse)
        if before and isinstance(last, Apply) and last.op == "diag" and rank(last) == 2:
            rest = bracketed(self.chain(before), PRODUCT)
            return Code(f"{rest} * {self.operand(last.children[0], PRODUCT + 1)}", PRODUCT)
        return self.joined([self.write(f) for f in factors])

    def solved_from_the_right(self, before: list[Expr], matrix: Expr) -> Code:
        """``X @ inv(A)`` as the transpose of a solution with Aᵀ; a row is one with its transpose."""
        solve, known = self.function("linalg.solve"), turned(matrix)
        left = self.argument(known) if known is not None else f"{self.operand(matrix, ATOM)}.T"
        if before[0].shape.rows.is_one:
            return Code(f"{solve}({left}, {self.chain(before).text})")
        whole = turned(before[0]) if len(before) == 1 else None
        right = self.argument(whole) if whole is not None else f"{bracketed(self.chain(before), ATOM)}.T"
        return Code(f"{solve}({left}, {right}).T")

    def special(self, factor: Apply, rest: list[Expr]) -> Code | None:
        """``inv(A) @ b`` and ``diag(x) @ B`` without the inverse and without the diagonal matrix."""
        inverse = _inverse_of(factor)
        if inverse is not None:
            solve = self.function("linalg.solve")
            return Code(f"{solve}({self.argument(inverse)}, {self.chain(rest).text})")
        if factor.op == "diag":
            spread = "" if rest[-1].shape.cols.is_one else "[:, None]"
            least = ATOM if spread else PRODUCT
            vector = self.operand(factor.children[0], least)
            return Code(f"{vector}{spread} * {bracketed(self.chain(rest), PRODUCT + 1)}", PRODUCT)
        return None

    def joined(self, codes: list[Code]) -> Code:
        if len(codes) == 1:
            return codes[0]
        texts = [bracketed(codes[0], MATMUL), *(bracketed(c, PRODUCT + 1) for c in codes[1:])]
        return Code(" @ ".join(texts), MATMUL)


def _inverse_of(expr: Apply) -> Expr | None:
    """The matrix that an expression is the inverse of; the inverse of a transpose where it is a transposed inverse."""
    if expr.op == "inv":
        return expr.children[0]
    if expr.op == "transpose":
        (operand,) = expr.children
        if isinstance(operand, Apply) and operand.op == "inv":
            return build("transpose", operand.children[0])
    return None


def number(value: Fraction) -> Code:
    """An integer as it is, a fraction as a decimal where that is short and exact, else as a quotient."""
    if value.denominator == 1:
        return Code(str(value.numerator), ATOM if value >= 0 else UNARY)
    if Fraction(str(float(value))) == value and len(str(float(value))) < 8:
        return Code(str(float(value)), ATOM if value >= 0 else UNARY)
    return Code(f"{value.numerator} / {value.denominator}", PRODUCT)


def is_plain_number(expr: Expr) -> bool:
    """Whether the code of an expression is a Python number: it has neither symbols nor arrays in it."""
    match expr:
        case Number() | Size() | Apply(op="delta"):
            return True
        case Apply() if TABLE[expr.op].is_constant:
            return True
        case Apply(op="softmax" | "adj" | "I" | "ones" | "zeros"):
            return expr.shape.is_scalar  # of one entry, they are the number 1 or 0
        case Apply(op=op) if TABLE[op].rational:
            return all(is_plain_number(child) for child in expr.children)
    return False
