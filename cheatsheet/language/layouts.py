"""The layout rule: in which order the axes of ``diff(y, x)`` stand.

Layout is a convention about axes and nothing else, so this is the only module that knows it: everything else works
entry by entry, where layouts do not exist.
"""

from __future__ import annotations

from dataclasses import dataclass

from cheatsheet.language.dimensions import Shape

LAYOUTS = ("numerator", "denominator", "mixed")


@dataclass(frozen=True)
class Arrangement:
    """The shape of a derivative and where each of its axes comes from.

    ``sources`` has one pair for each axis that needs an index: the group (0 for ``y``, 1, 2, … for each ``x``) and
    the number of the axis within the group.
    """

    shape: Shape
    sources: tuple[tuple[int, int], ...]


def arrange(y: Shape, xs: tuple[Shape, ...], layout: str) -> Arrangement:
    """The axes of the derivative of ``y`` by each of ``xs`` in a layout.

    Numerator layout: the axes of ``y``, then those of each ``x`` reversed; denominator layout: that order
    reversed; mixed: the axes of ``y``, then those of each ``x``. A row counts as a vector where another group has an
    axis too; where it is the only one, of a scalar or by a scalar, it is a matrix of one row, and the column one of one
    column: both have two axes to be put in order.

    >>> from cheatsheet.language.dimensions import Axis
    >>> m, n = Axis.of("m"), Axis.of("n")
    >>> y, x = Shape.vector(m), Shape.vector(n)
    >>> [str(arrange(y, (x,), layout).shape) for layout in LAYOUTS]
    ['m×n', 'n×m', 'm×n']
    >>> [str(arrange(Shape.scalar(), (x,), layout).shape) for layout in LAYOUTS]
    ['1×n', 'n×1', 'n×1']
    >>> [str(arrange(Shape.scalar(), (x.transposed,), layout).shape) for layout in LAYOUTS]
    ['n×1', '1×n', '1×n']
    >>> [str(arrange(y.transposed, (Shape.scalar(),), layout).shape) for layout in LAYOUTS]
    ['1×m', 'm×1', '1×m']
    """
    order = [(0, k) for k in range(len(y.free_axes))]
    for group, x in enumerate(xs, start=1):
        places = [(group, k) for k in range(len(x.free_axes))]
        order += places if layout == "mixed" else places[::-1]
    if layout == "denominator":
        order.reverse()
    groups = (y, *xs)
    axes = tuple(groups[g].free_axes[k] for g, k in order)
    if not axes:
        return Arrangement(Shape.scalar(), ())
    if len(axes) == 1:
        (group, _), own = order[0], groups[order[0][0]]
        turned = layout == ("denominator" if group == 0 else "numerator")
        return Arrangement(own.transposed if turned else own, tuple(order))
    return Arrangement(Shape(axes), tuple(order))
