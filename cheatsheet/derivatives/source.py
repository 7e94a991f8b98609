"""A derivative as source: one expression, or a whole function to paste, for each library."""

from __future__ import annotations

from collections.abc import Sequence

from cheatsheet.calculus.components import Components
from cheatsheet.calculus.errors import NoIndexForm
from cheatsheet.calculus.index_values import Value, alternatives, leaves
from cheatsheet.calculus.terms import Idx
from cheatsheet.calculus.to_expression import Speller
from cheatsheet.derivatives.closed.index_names import IndexNames
from cheatsheet.language.dimensions import Axis
from cheatsheet.language.expressions import Expr, Index, Symbol, free_indices
from cheatsheet.printing.arrays import CodeWriter, code_for, function_for, sample_of, sizes_of
from cheatsheet.printing.coding import ATOM, bracketed
from cheatsheet.printing.shared_parts import with_shared_parts


def expression_source(
    result: Expr | None, entry: Expr, indices: Sequence[Index], library: str, given: Sequence[Symbol]
) -> str:
    """Source of the derivative as one expression; raises ``NoCodeError`` where there is nothing to compute."""
    if result is not None:
        return code_for(result, library, given, ())
    return _tensor(entry, indices, library, given)


def function_source(
    result: Expr | None,
    entry: Expr,
    indices: Sequence[Index],
    library: str,
    given: Sequence[Symbol],
    told: str,
) -> str:
    """Source of a function of the symbols, with its imports; what is needed twice is worked out once.

    ``told`` is what its docstring says. Raises ``NoCodeError``.
    """
    if result is not None:
        return function_for(with_shared_parts(result), library, "derivative", given, (), told)
    flat, shape = _split(entry, indices)
    if flat is None:
        return function_for(entry, library, "derivative", given, indices, told)
    body, own = flat
    return function_for(body, library, "derivative", given, own, told, shape)


def _tensor(entry: Expr, indices: Sequence[Index], library: str, given: Sequence[Symbol]) -> str:
    flat, shape = _split(entry, indices)
    if flat is None:
        return code_for(entry, library, given, indices)
    writer = CodeWriter(library, sizes_of(given), sample_of(given))
    code = bracketed(writer.whole(*flat), ATOM)
    return f"{code}.reshape({', '.join(writer.size(axis).text for axis in shape)})"


def _split(entry: Expr, indices: Sequence[Index]) -> tuple[tuple[Expr, list[Index]] | None, list[Axis]]:
    """The entry over axes none of which is a product, with their indices, and the axes that they are to make.

    None where no axis is a product, or the parts of one cannot be told apart.
    """
    axes = [i.axis for i in indices]
    if all(axis.kind in ("name", "integer") for axis in axes):
        return None, axes
    values: dict[str, Value] = {}
    for index in indices:
        choices = alternatives(index.axis, str(index.name))
        if len(choices) > 1:
            return None, axes
        values[str(index.name)] = choices[0][0]
    for name, index in free_indices(entry).items():
        values.setdefault(name, Idx.free(name, index.axis))
    try:
        poly = Components(values)(entry).collect()
        body = Speller(IndexNames(values).fresh).poly(poly)
    except NoIndexForm:
        return None, axes
    places = [leaf for index in indices for leaf in leaves(values[str(index.name)])]
    return (body, [Index(str(p.name), p.axis) for p in places if isinstance(p, Idx)]), axes
