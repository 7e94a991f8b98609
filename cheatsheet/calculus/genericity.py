"""Which matrices are invertible wherever a claim is made, and which at least on a dense set of its points."""

from __future__ import annotations

from collections.abc import Callable

from cheatsheet.calculus.points import regular_somewhere
from cheatsheet.language.expressions import Apply, Expr, Number, Symbol, walk
from cheatsheet.language.table import TABLE

INVERTIBLE = frozenset({"invertible", "positive_definite", "orthogonal"})


def invertible(a: Expr, known: frozenset[Expr]) -> bool:
    """Whether the matrix is invertible at every point of the claim; ``known`` are those that the claim inverts."""
    if a in known:
        return True
    match a:
        case Symbol():
            return bool(a.properties & INVERTIBLE)
        case Apply(op="scale"):
            return _never_zero(a.children[0]) and invertible(a.children[1], known)
        case Apply(op="diag", args=(Expr() as x,)) if x.shape.is_vector:
            return _never_zero(x)
        case Apply():
            return _regular(a, lambda x: invertible(x, known))
    return False


def _regular(a: Apply, operand: Callable[[Expr], bool]) -> bool:
    """Whether the operator makes an invertible matrix, of operands that are where that is asked for."""
    match TABLE[a.op].regular:
        case "always":
            return True
        case "with its operands":
            return all(x.shape.is_square and operand(x) for x in a.children if not x.shape.is_scalar)
    return False


def _never_zero(x: Expr) -> bool:
    """Whether no entry is zero: a number, or a symbol declared so."""
    match x:
        case Number():
            return x.value != 0
        case Symbol():
            return bool(x.properties & {"positive", "nonzero"})
    return False


def generically_invertible(a: Expr, known: frozenset[Expr] = frozenset()) -> bool:
    """Whether the points at which the matrix is invertible are dense among those of the claim."""
    if invertible(a, known) or regular_somewhere(a):
        return True
    match a:
        case Apply(op="scale"):
            return _never_zero(a.children[0]) and generically_invertible(a.children[1], known)
        case Apply(op="matrix_power", args=(_, exponent)) if not (
            isinstance(exponent, Number) and exponent.value > 0
        ):
            return False
        case Apply():
            return _regular(a, lambda x: generically_invertible(x, known))
    return False


def known_invertible(expr: Expr) -> frozenset[Expr]:
    """The matrices that must be invertible for the expression to be defined: those whose inverse or log-determinant it
    uses, and their square factors."""
    found: set[Expr] = set()
    for node in walk(expr):
        if isinstance(node, Apply) and node.op in ("inv", "logdet"):
            _add_with_factors(node.children[0], found)
    return frozenset(found)


def _add_with_factors(a: Expr, found: set[Expr]) -> None:
    if isinstance(a, Apply) and a.op == "transpose":
        a = a.children[0]
    found.add(a)
    if isinstance(a, Apply) and a.op in ("matmul", "kron") and all(x.shape.is_square for x in a.children):
        for x in a.children:
            _add_with_factors(x, found)
