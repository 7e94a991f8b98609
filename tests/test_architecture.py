"""The shape of the program: imports run in one direction, modules stay small, nothing is evaluated."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "cheatsheet"
LONGEST_MODULE = 450
LONGEST_FUNCTION = 60

ROOMS = {
    "language": "",
    "calculus": "language",
    "evaluation": "language",
    "printing": "language",
    "operators": "language calculus evaluation printing",
    "verdicts": "language calculus evaluation printing.sympy_expression",
    "derivatives": "language calculus printing verdicts",
    "catalogue": "language verdicts",
    "pages": "language calculus evaluation printing derivatives catalogue verdicts.verdicts",
}
"""Each room with those that it may import from, inside functions as well."""
PLUMBING = {"store", "parallel", "packaged"}
"""Anyone may import it; it imports nobody but itself."""
EDGES = {
    "cheatsheet",
    "__main__",
    "api",
    "arguments",
    "cli",
    "in_browser",
    "pipeline",
    "screen",
    "screen_reports",
}
"""They import anyone; nobody imports them."""


@cache
def modules() -> dict[str, ast.Module]:
    """Every module by its name within the package."""
    found = {}
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts) or "cheatsheet"
        found[name] = ast.parse(path.read_text(encoding="utf-8"))
    return found


def imported(tree: ast.AST, for_types: bool = False) -> Iterator[str]:
    """The modules of the package that a module imports, at its top or inside a function."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test) and not for_types:
            continue
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "cheatsheet":
            assert node.level == 0
            for alias in node.names:
                whole = f"{node.module}.{alias.name}".removeprefix("cheatsheet.")
                yield whole if whole in modules() else str(node.module).removeprefix("cheatsheet.")
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] == "cheatsheet":
                    yield alias.name.removeprefix("cheatsheet.")
        else:
            yield from imported(node, for_types)


def room(module: str) -> str:
    """The room that a module lies in: a folder, or the name of a file at the top."""
    return module.split(".")[0]


def test_every_module_lies_in_a_room() -> None:
    assert {room(module) for module in modules()} == {*ROOMS, *PLUMBING, *EDGES}


@pytest.mark.parametrize("module", modules())
def test_imports_keep_to_the_rooms(module: str) -> None:
    """At the top, inside functions, and for types alone."""
    own = room(module)
    for other in imported(modules()[module], for_types=True):
        if room(other) != own and own not in EDGES and room(other) not in PLUMBING:
            allowed = {room(other), other} & set(ROOMS.get(own, "").split())
            assert allowed, f"{module} must not import {other}"


ALONE = """
import importlib, os, sys
import numpy  # of others, and the most of what an import costs
for module in sys.argv[1:]:
    child = os.fork()
    if not child:
        try:
            importlib.import_module(module)
        except BaseException as error:
            print(module, repr(error), flush=True)
        os._exit(0)
    os.waitpid(child, 0)
"""
"""Imports each module in a process that has none of the package."""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
@pytest.mark.parametrize("part", range(8))
def test_every_module_can_be_imported_alone(part: int) -> None:
    names = ["cheatsheet" if m == "cheatsheet" else f"cheatsheet.{m}" for m in modules() if m != "__main__"]
    command = [sys.executable, "-c", ALONE, *names[part::8]]
    done = subprocess.run(command, check=True, cwd=ROOT.parent, capture_output=True, text=True)
    assert done.stdout == ""


def arrows() -> dict[str, set[str]]:
    """What each module imports, inside functions as well."""
    return {module: set(imported(tree)) - {module} for module, tree in modules().items()}


def test_no_circle_of_imports_inside_functions_as_well() -> None:
    assert len(list(TopologicalSorter(arrows()).static_order())) >= len(modules())


def test_an_arrow_that_is_turned_closes_a_circle() -> None:
    """Whichever arrow is turned round besides, the sorter says so."""
    graph = arrows()
    for module, others in graph.items():
        for other in others:
            with pytest.raises(CycleError):
                TopologicalSorter({**graph, other: graph[other] | {module}}).prepare()


@pytest.mark.parametrize("path", sorted(ROOT.rglob("*.py")), ids=lambda p: str(p.relative_to(ROOT)))
def test_modules_and_functions_stay_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= LONGEST_MODULE
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            first = node.body[0]
            told = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
            start = first.end_lineno if told and first.end_lineno else node.lineno
            assert (node.end_lineno or 0) - start <= LONGEST_FUNCTION, node.name


EVALUATING = {"eval", "exec", "compile", "__import__", "sympify", "parse_expr", "S", "lambdify", "loads"}


@pytest.mark.parametrize("module", modules())
def test_nothing_is_evaluated(module: str) -> None:
    """No text reaches an evaluator; json.loads reads our own cache, pickle.loads is nowhere."""
    for node in ast.walk(modules()[module]):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            owner = getattr(getattr(node.func, "value", None), "id", "")
            strict = any(k.arg == "strict" for k in node.keywords)  # sympify refuses text then
            harmless = (owner, name) in {("re", "compile"), ("json", "loads")} or (
                name == "sympify" and strict
            )
            assert name not in EVALUATING or harmless, f"{module}, line {node.lineno}: {name}"
            assert not any(k.arg == "shell" for k in node.keywords), f"{module}, line {node.lineno}: a shell"


@pytest.mark.parametrize("module", modules())
def test_words_in_chinese_live_in_data(module: str) -> None:
    tree = modules()[module]
    told = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            assert not any("\u4e00" <= character <= "\u9fff" for character in node.value), node.value


@pytest.mark.parametrize("module", modules())
def test_every_module_says_what_it_is_for(module: str) -> None:
    assert ast.get_docstring(modules()[module]) or not modules()[module].body


def test_the_depth_of_calls_is_set_in_one_place() -> None:
    """Whoever imports any module has it; nobody else sets it, or a verdict would depend on what was imported before."""
    setters = {
        module
        for module, tree in modules().items()
        if any(isinstance(n, ast.Attribute) and n.attr == "setrecursionlimit" for n in ast.walk(tree))
    }
    assert setters == {"cheatsheet"}
    code = "import cheatsheet.language.errors, sys; print(sys.getrecursionlimit() - cheatsheet.DEEPEST_CALLS)"
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, cwd=ROOT.parent, capture_output=True, text=True
    )
    assert done.stdout == "0\n"
