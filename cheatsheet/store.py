"""What is written to disk: whole files, and what was worked out before, by key, in the user's cache directory.

SQLite keeps the file whole under two processes and a kill at any moment. A file that cannot be read or written costs
time, never a wrong answer: the shelf is then empty.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

_MOST_VARIABLES = 500
_in_use = [True]


@contextmanager
def nothing_kept() -> Iterator[None]:
    """For the block, here and in processes started in it, nothing is found and nothing kept."""
    before, _in_use[0] = _in_use[0], False
    try:
        yield
    finally:
        _in_use[0] = before


def in_use() -> bool:
    """Whether what was worked out before may be used."""
    return _in_use[0]


def cache_folder() -> Path:
    """Where things are kept unless told otherwise: the user's cache directory."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "cheatsheet"


class Shelf:
    """Texts or bytes by key; beyond ``most`` rows the oldest are dropped."""

    def __init__(self, path: Path, table: str, most: int) -> None:
        self.path = path
        self.table = table
        self.most = most
        self.connection: sqlite3.Connection | None = None
        if not in_use():
            return
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.connection = self._open()
        except (OSError, sqlite3.Error):
            self._start_afresh()

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=5.0, isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute(f"CREATE TABLE IF NOT EXISTS {self.table} (key TEXT PRIMARY KEY, value)")
        return connection

    def _start_afresh(self) -> None:
        """Replace a file that is no database; without one where even that is impossible."""
        try:
            self.path.unlink(missing_ok=True)
            self.connection = self._open()
        except (OSError, sqlite3.Error):
            self.connection = None

    def find(self, keys: Iterable[str]) -> dict[str, str | bytes]:
        """What is kept under the keys."""
        found: dict[str, str | bytes] = {}
        wanted = list(keys)
        if self.connection is None:
            return found
        for start in range(0, len(wanted), _MOST_VARIABLES):
            part = wanted[start : start + _MOST_VARIABLES]
            query = f"SELECT key, value FROM {self.table} WHERE key IN ({','.join('?' * len(part))})"
            try:
                found.update(self.connection.execute(query, part).fetchall())
            except sqlite3.Error:
                continue
        return found

    def keep(self, values: Mapping[str, str | bytes]) -> None:
        """Store values, all of them or none."""
        if self.connection is None or not values:
            return
        try:
            self.connection.execute("BEGIN IMMEDIATE")
            self.connection.executemany(f"INSERT OR REPLACE INTO {self.table} VALUES (?, ?)", values.items())
            self.connection.execute(
                f"DELETE FROM {self.table} WHERE rowid <= (SELECT max(rowid) FROM {self.table}) - ?",
                (self.most,),
            )
            self.connection.execute("COMMIT")
        except sqlite3.Error:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None


def write_whole(target: Path, content: bytes) -> None:
    """Write a file or nothing: beside the target, then renamed onto it, so that a kill leaves the old one whole.

    An :class:`OSError` names the target, and not what stood beside it for the while.
    """
    beside = ""
    try:
        handle, beside = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        os.chmod(beside, target.stat().st_mode if target.exists() else 0o644)
        os.replace(beside, target)
    except BaseException as error:
        if beside:
            Path(beside).unlink(missing_ok=True)
        if isinstance(error, OSError):
            error.filename, error.filename2 = str(target), None
        raise
