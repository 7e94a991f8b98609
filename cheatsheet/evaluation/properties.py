"""Matrices that have the declared properties exactly, built from free integers.

A recipe turns integers without any restriction (so that they can be drawn at random, shrunk to zeros, or taken modulo a
prime) into a value that has every declared property by construction: an orthogonal matrix is a Cayley transform times
a signed permutation, an idempotent one M·diag(0/1)·M⁻¹. Combinations that no matrix has give no recipe.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cheatsheet.evaluation.fields import Array, UnsupportedError
from cheatsheet.evaluation.jets import Domain, Jet
from cheatsheet.evaluation.matrices import det, identity, inv
from cheatsheet.evaluation.numerics import np

ENTRY_PROPERTIES = frozenset({"positive", "nonzero", "integer"})


@dataclass(frozen=True)
class Part:
    """A block of integers that a recipe asks for.

    ``kind`` says what they become: ``any``, ``positive``, ``nonzero`` (divided by the denominator of the batch),
    ``sign`` (±1), ``bit`` (0 or 1), ``order`` (a permutation).
    """

    shape: tuple[int, ...]
    kind: str


Parts = Mapping[str, Jet]


@dataclass(frozen=True)
class Recipe:
    """The integers needed, the value built from them, and what is left to check of it."""

    parts: dict[str, Part]
    build: Callable[[Parts, Domain], Jet]
    invertible: bool = False
    entries: str = ""  # "positive" or "nonzero" where the construction alone does not make the entries so
    complete: bool = True
    """Whether it reaches every matrix with the properties, or a dense set of them."""

    def value(self, parts: Parts, domain: Domain) -> Jet:
        """The value; points where it misses a property are excluded."""
        value = self.build(parts, domain)
        if self.invertible:
            domain.exclude(np.asarray(domain.field.is_zero(det(value).base), dtype=bool), 2)
        if self.entries:
            domain.exclude(np.asarray(domain.field.is_zero(value.base), dtype=bool), 2)
        if self.entries == "positive":
            if domain.field.dtype is np.int64:
                raise UnsupportedError("an order modulo a prime")
            domain.exclude(np.asarray(value.base < 0, dtype=bool), 2)
        return value


def recipe(properties: frozenset[str], shape: tuple[int, int]) -> Recipe | None:
    """How to build a matrix with the properties, or None where there is none of this shape."""
    entries = "positive" if "positive" in properties else "nonzero" if "nonzero" in properties else ""
    wanted = closure(properties - ENTRY_PROPERTIES)
    rows, cols = shape
    if not wanted:
        return Recipe({"entries": Part(shape, entries or "any")}, _plain)
    if rows != cols or "impossible" in wanted:
        return None
    return _square(wanted, rows, entries)


def closure(properties: frozenset[str]) -> frozenset[str]:
    """The properties together with those that follow from them; ``zero``, ``identity``, ``impossible`` among them."""
    found = set(properties)
    while True:
        new = {then for needed, then in _CONSEQUENCES if needed <= found} - found
        if not new:
            return frozenset(found)
        found |= new


def is_connected(properties: frozenset[str]) -> bool:
    """Whether the matrices with the properties are one piece, those that are singular or have zeros put back in."""
    return not closure(properties) & {"orthogonal", "idempotent"}


def needs_even_size(properties: frozenset[str]) -> bool:
    """An antisymmetric matrix of odd size is singular."""
    return {"antisymmetric", "invertible"} <= closure(properties)


def _rules() -> list[tuple[frozenset[str], str]]:
    lower, upper = "lower_triangular", "upper_triangular"
    table = [
        ("positive_definite", "symmetric"),
        ("positive_definite", "invertible"),
        ("orthogonal", "invertible"),
        ("diagonal", "symmetric"),
        ("diagonal", lower),
        ("diagonal", upper),
        (f"{lower} {upper}", "diagonal"),
        (f"symmetric {lower}", "diagonal"),
        (f"symmetric {upper}", "diagonal"),
        (f"orthogonal {lower}", "diagonal"),
        (f"orthogonal {upper}", "diagonal"),
        ("antisymmetric symmetric", "zero"),
        (f"antisymmetric {lower}", "zero"),
        (f"antisymmetric {upper}", "zero"),
        ("antisymmetric idempotent", "zero"),
        ("idempotent invertible", "identity"),
        ("positive_definite orthogonal", "identity"),
        ("zero invertible", "impossible"),
    ]
    return [(frozenset(needed.split()), then) for needed, then in table]


_CONSEQUENCES = _rules()


def _square(wanted: frozenset[str], n: int, entries: str) -> Recipe | None:
    """The recipe for a square matrix with a closed set of properties."""
    regular = "invertible" in wanted
    kind = "any"
    if "zero" in wanted:
        return Recipe({}, lambda p, d: d.constant(np.zeros((n, n), dtype=np.int64)), entries=entries)
    if "identity" in wanted:
        return Recipe({}, lambda p, d: identity(d, n), entries=entries)
    if "diagonal" in wanted:
        kind = _first(wanted, orthogonal="sign", idempotent="bit", positive_definite="positive")
        kind = "nonzero" if kind == "any" and regular else kind
        return Recipe({"diagonal": Part((n,), kind)}, _diagonal, entries=entries)
    if wanted & {"lower_triangular", "upper_triangular"}:
        return _triangular(wanted, n, entries)
    if "antisymmetric" in wanted:
        return _antisymmetric(wanted, n, entries)
    if "symmetric" in wanted:
        return _symmetric(wanted, n, entries)
    if "orthogonal" in wanted:
        return Recipe(_orthogonal_parts(n), _orthogonal, entries=entries)
    if "idempotent" in wanted:
        parts = {"lower": Part((n, n), "any"), "upper": Part((n, n), "any"), "rank": Part((n,), "bit")}
        return Recipe(parts, _idempotent, entries=entries)
    return Recipe({"entries": Part((n, n), entries or kind)}, _plain, invertible=regular)


def _first(wanted: frozenset[str], **kinds: str) -> str:
    return next((kind for name, kind in kinds.items() if name in wanted), "any")


def _triangular(wanted: frozenset[str], n: int, entries: str) -> Recipe:
    upper = "upper_triangular" in wanted
    if "idempotent" in wanted:
        parts = {"lower": Part((n, n), "any"), "rank": Part((n,), "bit")}

        def build(p: Parts, domain: Domain) -> Jet:
            m = unit_lower(p["lower"], domain)
            value = m @ _diagonal({"diagonal": p["rank"]}, domain) @ inv(m)
            return value.T if upper else value

        return Recipe(parts, build, entries=entries)
    kind = "nonzero" if "invertible" in wanted else "any"

    def build_triangle(p: Parts, domain: Domain) -> Jet:
        value = _below(p["lower"]) + _diagonal(p, domain)
        return value.T if upper else value

    parts = {"lower": Part((n, n), "any"), "diagonal": Part((n,), kind)}
    return Recipe(parts, build_triangle, entries=entries)


def _antisymmetric(wanted: frozenset[str], n: int, entries: str) -> Recipe | None:
    if "invertible" in wanted and n % 2:
        return None
    if "orthogonal" in wanted:
        turn = np.kron(np.eye(n // 2, dtype=np.int64), np.array([[0, -1], [1, 0]]))
        return Recipe(
            _orthogonal_parts(n),
            lambda p, d: _orthogonal(p, d) @ d.constant(turn) @ _orthogonal(p, d).T,
            entries=entries,
        )
    return Recipe(
        {"lower": Part((n, n), "any")},
        lambda p, d: _skew(p["lower"]),
        invertible="invertible" in wanted,
        entries=entries,
    )


def _symmetric(wanted: frozenset[str], n: int, entries: str) -> Recipe:
    if wanted & {"orthogonal", "idempotent"}:
        kind = "sign" if "orthogonal" in wanted else "bit"
        parts = {**_orthogonal_parts(n), "spectrum": Part((n,), kind)}

        def build(p: Parts, domain: Domain) -> Jet:
            q = _orthogonal(p, domain)
            return q @ _diagonal({"diagonal": p["spectrum"]}, domain) @ q.T

        return Recipe(parts, build, entries=entries)
    if "positive_definite" in wanted:
        lower = "positive" if entries == "positive" else "any"  # positive factors have a positive product
        parts = {"lower": Part((n, n), lower), "diagonal": Part((n,), "positive")}

        def build_definite(p: Parts, domain: Domain) -> Jet:
            m = unit_lower(p["lower"], domain)
            return m @ _diagonal(p, domain) @ m.T

        if entries == "positive":  # there are others: their triangular factors have negative entries
            return Recipe(parts, build_definite, complete=False)
        return Recipe(parts, build_definite, entries=entries)
    return Recipe(
        {"triangle": Part((n, n), entries or "any")},
        lambda p, d: _below(p["triangle"], diagonal=True) + _below(p["triangle"]).T,
        invertible="invertible" in wanted,
    )


# --- construction ----------------------------------------------------------------------------------------------------


def _plain(p: Parts, domain: Domain) -> Jet:
    return p["entries"]


def _diagonal(p: Parts, domain: Domain) -> Jet:
    """The diagonal matrix of a part of n integers (held as n×1)."""
    diagonal = p["diagonal"]
    return diagonal * identity(domain, diagonal.core[0])


def _below(a: Jet, diagonal: bool = False) -> Jet:
    """The entries below the diagonal (or on it too), zeros elsewhere."""
    n = a.core[0]
    mask = np.tri(n, k=0 if diagonal else -1, dtype=np.int64)
    return a.linear(lambda t: t * mask)


def _skew(lower: Jet) -> Jet:
    strict = _below(lower)
    return strict - strict.T


def unit_lower(lower: Jet, domain: Domain) -> Jet:
    """Ones on the diagonal, the given entries below it."""
    return _below(lower) + identity(domain, lower.core[0])


def _orthogonal_parts(n: int) -> dict[str, Part]:
    return {"skew": Part((n, n), "any"), "signs": Part((n,), "sign"), "order": Part((n,), "order")}


def _orthogonal(p: Parts, domain: Domain) -> Jet:
    """A permutation of the rows of diag(±1)·(I − S)(I + S)⁻¹ with S antisymmetric: every determinant, ±1, occurs."""
    skew = _skew(p["skew"])
    eye = identity(domain, skew.core[0])
    rotation = p["signs"] * ((eye - skew) @ inv(eye + skew))
    order = p["order"].base
    rows = np.take_along_axis(rotation.base, np.broadcast_to(order, rotation.base.shape), axis=-2)
    return rotation.of_base(rows)


def _idempotent(p: Parts, domain: Domain) -> Jet:
    m = unit_lower(p["lower"], domain) @ unit_lower(p["upper"], domain).T
    return m @ _diagonal({"diagonal": p["rank"]}, domain) @ inv(m)


def read_part(integers: Array, part: Part, domain: Domain, denominator: int) -> Jet:
    """The integers of a part as the numbers they stand for; a part of n integers becomes n×1."""
    if part.kind == "sign":
        integers, denominator = 1 - 2 * (integers & 1), 1
    elif part.kind == "bit":
        integers, denominator = integers & 1, 1
    elif part.kind == "positive":
        integers = np.abs(integers) + (integers == 0)
    elif part.kind == "nonzero":
        integers = integers + (integers == 0)
    elif part.kind == "order":
        return Jet(domain, {0: _permutations(integers)[..., np.newaxis]})
    array = domain.field.array(integers, denominator)
    return Jet(domain, {0: array if array.ndim == 3 else array[..., np.newaxis]})


def _permutations(integers: Array) -> Array:
    """Each row of integers as a permutation: position k is swapped with one not before it, by 0 with itself."""
    count, n = integers.shape
    orders = np.tile(np.arange(n), (count, 1))
    rows = np.arange(count)
    for k in range(n - 1):
        other = k + integers[:, k] % (n - k)
        orders[rows, k], orders[rows, other] = orders[rows, other].copy(), orders[rows, k].copy()
    return orders
