"""Array code as it is written: idiomatic, in the names of each library, or refused by name."""

from __future__ import annotations

import pytest

from cheatsheet.language.dimensions import Shape
from cheatsheet.language.elaborate import Declarations, elaborate_expression
from cheatsheet.language.expressions import Apply, Index, Jet, Symbol
from cheatsheet.language.table import build
from cheatsheet.printing.arrays import NoCodeError, code_for, function_for
from tests.grammar import CALCULUS, M, N, parse

WRITTEN = {
    "x.T @ A @ x": "x @ A @ x",
    "x @ y.T": "np.outer(x, y)",
    "A @ x @ y.T @ B": "np.outer(A @ x, y @ B)",
    "(x.T @ y) * x": "(x @ y) * x",
    "A @ (B @ x)": "A @ (B @ x)",
    "2 * A.T @ (A @ x - y)": "2 * A.T @ (A @ x - y)",
    "inv(A) @ x": "np.linalg.solve(A, x)",
    "x.T @ inv(A) @ y": "x @ np.linalg.solve(A, y)",
    "inv(A).T @ x": "np.linalg.solve(A.T, x)",
    "2 * inv(A) @ x": "2 * np.linalg.solve(A, x)",
    "-inv(A) @ x": "-np.linalg.solve(A, x)",
    "inv(A) @ inv(B) @ x": "np.linalg.solve(A, np.linalg.solve(B, x))",
    "inv(A) @ x @ y.T": "np.outer(np.linalg.solve(A, x), y)",
    "A @ inv(B)": "np.linalg.solve(B.T, A.T).T",
    "x.T @ inv(B)": "np.linalg.solve(B.T, x)",
    "A @ inv(B).T": "np.linalg.solve(B, A.T).T",
    "diag(x) @ y": "x * y",
    "diag(x) @ A @ diag(y)": "x[:, None] * (A * y)",
    "norm(A @ x - y) ** 2": "np.sum((A @ x - y) ** 2)",
    "norm(x)": "np.linalg.norm(x)",
    "logdet(A)": "np.linalg.slogdet(A)[1]",
    "tr(A.T @ B)": "np.einsum('ij,ij->', A, B)",
    "diag(A @ B)": "np.einsum('ij,ji->i', A, B)",
    "diag(A.T @ inv(B) @ A)": "np.einsum('ji,ji->i', A, np.linalg.solve(B, A))",
    "tr(inv(A) @ B)": "np.trace(np.linalg.solve(A, B))",
    "vec(A.T)": "A.reshape(-1)",
    "block([[x[0], 1], [0, x[1]]])": "np.array([[x[0], 1], [0, x[1]]])",
    "vec(X)": "X.T.reshape(-1)",
    "kron(I(n), u)": "np.einsum('i,jk->jik', u, np.eye(n)).reshape(n * u.shape[0], n)",
    "kron(x, y.T)": "np.outer(x, y)",
    "softmax(x)": "np.exp(x - np.logaddexp.reduce(x))",
    "logsumexp(A @ x)": "np.logaddexp.reduce(A @ x)",
    "softplus(x)": "np.logaddexp(0, x)",
    "softmax(X, axis=1)": "np.exp(X - np.logaddexp.reduce(X, axis=1, keepdims=True))",
    "logsumexp(X, axis=0)": "np.logaddexp.reduce(X, axis=0)",
    "sum(X, axis=1)": "np.sum(X, axis=1)",
    "sum(x, axis=0)": "np.sum(x)",
    "sum(x, axis=1)": "x",
    "softmax(x, axis=1)": "np.ones(x.shape[0])",
    "1 / 2 * x": "0.5 * x",
    "1 / 3 * x": "1 / 3 * x",
    "x ** -1": "1 / x",
    "sum(A[i, j] * x[j], j)": "np.einsum('ij,j->i', A, x)",
    "sum(x[i] ** 2, i)": "np.sum(x ** 2)",
    "sum(x[i] * y[i], i)": "x @ y",
    "sum(x[i] * A[i, j] * x[j], i, j)": "np.einsum('i,ij,j->', x, A, x)",
    "delta(i, j) - x[i] * x[j]": "np.eye(x.shape[0]) - np.einsum('i,j->ij', x, x)",
    "A[i, j] + x[i]": "A + x[:, None]",
    "A.T[i, j]": "A.T",
    "A[0, j]": "A[0]",
    "sum(unit(i, n) @ unit(i, n).T, i)": "np.eye(n)",
    "sum(inv(A + x[i] * B), i)": "sum(np.linalg.inv(A + x[i] * B) for i in range(A.shape[0]))",
    "kron(A, B)": "np.einsum('ij,kl->ikjl', A, B).reshape(A.shape[0] * A.shape[0], A.shape[0] * A.shape[0])",
    "x - unit(i, n)": "x - np.eye(x.shape[0])",
    "A @ unit(i, n) @ unit(j, n).T @ B": "np.einsum('ki,jl->ijkl', A, B)",
    "sum(A[i, j] * B[j, k] * A[k, l], j, k)": "np.einsum('ik,kl->il', np.einsum('ij,jk->ik', A, B), A)",
    "I(n) - ones(n) @ ones(n).T / n": "np.eye(n) - np.outer(np.ones(n), np.ones(n)) / n",
}


@pytest.mark.parametrize("text", WRITTEN)
def test_numpy_as_a_person_writes_it(text: str) -> None:
    assert code_for(parse(text)) == WRITTEN[text]


def test_the_other_libraries_have_their_own_names() -> None:
    assert code_for(parse("softmax(A @ x)"), "torch") == "torch.softmax(A @ x, dim=0)"
    assert code_for(parse("softmax(A @ x)"), "jax") == "jax.nn.softmax(A @ x)"
    assert code_for(parse("inv(A) @ x"), "jax") == "jnp.linalg.solve(A, x)"
    assert (
        code_for(parse("ones(m, n) @ x"), "torch")
        == "torch.ones(m, x.shape[0], dtype=x.dtype, device=x.device) @ x"
    )
    assert code_for(parse("kron(A.T, I(n))"), "torch") == (
        "torch.kron(A.T.contiguous(), torch.eye(A.shape[0], dtype=A.dtype, device=A.device))"
    )
    assert code_for(parse("sin(pi)"), "torch") == "torch.sin(torch.tensor(float(torch.pi)))"


def test_function_form_reads_sizes_and_names_parts() -> None:
    x = Symbol("x", Shape.vector(N))
    p = Symbol("p", Shape.vector(N), definition=build("softmax", x))
    expr = elaborate_expression("diag(p) - p @ p.T + I(n) / n", Declarations({"x": x, "p": p}))
    assert function_for(expr) == (
        "import numpy as np\n\n\n"
        "def f(x):\n"
        "    n = x.shape[0]\n"
        "    p = np.exp(x - np.logaddexp.reduce(x))\n"
        "    return np.diag(p) - np.outer(p, p) + np.eye(n) / n"
    )


def test_function_form_asks_for_sizes_that_no_argument_has() -> None:
    assert "def g(x, m):" in function_for(parse("ones(m) @ x.T"), "jax", name="g")
    assert "import scipy" in function_for(parse("expm(A)"))


def test_axes_of_the_result_follow_the_order_asked_for() -> None:
    expr = parse("u[k] * x[i]")
    assert code_for(expr) == "np.einsum('k,i->ki', u, x)"
    assert code_for(expr, indices=("i", "k")) == "np.einsum('k,i->ik', u, x)"


def test_names_of_the_library_are_not_shadowed() -> None:
    np_ = Symbol("np", Shape.vector(N))
    assert code_for(build("total", np_)) == "np.sum(np_)"


def test_a_pair_of_indices_has_two_axes() -> None:
    i, j = Index("i", M), Index("j", N)
    X = Symbol("X", Shape.matrix(M, N))
    entry = build("component", build("vec", X), Index.pair((j, i)))
    assert code_for(entry, indices=("i", "j")) == "X.T.reshape(-1).reshape(X.shape[1], X.shape[0]).T"


# --- what has no code -----------------------------------------------------------------------------------------------


def test_every_operator_has_code_or_says_why_not() -> None:
    x = Symbol("x", Shape.vector(N))
    f = Symbol("f", Shape.scalar(), of=(x,))
    given = Declarations({"x": x, "f": f})
    texts = ("diff(f, x)", "grad(f, x)", "hessian(f, x)", "jacobian(f, x)", "d(x)")
    nodes = [elaborate_expression(text, given) for text in texts]
    nodes.append(build("jet", x, params=(Jet(f, (x,)),)))
    assert {node.op for node in nodes if isinstance(node, Apply)} == CALCULUS | {"jet"}
    for node in nodes:
        assert isinstance(node, Apply)
        with pytest.raises(NoCodeError, match=node.op):
            code_for(node)
    with pytest.raises(NoCodeError, match=r"d\(x\)"):
        code_for(x.increment)
