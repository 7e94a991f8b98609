"""The corpora on a busy machine: the verdicts must be those of an idle one.

Every claim is verified twice, before and while other processes do nothing but keep the processors busy.

    python -m benchmarks.loaded [busy processes, 4] [claims, all]
"""

from __future__ import annotations

import multiprocessing
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import yaml

import cheatsheet
from benchmarks.verdicts import catalogue, claims
from cheatsheet.verdicts.many import verify_all
from cheatsheet.verdicts.tasks import Task
from cheatsheet.verdicts.verdicts import Verdict


def burn() -> None:
    """Keep a processor busy until ended."""
    while True:
        pass


def tasks(count: int) -> list[Task]:
    """The claims of the corpora, pitfalls among them."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "claims.yaml"
        path.write_text(yaml.safe_dump(catalogue(count), allow_unicode=True), encoding="utf-8")
        return [Task(c.text, c.declarations) for entry in cheatsheet.load(path) for c in entry.all_claims]


def timed(found: list[Task], name: str) -> list[Verdict]:
    started = time.perf_counter()
    verdicts = verify_all(found)
    counts = ", ".join(f"{n} {s}" for s, n in sorted(Counter(v.status for v in verdicts).items()))
    slowest = max(v.seconds for v in verdicts)
    print(f"{name:>5}: {time.perf_counter() - started:6.1f} s, slowest {slowest:.1f} s: {counts}", flush=True)
    return verdicts


def main() -> None:
    busy, *rest = [int(a) for a in sys.argv[1:]] or [4]
    found = tasks(rest[0] if rest else len(claims()))
    idle = timed(found, "idle")
    burners = [multiprocessing.Process(target=burn, daemon=True) for _ in range(busy)]
    for process in burners:
        process.start()
    try:
        loaded = timed(found, "busy")
    finally:
        for process in burners:
            process.kill()
    differing = [
        f"{a.status} / {b.status}: {task.text}"
        for task, a, b in zip(found, idle, loaded, strict=True)
        if {**a.to_json(), "seconds": 0} != {**b.to_json(), "seconds": 0}
    ]
    print("\n".join(differing) or "the same verdicts, counterexamples and messages")
    sys.exit(1 if differing else 0)


if __name__ == "__main__":
    main()
