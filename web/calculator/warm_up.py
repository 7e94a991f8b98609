"""Run once when the page is built: load all of the engine, and work something out so that every table is filled."""

import contextlib
import gc
import importlib
import json
import re
import sys
from pathlib import Path

ENGINE = Path("/lib/engine")
QUESTIONS = [
    ("x.T @ A @ x", "x"),
    ("softmax(x)", "x"),
    ("logdet(A @ X)", "X"),
    ("norm(A @ x)", "x"),
    ("x / norm(x)", "x"),
    ("inv(X)", "X"),
    ("sum(exp(W @ x))", "W"),
    ("kron(x, y)", "x"),
    ("sum(x[i] ** 2, i)", "x"),
    ("hessian(x.T @ x, x)", "x"),
]
"""Short ones of many kinds: what each is the first to need is in memory from then on."""
sys.path.insert(0, str(ENGINE))
sys.dont_write_bytecode = True


BY_PYTHON = "_pylong traceback encodings.unicode_escape encodings.utf_8_sig"
"""What Python itself imports when it is first used."""


def load_all() -> None:
    """Every module of the bundle, and whatever our own import within a function: in the page there are no files."""
    for path in sorted((ENGINE / "cheatsheet").rglob("*.py")):
        parts = path.relative_to(ENGINE).with_suffix("").parts
        try:
            importlib.import_module(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
        except ModuleNotFoundError as error:  # what keeps files, forks or asks SymPy has no place in a page
            if (ENGINE / error.name.replace(".", "/")).with_suffix(".py").exists():
                raise
    for name in BY_PYTHON.split():
        importlib.import_module(name)
    for name in sorted(imported_later()):
        with contextlib.suppress(ImportError):  # as it will be in the page
            importlib.import_module(name)


def imported_later() -> set[str]:
    """The modules named in indented import statements."""
    statement = re.compile(r"^[ \t]+(?:from|import) ([A-Za-z_][\w.]*)", re.MULTILINE)
    sources = (path.read_text(encoding="utf-8") for path in (ENGINE / "cheatsheet").rglob("*.py"))
    return {name for source in sources for name in statement.findall(source)}


def work() -> None:
    """Requests of every kind; an answer that is not one stops the build."""
    from cheatsheet.in_browser import answer

    def ask(**request: str) -> dict:
        return json.loads(answer(json.dumps(request)))

    def expect(found: bool) -> None:  # not ``assert``, which is left out where docstrings are
        if not found:
            raise RuntimeError("the engine does not answer as it should")

    for expression, wrt in QUESTIONS:
        expect(bool(ask(task="read", expression=expression, wrt=wrt)["read_as"]))
        expect(ask(task="derive", expression=expression, wrt=wrt)["document"]["verdict"] == "proved")
    wrong = ask(task="compare", expression="sum(exp(x))", wrt="x", answer="exp(sum(x)) * ones(n).T")
    expect(wrong["verdict"]["verdict"] == "refuted")
    expect("error" in ask(task="derive", expression="x.T @", wrt="x"))
    given = "S: {shape: [n, n], is: [symmetric]}"
    expect("formula" in ask(task="read", expression="a.T @ S @ a", wrt="a", given=given))
    expect("error" in ask(task="read", expression="x", wrt="x", given="x: [n"))


load_all()
work()
gc.collect()
