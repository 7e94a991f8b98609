"""A prover that believes everything: no false claim gets past the others, and the noise is loud."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from cheatsheet.catalogue.load import read_given
from cheatsheet.language.elaborate import Declarations, elaborate_claim, elaborate_definition
from cheatsheet.language.expressions import Equation
from cheatsheet.language.syntax import parse_expression
from cheatsheet.verdicts.check import verify
from cheatsheet.verdicts.verdicts import TierDisagreement

CORPUS = Path(__file__).parents[1] / "corpus"
SAMPLE = 150


def items(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.load(
        (CORPUS / f"{name}.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader
    )
    return found


def equation_of(item: dict[str, Any]) -> Equation:
    given = yaml.safe_dump(item.get("given") or {}, default_flow_style=True, width=10_000).strip()[1:-1]
    declared = Declarations(read_given(given), item.get("layout", "numerator"))
    for name, text in (item.get("let") or {}).items():
        symbol = elaborate_definition(name, parse_expression(str(text)), declared)
        declared = Declarations({**declared.symbols, name: symbol}, declared.layout)
    return elaborate_claim(item["claim"], declared)


def believes_everything(_: Equation) -> bool:
    return True


def false_claims(full: bool) -> list[dict[str, Any]]:
    """The false equalities: those that are true at small dimensions all, and of the others a sample."""
    found = [item for item in items("false") if "unequal" not in item["tags"]]
    small = [item for item in found if "dims" in item["tags"]]
    others = [item for item in found if "dims" not in item["tags"]]
    return small + (others if full else random.Random(1).sample(others, SAMPLE))


def test_false_claims_are_refuted_under_a_blind_prover(full: bool) -> None:
    """Or the tiers are told to disagree: where the first look is at dimensions at which the claim is true."""
    counts: Counter[str] = Counter()
    for item in false_claims(full):
        try:
            verdict = verify(equation_of(item), prover=believes_everything)
        except TierDisagreement:
            counts["loud"] += 1
            continue
        assert verdict.status == "refuted", f"{item['claim']}: {verdict}"
        assert verdict.counterexample is not None
        counts["refuted"] += 1
    assert counts["loud"] < 0.2 * counts["refuted"], counts


def test_claims_with_unequal_sides_are_not_taken_on_trust() -> None:
    """A != is proved by a counterexample alone, whatever the prover says."""
    for item in items("true"):
        if "!=" in item["claim"]:
            verdict = verify(equation_of(item), prover=believes_everything)
            assert verdict.status == "proved"
            assert verdict.witness is not None


def test_a_blind_prover_makes_the_corpus_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test of the corpora notices: with the prover blind and nobody looking again, false claims would hold."""
    from cheatsheet.verdicts import check

    monkeypatch.setattr(check._Inquiry, "confirm", lambda self: None)
    holding = [
        item["claim"]
        for item in items("false")
        if "dims" in item["tags"] and verify(equation_of(item), prover=believes_everything).holds
    ]
    assert holding


def test_true_claims_do_not_hold_without_any_evidence() -> None:
    """The prover alone is no evidence: where no point of the domain is found, the claim is undecided."""
    for text in ("sqrt(-1 - x.T @ x) == sqrt(-1 - x.T @ x)", "log(-norm(x)) == log(-norm(x))"):
        equation = elaborate_claim(text, Declarations(read_given("x: [n]")))
        assert verify(equation, prover=believes_everything).status == "undecided"
