"""The whole document, section by section."""

from __future__ import annotations

from collections.abc import Callable

from cheatsheet.catalogue import Catalogue, Entry
from cheatsheet.expressions import Symbol
from cheatsheet.glossary import Text, word
from cheatsheet.latex import latex_of
from cheatsheet.lettering import Letters, axis_text
from cheatsheet.pages import Block, Document, EntryPage, Given, Language, Layout, SectionPage
from cheatsheet.reports import CatalogueReport, EntryReport
from cheatsheet.typeset.claims import claim_line, definition_lines
from cheatsheet.typeset.derivations import blocks_of_claim
from cheatsheet.typeset.examples import example_block
from cheatsheet.typeset.pitfalls import pitfall_line
from cheatsheet.typeset.shows import shown_block

Progress = Callable[[int], None]


def document(
    catalogue: Catalogue,
    report: CatalogueReport,
    lang: Language = "both",
    layout: Layout | None = None,
    progress: Progress | None = None,
) -> Document:
    """The pages of a catalogue all of whose entries are as expected."""
    reports = {r.entry.id: r for r in report.entries}
    sections = []
    for number, section in enumerate(catalogue.sections, start=1):
        pages = []
        for place, entry in enumerate(section.entries, start=1):
            pages.append(entry_page(reports[entry.id], f"{number}.{place}", layout))
            if progress is not None:
                progress(1)
        sections.append(
            SectionPage(str(number), section.id, section.title, tuple(pages), section.intro, number - 1)
        )
    return Document(catalogue.title, tuple(sections), lang, layout)


def entry_page(report: EntryReport, number: str, layout: Layout | None = None) -> EntryPage:
    """One entry, ready to print."""
    entry = report.entry
    held = [r for r in report.claims if r.claim.expect == "holds"]
    failed = [r for r in report.claims if r.claim.expect != "holds"]
    return EntryPage(
        number=number,
        id=entry.id,
        name=entry.name,
        given=(*_given(entry), *definition_lines(entry)),
        claims=tuple(claim_line(r, layout) for r in held),
        note=entry.note,
        blocks=tuple(_blocks(report)),
        pitfalls=tuple(pitfall_line(p, r) for p, r in zip(entry.pitfalls, failed, strict=True)),
        tags=entry.tags,
        source=entry.source,
    )


def _blocks(report: EntryReport) -> list[Block]:
    entry = report.entry
    blocks: list[Block] = []
    if entry.show is not None:
        blocks.append(shown_block(entry.show))
    held = [r for r in report.claims if r.claim.expect == "holds"]
    for r in held:
        blocks += blocks_of_claim(r, several=len(held) > 1)
    if entry.example is not None:
        blocks.append(example_block(entry))
    return blocks


def _given(entry: Entry) -> tuple[Given, ...]:
    return tuple(given_line(symbol) for symbol in entry.given.values())


def given_line(symbol: Symbol) -> Given:
    r"""``\M{A} \in \R^{m \times n}`` and what else is declared of the symbol."""
    letters = Letters(symbol)
    return Given(rf"{latex_of(symbol, letters)} \in {_space(symbol)}", _remark(symbol))


def _space(symbol: Symbol) -> str:
    if "integer" in symbol.properties:
        return r"\mathbb{Z}"
    axes = symbol.shape.axes
    if symbol.shape.is_scalar:
        return r"\R"
    if symbol.shape.cols.is_one:
        return rf"\R^{{{axis_text(axes[0])}}}"
    return rf"\R^{{{axis_text(axes[0])} \times {axis_text(axes[1])}}}"


def _remark(symbol: Symbol) -> Text | None:
    parts = [word(f"is-{p}") for p in sorted(symbol.properties) if p != "integer"]
    if symbol.of:
        arguments = ", ".join(f"${latex_of(s, Letters(s))}$" for s in symbol.of)
        function = word("function-of")
        parts.append(Text(*(function[lang].format(arguments) for lang in ("zh", "en"))))
    if not parts:
        return None
    return Text("、".join(p.zh for p in parts), ", ".join(p.en for p in parts))
