"""SymPy as a second judge: it refutes what is false, agrees with what is true, and says where it cannot tell."""

from __future__ import annotations

import json
import os
from collections import Counter
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import pytest
import sympy
from click.testing import CliRunner

import cheatsheet
from cheatsheet.catalogue.load import read_given
from cheatsheet.catalogue.reports import check_entries, judged_by_sympy
from cheatsheet.cli import main
from cheatsheet.language.dimensions import Axis, Shape
from cheatsheet.language.elaborate import Declarations, elaborate_claim
from cheatsheet.language.expressions import Symbol
from cheatsheet.language.table import TABLE
from cheatsheet.verdicts.by_sympy import many
from cheatsheet.verdicts.by_sympy.judge import judge
from cheatsheet.verdicts.by_sympy.judgement import Beyond, Judgement, JudgesDisagree
from cheatsheet.verdicts.by_sympy.many import Judged, JudgementCache, judge_all
from cheatsheet.verdicts.by_sympy.points import differs_at
from cheatsheet.verdicts.by_sympy.realisations import NoMatrixError, branches
from cheatsheet.verdicts.check import verify_text
from cheatsheet.verdicts.verdicts import Counterexample, Verdict
from tests.verdicts.test_corpus import tasks

GIVEN = """
a: []
c: {shape: [], is: [positive]}
k: {shape: [], is: [integer]}
x: [n]
y: [n]
A: [n, n]
B: [n, n]
X: [m, n]
S: {shape: [n, n], is: [symmetric]}
P: {shape: [n, n], is: [positive_definite]}
Q: {shape: [n, n], is: [orthogonal]}
E: {shape: [n, n], is: [idempotent]}
u: {shape: [m], of: x}
f: {shape: [], of: u}
g: {shape: [], of: x}
"""


def declared(layout: str = "numerator") -> Declarations:
    return Declarations(read_given(GIVEN), layout)


def said(text: str, layout: str = "numerator") -> Judgement:
    return judge(elaborate_claim(text, declared(layout)))


TRUE = (
    "diff(x.T @ A @ x, x) == x.T @ (A + A.T)",
    "grad(log(sum(exp(x))), x) == softmax(x)",
    "sqrt(x) * sqrt(y) == sqrt(x * y)",
    "log(x * y) == log(x) + log(y)",
    "sin(x) ** 2 + cos(x) ** 2 == ones(n)",
    "sin(x + y) == sin(x) * cos(y) + cos(x) * sin(y)",
    "tanh(2 * a) == 2 * tanh(a) / (1 + tanh(a) ** 2)",
    "abs(x) * abs(y) == abs(x * y)",
    "relu(x) - relu(-x) == x",
    "diff(norm(x), x) == x.T / norm(x)",
    "c ** (a + 1) == c * c ** a",
    "logdet(P @ P) == 2 * logdet(P)",
    "sqrt(det(A) ** 2) == abs(det(A))",
    "det(Q) ** 2 == 1",
    "E @ E == E",
    "matrix_power(E, k) == E",
    "d(inv(A)) == -inv(A) @ d(A) @ inv(A)",
    "diff(g, x) == grad(g, x).T",
    "diff(f, x) == diff(f, u) @ diff(u, x)",
    "matrix_power(A, k + 1) == matrix_power(A, k) @ A",
    "pinv(X) @ X @ pinv(X) == pinv(X)",
    "sqrt(8) == 2 * sqrt(2)",
    "log(6) == log(2) + log(3)",
    "A @ B != B @ A",
)
FALSE = (
    "diff(x.T @ A @ x, x) == 2 * x.T @ A",
    "abs(x) == x",
    "sqrt(x ** 2) == x",
    "sin(x + y) == sin(x) + sin(y)",
    "det(Q) == 1",
    "tr(E) == 1",
    "log(x + y) == log(x) + log(y)",
    "d(inv(A)) == inv(A) @ d(A) @ inv(A)",
    "diff(f, x) == diff(f, u) @ diff(u, x) + diff(g, x)",
    "exp(a) == c",
    "relu(x) == abs(x)",
    "A @ S == S @ A",
)


@pytest.mark.parametrize("text", TRUE)
def test_what_is_true_it_agrees_with(text: str) -> None:
    judgement = said(text)
    assert judgement.verdict == "agrees", judgement
    assert judgement.how in ("symbols", "rational numbers")


@pytest.mark.parametrize("text", FALSE)
def test_what_is_false_it_refutes_and_shows_where(text: str) -> None:
    judgement = said(text)
    assert judgement.verdict == "refutes", judgement
    assert judgement.exhibit["difference"] not in ("0", "")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("A[0, 0] * x[0] == 0", {"A", "x"}),
        ("S[0, 1] == 0", {"S"}),
        ("d(tr(A @ A)) == tr(A @ d(A))", {"A", "d(A)"}),
        ("d(x)[0] == 0", {"x", "d(x)"}),
        ("a * A[1, 0] == A[1, 0] + d(a)", {"A", "a", "d(a)"}),
    ],
)
def test_where_sides_differ_every_entry_has_a_number(text: str, names: set[str]) -> None:
    values = said(text).exhibit["values"]
    assert values.keys() == names
    assert all(Fraction(entry) is not None for m in values.values() for row in m for entry in row)


def test_every_dimension_is_another_number() -> None:
    assert said("(X @ A).T == A.T @ X.T").dims == ({"m": 2, "n": 3}, {"m": 3, "n": 2})
    assert said("A.T.T == A").dims == ({"n": 2}, {"n": 3})


def test_a_derivative_in_the_wrong_layout_is_refuted() -> None:
    assert said("diff(A @ x, x) == A").verdict == "agrees"
    assert said("diff(A @ x, x) == A", "denominator").verdict == "refutes"
    assert said("diff(A @ x, x) == A.T", "denominator").verdict == "agrees"


def test_equal_sides_do_not_refute_that_they_differ() -> None:
    """Two sizes are not all of them."""
    assert said("A + B != B + A").verdict == "beyond"


def test_an_operator_without_a_sympy_column_is_beyond(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TABLE.rows(), "softplus", replace(TABLE["softplus"], sympy=None))
    judgement = said("softplus(x) - softplus(-x) == x")
    assert judgement.verdict == "beyond"
    assert "softplus" in judgement.reason


def test_what_would_grow_too_large_is_refused_before_it_starts() -> None:
    judgement = said(
        "kron(kron(A, B), kron(A, B)) @ kron(kron(A, B), kron(A, B)) == kron(kron(A, A), kron(B, B))"
    )
    assert judgement.verdict in ("beyond", "refutes")


def test_where_symbols_are_too_many_numbers_stand_in_and_it_says_so() -> None:
    judgement = said("inv(inv(A) + inv(B) + inv(S)) @ (inv(A) + inv(B) + inv(S)) == I(n)")
    assert (judgement.verdict, judgement.how) == ("agrees", "rational numbers")


# --- properties ------------------------------------------------------------------------------------------------------

HAS = {
    "symmetric": lambda a: a == a.T,
    "antisymmetric": lambda a: a == -a.T,
    "invertible": lambda a: sympy.simplify(a.det()) != 0,
    "orthogonal": lambda a: sympy.simplify(a.T * a) == sympy.eye(a.rows),
    "diagonal": lambda a: a.is_diagonal(),
    "lower_triangular": lambda a: a.is_lower,
    "upper_triangular": lambda a: a.is_upper,
    "positive_definite": lambda a: (
        a == a.T and all(sympy.expand(a[:k, :k].det()).is_positive for k in range(1, a.rows + 1))
    ),
    "idempotent": lambda a: sympy.simplify(a * a - a) == sympy.zeros(a.rows),
}
PAIRS = [{a, b} for a in HAS for b in HAS]


@pytest.mark.parametrize("wanted", sorted({tuple(sorted(pair)) for pair in PAIRS}))
def test_a_realisation_has_the_properties(wanted: tuple[str, ...]) -> None:
    n = Axis.of("n")
    for size in (1, 2, 3):
        try:
            found = branches(Symbol("A", Shape.matrix(n, n), frozenset(wanted)), size, size)
        except (Beyond, NoMatrixError):
            assert len(wanted) > 1
            continue
        for matrix in found:
            assert all(HAS[name](matrix) for name in wanted), (wanted, matrix)


def test_a_property_that_is_left_out_is_seen() -> None:
    assert not HAS["orthogonal"](sympy.Matrix([[1, 1], [0, 1]]))
    assert not HAS["positive_definite"](sympy.Matrix([[1, 2], [2, 1]]))


# --- disagreement ----------------------------------------------------------------------------------------------------


def test_a_false_claim_that_we_hold_stops_everything(tmp_path: Path) -> None:
    claim = Judged(
        "diff(x.T @ A @ x, x) == 2 * x.T @ A", declared(), Verdict("proved", method="index-calculus")
    )
    with pytest.raises(JudgesDisagree, match=r"(?s)index-calculus.*refutes"):
        judge_all([claim], JudgementCache(tmp_path / "kept"))


def test_a_counterexample_that_is_none_stops_everything(tmp_path: Path) -> None:
    example = Counterexample({"n": 2}, {"x": [[1], [2]]}, [[1]], [[2]])
    claim = Judged("x + x == 2 * x", declared(), Verdict("refuted", counterexample=example))
    with pytest.raises(JudgesDisagree, match="the counterexample"):
        judge_all([claim], JudgementCache(tmp_path / "kept"))


def test_what_fails_at_one_place_alone_is_re_examined_there() -> None:
    text = "pinv(A @ B) == pinv(B) @ pinv(A)"
    verdict = verify_text(text, declared())
    assert verdict.status == "refuted"
    judgement = many.judged(Judged(text, declared(), verdict))
    assert (judgement.verdict, judgement.how) == ("refutes", "the counterexample")


def test_the_witness_of_a_difference_is_re_examined_as_well() -> None:
    text = "A @ pinv(A) != I(n)"  # a regular matrix is no witness
    judgement = many.judged(Judged(text, declared(), verify_text(text, declared())))
    assert (judgement.verdict, judgement.how) == ("agrees", "the counterexample")
    no_witness = Counterexample({"n": 1}, {"A": [[1]]}, [[1]], [[1]])
    judgement = many.judged(Judged(text, declared(), Verdict("proved", witness=no_witness)))
    assert judgement.verdict == "refutes"


CATALOGUE = """
title: {zh: 表, en: Sheet}
sections:
  - id: s
    title: {zh: 节, en: Section}
    entries:
      - id: one
        name: {zh: 一, en: One}
        given: {x: [n], A: [n, n]}
        claim: diff(x.T @ A @ x, x) == x.T @ (A + A.T)
        pitfalls:
          - claim: diff(x.T @ A @ x, x) == 2 * x.T @ A
            why: {zh: 错, en: wrong}
          - claim: A @ x == x.T
            why: {zh: 形状, en: shapes}
"""


def test_the_command_tells_and_counts_and_ends_with_the_status_of_a_bug(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    file = tmp_path / "sheet.yaml"
    file.write_text(CATALOGUE, encoding="utf-8")
    ran = CliRunner().invoke(main, ["check", str(file), "--sympy", "--json"])
    assert ran.exit_code == 0, ran.output
    document = json.loads(ran.stdout)
    assert document["sympy"]["claims"] == {"agrees": 1, "refutes": 0, "beyond": 0}
    assert document["sympy"]["pitfalls"] == {"agrees": 0, "refutes": 1, "beyond": 0}
    holds, fails, invalid = document["entries"][0]["claims"]
    assert holds["sympy"] == {"verdict": "agrees", "dims": [{"n": 2}, {"n": 3}], "how": "symbols"}
    assert fails["sympy"]["verdict"] == "refutes"
    assert "sympy" not in invalid
    ran = CliRunner().invoke(main, ["check", str(file), "--sympy"])
    assert "SymPy on claims: 1 agrees; pitfalls: 1 refutes" in ran.stdout
    monkeypatch.setattr(JudgementCache, "find", lambda self, keys: {})
    monkeypatch.setattr(many, "_judged", lambda claim: Judgement("refutes", ({"n": 2},), "symbols"))
    ran = CliRunner().invoke(main, ["check", str(file), "--sympy"])
    assert ran.exit_code == 70
    assert "bug" in ran.stderr
    assert "proved" in ran.stderr
    assert "refutes" in ran.stderr


# --- what is kept ----------------------------------------------------------------------------------------------------


def test_what_was_judged_is_not_judged_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = JudgementCache(tmp_path / "kept")
    claim = Judged("A.T.T == A", declared(), Verdict("proved"))
    assert judge_all([claim], cache, only_kept=True) == [None]
    first = judge_all([claim], cache)
    monkeypatch.setattr(many, "_judged", lambda claim: pytest.fail("judged again"))
    assert judge_all([claim], cache) == first
    monkeypatch.undo()
    other = replace(claim, declarations=declared("mixed"))
    assert other.key != claim.key
    cache.shelf.keep({claim.key: "no judgement"})
    assert judge_all([claim], cache) == first


def test_running_out_of_time_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(claim: Judged) -> Any:
        while True:
            pass

    monkeypatch.setattr(many, "_judged", endless)
    monkeypatch.setattr(many, "SECONDS", 0.05)
    cache = JudgementCache(tmp_path / "kept")
    claim = Judged("A.T.T == A", declared(), Verdict("proved"))
    (judgement,) = judge_all([claim], cache)
    assert judgement is not None
    assert (judgement.verdict, judgement.reason) == ("beyond", "out of time")
    assert not cache.find([claim.key])


# --- the catalogue ---------------------------------------------------------------------------------------------------


def test_a_sample_of_the_catalogue() -> None:
    """Another one each day; ``SAMPLE=2026-01-31`` repeats that of a day. All of it: ``make verify``."""
    seed = os.environ.get("SAMPLE") or date.today().isoformat()
    print(f"SAMPLE={seed}")
    entries = Random(seed).sample(list(cheatsheet.load()), 6)
    report = judged_by_sympy(check_entries(entries))
    counts: Counter[str] = Counter()
    for entry in report.entries:
        for claim in entry.claims:
            if claim.sympy is not None:
                good = "agrees" if claim.claim.expect == "holds" else "refutes"
                assert claim.sympy.verdict in (good, "beyond"), (seed, entry.entry.id, claim.claim.text)
                counts[claim.sympy.verdict == "beyond"] += 1
    assert counts[True] <= 0.2 * sum(counts.values()), (seed, counts)


def test_a_point_outside_the_domain_refutes_nothing() -> None:
    """√x √y is √(xy) where both are defined, though not by SymPy's complex roots of negative numbers."""
    x, y = sympy.symbols("x y", real=True)
    assert differs_at(sympy.sqrt(x) * sympy.sqrt(y) - sympy.sqrt(x * y)) is None
    assert differs_at(sympy.log(x) + sympy.log(y) - sympy.log(x * y)) is None
    assert differs_at(sympy.sqrt(x) - sympy.sqrt(y)) is not None


def test_a_sample_of_the_corpora(tmp_path: Path) -> None:
    """No true claim is refuted, and false ones are: at two sizes, without a counterexample of ours."""
    seed = os.environ.get("SAMPLE") or date.today().isoformat()
    found: Counter[str] = Counter()
    for name in ("true", "false"):
        for task in Random(seed).sample(tasks(name, tmp_path), 10):
            judgement = many.judged(Judged(task.text, task.declarations, Verdict("undecided")))
            assert name == "false" or judgement.verdict != "refutes", (seed, task.text, judgement)
            found[judgement.verdict] += name == "false"
    assert found["refutes"] >= 6, (seed, found)
