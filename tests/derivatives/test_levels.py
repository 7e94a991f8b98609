"""No circle: what derives a rule uses no rule that rests on it."""

from __future__ import annotations

from graphlib import TopologicalSorter

import cheatsheet
from cheatsheet.catalogue.entries import Entry
from cheatsheet.derivatives.authored.worked import worked
from cheatsheet.derivatives.rules.levels import DERIVED_BY, barred, derived_by
from cheatsheet.derivatives.rules.registry import rules
from cheatsheet.derivatives.steps.claims import derive_cases
from cheatsheet.derivatives.steps.steps import rules_of


def rules_used(entry: Entry) -> set[str]:
    """The rules of all derivations of an entry, its own and those that are made for it."""
    authored = [worked(derivation) for derivation in entry.derivations]
    used = {reason.key for work in authored for line in work.lines for reason in line.reasons}
    written = {number for work in authored for number in work.numbers}
    for number, claim in enumerate(entry.claims, start=1):
        if number not in written and not claim.equation.negated:
            cases = derive_cases(claim.equation, barred(entry.id))
            used |= {r for case in cases if not case.cited for line in case.lines for r in rules_of(line)}
    return used


def test_every_rule_that_an_entry_derives_is_a_rule() -> None:
    assert set(DERIVED_BY) <= set(rules())


def test_no_rule_rests_on_itself() -> None:
    """The entries that derive rules, each after those whose rules it uses: there is such an order."""
    catalogue = cheatsheet.load()
    deriving = {derived_by(rule) for rule in rules()} - {""}
    rests_on = {id: {derived_by(r) for r in rules_used(catalogue[id])} - {""} for id in sorted(deriving)}
    TopologicalSorter(rests_on).prepare()
    assert all(id not in others for id, others in rests_on.items())
