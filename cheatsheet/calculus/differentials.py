"""Differential rules, one for each operator: d(inv A) = −inv A · dA · inv A, d(det A) = tr(adj A · dA), and so on.

A rule takes the application and the differentials of its expression arguments (``None`` for one that does not vary)
and returns the differential of the whole. A derivative is a differential in the direction of one entry, so these rules
serve ``diff`` in every layout as well as ``d``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cheatsheet.calculus.genericity import generically_invertible
from cheatsheet.language.expressions import Apply, Expr, Jet, Number, Sum, Symbol, symbols
from cheatsheet.language.formulas import divided, entry_by_entry, formula, spread_along, times
from cheatsheet.language.table import TABLE, build

Differentials = tuple[Expr | None, ...]
Rule = Callable[[Apply, Differentials], Expr | None]
Directions = Mapping[Symbol, Expr]


class NoDifferential(Exception):
    """The operator has no differential rule for this argument; the text names it."""


def differentiate(expr: Expr, directions: Directions) -> Expr | None:
    """The differential when each symbol of ``directions`` moves in the given direction; ``None`` if nothing varies."""
    return _Differentiation(directions)(expr)


def expand_differential(expr: Apply) -> Expr | None:
    """d(Y) in terms of the increments of the symbols that vary."""
    (y,) = expr.children
    return differentiate(y, {s: s.increment for s in _varying_symbols(y, expr.params[0])})


def _varying_symbols(y: Expr, names: frozenset[str]) -> list[Symbol]:
    """The symbols of those names in the expression that move by themselves and not through others that do."""
    found: dict[str, Symbol] = {}
    stack = list(symbols(y))
    while stack:
        symbol = stack.pop()
        if symbol.name in found:
            continue
        found[symbol.name] = symbol
        stack += symbol.of
    moving = {n: s for n, s in found.items() if n in names}
    return [s for s in moving.values() if not any(depends(s, t) for t in moving.values())]


def depends(symbol: Symbol, other: Symbol) -> bool:
    """Whether the symbol is declared a function of the other, directly or through others."""
    return any(w == other or depends(w, other) for w in symbol.of)


class _Differentiation:
    def __init__(self, directions: Directions) -> None:
        self.directions = directions
        self.memo: dict[Expr, Expr | None] = {}

    def __call__(self, expr: Expr) -> Expr | None:
        if expr not in self.memo:
            self.memo[expr] = self._differential(expr)
        return self.memo[expr]

    def _differential(self, expr: Expr) -> Expr | None:
        match expr:
            case Symbol():
                return self.symbol(expr)
            case Sum():
                body = self(expr.body)
                return None if body is None else Sum(body, expr.indices)
            case Apply(op="jet"):
                return self.jet(expr)
            case Apply(op="d"):
                expanded = expand_differential(expr)
                return None if expanded is None else self(expanded)
            case Apply(op="det", args=(Apply(op="matrix_power", args=(Expr() as a, Expr() as k)),)):
                return self(build("power", build("det", a), k))
            case Apply(op="tr", args=(Apply(op="matrix_power" | "expm") as inner,)):
                return self.trace_of_function(inner)
            case Apply():
                parts = tuple(self(child) for child in expr.children)
                if all(part is None for part in parts):
                    return None
                return apply_rule(expr, parts)
        return None

    def symbol(self, symbol: Symbol) -> Expr | None:
        if symbol in self.directions:
            return self.directions[symbol]
        if symbol.definition is not None:
            return self(symbol.definition)
        total: Expr | None = None
        for argument in symbol.of:
            direction = self(argument)
            if direction is not None:
                part = build("jet", direction, params=(Jet(symbol, (argument,)),))
                total = plus(total, part)
        return total

    def jet(self, expr: Apply) -> Expr | None:
        """An abstract derivative is linear in each direction and one order higher in its point."""
        parts = tuple(self(child) for child in expr.children)
        total = _product_rule(expr, parts)
        (jet,) = expr.params
        if jet.symbol in self.directions:
            return total
        for argument in jet.symbol.of:
            direction = self(argument)
            if direction is not None:
                higher = Jet(jet.symbol, (*jet.by, argument))
                total = plus(total, build("jet", *expr.args, direction, params=(higher,)))
        return total

    def trace_of_function(self, inner: Apply) -> Expr | None:
        """d tr(Aᵏ) = k tr(Aᵏ⁻¹ dA) and d tr(exp A) = tr(exp A · dA): under a trace the factors may be turned round."""
        a, *exponent = inner.children
        da = self(a)
        if any(self(k) is not None for k in exponent):
            raise NoDifferential("matrix_power has no differential rule for an exponent that varies")
        if da is None:
            return None
        if inner.op == "expm":
            return build("tr", _product(inner, da))
        (k,) = exponent
        if isinstance(k, Number) and k.value in (0, 1, 2):
            return None if k.value == 0 else build("tr", da if k.value == 1 else times(k, _product(a, da)))
        lowered = build("matrix_power", a, _decreased(k))
        return times(k, build("tr", _product(lowered, da)))


def _decreased(k: Expr) -> Expr:
    """k − 1, taken from the number in k where there is one."""
    match k:
        case Number():
            return Number(k.value - 1)
        case Apply(op="sub", args=(Number(value=first), Expr() as rest)):
            return build("neg", rest) if first == 1 else build("sub", Number(first - 1), rest)
        case Apply(op="add", args=(Expr() as rest, Number(value=last))) if last > 0:
            return rest if last == 1 else build("add", rest, Number(last - 1))
        case Apply(op="sub", args=(Expr() as rest, Number(value=less))):
            return build("sub", rest, Number(less + 1))
    return build("sub", k, Number(1))


def apply_rule(expr: Apply, parts: Differentials) -> Expr | None:
    """The differential of an application from those of its arguments."""
    row = TABLE[expr.op]
    if row.differential is not None:
        result: Expr | None = row.differential(expr, parts)
        return result
    if row.linear:
        return _product_rule(expr, parts)
    raise NoDifferential(f"{expr.op} has no differential rule")


def _product_rule(expr: Apply, parts: Differentials) -> Expr | None:
    """The sum over the arguments with each in turn replaced by its differential."""
    total: Expr | None = None
    positions = [k for k, a in enumerate(expr.args) if isinstance(a, Expr)]
    for position, part in zip(positions, parts, strict=True):
        if part is not None:
            args = list(expr.args)
            args[position] = part
            total = plus(total, build(expr.op, *args, params=expr.params))
    return total


def plus(a: Expr | None, b: Expr | None) -> Expr | None:
    if a is None:
        return b
    return a if b is None else build("add", a, b)


def minus(a: Expr | None, b: Expr | None) -> Expr | None:
    if b is None:
        return a
    return build("neg", b) if a is None else build("sub", a, b)


def squared(a: Expr) -> Expr:
    return build("power", a, Number(2))


# --- arithmetic -----------------------------------------------------------------------------------------------------


def add(expr: Apply, parts: Differentials) -> Expr | None:
    return plus(*parts)


def sub(expr: Apply, parts: Differentials) -> Expr | None:
    return minus(*parts)


def over(expr: Apply, parts: Differentials) -> Expr | None:
    """d(a / s) = da / s − ds a / s²; the same for element-wise quotients."""
    a, b = expr.children
    da, db = parts
    first = None if da is None else divided(da, b)
    second = None if db is None else divided(times(db, a), squared(b))
    return minus(first, second)


def reciprocal(expr: Apply, parts: Differentials) -> Expr | None:
    s, x = expr.children
    ds, dx = parts
    first = None if ds is None else build("reciprocal", ds, x)
    second = None if dx is None else build("quotient", build("scale", s, dx), squared(x))
    return minus(first, second)


def power(expr: Apply, parts: Differentials) -> Expr | None:
    """d(xᵏ) = k xᵏ⁻¹ dx + log(x) xᵏ dk."""
    x, k = expr.children
    dx, dk = parts
    total: Expr | None = None
    if dx is not None:
        lowered = _lowered(x, k)
        total = times(times(k, lowered), dx) if lowered is not None else times(k, dx)
    if dk is not None:
        total = plus(total, times(dk, times(build("log", x), expr)))
    return total


def _lowered(x: Expr, k: Expr) -> Expr | None:
    """xᵏ⁻¹, or nothing where it is one."""
    if isinstance(k, Number):
        exponent = k.value - 1
        if exponent == 0:
            return None
        return x if exponent == 1 else build("power", x, Number(exponent))
    return build("power", x, _decreased(k))


def block(expr: Apply, parts: Differentials) -> Expr | None:
    grid = [
        (Number(0) if child.shape.is_scalar else build("zeros", *child.shape.axes)) if part is None else part
        for child, part in zip(expr.children, parts, strict=True)
    ]
    return build("block", *grid, params=expr.params)


# --- matrix functions -----------------------------------------------------------------------------------------------


def _product(*factors: Expr) -> Expr:
    result = factors[0]
    for factor in factors[1:]:
        result = build("matmul", result, factor)
    return result


def det(expr: Apply, parts: Differentials) -> Expr | None:
    """Jacobi's formula: d det A = tr(adj A dA)."""
    (a,), (da,) = expr.children, parts
    return None if da is None else build("tr", _product(build("adj", a), da))


def logdet(expr: Apply, parts: Differentials) -> Expr | None:
    (a,), (da,) = expr.children, parts
    return None if da is None else build("tr", _product(build("inv", a), da))


def inv(expr: Apply, parts: Differentials) -> Expr | None:
    (da,) = parts
    return None if da is None else build("neg", _product(expr, da, expr))


def pinv(expr: Apply, parts: Differentials) -> Expr | None:
    """dA⁺ = −A⁺ dA A⁺ + A⁺A⁺ᵀ dAᵀ (I − AA⁺) + (I − A⁺A) dAᵀ A⁺ᵀA⁺, where the rank does not change (Golub, Pereyra)."""
    (a,), (da,) = expr.children, parts
    if da is None:
        return None
    rows, cols = (build("I", axis) for axis in a.shape.axes)
    turned, across = build("transpose", expr), build("transpose", da)
    outside = build("sub", rows, _product(a, expr))
    kernel = build("sub", cols, _product(expr, a))
    first = build("neg", _product(expr, da, expr))
    return plus(plus(first, _product(expr, turned, across, outside)), _product(kernel, across, turned, expr))


def adj(expr: Apply, parts: Differentials) -> Expr | None:
    """adj A = det A · inv A on the invertible matrices, which are dense among those a plain symbol runs through."""
    (a,), (da,) = expr.children, parts
    if not generically_invertible(a):
        raise NoDifferential("adj has no differential rule for a matrix that may be singular everywhere")
    if da is None:
        return None
    inverse = build("inv", a)
    first = times(build("tr", _product(expr, da)), inverse)
    return build("sub", first, build("scale", build("det", a), _product(inverse, da, inverse)))


def matrix_power(expr: Apply, parts: Differentials) -> Expr | None:
    """d(Aᵏ) = Σᵣ Aʳ dA Aᵏ⁻¹⁻ʳ for a number k."""
    a, k = expr.children
    da, dk = parts
    if dk is not None:
        raise NoDifferential("matrix_power has no differential rule for an exponent that varies")
    if da is None:
        return None
    if not isinstance(k, Number) or abs(k.value) > 12:
        raise NoDifferential("matrix_power has a differential rule for small integer exponents only")
    count = int(k.value)
    if count == 0:
        return None
    base, step = (a, da) if count > 0 else (build("inv", a), inv(build("inv", a), (da,)))
    assert step is not None
    total: Expr | None = None
    for r in range(abs(count)):
        factors = [*_power_factors(base, r), step, *_power_factors(base, abs(count) - 1 - r)]
        total = plus(total, _product(*factors))
    return total


def _power_factors(base: Expr, count: int) -> list[Expr]:
    if count == 0:
        return []
    return [base] if count == 1 else [build("matrix_power", base, Number(count))]


def expm(expr: Apply, parts: Differentials) -> Expr | None:
    """d exp(t A) = dt A exp(t A) for constant A; no closed form otherwise."""
    (a,) = expr.children
    match a, parts[0]:
        case _, None:
            return None
        case Apply(op="scale", args=(_, m)), Apply(op="scale", args=(dt, other)) if m == other:
            assert isinstance(dt, Expr)
            assert isinstance(m, Expr)
            return times(dt, _product(m, expr))
    raise NoDifferential("expm has a differential rule for t * A with constant A only")


def norm(expr: Apply, parts: Differentials) -> Expr | None:
    (x,), (dx,) = expr.children, parts
    return None if dx is None else build("over", build("total", times(x, dx)), expr)


def norm1(expr: Apply, parts: Differentials) -> Expr | None:
    (x,), (dx,) = expr.children, parts
    return None if dx is None else build("total", times(build("sign", x), dx))


# --- functions ------------------------------------------------------------------------------------------------------


def by_slopes(*slopes: str) -> Rule:
    """A function of one number or more, entry by entry: Σ f_k(x) ∘ dx_k, where f_k is the slope in argument k."""

    def rule(expr: Apply, parts: Differentials) -> Expr | None:
        total: Expr | None = None
        for text, part in zip(slopes, parts, strict=True):
            slope = formula(text)
            if part is not None and slope != Number(0):  # a constant between its jumps has no slope
                total = plus(total, times(entry_by_entry(slope, *expr.children), part))
        return total

    return rule


def softmax(expr: Apply, parts: Differentials) -> Expr | None:
    """d softmax(x) = s ∘ dx − (s·dx) s."""
    (dx,) = parts
    if dx is None:
        return None
    return build("sub", times(expr, dx), build("scale", build("dot", expr, dx), expr))


def logsumexp(expr: Apply, parts: Differentials) -> Expr | None:
    (x,), (dx,) = expr.children, parts
    return None if dx is None else build("dot", build("softmax", x), dx)


def softmax_along(expr: Apply, parts: Differentials) -> Expr | None:
    """Line by line: dS = S ∘ (dX − the sum of S ∘ dX over the line, at every place of it)."""
    (dx,) = parts
    if dx is None:
        return None
    sums = build("sum_along", times(expr, dx), params=expr.params)
    return build(
        "sub", times(expr, dx), times(expr, spread_along(sums, expr.children[0].shape, expr.params[0]))
    )


def logsumexp_along(expr: Apply, parts: Differentials) -> Expr | None:
    (x,), (dx,) = expr.children, parts
    if dx is None:
        return None
    return build("sum_along", times(build("softmax_along", x, params=expr.params), dx), params=expr.params)


# --- derivatives of derivatives -------------------------------------------------------------------------------------


def derivative(expr: Apply, parts: Differentials) -> Expr | None:
    """Differentiation in a fixed direction passes inside ``diff``, ``grad``, ``jacobian`` and ``hessian``."""
    if parts[0] is None:
        return None
    return build(expr.op, parts[0], *expr.args[1:], params=expr.params)
