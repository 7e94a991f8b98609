"""What stands on the shipped sheet: every formula with its conditions, and indexes by topic."""

from __future__ import annotations

import pytest

from cheatsheet.catalogue.boxes import Choice
from cheatsheet.language.expressions import Symbol, symbols
from cheatsheet.language.glossary import Text
from cheatsheet.pages.indexes import sheet_indexes
from cheatsheet.pages.model import Document, EntryPage, SheetBox, SheetEntry
from cheatsheet.printing.latex import latex_of
from cheatsheet.printing.letters import Letters
from tests.pages.samples import catalogue, page

SAID_ONCE = {"invertible", "nonzero", "integer"}
CHOSEN = [choice for box in catalogue().sheet for choice in box.entries]


def _needs_words(symbol: Symbol) -> bool:
    return symbol.definition is not None or bool(symbol.properties - SAID_ONCE)


@pytest.mark.parametrize("choice", CHOSEN, ids=lambda choice: str(choice.id))
def test_a_formula_stands_on_the_sheet_with_what_it_needs(choice: Choice) -> None:
    entry = catalogue()[choice.id]
    claims = [entry.claims[k - 1] for k in choice.numbers] or list(entry.claims)
    needed = {
        s
        for c in claims
        for side in (c.equation.lhs, c.equation.rhs)
        for s in symbols(side)
        if _needs_words(s)
    }
    if not needed:
        return
    printed = page(entry.id)
    rows = tuple(printed.claims[k - 1] for k in choice.numbers) or printed.claims
    said = SheetEntry(printed, rows).conditions
    names = {name for g in said for name in (g.names or g.latex.partition(" = ")[0]).split(", ")}
    assert {latex_of(s, Letters(s)) for s in needed} <= names


@pytest.mark.parametrize(
    ("name", "topic"),
    [
        ("Gradient of logistic regression", "logistic regression"),
        ("Hessian of the log-determinant", "log-determinant"),
        ("Gaussian with respect to its covariance", "Gaussian"),
        ("Back-propagation, batch normalisation", "batch normalisation"),
        ("Derivative of a vector by a vector, the Jacobian", "vector by a vector"),
        ("Woodbury identity", "Woodbury identity"),
    ],
)
def test_the_index_has_what_a_name_is_about(name: str, topic: str) -> None:
    shown = EntryPage("1.1", "one", Text("名", name), claims=page("woodbury").claims)
    made = Document(
        Text("题", "T"), (), boxes=(SheetBox("A", Text("盒", "box"), (SheetEntry(shown, shown.claims),)),)
    )
    items = [item.text for item in dict(sheet_indexes(made))["index-en"]]
    assert items == [topic]


def test_entries_about_one_thing_share_a_line_of_the_index() -> None:
    pages = [
        EntryPage("1", id_, Text(id_, name))
        for id_, name in (("a", "Determinant"), ("b", "Gradient of the determinant"))
    ]
    boxes = tuple(SheetBox(x, Text(x, x), (SheetEntry(p, ()),)) for x, p in zip("BA", pages, strict=True))
    made = Document(Text("题", "T"), (), boxes=boxes)
    (item,) = dict(sheet_indexes(made))["index-en"]
    assert [p.id for p in item.one_a_box(made.letters)] == ["b", "a"]


def test_what_begins_like_a_shorter_line_of_the_same_box_is_left_out() -> None:
    names = {"a": "Trace", "b": "Gradient of the trace of exp", "c": "Trace trick"}
    pages = {id_: EntryPage("1", id_, Text(id_, name)) for id_, name in names.items()}
    boxes = tuple(
        SheetBox(x, Text(x, x), tuple(SheetEntry(pages[id_], ()) for id_ in ids))
        for x, ids in (("A", "ab"), ("B", "c"))
    )
    made = Document(Text("题", "T"), (), boxes=boxes)
    assert [item.text for item in dict(sheet_indexes(made))["index-en"]] == ["Trace", "Trace trick"]
