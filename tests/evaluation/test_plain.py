"""The arrays that stand in for NumPy where there is none: the same numbers, whatever is asked of them."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cheatsheet import derive
from cheatsheet.evaluation import plain

CORPUS = Path(__file__).parents[1] / "corpus"
SHAPES = st.lists(st.integers(1, 3), max_size=4).map(tuple)
NUMBERS = st.integers(-9, 9)
KINDS = st.sampled_from([int, float, object])


@st.composite
def pairs(draw: Any, shape: Any = SHAPES, dtype: Any = KINDS) -> tuple[Any, Any]:
    """The same array twice: NumPy's and ours."""
    sizes, kind = draw(shape), draw(dtype)
    values = draw(st.lists(NUMBERS, min_size=int(np.prod(sizes)), max_size=int(np.prod(sizes))))
    theirs = np.array(values, dtype=object).reshape(sizes)
    theirs = theirs if kind is object else theirs.astype(kind)
    return theirs, plain.array(theirs.tolist(), kind) if sizes else plain.asarray(theirs.item(), kind)


def same(theirs: Any, ours: Any) -> bool:
    """Whether two results have one shape and the same entries."""
    if not isinstance(ours, plain.SmallArray):
        return bool(np.ndim(theirs) == 0 and np.array_equal(theirs, ours))
    assert np.shape(theirs) == ours.shape
    both = np.asarray(theirs, dtype=object), np.array(ours.tolist(), dtype=object)
    return all(a == b or (a != a and b != b) for a, b in zip(both[0].ravel(), both[1].ravel(), strict=True))


@given(pairs(), pairs(), st.sampled_from("+ - * < <= == != >".split()))
def test_operators_broadcast(a: Any, b: Any, sign: str) -> None:
    functions: dict[str, Callable[[Any, Any], Any]] = {
        "+": lambda x, y: x + y,
        "-": lambda x, y: x - y,
        "*": lambda x, y: x * y,
        "<": lambda x, y: x < y,
        "<=": lambda x, y: x <= y,
        "==": lambda x, y: x == y,
        "!=": lambda x, y: x != y,
        ">": lambda x, y: x > y,
    }
    function = functions[sign]
    try:
        wanted = function(a[0], b[0])
    except ValueError:
        with pytest.raises(ValueError, match="shapes"):
            function(a[1], b[1])
        return
    assert same(wanted, function(a[1], b[1]))


@given(pairs(st.tuples(*[st.integers(1, 3)] * 3)), pairs(st.tuples(*[st.integers(1, 3)] * 2)))
def test_products_of_stacks(a: Any, b: Any) -> None:
    if a[0].shape[-1] == b[0].shape[0]:
        assert same(a[0] @ b[0], a[1] @ b[1])


REDUCTIONS = ["sum", "max", "min", "any", "all"]


@given(pairs(st.tuples(*[st.integers(1, 3)] * 3), st.just(int)), st.sampled_from(REDUCTIONS), st.booleans())
@pytest.mark.parametrize("axis", [None, 0, -1, (0, 2), (-1, -2), (0, 1, 2)])
def test_reductions(axis: Any, a: Any, name: str, keep: bool) -> None:
    keep = keep and axis is not None
    wanted, found = (getattr(x, name)(axis=axis, keepdims=keep) for x in a)
    assert same(wanted, found)


KEYS: list[Callable[[Any], Any]] = [
    lambda np_: (0, slice(None), -1),
    lambda np_: (..., None),
    lambda np_: (slice(0, 1), ..., slice(1, None)),
    lambda np_: (Ellipsis, 1, 0),
    lambda np_: np_.array([1, 0, 1]),
    lambda np_: (slice(None), np_.array([[0], [1]]), np_.array([0, 1, 1])),
    lambda np_: (np_.array([0, 1]), 1),
    lambda np_: np_.array([True, False]),
    lambda np_: (np_.array([True, False]), slice(0, 1)),
    lambda np_: (*np_.ogrid[:2, :2], np_.array([[0, 1]])),
]


@given(pairs(st.just((2, 2, 2)), st.just(int)))
@pytest.mark.parametrize("key", KEYS)
def test_brackets_read_and_write(key: Callable[[Any], Any], a: Any) -> None:
    theirs, ours = a
    assert same(theirs[key(np)], ours[key(plain)])
    theirs, ours = theirs.copy(), ours.copy()
    theirs[key(np)] = 7
    ours[key(plain)] = 7
    assert same(theirs, ours)


@given(pairs(st.just((2, 3, 2)), st.just(int)))
@pytest.mark.parametrize(
    "change",
    [
        lambda np_, a: a.reshape(3, -1),
        lambda np_, a: a.swapaxes(-1, -2),
        lambda np_, a: a.transpose(2, 0, 1),
        lambda np_, a: np_.moveaxis(a, 0, 2),
        lambda np_, a: a.diagonal(axis1=-2, axis2=-1),
        lambda np_, a: np_.roll(a, -1, axis=(-2, -1)),
        lambda np_, a: np_.take(a, [1, 0], 1),
        lambda np_, a: np_.repeat(a, 2, axis=0),
        lambda np_, a: np_.concatenate([a, a * 2], axis=-2),
        lambda np_, a: np_.take_along_axis(a, np_.broadcast_to(np_.array([[2], [0], [1]]), a.shape), axis=-2),
        lambda np_, a: np_.where(a > 0, a, -1),
        lambda np_, a: np_.maximum(a, 2),
        lambda np_, a: np_.clip(a, -1, 1),
        lambda np_, a: np_.sign(a),
        lambda np_, a: np_.flatnonzero(a),
        lambda np_, a: np_.argsort(a.ravel(), kind="stable"),
        lambda np_, a: np_.kron(a[0], a[1]),
        lambda np_, a: np_.tile(a[0, 0], (2, 1)),
        lambda np_, a: np_.tri(3, k=-1, dtype=int),
        lambda np_, a: abs(a) % 5 // 2,
    ],
)
def test_shapes_and_choices(change: Callable[[Any, Any], Any], a: Any) -> None:
    assert same(change(np, a[0]), change(plain, a[1]))


@given(pairs(st.just((2, 3, 3)), st.just(float)))
def test_determinants_inverses_and_ranks(a: Any) -> None:
    theirs, ours = a
    determinants = np.linalg.det(theirs)
    assert np.allclose(determinants, plain.linalg.det(ours).tolist(), atol=1e-9)
    assert (
        np.linalg.matrix_rank(theirs, rtol=1e-9).tolist()
        == plain.linalg.matrix_rank(ours, rtol=1e-9).tolist()
    )
    if (abs(determinants) > 0.5).all():
        assert np.allclose(np.linalg.inv(theirs), plain.linalg.inv(ours).tolist())
        ratio = np.linalg.cond(theirs)
        assert (np.array(plain.linalg.cond(ours).tolist()) >= ratio * (1 - 1e-9)).all()


def test_whatever_is_asked_of_numpy_is_there() -> None:
    package = Path(plain.__file__).parents[2]
    for room in ("evaluation", "verdicts", "operators"):
        for path in (p for p in (package / room).rglob("*.py") if "plain" not in p.parts):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                match node:
                    case ast.Attribute(value=ast.Name(id="np"), attr=name):
                        assert hasattr(plain, name), f"{path.name}, line {node.lineno}: np.{name}"
                    case ast.Attribute(
                        value=ast.Attribute(value=ast.Name(id="np"), attr="linalg" | "random" as part),
                        attr=name,
                    ):
                        assert hasattr(getattr(plain, part), name), f"{path.name}, line {node.lineno}: {name}"


def test_floating_point_never_raises() -> None:
    a = plain.array([1000.0, -1.0, 0.0])
    with np.errstate(all="ignore"):
        theirs = np.array([1000.0, -1.0, 0.0])
        for name in "exp log sqrt sinh cosh arcsin tanh".split():
            assert same(getattr(np, name)(theirs) * 0, getattr(plain, name)(a) * 0.0), name
        assert same(theirs / theirs[::-1], a / a[::-1])
        assert same(np.heaviside(theirs, 0.5), plain.heaviside(a, 0.5))


def test_exact_numbers_stay_exact() -> None:
    third = plain.array([[1, 2]], dtype=object) * Fraction(1, 3)
    assert (third @ third.T).tolist() == [[Fraction(5, 9)]]


WITHOUT = """
import json, sys
for name in ("numpy", "sympy", "pylatex", "jinja2", "markupsafe", "click", "rich", "genanki"):
    sys.modules[name] = None
from cheatsheet import derive
for line in sys.stdin:
    print(json.dumps(derive(**json.loads(line)).to_json()), flush=True)
"""


def test_derivatives_come_out_alike_without_numpy_and_all_else() -> None:
    asked = [
        {
            "expression": q["expr"],
            "wrt": q["wrt"],
            "given": q.get("given", ""),
            "layout": q.get("layout", "numerator"),
        }
        for q in yaml.safe_load((CORPUS / "browser.yaml").read_text(encoding="utf-8"))
    ]
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT],
        input="\n".join(map(json.dumps, asked)),
        capture_output=True,
        text=True,
        check=True,
    )
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(found) == len(asked) >= 40
    for question, document in zip(asked, found, strict=True):
        assert document == derive(**question).to_json(), question
