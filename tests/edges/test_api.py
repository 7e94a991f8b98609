"""The public interface: what type checkers are told of the methods given to classes at the edge is what is given."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from typing import Any

import pytest

import cheatsheet
from cheatsheet.catalogue.entries import Claim, Entry
from cheatsheet.language.expressions import Expr


def told(owner: type) -> Iterator[ast.FunctionDef]:
    """The methods that the class has for type checkers alone."""
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(owner))).body
    assert isinstance(tree, ast.ClassDef)
    for node in tree.body:
        if isinstance(node, ast.If):
            yield from (method for method in node.body if isinstance(method, ast.FunctionDef))


def signature(method: ast.FunctionDef) -> tuple[object, ...]:
    arguments = method.args
    names = [(a.arg, a.annotation and ast.unparse(a.annotation)) for a in arguments.args[1:]]
    return names, [ast.unparse(d) for d in arguments.defaults], method.returns and ast.unparse(method.returns)


@pytest.mark.parametrize("owner", [Expr, Claim, Entry])
def test_what_type_checkers_are_told_is_given(owner: type) -> None:
    methods = list(told(owner))
    assert methods
    for method in methods:
        given: Any = getattr(owner, method.name)
        (source,) = ast.parse(textwrap.dedent(inspect.getsource(given))).body
        assert isinstance(source, ast.FunctionDef)
        assert signature(source) == signature(method)
        assert given.__doc__
        assert given.__name__ == method.name


def test_the_methods_are_there_once_anything_public_is() -> None:
    code = """\
import cheatsheet
claim = cheatsheet.load()["quadratic-form"].claims[0]
assert claim.latex() and claim.lhs.numpy_source and claim.check().verdict.holds and claim._repr_html_()
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_declarations_of_any_form_are_read() -> None:
    read = cheatsheet.derive("A @ x", wrt="x").given
    for given in (
        "A: [n, n]",
        {"A": ["n", "n"]},
        {"A": cheatsheet.derive("A", wrt="A", given="A: [n, n]").given["A"]},
    ):
        found = cheatsheet.derive("A @ x", wrt="x", given=given)  # type: ignore[arg-type]
        assert found.given["A"].shape.is_square
    assert not read["A"].shape.is_square
