"""Ill-formed claims on the page: printed as they are written, with what does not fit about their shapes."""

from __future__ import annotations

from cheatsheet.dimensions import Shape
from cheatsheet.elaborate import Declarations, Elaborator
from cheatsheet.expressions import Apply, Argument, Equation, Expr
from cheatsheet.glossary import Text, word
from cheatsheet.latex import latex_claim
from cheatsheet.lettering import axis_text
from cheatsheet.operators.row import ShapeError, build
from cheatsheet.syntax import ClaimError, Raw, parse_claim


class _Lenient(Elaborator):
    """Builds every application, keeping the first that does not fit."""

    misfit: tuple[str, tuple[Shape, ...]] | None = None

    def build(self, raw: Raw, op: str, *args: Argument, params: tuple[object, ...] = ()) -> Expr:
        try:
            return build(op, *args, params=params)
        except ShapeError:
            shapes = tuple(a.shape for a in args if isinstance(a, Expr))
            self.misfit = self.misfit or (op, shapes)
            return Apply(op, args, shapes[0] if shapes else Shape.scalar(), params)


def ill_formed(text: str, declarations: Declarations, message: str) -> tuple[str, Text]:
    """The claim in LaTeX and, in both languages, what is wrong with it."""
    try:
        raw = parse_claim(text)
        reader = _Lenient(declarations, raw, {}, final=False)
        left, right = reader.run(raw.children)
        formula = latex_claim(Equation(left, right, raw.text == "!="))
    except (ClaimError, ValueError, IndexError, StopIteration):
        return rf"\text{{{_plain(text)}}}", _formatted("ill-formed-claim", message)
    if reader.misfit is None:
        return formula, _formatted("shapes-differ", _shape(left.shape), _shape(right.shape))
    op, shapes = reader.misfit
    if op == "matmul":
        return formula, _formatted("cannot-multiply", *map(_shape, shapes))
    if len(shapes) == 2 and not shapes[0].agrees(shapes[1]):
        return formula, _formatted("operands-differ", *map(_shape, shapes))
    return formula, _formatted("ill-formed-claim", message)


def _formatted(key: str, *parts: str) -> Text:
    pattern = word(key)
    return Text(pattern.zh.format(*parts), pattern.en.format(*parts))


def _shape(shape: Shape) -> str:
    return r" \times ".join(axis_text(axis) for axis in shape.axes)


def _plain(text: str) -> str:
    return "".join(c if c.isalnum() or c in " =+-*/@.,()[]" else " " for c in text)
