"""What one row of the operator table holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from cheatsheet.language.dimensions import Axis, Shape
from cheatsheet.language.expressions import Apply, Argument, Expr


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


@dataclass(frozen=True)
class Operator:
    """One operator, every stage's view of it.

    Stages are folds that read one column: the type checker reads ``shape``, the index calculus ``components``, the
    derivative ``differential``, the printers ``latex`` and ``numpy``, the verifier's independent tier ``evaluate``.
    """

    name: str
    syntax: str
    """How it is written, for messages: ``inv(A)``."""
    arguments: str
    """The kinds of its arguments, a letter each: ``e`` expression, ``i`` index, ``a`` axis; ``+`` repeats the last."""
    shape: ShapeRule
    good: str
    """A claim that uses the operator and holds."""
    bad: str
    """A claim that uses the operator and is ill-formed (empty where every well-formed argument fits)."""
    infix: bool = False
    """Written with a symbol instead of a call."""
    components: Callable[..., Any] | None = None
    differential: Callable[..., Any] | None = None
    linear: bool = False
    """Linear in each expression argument, so that the differential is the sum over the arguments."""
    latex: Callable[..., Any] | None = None
    evaluate: Callable[..., Any] | None = None
    numpy: Callable[..., Any] | None = None
    sympy: Any = None


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


def build(op: str, *args: Argument, params: tuple[Any, ...] = ()) -> Apply:
    """Apply an operator; raises :class:`ShapeError` when the arguments do not fit.

    >>> from cheatsheet.language.expressions import Symbol
    >>> from cheatsheet.language.dimensions import Axis
    >>> A = Symbol("A", Shape.matrix(Axis.of("m"), Axis.of("n")))
    >>> str(build("transpose", A).shape)
    'n×m'
    """
    return Apply(op, args, TABLE[op].shape(args, params), params)


def expressions_only(args: tuple[Argument, ...]) -> tuple[Expr, ...]:
    return tuple(a for a in args if isinstance(a, Expr))
