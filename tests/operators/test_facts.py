"""Each fact of each row is so, and the untrue value of it, put in its place, does not pass unseen.

A fact is tested against what the operator does: numbers to many digits, a proof, a claim that must not hold. Beside its
test stand the values that would be unsafe; a new column of the table has to be entered here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from fractions import Fraction
from itertools import pairwise
from typing import Any, get_args

import mpmath
import pytest

from cheatsheet.evaluation.many_digits import Precise
from cheatsheet.language import rows
from cheatsheet.language.dimensions import Shape
from cheatsheet.language.elaborate import Declarations, elaborate_claim
from cheatsheet.language.expressions import Symbol
from cheatsheet.language.table import TABLE, OneElement, Operator
from cheatsheet.printing import coding
from cheatsheet.verdicts.check import verify, verify_text
from cheatsheet.verdicts.claim import Claim
from cheatsheet.verdicts.verdicts import TierDisagreement
from tests.operators.fact_checks import (
    DERIVATIVES,
    GIVEN,
    _of,
    application,
    at_zero,
    code,
    differentiates,
    digits,
    domain,
    entrywise,
    exact,
    floating,
    held,
    parity,
    saturates,
    sign,
    slope,
    smoothness,
    transposition,
)

# --- the facts, and the values that would be unsafe ---

Check = Callable[[Operator], str]
Others = Callable[[Operator], list[Any]]


def _smoother(row: Operator) -> list[Any]:
    """The smoothness that would promise more."""
    order = list(get_args(rows.Smoothness))
    more = order[: order.index(row.smoothness)]
    if row.smoothness == "kink":
        more.remove("analytic")  # one formula or two: no verdict rests on which, as neither is entire
    return [] if row.name in DERIVATIVES else more


def _stronger_signs(row: Operator) -> list[Any]:
    if row.name in DERIVATIVES:
        return []
    weaker = ["any"] if "sign" in row.traps else []
    return (
        weaker + {"any": ["positive", "nonnegative"], "nonnegative": ["positive"], "positive": []}[row.sign]
    )


def _other_entries(row: Operator) -> list[Any]:
    expr = application(row)
    if expr.shape.is_scalar or not expr.children or len(expr.args) > len(expr.children):
        return []
    if row.entrywise is None:
        return (
            []
            if row.name in DERIVATIVES or expr.params or (row.linear and len(expr.args) == 1)
            else [row.name]
        )
    return (
        ["neg" if row.entrywise != "neg" else "exp"]
        if len(expr.args) == 1
        else ["sub" if row.name != "sub" else "add"]
    )


def increasing(row: Operator) -> str:
    fact = _of(row)
    if not fact.increasing:
        return ""
    least, most = {"everywhere": (-4.0, 4.0), "within one": (-1.0, 1.0)}.get(fact.domain, (0.01, 9.0))
    with mpmath.workdps(40):
        values = [fact.digits(mpmath, mpmath.mpf(least + (most - least) * k / 200)) for k in range(201)]
    return "" if all(a < b for a, b in pairwise(values)) else f"{row.name} is not increasing"


_PARITIES = {"even": ["odd"], "odd": ["even"], "neither": ["even", "odd"]}
FACTS: dict[str, tuple[Check, Others]] = {
    "smoothness": (smoothness, _smoother),
    "whole_matrix": (
        smoothness,
        lambda row: [False] if row.whole_matrix and row.smoothness == "polynomial" else [],
    ),
    "differentiates": (differentiates, lambda row: [not row.differentiates]),
    "sign": (sign, _stronger_signs),
    "entrywise": (entrywise, _other_entries),
    "transposed": (transposition, lambda row: []),
    "slope": (slope, lambda row: [f"{_of(row).slope} + 1"]),
    "at_zero": (at_zero, lambda row: [Fraction(7)]),
    "parity": (parity, lambda row: _PARITIES[_of(row).parity]),
    "domain": (domain, lambda row: ["everywhere"] if _of(row).domain != "everywhere" else []),
    "increasing": (increasing, lambda row: [] if _of(row).increasing else [True]),
    "saturates": (saturates, lambda row: [None, lambda v: 0.0] if _of(row).saturates else []),
    "exact": (exact, lambda row: [lambda v: v + 2]),
    "floating": (floating, lambda row: [lambda np, x: x + 2]),
    "digits": (digits, lambda row: [lambda mp, x: x + 2]),
    "code": (code, lambda row: [coding.called("nonsense")] if row.one_element else []),
}
OF_ONE = {field.name for field in fields(OneElement)}
OTHERS = set(
    """name syntax arguments shape good bad infix along differential linear adjoint one_element traps regular
    derivative by_others rational of_transpose contraction arranges""".split()
)
"""What each row has that other tests look at: what it is, its two claims, its differential and adjoint, how its array
code has index names in it, what it may leave out."""
MEANINGS = {"components", "latex", "evaluate", "sympy"}
"""The meanings of the operator, which are tested one against another."""


def changed(row: Operator, fact: str, other: Any) -> Operator:
    if fact in OF_ONE:
        return replace(row, one_element=replace(_of(row), **{fact: other}))
    return replace(row, **{fact: other})


def applies(row: Operator, fact: str) -> bool:
    return fact not in OF_ONE or row.one_element is not None


CASES = [
    (name, fact) for name, row in TABLE.items() if name != "jet" for fact in FACTS if applies(row, fact)
]  # a jet is made by the calculus: no text of a claim has one


@pytest.mark.parametrize(("name", "fact"), CASES)
def test_the_fact_is_so(name: str, fact: str) -> None:
    assert FACTS[fact][0](TABLE[name]) == ""


@pytest.mark.parametrize(("name", "fact"), [case for case in CASES if FACTS[case[1]][1](TABLE[case[0]])])
def test_the_unsafe_value_does_not_pass(name: str, fact: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even to the column alone: sampling asks for more digits than ``saturates`` does."""
    monkeypatch.setattr(Claim, "terms", lambda self, dims: 0)
    check, others = FACTS[fact]
    for other in others(TABLE[name]):
        try:
            row = changed(TABLE[name], fact, other)
        except ValueError:  # refused when the row is made
            continue
        assert check(row), f"{fact} = {other} of {name} goes unseen"


def test_every_column_is_tested() -> None:
    columns = {field.name for field in fields(Operator)} | OF_ONE
    assert columns == set(FACTS) | OTHERS | MEANINGS


@pytest.mark.parametrize("name", [name for name, row in TABLE.items() if row.transposed != "as a whole"])
def test_some_other_transpose_is_seen_to_be_wrong(name: str) -> None:
    row = TABLE[name]
    others = [replace(row, transposed=t) for t in get_args(rows.Transposition) if t != row.transposed]
    assert any(transposition(other) for other in others)


@pytest.mark.parametrize("name", [name for name, row in TABLE.items() if row.by_others])
def test_a_function_is_what_it_is_said_to_be_by_others(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By evaluation, which does not read the formula; and the calculus proves it, which reads it as written."""
    row = TABLE[name]
    given = Declarations({s: Symbol(s, Shape.scalar()) for s in "xy"})
    applied = f"{name}({', '.join('xy'[: len(row.arguments)])})"
    claim = elaborate_claim(f"{applied} == {row.by_others}", given)
    wrong = elaborate_claim(f"{applied} == {row.by_others} + 1", given)
    assert verify(claim, prover=lambda equation: False).status != "refuted"
    assert verify(wrong, prover=lambda equation: False).status == "refuted"
    assert verify(claim).status == "proved"
    monkeypatch.setitem(TABLE.rows(), name, replace(row, by_others=f"{row.by_others} + 1"))
    with pytest.raises(TierDisagreement):
        verify(wrong, audit=True)


def test_no_fact_has_a_default() -> None:
    facts = {f.name: f for f in (*fields(Operator), *fields(OneElement)) if f.name in {*FACTS, *MEANINGS}}
    for name, column in facts.items():
        for row_type in (Operator, OneElement):
            if column in fields(row_type):
                given = {f.name: None for f in fields(row_type) if f.name != name}
                with pytest.raises(TypeError, match=name):
                    row_type(**given)  # type: ignore[arg-type]


def test_a_guard_without_a_trap_is_refused() -> None:
    for row in TABLE.values():
        if row.guards:
            with pytest.raises(ValueError, match="no trap"):
                replace(row, traps={})


@pytest.mark.parametrize(
    "name", [n for n, row in TABLE.items() if row.one_element and row.one_element.saturates]
)
def test_either_guard_against_saturation_is_needed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With neither the column nor the probe of the function, its trap is called holding at so many digits."""
    monkeypatch.setattr(Claim, "terms", lambda self, dims: 0)  # more digits than these guards ask for
    row = changed(TABLE[name], "saturates", None)
    row = replace(row, traps=TABLE[name].traps)
    monkeypatch.setattr(Precise, "lost", lambda *given: 0.0)
    assert held(TABLE[name], "saturates") == ""
    assert held(row, "saturates")


@pytest.mark.parametrize("name", ["tanh", "erf", "sigmoid"])
def test_the_probe_alone_notices_what_becomes_a_constant(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row that forgot to say so is made good for where the function no longer answers to a small step."""
    monkeypatch.setattr(Claim, "terms", lambda self, dims: 0)
    row = replace(changed(TABLE[name], "saturates", None), traps=TABLE[name].traps)
    assert held(row, "saturates") == ""


def test_every_trap_can_be_read() -> None:
    for row in TABLE.values():
        for text in row.traps.values():
            assert verify_text(text, GIVEN).status != "invalid", text
