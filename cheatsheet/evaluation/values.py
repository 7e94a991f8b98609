"""The ``evaluate`` column: the value of an operator at concrete points.

Each function takes the evaluator and the node and returns a jet (see :mod:`.jets`): a matrix with its
derivatives along the directions that are open. Derivatives come out of the arithmetic of jets; the one fact about an
operator that is stated here is its meaning. The slope of a function of one number is a column of its row.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from cheatsheet.language.expressions import Apply, Expr, Number
from cheatsheet.language.formulas import X, formula
from cheatsheet.language.table import TABLE, sources

Jet = Any  # the verifier reads this table, so that the table cannot import the verifier
Evaluator = Any
Rule = Callable[[Evaluator, Apply], Jet]


def of_values(function: Callable[..., Jet]) -> Rule:
    """A rule that needs the values of its arguments only."""
    return lambda m, node: function(*m.arguments(node))


def of_matrix(name: str) -> Rule:
    """A function of a matrix that the evaluator knows by name."""
    return lambda m, node: getattr(m.matrices, name)(*m.arguments(node))


# --- arithmetic ------------------------------------------------------------------------------------------------------

add = of_values(lambda a, b: a + b)
sub = of_values(lambda a, b: a - b)
neg = of_values(lambda a: -a)
product = of_values(lambda a, b: a * b)
quotient = of_values(lambda a, b: a * b.reciprocal())


def power(m: Evaluator, node: Apply) -> Jet:
    """An exponent that is known to be an integer multiplies; any other needs a positive base (or a real power)."""
    base, exponent = node.children
    known = m.exact(exponent)
    if known is None:
        return m(base).real_power(m(exponent))
    if known.denominator == 1:
        return m(base).integer_power(int(known))
    if known == _HALF:
        return m(base).sqrt()
    return m(base).real_power(m.domain.number(known))


def component(m: Evaluator, node: Apply) -> Jet:
    operand, *positions = m.arguments(node)
    return m.component(operand, positions, node.children[0].shape)


# --- products --------------------------------------------------------------------------------------------------------

matmul = of_values(lambda a, b: a @ b)
transpose = of_values(lambda a: a.T)
dot = of_values(lambda x, y: (x.flat() * y.flat()).total())
outer = of_values(lambda x, y: x.flat() @ y.flat().T)
vec = of_values(lambda a: a.vec())
total = of_values(lambda a: a.total())


@of_values
def cross(x: Jet, y: Jet) -> Jet:
    """Entry i is x_(i+1)·y_(i+2) − x_(i+2)·y_(i+1), positions counted modulo 3."""
    return x.rolled(1) * y.rolled(2) - x.rolled(2) * y.rolled(1)


@of_values
def kron(a: Jet, b: Jet) -> Jet:
    """Entry (i·p + k, j·q + l) is a_ij·b_kl for b p×q."""
    (m, n), (p, q) = a.core, b.core
    left = a.linear(lambda t: t.reshape(*t.shape[:-2], m, 1, n, 1), 4)
    right = b.linear(lambda t: t.reshape(*t.shape[:-2], 1, p, 1, q), 4)
    return (left * right).linear(lambda t: t.reshape(*t.shape[:-4], m * p, n * q), 2)


def diag(m: Evaluator, node: Apply) -> Jet:
    (a,) = m.arguments(node)
    if node.children[0].shape.is_vector:
        column = a.flat()
        return column * m.matrices.identity(m.domain, column.core[0])
    return a.diagonal()


# --- linear algebra --------------------------------------------------------------------------------------------------

tr = of_values(lambda a: a.trace())
det = of_matrix("det")
inv = of_matrix("inv")
adj = of_matrix("adj")
pinv = of_matrix("pinv")
expm = of_matrix("expm")
logdet = of_matrix("logdet")


norm = of_values(lambda a: (a * a).total().sqrt())
norm1 = of_values(lambda a: absolute(a).total())


def matrix_power(m: Evaluator, node: Apply) -> Jet:
    base, exponent = node.children
    known = m.exact(exponent)
    if known is None or known.denominator != 1:
        return m.refuse("matrix_power with an exponent that varies")
    return m.matrices.matrix_power(m(base), int(known))


# --- constants -------------------------------------------------------------------------------------------------------


def pi(m: Evaluator, node: Apply) -> Jet:
    return m.domain.number(0).of_base(m.field.pi())


def identity(m: Evaluator, node: Apply) -> Jet:
    return m.matrices.identity(m.domain, m.size(node.args[0]))


def ones(m: Evaluator, node: Apply) -> Jet:
    return m.domain.filled(m.sizes(node.shape), 1)


def zeros(m: Evaluator, node: Apply) -> Jet:
    return m.domain.filled(m.sizes(node.shape), 0)


def unit(m: Evaluator, node: Apply) -> Jet:
    position, n = m.arguments(node)
    return m.basis_vector(position, n)


def delta(m: Evaluator, node: Apply) -> Jet:
    i, j = m.arguments(node)
    return m.indicator(i == j)


def commutation(m: Evaluator, node: Apply) -> Jet:
    """K(m, n) takes vec(A) to vec(A.T): entry (i·n + j, j·m + i) is 1."""
    return m.matrices.commutation(m.domain, *m.arguments(node))


def block(m: Evaluator, node: Apply) -> Jet:
    rows, cols = node.params
    parts = m.arguments(node)
    lines = [m.concatenate(parts[r * cols : (r + 1) * cols], -1) for r in range(rows)]
    return m.concatenate(lines, -2)


# --- element by element ----------------------------------------------------------------------------------------------


_HALF = Fraction(1, 2)


def of_one_element(name: str) -> Rule:
    """A function of every entry; it has no derivative at a jump, and if it has a kink, not at 0."""

    def rule(m: Evaluator, node: Apply) -> Jet:
        (x,) = m.arguments(node)
        match TABLE[name].smoothness:
            case "jump":
                x.exclude_jumps(name)
            case "kink":
                x.exclude_moving_zeros()
        return _applied(name, x)

    return rule


def _applied(name: str, x: Jet) -> Jet:
    fact = TABLE[name].one_element
    assert fact is not None
    slope = formula(fact.slope)
    return x.apply(name, lambda a: _of_formula(slope, a))


def _of_formula(rule: Expr, x: Jet) -> Jet:
    """The value of a formula of one number at every entry of a jet."""
    if rule == X:
        return x
    if isinstance(rule, Number):
        return x.domain.number(rule.value).lift(x.rank)
    assert isinstance(rule, Apply)
    parts = [_of_formula(child, x) for child in rule.children]
    match rule.op:
        case "pi":
            return x.domain.number(0).of_base(x.field.pi()).lift(x.rank)
        case "neg":
            return -parts[0]
        case "add":
            return parts[0] + parts[1]
        case "sub":
            return parts[0] - parts[1]
        case "scale":
            return parts[0] * parts[1]
        case "over":
            return parts[0] * parts[1].reciprocal()
        case "power":
            exponent = rule.children[1]
            assert isinstance(exponent, Number)
            return parts[0].integer_power(int(exponent.value))
    return _applied(rule.op, *parts)


def absolute(x: Jet) -> Jet:
    x.exclude_moving_zeros()
    return _applied("abs", x)


def greater_or_less(sign: int) -> Rule:
    """The greater (sign 1) or the less (−1) of two entries, without a derivative where they are one number."""
    return of_values(lambda a, b: (a + b + absolute(a - b).scaled(sign)).scaled(_HALF))


@of_values
def softmax(x: Jet) -> Jet:
    weights = x.exp()
    return weights * weights.total().reciprocal()


def along(function: Callable[..., Jet]) -> Rule:
    """A function of each row or column, which the application has as a parameter."""
    return lambda m, node: function(*m.arguments(node), node.params[0])


sum_along = along(lambda x, axis: x.summed(axis))
logsumexp_along = along(lambda x, axis: x.exp().summed(axis).log())


def _softmax_of_lines(x: Jet, axis: int) -> Jet:
    weights = x.exp()
    inverse = weights.summed(axis).reciprocal()
    return weights * (inverse if axis else inverse.T)


softmax_along = along(_softmax_of_lines)


logsumexp = of_values(lambda x: x.exp().total().log())


# --- calculus --------------------------------------------------------------------------------------------------------


def diff(m: Evaluator, node: Apply) -> Jet:
    y, *xs = node.children
    starts = [0]
    for part in (y, *xs):
        starts.append(starts[-1] + len(part.shape.free_axes))
    places = [starts[group] + k for group, k in sources(node)]
    return _arranged(m.derivative(y, xs), places, m.sizes(node.shape))


def grad(m: Evaluator, node: Apply) -> Jet:
    derivative = m.derivative(node.children[0], node.children[1:])
    return _arranged(derivative, range(derivative.rank), m.sizes(node.shape))


jacobian = grad  # the axes of y and then those of x, as they come


def hessian(m: Evaluator, node: Apply) -> Jet:
    f, x = node.children
    return _arranged(m.derivative(f, [x, x]), range(2 * len(x.shape.free_axes)), m.sizes(node.shape))


def _arranged(derivative: Jet, places: Any, sizes: tuple[int, ...]) -> Jet:
    def move(t: Any) -> Any:
        lead = t.ndim - derivative.rank
        return t.transpose(*range(lead), *(lead + p for p in places)).reshape(*t.shape[:lead], *sizes)

    return derivative.linear(move, len(sizes))


def jet(m: Evaluator, node: Apply) -> Jet:
    """``params`` names the function and the arguments it is differentiated by; the operands are the directions."""
    (info,) = node.params
    return m.directional(info.symbol, info.by, node.children)


def differential(m: Evaluator, node: Apply) -> Jet:
    return m.differential(node.children[0], node.params[0])
