"""Verdicts kept on disk by content: the text of a claim, what its names stand for, and the version of the engine."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from pathlib import Path

from cheatsheet.language.elaborate import Declarations
from cheatsheet.language.expressions import Symbol
from cheatsheet.language.formatting import to_text
from cheatsheet.packaged import engine_version
from cheatsheet.store import Shelf, cache_folder
from cheatsheet.verdicts.verdicts import Verdict

MOST_ROWS = 200_000


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
            known = self.written[id(declarations)] = (declarations, written(declarations))
        return blake2b((self.prefix + known[1] + "\0" + text).encode(), digest_size=16).hexdigest()


def written(declarations: Declarations) -> str:
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
    """Verdicts by key."""

    def __init__(self, path: Path | None = None) -> None:
        self.shelf = Shelf(path or cache_folder() / "verdicts.sqlite", "kept", MOST_ROWS)

    def find(self, keys: Iterable[str]) -> dict[str, Verdict]:
        """The verdicts known under the keys."""
        found: dict[str, Verdict] = {}
        for key, text in self.shelf.find(keys).items():
            try:
                found[key] = Verdict.from_json(json.loads(text))
            except (ValueError, KeyError, TypeError):
                continue
        return found

    def keep(self, verdicts: Mapping[str, Verdict]) -> None:
        """Store verdicts, all of them or none."""
        self.shelf.keep({k: json.dumps(v.to_json(), ensure_ascii=False) for k, v in verdicts.items()})

    def close(self) -> None:
        self.shelf.close()
