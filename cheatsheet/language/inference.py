"""Declarations for names that nobody declared, found from how an expression uses them.

Use comes first: what stands in ``norm(a)``, ``outer(a, b)`` or ``a.T`` is a vector, what stands in ``ones(n)`` or
divides a sum beside it is a size, and what fits no other way is what fits. Where use leaves it open, a lower-case name
that starts with a to g and the name of a Greek letter are scalars, another lower-case one a vector, a capital one a
matrix.

Each dimension starts as an unknown of its own; the type checker says which two would have to
agree, they are made to agree, and it is asked again. So the shape rules stand in one place only, the operator table.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cache
from itertools import combinations, count, islice

from cheatsheet.language.dimensions import Axis, Shape
from cheatsheet.language.elaborate import Declarations, elaborate_expression
from cheatsheet.language.expressions import Symbol
from cheatsheet.language.habits import square_brackets_told
from cheatsheet.language.names import leaves
from cheatsheet.language.syntax import ClaimError, NotationError, Raw, parse_expression
from cheatsheet.language.table import TABLE, ShapeError, constants

LETTERS = "mnpqrsthlk"
MOST_ATTEMPTS = 64
MOST_EQUATIONS = 200
GREEK = frozenset(
    "alpha beta gamma delta epsilon varepsilon eps zeta eta theta vartheta iota kappa lam lamda mu nu xi omicron rho "
    "sigma tau upsilon phi varphi chi psi omega".split()
)


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

    A name that no scalar fits is a vector whatever its letter: ``a`` in ``a.T @ x``; a divisor of a sum is its size:

    >>> found = infer_declarations("sum(x) / n", "x")
    >>> {name: str(symbol.shape) for name, symbol in found.symbols.items()}
    {'x': 'n×1'}

    Raises :class:`ExpressionError` where no shapes fit.
    """
    places = [place for part in (text, wrt) for place in _places(_parsed(part))]
    known = dict(given or {})
    _refuse_square_brackets(text, known)
    taken = {name for name, place in places if place in ("index", "axis")}
    taken |= {name for symbol in known.values() for name in symbol.shape.names}
    kinds: dict[str, str] = {}
    arrays = {name for name, place in places if place == "array"}
    for name, place in places:
        if name not in taken and name not in known and name not in constants():
            usual = kinds.get(name, convention(name))
            array = place == "array" and usual == "scalar"
            kinds[name] = "vector" if array else usual if place in ("value", "array") else place

    def search(kinds: Mapping[str, str]) -> Declarations:
        failure: ClaimError | None = None
        for changed in islice(_readings(kinds, arrays), MOST_ATTEMPTS):
            try:
                return _Attempt({**kinds, **changed}, known, taken, layout).solve(text, wrt)
            except ClaimError as error:
                failure = failure or error
        assert failure is not None  # there is always a first attempt
        raise failure

    whole = _parsed(text)
    divisors = [name for name in kinds if name != wrt and _only_divides(name, whole)]
    sizes = [name for name in divisors if _divides_a_sum(name, whole)]
    numbers, found = list(sizes), None
    with suppress(ClaimError):
        found = search({**kinds, **dict.fromkeys(divisors, "scalar"), **dict.fromkeys(sizes, "size")})
        numbers = [name for name in divisors if name in sizes or _divides_a_number(name, text, found)]
    if found is None or len(numbers) < len(divisors):
        change = {name: "size" if name in sizes else "scalar" for name in numbers}
        found = search({**kinds, **change})
    return _with_sizes(numbers, text, wrt, kinds, found)


def _refuse_square_brackets(text: str, known: Container[str]) -> None:
    for leaf in leaves(_parsed(text)):
        told = None if leaf.text in known else square_brackets_told(leaf.text, text, leaf.end)
        if told is not None:
            said = f"{text[told.start : told.end]} is not part of the language"
            raise ExpressionError(NotationError(said, told.start, told.end, told.hint), text)


def _parsed(text: str) -> Raw:
    try:
        return parse_expression(text)
    except ClaimError as error:
        raise ExpressionError(error, text) from None


def convention(name: str) -> str:
    """What the letter of an undeclared name stands for: a matrix, a scalar or a vector."""
    if name[0].isupper():
        return "matrix"
    letter = name.split("_")[0].rstrip("0123456789")
    return "scalar" if name[0] in "abcdefg" or letter in GREEK else "vector"


def _readings(kinds: Mapping[str, str], arrays: Container[str]) -> Iterator[dict[str, str]]:
    """What to read against the convention: first nothing, then as little as possible, scalars as vectors first;
    ``arrays`` are used as such."""
    other = {"scalar": "vector", "vector": "scalar"}
    names = [name for kind in other for name in kinds if kinds[name] == kind]
    names = [name for name in names if kinds[name] == "scalar" or name not in arrays]
    for number in range(len(names) + 1):
        for chosen in combinations(names, number):
            yield {name: other[kinds[name]] for name in chosen}


# --- numbers that divide ---------------------------------------------------------------------------------------------


def _only_divides(name: str, whole: Raw) -> bool:
    """Whether a name that would be an array by its letter stands nowhere but below a fraction line."""
    uses = sum(leaf.kind == "name" and leaf.text == name for leaf in leaves(whole))
    below = sum(name in _sizes_in(part) for _, parts in _chains(whole) for part in parts)
    return 0 < uses == below and convention(name) != "scalar"


def _divides_a_sum(name: str, whole: Raw) -> bool:
    """Whether a divisor stands below what is a number however the names in it are read: below a sum, or a norm."""
    return any(
        name in _sizes(parts)
        and all(f.kind == "number" or (f.kind == "call" and _makes_a_number(f)) for f in factors)
        and any(f.kind == "call" for f in factors)
        for factors, parts in _chains(whole)
    )


def _makes_a_number(call: Raw) -> bool:
    """Whether the operator makes a number of whatever it is applied to."""
    return call.axis is None and _makes_one("total" if call.text == "sum" else call.text, len(call.children))


def _divides_a_number(name: str, text: str, found: Declarations) -> bool:
    """Whether a divisor has a scalar beside it wherever it stands: a sum and its size, a square and its scale."""
    beside = (factors for factors, parts in _chains(_parsed(text)) if name in _sizes(parts))
    return all(any(_is_number(factor, text, found) for factor in factors) for factors in beside)


def _chains(raw: Raw) -> Iterator[tuple[list[Raw], list[Raw]]]:
    """For each product in the tree its factors, and what divides it and may be a size."""
    factors: list[Raw] = []
    below: list[Raw] = []
    parts = [(raw, factors)]
    while parts:
        part, side = parts.pop()
        if part.kind == "unary":
            parts.append((part.children[0], side))
        elif part.kind == "binary" and part.text in ("*", "/"):
            above, other = part.children
            turned = part.text == "/"
            parts += [(above, side), (other, (below if side is factors else factors) if turned else side)]
        else:
            side.append(part)
    sizes = [part for part in reversed(below) if _sizes_in(part)]
    if sizes:
        yield factors, sizes
    for part in (*factors, *below):
        for child in part.children:
            yield from _chains(child)


def _sizes_in(part: Raw) -> list[str]:
    """The name that a divisor is made of, once for each time that it divides: ``n``, ``n - 1``, ``n ** 2``."""
    match part.kind, part.text, part.children:
        case "name", name, _:
            return [name]
        case "binary", "+" | "-", (Raw(kind="name", text=name), Raw(kind="number")):
            return [name]
        case "binary", "**", (Raw(kind="name", text=name), Raw(kind="number", text="2")):
            return [name, name]
    return []


def _sizes(parts: list[Raw]) -> list[str]:
    return [name for part in parts for name in _sizes_in(part)]


def _is_number(factor: Raw, text: str, found: Declarations) -> bool:
    """Whether a factor is a scalar, and not a number that is written down: those say nothing of what divides them."""
    shape = _shape(factor, text, found)
    return factor.kind != "number" and shape is not None and shape.is_scalar


def _shape(raw: Raw, text: str, found: Declarations) -> Shape | None:
    try:
        return elaborate_expression(text[raw.start : raw.end], found).shape
    except ClaimError:
        return None


def _with_sizes(
    numbers: list[str], text: str, wrt: str, kinds: Mapping[str, str], found: Declarations
) -> Declarations:
    """The declarations with divisors read as the sizes of what is summed beside them, where there is such a thing."""
    for factors, parts in _chains(_parsed(text)):
        own = [name for name in _sizes(parts) if name in numbers and name in found.symbols]
        for raw in (call for factor in factors for call in _calls(factor)):
            shape = _shape(raw.children[0], text, found)
            axes = [] if shape is None else [name for axis in shape for name in _ordered_names(axis)]
            several = [own] if len(own) == len(axes) else []
            for names in [*several, *([name] for name in own if len(set(axes)) == 1 == len(axes))]:
                if (
                    sized := _sized(dict(zip(axes, names, strict=True)), text, wrt, kinds, found)
                ) is not None:
                    return _with_sizes(numbers, text, wrt, kinds, sized)
    return found


def _sized(
    sizes: Mapping[str, str], text: str, wrt: str, kinds: Mapping[str, str], found: Declarations
) -> Declarations | None:
    """The declarations with axes named by what were numbers; None where that fits not."""
    others = {name: symbol for name, symbol in found.symbols.items() if name not in sizes.values()}
    fixed = {axis for n, symbol in others.items() if n not in kinds for axis in symbol.shape.names}
    if sizes.keys() & fixed or not sizes:
        return None
    change = {axis: Axis.of(name) for axis, name in sizes.items()}
    symbols = {n: _renamed(s, change) if n in kinds else s for n, s in others.items()}
    sized = replace(found, symbols=symbols)
    return sized if all(_is_well_formed(part, sized) for part in (text, wrt)) else None


def _calls(raw: Raw) -> Iterator[Raw]:
    if raw.kind == "call" and raw.children:
        yield raw
    for child in raw.children:
        yield from _calls(child)


def _renamed(symbol: Symbol, names: dict[str, Axis]) -> Symbol:
    shape = Shape(tuple(axis.rename(names) for axis in symbol.shape))
    return Symbol(symbol.name, shape, symbol.properties)


def _is_well_formed(text: str, found: Declarations) -> bool:
    try:
        elaborate_expression(text, found)
    except ClaimError:
        return False
    return True


# --- what places say -------------------------------------------------------------------------------------------------


def _places(raw: Raw, place: str = "value") -> Iterator[tuple[str, str]]:
    """Each name and what its place says of it: value, array (no number), index, axis, scalar (an exponent) or integer
    (the exponent of a matrix)."""
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
    if raw.kind == "transpose" or (raw.kind == "binary" and raw.text == "@"):
        return ["array"] * number
    if raw.kind != "call":
        return ["value"] * number
    if _takes_arrays("total" if raw.text == "sum" else raw.text, number):
        return ["array"] * number
    if raw.text == "sum":
        return (["value"] + ["index"] * number)[:number]
    if raw.text == "matrix_power":
        return (["value"] + ["integer"] * number)[:number]
    kinds = {"e": "value", "i": "index", "a": "axis"}
    letters = TABLE[raw.text].arguments if raw.text in TABLE else ""
    places = [kinds[letter] for letter in letters.rstrip("+")]
    return (places + places[-1:] * number + ["value"] * number)[:number]


@cache
def _takes_arrays(operator: str, number: int) -> bool:
    """Whether the operator makes something of another shape of vectors: of numbers it would have nothing to make."""
    vector = Shape.vector(Axis.of("n"))
    shape = _shape_of(operator, (vector,) * number)
    return shape is not None and not shape.agrees(vector)


@cache
def _makes_one(operator: str, number: int) -> bool:
    """Whether the operator makes a number of arrays, whatever arrays it takes."""
    arrays = Shape.vector(Axis.of("n")), Shape.matrix(Axis.of("n"), Axis.of("n"))
    shapes = [shape for a in arrays if (shape := _shape_of(operator, (a,) * number)) is not None]
    return bool(shapes) and all(shape.is_scalar for shape in shapes)


def _shape_of(operator: str, shapes: tuple[Shape, ...]) -> Shape | None:
    """What a function of arrays, called by name, makes of symbols of these shapes; None if it does not take them."""
    row = TABLE.get(operator)
    if row is None or row.infix or set(row.arguments) - {"e", "+"}:
        return None
    try:
        return row.shape(tuple(Symbol("v", shape) for shape in shapes), ())
    except (ShapeError, IndexError, ValueError):
        return None


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
        if kind in ("scalar", "size", "integer"):
            return Symbol(name, Shape.scalar(), frozenset({"integer"} if kind == "integer" else ()))
        rows, cols = (self.fresh(f"?{name}.{side}") for side in ("rows", "cols"))
        return Symbol(name, Shape.matrix(rows, cols) if kind == "matrix" else Shape.vector(rows))

    def fresh(self, name: str) -> Axis:
        axis = self.solution[name] = Axis.of(name)
        return axis

    def declarations(self, names: Mapping[str, Axis]) -> Declarations:
        """The declarations with the unknown dimensions replaced."""
        inferred = {name: _renamed(symbol, dict(names)) for name, symbol in self.unknown.items()}
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
        if isinstance(error, NotationError):
            return error.hint
        taken = ", ".join(f"{name}: {declared_shape(named.symbols[name].shape)}" for name in self.unknown)
        assumed = f"undeclared names were read as {taken}; say otherwise with --given" if taken else ""
        return "; ".join(part for part in (error.hint, assumed) if part)


def _is_unknown(axis: Axis) -> bool:
    return axis.kind == "name" and str(axis.value).startswith("?")


def _ordered_names(axis: Axis) -> list[str]:
    """The dimension names of an axis in the order of its parts."""
    if axis.kind == "name":
        return [str(axis.value)]
    return [name for part in axis.parts for name in _ordered_names(part)]


def declared_axes(shape: Shape) -> list[str]:
    """The axes as ``given`` has them: none of a scalar, one of a column."""
    return [str(axis) for axis in shape.axes[: 0 if shape.is_scalar else 1 if shape.cols.is_one else 2]]


def declared_shape(shape: Shape) -> str:
    """The shape as ``given`` has it.

    >>> declared_shape(Shape.scalar()), declared_shape(Shape.vector(Axis.of("n")))
    ('[]', '[n]')
    """
    return f"[{', '.join(declared_axes(shape))}]"
