"""Syntax tree → typed expressions: names resolved, shapes checked, index ranges found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NoReturn

from cheatsheet.language.constants import ConstantError, constant_value
from cheatsheet.language.dimensions import ONE, Axis
from cheatsheet.language.display import one_line, short
from cheatsheet.language.errors import near
from cheatsheet.language.expressions import Apply, Argument, Equation, Expr, Index, Number, Size, Sum, Symbol
from cheatsheet.language.habits import function_told
from cheatsheet.language.names import axis_names, leaves, occurs, varying_names
from cheatsheet.language.syntax import ClaimError, NotationError, Raw, parse_claim, parse_expression
from cheatsheet.language.table import TABLE, ShapeError, build, called_along, constants, functions

LARGEST_EXPONENT = 1000
_ADDITIVE = {"+": "add", "-": "sub"}


@dataclass(frozen=True)
class Declarations:
    """What the names of an entry stand for: symbols (``let`` names among them) and the layout in force."""

    symbols: Mapping[str, Symbol] = field(default_factory=dict)
    layout: str = "numerator"
    varying: frozenset[str] = frozenset()
    """Symbols that vary in ``d(…)`` besides those that stand alone in some ``d(X)`` of the text itself."""

    def __repr__(self) -> str:
        shapes = ", ".join(f"{name}: {symbol.shape}" for name, symbol in self.symbols.items())
        return one_line(self, short(shapes), self.layout)

    @property
    def dimensions(self) -> frozenset[str]:
        return frozenset().union(*(s.shape.names for s in self.symbols.values()))


def elaborate_claim(text: str, declarations: Declarations) -> Equation:
    """The typed claim; raises :class:`ClaimError`.

    >>> from cheatsheet.language.dimensions import Shape
    >>> n = Axis.of("n")
    >>> given = {"x": Symbol("x", Shape.vector(n))}
    >>> elaborate_claim("x.T @ x == norm(x) ** 2", Declarations(given)).lhs.shape.is_scalar
    True
    """
    raw = parse_claim(text)
    lhs, rhs = _elaborate(raw.children, declarations, raw)
    if not lhs.shape.agrees(rhs.shape):
        hint = "both sides must have the same shape"
        if lhs.shape.agrees(rhs.shape.transposed):
            hint = "one side needs .T, or another layout is meant"
        raise ClaimError(
            f"the left side is {lhs.shape} and the right side is {rhs.shape}",
            raw.start,
            raw.end,
            hint,
        )
    return Equation(lhs, rhs, raw.text == "!=")


def elaborate_expression(text: str, declarations: Declarations) -> Expr:
    """The typed expression; raises :class:`ClaimError`."""
    raw = parse_expression(text)
    return _elaborate((raw,), declarations, raw)[0]


def elaborate_definition(name: str, raw: Raw, declarations: Declarations) -> Symbol:
    """The symbol that a ``let`` names; raises :class:`ClaimError`, also where an index is left free."""
    elaborator = Elaborator(declarations, raw, {}, final=False)
    elaborator.run((raw,))
    if elaborator.free:
        index = next(iter(elaborator.free))
        place = next(leaf for leaf in leaves(raw) if leaf.text == index)
        elaborator.fail(place, f"the index {index} is free here", "write the components in the claim itself")
    (typed,) = _elaborate((raw,), declarations, raw)
    return Symbol(name, typed.shape, definition=typed)


def _elaborate(parts: tuple[Raw, ...], declarations: Declarations, whole: Raw) -> list[Expr]:
    """Over the same text until the range of every index is found (``delta`` passes it on), then once for good."""
    ranges: dict[int, Axis] = {}
    known = -1
    while known < len(ranges):
        known = len(ranges)
        Elaborator(declarations, whole, ranges, final=False).run(parts)
    return Elaborator(declarations, whole, ranges, final=True).run(parts)


@dataclass
class _Range:
    """The axis of one index name in one scope, numbered in the order of appearance."""

    number: int
    name: str
    axis: Axis | None = None


class Elaborator:
    def __init__(self, declarations: Declarations, whole: Raw, ranges: dict[int, Axis], final: bool) -> None:
        self.symbols = declarations.symbols
        self.layout = declarations.layout
        self.ranges = ranges
        self.final = final
        self.count = 0
        self.free: dict[str, _Range] = {}
        self.bound: list[dict[str, _Range]] = []
        self.varying = (frozenset(varying_names(whole)) | declarations.varying) & set(self.symbols)
        self.dimensions = declarations.dimensions | frozenset(axis_names(whole)) - set(self.symbols)

    def run(self, parts: tuple[Raw, ...]) -> list[Expr]:
        typed = [self.expression(part) for part in parts]
        self.remember(self.free)
        return typed

    def remember(self, scope: dict[str, _Range]) -> None:
        self.ranges.update({r.number: r.axis for r in scope.values() if r.axis is not None})

    def fail(
        self, raw: Raw, message: str, hint: str = "", axes: Iterable[tuple[Axis, Axis]] = ()
    ) -> NoReturn:
        raise ClaimError(message, raw.start, raw.end, hint, tuple(axes))

    def build(self, raw: Raw, op: str, *args: Argument, params: tuple[object, ...] = ()) -> Expr:
        try:
            return build(op, *args, params=params)
        except ShapeError as error:
            self.fail(raw, error.message, error.hint, error.axes)

    # --- one method for each kind of node ------------------------------------------------------------------------

    def expression(self, raw: Raw) -> Expr:
        match raw.kind:
            case "number":
                return Number(raw.value)
            case "name":
                return self.name(raw)
            case "unary":
                operand = self.expression(raw.children[0])
                if raw.text == "+":
                    return operand
                if isinstance(operand, Number):
                    return Number(-operand.value)
                return self.build(raw, "neg", operand)
            case "transpose":
                return self.build(raw, "transpose", self.expression(raw.children[0]))
            case "binary":
                return self.binary(raw)
            case "index":
                return self.component(raw)
            case "call":
                return self.call(raw)
        self.fail(
            raw, "a list stands only inside block([[…], […]])", "for a matrix of blocks write block([[A, B]])"
        )

    def name(self, raw: Raw) -> Expr:
        name = raw.text
        if name in self.symbols:
            return self.symbols[name]
        if name in constants():
            return build(name)
        if name in self.dimensions:
            return Size(Axis.of(name))
        if name in self.free or any(name in scope for scope in self.bound):
            self.fail(
                raw,
                f"{name} is an index here, and an index stands only in brackets, delta and unit",
            )
        known = [*self.symbols, *self.dimensions]
        if name in functions():
            self.fail(raw, f"{name} is a function", f"call it: {_usage(name)}")
        self.fail(raw, f"unknown name {name}", near(name, known) or "declare it under `given`")

    def binary(self, raw: Raw) -> Expr:
        a, b = (self.expression(child) for child in raw.children)
        match raw.text:
            case "+" | "-":
                return self.build(raw, _ADDITIVE[raw.text], a, b)
            case "@":
                return self.build(raw, "matmul", a, b)
            case "*":
                if a.shape.is_scalar:
                    return self.build(raw, "scale", a, b)
                if b.shape.is_scalar:
                    return self.build(raw, "scale", b, a)
                return self.build(raw, "hadamard", a, b)
            case "/":
                return self.quotient(raw, a, b)
        return self.power(raw, a, b)

    def quotient(self, raw: Raw, a: Expr, b: Expr) -> Expr:
        if isinstance(b, Number):
            if b.value == 0:
                self.fail(raw, "division by zero")
            if isinstance(a, Number):
                return Number(a.value / b.value)
        if b.shape.is_scalar:
            return self.build(raw, "over", a, b)
        if a.shape.is_scalar:
            return self.build(raw, "reciprocal", a, b)
        return self.build(raw, "quotient", a, b)

    def power(self, raw: Raw, a: Expr, b: Expr) -> Expr:
        exponent = self.constant(raw, b)
        if exponent is not None and max(abs(exponent), Fraction(exponent.denominator)) > LARGEST_EXPONENT:
            self.fail(raw, f"the exponent is larger than {LARGEST_EXPONENT}")
        built = self.build(raw, "power", a, b)
        self.constant(raw, built)
        return built

    def constant(self, raw: Raw, expr: Expr) -> Fraction | None:
        """The value of an expression made of numbers alone, None for any other."""
        try:
            return constant_value(expr)
        except ConstantError as error:
            self.fail(raw, str(error))

    def component(self, raw: Raw) -> Expr:
        operand = self.expression(raw.children[0])
        axes = operand.shape.axes
        given = raw.children[1:]
        if operand.shape.is_vector and len(given) == 1:
            axes = operand.shape.free_axes
        if len(given) != len(axes) or operand.shape.is_scalar:
            placeholder = Index(0, ONE)
            return self.build(raw, "component", operand, *(placeholder for _ in given))
        indices = [self.index(r, axis) for r, axis in zip(given, axes, strict=True)]
        if operand.shape.is_vector and len(indices) == 2:
            indices = [i for i, axis in zip(indices, axes, strict=True) if not axis.is_one]
        return self.build(raw, "component", operand, *indices)

    # --- indices and axes ----------------------------------------------------------------------------------------

    def index(self, raw: Raw, axis: Axis | None) -> Index:
        """An index name or a position; ``axis`` is the range that its place asks for, if any."""
        if raw.kind == "number":
            return self.position(raw, axis)
        if raw.kind != "name":
            self.fail(raw, "an index is a name or a number counted from 0")
        name = raw.text
        if name in self.symbols:
            self.fail(raw, f"{name} is declared as a symbol and cannot be an index")
        if name in self.dimensions:
            self.fail(raw, f"{name} is a dimension and cannot be an index")
        found = self.lookup(name)
        if axis is not None:
            if found.axis is not None and not found.axis.same_size(axis):
                self.fail(
                    raw,
                    f"the index {name} ranges over {found.axis} elsewhere and over {axis} here",
                    "use another name for one of the two",
                    [(found.axis, axis)],
                )
            found.axis = found.axis or axis
        return Index(name, found.axis or ONE)

    def position(self, raw: Raw, axis: Axis | None) -> Index:
        if raw.value.denominator != 1 or "." in raw.text:
            self.fail(raw, "a position is a whole number counted from 0")
        position = int(raw.value)
        if position > LARGEST_EXPONENT:
            self.fail(raw, f"the position {position} is larger than {LARGEST_EXPONENT}")
        if axis is not None and not axis.names and position >= axis.at({}):
            self.fail(
                raw,
                f"position {position} is outside an axis of {axis.at({})} entries",
                "positions count from 0",
            )
        return Index(position, axis or ONE)

    def lookup(self, name: str) -> _Range:
        for scope in reversed(self.bound):
            if name in scope:
                return scope[name]
        if name not in self.free:
            found = self.free[name] = self.new_range(name)
            if self.final and found.axis is None:
                found.axis = self.fresh_dimension()
        return self.free[name]

    def new_range(self, name: str) -> _Range:
        self.count += 1
        return _Range(self.count, name, self.ranges.get(self.count))

    def fresh_dimension(self) -> Axis:
        """A range for an index that nothing restricts, as in ``delta(i, j) == delta(j, i)``."""
        taken = self.dimensions | set(self.symbols)
        return Axis.of(next(n for n in ("n", "m", "p", "q", "n_0") if n not in taken))

    def axis(self, raw: Raw) -> Axis:
        if raw.kind == "number":
            if raw.value.denominator != 1 or raw.value < 1 or "." in raw.text:
                self.fail(raw, f"a dimension is a positive integer or a name, and this is {raw.text}")
            if raw.value > LARGEST_EXPONENT:
                self.fail(raw, f"a dimension is at most {LARGEST_EXPONENT}")
            return Axis.of(int(raw.value))
        if raw.kind == "name":
            if raw.text in self.symbols:
                self.fail(raw, f"{raw.text} is a symbol, and a dimension is expected here")
            return Axis.of(raw.text)
        if raw.kind == "binary" and raw.text in "*+":
            parts = [self.axis(child) for child in raw.children]
            return Axis.product(parts) if raw.text == "*" else Axis.concatenation(parts)
        self.fail(raw, "a dimension is a name, a positive integer, or a product or sum of them")

    # --- calls ---------------------------------------------------------------------------------------------------

    def call(self, raw: Raw) -> Expr:
        name = raw.text
        if name not in functions():
            if name in self.symbols:
                hint = "write * or @ for a product, A[i, j] for an entry"
                self.fail(raw, f"{name} is a symbol, not a function", hint)
            end = raw.start + len(name)
            raise NotationError(f"unknown function {name}", raw.start, end, function_told(name))
        if raw.axis is not None:
            return self.along(raw)
        if name == "sum":
            return self.sum(raw)
        if name == "block":
            return self.block(raw)
        if name == "delta":
            self.check_count(raw, "ii")
            return self.delta(raw)
        kinds = self.check_count(raw, TABLE[name].arguments)
        axes = [self.axis(c) for kind, c in zip(kinds, raw.children, strict=True) if kind == "a"]
        arguments: list[Argument] = []
        for kind, child in zip(kinds, raw.children, strict=True):
            if kind == "e":
                arguments.append(self.expression(child))
            else:
                arguments.append(self.index(child, axes[0]) if kind == "i" else axes.pop(0))
        differentiation = TABLE[name].derivative
        if differentiation is not None:
            self.check_variables(raw, name, arguments)
            layout = (self.layout,) if differentiation.layout == "as asked" else ()
            return self.build(raw, name, *arguments, params=layout)
        if name == "d":
            return self.build(raw, "d", *arguments, params=(self.varying,))
        return self.build(raw, name, *arguments)

    def check_count(self, raw: Raw, kinds: str) -> str:
        """The kind of each argument, once there are as many as the operator takes."""
        count, base = len(raw.children), kinds.rstrip("+")
        least = len(base)
        most = least if base == kinds else 2 if base == "a" else LARGEST_EXPONENT
        if not least <= count <= most:
            wanted = str(least) if most == least else f"{least} or more" if most > 2 else "1 or 2"
            plural = "argument" if wanted == "1" else "arguments"
            self.fail(
                raw,
                f"{raw.text} takes {wanted} {plural}, and has {count} here",
                f"write {_usage(raw.text)}",
            )
        return base + base[-1:] * (count - least)

    def along(self, raw: Raw) -> Expr:
        """A function of each row (``axis=1``) or of each column (``axis=0``)."""
        if raw.text not in called_along():
            self.fail(
                raw, f"{raw.text} takes no axis", f"axis= belongs to {', '.join(sorted(called_along()))}"
            )
        operator = called_along()[raw.text]
        self.check_count(raw, TABLE[operator].arguments)
        return self.build(raw, operator, self.expression(raw.children[0]), params=(raw.axis,))

    def delta(self, raw: Raw) -> Expr:
        """Both indices of a delta range over the same axis: what one place says of it serves the other."""
        first, second = raw.children
        i, j = self.index(first, None), self.index(second, None)
        known = [self.lookup(r.text).axis if r.kind == "name" else None for r in (first, second)]
        axis = known[0] or known[1]
        return (
            self.build(raw, "delta", *(self.index(r, axis) for r in raw.children))
            if axis
            else (self.build(raw, "delta", i, j))
        )

    def sum(self, raw: Raw) -> Expr:
        if not raw.children:
            self.fail(raw, "sum takes an expression", "write sum(A), or sum(e, i) over an index")
        body, *names = raw.children
        if not names:
            return self.build(raw, "total", self.expression(body))
        scope: dict[str, _Range] = {}
        for name in names:
            if name.kind != "name":
                self.fail(name, "sum runs over index names", "write sum(e, i)")
            if name.text in self.symbols:
                self.fail(name, f"{name.text} is declared as a symbol and cannot be an index")
            if name.text in self.dimensions:
                self.fail(name, f"{name.text} is a dimension and cannot be an index")
            if name.text in scope:
                self.fail(name, f"the index {name.text} is named twice")
            scope[name.text] = self.new_range(name.text)
        self.bound.append(scope)
        typed = self.expression(body)
        self.bound.pop()
        self.remember(scope)
        for place in names:
            if not occurs(place.text, body):
                self.fail(place, f"the index {place.text} does not occur in the sum")
            if self.final and scope[place.text].axis is None:
                self.fail(place, f"nothing says what the index {place.text} ranges over")
        return Sum(typed, tuple(Index(n, r.axis or ONE) for n, r in scope.items()))

    def block(self, raw: Raw) -> Expr:
        if len(raw.children) != 1 or raw.children[0].kind != "list":
            self.fail(raw, "block takes a list of rows", "write block([[A, B], [C, D]])")
        rows = raw.children[0].children
        for row in rows:
            if row.kind != "list":
                self.fail(row, "a row of block is a list", "write block([[A, B], [C, D]])")
            if len(row.children) != len(rows[0].children):
                self.fail(
                    row,
                    f"the first row has {len(rows[0].children)} parts, and this one {len(row.children)}",
                )
        parts = [self.expression(part) for row in rows for part in row.children]
        return self.build(raw, "block", *parts, params=(len(rows), len(rows[0].children)))

    def check_variables(self, raw: Raw, name: str, arguments: list[Argument]) -> None:
        for child, argument in zip(raw.children[1:], arguments[1:], strict=True):
            if not _is_variable(argument):
                self.fail(
                    child,
                    f"{name} differentiates by a declared symbol, its transpose, its vec, or a component of it",
                    "name the expression with a symbol of its own",
                )


def _is_variable(argument: Argument) -> bool:
    match argument:
        case Symbol():
            return argument.definition is None
        case Apply(op="transpose" | "vec" | "component"):
            inner = argument.args[0]
            return isinstance(inner, Symbol) and inner.definition is None
    return False


def _usage(name: str) -> str:
    return "sum(A) or sum(e, i)" if name == "sum" else TABLE[name].syntax
