"""Verdicts that are known are found by what is written: nothing is typed for them, and nothing passes for another."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from cheatsheet.verdicts.kept import Origins
from tests.catalogue.texts import one_entry

CATALOGUE = """
title: {zh: 手册, en: Sheet}
sections:
  - id: s
    title: {zh: 节, en: Section}
    entries:
      - id: a
        name: {zh: 名, en: Name}
        given: {A: [n, n], X: [n, n], x: [n]}
        let: {S: A + A.T}
        claim: [tr(S) == tr(A + A.T), "grad(x.T @ S @ x, x) == 2 * S @ x", d(X @ x) == X @ d(x)]
        derivation:
          claim: 1
          lines: [{line: tr(S) == tr(A + A.T), by: definition of S}]
        pitfalls: [{claim: S == A, why: {zh: 错, en: wrong}}, {claim: A == x, why: {zh: 错, en: wrong}}]
"""
HEAVY = ("numpy", "sympy", "cheatsheet.operators", "cheatsheet.calculus.components")


def checked(path: Path, cache: Path) -> tuple[dict[str, object], list[str]]:
    """The report of ``check``, and what it has imported of the heavy modules."""
    code = (
        "import sys, atexit\n"
        f"atexit.register(lambda: print([m for m in {HEAVY} if m in sys.modules], file=sys.stderr))\n"
        "sys.argv = ['cheatsheet', 'check', sys.argv[1], '--json']\n"
        "from cheatsheet.cli import main\n"
        "main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)],
        env=os.environ | {"XDG_CACHE_HOME": str(cache)},
        capture_output=True,
        text=True,
    )
    assert done.stdout, done.stderr
    return json.loads(done.stdout), done.stderr.splitlines()[-1].strip("[]").replace("'", "").split(", ")


def test_a_check_that_finds_all_verdicts_loads_neither_the_table_nor_the_calculus(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.yaml"
    path.write_text(CATALOGUE, encoding="utf-8")
    cold, loaded = checked(path, tmp_path)
    assert set(loaded) >= {"numpy", "cheatsheet.operators"}
    warm, loaded = checked(path, tmp_path)
    assert loaded == [""]
    assert warm == cold
    warnings = [claim.get("warnings") for entry in warm["entries"] for claim in entry["claims"]]  # type: ignore[attr-defined]
    assert any(warnings), "that X is constant in d(X @ x) is told from what is kept, too"


def test_what_is_written_over_several_lines_passes_for_nothing_else() -> None:
    """A definition and a claim are a line each of what a verdict is made from: they cannot imitate further ones."""

    def origin(claim: str, **let: str) -> str:
        body = f"given: {{A: [n, n]}}\nlet: {json.dumps(let)}\nclaim: {json.dumps(claim)}"
        return Origins(100).of(one_entry(body).claims[0]).key

    two = origin("p == q", p="A", q="A.T")
    assert two == origin("p == q", p="A", q="A.T", unused="A + A")
    others = [
        origin("p == q", p="A\nq := 'A.T'", q="A.T"),
        origin("q := 'A.T'\np == q", p="A", q="A.T"),
        origin("p == q", p="A", q="A"),
        origin("p == q", p="q", q="A.T"),
    ]
    assert len({two, *others}) == 5


def test_a_definition_at_fault_is_told_as_such() -> None:
    """Of an ill-formed claim and an ill-formed definition only the first is what a pitfall may be."""
    entry = one_entry(
        "given: {A: [n, m], B: [m, n]}\nlet: {S: A + B}\nclaim: A == A\n"
        "pitfalls: [{claim: A == S, why: {zh: 错, en: wrong}}, {claim: A == B, why: {zh: 错, en: wrong}}]"
    )
    by_definition, by_itself = entry.check().claims[1:]
    assert (by_definition.verdict.status, by_definition.definition_at_fault, by_definition.ok) == (
        "invalid",
        True,
        False,
    )
    assert (by_itself.verdict.status, by_itself.definition_at_fault, by_itself.ok) == ("invalid", False, True)
    assert by_definition.problem is not None
    assert "in the definition of S" in by_definition.problem.message
