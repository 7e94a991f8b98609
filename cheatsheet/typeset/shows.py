"""What an entry asks to be shown: tables and figures, computed and drawn by the program."""

from __future__ import annotations

import math

from cheatsheet.dimensions import Axis, Shape
from cheatsheet.glossary import Text, word
from cheatsheet.layouts import LAYOUTS, arrange
from cheatsheet.lettering import axis_text
from cheatsheet.pages import FigureBlock, TableBlock

m, n, k, p = (Axis.of(name) for name in "mnkl")


def shown_block(name: str) -> TableBlock | FigureBlock:
    """The table or figure of this name."""
    return SHOWS[name]()


def shape_table() -> TableBlock:
    """The axes of ∂y/∂x for scalars, vectors and matrices, in every layout, from the layout rule itself."""
    ys = (Shape.scalar(), Shape.vector(m), Shape.matrix(m, p))
    xs = (Shape.scalar(), Shape.vector(n), Shape.matrix(n, k))
    header = (word("axes-of-y-by-x"), *(_label(x, "x") for x in xs))
    rows = []
    for y in ys:
        for layout in LAYOUTS:
            heading = Text(
                f"{_label(y, 'y').zh}，{word(layout).zh}", f"{_label(y, 'y').en}, {word(layout).en}"
            )
            cells = [Text.of_both(f"${_tuple(_axes(y, x, layout))}$") for x in xs]
            rows.append((heading, *cells))
    return TableBlock(header, tuple(rows), word("shape-of-derivative"))


def _axes(y: Shape, x: Shape, layout: str) -> tuple[Axis, ...]:
    arrangement = arrange(y, (x,), layout)
    if not arrangement.sources:
        return ()
    if len(arrangement.sources) == 1 and not x.is_scalar:
        return arrangement.shape.axes
    if len(arrangement.sources) == 1:
        return arrangement.shape.axes if arrangement.shape.rows.is_one else arrangement.shape.free_axes
    return arrangement.shape.axes


def _label(shape: Shape, letter: str) -> Text:
    if shape.is_scalar:
        kind = word("scalar")
        return Text(f"{kind.zh} ${letter}$", f"{kind.en} ${letter}$")
    bold = letter if len(shape.free_axes) == 1 else letter.upper()
    return Text.of_both(rf"$\mathbf {{{bold}}}\;{_tuple(shape.free_axes)}$")


def _tuple(axes: tuple[Axis, ...]) -> str:
    return "(" + ", ".join(axis_text(a) for a in axes) + ")"


# --- the gradient of a quadratic function ---------------------------------------------------------------------------

SCALE = 1.6  # centimetres
A, B = 1.0, 2.2  # f = A x² + B y²
LEVELS = (0.35, 1.0, 2.0, 3.3)
ARROWS = (0.35, 1.15, 2.0, 2.8, 3.9, 5.2)


def gradient_figure() -> FigureBlock:
    """Level curves of f(x, y) = A x² + B y² and its gradients (2Ax, 2By) at points of one of them."""
    lines = [rf"\draw[->] ({-2.9 * SCALE / 1.6:.2f},0) -- ({2.9:.2f},0) node[right] {{$x_1$}};"]
    lines.append(r"\draw[->] (0,-2.1) -- (0,2.1) node[above] {$x_2$};")
    for level in LEVELS:
        rx, ry = SCALE * math.sqrt(level / A) * 0.75, SCALE * math.sqrt(level / B) * 0.75
        lines.append(rf"\draw[thin] (0,0) ellipse [x radius={rx:.3f}, y radius={ry:.3f}];")
    level = LEVELS[2]
    for angle in ARROWS:
        x = math.sqrt(level / A) * math.cos(angle)
        y = math.sqrt(level / B) * math.sin(angle)
        gx, gy = 2 * A * x, 2 * B * y
        length = 0.26
        start = (SCALE * 0.75 * x, SCALE * 0.75 * y)
        end = (start[0] + length * gx, start[1] + length * gy)
        lines.append(
            rf"\draw[->, very thick] ({start[0]:.3f},{start[1]:.3f}) -- ({end[0]:.3f},{end[1]:.3f});"
        )
    lines.append(r"\node at (2.35,1.75) {$\nabla f$};")
    return FigureBlock("\n".join(lines), word("level-curves"))


SHOWS = {"shape-table": shape_table, "gradient-figure": gradient_figure}
