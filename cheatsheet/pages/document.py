"""The whole document, section by section."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from cheatsheet.catalogue.entries import Catalogue, Entry, Section
from cheatsheet.catalogue.reports import CatalogueReport, EntryReport
from cheatsheet.language.errors import Problem
from cheatsheet.language.expressions import Symbol
from cheatsheet.language.glossary import Text, word
from cheatsheet.pages.authored import authored_blocks, differential_block, in_order
from cheatsheet.pages.claims import claim_in, claim_line, definition_line
from cheatsheet.pages.derivations import blocks_of_claim
from cheatsheet.pages.everywhere import in_every_layout
from cheatsheet.pages.examples import example_block
from cheatsheet.pages.givens import bold_letters, conditions, given_lines
from cheatsheet.pages.kept import PageShelf
from cheatsheet.pages.keys import PageKeys
from cheatsheet.pages.model import (
    Block,
    DisplayBlock,
    Document,
    EntryPage,
    Language,
    Layout,
    PitfallLine,
    SectionPage,
    StepsBlock,
)
from cheatsheet.pages.one_layout import in_one_layout
from cheatsheet.pages.pitfalls import pitfall_line
from cheatsheet.pages.prose import embolden
from cheatsheet.pages.right_lines import problems_of, wrong_lines
from cheatsheet.pages.sheet import chosen_boxes
from cheatsheet.pages.tables import shown_block
from cheatsheet.parallel import over_cores
from cheatsheet.printing.terminal_maths import plain

Progress = Callable[[int], None]


class WrongLines(Exception):
    """Lines that entries have written themselves do not follow by the rules that they name."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("lines of derivations do not follow")
        self.problems = problems


def document(
    catalogue: Catalogue,
    report: CatalogueReport,
    lang: Language = "both",
    layout: Layout | None = None,
    progress: Progress | None = None,
) -> Document:
    """The pages of a catalogue all of whose claims are as expected; raises :class:`WrongLines`."""
    another = {e.id for e in catalogue if layout and _is_about_another(e, catalogue.layout, layout)}
    if wrong := wrong_lines(r for r in report.entries if r.entry.id in another):
        raise WrongLines(wrong)
    shown = [r for r in report.entries if r.entry.id not in another]
    pages = {page.id: page for page in _entry_pages(shown, layout, progress or (lambda count: None))}
    sections = [
        _section_page(section, number, tuple(pages[e.id] for e in section.entries if e.id in pages), layout)
        for number, section in enumerate(catalogue.sections, start=1)
    ]
    boxes = chosen_boxes(catalogue.sheet, sections)
    return Document(
        catalogue.title,
        tuple(sections),
        lang,
        layout,
        boxes=boxes,
        base_url=catalogue.base_url,
        sources=tuple(catalogue.sources.items()),
    )


def _is_about_another(entry: Entry, usual: str, layout: Layout) -> bool:
    """Whether an entry speaks of a layout that the document does not have: by its own, or by its name."""
    others = [word(f"column-{name}") for name in ("numerator", "denominator") if name != layout]
    others += [word("mixed-layout")] if layout != "mixed" else []
    named = any(o.zh in entry.name.zh or o.en in entry.name.en.lower() for o in others)
    return named or entry.layout not in (usual, layout)


def _entry_pages(reports: list[EntryReport], layout: Layout | None, progress: Progress) -> list[EntryPage]:
    """The pages of entries, not numbered yet: those kept from an earlier build, and the others worked out.

    Raises :class:`WrongLines` once all are: a page is made and kept where every line of the entry is right.
    """
    keys = PageKeys(layout)
    named = [keys.key(report) for report in reports]
    shelf = PageShelf()
    try:
        pages = shelf.find(named)
        progress(sum(key in pages for key in named))
        missing = {key: report for key, report in zip(named, reports, strict=True) if key not in pages}
        found = over_cores(_page, [(report, layout) for report in missing.values()], progress)
        made = {k: page for k, page in zip(missing, found, strict=True) if isinstance(page, EntryPage)}
        shelf.keep(list(made), list(made.values()))
    finally:
        shelf.close()
    if len(made) < len(missing):
        raise WrongLines([problem for page in found if not isinstance(page, EntryPage) for problem in page])
    pages |= made
    return [replace(pages[key], key=key) for key in named]


def _page(asked: tuple[EntryReport, Layout | None]) -> EntryPage | tuple[Problem, ...]:
    return problems_of(asked[0].entry) or entry_page(*asked)


def _section_page(
    section: Section, number: int, pages: tuple[EntryPage, ...], layout: Layout | None
) -> SectionPage:
    pages = tuple(replace(page, number=f"{number}.{place}") for place, page in enumerate(pages, start=1))
    letters = bold_letters(s for entry in section.entries for s in _symbols(entry))
    intro = _words(section.intro, letters, layout)
    return SectionPage(
        str(number), section.id, _bold(section.title, letters), pages, intro, number - 1, section.part
    )


def entry_page(report: EntryReport, layout: Layout | None = None) -> EntryPage:
    """One entry, ready to print but for its number."""
    entry = report.entry
    held = [r for r in report.claims if r.claim.expect == "holds"]
    letters = bold_letters(_symbols(entry))
    claims = tuple(claim_line(r, layout) for r in held)
    return EntryPage(
        number="",
        id=entry.id,
        name=_bold(entry.name, letters),
        given=(
            *given_lines(s for s in _symbols(entry) if s.definition is None),
            *(definition_line(s) for s in _symbols(entry) if s.definition is not None),
            *conditions(r.claim.equation for r in held if not r.claim.equation.negated),
        ),
        claims=claims,
        everywhere=tuple(in_every_layout(r, line.verdict) for r, line in zip(held, claims, strict=True)),
        note=_words(entry.note, letters, layout),
        blocks=tuple(_blocks(report, layout)),
        pitfalls=_pitfalls(report, letters, layout),
        tags=entry.tags,
        source=entry.source,
        aliases=entry.aliases,
    )


def _pitfalls(report: EntryReport, letters: frozenset[str], layout: Layout | None) -> tuple[PitfallLine, ...]:
    failed = [r for r in report.claims if r.claim.expect != "holds"]
    found = []
    for number, (pitfall, r) in enumerate(zip(report.entry.pitfalls, failed, strict=True), start=1):
        line = pitfall_line(pitfall, r, layout)
        relaid = bool(line and line.layouts) and pitfall.claim.declarations.layout != layout
        if line is not None and (why := _words(line.why, letters, layout, relaid)) is not None:
            found.append(replace(line, why=why, number=number))
    return tuple(found)


def _symbols(entry: Entry) -> list[Symbol]:
    """What the entry declares, what its claims take from the catalogue's defaults, and its definitions."""
    found = dict(entry.given)
    for claim in entry.claims:
        found |= claim.declarations.symbols
    return list(found.values())


def _bold(text: Text, letters: frozenset[str]) -> Text:
    """The words with the vectors and matrices in their formulas as the claims print them."""
    return Text(embolden(text.zh, letters), embolden(text.en, letters))


def _words(
    text: Text | None, letters: frozenset[str], layout: Layout | None, relaid: bool = False
) -> Text | None:
    """The same of words that may speak of a layout that the document does not have."""
    said = None if text is None else in_one_layout(text, layout, relaid)
    return None if said is None else _bold(said, letters)


WIDEST_LINE = 66
"""Characters of a line; a derivation by components with a longer one is made by differentials where it can be."""


def _widest(blocks: Iterable[Block]) -> int:
    rows = (row for block in blocks if isinstance(block, StepsBlock) for row in block.rows)
    return max((len(plain(row.equation.right)) for row in rows), default=0)


def _blocks(report: EntryReport, layout: Layout | None) -> list[Block]:
    entry = report.entry
    blocks: list[Block] = [shown_block(name, layout) for name in entry.show]
    held = [r for r in report.claims if r.claim.expect == "holds"]
    derived: list[StepsBlock | DisplayBlock] = list(authored_blocks(entry, layout))
    written = {number for derivation in entry.derivations for number in derivation.numbers}
    for number, r in enumerate(held, start=1):
        if number in written:
            continue
        equation = claim_in(r, layout)[0]
        block = differential_block(entry, number, equation, layout)
        by_components = [] if block else blocks_of_claim(r, len(held) > 1, layout, entry.id)
        if _widest(by_components) > WIDEST_LINE:
            block = differential_block(entry, number, equation, layout, rather=True)
        derived += [block] if block else [replace(b, of=number) for b in by_components]
    blocks += in_order(derived)
    example = example_block(report, layout)
    return blocks if example is None else [*blocks, example]
