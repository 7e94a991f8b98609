"""What the catalogue covers of other collections: the data as it stands, and coverage files that are wrong."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import cheatsheet
from cheatsheet.catalogue.load import parse_catalogue, read_given
from cheatsheet.language.elaborate import Declarations, elaborate_claim
from cheatsheet.language.errors import CatalogueError
from cheatsheet.language.expressions import Equation
from cheatsheet.language.source import SourceFile
from tools.coverage.__main__ import main
from tools.coverage.checking import cited, uncited, unlike
from tools.coverage.data import FILE, Coverage, read_coverage
from tools.coverage.matching import same_subject

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def catalogue() -> cheatsheet.Catalogue:
    return cheatsheet.load(ROOT / "identities.yaml")


@pytest.fixture(scope="module")
def coverage(catalogue: cheatsheet.Catalogue) -> Coverage:
    return read_coverage(catalogue, ROOT / FILE)


# --- the data --------------------------------------------------------------------------------------------------------


def test_every_entry_named_is_there(coverage: Coverage) -> None:
    assert not [problem.headline for problem in coverage.missing]


def test_every_row_resembles_a_claim_of_its_entries_or_says_how_it_is_covered(
    coverage: Coverage, catalogue: cheatsheet.Catalogue
) -> None:
    assert not [problem.render() for row in coverage.rows for problem in unlike(row, catalogue)]


def test_the_sources_in_the_catalogue_agree_with_the_rows(
    coverage: Coverage, catalogue: cheatsheet.Catalogue
) -> None:
    assert not [problem.headline for source in coverage.sources for problem in uncited(source, catalogue)]


def test_the_cookbook_is_covered_as_far_as_was_set(coverage: Coverage) -> None:
    cookbook, wikipedia, seeds = (Counter(row.status for row in s.rows) for s in coverage.sources)
    assert cookbook.total() == 421  # chapters 1, 2, 3, 5, 9 and 10
    assert cookbook["covered"] >= 250
    assert wikipedia["open"] == 0
    assert wikipedia["covered"] >= 110
    assert seeds == {"covered": 23}


def test_every_reason_and_form_is_used(coverage: Coverage) -> None:
    assert {row.out for row in coverage.rows} - {None} == set(coverage.reasons)
    assert {row.form for row in coverage.rows} - {None} == set(coverage.forms)


# --- claims that speak of the same thing -----------------------------------------------------------------------------

ALIKE = [
    ("A: [m, n], B: [n, m], X: [p, q], Y: [q, p]", "tr(A @ B) == tr(B @ A)", "tr(X @ Y) == tr(Y @ X)"),
    ("x: [n], y: [m]", "grad(x.T @ x, x) == 2 * x", "diff(y.T @ y, y) == 2 * y.T"),
    (
        "x: [n], u: {shape: [m], of: x}, a: [p], f: {shape: [q], of: a}",
        "diff(u.T @ u, x) == 2 * u.T @ diff(u, x)",
        "grad(f.T @ f, a) == 2 * diff(f, a).T @ f",
    ),
    ("x: [n], A: [n, n]", "hessian(x.T @ A @ x, x) == A + A.T", "diff(x.T @ A @ x, x, x) == A + A.T"),
    ("x: [n], y: [n]", "dot(x, y) ** 2 == dot(y, x) ** 2", "(x.T @ y) ** 2 == (y.T @ x) ** 2"),
    ("A: [n, n]", "tr(A) == tr(A.T)", "tr(A.T) == sum(A[i, i], i)"),
]
UNLIKE = [
    ("A: {shape: [n, n], is: [symmetric]}, B: [n, n]", "tr(A @ A) == norm(A) ** 2", "tr(A @ B) == tr(B @ A)"),
    ("A: {shape: [n, n], is: [invertible]}", "inv(A) == adj(A) / det(A)", "inv(A) == matrix_power(A, -1)"),
    ("a: [n], b: [n], X: [n, n]", "grad(a.T @ X @ b, X) == a @ b.T", "grad(a.T @ X.T @ b, X) == b @ a.T"),
    ("x: [n], X: [m, n]", "grad(x.T @ x, x) == 2 * x", "grad(tr(X.T @ X), X) == 2 * X"),
    ("A: {shape: [n, n], is: [diagonal]}, B: [n, n]", "A @ B != B @ A", "A @ B == B @ A"),
    ("A: [n, n]", "A @ I(n) == A", "A @ zeros(n, n) == zeros(n, n)"),
]


@pytest.mark.parametrize(("given", "one", "other"), ALIKE)
def test_claims_of_one_form_are_found_to_be_alike(given: str, one: str, other: str) -> None:
    assert same_subject(*typed(given, one, other))


@pytest.mark.parametrize(("given", "one", "other"), UNLIKE)
def test_claims_of_two_forms_are_not(given: str, one: str, other: str) -> None:
    assert not same_subject(*typed(given, one, other))


def typed(given: str, *claims: str) -> list[Equation]:
    declarations = Declarations(read_given(given))
    return [elaborate_claim(text, declarations) for text in claims]


# --- the command -----------------------------------------------------------------------------------------------------

CATALOGUE = """\
title: {zh: 手册, en: Sheet}
sections:
  - id: traces
    title: {zh: 迹, en: Traces}
    entries:
      - id: trace-exchange
        name: {zh: 迹的交换, en: Exchange under the trace}
        given: {A: [m, n], B: [n, m]}
        claim: tr(A @ B) == tr(B @ A)
        source: book, (1)
"""
COVERAGE = """\
reasons: {rank: {zh: 秩, en: rank}}
forms: {special: {zh: 特例, en: a special case}}
sources:
  - title: {zh: 书, en: The book}
    cited: book
    parts:
      - title: {zh: 第一章, en: Chapter one}
        numbers: 1-3
        rows:
          - row: 1
            claim: tr(B @ A) == tr(A @ B)
            entry: trace-exchange
          - row: 2
            formula: $r(A)$
            out: rank
          - row: 3
            given: {C: [n, n]}
            claim: tr(C.T) == tr(C)
"""


@pytest.mark.parametrize(
    ("source", "numbers"),
    [
        ("book, (3)", {3}),
        ("['book, (3), (5)–(7)', 'notes, (9)', 'book, (11)']", {3, 5, 6, 7, 11}),
        ("notes, (3)", set()),
        ("book, § 9.7", set()),
    ],
)
def test_numbers_are_read_off_a_source(source: str, numbers: set[int]) -> None:
    text = CATALOGUE.replace("book, (1)", source)
    (entry,) = parse_catalogue(SourceFile("c.yaml", text), Path("c.yaml"))
    assert cited(entry, "book") == numbers


def run(folder: Path, *replaced: tuple[str, str], arguments: tuple[str, ...] = ()) -> Result:
    """The command on a coverage in which some texts are replaced."""
    text = COVERAGE
    for old, new in replaced:
        assert old in text
        text = text.replace(old, new)
    (folder / "identities.yaml").write_text(CATALOGUE, encoding="utf-8")
    (folder / "docs").mkdir(exist_ok=True)
    (folder / FILE).write_text(text, encoding="utf-8")
    return CliRunner().invoke(main, [str(folder / "identities.yaml"), *arguments])


def test_the_page_is_written_and_then_up_to_date(tmp_path: Path) -> None:
    done = run(tmp_path)
    assert done.exit_code == 0, done.output
    assert "The book: 1 covered, 1 open, 1 out of scope" in done.stdout
    page = (tmp_path / "docs" / "coverage.md").read_text(encoding="utf-8")
    assert "| 1 | `tr(B @ A) == tr(A @ B)` | `trace-exchange` 迹的交换 Exchange under the trace |" in page
    assert "| **The book** | 3 | 1 | 1 | 1 | 2 |" in page
    assert "*out of scope: rank*" in page
    assert run(tmp_path, arguments=("--check",)).exit_code == 0


def test_a_page_out_of_date_fails_the_check_and_is_left_alone(tmp_path: Path) -> None:
    run(tmp_path)
    page = tmp_path / "docs" / "coverage.md"
    page.write_text("old", encoding="utf-8")
    done = run(tmp_path, arguments=("--check",))
    assert done.exit_code == 1
    assert "out of date" in done.stderr
    assert page.read_text(encoding="utf-8") == "old"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("entry: trace-exchange", "entry: trace-exchanged", "there is no entry 'trace-exchanged'"),
        ("tr(B @ A) == tr(A @ B)", "tr(B @ A) == tr(A) * tr(B)", "tr needs a square matrix"),
        ("tr(C.T) == tr(C)", "tr(C.T) == 2 * tr(C)", "this claim is refuted"),
        (
            "tr(B @ A) == tr(A @ B)",
            "vec(A.T).T @ vec(B) == sum(A * B.T)",
            "no claim of trace-exchange resembles",
        ),
        ("entry: trace-exchange", "formula: x", "the source of trace-exchange is book, (1)"),
    ],
)
def test_a_row_that_is_not_as_it_says_writes_nothing(tmp_path: Path, old: str, new: str, said: str) -> None:
    done = run(tmp_path, (old, new))
    assert done.exit_code == 1, done.output
    assert said in done.stderr
    assert not (tmp_path / "docs" / "coverage.md").exists()


def test_a_row_of_another_form_may_say_so(tmp_path: Path) -> None:
    row = "            claim: tr(B @ A) == tr(A @ B)\n            entry: trace-exchange\n"
    new = (
        row.replace("tr(B @ A) == tr(A @ B)", "vec(A.T).T @ vec(B) == sum(A * B.T)")
        + "            form: special\n"
    )
    assert run(tmp_path, (row, new)).exit_code == 0


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("- row: 2", "- row: 1", "row 1 stands here a second time"),
        ("numbers: 1-3", "numbers: 1-4", "there is no row 4"),
        ("numbers: 1-3", "numbers: 1-2", "row 3 is outside 1-2"),
        ("out: rank", "out: ranks", "unknown out 'ranks'"),
        ("out: rank", "outs: rank", "unknown key 'outs'"),
        ("            out: rank\n", "", "nothing covers this row"),
        ("            formula: $r(A)$\n", "", "this row says nothing"),
        ("out: rank", "out: rank\n            entry: trace-exchange", "has an entry and is out of scope"),
        ("            claim: tr(B @ A) == tr(A @ B)\n", "", "this row has an entry and no claim"),
        ("en: rank", "fr: rank", "unknown key 'fr'"),
    ],
)
def test_a_file_that_cannot_be_read_says_where(tmp_path: Path, old: str, new: str, said: str) -> None:
    done = run(tmp_path, (old, new))
    assert done.exit_code == 2
    assert said in done.stderr
    with pytest.raises(CatalogueError):
        read_coverage(cheatsheet.load(tmp_path / "identities.yaml"), tmp_path / FILE)
