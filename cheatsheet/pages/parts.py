"""A book in parts: each typeset for itself, at the same time and only where it has changed, then joined.

The source marks its parts (:data:`MARK`): the front, the chapters some at a time, the back. Page numbers are left open
in the parts and filled in when they are joined, so that a chapter does not depend on those before it; only the front
and the back, with contents and index, need to know on which pages the entries stand.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from cheatsheet.pages.engine import CompileError, Report, Run, digest, missing, read
from cheatsheet.pages.texlog import Problem
from cheatsheet.pages.xdv import joined, take_apart
from cheatsheet.store import write_whole

MARK = re.compile(r"^%--- (front|body|back)$", re.MULTILINE)
_BEGIN, _END = "\\begin{document}\n", "\\end{document}\n"
_IN_PARTS = "\\def\\InParts{}\n"
_PAGE = re.compile(r"\\Known\{([^{}]*)\}\{(\d+)\}")


def is_in_parts(source: str) -> bool:
    """Whether a source has marks of parts."""
    return MARK.search(source) is not None


@dataclass(frozen=True)
class Typeset:
    """A part as XeTeX left it: its pages, the places of entries on them, complaints of the log, whether it was new."""

    xdv: bytes
    places: tuple[tuple[str, int], ...]
    pages: int
    problems: tuple[Problem, ...]
    fresh: bool


@dataclass
class Book:
    """One compilation of a source in parts."""

    engine: str
    environment: dict[str, str]
    scratch: Path
    state: Path
    name: str
    report: Report | None

    def compiled(self, source: str) -> tuple[bytes, int, tuple[Problem, ...]]:
        """The PDF, the passes that it took (0 where every part was at hand), the problems.

        Raises :class:`CompileError` for errors.
        """
        start = source.index(_BEGIN) + len(_BEGIN)
        _, *marked = MARK.split(source[start : source.rindex(_END)])
        parts = [_IN_PARTS + source[:start] + text + _END for text in marked[1::2]]
        kinds = marked[::2]
        if self.report:
            self.report(self.name, 1)
        with ThreadPoolExecutor(max(1, os.cpu_count() or 1)) as pool:
            bodies = [p for p, kind in zip(parts, kinds, strict=True) if kind == "body"]
            typeset = list(pool.map(lambda part: self.part(part, ""), bodies))
            known = _known(typeset)
            front = self.part(parts[0], known)
            back = self.part(parts[-1], known + f"\\Known{{front}}{{{front.pages}}}\n")
        whole = [front, *typeset, back]
        self.sweep()
        problems = tuple(dict.fromkeys(p for part in whole for p in part.problems))
        return self.pdf(whole), int(any(part.fresh for part in whole)), problems

    def part(self, source: str, known: str) -> Typeset:
        """One part, typeset now or before."""
        key = digest("\0".join((self.environment["SOURCE_DATE_EPOCH"], source, known)).encode())
        kept = self.state / "parts" / key
        self.used.add(key)
        try:
            record = json.loads(read(kept / "record.json"))
            xdv = (kept / "part.xdv").read_bytes()
            if digest(xdv) == record["xdv"]:
                problems = tuple(Problem(**p) for p in record["problems"])
                return Typeset(xdv, tuple(map(tuple, record["places"])), record["pages"], problems, False)
        except (OSError, ValueError, KeyError, TypeError):
            pass
        return self.typeset(source, known, kept)

    def typeset(self, source: str, known: str, kept: Path) -> Typeset:
        with tempfile.TemporaryDirectory(dir=self.scratch) as folder:
            run = Run(self.engine, self.environment, Path(folder), self.name, None, ("-no-pdf",), ".xdv")
            run.file(".tex").write_text(source, encoding="utf-8")
            run.file(".known").write_text(known, encoding="utf-8")
            problems = run.one_pass()
            log = run.file(".log")
            if log.exists():
                write_whole(self.state / log.name, log.read_bytes())
            if any(p.kind in ("error", "missing-glyph") for p in problems):
                raise CompileError(problems)
            xdv, places = run.file(".xdv").read_bytes(), read(run.file(".pages"))
        found = tuple((id, int(page)) for id, page in _PAGE.findall(places))
        pages = len(take_apart(xdv, 0).pages)
        record = {
            "xdv": digest(xdv),
            "places": found,
            "pages": pages,
            "problems": [vars(problem) for problem in problems],
        }
        kept.mkdir(parents=True, exist_ok=True)
        write_whole(kept / "part.xdv", xdv)
        write_whole(kept / "record.json", json.dumps(record, ensure_ascii=False).encode("utf-8"))
        return Typeset(xdv, found, pages, problems, True)

    def pdf(self, whole: Sequence[Typeset]) -> bytes:
        """The parts joined, the chapters numbered from 1 and the back after them, and made into a PDF."""
        first = 1
        numbers: list[int | None] = [None]
        for part in whole[1:]:
            numbers.append(first)
            first += part.pages
        apart = [take_apart(part.xdv, slot) for slot, part in enumerate(whole)]
        file = self.scratch / f"{self.name}.xdv"
        file.write_bytes(joined(apart, numbers))
        try:
            made = subprocess.run(
                ["xdvipdfmx", "-q", "-o", f"{self.name}.pdf", file.name],
                cwd=self.scratch,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
            )
        except FileNotFoundError:
            raise missing("xdvipdfmx") from None
        pdf = file.with_suffix(".pdf")
        if made.returncode != 0 or not pdf.exists():
            said = made.stderr.decode("utf-8", "replace").strip() or f"exit {made.returncode}"
            raise CompileError((Problem(self.name, None, "", "error", f"xdvipdfmx made no PDF: {said}"),))
        return pdf.read_bytes()

    def sweep(self) -> None:
        """Removes the parts that this book does not have any more."""
        for kept in (self.state / "parts").glob("*"):
            if kept.name not in self.used:
                for file in kept.glob("*"):
                    file.unlink(missing_ok=True)
                kept.rmdir()

    def __post_init__(self) -> None:
        self.used: set[str] = set()


def _known(typeset: Sequence[Typeset]) -> str:
    """On which page of the book every entry stands, as the front and the back read it."""
    lines, before = [], 0
    for part in typeset:
        lines += [f"\\Known{{{id}}}{{{page + before}}}\n" for id, page in part.places]
        before += part.pages
    return "".join(lines)
