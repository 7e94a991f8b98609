"""How objects show themselves at a prompt and in a notebook: one short line each, however much they hold."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

LONGEST_LINE = 200
LONGEST_PART = 80
LONGEST_HTML = 15_000
"""Characters of HTML after which a list is cut: a notebook keeps every display in its file."""


def one_line(thing: object, *parts: object) -> str:
    """What ``repr`` gives: the class and what tells the object from others.

    >>> one_line(Exception(), short("a long  text\\n" * 9, 20), "3 claims")
    "Exception('a long text a long …', 3 claims)"
    """
    return _cut(f"{type(thing).__name__}({', '.join(map(str, parts))}", LONGEST_LINE - 1) + ")"


def short(text: object, most: int = LONGEST_PART) -> str:
    """A text between quotes, on one line and cut where it is long."""
    return repr(_cut(str(text), most))


def counted(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun.

    >>> counted(1, "entry", "entries"), counted(2, "claim")
    ('1 entry', '2 claims')
    """
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def _cut(text: str, most: int) -> str:
    # Long texts are cut before anything else looks at them: one may be the whole file.
    line = " ".join(text[: 2 * most].split())
    line = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in line)
    whole = len(line) <= most and len(text) <= 2 * most
    return line if whole else line[: most - 1] + "…"


# --- notebooks -------------------------------------------------------------------------------------------------------


def formula(latex: str) -> str:
    """A formula between dollar signs, for ``_repr_latex_``."""
    return rf"$\displaystyle {latex}$"


def html_list(items: Iterable[str], tag: str = "ul") -> str:
    """The items, which are HTML, as a list; from some length on it only says how many follow."""
    shown: list[str] = []
    left = LONGEST_HTML
    items = list(items)
    for item in items:
        left -= len(item)
        if left < 0:
            shown.append(f"<li>… {len(items) - len(shown)}</li>")
            break
        shown.append(f"<li>{item}</li>")
    return f"<{tag}>{''.join(shown)}</{tag}>" if shown else ""


def code(text: str) -> str:
    """A text of the claim language, or source code, in HTML.

    >>> code("a < b")
    '<code>a &lt; b</code>'
    """
    return f"<code>{escape(text)}</code>"


def details(title: str, content: str) -> str:
    """HTML that is folded away below its title."""
    return f"<details><summary>{escape(title)}</summary>{content}</details>"
