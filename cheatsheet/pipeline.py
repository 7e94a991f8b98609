"""The map: the stages in order, each taking what the one before returns.

file → :mod:`load` → catalogue → :mod:`reports` → verdicts → :mod:`typeset` → pages → :mod:`templating` → LaTeX →
:mod:`compile` → PDF
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cheatsheet.catalogue import Catalogue
from cheatsheet.compile import Compiled, compile_all
from cheatsheet.pages import Language, Layout
from cheatsheet.reports import CatalogueReport, check_entries
from cheatsheet.templating import KINDS, render
from cheatsheet.typeset import document

Progress = Callable[[str, int, int], None]
"""Called with the name of a stage, how much of it is done, and how much there is."""

DOCUMENTS = {"sheet": "cheatsheet", "handbook": "handbook"}


class CatalogueDoesNotHold(Exception):  # noqa: N818 - it is a finding
    """Some claim does not hold or some pitfall does: nothing is printed."""

    def __init__(self, report: CatalogueReport) -> None:
        super().__init__("the catalogue does not hold")
        self.report = report


@dataclass(frozen=True)
class Built:
    """What a build made."""

    report: CatalogueReport
    pdfs: dict[str, Compiled]


def build(
    catalogue: Catalogue,
    folder: Path,
    lang: Language = "both",
    layout: Layout | None = None,
    progress: Progress | None = None,
) -> Built:
    """Check the catalogue and write its PDFs to a folder.

    Raises :class:`CatalogueDoesNotHold` before anything is written if a claim is not as expected, and what
    :func:`cheatsheet.compile.compile_all` raises.
    """
    tell = progress or (lambda stage, done, total: None)
    total = sum(len(entry.all_claims) for entry in catalogue)
    done = [0]

    def verified(count: int) -> None:
        done[0] += count
        tell("verify", done[0], total)

    report = check_entries(catalogue, verified)
    if not report.ok:
        raise CatalogueDoesNotHold(report)
    entries = len(catalogue)
    set_so_far = [0]

    def typeset(count: int) -> None:
        set_so_far[0] += count
        tell("derive", set_so_far[0], entries)

    pages = document(catalogue, report, lang, layout, typeset)
    sources = {DOCUMENTS[kind]: render(pages, kind) for kind in KINDS}
    pdfs = compile_all(sources, folder, lambda name, number: tell(f"TeX {name}.pdf", number, 0))
    return Built(report, pdfs)
