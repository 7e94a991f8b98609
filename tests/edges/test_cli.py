"""The command line: exit statuses, streams, JSON, and what a person reads."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

import cheatsheet
from tests.edges.commands import run

HEAD = """\
title: {zh: 手册, en: Sheet}
sections:
  - id: s
    title: {zh: 节, en: Section}
    entries:
"""
GOOD = (
    HEAD
    + """\
      - id: quadratic-form
        name: {zh: 二次型, en: Quadratic form}
        given: {x: [n], A: [n, n]}
        claim: diff(x.T @ A @ x, x) == x.T @ (A + A.T)
        pitfalls:
          - claim: diff(x.T @ A @ x, x) == 2 * x.T @ A
            why: {zh: 只有 $A$ 对称时才成立, en: only when $A$ is symmetric}
          - claim: diff(x.T @ A @ x, x) == 2 * A @ x
      - id: not-commutative
        name: {zh: 不可交换, en: Not commutative}
        given: {A: [n, n], B: [n, n]}
        claim: A @ B != B @ A
      - id: words-only
        name: {zh: 说明, en: Words}
        note: {zh: 没有等式, en: no equation}
"""
)
BAD = (
    HEAD
    + """\
      - id: wrong
        name: {zh: 错, en: Wrong}
        given: {x: [n], A: [n, n]}
        let: {p: softmax(xx)}
        claim:
          - diff(x.T @ A @ x, x) == 2 * x.T @ A
          - diff(x.T @ A @ x, x) == 2 * A @ x
          - x == x
        pitfalls:
          - claim: A.T.T == A
          - claim: p == p
"""
)


ONE = """title: {{zh: 手册, en: Sheet}}
sections:
  - id: s
    title: {{zh: 节, en: Section}}
    entries:
      - id: a
        name: {{zh: 名, en: Name}}
        {body}"""


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return written(tmp_path / "good.yaml", GOOD)


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    return written(tmp_path / "bad.yaml", BAD)


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def run_process(*arguments: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cheatsheet", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, **options)


# --- exit statuses and streams ---------------------------------------------------------------------------------------


def test_exit_statuses_of_a_real_process(good: Path, bad: Path, tmp_path: Path) -> None:
    broken = written(tmp_path / "broken.yaml", "title: [")
    for arguments, status in [
        (["check", good], 0),
        (["check", bad], 1),
        (["check", broken], 2),
        (["check", tmp_path / "none.yaml"], 2),
        (["check", tmp_path], 2),
        (["check", good, "no-such-id"], 2),
        (["check", "--no-such-option"], 2),
        (["no-such-command"], 2),
        (["show", "quadratic-form", good], 0),
        (["show", "wrong", bad], 1),
        (["show", "quadratic-from", good], 2),
        (["build", bad, "-o", tmp_path / "out"], 1),
        (["build", good, "--lang", "fr"], 2),
        (["--version"], 0),
    ]:
        done = run_process(*arguments)
        assert done.returncode == status, (arguments, done.stdout, done.stderr)
        assert bool(done.stdout) == (status < 2 and "build" not in arguments), (arguments, done.stdout)
        assert status < 2 or done.stderr, arguments
        assert "Traceback" not in done.stderr


def test_results_go_to_standard_output_and_messages_to_standard_error(bad: Path, tmp_path: Path) -> None:
    done = run("check", bad)
    assert done.exit_code == 1
    assert "✗ wrong" in done.stdout
    assert done.stderr == f"checking {bad}\n"
    refused = run("build", bad, "-o", tmp_path / "out")
    assert refused.exit_code == 1
    assert refused.stdout == ""
    assert "✗ wrong" in refused.stderr
    assert "nothing is printed until every claim is as expected" in refused.stderr
    assert not (tmp_path / "out").exists()


def test_problems_of_a_file_are_all_told_with_their_places(tmp_path: Path) -> None:
    path = written(tmp_path / "c.yaml", "title: {zh: 手册}\nlayout: rows\nsections: {}\n")
    done = run("check", path)
    assert done.exit_code == 2
    heads = [line for line in done.stderr.splitlines() if line.startswith(str(path))]
    assert heads == [
        f"{path}:1:8: 'en' is missing; a text in two languages needs zh and en",
        f"{path}:2:9: unknown layout 'rows'; expected numerator, denominator or mixed",
        f"{path}:3:11: this is a mapping; expected a list in which each item is a section and starts with -",
    ]


def test_mistyped_words_get_suggestions(good: Path) -> None:
    assert "did you mean check?" in run("chekc").stderr
    assert "did you mean quadratic-form?" in run("check", good, "quadratic-from").stderr
    assert "did you mean numerator?" in run("check", good).stderr + run_layout("numertor", good).stderr


def run_layout(layout: str, good: Path) -> Result:
    good.write_text(f"layout: {layout}\n" + GOOD, encoding="utf-8")
    return run("check", good)


def test_a_terminal_without_the_characters_gets_no_traceback(bad: Path) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0"}
    done = run_process("check", bad, env=environment, encoding="latin-1")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "? wrong" in done.stdout


# --- check -----------------------------------------------------------------------------------------------------------


def test_check_json_is_one_document_of_the_agreed_form(good: Path) -> None:
    done = run("check", good, "--json")
    assert done.exit_code == 0
    document = json.loads(done.stdout)
    assert document["ok"] is True
    assert document["summary"] == {
        "proved": 2,
        "checked": 0,
        "sampled": 0,
        "refuted": 1,
        "invalid": 1,
        "undecided": 0,
    }
    quadratic, commutator, words = document["entries"]
    assert (quadratic["id"], quadratic["ok"]) == ("quadratic-form", True)
    claim, pitfall, ill_formed = quadratic["claims"]
    assert claim["claim"] == "diff(x.T @ A @ x, x) == x.T @ (A + A.T)"
    assert (claim["expect"], claim["verdict"]) == ("holds", "proved")
    assert claim["seconds"] >= 0
    assert (pitfall["expect"], pitfall["verdict"]) == ("fails", "refuted")
    example = pitfall["counterexample"]
    assert example["dims"] == {"n": 2}
    assert example["left"] != example["right"]
    x, A = (example["values"][name] for name in ("x", "A"))
    left = [sum(x[i][0] * (A[i][j] + A[j][i]) for i in range(2)) for j in range(2)]
    right = [sum(2 * x[i][0] * A[i][j] for i in range(2)) for j in range(2)]
    assert (example["left"], example["right"]) == ([left], [right])
    assert (ill_formed["verdict"], ill_formed["line"], ill_formed["column"]) == ("invalid", 13, 20)
    assert ill_formed["message"] == "the left side is 1×n and the right side is n×1"
    assert commutator["claims"][0]["verdict"] == "proved"
    assert commutator["claims"][0]["witness"]["left"] != commutator["claims"][0]["witness"]["right"]
    assert words == {"id": "words-only", "ok": True, "claims": []}


def test_an_undecided_claim_passes_where_its_entry_accepts_it_and_is_counted_apart(tmp_path: Path) -> None:
    body = "given: {a: []}\n        claim: [log(-a ** 2) == 0, a == a]\n        pitfalls: [{claim: a == 2 * a}]\n"
    path = written(tmp_path / "c.yaml", ONE.format(body=body))
    assert run("check", path, "--json").exit_code == 1
    path = written(tmp_path / "c.yaml", ONE.format(body=body + "        unproved: accepted\n"))
    done = run("check", path, "--json")
    document = json.loads(done.stdout)
    assert (done.exit_code, document["ok"]) == (0, True)
    assert (document["summary"]["undecided"], document["summary"]["accepted"]) == (0, 1)
    first, second, pitfall = document["entries"][0]["claims"]
    assert (first["verdict"], first["accepted"]) == ("undecided", True)
    assert "accepted" not in second | pitfall
    text = run("check", path).stdout
    assert "accepted, although undecided: log(-a ** 2) == 0" in text
    assert "1 accepted; all as expected" in text


def test_what_is_refuted_is_not_accepted_and_what_is_proved_need_not_be(tmp_path: Path) -> None:
    def checked(claim: str, pitfall: str) -> Result:
        body = f"given: {{a: []}}\n        claim: {claim}\n        unproved: accepted\n"
        body += f"        pitfalls: [{{claim: {pitfall}}}]\n"
        return run("check", written(tmp_path / "c.yaml", ONE.format(body=body)))

    assert checked("a == 2 * a", "a == 2 * a").exit_code == 1
    assert checked("a == a", "log(-a ** 2) == 0").exit_code == 1
    done = checked("a == a", "a == 2 * a")
    assert done.exit_code == 0
    assert f"{tmp_path}/c.yaml:6:9: warning: no claim is undecided: `unproved` is not needed" in done.stderr


def test_check_looks_at_the_entries_named_only(good: Path) -> None:
    document = json.loads(run("check", good, "words-only", "not-commutative", "--json").stdout)
    assert [entry["id"] for entry in document["entries"]] == ["words-only", "not-commutative"]


def test_without_a_file_the_one_of_the_directory_is_read_and_named(tmp_path: Path) -> None:
    (tmp_path / "identities.yaml").write_text(GOOD, encoding="utf-8")
    done = run_process("check", "words-only", "--json", cwd=tmp_path)
    document = json.loads(done.stdout)
    assert [entry["id"] for entry in document["entries"]] == ["words-only"]
    assert document["file"] == "identities.yaml"
    assert done.stderr == "checking identities.yaml\n"


@pytest.mark.parametrize(
    "command", [["check"], ["check", "trace", "--json"], ["build"], ["new", "a", "--section", "s"]]
)
def test_where_no_catalogue_is_named_and_none_is_there_nothing_is_read(
    tmp_path: Path, command: list[str]
) -> None:
    done = run_process(*command, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "there is no" in done.stderr.replace("identities.yaml: ", "")
    assert "identities.yaml" in done.stderr
    assert not list(tmp_path.iterdir())


def test_the_catalogue_of_the_program_is_read_where_it_is_asked_for(tmp_path: Path) -> None:
    first = next(iter(cheatsheet.load())).id
    done = run_process("check", first, "--packaged", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stderr.splitlines() == [f"checking {cheatsheet.load().path}"]
    assert run_process("check", "here.yaml", "--packaged", cwd=tmp_path).returncode == 2
    shown = run_process("show", first, cwd=tmp_path)  # who looks something up need not have a catalogue
    assert shown.returncode == 0
    assert shown.stderr == f"no identities.yaml here; reading {cheatsheet.load().path}\n"


def test_a_failing_claim_is_shown_with_its_place_its_counterexample_and_a_hint(bad: Path) -> None:
    text = run("check", bad).stdout
    assert f"{bad}:11:13: this claim is refuted" in text
    assert "11 |           - diff(x.T @ A @ x, x) == 2 * x.T @ A" in text
    assert "counterexample with n = 2:" in text
    assert f"{bad}:12:13: the left side is 1×n and the right side is n×1" in text
    assert "hint: one side needs .T, or another layout is meant" in text
    assert f"{bad}:15:20: this pitfall is proved, and it must fail" in text
    assert f"{bad}:9:26: unknown name xx, in the definition of p" in text
    assert text.splitlines()[-1] == "1 entry: 2 proved, 1 refuted, 2 invalid; 1 not as expected"


def test_a_pitfall_does_not_pass_because_its_definition_is_broken(bad: Path) -> None:
    entry = cheatsheet.load(bad)["wrong"]
    assert [report.ok for report in entry.check().claims] == [False, False, True, False, False]


def test_an_ill_formed_claim_carries_line_and_column_in_the_file(tmp_path: Path) -> None:
    body = """\
      - id: a
        name: {zh: 名, en: Name}
        given: {x: [n]}
        claim: >
          x ==
          x + zz
"""
    document = json.loads(run("check", written(tmp_path / "c.yaml", HEAD + body), "--json").stdout)
    (claim,) = document["entries"][0]["claims"]
    assert (claim["verdict"], claim["line"], claim["column"]) == ("invalid", 11, 15)
    assert claim["message"] == "unknown name zz"


def test_a_differential_in_which_something_stands_still_gets_a_warning(tmp_path: Path) -> None:
    body = """\
      - id: a
        name: {zh: 名, en: Name}
        given: {X: [n, n], Y: [n, n], A: [n, n], u: {shape: [n], of: Y}}
        claim:
          - d(X @ Y) == X @ d(Y)
          - d(A @ Y) == A @ d(Y)
          - d(tr(X)) == 0
          - d(A @ u) + 0 * d(Y) @ u == A @ d(u)
"""
    done = run("check", path := written(tmp_path / "c.yaml", HEAD + body))
    assert done.stderr.splitlines() == [
        f"checking {path}",
        f"{path}:10:13: warning: X is constant in d(X @ Y), because d(X) stands nowhere alone",
        f"{path}:12:13: warning: d(tr(X)) is zero, because none of its symbols stands alone in some d(…)",
    ]
    assert done.exit_code == 0


def test_second_run_answers_from_the_cache_and_says_the_same(good: Path) -> None:
    assert run("check", good).stdout == run("check", good).stdout


# --- show, new, the Python side --------------------------------------------------------------------------------------


def test_show_prints_the_derivation_in_both_languages_or_one(good: Path) -> None:
    both = run("show", "quadratic-form", good)
    assert both.exit_code == 0
    for words in (
        "二次型",
        "Quadratic form",
        "已证 / proved",
        "product rule",
        "乘积法则",
        "only when A is symmetric",
    ):
        assert words in both.stdout
    english = run("show", "quadratic-form", good, "--lang", "en").stdout
    assert "乘积法则" not in english
    assert "product rule" in english
    assert "counterexample with n = 2:" in english


def test_show_prints_the_witness_of_an_inequality(good: Path) -> None:
    assert "counterexample with n = 2:" in run("show", "not-commutative", good).stdout


def test_new_prints_a_draft_that_is_a_valid_entry(tmp_path: Path) -> None:
    draft = run("new", "my-identity")
    assert draft.exit_code == 0
    indented = "".join(f"      {line}\n" for line in draft.stdout.splitlines())
    path = written(tmp_path / "c.yaml", HEAD + indented)
    assert run("check", path, "my-identity").exit_code == 0


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_new_writes_the_draft_behind_the_last_entry_of_a_section(tmp_path: Path, newline: str) -> None:
    second = """
  # the other section
  - id: t
    title: {zh: 节, en: Section}
    entries:
      - {id: z, name: {zh: 名, en: N}, claim: 1 == 1}"""
    text = (GOOD + second).replace("\n", newline)
    path = tmp_path / "c.yaml"
    path.write_bytes(text.encode())
    assert run("new", "mine", path, "--section", "s").exit_code == 0
    assert run("new", "last", path, "--section", "t").exit_code == 0
    catalogue = cheatsheet.load(path)
    assert [[entry.id for entry in section.entries] for section in catalogue.sections] == [
        ["quadratic-form", "not-commutative", "words-only", "mine"],
        ["z", "last"],
    ]
    after = path.read_bytes().decode()
    assert after.count(newline) == after.count("\n")
    assert all(line in after for line in text.split(newline))


def test_new_refuses_what_would_break_the_file(good: Path) -> None:
    before = good.read_bytes()
    for arguments, message in [
        (["new", "quadratic-form", good, "--section", "s"], "has an entry 'quadratic-form' already"),
        (["new", "mine", good, "--section", "x"], "has no section 'x'; it has s"),
        (["new", "My Identity"], "'My Identity' cannot be an id"),
    ]:
        done = run(*arguments)
        assert done.exit_code == 2
        assert message in done.stderr
    assert good.read_bytes() == before


def test_the_python_side_reads_as_promised(good: Path) -> None:
    catalogue = cheatsheet.load(good)
    entry = catalogue["quadratic-form"]
    assert entry.name["zh"] == "二次型"
    assert entry.check().verdict == "proved"
    numerator, denominator = (entry.claims[0].latex(layout=name) for name in ("numerator", "denominator"))
    assert entry.claims[0].latex() == numerator != denominator
    assert r"\boldsymbol{x}" in numerator
    assert r"\M" not in numerator + denominator
    with pytest.raises(ValueError, match="there is no layout 'rows'"):
        entry.claims[0].latex(layout="rows")
    assert [e.id for e in catalogue if "gradient" in e.tags] == []
