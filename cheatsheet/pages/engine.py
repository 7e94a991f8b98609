"""One run of XeLaTeX in a scratch directory of its own, and files that are replaced as a whole."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cheatsheet.pages.texlog import Problem, missing_part, read_log

SECONDS_PER_PASS = 300
MOST_PASSES = 4

Report = Callable[[str, int], None]


MOST_TOLD = 40
"""Of more problems than these, and a slip in a template makes hundreds, only the number is told."""


class MissingTeXError(RuntimeError):
    """There is no XeLaTeX, or a package or font is missing; the message says what to install."""


class CompileError(RuntimeError):
    """TeX made no PDF, or a wrong one; ``problems`` say why, entry by entry."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        more = len(problems) - MOST_TOLD
        told = [*map(str, problems[:MOST_TOLD]), *([f"… and {more} more"] if more > 0 else [])]
        super().__init__("\n".join(told))
        self.problems = problems


def tex_packages() -> tuple[str, ...]:
    """The Debian packages that bring XeLaTeX and the fonts."""
    listed = Path(__file__).with_name("tex-packages.txt").read_text(encoding="utf-8")
    return tuple(listed.split())


def missing(what: str) -> MissingTeXError:
    return MissingTeXError(
        f"{what} is not installed, so there are no PDFs. On Debian or Ubuntu: "
        f"apt-get install --no-install-recommends {' '.join(tex_packages())}. Elsewhere: "
        "TeX Live with xelatex, ctex and unicode-math, and the fonts Noto Serif CJK SC, "
        "Noto Sans CJK SC, Noto Sans Mono CJK SC, TeX Gyre Pagella, Heros, Cursor and Pagella Math."
    )


@dataclass
class Run:
    """One compilation, in a scratch directory of its own."""

    engine: str
    environment: dict[str, str]
    scratch: Path
    name: str
    report: Report | None
    options: tuple[str, ...] = ()
    makes: str = ".pdf"

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
            found = read(self.file(".pages"))
            if found == known:
                break
            known = found
        return passes, problems

    def one_pass(self) -> tuple[Problem, ...]:
        options = ("-interaction=nonstopmode", "-no-shell-escape", *self.options)
        command = [self.engine, *options, self.name + ".tex"]
        self.file(self.makes).unlink(missing_ok=True)
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
        if lacking := missing_part(written):
            raise missing(lacking)
        problems = read_log(written, self.name)
        broken = finished.returncode != 0 or not self.file(self.makes).exists()
        if broken and not any(p.kind in ("error", "missing-glyph") for p in problems):
            said = finished.stderr.decode("utf-8", "replace").strip() or f"exit {finished.returncode}"
            problems += (
                Problem(self.name, None, "", "error", f"xelatex made no {self.makes[1:].upper()}: {said}"),
            )
        return problems


def read(path: Path) -> str:
    """The text of a file, nothing where there is none."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
