"""LaTeX to PDF, the log read, the good PDF never lost.

Every run has a scratch directory of its own and puts its results in place by renaming, the PDF
first and the record of it last: a build that is killed, or two builds at once, leave whole files,
and a record that does not fit its PDF only means that the next build compiles again. The templates
write no .aux file: bookmarks are written where they stand, and the pages of entries, which contents and index need, go
into NAME.pages. They are kept, and where they turn out as they were known, one pass was enough.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from cheatsheet.pages.engine import (
    CompileError,
    MissingTeXError,
    Report,
    Run,
    digest,
    missing,
    read,
    tex_packages,
)
from cheatsheet.pages.parts import Book, is_in_parts
from cheatsheet.pages.texlog import Problem
from cheatsheet.store import write_whole

__all__ = [
    "CompileError",
    "Compiled",
    "MissingTeXError",
    "compile_all",
    "compile_pdf",
    "find_engine",
    "tex_packages",
]

# The date inside the PDF where SOURCE_DATE_EPOCH is not set: the same input, the same bytes.
DEFAULT_EPOCH = "1735689600"  # 2025-01-01
STATE_FOLDER = ".tex"
KNOWN = "known"
_ABANDONED_AFTER = 3600  # seconds; a scratch directory older than this belongs to no living run


@dataclass(frozen=True)
class Compiled:
    """A finished PDF. ``passes`` is 0 where nothing had changed; problems are never errors."""

    pdf: Path
    passes: int
    problems: tuple[Problem, ...]


def find_engine() -> str:
    """The path of ``xelatex``; raises :class:`MissingTeXError` where there is none."""
    engine = shutil.which("xelatex")
    if engine is None:
        raise missing("xelatex")
    return engine


def compile_all(
    sources: Mapping[str, str], folder: Path, report: Report | None = None
) -> dict[str, Compiled]:
    """Writes ``NAME.tex`` and ``NAME.pdf`` into ``folder`` for each name, side by side.

    ``report(name, number)`` is called as each pass of each document begins. The .tex files are
    written even where no TeX is to be had. Raises :class:`MissingTeXError`, or :class:`CompileError`
    with the problems of all documents.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, source in sources.items():
        write_whole(folder / f"{name}.tex", source.encode("utf-8"))
    find_engine()
    with ThreadPoolExecutor(max_workers=max(1, len(sources))) as pool:
        jobs = {n: pool.submit(compile_pdf, s, folder / f"{n}.pdf", report) for n, s in sources.items()}
    errors = [job.exception() for job in jobs.values()]
    for error in errors:
        if error is not None and not isinstance(error, CompileError):
            raise error
    problems = tuple(p for e in errors if isinstance(e, CompileError) for p in e.problems)
    if problems:
        raise CompileError(problems)
    return {name: job.result() for name, job in jobs.items()}


def compile_pdf(source: str, target: Path, report: Report | None = None) -> Compiled:
    """Compiles ``source`` to ``target``, unless it already is the PDF of this very source.

    Raises :class:`MissingTeXError`, or :class:`CompileError` when TeX reports an error; an older
    ``target`` is then left as it was.
    """
    engine = find_engine()
    state = target.parent / STATE_FOLDER / target.stem
    state.mkdir(parents=True, exist_ok=True)
    environment = _environment()
    key = digest(f"{environment['SOURCE_DATE_EPOCH']}\n{source}".encode())
    if recorded := _recorded(state, key, target):
        return recorded
    _sweep(state)
    with tempfile.TemporaryDirectory(prefix="run-", dir=state) as scratch:
        if is_in_parts(source):
            book = Book(engine, environment, Path(scratch), state, target.stem, report)
            made, passes, problems = book.compiled(source)
        else:
            run = Run(engine, environment, Path(scratch), target.stem, report)
            try:
                passes, problems = run.compiled(source, read(state / KNOWN))
            finally:
                _keep_log(run, state)
            write_whole(state / KNOWN, read(run.file(".pages")).encode("utf-8"))
            made = run.file(".pdf").read_bytes()
        _publish(made, state, target, key, problems)
    return Compiled(target, passes, problems)


def _environment() -> dict[str, str]:
    """The environment of TeX: reproducible dates, unbroken log lines, no files outside."""
    return os.environ | {
        "SOURCE_DATE_EPOCH": os.environ.get("SOURCE_DATE_EPOCH", DEFAULT_EPOCH),
        "FORCE_SOURCE_DATE": "1",
        "TZ": "UTC",
        "max_print_line": "1000",
        "error_line": "254",
        "half_error_line": "238",
        "openin_any": "p",
        "openout_any": "p",
        # XeTeX forgets to free a node of every subscript (make_scripts); in memory of the usual size it then spends
        # most of its time looking for room between them. These are words of 8 bytes.
        "extra_mem_bot": "10000000",
    }


def _recorded(state: Path, key: str, target: Path) -> Compiled | None:
    """What the last run recorded, if it was of this source and its PDF is still in place."""
    try:
        record = json.loads((state / "record.json").read_text(encoding="utf-8"))
        if record["source"] != key or record["pdf"] != digest(target.read_bytes()):
            return None
        return Compiled(target, 0, tuple(Problem(**p) for p in record["problems"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _publish(pdf: bytes, state: Path, target: Path, key: str, problems: tuple[Problem, ...]) -> None:
    write_whole(target, pdf)
    record = {"source": key, "pdf": digest(pdf), "problems": [vars(p) for p in problems]}
    write_whole(state / "record.json", json.dumps(record, ensure_ascii=False).encode("utf-8"))


def _keep_log(run: Run, state: Path) -> None:
    log = run.file(".log")
    if log.exists():
        write_whole(state / log.name, log.read_bytes())


def _sweep(state: Path) -> None:
    """Removes the scratch directories of runs that were killed."""
    for left in state.glob("run-*"):
        if time.time() - left.stat().st_mtime > _ABANDONED_AFTER:
            shutil.rmtree(left, ignore_errors=True)
