"""Index form: sums of products of components, the form in which layout and transposes do not exist.

A :class:`Poly` is a sum of terms; a term is a rational coefficient times factors with exponents, summed over its bound
indices. Factors are components of symbols (``A[i, j]``), Kronecker deltas, components of opaque matrices such as
inverses, functions of polynomials, and powers of sums. Two polynomials are equal if their canonical keys are: bound
indices have no names there, only places.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from cheatsheet.calculus.budget import check
from cheatsheet.calculus.errors import NoIndexForm
from cheatsheet.language.dimensions import Axis

_serial = itertools.count()


class Idx:
    """An index over an axis that does not split: free when it has a name, else bound by the term it stands in."""

    __slots__ = ("axis", "name", "number")
    _free: ClassVar[dict[tuple[str, Axis], Idx]] = {}

    def __init__(self, axis: Axis, name: str | None = None) -> None:
        self.axis = axis
        self.name = name
        self.number = next(_serial)

    @classmethod
    def free(cls, name: str, axis: Axis) -> Idx:
        """The one free index of this name and axis."""
        key = (name, axis)
        if key not in cls._free:
            cls._free[key] = cls(axis, name)
        return cls._free[key]

    def __repr__(self) -> str:
        return self.name or f"_{self.number}"


Place = Idx | int  # an index, or a position counted from 0


def _place_order(place: Place) -> tuple[int, str, int]:
    """Positions, free indices by name, bound ones by age: the same whatever the process has worked on before."""
    if isinstance(place, int):
        return (0, "", place)
    return (1, place.name, 0) if place.name is not None else (2, "", place.number)


class Factor:
    """One factor of a term: immutable, hashable; ``indices`` are all indices in it, those of its inner sums excepted.

    What it is made of is known by its kind, a class of :mod:`.factors`; ``head`` and ``label`` tell it from others.
    """

    __slots__ = ("_hash", "_key", "indices", "label", "places", "subs", "symmetric")
    head: str
    closed: ClassVar[bool] = False
    """Whether the inner polynomials are matrices: their row and column indices are slots, not indices of the term."""

    def __init__(
        self,
        label: str,
        places: tuple[Place, ...] = (),
        subs: tuple[Poly, ...] = (),
        symmetric: bool = False,
    ) -> None:
        self.places = tuple(sorted(places, key=_place_order)) if symmetric else places
        self.subs = subs
        self.label = label
        self.symmetric = symmetric
        self._hash = hash((self.head, label, self.places, tuple(s.fingerprint for s in subs)))
        inner: set[Idx] = {p for p in places if isinstance(p, Idx)}
        for sub in subs:
            inner |= sub.indices
        self.indices = frozenset(inner)
        self._key: str | None = None

    def moved(self, places: tuple[Place, ...], subs: tuple[Poly, ...] = ()) -> Factor:
        """The same at other places and, where it is open, with other polynomials inside."""
        raise NotImplementedError

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return self is other or (
            isinstance(other, Factor)
            and self._hash == other._hash
            and self.head == other.head
            and self.label == other.label
            and self.places == other.places
            and all(a == b for a, b in zip(self.subs, other.subs, strict=True))
        )

    def replace(self, change: Mapping[Idx, Place]) -> Factor:
        """The factor with indices renamed."""
        if not any(i in change for i in self.indices):
            return self
        places = tuple(change.get(p, p) if isinstance(p, Idx) else p for p in self.places)
        return self.moved(places, self.subs if self.closed else tuple(s.replace(change) for s in self.subs))

    def key(self, labels: Mapping[Idx, str]) -> str:
        """A text that determines the factor once its bound indices have labels."""
        if self._key is not None:
            return self._key
        places = [p.name or labels.get(p, "?") if isinstance(p, Idx) else str(p) for p in self.places]
        if self.symmetric:
            places.sort()
        subs = "" if not self.subs else "{" + ";".join(s.key(labels) for s in self.subs) + "}"
        key = f"{self.head}:{self.label}{subs}[{','.join(places)}]"
        if all(i.name is not None for i in self.indices):  # no label stands in it
            self._key = key
        return key

    def __repr__(self) -> str:
        return self.key({i: repr(i) for i in self.indices})


Factors = dict[Factor, Fraction]


@dataclass(frozen=True, eq=False)
class Term:
    """Factors with their exponents, summed over the bound indices."""

    factors: tuple[tuple[Factor, Fraction], ...]
    bound: frozenset[Idx] = frozenset()

    def indices(self) -> set[Idx]:
        return set().union(*(f.indices for f, _ in self.factors)) - self.bound

    def key(self, labels: Mapping[Idx, str]) -> str:
        return canonical_key(self, labels)[0]


class Poly:
    """A sum of terms with rational coefficients; ``collect`` merges the equal ones."""

    __slots__ = ("_fingerprint", "_indices", "_key", "collected", "terms")

    def __init__(self, terms: Iterable[tuple[Fraction, Term]] = (), collected: bool = False) -> None:
        self.terms = tuple(terms)
        self.collected = collected
        self._key: str | None = None
        self._fingerprint: int | None = None
        self._indices: frozenset[Idx] | None = None

    @staticmethod
    def number(value: Fraction | int) -> Poly:
        value = Fraction(value)
        return Poly([(value, UNIT)], True) if value else ZERO

    @property
    def indices(self) -> frozenset[Idx]:
        """The indices that are free in the polynomial."""
        if self._indices is None:
            self._indices = frozenset().union(*(t.indices() for _, t in self.terms))
        return self._indices

    @property
    def constant(self) -> Fraction | None:
        """The value of a polynomial that is a number, else nothing."""
        if not self.terms:
            return Fraction(0)
        if len(self.terms) == 1 and not self.terms[0][1].factors:
            return self.terms[0][0]
        return None

    def collect(self) -> Poly:
        """The same sum with equal terms merged and zero terms dropped, sorted by key."""
        if self.collected:
            return self
        if len(self.terms) < 2:
            return Poly((pair for pair in self.terms if pair[0]), True)
        merged: dict[str, tuple[Fraction, Term]] = {}
        labels = {i: repr(i) for i in self.indices}  # indices bound further out are told apart
        for coefficient, term in self.terms:
            key = term.key(labels)
            if key in merged:
                coefficient += merged[key][0]
                term = merged[key][1]
            merged[key] = (coefficient, term)
        return Poly((merged[k] for k in sorted(merged) if merged[k][0]), True)

    def replace(self, change: Mapping[Idx, Place]) -> Poly:
        """Free indices renamed; bound ones are kept apart."""
        if not any(i in change for i in self.indices):
            return self
        terms = []
        for coefficient, term in self.terms:
            if any(v in term.bound for v in change.values()):
                term = refreshed(term)
            inner = {k: v for k, v in change.items() if k not in term.bound}
            factors: Factors = {}
            for factor, exponent in term.factors:
                new = factor.replace(inner)
                factors[new] = factors.get(new, Fraction(0)) + exponent
            terms.append((coefficient, Term(tuple(factors.items()), term.bound)))
        return Poly(terms)

    def key(self, labels: Mapping[Idx, str]) -> str:
        own = self.collect()
        relevant = any(i.name is None for i in own.indices)
        if not relevant and own._key is not None:
            return own._key
        known = labels if relevant else {}
        key = "+".join(sorted(f"{c}*{t.key(known)}" for c, t in own.terms)) or "0"
        if not relevant:
            own._key = key
        return key

    @property
    def fingerprint(self) -> int:
        """A hash that does not see bound indices; equal polynomials have equal ones."""
        if self._fingerprint is None:
            self._fingerprint = hash(
                tuple(sorted((c, tuple(sorted((f.head, f.label, e) for f, e in t.factors)))
                             for c, t in self.terms))
            )  # fmt: skip
        return self._fingerprint

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Poly) or self.fingerprint != other.fingerprint:
            return False
        labels = {i: repr(i) for i in self.indices | other.indices}
        return self.key(labels) == other.key(labels)

    def __hash__(self) -> int:
        return self.fingerprint

    def __repr__(self) -> str:
        return self.key({i: repr(i) for i in self.indices})

    def __add__(self, other: Poly) -> Poly:
        if not self.terms:
            return other
        return Poly(self.terms + other.terms) if other.terms else self

    def times(self, value: Fraction | int) -> Poly:
        value = Fraction(value)
        if value == 1:
            return self
        return Poly(((c * value, t) for c, t in self.terms), self.collected) if value else ZERO

    def __neg__(self) -> Poly:
        return self.times(-1)

    def __sub__(self, other: Poly) -> Poly:
        return self + other.times(-1)


UNIT = Term(())
ZERO = Poly((), True)


def refreshed(term: Term) -> Term:
    """The same term with new bound indices, so that it can be multiplied with a copy of itself."""
    change: dict[Idx, Place] = {i: Idx(i.axis) for i in term.bound}
    factors = tuple((f.replace(change), e) for f, e in term.factors)
    return Term(factors, frozenset(change[i] for i in term.bound))  # type: ignore[misc]


# --- canonical keys -------------------------------------------------------------------------------------------------

MOST_BRANCHES = 5000


def canonical_key(term: Term, outer: Mapping[Idx, str]) -> tuple[str, tuple[Idx, ...]]:
    """A text that is the same for terms that differ in the names of bound indices alone, and the order it gives them.

    The factors fall into pieces connected by bound indices; each piece is labelled on its own, so that many equal
    pieces cost no more than one.
    """
    if not term.bound:
        return "·".join(sorted(_power_text(f.key(outer), e) for f, e in term.factors)), ()
    keys: list[tuple[str, tuple[Idx, ...]]] = []
    for factors, bound in pieces(term):
        if not bound:
            ((factor, exponent),) = factors
            keys.append((_power_text(factor.key(outer), exponent), ()))
        else:
            keys.append(_label_piece(factors, bound, outer))
    keys.sort(key=lambda pair: pair[0])
    return "·".join(k for k, _ in keys), tuple(i for _, order in keys for i in order)


def _power_text(text: str, exponent: Fraction) -> str:
    return text if exponent == 1 else f"{text}^{exponent}"


def pieces(term: Term) -> list[tuple[list[tuple[Factor, Fraction]], list[Idx]]]:
    """The factors grouped by the bound indices that connect them."""
    pieces: list[tuple[list[tuple[Factor, Fraction]], set[Idx]]] = []
    for factor, exponent in term.factors:
        bound = factor.indices & term.bound
        joined = [p for p in pieces if p[1] & bound] if bound else []
        factors, indices = [(factor, exponent)], set(bound)
        for piece in joined:
            pieces.remove(piece)
            factors += piece[0]
            indices |= piece[1]
        pieces.append((factors, indices))
    return [(f, sorted(b, key=lambda i: i.number)) for f, b in pieces]


def _label_piece(
    factors: list[tuple[Factor, Fraction]], bound: list[Idx], outer: Mapping[Idx, str]
) -> tuple[str, tuple[Idx, ...]]:
    base = len(outer)

    def text(order: list[Idx]) -> str:
        labels = {**outer, **{i: f"~{base + k}" for k, i in enumerate(order)}}
        axes = ",".join(str(i.axis) for i in order)
        return f"Σ{axes}(" + "·".join(sorted(_power_text(f.key(labels), e) for f, e in factors)) + ")"

    if len(bound) == 1:
        return text(bound), tuple(bound)
    budget = [MOST_BRANCHES]
    colours = _refine({i: str(i.axis) for i in bound}, factors, outer)
    return _individualise(colours, factors, outer, text, budget)


def _individualise(
    colours: dict[Idx, str],
    factors: list[tuple[Factor, Fraction]],
    outer: Mapping[Idx, str],
    text: Callable[[list[Idx]], str],
    budget: list[int],
) -> tuple[str, tuple[Idx, ...]]:
    """Give one index of a tied class a colour of its own, each in turn; the least text wins."""
    check()
    budget[0] -= 1
    if budget[0] < 0:
        raise NoIndexForm("too many equal factors to bring the term into normal form")
    classes: dict[str, list[Idx]] = {}
    for index, colour in colours.items():
        classes.setdefault(colour, []).append(index)
    tied = sorted(c for c, members in classes.items() if len(members) > 1)
    if not tied:
        order = sorted(colours, key=lambda i: colours[i])
        return text(order), tuple(order)
    best: tuple[str, tuple[Idx, ...]] | None = None
    for index in classes[tied[0]]:
        split = _refine({**colours, index: colours[index] + "!"}, factors, outer)
        found = _individualise(split, factors, outer, text, budget)
        if best is None or found[0] < best[0]:
            best = found
    assert best is not None
    return best


def _refine(
    colours: dict[Idx, str], factors: list[tuple[Factor, Fraction]], outer: Mapping[Idx, str]
) -> dict[Idx, str]:
    """Colour every index by the factors it stands in and the colours of their other indices, until nothing splits."""
    count = len(set(colours.values()))
    while count < len(colours):
        signatures: dict[Idx, str] = {}
        for index in colours:
            labels = {**outer, **colours, index: "*"}
            seen = sorted(_power_text(f.key(labels), e) for f, e in factors if index in f.indices)
            signatures[index] = f"{colours[index]}|{'·'.join(seen)}"
        ranks = {s: f"c{k:02d}" for k, s in enumerate(sorted(set(signatures.values())))}
        colours = {i: ranks[s] for i, s in signatures.items()}
        if len(ranks) == count:
            break
        count = len(ranks)
    return colours
