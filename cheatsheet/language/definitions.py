"""``let`` names: sub-expressions that an entry's claims call by a name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from cheatsheet.language.elaborate import Declarations, elaborate_definition
from cheatsheet.language.names import leaves, varying_names
from cheatsheet.language.source import Passage
from cheatsheet.language.syntax import DEEPEST_NESTING, ClaimError, Raw, parse_claim, parse_expression

LARGEST_EXPANSION = 20_000
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class DefinitionError(ClaimError):
    """What is wrong with a ``let``; the offsets count in the text of the definition, which ``passage`` locates."""

    def __init__(self, error: ClaimError, name: str, passage: Passage) -> None:
        super().__init__(f"{error.message}, in the definition of {name}", error.start, error.end, error.hint)
        self.name = name
        self.passage = passage


def words(texts: Iterable[str]) -> set[str]:
    """The names that occur in texts of the language."""
    return {word for text in texts for word in _WORD.findall(text)}


def used(let: Mapping[str, Passage], text: str) -> list[str]:
    """The ``let`` names that the text uses, those among them that only other definitions use included."""
    found = words([text]) & let.keys()
    waiting = list(found)
    while waiting:
        more = (words([let[waiting.pop()].text]) & let.keys()) - found
        found |= more
        waiting += more
    return [name for name in let if name in found]


def define(let: Mapping[str, Passage], declarations: Declarations, text: str) -> Declarations:
    """The declarations and the ``let`` names that the text uses, each a symbol with a definition.

    A definition stands for what it says wherever its name stands, so that the symbols that vary in its ``d(…)`` are
    those that vary in the claim. Raises :class:`DefinitionError`.
    """
    trees = {name: _tree(name, let[name]) for name in used(let, text)}
    order = _ordered(trees, let)
    _check_expansion(order, trees, let, text)
    varying = {name for tree in trees.values() for name in varying_names(tree)}
    if varying:
        varying |= _varying_in(text)
    scope = replace(declarations, varying=frozenset(varying))
    for name in order:
        try:
            symbol = elaborate_definition(name, trees[name], scope)
        except ClaimError as error:
            raise DefinitionError(error, name, let[name]) from None
        scope = replace(scope, symbols={**scope.symbols, name: symbol})
    return scope


def _tree(name: str, passage: Passage) -> Raw:
    try:
        return parse_expression(passage.text)
    except ClaimError as error:
        raise DefinitionError(error, name, passage) from None


def _varying_in(text: str) -> set[str]:
    try:
        return set(varying_names(parse_claim(text)))
    except ClaimError:
        return set()  # the claim itself is refused later, with this error


def _names(raw: Raw) -> set[str]:
    """The names that stand for something: not those of functions."""
    return {leaf.text for leaf in leaves(raw) if leaf.kind == "name"}


def _ordered(trees: Mapping[str, Raw], let: Mapping[str, Passage]) -> list[str]:
    """The names in an order in which each comes after those that its definition uses."""
    waiting = {name: _names(tree) & trees.keys() for name, tree in trees.items()}
    order: list[str] = []
    while waiting:
        ready = [name for name, needs in waiting.items() if needs <= set(order)]
        if not ready:
            name, raw = next((n, trees[n]) for n in waiting)
            error = ClaimError("the definition leads back to itself", raw.start, raw.end)
            raise DefinitionError(error, name, let[name])
        order += ready
        waiting = {name: needs for name, needs in waiting.items() if name not in ready}
    return order


def _check_expansion(
    order: list[str], trees: Mapping[str, Raw], let: Mapping[str, Passage], text: str
) -> None:
    """Refuse definitions that double one another until nothing can hold them, or nest without bound."""
    sizes: dict[str, tuple[int, int]] = {}
    for name in order:
        sizes[name] = _expanded(trees[name], sizes)
        mentions = max(1, len(re.findall(rf"\b{name}\b", text)))
        if sizes[name][0] * mentions > LARGEST_EXPANSION or sizes[name][1] > DEEPEST_NESTING:
            raw = trees[name]
            error = ClaimError("what this stands for is too large", raw.start, raw.end, "define less")
            raise DefinitionError(error, name, let[name])


def _expanded(raw: Raw, sizes: Mapping[str, tuple[int, int]]) -> tuple[int, int]:
    """The number of nodes and the depth once every defined name is replaced by its definition."""
    if raw.kind == "name":
        return sizes.get(raw.text, (1, 1))
    below = [_expanded(child, sizes) for child in raw.children]
    return 1 + sum(size for size, _ in below), 1 + max((depth for _, depth in below), default=0)
