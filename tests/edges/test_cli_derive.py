"""``cheatsheet derive``: the arguments and the streams; what is derived is tested elsewhere."""

from __future__ import annotations

import json
from typing import Any

import pytest

import cheatsheet
from cheatsheet.language.inference import infer_declarations
from cheatsheet.verdicts.verdicts import Verdict
from tests.edges.commands import run


class Derived:
    """Stands for a derivation that was found."""

    warnings = ()

    def __init__(self, verdict: str) -> None:
        self.verdict = Verdict(verdict)

    def to_json(self, text: bool = False) -> dict[str, Any]:
        return {
            "input": "x.T @ A @ x",
            "wrt": "x",
            "layout": "numerator",
            "shape": ["1", "n"],
            "result": "x.T @ (A + A.T)",
            "components": {"indices": ["i"], "expr": "sum(x[j] * (A[i, j] + A[j, i]), j)", "latex": ""},
            "latex": "",
            "steps": [{"latex": "a = b", "why": {"zh": "乘积法则", "en": "product rule"}}],
            "code": {"numpy": "x @ (A + A.T)", "torch": None, "jax": None},
            "verdict": self.verdict.status,
        }


def test_derive_prints_what_was_found_or_one_document(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {}

    def derive(text: str, **options: Any) -> Derived:
        asked.update(options, text=text)
        return Derived("proved")

    monkeypatch.setitem(vars(cheatsheet), "derive", derive)
    arguments = ("derive", "x.T @ A @ x", "--wrt", "x", "--given", "A: [n, n]", "--layout", "mixed")
    done = run(*arguments)
    assert done.exit_code == 0
    assert (asked["text"], asked["wrt"], asked["layout"]) == ("x.T @ A @ x", "x", "mixed")
    assert str(asked["given"]["A"].shape) == "n×n"
    for words in ("x.T @ (A + A.T)", "[i]  sum(", "已证 / proved", "(乘积法则 / product rule)", "numpy:"):
        assert words in done.stdout
    assert "乘积法则" not in run(*arguments, "--lang", "en").stdout
    assert json.loads(run(*arguments, "--json").stdout) == Derived("proved").to_json()


def test_derive_tells_by_its_status_whether_the_result_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    for verdict, status in [("proved", 0), ("checked", 0), ("sampled", 0), ("undecided", 1), ("refuted", 1)]:
        monkeypatch.setitem(vars(cheatsheet), "derive", lambda text, v=verdict, **options: Derived(v))
        assert run("derive", "x", "--wrt", "x").exit_code == status


def test_derive_points_at_what_is_wrong_with_its_arguments(monkeypatch: pytest.MonkeyPatch) -> None:
    def derive(text: str, wrt: str, given: Any, layout: str) -> Derived:
        infer_declarations(text, wrt, given)
        return Derived("proved")

    monkeypatch.setitem(vars(cheatsheet), "derive", derive)
    for arguments, place, message in [
        (["-x.T @ A @", "--wrt", "x"], "EXPR:1:11", "the expression ends where a symbol"),
        (["x.T @ A @", "--wrt", "x"], "EXPR:1:10", "the expression ends where a symbol"),
        (["A @ x + x.T", "--wrt", "x"], "EXPR:1:1", "the operands of + have different shapes, m×1 and 1×n"),
        (["x.T @ x", "--wrt", "x["], "--wrt:1:3", "the expression ends where a symbol"),
        (["x", "--wrt", "x", "--given", "x: n"], "--given:1:5", "a shape is a text here"),
        (["x", "--wrt", "x", "--given", "x: ["], "--given:2:1", "not valid YAML"),
    ]:
        done = run("derive", *arguments)
        assert (done.exit_code, done.stdout) == (2, "")
        assert done.stderr.startswith(f"{place}: {message}")
    assert run("derive", "x").exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "expression"),
    [
        (["-x.T @ x", "--wrt", "x"], "-x.T @ x"),
        (["--wrt", "x", "-x.T @ x", "--json"], "-x.T @ x"),
        (["--wrt=x", "--layout", "mixed", "-h.T @ x"], "-h.T @ x"),  # -h alone asks for help
        (["-2*x.T @ x", "--wrt", "x"], "-2*x.T @ x"),
        (["--x.T @ x", "--wrt", "x"], "--x.T @ x"),
        (["-x", "--wrt", "x"], "-x"),
        (["-(x.T @ x)", "--wrt", "x", "--given", "x: [n]"], "-(x.T @ x)"),
        (["--wrt", "x", "--", "-x.T @ x"], "-x.T @ x"),
        (["--wrt", "-x", "x"], "x"),
    ],
)
def test_an_expression_may_begin_with_a_minus(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], expression: str
) -> None:
    asked: list[str] = []

    def derive(text: str, **options: Any) -> Derived:
        asked.append(text)
        return Derived("proved")

    monkeypatch.setitem(vars(cheatsheet), "derive", derive)
    done = run("derive", *arguments)
    assert (done.exit_code, asked) == (0, [expression]), done.stderr


def test_an_option_behind_two_dashes_is_told() -> None:
    for options in (["--wrt", "x"], ["--wrt=x"]):
        done = run("derive", "--", "-x.T @ x", *options)
        assert done.exit_code == 2
        assert "options go before --" in done.stderr
        assert run("derive", *options, "--", "-x.T @ x").exit_code == 0


def test_an_option_that_is_given_twice_is_refused() -> None:
    for again in (["--wrt", "y"], ["--wrt=y"]):
        done = run("derive", "x.T @ y", "--wrt", "x", *again)
        assert done.exit_code == 2
        assert "--wrt is given twice" in done.stderr


def test_a_mistyped_option_of_derive_is_told() -> None:
    for arguments, message in [
        (["x", "--wrt", "x", "--jsn"], "there is no option --jsn; did you mean --json?"),
        (["--layot", "mixed", "x", "--wrt", "x"], "there is no option --layot; did you mean --layout?"),
        (["x", "y", "--wrt", "x"], "unexpected extra argument (y)"),
        (["-x"], "Missing option '--wrt'"),
    ]:
        done = run("derive", *arguments)
        assert (done.exit_code, done.stdout) == (2, "")
        assert message in done.stderr
    assert "Differentiate EXPR by X" in run("derive", "-h").stdout
