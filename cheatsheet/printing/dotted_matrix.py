r"""Matrices drawn entry by entry, with dots: [f(1,1) f(1,2) ⋯ f(1,n); f(2,1) …; ⋮; f(m,1) … f(m,n)]."""

from __future__ import annotations

from collections.abc import Mapping

from cheatsheet.language.dimensions import Axis
from cheatsheet.language.expressions import Apply, Expr, Index, Number, Sum, rebuild, substitute
from cheatsheet.language.table import build
from cheatsheet.printing.latex import latex_of
from cheatsheet.printing.letters import Letters
from cheatsheet.printing.notation import matrix_of_rows

LARGEST_IN_FULL = 4
_ZERO, _ONE = Number(0), Number(1)


def dotted(
    entry: Expr, row: Index | None = None, column: Index | None = None, letters: Letters | None = None
) -> str:
    r"""The matrix whose entry in row ``row`` and column ``column`` is the scalar ``entry``, in LaTeX.

    Without ``column`` it is a column, without ``row`` a row. An axis of at most four positions is written out; any
    other shows its positions 1, 2 and the last.

    >>> from cheatsheet.language.dimensions import Shape
    >>> from cheatsheet.language.expressions import Symbol
    >>> from cheatsheet.language.table import build
    >>> i, j = Index("i", Axis.of("n")), Index("j", Axis.of(2))
    >>> A = Symbol("A", Shape.matrix(i.axis, j.axis))
    >>> print(dotted(build("component", A, i, j), i, j))
    \begin{bmatrix} a_{11} & a_{12} \\ a_{21} & a_{22} \\ \vdots & \vdots \\ a_{n1} & a_{n2} \end{bmatrix}
    >>> print(dotted(build("delta", i, Index("k", i.axis)), column=i))
    \begin{bmatrix} \kd{1}{k} & \kd{2}{k} & \cdots & \kd{n}{k} \end{bmatrix}
    """
    letters = letters or Letters(entry)
    lines = []
    for r in _places(row):
        cells = []
        for c in _places(column):
            if r is None or c is None:
                cells.append(_dots(r is None, c is None))
            else:
                cells.append(latex_of(at(entry, r | c), letters))
        lines.append(" & ".join(cells))
    return matrix_of_rows(lines)


def _places(index: Index | None) -> list[dict[str, Index] | None]:
    """What to put for an index in turn; None stands for dots."""
    if index is None:
        return [{}]
    name, axis = str(index.name), index.axis
    size = None if axis.names else axis.at({})
    if size is not None and size <= LARGEST_IN_FULL:
        return [{name: Index(k, axis)} for k in range(size)]
    return [{name: Index(0, axis)}, {name: Index(1, axis)}, None, {name: last_position(axis)}]


def _dots(row: bool, column: bool) -> str:
    return r"\ddots" if row and column else r"\vdots" if row else r"\cdots"


def last_position(axis: Axis) -> Index:
    """The last position of an axis: printed with the name of the axis."""
    return Index(str(axis), axis)


def at(entry: Expr, positions: Mapping[str, Index]) -> Expr:
    """The entry with positions put for index names, and with the zeros and ones that Kronecker deltas become.

    A last position is taken to be neither the first nor the second.

    >>> i, j = (Index(name, Axis.of("n")) for name in "ij")
    >>> from cheatsheet.language.table import build
    >>> at(build("delta", i, j), {"i": Index(0, i.axis), "j": last_position(j.axis)})
    0
    """
    return _folded(substitute(entry, positions))


def _folded(expr: Expr) -> Expr:
    """The expression without the zeros and ones in it."""
    expr = rebuild(expr, _folded)
    if isinstance(expr, Sum):
        return _ZERO if expr.body == _ZERO else expr
    return _folded_operator(expr) if isinstance(expr, Apply) else expr


def _folded_operator(expr: Apply) -> Expr:
    match expr.op, expr.args:
        case "delta", (Index() as i, Index() as j):
            if i == j:
                return _ONE
            return _ZERO if _is_position(i) and _is_position(j) else expr
        case "scale", (Expr() as a, Expr() as b):
            if _ZERO in (a, b):
                return _ZERO if expr.shape.is_scalar else expr
            return b if a == _ONE else a if b == _ONE else expr
        case "add", (Expr() as a, Expr() as b):
            return b if a == _ZERO else a if b == _ZERO else expr
        case "sub", (Expr() as a, Expr() as b):
            return a if b == _ZERO else build("neg", b) if a == _ZERO else expr
        case (("neg" | "over"), (Expr() as a, *_)) if a == _ZERO:
            return _ZERO
    return expr


def _is_position(index: Index) -> bool:
    return isinstance(index.name, int) or index.name == str(index.axis)
