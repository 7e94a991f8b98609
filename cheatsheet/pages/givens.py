r"""What an entry declares: ``\M{A}, \M{B} \in \R^{m \times n}`` and the properties that they share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from cheatsheet.calculus.genericity import invertible
from cheatsheet.language.expressions import (
    Apply,
    Equation,
    Expr,
    Number,
    Sum,
    Symbol,
    free_indices,
    inline_definitions,
    symbols,
    walk,
)
from cheatsheet.language.glossary import Text, word
from cheatsheet.language.table import differentiation
from cheatsheet.pages.model import Given
from cheatsheet.printing.latex import latex_of
from cheatsheet.printing.letters import Letters, axis_text, letter_of

_OF_SCALARS = frozenset({"positive", "nonzero"})


def given_lines(declared: Iterable[Symbol]) -> tuple[Given, ...]:
    """The declarations in their order, neighbours that say the same as one."""
    groups = groupby(declared, key=lambda s: (_space(s), _properties(s), s.of))
    return tuple(_given_line(list(group), space) for (space, _, _), group in groups)


def _given_line(alike: list[Symbol], space: str) -> Given:
    letters = Letters(*alike)
    names = ", ".join(latex_of(symbol, letters) for symbol in alike)
    fixed = any(axis.kind == "integer" for axis in alike[0].shape.free_axes)
    general = not fixed and not alike[0].properties - {"invertible", "nonzero"}
    of = ", ".join(latex_of(s, Letters(s)) for s in alike[0].of)
    shown = ", ".join(f"{latex_of(s, letters)}({of})" for s in alike) if of else names
    return Given(
        rf"{shown} \in {space}",
        _remark(alike[0]),
        restricts=fixed,
        names=names,
        function=_function(alike[0], len(alike)),
        general=general,
    )


def conditions(equations: Iterable[Equation]) -> tuple[Given, ...]:
    """What the claims need besides the declarations, for inverses and for derivatives of norms."""
    claims = [[equation.lhs, equation.rhs] for equation in equations]
    needs = list(map(_inverted, claims))
    found = []
    if any(needs):
        matrices = dict.fromkeys(m for need in needs for m in need)
        letters = Letters(*matrices)
        alike = all(set(need) == set(needs[0]) for need in needs)
        remark = word("is-invertible" if alike else "is-invertible-where-inverted")
        found.append(Given(", ".join(latex_of(m, letters) for m in matrices), remark, general=True))
    for vector in dict.fromkeys(v for sides in claims for v in _under_differentiated_norms(sides)):
        shown = latex_of(vector, Letters(vector))
        found.append(Given(rf"{shown} \neq \M 0", restricts=True, names=shown, general=True))
    return tuple(found)


def _inverted(sides: list[Expr]) -> list[Expr]:
    """The matrices whose inverses occur, so far as it is in doubt that they have any."""
    nodes = (n for side in (*sides, *_definitions(sides)) for n in walk(side) if isinstance(n, Apply))
    return [m for m in dict.fromkeys(n.children[0] for n in nodes if n.op == "inv") if _is_in_doubt(m)]


def _under_differentiated_norms(sides: list[Expr]) -> list[Expr]:
    nodes = (n for side in sides for n in walk(side) if differentiation(n))
    return [vector for node in nodes for vector in _rooted(inline_definitions(node.children[0]))]


def _definitions(sides: Iterable[Expr]) -> Iterator[Expr]:
    """What the names of ``let`` stand for, those in other definitions included."""
    for symbol in dict.fromkeys(s for side in sides for s in symbols(side)):
        if symbol.definition is not None:
            yield symbol.definition
            yield from _definitions([symbol.definition])


def _is_in_doubt(matrix: Expr) -> bool:
    """Whether the declarations leave open if the matrix is invertible; one of numbers is what it is."""
    varies = bool(symbols(inline_definitions(matrix)))
    if isinstance(matrix, Apply) and matrix.op == "block":
        return False  # what its blocks need is said of them
    return varies and not invertible(matrix, frozenset()) and not free_indices(matrix)


def _rooted(expr: Expr) -> Iterator[Expr]:
    """The arguments of norms, those under a square excepted."""
    match expr:
        case Apply(op="power", args=(Apply(op="norm") as norm, Number() as k)) if k.value == 2:
            yield from _rooted(norm.children[0])
        case Apply(op="norm"):
            yield expr.children[0]
        case Apply() | Sum():
            for child in expr.children:
                yield from _rooted(child)


def _space(symbol: Symbol) -> str:
    if "integer" in symbol.properties:
        return r"\mathbb{Z}"
    axes = symbol.shape.axes
    if symbol.shape.is_scalar:
        return r"\R"
    if symbol.shape.cols.is_one:
        return rf"\R^{{{axis_text(axes[0])}}}"
    return rf"\R^{{{axis_text(axes[0])} \times {axis_text(axes[1])}}}"


def _properties(symbol: Symbol) -> tuple[str, ...]:
    scalar = symbol.shape.is_scalar
    properties = sorted(p for p in symbol.properties if p != "integer")
    return tuple(f"is-{p}-scalar" if scalar and p in _OF_SCALARS else f"is-{p}" for p in properties)


def _remark(symbol: Symbol) -> Text | None:
    parts = [word(p) for p in _properties(symbol)]
    return Text("、".join(p.zh for p in parts), ", ".join(p.en for p in parts)) if parts else None


def _function(symbol: Symbol, count: int) -> Text | None:
    if not symbol.of:
        return None
    arguments = [f"${latex_of(s, Letters(s))}$" for s in symbol.of]
    function = word("functions-of" if count > 1 else "function-of")
    return Text(function.zh.format("、".join(arguments)), function.en.format(", ".join(arguments)))


def bold_letters(declared: Iterable[Symbol]) -> frozenset[str]:
    r"""The letters that stand for vectors and matrices in an entry's words: ``A``, ``u_o``, ``\Sigma``, and ``I``.

    >>> from cheatsheet.language.dimensions import Axis, Shape
    >>> n = Axis.of("n")
    >>> sorted(bold_letters([Symbol("u_o", Shape.vector(n)), Symbol("c", Shape.scalar())]))
    ['I', 'I_n', 'u_o']
    """
    found = {"I"}
    taken: set[str] = set()
    for symbol in declared:
        letter = letter_of(symbol.name)
        name = f"{letter.base}_{letter.below}" if letter.below else letter.base
        (taken if symbol.shape.is_scalar else found).add(name)
        found |= {f"I_{axis_text(axis)}" for axis in symbol.shape.free_axes}
    return frozenset(found - taken)
