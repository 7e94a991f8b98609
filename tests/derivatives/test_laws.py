"""The laws: each one holds, needs its conditions, is derived by an entry that says it, and is found where it fits."""

from __future__ import annotations

from dataclasses import replace

import pytest

import cheatsheet
from cheatsheet.catalogue.load import read_given
from cheatsheet.derivatives.rules.laws import WITHOUT_ENTRY, Law, laws, taken_apart
from cheatsheet.derivatives.rules.matching import Pattern, declared
from cheatsheet.derivatives.rules.rule import carries
from cheatsheet.language.dimensions import Shape
from cheatsheet.language.elaborate import Declarations, elaborate_claim
from cheatsheet.language.expressions import Apply, Equation, Expr, Symbol, inline_definitions
from cheatsheet.language.syntax import ClaimError
from cheatsheet.language.table import build
from cheatsheet.verdicts.check import verify

LAWS = tuple(laws().values())
GIVEN = (
    "a: [], b: [], x: [n], y: [n], z: [m], A: [n, n], B: [n, n], C: [n, n], M: [m, n], N: [n, m],"
    " S: {shape: [n, n], is: [symmetric]}, P: {shape: [n, n], is: [positive_definite]}"
)


def of(text: str) -> Equation:
    return elaborate_claim(text, Declarations(read_given(GIVEN)))


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.id)
def test_every_law_is_proved(law: Law) -> None:
    assert verify(law.equation).status == "proved"


@pytest.mark.parametrize(
    "law", [one for one in LAWS if "is" in str(one.declarations)], ids=lambda law: law.id
)
def test_no_condition_of_a_law_is_idle(law: Law) -> None:
    for name, symbol in law.declarations.symbols.items():
        if not symbol.properties - {"integer"}:
            continue
        bare = Symbol(name, symbol.shape)
        freed = replace(law.declarations, symbols={**law.declarations.symbols, name: bare})
        assert verify(elaborate_claim(law.text, freed)).status in ("refuted", "undecided"), name


def as_differential(claim: Equation) -> Equation:
    """A claim that J is the Jacobian of y as dy = J dx, any other as it is."""
    match claim.lhs:
        case Apply(op="grad", args=(Expr() as y, Expr() as x)) if x.shape.is_vector:
            of_y, of_x = (build("d", part, params=(frozenset({"z"}),)) for part in (y, x))
            turned = build("transpose", inline_definitions(claim.rhs))
            return Equation(of_y, build("matmul", turned, of_x))
        case Apply(op="diff", params=("numerator",), args=(Expr() as y, Expr() as x)) if y.shape.is_vector:
            of_y, of_x = (build("d", part, params=(frozenset({"z"}),)) for part in (y, x))
            return Equation(inline_definitions(of_y), inline_definitions(build("matmul", claim.rhs, of_x)))
    return claim


def says(claim: Equation, law: Law) -> bool:
    """Whether a law is a claim with other letters, or a case of it."""
    claim = as_differential(claim)
    if carries(law.equation.lhs, [], law.equation.rhs):
        return False
    whole = replace(Pattern.of("claim", claim), holds=lambda expr, p: p == "invertible" or declared(expr, p))
    trivial = laws()["inv-identity"].rule
    sides = law.equation.lhs, law.equation.rhs
    return carries(claim.lhs, [law.rule], claim.rhs) or any(
        carries(one, [rule, trivial], other)
        for rule in (whole, whole.reversed)
        if not rule.grows
        for one, other in (sides, of_numbers(law))
    )


def of_numbers(law: Law) -> tuple[Expr, Expr]:
    """The sides of a law for matrices of one entry, which is what a law entry by entry says of each."""
    symbols = {
        s.name: Symbol(s.name, Shape.scalar(), s.properties) for s in law.declarations.symbols.values()
    }
    try:
        equation = elaborate_claim(law.text, replace(law.declarations, symbols=symbols))
    except ClaimError:
        return law.equation.lhs, law.equation.rhs
    return equation.lhs, equation.rhs


@pytest.mark.parametrize(
    "law", [one for one in LAWS if one.proof not in WITHOUT_ENTRY], ids=lambda law: law.id
)
def test_the_entry_that_is_named_says_the_law(law: Law) -> None:
    entry = cheatsheet.load()[law.proof]
    assert any(says(claim.equation, law) for claim in entry.claims)


@pytest.mark.parametrize(
    ("law", "claim", "carried"),
    [
        ("inv-right", "A @ B @ inv(B) @ C == A @ C", True),
        ("inv-right", "A @ (B @ C @ inv(B @ C)) == A", True),
        ("inv-right", "A @ inv(B + C) @ C == A", False),
        ("inv-right", "(B + C) @ inv(C + B) @ A == A", True),
        ("det-product", "det(A @ B @ C) == det(A) * det(B) * det(C)", True),
        ("det-product", "det(M @ N) == det(N @ M)", False),
        ("det-multiple", "det(-A) == (-1) ** n * det(A)", True),
        ("transpose-product", "(A @ B @ x).T == x.T @ B.T @ A.T", True),
        ("transpose-product", "(2 * A @ B).T == 2 * B.T @ A.T", True),
        ("symmetric", "A @ S.T @ A == A @ S @ A", True),
        ("symmetric", "A @ P.T @ A == A @ P @ A", True),
        ("symmetric", "A.T @ A == A @ A", False),
        ("trace-product", "tr(A @ B @ C) == tr(C @ A @ B)", True),
        ("trace-product", "tr(A @ B @ C) == tr(B @ A @ C)", False),
        ("trace-product", "tr(M @ N) == tr(N @ M)", True),
        ("det-block-upper", "det(block([[A, M.T], [zeros(m, n), M @ N]])) == det(A) * det(M @ N)", True),
    ],
)
def test_a_law_is_found_where_it_fits_and_nowhere_else(law: str, claim: str, carried: bool) -> None:
    equation = of(claim)
    assert carries(equation.lhs, [laws()[law].rule], equation.rhs) is carried


def test_functions_of_composite_matrices_are_taken_apart_one_law_at_a_time() -> None:
    once, used = taken_apart(of("det(A @ inv(B)) == 1").lhs)
    assert (str(once), used) == ("det(A) * det(inv(B))", ("det-product",))
    assert taken_apart(once, without=["det-inverse"]) == (once, ())
