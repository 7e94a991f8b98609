"""Many claims at once: whatever one claim does, the others get their verdicts."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cheatsheet.language.elaborate import Declarations
from cheatsheet.verdicts import check
from cheatsheet.verdicts.kept import VerdictCache
from cheatsheet.verdicts.many import verify_all
from cheatsheet.verdicts.tasks import Asked, Task
from cheatsheet.verdicts.verdicts import Verdict

TASKS = [Task(f"{k} + {k} == {2 * k}", Declarations()) for k in range(100)]


def answering(deadly: str, act: str) -> object:
    """A stand-in for the verifier that misbehaves on one claim."""

    def verify_asked(claim: Asked, *, steps: int) -> Verdict:
        if claim.text == deadly:
            if act == "raise":
                raise KeyError("lost")
            os._exit(1)
        return Verdict("proved")

    return verify_asked


def test_a_bug_costs_one_claim_and_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "verify_asked", answering(TASKS[7].text, "raise"))
    for processes in (1, 2):
        verdicts = verify_all(TASKS, processes=processes)
        assert [k for k, v in enumerate(verdicts) if v.status != "proved"] == [7]
        assert verdicts[7].status == "undecided"
        assert verdicts[7].warnings == ("a bug of this program: KeyError: 'lost'",)


def test_a_claim_that_kills_its_process_costs_one_claim(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "verify_asked", answering(TASKS[50].text, "die"))
    verdicts = verify_all(TASKS, processes=2)
    assert [k for k, v in enumerate(verdicts) if v.status != "proved"] == [50]
    assert verdicts[50].message == "the process that worked on it died"


def test_what_was_not_decided_is_asked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = VerdictCache(tmp_path / "verdicts.sqlite")
    monkeypatch.setattr(check, "verify_asked", answering(TASKS[7].text, "raise"))
    assert verify_all(TASKS, processes=1, cache=cache)[7].status == "undecided"
    monkeypatch.setattr(check, "verify_asked", answering("", "raise"))
    assert verify_all(TASKS, processes=1, cache=cache)[7].status == "proved"
    cache.close()


def test_progress_ends_where_it_should() -> None:
    told: list[int] = []
    verify_all(TASKS[:5], progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 5
