"""The proof of equality: every rule proves what it says and nothing beside it.

The claims are in ``corpus/rules.yaml``. That the near misses really are false, and the others really true, is not taken
on trust: values that know nothing of the index calculus must say so too.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from cheatsheet.calculus import prove as proofs
from cheatsheet.calculus.prove import prove
from cheatsheet.catalogue.load import read_given
from cheatsheet.language.elaborate import Declarations, elaborate_claim
from cheatsheet.language.expressions import Equation
from cheatsheet.verdicts.check import verify

RULES = Path(__file__).parents[1] / "corpus" / "rules.yaml"


@cache
def groups() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.load(RULES.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return found


def equation(group: dict[str, Any], claim: str) -> Equation:
    given = yaml.safe_dump(group["given"], default_flow_style=True, width=1000)
    return elaborate_claim(str(claim), Declarations(read_given(given.strip()[1:-1])))


def claims(kind: str) -> list[Any]:
    return [
        pytest.param(group, claim, id=f"{group['rule']}: {claim}")
        for group in groups()
        for claim in group[kind]
    ]


@pytest.mark.parametrize(("group", "claim"), claims("holds"))
def test_a_rule_proves_what_it_says(group: dict[str, Any], claim: str) -> None:
    assert prove(equation(group, claim))


@pytest.mark.parametrize(("group", "claim"), claims("fails"))
def test_a_rule_does_not_prove_its_neighbours(group: dict[str, Any], claim: str) -> None:
    assert not prove(equation(group, claim))


@pytest.mark.parametrize(("group", "claim"), claims("fails"))
def test_the_neighbours_are_false(group: dict[str, Any], claim: str) -> None:
    verdict = verify(equation(group, claim), prover=lambda _: False)
    assert verdict.status == "refuted", verdict


@pytest.mark.parametrize(("group", "claim"), claims("holds"))
def test_values_agree_with_what_is_proved(group: dict[str, Any], claim: str) -> None:
    """The proof is believed only where values were seen to agree: a claim without such values would be undecided."""
    assert verify(equation(group, claim)).status == "proved"


@pytest.mark.parametrize(
    "text", ["sign(det(X)) * sign(det(X)) * adj(X) == adj(X)", "0 ** tr(X) == 0 ** tr(X)"]
)
def test_where_a_side_jumps_points_of_a_dense_set_are_not_enough(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first holds for invertible X, and not for one of rank n − 1; 0ᶠ is 1 where f is zero and 0 beside it."""
    claim = elaborate_claim(text, Declarations(read_given("X: [n, n]")))
    asked: list[bool] = []
    found = proofs._continuous

    def seen(*sides: Any) -> bool:
        asked.append(found(*sides))
        return asked[-1]

    monkeypatch.setattr(proofs, "_continuous", seen)
    holds = prove(claim)
    assert asked
    assert not any(asked)
    if "sign" in text:
        assert not holds
        monkeypatch.setattr(proofs, "_continuous", lambda *sides: True)
        assert prove(claim), "or the guard would not be what holds it back"
