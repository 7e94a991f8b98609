"""How the calculator is made beside the rest of a build.

Making the page takes npm and Node.js; whoever lacks them has everything but this page. What is in it is said in
:mod:`.calculator_page`, which a build that has nothing to do does not load.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from cheatsheet.pages.calculator_kept import NAME, NoCalculatorError, engine_key, place
from cheatsheet.store import in_use, nothing_kept, write_whole


@contextmanager
def calculator_beside(folder: Path, wanted: bool) -> Iterator[Callable[[], tuple[Path | None, str]]]:
    """While the block works, a process makes the page; the function that is given waits for :func:`try_calculator`.

    A process and no thread, for the block may fork. A block that fails ends it. Nothing is made unless ``wanted``.
    """
    if not wanted or (in_use() and place().exists()):
        yield lambda: try_calculator(folder) if wanted else (None, "")
        return
    command = [sys.executable, "-m", __name__, str(folder), *([] if in_use() else ["--no-cache"])]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)

    def waited() -> tuple[Path | None, str]:
        note = process.communicate()[0].strip()
        if process.returncode and not note:
            note = f"{NAME} is not made: the process that makes it ended with {process.returncode}"
        return (None, note) if note else (folder / NAME, "")

    try:
        yield waited
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            process.communicate()


def try_calculator(folder: Path) -> tuple[Path | None, str]:
    """The page in the folder, or why there is none, in one line."""
    try:
        return write_calculator(folder), ""
    except (NoCalculatorError, OSError) as error:
        return None, str(error)


def write_calculator(folder: Path) -> Path:
    """Put the page into a folder, made anew where the engine or the page itself has changed since.

    Raises :class:`NoCalculatorError`.
    """
    target, key = folder / NAME, engine_key()
    kept = place()
    if in_use() and target.exists() and key.encode() in target.open("rb").read(1000):
        return target
    if not in_use() or not kept.exists():
        from cheatsheet.pages.calculator_page import render_calculator

        page = render_calculator(key).encode("utf-8")
        kept.parent.mkdir(parents=True, exist_ok=True)
        for old in kept.parent.glob("*.html"):
            old.unlink(missing_ok=True)
        write_whole(kept, page)
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(target, kept.read_bytes())
    return target


if __name__ == "__main__":
    with nothing_kept() if "--no-cache" in sys.argv else nullcontext():
        print(try_calculator(Path(sys.argv[1]))[1])
