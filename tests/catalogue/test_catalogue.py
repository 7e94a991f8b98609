"""The catalogue itself: every claim holds, every mistake is shown to be one, both languages are there and well set."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import sympy
import yaml

import cheatsheet
from cheatsheet.catalogue.entries import Catalogue, Claim, Entry
from cheatsheet.derivatives.steps.claims import derive_cases
from cheatsheet.language.expressions import Symbol, inline_definitions, symbols
from cheatsheet.language.glossary import Text, glossary
from cheatsheet.language.syntax import ClaimError
from cheatsheet.verdicts.by_sympy.counterexamples import exact, sides_at
from cheatsheet.verdicts.by_sympy.judgement import Beyond
from cheatsheet.verdicts.by_sympy.quotients import UndefinedError
from cheatsheet.verdicts.check import verify, verify_text
from cheatsheet.verdicts.verdicts import Counterexample, Verdict

SEEDS = Path(__file__).parents[1] / "corpus" / "seeds.yaml"
CHUNKS = 8
PROVED = 0.98


@cache
def catalogue() -> Catalogue:
    return cheatsheet.load()


def chunk_of(chunk: int) -> list[Entry]:
    return list(catalogue())[chunk::CHUNKS]


def verdict_on(claim: Claim) -> Verdict:
    """The verdict, found anew: nothing is read from the cache on disk."""
    try:
        return verify_text(claim.text, claim.declarations)
    except ClaimError as error:
        return Verdict("invalid", message=error.message, start=error.start, end=error.end)


# --- claims ---


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_every_claim_holds_and_nearly_all_are_proved(chunk: int) -> None:
    counts: Counter[str] = Counter()
    for entry in chunk_of(chunk):
        for claim in entry.claims:
            verdict = verdict_on(claim)
            assert verdict.holds, f"{entry.id}: {claim.text}: {verdict}"
            counts[verdict.status] += 1
    assert counts["proved"] >= PROVED * sum(counts.values()), counts


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_what_is_proved_is_confirmed_without_the_prover(chunk: int, full: bool) -> None:
    """No tier alone: the others find every proved claim true at points, and hold many of them by themselves."""
    found: Counter[str] = Counter()
    claims = [claim for entry in chunk_of(chunk) for claim in entry.claims if not claim.equation.negated]
    for claim in claims if full else claims[:: max(1, len(claims) // 12)]:
        verdict = verify(claim.equation, prover=lambda _: False)
        assert not verdict.fails, claim.text
        found["holds" if verdict.holds else verdict.message[:8]] += 1
    assert found["holds"] + found["equal at"] == sum(found.values()), found
    assert found["holds"] >= 0.3 * sum(found.values()), found


def test_no_claim_stands_twice() -> None:
    """With the same text, the same declarations of what it speaks of, and the same layout."""
    places: dict[Any, list[str]] = defaultdict(list)
    for entry in catalogue():
        for claim in entry.claims:
            equation = claim.equation
            used = {s for side in (equation.lhs, equation.rhs) for s in symbols(inline_definitions(side))}
            declared = tuple(sorted((s.name, str(s.shape), tuple(sorted(s.properties))) for s in used))
            layout = claim.declarations.layout if "diff(" in claim.text else ""
            meaning = str(
                type(equation)(
                    inline_definitions(equation.lhs), inline_definitions(equation.rhs), equation.negated
                )
            )
            places[meaning, declared, layout].append(entry.id)
    assert not {key: ids for key, ids in places.items() if len(ids) > 1}


# --- pitfalls ---


def refutations(chunk: int) -> Iterator[tuple[Entry, Claim, Verdict]]:
    for entry in chunk_of(chunk):
        for pitfall in entry.pitfalls:
            yield entry, pitfall.claim, verdict_on(pitfall.claim)


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_every_pitfall_is_refuted_or_invalid(chunk: int) -> None:
    """And every counterexample is one by sympy's arithmetic and sympy's derivatives too, its values as declared."""
    counts: Counter[str] = Counter()
    for entry, claim, verdict in refutations(chunk):
        assert verdict.fails, f"{entry.id}: {claim.text}: {verdict}"
        if verdict.status == "invalid":
            claim.declarations  # noqa: B018  a pitfall fails by itself, not by an ill-formed let
            assert verdict.message
            continue
        if verdict.counterexample is None:
            assert claim.equation.negated
            continue
        check_properties(verdict.counterexample, claim)
        counts[re_examined(verdict.counterexample, claim)] += 1
    assert counts["confirmed"] >= 0.9 * sum(counts.values()), counts


def re_examined(example: Counterexample, claim: Claim) -> str:
    try:
        left, right = sides_at(claim.equation, example)
    except (Beyond, UndefinedError):  # such as SymPy's exponential where two eigenvalues meet
        return "beyond"
    told = [*flat(example.left), *flat(example.right)]
    for ours, theirs in zip([*left, *right], told, strict=True):
        assert close(ours, theirs), f"{claim.text}: {ours} is not {theirs}"
    assert any(not close(a, b) for a, b in zip(left, right, strict=True)), claim.text
    return "confirmed"


def flat(value: Any) -> list[Any]:
    return [leaf for row in value for leaf in flat(row)] if isinstance(value, list) else [exact(value)]


def close(a: Any, b: Any) -> bool:
    """Whether two values are equal; a number of thirty decimals, which ``b`` may be, was cut."""
    if a.is_Rational and b.is_Rational and b.q < 10**20:
        return bool(a == b)
    return bool(abs(sympy.N(a - b, 30)) <= sympy.Float("1e-15") * (1 + abs(sympy.N(a, 30))))


def check_properties(example: Counterexample, claim: Claim) -> None:
    """The values of a counterexample have the shapes and properties that were declared, in exact arithmetic."""
    for symbol in claim.declarations.symbols.values():
        value = example.values.get(symbol.name)
        if value is None or symbol.of or symbol.definition is not None:
            continue
        table = value if isinstance(value, list) else [[value]]
        matrix = sympy.Matrix([[exact(v) for v in row] for row in table])
        assert matrix.shape == tuple(axis.at(dict(example.dims)) for axis in symbol.shape)
        for name in symbol.properties:
            assert HAS[name](matrix), f"{symbol.name} is not {name} in {example}"


def rows_below(a: Any) -> list[Any]:
    return [a[i, j] for i in range(a.rows) for j in range(i)]


HAS = {
    "symmetric": lambda a: a == a.T,
    "antisymmetric": lambda a: a == -a.T,
    "invertible": lambda a: a.det() != 0,
    "orthogonal": lambda a: a.T * a == sympy.eye(a.rows),
    "diagonal": lambda a: not any(rows_below(a)) and not any(rows_below(a.T)),
    "lower_triangular": lambda a: not any(rows_below(a.T)),
    "upper_triangular": lambda a: not any(rows_below(a)),
    "positive_definite": lambda a: a == a.T and all(a[:k, :k].det() > 0 for k in range(1, a.rows + 1)),
    "idempotent": lambda a: a * a == a,
    "positive": lambda a: all(v > 0 for v in a),
    "nonzero": lambda a: all(v != 0 for v in a),
    "integer": lambda a: all(v.is_Integer for v in a),
}


def test_the_examiner_is_not_easily_pleased() -> None:
    """A counterexample with a value, a side or an index changed no longer passes."""
    claim = catalogue()["quadratic-form"].pitfalls[0].claim
    example = verdict_on(claim).counterexample
    assert example is not None
    assert re_examined(example, claim) == "confirmed"
    wrong = Counterexample(example.dims, example.values, example.right, example.right, example.index)
    with pytest.raises(AssertionError):
        re_examined(wrong, claim)
    zero = {name: [[0 for _ in row] for row in value] for name, value in example.values.items()}
    with pytest.raises(AssertionError):
        re_examined(Counterexample(example.dims, zero, example.left, example.right), claim)
    assert not HAS["orthogonal"](sympy.Matrix([[1, 1], [0, 1]]))
    assert close(exact("1/3"), exact(Fraction(1, 3)))


# --- words ---

HAN = re.compile(r"[\u4e00-\u9fff]")
FULL_WIDTH = "，。；：？！（）、“”‘’《》"
HALF_WIDTH = re.compile(
    r"(?<=[\u4e00-\u9fff])\s*[,;:?!()]|[,;:?!()]\s*(?=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff])\."
)


def words_only(text: str) -> str:
    """The text without formulas, code, and the numbers of equations: 公式 (92)."""
    return re.sub(r"`[^`]*`|\$[^$]*\$|\(\d+\)", "", text)


def texts() -> Iterator[tuple[str, Text]]:
    yield "title", catalogue().title
    for section in catalogue().sections:
        yield section.id, section.title
        if section.intro is not None:
            yield section.id, section.intro
    for entry in catalogue():
        yield entry.id, entry.name
        if entry.note is not None:
            yield entry.id, entry.note
        for pitfall in entry.pitfalls:
            if pitfall.why is not None:
                yield entry.id, pitfall.why


def test_both_languages_are_there() -> None:
    for place, text in texts():
        assert text.zh.strip(), place
        assert text.en.strip(), place
        assert not HAN.search(words_only(text.en)), f"{place}: {text.en}"
        has_words = re.search(r"[A-Za-z]{4}", words_only(text.en))
        assert not has_words or HAN.search(text.zh), f"{place}: {text.zh}"


def test_chinese_is_set_with_full_width_punctuation() -> None:
    for place, text in texts():
        found = HALF_WIDTH.search(words_only(text.zh))
        assert not found, f"{place}: {found.group()!r} in {text.zh}"
        assert not any(mark in words_only(text.en) for mark in "，。；：？！（）、"), f"{place}: {text.en}"


def test_chinese_sentences_are_not_english_ones() -> None:
    """A note of more than a few words has Chinese words in it, and ends as a Chinese sentence does."""
    for entry in catalogue():
        for text in [entry.note, *(p.why for p in entry.pitfalls)]:
            if text is not None and len(words_only(text.zh)) > 12:
                assert len(HAN.findall(text.zh)) > 4, f"{entry.id}: {text.zh}"
                assert text.zh.rstrip().endswith(("。", "！", "？", "”", "）")), f"{entry.id}: {text.zh}"


def test_every_work_is_cited_and_nothing_private_is() -> None:
    cited = {citation.key for entry in catalogue() for citation in entry.citations}
    assert cited == set(catalogue().sources)
    lines = [text[language] for text in catalogue().sources.values() for language in ("zh", "en")]
    assert not [line for line in lines if re.search("notes|课程|笔记", line.lower())]


def test_the_words_of_the_program_are_translated() -> None:
    for key, text in glossary().items():
        assert text.zh.strip(), key
        assert text.en.strip(), key
        assert not HAN.search(text.en), key


# --- the seed notes ---


@cache
def seeds() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load(SEEDS.read_text(encoding="utf-8"))
    return found


def test_the_rows_are_complete() -> None:
    assert [seed["row"] for seed in seeds()] == list(range(1, 24))


@pytest.mark.parametrize("seed", seeds(), ids=lambda seed: f"row {seed['row']}")
def test_a_row_of_the_notes_is_there_proved_and_derived(seed: dict[str, Any]) -> None:
    for id in seed["entries"]:
        entry = catalogue()[id]
        assert entry.claims or entry.note is not None
        for claim in entry.claims:
            assert verdict_on(claim).status == "proved", claim.text
            if not claim.equation.negated:
                assert all(len(d.lines) >= 2 for d in derive_cases(claim.equation))
    for id, count in seed.get("pitfalls", {}).items():
        assert sum(verdict_on(p.claim).fails for p in catalogue()[id].pitfalls) >= count
    for id, show in seed.get("shows", {}).items():
        assert show in catalogue()[id].show
    for id, values in seed.get("example", {}).items():
        example = catalogue()[id].example
        assert example is not None
        assert {name: as_lists(value) for name, value in example.items()} == values


def as_lists(value: Any) -> Any:
    return [as_lists(v) for v in value] if isinstance(value, (list, tuple)) else value


def test_symbols_of_examples_are_declared() -> None:
    for entry in catalogue():
        declared: dict[str, Symbol] = {}
        for claim in entry.claims:
            declared.update(claim.declarations.symbols)
        for name in entry.example or {}:
            assert name in declared, f"{entry.id}: {name}"
