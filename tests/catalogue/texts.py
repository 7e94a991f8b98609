"""Catalogues from texts."""

from __future__ import annotations

import textwrap
from pathlib import Path

from cheatsheet.catalogue.entries import Catalogue, Entry
from cheatsheet.catalogue.load import parse_catalogue
from cheatsheet.catalogue.nodes import decode


def read(text: str) -> Catalogue:
    return parse_catalogue(decode(text.encode(), "catalogue.yaml"), Path("catalogue.yaml"))


def one_entry(body: str, head: str = "") -> Entry:
    """The entry ``a`` of a catalogue with this body."""
    body = textwrap.indent(textwrap.dedent(body).strip("\n"), "        ")
    text = (
        f"title: {{zh: 手册, en: Sheet}}\n{head}sections:\n  - id: s\n    title: {{zh: 节, en: Section}}\n"
        f"    entries:\n      - id: a\n        name: {{zh: 名, en: Name}}\n{body}\n"
    )
    return read(text)["a"]
