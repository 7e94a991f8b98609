"""What is found out about a claim."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

from cheatsheet.language.display import LONGEST_HTML, code, formula, one_line, short

STEPS = 600_000_000
"""How much a claim may be evaluated, in the steps of :class:`~cheatsheet.verdicts.compare.Budget`."""
HOLDS = frozenset({"proved", "checked", "sampled"})
STATUSES = ("proved", "checked", "sampled", "refuted", "invalid", "undecided")


@dataclass(frozen=True)
class Counterexample:
    """A point at which the two sides differ.

    ``values`` gives each symbol as nested lists of exact numbers (``1/3`` and decimal expansions as text), an abstract
    function by formulas in its arguments; ``index`` the free indices at which ``left`` and ``right`` are taken.
    """

    dims: Mapping[str, int]
    values: Mapping[str, Any]
    left: Any
    right: Any
    index: Mapping[str, int] = field(default_factory=dict)

    def __repr__(self) -> str:
        places = {**self.dims, **self.index}.items()
        return one_line(self, *(f"{name} = {size}" for name, size in places), short(self.values))

    def to_json(self) -> dict[str, Any]:
        """The counterexample as FORMAT's ``counterexample`` object.

        >>> Counterexample({"n": 1}, {"x": [[1]]}, 2, 1).to_json()
        {'dims': {'n': 1}, 'values': {'x': [[1]]}, 'left': 2, 'right': 1}
        """
        result = {
            "dims": dict(self.dims),
            "values": dict(self.values),
            "left": self.left,
            "right": self.right,
        }
        return result | ({"index": dict(self.index)} if self.index else {})

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Counterexample:
        return Counterexample(
            data["dims"], data["values"], data["left"], data["right"], data.get("index", {})
        )


@dataclass(frozen=True)
class Verdict:
    """The status of a claim and what goes with it.

    ``counterexample`` belongs to ``refuted``; ``witness`` is the counterexample to equality that proves a claim with
    ``!=``; ``dims`` are the dimensions that were looked at, where these are the argument or all the evidence;
    ``message``, ``hint``, ``start``, ``end`` (offsets into the claim) belong to ``invalid``, the message to
    ``undecided`` too. ``method`` names the argument: ``index-calculus``, ``free-symbols``, ``counterexample``, …
    ``exhausted``: a budget was met on the way, so that a larger one might have told more.
    """

    status: str
    counterexample: Counterexample | None = None
    witness: Counterexample | None = None
    dims: tuple[Mapping[str, int], ...] = ()
    message: str = ""
    hint: str = ""
    start: int = 0
    end: int = 0
    seconds: float = 0.0
    method: str = ""
    warnings: tuple[str, ...] = ()
    exhausted: bool = False

    def __repr__(self) -> str:
        told = [self.method] if self.method else []
        told += [short(self.message)] if self.message else []
        example = self.counterexample or self.witness
        return one_line(self, self.status, *told, *([repr(example)] if example else []))

    def __post_init__(self) -> None:
        if self.status not in STATUSES:
            raise ValueError(f"{self.status!r} is not a verdict")

    def _repr_latex_(self) -> str:
        return formula(rf"\text{{{self.status}}}")

    def _repr_html_(self) -> str:
        told = [f"{escape(self.status)}", *([escape(self.message)] if self.message else [])]
        told += [", ".join(f"{name} = {size}" for name, size in dims.items()) for dims in self.dims]
        for example in (self.counterexample, self.witness):
            if example is not None:
                told.append(code(json.dumps(example.to_json(), ensure_ascii=False)[:LONGEST_HTML]))
        return "<br>".join(told)

    @property
    def holds(self) -> bool:
        """Whether the claim may be relied on; an undecided one never.

        >>> Verdict("undecided").holds, Verdict("checked").holds
        (False, True)
        """
        return self.status in HOLDS

    @property
    def fails(self) -> bool:
        """Whether the claim is known not to hold, as a pitfall must be."""
        return self.status in ("refuted", "invalid")

    def to_json(self) -> dict[str, Any]:
        """What is worth telling, empty fields left out."""
        result: dict[str, Any] = {"verdict": self.status}
        for name in ("counterexample", "witness"):
            example = getattr(self, name)
            if example is not None:
                result[name] = example.to_json()
        if self.dims:
            result["dims"] = [dict(d) for d in self.dims]
        for name in ("message", "hint", "start", "end", "method"):
            if getattr(self, name):
                result[name] = getattr(self, name)
        if self.warnings:
            result["warnings"] = list(self.warnings)
        return result | {"seconds": round(self.seconds, 4)}

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Verdict:
        """The verdict that :meth:`to_json` wrote."""
        fields: dict[str, Any] = {
            name: data[name]
            for name in ("message", "hint", "start", "end", "method", "seconds")
            if name in data
        }
        for name in ("counterexample", "witness"):
            if name in data:
                fields[name] = Counterexample.from_json(data[name])
        for name in ("dims", "warnings"):
            fields[name] = tuple(data.get(name, ()))
        return Verdict(data["verdict"], **fields)


class TierDisagreement(Exception):
    """The prover holds what an evaluation refutes: a mistake of this program, never of the claim.

    The text says both results. It ends the run: no verdict of a program that contradicts itself can be relied on.
    """

    def __init__(self, claim: str, proof: str, evaluation: str) -> None:
        super().__init__(claim, proof, evaluation)

    def __str__(self) -> str:
        claim, proof, evaluation = self.args
        return f"{claim}\n  {proof}\n  {evaluation}"
