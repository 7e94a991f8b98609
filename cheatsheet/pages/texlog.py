"""What a TeX log says, told in terms of the catalogue entry it came from.

The templates write ``@at ENTRY PART`` into the log wherever a new part begins; every message that
follows belongs to it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

ProblemKind = Literal["error", "missing-glyph", "overfull", "squeezed"]

# A box that sticks out less than this cannot be seen.
TOLERATED_POINTS = 1.0
# Formulas scaled down further than this are told.
READABLE_SCALE = 0.85

_PLACE = re.compile(r"^@at (\S+)(?: (\S+))?")
_OVERFULL = re.compile(r"^Overfull \\([hv])box \(([\d.]+)pt too (?:wide|high)\)")
_SQUEEZED = re.compile(r"^@squeezed ([\d.]+)")
_GLYPH = re.compile(r"Missing character: There is no (.+?) in font ")
_ERROR = re.compile(r"^(?:! |\S+?\.tex:\d+: )(.+)")


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a page; ``entry`` is None where it belongs to no entry."""

    document: str
    entry: str | None
    part: str
    kind: ProblemKind
    message: str

    def __str__(self) -> str:
        place = self.entry or self.part or "document"
        part = f" ({self.part})" if self.entry and self.part else ""
        return f"{self.document}: {place}{part}: {self.message}"


def read_log(log: str, document: str) -> tuple[Problem, ...]:
    r"""The problems in a log, in order, each once.

    >>> log = "@at quadratic-form note\nOverfull \\hbox (12.5pt too wide) in paragraph\n"
    >>> print(*read_log(log, "handbook"))
    handbook: quadratic-form (note): 12.5pt too wide for the line
    """
    entry, part = None, ""
    problems: dict[Problem, None] = {}
    for line in log.splitlines():
        if place := _PLACE.match(line):
            entry, part = (None if place[1] == "-" else place[1]), place[2] or ""
        elif found := _problem(line):
            problems[Problem(document, entry, part, *found)] = None
    return tuple(problems)


def missing_part(log: str) -> str | None:
    r"""The package or font that TeX looked for in vain, or None.

    >>> missing_part("! LaTeX Error: File `ctex.sty' not found.")
    "the LaTeX package file 'ctex.sty'"
    """
    if file := re.search(r"^! LaTeX Error: File `([^']+)' not found", log, re.MULTILINE):
        return f"the LaTeX package file {file[1]!r}"
    if font := re.search(r'The font "([^"]+)" cannot be found', log):
        return f"the font {font[1]!r}"
    return None


def _problem(line: str) -> tuple[ProblemKind, str] | None:
    if glyph := _GLYPH.search(line):
        return "missing-glyph", f"no font has the character {glyph[1]}"
    if error := _ERROR.match(line):
        return "error", f"TeX says: {error[1].strip()}"
    if (box := _OVERFULL.match(line)) and float(box[2]) > TOLERATED_POINTS:
        what = "wide for the line" if box[1] == "h" else "high for the page"
        return "overfull", f"{box[2]}pt too {what}"
    if (scale := _SQUEEZED.match(line)) and float(scale[1]) < READABLE_SCALE:
        return "squeezed", f"a formula had to be set at {float(scale[1]):.0%} of its size"
    return None
