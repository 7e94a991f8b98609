"""The pages in a real browser: their sizes, first paint, search at every key stroke, first and next answers.

Between two questions a reader takes a moment, as here. The load is told: the times to reach are an idle machine's.

python -m benchmarks.pages [FOLDER]   (of a build, else build/)
"""

from __future__ import annotations

import os
import re
import sys
import time
from pathlib import Path
from statistics import median
from urllib.parse import quote_plus

from playwright.sync_api import Browser, Page, sync_playwright

from tests.pages.test_calculator import CHROMIUM, FLAGS

QUERIES = """softmax; tr(AXB); x'Ax; 二次型; determinant; 行列式; inverse; woodbury; vec(AXB); log det X; kron; norm;
gradient; jacobian; hessian; sigmoid; ridge; X^-1; least squares; 迹""".replace("\n", " ").split("; ")
ASKED = [
    ("x.T @ A @ x", "x"),
    ("logdet(X)", "X"),
    ("norm(A @ x - b) ** 2", "x"),
    ("softmax(x)", "x"),
    ("tr(A @ X @ B @ X.T)", "X"),
    ("hessian(logsumexp(x), x)", "x"),
    ("kron(A, X)", "X"),
    ("sum(sigmoid(W @ x + b))", "W"),
]
KEYS = """(queries) => {
  const box = document.querySelector("#search"), found = [];
  for (const query of queries) for (let k = 1; k <= query.length; k++) {
    box.value = query.slice(0, k);
    const start = performance.now();
    search(); void document.body.offsetHeight;
    found.push(performance.now() - start);
  }
  return found;
}"""
PAUSE = 1500
"""Milliseconds between two questions: nobody types a formula in less."""
PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"


def opened(browser: Browser) -> Page:
    return browser.new_context(offline=True, viewport={"width": 1200, "height": 900}).new_page()


def reference(browser: Browser, page_file: Path) -> None:
    html = page_file.read_text(encoding="utf-8")
    light = re.sub(r'<script type="text/plain" class="packed".*?</script>', "", html, flags=re.DOTALL)
    print(
        f"{page_file.name}: {len(html.encode()) / 1e6:.2f} MB, {len(light.encode()) / 1e6:.2f} MB without details"
    )
    page = opened(browser)
    # the page keeps its search to itself, and lends it to a copy
    lent = page_file.with_name(".benchmark.html")
    lent.write_text(
        html.replace("let waiting = 0;", "let waiting = 0; globalThis.search = search;"), encoding="utf-8"
    )
    try:
        page.goto(lent.as_uri())
        page.wait_for_function(f"{PAINT} !== null")
        print(f"  first paint {page.evaluate(PAINT):.0f} ms")
        times = page.evaluate(KEYS, QUERIES)
    finally:
        lent.unlink()
    print(f"  search, {len(times)} key strokes: median {median(times):.1f} ms, largest {max(times):.1f} ms")


def calculator(browser: Browser, page_file: Path) -> None:
    print(f"{page_file.name}: {page_file.stat().st_size / 1e6:.2f} MB")
    (expression, wrt), *others = ASKED
    page = opened(browser)
    start = time.perf_counter()
    page.goto(f"{page_file.as_uri()}#e={quote_plus(expression)}&x={wrt}")
    page.wait_for_selector("#result h2", timeout=120_000)
    print(f"  first answer {time.perf_counter() - start:.2f} s")
    for expression, wrt in others:
        page.wait_for_timeout(PAUSE)
        start = time.perf_counter()
        page.evaluate("(r) => calculator.ask(r)", {"task": "derive", "expression": expression, "wrt": wrt})
        print(f"  {expression:28} {time.perf_counter() - start:.2f} s")


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "build").resolve()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
        for name, measure in (("index.html", reference), ("derive.html", calculator)):
            if (folder / name).exists():
                measure(browser, folder / name)
        browser.close()


if __name__ == "__main__":
    main()
