"""Many claims at once: from the cache what is known, the rest over the cores, results in the order of the claims."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

from cheatsheet.parallel import as_they_come
from cheatsheet.verdicts.kept import Origin, Origins, VerdictCache
from cheatsheet.verdicts.tasks import Asked
from cheatsheet.verdicts.verdicts import STEPS, TierDisagreement, Verdict

ENOUGH = 60
"""From this many claims on, starting processes pays."""
LAST_RESORT = 120
"""After so many seconds a claim is given up whatever its steps; no known one takes a tenth of that."""
BATCH = 50
"""So many verdicts are found before they are kept."""


def verify_all(
    tasks: Sequence[Asked],
    *,
    steps: int = STEPS,
    cache: VerdictCache | None = None,
    processes: int | None = None,
    progress: Callable[[int], None] = lambda done: None,
) -> list[Verdict]:
    """The verdicts on all claims, in order; ``progress`` is told how many are done."""
    origins = Origins(steps)
    named = [origins.of(task) for task in tasks]
    known = cache.find(dict.fromkeys(named)) if cache is not None else {}
    missing = [k for k, origin in enumerate(named) if origin not in known]
    done = len(tasks) - len(missing)
    progress(done)
    fresh: dict[Origin, Verdict] = {}
    work, asked = partial(_verdict, steps=steps), [tasks[k] for k in missing]
    for place, verdict in as_they_come(work, asked, _died, enough=ENOUGH, processes=processes):
        origin = named[missing[place]]
        known[origin] = verdict
        if not verdict.exhausted:  # with more steps, or once a bug is mended, there may be another answer
            fresh[origin] = verdict
        done += 1
        progress(done)
        if cache is not None and len(fresh) >= BATCH:
            cache.keep(fresh)
            fresh = {}
    if cache is not None:
        cache.keep(fresh)
    return [known[origin] for origin in named]


def _died(task: Asked) -> Verdict:
    return Verdict("undecided", message="the process that worked on it died", exhausted=True)


def _verdict(task: Asked, steps: int) -> Verdict:
    """The verdict on one claim and how long it took.

    A mistake of this program is told, and costs this claim and no other; but for two tiers that contradict each other,
    which end the run.
    """
    from cheatsheet.verdicts.check import verify_asked  # brings numpy: not for answers from the cache

    started = time.monotonic()
    try:
        with patience(LAST_RESORT):
            verdict = verify_asked(task, steps=steps)
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
