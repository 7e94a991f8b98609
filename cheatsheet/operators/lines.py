"""Sums, softmax and log-sum-exp of each row (``axis=1``) or each column (``axis=0``) of a matrix."""

from __future__ import annotations

from cheatsheet.calculus import adjoints, component_rules, differentials
from cheatsheet.evaluation import values
from cheatsheet.language.shapes import of_lines, one_a_line
from cheatsheet.language.table import Operator
from cheatsheet.operators.elementwise import LOGSUMEXP, SOFTMAX
from cheatsheet.printing import coding, notation, translating

ROWS = (
    Operator(
        name="sum_along",
        along="sum",
        syntax="sum(A, axis=1)",
        arguments="e",
        shape=one_a_line,
        smoothness="polynomial",
        whole_matrix=False,
        differentiates=False,
        sign="any",
        entrywise=None,
        transposed="as a whole",
        latex=notation.along(r"\operatorname{sum}"),
        code=coding.along(
            "np.sum({x}, axis={axis})",
            "torch.sum({x}, dim={axis})",
            "jnp.sum({x}, axis={axis})",
            coding.called("sum"),
            coding.itself,
        ),
        sympy=translating.sum_along,
        components=component_rules.sum_along,
        linear=True,
        adjoint=adjoints.sum_along,
        evaluate=values.sum_along,
        good="sum(A, axis=1) == A @ ones(n)",
        bad="sum(A, axis=0) == A",
    ),
    Operator(
        name="softmax_along",
        along="softmax",
        syntax="softmax(A, axis=1)",
        arguments="e",
        shape=of_lines,
        smoothness="entire",
        whole_matrix=False,
        differentiates=False,
        sign="positive",
        entrywise=None,
        transposed="as a whole",
        differential=differentials.softmax_along,
        latex=notation.along(r"\operatorname{softmax}"),
        code=coding.along(
            "np.exp({x} - np.logaddexp.reduce({x}, axis={axis}, keepdims=True))",
            "torch.softmax({x}, dim={axis})",
            "jax.nn.softmax({x}, axis={axis})",
            SOFTMAX,
            coding.ones_like,
        ),
        sympy=translating.softmax_along,
        components=component_rules.softmax_along,
        adjoint=adjoints.softmax_along,
        evaluate=values.softmax_along,
        good="softmax(A, axis=1).T == softmax(A.T, axis=0)",
        bad="softmax(A, axis=1) == x",
    ),
    Operator(
        name="logsumexp_along",
        along="logsumexp",
        syntax="logsumexp(A, axis=1)",
        arguments="e",
        shape=one_a_line,
        smoothness="entire",
        whole_matrix=False,
        differentiates=False,
        sign="any",
        entrywise=None,
        transposed="as a whole",
        differential=differentials.logsumexp_along,
        latex=notation.along(r"\operatorname{logsumexp}"),
        code=coding.along(
            "np.logaddexp.reduce({x}, axis={axis})",
            "torch.logsumexp({x}, dim={axis})",
            "jax.nn.logsumexp({x}, axis={axis})",
            LOGSUMEXP,
            coding.itself,
        ),
        sympy=translating.logsumexp_along,
        components=component_rules.logsumexp_along,
        evaluate=values.logsumexp_along,
        good="exp(logsumexp(A, axis=0)) == sum(exp(A), axis=0)",
        bad="logsumexp(A, axis=1) == A",
    ),
)
