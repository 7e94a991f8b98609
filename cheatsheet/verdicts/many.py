"""Many claims at once: from the cache what is known, the rest over the cores, results in the order of the claims."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing.context import BaseContext

from cheatsheet.language.elaborate import Declarations
from cheatsheet.parallel import collect_rarely
from cheatsheet.verdicts.kept import Keys, VerdictCache
from cheatsheet.verdicts.verdicts import SECONDS, Verdict

ENOUGH = 60
"""From this many claims on, starting processes pays."""
_CHUNK = 8


@dataclass(frozen=True)
class Task:
    """A claim as written and what its names stand for."""

    text: str
    declarations: Declarations


_tasks: Sequence[Task] = ()  # inherited by the worker processes: expressions are not sent between processes


def verify_all(
    tasks: Sequence[Task],
    *,
    seconds: float = SECONDS,
    cache: VerdictCache | None = None,
    processes: int | None = None,
    progress: Callable[[int], None] = lambda done: None,
) -> list[Verdict]:
    """The verdicts on all claims, in order; ``progress`` is told how many are done."""
    keys = Keys(seconds)
    named = [keys.key(task.text, task.declarations) for task in tasks]
    known = cache.find(dict.fromkeys(named)) if cache is not None else {}
    missing = [k for k, key in enumerate(named) if key not in known]
    done = len(tasks) - len(missing)
    progress(done)
    fresh: dict[str, Verdict] = {}
    for k, verdict in _verdicts(tasks, missing, seconds, processes):
        known[named[k]] = verdict
        if verdict.status != "undecided":  # with more time, or once a bug is mended, there may be an answer
            fresh[named[k]] = verdict
        done += 1
        progress(done)
        if cache is not None and len(fresh) >= 50:
            cache.keep(fresh)
            fresh = {}
    if cache is not None:
        cache.keep(fresh)
    return [known[key] for key in named]


def _verdicts(
    tasks: Sequence[Task], missing: list[int], seconds: float, processes: int | None
) -> Iterator[tuple[int, Verdict]]:
    count = processes or os.cpu_count() or 1
    if len(missing) < ENOUGH or count == 1 or "fork" not in multiprocessing.get_all_start_methods():
        for k in missing:
            yield k, _verdict(tasks[k], seconds)
        return
    yield from _in_processes(tasks, missing, seconds, count)


def _in_processes(
    tasks: Sequence[Task], missing: list[int], seconds: float, count: int
) -> Iterator[tuple[int, Verdict]]:
    global _tasks
    _tasks = tasks
    chunks = [missing[k : k + _CHUNK] for k in range(0, len(missing), _CHUNK)]
    context = multiprocessing.get_context("fork")
    lost: list[int] = []
    try:
        with ProcessPoolExecutor(count, context, initializer=collect_rarely) as pool:
            futures = {pool.submit(_verify_chunk, chunk, seconds): chunk for chunk in chunks}
            for future in as_completed(futures):
                chunk = futures[future]
                try:
                    yield from zip(chunk, future.result(), strict=True)
                except BrokenProcessPool:
                    lost += chunk  # one claim killed a process, and with it the whole pool
        for k in lost:
            yield k, _verdict_alone(k, seconds, context)
    finally:
        _tasks = ()


def _verdict_alone(k: int, seconds: float, context: BaseContext) -> Verdict:
    """The verdict found in a process of its own, which the claim may kill."""
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        try:
            return pool.submit(_verify_chunk, [k], seconds).result()[0]
        except BrokenProcessPool:
            return Verdict("undecided", message="the process that worked on it died")


def _verify_chunk(chunk: list[int], seconds: float) -> list[Verdict]:
    return [_verdict(_tasks[k], seconds) for k in chunk]


def _verdict(task: Task, seconds: float) -> Verdict:
    """The verdict on one claim; a mistake of this program is told, and costs this claim and no other."""
    from cheatsheet.verdicts.check import verify_text  # brings numpy: not for answers from the cache

    try:
        return verify_text(task.text, task.declarations, seconds=seconds)
    except Exception as error:
        bug = f"a bug of this program: {type(error).__name__}: {error}"
        return Verdict("undecided", message=bug, warnings=(bug,))
