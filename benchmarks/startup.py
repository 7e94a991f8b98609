"""Starting: ``import cheatsheet`` and loading catalogues, in a fresh process each time, the best of several.

python -m benchmarks.startup
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

from benchmarks.verdicts import catalogue

RUNS = 7
CODE = """
import time
start = time.perf_counter()
import cheatsheet
imported = time.perf_counter()
found = cheatsheet.load({path!r})
loaded = time.perf_counter()
import sys
print(imported - start, loaded - imported, len(list(found)), "sympy" in sys.modules)
"""


def measure(path: str | None) -> tuple[float, float, int, bool]:
    """Milliseconds for the import and for loading, the number of entries, and whether SymPy was imported."""
    best: tuple[float, float, int, bool] | None = None
    for _ in range(RUNS):
        done = subprocess.run(
            [sys.executable, "-c", CODE.format(path=path)], capture_output=True, text=True, check=True
        )
        imported, loaded, entries, sympy = done.stdout.split()
        found = (1000 * float(imported), 1000 * float(loaded), int(entries), sympy == "True")
        if best is None or found[0] + found[1] < best[0] + best[1]:
            best = found
    assert best is not None
    return best


def main() -> None:
    print(f"{'catalogue':>12}{'entries':>9}{'import ms':>11}{'load ms':>9}  sympy imported")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "claims.yaml"
        path.write_text(yaml.safe_dump(catalogue(500), allow_unicode=True), encoding="utf-8")
        for name, file in (("our own", None), ("500 claims", str(path))):
            imported, loaded, entries, sympy = measure(file)
            print(f"{name:>12}{entries:9}{imported:11.0f}{loaded:9.0f}  {'yes' if sympy else 'no'}")


if __name__ == "__main__":
    main()
