"""What is always possible: a linear map as the sum over the basis vectors of their images."""

from __future__ import annotations

from collections.abc import Iterator

from cheatsheet.calculus.to_expression import component
from cheatsheet.derivatives.closed.differential import Differential, Source, symbol_of
from cheatsheet.derivatives.closed.index_names import IndexNames
from cheatsheet.derivatives.closed.transposes import turned
from cheatsheet.language.dimensions import Shape
from cheatsheet.language.expressions import Apply, Expr, Index, Jet, Number, Sum, Symbol, walk
from cheatsheet.language.table import build


def entry_by_units(linear: Differential, indices: tuple[Index, ...], layout: str) -> Iterator[Expr]:
    """The component of the differential where each variable moves in the direction of one of its entries."""
    at: dict[Source, Index] = dict(zip(linear.sources, indices, strict=True))
    units = {}
    for group, (variable, increment) in enumerate(
        zip(linear.variables, linear.increments, strict=True), start=1
    ):
        if variable != symbol_of(variable):
            return
        units[increment] = unit([at[s] for s in sorted(at) if s[0] == group], increment.shape)
    if linear.form is not None:
        yield component(_moved(linear.form, units, layout), [at[s] for s in sorted(at) if s[0] == 0])


def sum_over_units(linear: Differential, names: IndexNames, layout: str) -> Iterator[Expr]:
    """The derivative by one variable as ``sum(image(unit(i)) @ unit(i).T, i)``, laid out as it should be."""
    if linear.form is None or len(linear.variables) != 1 or not _all_plain(linear):
        return
    (variable,), (increment,) = linear.variables, linear.increments
    shape = linear.derivative.shape
    indices = [Index(names.fresh(), axis) for axis in increment.shape.free_axes]
    direction = unit(indices, increment.shape)
    image = _moved(linear.form, {increment: direction}, layout)
    if not indices:
        yield image if image.shape.agrees(shape) else turned(image)
        return
    if isinstance(variable, Apply) and variable.op == "vec":
        direction = _vectorised(indices)
    for body in _products(image, direction):
        if body.shape.agrees(shape):
            yield Sum(body, tuple(indices))
            return


def _all_plain(linear: Differential) -> bool:
    """Whether every variable is a symbol, or all the entries of one."""
    return all(v == symbol_of(v) or (isinstance(v, Apply) and v.op == "vec") for v in linear.variables)


def _products(image: Expr, direction: Expr) -> Iterator[Expr]:
    if image.shape.is_scalar:
        yield build("scale", image, direction)
        yield build("scale", image, turned(direction))
    elif image.shape.is_vector and direction.shape.is_vector:
        tall, wide = (e if e.shape.cols.is_one else turned(e) for e in (image, direction))
        yield build("matmul", tall, turned(wide))
        yield build("matmul", wide, turned(tall))


def unit(places: list[Index], shape: Shape) -> Expr:
    """The array of a shape that is one at a place and zero elsewhere."""
    if not places:
        return Number(1)
    vectors = [build("unit", place, place.axis) for place in places]
    if len(vectors) == 2:
        return build("matmul", vectors[0], build("transpose", vectors[1]))
    return build("transpose", vectors[0]) if shape.rows.is_one else vectors[0]


def _vectorised(places: list[Index]) -> Expr:
    """``vec`` of the matrix that is one at a place."""
    vectors: list[Expr] = [build("unit", place, place.axis) for place in reversed(places)]
    return vectors[0] if len(vectors) == 1 else build("kron", *vectors)


def _moved(form: Expr, units: dict[Symbol, Expr], layout: str) -> Expr:
    """A linear expression with each increment replaced by a direction."""
    match form:
        case Symbol():
            return units.get(form, form)
        case Sum():
            return Sum(_moved(form.body, units, layout), form.indices)
        case Apply(op="jet", args=(Symbol() as increment,)) if increment in units:
            return _along(form.params[0], units[increment], layout)
        case Apply():
            args = (_moved(a, units, layout) if isinstance(a, Expr) else a for a in form.args)
            return build(form.op, *args, params=form.params)
    return form


def _along(jet: Jet, direction: Expr, layout: str) -> Expr:
    """The derivative of an abstract function by the entry in whose direction its variable moves."""
    places = [
        i for node in walk(direction) if isinstance(node, Apply) for i in node.args if isinstance(i, Index)
    ]
    result = build("diff", jet.symbol, component(jet.by[0], places), params=(layout,))
    return result if result.shape.agrees(jet.symbol.shape) else turned(result)
