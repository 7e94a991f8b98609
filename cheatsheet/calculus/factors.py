"""The kinds of factors of a term, each with what it is made of; :mod:`.terms` has what they share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeGuard

from cheatsheet.calculus.index_values import Placed, outline
from cheatsheet.calculus.terms import Factor, Idx, Place, Poly, Term
from cheatsheet.language.expressions import Expr, Jet, Symbol

Slots = tuple[Idx, Idx]
_ONE = Poly.number(1)


class Entry(Factor):
    """A component of a symbol; over structured axes ``of`` says at which values it was taken."""

    __slots__ = ("of",)
    head = "sym"

    def __init__(self, of: Symbol | Placed, places: tuple[Place, ...], symmetric: bool = False) -> None:
        self.of = of
        if isinstance(of, Placed):
            label = f"{of.symbol.name}|{','.join(outline(value) for value in of.values)}"
        else:
            label = f"d {of.name}" if of.kind == "differential" else of.name
        super().__init__(label, places, symmetric=symmetric)

    def moved(self, places: tuple[Place, ...], subs: tuple[Poly, ...] = ()) -> Entry:
        return Entry(self.of, places, self.symmetric)


class Projection(Entry):
    """An entry of A A⁺ (``side`` is ``range``) or of A⁺ A (``row``), as if it were of a symbol."""

    __slots__ = ("matrix", "side")

    def __init__(self, of: Symbol, matrix: Symbol, side: str, places: tuple[Place, ...]) -> None:
        self.matrix, self.side = matrix, side
        super().__init__(of, places, symmetric=True)

    def moved(self, places: tuple[Place, ...], subs: tuple[Poly, ...] = ()) -> Projection:
        assert isinstance(self.of, Symbol)
        return Projection(self.of, self.matrix, self.side, places)


class JetEntry(Factor):
    """A component of an abstract derivative."""

    __slots__ = ("jet",)
    head = "jet"

    def __init__(self, jet: Jet, places: tuple[Place, ...]) -> None:
        self.jet = jet
        super().__init__(f"{jet.symbol.name}/{','.join(s.name for s in jet.by)}", places)

    def moved(self, places: tuple[Place, ...], subs: tuple[Poly, ...] = ()) -> JetEntry:
        return JetEntry(self.jet, places)


class Delta(Factor):
    """A Kronecker delta."""

    __slots__ = ()
    head = "delta"

    def __init__(self, places: tuple[Place, ...]) -> None:
        super().__init__("", places, symmetric=True)

    def moved(self, places: tuple[Place, ...], subs: tuple[Poly, ...] = ()) -> Delta:
        return Delta(places)


class Function(Factor):
    """A function of a scalar."""

    __slots__ = ("name",)
    head = "fn"

    def __init__(self, name: str, argument: Poly) -> None:
        self.name = name
        super().__init__(name, subs=(argument,))

    def moved(self, places: tuple[Place, ...], subs: tuple[Poly, ...] = ()) -> Function:
        return Function(self.name, *subs)


class Group(Factor):
    """A sum standing under an exponent."""

    __slots__ = ()
    head = "group"

    def __init__(self, inner: Poly) -> None:
        super().__init__("", subs=(inner,))

    def moved(self, places: tuple[Place, ...], subs: tuple[Poly, ...] = ()) -> Group:
        return Group(*subs)


class Exponential(Factor):
    """A base with a symbolic exponent."""

    __slots__ = ()
    head = "expo"

    def __init__(self, base: Poly, exponent: Poly) -> None:
        super().__init__("", subs=(base, exponent))

    def moved(self, places: tuple[Place, ...], subs: tuple[Poly, ...] = ()) -> Exponential:
        return Exponential(*subs)


class Dimension(Factor):
    """A dimension, used as a number."""

    __slots__ = ("name",)
    head = "size"

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(name)

    def moved(self, places: tuple[Place, ...], subs: tuple[Poly, ...] = ()) -> Dimension:
        return self


class Prime(Factor):
    """A prime number under a root."""

    __slots__ = ("number",)
    head = "prime"

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(str(number))

    def moved(self, places: tuple[Place, ...], subs: tuple[Poly, ...] = ()) -> Prime:
        return self


class Pi(Factor):
    """π."""

    __slots__ = ()
    head = "pi"

    def __init__(self) -> None:
        super().__init__("pi")

    def moved(self, places: tuple[Place, ...], subs: tuple[Poly, ...] = ()) -> Pi:
        return self


@dataclass(frozen=True)
class MatrixFunction:
    """What an opaque factor is: the function, its argument, the slots of the argument's rows and columns."""

    kind: str
    argument: Expr
    slots: Slots | None = None
    determinant: Term | None = None
    exponent: Poly = _ONE
    antisymmetric: bool = False
    """Whether the argument is known to be; noted of determinants."""
    of_number: Callable[[Poly, Poly, Fraction], Poly] | None = field(default=None, compare=False)
    """The function of a number, as the diagonal of a triangular argument needs it, given that number, the exponent of
    the function, and a power that the value is raised to. Powers are made by the rules that read this."""


class MatrixEntry(Factor):
    """A component of an opaque matrix function; what is inside is a matrix, whose indices are slots."""

    __slots__ = ("function",)
    head = "mat"
    closed = True

    def __init__(
        self,
        function: MatrixFunction,
        places: tuple[Place, ...],
        subs: tuple[Poly, ...],
        symmetric: bool = False,
        label: str = "",
    ) -> None:
        self.function = function
        super().__init__(label or _opaque_label(function), places, subs, symmetric)

    @property
    def slots(self) -> Slots:
        assert self.function.slots is not None
        return self.function.slots

    def moved(self, places: tuple[Place, ...], subs: tuple[Poly, ...] = ()) -> MatrixEntry:
        return MatrixEntry(self.function, places, self.subs, self.symmetric, self.label)


class Determinant(Factor):
    """A determinant that no rule works out."""

    __slots__ = ("function",)
    head = "det"
    closed = True

    def __init__(self, function: MatrixFunction, matrix: Poly) -> None:
        self.function = function
        note = " antisymmetric" if function.antisymmetric else ""
        super().__init__(f"{function.argument.shape.rows}{note}", subs=(matrix,))

    @property
    def slots(self) -> Slots:
        assert self.function.slots is not None
        return self.function.slots

    def moved(self, places: tuple[Place, ...], subs: tuple[Poly, ...] = ()) -> Determinant:
        return self


class Letter(Factor):
    """What another reading of expressions takes for one thing: a kind, and what tells it from others of that kind."""

    __slots__ = ("head",)

    def __init__(
        self,
        head: str,
        label: str = "",
        places: tuple[Place, ...] = (),
        subs: tuple[Poly, ...] = (),
        symmetric: bool = False,
    ) -> None:
        self.head = head
        super().__init__(label, places, subs, symmetric)

    def moved(self, places: tuple[Place, ...], subs: tuple[Poly, ...] = ()) -> Letter:
        return Letter(self.head, self.label, places, subs, self.symmetric)


def _opaque_label(function: MatrixFunction) -> str:
    """What an opaque matrix is, its argument apart: the function, its size, its exponent."""
    if function.slots is None:
        return f"{function.kind} {function.argument}"
    row, col = (slot.axis for slot in function.slots)
    name = f"{function.kind} {row if row == col else f'{row}×{col}'}"
    exponent = function.exponent
    return name if exponent.constant == 1 else f"{name}^({exponent.collect().key({})})"


def is_function(factor: Factor, *names: str) -> TypeGuard[Function]:
    """Whether a factor is one of these functions."""
    return isinstance(factor, Function) and factor.name in names


def is_opaque(factor: Factor, *kinds: str) -> TypeGuard[MatrixEntry]:
    """Whether a factor is a component of one of these functions of a matrix."""
    return isinstance(factor, MatrixEntry) and factor.function.kind in kinds
