"""Sums, scalar multiples, element-wise products, quotients and powers, components."""

from __future__ import annotations

from cheatsheet.calculus import adjoints, component_rules, differentials
from cheatsheet.evaluation import values
from cheatsheet.language import constants
from cheatsheet.language.dimensions import Shape
from cheatsheet.language.shapes import Args, same, scalar, unchanged
from cheatsheet.language.table import Operator, ShapeError
from cheatsheet.printing import coding, contractions, notation, translating


def _scale_shape(args: Args, params: Args) -> Shape:
    scalar("a scalar multiple", args[0], "the first factor")
    return args[1].shape


def _over_shape(args: Args, params: Args) -> Shape:
    scalar("a quotient by a scalar", args[1], "the denominator")
    return args[0].shape


def _reciprocal_shape(args: Args, params: Args) -> Shape:
    scalar("an element-wise reciprocal", args[0], "the numerator")
    return args[1].shape


def _power_shape(args: Args, params: Args) -> Shape:
    if not args[1].shape.is_scalar:
        raise ShapeError(
            f"an exponent must be a scalar, and this one is {args[1].shape}",
            "** is element-wise, as in NumPy",
        )
    return args[0].shape


def _component_shape(args: Args, params: Args) -> Shape:
    operand, *indices = args
    free = len(operand.shape.free_axes)
    if operand.shape.is_scalar:
        raise ShapeError("a scalar has no components", "remove the brackets")
    allowed = {1, 2} if free == 1 else {free}
    if len(indices) not in allowed:
        wanted = "one index or two" if free == 1 else f"{free} indices"
        raise ShapeError(
            f"an expression of shape {operand.shape} takes {wanted}, and there are {len(indices)} here"
        )
    return Shape.scalar()


ROWS = (
    Operator(
        name="add",
        syntax="A + B",
        arguments="ee",
        infix=True,
        shape=same("+"),
        smoothness="polynomial",
        whole_matrix=False,
        differentiates=False,
        sign="any",
        entrywise="add",
        transposed="each",
        differential=differentials.add,
        rational=lambda _, a, b: a + b,
        latex=notation.additive("+"),
        code=coding.infix("+", coding.SUM),
        sympy=translating.add,
        components=component_rules.add,
        adjoint=adjoints.unchanged,
        evaluate=values.add,
        good="A + B == B + A",
        bad="A + x == x",
    ),
    Operator(
        name="sub",
        syntax="A - B",
        arguments="ee",
        infix=True,
        shape=same("-"),
        smoothness="polynomial",
        whole_matrix=False,
        differentiates=False,
        sign="any",
        entrywise="sub",
        transposed="each",
        differential=differentials.sub,
        rational=lambda _, a, b: a - b,
        latex=notation.additive("-"),
        code=coding.infix("-", coding.SUM),
        sympy=translating.sub,
        components=component_rules.sub,
        adjoint=adjoints.difference,
        evaluate=values.sub,
        good="A - B == -(B - A)",
        bad="A - x == x",
    ),
    Operator(
        name="neg",
        syntax="-A",
        arguments="e",
        infix=True,
        shape=unchanged,
        smoothness="polynomial",
        whole_matrix=False,
        differentiates=False,
        sign="any",
        entrywise="neg",
        transposed="each",
        regular="with its operands",
        rational=lambda _, a: -a,
        latex=notation.negated,
        code=coding.negated,
        sympy=translating.neg,
        components=component_rules.neg,
        linear=True,
        adjoint=adjoints.negative,
        evaluate=values.neg,
        good="-(-A) == A",
        bad="",
    ),
    Operator(
        name="scale",
        syntax="a * A",
        arguments="ee",
        infix=True,
        shape=_scale_shape,
        smoothness="polynomial",
        whole_matrix=False,
        differentiates=False,
        sign="any",
        entrywise="scale",
        transposed="second",
        rational=lambda _, a, b: a * b,
        latex=notation.juxtaposed,
        code=coding.infix("*", coding.PRODUCT),
        sympy=translating.scale,
        components=component_rules.scale,
        linear=True,
        adjoint=adjoints.multiple,
        evaluate=values.product,
        good="a * (A + B) == a * A + a * B",
        bad="",
    ),
    Operator(
        name="over",
        syntax="A / a",
        arguments="ee",
        infix=True,
        shape=_over_shape,
        smoothness="analytic",
        whole_matrix=False,
        differentiates=False,
        sign="any",
        entrywise="over",
        transposed="first",
        differential=differentials.over,
        rational=constants.quotient,
        latex=notation.fraction,
        code=coding.infix("/", coding.PRODUCT),
        sympy=translating.over,
        components=component_rules.over,
        adjoint=adjoints.quotient,
        evaluate=values.quotient,
        good="(A + B) / a == A / a + B / a",
        bad="",
    ),
    Operator(
        name="hadamard",
        syntax="A * B",
        arguments="ee",
        infix=True,
        shape=same("the element-wise product *", "; the product of matrices is @"),
        smoothness="polynomial",
        whole_matrix=False,
        differentiates=False,
        sign="any",
        entrywise="scale",
        transposed="each",
        latex=notation.circled(r"\circ", chains=("hadamard", "scale")),
        code=coding.infix("*", coding.PRODUCT),
        sympy=translating.hadamard,
        components=component_rules.hadamard,
        linear=True,
        adjoint=adjoints.entrywise_product,
        evaluate=values.product,
        good="A * B == B * A",
        bad="A * x == x",
    ),
    Operator(
        name="quotient",
        syntax="A / B",
        arguments="ee",
        infix=True,
        shape=same("the element-wise quotient /"),
        smoothness="analytic",
        whole_matrix=False,
        differentiates=False,
        sign="any",
        entrywise="over",
        transposed="each",
        differential=differentials.over,
        latex=notation.circled(r"\oslash", chains=("scale",)),
        code=coding.infix("/", coding.PRODUCT),
        sympy=translating.quotient,
        components=component_rules.quotient,
        adjoint=adjoints.quotient,
        evaluate=values.quotient,
        good="(A / B) * B == A",
        bad="A / x == x",
    ),
    Operator(
        name="reciprocal",
        syntax="1 / x",
        arguments="ee",
        infix=True,
        shape=_reciprocal_shape,
        smoothness="analytic",
        whole_matrix=False,
        differentiates=False,
        sign="any",
        entrywise="over",
        transposed="second",
        differential=differentials.reciprocal,
        latex=notation.circled(r"\oslash"),
        code=coding.infix("/", coding.PRODUCT),
        sympy=translating.reciprocal,
        components=component_rules.reciprocal,
        adjoint=adjoints.reciprocal,
        evaluate=values.quotient,
        good="1 / x * x == ones(n)",
        bad="",
    ),
    Operator(
        name="power",
        syntax="x ** k",
        arguments="ee",
        infix=True,
        shape=_power_shape,
        smoothness="analytic",
        whole_matrix=False,
        differentiates=False,
        sign="any",
        entrywise="power",
        transposed="first",
        differential=differentials.power,
        rational=constants.power,
        latex=notation.powered,
        code=coding.powered,
        sympy=translating.power,
        components=component_rules.power,
        evaluate=values.power,
        good="x ** 2 == x * x",
        bad="x ** x == x",
    ),
    Operator(
        name="component",
        syntax="A[i, j]",
        arguments="ei+",
        infix=True,
        shape=_component_shape,
        smoothness="polynomial",
        whole_matrix=False,
        differentiates=False,
        sign="any",
        entrywise=None,
        transposed="as a whole",
        latex=notation.component,
        code=coding.component,
        contraction=contractions.component,
        sympy=translating.component,
        components=component_rules.component,
        linear=True,
        adjoint=adjoints.component,
        evaluate=values.component,
        good="A.T[i, j] == A[j, i]",
        bad="A[i] == 0",
    ),
)
