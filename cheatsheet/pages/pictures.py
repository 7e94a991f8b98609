r"""A picture as lines, areas and labels, and the two notations that it is drawn in: TeX and SVG.

Lengths are centimetres, the origin is at the bottom left. Colours are roles (``ink``, ``mute``, ``rule``, ``tint``,
``topic``, ``other``), which a document and a page give colours of their own. A label is a formula; in SVG it is set as
the signs of a terminal, since no browser sets MathML inside a picture alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import atan2, cos, pi, sin
from typing import Literal

from cheatsheet.printing.terminal_maths import plain

Point = tuple[float, float]
Role = Literal["ink", "mute", "rule", "tint", "topic", "other"]
Align = Literal["left", "middle", "right"]

BIG_POINTS = 72 / 2.54
"""Units of PDF to a centimetre."""
PIXELS = 42
"""Units of SVG to a centimetre."""
HEAD, OPENING = 0.14, 0.42
"""Length of the head of an arrow, and half the angle of its tip."""


@dataclass(frozen=True)
class Path:
    """A line through points, or, ``filled``, the area inside it."""

    points: tuple[Point, ...]
    role: Role = "ink"
    width: float = 0.6
    closed: bool = False
    filled: bool = False
    dashed: bool = False


@dataclass(frozen=True)
class Label:
    """A formula at a point, in the middle of its height; ``clear``: what lies under it is covered."""

    at: Point
    latex: str
    align: Align = "middle"
    role: Role = "ink"
    clear: bool = False


@dataclass(frozen=True)
class Picture:
    """Parts, drawn one after the other."""

    width: float
    height: float
    parts: tuple[Path | Label, ...]


def arrow(ends: Sequence[Point], role: Role = "ink", width: float = 0.6) -> list[Path]:
    """A line with a head at its end."""
    start, end = ends
    angle = atan2(end[1] - start[1], end[0] - start[0])
    tip = [
        (end[0] - HEAD * cos(angle + turn), end[1] - HEAD * sin(angle + turn)) for turn in (OPENING, -OPENING)
    ]
    neck = (end[0] - 0.8 * HEAD * cos(angle), end[1] - 0.8 * HEAD * sin(angle))
    return [Path((start, neck), role, width), Path((end, *tip), role, width, closed=True, filled=True)]


def ellipse_arc(count: int = 96) -> list[float]:
    """Evenly spread angles once round, the first again at the end."""
    return [2 * pi * k / count for k in range(count + 1)]


def moved(parts: Sequence[Path | Label], by: Point) -> list[Path | Label]:
    """The parts somewhere else.

    >>> moved([Label((0, 0), "x")], (1, 2))[0].at
    (1, 2)
    """
    return [
        Label(_sum(part.at, by), part.latex, part.align, part.role, part.clear)
        if isinstance(part, Label)
        else Path(
            tuple(_sum(p, by) for p in part.points),
            part.role,
            part.width,
            part.closed,
            part.filled,
            part.dashed,
        )
        for part in parts
    ]


def _sum(p: Point, q: Point) -> Point:
    return p[0] + q[0], p[1] + q[1]


def tex(picture: Picture) -> str:
    r"""The picture as a box of TeX; lines are operators of PDF, so that no package is needed.

    >>> print(tex(Picture(1, 2, (Path(((0, 0), (1, 1))), Label((0.5, 1), "x")))))
    \Picture{1cm}{2cm}{%
    \PicturePath{ink}{.6 w 0 0 m 28.35 28.35 l S}%
    \PictureLabel{middle}{ink}{0.5cm}{1cm}{$x$}%
    }
    """
    lines = [
        rf"\PicturePath{{{part.role}}}{{{_operators(part)}}}%"
        if isinstance(part, Path)
        else rf"\Picture{'Clear' if part.clear else ''}Label{{{part.align}}}{{{part.role}}}"
        rf"{{{_short(part.at[0])}cm}}{{{_short(part.at[1])}cm}}{{${part.latex}$}}%"
        for part in picture.parts
    ]
    return "\n".join(
        [rf"\Picture{{{_short(picture.width)}cm}}{{{_short(picture.height)}cm}}{{%", *lines, "}"]
    )


def _operators(path: Path) -> str:
    places = [f"{_short(x * BIG_POINTS)} {_short(y * BIG_POINTS)}" for x, y in path.points]
    line = f"{places[0]} m " + " ".join(f"{place} l" for place in places[1:])
    if path.filled:
        return f"{line} h f"
    style = f"{_short(path.width).lstrip('0')} w" + (" [2.4 1.8] 0 d" if path.dashed else "")
    return f"{style} {line} {'s' if path.closed else 'S'}"


def svg(picture: Picture, title: str) -> str:
    """The picture as an SVG element; the colours of its roles are the page's.

    >>> print(svg(Picture(1, 1, (Path(((0, 0), (1, 1))),)), "a line"))
    <svg viewBox="0 0 42 42" width="42" height="42" role="img" aria-label="a line">
    <path d="M0 42L42 0" fill="none" stroke="var(--ink)" stroke-width="0.9"/>
    </svg>
    """
    size = f"{_short(picture.width * PIXELS)} {_short(picture.height * PIXELS)}"
    width, height = size.split()
    head = f'<svg viewBox="0 0 {size}" width="{width}" height="{height}" role="img" aria-label="{escape(title)}">'
    return "\n".join([head, *(_svg_part(part, picture.height) for part in picture.parts), "</svg>"])


_COLOURS = {
    "ink": "var(--ink)",
    "mute": "var(--soft)",
    "rule": "var(--line)",
    "tint": "var(--tint)",
    "topic": "var(--accent)",
    "other": "var(--bad)",
}


def _svg_part(part: Path | Label, height: float) -> str:
    colour = _COLOURS[part.role]
    if isinstance(part, Path):
        places = [f"{_short(x * PIXELS)} {_short((height - y) * PIXELS)}" for x, y in part.points]
        line = "M" + "L".join(places) + ("Z" if part.closed or part.filled else "")
        if part.filled:
            return f'<path d="{line}" fill="{colour}"/>'
        dashes = ' stroke-dasharray="4 3"' if part.dashed else ""
        width = _short(1.5 * part.width)
        return f'<path d="{line}" fill="none" stroke="{colour}" stroke-width="{width}"{dashes}/>'
    x, y = _short(part.at[0] * PIXELS), _short((height - part.at[1]) * PIXELS)
    anchor = {"left": "start", "middle": "middle", "right": "end"}[part.align]
    halo = ' stroke="var(--paper)" stroke-width="5" paint-order="stroke"' if part.clear else ""
    text = escape(plain(part.latex))
    return (
        f'<text x="{x}" y="{y}" text-anchor="{anchor}" dominant-baseline="central" font-size="13" '
        f'fill="{colour}"{halo}>{text}</text>'
    )


def _short(number: float) -> str:
    return (
        f"{number:.2f}".rstrip("0").rstrip(".").replace("-0", "0")
        if abs(number) < 0.005
        else (f"{number:.2f}".rstrip("0").rstrip("."))
    )
