"""Component form: ``(A @ x)[i]`` written out as ``sum(A[i, k] * x[k], k)``, one operator at a time.

What an operator is by components is said once, in the operator table; here its rule is applied to placeholders, and
the operands are put in their places.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import chain, count

from cheatsheet.calculus.components import Components
from cheatsheet.calculus.index_values import Value, is_spelled_out, position
from cheatsheet.calculus.terms import Idx
from cheatsheet.calculus.to_expression import Speller, component
from cheatsheet.derivatives.rules.remembering import MOST_KEPT
from cheatsheet.language.dimensions import Axis
from cheatsheet.language.expressions import (
    Apply,
    Argument,
    Expr,
    Index,
    Number,
    Sum,
    Symbol,
    free_indices,
    plain_indices,
    rebuild,
    substitute,
)
from cheatsheet.language.table import TABLE, build, sources, variables

INDEX_NAMES = "ijklpqrstuvwabcefgh"
ENTRYWISE = frozenset(name for name, row in TABLE.items() if row.entrywise is not None)
WHOLE = frozenset(name for name, row in TABLE.items() if row.whole_matrix) - {"matrix_power"}
OPAQUE = WHOLE | {"pi", "diff", "delta", "component"}


class IndexNames:
    """Names for new indices that no symbol, dimension or other index of the derivation has."""

    def __init__(self, taken: set[str]) -> None:
        self.taken = set(taken)

    @staticmethod
    def beside(*expressions: Expr) -> IndexNames:
        """Names that do not occur in the expressions: no symbol, small or capital, no size, no index."""
        return IndexNames(set().union(*map(names_in, expressions)))

    def fresh(self, axis: Axis) -> str:
        suffixes = chain([""], map(str, count(1)))
        names = (c + suffix for suffix in suffixes for c in INDEX_NAMES)
        name = next(n for n in names if n not in self.taken)
        self.taken.add(name)
        return name

    def choices(self, axis: Axis) -> list[Index]:
        """A new index over the axis; over a concatenation, one for each block, or each position where there are few."""
        if axis.kind == "concatenation" and is_spelled_out(axis):
            return [Index(k, axis) for k in range(axis.at({}))]
        if axis.kind == "concatenation":
            return [Index.in_block(axis, k, self.index(part)) for k, part in enumerate(axis.parts)]
        return [self.index(axis)]

    def index(self, axis: Axis) -> Index:
        """A new index, or a pair of them over a product of axes."""
        if axis.kind == "product":
            return Index.pair(tuple(self.index(part) for part in axis.parts))
        return Index(self.fresh(axis), axis)


@lru_cache(maxsize=MOST_KEPT)
def names_in(expr: Expr) -> frozenset[str]:
    """Every name in an expression: of symbols, small and capital, of sizes and of indices."""
    own = set(expr.shape.names)
    match expr:
        case Symbol():
            own |= {expr.name, expr.name.lower(), *(s.name for s in expr.of)}
            if expr.definition is not None:
                own |= names_in(expr.definition)
        case Sum():
            own |= {str(i.name) for i in expr.indices}
        case Apply():
            written = (plain_indices(a) for a in expr.args if isinstance(a, Index))
            own |= {str(i.name) for plain in written for i in plain}
    return frozenset(own).union(*map(names_in, expr.children))


def entry(operand: Expr, indices: list[Index], names: IndexNames) -> Expr:
    """One step of unfolding the component of an expression."""
    match operand:
        case Symbol() | Number():
            return component(operand, indices)
        case Sum():
            bound = [Index(names.fresh(i.axis), i.axis) for i in operand.indices]
            change = {str(i.name): new for i, new in zip(operand.indices, bound, strict=True)}
            return Sum(component(substitute(operand.body, change), indices), tuple(bound))
        case Apply(op="transpose"):
            return component(operand.children[0], indices[::-1])
        case Apply() if TABLE[operand.op].derivative:
            return _derivative_entry(operand, indices)
        case Apply() if operand.op in ENTRYWISE:
            return _pushed(operand, indices)
        case Apply() if operand.op not in OPAQUE and _is_unfoldable(operand):
            return prenex(_by_placeholders(operand, indices, names))
    return component(operand, indices)


def _is_unfoldable(operand: Apply) -> bool:
    if operand.op == "matrix_power":
        k = operand.children[1]
        return isinstance(k, Number) and 0 < k.value <= 4
    return not TABLE[operand.op].differentiates


def _pushed(operand: Apply, indices: list[Index]) -> Expr:
    """A component of an element-wise operation is the operation on components."""
    args: list[Argument] = [_pushed_into(a, indices) if isinstance(a, Expr) else a for a in operand.args]
    name = TABLE[operand.op].entrywise
    assert name is not None
    return build(name, *args, params=operand.params)


def _pushed_into(a: Expr, indices: list[Index]) -> Expr:
    if a.shape.is_scalar:
        return a
    if isinstance(a, Apply) and a.op in ENTRYWISE:
        return _pushed(a, indices)
    return component(a, indices)


def _derivative_entry(operand: Apply, indices: list[Index]) -> Expr:
    """An entry of a derivative is the derivative of an entry by an entry."""
    y, xs = operand.children[0], variables(operand)
    groups: list[dict[int, Index]] = [{} for _ in range(1 + len(xs))]
    for (group, axis), index in zip(sources(operand), indices, strict=True):
        groups[group][axis] = index
    entries = [
        component(part, [group[k] for k in sorted(group)])
        for part, group in zip([y, *xs], groups, strict=True)
    ]
    return build("diff", *[_plain_variable(e) for e in entries], params=("numerator",))


def _plain_variable(entry: Expr) -> Expr:
    """An entry of ``vec(X)`` is an entry of ``X``."""
    match entry:
        case Apply(
            op="component", args=(Apply(op="transpose", args=(Symbol() as x,)), Index() as i, Index() as j)
        ):
            return component(x, [j, i])
        case Apply(op="component", args=(Apply(op="vec", args=(Symbol() as x,)), Index() as pair)):
            if len(pair.parts) == 2:
                return component(x, [pair.parts[1], pair.parts[0]])
    return entry


def sum_of_squares(square: Apply, names: IndexNames) -> Expr:
    """The square of a norm written out."""
    (x,) = square.children[0].children
    symbol = Symbol(f"□{next(_serial)}", x.shape)
    squares = Components()(build("power", build("norm", symbol), Number(2)))
    return Speller(names.fresh, {symbol: x}).poly(squares.collect())


_serial = count()


def _by_placeholders(operand: Apply, indices: list[Index], names: IndexNames) -> Expr:
    stands_for: dict[Symbol, Expr] = {}
    args: list[Argument] = []
    for argument in operand.args:
        if isinstance(argument, Expr) and not isinstance(argument, Number):
            symbol = Symbol(f"□{next(_serial)}", argument.shape)
            stands_for[symbol] = argument
            argument = symbol
        args.append(argument)
    bare = Apply(operand.op, tuple(args), operand.shape, operand.params)
    values = {}
    for index in [*indices, *(a for a in operand.args if isinstance(a, Index))]:
        for plain in plain_indices(index):
            if isinstance(plain.name, str):
                values[plain.name] = Idx.free(plain.name, plain.axis)
    c = Components(values)  # type: ignore[arg-type]
    return Speller(names.fresh, stands_for).poly(c(bare, *_at(operand, indices, c)).collect())


def _at(operand: Expr, indices: list[Index], c: Components) -> tuple[Value, ...]:
    remaining = iter(indices)
    at: list[Value] = []
    for axis in operand.shape.axes:
        if axis.is_one:
            at.append(0)
            continue
        index = next(remaining)
        at.append(position(index.name, axis) if isinstance(index.name, int) else c.index(index, axis))
    return tuple(at)


def in_reading_order(expr: Expr) -> Expr:
    """The bound indices of every sum named in the order in which they appear in its terms."""
    expr = rebuild(expr, in_reading_order)
    if not isinstance(expr, Sum) or len(expr.indices) < 2:
        return expr
    bound = {str(i.name): i for i in expr.indices}
    appearance = [bound[name] for name in {**free_indices(expr.body), **bound} if name in bound]
    names = sorted(bound, key=_alphabetical)
    new = [Index(name, i.axis) for name, i in zip(names, appearance, strict=True)]
    change = {str(old.name): i for old, i in zip(appearance, new, strict=True)}
    return Sum(substitute(expr.body, change), tuple(new))


def _alphabetical(name: str) -> tuple[int, str]:
    return (INDEX_NAMES.find(name[0]) + len(INDEX_NAMES) * len(name[1:]), name)


def with_distinct_sums(expr: Expr, names: IndexNames) -> Expr:
    """The expression with every sum over names of its own, so that sums can be drawn out of products."""
    seen = set(free_indices(expr))

    def visit(node: Expr) -> Expr:
        if isinstance(node, Sum):
            bound = []
            for index in node.indices:
                name = str(index.name)
                bound.append(Index(names.fresh(index.axis), index.axis) if name in seen else index)
                seen.add(str(bound[-1].name))
            change = {str(i.name): new for i, new in zip(node.indices, bound, strict=True) if i != new}
            return Sum(visit(substitute(node.body, change)), tuple(bound))
        return rebuild(node, visit)

    return visit(expr)


def component_of_sum(total: Sum, indices: list[Index]) -> Expr:
    """The component of a sum of matrices, as the sum of the components."""
    whole = component(total, indices)
    apart = with_distinct_sums(whole, IndexNames.beside(whole)).children[0]
    assert isinstance(apart, Sum)
    return Sum(component(apart.body, indices), apart.indices)


def prenex(expr: Expr) -> Expr:
    """Sums drawn out of products, ``(Σ aₖ) b = Σ aₖ b``, and nested sums made one."""
    match expr:
        case Sum():
            body = prenex(expr.body)
            if isinstance(body, Sum):
                return Sum(body.body, (*expr.indices, *body.indices))
            return Sum(body, expr.indices)
        case Apply(op="scale" | "neg" | "over"):
            parts = [prenex(child) for child in expr.children]
            bound: list[Index] = []
            last = len(parts) if expr.op != "over" else 1
            for k, part in enumerate(parts[:last]):
                if isinstance(part, Sum):
                    bound += part.indices
                    parts[k] = part.body
            body = build(expr.op, *parts)
            return Sum(body, tuple(bound)) if bound else body
        case Apply(op="add" | "sub"):
            return rebuild(expr, lambda child: prenex(child))
    return expr


def squared_norm(expr: Expr) -> bool:
    """The square of a norm, which is a sum of squares without a root."""
    match expr:
        case Apply(op="power", args=(Apply(op="norm"), Number() as k)):
            return k.value == 2
    return False
