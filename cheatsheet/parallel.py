"""The same work on many things, over the cores of the machine, and how far it is."""

from __future__ import annotations

import gc
import multiprocessing
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

ENOUGH = 24
"""From this many items on, starting processes pays."""
CHUNK = 6
"""Small items that go to a process together; large ones go one by one, or all that are slow may meet in the last."""

# Inherited by the processes, not sent to them.
_work: tuple[Callable[[Any], Any], Sequence[Any]] | None = None


class ProcessDied(Exception):
    """An item killed the process that worked on it."""


def over_cores(
    function: Callable[[Item], Result], items: Sequence[Item], progress: Callable[[int], None]
) -> list[Result]:
    """The results in the order of the items; ``progress`` is told how many more are done.

    An exception of the function is raised here, and :class:`ProcessDied` for an item that kills its process. Where
    processes cannot be forked, one after the other.

    >>> over_cores(abs, [-1, 2], lambda more: None)
    [1, 2]
    """
    results: dict[int, Result] = {}
    for place, result in as_they_come(function, items, _refuse, chunk=1):
        results[place] = result
        progress(1)
    return [results[place] for place in range(len(items))]


def _refuse(item: object) -> Any:
    raise ProcessDied(f"the process that worked on {item!r} died")


def as_they_come(
    function: Callable[[Item], Result],
    items: Sequence[Item],
    instead: Callable[[Item], Result],
    *,
    enough: int = ENOUGH,
    processes: int | None = None,
    chunk: int = CHUNK,
) -> Iterator[tuple[int, Result]]:
    """The place of each item and its result, in no order; ``instead`` answers for one that kills its process.

    >>> sorted(as_they_come(abs, [-1, 2], abs))
    [(0, 1), (1, 2)]
    """
    count = processes or os.cpu_count() or 1
    if len(items) < enough or count == 1 or "fork" not in multiprocessing.get_all_start_methods():
        yield from ((place, function(item)) for place, item in enumerate(items))
    else:
        yield from _in_processes(function, items, instead, count, chunk)


def _in_processes(
    function: Callable[[Item], Result],
    items: Sequence[Item],
    instead: Callable[[Item], Result],
    count: int,
    chunk: int,
) -> Iterator[tuple[int, Result]]:
    global _work
    _work = (function, items)
    lost: list[int] = []
    try:
        with _pool(count) as pool:
            chunks = [range(k, min(k + chunk, len(items))) for k in range(0, len(items), chunk)]
            futures = {pool.submit(_chunk, chunk): chunk for chunk in chunks}
            for future in as_completed(futures):
                try:
                    yield from zip(futures[future], future.result(), strict=True)
                except BrokenProcessPool:
                    lost += futures[future]  # one item killed a process, and with it the whole pool
        for place in lost:
            with _pool(1) as pool:  # a process of its own, which the item may kill
                try:
                    result: Result = pool.submit(_chunk, range(place, place + 1)).result()[0]
                except BrokenProcessPool:
                    result = instead(items[place])
            yield place, result
    finally:
        _work = None


def _pool(count: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(count, multiprocessing.get_context("fork"), initializer=_collect_rarely)


def _collect_rarely() -> None:
    """For a process that works and ends: what it inherits is not looked at, and trees leave few cycles behind."""
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


@contextmanager
def beside(function: Callable[[], Result]) -> Iterator[Callable[[], Result]]:
    """While the block works, so does the function, in a process of its own; what is given waits for its result.

    Where there is no other core, where processes cannot be forked, and where that process dies, it works in this one.
    What it raises is raised where the result is asked for; a block that fails does not ask.

    >>> with beside(lambda: 1 + 1) as result:
    ...     result()
    2
    """
    if (os.cpu_count() or 1) == 1 or "fork" not in multiprocessing.get_all_start_methods():
        yield function
        return
    global _work
    _work = (lambda work: work(), [function])
    with _pool(1) as pool:
        future = pool.submit(_chunk, range(1))  # forks: what is done after this the process does not see

        def waited() -> Result:
            try:
                result: Result = future.result()[0]
            except BrokenProcessPool:
                return function()
            return result

        try:
            yield waited
        finally:
            _work = None


def _chunk(places: range) -> list[Any]:
    assert _work is not None
    function, items = _work
    return [function(items[place]) for place in places]


@contextmanager
def progress_bar(label: str, total: int) -> Iterator[Callable[[int], None] | None]:
    """A bar on standard error while something works; nothing where nobody looks."""
    if not sys.stderr.isatty() or total < 2:
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    look = (TextColumn(label), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*look, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=total)
        yield lambda done: bar.advance(task, done)


@contextmanager
def stages() -> Iterator[Callable[[str, int, int], None]]:
    """Tells on standard error how far a build is: bars on a terminal, else one line for each stage."""
    if not sys.stderr.isatty():
        seen: set[str] = set()

        def note(stage: str, done: int, total: int) -> None:
            if stage not in seen:
                seen.add(stage)
                print(f"{stage} …", file=sys.stderr)

        yield note
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    look = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*look, console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, Any] = {}

        def advance(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage)
            bar.update(tasks[stage], completed=done, total=total or None)

        yield advance
