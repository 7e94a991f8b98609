"""The calculator: one HTML file with Python, the engine and its warm memory in it, which needs no network.

The Python is Pyodide, of the version and with the checksums in ``web/calculator/package-lock.json``, which ``npm ci``
checks.
"""

from __future__ import annotations

import gzip
import io
import json
import shutil
import subprocess
import tempfile
import zipfile
from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from hashlib import blake2b
from importlib import import_module
from importlib.metadata import distribution
from pathlib import Path

from markupsafe import Markup

from cheatsheet.packaged import PACKAGE, packaged
from cheatsheet.pages.calculator_kept import NAME, PROGRAMS, NoCalculatorError
from cheatsheet.pages.web import environment
from cheatsheet.store import cache_folder

EXAMPLES = [
    ("x.T @ A @ x", "x"),
    ("logdet(X)", "X"),
    ("norm(A @ x - b) ** 2", "x"),
    ("softmax(x)", "x"),
    ("hessian(logsumexp(x), x)", "x"),
    ("a.T @ inv(X) @ b", "X"),
    ("tr(A @ X @ B @ X.T)", "X"),
    ("kron(A, X)", "X"),
    ("sum(sigmoid(W @ x + b))", "W"),
]
HELP = [
    ("A @ B, A.T", "help-product"),
    ("A * B, x ** 2", "help-entrywise"),
    ("tr(A), det(X), logdet(X), inv(X)", "help-linear-algebra"),
    ("norm(x), dot(x, y), outer(x, y)", "help-norm"),
    ("exp(x), sigmoid(x), relu(x), softmax(x)", "help-functions"),
    ("diag(x), vec(A), kron(A, B)", "help-shapes"),
    ("hessian(f, x), diff(f, x, x)", "help-orders"),
    ("A[i, j], sum(x[i] ** 2, i)", "help-entry"),
    ("S: {shape: [n, n], is: [symmetric]}", "help-given"),
]
WORDS = """
    read-as needs counterexample derivation code numerator denominator mixed proved checked sampled refuted undecided
    proved-means checked-means sampled-means refuted-means undecided-means derive-understood derive-result
    derive-as-text derive-entry derive-link derive-copy derive-expression-copy derive-copied derive-how derive-starting
    derive-busy derive-cancelled derive-failed tier-evaluation tier-index-calculus tier-free-symbols tier-digits
    tier-missing
""".split()
ROOMS = "language calculus evaluation printing operators verdicts derivatives catalogue".split()
BESIDE = "__init__.py in_browser.py packaged.py pages/__init__.py pages/numbers.py".split()
LIBRARIES = {"yaml": "PyYAML", "mpmath": "mpmath"}


def render_calculator(key: str) -> str:
    """The whole page as HTML, which carries the key; raises :class:`NoCalculatorError`."""
    pyodide = _pyodide()
    with tempfile.TemporaryDirectory() as place:
        bundle, snapshot = (Path(place) / name for name in ("engine.zip", "snapshot"))
        bundle.write_bytes(engine())
        _run(["node", *map(str, (_asset("snapshot.mjs"), pyodide, bundle, _asset("warm_up.py"), snapshot))])
        parts = {
            "engine-wasm": pyodide / "pyodide.asm.wasm",
            "engine-snapshot": snapshot,
            "engine-asm": pyodide / "pyodide.asm.mjs",
            "engine-loader": pyodide / "pyodide.mjs",
        }
        with ThreadPoolExecutor() as packing:
            engine_parts = dict(zip(parts, packing.map(_packed, parts.values()), strict=True))
    return (
        environment()
        .get_template("calculator/derive.html")
        .render(
            key=key,
            style=Markup(_text("page.css") + _text("calculator/derive.css")),
            script=Markup(_text("calculator/derive.js")),
            worker=Markup(_text("calculator/worker.js")),
            engine=engine_parts | {"engine-version": version()},
            examples=EXAMPLES,
            help=HELP,
            words=WORDS,
            licences=list(licences()),
        )
    )


def version() -> str:
    """The version of Pyodide that the page is made from."""
    return str(json.loads(_text("calculator/package.json"))["dependencies"]["pyodide"])


def _pyodide() -> Path:
    """The folder of Pyodide, fetched once and checked against the checksums of the lock file."""
    for program in PROGRAMS:
        if shutil.which(program) is None:
            raise NoCalculatorError(f"{NAME} is not made: {program} is not installed")
    names = ("package.json", "package-lock.json")
    digest = blake2b(b"".join(_asset(name).read_bytes() for name in names), digest_size=8).hexdigest()
    home = cache_folder() / "pyodide" / digest
    folder = home / "node_modules" / "pyodide"
    if not folder.exists():
        home.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=home.parent) as fresh:
            for name in names:
                shutil.copy(_asset(name), fresh)
            _run(
                ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], Path(fresh)
            )
            if not folder.exists():  # unless another build was faster
                shutil.copytree(fresh, home, dirs_exist_ok=True)
    return folder


def _run(command: list[str], folder: Path | None = None) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        said = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()] or ["no message"]
        reason = next((line for line in reversed(said) if "Error" in line), said[-1])
        raise NoCalculatorError(f"{NAME} is not made: {command[0]} failed: {reason.strip()[:300]}")


# --- what goes into it ------------------------------------------------------------------------------------------------


def engine() -> bytes:
    """The modules that the page runs, as a zip file."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, path in sorted(_modules()):
            archive.writestr(
                zipfile.ZipInfo(name), _NO_MANUAL if name == _MANUAL else path.read_text(encoding="utf-8")
            )
    return content.getvalue()


_MANUAL = "mpmath/function_docs.py"
_NO_MANUAL = "def __getattr__(name):\n    return ''\n"
"""In the place of a module that holds the docstrings of mpmath's functions."""


def _modules() -> Iterator[tuple[str, Path]]:
    """Name within the zip file, and place."""
    own = [PACKAGE / name for name in BESIDE]
    for room in ROOMS:
        own += [
            p
            for p in (PACKAGE / room).rglob("*")
            if p.suffix in (".py", ".yaml") and "by_sympy" not in p.parts
        ]
    for path in own:
        yield f"cheatsheet/{path.relative_to(PACKAGE).as_posix()}", path
    for library in LIBRARIES:
        home = Path(str(import_module(library).__file__)).parent
        for path in home.rglob("*.py"):
            if "tests" not in path.parts:
                yield f"{library}/{path.relative_to(home).as_posix()}", path


def licences() -> Iterator[tuple[str, str]]:
    """The name and the licence of each program in the page."""
    yield f"Pyodide {version()}", "Mozilla Public License 2.0. Source: https://github.com/pyodide/pyodide"
    yield "CPython 3.14", "Python Software Foundation License 2.0. Source: https://github.com/python/cpython"
    for name in LIBRARIES.values():
        found = distribution(name)
        for file in found.files or ():
            if file.name.upper().startswith("LICENSE"):
                yield f"{name} {found.version}", Path(str(file.locate())).read_text(encoding="utf-8")


def _packed(path: Path) -> str:
    """Gzipped at level 6: at 9 the memory takes six times as long and is 1.5 % smaller."""
    return b64encode(gzip.compress(path.read_bytes(), 6, mtime=0)).decode("ascii")


@cache
def _text(name: str) -> str:
    return (packaged("web") / name).read_text(encoding="utf-8")


def _asset(name: str) -> Path:
    return packaged("web") / "calculator" / name
