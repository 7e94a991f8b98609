"""Verdicts on growing catalogues: cold, and warm when nothing has changed, with the memory they take.

The claims are those of the test corpora, true ones as claims and false ones as pitfalls; beyond their number they come
again under declarations that the cache has not seen.

    python -m benchmarks.verdicts [100 300 1000 3000]
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import yaml

CORPORA = Path(__file__).parent.parent / "tests" / "corpus"
SIZES = (100, 300, 1000, 3000)


def claims() -> list[dict[str, Any]]:
    """True and false claims in turn."""
    true, false = (
        yaml.safe_load((CORPORA / name).read_text(encoding="utf-8")) for name in ("true.yaml", "false.yaml")
    )
    mixed = [c for pair in zip(true, false, strict=False) for c in pair]
    return mixed + true[len(false) :] + false[len(true) :]


def catalogue(count: int) -> dict[str, Any]:
    """A catalogue of that many claims."""
    known = claims()
    true = {id(c) for c in known if "why" not in c}
    entries = []
    for number in range(count):
        problem = known[number % len(known)]
        again = number // len(known)
        given = {**problem.get("given", {}), **({f"pad{again}": []} if again else {})}
        entry: dict[str, Any] = {"id": f"c{number}", "name": {"zh": "题", "en": "claim"}, "given": given}
        entry |= {key: problem[key] for key in ("let", "layout") if key in problem}
        if id(problem) in true:
            entry["claim"] = problem["claim"]
        else:
            entry |= {"note": {"zh": "假", "en": "false"}, "pitfalls": [{"claim": problem["claim"]}]}
        entries.append(entry)
    section = {"id": "all", "title": {"zh": "全部", "en": "all"}, "entries": entries}
    whole = {"title": {"zh": "计时", "en": "timing"}, "layout": "numerator", "sections": [section]}
    copied: dict[str, Any] = json.loads(json.dumps(whole))  # nothing shared, or YAML would write anchors
    return copied


def check(path: Path, cache: Path) -> tuple[float, dict[str, int]]:
    """Seconds that ``cheatsheet check`` takes, and its summary."""
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "cheatsheet", "check", str(path), "--json"],
        env=os.environ | {"XDG_CACHE_HOME": str(cache)},
        capture_output=True,
        text=True,
    )
    seconds = time.perf_counter() - start
    if not done.stdout:
        raise SystemExit(done.stderr)
    return seconds, json.loads(done.stdout)["summary"]


def main() -> None:
    sizes = [int(a) for a in sys.argv[1:]] or SIZES
    print(f"{'claims':>7}{'cold s':>9}{'ms each':>9}{'warm s':>9}{'MB':>6}  verdicts")
    for count in sizes:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "claims.yaml"
            path.write_text(yaml.safe_dump(catalogue(count), allow_unicode=True), encoding="utf-8")
            cold, summary = check(path, Path(folder))
            warm, again = check(path, Path(folder))
        assert again == summary
        memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        told = ", ".join(f"{n} {status}" for status, n in summary.items() if n)
        print(f"{count:7}{cold:9.1f}{1000 * cold / count:9.1f}{warm:9.2f}{memory:6.0f}  {told}", flush=True)


if __name__ == "__main__":
    main()
