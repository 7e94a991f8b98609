"""Whether there is a calculator, and where it is kept: all that a build which has nothing to do asks about it."""

from __future__ import annotations

import shutil
from hashlib import blake2b
from pathlib import Path

from cheatsheet.packaged import PACKAGE, engine_version, packaged
from cheatsheet.store import cache_folder, in_use

NAME = "derive.html"


class NoCalculatorError(Exception):
    """The page cannot be made here; the text says why, in one line."""


PROGRAMS = ("node", "npm")


def can_be_made() -> bool:
    """Whether it was made before, or the programs are there that make it."""
    return all(map(shutil.which, PROGRAMS)) or (in_use() and place().exists())


def place() -> Path:
    """The file that holds the page made last from the program as it is."""
    return cache_folder() / "calculator" / f"{engine_key()}.html"


def engine_key() -> str:
    """A hash of all that the page is made from."""
    digest = blake2b(engine_version().encode(), digest_size=16)
    for path in sorted([*packaged("web").rglob("*"), *PACKAGE.rglob("*.yaml")]):
        if path.is_file():
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
