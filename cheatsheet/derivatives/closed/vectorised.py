"""The matrix M of vec(dF) = M vec(dX), read off the differential: of A dX B it is Bᵀ ⊗ A."""

from __future__ import annotations

from cheatsheet.derivatives.closed.differential import Differential, symbol_of
from cheatsheet.derivatives.closed.linear_maps import NotLinearError
from cheatsheet.derivatives.closed.transposes import turned
from cheatsheet.language.expressions import Apply, Expr, Symbol, walk
from cheatsheet.language.table import build


def by_vectorising(linear: Differential) -> Expr | None:
    """The derivative of ``vec(F(X))`` by ``vec(X)``; None where the differential is of no such kind.

    >>> from cheatsheet.derivatives.closed.differential import differential
    >>> from cheatsheet.language.dimensions import Axis, Shape
    >>> m, n = Axis.of("m"), Axis.of("n")
    >>> A, X = Symbol("A", Shape.matrix(m, m)), Symbol("X", Shape.matrix(m, n))
    >>> function = build("vec", build("matmul", A, X))
    >>> by_vectorising(differential(build("diff", function, build("vec", X), params=("numerator",))))
    kron(I(n), A)
    """
    form, (variable, *others) = linear.form, linear.variables
    if others or not (isinstance(form, Apply) and form.op == "vec" and variable != symbol_of(variable)):
        return None
    matrix = _matrix(form.children[0], linear.increments[0])
    return matrix if linear.sources[0] < linear.sources[-1] else turned(matrix)


def _has(expr: Expr, increment: Symbol) -> bool:
    return any(node == increment for node in walk(expr))


def _matrix(form: Expr, increment: Symbol, left: Expr | None = None, right: Expr | None = None) -> Expr:
    """M for which vec(L form R) = M vec(increment)."""
    match form:
        case Apply(op="matmul", args=(Expr() as a, Expr() as b)) if not _has(b, increment):
            return _matrix(a, increment, left, b if right is None else build("matmul", b, right))
        case Apply(op="matmul", args=(Expr() as a, Expr() as b)) if not _has(a, increment):
            return _matrix(b, increment, a if left is None else build("matmul", left, a), right)
        case Apply(op="add" | "sub", args=(Expr() as a, Expr() as b)):
            return build(form.op, *(_matrix(x, increment, left, right) for x in (a, b)))
        case Apply(op="sum_along", args=(Expr() as a,)):
            lines = a if form.params[0] else turned(a)
            return _matrix(build("matmul", lines, build("ones", lines.shape.cols)), increment, left, right)
        case Apply(op="neg", args=(Expr() as a,)):
            return build("neg", _matrix(a, increment, left, right))
        case Apply(op="scale" | "over", args=(Expr() as a, Expr() as b)):
            number, moving = (a, b) if form.op == "scale" else (b, a)
            if not _has(number, increment):
                whole = _matrix(moving, increment, left, right)
                return build("over", whole, number) if form.op == "over" else build("scale", number, whole)
    inner, own = _inside(form, increment)
    rest = None if inner == increment else _matrix(inner, increment)
    factors = [f for f in (_sandwich(left, right, form), own, rest) if f is not None]
    if not factors:
        return build("I", build("vec", form).shape.rows)
    result = factors[0]
    for factor in factors[1:]:
        result = build("matmul", result, factor)
    return result


def _sandwich(left: Expr | None, right: Expr | None, inner: Expr) -> Expr | None:
    """The matrix of vec(L Z R) by vec(Z); None where it is the identity."""
    if left is None and right is None:
        return None
    rows, cols = inner.shape.axes
    return build(
        "kron",
        build("I", cols) if right is None else turned(right),
        build("I", rows) if left is None else left,
    )


def _inside(form: Expr, increment: Symbol) -> tuple[Expr, Expr | None]:
    """An operand Z and the matrix of vec(form) by vec(Z)."""
    if form == increment:
        return form, None
    match form:
        case Apply(op="transpose", args=(Expr() as a,)):
            return a, build("K", *a.shape.axes)
        case Apply(op="hadamard", args=(Expr() as a, Expr() as b)):
            inner, weight = (a, b) if _has(a, increment) else (b, a)
            if not _has(weight, increment):
                return inner, build("diag", build("vec", weight))
        case Apply(op="diag", args=(Apply(op="diag", args=(Expr() as a,)),)) if a.shape.is_square:
            return a, build("diag", build("vec", build("I", a.shape.rows)))
        case Apply(op="kron", args=(Expr() as a, Expr() as b)):
            if _has(a, increment) != _has(b, increment):
                return _of_kronecker(a, b, increment)
    raise NotLinearError("no matrix by which vec is multiplied")


def _of_kronecker(a: Expr, b: Expr, increment: Symbol) -> tuple[Expr, Expr]:
    """vec(A ⊗ B) = (Iₙ ⊗ K ⊗ Iₚ)(vec A ⊗ vec B) for A of n columns and B of p rows."""
    (m, n), (p, q) = a.shape.axes, b.shape.axes
    order = build("K", q, m)
    order = order if n.is_one else build("kron", build("I", n), order)
    order = order if p.is_one else build("kron", order, build("I", p))
    if _has(a, increment):
        return a, build(
            "matmul", order, build("kron", build("I", build("vec", a).shape.rows), build("vec", b))
        )
    return b, build("matmul", order, build("kron", build("vec", a), build("I", build("vec", b).shape.rows)))
