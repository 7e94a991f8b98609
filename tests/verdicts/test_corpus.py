"""The corpora: claims known to be true hold, most of them proved; claims known to be false are refuted, every one."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

import cheatsheet
from cheatsheet.calculus.prove import prove
from cheatsheet.language.elaborate import elaborate_claim
from cheatsheet.verdicts.check import verify
from cheatsheet.verdicts.many import verify_all
from cheatsheet.verdicts.tasks import Task
from cheatsheet.verdicts.verdicts import Verdict

CORPUS = Path(__file__).parents[1] / "corpus"


@cache
def items(name: str) -> list[dict[str, Any]]:
    return yaml.load((CORPUS / f"{name}.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def titled(text: str) -> dict[str, str]:
    return {"zh": text, "en": text}


def tasks(name: str, folder: Path) -> list[Task]:
    """The claims of a corpus, read as the entries of a catalogue."""
    entries = []
    for number, item in enumerate(items(name)):
        entry = {key: item[key] for key in ("given", "let", "layout", "claim") if item.get(key)}
        entries.append({"id": f"{name}-{number}", "name": titled(f"{name} {number}"), **entry})
    catalogue = {
        "title": titled(name),
        "layout": "numerator",
        "sections": [{"id": name, "title": titled(name), "entries": entries}],
    }
    path = folder / f"{name}.yaml"
    path.write_text(yaml.safe_dump(catalogue, allow_unicode=True, sort_keys=False), encoding="utf-8")
    loaded = cheatsheet.load(path)
    claims = [claim for entry in loaded for claim in entry.claims]
    assert len(claims) == len(items(name))
    return [Task(claim.text, claim.declarations) for claim in claims]


def described(found: list[tuple[Task, Verdict]]) -> str:
    return "\n".join(f"{verdict.status}: {task.text}  {verdict.message}" for task, verdict in found)


def test_no_false_claim_holds_and_every_one_is_refuted(tmp_path: Path) -> None:
    claims = tasks("false", tmp_path)
    found = list(zip(claims, verify_all(claims), strict=True))
    holding = [(t, v) for t, v in found if v.holds]
    assert not holding, described(holding)
    missed = [(t, v) for t, v in found if v.status != "refuted"]
    assert not missed, described(missed)
    for task, verdict in found:
        assert verdict.counterexample is not None or "!=" in task.text


def test_claims_about_matrices_are_proved(tmp_path: Path) -> None:
    claims = tasks("true-matrices", tmp_path)
    found = list(zip(claims, verify_all(claims), strict=True))
    open_ones = [(t, v) for t, v in found if v.status != "proved"]
    assert not [v for _, v in open_ones if v.fails], described(open_ones)
    assert len(open_ones) <= 2, described(open_ones)


def test_no_false_claim_about_matrices_holds(tmp_path: Path) -> None:
    claims = tasks("false-matrices", tmp_path)
    proved = [t.text for t in claims if prove(elaborate_claim(t.text, t.declarations))]
    assert not proved
    small = [
        t for t, i in zip(claims, items("false-matrices"), strict=True) if "bound" not in i.get("tags", ())
    ]
    found = list(zip(small, verify_all(small), strict=True))
    missed = [(t, v) for t, v in found if v.status != "refuted"]
    assert not [v for _, v in missed if v.holds], described(missed)
    assert len(missed) <= 2, described(missed)


def test_true_claims_hold(tmp_path: Path) -> None:
    claims = tasks("true", tmp_path)
    found = list(zip(claims, verify_all(claims), strict=True))
    wrong = [(t, v) for t, v in found if v.fails]
    assert not wrong, described(wrong)
    counts = Counter(v.status for _, v in found)
    open_ones = [(t, v) for t, v in found if not v.holds]
    assert len(open_ones) <= 0.01 * len(found), described(open_ones)
    assert counts["proved"] >= 0.9 * len(found), counts


def test_scalar_claims_are_proved(tmp_path: Path) -> None:
    claims = tasks("true-scalars", tmp_path)
    missed = [(t, v) for t, v in zip(claims, verify_all(claims), strict=True) if v.status != "proved"]
    assert not missed, described(missed)


def test_scalar_claims_that_look_like_them_are_not(tmp_path: Path) -> None:
    """The prover is asked about every one, also about those that a counterexample would spare it."""
    claims = tasks("false-scalars", tmp_path)
    equations = [elaborate_claim(t.text, t.declarations) for t in claims]
    assert [t.text for t, e in zip(claims, equations, strict=True) if prove(e)] == []
    missed = [(t, v) for t, v in zip(claims, verify_all(claims), strict=True) if v.status != "refuted"]
    assert not missed, described(missed)


@pytest.mark.parametrize("part", range(4))
def test_the_tiers_below_the_proof_stand_on_their_own(tmp_path: Path, part: int) -> None:
    """Of every eighth true claim, unproved, none is refuted, and many hold for what they are."""
    claims = [t for k, t in enumerate(tasks("true", tmp_path)) if k % 32 == 8 * part]
    found = []
    for task in claims:
        equation = elaborate_claim(task.text, task.declarations)
        if not equation.negated:
            found.append((task, verify(equation, prover=lambda _: False)))
    wrong = [(t, v) for t, v in found if v.fails]
    assert not wrong, described(wrong)
    assert sum(v.holds for _, v in found) >= 0.3 * len(found)
    assert all(v.message for _, v in found if not v.holds)
