"""The whole document, section by section."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cheatsheet.catalogue import Catalogue, Entry, Section
from cheatsheet.cores import over_cores
from cheatsheet.expressions import Symbol
from cheatsheet.glossary import Text
from cheatsheet.pages import Block, ClaimLine, Document, EntryPage, Language, Layout, PitfallLine, SectionPage
from cheatsheet.prose import embolden
from cheatsheet.reports import CatalogueReport, EntryReport
from cheatsheet.typeset.claims import claim_line, definition_line
from cheatsheet.typeset.derivations import blocks_of_claim
from cheatsheet.typeset.examples import example_block
from cheatsheet.typeset.givens import bold_letters, given_lines
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
    numbered = [
        (reports[entry.id], f"{number}.{place}", layout)
        for number, section in enumerate(catalogue.sections, start=1)
        for place, entry in enumerate(section.entries, start=1)
    ]
    pages = iter(over_cores(_numbered_page, numbered, progress or (lambda count: None)))
    sections = [
        _section_page(section, number, tuple(next(pages) for _ in section.entries))
        for number, section in enumerate(catalogue.sections, start=1)
    ]
    return Document(catalogue.title, tuple(sections), lang, layout)


def _numbered_page(numbered: tuple[EntryReport, str, Layout | None]) -> EntryPage:
    return entry_page(*numbered)


def _section_page(section: Section, number: int, pages: tuple[EntryPage, ...]) -> SectionPage:
    letters = bold_letters(s for entry in section.entries for s in _symbols(entry))
    intro = None if section.intro is None else _bold(section.intro, letters)
    return SectionPage(str(number), section.id, _bold(section.title, letters), pages, intro, number - 1)


def entry_page(report: EntryReport, number: str, layout: Layout | None = None) -> EntryPage:
    """One entry, ready to print."""
    entry = report.entry
    held = [r for r in report.claims if r.claim.expect == "holds"]
    letters = bold_letters(_symbols(entry))
    claims = [claim_line(r, layout) for r in held]
    return EntryPage(
        number=number,
        id=entry.id,
        name=_bold(entry.name, letters),
        given=(
            *given_lines(s for s in _symbols(entry) if s.definition is None),
            *(definition_line(s) for s in _symbols(entry) if s.definition is not None),
        ),
        claims=tuple(claims),
        note=None if entry.note is None else _bold(entry.note, letters),
        blocks=tuple(_blocks(report, claims, layout)),
        pitfalls=_pitfalls(report, letters),
        tags=entry.tags,
        source=entry.source,
    )


def _pitfalls(report: EntryReport, letters: frozenset[str]) -> tuple[PitfallLine, ...]:
    failed = [r for r in report.claims if r.claim.expect != "holds"]
    lines = [pitfall_line(p, r) for p, r in zip(report.entry.pitfalls, failed, strict=True)]
    return tuple(replace(line, why=_bold(line.why, letters)) for line in lines)


def _symbols(entry: Entry) -> list[Symbol]:
    """What the entry declares, what its claims take from the catalogue's defaults, and its definitions."""
    found = dict(entry.given)
    for claim in entry.claims:
        found |= claim.declarations.symbols
    return list(found.values())


def _bold(text: Text, letters: frozenset[str]) -> Text:
    """The words with the vectors and matrices in their formulas as the claims print them."""
    return Text(embolden(text.zh, letters), embolden(text.en, letters))


def _blocks(report: EntryReport, claims: list[ClaimLine], layout: Layout | None) -> list[Block]:
    entry = report.entry
    blocks: list[Block] = []
    if entry.show is not None:
        blocks.append(shown_block(entry.show, layout))
    held = [r for r in report.claims if r.claim.expect == "holds"]
    for r, line in zip(held, claims, strict=True):
        blocks += blocks_of_claim(r, line, several=len(held) > 1, layout=layout)
    example = example_block(report, layout)
    return blocks if example is None else [*blocks, example]
