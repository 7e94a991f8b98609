"""Derivations that entries have in their own words: what follows, what does not, and what rests on what."""

from __future__ import annotations

from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import cheatsheet
from cheatsheet.catalogue.entries import Entry
from cheatsheet.catalogue.load import parse_catalogue
from cheatsheet.derivatives.authored.by_differentials import by_differentials, of_differential
from cheatsheet.derivatives.authored.worked import problems, worked
from cheatsheet.derivatives.rules.levels import derived_by
from cheatsheet.language.authored import AuthoredDerivation
from cheatsheet.language.source import SourceFile

CATALOGUE = cheatsheet.load()
WRITTEN = [(entry, derivation) for entry in CATALOGUE for derivation in entry.derivations]
GIVEN = """        given:
          A: {shape: [n, n], is: [invertible]}
          B: [n, n]
          P: {shape: [n, n], is: [idempotent]}
          x: [n]
          y: {shape: [n], of: [x]}
          S: {shape: [n, n], is: [symmetric]}
          b: []
          c: []
"""


@pytest.mark.parametrize(
    ("entry", "derivation"), WRITTEN, ids=[f"{e.id}-{min(d.numbers)}" for e, d in WRITTEN]
)
def test_every_line_of_the_catalogue_follows_by_its_rules(
    entry: Entry, derivation: AuthoredDerivation
) -> None:
    assert [problem.render() for problem in problems(derivation)] == []


def test_a_line_has_a_letter_where_another_refers_to_it() -> None:
    for _, derivation in WRITTEN:
        lines = worked(derivation).lines
        letters = {line.label for line in lines} - {""}
        referred = {r.words.en for line in lines for r in line.reasons if r.key == "line"}
        assert {f"by ({letter})" for letter in letters} == referred


def said_of(claim: str, *lines: str, given: str = GIVEN) -> list[str]:
    """What is said of a derivation of one claim; each line is the inside of a mapping."""
    body = f"{given}        claim: {claim}\n        derivation:\n          lines:\n"
    body += "".join(f"            - {{{line}}}\n" for line in lines)
    head = (
        "title: {zh: 手册, en: Sheet}\nsections:\n  - id: s\n    title: {zh: 节, en: Section}\n    entries:\n"
    )
    text = f"{head}      - id: a\n        name: {{zh: 名, en: Name}}\n{body}"
    entry = parse_catalogue(SourceFile("catalogue.yaml", text), Path("catalogue.yaml"))["a"]
    return [problem.message for d in entry.derivations for problem in problems(d)]


RIGHT = [
    ("A @ inv(A) == I(n)", ["line: A @ inv(A) == I(n), by: inv-right"]),
    ("inv(A) == inv(A)", ["line: A @ inv(A) == I(n), by: inv-right", "line: inv(A) == inv(A)"]),
    ("(A + B) @ x == A @ x + B @ x", ["line: (A + B) @ x == A @ x + B @ x, by: multiplying-out"]),
    ("c * (x.T @ B @ x) == c * x.T @ B.T @ x", ["line: c * (x.T @ B @ x) == c * x.T @ B.T @ x, by: number-transpose"]),
    ("d(B @ x) == d(B) @ x + B @ d(x)", ["line: d(B @ x) == d(B) @ x + B @ d(x), by: d-product"]),
    ("d(A @ x) == A @ d(x)", ["line: d(A @ x) == A @ d(x), by: d-product"]),
]  # fmt: skip


@pytest.mark.parametrize(("claim", "lines"), RIGHT, ids=[claim for claim, _ in RIGHT])
def test_lines_that_follow(claim: str, lines: list[str]) -> None:
    assert said_of(f"'{claim}'", *lines) == []


WRONG = [
    ("A @ inv(A) == I(n)", ["line: A @ inv(A) == I(n), by: inv-left"], "do not lead here: they give A @ inv(A)"),
    ("A @ inv(A) == I(n)", ["line: A @ inv(A) == I(n)"], "do not lead here"),
    ("A @ inv(A) == I(n)", ["line: A @ inv(A) == I(n), by: [inv-right, inv-left]"], "follows without inv-left"),
    ("A @ inv(A) == I(n)", ["line: A @ inv(A) == I(n), by: inversion"], "there is no rule 'inversion'"),
    ("A @ inv(A) == I(n)", ["line: inv(A) @ A == I(n), by: inv-left"], "do not end in claim 1"),
    ("A @ inv(A) == I(n)", ["line: == I(n)"], "nothing to go on from"),
    ("A @ inv(A) == I(n)", ["line: A @ inv(A) == I(m), by: inv-right"], "the left side is n×n"),
    ("A @ inv(A) == I(n)", ["line: A @ inv(A) != I(n)"], "two things are equal"),
    ("A @ B == B @ A", ["line: A @ B == B @ A, by: transposes"], "do not lead here"),
    ("x == x", ["line: c * x == c * x", "line: x == x, by: divide by c"], "this needs c"),
    ("B == B", ["line: B @ inv(B) == I(n), by: inv-right", "line: B == B"], "this needs B"),
    ("P == I(n)", ["line: P @ P == P, by: idempotent",
                   "line: P == I(n), by: [multiply by inv(P) from the left, inv-left]"],
     "this needs P"),
    ("diff(adj(A)[i, k], A[i, j]) == 0", ["line: 'diff(adj(A)[i, k], A[i, j]) == 0', by: cofactor"],
     "do not lead here"),
    ("A == A", ["line: A == A, by: line a"], "there is no rule 'line a'"),
    ("A == A", ["line: A == A, by: claim 1"], "there is no rule 'claim 1'"),
    ("A == A", ["line: A == A, by: move terms"], "no equation above"),
    ("exp(c) == exp(c)", ["line: exp(c) == exp(c), by: polynomials"], "not polynomials"),
    ("A == B", ["line: A == A", "line: A @ x == B @ x, by: multiply by x from the right"], "do not lead here"),
    ("y == y", ["line: d(y.T @ x) == d(y).T @ x + y.T @ d(x), by: [d-product, d-transpose]",
                "line: 'grad(y.T @ x, x) == y', by: read off"], "do not lead here"),
    ("c == c", ["line: d(c) == 0, by: constant"], "do not lead here"),
    ("c == c", ["line: d(c * b) == 0, by: [constant, linearity]", "line: d(b) == d(b)", "line: d(c) == d(c)"],
     "do not lead here"),
    ("S == S.T", ["line: d(S.T) == d(S), by: symmetric"], "do not lead here"),
    ("S == S.T", ["line: S.T == S, by: symmetric, as: a", "line: d(S.T) == d(S), by: line a"], "do not lead here"),
    ("S == S.T", ["line: 'grad(tr(B @ S.T), S) == grad(tr(B @ S), S)', by: symmetric"], "do not lead here"),
    ("S == S.T", ["line: S.T == S, by: symmetric",
                  "line: d(S).T == d(S), by: [differentials of both sides, d-transpose]"], "for all values of S"),
    ("(c ** 2) ** b == c ** (2 * b)", ["line: (c ** 2) ** b == c ** (2 * b), by: power-law"], "do not lead here"),
    ("pinv(B) == A", ["line: pinv(B) == A, by: [penrose equations, penrose-one]"], "do not lead here"),
    ("expm(A + B) == expm(A)", ["line: expm(A + B) == expm(A) @ expm(B), by: exponents commute"], "do not lead here"),
    ("expm(B) == I(n) + B", ["line: expm(B) == I(n) + B, by: series ends"], "do not lead here"),
    ("adj(B) == adj(B)", ["line: adj(B) == det(B) * inv(B), by: adj-inverse"], "do not lead here"),
    ("inv(B) == A", ["line: A @ B == I(n)", "line: inv(B) == A, by: left inverse"], "do not lead here"),
    ("abs(c) == c", ["line: abs(c) == abs(exp(log(c))), by: log-exp", "line: == exp(log(c)), by: abs-positive",
                     "line: == c, by: log-exp"], "to have a logarithm"),
    ("P == I(n)", ["line: P @ P == P, by: idempotent",
                   "line: P == I(n), by: [multiply by inv(P) from the left, inv-left, polynomials]"], "this needs P"),
    ("S == zeros(n, n)", ["line: '(S - S.T) @ S == (S - S.T) @ zeros(n, n)', by: symmetric",
                          "line: 'S == zeros(n, n)', "
                          "by: [multiply by inv(S - S.T) from the left, inv-left, polynomials]"],
     "this needs S - S.T"),
    ("b == c", ["line: tr(P @ P - P) * b == tr(P @ P - P) * c, by: idempotent",
                "line: b == c, by: multiply by tr(P @ P - P) ** (-1)"], "this needs tr(P @ P - P)"),
    ("S == S", ["line: 'hessian(x.T @ x, x) == zeros(n, n)', by: hessian-linear"], "do not lead here"),
    ("B != B", ["line: B == B"], "do not end in claim 1"),
    ("c == c", ["line: d(c ** c) == c * c ** (c - 1) * d(c), by: d-power"], "do not lead here"),
    ("c == c", ["line: d(c ** b) * d(b) == b * c ** (b - 1) * d(c) * d(b), by: d-power"], "do not lead here"),
    ("c == c", ["line: d(c * b) == b * d(c), by: [d-multiple, constant]",
                "line: 'grad(c * b, b) == b', by: read off"], "so that b does not vary"),
    ("c == c", ["line: 'grad(c * b, c) == b', by: gradient-multiple", "line: d(c * b) == b * d(c), by: as differential",
                "line: d(b) == d(b)"], "depends on more than c"),
    ("sign(c) ** 2 == 1", ["line: sign(c) ** 2 == 1, by: abs-law"], "do not lead here"),
]  # fmt: skip


@pytest.mark.parametrize(("claim", "lines", "message"), WRONG, ids=[lines[-1] for _, lines, _ in WRONG])
def test_lines_that_do_not_follow_are_told(claim: str, lines: list[str], message: str) -> None:
    found = said_of(f"'{claim}'", *lines)
    assert any(message in said for said in found), found


@pytest.mark.parametrize(("layout", "told"), [("numerator", False), ("denominator", True), ("mixed", False)])
def test_second_derivatives_are_one_where_a_layout_has_one_order(layout: str, told: bool) -> None:
    given = f"        layout: {layout}\n        given: {{x: [n], z: [n], y: {{shape: [n], of: [x, z]}}}}\n"
    twice = "line: 'diff(diff(y, x), z) == diff(y, x, z)', by: second-derivative"
    found = said_of("y == y", twice, "line: y == y", given=given)
    assert any("do not lead here" in said for said in found) == told


def test_names_of_its_own_come_first_and_stay_letters() -> None:
    (derivation,) = CATALOGUE["woodbury"].derivations
    lines = worked(derivation).lines
    assert [str(lines[0].left), str(lines[0].right)] == ["S", "inv(C) + V @ inv(A) @ U"]
    assert "inv(S)" in str(lines[2].left)


def rests_on(entry: Entry) -> Iterator[str]:
    """The entries whose claims, or whose laws, the derivations of an entry use."""
    for derivation in entry.derivations:
        yield from (lemma.id for lemma in derivation.lemmas.values())
        for line in worked(derivation).lines:
            yield from filter(None, (derived_by(reason.key) for reason in line.reasons))


def test_no_derivation_rests_on_itself() -> None:
    graph = {entry.id: set(rests_on(entry)) for entry in CATALOGUE if entry.derivations}
    assert list(TopologicalSorter(graph).static_order())
    assert all(id not in needs for id, needs in graph.items())


def test_a_gradient_by_differentials_is_read_off_the_trace() -> None:
    work = by_differentials(CATALOGUE["trace-of-conjugation-gradient"].claims[0].equation)
    assert work is not None
    assert [str(line.left or "") for line in work.lines][::2] == [
        "d(tr(A @ X @ B @ inv(X)))",
        "grad(tr(A @ X @ B @ inv(X)), X)",
    ]
    assert str(work.lines[1].right).endswith("@ d(X))")
    keys = {reason.key for line in work.lines for reason in line.reasons}
    assert {"law-d-product", "law-d-inverse", "law-trace-product", "read-off"} <= keys


def test_no_rule_derives_the_claim_that_it_is() -> None:
    for id in ("differential-of-product", "differential-of-transpose-and-trace", "differential-of-inverse"):
        claims = CATALOGUE[id].claims
        assert all(of_differential(claim.equation, id) is None for claim in claims)


INTEGER = "        given: {A: [n, n], B: [n, n], k: {shape: [], is: [integer]}}\n"


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["line: 'matrix_power(A, k) == I(n)', by: induction on k"], "no line says it for k = 0 or 1"),
        (["line: 'matrix_power(A, 0) == I(n)', by: power-zero",
          "line: 'matrix_power(A, k) == I(n)', by: induction on k"],
         "no lines lead from the hypothesis to k + 1"),
        (["line: 'matrix_power(A, k) == I(n)', by: induction hypothesis"], "do not end in claim 1"),
        (["line: 'matrix_power(A, k) == I(n)', by: induction hypothesis, as: a",
          "line: 'B @ matrix_power(A, k) == B', by: line a",
          "line: 'matrix_power(A, 0) == I(n)', by: power-zero",
          "line: 'matrix_power(A, k) == I(n)', by: induction on k"], "no line says it for k = 0 or 1"),
        (["line: 'matrix_power(A, k) == I(n)', by: induction hypothesis, as: a",
          "line: 'B == B', by: induction hypothesis",
          "line: 'matrix_power(A, k) == I(n)', by: line a"], "there is no rule 'line a'"),
        (["line: 'matrix_power(A, 0) == I(n)', by: power-zero",
          "line: 'matrix_power(A, k) == I(n)', by: induction on B"],
         "B is not declared an integer"),
    ],
)  # fmt: skip
def test_what_is_no_induction(lines: list[str], message: str) -> None:
    found = said_of("'matrix_power(A, k) == I(n)'", *lines, given=INTEGER)
    assert any(message in said for said in found), found


def test_no_induction_where_the_letter_is_hidden() -> None:
    """k (k − f − 1) (k − f + 1) = 0 with f = k says −k = 0, and holds for k + 1 and k − 1 in place of k alone."""
    given = "        given: {k: {shape: [], is: [integer]}}\n        let: {f: k}\n"
    says = "k * (k - f - 1) * (k - f + 1) == 0"
    steps = [says.replace("k", one) for one in ("0", "(k + 1)", "(k - 1)")]
    found = said_of(
        f"'{says}'",
        f"line: '{steps[0]}'",
        f"line: '{says}', by: induction hypothesis",
        *(f"line: '{step}', by: definition of f" for step in steps[1:]),
        f"line: '{says}', by: induction on k",
        given=given,
    )
    assert any("there is no induction here" in said for said in found), found


def test_an_inverse_may_be_used_only_on_the_way_to_negative_powers() -> None:
    claim = "matrix_power(A, k) @ A == A @ matrix_power(A, k)"
    start = "line: 'matrix_power(A, 0) @ A == A @ matrix_power(A, 0)', by: power-zero"
    hypothesis = f"line: '{claim}', by: induction hypothesis, as: a"
    up = "line: 'matrix_power(A, k + 1) @ A == A @ matrix_power(A, k + 1)', by: [power-next, line a]"
    down = [
        "line: 'matrix_power(A, k - 1) @ A == matrix_power(A, k) @ inv(A) @ A', by: power-previous",
        "line: '== A @ matrix_power(A, k) @ inv(A)', by: [inv-left, line b, inv-right]",
        "line: '== A @ matrix_power(A, k - 1)', by: power-previous",
    ]
    again = hypothesis.replace("as: a", "as: b")
    right = "line: 'matrix_power(A, k) @ A @ inv(A) == A @ matrix_power(A, k) @ inv(A)', by: line b"
    end = f"line: '{claim}', by: induction on k"
    assert said_of(f"'{claim}'", start, hypothesis, up, again, right, *down, end, given=INTEGER) == []
    idle = "line: 'A @ inv(A) == I(n)', by: inv-right"
    found = said_of(f"'{claim}'", start, hypothesis, idle, up, again, right, *down, end, given=INTEGER)
    assert any("this needs A" in said for said in found), found
