"""What objects show of themselves: one short line at a prompt, formulas and HTML in a notebook."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import cheatsheet
from cheatsheet.catalogue.entries import Catalogue
from cheatsheet.catalogue.load import parse_catalogue
from cheatsheet.catalogue.reports import check_entries
from cheatsheet.language.source import SourceFile

LONG = " + ".join(f"x[{k}] ** 2" for k in range(60))
TEXT = f"""\
title: {{zh: 手册, en: Sheet & more}}
symbols: {{t: []}}
sections:
  - id: s
    title: {{zh: 节, en: A <section>}}
    intro: {{zh: 引, en: Intro}}
    entries:
      - id: a
        name: {{zh: 名, en: "Name <b>"}}
        given: {{x: [n], A: {{shape: [n, n], is: [symmetric]}}, u: {{shape: [n], of: t}}}}
        let: {{p: softmax(x)}}
        claim: ["diff(x.T @ A @ x, x) == 2 * x.T @ A", A @ A != A, sum(p) == 1]
        pitfalls: [{{claim: "diff(x.T @ x, x) == x.T", why: {{zh: 因, en: "$a < b$"}}}}]
        note: {{zh: 注, en: Note}}
        example: {{x: [1], A: [[1]]}}
      - {{id: b, name: {{zh: 名, en: Name}}, claim: "1 +"}}
      - {{id: c, name: {{zh: 名, en: Name}}, given: {{x: [n]}}, claim: "{LONG} == 1"}}
"""


def catalogue(padding: str = "") -> Catalogue:
    return parse_catalogue(SourceFile("a.yaml", TEXT + padding), Path("a.yaml"))


def roots(catalogue: Catalogue) -> list[Any]:
    """What a user can get hold of: objects that functions return, and errors."""
    found: list[Any] = [catalogue, check_entries(catalogue)]
    for expression, wrt in [("x.T @ A @ x", "x"), ("u @ v.T", "v"), ("tr(A @ B @ A.T)", "A")]:
        found.append(cheatsheet.derive(expression, wrt=wrt))
    for read in (lambda: cheatsheet.derive("x + (" + "y" * 300, wrt="x"), lambda: cheatsheet.load("/" * 9)):
        with pytest.raises((cheatsheet.ClaimError, cheatsheet.CatalogueError)) as caught:
            read()
        found.append(caught.value)
    return found


def reachable(things: Iterable[Any]) -> Iterator[Any]:
    """Every object of the program that public attributes lead to."""
    stack, seen = list(things), {}
    while stack:
        thing = stack.pop()
        if id(thing) in seen:
            continue
        seen[id(thing)] = thing
        assert len(seen) < 10_000
        if isinstance(thing, Mapping):
            stack += thing.values()
        elif isinstance(thing, (tuple, list, frozenset)):
            stack += thing
        elif type(thing).__module__.startswith("cheatsheet"):
            yield thing
            endless = {"increment", "transposed", "views"}  # each leads to a new object of the same kind
            for name in dir(thing):
                if name[0] != "_" and name not in endless:
                    with suppress(cheatsheet.ClaimError):  # what an ill-formed claim has not
                        stack += [value] if not callable(value := getattr(thing, name)) else []


def test_repr_is_one_short_line_that_does_not_grow_with_the_file() -> None:
    shown: dict[str, list[int]] = {}
    for padding in ("", "# padding\n" * 100_000):
        read = catalogue(padding)
        kept = list(reachable(roots(read)))
        for thing in kept:
            line = repr(thing)
            name = type(thing).__name__
            assert "\n" not in line, name
            assert len(line) <= 200, line
            shown.setdefault(name, []).append(len(line))
    expected = (
        "Catalogue Section Entry Claim Pitfall Scope Passage SourceFile Problem Position Text Symbol Shape Axis "
        "Verdict Counterexample CatalogueReport EntryReport ClaimReport Derivative ClosedForm Differential Step "
        "Equation Apply Index CatalogueError ClaimError"
    )
    assert set(expected.split()) <= shown.keys()
    small, large = (repr(check_entries(catalogue(padding))) for padding in ("", "# padding\n" * 100_000))
    assert small == large


def test_repr_tells_what_it_is() -> None:
    read = catalogue()
    entry = read["a"]
    derivative = cheatsheet.derive("x.T@A@x", wrt="x")
    assert [
        repr(thing) for thing in (read, read.sections[0], entry, entry.claims[0], entry.pitfalls[0].claim)
    ] == [
        "Catalogue('a.yaml', 1 section, 3 entries)",
        "Section('s', 3 entries)",
        "Entry('a', 3 claims, 1 pitfall)",
        "Claim('diff(x.T @ A @ x, x) == 2 * x.T @ A')",
        "Claim('diff(x.T @ x, x) == x.T', fails)",
    ]
    assert repr(entry.check()) == "EntryReport('a', proved, ok)"
    assert repr(derivative) == "Derivative('x.T@A@x' by 'x': x.T @ (A + A.T), numerator)"
    long = repr(read["c"].claims[0])
    assert long.startswith("Claim('x[0] ** 2 + x[1] ** 2")
    assert long.endswith("…')")


def test_an_expression_is_written_in_full_where_it_is_printed() -> None:
    side = catalogue()["c"].claims[0].lhs
    assert str(side).count("x[") == 60


class Balance(HTMLParser):
    """Fails where tags are not closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_a_notebook_shows_formulas_and_escaped_html() -> None:
    read = catalogue()
    entry = read["a"]
    derivative = cheatsheet.derive("x.T @ A @ x", wrt="x")
    verdict, refuted = entry.claims[0].check().verdict, entry.pitfalls[0].claim.check()
    for thing in (read, entry, entry.claims[0], verdict, derivative):
        latex = thing._repr_latex_()
        assert latex is not None
        assert latex.startswith(r"$\displaystyle ")
        assert latex.endswith("$")
    things = [
        read,
        entry,
        *entry.claims,
        read["b"].claims[0],
        read["c"],
        verdict,
        refuted,
        entry.check(),
        derivative,
    ]
    for thing in things:
        html = thing._repr_html_()
        assert len(html) < 20_000
        balance = Balance()
        balance.feed(html)
        assert balance.open == []
        assert "<b>" not in html.replace("<b>名", "").replace("<b>手册", "")
    assert "Name &lt;b&gt;" in entry._repr_html_()
    assert "$a &lt; b$" in entry._repr_html_()
    assert r"\boldsymbol{x}" in entry._repr_html_()
    assert "counterexample" not in verdict._repr_html_()
    assert "refuted" in refuted._repr_html_()
    assert read["b"].claims[0]._repr_latex_() is None  # ill-formed
    assert "x.T @ (A + A.T)" in derivative._repr_html_()
    assert "<details>" not in derivative._repr_html_()
    assert derivative.steps
    assert "<details>" in derivative._repr_html_()


def test_displaying_verifies_nothing_and_is_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    read = cheatsheet.load()
    derivative = cheatsheet.derive("logdet(A)", wrt="A")
    derivative._repr_html_(), read["quadratic-form"]._repr_html_()  # what is loaded once

    def refuse(*arguments: object) -> None:
        raise AssertionError("something was verified")

    for place in ("verdicts.check", "derivatives.derivative"):
        monkeypatch.setattr(f"cheatsheet.{place}.verify", refuse)
    start = time.process_time()
    things = [read, derivative, *list(read)[:60]]
    assert all(thing._repr_html_() and repr(thing) and len(thing._repr_html_()) < 20_000 for thing in things)
    assert time.process_time() - start < 0.05 * 2 * len(things)
