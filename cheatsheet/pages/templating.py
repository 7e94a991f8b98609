r"""Templates: a document of :mod:`cheatsheet.pages.model` in, the source of a LaTeX file out.

The delimiters are chosen not to collide with TeX: ``\VAR{…}``, ``\BLOCK{…}``, lines that begin with
``%%`` (statements) or ``%#`` (comments). A value reaches the page only through one of the filters
below; a plain string is refused, so that nothing is ever printed unescaped by oversight.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Literal

import jinja2
from markupsafe import Markup, escape

from cheatsheet.language.glossary import Text, word
from cheatsheet.packaged import packaged
from cheatsheet.pages.book import einstein, short_sums, worked
from cheatsheet.pages.indexes import is_chinese, sheet_indexes
from cheatsheet.pages.kept import Chapters
from cheatsheet.pages.linebreaks import breakable
from cheatsheet.pages.model import DisplayBlock, Document, FigureBlock, StepsBlock, TableBlock
from cheatsheet.pages.one_layout import in_one_layout
from cheatsheet.pages.pictures import tex
from cheatsheet.pages.prose import Latex, escape_text, outline, plain, prose
from cheatsheet.pages.search import searchable, typed
from cheatsheet.pages.subjects import indexes_with_subjects
from cheatsheet.pages.tables import shape_table
from cheatsheet.pages.tags import legend, notation, tags_of

Kind = Literal["sheet", "handbook"]
KINDS: tuple[Kind, ...] = ("sheet", "handbook")


def render(document: Document, kind: Kind) -> str:
    """The LaTeX source of the sheet or of the handbook.

    Raises :class:`cheatsheet.pages.prose.ProseError` for words that cannot be set,
    :class:`cheatsheet.language.glossary.GlossaryError` for a fixed word without translation, and
    ``jinja2.UndefinedError`` where a template asks for what the document does not have.
    """
    languages = document.languages
    pattern = word(f"{kind}-of")
    title = Text(pattern.zh.format(document.title.zh), pattern.en.format(document.title.en))
    in_step = einstein if document.sums == "einstein" else short_sums
    has_parts = any(section.part for section in document.sections)
    chapters = Chapters(document, kind, has_parts)
    source = (
        environment()
        .get_template(f"{kind}.tex")
        .render(
            document=document,
            kind=kind,
            lang=languages[0],
            both=len(languages) > 1,
            deeper=int(has_parts),
            chapter=lambda section, caller: Latex(chapters.written(section, caller)),
            indexes=sheet_indexes(document) if kind == "sheet" else indexes_with_subjects(document),
            step=lambda value: Latex(breakable(_balanced(in_step(value)))),
            shapes=shape_table(document.layout),
            numbers=document.numbers,
            cited=lambda source: Latex(escape_text(_cited(source, languages))),
            in_layout=lambda key: in_one_layout(word(key), document.layout),
            heard=lambda aliases: [a for a in aliases if "zh" in languages or not is_chinese(a)],
            counted=lambda pattern: _filled(pattern, document.counts),
            pdf_title=Latex(" · ".join(escape_text(plain(title[lang])) for lang in languages)),
            title=title,
            xml_title=Latex(escape(re.sub(r"[^\w\s:：·-]", "", plain(title[languages[0]])))),
            pdf_subject=Latex(" · ".join(escape_text(word("subject")[lang]) for lang in languages)),
            pdf_language=Latex("zh-Hans" if "zh" in languages else "en"),
        )
    )
    chapters.keep()
    return source


@cache
def environment() -> jinja2.Environment:
    """The Jinja2 environment with LaTeX-safe delimiters and filters."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(packaged("templates")),
        undefined=jinja2.StrictUndefined,
        block_start_string=r"\BLOCK{",
        block_end_string="}",
        variable_start_string=r"\VAR{",
        variable_end_string="}",
        comment_start_string=r"\COMMENT{",
        comment_end_string="}",
        line_statement_prefix="%%",
        line_comment_prefix="%#",
        autoescape=True,
        finalize=_only_latex,
        keep_trailing_newline=True,
    )
    made.globals |= {
        "word": word,
        "worked": worked,
        "legend": legend,
        "notation": notation,
    }
    made.filters |= {
        "prose": prose,
        "outline": outline,
        "equation": lambda value: Latex(breakable(_balanced(short_sums(value)))),
        "in_short": lambda value: Latex(_balanced(short_sums(value))),
        "tags": lambda reasons: Latex(escape_text(tags_of(reasons))),
        "searchable": lambda value, shown: searchable(value, str(shown)),
        "hidden": lambda value: Latex(escape_text(typed(value))),
        "text": lambda value: Latex(escape_text(value)),
        "formula": lambda value: Latex(breakable(_balanced(value))),
        "trusted": lambda value: Latex(_balanced(value)),
        "drawn": lambda figure: Latex(tex(figure.picture)),
        "anchor": _anchor,
        "box_anchor": lambda value: _anchor(value.replace(".", "-")),
        "url": lambda value: Latex(value.replace("#", r"\#").replace("%", r"\%")),
    }
    made.tests |= {
        "steps": lambda block: isinstance(block, StepsBlock),
        "display": lambda block: isinstance(block, DisplayBlock),
        "table": lambda block: isinstance(block, TableBlock),
        "figure": lambda block: isinstance(block, FigureBlock),
    }
    return made


def _filled(pattern: Text, values: Mapping[str, int]) -> Text:
    """The pattern with the values at their names; what stands in ``[…]`` goes where its value is 0."""

    def optional(found: re.Match[str]) -> str:
        return found[1] if all(values[name] for name in _NAME.findall(found[1])) else ""

    zh, en = (
        _NAME.sub(lambda m: str(values[m[1]]), _OPTIONAL.sub(optional, words))
        for words in (pattern.zh, pattern.en)
    )
    return Text(zh, en)


_NAME = re.compile(r"\{([a-z]+)\}")
_OPTIONAL = re.compile(r"\[([^\[\]]*)\]")


def _cited(source: str, languages: Sequence[str]) -> str:
    """The place in a source as it is cited in a document of one language: ch. 9 is 第 9 章 in a Chinese one."""
    if list(languages) == ["zh"]:
        for part in (word("cited-chapter"), word("cited-appendix")):
            number = re.escape(part.en).replace(r"\{\}", r"(\w+)")
            source = re.sub(rf"\b{number}", part.zh.replace("{}", r"\1"), source)
    return source


def _only_latex(value: object) -> object:
    # Markup: what our filters made (Latex) and what template macros return.
    if isinstance(value, Markup | int | jinja2.Undefined):
        return value
    raise TypeError(f"{value!r} reaches the page without a filter")


def _anchor(value: str) -> Latex:
    if not re.fullmatch(r"[a-z0-9-]+", value):
        raise ValueError(f"{value!r} cannot be an anchor; it may hold a-z, 0-9 and -")
    return Latex(value)


def _balanced(latex: str) -> str:
    """Printed maths as it is; a brace too many would show far from its cause."""
    bare = re.sub(r"\\.", "", latex, flags=re.DOTALL)
    depth = 0
    for brace in re.findall(r"[{}]", bare):
        depth += 1 if brace == "{" else -1
        if depth < 0:
            break
    if depth:
        raise ValueError(f"unbalanced braces in the formula {latex}")
    return latex
