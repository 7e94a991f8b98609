"""Run once when the page is built: load all of the engine, and work something out so that every table is filled."""

import gc
import importlib
import json
import sys
from pathlib import Path

ENGINE = Path("/lib/engine")
sys.path.insert(0, str(ENGINE))
sys.dont_write_bytecode = True


def load_all() -> None:
    """Every module of the bundle, and what is imported when it is first used: in the page there are no files."""
    for path in sorted((ENGINE / "cheatsheet").rglob("*.py")):
        parts = path.relative_to(ENGINE).with_suffix("").parts
        try:
            importlib.import_module(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
        except ModuleNotFoundError as error:  # what keeps files, forks or asks SymPy has no place in a page
            if (ENGINE / error.name.replace(".", "/")).with_suffix(".py").exists():
                raise
    libraries = "mpmath yaml difflib random decimal traceback encodings.unicode_escape encodings.utf_8_sig"
    for name in libraries.split():
        importlib.import_module(name)


def work() -> None:
    """Requests of every kind; an answer that is not one stops the build."""
    from cheatsheet.in_browser import answer

    def ask(**request: str) -> dict:
        return json.loads(answer(json.dumps(request)))

    for expression, wrt in [
        ("x.T @ A @ x", "x"),
        ("softmax(x)", "x"),
        ("logdet(A @ X)", "X"),
        ("norm(A @ x)", "x"),
    ]:
        assert ask(task="read", expression=expression, wrt=wrt)["read_as"]
        assert ask(task="derive", expression=expression, wrt=wrt)["document"]["verdict"] == "proved"
    wrong = ask(task="compare", expression="sum(exp(x))", wrt="x", answer="exp(sum(x)) * ones(n).T")
    assert wrong["verdict"]["verdict"] == "refuted"
    assert ask(task="derive", expression="x.T @", wrt="x")["error"]
    assert ask(task="read", expression="a.T @ S @ a", wrt="a", given="S: {shape: [n, n], is: [symmetric]}")[
        "formula"
    ]
    assert ask(task="read", expression="x", wrt="x", given="x: [n")["error"]


load_all()
work()
gc.collect()
