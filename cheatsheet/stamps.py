"""Knowing that nothing has changed: what a build was made from, kept beside what it made."""

from __future__ import annotations

import json
import os
import tempfile
from hashlib import blake2b
from pathlib import Path

from cheatsheet.templating import template_folder
from cheatsheet.verify.cache import engine_version

FOLDER = ".tex"
NAME = "build.json"


def fingerprint(*parts: str) -> str:
    """A hash of the program (its code, templates and words) and of whatever else the pages depend on."""
    digest = blake2b(engine_version().encode(), digest_size=16)
    package = Path(__file__).parent
    for path in sorted([*template_folder().rglob("*"), *package.glob("*.yaml")]):
        if path.is_file():
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    for part in (os.environ.get("SOURCE_DATE_EPOCH", ""), *parts):
        digest.update(b"\0" + part.encode())
    return digest.hexdigest()


def unchanged(folder: Path, key: str) -> dict[str, int] | None:
    """The summary of verdicts of the build with this fingerprint, if its files still are what it made."""
    try:
        record = json.loads((folder / FOLDER / NAME).read_text(encoding="utf-8"))
        same = record["key"] == key and all(
            digest_of(folder / name) == digest for name, digest in record["files"].items()
        )
        return {str(k): int(v) for k, v in record["summary"].items()} if same and record["files"] else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def remember(folder: Path, key: str, files: list[Path], summary: dict[str, int]) -> None:
    """Record what was made; written beside and renamed, so that a kill leaves the old record or the new one."""
    record = {
        "key": key,
        "summary": summary,
        "files": {str(f.relative_to(folder)): digest_of(f) for f in files},
    }
    place = folder / FOLDER
    place.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=place, delete=False, encoding="utf-8") as beside:
        json.dump(record, beside)
    os.replace(beside.name, place / NAME)


def digest_of(path: Path) -> str:
    return blake2b(path.read_bytes(), digest_size=16).hexdigest()
