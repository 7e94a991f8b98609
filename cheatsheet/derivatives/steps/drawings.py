"""A derivative drawn entry by entry: a dotted matrix of its entries, or the slices of a tensor."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from cheatsheet.derivatives.rules.definitions import Definition
from cheatsheet.derivatives.rules.rule import spread
from cheatsheet.derivatives.steps.steps import Derivation
from cheatsheet.language.expressions import Apply, Equation, Expr, Index, Sum, walk
from cheatsheet.language.glossary import Text, word
from cheatsheet.language.layouts import arrange
from cheatsheet.language.table import build, differentiation
from cheatsheet.printing.dotted_matrix import at, dotted, last_position
from cheatsheet.printing.latex import latex_of
from cheatsheet.printing.letters import Letters

WIDEST_ENTRY = 40
"""How many characters an entry of a dotted matrix may have on paper, roughly."""


@dataclass(frozen=True)
class Drawing:
    """A derivative laid out as LaTeX, and what is said of it."""

    latex: str
    caption: Text


def drawn(
    equation: Equation, derivation: Derivation, put_back: Callable[[Expr], Expr], letters: Letters
) -> list[Drawing]:
    """The derivative on the left side of a claim, where drawing it tells more than the formula does."""
    lhs = equation.lhs
    if not isinstance(lhs, Apply):
        return []
    if lhs.op == "component":
        return _slices(equation, letters)
    if not differentiation(lhs) or any(_is(node, "diff") for node in walk(equation.rhs)):
        return []
    entry = None if derivation.entry is None else spread(derivation.entry)  # 2xᵢ, not (2xᵀ)ᵢ
    if entry is None or not _is_plain(entry, derivation.indices) or not 1 <= len(derivation.indices) <= 2:
        return []
    asked = Definition(lhs.op).rewritten(build("component", lhs, *derivation.indices))
    lines = [asked, *(put_back(line.expr) for line in derivation.lines)]
    entries = [e for e in lines if _is_entry_of_derivative(e)]
    row, column = _row_and_column(lhs, derivation.indices)
    shown = [dotted(put_back(e), row, column, letters) for e in dict.fromkeys([*entries[:1], entry])]
    if any(len(_visible(latex_of(e, letters))) > WIDEST_ENTRY for e in (*entries[:1], entry)):
        return []
    sides = [latex_of(lhs, letters), *dict.fromkeys(shown), latex_of(equation.rhs, letters)]
    return [Drawing(" = ".join(sides), word("entry-by-entry"))]


def _is(node: Expr, op: str) -> bool:
    return isinstance(node, Apply) and node.op == op


def _is_plain(entry: Expr, indices: tuple[Index, ...]) -> bool:
    """Whether the entry is written without Σ and without a δ that would be left standing in the matrix."""
    if any(i.parts for i in indices):
        return False
    placed = {i.name for i in indices}
    for node in walk(entry):
        if isinstance(node, Sum):
            return False
        if _is(node, "delta") and not {i.name for i in node.args if isinstance(i, Index)} <= placed:  # type: ignore[attr-defined]
            return False
    return True


def _is_entry_of_derivative(expr: Expr) -> bool:
    return _is(expr, "diff") and expr.shape.is_scalar


def _row_and_column(lhs: Apply, indices: tuple[Index, ...]) -> tuple[Index | None, Index | None]:
    if len(indices) == 2:
        return indices[0], indices[1]
    return (None, indices[0]) if lhs.shape.rows.is_one else (indices[0], None)


def _visible(latex: str) -> str:
    """Roughly the characters that a formula shows on paper."""
    text = re.sub(r"\\(pd|kd|frac|tfrac|dd|M|T)\b", "", latex)
    return re.sub(r"\\[A-Za-z]+", "o", re.sub(r"[{}\s\\,_^]", "", text))


def _slices(equation: Equation, letters: Letters) -> list[Drawing]:
    """∂Y/∂x₁, ∂Y/∂x₂, …, ∂Y/∂xₙ of a matrix by a vector, each a dotted matrix in the layout of the claim."""
    lhs = equation.lhs
    assert isinstance(lhs, Apply)
    inner, *places = lhs.args
    if not (isinstance(inner, Apply) and inner.op == "diff" and len(inner.shape.axes) == 3):
        return []
    y, x = inner.children[:2]
    row, column, along = _tensor_indices(inner, [p for p in places if isinstance(p, Index)])
    if row is None or column is None or along is None or not x.shape.is_vector:
        return []
    formulas = []
    for place in (Index(0, along.axis), Index(1, along.axis), last_position(along.axis)):
        entry = at(equation.rhs, {str(along.name): place})
        part = build("diff", y, build("component", x, place), params=inner.params)
        formulas.append(f"{latex_of(part, letters)} = {dotted(entry, row, column, letters)}")
    formulas.insert(2, r"\ldots")
    return [Drawing(r",\quad ".join(formulas), word("slice-by-slice"))]


def _tensor_indices(inner: Apply, places: list[Index]) -> tuple[Index | None, Index | None, Index | None]:
    """The indices of the row and the column of a slice, in the order that the layout gives them, and of the slices."""
    y, *xs = inner.children
    sources = arrange(y.shape, tuple(x.shape for x in xs), inner.params[0]).sources
    by_source = dict(zip(sources, places, strict=True))
    named = {s: i for s, i in by_source.items() if isinstance(i.name, str)}
    row, column = ([named.get(s) for s in sources if s[0] == 0] + [None])[:2]
    return row, column, named.get((1, 0))
