"""Knowing that nothing has changed: what a build was made from, kept beside what it made."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from cheatsheet.packaged import PACKAGE, engine_version, packaged
from cheatsheet.store import in_use, write_whole

FOLDER = ".tex"
NAME = "build.json"


def fingerprint(*parts: str) -> str:
    """A hash of the program (its code, templates and words) and of whatever else the pages depend on."""
    digest = blake2b(engine_version().encode(), digest_size=16)
    made_from = [*packaged("templates").rglob("*"), *packaged("web").rglob("*"), *PACKAGE.rglob("*.yaml")]
    for path in sorted(made_from):
        if path.is_file():
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    for part in (os.environ.get("SOURCE_DATE_EPOCH", ""), *parts):
        digest.update(b"\0" + part.encode())
    return digest.hexdigest()


def key_of(text: str, *look: str | bool | None) -> str:
    """The fingerprint of a build: of the catalogue as it is read, and of how it is to be printed."""
    return fingerprint(text, *map(str, look))


@dataclass(frozen=True)
class Record:
    """What a build made: its files, and how many claims had each verdict."""

    files: tuple[Path, ...]
    summary: dict[str, int]


def unchanged(folder: Path, key: str) -> Record | None:
    """What the build with this fingerprint made, if its files still are what it made."""
    if not in_use():
        return None
    try:
        record = json.loads((folder / FOLDER / NAME).read_text(encoding="utf-8"))
        files = {folder / name: digest for name, digest in record["files"].items()}
        if record["key"] != key or not files or any(digest_of(f) != digest for f, digest in files.items()):
            return None
        return Record(tuple(files), {str(k): int(v) for k, v in record["summary"].items()})
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def built_before(catalogue: Path, folder: Path, look: tuple[str | bool | None, ...]) -> Record | None:
    """What was made of the same file before, known without reading it as YAML; ``look`` as :func:`key_of` takes it."""
    try:
        text = catalogue.read_bytes().decode("utf-8")
    except (OSError, ValueError):
        return None
    return unchanged(folder, key_of(text, *look))


def remember(folder: Path, key: str, files: list[Path], summary: dict[str, int]) -> None:
    """Record what was made."""
    record = {
        "key": key,
        "summary": summary,
        "files": {str(f.relative_to(folder)): digest_of(f) for f in files},
    }
    place = folder / FOLDER
    place.mkdir(parents=True, exist_ok=True)
    write_whole(place / NAME, json.dumps(record).encode("utf-8"))


def digest_of(path: Path) -> str:
    return blake2b(path.read_bytes(), digest_size=16).hexdigest()
