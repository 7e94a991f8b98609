"""``derivation``: from nodes to the lines of authored derivations, with the claims that they cite looked up."""

from __future__ import annotations

import re
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass
from typing import Any

from cheatsheet.catalogue.entries import Claim, Entry, Scope
from cheatsheet.catalogue.nodes import Mapping, Node, Refused, Report, Scalar
from cheatsheet.catalogue.reading import Read, is_null, one_or_list, read_one_of, read_table, what
from cheatsheet.catalogue.schema import DERIVATION, LABEL
from cheatsheet.language.authored import CITED, AuthoredDerivation, AuthoredLine, Lemma
from cheatsheet.language.errors import near
from cheatsheet.language.source import Passage
from cheatsheet.language.styles import STYLES

_RULE = "expected the name of a rule, such as det-product, definition of S, line a, claim 1 or entry woodbury"

read_style = read_one_of("style", STYLES)


def read_rules(node: Node, report: Report) -> list[Scalar] | None:
    """The names of rules, looked up later."""
    found = []
    for item in one_or_list(node):
        if isinstance(item, Scalar) and not is_null(item):
            found.append(item)
        elif not isinstance(item, Refused):
            report.add(item, f"a rule is {what(item)} here", _RULE)
    return found


def read_label(node: Node, report: Report) -> str | None:
    """The letter of a line."""
    if isinstance(node, Scalar) and re.fullmatch(LABEL, node.text):
        return node.text
    report.add(node, "this cannot be the label of a line", "expected one small letter")
    return None


def read_numbers(node: Node, report: Report) -> list[Scalar] | None:
    """Numbers of claims, from 1; the nodes themselves, to be compared with how many there are."""
    found = []
    for item in one_or_list(node):
        if isinstance(item, Scalar) and re.fullmatch(r"[1-9]\d{0,2}", item.text):
            found.append(item)
        elif not isinstance(item, Refused):
            report.add(item, "this is not the number of a claim", "expected 1, or a list such as [1, 2]")
    return found


def listed_or_one(read: Read, readers: dict[str, Read]) -> Read:
    """A reader of derivations: one mapping, or a list of them."""

    def read_all(node: Node, report: Report) -> Any:
        if isinstance(node, Mapping):
            return [(node, read_table(node, DERIVATION, "a derivation", readers, report))]
        return read(node, report)

    return read_all


@dataclass
class Citations:
    """The claims that derivations cite, to be looked up once all entries are known."""

    waiting: list[tuple[str, Scalar, str, dict[str, Lemma]]]
    """The entry that cites, where, what, and the lemmas to be filled in."""

    def resolve(self, entries: Dictionary[str, Entry], report: Report) -> None:
        """Fill in the claims that are cited; an entry that rests on the one that cites it is refused."""
        rests_on: dict[str, set[str]] = {}
        for owner, node, text, lemmas in self.waiting:
            found = CITED.fullmatch(text)
            assert found is not None
            id, number = found["id"], int(found["number"] or 1)
            if id not in entries:
                report.add(node, f"there is no entry {id}", _RULE, near(id, entries))
            elif not 0 < number <= len(entries[id].claims):
                report.add(node, f"{id} has no claim {number}", f"it has {len(entries[id].claims)}")
            elif id == owner:
                report.add(node, f"{id} cites itself", f"name the claim alone: claim {number}")
            elif owner in _below(id, rests_on):
                report.add(
                    node, f"{id} rests on {owner} itself", "a derivation uses only what is below its claim"
                )
            else:
                rests_on.setdefault(owner, set()).add(id)
                cited = entries[id]
                alone = len(cited.claims) == 1
                lemmas[text] = Lemma(id, number, cited.name, cited.claims[number - 1], alone)


def _below(id: str, rests_on: dict[str, set[str]]) -> set[str]:
    """All entries that an entry rests on."""
    found: set[str] = set()
    waiting = [id]
    while waiting:
        new = rests_on.get(waiting.pop(), set()) - found
        found |= new
        waiting.extend(new)
    return found


def derivations_of(
    owner: str,
    asked: list[tuple[Node, dict[str, Any]]],
    claims: tuple[Claim, ...],
    scope: Scope,
    citations: Citations,
    report: Report,
) -> tuple[AuthoredDerivation, ...]:
    """The derivations of the entry ``owner``; what they cite is still to be looked up."""
    made: list[AuthoredDerivation] = []
    own_ones = [{int(n.text) for n in values.get("claim", ())} for _, values in asked]
    for place, (node, values) in enumerate(asked):
        numbers = [int(n.text) for n in values.get("claim", ())] or list(range(1, len(claims) + 1))
        for number in values.get("claim", ()):
            if int(number.text) > len(claims):
                report.add(number, f"there is no claim {number.text}", f"the entry has {len(claims)}")
        if not claims:
            report.add(node, "there is no claim to derive", "expected `claim` in this entry")
        lemmas: dict[str, Lemma] = {}
        lines = tuple(
            _line(owner, line, lemmas, citations, report)
            for _, line in values.get("lines", ())
            if "line" in line
        )
        if report.problems or not lines:
            continue
        own = {name: _passage(definition, report) for name, definition in values.get("let", {}).items()}
        names = scope.with_definitions(own) if own else scope
        shown = tuple(claims[number - 1] for number in numbers)
        style = values.get("style", STYLES[0])
        later = set[int]().union(*own_ones[place:])
        before = set(range(1, min(numbers))).union(*own_ones[:place])
        earlier = {number: claims[number - 1] for number in sorted(before - later)}
        made.append(
            AuthoredDerivation(
                tuple(numbers), shown, style, lines, names, node.position, earlier, own, lemmas
            )
        )
    return tuple(made)


def _line(
    owner: str, values: dict[str, Any], lemmas: dict[str, Lemma], citations: Citations, report: Report
) -> AuthoredLine:
    rules = values.get("by", ())
    for node in rules:
        if CITED.fullmatch(node.text.strip()):
            citations.waiting.append((owner, node, node.text.strip(), lemmas))
    by = tuple(_passage(node, report) for node in rules)
    return AuthoredLine(_passage(values["line"], report), by, values.get("as", ""), values.get("words"))


def _passage(node: Scalar, report: Report) -> Passage:
    return Passage(node.text, report.file, node.position, node.style)
