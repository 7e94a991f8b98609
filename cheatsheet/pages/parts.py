"""A book in parts: each typeset for itself, at the same time and only where it has changed, then joined.

The source marks its parts (:data:`MARK`): the front, each chapter, the back. Page numbers are left open
in the parts and filled in when they are joined, so that a chapter does not depend on those before it; only the front
and the back, with contents and index, need to know on which pages the entries stand. A run of XeTeX spends more time on
its preamble than on the pages of a part, so that parts that are new share the runs, one for each core; what is typeset
of a part does not depend on its company.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from cheatsheet.pages.engine import CompileError, Report, Run, digest, missing, read
from cheatsheet.pages.texlog import Problem, read_log
from cheatsheet.pages.xdv import Folio, Part, joined, read_again, split
from cheatsheet.store import write_whole

MARK = re.compile(r"^%--- (front|body|back)$", re.MULTILINE)
_BEGIN, _END = "\\begin{document}\n", "\\end{document}\n"
_IN_PARTS = "\\def\\InParts{}\n"
_COMPRESSION = "6"  # 9, which is usual, takes a quarter longer and makes the file 2 % smaller
_FIRST_PAGE = "\\null\\newpage\n"  # takes what is said of the document as a whole, once
_PAGE = re.compile(r"\\Known\{([^{}]*)\}\{(\d+)\}")
_PAGES = re.compile(r"\\Pages\{(\d+)\}")
_PART = re.compile(r"^@part$", re.MULTILINE)


def is_in_parts(source: str) -> bool:
    """Whether a source has marks of parts."""
    return MARK.search(source) is not None


@dataclass(frozen=True)
class Typeset:
    """A part as XeTeX left it: its pages, the places of entries on them, complaints of the log, whether it was new."""

    part: Part
    places: tuple[tuple[str, int], ...]
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
        preamble = _IN_PARTS + source[:start]
        _, *marked = MARK.split(source[start : source.rindex(_END)])
        front, *bodies, back = marked[1::2]
        if self.report:
            self.report(self.name, 1)
        typeset = self.parts(preamble + _FIRST_PAGE, bodies, "", 1)
        known = _known(typeset)
        ends = self.parts(preamble, [front, back], known, 0)
        whole = [ends[0], *typeset, ends[1]]
        self.sweep()
        problems = tuple(dict.fromkeys(p for part in whole for p in part.problems))
        return self.pdf(whole), int(any(part.fresh for part in whole)), problems

    def parts(self, preamble: str, texts: Sequence[str], known: str, spare: int) -> list[Typeset]:
        """The parts typeset now or before; those that are new are shared out to as many runs as there are cores.

        With ``spare`` pages before the first part; without, each part is a run of its own.
        """
        epoch = self.environment["SOURCE_DATE_EPOCH"]
        keys = [digest("\0".join((epoch, preamble, text, known)).encode()) for text in texts]
        self.used.update(keys)
        found = {key: self.kept(key) for key in keys}
        missing = {k: text for k, text in zip(keys, texts, strict=True) if found[k] is None}
        cores = max(1, os.cpu_count() or 1)
        runs = _shared_out(missing, cores if spare else len(missing))
        with ThreadPoolExecutor(cores) as pool:
            jobs = [pool.submit(self.run, preamble, run, known, spare) for run in runs]
            for job in jobs:
                found |= job.result()
        return [part for part in map(found.get, keys) if part is not None]

    def kept(self, key: str) -> Typeset | None:
        """What an earlier build left of a part."""
        try:
            record = json.loads(read(self.folder(key) / "record.json"))
            xdv = (self.folder(key) / "part.xdv").read_bytes()
            if digest(xdv) == record["xdv"]:
                problems = tuple(Problem(**p) for p in record["problems"])
                part = read_again(xdv, [f and Folio(f[0], f[1], f[2], tuple(f[3])) for f in record["folios"]])
                return Typeset(part, tuple(map(tuple, record["places"])), problems, False)
        except (OSError, ValueError, KeyError, TypeError):
            pass
        return None

    def folder(self, key: str) -> Path:
        return self.state / "parts" / key

    def run(self, preamble: str, texts: Mapping[str, str], known: str, spare: int) -> dict[str, Typeset]:
        """Parts by key, typeset in one run and kept."""
        with tempfile.TemporaryDirectory(dir=self.scratch) as folder:
            run = Run(self.engine, self.environment, Path(folder), self.name, None, ("-no-pdf",), ".xdv")
            run.file(".tex").write_text(preamble + "".join(texts.values()) + _END, encoding="utf-8")
            run.file(".known").write_text(known, encoding="utf-8")
            problems = run.one_pass()
            log = run.file(".log")
            if log.exists():
                write_whole(self.state / log.name, log.read_bytes())
            if any(p.kind in ("error", "missing-glyph") for p in problems):
                raise CompileError(problems)
            xdv = run.file(".xdv").read_bytes()
            lists = [read(run.file(f"-{k}.pages")) for k in range(1, len(texts) + 1)] if spare else [""]
            logs = _PART.split(read(log))[-len(texts) :]
        counts = [spare, *(int(_PAGES.findall(text)[-1]) for text in lists)] if spare else None
        made = {}
        for key, part, places, said in zip(texts, split(xdv, counts)[spare:], lists, logs, strict=True):
            found = tuple((id, int(page)) for id, page in _PAGE.findall(places))
            made[key] = Typeset(part, found, read_log(said, self.name), True)
            self.keep(key, made[key])
        return made

    def keep(self, key: str, typeset: Typeset) -> None:
        xdv = joined([typeset.part], [None])
        record = {
            "xdv": digest(xdv),
            "places": typeset.places,
            "folios": [f and (f.start, f.end, f.place, f.digits) for f in typeset.part.folios],
            "problems": [vars(problem) for problem in typeset.problems],
        }
        self.folder(key).mkdir(parents=True, exist_ok=True)
        write_whole(self.folder(key) / "part.xdv", xdv)
        written = json.dumps(record, ensure_ascii=False)
        write_whole(self.folder(key) / "record.json", written.encode("utf-8"))

    def pdf(self, whole: Sequence[Typeset]) -> bytes:
        """The parts joined, the chapters numbered from 1 and the back after them, and made into a PDF."""
        first = 1
        numbers: list[int | None] = [None]
        for part in whole[1:]:
            numbers.append(first)
            first += len(part.part.pages)
        file = self.scratch / f"{self.name}.xdv"
        labels = f"pdf:docview <</PageLabels<</Nums[0<</S/r>> {len(whole[0].part.pages)}<</S/D>>]>>>>"
        file.write_bytes(joined([part.part for part in whole], numbers, labels))
        try:
            made = subprocess.run(
                ["xdvipdfmx", "-q", "-z", _COMPRESSION, "-o", f"{self.name}.pdf", file.name],
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


def _shared_out(texts: Mapping[str, str], runs: int) -> list[dict[str, str]]:
    """Texts by key in at most so many runs of about the same length, each in the order of the book."""
    shared: list[list[str]] = [[] for _ in range(min(runs, len(texts)))]
    for key in sorted(texts, key=lambda k: len(texts[k]), reverse=True):
        min(shared, key=lambda run: sum(len(texts[k]) for k in run)).append(key)
    return [{key: text for key, text in texts.items() if key in run} for run in shared]


def _known(typeset: Sequence[Typeset]) -> str:
    """On which page of the book every entry stands, as the front and the back read it."""
    lines, before = [], 0
    for part in typeset:
        lines += [f"\\Known{{{id}}}{{{page + before}}}\n" for id, page in part.places]
        before += len(part.part.pages)
    return "".join(lines)
