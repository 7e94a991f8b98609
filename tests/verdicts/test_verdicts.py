"""Verdicts: what they say, how they are kept, and that no tier can be made to answer "holds" unnoticed."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from cheatsheet.language.dimensions import Axis, Shape
from cheatsheet.language.elaborate import Declarations, elaborate_claim
from cheatsheet.language.expressions import Equation, Symbol
from cheatsheet.packaged import engine_version
from cheatsheet.verdicts import check
from cheatsheet.verdicts.check import negation, verify, verify_asked, verify_text
from cheatsheet.verdicts.claim import Claim
from cheatsheet.verdicts.compare import Budget
from cheatsheet.verdicts.exact import vanishes
from cheatsheet.verdicts.kept import Origin, Origins, VerdictCache
from cheatsheet.verdicts.many import verify_all
from cheatsheet.verdicts.sampling import sample
from cheatsheet.verdicts.tasks import Asked, Task
from cheatsheet.verdicts.verdicts import (
    HOLDS,
    STATUSES,
    STEPS,
    Counterexample,
    TierDisagreement,
    Verdict,
)

N = Axis.of("n")
A, B = (Symbol(name, Shape.matrix(N, N)) for name in "AB")
x = Symbol("x", Shape.vector(N))
a = Symbol("a", Shape.scalar())
U, V = (Symbol(name, Shape.matrix(Axis.of(2), Axis.of(3))) for name in "UV")
Q = Symbol("Q", Shape.matrix(N, N), frozenset({"orthogonal"}))
DECLARED = Declarations({s.name: s for s in (A, B, x, a, U, V, Q)})


def equation(text: str) -> Equation:
    return elaborate_claim(text, DECLARED)


def believes_everything(_: Equation) -> bool:
    return True


def believes_nothing(_: Equation) -> bool:
    return False


# --- the words ---

EXAMPLE = Counterexample({"n": 2}, {"x": [[1], [0]], "A": [[0, 1], [0, 0]]}, [[0, 1]], [[0, 2]])


def test_counterexample_is_written_as_the_contract_says() -> None:
    assert json.loads(json.dumps(EXAMPLE.to_json())) == {
        "dims": {"n": 2},
        "values": {"x": [[1], [0]], "A": [[0, 1], [0, 0]]},
        "left": [[0, 1]],
        "right": [[0, 2]],
    }


@pytest.mark.parametrize(
    "verdict",
    [
        Verdict("proved", method="index-calculus", seconds=0.25),
        Verdict("proved", witness=EXAMPLE, method="counterexample"),
        Verdict("checked", dims=({"n": 2}, {"n": 3}), method="free-symbols"),
        Verdict(
            "refuted",
            counterexample=Counterexample({}, {"a": "1/3"}, 1, "0.5", {"i": 0}),
            warnings=("x is constant",),
        ),
        Verdict("invalid", message="unknown name y", hint="did you mean x?", start=3, end=4),
        Verdict("undecided", message="equal at n = 2, 3", dims=({"n": 2}, {"n": 3})),
    ],
)
def test_verdicts_survive_json(verdict: Verdict) -> None:
    assert Verdict.from_json(json.loads(json.dumps(verdict.to_json()))) == verdict


def test_what_holds() -> None:
    assert {s for s in STATUSES if Verdict(s).holds} == HOLDS == {"proved", "checked", "sampled"}
    assert {s for s in STATUSES if Verdict(s).fails} == {"refuted", "invalid"}
    with pytest.raises(ValueError, match="is not a verdict"):
        Verdict("probably")


def test_negation() -> None:
    assert negation(Verdict("refuted", counterexample=EXAMPLE)).witness == EXAMPLE
    assert negation(Verdict("proved")).status == "refuted"
    assert negation(Verdict("checked")).status == "refuted"
    assert negation(Verdict("sampled")).status == "undecided"
    assert negation(Verdict("undecided")).status == "undecided"
    assert negation(Verdict("undecided", dims=({"n": 2},))).dims == ({"n": 2},)


def test_ill_formed_claims_are_invalid_with_a_position() -> None:
    verdict = verify_text("A + y == A", DECLARED)
    assert verdict.status == "invalid"
    assert (verdict.start, verdict.end) == (4, 5)
    assert "y" in verdict.message
    assert verdict.hint


# --- no tier answers blindly ---

FALSE = [
    "A @ B == B @ A",
    "diff(x.T @ A @ x, x) == 2 * x.T @ A",
    "det(A + B) == det(A) + det(B)",
    "det(Q) == 1",
]
FALSE_FUNCTIONS = ["exp(a) == 1 + a", "softplus(a) == relu(a)", "norm(x) == sum(x)"]


@pytest.mark.parametrize("text", FALSE + FALSE_FUNCTIONS)
def test_a_blind_prover_is_not_believed(text: str) -> None:
    assert verify(equation(text), prover=believes_everything).status == "refuted"
    with pytest.raises(TierDisagreement):
        verify(equation(text), prover=believes_everything, audit=True)


@pytest.mark.parametrize("text", FALSE)
def test_exact_tiers_see_the_difference(text: str) -> None:
    claim = Claim(equation(text))
    assert vanishes(claim, {"n": 2}, Budget(STEPS)) is False


@pytest.mark.parametrize("text", ["abs(a) == a", "sign(a) == 1", "norm1(x) == sum(x)"])
def test_free_symbols_are_not_asked_about_what_is_rational_on_pieces_only(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cheatsheet.verdicts import exact

    monkeypatch.setattr(exact, "compare", None)  # the fields would refuse it, too
    assert vanishes(Claim(equation(text)), {"n": 2}, Budget(STEPS)) is None


@pytest.mark.parametrize("text", FALSE_FUNCTIONS)
def test_sampling_sees_the_difference(text: str) -> None:
    assert isinstance(sample(Claim(equation(text)), {"n": 2}, Budget(STEPS)), Counterexample)


@pytest.mark.parametrize("text", FALSE)
def test_exact_tiers_decide_when_the_filter_is_blind(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A filter that sees no difference must not be enough for "holds": the next tier still says no."""

    def blind(claim: Claim, points: Any, field: Any, budget: Budget) -> Any:
        comparison = real(claim, points, field, budget)
        comparison.differs[:] = False
        return comparison

    real = check.compare
    monkeypatch.setattr(check, "compare", blind)
    monkeypatch.setattr(check, "search", lambda *_: None)
    assert not verify(equation(text), prover=believes_nothing).holds


@pytest.mark.parametrize("text", FALSE_FUNCTIONS)
def test_sampling_decides_when_the_filter_is_blind(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def blind(claim: Claim, points: Any, field: Any, budget: Budget) -> Any:
        comparison = real(claim, points, field, budget)
        comparison.differs[:] = False
        return comparison

    real = check.compare
    monkeypatch.setattr(check, "compare", blind)
    assert not verify(equation(text), prover=believes_nothing).holds


def test_without_the_tiers_below_nothing_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    from cheatsheet.verdicts import argument, exact

    monkeypatch.setattr(exact, "vanishes", lambda *_: None)
    assert verify(equation("A + B == B + A"), prover=believes_nothing).status == "sampled"
    monkeypatch.setattr(argument, "sample", lambda *_: False)
    assert verify(equation("A + B == B + A"), prover=believes_nothing).status == "undecided"


def test_a_proof_needs_a_point_where_it_is_seen() -> None:
    """What cannot be evaluated anywhere is not proved, whatever the prover says."""
    assert verify(equation("log(-a ** 2) == 0"), prover=believes_everything).status == "undecided"
    big = "inv(ones(1000, 2) @ ones(2, 1000))"
    assert verify(equation(f"{big} == {big}"), prover=believes_everything).status == "undecided"


def test_a_difference_without_counterexample_is_loud(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "search", lambda *_: None)
    with pytest.raises(TierDisagreement):
        verify(equation("A @ B == B @ A"), prover=believes_everything)
    assert verify(equation("A @ B == B @ A"), prover=believes_nothing).status == "undecided"


def test_kinds_of_argument() -> None:
    assert verify(equation("A + B == B + A"), prover=believes_everything).status == "proved"
    bounded = verify(equation("A @ (B @ x) == A @ B @ x"), prover=believes_nothing)
    assert (bounded.status, bounded.method, bounded.dims) == ("proved", "free-symbols", ({"n": 3},))
    fixed = verify(equation("kron(U, V).T == kron(U.T, V.T)"), prover=believes_nothing)
    assert (fixed.status, fixed.method) == ("checked", "free-symbols")
    sampled = verify(equation("exp(x) * exp(-x) == ones(n)"), prover=believes_nothing)
    assert (sampled.status, sampled.dims) == ("sampled", ({"n": 1}, {"n": 2}))
    guess = verify(equation("det(A @ B) == det(A) * det(B)"), prover=believes_nothing)
    assert guess.status == "undecided"
    assert guess.dims
    assert guess.message.startswith("equal at n = 1, 2, 3")


def test_the_other_side_of_each_argument() -> None:
    unequal = [
        ("A @ (B @ x) != A @ B @ x", "refuted"),
        ("kron(U, V).T != kron(U.T, V.T)", "refuted"),
        ("exp(x) * exp(-x) != ones(n)", "undecided"),
        ("det(A @ B) != det(A) * det(B)", "undecided"),
        ("A @ B != B @ A", "proved"),
    ]
    for text, status in unequal:
        assert verify(equation(text), prover=believes_nothing).status == status


# --- the cache ---


K, L, M = (Origin("engine", name) for name in "klm")


def test_cache_keeps_and_finds(tmp_path: Path) -> None:
    path = tmp_path / "sub" / "verdicts.sqlite"
    cache = VerdictCache(path)
    cache.keep({K: Verdict("proved"), L: Verdict("refuted", counterexample=EXAMPLE)})
    cache.close()
    assert VerdictCache(path).find([K, L, M]) == {
        K: Verdict("proved"),
        L: Verdict("refuted", counterexample=EXAMPLE),
    }


def test_a_row_that_is_damaged_or_foreign_counts_for_nothing(tmp_path: Path) -> None:
    cache = VerdictCache(tmp_path / "verdicts.sqlite")
    cache.keep({K: Verdict("refuted", counterexample=EXAMPLE), L: Verdict("proved")})
    assert cache.shelf.connection is not None
    rows = cache.shelf.find([K.key, L.key])
    damaged = str(rows[K.key]).replace("refuted", "proved")
    for row in (damaged, rows[L.key], "", "{}", b"\xff", 7, str(rows[K.key])[:-3], None):
        cache.shelf.connection.execute("UPDATE kept SET value = ? WHERE key = ?", (row, K.key))
        assert cache.find([K, L]) == {L: Verdict("proved")}, row


def test_origins_tell_meanings_apart() -> None:
    origins = Origins(STEPS)
    symmetric = Symbol("A", A.shape, frozenset({"symmetric"}))
    let = Symbol("p", x.shape, definition=x)
    different = [
        Declarations({"A": A}),
        Declarations({"A": symmetric}),
        Declarations({"A": A}, "mixed"),
        Declarations({"A": Symbol("A", x.shape)}),
        Declarations({"A": A, "p": let}),
        Declarations({"A": Symbol("A", A.shape, of=(x,))}),
        Declarations({"A": Symbol("A", A.shape, of=(a,))}),
    ]
    found = {origins.of(Task("A == A", d)) for d in different} | {
        origins.of(Task("A == A.T", different[0])),
        Origins(STEPS // 2).of(Task("A == A", different[0])),
    }
    assert len({origin.key for origin in found}) == len(found) == len(different) + 2
    assert origins.of(Task("A == A", different[0])) == Origins(STEPS).of(
        Task("A == A", Declarations({"A": A}))
    )
    assert engine_version() in origins.engine
    assert len(engine_version()) == 24


@pytest.mark.parametrize("content", [b"", b"not a database at all", b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_broken_file_is_replaced(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "verdicts.sqlite"
    path.write_bytes(content)
    cache = VerdictCache(path)
    cache.keep({K: Verdict("proved")})
    assert cache.find([K]) in ({K: Verdict("proved")}, {})
    cache.close()
    assert VerdictCache(path).find([M]) == {}


def test_no_cache_where_none_can_be(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    cache = VerdictCache(blocked / "verdicts.sqlite")
    cache.keep({K: Verdict("proved")})
    assert cache.find([K]) == {}


WRITER = """
import sys
from pathlib import Path
from cheatsheet.verdicts.kept import Origin, VerdictCache
from cheatsheet.verdicts.verdicts import Verdict
cache = VerdictCache(Path(sys.argv[1]))
print("ready", flush=True)
for turn in range(int(sys.argv[3])):
    names = [f"{sys.argv[2]}-{turn}-{k}" for k in range(20)]
    cache.keep({Origin("engine", name): Verdict("proved", message="m" * 500) for name in names})
"""


def writer(path: Path, name: str, turns: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(path), name, str(turns)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_two_processes_write_at_once(tmp_path: Path) -> None:
    path = tmp_path / "verdicts.sqlite"
    processes = [writer(path, name, 20) for name in ("one", "two")]
    assert [p.wait(60) for p in processes] == [0, 0]
    keys = [
        Origin("engine", f"{name}-{turn}-{k}")
        for name in ("one", "two")
        for turn in range(20)
        for k in range(20)
    ]
    assert len(VerdictCache(path).find(keys)) == len(keys)


def test_a_kill_at_any_moment_leaves_the_file_whole(tmp_path: Path) -> None:
    path = tmp_path / "verdicts.sqlite"
    for turn in range(4):
        process = writer(path, f"run{turn}", 100_000)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(0.05 * turn + 0.02)
        process.send_signal(signal.SIGKILL)
        process.wait()
        connection = sqlite3.connect(path)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        rows = connection.execute("SELECT key FROM kept").fetchall()
        connection.close()
        assert len(rows) % 20 == 0  # a batch is stored whole or not at all
        cache = VerdictCache(path)
        cache.keep({M: Verdict("proved")})
        assert cache.find([M]) == {M: Verdict("proved")}
        cache.shelf.connection.execute("DELETE FROM kept WHERE key = ?", (M.key,))  # type: ignore[union-attr]
        cache.close()


# --- many claims ---

CLAIMS = [f"{k} * (A + B) == {k} * B + {k} * A" for k in range(40)] + [f"{k} * A == A" for k in range(3, 43)]


def test_many_claims_come_back_in_order(tmp_path: Path) -> None:
    tasks = [Task(text, DECLARED) for text in CLAIMS]
    cache = VerdictCache(tmp_path / "verdicts.sqlite")
    told: list[int] = []
    verdicts = verify_all(tasks, cache=cache, processes=2, progress=told.append)
    assert [v.status for v in verdicts] == ["proved"] * 40 + ["refuted"] * 40
    assert told == list(range(len(CLAIMS) + 1))
    again = verify_all(tasks, cache=cache, processes=2)
    assert [v.to_json() for v in again] == [v.to_json() for v in verdicts]


def test_warm_claims_are_not_verified_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tasks = [Task(text, DECLARED) for text in CLAIMS[:3]]
    cache = VerdictCache(tmp_path / "verdicts.sqlite")
    first = verify_all(tasks, cache=cache)
    monkeypatch.setattr(check, "verify_asked", None)
    assert [v.status for v in verify_all(tasks, cache=cache)] == [v.status for v in first]


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="no fork on this system")
def test_a_worker_that_dies_takes_no_verdict_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(claim: Asked, *, steps: int) -> Verdict:
        if claim.text.startswith("7 "):
            os._exit(1)
        return verify_asked(claim, steps=steps)

    monkeypatch.setattr(check, "verify_asked", dies)
    verdicts = verify_all([Task(text, DECLARED) for text in CLAIMS], processes=2)
    assert len(verdicts) == len(CLAIMS)
    assert verdicts[7].status == "undecided"
    assert {v.status for v in verdicts} <= {"proved", "refuted", "undecided"}


def test_rounding_is_told_from_a_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    """What floating point takes for a difference is looked at with more digits, point by point."""
    from cheatsheet.evaluation.fields import Floating

    def nervous(self: Any, left: Any, right: Any, core: tuple[int, ...]) -> Any:
        return left == left  # every point seems to differ

    monkeypatch.setattr(Floating, "disagreement", nervous)
    monkeypatch.setattr(check, "search", lambda *_: None)
    assert verify(equation("exp(a) == 1 + a"), prover=believes_nothing).status == "refuted"
    assert verify(equation("exp(a) * exp(-a) == 1"), prover=believes_everything).status == "undecided"
