"""The files that come with the program: inside the installed package, or at the top of a checkout."""

from __future__ import annotations

import sys
from functools import cache
from hashlib import blake2b
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def packaged(name: str) -> Path:
    """Where a file or folder that travels with the package is: the catalogue, the templates."""
    inside = PACKAGE / name
    return inside if inside.exists() else PACKAGE.parent / name


@cache
def engine_version() -> str:
    """A hash of the package's own source, so that a changed engine never answers from what it kept before."""
    digest = blake2b(repr(sys.version_info[:3]).encode(), digest_size=12)
    for path in sorted(PACKAGE.rglob("*.py")):
        digest.update(path.relative_to(PACKAGE).as_posix().encode() + b"\0")
        digest.update(path.read_bytes())
    return digest.hexdigest()
