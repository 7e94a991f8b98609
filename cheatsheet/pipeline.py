"""The map: the stages in order, each taking what the one before returns.

file → ``catalogue.load`` → catalogue → ``catalogue.reports`` → verdicts → ``pages.document`` → pages →
``pages.web`` → HTML, and ``pages.templating`` → LaTeX → ``pages.compile`` → PDF
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from cheatsheet import __version__
from cheatsheet.catalogue.entries import Catalogue
from cheatsheet.catalogue.reports import CatalogueReport, check_entries
from cheatsheet.language.errors import Problem
from cheatsheet.pages import stamps
from cheatsheet.pages.calculator import calculator_beside
from cheatsheet.pages.calculator_kept import can_be_made
from cheatsheet.pages.compile import Compiled, compile_all
from cheatsheet.pages.document import WrongLines, document
from cheatsheet.pages.model import Document, Language, Layout, Paper, Sums
from cheatsheet.pages.templating import KINDS, render
from cheatsheet.pages.web import NAME, render_page, write_page
from cheatsheet.parallel import beside

Progress = Callable[[str, int, int], None]
"""Called with the name of a stage, how much of it is done, and how much there is."""

DOCUMENTS = {"sheet": "cheatsheet", "handbook": "handbook"}


class CatalogueDoesNotHold(Exception):
    """Some claim does not hold, some pitfall does, or a line of a derivation is wrong: nothing is printed."""

    def __init__(self, report: CatalogueReport, lines: list[Problem] | None = None) -> None:
        super().__init__("the catalogue does not hold")
        self.report = report
        self.lines = lines or []


@dataclass(frozen=True)
class Built:
    """What a build made: the PDFs and the page, how many claims had each verdict, whether there was anything to do."""

    pdfs: dict[str, Compiled]
    page: Path
    summary: dict[str, int]
    changed: bool = True
    calculator: Path | None = None
    note: str = ""
    """Why there is no calculator, where one was asked for."""


def build(
    catalogue: Catalogue,
    folder: Path,
    lang: Language = "both",
    layout: Layout | None = None,
    progress: Progress | None = None,
    paper: Paper = "a4",
    greyscale: bool = False,
    sums: Sums = "sigma",
    full: bool = False,
    calculator: bool = False,
    pdf: bool = True,
) -> Built:
    """Check the catalogue and write its PDFs to a folder; nothing is done where nothing has changed.

    ``full``: the handbook has every derivation of every claim; ``sums`` says whether Σ stands in them; ``calculator``:
    that page is made as well, beside all this; without ``pdf`` TeX does not run.

    Raises :class:`CatalogueDoesNotHold` before anything is written if a claim is not as expected, and what
    :func:`cheatsheet.pages.compile.compile_all` raises, by when the page for a browser is there already.
    """
    look = {"paper": paper, "greyscale": greyscale, "sums": sums, "full": full}
    key = stamps.key_of(catalogue.text, lang, layout, *look.values(), can_be_made())
    before = stamps.unchanged(folder, key)
    if before is not None:
        pdfs = {n: Compiled(folder / f"{n}.pdf", 0, ()) for n in DOCUMENTS.values()}
        return Built(pdfs, folder / NAME, before.summary, False)
    tell = progress or (lambda stage, done, total: None)
    with calculator_beside(folder, calculator) as made:
        report, pages = checked_pages(catalogue, tell, lang, layout)
        pages = replace(pages, version=__version__, **look)  # type: ignore[arg-type]

        def written() -> Path:
            return write_page(folder, render_page(pages, catalogue, report, calculator and can_be_made()))

        with beside(written) as page_made:
            try:
                pdfs = _pdfs(pages, folder, tell) if pdf else {}
            finally:
                page = page_made()
                derive, note = made()
    if pdf and not any(compiled.problems for compiled in pdfs.values()):
        stamps.remember(folder, key, [*(compiled.pdf for compiled in pdfs.values()), page], report.summary)
    return Built(pdfs, page, report.summary, calculator=derive, note=note)


def _pdfs(pages: Document, folder: Path, tell: Progress) -> dict[str, Compiled]:
    sources = {DOCUMENTS[kind]: render(pages, kind) for kind in KINDS}
    return compile_all(sources, folder, lambda name, number: tell(f"TeX {name}.pdf", number, 0))


def checked_pages(
    catalogue: Catalogue, tell: Progress, lang: Language = "both", layout: Layout | None = None
) -> tuple[CatalogueReport, Document]:
    """The verdicts and the pages of a catalogue; raises :class:`CatalogueDoesNotHold`."""
    report = check_entries(catalogue, _counter(tell, "verify", sum(len(e.all_claims) for e in catalogue)))
    if not report.ok:
        raise CatalogueDoesNotHold(report)
    try:
        return report, document(catalogue, report, lang, layout, _counter(tell, "derive", len(catalogue)))
    except WrongLines as wrong:
        raise CatalogueDoesNotHold(report, wrong.problems) from None


def _counter(tell: Progress, stage: str, total: int) -> Callable[[int], None]:
    """Adds up what a stage has done and tells it."""
    done = 0

    def count(more: int) -> None:
        nonlocal done
        done += more
        tell(stage, done, total)

    return count
