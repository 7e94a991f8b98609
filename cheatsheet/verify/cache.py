"""Verdicts kept on disk by content: the text of a claim, what its names stand for, and the version of the engine.

SQLite keeps the file whole under two processes and a kill at any moment. A file that cannot be read or written costs
time, never a wrong answer: the cache then behaves as if it were empty.
"""

from __future__ import annotations

import json
import os
import sqlite3
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from hashlib import blake2b
from pathlib import Path

from cheatsheet.elaborate import Declarations
from cheatsheet.expressions import Symbol
from cheatsheet.formatting import to_text
from cheatsheet.verify.verdicts import Verdict

MOST_ROWS = 200_000
_MOST_VARIABLES = 500


def default_path() -> Path:
    """Where verdicts are kept unless told otherwise: the user's cache directory."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "cheatsheet" / "verdicts.sqlite"


@cache
def engine_version() -> str:
    """A hash of the package's own source, so that a changed engine never answers from old verdicts."""
    package = Path(__file__).resolve().parent.parent
    digest = blake2b(repr(sys.version_info[:3]).encode(), digest_size=12)
    for path in sorted(package.rglob("*.py")):
        digest.update(path.relative_to(package).as_posix().encode() + b"\0")
        digest.update(path.read_bytes())
    return digest.hexdigest()


class Keys:
    """The keys of claims; what declarations say is written out once for each of them.

    >>> keys = Keys(10.0)
    >>> keys.key("1 == 1", Declarations()) == keys.key("1 == 1", Declarations(layout="mixed"))
    False
    """

    def __init__(self, seconds: float) -> None:
        self.prefix = f"{engine_version()}\0{seconds}\0"
        self.written: dict[int, tuple[Declarations, str]] = {}

    def key(self, text: str, declarations: Declarations) -> str:
        known = self.written.get(id(declarations))
        if known is None:
            known = self.written[id(declarations)] = (declarations, _written(declarations))
        return blake2b((self.prefix + known[1] + "\0" + text).encode(), digest_size=16).hexdigest()


def _written(declarations: Declarations) -> str:
    """The declarations as text: two that differ in meaning are written differently."""
    lines = [declarations.layout, ",".join(sorted(declarations.varying))]
    for name, symbol in sorted(declarations.symbols.items()):
        lines.append(f"{name} = {_symbol(symbol)}")
    return "\n".join(lines)


def _symbol(symbol: Symbol) -> str:
    shape = ",".join(map(str, symbol.shape.axes))
    properties = ",".join(sorted(symbol.properties))
    of = ",".join(_symbol(s) for s in symbol.of)
    definition = "" if symbol.definition is None else to_text(symbol.definition)
    return f"{symbol.name}[{shape}]{{{properties}}}({of}){symbol.kind}:{definition}"


class VerdictCache:
    """A table of verdicts in one file."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or default_path()
        self.connection: sqlite3.Connection | None = None
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.connection = self._open()
        except (OSError, sqlite3.Error):
            self._start_afresh()

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=5.0, isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("CREATE TABLE IF NOT EXISTS verdicts (key TEXT PRIMARY KEY, verdict TEXT)")
        return connection

    def _start_afresh(self) -> None:
        """Replace a file that is no database; without a cache where even that is impossible."""
        try:
            self.path.unlink(missing_ok=True)
            self.connection = self._open()
        except (OSError, sqlite3.Error):
            self.connection = None

    def find(self, keys: Iterable[str]) -> dict[str, Verdict]:
        """The verdicts known under the keys."""
        found: dict[str, Verdict] = {}
        wanted = list(keys)
        if self.connection is None:
            return found
        for start in range(0, len(wanted), _MOST_VARIABLES):
            part = wanted[start : start + _MOST_VARIABLES]
            query = f"SELECT key, verdict FROM verdicts WHERE key IN ({','.join('?' * len(part))})"
            try:
                rows = self.connection.execute(query, part).fetchall()
                found.update({key: Verdict.from_json(json.loads(text)) for key, text in rows})
            except (sqlite3.Error, ValueError, KeyError, TypeError):
                continue
        return found

    def keep(self, verdicts: Mapping[str, Verdict]) -> None:
        """Store verdicts, all of them or none."""
        if self.connection is None or not verdicts:
            return
        rows = [(key, json.dumps(v.to_json(), ensure_ascii=False)) for key, v in verdicts.items()]
        try:
            self.connection.execute("BEGIN IMMEDIATE")
            self.connection.executemany("INSERT OR REPLACE INTO verdicts VALUES (?, ?)", rows)
            self.connection.execute(
                "DELETE FROM verdicts WHERE rowid <= (SELECT max(rowid) FROM verdicts) - ?", (MOST_ROWS,)
            )
            self.connection.execute("COMMIT")
        except sqlite3.Error:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None
