"""The table of derivations beside published ones tells what is printed today."""

from __future__ import annotations

from statistics import median

import cheatsheet
from tools.compared import relations, rows


def test_the_table_counts_what_is_shown_and_ours_are_no_longer() -> None:
    catalogue = cheatsheet.load("identities.yaml")
    table = list(rows())
    assert len(table) == 20
    for id, claims, ours, _ in table:
        assert relations(catalogue[id], claims) == ours, id
    assert median(ours for *_, ours, _ in table) <= median(theirs for *_, theirs in table)
