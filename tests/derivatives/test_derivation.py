"""Derivations: every pair of lines is looked at by values that know nothing of the calculus that wrote it."""

from __future__ import annotations

import random
from collections import Counter
from functools import cache
from itertools import pairwise

import pytest

import cheatsheet
from cheatsheet.catalogue.entries import Claim, Entry
from cheatsheet.catalogue.load import read_given
from cheatsheet.derivatives.rules.levels import barred
from cheatsheet.derivatives.rules.registry import rule
from cheatsheet.derivatives.rules.rule import carries
from cheatsheet.derivatives.steps.chains import Line
from cheatsheet.derivatives.steps.claims import derive_cases
from cheatsheet.derivatives.steps.steps import MOST_AT_ONCE, BrokenStep, Derivation, checked, rules_of
from cheatsheet.language.elaborate import Declarations, elaborate_claim
from cheatsheet.language.expressions import Apply, Equation, Expr, Index, Sum, walk
from cheatsheet.language.table import build
from cheatsheet.verdicts.check import verify
from tests.mutations import broken

CHUNKS = 16


@cache
def entries() -> list[Entry]:
    return list(cheatsheet.load())


def chosen(chunk: int, full: bool) -> list[Entry]:
    """Every sixteenth entry, or those of this chunk alone that a sample takes."""
    own = entries()[chunk::CHUNKS]
    return own if full else random.Random(chunk).sample(own, (len(own) + 2) // 3)


def claims(chunk: int, full: bool) -> list[Claim]:
    """The equalities of some entries."""
    return [c for entry in chosen(chunk, full) for c in entry.claims if not c.equation.negated]


# --- what the evaluator can read ---


def plain(expr: Expr) -> Expr:
    """Components at pairs of indices, and at indices of one block, written with basis vectors: e₍ᵢⱼ₎ is eᵢ ⊗ eⱼ."""
    if isinstance(expr, Sum):
        return Sum(plain(expr.body), expr.indices)
    if not isinstance(expr, Apply):
        return expr
    args = tuple(plain(a) if isinstance(a, Expr) else a for a in expr.args)
    indices = [a for a in args if isinstance(a, Index)]
    if expr.op == "component" and any(i.parts for i in indices):
        operand = args[0]
        assert isinstance(operand, Expr)
        return _picked(operand, indices)
    if expr.op == "delta" and any(i.parts for i in indices):
        first, second = (_basis_vector(i) for i in indices)
        return build("matmul", build("transpose", first), second)
    return Apply(expr.op, args, expr.shape, expr.params)


def _picked(operand: Expr, indices: list[Index]) -> Expr:
    """uᵀ E v for the basis vectors of the row and of the column."""
    waiting = list(indices)
    rows, cols = (None if axis.is_one else _basis_vector(waiting.pop(0)) for axis in operand.shape.axes)
    if rows is not None:
        operand = build("matmul", build("transpose", rows), operand)
    return operand if cols is None else build("matmul", operand, cols)


def _basis_vector(index: Index) -> Expr:
    if index.block is not None:
        parts = [
            _basis_vector(index.parts[0]) if k == index.block else build("zeros", axis)
            for k, axis in enumerate(index.axis.parts)
        ]
        return build("block", *parts, params=(len(parts), 1))
    if index.parts:
        vector, *others = (_basis_vector(part) for part in index.parts)
        for other in others:
            vector = build("kron", vector, other)
        return vector
    return build("unit", index, index.axis)


def agrees(before: Expr, after: Expr) -> bool:
    """Whether values see the two lines equal; the index calculus is not asked."""
    step = Equation(plain(before), plain(after))
    verdict = verify(step, prover=lambda _: True)
    return verdict.status == "proved" or (verdict.status == "undecided" and bool(verdict.dims))


def test_pairs_of_indices_are_read_as_basis_vectors() -> None:
    """The judge itself: it accepts what is right and refuses what is not."""
    declared = Declarations(read_given("A: [m, n], B: [p, q]"))
    equation = elaborate_claim("kron(A, B) == kron(A, 2 * B) / 2", declared)
    for derivation in derive_cases(equation):
        first = derivation.lines[0].expr
        assert isinstance(first, Apply)
        operand, rows, cols = first.args
        assert isinstance(rows, Index)
        assert isinstance(cols, Index)
        written_out = derivation.lines[1].expr
        assert agrees(first, written_out)
        assert not agrees(build("scale", build("component", operand, rows, cols), first), written_out)


# --- the catalogue ---


@cache
def homes() -> dict[Claim, Entry]:
    """The entry of each claim."""
    return {claim: entry for entry in entries() for claim in entry.claims}


@cache
def derived(claim: Claim) -> tuple[Derivation, ...]:
    """The derivations of a claim, one for each case; a single pair of lines where it is cited."""
    return derive_cases(claim.equation, barred(homes()[claim].id))


MOST_CITED = 0.03


def test_few_claims_are_cited(full: bool) -> None:
    """What an entry derives itself counts as derived."""
    counted = cited = 0
    for entry in (entry for chunk in range(CHUNKS) for entry in chosen(chunk, full)):
        authored = {number for derivation in entry.derivations for number in derivation.numbers}
        for number, claim in enumerate(entry.claims, start=1):
            if not claim.equation.negated:
                counted += 1
                cited += number not in authored and derived(claim)[0].cited
    assert cited <= MOST_CITED * counted


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_every_step_is_carried_by_the_rules_that_it_names_and_by_no_fewer(chunk: int, full: bool) -> None:
    steps = 0
    for claim in claims(chunk, full):
        for derivation in derived(claim):
            if derivation.cited:
                continue
            for before, after in pairwise(derivation.lines):
                rules = [rule(id) for id in rules_of(after)]
                assert carries(before.expr, rules, after.expr), f"{claim.text}: {after}"
                for idle in rules:
                    others = [r for r in rules if r is not idle]
                    assert not carries(before.expr, others, after.expr), (
                        f"{claim.text}: {idle.id} is idle in {after}"
                    )
                assert len(rules) <= MOST_AT_ONCE
                steps += 1
    assert steps > 20


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_each_pair_of_lines_agrees_at_values(chunk: int, full: bool) -> None:
    pairs = 0
    for claim in claims(chunk, full):
        for derivation in derived(claim):
            lines = derivation.lines
            assert len(lines) >= 2
            assert lines[0].reasons == ()
            for before, after in pairwise(lines):
                assert after.reasons, claim.text
                assert agrees(before.expr, after.expr), f"{claim.text}:\n{before.expr!r}\n{after.expr!r}"
                pairs += 1
    assert pairs > 20


def test_a_derivation_leads_from_one_side_to_the_other() -> None:
    """The first line is the left side's component, the last the right side's, and no line is repeated."""
    for chunk in range(0, CHUNKS, 4):
        for claim in claims(chunk, False):
            for derivation in derived(claim):
                exprs = [line.expr for line in derivation.lines]
                assert all(a != b for a, b in pairwise(exprs))
                if derivation.entry is not None:
                    assert exprs[0].shape.is_scalar
                    assert exprs[-1].shape.is_scalar


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_a_corrupted_line_is_caught(chunk: int, full: bool) -> None:
    """One line of a derivation broken: it is refused, unless values say that it is still equal."""
    rng = random.Random(chunk)
    counts: Counter[str] = Counter()
    for claim in claims(chunk, full):
        for derivation in derived(claim)[:1]:
            if derivation.cited:
                continue
            lines = list(derivation.lines)
            place = rng.randrange(len(lines))
            wrong = broken(lines[place].expr, rng)
            if wrong == lines[place].expr:
                continue
            corrupted = [*lines[:place], Line(wrong, lines[place].reasons), *lines[place + 1 :]]
            neighbour = lines[place - 1 if place else 1].expr
            try:
                accepted = checked(corrupted)
            except BrokenStep:
                counts["caught"] += 1
                continue
            if all(line.expr != wrong for line in accepted.lines):
                continue  # a line too long to print is left out, corrupted or not
            counts["equal all the same"] += 1
            assert agrees(wrong, neighbour), f"{claim.text}: {wrong!r}"
    assert counts["caught"] > 2 * counts["equal all the same"], counts


# --- the derivations of the notes ---

NOTES = {
    "x: [n], A: [n, n]": "diff(x.T @ A @ x, x) == x.T @ (A + A.T)",
    "x: [n], A: [m, n]": "diff(A @ x, x) == A",
    "A: [m, n], B: [n, p]": "(A @ B).T == B.T @ A.T",
    "u: [m], v: [n]": "diff(u @ v.T, v)[j, k, i] == u[j] * delta(k, i)",
    "x: [n]": "diff(norm(x) ** 2, x) == 2 * x.T",
}


@pytest.mark.parametrize("given", NOTES)
def test_a_derivative_is_worked_out_entry_by_entry(given: str) -> None:
    """Component form, differentiation, deltas, contraction: no line of a derivation of a derivative is missing."""
    derivation = derive_cases(elaborate_claim(NOTES[given], Declarations(read_given(given))))[0]
    assert len(derivation.lines) >= 3
    if "diff" in NOTES[given]:
        with_deltas = [
            line
            for line in derivation.lines
            if any(isinstance(n, Apply) and n.op == "delta" for n in walk(line.expr))
        ]
        assert with_deltas
        assert any("diff" not in repr(line.expr) for line in derivation.lines)


def test_no_derivation_of_what_is_false() -> None:
    declared = Declarations(read_given("x: [n], A: [n, n]"))
    for text in ("diff(x.T @ A @ x, x) == 2 * x.T @ A", "A == A.T", "tr(A @ A) == tr(A) ** 2"):
        assert derive_cases(elaborate_claim(text, declared))[0].cited


def test_a_pair_that_is_not_equal_is_refused() -> None:
    declared = Declarations(read_given("x: [n], y: [n]"))
    left = elaborate_claim("x[i] * y[i] == y[i] * x[i]", declared)
    right = elaborate_claim("x[i] + y[i] == y[i] + x[i]", declared)
    assert checked([Line(left.lhs), Line(left.rhs, ("rearrange",))])
    with pytest.raises(BrokenStep, match="not shown equal"):
        checked([Line(left.lhs), Line(right.lhs, ("rearrange",))])


# --- what is not printed ---


def lines_of(claim: str, given: str) -> list[str]:
    derivation = derive_cases(elaborate_claim(claim, Declarations(read_given(given))))[0]
    return [str(line.expr) for line in derivation.lines]


def test_no_way_out_and_back() -> None:
    for claim in ("d(2 * X - Y) == 2 * d(X) - d(Y)", "adj(A @ B) == adj(B) @ adj(A)"):
        lines = lines_of(claim, "X: [m, n], Y: [m, n], A: [n, n], B: [n, n]")
        assert len(lines) == len(set(lines)) <= 4


def test_zeros_are_not_dragged_along() -> None:
    lines = lines_of(
        "block([[A, zeros(m, n)]]) @ block([[B], [C]]) == A @ B", "A: [m, p], B: [p, q], C: [n, q]"
    )
    assert len(lines) > 2
    assert not any("zeros" in line or "* 0" in line or "0 *" in line for line in lines[2:])


CHAIN = "x: [n], u: {shape: [], of: x}, f: {shape: [], of: u}"


@pytest.mark.parametrize(
    ("claim", "given", "expected"),
    [
        ("diff(f, x)[i] == diff(f, u) * diff(u, x[i])", CHAIN, "chain-rule"),
        ("diff(f, x[i], x[j]) == diff(f, x[j], x[i])", "x: [n], f: {shape: [], of: x}", "mixed-partials"),
        ("adj(A) == tr(A) * I(2) - A", "A: [2, 2]", "def-adj"),
        ("diff(tr(A @ X), X) == A", "A: [n, m], X: [m, n]", "delta-matrix"),
    ],
)  # fmt: skip
def test_the_reason_is_the_one_that_explains_the_line(claim: str, given: str, expected: str) -> None:
    derivation = derive_cases(elaborate_claim(claim, Declarations(read_given(given))))[0]
    assert expected in {reason for line in derivation.lines for reason in line.reasons}
