"""The textbook derivatives: our closed form, proof included, beside SymPy's ``MatrixExpr.diff``.

Both run in this process, one after the other on each problem, once and without warming up. What SymPy answers is
compared, at a rational point and up to a permutation of axes, with the derivative worked out entry by entry, and only
what is right counts in the comparison of times.

    python -m benchmarks.derivatives
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from itertools import permutations, product
from math import prod
from pathlib import Path
from statistics import median
from typing import Any

import yaml

from cheatsheet.api import derive
from cheatsheet.derivatives.closed.form import closed_form
from cheatsheet.language.dimensions import Shape
from cheatsheet.language.expressions import Expr, Symbol

CORPUS = Path(__file__).parent.parent / "tests" / "corpus" / "derive.yaml"
END = "# sixty and more beyond the textbook"
DIMS = {"m": 3, "n": 2, "p": 2, "q": 3}


def problems() -> list[dict[str, Any]]:
    """The textbook problems of the corpus: those above its first further section."""
    return yaml.safe_load(CORPUS.read_text(encoding="utf-8").split(END)[0])


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """The milliseconds something takes and what it returns, an exception being an answer too."""
    start = time.perf_counter()
    try:
        answer = work()
    except Exception as error:  # whatever SymPy raises: it refuses
        answer = error
    return 1000 * (time.perf_counter() - start), answer


# --- SymPy ---


def differentiated_by_sympy(function: Expr, variable: Expr) -> Callable[[], Any]:
    """SymPy's derivative of the translated expression; translating is not timed."""
    y, x = function.to_sympy(), variable.to_sympy()
    return lambda: y.diff(x)


def is_right(answer: Any, function: Expr, variable: Symbol) -> bool:
    """Whether an answer of SymPy has the entries of the derivative, in whatever order of axes."""
    import sympy

    point = {s: values(s) for s in _symbols(function)}
    try:
        numbers = {s.to_sympy(): sympy.Matrix(v) for s, v in point.items() if not s.shape.is_scalar}
        numbers |= {s.to_sympy(): sympy.Rational(1, 2) for s in point if s.shape.is_scalar}
        sizes = {sympy.Symbol(n, integer=True, positive=True): v for n, v in DIMS.items()}
        got = _array(_substituted(answer, numbers, sizes))
        return _agree(got, _entry_by_entry(function, variable, point))
    except Exception:  # an answer that cannot be evaluated is no answer
        return False


def _symbols(function: Expr) -> list[Symbol]:
    from cheatsheet.language.expressions import symbols

    return list(symbols(function))


def values(symbol: Symbol) -> list[list[Any]]:
    """Small rational entries, a matrix with its properties."""
    import sympy

    rows, cols = (axis.at(DIMS) for axis in symbol.shape.axes)
    start = sum(map(ord, symbol.name))
    entries = [
        [sympy.Rational((start + 7 * i + 5 * j + 3 * i * j) % 11 + 1, 4) for j in range(cols)]
        for i in range(rows)
    ]
    if symbol.properties & {"symmetric", "positive_definite"}:
        entries = [[entries[i][j] + entries[j][i] + 9 * (i == j) for j in range(cols)] for i in range(rows)]
    return entries


def _substituted(answer: Any, numbers: dict[Any, Any], sizes: dict[Any, int]) -> Any:
    for symbol, value in numbers.items():
        answer = answer.subs(symbol, value)
    return answer.subs(sizes).doit()


def _array(answer: Any) -> Any:
    import sympy

    if hasattr(answer, "as_explicit"):
        answer = answer.as_explicit()
    return sympy.Array([answer]) if not hasattr(answer, "shape") else sympy.Array(answer)


def _entry_by_entry(function: Expr, variable: Symbol, point: dict[Symbol, Any]) -> Any:
    """Every entry differentiated by every entry, with scalar symbols."""
    import sympy

    y, x = (e.to_sympy(DIMS) for e in (function, variable))
    flat_y = [y] if not hasattr(y, "shape") else list(sympy.flatten(y))
    flat_x = [x] if not hasattr(x, "shape") else list(sympy.flatten(x))
    at = {}
    for s, v in point.items():
        own = s.to_sympy(DIMS)
        names = [own] if s.shape.is_scalar else sympy.flatten(own)
        at |= dict(zip(names, [sympy.Rational(1, 2)] if s.shape.is_scalar else sympy.flatten(v), strict=True))
    entries = [sympy.N(a.diff(b).subs(at), 25) for a, b in product(flat_y, flat_x)]
    return sympy.Array(entries).reshape(*(_extent(function.shape) + _extent(variable.shape)) or (1,))


def _extent(shape: Shape) -> tuple[int, ...]:
    return tuple(axis.at(DIMS) for axis in shape.free_axes)


def _agree(got: Any, wanted: Any) -> bool:
    import sympy

    got = _squeezed(sympy.Array([sympy.N(v, 25) for v in sympy.flatten(got.tolist())]).reshape(*got.shape))
    wanted = _squeezed(wanted)
    for order in permutations(range(len(got.shape))):
        turned = sympy.permutedims(got, order) if len(order) > 1 else got
        if turned.shape == wanted.shape and all(
            abs(a - b) < 1e-15
            for a, b in zip(sympy.flatten(turned.tolist()), sympy.flatten(wanted.tolist()), strict=True)
        ):
            return True
    return False


def _squeezed(array: Any) -> Any:
    shape = tuple(n for n in array.shape if n > 1) or (1,)
    return array.reshape(*shape) if prod(shape) == len(array) else array


# --- the table ---


def main() -> None:
    import sympy  # imported before the clock runs

    print(f"sympy {sympy.__version__}; milliseconds, each derivative once\n")
    print(f"{'derivative':62}{'ours':>8}{'sympy':>9}{'ratio':>8}  sympy is")
    ours: list[float] = []
    theirs: list[float] = []
    both: list[tuple[float, float]] = []
    verdicts: dict[str, int] = {}
    for problem in problems():
        own, other, said = _compared(problem)
        ours.append(own)
        theirs.append(other)
        verdicts[said] = verdicts.get(said, 0) + 1
        if said == "right":
            both.append((own, other))
        name = f"{problem['expr']}  by  {problem['wrt']}"
        print(f"{name[:60]:62}{own:8.1f}{other:9.1f}{other / own:8.1f}  {said}")
    _summary(ours, theirs, both, verdicts)


def _compared(problem: dict[str, Any]) -> tuple[float, float, str]:
    given = json.dumps(problem["given"]).replace('"', "") if "given" in problem else ""
    node = derive(problem["expr"], wrt=problem["wrt"], given=given, layout=problem["layout"]).derivative
    own, found = timed(lambda: (c := closed_form(node)).result or c.entry)
    assert isinstance(found, Expr), found
    function, variable = node.children
    try:
        work = differentiated_by_sympy(function, variable)
    except Exception:  # SymPy has no such expression
        return own, float("nan"), "without it"
    other, answer = timed(work)
    if isinstance(answer, Exception):
        return own, other, "refuses"
    right = isinstance(variable, Symbol) and is_right(answer, function, variable)
    return own, other, "right" if right else "wrong or unusable"


def _summary(
    ours: list[float], theirs: list[float], both: list[tuple[float, float]], verdicts: dict[str, int]
) -> None:
    known = [t for t in theirs if t == t]
    print(
        f"\n{len(ours)} derivatives; ours: all right and proved, median {median(ours):.1f}, total {sum(ours):.0f}"
    )
    print(
        f"sympy: {', '.join(f'{n} {said}' for said, n in sorted(verdicts.items()))}; median {median(known):.1f}"
    )
    own, other = (sum(t) for t in zip(*both, strict=True))
    print(
        f"where sympy is right ({len(both)}): ours {own:.0f}, sympy {other:.0f}, {other / own:.1f} times as long"
    )


if __name__ == "__main__":
    main()
