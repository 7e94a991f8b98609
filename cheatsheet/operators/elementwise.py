"""Functions applied element by element, and softmax and log-sum-exp of a vector."""

from __future__ import annotations

from cheatsheet.calculus import component_rules, differentials
from cheatsheet.evaluation import values
from cheatsheet.language.dimensions import Shape
from cheatsheet.language.shapes import Args, unchanged, vector
from cheatsheet.language.table import Operator
from cheatsheet.printing import coding, notation, translating


def _softmax_shape(args: Args, params: Args) -> Shape:
    vector("softmax", args[0])
    return args[0].shape


def _logsumexp_shape(args: Args, params: Args) -> Shape:
    vector("logsumexp", args[0])
    return Shape.scalar()


def _function(
    name: str, good: str, latex: notation.Rule | None = None, code: coding.Rule | None = None
) -> Operator:
    return Operator(
        name=name,
        syntax=f"{name}(x)",
        arguments="e",
        shape=unchanged,
        latex=latex or notation.called(rf"\{name}"),
        numpy=code or coding.called(name),
        sympy=translating.pointwise(name),
        components=component_rules.elementwise(name),
        differential=differentials.elementwise(name),
        evaluate=values.elementwise(name),
        good=good,
        bad=f"{name}(x, y) == x",
    )


_RELU = coding.templates("np.maximum({x}, 0)", "torch.relu({x})", "jax.nn.relu({x})")
_SOFTPLUS = coding.templates(
    "np.logaddexp(0, {x})", "torch.nn.functional.softplus({x})", "jax.nn.softplus({x})"
)
_SOFTMAX = coding.templates(
    "np.exp({x} - np.logaddexp.reduce({x}))", "torch.softmax({x}, dim=0)", "jax.nn.softmax({x})"
)
_LOGSUMEXP = coding.templates(
    "np.logaddexp.reduce({x})", "torch.logsumexp({x}, dim=0)", "jax.nn.logsumexp({x})"
)

ROWS = (
    _function("exp", "exp(x) * exp(-x) == ones(n)", notation.exponential),
    _function("log", "exp(log(x)) == x"),
    _function("sqrt", "sqrt(x) ** 2 == x", notation.root),
    _function("sin", "sin(-x) == -sin(x)"),
    _function("cos", "sin(x) ** 2 + cos(x) ** 2 == ones(n)"),
    _function("tan", "tan(x) == sin(x) / cos(x)"),
    _function("sinh", "sinh(x) == (exp(x) - exp(-x)) / 2"),
    _function("cosh", "cosh(x) ** 2 - sinh(x) ** 2 == ones(n)"),
    _function("tanh", "tanh(x) == sinh(x) / cosh(x)"),
    _function("arcsin", "sin(arcsin(x)) == x"),
    _function("arccos", "cos(arccos(x)) == x"),
    _function("arctan", "tan(arctan(x)) == x"),
    _function("abs", "abs(x) ** 2 == x ** 2", notation.absolute),
    _function("sign", "sign(x) * abs(x) == x", notation.named("sign")),
    _function("sigmoid", "sigmoid(x) + sigmoid(-x) == ones(n)", notation.sigmoid, coding.sigmoid),
    _function("relu", "relu(x) - relu(-x) == x", notation.named("ReLU"), _RELU),
    _function("softplus", "softplus(x) - softplus(-x) == x", notation.named("softplus"), _SOFTPLUS),
    Operator(
        name="softmax",
        syntax="softmax(x)",
        arguments="e",
        shape=_softmax_shape,
        differential=differentials.softmax,
        latex=notation.named("softmax"),
        numpy=coding.unless_scalar(_SOFTMAX, coding.one),
        sympy=translating.softmax,
        components=component_rules.softmax,
        evaluate=values.softmax,
        good="sum(softmax(x)) == 1",
        bad="softmax(A) == A",
    ),
    Operator(
        name="logsumexp",
        syntax="logsumexp(x)",
        arguments="e",
        shape=_logsumexp_shape,
        differential=differentials.logsumexp,
        latex=notation.named("logsumexp"),
        numpy=coding.unless_scalar(_LOGSUMEXP, coding.itself),
        sympy=translating.logsumexp,
        components=component_rules.logsumexp,
        evaluate=values.logsumexp,
        good="exp(logsumexp(x)) == sum(exp(x))",
        bad="logsumexp(A) == 0",
    ),
)
