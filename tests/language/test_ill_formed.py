"""Ill-formed and hostile claims: invalid with a place, in bounded time, and nothing is ever executed."""

from __future__ import annotations

import builtins
import os
import re
import subprocess
import time
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from cheatsheet.catalogue.load import load, read_given
from cheatsheet.language.elaborate import Declarations, elaborate_claim
from cheatsheet.language.errors import CatalogueError
from cheatsheet.language.expressions import Symbol
from cheatsheet.language.syntax import ClaimError
from cheatsheet.verdicts.check import verify_text

CORPUS = Path(__file__).parents[1] / "corpus" / "ill-formed.yaml"
SECOND = 20.0  # a guard against hanging, not a measurement: machines may be busy

CATALOGUE = """\
title: {{zh: 册, en: Sheet}}
sections:
  - id: s
    title: {{zh: 节, en: Section}}
    entries:
      - id: e
        name: {{zh: 名, en: Name}}
        given: {given}
        claim: x == x
"""


@cache
def items() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.load(CORPUS.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return found


def text_of(item: dict[str, Any]) -> str:
    """The claim, built where it is too long to be written down."""
    build = item.get("build")
    if build is None:
        return str(item["claim"])
    middle = build["piece"] * build["times"] + build["tail"] + build.get("close", "") * build["times"]
    return str(build["head"] + middle + build.get("rest", ""))


def symbols_of(item: dict[str, Any]) -> dict[str, Symbol]:
    given = yaml.safe_dump(item.get("given") or {}, default_flow_style=True, width=10_000).strip()[1:-1]
    return dict(read_given(given))


def name_of(item: dict[str, Any]) -> str:
    text = re.sub(r"[^ -~]", "?", text_of(item))
    return f"{item['problem']}: {text[:40]} ({item['why']})"


CLAIMS = [item for item in items() if item["problem"] != "given"]
DECLARATIONS = [item for item in items() if item["problem"] == "given"]


@pytest.mark.parametrize("item", CLAIMS, ids=name_of)
def test_an_ill_formed_claim_is_invalid_with_its_place(item: dict[str, Any]) -> None:
    text = text_of(item)
    declared = Declarations(symbols_of(item), item.get("layout", "numerator"))
    started = time.perf_counter()
    verdict = verify_text(text, declared)
    assert time.perf_counter() - started < SECOND
    assert verdict.status == "invalid"
    assert verdict.message
    assert 0 <= verdict.start < max(1, verdict.end)
    assert verdict.start <= len(text)
    if "column" in item:
        assert verdict.start + 1 == item["column"], verdict


@pytest.mark.parametrize("item", DECLARATIONS, ids=name_of)
def test_an_ill_formed_declaration_is_refused_with_its_place(item: dict[str, Any], tmp_path: Path) -> None:
    given = yaml.safe_dump(item["given"], default_flow_style=True, width=10_000).strip()
    path = tmp_path / "c.yaml"
    path.write_text(CATALOGUE.format(given=given), encoding="utf-8")
    started = time.perf_counter()
    with pytest.raises(CatalogueError, match=r"c\.yaml:\d+:\d+: "):
        load(path)
    assert time.perf_counter() - started < SECOND


def test_every_kind_of_problem_occurs() -> None:
    kinds = {item["problem"] for item in items()}
    assert kinds >= {"syntax", "name", "arity", "shape", "wrt", "value", "index", "limit"}
    assert len(items()) >= 200


HOSTILE = [
    "__import__('os').system('touch hacked') == 1",
    "eval('1') == 1",
    "exec('x = 1') == 1",
    "open('f', 'w') == 1",
    "x.__class__ == x",
    "(lambda: 1)() == 1",
    "getattr(x, 'T') == x",
    "x.T.__init__ == x",
    "print(x) == x",
    "[i for i in x] == x",
    "10 ** 10 ** 10 == 1",
    "2 ** 1000000000 * x == x",
    "matrix_power(A, 10 ** 9) == A",
    "x[99999999999] == 1",
    "ones(999999999) == ones(999999999)",
]


def test_nothing_is_executed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither eval, exec nor compile is called, no process started, no file opened, by anything in the corpus."""
    touched: list[str] = []

    def forbidden(name: str) -> Any:
        def refuse(*_: Any, **__: Any) -> None:
            touched.append(name)
            raise AssertionError(f"{name} was called")

        return refuse

    texts = [*HOSTILE, *(text_of(item) for item in CLAIMS if "build" not in item)]
    declared = Declarations(read_given("x: [n], A: [n, n]"))
    verify_text("x + x == 2 * x", declared)  # imports happen before the doors are shut
    with monkeypatch.context() as shut:
        for name in ("eval", "exec", "compile", "open"):
            shut.setattr(builtins, name, forbidden(name))
        shut.setattr(os, "system", forbidden("system"))
        shut.setattr(subprocess, "Popen", forbidden("Popen"))
        for text in texts:
            try:
                elaborate_claim(text, declared)
            except ClaimError:
                continue
    assert not touched


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_claims_are_invalid_at_once(text: str) -> None:
    started = time.perf_counter()
    verdict = verify_text(text, Declarations(read_given("x: [n], A: [n, n]")))
    assert verdict.status == "invalid", verdict
    assert time.perf_counter() - started < SECOND
