"""Mutants of the catalogue: a claim with one sign, factor or transpose broken no longer passes.

Where a mutant holds all the same, because the transpose of a scalar is the scalar or twice zero is zero, values
must say so that played no part in the verdict: larger dimensions, other points.
"""

from __future__ import annotations

import random
import subprocess
import sys
from collections import Counter
from functools import cache
from itertools import islice
from pathlib import Path

import pytest

import cheatsheet
from cheatsheet.catalogue.entries import Claim, Entry
from cheatsheet.evaluation.fields import Floating, Modular, UnsupportedError
from cheatsheet.evaluation.points import NoPointError, Points
from cheatsheet.language.elaborate import elaborate_claim
from cheatsheet.verdicts import claim as verified
from cheatsheet.verdicts.check import verify_text
from cheatsheet.verdicts.compare import Budget, compare
from cheatsheet.verdicts.counterexample import confirm
from cheatsheet.verdicts.dimensions_to_try import thorough
from cheatsheet.verdicts.verdicts import STEPS
from tests.mutations import Mutant, mutants_of

CHUNKS = 16
FOR_EACH_CLAIM = 3
MOST_WORK = 2_000_000


@cache
def entries() -> list[Entry]:
    return list(cheatsheet.load())


def chosen(claim: Claim, full: bool) -> list[Mutant]:
    """All mutants, or a few of every kind, the same ones every time."""
    found = mutants_of(claim.text, claim.declarations)
    if full or len(found) <= FOR_EACH_CLAIM:
        return found
    rng = random.Random(claim.text)
    kinds = sorted({m.kind for m in found})
    first = [rng.choice([m for m in found if m.kind == kind]) for kind in kinds]
    others = [m for m in found if m not in first]
    return first + rng.sample(others, min(len(others), FOR_EACH_CLAIM - len(first)))


def is_equivalent(text: str, original: Claim) -> bool:
    """Whether values speak for the mutant: it agrees at every point tried, none of which the verdict has seen."""
    claim = verified.Claim(elaborate_claim(text, original.declarations))
    seen = 0
    for dims in islice(thorough(claim), 6):
        if claim.work(dims) > MOST_WORK:
            continue
        for field, style, denominator in ((Modular(), "mixed", 1), (Floating(), "real", 8)):
            points = Points(claim.symbols, dims, 12, style, denominator, seed=987_654)
            try:
                found = compare(claim, points, field, Budget(STEPS))
            except (UnsupportedError, NoPointError):
                continue
            if not found.agrees and _differs_beyond_doubt(claim, points, found.differs):
                return False
            seen += int(found.defined.sum())
            break
    return seen >= 1


def _differs_beyond_doubt(claim: verified.Claim, points: Points, differs: object) -> bool:
    places = [k for k, differing in enumerate(differs) if differing]  # type: ignore[var-annotated,arg-type]
    return any(confirm(claim, points.select([k]), Budget(STEPS)) is not None for k in places[:4])


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_what_is_broken_does_not_hold(chunk: int, full: bool) -> None:
    counts: Counter[str] = Counter()
    for entry in entries()[chunk::CHUNKS]:
        for claim in entry.claims:
            if claim.equation.negated:
                continue  # A B != B A stays true whatever is broken: nothing rests on it
            for mutant in chosen(claim, full):
                verdict = verify_text(mutant.text, claim.declarations)
                killed = verdict.status in ("refuted", "invalid")
                counts["killed" if killed else "equivalent"] += 1
                assert killed or is_equivalent(mutant.text, claim), f"{entry.id}: {mutant.text}"
    assert counts["killed"] > 4 * counts["equivalent"], counts


def test_every_claim_has_mutants_and_most_kinds_occur() -> None:
    kinds: Counter[str] = Counter()
    for entry in entries():
        for claim in entry.claims:
            mutants = mutants_of(claim.text, claim.declarations)
            assert len(mutants) >= 4, claim.text  # a factor and a sign on either side
            assert claim.text not in {m.text for m in mutants}
            kinds.update(m.kind for m in mutants)
    assert min(kinds[k] for k in ("sign", "factor", "transpose")) > 500


EXPECTED = {
    "diff(x.T @ A @ x, x) == x.T @ (A + A.T)": {
        "diff(x @ A @ x, x) == x.T @ (A + A.T)",
        "diff(x.T @ A.T @ x, x) == x.T @ (A + A.T)",
        "diff(x.T @ A @ x, x) == x @ (A + A.T)",
        "diff(x.T @ A @ x, x) == x.T @ (A - A.T)",
        "diff(x.T @ A @ x, x) == x.T @ (A + A)",
        "2 * (diff(x.T @ A @ x, x)) == x.T @ (A + A.T)",
        "diff(x.T @ A @ x, x) == -(x.T @ (A + A.T))",
    },
    "grad(norm(x) ** 2, x) == 2 * x": {
        "grad(norm(x) ** 3, x) == 2 * x",
        "grad(norm(x) ** 2, x) == 3 * x",
        "grad(norm(x.T) ** 2, x) == 2 * x",
    },
    "(a - b) * (a + b) == a ** 2 - b ** 2": {
        "(a + b) * (a + b) == a ** 2 - b ** 2",
        "(a - b) * (a - b) == a ** 2 - b ** 2",
        "(a - b) * (a + b) == a ** 2 + b ** 2",
        "(a - b) * (a + b) == a ** 3 - b ** 2",
    },
}


@pytest.mark.parametrize("text", EXPECTED)
def test_the_mutants_are_single_slips(text: str) -> None:
    from cheatsheet.catalogue.load import read_given
    from cheatsheet.language.elaborate import Declarations

    declared = Declarations(read_given("x: [n], A: [n, n], a: [], b: []"))
    assert {m.text for m in mutants_of(text, declared)} >= EXPECTED[text]


# --- through the command line ---


def checked(file: Path, *ids: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cheatsheet", "check", str(file), *ids]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)


BROKEN = [
    ("sign", "refuted"),
    ("factor", "refuted"),
    ("transpose", "refuted"),
    ("transpose", "invalid"),
]


def broken_catalogue(kind: str, status: str, path: Path) -> str:
    """The real catalogue with one claim broken, in a way that gets the status; the id of the entry it belongs to."""
    text = cheatsheet.load().text
    for entry in random.Random(f"{kind} {status}").sample(entries(), len(entries())):
        before, opening, after = text.partition(f"id: {entry.id}\n")
        own = after.partition("\n      - id: ")[0]
        for claim in entry.claims:
            for mutant in mutants_of(claim.text, claim.declarations):
                if mutant.kind != kind or own.count(claim.text) != 1 or claim.equation.negated:
                    continue
                if verify_text(mutant.text, claim.declarations).status == status:
                    broken = before + opening + after.replace(claim.text, mutant.text, 1)
                    path.write_text(broken, encoding="utf-8")
                    return entry.id
    raise AssertionError("no such mutant")


@pytest.mark.parametrize(("kind", "status"), BROKEN)
def test_the_command_exits_1_and_names_the_entry(kind: str, status: str, tmp_path: Path) -> None:
    path = tmp_path / "broken.yaml"
    broken = broken_catalogue(kind, status, path)
    others = [e.id for e in entries()[:3] if e.id != broken]
    result = checked(path, broken, *others)
    assert result.returncode == 1, result
    said = result.stdout + result.stderr
    assert broken in said
    assert status in said


def test_the_command_exits_0_where_nothing_is_broken(tmp_path: Path) -> None:
    path = tmp_path / "whole.yaml"
    path.write_text(cheatsheet.load().text, encoding="utf-8")
    assert checked(path, *(entry.id for entry in entries()[:40:4])).returncode == 0
