"""The derivations that docs/derivations-compared.md compares, counted anew: ``python -m tools.compared``.

A row of its table names an entry with the claims that are derived, ours and the count of the source. A relation is a
line of ``cheatsheet show`` that says something of the argument: no name that is introduced, and no left side alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import cheatsheet
from cheatsheet.catalogue.entries import Entry
from cheatsheet.screen import entry_document

DOCUMENT = Path(__file__).parent.parent / "docs" / "derivations-compared.md"
ROW = re.compile(r"^\| `([a-z0-9-]+)` ([\d, ]+) \| (\d+) \|.*\| (\d+) \|$", re.MULTILINE)


def rows() -> Iterator[tuple[str, list[int], int, int]]:
    """Of each row the entry, the numbers of the claims, and how many relations the document says that each has."""
    for id, claims, ours, theirs in ROW.findall(DOCUMENT.read_text(encoding="utf-8")):
        yield id, [int(number) for number in claims.split(",")], int(ours), int(theirs)


def relations(entry: Entry, claims: list[int]) -> int:
    """How many relations the derivations of some claims of an entry have."""
    derived = entry_document(entry.check(), None)["claims"]
    steps = [step for number in claims for step in derived[number - 1].get("steps") or ()]
    return sum(step["rule"] not in ("", "notation") for step in steps)


def main() -> None:
    catalogue = cheatsheet.load("identities.yaml")
    counts: list[tuple[int, int]] = []
    for id, claims, told, theirs in rows():
        ours = relations(catalogue[id], claims)
        counts.append((ours, theirs))
        print(
            f"{ours:3d} {theirs:3d}  {id} {claims}"
            + ("" if ours == told else f"  (the document says {told})")
        )
    print(*(median(column) for column in zip(*counts, strict=True)))


if __name__ == "__main__":
    main()
