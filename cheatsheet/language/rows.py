"""The table of operators, and what one row of it holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

from cheatsheet.language.dimensions import Axis, Shape

if TYPE_CHECKING:
    from cheatsheet.language.expressions import Apply, Expr


class ShapeError(Exception):
    """The arguments do not fit the operator; the text names the shapes and says what was expected.

    ``axes`` lists the pairs of axes that would have to be of one size for the arguments to fit.
    """

    def __init__(self, message: str, hint: str = "", axes: Iterable[tuple[Axis, Axis]] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.axes = tuple(axes)


ShapeRule = Callable[[tuple[Any, ...], tuple[Any, ...]], Shape]


Smoothness = Literal["polynomial", "entire", "analytic", "kink", "jump"]
"""How the value depends on the arguments; the last is always safe to say, the first are what a verdict can rest on.

``polynomial`` in their entries; ``entire``: analytic whatever they are; ``analytic``: one formula, whose domain may
fall into pieces; ``kink``: continuous, with another formula in another region (a function of
one number has its kink at 0); ``jump``: not even continuous.
"""

Parity = Literal["even", "odd", "neither"]
Sign = Literal["positive", "nonnegative", "any"]
Domain = Literal["everywhere", "positive", "nonnegative", "within one"]
Regularity = Literal["always", "with its operands", "not known"]
Transposition = Literal[
    "operand", "each", "first", "second", "product", "turned round", "itself", "of operand", "as a whole"
]


@dataclass(frozen=True, kw_only=True)
class OneElement:
    """What is known of a function of one number. Nothing has a default: each fact is one that some stage relies on."""

    slope: str
    """The derivative as an expression of the language in ``x``; at a kink or a jump it may be anything."""
    at_zero: Fraction | None
    """The value at 0, where that is a rational number."""
    parity: Parity
    domain: Domain
    saturates: Callable[[float], float] | None
    """By how many decimal orders f(v) is nearer to another function (a constant, |v|, an exponential) than that is
    large, for v = ±|v|: a comparison needs that many digits more. None where f approaches nothing."""
    exact: Callable[[Any], Any] | None
    """The value at a rational number where it is rational; None where it hardly ever is."""
    floating: Callable[[Any, Any], Any]
    """The values of an array in double precision, given numpy."""
    digits: Callable[[Any, Any], Any]
    """The value of one number to many digits, given the context of mpmath."""
    increasing: bool
    """Whether the function of a greater number is greater, everywhere on its domain."""


@dataclass(frozen=True, kw_only=True)
class Differentiation:
    """What is known of an operator whose value is the derivative of its first argument by the others."""

    layout: Literal["as asked", "numerator", "denominator", "alike"]
    """In which layout its entries lie: the one of its parameter, one for good, or any, as they lie alike in each."""
    times: Literal[1, 2]
    """How often it differentiates by each variable."""


@dataclass(frozen=True, kw_only=True)
class Operator:
    """One operator, every stage's view of it.

    Stages are folds that read one column: the type checker reads ``shape``, the index calculus ``components``, the
    derivative ``differential``, the printers ``latex`` and ``code``, the verifier's independent tier ``evaluate``.
    A column without a default is a fact that a verdict rests on: a row that lacks it is not made.
    """

    name: str
    syntax: str
    """How it is written, for messages: ``inv(A)``."""
    arguments: str
    """The kinds of its arguments, a letter each: ``e`` expression, ``i`` index, ``a`` axis; ``+`` repeats the last."""
    shape: ShapeRule
    smoothness: Smoothness
    whole_matrix: bool
    """Whether an entry depends on the whole of a matrix, in more terms than a product of matrices has."""
    differentiates: bool
    """Whether the value depends on more than the values of the arguments: on how they vary."""
    sign: Sign
    """The sign of every entry, whatever the arguments. A ``positive`` value, however small, is not mere rounding."""
    entrywise: str | None
    """The operator that makes an entry of the value out of the entries of the arguments; None where there is none."""
    transposed: Transposition
    """What the transpose is: the operand of a transpose, the same with each argument transposed, or the first or second
    alone; a product of transposes in the other order, the same of the arguments in the other order (where there are
    two), or the value itself (where it is square, or where the operand is its own transpose); or nothing better than
    ``(…).T``."""
    components: Callable[..., Any]
    latex: Callable[..., Any]
    evaluate: Callable[..., Any]
    code: Callable[..., Any]
    """NumPy, PyTorch and JAX."""
    sympy: Any
    good: str
    """A claim that uses the operator and holds."""
    bad: str
    """A claim that uses the operator and is ill-formed (empty where every well-formed argument fits)."""
    infix: bool = False
    """Written with a symbol instead of a call."""
    contraction: Callable[..., Any] | None = None
    """Array code as a product summed over labels, for operands with index names in them; None for what works entry by
    entry, and for what no ``einsum`` says."""
    arranges: bool = False
    """Whether an ``einsum`` is faster than the library's own function, or than a matrix that only moves entries."""
    differential: Callable[..., Any] | None = None
    linear: bool = False
    """Linear in each expression argument, so that the differential is the sum over the arguments."""
    regular: Regularity = "not known"
    """Which values are invertible matrices: all, or those of square invertible operands (scalars apart)."""
    derivative: Differentiation | None = None
    """The facts of an operator that differentiates by its arguments but the first."""
    along: str = ""
    """The function of a vector, or of all entries, that this one applies to each row or column: called by that name,
    with ``axis=1`` or ``axis=0``, which is the only parameter of the application."""
    adjoint: Callable[[Apply, int, Expr], Expr | None] | None = None
    """How the adjoint of the value becomes that of an argument, by number; None where the differential tells it, which
    is linear in the increments."""
    one_element: OneElement | None = None
    """The facts of a function of one number that is applied entry by entry."""
    by_others: str = ""
    """Its value by other functions, as a textbook defines it, where it applies to numbers ``x`` and ``y``: what the
    calculus reads in its place and derivations may write. Empty where the calculus knows the function itself."""
    rational: Callable[..., Fraction | None] | None = None
    """Of an operation of arithmetic: the value at rational numbers, None where it is none. First comes how many bits
    it may have; :class:`~cheatsheet.language.constants.ConstantError` tells that it does not exist or has more."""
    of_transpose: bool = False
    """Whether it is a function f of a matrix with f(Aᵀ) = f(A)ᵀ, which is symmetric where the matrix is."""
    traps: Mapping[str, str] = field(default_factory=dict)
    """For each fact that only holds a verdict back, by its name: a claim that would be called holding without it."""

    def __post_init__(self) -> None:
        missing = sorted(self.guards - set(self.traps))
        if missing:
            raise ValueError(f"operator {self.name} has no trap for {', '.join(missing)}")
        fact = self.one_element
        if fact is not None and fact.domain != "everywhere" and self.smoothness in ("polynomial", "entire"):
            raise ValueError(f"operator {self.name} is {self.smoothness}, and undefined somewhere")

    @property
    def guards(self) -> set[str]:
        """The names of the facts that hold a verdict back."""
        found = {"smoothness"} if self.has_pieces else set()
        if self.one_element is not None and self.one_element.saturates is not None:
            found.add("saturates")
        return found

    @property
    def is_constant(self) -> bool:
        """Whether it is the name of a number, as ``pi`` is: it takes nothing."""
        return not self.arguments

    @property
    def second_exponent(self) -> int | None:
        """1 where an entry of the value is one of the first operand times one of the second, −1 where divided by it."""
        return {"scale": 1, "over": -1}.get(self.entrywise or "")

    @property
    def is_product(self) -> bool:
        """Whether it is a product with a sign between its factors, from which numbers can be drawn."""
        return self.infix and self.linear and self.arguments == "ee"

    @property
    def divides(self) -> bool:
        """Whether an entry is one of the first operand, divided by one of the second."""
        return self.entrywise == "over"

    @property
    def defined_everywhere(self) -> bool:
        """Whether there is a value whatever the arguments are, a derivative apart."""
        return self.smoothness in ("polynomial", "entire") and not self.differentiates

    @property
    def has_pieces(self) -> bool:
        """Whether the value is given by different formulas in different regions."""
        return self.smoothness in ("kink", "jump")


class _Table(Mapping[str, Operator]):
    """The rows by the name of the operator, loaded when the first of them is asked for.

    The rows are made of rules that are written in the rooms above this one, and these ask for rows in their turn:
    nobody but this class imports :mod:`cheatsheet.operators`, so that every module can be imported alone.
    """

    def __init__(self) -> None:
        self._rows: dict[str, Operator] = {}

    def rows(self) -> dict[str, Operator]:
        if not self._rows:
            for row in import_module("cheatsheet.operators").ROWS:
                if row.name in self._rows:
                    raise ValueError(f"operator {row.name} has two rows")
                self._rows[row.name] = row
        return self._rows

    def __getitem__(self, name: str) -> Operator:
        return self.rows()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.rows())

    def __len__(self) -> int:
        return len(self.rows())

    def __contains__(self, name: object) -> bool:
        return name in self.rows()


TABLE = _Table()
"""The table of operators."""


@cache
def called_along() -> Mapping[str, str]:
    """By the name of a function, the operator that it is when it is taken of each row or column."""
    return {row.along: name for name, row in TABLE.items() if row.along}


@cache
def functions() -> frozenset[str]:
    """The names that are called."""
    return frozenset(n for n, row in TABLE.items() if not (row.infix or row.along)) - {"total"} | {"sum"}


@cache
def constants() -> frozenset[str]:
    """The names of numbers."""
    return frozenset(name for name, row in TABLE.items() if row.is_constant)
