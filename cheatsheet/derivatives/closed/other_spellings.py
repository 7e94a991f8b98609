"""Other ways to write a chain of products: they differ in what several terms have in common at their ends."""

from __future__ import annotations

from fractions import Fraction

from cheatsheet.derivatives.closed.products import Chain, chain_expression, factors_of, hadamard, turned_chain
from cheatsheet.language.dimensions import Shape
from cheatsheet.language.expressions import Apply, Expr, Number
from cheatsheet.language.table import build

_ONE = Fraction(1)


def exchange(chain: Chain) -> Chain:
    """The chain with its commutation matrix carried to the other side, ``K (A ⊗ B) = (B ⊗ A) K``."""
    match chain:
        case (Apply(op="K"), Apply(op="kron", args=(Expr() as a, Expr() as b)), *others):
            return (build("kron", b, a), build("K", b.shape.cols, a.shape.cols), *others)
    return chain


def spread(chain: Chain) -> Chain:
    """``w ∘ (A x)`` as ``diag(w) A x``, and the same of its transpose."""
    found: list[Expr] = []
    for factor in chain:
        if factor.shape.rows.is_one:
            found += turned_chain(_spread(turned_chain((factor,))))
        else:
            found += _spread((factor,))
    return tuple(found)


def _spread(chain: Chain) -> Chain:
    (factor,) = chain
    parts = _entrywise(factor)
    products = [p for p in parts if isinstance(p, Apply) and p.op == "matmul"]
    if len(parts) < 2 or len(products) != 1:
        return chain
    weights = build("diag", hadamard((p, _ONE) for p in parts if p is not products[0]))
    return (weights, *factors_of(products[0]))


def _entrywise(factor: Expr) -> list[Expr]:
    """The columns that a column is the element-wise product of."""
    if isinstance(factor, Apply) and factor.op == "hadamard" and factor.shape.cols.is_one:
        return [p for child in factor.children for p in _entrywise(child)]
    return [factor]


def gather(chain: Chain) -> Chain:
    """``diag(w) A x`` as ``w ∘ (A x)``, and the same of its transpose: the opposite of :func:`spread`."""
    return turned_chain(_gather(turned_chain(_gather(chain)))) if any(map(_is_diagonal, chain)) else chain


def _gather(chain: Chain) -> Chain:
    for place in range(len(chain) - 2, -1, -1):
        if not _is_diagonal(chain[place]):
            continue
        end = next((k for k in range(place + 1, len(chain)) if chain[k].shape.cols.is_one), None)
        if end is None:
            continue
        column = chain_expression(chain[place + 1 : end + 1], chain[place].shape.cols)
        weighted = hadamard([(chain[place].children[0], _ONE), (column, _ONE)])
        chain = (*chain[:place], weighted, *chain[end + 1 :])
    return chain


def _is_diagonal(factor: Expr) -> bool:
    return isinstance(factor, Apply) and factor.op == "diag" and not factor.shape.is_vector


def sparse(factors: list[tuple[Expr, Fraction]], shape: Shape) -> Expr | None:
    """A matrix times the entries of a diagonal or rank-one matrix: diag(u) M diag(v)."""
    for k, (f, e) in enumerate(factors):
        others = [g for n, g in enumerate(factors) if n != k]
        if e != 1 or not others:
            continue
        rest = hadamard(others)
        if isinstance(f, Apply) and f.op == "I":
            return build("diag", build("diag", rest))
        if isinstance(f, Apply) and f.op == "diag":
            return build("diag", build("hadamard", f.children[0], build("diag", rest)))
        chain = factors_of(f)
        cut = next((n for n in range(1, len(chain)) if chain[n].shape.rows.is_one), 0)
        if cut:
            u = chain_expression(chain[:cut], shape.rows)
            v = chain_expression(turned_chain(chain[cut:]), shape.cols)
            return build("matmul", build("matmul", build("diag", u), rest), build("diag", v))
    return None


def are_ones(kept: list[Expr], row: Expr) -> bool:
    """Whether the chain ends in a column of ones, and a row of them comes next."""
    own = row.children[0] if isinstance(row, Apply) and row.op == "transpose" else row
    both = (kept[-1], own) if kept else ()
    return bool(both) and row.shape.rows.is_one and all(isinstance(x, Apply) and x.op == "ones" for x in both)


def power_of(a: Expr) -> tuple[Expr, Expr]:
    """The matrix and the exponent of a power of a matrix."""
    if isinstance(a, Apply) and a.op == "matrix_power":
        return a.children[0], a.children[1]
    return a, Number(1)


def diagonal_matrix(column: Expr) -> Expr:
    """The diagonal matrix of a column, which may be the diagonal of one."""
    if isinstance(column, Apply) and column.op == "diag" and column.children[0].shape.is_vector:
        return column.children[0]
    return build("diag", column)
