"""Figures drawn from data."""

from __future__ import annotations

import math

from cheatsheet.language.glossary import word
from cheatsheet.pages.model import FigureBlock

A, B = 1.0, 2.0
"""The function is f(x₁, x₂) = A x₁² + B x₂²."""

LEVELS = (1.0, 3.0, 6.0, 10.0)
LEVEL_OF_ARROWS = 6.0
ARROWS = 12
UNIT = 0.9
"""Centimetres to a unit of either axis: the same for both, or no angle would be true."""

LABELS = -math.pi / 3
"""Where on its curve a level is written: between two arrows."""

ARROW_LENGTH = 0.17
"""How much of the gradient an arrow shows."""


def gradient_figure() -> FigureBlock:
    """Level curves of f(x₁, x₂) = A x₁² + B x₂² and its gradients (2A x₁, 2B x₂) at points of one of them."""
    parts = [*_axes(), *(_level_curve(level) for level in LEVELS)]
    # Evenly spread over the parameter of the ellipse, and none of them on an axis.
    angles = [2 * math.pi * (i + 0.5) / ARROWS for i in range(ARROWS)]
    parts += [_arrow(*_point(LEVEL_OF_ARROWS, angle)) for angle in angles]
    parts += _tangent(*_point(LEVEL_OF_ARROWS, angles[1]))
    return FigureBlock("\n".join(parts), word("level-curves"))


def _point(level: float, angle: float) -> tuple[float, float]:
    return math.sqrt(level / A) * math.cos(angle), math.sqrt(level / B) * math.sin(angle)


def gradient(x: float, y: float) -> tuple[float, float]:
    """The gradient of A x² + B y².

    >>> gradient(1.0, 1.0)
    (2.0, 4.0)
    """
    return 2 * A * x, 2 * B * y


def _axes() -> list[str]:
    width, height = 1.18 * math.sqrt(max(LEVELS) / A), 1.25 * math.sqrt(max(LEVELS) / B)
    return [
        rf"\draw[->, mute] {_at(-width, 0)} -- {_at(width, 0)} node[right] {{$x_1$}};",
        rf"\draw[->, mute] {_at(0, -height)} -- {_at(0, height)} node[above] {{$x_2$}};",
    ]


def _level_curve(level: float) -> str:
    radii = (UNIT * math.sqrt(level / A), UNIT * math.sqrt(level / B))
    curve = rf"\draw[mute, thin] (0,0) ellipse [x radius={radii[0]:.3f}, y radius={radii[1]:.3f}];"
    x, y = _point(level, LABELS)
    label = (
        rf"\node[fill=white, inner sep=1pt, font=\scriptsize, text=mute] at {_at(x, y)} {{$f={level:g}$}};"
    )
    return curve + "\n" + label


def _arrow(x: float, y: float) -> str:
    gx, gy = gradient(x, y)
    tip = _at(x + ARROW_LENGTH * gx, y + ARROW_LENGTH * gy)
    return rf"\draw[->, topic, very thick] {_at(x, y)} -- {tip};"


def _tangent(x: float, y: float) -> list[str]:
    """The tangent at a point, the right angle it makes with the gradient there, and their names."""
    gx, gy = gradient(x, y)
    length = math.hypot(gx, gy)
    ux, uy = gx / length, gy / length
    long, short = 1.25, 0.16
    corner = [(short * ux, short * uy), (short * (ux - uy), short * (uy + ux)), (-short * uy, short * ux)]
    angle = " -- ".join(_at(x + a, y + b) for a, b in corner)
    tip = _at(x + ARROW_LENGTH * gx, y + ARROW_LENGTH * gy)
    return [
        rf"\draw[dashed] {_at(x - long * uy, y + long * ux)} -- {_at(x + long * uy, y - long * ux)};",
        rf"\draw[topic, thin] {angle};",
        rf"\fill[topic] {_at(x, y)} circle [radius=1.4pt];",
        rf"\node[topic, right] at {tip} {{$\nabla f$}};",
    ]


def _at(x: float, y: float) -> str:
    return f"({UNIT * x:.3f},{UNIT * y:.3f})"
