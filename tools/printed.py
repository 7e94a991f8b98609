"""How the printed pages came out, in figures: ``python -m tools.printed [FOLDER]`` for the PDFs of a build.

Pages; the smallest text; the share of the text block that carries ink, in cells of six points; and how
many entries have a derivation, a counterexample (for a claim with ≠), or the place where one is.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

CELL = 6
MARGIN = 37
"""Points around the text block of the handbook."""
FOOT = 31
DARK = 192
ZOOM = 3
"""Sizes of fonts are told in whole points: of a page three times as large, they are known to a third."""


def said_by(program: str, *arguments: str | Path) -> bytes:
    """What a program of poppler-utils prints."""
    return subprocess.run([program, *arguments], capture_output=True, check=True).stdout


def page_count(pdf: Path) -> int:
    """The number of pages."""
    found = re.search(rb"Pages:\s+(\d+)", said_by("pdfinfo", pdf))
    return int(found[1]) if found else 0


def text_sizes(pdf: Path) -> dict[float, str]:
    """The sizes of all visible text, in points, each with an example."""
    shown = said_by("pdftohtml", "-xml", "-i", "-zoom", str(ZOOM), "-stdout", pdf).decode("utf-8", "replace")
    sizes = dict(re.findall(r'<fontspec id="(\d+)" size="(\d+)"', shown))
    used = re.findall(r'<text [^>]*font="(\d+)"[^>]*>(.*)</text>', shown)
    return {int(sizes[font]) / ZOOM: words for font, words in used}


def ink(pdf: Path) -> list[float]:
    """Of each page, the share of the cells of its text block in which there is anything."""
    return [
        _inked(page[MARGIN:-FOOT, MARGIN:-MARGIN])
        for page in _pictures(said_by("pdftoppm", "-r", "72", "-gray", pdf))
    ]


def _inked(block: NDArray[np.uint8]) -> float:
    rows, columns = (size // CELL for size in block.shape)
    cells = (block[: rows * CELL, : columns * CELL] < DARK).reshape(rows, CELL, columns, CELL)
    return float(cells.any(axis=(1, 3)).mean())


def _pictures(data: bytes) -> Iterator[NDArray[np.uint8]]:
    """The pages of a file with one PGM picture behind another."""
    at = 0
    while at < len(data):
        head = re.match(rb"P5\s+(\d+)\s+(\d+)\s+\d+\s", data[at : at + 40])
        assert head is not None
        width, height = int(head[1]), int(head[2])
        start = at + head.end()
        yield np.frombuffer(data[start : start + width * height], np.uint8).reshape(height, width)
        at = start + width * height


def main(folder: Path) -> None:
    """Print the figures."""
    sheet, book = folder / "cheatsheet.pdf", folder / "handbook.pdf"
    print(f"sheet: {page_count(sheet)} pages, smallest text {min(text_sizes(sheet)):.1f} pt")
    shares = ink(book)
    print(f"handbook: {page_count(book)} pages, ink on {sum(shares) / len(shares):.1%} of the text block")
    source = (folder / "handbook.tex").read_text(encoding="utf-8")
    entries = re.split(r"^\\EntryHead\{", source, flags=re.MULTILINE)[1:]
    stated = [entry for entry in entries if r"\Statement{" in entry]
    derived = [entry for entry in stated if r"\Steps{" in entry]
    shown = [entry for entry in stated if r"}{\neq}{" in entry and r"\Display{" in entry]
    cited = [entry for entry in set(stated) - {*derived, *shown} if re.search(r"\\Label\{.*\[.*\]\}", entry)]
    print(
        f"entries: {len(entries)}, with equations {len(stated)}: derived {len(derived)}, "
        f"shown by a counterexample {len(shown)}, cited with the place of a derivation {len(cited)}"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "build"))
