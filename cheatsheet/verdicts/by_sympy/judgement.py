"""What SymPy says of a claim, and when that contradicts our own verdict. SymPy itself is not imported here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

AGREES, REFUTES, BEYOND = "agrees", "refutes", "beyond"
JUDGEMENTS = (AGREES, REFUTES, BEYOND)


class Beyond(Exception):
    """SymPy does not decide this; the text says why."""


class JudgesDisagree(Exception):
    """SymPy refutes what we hold, or the other way round: a mistake of this program, never of the claim."""


@dataclass(frozen=True)
class Judgement:
    """``agrees``, ``refutes`` or ``beyond`` with a ``reason``.

    ``dims`` are the sizes at which both sides were written out, ``how`` what stood for the entries: ``symbols``,
    ``rational numbers`` where formulas would have grown too large, or ``the counterexample``. ``exhibit`` of a refuted
    claim: where the sides differ, and by how much.
    """

    verdict: str
    dims: tuple[Mapping[str, int], ...] = ()
    how: str = ""
    reason: str = ""
    exhibit: Mapping[str, Any] = field(default_factory=dict)
    keep: bool = True
    """Whether the same would be found again: not where a process ran out of time."""

    def to_json(self) -> dict[str, Any]:
        """The object under ``sympy`` in ``check --json``.

        >>> Judgement("agrees", ({"n": 2},), "symbols").to_json()
        {'verdict': 'agrees', 'dims': [{'n': 2}], 'how': 'symbols'}
        """
        result: dict[str, Any] = {"verdict": self.verdict}
        if self.dims:
            result["dims"] = [dict(d) for d in self.dims]
        for name in ("how", "reason", "exhibit"):
            if getattr(self, name):
                result[name] = getattr(self, name)
        return result

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Judgement:
        """The judgement that :meth:`to_json` wrote; raises :class:`ValueError` for anything else."""
        if data["verdict"] not in JUDGEMENTS:
            raise ValueError(f"{data['verdict']!r} is not a judgement")
        told = {name: data[name] for name in ("how", "reason", "exhibit") if name in data}
        return Judgement(data["verdict"], tuple(data.get("dims", ())), **told)


def counted(judgements: Iterable[Judgement]) -> dict[str, int]:
    """How many there are of each kind.

    >>> counted([Judgement("agrees"), Judgement("agrees"), Judgement("beyond", reason="a jet")])
    {'agrees': 2, 'refutes': 0, 'beyond': 1}
    """
    found = Counter(judgement.verdict for judgement in judgements)
    return {name: found[name] for name in JUDGEMENTS}
