"""Loading: what a catalogue may look like, and what is said of one that does not."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
import time
from fractions import Fraction
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

import cheatsheet
from cheatsheet.catalogue.boxes import Choice
from cheatsheet.catalogue.load import READERS
from cheatsheet.catalogue.schema import (
    BILINGUAL,
    BOX,
    CATALOGUE,
    DERIVATION,
    ENTRY,
    KINDS,
    LINE,
    PITFALL,
    SECTION,
    SYMBOL,
    schema_text,
)
from cheatsheet.language.errors import Position
from cheatsheet.language.source import Passage, SourceFile
from cheatsheet.language.syntax import ClaimError
from tests.catalogue.texts import one_entry, read

# --- words stay words ------------------------------------------------------------------------------------------------


def test_words_that_yaml_takes_for_truth_values_stay_words() -> None:
    entry = one_entry("given: {n: [y, no], y_1: [on], yes: {shape: [y], of: off}, off: [Y]}\nclaim: n == n\n")
    assert {name: str(symbol.shape) for name, symbol in entry.given.items()} == {
        "n": "y×no",
        "y_1": "on×1",
        "yes": "y×1",
        "off": "Y×1",
    }
    assert [symbol.name for symbol in entry.given["yes"].of] == ["off"]


def test_numbers_stay_as_they_are_written() -> None:
    entry = one_entry("given: {x: [n]}\nclaim: x == x\nsource: 1.10\ntags: [0x1F, 2024-01-01]\n")
    assert entry.source == "1.10"
    assert entry.tags == ("0x1F", "2024-01-01")


# --- what a catalogue holds ------------------------------------------------------------------------------------------


def test_entry_has_everything_that_was_written() -> None:
    entry = one_entry(
        """
        layout: denominator
        given: {A: {shape: [n, n], is: [symmetric, invertible]}, u: {shape: [m], of: [x, t]}, x: [n], t: []}
        let: {p: softmax(x)}
        claim: [A == A.T, p == softmax(x)]
        note: {zh: 注, en: Note}
        pitfalls:
          - {claim: A == 2 * A, why: {zh: 错, en: Wrong}}
          - claim: A == -A
        example: {x: [1, -2], t: 1/3, A: [[0.5, 1], [1, .5e1]]}
        tags: [one, two]
        aliases: [three, 四]
        source: [D2L, 'cookbook, (57), (58)']
        unproved: accepted
        """
    )
    assert entry.layout == "denominator"
    assert entry.given["A"].properties == {"symmetric", "invertible"}
    assert [symbol.name for symbol in entry.given["u"].of] == ["x", "t"]
    assert entry.let == {"p": "softmax(x)"}
    assert [(c.text, c.expect) for c in entry.all_claims] == [
        ("A == A.T", "holds"),
        ("p == softmax(x)", "holds"),
        ("A == 2 * A", "fails"),
        ("A == -A", "fails"),
    ]
    assert entry.note is not None
    assert (entry.name["zh"], entry.note["en"], entry.tags, entry.source) == (
        "名",
        "Note",
        ("one", "two"),
        "D2L; cookbook, (57), (58)",
    )
    assert (entry.aliases, entry.unproved) == (("three", "四"), True)
    assert [p.why and p.why.en for p in entry.pitfalls] == ["Wrong", None]
    assert entry.example == {
        "x": ((1,), (-2,)),
        "t": ((Fraction(1, 3),),),
        "A": ((Fraction(1, 2), 1), (1, 5)),
    }


def test_a_row_takes_a_plain_list_or_a_nested_one() -> None:
    for value in ("[1, 2]", "[[1, 2]]"):
        entry = one_entry(f"given: {{r: [1, n]}}\nclaim: r == r\nexample: {{r: {value}}}\n")
        assert entry.example == {"r": ((1, 2),)}


def test_entries_are_found_by_id_and_in_order() -> None:
    catalogue = cheatsheet.load()
    ids = [entry.id for entry in catalogue]
    assert ids == [entry.id for section in catalogue.sections for entry in section.entries]
    assert len(catalogue) == len(ids)
    assert ids[3] in catalogue
    assert catalogue[ids[3]].id == ids[3]
    with pytest.raises(KeyError, match="did you mean quadratic-form"):
        catalogue["quadratic-from"]


def test_symbols_of_the_catalogue_serve_the_entries_that_mention_them() -> None:
    head = "symbols: {x: [n], A: [m, n], u: {shape: [m], of: x}}\n"
    entry = one_entry("given: {y: [m]}\nclaim: y.T @ A @ x == x.T @ A.T @ y\n", head)
    assert list(entry.claims[0].declarations.symbols) == ["x", "A", "y"]
    assert list(entry.given) == ["y"]
    assert str(entry.claims[0].lhs) == "y.T @ A @ x"


def test_what_an_entry_declares_hides_the_symbol_of_the_catalogue() -> None:
    head = "symbols: {x: [n], u: {shape: [m], of: x}, p: [q]}\n"
    entry = one_entry("given: {x: [p, 2]}\nclaim: diff(u[i], x[j, k]) == diff(u[i], x[j, k])\n", head)
    symbols = entry.claims[0].declarations.symbols
    assert str(symbols["x"].shape) == "p×2"
    assert symbols["u"].of == (symbols["x"],)
    with pytest.raises(ClaimError, match="p is a dimension"):
        _ = one_entry("given: {x: [p, 2]}\nclaim: x[p, 0] == 0\n", head).claims[0].equation


def test_symbols_of_a_section_hide_those_of_the_file() -> None:
    catalogue = read(
        "title: {zh: 手册, en: Sheet}\nsymbols: {x: [n], u: {shape: [m], of: x}, r: [q]}\nsections:\n"
        "  - {id: s, title: {zh: 节, en: Section}, part: {zh: 篇, en: Part}, symbols: {x: [p, r]},\n"
        "     entries: [{id: a, name: {zh: 名, en: Name}, claim: 'diff(u[i], x[j, k]) == r'},\n"
        "               {id: b, name: {zh: 名, en: Name}, given: {x: []}, claim: 'diff(u, x) == u'}]}\n"
        "  - {id: t, title: {zh: 节, en: Section}, entries: [{id: c, name: {zh: 名, en: Name}, claim: x == x}]}\n"
    )
    first, second = catalogue.sections
    assert first.part is not None
    assert (first.part.zh, second.part) == ("篇", None)
    assert list(first.symbols) == ["x"]
    shapes = {e.id: {s.name: str(s.shape) for s in e.scope.defaults.values()} for e in catalogue}
    assert shapes["a"] == {"x": "p×r", "u": "m×1"}
    assert shapes["b"] == {"u": "m×1"}
    assert shapes["c"] == {"x": "n×1", "u": "m×1", "r": "q×1"}
    assert catalogue["a"].scope.defaults["u"].of == (catalogue["a"].scope.defaults["x"],)
    assert catalogue["b"].scope.defaults["u"].of == (catalogue["b"].given["x"],)


def test_a_pitfall_may_declare_symbols_and_choose_a_layout() -> None:
    entry = one_entry(
        """
        given: {A: [m, n], x: [n], u: {shape: [n], of: x}}
        let: {y: A @ x}
        claim: diff(y, x) == A
        pitfalls:
          - {claim: 'diff(y, x) == A.T', given: {A: [n, n]}}
          - {claim: 'diff(y, x) == A', layout: denominator}
          - {claim: 'diff(y, x) == u', given: {y: [m]}}
          - {claim: 'diff(y, x) == A.T'}
        """
    )
    square, flipped, hidden, plain = (pitfall.claim for pitfall in entry.pitfalls)
    assert (str(square.declarations.symbols["A"].shape), str(square.lhs.shape)) == ("n×n", "n×n")
    assert str(entry.claims[0].declarations.symbols["A"].shape) == "m×n"
    assert [list(pitfall.given) for pitfall in entry.pitfalls] == [["A"], [], ["y"], []]
    assert [c.scope.layout for c in (square, flipped, plain)] == ["numerator", "denominator", "numerator"]
    assert not hidden.scope.let
    with pytest.raises(ClaimError, match="n×m"):
        _ = flipped.equation
    with pytest.raises(ClaimError, match="n×m"):
        _ = plain.equation
    assert square.check().verdict.status == "refuted"


def test_sources_are_named_by_the_table() -> None:
    head = "sources: {cookbook: The Matrix Cookbook, zhang: {zh: 张贤达《矩阵分析与应用》, en: Zhang}}\n"
    entry = one_entry("claim: 1 == 1\nsource: ['cookbook, (57), (58)', zhang]\n", head)
    first, second = entry.citations
    assert (first.key, first.place, first.full["zh"]) == (
        "cookbook",
        "(57), (58)",
        "The Matrix Cookbook, (57), (58)",
    )
    assert (second.key, second.place, second.full["zh"]) == ("zhang", "", "张贤达《矩阵分析与应用》")
    assert one_entry("claim: 1 == 1\n", head).citations == ()


# --- claims are read later, and their errors point into the file -----------------------------------------------------


def test_an_ill_formed_claim_is_no_error_of_the_file() -> None:
    claims = ["A @ == B", "zz == zz", "1", "'text'", "x[:1] == 0", "__import__('os') == 0", " "]
    for claim in claims:
        entry = one_entry(f"given: {{x: [n]}}\nclaim: {json.dumps(claim)}\n")
        with pytest.raises(ClaimError):
            _ = entry.claims[0].equation


@pytest.mark.parametrize(
    "claim",
    [
        "x + zz == x",
        "'x + zz == x'",
        '"x + zz == x"',
        '"\\x78 + \\u007A\\x7a == x"',
        '"x \\\n  + zz == x"',
        "x\n  + zz\n\n  == x",
        "'x\n  + zz == x'",
        "|\n  x\n    + zz == x",
        ">-\n  x +\n  zz\n  == x\n",
        ">2\n   x +\n\n   zz == x\n",
        "|+\n\n  x + zz == x\n\n",
        "[x == x, x + zz == x]",
        "\n  - x == x\n  - >\n    x\n    + zz\n    == x",
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_problem_points_at_the_word_in_the_file(claim: str, newline: str) -> None:
    body = f"given: {{x: [n]}}\nclaim: {claim}\nnote: {{zh: 注, en: Note}}"
    entry_text = textwrap.indent(body, "        ")
    text = (
        "title: {zh: 手册, en: Sheet}\nsections:\n  - id: s\n    title: {zh: 节, en: Section}\n"
        f"    entries:\n      - id: a\n        name: {{zh: 名, en: Name}}\n{entry_text}\n"
    ).replace("\n", newline)
    bad = read(text)["a"].claims[-1]
    with pytest.raises(ClaimError, match="unknown name zz") as caught:
        _ = bad.equation
    problem = bad.problem(caught.value)
    assert problem.position is not None
    line = text.split(newline)[problem.position.line - 1]
    expected = "\\u007A\\x7a" if "x7a" in claim else "zz"
    assert line[problem.position.column - 1 :].startswith(expected)
    assert problem.source == line
    assert problem.width == len(expected)


SCALAR_LINES = st.lists(
    st.sampled_from(
        ["a", "b c", "it's", '"q', "\\x41", "\\n", "", "  ", " z", "\t", "秩", "end ", "#", "- k", "\\"]
    ),
    min_size=1,
    max_size=8,
)


@example(["x\\", "  ", "  ", " a"], '"', "\n")
@settings(max_examples=400, deadline=None)
@given(
    SCALAR_LINES,
    st.sampled_from(["", "'", '"', "|", ">", "|-", ">+", "|2", ">2-"]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_every_character_of_a_scalar_is_found_where_it_was_written(
    lines: list[str], style: str, newline: str
) -> None:
    if style in ("", "'", '"'):
        text = f"key: {style}" + "\n   ".join(lines) + f"{style}\n"
    else:
        text = f"key: {style}\n" + "".join(f"  {line}\n" for line in lines)
    text = text.replace("\n", newline)
    try:
        scalars = [e for e in yaml.parse(text, Loader=yaml.SafeLoader) if isinstance(e, yaml.ScalarEvent)]
    except yaml.YAMLError:
        return
    file = SourceFile("a.yaml", text)
    for event in scalars:
        start = Position(event.start_mark.line + 1, event.start_mark.column + 1)
        passage = Passage(event.value, file, start, event.style or "")
        for offset, character in enumerate(event.value):
            if not character.isspace():
                place = file.offset(passage.position(offset))
                assert text[place] == character or text[place] in "\\'"


# --- let -------------------------------------------------------------------------------------------------------------


def test_a_definition_may_use_another_one_written_later() -> None:
    entry = one_entry("given: {x: [n]}\nlet: {q: p.T @ p, p: softmax(x)}\nclaim: q == q\n")
    q = entry.claims[0].lhs
    assert str(q) == "q"
    assert str(q.definition) == "p.T @ p"  # type: ignore[attr-defined]


def test_the_symbols_that_vary_in_a_definition_are_those_of_the_claim() -> None:
    entry = one_entry("given: {X: [n, n]}\nlet: {E: inv(X) @ d(X)}\nclaim: d(inv(X)) == -E @ inv(X)\n")
    assert entry.claims[0].lhs.params == (frozenset({"X"}),)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("let", "message", "place"),
    [
        ("{p: softmax(xx)}", "unknown name xx, in the definition of p", "xx)}"),
        ("{p: softmax(x}", "expected ')' to close '(' in column 8, found the end of the text, in", "}"),
        ('{p: "x[i]"}', "the index i is free here, in the definition of p", 'i]"}'),
        ("{p: q, q: 2 * p}", "the definition leads back to itself, in the definition of p", "q, q"),
        ("{p: p}", "the definition leads back to itself, in the definition of p", "p}"),
    ],
)
def test_an_ill_formed_definition_is_an_error_of_the_claims_that_use_it(
    let: str, message: str, place: str
) -> None:
    entry = one_entry(f"given: {{x: [n]}}\nlet: {let}\nclaim: [p == p, x == x]\n")
    bad, good = entry.claims
    with pytest.raises(ClaimError) as caught:
        _ = bad.equation
    assert caught.value.message.startswith(message)
    problem = bad.problem(caught.value)
    assert problem.position is not None
    assert problem.source[problem.position.column - 1 :].startswith(place)
    assert good.equation.lhs == good.equation.rhs


def test_definitions_that_double_one_another_are_refused() -> None:
    doubling = ", ".join(f"a{i + 1}: a{i} + a{i}" for i in range(90))
    entry = one_entry(f"given: {{x: [n]}}\nlet: {{a0: x, {doubling}}}\nclaim: a90 == a90\n")
    start = time.process_time()
    with pytest.raises(ClaimError, match="what this stands for is too large"):
        _ = entry.claims[0].equation
    assert time.process_time() - start < 20


# --- schema, package -------------------------------------------------------------------------------------------------


def test_the_json_schema_is_up_to_date() -> None:
    committed = (Path(__file__).parents[2] / "catalogue.schema.json").read_text(encoding="utf-8")
    assert committed == schema_text(), "run: python -m cheatsheet.catalogue.schema > catalogue.schema.json"


def test_every_kind_of_value_has_a_reader_and_a_schema() -> None:
    tables = (CATALOGUE, BOX, SECTION, ENTRY, DERIVATION, LINE, PITFALL, BILINGUAL)
    assert {key.kind for table in tables for key in table.values()} == READERS.keys()
    assert {key.kind for table in (*tables, SYMBOL) for key in table.values()} == KINDS.keys()


def test_loading_imports_neither_sympy_nor_numpy_nor_the_operator_table() -> None:
    code = (
        "import sys, cheatsheet; cheatsheet.load();"
        "print([m for m in ('sympy', 'numpy', 'jinja2', 'rich', 'cheatsheet.operators') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_catalogue_is_found_from_any_directory(tmp_path: Path) -> None:
    code = "import cheatsheet; print(len(cheatsheet.load()), callable(cheatsheet.load))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert int(done.stdout.split()[0]) == len(cheatsheet.load())


def test_the_public_name_stays_a_function_after_its_module_was_imported() -> None:
    import cheatsheet.catalogue.load

    assert callable(cheatsheet.load)
    with pytest.raises(AttributeError, match="no attribute 'lod'"):
        _ = cheatsheet.lod  # type: ignore[attr-defined]


# --- the boxes of the sheet ------------------------------------------------------------------------------------------

BOXES = """
sheet:
  - title: {zh: 盒, en: Box}
    entries: [a, {a: 2}]
  - title: {zh: 错, en: Wrong}
    mistakes:
      - a: [1]
base_url: https://example.org/sheet
"""


def test_the_sheet_is_what_its_boxes_choose() -> None:
    body = "claim: [1 == 1, 2 == 2]\npitfalls: [{claim: 1 == 2}]"
    lines = textwrap.indent(body, "        ")
    text = (
        f"title: {{zh: 手册, en: Sheet}}{BOXES}sections:\n  - id: s\n    title: {{zh: 节, en: Section}}\n"
        f"    entries:\n      - id: a\n        name: {{zh: 名, en: Name}}\n{lines}\n"
    )
    catalogue = read(text)
    right, wrong = catalogue.sheet
    assert (right.title["en"], right.entries) == ("Box", (Choice("a"), Choice("a", (2,))))
    assert (wrong.entries, wrong.mistakes) == ((), (Choice("a", (1,)),))
    assert catalogue.base_url == "https://example.org/sheet"
