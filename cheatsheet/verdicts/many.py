"""Many claims at once: from the cache what is known, the rest over the cores, results in the order of the claims."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing.context import BaseContext

from cheatsheet.language.elaborate import Declarations
from cheatsheet.parallel import collect_rarely
from cheatsheet.verdicts.kept import Origin, Origins, VerdictCache
from cheatsheet.verdicts.verdicts import STEPS, TierDisagreement, Verdict

ENOUGH = 60
"""From this many claims on, starting processes pays."""
_CHUNK = 8
LAST_RESORT = 120
"""After so many seconds a claim is given up whatever its steps; no known one takes a tenth of that."""


@dataclass(frozen=True)
class Task:
    """A claim as written and what its names stand for."""

    text: str
    declarations: Declarations


_tasks: Sequence[Task] = ()  # inherited by the worker processes: expressions are not sent between processes


def verify_all(
    tasks: Sequence[Task],
    *,
    steps: int = STEPS,
    cache: VerdictCache | None = None,
    processes: int | None = None,
    progress: Callable[[int], None] = lambda done: None,
) -> list[Verdict]:
    """The verdicts on all claims, in order; ``progress`` is told how many are done."""
    origins = Origins(steps)
    named = [origins.of(task.text, task.declarations) for task in tasks]
    known = cache.find(dict.fromkeys(named)) if cache is not None else {}
    missing = [k for k, origin in enumerate(named) if origin not in known]
    done = len(tasks) - len(missing)
    progress(done)
    fresh: dict[Origin, Verdict] = {}
    for k, verdict in _verdicts(tasks, missing, steps, processes):
        known[named[k]] = verdict
        if not verdict.exhausted:  # with more steps, or once a bug is mended, there may be another answer
            fresh[named[k]] = verdict
        done += 1
        progress(done)
        if cache is not None and len(fresh) >= 50:
            cache.keep(fresh)
            fresh = {}
    if cache is not None:
        cache.keep(fresh)
    return [known[origin] for origin in named]


def _verdicts(
    tasks: Sequence[Task], missing: list[int], steps: int, processes: int | None
) -> Iterator[tuple[int, Verdict]]:
    count = processes or os.cpu_count() or 1
    if len(missing) < ENOUGH or count == 1 or "fork" not in multiprocessing.get_all_start_methods():
        for k in missing:
            yield k, _verdict(tasks[k], steps)
        return
    yield from _in_processes(tasks, missing, steps, count)


def _in_processes(
    tasks: Sequence[Task], missing: list[int], steps: int, count: int
) -> Iterator[tuple[int, Verdict]]:
    global _tasks
    _tasks = tasks
    chunks = [missing[k : k + _CHUNK] for k in range(0, len(missing), _CHUNK)]
    context = multiprocessing.get_context("fork")
    lost: list[int] = []
    try:
        with ProcessPoolExecutor(count, context, initializer=collect_rarely) as pool:
            futures = {pool.submit(_verify_chunk, chunk, steps): chunk for chunk in chunks}
            for future in as_completed(futures):
                chunk = futures[future]
                try:
                    yield from zip(chunk, future.result(), strict=True)
                except BrokenProcessPool:
                    lost += chunk  # one claim killed a process, and with it the whole pool
        for k in lost:
            yield k, _verdict_alone(k, steps, context)
    finally:
        _tasks = ()


def _verdict_alone(k: int, steps: int, context: BaseContext) -> Verdict:
    """The verdict found in a process of its own, which the claim may kill."""
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        try:
            return pool.submit(_verify_chunk, [k], steps).result()[0]
        except BrokenProcessPool:
            return Verdict("undecided", message="the process that worked on it died", exhausted=True)


def _verify_chunk(chunk: list[int], steps: int) -> list[Verdict]:
    return [_verdict(_tasks[k], steps) for k in chunk]


def _verdict(task: Task, steps: int) -> Verdict:
    """The verdict on one claim and how long it took.

    A mistake of this program is told, and costs this claim and no other; but for two tiers that contradict each other,
    which end the run.
    """
    from cheatsheet.verdicts.check import verify_text  # brings numpy: not for answers from the cache

    started = time.monotonic()
    try:
        with patience(LAST_RESORT):
            verdict = verify_text(task.text, task.declarations, steps=steps)
    except TierDisagreement:
        raise
    except OutOfPatience:
        told = f"it was not done after {LAST_RESORT} s"
        verdict = Verdict("undecided", message=told, exhausted=True)
    except Exception as error:
        bug = f"a bug of this program: {type(error).__name__}: {error}"
        verdict = Verdict("undecided", message=bug, warnings=(bug,), exhausted=True)
    return replace(verdict, seconds=time.monotonic() - started)


class OutOfPatience(BaseException):
    """A claim took so long that it is given up; no handler of ordinary exceptions on the way may catch this."""


@contextmanager
def patience(seconds: int) -> Iterator[None]:
    """For the block, raises :class:`OutOfPatience` after so many seconds: for what is not counted in steps.

    Where the system has no alarm clock, or another thread is asking, there is no such end.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def give_up(number: int, frame: object) -> None:
        raise OutOfPatience

    before = signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
