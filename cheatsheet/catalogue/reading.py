"""Nodes → values, kind by kind: the tables of :mod:`.schema` say which keys there are and what they hold.

A reader takes a node and the report; it returns the value, or None once it has said what is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from cheatsheet.catalogue.nodes import Mapping, Node, Refused, Report, Scalar, Sequence
from cheatsheet.catalogue.schema import BILINGUAL, ID, NAME, SHOWS, UNPROVED, Table
from cheatsheet.language.errors import near
from cheatsheet.language.glossary import Text
from cheatsheet.language.layouts import LAYOUTS
from cheatsheet.language.syntax import KEYWORDS

Read = Callable[[Node, Report], Any]
LONGEST_NAME = 40
_QUOTES = "a text that has a colon, a comma, a bracket or a brace in it may need quotes"


def listed(words: Iterable[str], last: str = "and") -> str:
    """The words as a phrase.

    >>> listed(["zh", "en"]), listed(["numerator", "denominator", "mixed"], "or")
    ('zh and en', 'numerator, denominator or mixed')
    """
    *first, end = words
    return f"{', '.join(first)} {last} {end}" if first else end


def shown(text: str) -> str:
    """A word of the file, quoted for a message and cut where it is long."""
    return repr(text if len(text) <= LONGEST_NAME else text[: LONGEST_NAME - 1] + "…")


def is_null(node: Node) -> bool:
    return isinstance(node, Scalar) and node.is_null


def what(node: Node) -> str:
    """What kind of thing stands there, for messages."""
    return "nothing" if is_null(node) else node.what


def read_table(
    node: Node, table: Table, thing: str, readers: dict[str, Read], report: Report
) -> dict[str, Any]:
    """The values of a mapping by key; what cannot be read is left out, and the report says why."""
    if isinstance(node, Refused):
        return {}
    needed = listed([name for name, key in table.items() if key.required] or table)
    if not isinstance(node, Mapping):
        report.add(node, f"{thing} is {what(node)} here", f"expected a mapping with {needed}")
        return {}
    _complain_about_unknown_keys(node, table, thing, report)
    values = {}
    for name, entry in table.items():
        if name not in node.pairs:
            if entry.required:
                report.add(node, f"{name!r} is missing", f"{thing} needs {needed}")
            continue
        key, value = node.pairs[name]
        if is_null(value) and entry.required:
            report.add(key, f"{name!r} is empty", f"{thing} needs {needed}")
        elif is_null(value):
            report.add(key, f"{name!r} is empty", "expected a value", "remove the key if there is none")
        elif not isinstance(value, Refused) and (found := readers[entry.kind](value, report)) is not None:
            values[name] = found
    return values


def _complain_about_unknown_keys(node: Mapping, table: Table, thing: str, report: Report) -> None:
    for name, (key, value) in node.pairs.items():
        if name not in table:
            hint = near(name, table)
            if not hint and is_null(value):
                hint = "a text that has a comma in it needs quotes between { and }"
            report.add(key, f"unknown key {shown(name)}", f"{thing} has {listed(table)}", hint)


def read_text(node: Node, report: Report) -> str | None:
    """A text that is not empty."""
    if not isinstance(node, Scalar):
        report.add(node, f"a text is {node.what} here", "expected a text", _QUOTES)
    elif not node.text.strip():
        report.add(node, "the text is empty", "expected a text")
    else:
        return node.text.strip()
    return None


def read_bilingual(node: Node, report: Report) -> Text | None:
    """A text in both languages."""
    if isinstance(node, Scalar):
        form = f"{{zh: …, en: {node.text}}}" if node.text.isascii() else f"{{zh: {node.text}, en: …}}"
        hint = f"write {form}" if len(form) < 2 * LONGEST_NAME else ""
        report.add(node, "this text is in one language", "expected {zh: …, en: …}", hint)
        return None
    readers: dict[str, Read] = {"text": read_text}
    values = read_table(node, BILINGUAL, "a text in two languages", readers, report)
    return Text(**values) if len(values) == len(BILINGUAL) else None


def read_id(node: Node, report: Report) -> Scalar | None:
    """A word that can be an anchor; the node itself, so that a second one can be pointed at."""
    if not isinstance(node, Scalar):
        report.add(node, f"an id is {node.what} here", "expected a word")
    elif not re.fullmatch(ID, node.text) or len(node.text) > 100:
        suggestion = re.sub(r"[^a-z0-9]+", "-", node.text.lower()).strip("-")[:LONGEST_NAME]
        report.add(
            node,
            f"{shown(node.text)} cannot be an id",
            "expected lower case letters, digits and single hyphens",
            f"write {suggestion}" if suggestion else "",
        )
    else:
        return node
    return None


def read_one_of(thing: str, allowed: Iterable[str]) -> Read:
    """A reader of one of some words."""
    choices = tuple(allowed)

    def read(node: Node, report: Report) -> str | None:
        if isinstance(node, Scalar) and node.text in choices:
            return node.text
        text = node.text if isinstance(node, Scalar) else ""
        said = shown(text) if text else node.what
        report.add(node, f"unknown {thing} {said}", f"expected {listed(choices, 'or')}", near(text, choices))
        return None

    return read


read_layout = read_one_of("layout", LAYOUTS)
_read_one_show = read_one_of("table or figure", SHOWS)
read_unproved = read_one_of("value of `unproved`", UNPROVED)


def one_or_list(node: Node) -> list[Node]:
    """The items of a list; anything else counts as a list of one."""
    return node.items if isinstance(node, Sequence) else [node]


def read_show(node: Node, report: Report) -> tuple[str, ...] | None:
    """A table or figure, or several."""
    found = [_read_one_show(item, report) for item in one_or_list(node) if not isinstance(item, Refused)]
    return tuple(name for name in found if name is not None)


def read_words(node: Node, report: Report) -> tuple[str, ...] | None:
    """A text or several."""
    found = [read_text(item, report) for item in one_or_list(node) if not isinstance(item, Refused)]
    words = tuple(word for word in found if word is not None)
    if isinstance(node, Sequence) and not node.items:
        report.add(node, "the list is empty", "expected at least one word", "remove the key")
    return words


def check_name(node: Scalar, role: str, report: Report) -> bool:
    """Whether the node holds a name of the claim language; complains where it does not."""
    text = node.text
    if text in KEYWORDS:
        hint = "call the symbol lam; it is printed as λ" if text == "lambda" else ""
        report.add(
            node, f"{text} is a Python keyword and cannot name a {role}", "expected another word", hint
        )
    elif not re.fullmatch(NAME, text) or len(text) > LONGEST_NAME:
        hint = "a Greek letter is spelled out, as in alpha" if any("Ͱ" <= c <= "Ͽ" for c in text) else ""
        expected = "a name is made of the letters a-z and A-Z, digits and _"
        report.add(node, f"{shown(text)} cannot name a {role}", expected, hint)
    else:
        return True
    return False
