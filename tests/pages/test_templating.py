"""From the view model to LaTeX source: escaping, allowed maths, both languages, line breaks."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from typing import Any

import jinja2
import pytest

from cheatsheet.language.glossary import GlossaryError, Text, glossary, parse_glossary, word
from cheatsheet.packaged import packaged
from cheatsheet.pages.linebreaks import breakable
from cheatsheet.pages.model import ClaimLine, Equation, Form
from cheatsheet.pages.prose import ProseError, embolden, plain, prose
from cheatsheet.pages.templating import KINDS, environment, render
from tests.sample_pages import DOCUMENT, EXTREME, QUADRATIC_FORM, with_entry

CHINESE = re.compile(r"[\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef]")


def all_texts(value: Any) -> list[Text]:
    """Every Text anywhere in a view model."""
    if isinstance(value, Text):
        return [value]
    if isinstance(value, tuple):
        return [text for item in value for text in all_texts(item)]
    if is_dataclass(value):
        return [text for field in fields(value) for text in all_texts(getattr(value, field.name))]
    return []


@pytest.mark.parametrize(
    ("source", "latex"),
    [
        ("100% of a_b & c # d", r"100\% of a\_b \& c \# d"),
        (r"\input{x}", r"\textbackslash{}input\{x\}"),
        ("^^5cinput", r"\^{}\^{}5cinput"),
        ("**bold** and *more*", r"\textbf{bold} and \emph{more}"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("**for $A$ only**", r"\textbf{for $A$ only}"),
        ("`A @ B_1`", r"\texttt{\mbox{A @ B\_1}}"),
        (r"\$5, \*not more\*", r"\$5, *not more*"),
        ("one\n\ntwo\nthree", "one\\par\ntwo three"),
        ('a "b" c', "a ``b'' c"),
        ("“b” — c", "``b'' --- c"),
        (r"$\M{A}\T \le x_1$", r"$\M{A}\T \le x_1$"),
        (
            r"$\begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}$",
            r"$\begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}$",
        ),
    ],
)
def test_prose(source: str, latex: str) -> None:
    assert prose(source, "en") == latex


def test_chinese_quotation_marks_stay_chinese() -> None:
    assert prose("“迹”——和", "zh") == "“迹”——和"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("it is $5", r"a $ is not closed in: it is $5; write \$ for a dollar sign"),
        (r"$\input{x}$", r"\input may not stand in a formula (did you mean \int?): \input{x}"),
        (r"$\write18{x}$", r"\write may not stand in a formula: \write18{x}"),
        (r"$\csname x$", r"\csname may not stand in a formula: \csname x"),
        (r"$a^^5cinput$", "^^ may not stand in a formula: a^^5cinput"),
        (r"$a % b$", "% may not stand in a formula: a % b"),
        (r"$a \\ b$", r"\\ stands outside of a matrix in the formula: a \\ b"),
        (r"$a & b$", "& stands outside of a matrix in the formula: a & b"),
        (r"${a$", "{ is not closed in the formula: {a"),
        (r"$a}{b$", "} closes nothing in the formula: a}{b"),
        (r"$\left( a$", r"\left is not closed in the formula: \left( a"),
        (r"$\begin{verbatim}$", r"\begin{verbatim} may not stand in a formula: \begin{verbatim}"),
        (r"$\begin$", r"\begin may not stand in a formula: \begin"),
        (
            r"$\begin{matrix}\end{bmatrix}$",
            r"\end{bmatrix} closes nothing in the formula: \begin{matrix}\end{bmatrix}",
        ),
        ("a\x00b", "control and private-use characters cannot be printed"),
        ("a\ue000b", "control and private-use characters cannot be printed"),
    ],
)
def test_prose_that_cannot_be_set(source: str, message: str) -> None:
    with pytest.raises(ProseError) as error:
        prose(source, "en")
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (r"**The** form $\M{x}\T \M{A} \M{x}$ of `x`", "The form xᵀAx of x"),
        (r"$x^{\mathsf T}A$ and $A^{-1}$, $a^\top$", "xᵀA and A⁻¹, aᵀ"),
        (r"100% \input{x}", r"100% \input{x}"),
    ],
)
def test_plain_words_for_bookmarks(source: str, words: str) -> None:
    assert plain(source) == words


@pytest.mark.parametrize(
    ("latex", "marked"),
    [
        ("a = b + c", r"a \brk{50}= b \brk{200}+ c"),
        ("-a + (-b)", r"-a \brk{200}+ (-b)"),
        ("= a - b", r"= a \brk{200}- b"),
        ("a = -b", r"a \brk{50}= -b"),
        (r"\frac{a + b}{c}", r"\frac{a + b}{c}"),
        (r"x_{i + 1}", r"x_{i + 1}"),
        (r"\left(a + b\right)", r"\Lft{bigl}(a \brk{350}+ b\Rgt{bigr})"),
        (r"f\left(-a\right)", r"f\left(-a\right)"),
        (r"\left[a + b\right]", r"\left[a + b\right]"),
        (r"a,\quad b", r"a,\brk{20}\quad b"),
        (r"\begin{bmatrix} a + b \end{bmatrix}", r"\begin{bmatrix} a + b \end{bmatrix}"),
        (r"A \qquad B", r"A \brk{20}\qquad B"),
        ("(a + b) + c", r"(a \brk{350}+ b) \brk{200}+ c"),
        (r"(a + b)\frac{c}{d}", r"(a \brk{350}+ b)\tms \frac{c}{d}"),
    ],
)
def test_marks_for_line_breaks(latex: str, marked: str) -> None:
    assert breakable(latex) == marked


def test_brackets_that_may_be_given_up_are_as_tall_as_what_they_enclose() -> None:
    assert breakable(r"\left(\frac{a}{b} + c\right)").startswith(r"\Lft{biggl}(")
    nested = breakable(r"\left(a + \left(b + c\right)\right)")
    assert nested == r"\Lft{bigl}(a \brk{350}+ \Lft{bigl}(b \brk{500}+ c\Rgt{bigr})\Rgt{bigr})"


def test_break_marks_change_nothing_else() -> None:
    for entry in (e for s in DOCUMENT.sections for e in s.entries):
        for claim in entry.claims:
            for form in claim.forms:
                latex = form.equation.latex
                bare = re.sub(r"\\brk\{\d+\}|\\tms ", "", breakable(latex))
                assert re.sub(r"\\Lft\{\w+\}", r"\\left", re.sub(r"\\Rgt\{\w+\}", r"\\right", bare)) == latex


def test_a_plain_string_does_not_reach_the_page() -> None:
    template = environment().from_string(r"\VAR{ value }")
    with pytest.raises(TypeError, match="without a filter"):
        template.render(value="A_B")
    assert environment().from_string(r"\VAR{ value|text }").render(value="A_B") == r"A\_B"


def test_what_a_document_lacks_is_an_error() -> None:
    with pytest.raises(jinja2.UndefinedError):
        environment().from_string(r"\VAR{ document.no_such_thing|text }").render(document=DOCUMENT)


@pytest.mark.parametrize("id_", ["Quadratic", "a b", "x}", "ä", ""])
def test_anchors_are_plain(id_: str) -> None:
    with pytest.raises(ValueError, match="cannot be an anchor"):
        render(with_entry(replace(QUADRATIC_FORM, id=id_)), "handbook")


def test_a_formula_with_unbalanced_braces_is_refused() -> None:
    claim = ClaimLine((Form(Equation("a}", "=", "b")),), "proved")
    with pytest.raises(ValueError, match="unbalanced braces in the formula a}"):
        render(with_entry(replace(QUADRATIC_FORM, claims=(claim,))), "handbook")


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_text_is_text(kind: str) -> None:
    source = render(with_entry(EXTREME), kind)  # type: ignore[arg-type]
    assert r"\textbackslash{}input\{x\}" in source
    own = source.replace(r"\write\PageList", "").replace(r"\input{\jobname.pages}", "")
    assert not re.search(r"\\(input|write\d*)\b", own.replace(r"\newwrite", ""))


@pytest.mark.parametrize("kind", KINDS)
def test_one_language_alone(kind: str) -> None:
    """An English document has no Chinese in it, a Chinese one none of the English words."""
    english = render(replace(DOCUMENT, lang="en"), kind)  # type: ignore[arg-type]
    assert not CHINESE.search(english)
    chinese = render(replace(DOCUMENT, lang="zh"), kind)  # type: ignore[arg-type]
    foreign = [t.en for t in [*all_texts(DOCUMENT), *glossary().values()] if t.en != t.zh and " " in t.en]
    assert len(foreign) > 20
    assert [words for words in foreign if str(prose(words, "en")) in chinese] == []


def test_both_languages_together() -> None:
    source = render(replace(DOCUMENT, full=True), "handbook")
    for text in all_texts(DOCUMENT):
        assert str(prose(text.zh, "zh")) in source
        assert str(prose(text.en, "en")) in source


def test_every_word_of_the_templates_is_in_the_glossary() -> None:
    keys = {
        key
        for template in packaged("templates").glob("*.tex")
        for key in re.findall(r'(?:word|in_layout)\("([a-z-]+)"\)', template.read_text(encoding="utf-8"))
    }
    assert len(keys) > 5
    assert keys <= glossary().keys()
    for kind in ("proved", "checked", "sampled", "refuted", "invalid"):
        assert word(kind) != word(f"{kind}-means")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("a: {zh: 迹}", "g.yaml:1: 'a' needs zh and en, both not empty"),
        ("a: {zh: 迹, en: ''}", "g.yaml:1: 'a' needs zh and en, both not empty"),
        ("a: {zh: 迹, en: trace, fr: trace}", "g.yaml:1: 'a' needs zh and en, both not empty"),
        ("a: trace", "g.yaml:1: 'a' needs zh and en, both not empty"),
        (
            "a: {zh: 迹, en: trace}\na: {zh: 秩, en: rank}",
            "g.yaml:2: 'a' stands here a second time",
        ),
        ("- a", "g.yaml:1: a mapping from keys to {zh: …, en: …} was expected"),
    ],
)
def test_glossary_mistakes(source: str, message: str) -> None:
    with pytest.raises(GlossaryError) as error:
        parse_glossary(source, "g.yaml")
    assert str(error.value) == message


def test_unknown_word() -> None:
    with pytest.raises(GlossaryError, match="no entry 'no-such-word'"):
        word("no-such-word")


@pytest.mark.parametrize(
    ("source", "bold"),
    [
        (r"$A^{\mathsf T}B$ of A", r"$\M{A}^{\mathsf T}\M{B}$ of A"),
        (r"$A_{ij}$, $A_{i,j}$, $A_i$, $x_i$", r"$A_{ij}$, $A_{i,j}$, $A_i$, $x_i$"),
        (r"$u_o$ and $u_{o}$, not $u$", r"$\M{u}_{o}$ and $\M{u}_{o}$, not $u$"),
        (r"$\Sigma x$, $\Sigma_{ij}$", r"$\M{\Sigma} \M{x}$, $\Sigma_{ij}$"),
        (r"$\text{A x}\M{A}\operatorname{A}$, `A`, \$A", r"$\text{A x}\M{A}\operatorname{A}$, `A`, \$A"),
    ],
)
def test_vectors_and_matrices_of_notes_in_bold(source: str, bold: str) -> None:
    assert embolden(source, frozenset(["A", "B", "x", "u_o", r"\Sigma"])) == bold


def test_many_exponents_are_read_at_once() -> None:
    source = "$" + "x^{2}" * 2000 + "y;$"
    assert embolden(source, frozenset("x")) == source.replace("x", r"\M{x}")
