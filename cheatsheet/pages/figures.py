"""Figures, computed: every value and derivative in them is the program's own, of an expression of the language."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, hypot, pi, sin, sqrt

import numpy as np

from cheatsheet.evaluation.evaluate import Evaluator
from cheatsheet.evaluation.fields import Floating
from cheatsheet.evaluation.points import Points
from cheatsheet.language.dimensions import Axis, Shape
from cheatsheet.language.elaborate import Declarations, elaborate_expression
from cheatsheet.language.expressions import Symbol, symbols
from cheatsheet.language.glossary import word
from cheatsheet.pages.model import FigureBlock, Layout
from cheatsheet.pages.pictures import Label, Path, Picture, Point, Role, arrow, ellipse_arc, moved

Matrix = Sequence[Sequence[float]]
Parts = list[Path | Label]

_n = Axis.of("n")
_GIVEN = {
    "x": Symbol("x", Shape.vector(_n)),
    "A": Symbol("A", Shape.matrix(_n, _n)),
    "u": Symbol("u", Shape.vector(Axis.of("m"))),
    "v": Symbol("v", Shape.vector(_n)),
}
_GRAIN = 1_000_000


def computed(text: str, dims: dict[str, int], **values: Sequence[Matrix]) -> np.ndarray:
    """The values of an expression at points, a matrix each.

    >>> computed("grad(x.T @ x, x)", {"n": 2}, x=[[[3], [4]]]).tolist()
    [[[6.0], [8.0]]]
    """
    expression = elaborate_expression(text, Declarations(_GIVEN))
    used = symbols(expression)
    points = Points(used, dims, len(next(iter(values.values()))), denominator=_GRAIN)
    for symbol in used:
        numbers = np.array(values[symbol.name], dtype=float) * _GRAIN
        points.integers[("symbol", symbol.name, "entries")] = np.rint(numbers).astype(np.int64)
    return np.asarray(Evaluator(points, Floating())(expression).base, dtype=float)


def _of_form(text: str, matrix: Matrix, places: Sequence[Point]) -> np.ndarray:
    """An expression of x and A at many x."""
    return computed(text, {"n": 2}, x=[[[x], [y]] for x, y in places], A=[matrix] * len(places))


# --- the gradient and the level curves -------------------------------------------------------------------------------

WEIGHTS = ((1.0, 0.0), (0.0, 2.0))
"""The function is xᵀAx."""
LEVELS = (1.0, 3.0, 6.0, 10.0)
LEVEL_OF_ARROWS = 6.0
ARROWS = 12
UNIT = 0.9
"""Centimetres to a unit of either axis: the same for both, or no angle would be true."""
ARROW_LENGTH = 0.17
"""How much of the gradient an arrow shows."""


def gradient_figure() -> FigureBlock:
    """Level curves of a quadratic form, and its gradients at points of one of them."""
    middle = (UNIT * 4.2, UNIT * 2.95)
    parts = _axes(UNIT * 3.75, UNIT * 2.5, ("x_1", "x_2"))
    for level in LEVELS:
        parts.append(Path(_scaled(level_curve(WEIGHTS, level, ellipse_arc())), "mute", 0.5))
        (label,) = _scaled(level_curve(WEIGHTS, level, [-pi / 3]))
        parts.append(Label(label, f"f={level:g}", role="mute", clear=True))
    angles = [2 * pi * (k + 0.5) / ARROWS for k in range(ARROWS)]
    places = level_curve(WEIGHTS, LEVEL_OF_ARROWS, angles)
    for place, (tip, _) in zip(places, gradients(places), strict=True):
        parts += arrow(_scaled([place, tip]), role="topic", width=1.3)
    parts += _tangent(places[1], gradients(places)[1][0])
    return FigureBlock(
        Picture(2 * middle[0] + 0.2, 2 * middle[1], tuple(moved(parts, middle))), word("level-curves")
    )


def level_curve(matrix: Matrix, level: float, angles: Sequence[float]) -> list[Point]:
    """The points of xᵀAx = level in the directions given, where there are any."""
    ways = [(cos(a), sin(a)) for a in angles]
    values = _of_form("x.T @ A @ x", matrix, ways)[:, 0, 0]
    return [
        (sqrt(level / v) * x, sqrt(level / v) * y)
        for (x, y), v in zip(ways, values.tolist(), strict=True)
        if v * level > 0
    ]


def gradients(places: Sequence[Point]) -> list[tuple[Point, Point]]:
    """Where the arrow from each place ends, and the gradient there."""
    found = _of_form("grad(x.T @ A @ x, x)", WEIGHTS, places)[:, :, 0].tolist()
    return [
        ((x + ARROW_LENGTH * g, y + ARROW_LENGTH * h), (g, h))
        for (x, y), (g, h) in zip(places, found, strict=True)
    ]


def _tangent(place: Point, tip: Point) -> Parts:
    """The tangent at a point, the right angle that it makes with the gradient there, and their names."""
    length = hypot(tip[0] - place[0], tip[1] - place[1])
    ux, uy = (tip[0] - place[0]) / length, (tip[1] - place[1]) / length
    long, short = 1.25, 0.16
    ends = [(place[0] - s * uy, place[1] + s * ux) for s in (long, -long)]
    corner = [(short * ux, short * uy), (short * (ux - uy), short * (uy + ux)), (-short * uy, short * ux)]
    return [
        Path(_scaled(ends), dashed=True),
        Path(_scaled([(place[0] + a, place[1] + b) for a, b in corner]), "topic"),
        Label(_scaled([(tip[0] + 0.12, tip[1] + 0.08)])[0], r"\nabla f", "left", "topic"),
    ]


def _scaled(places: Sequence[Point], unit: float = UNIT) -> tuple[Point, ...]:
    return tuple((unit * x, unit * y) for x, y in places)


def _axes(width: float, height: float, names: tuple[str, str]) -> Parts:
    return [
        *arrow([(-width, 0), (width, 0)], "mute", 0.5),
        *arrow([(0, -height), (0, height)], "mute", 0.5),
        Label((width + 0.06, 0), names[0], "left", "mute"),
        Label((0, height + 0.2), names[1], role="mute"),
    ]


# --- quadratic forms -------------------------------------------------------------------------------------------------

FORMS: tuple[tuple[Matrix, tuple[float, ...]], ...] = (
    (((2.0, 1.0), (1.0, 2.0)), (0.5, 1.5, 3.0)),
    (((1.0, 2.0), (2.0, 1.0)), (0.5, 1.5, -0.25, -0.75)),
)
"""A definite and an indefinite matrix, and the levels that are drawn."""
_REACH = 1.0
"""Half the side of the square over which a form is drawn."""


def forms_figure() -> FigureBlock:
    """The graph and the level curves of a definite and of an indefinite form."""
    parts: Parts = []
    for place, (matrix, levels) in enumerate(FORMS):
        across = 4.3 * place
        parts += moved(_graph(matrix), (across + 2.0, 2.85))
        parts += moved(_map_of_levels(matrix, levels), (across + 2.0, 1.05))
        rows = r" \\ ".join(" & ".join(f"{v:g}" for v in row) for row in matrix)
        parts.append(Label((across + 2.0, 4.7), rf"\M A=\begin{{bmatrix}}{rows}\end{{bmatrix}}"))
    return FigureBlock(Picture(8.3, 5.0, tuple(parts)), word("figure-forms"))


def _graph(matrix: Matrix, lines: int = 11, grain: int = 21) -> Parts:
    """Lines of the surface z = xᵀAx, seen from above at an angle."""
    steps = [_REACH * (2 * k / (lines - 1) - 1) for k in range(lines)]
    fine = [_REACH * (2 * k / (grain - 1) - 1) for k in range(grain)]
    curves = [[(s, t) for t in fine] for s in steps] + [[(t, s) for t in fine] for s in steps]
    heights = _of_form("x.T @ A @ x", matrix, [p for curve in curves for p in curve])[:, 0, 0].tolist()
    low, high = min(heights), max(heights)
    parts: Parts = []
    for k, curve in enumerate(curves):
        drawn = tuple(
            (0.95 * x + 0.55 * y, 0.42 * y - 0.16 * x + 1.1 * (z - low) / (high - low))
            for (x, y), z in zip(curve, heights[k * grain : (k + 1) * grain], strict=True)
        )
        parts.append(Path(drawn, "topic" if k % lines in (0, lines // 2, lines - 1) else "mute", 0.45))
    return parts


def _map_of_levels(matrix: Matrix, levels: Sequence[float]) -> Parts:
    """Level curves within the square; those of negative levels dashed."""
    parts: Parts = [Path(_scaled(_square((0, 0), _REACH), 1.0), "rule", 0.5, closed=True)]
    for level in levels:
        for curve in _inside(level_curve_pieces(matrix, level)):
            parts.append(Path(curve, "topic" if level > 0 else "other", 0.8, dashed=level < 0))
    return parts


def level_curve_pieces(matrix: Matrix, level: float) -> list[list[Point]]:
    """The level curve, one piece for each range of directions in which the form has its sign."""
    angles = ellipse_arc(720)
    ways = [(cos(a), sin(a)) for a in angles]
    values = _of_form("x.T @ A @ x", matrix, ways)[:, 0, 0].tolist()
    pieces: list[list[Point]] = [[]]
    for (x, y), v in zip(ways, values, strict=True):
        if v * level > 1e-9:
            pieces[-1].append((sqrt(level / v) * x, sqrt(level / v) * y))
        elif pieces[-1]:
            pieces.append([])
    return [piece for piece in pieces if piece]


def _inside(pieces: Sequence[Sequence[Point]]) -> list[tuple[Point, ...]]:
    """What of the pieces lies within the square."""
    found: list[list[Point]] = []
    for piece in pieces:
        found.append([])
        for x, y in piece:
            if max(abs(x), abs(y)) <= _REACH:
                found[-1].append((x, y))
            elif found[-1]:
                found.append([])
    return [tuple(piece) for piece in found if len(piece) > 1]


def _square(corner: Point, half: float) -> list[Point]:
    x, y = corner
    return [(x - half, y - half), (x + half, y - half), (x + half, y + half), (x - half, y + half)]


# --- the Jacobian matrix ---------------------------------------------------------------------------------------------

MAP = "A @ x + x * x / 4"
MATRIX = ((1.0, 0.3), (-0.2, 0.8))
CORNER = (0.3, 0.4)
SIDE = 1.0


def jacobian_figure() -> FigureBlock:
    """A square, what a map makes of it, and what the Jacobian matrix at its corner makes of it."""
    x, y = CORNER
    corners = [(x, y), (x + SIDE, y), (x + SIDE, y + SIDE), (x, y + SIDE)]
    edge = [
        (a + (c - a) * k / 24, b + (d - b) * k / 24)
        for (a, b), (c, d) in zip(corners, [*corners[1:], corners[0]], strict=True)
        for k in range(24)
    ]
    scale = 1.75
    image = [(a, b) for a, b in _of_form(MAP, MATRIX, edge)[:, :, 0].tolist()]
    start = image[0]
    slope = _of_form(f"jacobian({MAP}, x)", MATRIX, [CORNER])[0].tolist()
    first, second = ((slope[0][k] * SIDE, slope[1][k] * SIDE) for k in (0, 1))
    flat = [start, _plus(start, first), _plus(_plus(start, first), second), _plus(start, second)]
    left: Parts = [
        Path(_scaled(corners, scale), "tint", closed=True, filled=True),
        Path(_scaled(corners, scale), closed=True, width=0.8),
        *arrow(_scaled([CORNER, corners[1]], scale), role="topic", width=1.3),
        *arrow(_scaled([CORNER, corners[3]], scale), role="other", width=1.3),
        Label(_scaled([(x - 0.08, y - 0.13)], scale)[0], r"\M a"),
        Label(_scaled([(x + SIDE / 2, y - 0.14)], scale)[0], r"\M h_1", role="topic"),
        Label(_scaled([(x - 0.14, y + SIDE / 2)], scale)[0], r"\M h_2", role="other"),
    ]
    right: Parts = [
        Path(_scaled(image, scale), "tint", closed=True, filled=True),
        Path(_scaled(image, scale), closed=True, width=0.8),
        Path(_scaled(flat, scale), dashed=True, width=0.6, closed=True),
        *arrow(_scaled([start, flat[1]], scale), role="topic", width=1.3),
        *arrow(_scaled([start, flat[3]], scale), role="other", width=1.3),
        Label(_scaled([(start[0] - 0.2, start[1] - 0.1)], scale)[0], r"\M f(\M a)"),
        Label(_scaled([_plus(_half(start, flat[1]), (0, -0.14))], scale)[0], r"\M J\M h_1", role="topic"),
        Label(_scaled([_plus(_half(start, flat[3]), (-0.22, 0))], scale)[0], r"\M J\M h_2", role="other"),
    ]
    parts = [
        *moved(left, (0.1, -0.2)),
        *arrow([(3.0, 1.4), (3.9, 1.4)], "mute"),
        Label((3.45, 1.65), r"\M f"),
    ]
    return FigureBlock(Picture(8.2, 2.85, (*parts, *moved(right, (4.0, 0.0)))), word("figure-jacobian"))


def _plus(p: Point, q: Point) -> Point:
    return p[0] + q[0], p[1] + q[1]


def _half(p: Point, q: Point) -> Point:
    return (p[0] + q[0]) / 2, (p[1] + q[1]) / 2


# --- slices of a tensor ----------------------------------------------------------------------------------------------

ROWS, SLICES = 3, 3
_CELL = 0.52


def slices_figure(layout: Layout | None = None) -> FigureBlock:
    """∂(uvᵀ)/∂v, slice by slice: which entries depend on v_k, and what they are; transposed in denominator layout."""
    transposed = layout == "denominator"
    u = [[float(k)] for k in range(1, ROWS + 1)]
    v = [[1.0]] * SLICES
    tensor = computed("jacobian(vec(u @ v.T), v)", {"m": ROWS, "n": SLICES}, u=[u], v=[v])[0]
    parts: Parts = []
    for k in range(SLICES):
        stacked = tensor[:, k].reshape(SLICES, ROWS)  # the columns, by vec
        part = stacked if transposed else stacked.T
        entries = [["0" if e == 0 else f"u_{{{round(e)}}}" for e in row] for row in part.tolist()]
        parts += moved(grid(entries), (2.75 * k + 0.3, 0.12))
        name = rf"\pd{{\M u\M v\T}}{{v_{{{k + 1}}}}}"
        parts.append(Label((2.75 * k + 0.3 + _CELL * SLICES / 2, 2.1), name))
    caption = word("figure-slices-transposed" if transposed else "figure-slices")
    return FigureBlock(Picture(7.9, 2.5, tuple(parts)), caption)


def grid(entries: Sequence[Sequence[str]], cell: float = _CELL) -> Parts:
    """A matrix as cells, those that are not zero tinted."""
    rows, columns = len(entries), len(entries[0])
    parts: Parts = []
    for i, row in enumerate(entries):
        for j, entry in enumerate(row):
            x, y = j * cell, (rows - 1 - i) * cell
            box = ((x, y), (x + cell, y), (x + cell, y + cell), (x, y + cell))
            if entry != "0":
                parts.append(Path(box, "tint", closed=True, filled=True))
            role: Role = "mute" if entry == "0" else "topic"
            parts.append(Label((x + cell / 2, y + cell / 2), entry, role=role))
            parts.append(Path(box, "rule", 0.4, closed=True))
    whole = ((0, 0), (columns * cell, 0), (columns * cell, rows * cell), (0, rows * cell))
    return [*parts, Path(whole, "mute", 0.8, closed=True)]
