"""Ill-formed claims on the page: the formula as far as it can be read, and what does not fit, in both languages."""

from __future__ import annotations

from cheatsheet.language.dimensions import Axis, Shape
from cheatsheet.language.elaborate import Declarations, Elaborator
from cheatsheet.language.expressions import Apply, Argument, Equation, Expr, Index
from cheatsheet.language.glossary import Text, word
from cheatsheet.language.relaying import has_layout
from cheatsheet.language.syntax import ClaimError, Raw, parse_claim
from cheatsheet.language.table import ShapeError, build
from cheatsheet.printing.latex import latex_claim
from cheatsheet.printing.letters import axis_text, name_in_script

_OPERATIONS = {"inv": "operation-inverse", "det": "operation-determinant", "tr": "operation-trace",
               "block": "operation-block"}  # fmt: skip


class _Lenient(Elaborator):
    """Builds every application and takes every index, keeping the first that does not fit."""

    misfit: Text | None = None

    def build(self, raw: Raw, op: str, *args: Argument, params: tuple[object, ...] = ()) -> Expr:
        try:
            return build(op, *args, params=params)
        except ShapeError:
            if op == "component":
                raise
            shapes = [a.shape for a in args if isinstance(a, Expr)]
            self.misfit = self.misfit or _misfit_of_operands(op, shapes)
            return Apply(op, args, shapes[0] if shapes else Shape.scalar(), params)

    def index(self, raw: Raw, axis: Axis | None) -> Index:
        if raw.kind != "name" or raw.text in self.symbols or raw.text in self.dimensions or axis is None:
            return super().index(raw, axis)
        found = self.lookup(raw.text).axis
        if found is None or found.same_size(axis):
            return super().index(raw, axis)
        sizes = (name_in_script(raw.text), axis_text(found), axis_text(axis))
        self.misfit = self.misfit or _formatted("index-ranges-differ", *sizes)
        return Index(raw.text, found)


def ill_formed(text: str, declarations: Declarations, message: str) -> tuple[str, Text, bool]:
    """The claim in LaTeX; in both languages, what is wrong with it; and whether layout plays a part in it."""
    try:
        raw = parse_claim(text)
        left, right, misfit = _read(raw, declarations)
        equation = Equation(left, right, raw.text == "!=")
        formula = latex_claim(equation)
    except (ClaimError, ShapeError, ValueError, IndexError):  # nothing that the printer can print
        return rf"\texttt{{{_plain(text)}}}", _formatted("ill-formed-claim", message), False
    if misfit is None:
        misfit = _formatted("shapes-differ", _shape(left.shape), _shape(right.shape))
    return formula, misfit, has_layout(equation)


def _read(raw: Raw, declarations: Declarations) -> tuple[Expr, Expr, Text | None]:
    """Both sides, read as often as it takes to find the range of every index, and the first misfit."""
    ranges: dict[int, Axis] = {}
    known = -1
    while known < len(ranges):
        known = len(ranges)
        _Lenient(declarations, raw, ranges, final=False).run(raw.children)
    reader = _Lenient(declarations, raw, ranges, final=True)
    left, right = reader.run(raw.children)
    return left, right, reader.misfit


def _misfit_of_operands(op: str, shapes: list[Shape]) -> Text:
    if op == "matmul":
        return _formatted("cannot-multiply", *map(_shape, shapes))
    if len(shapes) == 2 and not shapes[0].agrees(shapes[1]):
        return _formatted("operands-differ", *map(_shape, shapes))
    name = word(_OPERATIONS[op]) if op in _OPERATIONS else Text.of_both(f"`{op}`")
    sizes, pattern = ", ".join(map(_shape, shapes)), word("operand-unfit")
    return Text(pattern.zh.format(name.zh, sizes), pattern.en.format(name.en, sizes))


def _formatted(key: str, *parts: str) -> Text:
    pattern = word(key)
    return Text(pattern.zh.format(*parts), pattern.en.format(*parts))


def _shape(shape: Shape) -> str:
    """The shape as a formula, a size that is a sum in brackets."""
    sizes = [axis_text(axis) for axis in shape.axes]
    return r" \times ".join(f"({size})" if "+" in size else size for size in sizes)


def _plain(text: str) -> str:
    return "".join(c if c.isalnum() or c in " =+-*/@.,()[]" else " " for c in text)
