"""A claim said in other ways: what characterises an inverse or a pseudo-inverse, powers by induction, parts named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cheatsheet.calculus.chains import links_of, product_of
from cheatsheet.calculus.components import Components
from cheatsheet.calculus.errors import NoIndexForm
from cheatsheet.calculus.induction import inductions
from cheatsheet.language.expressions import Apply, Expr, Symbol, free_indices, rebuild, symbols, walk
from cheatsheet.language.table import TABLE, build

Pair = tuple[Expr, Expr]


def restatements(lhs: Expr, rhs: Expr) -> Iterator[list[Pair]]:
    """Lists of equations that together imply ``lhs == rhs``, the ones that are looked at in least time first.

    Where a side is an inverse M⁻¹, M times the other side is I; where it is a pseudo-inverse, the other side satisfies
    the four equations of Penrose, which have one solution.
    """
    own, *checks = equivalent_forms(lhs, rhs)
    yield from ([form] for form in (*checks, own))
    for one, other in ((lhs, rhs), (rhs, lhs)):
        if isinstance(one, Apply) and one.op == "pinv":
            yield _penrose(one.children[0], other)
            product = _inverted_product(one.children[0])
            named = None if product is None else _parts_named(product, other)
            if named is not None:
                yield [named]
    yield from inductions(lhs, rhs)
    yield from _where_defined(lhs, rhs)
    yield from _vectors_by_cases(lhs, rhs)
    for named in (_parts_named(lhs, rhs), _parts_named(lhs, rhs, declared=True)):
        if named is not None:
            yield [named]


def equivalent_forms(lhs: Expr, rhs: Expr) -> list[Pair]:
    """The claim, and where a side is an inverse M⁻¹ the claim M·other = I, which says the same."""
    forms = [(lhs, rhs)]
    for one, other in ((lhs, rhs), (rhs, lhs)):
        if isinstance(one, Apply) and one.op == "inv":
            m = one.children[0]
            forms.append((build("matmul", m, other), build("I", m.shape.rows)))
    return forms


def _penrose(a: Expr, x: Expr) -> list[Pair]:
    left, right = build("matmul", a, x), build("matmul", x, a)
    return [
        (build("matmul", left, a), a),
        (build("matmul", right, x), x),
        (build("transpose", left), left),
        (build("transpose", right), right),
    ]


def _inverted_product(a: Expr) -> Expr | None:
    """(XY)⁺ = (X⁺XY)⁺ (XYY⁺)⁺ of any two matrices (Cline).

    Let P = X⁺X, R = YY⁺, C = PY, D = XR. Then XY = XC = DY and CC⁺R = PR, so that XY C⁺D⁺ = X CC⁺R D⁺ = XR D⁺ = DD⁺,
    and likewise C⁺D⁺ XY = C⁺C: the equations of Penrose follow.
    """
    if not (isinstance(a, Apply) and a.op == "matmul"):
        return None
    x, y = a.children
    first = build("matmul", build("matmul", build("pinv", x), x), y)
    return build("matmul", build("pinv", first), build("pinv", build("matmul", a, build("pinv", y))))


def _vectors_by_cases(lhs: Expr, rhs: Expr) -> Iterator[list[Pair]]:
    """Where x⁺ stands: the claim for x ≠ 0, when it is xᵀ / xᵀx, and for x = 0."""
    nodes = [n for side in (lhs, rhs) for n in walk(side) if isinstance(n, Apply)]
    if any(TABLE[n.op].differentiates for n in nodes):
        return
    for x in dict.fromkeys(n.children[0] for n in nodes if n.op == "pinv"):
        if isinstance(x, Symbol) and x.shape.is_vector:
            turned = build("transpose", x)
            quotient = build("over", turned, build("total", build("hadamard", x, x)))
            cases: list[dict[Expr, Expr]] = [{build("pinv", x): quotient}]
            if not x.properties & {"positive", "nonzero"} and not _divides(nodes, x):
                cases.append({x: build("zeros", *x.shape.axes)})
            yield [(_replaced(lhs, change), _replaced(rhs, change)) for change in cases]


def _divides(nodes: list[Apply], x: Symbol) -> bool:
    """Whether something is divided by what is zero where x is, so that the claim is made for x ≠ 0 alone."""
    zero = build("zeros", *x.shape.axes)
    for divisor in _divisors(nodes):
        if x in symbols(divisor) and not free_indices(divisor):
            try:
                if not Components()(_replaced(divisor, {x: zero})).collect().terms:
                    return True
            except NoIndexForm:
                continue
    return False


def _divisors(nodes: list[Apply]) -> list[Expr]:
    return [n.children[1] for n in nodes if TABLE[n.op].divides and n.children[1].shape.is_scalar]


def _where_defined(lhs: Expr, rhs: Expr) -> Iterator[list[Pair]]:
    """Where a pseudo-inverse stands: the claim with the scalars that it divides by declared to be other than zero."""
    nodes = [n for side in (lhs, rhs) for n in walk(side) if isinstance(n, Apply)]
    if any(TABLE[n.op].differentiates for n in nodes) or not any(n.op == "pinv" for n in nodes):
        return
    change: dict[Expr, Expr] = {
        s: Symbol(s.name, s.shape, s.properties | {"nonzero"}, s.of, s.definition, s.kind)
        for s in _divisors(nodes)
        if isinstance(s, Symbol) and not s.properties & {"positive", "nonzero"}
    }
    if change:
        yield [(_replaced(lhs, change), _replaced(rhs, change))]


def _replaced(expr: Expr, change: Mapping[Expr, Expr]) -> Expr:
    return change.get(expr) or rebuild(expr, lambda child: _replaced(child, change))


# --- parts named ------------------------------------------------------------------------------------------------------


def _parts_named(lhs: Expr, rhs: Expr, declared: bool = False) -> Pair | None:
    """The claim with a letter for each composite matrix that has a pseudo-inverse, or instead for each ``declared`` to
    be symmetric, say: it is an instance of the one found.

    What a derivative is taken of cannot be named, nor what depends on an index, which is another matrix at each value.
    """
    nodes = [n for side in (lhs, rhs) for n in walk(side) if isinstance(n, Apply)]
    if any(TABLE[n.op].differentiates for n in nodes):
        return None
    arguments = dict.fromkeys(n.children[0] for n in nodes if n.op == "pinv")
    named = {
        a: Symbol(f"⟨{k}⟩", a.shape)
        for k, a in enumerate(arguments)
        if not free_indices(a)
        and (declared and bool(a.properties) if isinstance(a, Symbol) else not declared)
    }
    return (_named(lhs, named), _named(rhs, named)) if named else None


def _named(expr: Expr, named: dict[Expr, Symbol]) -> Expr:
    if expr in named:
        return named[expr]
    if isinstance(expr, Apply) and expr.op == "matmul":
        links = links_of(expr)
        for a, symbol in named.items():
            for part, name in (
                (links_of(a), symbol),
                (links_of(build("transpose", a)), build("transpose", symbol)),
            ):
                for k in range(len(links) - len(part) + 1):
                    if len(part) > 1 and links[k : k + len(part)] == part:
                        return _named(product_of([*links[:k], name, *links[k + len(part) :]]), named)
    return rebuild(expr, lambda child: _named(child, named))
