"""Claims and expressions with one thing broken: a sign, a factor, a transpose, an index.

``mutants_of`` works on the text of a claim, as a slip of the pen would, and its results may be ill-formed;
``broken`` works on a typed expression and keeps its shape.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from cheatsheet.language.elaborate import Declarations
from cheatsheet.language.expressions import Apply, Expr, Index, Number, Sum, Symbol, free_indices, substitute
from cheatsheet.language.syntax import Raw, parse_claim
from cheatsheet.language.table import build


@dataclass(frozen=True)
class Mutant:
    """A claim with one thing changed; ``kind`` is sign, factor or transpose."""

    text: str
    kind: str


def mutants_of(text: str, declared: Declarations) -> list[Mutant]:
    """Every single sign, factor and transpose of the claim broken, one at a time."""
    raw = parse_claim(text)
    found: dict[str, Mutant] = {}
    for side in raw.children:
        start, end = _whole(text, side)
        found |= _changed(text, "factor", (start, end, f"2 * ({text[start:end]})"))
        found |= _changed(text, "sign", (start, end, f"-({text[start:end]})"))
        for node, shaped in _nodes(side):
            for kind, change in _slips(text, node, shaped, declared):
                found |= _changed(text, kind, change)
    return list(found.values())


Change = tuple[int, int, str]


def _changed(text: str, kind: str, change: Change) -> dict[str, Mutant]:
    start, end, new = change
    mutated = text[:start] + new + text[end:]
    return {mutated: Mutant(mutated, kind)} if mutated != text else {}


def _whole(text: str, side: Raw) -> tuple[int, int]:
    """The side with the brackets around it."""
    start, end = side.start, side.end
    while text[:start].rstrip().endswith("(") and text[end:].lstrip().startswith(")"):
        start, end = len(text[:start].rstrip()) - 1, end + text[end:].index(")") + 1
    return start, end


def _nodes(raw: Raw, shaped: bool = True) -> Iterator[tuple[Raw, bool]]:
    """The nodes, and whether each is an expression: not an index, a dimension, or what a derivative is taken by."""
    yield raw, shaped
    for k, child in enumerate(raw.children):
        inner = shaped
        if raw.kind == "index":
            inner = shaped and k == 0
        elif raw.kind == "call":
            if raw.text in ("I", "ones", "zeros", "unit", "K", "delta"):
                inner = False
            elif raw.text in ("diff", "grad", "jacobian", "hessian") or (
                raw.text == "sum" and len(raw.children) > 1
            ):
                inner = shaped and k == 0
        yield from _nodes(child, inner)


def _slips(text: str, node: Raw, shaped: bool, declared: Declarations) -> Iterator[tuple[str, Change]]:
    if not shaped:
        return
    match node.kind:
        case "binary" if node.text in "+-":
            place = _operator(text, node)
            yield "sign", (place, place + 1, "-" if node.text == "+" else "+")
        case "unary" if node.text == "-":
            yield "sign", (node.start, node.start + 1, "")
        case "transpose":
            yield "transpose", (text.rindex(".", node.start, node.end), node.end, "")
        case "number":
            yield "factor", (node.start, node.end, str(node.value + 1))
        case "name":
            symbol = declared.symbols.get(node.text)
            if symbol is not None and not symbol.shape.is_scalar and not _is_transposed(text, node):
                yield "transpose", (node.start, node.end, f"{node.text}.T")


def _operator(text: str, node: Raw) -> int:
    """Where the sign between two operands stands."""
    place = node.children[0].end
    while text[place] in " \n)":
        place += 1
    assert text[place] in "+-"
    return place


def _is_transposed(text: str, node: Raw) -> bool:
    return text[node.end :].startswith(".T")


# --- expressions ---


def broken(expr: Expr, rng: random.Random) -> Expr:
    """The expression with one node changed: a sign, a factor, an operand's order, a transpose, an index."""
    places = list(_paths(expr))
    rng.shuffle(places)
    for node, path in places:
        options = [new for new in _variants(node) if new != node and new.shape.agrees(node.shape)]
        if options:
            return _put(expr, path, rng.choice(options))
    return build("neg", expr)


Path = tuple[int, ...]


def _paths(expr: Expr, path: Path = ()) -> Iterator[tuple[Expr, Path]]:
    yield expr, path
    match expr:
        case Sum():
            yield from _paths(expr.body, (*path, 0))
        case Apply():
            for k, argument in enumerate(expr.args):
                variable = expr.op in ("diff", "grad", "jacobian", "hessian") and k > 0
                if isinstance(argument, Expr) and not variable and expr.op != "d":
                    yield from _paths(argument, (*path, k))


def _put(expr: Expr, path: Path, new: Expr) -> Expr:
    if not path:
        return new
    if isinstance(expr, Sum):
        return Sum(_put(expr.body, path[1:], new), expr.indices)
    assert isinstance(expr, Apply)
    args = list(expr.args)
    inner = args[path[0]]
    assert isinstance(inner, Expr)
    args[path[0]] = _put(inner, path[1:], new)
    return build(expr.op, *args, params=expr.params)


def _variants(node: Expr) -> Iterator[Expr]:
    if isinstance(node, Number):
        yield Number(node.value + 1)
        yield Number(-node.value - 1)
        return
    if isinstance(node, Sum):
        return
    yield build("scale", Number(2), node)
    if isinstance(node, Apply):
        yield from _variants_of_application(node)
    elif isinstance(node, Symbol) and len(node.shape.free_axes) == 2 and node.shape.is_square:
        yield build("transpose", node)


def _variants_of_application(node: Apply) -> Iterator[Expr]:
    match node.op:
        case "add":
            yield build("sub", *node.children)
        case "sub":
            yield build("add", *node.children)
            yield build("sub", *node.children[::-1])
        case "neg":
            yield node.children[0]
        case "transpose" if node.shape.is_square:
            yield node.children[0]
        case "matmul" if all(c.shape.is_square for c in node.children):
            yield build("matmul", *node.children[::-1])
        case "component":
            operand, *indices = node.args
            if len(indices) == 2 and indices[0].axis == indices[1].axis:  # type: ignore[union-attr]
                yield build("component", operand, *indices[::-1])
        case "delta":
            first, second = node.args
            if isinstance(first, Index) and isinstance(second, Index):
                yield Number(1)


def with_index_swapped(expr: Expr) -> Expr | None:
    """The expression with two of its free indices over one axis exchanged."""
    free = list(free_indices(expr).values())
    for k, i in enumerate(free):
        for j in free[k + 1 :]:
            if i.axis == j.axis:
                return substitute(expr, {str(i.name): j, str(j.name): i})
    return None
