"""LaTeX to PDF, the log read, the good PDF never lost.

Every run has a scratch directory of its own and puts its results in place by renaming, the PDF
first and the record of it last: a build that is killed, or two builds at once, leave whole files,
and a record that does not fit its PDF only means that the next build compiles again. The templates
write no .aux file: bookmarks are written where they stand, and the pages of entries, which contents and index need, go
into NAME.pages. They are kept, and where they turn out as they were known, one pass was enough.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from cheatsheet.pages.texlog import Problem, missing_part, read_log

# The date inside the PDF where SOURCE_DATE_EPOCH is not set: the same input, the same bytes.
DEFAULT_EPOCH = "1735689600"  # 2025-01-01
STATE_FOLDER = ".tex"
SECONDS_PER_PASS = 300
MOST_TOLD = 40
"""Of more problems than these, and a slip in a template makes hundreds, only the number is told."""
MOST_PASSES = 4
KNOWN = "known"
_ABANDONED_AFTER = 3600  # seconds; a scratch directory older than this belongs to no living run

Report = Callable[[str, int], None]


class MissingTeXError(RuntimeError):
    """There is no XeLaTeX, or a package or font is missing; the message says what to install."""


class CompileError(RuntimeError):
    """TeX made no PDF, or a wrong one; ``problems`` say why, entry by entry."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        more = len(problems) - MOST_TOLD
        told = [*map(str, problems[:MOST_TOLD]), *([f"… and {more} more"] if more > 0 else [])]
        super().__init__("\n".join(told))
        self.problems = problems


@dataclass(frozen=True)
class Compiled:
    """A finished PDF. ``passes`` is 0 where nothing had changed; problems are never errors."""

    pdf: Path
    passes: int
    problems: tuple[Problem, ...]


def tex_packages() -> tuple[str, ...]:
    """The Debian packages that bring XeLaTeX and the fonts."""
    listed = Path(__file__).with_name("tex-packages.txt").read_text(encoding="utf-8")
    return tuple(listed.split())


def find_engine() -> str:
    """The path of ``xelatex``; raises :class:`MissingTeXError` where there is none."""
    engine = shutil.which("xelatex")
    if engine is None:
        raise _missing("xelatex")
    return engine


def _missing(what: str) -> MissingTeXError:
    return MissingTeXError(
        f"{what} is not installed, so there are no PDFs. On Debian or Ubuntu: "
        f"apt-get install --no-install-recommends {' '.join(tex_packages())}. Elsewhere: "
        "TeX Live with xelatex, ctex and unicode-math, and the fonts Noto Serif CJK SC, "
        "Noto Sans CJK SC, Noto Sans Mono CJK SC, TeX Gyre Pagella, Heros, Cursor and Pagella Math."
    )


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
        _replace(folder / f"{name}.tex", source.encode("utf-8"))
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
    key = _digest(f"{environment['SOURCE_DATE_EPOCH']}\n{source}".encode())
    if recorded := _recorded(state, key, target):
        return recorded
    _sweep(state)
    with tempfile.TemporaryDirectory(prefix="run-", dir=state) as scratch:
        run = _Run(engine, environment, Path(scratch), target.stem, report)
        try:
            passes, problems = run.compiled(source, _read(state / KNOWN))
        finally:
            _keep_log(run, state)
        _publish(run, state, target, key, problems)
    return Compiled(target, passes, problems)


@dataclass
class _Run:
    """One compilation, in a scratch directory of its own."""

    engine: str
    environment: dict[str, str]
    scratch: Path
    name: str
    report: Report | None

    def file(self, suffix: str) -> Path:
        return self.scratch / (self.name + suffix)

    def compiled(self, source: str, known: str) -> tuple[int, tuple[Problem, ...]]:
        """Passes until the pages of entries are those known; the problems of the last one.

        Raises :class:`CompileError` for errors.
        """
        self.file(".tex").write_text(source, encoding="utf-8")
        for passes in range(1, MOST_PASSES + 1):
            self.file(".known").write_text(known, encoding="utf-8")
            if self.report:
                self.report(self.name, passes)
            problems = self.one_pass()
            if any(p.kind in ("error", "missing-glyph") for p in problems):
                raise CompileError(problems)
            found = _read(self.file(".pages"))
            if found == known:
                break
            known = found
        return passes, problems

    def one_pass(self) -> tuple[Problem, ...]:
        command = [self.engine, "-interaction=nonstopmode", "-no-shell-escape", self.name + ".tex"]
        self.file(".pdf").unlink(missing_ok=True)
        try:
            finished = subprocess.run(
                command,
                cwd=self.scratch,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=SECONDS_PER_PASS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            slow = f"TeX was still running after {SECONDS_PER_PASS} s"
            return (Problem(self.name, None, "", "error", slow),)
        log = self.file(".log")
        written = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
        if missing := missing_part(written):
            raise _missing(missing)
        problems = read_log(written, self.name)
        broken = finished.returncode != 0 or not self.file(".pdf").exists()
        if broken and not any(p.kind in ("error", "missing-glyph") for p in problems):
            said = finished.stderr.decode("utf-8", "replace").strip() or f"exit {finished.returncode}"
            problems += (Problem(self.name, None, "", "error", f"xelatex made no PDF: {said}"),)
        return problems


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


def _read(path: Path) -> str:
    """The text of a file, nothing where there is none."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _replace(target: Path, content: bytes) -> None:
    """Writes a whole file or nothing: beside the target, then renamed onto it."""
    handle, beside = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        os.chmod(beside, 0o644)
        os.replace(beside, target)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def _recorded(state: Path, key: str, target: Path) -> Compiled | None:
    """What the last run recorded, if it was of this source and its PDF is still in place."""
    try:
        record = json.loads((state / "record.json").read_text(encoding="utf-8"))
        if record["source"] != key or record["pdf"] != _digest(target.read_bytes()):
            return None
        return Compiled(target, 0, tuple(Problem(**p) for p in record["problems"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _publish(run: _Run, state: Path, target: Path, key: str, problems: tuple[Problem, ...]) -> None:
    pdf = run.file(".pdf").read_bytes()
    _replace(target, pdf)
    _replace(state / KNOWN, _read(run.file(".pages")).encode("utf-8"))
    record = {"source": key, "pdf": _digest(pdf), "problems": [vars(p) for p in problems]}
    _replace(state / "record.json", json.dumps(record, ensure_ascii=False).encode("utf-8"))


def _keep_log(run: _Run, state: Path) -> None:
    log = run.file(".log")
    if log.exists():
        _replace(state / log.name, log.read_bytes())


def _sweep(state: Path) -> None:
    """Removes the scratch directories of runs that were killed."""
    for left in state.glob("run-*"):
        if time.time() - left.stat().st_mtime > _ABANDONED_AFTER:
            shutil.rmtree(left, ignore_errors=True)
