"""Derivatives and differentials."""

from __future__ import annotations

from cheatsheet.calculus import derivatives, differentials
from cheatsheet.evaluation import values
from cheatsheet.language.dimensions import Shape
from cheatsheet.language.expressions import Expr
from cheatsheet.language.layouts import arrange
from cheatsheet.language.shapes import Args, scalar, unchanged
from cheatsheet.language.table import Differentiation, Operator, ShapeError
from cheatsheet.printing import coding, notation, translating


def _diff_shape(args: Args, params: Args) -> Shape:
    """``params`` is the layout alone."""
    y, *xs = args
    return arrange(y.shape, tuple(x.shape for x in xs), params[0]).shape


def _grad_shape(args: Args, params: Args) -> Shape:
    scalar("grad", args[0], "the first argument")
    return args[1].shape


def _one_axis(name: str, y: Expr) -> Shape:
    if len(y.shape.free_axes) > 1:
        raise ShapeError(
            f"{name} takes vectors and scalars, and this is {y.shape}", "use vec(...) of the matrix"
        )
    return y.shape


def _jacobian_shape(args: Args, params: Args) -> Shape:
    y, x = (_one_axis("jacobian", a) for a in args)
    one = Shape.scalar().rows
    return Shape.matrix(y.free_axes[0] if y.free_axes else one, x.free_axes[0] if x.free_axes else one)


def _hessian_shape(args: Args, params: Args) -> Shape:
    f, x = args
    scalar("hessian", f, "the first argument")
    shape = _one_axis("hessian", x)
    n = shape.free_axes[0] if shape.free_axes else shape.rows
    return Shape.matrix(n, n)


def _jet_shape(args: Args, params: Args) -> Shape:
    """``params`` is the :class:`~cheatsheet.language.expressions.Jet`; the arguments are the directions."""
    shape: Shape = params[0].symbol.shape
    return shape


ROWS = (
    Operator(
        name="diff",
        syntax="diff(y, x)",
        arguments="ee+",
        shape=_diff_shape,
        smoothness="polynomial",
        whole_matrix=False,
        differentiates=True,
        sign="any",
        entrywise=None,
        transposed="as a whole",
        derivative=Differentiation(layout="as asked", times=1),
        components=derivatives.diff,
        differential=differentials.derivative,
        latex=notation.derivative,
        code=coding.no_code("diff"),
        sympy=translating.derivative,
        evaluate=values.diff,
        good="diff(A @ x, x) == A",
        bad="diff(x, x + y) == 0",
    ),
    Operator(
        name="grad",
        syntax="grad(f, x)",
        arguments="ee",
        shape=_grad_shape,
        smoothness="polynomial",
        whole_matrix=False,
        differentiates=True,
        sign="any",
        entrywise=None,
        transposed="as a whole",
        derivative=Differentiation(layout="denominator", times=1),
        components=derivatives.grad,
        differential=differentials.derivative,
        latex=notation.gradient(r"\nabla"),
        code=coding.no_code("grad"),
        sympy=translating.derivative,
        evaluate=values.grad,
        good="grad(x.T @ x, x) == 2 * x",
        bad="grad(x, x) == I(n)",
    ),
    Operator(
        name="jacobian",
        syntax="jacobian(y, x)",
        arguments="ee",
        shape=_jacobian_shape,
        smoothness="polynomial",
        whole_matrix=False,
        differentiates=True,
        sign="any",
        entrywise=None,
        transposed="as a whole",
        derivative=Differentiation(layout="numerator", times=1),
        components=derivatives.jacobian,
        differential=differentials.derivative,
        latex=notation.jacobian,
        code=coding.no_code("jacobian"),
        sympy=translating.derivative,
        evaluate=values.jacobian,
        good="jacobian(A @ x, x) == A",
        bad="jacobian(A, x) == 0",
    ),
    Operator(
        name="hessian",
        syntax="hessian(f, x)",
        arguments="ee",
        shape=_hessian_shape,
        smoothness="polynomial",
        whole_matrix=False,
        differentiates=True,
        sign="any",
        entrywise=None,
        transposed="itself",
        derivative=Differentiation(layout="alike", times=2),
        components=derivatives.hessian,
        differential=differentials.derivative,
        latex=notation.gradient(r"\nabla^2"),
        code=coding.no_code("hessian"),
        sympy=translating.derivative,
        evaluate=values.hessian,
        good="hessian(x.T @ A @ x, x) == A + A.T",
        bad="hessian(x, x) == 0",
    ),
    Operator(
        name="d",
        syntax="d(Y)",
        arguments="e",
        shape=unchanged,
        smoothness="polynomial",
        whole_matrix=False,
        differentiates=True,
        sign="any",
        entrywise=None,
        transposed="as a whole",
        components=derivatives.differential,
        latex=notation.differential,
        code=coding.no_code("d"),
        sympy=translating.differential,
        evaluate=values.differential,
        good="d(A @ x) == d(A) @ x + A @ d(x)",
        bad="",
    ),
    Operator(
        name="jet",
        syntax="diff(u, x)",
        arguments="e+",
        infix=True,
        shape=_jet_shape,
        smoothness="analytic",
        whole_matrix=False,
        differentiates=True,
        sign="any",
        entrywise=None,
        transposed="as a whole",
        components=derivatives.jet,
        latex=notation.directional,
        code=coding.no_code("jet"),
        sympy=translating.jet,
        evaluate=values.jet,
        good="diff(u, x) @ x == jacobian(u, x) @ x",
        bad="",
    ),
)
