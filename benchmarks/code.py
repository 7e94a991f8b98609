"""How fast generated NumPy code is beside what a person would write: ``python -m benchmarks.code``.

Prints the time of either and their ratio; 2 is as slow as it should get.
"""

from __future__ import annotations

import timeit
from typing import Any

import numpy as np

import cheatsheet

SIZES = {"m": 24, "n": 16, "p": 8, "q": 6}
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
}  # fmt: skip
"""What is differentiated, and the derivative as one would write it, in mixed layout."""


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
    timers = (timeit.Timer(lambda: function(**own)), timeit.Timer(lambda: hand(**arrays)))
    first, second = (min(t.repeat(5, 100)) / 100 for t in timers)
    return first, second


def main() -> None:
    ratios = []
    for problem, by_hand in BY_HAND.items():
        ours, theirs = measured(problem, by_hand)
        ratios.append(ours / theirs)
        print(f"{ours * 1e6:8.1f} µs {theirs * 1e6:8.1f} µs  ×{ratios[-1]:5.2f}  {problem.split(' | ')[0]}")
    print(f"worst ratio {max(ratios):.2f}, {sum(r > 2 for r in ratios)} of {len(ratios)} above 2")


if __name__ == "__main__":
    main()
