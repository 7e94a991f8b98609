"""Transposes carried inwards, and a claim read in another layout."""

from __future__ import annotations

from collections import Counter

from cheatsheet.language.expressions import Apply, Argument, Equation, Expr, Index, Sum, Symbol, rebuild, walk
from cheatsheet.language.layouts import LAYOUTS
from cheatsheet.language.table import TABLE, build, differentiation, sources
from cheatsheet.language.tidying import tidied

_SYMMETRIC = frozenset({"symmetric", "diagonal", "positive_definite"})


def transposed(expr: Expr) -> Expr:
    """The transpose, written as a textbook writes it: (AB)ᵀ as BᵀAᵀ, (A + B)ᵀ as Aᵀ + Bᵀ, Iᵀ as I.

    >>> from cheatsheet.language.dimensions import Axis, Shape
    >>> n = Axis.of("n")
    >>> x, A = Symbol("x", Shape.vector(n)), Symbol("A", Shape.matrix(n, n))
    >>> transposed(build("matmul", build("transpose", x), A))
    A.T @ x
    >>> transposed(build("matmul", build("transpose", x), build("add", A, build("transpose", A))))
    (A + A.T) @ x
    >>> Y = Symbol("Y", Shape.matrix(n, n))
    >>> transposed(build("matmul", build("transpose", A), build("sub", A, Y)))
    (A - Y).T @ A
    """
    if expr.shape.is_scalar:
        return expr
    match expr:
        case Symbol() if expr.properties & _SYMMETRIC:
            return expr
        case Apply():
            return _transposed_application(expr)
        case Sum():
            return Sum(transposed(expr.body), expr.indices)
    return build("transpose", expr)


def _transposed_application(expr: Apply) -> Expr:
    match TABLE[expr.op].transposed:
        case "operand":
            return expr.children[0]
        case "product":
            a, b = expr.children
            factor, matrix = _without_factor(a)
            if factor is not None:
                return _scaled(factor, transposed(build("matmul", matrix, b)))
            left, right = _transposed_factor(b), a if a.shape.is_scalar else _transposed_factor(a)
            return build("matmul", left, right)
        case "each":
            turned = build(expr.op, *(transposed(child) for child in expr.children))
            return expr if Counter(_terms(expr)) == Counter(_terms(turned)) else turned
        case "second":
            return build(expr.op, expr.children[0], transposed(expr.children[1]))
        case "first":
            return build(expr.op, transposed(expr.children[0]), expr.children[1])
        case "turned round" if len(expr.args) == 2:
            return build(expr.op, *expr.args[::-1])
        case "of operand" if transposed(expr.children[0]) == expr.children[0]:
            return expr
        case "itself" if expr.shape.is_square:
            return expr
    return build("transpose", expr)


def _terms(expr: Expr) -> list[Expr]:
    """The terms of a sum. One that is its own transpose, A + Aᵀ, stays as it is written."""
    if isinstance(expr, Apply) and expr.op == "add":
        return [term for child in expr.children for term in _terms(child)]
    return [expr]


def _transposed_factor(x: Expr) -> Expr:
    """The transpose of a factor; a sum of columns keeps its brackets, (x − a)ᵀ, and so does P − Y, nowhere simpler."""
    if isinstance(x, Apply) and x.op in ("add", "sub"):
        column = x.shape.is_vector and not x.shape.rows.is_one
        if column or (transposed(x) != x and all(_is_bare(term) for term in _summands(x))):
            return build("transpose", x)
    return transposed(x)


def _summands(expr: Expr) -> list[Expr]:
    """What is added and subtracted in a sum."""
    if isinstance(expr, Apply) and expr.op in ("add", "sub"):
        return [term for child in expr.children for term in _summands(child)]
    return [expr]


def _is_bare(term: Expr) -> bool:
    """Whether a term has neither transposes nor derivatives, and would get a transpose."""
    plain = all(
        isinstance(node, Symbol) or getattr(node, "op", "") in ("matmul", "scale") for node in walk(term)
    )
    return plain and any(getattr(node, "op", "") == "transpose" for node in walk(transposed(term)))


def _without_factor(product: Expr) -> tuple[Expr | None, Expr]:
    """The number or scalar in front of a product of matrices, if there is one, and the product without it."""
    match product:
        case Apply(op="scale"):
            return product.children[0], product.children[1]
        case Apply(op="matmul"):
            first, last = product.children
            factor, rest = _without_factor(first)
            return factor, product if factor is None else build("matmul", rest, last)
    return None, product


def _scaled(factor: Expr, product: Expr) -> Expr:
    """A product with a factor in front, which belongs to the first matrix: (2A)x, printed 2Ax."""
    if isinstance(product, Apply) and product.op == "matmul":
        first, last = product.children
        return build("matmul", _scaled(factor, first), last)
    return build("scale", factor, product)


def in_layout(equation: Equation, layout: str) -> Equation:
    """The claim as it reads when its derivatives are laid out in another way.

    Every ``diff`` is replaced by its form in the new layout, transposed or with its indices in another order
    where that is needed, so that the claim says the same; then both sides are transposed if the left one is a
    transpose.
    """
    lhs, rhs = (_simplified(_converted(side, layout)) for side in (equation.lhs, equation.rhs))
    if isinstance(lhs, Apply) and lhs.op == "transpose" and _has_derivative(lhs):
        lhs, rhs = lhs.children[0], tidied(transposed(rhs))
    return Equation(lhs, _simplified(rhs), equation.negated)


def has_layout(equation: Equation) -> bool:
    """Whether layout plays a part in the claim."""
    return any(
        isinstance(node, Apply) and node.op == "diff" and not _all_scalar(node)
        for side in (equation.lhs, equation.rhs)
        for node in walk(side)
    )


def stated_by_diff(equation: Equation) -> tuple[Equation, str] | None:
    """A claim whose left side is a gradient or a Jacobian as one about ``diff``, and the layout that they stand for.

    None for any other claim, and where the right side has derivatives, which would be in no layout or in another.
    """
    lhs, known = equation.lhs, differentiation(equation.lhs)
    if known is None or known.layout not in LAYOUTS or any(differentiation(n) for n in walk(equation.rhs)):
        return None
    stated = Equation(build("diff", *lhs.children, params=(known.layout,)), equation.rhs, equation.negated)
    return (stated, known.layout) if has_layout(stated) and not lhs.children[1].shape.is_scalar else None


def _has_derivative(expr: Expr) -> bool:
    return any(isinstance(node, Apply) and node.op == "diff" for node in walk(expr))


def _all_scalar(node: Apply) -> bool:
    return all(child.shape.is_scalar for child in node.children)


def _converted(expr: Expr, layout: str) -> Expr:
    match expr:
        case Apply(op="component", args=(Apply(op="diff") as inner, *indices)) if inner.shape.is_tensor:
            new = _relaid(inner, layout)
            places = [i for i in indices if isinstance(i, Index)]
            return build("component", new, *_reordered(inner, new, places))
        case Apply(op="component", args=(Apply(op="diff") as inner, *indices)):
            laid = _converted(inner, layout)
            places = [i for i in indices if isinstance(i, Index)]
            if isinstance(laid, Apply) and laid.op == "transpose" and inner.op == "diff":
                return build("component", laid.children[0], *places[::-1])
            return build("component", laid, *places)
        case Apply(op="diff"):
            new = _relaid(expr, layout)
            if expr.shape.is_tensor or sources(expr) == sources(new):
                return new if new.shape.agrees(expr.shape) else build("transpose", new)
            return build("transpose", new)
    return _rebuilt(expr, layout)


def _rebuilt(expr: Expr, layout: str) -> Expr:
    """The node with its parts converted and built anew, because shapes may change on the way to a transpose."""
    if isinstance(expr, Apply):
        args: list[Argument] = [_converted(a, layout) if isinstance(a, Expr) else a for a in expr.args]
        return build(expr.op, *args, params=expr.params)
    return rebuild(expr, lambda child: _converted(child, layout))


def _relaid(node: Apply, layout: str) -> Apply:
    y, *xs = node.args
    assert isinstance(y, Expr)
    return build("diff", _converted(y, layout), *xs, params=(layout,))


def _reordered(old: Apply, new: Apply, places: list[Index]) -> list[Index]:
    """The indices of a tensor's component in the order of the new layout."""
    by_source = dict(zip(sources(old), places, strict=True))
    return [by_source[source] for source in sources(new)]


def _simplified(expr: Expr) -> Expr:
    """The transposes of derivatives carried inwards; others stay where the author of the claim put them."""
    if not _has_derivative(expr) or (isinstance(expr, Apply) and expr.op == "diff"):
        return expr
    if isinstance(expr, Apply) and expr.op == "transpose":
        inner = _simplified(expr.children[0])
        return transposed(inner)
    return rebuild(expr, _simplified)
