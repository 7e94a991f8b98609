"""SymPy's judgements of many claims: from the cache what is known, the rest over the cores."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from typing import Any

from cheatsheet.language.declared import declarations_text
from cheatsheet.language.elaborate import Declarations, elaborate_claim
from cheatsheet.packaged import engine_version
from cheatsheet.parallel import over_cores
from cheatsheet.store import Shelf, cache_folder
from cheatsheet.verdicts.by_sympy.judgement import AGREES, BEYOND, REFUTES, Beyond, Judgement, JudgesDisagree
from cheatsheet.verdicts.kept import MOST_ROWS
from cheatsheet.verdicts.verdicts import Counterexample, Verdict

BATCH = 240
"""So many are judged before they are kept."""
SECONDS = 60.0
"""The processor time after which a claim is given up; work is counted, so that this is for what SymPy never ends."""


@dataclass(frozen=True)
class Judged:
    """A claim as written, what its names stand for, and our own verdict on it."""

    text: str
    declarations: Declarations
    verdict: Verdict

    @property
    def example(self) -> Counterexample | None:
        """Where the two sides are said to differ."""
        return self.verdict.counterexample or self.verdict.witness

    @property
    def key(self) -> str:
        """Names all that the judgement is made from."""
        parts = (
            engine_version(),
            _sympy_version(),
            declarations_text(self.declarations),
            self.text,
            "" if self.example is None else json.dumps(self.example.to_json(), sort_keys=True),
        )
        return blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()


@cache
def _sympy_version() -> str:
    return version("sympy")


class JudgementCache:
    """Judgements by key, beside the verdicts."""

    def __init__(self, path: Path | None = None) -> None:
        self.shelf = Shelf(path or cache_folder() / "sympy.sqlite", "judged", MOST_ROWS)

    def find(self, keys: Sequence[str]) -> dict[str, Judgement]:
        """Those known under the keys; what cannot be read is found anew."""
        found = {}
        for key, text in self.shelf.find(keys).items():
            try:
                found[key] = Judgement.from_json(json.loads(text))
            except (ValueError, KeyError, TypeError, AttributeError):
                continue
        return found

    def keep(self, judgements: dict[str, Judgement]) -> None:
        """Store those that would be found again."""
        self.shelf.keep({key: json.dumps(j.to_json()) for key, j in judgements.items() if j.keep})

    def close(self) -> None:
        self.shelf.close()


def judge_all(
    claims: Sequence[Judged],
    cache: JudgementCache,
    progress: Callable[[int], None] = lambda more: None,
    only_kept: bool = False,
) -> list[Judgement | None]:
    """SymPy's judgement of each claim, None for those that are not well-formed, or with ``only_kept`` not known.

    Raises :class:`JudgesDisagree` as soon as a batch has one that contradicts our verdict.
    """
    places = [k for k, claim in enumerate(claims) if claim.verdict.status != "invalid"]
    keys = {k: claims[k].key for k in places}
    known = cache.find(list(keys.values()))
    for k in places:
        if keys[k] in known:
            compare(claims[k], known[keys[k]])
    missing = [] if only_kept else [k for k in places if keys[k] not in known]
    progress(len(claims) - len(missing))
    for start in range(0, len(missing), BATCH):
        batch = missing[start : start + BATCH]
        found = over_cores(judged, [claims[k] for k in batch], progress)
        fresh = {keys[k]: judgement for k, judgement in zip(batch, found, strict=True)}
        cache.keep(fresh)
        known |= fresh
        for k in batch:
            compare(claims[k], known[keys[k]])
    return [known.get(keys[k]) if k in keys else None for k in range(len(claims))]


def compare(claim: Judged, judgement: Judgement) -> None:
    """Raise :class:`JudgesDisagree` where SymPy contradicts our verdict."""
    contrary = {AGREES: claim.verdict.status == "refuted", REFUTES: claim.verdict.holds}
    if contrary.get(judgement.verdict):
        ours = json.dumps(claim.verdict.to_json(), ensure_ascii=False)
        theirs = json.dumps(judgement.to_json(), ensure_ascii=False)
        raise JudgesDisagree(f"{claim.text}\n  this program: {ours}\n  SymPy: {theirs}")


def judged(claim: Judged) -> Judgement:
    """SymPy's judgement of one claim; what it cannot do is told, and costs this claim and no other."""
    try:
        with _processor_time(SECONDS):
            return _judged(claim)
    except _OutOfTime:
        return Judgement(BEYOND, reason="out of time", keep=False)
    except (RecursionError, MemoryError, OverflowError) as error:
        return Judgement(BEYOND, reason=f"out of space: {type(error).__name__}")
    except Exception as error:  # SymPy raises whatever its parts raise
        return Judgement(BEYOND, reason=f"{type(error).__name__} in SymPy: {error}"[:200])


def _judged(claim: Judged) -> Judgement:
    from cheatsheet.verdicts.by_sympy.counterexamples import re_examined  # sympy: not for what is kept
    from cheatsheet.verdicts.by_sympy.judge import judge
    from cheatsheet.verdicts.by_sympy.quotients import UndefinedError

    equation = elaborate_claim(claim.text, claim.declarations)
    judgement = judge(equation)
    differ, equal = (AGREES, REFUTES) if equation.negated else (REFUTES, AGREES)
    if claim.example is None or judgement.verdict == differ:
        return judgement
    try:  # sides that differ at other sizes alone, or where a rank drops
        found = re_examined(equation, claim.example)
        return (
            replace(found, verdict=differ)
            if found
            else Judgement(
                equal, (claim.example.dims,), "the counterexample", reason="the sides are equal there"
            )
        )
    except (Beyond, UndefinedError) as why:
        return Judgement(BEYOND, reason=judgement.reason or str(why))


class _OutOfTime(BaseException):
    """Not an Exception: SymPy must not catch it."""


@contextmanager
def _processor_time(seconds: float) -> Iterator[None]:
    """Stop what is inside after so much time of this processor, which no other process uses up."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, frame: Any) -> None:
        raise _OutOfTime

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
