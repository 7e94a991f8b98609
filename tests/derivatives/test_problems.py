"""Derivatives as people ask for them: answered in matrix notation, and equal to difference quotients."""

from __future__ import annotations

import functools
import sys
import zlib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import yaml

import cheatsheet
from cheatsheet.derivatives.closed.form import closed_form
from cheatsheet.derivatives.derivative import Derivative
from cheatsheet.language.expressions import Apply, Expr, Index, Sum, Symbol, symbols, walk
from cheatsheet.printing.arrays import function_for

CORPUS = Path(__file__).parents[1] / "corpus"


def listed(name: str) -> list[str]:
    """The problems of a file, without the places where they come from."""
    parts = yaml.safe_load((CORPUS / name).read_text(encoding="utf-8")).values()
    lines = [line.split(" | ")[:3] for part in parts for line in part.splitlines()]
    return list(dict.fromkeys(" | ".join(line) for line in lines))


PROBLEMS = listed("problems.yaml")
PUBLIC = listed("public-problems.yaml")
SAMPLE = 7
"""One in so many of the public problems stands in the ordinary suite."""
SIZES = {"m": 4, "n": 3, "p": 2, "k": 2, "d": 2}
STEP = 1e-6


@functools.cache
def solved(problem: str) -> Derivative:
    text, variable, given = (part.strip() for part in problem.split(" | "))
    return cheatsheet.derive(text, wrt=variable, given=given, layout="mixed")


def value_of(symbol: Symbol, random: Any) -> Any:
    sizes = tuple(axis.at(SIZES) for axis in symbol.shape.free_axes)
    if "integer" in symbol.properties:
        return 2
    if "positive" in symbol.properties:
        return random.uniform(0.3, 1.5, sizes)
    array = random.uniform(0.3, 1.5, sizes) * random.choice([-1, 1], sizes if len(sizes) < 2 else ())
    if "positive_definite" in symbol.properties or (len(sizes) == 2 and sizes[0] == sizes[1]):
        array = array @ array.T + 2 * np.eye(sizes[0]) + random.uniform(0, 0.1, sizes)
    return (array + array.T) / 2 if symbol.properties else array


def called(source: str | None, arrays: dict[str, Any]) -> Any:
    assert source is not None
    names: dict[str, Any] = {}
    exec(source, names)
    function = names["f" if "f" in names else "derivative"]
    count = function.__code__.co_argcount
    return np.asarray(function(*(arrays[a] for a in function.__code__.co_varnames[:count])), dtype=float)


def quotients(found: Derivative, arrays: dict[str, Any]) -> Any:
    """The derivative by each entry of the variable, the axes of the function first."""
    function, variable = found.derivative.children
    symbol = variable if isinstance(variable, Symbol) else variable.children[0]
    assert isinstance(symbol, Symbol)
    if (
        isinstance(function, Apply) and function.op == "grad"
    ):  # itself compared with quotients elsewhere in the list
        function = closed_form(function).result or function
    source = function_for(function, "numpy", "f", symbols(function))
    base, columns = arrays[symbol.name], []
    places = list(np.ndindex(base.shape))
    if isinstance(variable, Apply) and variable.op == "vec":
        places.sort(key=lambda place: place[::-1])
    for place in places:
        step = np.zeros(base.shape)
        step[place] = STEP
        ahead, behind = (called(source, {**arrays, symbol.name: base + s}) for s in (step, -step))
        columns.append((ahead - behind) / (2 * STEP))
    wanted = np.stack(columns, axis=-1)
    if not base.shape:
        return wanted[..., 0]
    return wanted.reshape(*wanted.shape[:-1], *(base.shape if isinstance(variable, Symbol) else (base.size,)))


def judged(problem: str) -> None:
    """Whether the generated function agrees with difference quotients of the function that was asked about."""
    found = solved(problem)
    random = np.random.default_rng(zlib.crc32(problem.encode()))
    arrays = {s.name: value_of(s, random) for s in found.given.values()}
    arrays |= {name: size for name, size in SIZES.items() if name not in arrays}
    got, wanted = called(found.function(), arrays), quotients(found, arrays)
    assert np.isfinite(wanted).all(), f"no point at which {problem} is defined"
    np.testing.assert_allclose(got, wanted.reshape(got.shape), rtol=2e-5, atol=2e-6)


@pytest.mark.parametrize("problem", PROBLEMS)
def test_the_answer_is_that_of_difference_quotients(problem: str) -> None:
    judged(problem)


@pytest.mark.parametrize("problem", PROBLEMS)
def test_the_answer_is_in_matrix_notation(problem: str) -> None:
    result = solved(problem).result
    assert result is not None
    assert not sums_over_a_basis(result), result


def exponential(a: Any) -> Any:
    """SciPy's ``expm``, which is not needed here otherwise: e^A = (e^(A/1024))^1024."""
    total = term = np.eye(len(a))
    for k in range(1, 12):
        term = term @ a / 1024 / k
        total = total + term
    return np.linalg.matrix_power(total, 1024)


@pytest.mark.parametrize("number", range(SAMPLE))
def test_public_problems_are_answered_in_matrix_notation_and_rightly(
    number: int, full: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tensors have no matrix notation; they are answered by their components."""
    if number and not full:
        pytest.skip("a seventh of them otherwise")
    monkeypatch.setitem(sys.modules, "scipy", SimpleNamespace(linalg=SimpleNamespace(expm=exponential)))
    for problem in PUBLIC[number::SAMPLE]:
        found = solved(problem)
        assert found.verdict.holds, problem
        assert (found.result is None) == found.derivative.shape.is_tensor, problem
        assert found.result is None or not sums_over_a_basis(found.result), problem
        judged(problem)


def test_there_are_as_many_public_problems_as_were_promised() -> None:
    assert len(PUBLIC) >= 324


def sums_over_a_basis(result: Expr) -> bool:
    return any(isinstance(node, Sum) and is_over_a_basis(node) for node in walk(result))


def is_over_a_basis(node: Sum) -> bool:
    names = {str(i.name) for i in node.indices}
    units = (n for n in walk(node.body) if isinstance(n, Apply) and n.op == "unit")
    return any(str(a.name) in names for unit in units for a in unit.args if isinstance(a, Index))
