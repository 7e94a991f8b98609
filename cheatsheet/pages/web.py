"""The catalogue as one page for a browser: search, read, copy; offline, without a script for formulas.

What is read first (names, statements in every layout, conditions, notes) is plain HTML with MathML. Derivations,
pitfalls and code lie in the page compressed, a piece for each section, and are unpacked when somebody opens them.
"""

from __future__ import annotations

import gzip
import json
import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import jinja2
from markupsafe import Markup, escape

from cheatsheet.catalogue.entries import Catalogue, Entry
from cheatsheet.catalogue.reports import CatalogueReport
from cheatsheet.language.glossary import Text, word
from cheatsheet.language.rows import functions
from cheatsheet.packaged import packaged
from cheatsheet.pages.indexes import topic
from cheatsheet.pages.kept import Chapters
from cheatsheet.pages.model import (
    DisplayBlock,
    Document,
    EntryPage,
    FigureBlock,
    StepsBlock,
    TableBlock,
)
from cheatsheet.pages.pictures import svg
from cheatsheet.pages.prose import PIECES, plain
from cheatsheet.pages.questions import question
from cheatsheet.printing.arrays import LIBRARIES
from cheatsheet.printing.macros import expand
from cheatsheet.printing.mathml import bare_mathml, inline_mathml
from cheatsheet.printing.terminal_maths import plain as terminal
from cheatsheet.store import write_whole

NAME = "index.html"


@dataclass(frozen=True)
class WebEntry:
    """An entry as the page shows it: what is printed, and what a search looks through."""

    page: EntryPage
    entry: Entry

    @property
    def to_copy(self) -> list[dict[str, str | list[str]]]:
        """Of each claim what can be copied, its LaTeX form by form, and what it asks of the calculator."""
        return [
            {
                "text": claim.text,
                "latex": [expand(form.latex) for form in claim.forms],
                "question": self.questions.get(claim.text, ""),
            }
            for claim in self.page.everywhere
        ]

    @cached_property
    def questions(self) -> dict[str, str]:
        """What each claim asks of the calculator, by its text."""
        return {claim.text: question(claim) for claim in self.entry.claims}

    @property
    def has_details(self) -> bool:
        return bool(self.page.blocks or self.page.pitfalls)

    @property
    def haystack(self) -> str:
        """What one asks for, a line each: by name (in both languages, by topic, id and aliases); a blank line; tags and
        formulas as one would type them."""
        spoken = [plain(name) for name in (self.page.name.zh, self.page.name.en)]
        topics = [topic(plain(self.page.name[language]), language) for language in ("zh", "en")]
        short = [
            part.strip() for name in spoken for part in re.split(r"[()\uff08\uff09]", name)
        ]  # RMSNorm alone
        aliases = getattr(self.entry, "aliases", ())
        names = [*spoken, *topics, *filter(None, short), self.page.id, *aliases, "", *self.page.tags]
        formulas = [typed(form.latex) for claim in self.page.everywhere for form in claim.forms]
        return "\n".join(dict.fromkeys([*names, *formulas]))


def typed(latex: str) -> str:
    r"""A formula in the signs that a terminal has, without spaces.

    >>> typed(r"\tr(\M A\M X\M B)")
    'tr(AXB)'
    """
    return re.sub(r"\s+", "", terminal(latex))


def called(document: Document) -> list[str]:
    """The names of functions as one types them and as the page prints them, longer ones first."""
    pages = (page for section in document.sections for page in section.entries)
    latex = "\n".join(form.latex for page in pages for claim in page.everywhere for form in claim.forms)
    signs = set(re.findall(r"(\\operatorname\{\w+\}|\\[A-Za-z]+)(?= ?(?:\(|\\left\())", latex))
    names = functions() | {typed(sign) for sign in signs}
    return sorted((name for name in names if re.fullmatch("[A-Za-z]{2,}", name)), key=lambda n: (-len(n), n))


def render_page(
    document: Document, catalogue: Catalogue, report: CatalogueReport, calculator: bool = False
) -> str:
    """The whole page as HTML; with links to the calculator where that is made as well.

    Raises :class:`cheatsheet.pages.prose.ProseError` for words that cannot be set.
    """
    sections = [
        (section, [WebEntry(page, catalogue[page.id]) for page in section.entries])
        for section in document.sections
    ]
    made = environment()
    details = made.get_template("details.html").module
    chapters = Chapters(document, NAME, calculator)
    page = made.get_template("index.html").render(
        document=document,
        functions=called(document),
        sections=sections,
        chapter=lambda section, caller: Markup(chapters.written(section, caller)),
        packed=lambda entries: _packed(details, entries),
        summary=report.summary,
        calculator=calculator,
        script=Markup(_asset("search.js") + _asset("page.js")),
        style=Markup(_asset("page.css")),
    )
    chapters.keep()
    return page


def write_page(folder: Path, page: str) -> Path:
    """Put the page into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / NAME, page.encode("utf-8"))
    return folder / NAME


def _asset(name: str) -> str:
    return (packaged("web") / name).read_text(encoding="utf-8")


def _packed(details: object, entries: list[WebEntry]) -> str:
    """What is not shown at first of the entries of a section, compressed: JSON of HTML, and what is copied, by id."""
    texts: dict[str, object] = {f"copy {e.page.id}": e.to_copy for e in entries}
    texts |= {e.page.id: " ".join(str(details.details(e)).split()) for e in entries if e.has_details}  # type: ignore[attr-defined]
    return b64encode(gzip.compress(json.dumps(texts, ensure_ascii=False).encode(), 9, mtime=0)).decode()


@cache
def environment() -> jinja2.Environment:
    """The Jinja2 environment of the page's templates."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(packaged("web")),
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"word": word, "both": both, "libraries": tuple(LIBRARIES)}
    made.filters |= {
        "line": lambda latex: Markup(bare_mathml(latex)),
        "words": html_prose,
        "plain": plain,
        "drawn": lambda figure: Markup(
            svg(figure.picture, plain(figure.caption.en if figure.caption else ""))
        ),
        "initials": lambda layouts: " ".join(name[0].upper() for name in layouts),
    }
    made.tests |= {
        "steps": lambda block: isinstance(block, StepsBlock),
        "display": lambda block: isinstance(block, DisplayBlock),
        "table": lambda block: isinstance(block, TableBlock),
        "figure": lambda block: isinstance(block, FigureBlock),
    }
    return made


def both(text: Text | str, tag: str = "span") -> Markup:
    """Words in both languages, of which the page shows one or both; once where they are the same.

    >>> print(both(Text("迹", "trace")))
    <span lang="zh">迹</span><span lang="en">trace</span>
    """
    found = word(text) if isinstance(text, str) else text
    if found.zh == found.en:
        return Markup(f"<{tag}>{html_prose(found.en)}</{tag}>")
    return Markup("").join(
        Markup(f'<{tag} lang="{language}">{html_prose(found[language])}</{tag}>') for language in ("zh", "en")
    )


def html_prose(source: str) -> Markup:
    r"""Markdown-light text as HTML; a formula keeps the punctuation behind it.

    >>> print(html_prose("*only* where $x > 0$ & `A.T`"))
    <em>only</em> where <math><mi>x</mi><mo>&gt;</mo><mn>0</mn></math> &amp; <code>A.T</code>
    """
    html = Markup("").join(_pieces(source.strip()))
    return Markup(_PUNCTUATED.sub(r'<span class="whole">\g<0></span>', str(html)))


_PUNCTUATED = re.compile(r"<math(?:(?!</math>).)*</math>[^\s<\w]+")


def _pieces(source: str) -> Iterator[Markup]:
    place = 0
    for found in PIECES.finditer(source):
        yield _marked(source[place : found.start()])
        place = found.end()
        if found["escaped"]:
            yield escape(found["escaped"])
        elif found["code"]:
            yield Markup("<code>{}</code>").format(found["code"])
        else:
            yield Markup(inline_mathml(found["maths"] or ""))
    yield _marked(source[place:])


def _marked(text: str) -> Markup:
    marked = str(escape(text))
    marked = re.sub(r"\*\*(?=\S)(.+?)(?<=\S)\*\*", r"<strong>\1</strong>", marked)
    marked = re.sub(r"\*(?=\S)(.+?)(?<=\S)\*", r"<em>\1</em>", marked)
    return Markup(re.sub(r"\n\s*\n", "<br>", marked))
