"""Induction over a whole number: what holds for one, and for k + 1 and k − 1 wherever it holds for k, holds for all.

A block of lines that begins with the hypothesis may use it; what it shows is used only for the step from k to its
neighbour. Matrices with negative powers are invertible in a block that leads there: Aᵏ⁻¹ with k ≤ 0 needs A⁻¹ anyway.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from cheatsheet.calculus.errors import NoIndexForm
from cheatsheet.calculus.terms import Poly
from cheatsheet.derivatives.rules.dependence import depends
from cheatsheet.derivatives.rules.matching import arranged, declared
from cheatsheet.language.expressions import (
    Apply,
    Equation,
    Expr,
    Number,
    Symbol,
    inline_definitions,
    rebuild,
    walk,
)
from cheatsheet.language.table import TABLE, build

HYPOTHESIS = "induction hypothesis"
ON = "induction on "
_STARTS = (0, 1)


class NoInduction(Exception):
    """The lines do not make an induction."""


@dataclass
class Block:
    """The lines that rest on a hypothesis; ``outside`` are the lines that could be referred to before them."""

    hypothesis: Equation
    outside: dict[str, Equation] = field(default_factory=dict)
    facts: list[Equation] = field(default_factory=list)
    invertible: frozenset[Expr] = frozenset()
    """What may be inverted in these lines, because the claim has a negative power of it where they lead."""


def concluded(claim: Equation, k: Symbol, facts: Iterable[Equation], blocks: list[Block]) -> None:
    """Check that a claim follows for all k from facts and from blocks; raises :class:`NoInduction`."""
    if "integer" not in k.properties:
        raise NoInduction(f"{k.name} is not declared an integer")
    if depends_otherwise(claim, k):
        raise NoInduction(
            f"the claim depends on {k.name} by more than what it says, by a derivative or a function"
        )
    facts = list(facts)
    starts = [start for start in _STARTS if _shown(at(claim, k, Number(start)), facts)]
    if not starts:
        raise NoInduction(f"no line says it for {k.name} = 0 or 1")
    start = starts[0]
    for matrix, exponent in _powers(claim):
        if not _is_defined(matrix, exponent, claim, k, start):
            raise NoInduction(
                f"at {k.name} = {start} it has a power that need not exist, {exponent} of {matrix}"
            )
    for direction, name in ((1, "+"), (-1, "-")):
        if direction < 0 and "positive" in k.properties:
            continue
        wanted = at(claim, k, build("add", k, Number(direction)))
        found = [b for b in blocks if _same(b.hypothesis, claim) and _shown(wanted, b.facts)]
        if not found:
            raise NoInduction(f"no lines lead from the hypothesis to {k.name} {name} 1")
        for block in found:
            block.invertible |= {
                matrix
                for matrix, exponent in _powers(claim)
                if (value := _number(replaced(exponent, k, Number(start + direction)))) is not None
                and value < 0
            }


def depends_otherwise(claim: Equation, k: Symbol) -> bool:
    """Whether something in a claim depends on a letter that is not replaced when the letter is."""
    nodes = [node for side in (claim.lhs, claim.rhs) for node in walk(inline_definitions(side))]
    hidden = any(isinstance(n, Symbol) and n != k and depends(n, frozenset([k.name])) for n in nodes)
    changing = (n for n in nodes if isinstance(n, Apply) and TABLE[n.op].differentiates)
    return hidden or any(k in walk(n) for n in changing)


def at(claim: Equation, k: Symbol, value: Expr) -> Equation:
    """What a claim says for another value of a letter."""
    left, right = (replaced(inline_definitions(side), k, value) for side in (claim.lhs, claim.rhs))
    return Equation(left, right)


def replaced(expr: Expr, k: Symbol, value: Expr) -> Expr:
    """The expression with a letter replaced.

    >>> from cheatsheet.language.dimensions import Shape
    >>> k = Symbol("k", Shape.scalar())
    >>> replaced(build("neg", k), k, Number(1))
    -1
    """
    return value if expr == k else rebuild(expr, lambda child: replaced(child, k, value))


def _shown(claim: Equation, facts: Iterable[Equation]) -> bool:
    return any(_same(fact, claim) for fact in facts)


def _same(one: Equation, other: Equation) -> bool:
    pairs = ((one.lhs, other.lhs), (one.rhs, other.rhs)), ((one.lhs, other.rhs), (one.rhs, other.lhs))
    try:
        return any(
            all(a.shape.agrees(b.shape) and _arranged(a) == _arranged(b) for a, b in way) for way in pairs
        )
    except NoIndexForm:
        return False


def _arranged(expr: Expr) -> Poly:
    return arranged(inline_definitions(expr))


def _powers(claim: Equation) -> Iterator[tuple[Expr, Expr]]:
    for node in (n for side in (claim.lhs, claim.rhs) for n in walk(inline_definitions(side))):
        match node:
            case Apply(op="matrix_power", args=(Expr() as matrix, Expr() as exponent)):
                yield matrix, exponent


def _is_defined(matrix: Expr, exponent: Expr, claim: Equation, k: Symbol, start: int) -> bool:
    """Whether a power exists for the first number wherever the claim is made, and its exponent moves evenly."""
    if _number(build("sub", replaced(exponent, k, build("add", k, Number(1))), exponent)) is None:
        return False
    first = replaced(exponent, k, Number(start))
    value = _number(first)
    if value is not None:
        return value >= 0 or declared(matrix, "invertible")
    return any(m == matrix and arranged(e) == arranged(first) for m, e in _powers(claim))


def _number(expr: Expr) -> Fraction | None:
    """The value of an expression in which no letters are left."""
    terms = arranged(expr).terms
    if not terms:
        return Fraction(0)
    ((value, term), *more) = terms
    return value if not more and not term.factors else None
