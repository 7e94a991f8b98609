r"""What an entry declares: ``\M{A}, \M{B} \in \R^{m \times n}`` and the properties that they share."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from cheatsheet.expressions import Apply, Equation, Symbol, free_indices, walk
from cheatsheet.glossary import Text, word
from cheatsheet.indices.genericity import invertible
from cheatsheet.latex import latex_of
from cheatsheet.lettering import Letters, axis_text, letter_of
from cheatsheet.pages import Given

_OF_SCALARS = frozenset({"positive", "nonzero"})


def given_lines(symbols: Iterable[Symbol]) -> tuple[Given, ...]:
    """The declarations in their order, neighbours that say the same as one."""
    groups = groupby(symbols, key=lambda s: (_space(s), _properties(s), s.of))
    return tuple(_given_line(list(group), space) for (space, _, _), group in groups)


def _given_line(symbols: list[Symbol], space: str) -> Given:
    letters = Letters(*symbols)
    names = ", ".join(latex_of(symbol, letters) for symbol in symbols)
    fixed = any(axis.kind == "integer" for axis in symbols[0].shape.free_axes)
    return Given(rf"{names} \in {space}", _remark(symbols[0], len(symbols)), fixed_size=fixed)


def conditions(equations: Iterable[Equation]) -> tuple[Given, ...]:
    """The matrices that must be invertible for the claims to mean anything, so far as no declaration says so."""
    inverted = [
        node.children[0]
        for equation in equations
        for side in (equation.lhs, equation.rhs)
        for node in walk(side)
        if isinstance(node, Apply) and node.op == "inv"
    ]
    needed = [m for m in dict.fromkeys(inverted) if not invertible(m, frozenset()) and not free_indices(m)]
    if not needed:
        return ()
    letters = Letters(*needed)
    return (Given(", ".join(latex_of(m, letters) for m in needed), word("is-invertible")),)


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


def _remark(symbol: Symbol, count: int) -> Text | None:
    parts = [word(p) for p in _properties(symbol)]
    if symbol.of:
        arguments = ", ".join(f"${latex_of(s, Letters(s))}$" for s in symbol.of)
        function = word("functions-of" if count > 1 else "function-of")
        parts.append(Text(function.zh.format(arguments), function.en.format(arguments)))
    if not parts:
        return None
    return Text("、".join(p.zh for p in parts), ", ".join(p.en for p in parts))


def bold_letters(symbols: Iterable[Symbol]) -> frozenset[str]:
    r"""The letters that stand for vectors and matrices in an entry's words: ``A``, ``u_o``, ``\Sigma``, and ``I``.

    >>> from cheatsheet.dimensions import Axis, Shape
    >>> n = Axis.of("n")
    >>> sorted(bold_letters([Symbol("u_o", Shape.vector(n)), Symbol("c", Shape.scalar())]))
    ['I', 'I_n', 'u_o']
    """
    found = {"I"}
    taken: set[str] = set()
    for symbol in symbols:
        letter = letter_of(symbol.name)
        name = f"{letter.base}_{letter.below}" if letter.below else letter.base
        (taken if symbol.shape.is_scalar else found).add(name)
        found |= {f"I_{axis_text(axis)}" for axis in symbol.shape.free_axes}
    return frozenset(found - taken)
