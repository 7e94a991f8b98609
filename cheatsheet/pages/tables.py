"""What an entry asks to be shown: tables and figures, computed and drawn by the program."""

from __future__ import annotations

from collections.abc import Callable

from cheatsheet.language.dimensions import Axis, Shape
from cheatsheet.language.glossary import Text, word
from cheatsheet.language.layouts import LAYOUTS, arrange
from cheatsheet.pages.figures import gradient_figure
from cheatsheet.pages.model import FigureBlock, Layout, TableBlock
from cheatsheet.printing.letters import axis_text

m, n, k, l = (Axis.of(name) for name in "mnkl")  # noqa: E741 - the table's customary letters


def shown_block(name: str, layout: Layout | None = None) -> TableBlock | FigureBlock:
    """The table or figure of this name; a table in one layout only where the document has one."""
    return SHOWS[name](layout)


def shape_table(layout: Layout | None = None) -> TableBlock:
    """The axes of ∂y/∂x for scalars, vectors and matrices, in every layout, from the layout rule itself."""
    ys = (Shape.scalar(), Shape.vector(m), Shape.matrix(m, l))
    xs = (Shape.scalar(), Shape.vector(n), Shape.matrix(n, k))
    layouts: tuple[Layout, ...] = (layout,) if layout else LAYOUTS  # type: ignore[assignment]
    header = (Text.of_both(r"$\pd{\M y}{\M x}$"), *(_label(x, "x") for x in xs))
    rows = [
        (_label(y, "y"), *(Text.of_both(f"${_product(axes_of_derivative(y, x, name))}$") for x in xs))
        for y in ys
        for name in layouts
    ]
    return TableBlock(header, tuple(rows), word("shape-of-derivative"), layouts * len(ys))


def axes_of_derivative(y: Shape, x: Shape, layout: str) -> tuple[Axis, ...]:
    """The axes of ∂y/∂x as a table lists them: two for all that is a matrix, a row or a column, none for a number.

    >>> x, y = Shape.vector(n), Shape.vector(m)
    >>> print(*axes_of_derivative(Shape.scalar(), x, "numerator"))
    1 n
    >>> print(*axes_of_derivative(y, Shape.scalar(), "numerator"))
    m 1
    """
    arrangement = arrange(y, (x,), layout)
    return arrangement.shape.axes if arrangement.sources else ()


def _label(shape: Shape, letter: str) -> Text:
    if shape.is_scalar:
        kind = word("scalar")
        return Text(f"{kind.zh} ${letter}$", f"{kind.en} ${letter}$")
    bold = letter if len(shape.free_axes) == 1 else letter.upper()
    return Text.of_both(rf"$\M {bold}\in\R^{{{_product(shape.free_axes)}}}$")


def _product(axes: tuple[Axis, ...]) -> str:
    return r" \times ".join(axis_text(a) for a in axes) or "1"


SHOWS: dict[str, Callable[[Layout | None], TableBlock | FigureBlock]] = {
    "shape-table": shape_table,
    "gradient-figure": lambda layout: gradient_figure(),
}
