"""What an entry asks to be shown: tables and figures, computed and drawn by the program."""

from __future__ import annotations

from collections.abc import Callable

from cheatsheet.language.dimensions import Axis, Shape
from cheatsheet.language.glossary import Text, word
from cheatsheet.language.layouts import LAYOUTS, arrange
from cheatsheet.pages.figures import forms_figure, gradient_figure, jacobian_figure, slices_figure
from cheatsheet.pages.model import FigureBlock, Layout, TableBlock
from cheatsheet.pages.pictures import Label, Path, Picture, Point, Role, moved
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
    return TableBlock(header, tuple(rows), word("shape-of-derivative"), () if layout else layouts * len(ys))


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


_SIZES = {"m": 3, "n": 5, "l": 2, "k": 4}
_CELL = 0.17
_PAIRS = (
    (Shape.scalar(), Shape.vector(n)),
    (Shape.vector(m), Shape.scalar()),
    (Shape.vector(m), Shape.vector(n)),
    (Shape.scalar(), Shape.matrix(n, k)),
    (Shape.matrix(m, l), Shape.scalar()),
)


def shape_figure(layout: Layout | None = None) -> FigureBlock:
    """y, x and ∂y/∂x as boxes, in every layout, for all derivatives that are matrices."""
    layouts: tuple[Layout, ...] = (layout,) if layout else LAYOUTS  # type: ignore[assignment]
    columns = [0.55, 1.75, *(3.1 + 2.0 * place for place in range(len(layouts)))]
    derivative = r"\pd{\M y}{\M x}"
    heads = [
        r"\M y",
        r"\M x",
        *(derivative if layout else rf"{derivative}\;\textsf{{{name[0].upper()}}}" for name in layouts),
    ]
    parts: list[Path | Label] = []
    y = 0.0
    for above, below in _PAIRS:
        shapes = [
            above.free_axes,
            below.free_axes,
            *(axes_of_derivative(above, below, name) for name in layouts),
        ]
        sizes = [[axis.at(_SIZES) for axis in axes] or [1] for axes in shapes]
        tallest = max((size[0] for size in sizes), default=1)
        y -= _CELL * tallest + 0.62
        for x, axes, size, place in zip(columns, shapes, sizes, range(len(sizes)), strict=True):
            rows, across = size[0], size[1] if len(size) > 1 else 1
            role: Role = "topic" if place > 1 else "mute"
            box = _boxes(rows, across, role)
            parts += moved(box, (x - _CELL * across / 2, y + 0.36 + _CELL * (tallest - rows) / 2))
            parts.append(Label((x, y + 0.14), _product(axes), role="mute"))
    parts += [Label((x, 0.25), head) for x, head in zip(columns, heads, strict=True)]
    height = 0.55 - y
    return FigureBlock(
        Picture(columns[-1] + 0.9, height, tuple(moved(parts, (0, -y)))),
        word("figure-shapes-in-one" if layout else "figure-shapes"),
    )


def _boxes(rows: int, columns: int, role: Role) -> list[Path | Label]:
    """A matrix as cells."""
    width, height = columns * _CELL, rows * _CELL
    inner: list[tuple[Point, Point]] = [((0, r * _CELL), (width, r * _CELL)) for r in range(1, rows)]
    inner += [((c * _CELL, 0), (c * _CELL, height)) for c in range(1, columns)]
    outer = ((0, 0), (width, 0), (width, height), (0, height))
    lines = [Path(line, "rule", 0.4) for line in inner]
    return [Path(outer, "tint", closed=True, filled=True), *lines, Path(outer, role, 0.8, closed=True)]


SHOWS: dict[str, Callable[[Layout | None], TableBlock | FigureBlock]] = {
    "shape-table": shape_table,
    "shape-figure": shape_figure,
    "gradient-figure": lambda layout: gradient_figure(),
    "jacobian-figure": lambda layout: jacobian_figure(),
    "slices-figure": slices_figure,
    "forms-figure": lambda layout: forms_figure(),
}
