"""What is done to both sides of an equation: a factor, a function, terms moved, a derivative read off."""

from __future__ import annotations

import re
from typing import TypeGuard

from cheatsheet.derivatives.authored.rules import Reason, filled_words, varied, zero_like
from cheatsheet.derivatives.rules.dependence import depends
from cheatsheet.derivatives.rules.laws import theorems
from cheatsheet.language.expressions import Apply, Equation, Expr, Symbol, rebuild
from cheatsheet.language.formulas import flipped
from cheatsheet.language.glossary import word
from cheatsheet.language.table import build, differentiation, layout_of, variables
from cheatsheet.printing.latex import latex_of


class DoesNotApply(Exception):
    """What is to be done to both sides cannot be done to this equation."""


Pairs = list[tuple[Expr, Expr]]
"""What has to be carried over into what."""

_FACTOR = re.compile(r"(?P<what>multiply|divide) by (?P<by>.+?)(?: from the (?P<side>left|right))?")
DIFFERENTIATED = "differentials of both sides"
_FUNCTIONS = {
    "transpose both sides": "transpose",
    "determinants of both sides": "det",
    "traces of both sides": "tr",
    "square roots of both sides": "sqrt",
    "inverses of both sides": "inv",
    DIFFERENTIATED: "d",
}
_OTHERS = ("move terms", "right inverse", "left inverse", "read off", "as differential")
TRANSFORMATIONS = (*_FUNCTIONS, *_OTHERS, *theorems(), "multiply by …", "divide by …")


def factor_named(text: str) -> re.Match[str] | None:
    """The parts of ``multiply by X from the left``, ``divide by c``."""
    return _FACTOR.fullmatch(text)


def is_transformation(text: str) -> bool:
    return text in (*_FUNCTIONS, *_OTHERS, *theorems()) or factor_named(text) is not None


def transformation_words(text: str, factor: Expr | None) -> Reason:
    """What is done to both sides, in words."""
    found = factor_named(text)
    if found is None or factor is None:
        return Reason(text.replace(" ", "-"), word(f"why-{text.replace(' ', '-')}"))
    key = "-".join(filter(None, [found["what"], found["side"]]))
    return Reason(key, filled_words(f"why-{key}", latex_of(factor)))


def transformed(
    text: str, factor: Expr | None, fact: Equation, wanted: Equation, varying: frozenset[str]
) -> Pairs:
    """What both sides become, each with the side of the wanted equation that it has to be carried over into.

    ``wanted`` may be the equation with its sides exchanged; ``varying`` are the letters of every d(…).

    Raises :class:`DoesNotApply`, and :class:`~cheatsheet.language.table.ShapeError` for a factor that does not fit.
    """
    left, right = fact.lhs, fact.rhs
    if (found := factor_named(text)) is not None and factor is not None:
        new = [_times(side, factor, found["what"], found["side"]) for side in (left, right)]
    elif text in _FUNCTIONS:
        params: tuple[frozenset[str], ...] = (varying,) if text == DIFFERENTIATED else ()
        new = [build(_FUNCTIONS[text], side, params=params) for side in (left, right)]
    elif text == "move terms":
        return [(build("sub", left, right), build("sub", wanted.lhs, wanted.rhs))]
    elif text == "read off":
        return _read_off(fact, wanted, varying)
    elif text == "as differential":
        new = list(_differential(fact, varying))
    else:
        new = list(_inverse(fact, text == "right inverse"))
    return [(new[0], wanted.lhs), (new[1], wanted.rhs)]


def _times(side: Expr, factor: Expr, what: str, place: str | None) -> Expr:
    if what == "divide":
        return build("over", side, factor)
    if place is None:
        return build("scale", factor, side)
    return build("matmul", *((factor, side) if place == "left" else (side, factor)))


def _inverse(fact: Equation, right: bool) -> tuple[Expr, Expr]:
    """From M N = I with square M: M⁻¹ = N, or for a left inverse N⁻¹ = M."""
    identity = isinstance(fact.rhs, Apply) and fact.rhs.op == "I"
    if not identity or not isinstance(fact.lhs, Apply) or fact.lhs.op != "matmul":
        raise DoesNotApply("it needs an equation M @ N == I(n), with M and N in brackets")
    m, n = fact.lhs.children
    if not m.shape.is_square:
        raise DoesNotApply(f"{m} is not square")
    return (build("inv", m), n) if right else (build("inv", n), m)


def _differential(fact: Equation, varying: frozenset[str]) -> tuple[Expr, Expr]:
    """From a gradient or Jacobian the differential: dy = J dx."""
    if not _is_derivative(fact.lhs):
        raise DoesNotApply("it needs an equation grad(f, X) == …")
    y, x = fact.lhs.children
    jacobian = _jacobian(fact.lhs, fact.rhs)
    return _d(y, varying), _times_increment(jacobian, y, x, varying)


def _read_off(fact: Equation, wanted: Equation, varying: frozenset[str]) -> Pairs:
    """From df = tr(Gᵀ dX) the gradient G, from dy = J dx the Jacobian J; increments of other letters are zero."""
    lhs = wanted.lhs
    if not _is_derivative(lhs):
        raise DoesNotApply("it needs a derivative on the left of this line: grad(f, X) == …")
    y, x = lhs.children
    if len(variables(lhs)) > 1:
        y = build("grad", y, x)
    found = _times_increment(_jacobian(lhs, wanted.rhs), y, x, varying)
    return [(fact.lhs, _d(y, varying)), (_only(fact.rhs, x), found)]


def _is_derivative(expr: Expr) -> TypeGuard[Apply]:
    return isinstance(expr, Apply) and differentiation(expr) is not None and len(expr.children) == 2


def _d(expr: Expr, varying: frozenset[str]) -> Expr:
    return build("d", expr, params=(varying,))


def _times_increment(jacobian: Expr, y: Expr, x: Expr, varying: frozenset[str]) -> Expr:
    """J dx, or tr(J dX) for a function of a matrix."""
    if x.shape.is_scalar:
        return build("scale", _d(x, varying), jacobian)
    product_ = build("matmul", jacobian, _d(x, varying))
    return build("tr", product_) if y.shape.is_scalar and not x.shape.is_vector else product_


def _jacobian(derivative: Apply, form: Expr) -> Expr:
    """The matrix J of dy = J dx, or of df = tr(J dX), for the way in which the derivative is laid out."""
    if layout_of(derivative) in ("denominator", "mixed") and not derivative.children[1].shape.is_scalar:
        return flipped(form)
    return form


def _only(expr: Expr, x: Expr) -> Expr:
    """The expression with the increments of all letters put to zero that do not depend on the one."""
    if (symbol := varied(expr)) is not None:
        moves = isinstance(x, Symbol) and depends(symbol, frozenset([x.name]))
        return expr if moves or symbol.definition is not None else zero_like(expr)
    return rebuild(expr, lambda child: _only(child, x))
