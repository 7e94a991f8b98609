"""No clock decides anything: verdicts with broken clocks and tight budgets; what is kept, and what is loud."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from cheatsheet import store
from cheatsheet.calculus import budget
from cheatsheet.calculus.errors import NoIndexForm
from cheatsheet.cli import main
from cheatsheet.language.elaborate import Declarations
from cheatsheet.verdicts import check, many
from cheatsheet.verdicts.check import verify, verify_text
from cheatsheet.verdicts.compare import Budget, OutOfBudgetError
from cheatsheet.verdicts.kept import VerdictCache
from cheatsheet.verdicts.many import OutOfPatience, patience, verify_all
from cheatsheet.verdicts.tasks import Asked, Task
from cheatsheet.verdicts.verdicts import TierDisagreement, Verdict
from tests.verdicts.test_blindness import equation_of, items

FEW = 40
CLOCKS = (
    "time",
    "monotonic",
    "perf_counter",
    "process_time",
    "thread_time",
    "time_ns",
    "monotonic_ns",
    "sleep",
)


def sample_of(name: str) -> list[dict[str, object]]:
    return random.Random(name).sample(items(name), FEW)


@pytest.mark.parametrize("name", ["true", "false"])
def test_verdicts_are_found_without_a_clock(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> float:
        raise AssertionError("a clock was looked at")

    for clock in CLOCKS:
        monkeypatch.setattr(time, clock, broken)
    for item in sample_of(name):
        verdict = verify(equation_of(item))
        assert verdict.holds if name == "true" else not verdict.holds


def test_a_budget_is_spent_in_part_and_as_a_whole() -> None:
    whole = Budget(100)
    part = whole.part(0.5)
    part.spend(50)
    assert (whole.left, part.left) == (50, 0)
    with pytest.raises(OutOfBudgetError):
        part.spend(1)
    with pytest.raises(OutOfBudgetError):
        Budget(10).spend(11)


def test_steps_of_the_calculus_are_counted_inside_and_outside() -> None:
    with budget.within(10) as outer, budget.within(100) as inner:
        for _ in range(10):
            budget.check()
        with pytest.raises(NoIndexForm):
            budget.check()
    assert outer.exhausted
    assert not inner.exhausted
    budget.check()  # outside of any allowance


def test_a_smaller_budget_gives_the_same_verdict_or_none() -> None:
    for item in (*sample_of("true")[:15], *sample_of("false")[:15]):
        equation = equation_of(item)
        whole = verify(equation)
        for steps in (100_000, 3_000_000):
            tight = verify(equation, steps=steps)
            assert tight.status in (whole.status, "undecided"), item
            assert tight.status != "undecided" or tight.exhausted or whole.status == "undecided"


def test_a_proof_without_steps_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    within = budget.within
    monkeypatch.setattr(budget, "within", lambda: within(3))
    verdict = verify_text("tr(I(n) @ I(n) @ I(n) @ I(n)) == n", Declarations())
    assert (verdict.status, verdict.method, verdict.exhausted) == ("proved", "free-symbols", True)


def test_what_met_a_limit_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    claims = [Task(f"tr(I(n)) == n + {k}", Declarations()) for k in range(3)]
    cache = VerdictCache(tmp_path / "verdicts.sqlite")
    assert {v.status for v in verify_all(claims, steps=10, cache=cache)} == {"undecided"}
    assert cache.shelf.connection is not None
    assert cache.shelf.connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)
    assert verify_all(claims, cache=cache)[0].status == "proved"
    assert cache.shelf.connection.execute("SELECT count(*) FROM kept").fetchone() == (3,)
    monkeypatch.setattr(check, "verify_asked", None)
    assert [v.status for v in verify_all(claims, cache=cache)] == ["proved", "refuted", "refuted"]


def forever() -> None:
    while True:
        pass


def test_patience_ends() -> None:
    with pytest.raises(OutOfPatience), patience(1):
        forever()
    with patience(60):
        assert True


def test_a_claim_that_is_given_up_is_undecided(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def hang(claim: Asked, *, steps: int) -> Verdict:
        while True:
            pass

    monkeypatch.setattr(check, "verify_asked", hang)
    monkeypatch.setattr(many, "LAST_RESORT", 1)
    cache = VerdictCache(tmp_path / "verdicts.sqlite")
    (verdict,) = verify_all([Task("1 == 1", Declarations())], cache=cache)
    assert (verdict.status, verdict.exhausted) == ("undecided", True)
    assert "not done after 1 s" in verdict.message


# --- a program that contradicts itself ---

CATALOGUE = """
title: {zh: t, en: t}
layout: numerator
sections:
  - id: s
    title: {zh: s, en: s}
    entries:
"""


def catalogue(path: Path, count: int) -> Path:
    entries = [
        f"      - {{id: e{k}, name: {{zh: e, en: e}}, claim: {k} + 1 == {k + 1 + (k == 5)}}}"
        for k in range(count)
    ]
    path.write_text(CATALOGUE + "\n".join(entries) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("count", [8, 80])
def test_tiers_that_disagree_end_the_run(count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Here and in worker processes: exit status 70, both results shown, no verdict on anything."""

    def disagree(claim: Asked, *, steps: int) -> Verdict:
        if claim.text == "5 + 1 == 7":
            raise TierDisagreement(claim.text, "proof: the sides are equal", "evaluation: 6 and 7")
        return Verdict("proved")

    monkeypatch.setattr(check, "verify_asked", disagree)
    done = CliRunner().invoke(main, ["check", "--no-cache", str(catalogue(tmp_path / "c.yaml", count))])
    assert done.exit_code == 70, done.output
    for part in ("a bug of this program", "5 + 1 == 7", "proof: the sides are equal", "evaluation: 6 and 7"):
        assert part in done.output


def test_nothing_is_kept_where_that_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path = str(catalogue(tmp_path / "c.yaml", 3))
    for command in (["check", path], ["show", "e1", path], ["derive", "x", "--wrt", "x"]):
        done = CliRunner().invoke(main, [*command, "--no-cache"])
        assert done.exit_code == 0, done.output
    assert not (tmp_path / "cache").exists()
    assert store.in_use()
    assert CliRunner().invoke(main, ["check", path]).exit_code == 0
    assert (tmp_path / "cache" / "cheatsheet" / "verdicts.sqlite").exists()
