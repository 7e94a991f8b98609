"""How fast generated NumPy code is beside what a person would write: ``python -m benchmarks.code``.

Prints the time of either and their ratio; 2 is as slow as it should get. With ``--catalogue`` the derivative on the
left side of every claim of the catalogue is worked out anew, and its code is compared with that of the right side as
the entry's author wrote it, operator by operator: the formula of the book, typed in.
"""

from __future__ import annotations

import sys
import timeit
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np

import cheatsheet
from cheatsheet.calculus.differentials import NoDifferential
from cheatsheet.derivatives.closed.form import NoClosedFormError, closed_form
from cheatsheet.derivatives.source import function_source
from cheatsheet.language.expressions import (
    Apply,
    Equation,
    Expr,
    Index,
    Symbol,
    free_indices,
    inline_definitions,
    symbols,
)
from cheatsheet.language.table import differentiation
from cheatsheet.printing.arrays import NoCodeError, function_for
from cheatsheet.printing.shared_parts import with_shared_parts

SIZES = {"m": 24, "n": 16, "p": 8, "q": 6}
SMALL = {"m": 5, "n": 4, "p": 3, "q": 2}
"""Where axes are products of these."""
BY_HAND = {
    "norm(A @ x - b) ** 2 | x | A: [m, n], x: [n], b: [m]": "2 * A.T @ (A @ x - b)",
    "x.T @ B @ x | x | B: [n, n], x: [n]": "(B + B.T) @ x",
    "tanh(A @ x) | x | A: [m, n], x: [n]": "(1 - np.tanh(A @ x) ** 2)[:, None] * A",
    "softmax(A @ x) | x | A: [m, n], x: [n]": "(p := soft(A @ x))[:, None] * (A - p @ A)",
    "logsumexp(A @ x) | x | A: [m, n], x: [n]": "soft(A @ x) @ A",
    "x / norm(x) | x | x: [n]": "(np.eye(len(x)) - np.outer(u := x / np.linalg.norm(x), u)) / np.linalg.norm(x)",
    "tr(C @ X @ X.T) | X | C: [m, m], X: [m, n]": "(C + C.T) @ X",
    "logdet(X.T @ X) | X | X: [m, n]": "2 * np.linalg.solve(X.T @ X, X.T).T",
    "tr(inv(Y)) | Y | Y: [n, n]": "-(np.linalg.inv(Y) @ np.linalg.inv(Y)).T",
    "a.T @ inv(Y) @ c | Y | Y: [n, n], a: [n], c: [n]": "-np.outer(np.linalg.solve(Y.T, a), np.linalg.solve(Y, c))",
    "norm(W @ relu(A @ x) - y) ** 2 | A | W: [p, m], A: [m, n], x: [n], y: [p]":
        "2 * np.outer((A @ x > 0) * (W.T @ (W @ np.maximum(A @ x, 0) - y)), x)",
    "sum(logsumexp(X @ V, axis=1)) - tr(Y.T @ X @ V) | V | X: [m, n], V: [n, p], Y: [m, p]":
        "X.T @ (np.exp((s := X @ V) - np.logaddexp.reduce(s, axis=1, keepdims=True)) - Y)",
    "tr(G.T @ softmax(S, axis=1)) | S | G: [m, n], S: [m, n]":
        "(P := np.exp(S - np.logaddexp.reduce(S, axis=1, keepdims=True))) * (G - (P * G).sum(1, keepdims=True))",
    "kron(P, Z) | Z | P: [p, q], Z: [q, p]":
        "np.einsum('ab,ci,dj->acbdij', P, np.eye(6), np.eye(8)).reshape(48, 48, 6, 8)",
    "F @ Z @ H | Z | F: [p, q], Z: [q, p], H: [p, q]": "np.einsum('ik,lj->ijkl', F, H)",
    "vec(F @ Z @ H) | vec(Z) | F: [p, q], Z: [q, p], H: [p, q]": "np.kron(H.T, F)",
    "outer(x, x) | x | x: [n]": "np.einsum('ik,j->ijk', np.eye(16), x) + np.einsum('i,jk->ijk', x, np.eye(16))",
    "inv(Y) | Y | Y: [n, n]": "-np.einsum('ik,lj->ijkl', (I := np.linalg.inv(Y)), I)",
    "det(Y) | Y | Y: [n, n]": "(np.linalg.det(Y) * np.linalg.inv(Y)).T",
    "vec(kron(F, Z)) | vec(Z) | F: [p, q], Z: [q, p]":
        "np.einsum('ab,ci,dj->bdacji', F, np.eye(6), np.eye(8)).reshape(-1, 48)",
    "vec(Z.T @ Z) | vec(Z) | Z: [q, p]":
        "(lambda a: (a + a.swapaxes(0, 1)).reshape(64, 48))(np.einsum('ir,sj->srji', Z, np.eye(8)))",
    "kron(x, x) | x | x: [n]":
        "(lambda a: (a + a.swapaxes(0, 1)).reshape(256, 16))(np.einsum('i,jk->ijk', x, np.eye(16)))",
    "X * exp(X) | X | X: [m, n]":
        "np.einsum('ij,ik,jl->ijkl', (1 + X) * np.exp(X), np.eye(24), np.eye(16))",
    "tr(inv(Y) @ B) | Y | Y: [n, n], B: [n, n]": "-((I := np.linalg.inv(Y)) @ B @ I).T",
    "diag(X @ X.T) | X | X: [m, n]": "2 * np.einsum('ij,ik->ikj', X, np.eye(24))",
    "x.T @ inv(Y) @ x | Y | Y: [n, n], x: [n]": "-np.outer(np.linalg.solve(Y.T, x), np.linalg.solve(Y, x))",
    "sum(softmax(X, axis=1) * G) | X | X: [m, n], G: [m, n]":
        "(P := np.exp(X - np.logaddexp.reduce(X, axis=1, keepdims=True))) * (G - (P * G).sum(1, keepdims=True))",
    "tr(X.T @ A @ X @ C) | X | A: [m, m], X: [m, n], C: [n, n]": "A @ X @ C + A.T @ X @ C.T",
}  # fmt: skip
"""What is differentiated, and the derivative as one would write it, in mixed layout."""


def exponential(a: Any) -> Any:
    """e^A, of which NumPy has no function, by squaring: what generated code calls where SciPy is not installed."""
    term = total = np.eye(len(a))
    for k in range(1, 18):
        term = term @ a / (1024 * k)
        total = total + term
    return np.linalg.matrix_power(total, 1024)


def soft(z: Any) -> Any:
    weights = np.exp(z - z.max())
    return weights / weights.sum()


def measured(problem: str, by_hand: str) -> tuple[float, float]:
    """The seconds of a call of the generated function, and of the other; both must agree."""
    text, variable, given = problem.split(" | ")
    found = cheatsheet.derive(text, wrt=variable, given=given, layout="mixed")
    random = np.random.default_rng(1)
    arrays = {}
    for symbol in found.given.values():
        sizes = tuple(axis.at(SIZES) for axis in symbol.shape.free_axes)
        arrays[symbol.name] = random.uniform(-1, 1, sizes) + (
            4 * np.eye(sizes[0]) if sizes == (16, 16) else 0
        )
    names: dict[str, Any] = {}
    exec(found.function() or "", names)
    function = names["derivative"]
    own = {name: arrays[name] for name in function.__code__.co_varnames[: function.__code__.co_argcount]}
    exec(f"def hand({', '.join(arrays)}): return {by_hand}", scope := {"np": np, "soft": soft})
    hand = scope["hand"]
    np.testing.assert_allclose(function(**own), hand(**arrays), rtol=1e-6, atol=1e-8)
    return raced(lambda: function(**own), lambda: hand(**arrays))


def raced(first: Callable[[], Any], second: Callable[[], Any]) -> tuple[float, float]:
    """The seconds of a call of either, the best of nine times, in turns; a call in a loop of a millisecond or so."""
    timers = timeit.Timer(first), timeit.Timer(second)
    loops = max(3, min(200, int(1e-3 / max(timers[1].timeit(3) / 3, 1e-7))))
    turns = [[timer.timeit(loops) / loops for timer in timers] for _ in range(9)]
    return min(turn[0] for turn in turns), min(turn[1] for turn in turns)


def from_the_catalogue() -> Iterator[tuple[str, str, str, tuple[Symbol, ...]]]:
    """Each claim that gives a derivative: its name, our source, that of its right side, and the symbols of both.

    Index names that stand free in a claim are axes of both.
    """
    for entry in cheatsheet.load("identities.yaml"):
        for number, claim in enumerate(entry.claims, start=1):
            equation = claim.equation
            derivative = asked(equation.lhs) if isinstance(equation, Equation) else None
            if derivative is None:
                continue
            given = tuple(dict.fromkeys([*symbols(derivative), *symbols(inline_definitions(equation.rhs))]))
            if any(symbol.of for symbol in given):
                continue
            try:
                ours = source_of(derivative, given)
                order = list(free_indices(equation.lhs).values())
                theirs = function_for(equation.rhs, name="derivative", given=given, indices=order)
            except (NoCodeError, NoClosedFormError, NoDifferential):
                continue
            yield f"{entry.id} {number}", ours, theirs, given


def source_of(derivative: Apply, given: tuple[Symbol, ...]) -> str:
    """Our source of a derivative; of one with index names in it as an array over these."""
    closed = closed_form(derivative, "mixed")
    names = list(free_indices(derivative).values())
    if not names:
        return function_source(closed.result, closed.entry, closed.indices, "numpy", given, "")
    found, order = (closed.entry, closed.indices) if closed.result is None else (closed.result, ())
    return function_for(with_shared_parts(found), name="derivative", given=given, indices=[*names, *order])


def asked(expr: Expr) -> Apply | None:
    """The derivative that a left side asks for, or has an entry of at index names."""
    expr = inline_definitions(expr)
    if isinstance(expr, Apply) and differentiation(expr):
        return expr
    if isinstance(expr, Apply) and expr.op == "component" and isinstance(expr.args[0], Apply):
        inner, *places = expr.args
        named = [i for i in places if isinstance(i, Index) and isinstance(i.name, str) and not i.parts]
        if (
            isinstance(inner, Apply)
            and differentiation(inner)
            and len({str(i.name) for i in named}) == len(places)
        ):
            return inner
    return None


def called_with(source: str, arrays: dict[str, Any], sizes: dict[str, int]) -> Callable[[], Any]:
    """A call of the function that a source defines."""
    names: dict[str, Any] = {"scipy": SimpleNamespace(linalg=SimpleNamespace(expm=exponential))}
    exec(source.replace("import scipy\n", ""), names)
    function = names["derivative"]
    parameters = function.__code__.co_varnames[: function.__code__.co_argcount]
    known = {name: arrays.get(name, sizes.get(name, 12)) for name in parameters}
    return lambda: function(**known)


def compared(ours: str, theirs: str, given: tuple[Symbol, ...]) -> tuple[float, float] | str:
    """The seconds of both at one point, or why they cannot be compared there: they differ, or one is not defined."""
    sizes = SMALL if any(word in ours + theirs for word in ("reshape", "kron")) else SIZES
    random = np.random.default_rng(1)
    arrays: dict[str, Any] = {}
    for symbol in given:
        axes = tuple(axis.at(dict.fromkeys(axis.names, 5) | sizes) for axis in symbol.shape.free_axes)
        array = random.uniform(0.3, 1, axes)
        square = len(axes) == 2 and axes[0] == axes[1]
        arrays[symbol.name] = array @ array.T + axes[0] * np.eye(axes[0]) if square else array
        if "integer" in symbol.properties:
            arrays[symbol.name] = 3
        if "idempotent" in symbol.properties:
            side = np.linalg.qr(array[:, : max(1, axes[0] // 2)])[0]
            arrays[symbol.name] = side @ side.T
    try:
        calls = [called_with(source, arrays, sizes) for source in (ours, theirs)]
        values = [np.asarray(call()) for call in calls]
    except (ImportError, ValueError, TypeError, IndexError, np.linalg.LinAlgError) as error:
        return f"not defined: {error}"
    if values[0].shape != values[1].shape or not np.allclose(*values, rtol=1e-6, atol=1e-8):
        return f"differ: {values[0].shape}, {values[1].shape}"
    return raced(*calls)


def raced_again(ours: str, theirs: str, given: tuple[Symbol, ...]) -> tuple[float, float]:
    found = compared(ours, theirs, given)
    assert not isinstance(found, str)
    return found


def catalogue() -> None:
    ratios: list[tuple[float, str]] = []
    others = 0
    for name, ours, theirs, given in from_the_catalogue():
        found = compared(ours, theirs, given)
        if isinstance(found, str):
            others += 1
            print(f"{name}: {found}", flush=True)
            continue
        if found[0] > 2 * found[1]:  # once more, since the machine may have been busy
            found = min(found, raced_again(ours, theirs, given), key=lambda pair: pair[0] / pair[1])
        ratios.append((found[0] / found[1], name))
        if ratios[-1][0] > 2:
            print(
                f"{found[0] * 1e6:8.1f} µs {found[1] * 1e6:8.1f} µs  ×{ratios[-1][0]:5.2f}  {name}",
                flush=True,
            )
    slow = sum(ratio > 2 for ratio, _ in ratios)
    print(
        f"{slow} of {len(ratios)} above 2, median {np.median([r for r, _ in ratios]):.2f}; {others} not compared"
    )


def main() -> None:
    ratios = []
    for problem, by_hand in BY_HAND.items():
        ours, theirs = measured(problem, by_hand)
        ratios.append(ours / theirs)
        print(f"{ours * 1e6:8.1f} µs {theirs * 1e6:8.1f} µs  ×{ratios[-1]:5.2f}  {problem.split(' | ')[0]}")
    print(f"worst ratio {max(ratios):.2f}, {sum(r > 2 for r in ratios)} of {len(ratios)} above 2")


if __name__ == "__main__":
    catalogue() if "--catalogue" in sys.argv else main()
