"""Verdicts kept on disk by content: the text of a claim, what its names stand for, and the version of the engine."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from cheatsheet.calculus.budget import STEPS
from cheatsheet.packaged import engine_version
from cheatsheet.store import Shelf, cache_folder
from cheatsheet.verdicts.tasks import Asked
from cheatsheet.verdicts.verdicts import Verdict

MOST_ROWS = 200_000


@dataclass(frozen=True)
class Origin:
    """All that a verdict is made from: the engine and what it may spend, the claim, what its names stand for."""

    engine: str
    claim: str

    @property
    def key(self) -> str:
        return _digest(self.engine, self.claim)


class Origins:
    """The origins of claims, given the steps that each may take.

    >>> from cheatsheet.language.elaborate import Declarations
    >>> from cheatsheet.verdicts.tasks import Task
    >>> origins = Origins(100)
    >>> origins.of(Task("1 == 1", Declarations())) == origins.of(Task("1 == 1", Declarations(layout="mixed")))
    False
    """

    def __init__(self, steps: int) -> None:
        self.engine = f"{engine_version()}, {steps} steps, {STEPS} of proof"

    def of(self, claim: Asked) -> Origin:
        return Origin(
            self.engine, f"{claim.meaning}\n{claim.text!r}"
        )  # one line, or it could pass for declarations


def _digest(*parts: str) -> str:
    return blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()


class VerdictCache:
    """Verdicts by what they are made from.

    A row holds its origin in full and a digest of the whole: a row that is damaged, or was made from something else, is
    as good as none.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.shelf = Shelf(path or cache_folder() / "verdicts.sqlite", "kept", MOST_ROWS)

    def find(self, origins: Iterable[Origin]) -> dict[Origin, Verdict]:
        """The verdicts known."""
        wanted = {origin.key: origin for origin in origins}
        found: dict[Origin, Verdict] = {}
        for key, row in self.shelf.find(wanted).items():
            verdict = _read(str(row), wanted[key])
            if verdict is not None:
                found[wanted[key]] = verdict
        return found

    def keep(self, verdicts: Mapping[Origin, Verdict]) -> None:
        """Store verdicts, all of them or none."""
        self.shelf.keep({origin.key: _row(origin, verdict) for origin, verdict in verdicts.items()})

    def close(self) -> None:
        self.shelf.close()


def _row(origin: Origin, verdict: Verdict) -> str:
    body = json.dumps([origin.engine, origin.claim, verdict.to_json()], ensure_ascii=False)
    return _digest(body) + body


def _read(row: str, origin: Origin) -> Verdict | None:
    digest, body = row[:32], row[32:]
    if digest != _digest(body):
        return None
    try:
        engine, claim, verdict = json.loads(body)
        return Verdict.from_json(verdict) if (engine, claim) == (origin.engine, origin.claim) else None
    except (ValueError, KeyError, TypeError):
        return None
