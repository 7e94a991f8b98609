"""Sums and products in one order: what has the same summands, or factors that change places, is then one expression."""

from __future__ import annotations

from fractions import Fraction

from cheatsheet.calculus.chains import links_of, product_of
from cheatsheet.calculus.structure import consequences
from cheatsheet.language.expressions import Apply, Expr, Number, Symbol, rebuild
from cheatsheet.language.table import TABLE, build


def ordered(expr: Expr) -> Expr:
    """The expression with its sums, its products and the transposes of its powers each written in one way.

    >>> from cheatsheet.language.dimensions import Axis, Shape
    >>> n = Axis.of("n")
    >>> A, B = (Symbol(name, Shape.matrix(n, n)) for name in "AB")
    >>> ordered(build("sub", build("add", build("matmul", A, B), B), A))
    B + A @ B - A
    >>> ordered(build("matmul", build("expm", build("matmul", A, B)), A))
    A @ expm(B @ A)
    """
    if isinstance(expr, Apply) and TABLE[expr.op].differentiates:
        return expr  # properties hold at the point: A moves as any matrix does, and Aᵀ with it
    expr = rebuild(expr, ordered)
    match expr:
        case Apply(op="add" | "sub") if _is_sum(expr):
            return _ordered_sum(expr)
        case Apply(op="matmul"):
            return _ordered_product(expr)
        case Apply(op="transpose"):
            turned = transposed(expr.children[0])
            return expr if turned == expr else ordered(turned)
    return expr


# --- sums -------------------------------------------------------------------------------------------------------------


def _ordered_sum(expr: Expr) -> Expr:
    """Equal summands taken together; plain ones before products, those that are added before those subtracted."""
    counts: dict[Expr, Fraction] = {}
    for count, summand in _summands(expr, Fraction(1)):
        counts[summand] = counts.get(summand, Fraction(0)) + count
    order = sorted((s for s in counts if counts[s]), key=lambda s: (len(links_of(s)) > 1, repr(s)))
    if not order:
        return build("zeros", *expr.shape.axes)
    added = [_multiple(counts[s], s) for s in order if counts[s] > 0]
    taken = [_multiple(-counts[s], s) for s in order if counts[s] < 0]
    if not added:
        return build("neg", _joined("add", taken[0], taken[1:]))
    return _joined("sub", _joined("add", added[0], added[1:]), taken)


def _is_sum(expr: Expr) -> bool:
    """Whether this is a sum of matrices, all of them of one structure."""
    return (
        isinstance(expr, Apply)
        and expr.op in ("add", "sub")
        and len(expr.shape.free_axes) == 2
        and all(child.shape == expr.shape for child in expr.children)
    )


def _summands(expr: Expr, count: Fraction) -> list[tuple[Fraction, Expr]]:
    match expr:
        case Apply(op="add" | "sub") if _is_sum(expr):
            first, second = expr.children
            sign = 1 if expr.op == "add" else -1
            return _summands(first, count) + _summands(second, count * sign)
        case Apply(op="neg"):
            return _summands(expr.children[0], -count)
        case Apply(op="scale", args=(Number() as number, Expr() as matrix)):
            return _summands(matrix, count * number.value)
    return [(count, expr)]


def _multiple(count: Fraction, matrix: Expr) -> Expr:
    return matrix if count == 1 else build("scale", Number(count), matrix)


def _joined(op: str, first: Expr, others: list[Expr]) -> Expr:
    for other in others:
        first = build(op, first, other)
    return first


# --- transposes -------------------------------------------------------------------------------------------------------


def transposed(a: Expr) -> Expr:
    """The transpose, taken of the symbols; of those that are symmetric or antisymmetric it is known."""
    match a:
        case Symbol() if "symmetric" in consequences(a.properties):
            return a
        case Symbol() if "antisymmetric" in consequences(a.properties):
            return build("neg", a)
        case Apply(op="matrix_power", args=(Symbol() as q, Expr() as k)) if "orthogonal" in q.properties:
            return build("matrix_power", q, build("neg", k))
        case Apply():
            return _transposed_application(a)
    return build("transpose", a)


def _transposed_application(a: Apply) -> Expr:
    row, operands = TABLE[a.op], a.children
    if row.of_transpose:
        return build(a.op, transposed(operands[0]), *operands[1:])
    match row.transposed:
        case "operand":
            return operands[0]
        case "product":
            return build(a.op, *map(transposed, operands[::-1]))
        case "each":
            return build(a.op, *map(transposed, operands))
        case "first":
            return build(a.op, transposed(operands[0]), operands[1])
        case "second":
            return build(a.op, operands[0], transposed(operands[1]))
    return build("transpose", a)


# --- products ---------------------------------------------------------------------------------------------------------


def _ordered_product(expr: Expr) -> Expr:
    """exp(A B) A = A exp(B A) and (A B)ᵏ A = A (B A)ᵏ: the function goes to the right as far as it can."""
    scalars, links = _apart(expr)
    moved = 0
    k = 0
    while k < len(links) - 1:
        past = _past_first_factor(links[k])
        if past is not None and past[0] == links[k + 1]:
            links[k : k + 2] = past
            moved += 1
            k = 0
        else:
            k += 1
    return _times(scalars, product_of(links)) if moved else expr


def _times(scalars: list[Expr], matrix: Expr) -> Expr:
    for scalar in reversed(scalars):
        matrix = build("scale", scalar, matrix)
    return matrix


def _past_first_factor(function: Expr) -> tuple[Expr, Expr] | None:
    """(A, f(B A)) of f(A B), for the exponential and for powers."""
    if not isinstance(function, Apply) or function.op not in ("expm", "matrix_power"):
        return None
    inner, *exponent = function.children
    scalars, (first, *others) = _apart(inner)
    if exponent and not all(link.shape.is_square for link in (first, *others)):
        return None  # where the exponent is negative, A B may have an inverse and B A none
    turned = _times(scalars, product_of([*others, first]))
    return first, build(function.op, turned, *exponent)


def _apart(expr: Expr) -> tuple[list[Expr], list[Expr]]:
    """The scalars and the matrices of a product."""
    match expr:
        case Apply(op="neg"):
            scalars, links = _apart(expr.children[0])
            return [Number(-1), *scalars], links
        case Apply(op="scale"):
            scalars, links = _apart(expr.children[1])
            return [expr.children[0], *scalars], links
        case Apply(op="matmul"):
            parts = [_apart(link) for link in expr.children]
            return [s for scalars, _ in parts for s in scalars], [x for _, links in parts for x in links]
    return [], links_of(expr)
