"""Declarations for names that nobody declared, found from how an expression uses them.

By convention a lower-case name that starts with a to g is a scalar, another lower-case one a vector, a capital one a
matrix.
Each dimension starts as an unknown of its own; the type checker says which two would have to
agree, they are made to agree, and it is asked again. So the shape rules stand in one place only, the operator table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations, count, islice

from cheatsheet.language.dimensions import Axis, Shape
from cheatsheet.language.elaborate import Declarations, elaborate_expression
from cheatsheet.language.expressions import Symbol
from cheatsheet.language.syntax import ClaimError, Raw, parse_expression
from cheatsheet.language.table import TABLE

LETTERS = "mnpqrsthlk"
MOST_ATTEMPTS = 64
MOST_EQUATIONS = 200


class ExpressionError(ClaimError):
    """What is wrong with an expression or a variable; the offsets count in ``text``, the one of the two at fault."""

    def __init__(self, error: ClaimError, text: str, hint: str | None = None) -> None:
        super().__init__(error.message, error.start, error.end, error.hint if hint is None else hint)
        self.text = text


def infer_declarations(
    text: str, wrt: str, given: Mapping[str, Symbol] | None = None, layout: str = "numerator"
) -> Declarations:
    """The declarations under which the expression and the variable are well-formed.

    >>> found = infer_declarations("A @ x - y", "x")
    >>> {name: str(symbol.shape) for name, symbol in found.symbols.items()}
    {'A': 'm×n', 'x': 'n×1', 'y': 'm×1'}
    >>> found = infer_declarations("x.T @ A @ x", "x")
    >>> {name: str(symbol.shape) for name, symbol in found.symbols.items()}
    {'x': 'n×1', 'A': 'n×n'}

    A name that no scalar fits is a vector whatever its letter: ``a`` in ``a.T @ x``. Raises :class:`ExpressionError`
    where no shapes fit.
    """
    places = [place for part in (text, wrt) for place in _places(_parsed(part))]
    known = dict(given or {})
    taken = {name for name, place in places if place in ("index", "axis")}
    taken |= {name for symbol in known.values() for name in symbol.shape.names}
    kinds: dict[str, str] = {}
    for name, place in places:
        if name not in taken and name not in known and name != "pi":
            kinds[name] = place if place != "value" else kinds.get(name, _convention(name))
    failure: ClaimError | None = None
    for vectors in islice(_readings(kinds), MOST_ATTEMPTS):
        attempt = _Attempt({**kinds, **dict.fromkeys(vectors, "vector")}, known, taken, layout)
        try:
            return attempt.solve(text, wrt)
        except ClaimError as error:
            failure = failure or error
    assert failure is not None  # there is always a first attempt
    raise failure


def _parsed(text: str) -> Raw:
    try:
        return parse_expression(text)
    except ClaimError as error:
        raise ExpressionError(error, text) from None


def _convention(name: str) -> str:
    if name[0].isupper():
        return "matrix"
    return "scalar" if name[0] in "abcdefg" else "vector"


def _readings(kinds: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    """The names to read as vectors against the convention: first none, then as few as possible."""
    scalars = [name for name, kind in kinds.items() if kind == "scalar"]
    for number in range(len(scalars) + 1):
        yield from combinations(scalars, number)


def _places(raw: Raw, place: str = "value") -> Iterator[tuple[str, str]]:
    """Each name and what its place says of it: value, index, axis, scalar (an exponent) or integer (of a matrix)."""
    if raw.kind == "name":
        yield raw.text, place
    for child, kind in zip(raw.children, _places_within(raw), strict=True):
        yield from _places(child, kind)


def _places_within(raw: Raw) -> list[str]:
    """What the place of each child says of a name that stands there alone."""
    number = len(raw.children)
    if raw.kind == "index":
        return ["value"] + ["index"] * (number - 1)
    if raw.kind == "binary" and raw.text == "**":
        return ["value", "scalar" if raw.children[1].kind == "name" else "value"]
    if raw.kind != "call":
        return ["value"] * number
    if raw.text == "sum":
        return (["value"] + ["index"] * number)[:number]
    if raw.text == "matrix_power":
        return (["value"] + ["integer"] * number)[:number]
    kinds = {"e": "value", "i": "index", "a": "axis"}
    letters = TABLE[raw.text].arguments if raw.text in TABLE else ""
    places = [kinds[letter] for letter in letters.rstrip("+")]
    return (places + places[-1:] * number + ["value"] * number)[:number]


class _Attempt:
    """One reading of the undeclared names: their kinds are settled, their dimensions are being solved for."""

    def __init__(
        self, kinds: Mapping[str, str], given: Mapping[str, Symbol], taken: set[str], layout: str
    ) -> None:
        self.given = given
        self.taken = taken | kinds.keys() | given.keys()
        self.layout = layout
        self.solution: dict[str, Axis] = {}
        self.unknown = {name: self.symbol(name, kind) for name, kind in kinds.items()}

    def symbol(self, name: str, kind: str) -> Symbol:
        if kind in ("scalar", "integer"):
            return Symbol(name, Shape.scalar(), frozenset({"integer"} if kind == "integer" else ()))
        rows, cols = (self.fresh(f"?{name}.{side}") for side in ("rows", "cols"))
        return Symbol(name, Shape.matrix(rows, cols) if kind == "matrix" else Shape.vector(rows))

    def fresh(self, name: str) -> Axis:
        axis = self.solution[name] = Axis.of(name)
        return axis

    def declarations(self, names: Mapping[str, Axis]) -> Declarations:
        """The declarations with the unknown dimensions replaced."""
        inferred = {
            name: Symbol(
                name, Shape(tuple(axis.rename(dict(names)) for axis in symbol.shape)), symbol.properties
            )
            for name, symbol in self.unknown.items()
        }
        return Declarations({**self.given, **inferred}, self.layout)

    def solve(self, *texts: str) -> Declarations:
        """Ask the type checker what has to agree until it is content; raises :class:`ClaimError`."""
        for _ in range(MOST_EQUATIONS):
            try:
                for text in texts:
                    elaborate_expression(text, self.declarations(self.solution))
            except ClaimError as error:
                if not error.axes or not all(self.equate(a, b) for a, b in error.axes):
                    break
            else:
                break
        named = self.declarations(self.named())
        for text in texts:
            try:
                elaborate_expression(text, named)
            except ClaimError as error:
                raise ExpressionError(error, text, self.explain(error, named)) from None
        return named

    def equate(self, a: Axis, b: Axis) -> bool:
        """Make two axes agree; False where they cannot. An unknown dimension is never one."""
        a, b = a.rename(self.solution), b.rename(self.solution)
        if a.same_size(b):
            return True
        if not _is_unknown(a):
            a, b = b, a
        if _is_unknown(a):
            if b.is_one or a.names & b.names:
                return False
            change = {str(a.value): b}
            self.solution = {name: axis.rename(change) for name, axis in self.solution.items()}
            return True
        if a.kind != b.kind or not a.parts or len(a.parts) != len(b.parts):
            return False
        return all(self.equate(p, q) for p, q in zip(a.parts, b.parts, strict=True))

    def named(self) -> dict[str, Axis]:
        """The solution with the dimensions that are left free called m, n, p, …, or n where there is one only."""
        shapes = [symbol.shape for symbol in self.unknown.values()]
        shapes.sort(key=lambda shape: not (shape.is_vector or shape.is_scalar), reverse=True)
        axes = [axis.rename(self.solution) for shape in shapes for axis in shape]
        free = list(dict.fromkeys(name for axis in axes for name in _ordered_names(axis) if name[0] == "?"))
        names = self.letters("nm" + LETTERS[2:] if len(free) == 1 else LETTERS)
        change = {name: Axis.of(next(names)) for name in free}
        return {name: axis.rename(change) for name, axis in self.solution.items()}

    def letters(self, preferred: str) -> Iterator[str]:
        yield from (letter for letter in preferred if letter not in self.taken)
        yield from (name for i in count(1) if (name := f"n_{i}") not in self.taken)

    def explain(self, error: ClaimError, named: Declarations) -> str:
        """The hint of an error, with what was assumed about the names that nobody declared."""
        taken = ", ".join(f"{name}: {_declared(named.symbols[name].shape)}" for name in self.unknown)
        assumed = f"undeclared names were read as {taken}; say otherwise with --given" if taken else ""
        return "; ".join(part for part in (error.hint, assumed) if part)


def _is_unknown(axis: Axis) -> bool:
    return axis.kind == "name" and str(axis.value).startswith("?")


def _ordered_names(axis: Axis) -> list[str]:
    """The dimension names of an axis in the order of its parts."""
    if axis.kind == "name":
        return [str(axis.value)]
    return [name for part in axis.parts for name in _ordered_names(part)]


def _declared(shape: Shape) -> str:
    """The shape as ``given`` has it."""
    if shape.is_scalar:
        return "[]"
    return f"[{shape.rows}]" if shape.cols.is_one else f"[{shape.rows}, {shape.cols}]"
