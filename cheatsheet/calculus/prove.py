"""Equality for every dimension and every value, decided by the normal form of the index calculus."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product as cartesian

from cheatsheet.calculus.alignment import aligned
from cheatsheet.calculus.budget import STEPS, within
from cheatsheet.calculus.components import Components, free_alternatives
from cheatsheet.calculus.errors import NoIndexForm
from cheatsheet.calculus.facts import defined_as_written
from cheatsheet.calculus.genericity import known_invertible
from cheatsheet.calculus.index_values import Value, alternatives, require_alike
from cheatsheet.calculus.instances import generalised, with_counts
from cheatsheet.calculus.ordering import ordered
from cheatsheet.calculus.restated import restatements
from cheatsheet.calculus.structure import consequences
from cheatsheet.calculus.terms import Poly
from cheatsheet.calculus.zero import is_zero
from cheatsheet.language.expressions import (
    Apply,
    Equation,
    Expr,
    Symbol,
    free_indices,
    inline_definitions,
    symbols,
    walk,
)
from cheatsheet.language.table import TABLE

MOST_CASES = 3000
STEPS_AT_SIZES = 1500
"""The steps for each form of a claim about fixed sizes, where a matrix that is written out has terms beyond number."""


def prove(equation: Equation) -> bool:
    """Whether the two sides are shown equal, for every dimension and value; False says nothing.

    >>> from cheatsheet.language.elaborate import Declarations, elaborate_claim
    >>> from cheatsheet.language.dimensions import Axis, Shape
    >>> from cheatsheet.language.expressions import Symbol
    >>> n = Axis.of("n")
    >>> given = {"x": Symbol("x", Shape.vector(n)), "A": Symbol("A", Shape.matrix(n, n))}
    >>> prove(elaborate_claim("diff(x.T @ A @ x, x) == x.T @ (A + A.T)", Declarations(given)))
    True
    >>> prove(elaborate_claim("diff(x.T @ A @ x, x) == 2 * x.T @ A", Declarations(given)))
    False
    """
    with within():
        return _proved(equation)


def _proved(equation: Equation) -> bool:
    general = list(generalised(equation))
    counted = [form for claim in general if (form := with_counts(claim)) != claim]
    for form in (*general, *counted, equation):
        with within(STEPS_AT_SIZES if general else STEPS):
            if _shown(form):
                return True
    return False


def _shown(equation: Equation) -> bool:
    lhs, rhs = aligned(inline_definitions(equation.lhs), inline_definitions(equation.rhs))
    one, other = ordered(lhs), ordered(rhs)
    if one == other and _holds([(one, other)]):
        return True
    if any(map(_holds, restatements(lhs, rhs))):
        return True
    if (one != lhs or other != rhs) and any(map(_holds, restatements(one, other))):
        return True
    return any(map(_has_determinant_of_sum, (lhs, rhs))) and _holds([(lhs, rhs)], whole=True)


def _holds(equations: list[tuple[Expr, Expr]], whole: bool = False) -> bool:
    try:
        return all(_equal(*aligned(left, right), whole) for left, right in equations)
    except (NoIndexForm, RecursionError):
        return False


def _has_determinant_of_sum(side: Expr) -> bool:
    """Whether a determinant stands there that can be kept whole."""
    found = [n.children[0] for n in walk(side) if isinstance(n, Apply) and n.op in ("det", "logdet")]
    return any(isinstance(a, Apply) and a.op in ("add", "sub") for a in found)


def _equal(lhs: Expr, rhs: Expr, whole: bool = False) -> bool:
    for a, b in zip(lhs.shape.axes, rhs.shape.axes, strict=True):
        require_alike(a, b)
    known = known_invertible(lhs) | known_invertible(rhs)
    continuous = _continuous(lhs, rhs)
    for names in index_cases(lhs, rhs):
        c = Components(names, known, continuous, whole)
        with defined_as_written(_keeps_its_domain(lhs, rhs)):
            if not all(is_zero(c(lhs, *at) - c(rhs, *at)) for at in free_alternatives(lhs.shape.axes)):
                return False
    return True


def _keeps_its_domain(*sides: Expr) -> bool:
    """Whether the index form is defined where the sides are, and there only.

    Derivatives and functions of whole matrices bring denominators of their own, and a function of δa is taken apart
    into one of a: what such a form is not defined at says nothing of the claim.
    """
    nodes = [n for side in sides for n in walk(side)]
    rows = [TABLE[n.op] for n in nodes if isinstance(n, Apply)]
    if any(row.differentiates or row.whole_matrix for row in rows):
        return False
    partial = any(row.smoothness == "analytic" for row in rows)
    return not (partial and any(_has_zeros_of_its_own(n) for n in nodes))


def _has_zeros_of_its_own(node: Expr) -> bool:
    """Whether entries may be zeros that come of their place alone, as those of I and of a diagonal matrix."""
    if isinstance(node, Symbol):
        return "diagonal" in consequences(node.properties)
    if not isinstance(node, Apply):
        return False
    if not node.children:
        return bool(node.args)
    return len(node.children) == 1 and len(node.shape.free_axes) > len(node.children[0].shape.free_axes)


def _continuous(*sides: Expr) -> bool:
    """Whether equality on a dense set of points is equality at all of them."""
    nodes = [n for side in sides for n in walk(side) if isinstance(n, Apply)]
    return not any(TABLE[n.op].has_pieces or _jumps_at_zero(n) for n in nodes)


def _jumps_at_zero(node: Apply) -> bool:
    """Whether it is a power like 0ᶠ, which is 1 where f is zero and 0 beside it; sizes and integers stay fixed."""
    return node.op == "power" and any("integer" not in s.properties for s in symbols(node.children[1]))


def normal_forms(scalars: Sequence[Expr]) -> list[tuple[str, ...] | None]:
    """The normal form of each of several scalars, one text for each case of its free indices; None where there is none.

    Scalars with the same texts are equal, for every dimension and value; of others this says nothing.
    """
    try:
        cases = index_cases(*scalars)
    except NoIndexForm:
        return [None for _ in scalars]
    continuous = _continuous(*scalars)
    return [_normal_form(scalar, cases, continuous) for scalar in scalars]


def _normal_form(scalar: Expr, cases: list[dict[str, Value]], continuous: bool) -> tuple[str, ...] | None:
    known = known_invertible(scalar)
    try:
        with within():
            return tuple(Components(names, known, continuous)(scalar).collect().key({}) for names in cases)
    except (NoIndexForm, RecursionError):
        return None


def difference(lhs: Expr, rhs: Expr) -> list[Poly]:
    """The components of the difference of two expressions, one for each case of block and position."""
    known = known_invertible(lhs) | known_invertible(rhs)
    return [
        (c(lhs, *at) - c(rhs, *at)).collect()
        for names in index_cases(lhs, rhs)
        for c in (Components(names, known),)
        for at in free_alternatives(lhs.shape.axes)
    ]


def index_cases(*sides: Expr) -> list[dict[str, Value]]:
    """Values for the index names that stand free: one case, or one for each block or position."""
    free = {name: index for side in sides for name, index in free_indices(side).items()}
    choices = [[v for v, _ in alternatives(i.axis, name)] for name, i in free.items()]
    count = 1
    for choice in choices:
        count *= len(choice)
    if count > MOST_CASES:
        raise NoIndexForm("too many positions to go through one by one")
    return [dict(zip(free, values, strict=True)) for values in cartesian(*choices)]
