"""Derivatives of scalar functions by differentials: df by its rules, df = tr(J dX) or df = J dx, and J read off."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cheatsheet.calculus.errors import NoIndexForm
from cheatsheet.calculus.genericity import known_invertible
from cheatsheet.derivatives.authored.carrying import carried, sufficient
from cheatsheet.derivatives.authored.independent import confined
from cheatsheet.derivatives.authored.rules import (
    Constant,
    Reason,
    Units,
    fitted,
    group,
    transposes_inside,
)
from cheatsheet.derivatives.authored.worked import Worked, WorkedLine
from cheatsheet.derivatives.rules.factors import Product, chain, product_of
from cheatsheet.derivatives.rules.laws import law
from cheatsheet.derivatives.rules.remembering import remembered
from cheatsheet.derivatives.rules.rule import Rule, exhausted
from cheatsheet.derivatives.rules.words import LAW, law_words
from cheatsheet.language.expressions import Apply, Equation, Expr, Symbol, inline_definitions, rebuild, walk
from cheatsheet.language.glossary import word
from cheatsheet.language.table import TABLE, ShapeError, build, layout_of
from cheatsheet.language.tidying import tidied

STYLE = "differential"
_RULES = ("powers", "differentials")
_ALGEBRA = ("multiplying-out", "transposes", "properties", "inverses", "row-times-column", "powers")
_ALSO = ("adj-inverse", "det-product", "det-transpose", "det-inverse", "power-difference")


@dataclass(frozen=True)
class Cyclic:
    """tr(XY) = tr(YX) and tr Xᵀ = tr X, a row times a matrix times a column counting as such a trace: in one order."""

    turning: bool = True
    """Whether the transpose counts as well, or cyclic exchange alone."""

    @property
    def id(self) -> str:
        return "turned" if self.turning else "cyclic"

    @remembered
    def rewritten(self, expr: Expr) -> Expr:
        expr = rebuild(expr, self.rewritten)
        match expr:
            case Apply(op="tr", args=(Expr() as of,)):
                return _in_order(Product.of(of), expr, self.turning)
            case Apply(op="matmul") if expr.shape.is_scalar:
                return _in_order(Product.of(expr), expr, self.turning)
        return expr


def _in_order(product: Product, expr: Expr, turning: bool) -> Expr:
    words = [product.word] if product.word else []
    if words and turning:
        words.append(Product.of(transposes_inside(build("transpose", chain(product.word)))).word)
    turns = [(*w[k:], *w[:k]) for w in words for k in range(len(w))]
    square = [w for w in turns if w[0].shape.rows.same_size(w[-1].shape.cols)]
    if not square:
        return expr
    best = min(map(chain, square), key=str)
    one = best if best.shape.is_scalar else build("tr", best)
    return Product(product.coefficient, product.scalars, (Symbol("□", one.shape),)).with_part(0, 1, one)


def by_differentials(equation: Equation) -> Worked | None:
    """The derivation by differentials of a gradient or a derivative of a scalar, None where there is none.

    >>> from cheatsheet.language.dimensions import Axis, Shape
    >>> n = Axis.of("n")
    >>> A, X = (Symbol(name, Shape.matrix(n, n)) for name in "AX")
    >>> f = build("tr", build("matmul", A, build("inv", X)))
    >>> inverse = build("inv", X)
    >>> gradient = build("neg", build("transpose", build("matmul", build("matmul", inverse, A), inverse)))
    >>> work = by_differentials(Equation(build("grad", f, X), gradient))
    >>> [str(line.right) for line in work.lines][1]
    '-tr(inv(X) @ A @ inv(X) @ d(X))'
    """
    found = _asked(equation)
    if found is None:
        return None
    derivative, y, x = found
    form = inline_definitions(equation.rhs)
    varying = frozenset({x.name})
    start = build("d", y, params=(varying,))
    rules = [one.rule for name in _RULES for one in group(name)]
    quiet: list[Rule] = [Units(), Constant(varying), law("trace-sum").rule]
    try:
        expanded = tidied(exhausted(start, [*rules, *quiet]))
        if _unfinished(expanded, x):
            return None
        collected = tidied(_times_increment(derivative, form, x))
        algebra: list[Rule] = [one.rule for name in _ALGEBRA for one in group(name)]
        inverted = known_invertible(form) | known_invertible(y)
        algebra += [fitted(law(id).rule, inverted) for id in _ALSO]
        used = _algebra(expanded, collected, algebra, tuple(quiet))
        own = sufficient([(start, expanded)], tuple(rules), tuple(quiet), confined([start], varying))
    except (NoIndexForm, ShapeError):
        return None
    if used is None or own is None:
        return None
    first = WorkedLine(start, expanded, _reasons(own))
    last = WorkedLine(equation.lhs, equation.rhs, (Reason("read-off", word("why-read-off")),), True)
    if expanded == collected:
        return Worked((first, last), STYLE, (1,))
    return Worked((first, WorkedLine(None, collected, _reasons(used)), last), STYLE, (1,))


def of_differential(equation: Equation, entry: str = "") -> Worked | None:
    """The derivation of a claim d(Y) = …: by the rules that the entry itself does not derive, then by algebra.

    >>> from cheatsheet.language.dimensions import Shape
    >>> X, Y = (Symbol(name, Shape.scalar()) for name in "xy")
    >>> of_differential(Equation(X, Y)) is None
    True
    """
    left = equation.lhs
    if not isinstance(left, Apply) or left.op != "d" or equation.negated:
        return None
    varying = left.params[0]
    start, wanted = inline_definitions(left), inline_definitions(equation.rhs)
    rules = tuple(one.rule for name in _RULES for one in group(name) if one.proof != entry)
    quiet: tuple[Rule, ...] = (Units(), Constant(varying), law("trace-sum").rule)
    algebra: list[Rule] = [one.rule for name in _ALGEBRA for one in group(name) if one.proof != entry]
    try:
        expanded = tidied(exhausted(start, [*rules, *quiet]))
        if any(
            isinstance(n, Apply) and n.op == "d" and not isinstance(n.args[0], Symbol) for n in walk(expanded)
        ):
            return None
        own = sufficient([(start, expanded)], rules, quiet, confined([start], varying))
        used = _algebra(expanded, wanted, algebra, quiet)
    except (NoIndexForm, ShapeError):
        return None
    if own is None or used is None or not own or (not used and len(own) == 1):
        return None  # a claim that a rule says is not derived by that rule
    if not used:
        return Worked((WorkedLine(left, equation.rhs, _reasons(own)),), STYLE, (1,))
    first = WorkedLine(left, expanded, _reasons(own))
    traces = any(isinstance(n, Apply) and n.op == "tr" for side in (expanded, wanted) for n in walk(side))
    return Worked((first, WorkedLine(None, equation.rhs, _reasons(used, traces))), STYLE, (1,))


def _algebra(before: Expr, after: Expr, algebra: list[Rule], quiet: tuple[Rule, ...]) -> list[Rule] | None:
    """The rules of algebra that lead from one form of a differential to another; transposes of traces if need be."""
    ways = [(Cyclic(turning), *algebra) for turning in (False, True)]
    if not carried(before, [*quiet, *ways[True]], after):
        return None
    found = (sufficient([(before, after)], way, quiet) for way in ways)
    return next((used for used in found if used is not None), None)


def is_for_differentials(equation: Equation) -> bool:
    """Whether a textbook would take differentials: by a matrix, with determinants, inverses or their kin."""
    found = _asked(equation)
    return (
        found is not None
        and not found[2].shape.is_vector
        and any(isinstance(n, Apply) and TABLE[n.op].whole_matrix for n in walk(found[1]))
    )


def _asked(equation: Equation) -> tuple[Apply, Expr, Symbol] | None:
    """The derivative on the left, its function without ``let`` names, and the matrix or vector."""
    match equation.lhs:
        case Apply(op="grad" | "diff", args=(Expr() as y, Symbol() as x)) if y.shape.is_scalar:
            if not (x.shape.is_scalar or equation.negated):
                return equation.lhs, inline_definitions(y), x
    return None


def _unfinished(expr: Expr, x: Symbol) -> bool:
    """Whether a differential remains that no rule takes further."""
    return any(isinstance(n, Apply) and n.op == "d" and n.args[0] != x for n in walk(expr))


def _times_increment(derivative: Apply, form: Expr, x: Symbol) -> Expr:
    turned = layout_of(derivative) != "numerator"
    jacobian = product_of(Product.of(_turned(form))) if turned else form
    product = build("matmul", jacobian, build("d", x, params=(frozenset({x.name}),)))
    return product if product.shape.is_scalar else build("tr", product)


def _turned(expr: Expr) -> Expr:
    """The transpose as one writes it: products turned round, (Aᵀ)ᵀ = A, Sᵀ = S; a sum keeps its brackets."""
    match expr:
        case Apply(op="transpose", args=(Expr() as of,)):
            return of
        case Apply(op="matmul", args=(Expr() as a, Expr() as b)):
            return build("matmul", _turned(b), _turned(a))
        case Apply(op="scale" | "over" | "neg"):
            return build(expr.op, *(c if c.shape.is_scalar else _turned(c) for c in expr.children))
        case Apply(op="add" | "sub") if not expr.shape.is_vector:
            return build(expr.op, *map(_turned, expr.children))
        case Apply(op="inv", args=(Expr() as of,)):
            return build("inv", _turned(of))
    return law("symmetric").rule.rewritten(build("transpose", expr))


def _reasons(rules: Iterable[Rule], traces: bool = True) -> tuple[Reason, ...]:
    found = []
    for rule in rules:
        if rule.id in ("cyclic", "turned"):
            names = (
                ["trace-product"] + ["trace-transpose"] * (rule.id == "turned")
                if traces
                else ["number-transpose"]
            )
            found += [Reason(LAW + id, law_words(law(id))) for id in names]
        elif rule.id not in ("units", "constant"):
            found.append(Reason(LAW + rule.id, law_words(law(rule.id))))
    return tuple(dict.fromkeys(found)) or (Reason("rearrange", word("why-rearrange")),)
