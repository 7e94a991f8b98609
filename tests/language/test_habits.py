"""What somebody who comes from another notation is told, sign by sign and word by word of ``habits.yaml``."""

from __future__ import annotations

import re

import pytest

from cheatsheet.derivatives.derivative import derive
from cheatsheet.language import habits
from cheatsheet.language.elaborate import Declarations, elaborate_expression
from cheatsheet.language.inference import ExpressionError, infer_declarations
from cheatsheet.language.syntax import ClaimError, NotationError, parse_claim, parse_expression
from cheatsheet.language.table import functions

TABLE = habits._table()
ROWS = [
    *((row, typed) for row in TABLE["signs"] for typed in row["typed"]),
    *((row, f"A {sign} B") for row in TABLE["characters"] for sign in row["signs"]),
]
PUNCTUATION = set("-+*/()[],.=") | {"==", "!="}


def told(text: str) -> NotationError:
    with pytest.raises(NotationError) as caught:
        parse_expression(text)
    return caught.value


def readable(text: str) -> bool:
    """Whether every word and sign of it is of the language; of which shapes its symbols are is another matter."""
    try:
        parse_expression(text)
        elaborate_expression(text, Declarations({}))
    except NotationError:
        return False
    except ClaimError as error:
        return "unknown name" in error.message
    return True


@pytest.mark.parametrize(("row", "typed"), ROWS, ids=[typed for _, typed in ROWS])
def test_a_foreign_sign_is_refused_where_it_stands_and_its_hint_can_be_followed(
    row: dict[str, object], typed: str
) -> None:
    error = told(typed)
    assert 0 <= error.start < error.end <= len(typed)
    if "sign" in row:
        pattern = re.compile(str(row["sign"]).replace("{after}", habits._AFTER))
        assert any(error.end == found.end() for found in pattern.finditer(typed)), error.hint
    else:
        assert typed[error.start : error.end] in str(row["signs"])
    assert error.hint
    habit = habits.Habit.of({"say": habits.Habit.say} | row)
    assert habit is not None
    for written in habit.instead(left="A", inner="", below=""):
        assert written in PUNCTUATION or readable(written), written


@pytest.mark.parametrize("kind", ["functions", "attributes", "commands"])
def test_what_a_foreign_word_is_told_to_be_written_as_is_read(kind: str) -> None:
    for name, habit in habits.words(kind).items():
        if habit is not None:
            for written in habit.instead(name="exp", left="A", inner="x", below=""):
                assert readable(written), (name, written)


def test_a_word_of_the_language_is_no_habit_of_others() -> None:
    assert not set(habits.words("functions")) & set(functions())


@pytest.mark.parametrize(
    ("text", "at", "hint"),
    [
        ("x'Ax", "'", "write x.T"),
        ("(A @ x)'*x", "'", "write (A @ x).T"),
        ("2 * A^-1", "^-1", "write inv(A)"),
        ("log|X|", "|", "write logdet(X)"),
        ("||A @ x||^2", "||", "norm(x) ** 2"),
        (r"\frac{1}{2} * x", r"\frac{1}{2}", "1 / 2"),
        (r"x^\top A x", r"^\top", "write x.T"),
        (r"\lambda * x", r"\lambda", "write lam"),
        ("tr X", "tr X", "write tr(X)"),
        ("log det X", "log det", "write log("),
        ("np.linalg.inv(X) @ x", "np.linalg.inv", "write inv(A)"),
        ("x.T @ X.inv()", "inv", "inv(X)"),
        ("d/dx x.T @ x", "d/dx", "diff(f, x)"),
        ("λ * x", "λ", "write lam"),
        ("Σ @ x", "Σ", "write Sigma"),
        ("x.T @ A x", "x", "* or @"),
        ("x.T @ (x - μ) @ y'", "μ", "write mu"),
    ],
)
def test_hints_name_what_was_typed(text: str, at: str, hint: str) -> None:
    with pytest.raises(ClaimError) as caught:
        parse_expression(text)
    error = caught.value
    assert text[error.start : error.end].strip() == at
    assert hint in error.hint


@pytest.mark.parametrize(
    ("text", "at", "hint"),
    [
        ("ln(x)", "ln", "write log(x)"),
        ("Tr(X)", "Tr", "write tr(X)"),
        ("x.T @ softmx(x)", "softmx", "did you mean softmax?"),
        ("rank(X)", "rank", "not part of the language"),
        ("foo(X)", "foo", ""),
        ("tr[A @ X]", "tr[", "round brackets"),
    ],
)
def test_unknown_functions_are_told_apart(text: str, at: str, hint: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        infer_declarations(text, "X")
    error = caught.value
    assert text[error.start : error.end] == at
    assert error.hint == hint or (hint and hint in error.hint)
    assert "undeclared" not in error.hint


@pytest.mark.parametrize(
    "right", ["x.T @ A @ x", "2.*x", "x[0] * x1.T @ A", "sum(x ** 2., axis=0)", "a != b"]
)
def test_nothing_of_the_language_is_taken_for_a_foreign_sign(right: str) -> None:
    assert habits.sign_told(right, len(right)) is None


def test_a_mistake_before_a_foreign_sign_is_told_first() -> None:
    with pytest.raises(ClaimError) as caught:
        parse_claim("A @ @ b ^ 2")
    assert caught.value.start == 4


@pytest.mark.parametrize(
    ("expression", "wrt", "said"),
    [
        ("X ** -1", "X", "inv(X)"),
        ("tr(A / X)", "X", "inv(X)"),
        ("x ** T", "x", "x.T"),
        ("A * x", "x", "A @ x"),
        ("x.T @ Ax", "x", "A @ x"),
        ("tr(X_ij)", "X", "X[i, j]"),
    ],
)
def test_what_is_read_and_probably_not_meant_is_said(expression: str, wrt: str, said: str) -> None:
    assert any(said in warning for warning in derive(expression, wrt=wrt).warnings)


@pytest.mark.parametrize(
    ("expression", "wrt"),
    [
        ("sum(X ** 2)", "X"),
        ("x / y", "x"),
        ("inv(A + t * B)", "t"),
        ("x.T @ Sigma @ x", "x"),
        ("norm(x - mu)", "x"),
    ],
)
def test_what_is_usual_is_not_remarked_upon(expression: str, wrt: str) -> None:
    assert derive(expression, wrt=wrt).warnings == ()
