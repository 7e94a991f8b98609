"""Text → syntax tree: precedence, positions, and what is refused."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cheatsheet.language.syntax import (
    DEEPEST_NESTING,
    LONGEST_TEXT,
    ClaimError,
    Raw,
    parse_claim,
    parse_expression,
)


def brackets(raw: Raw) -> str:
    """The tree with every grouping shown."""
    parts = [brackets(child) for child in raw.children]
    if raw.kind in ("transpose", "index") and raw.children[0].kind == "number":
        parts[0] = f"({parts[0]})"
    match raw.kind:
        case "binary":
            return f"({parts[0]} {raw.text} {parts[1]})"
        case "unary":
            return f"({raw.text}{parts[0]})"
        case "transpose":
            return f"{parts[0]}.T"
        case "index":
            return f"{parts[0]}[{', '.join(parts[1:])}]"
        case "call":
            return f"{raw.text}({', '.join(parts)})"
        case "list":
            return f"[{', '.join(parts)}]"
    return raw.text


@pytest.mark.parametrize(
    ("text", "grouped"),
    [
        ("a + b - c", "((a + b) - c)"),
        ("a - b + c", "((a - b) + c)"),
        ("a + b * c", "(a + (b * c))"),
        ("a * b / c @ d", "(((a * b) / c) @ d)"),
        ("a / b * c", "((a / b) * c)"),
        ("-a + b", "((-a) + b)"),
        ("-a * b", "((-a) * b)"),
        ("-a ** b", "(-(a ** b))"),
        ("a ** -b", "(a ** (-b))"),
        ("a ** b ** c", "(a ** (b ** c))"),
        ("a ** b.T", "(a ** b.T)"),
        ("- - a", "(-(-a))"),
        ("+a", "(+a)"),
        ("a * -b", "(a * (-b))"),
        ("-A.T[i, j]", "(-A.T[i, j])"),
        ("x.T @ A @ x", "((x.T @ A) @ x)"),
        ("x.T @ (A @ x)", "(x.T @ (A @ x))"),
        ("f(x, y).T", "f(x, y).T"),
        ("(A @ B)[i, k]", "(A @ B)[i, k]"),
        ("block([[A, B], [C, D]])", "block([[A, B], [C, D]])"),
        ("1.5e-3 * a", "(1.5e-3 * a)"),
        (".5 * a", "(.5 * a)"),
        ("  x\n +\ty ", "(x + y)"),
    ],
)
def test_operators_group_as_in_python(text: str, grouped: str) -> None:
    assert brackets(parse_expression(text)) == grouped


NAMES = st.sampled_from(["a", "x_1", "A", "Sigma", "i"])
PYTHON = st.recursive(
    NAMES | st.integers(0, 99).map(str),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from([" + ", " - ", " * ", " @ ", " / ", " ** "]), inner).map("".join),
        inner.map(lambda e: f"-{e}"),
        inner.map(lambda e: f"({e})"),
        inner.map(lambda e: f"f({e}, {e})"),
        inner.map(lambda e: f"({e}).T"),
        inner.map(lambda e: f"({e})[i, 0]"),
    ),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(PYTHON)
def test_grouping_agrees_with_python_itself(text: str) -> None:
    """Python's own parser reads the grouped text and the plain one as the same expression."""
    import ast

    grouped = brackets(parse_expression(text))
    assert ast.dump(ast.parse(grouped, mode="eval")) == ast.dump(ast.parse(text, mode="eval"))


@settings(max_examples=300, deadline=None)
@given(PYTHON)
def test_every_node_knows_where_it_stands(text: str) -> None:
    def visit(raw: Raw) -> None:
        assert 0 <= raw.start < raw.end <= len(text)
        if raw.kind in ("name", "number"):
            assert text[raw.start : raw.end].strip("()") == raw.text
        for child in raw.children:
            assert raw.start <= child.start
            assert child.end <= raw.end
            visit(child)

    visit(parse_expression(text))


@pytest.mark.parametrize(
    ("text", "column", "message", "hint"),
    [
        ("", 1, "the claim is empty", ""),
        ("x", 1, "a claim needs == (or !=) between two sides", "write: left == right"),
        ("x = y", 3, "unexpected '='", "an equality is written =="),
        ("x == y == z", 8, "a claim has one comparison only", "make a list of claims, one for each equality"),
        ("x == ", 6, "the expression ends where a symbol, number or bracket was expected", ""),
        ("x == (y", 8, "expected ')' to close '(' in column 6, found the end of the text", ""),
        ("x == y]", 7, "unexpected ']'", ""),
        ("A B == A", 3, "unexpected 'B'", "a product is written with * or @"),
        ("2x == x", 1, "2x is neither a number nor a name", "write 2 * x for the product"),
        ("A^2 == A", 2, "^2 is not part of the language", "a power of a number"),
        ("A' == A", 2, "' is not part of the language", "for the transpose write A.T"),
        ("A.I == A", 3, "I is not part of the language", "write inv(X)"),
        ("A.T() == A", 4, "only a named function can be called", "write * for a product"),
        ("x[:1] == x", 3, "slices are not part of the language", "a column is A @ unit(j, n)"),
        (
            "x[1:] == x",
            4,
            "expected ']' to close '[' in column 2, found ':'",
            "a column is A @ unit(j, n)",
        ),
        (
            "f(x=y) == 1",
            4,
            "keyword arguments are not part of the language",
            "the only one is axis=0 or axis=1",
        ),
        (
            "sum(A, axis=2) == 1",
            13,
            "the axis is 0 or 1, and this is 2",
            "axis=1: of each row; axis=0: of each column",
        ),
        ("(x, y) == 1", 3, "a tuple is not part of the language", "an inner product"),
        (
            "lambda == 1",
            1,
            "lambda is a Python keyword, not a name",
            "call the symbol lam; it is printed as λ",
        ),
        ("x ≠ y", 3, "≠ is not part of the language", "write !="),
        ("A − B == C", 3, "− is not part of the language", "write the minus sign"),
        ("（x） == x", 1, "（ is not part of the language", "write ("),
        ("x == y; import os", 7, "; is not part of the language", "an expression ends without a semicolon"),
    ],
)
def test_what_is_refused_is_refused_with_a_place_and_a_hint(
    text: str, column: int, message: str, hint: str
) -> None:
    with pytest.raises(ClaimError) as caught:
        parse_claim(text)
    error = caught.value
    assert (error.start + 1, error.message) == (column, message)
    assert error.hint.startswith(hint)
    assert bool(error.hint) == bool(hint)


@pytest.mark.parametrize(
    "text",
    [
        "x + " * 25_000 + "x == x",
        "x" * 100_000 + " == x",
        " " * 100_000,
        "(" * 1000 + "x" + ")" * 1000 + " == x",
        "[" * 1000 + "]" * 1000 + " == x",
        "-" * 5000 + "x == x",
        "inv(" * 1000 + "A" + ")" * 1000 + " == A",
        "2 ** " * 1000 + "2 == 1",
        "A" + ".T" * 3000 + " == A",
        "x" + "[i]" * 1000 + " == 1",
        "A @ " * 2000 + "A == A",
        "9" * 5000 + " == 1",
        "1e999999999 == 1",
        "1e" + "9" * 5000 + " == 1",
        "\0" * 1000,
        "\ud800 == x",
        "x == " + "=" * 5000,
        "f(" + "x," * 4000 + "x) == 1 ==",
    ],
    ids=lambda text: f"{text[:12]!r}… {len(text)} characters",
)
def test_hostile_text_is_refused_at_once(text: str) -> None:
    start = time.perf_counter()
    with pytest.raises(ClaimError):
        parse_claim(text)
    assert time.perf_counter() - start < 20


def test_limits_are_where_they_are_said_to_be() -> None:
    deep = "(" * (DEEPEST_NESTING - 2) + "x" + ")" * (DEEPEST_NESTING - 2)
    assert parse_expression(deep).text == "x"
    assert parse_expression("x" + " " * (LONGEST_TEXT - 1)).text == "x"
    with pytest.raises(ClaimError, match="10001 characters"):
        parse_expression("x" + " " * LONGEST_TEXT)


@settings(max_examples=500, deadline=None)
@given(st.text(alphabet="xAi01.,()[]+-*/@=! T'\"\\\n:;#é矩", max_size=40))
def test_any_text_is_parsed_or_refused_within_its_length(text: str) -> None:
    try:
        found: Raw | ClaimError = parse_claim(text)
    except ClaimError as error:
        found = error
    assert 0 <= found.start < found.end <= len(text) + 1
    assert found.message if isinstance(found, ClaimError) else found.kind == "compare"
