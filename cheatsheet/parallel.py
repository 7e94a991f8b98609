"""The same work on many things, over the cores of the machine."""

from __future__ import annotations

import gc
import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

ENOUGH = 24
"""From this many items on, starting processes pays."""
_CHUNK = 6

# Inherited by the processes, not sent to them.
_work: tuple[Callable[[Any], Any], Sequence[Any]] | None = None


def over_cores(
    function: Callable[[Item], Result], items: Sequence[Item], progress: Callable[[int], None]
) -> list[Result]:
    """The results in the order of the items; ``progress`` is told how many more are done.

    An exception of the function is raised here. Where processes cannot be forked, one after the other.

    >>> over_cores(abs, [-1, 2], lambda more: None)
    [1, 2]
    """
    count = os.cpu_count() or 1
    if len(items) < ENOUGH or count == 1 or "fork" not in multiprocessing.get_all_start_methods():
        results = []
        for item in items:
            results.append(function(item))
            progress(1)
        return results
    return _in_processes(function, items, progress, count)


def _in_processes(
    function: Callable[[Item], Result], items: Sequence[Item], progress: Callable[[int], None], count: int
) -> list[Result]:
    global _work
    _work = (function, items)
    try:
        context = multiprocessing.get_context("fork")
        with ProcessPoolExecutor(count, context, initializer=collect_rarely) as pool:
            starts = range(0, len(items), _CHUNK)
            futures = [pool.submit(_chunk, start, start + _CHUNK) for start in starts]
            results: list[Result] = []
            for future in futures:
                part = future.result()
                results += part
                progress(len(part))
            return results
    finally:
        _work = None


def collect_rarely() -> None:
    """For a process that works and ends: what it inherits is not looked at, and trees leave few cycles behind."""
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


def _chunk(start: int, end: int) -> list[Any]:
    assert _work is not None
    function, items = _work
    return [function(item) for item in items[start:end]]
