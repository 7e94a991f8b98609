"""The calculator: one HTML file with Python, the engine and its warm memory in it, which needs no network.

The Python is Pyodide, of the version and with the checksums in ``web/calculator/package-lock.json``, which ``npm ci``
checks. Making the page takes npm and Node.js; whoever lacks them has everything but this page.
"""

from __future__ import annotations

import ast
import gzip
import io
import json
import shutil
import subprocess
import tempfile
import zipfile
from base64 import b64encode
from collections.abc import Iterator
from functools import cache
from hashlib import blake2b
from importlib import import_module
from pathlib import Path

from cheatsheet.packaged import PACKAGE, engine_version, packaged
from cheatsheet.store import cache_folder, in_use, write_whole

NAME = "derive.html"
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
UNUSED = frozenset(
    """_pyrepl bdb cmd configparser ctypes curses dbm doctest email ensurepip ftplib http idlelib imaplib ipaddress
    lib2to3 mailbox multiprocessing netrc nntplib optparse pdb pickletools poplib profile pstats pyclbr pydoc pydoc_data
    smtplib sqlite3 statistics tarfile telnetlib test tkinter turtle turtledemo unittest uuid venv webbrowser wsgiref
    xml xmlrpc zipapp""".split()
)
ENCODINGS = frozenset(
    ["", *"__init__ aliases ascii cp437 latin_1 raw_unicode_escape unicode_escape utf_8 utf_8_sig".split()]
)
LIBRARIES = {"yaml": "PyYAML", "mpmath": "mpmath"}


class NoCalculatorError(Exception):
    """The page cannot be made here; the text says why, in one line."""


PROGRAMS = ("node", "npm")


def can_be_made() -> bool:
    """Whether it was made before, or the programs are there that make it."""
    return all(map(shutil.which, PROGRAMS)) or (in_use() and _kept().exists())


def _kept() -> Path:
    return cache_folder() / "calculator" / f"{engine_key()}.html"


def try_calculator(folder: Path) -> tuple[Path | None, str]:
    """The page in the folder, or why there is none, in one line."""
    try:
        return write_calculator(folder), ""
    except (NoCalculatorError, OSError) as error:
        return None, str(error)


def write_calculator(folder: Path) -> Path:
    """Put the page into a folder, made anew where the engine or the page itself has changed since.

    Raises :class:`NoCalculatorError`.
    """
    target, key = folder / NAME, engine_key()
    kept = _kept()
    if in_use() and target.exists() and key.encode() in target.open("rb").read(1000):
        return target
    if not in_use() or not kept.exists():
        page = render_calculator().encode("utf-8")
        kept.parent.mkdir(parents=True, exist_ok=True)
        for old in kept.parent.glob("*.html"):
            old.unlink(missing_ok=True)
        write_whole(kept, page)
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(target, kept.read_bytes())
    return target


def engine_key() -> str:
    """A hash of all that the page is made from."""
    digest = blake2b(engine_version().encode(), digest_size=16)
    for path in sorted([*packaged("web").rglob("*"), *PACKAGE.rglob("*.yaml")]):
        if path.is_file():
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def render_calculator() -> str:
    """The whole page as HTML; raises :class:`NoCalculatorError`."""
    from markupsafe import Markup

    from cheatsheet.pages.web import environment

    pyodide = _pyodide()
    with tempfile.TemporaryDirectory() as place:
        bundle, standard, snapshot = (
            Path(place) / name for name in ("engine.zip", "library.zip", "snapshot")
        )
        bundle.write_bytes(engine())
        standard.write_bytes(library(pyodide / "python_stdlib.zip"))
        script, warm_up = _asset("snapshot.mjs"), _asset("warm_up.py")
        _run(["node", *map(str, (script, pyodide, standard, bundle, warm_up, snapshot))])
        parts = {
            "engine-wasm": (pyodide / "pyodide.asm.wasm").read_bytes(),
            "engine-snapshot": snapshot.read_bytes(),
            "engine-asm": (pyodide / "pyodide.asm.mjs").read_bytes(),
            "engine-loader": (pyodide / "pyodide.mjs").read_bytes(),
            "engine-library": standard.read_bytes(),
        }
    return (
        environment()
        .get_template("calculator/derive.html")
        .render(
            key=engine_key(),
            style=Markup(_text("page.css") + _text("calculator/derive.css")),
            script=Markup(_text("calculator/derive.js")),
            worker=Markup(_text("calculator/worker.js")),
            engine={name: _packed(data) for name, data in parts.items()} | {"engine-version": version()},
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
    """The modules that the page runs, as a zip file, without their docstrings."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, path in sorted(_modules()):
            text = path.read_text(encoding="utf-8")
            archive.writestr(
                zipfile.ZipInfo(name), without_docstrings(text) if path.suffix == ".py" else text
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


def without_docstrings(source: str) -> str:
    """The same program without what only a reader needs.

    >>> "What" in without_docstrings('def f():  # why\\n    "What."\\n    return 1')
    False
    """
    try:
        tree = ast.parse(source)
    except SyntaxError:  # of a Python newer than the one that runs this
        return source
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and node.body:
            match node.body[0]:
                case ast.Expr(value=ast.Constant(value=str()) as told):
                    told.value = ""
    return ast.unparse(tree)


def library(whole: Path) -> bytes:
    """Python's standard library without what a page has no use for; it is read from seldom, and then by name."""
    content = io.BytesIO()
    with (
        zipfile.ZipFile(whole) as source,
        zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as target,
    ):
        for item in source.infolist():
            top, _, rest = item.filename.removesuffix(".py").partition("/")
            if top not in UNUSED and (top != "encodings" or rest in ENCODINGS):
                name = zipfile.ZipInfo(item.filename, item.date_time)
                text = source.read(item).decode("utf-8")
                target.writestr(name, without_docstrings(text), zipfile.ZIP_DEFLATED, 9)
    return content.getvalue()


def licences() -> Iterator[tuple[str, str]]:
    """The name and the licence of each program in the page."""
    from importlib.metadata import distribution  # slow to import, for a build that has nothing to do as well

    yield f"Pyodide {version()}", "Mozilla Public License 2.0. Source: https://github.com/pyodide/pyodide"
    yield "CPython 3.14", "Python Software Foundation License 2.0. Source: https://github.com/python/cpython"
    for name in LIBRARIES.values():
        found = distribution(name)
        for file in found.files or ():
            if file.name.upper().startswith("LICENSE"):
                yield f"{name} {found.version}", Path(str(file.locate())).read_text(encoding="utf-8")


def _packed(data: bytes) -> str:
    return b64encode(gzip.compress(data, 9, mtime=0)).decode("ascii")


@cache
def _text(name: str) -> str:
    return (packaged("web") / name).read_text(encoding="utf-8")


def _asset(name: str) -> Path:
    return packaged("web") / "calculator" / name
