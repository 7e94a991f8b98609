"""Trace, determinant, inverse and their kin; norms."""

from __future__ import annotations

from fractions import Fraction

from cheatsheet.calculus import (
    adjoints,
    component_rules,
    determinants,
    differentials,
    exponentials,
    matrix_functions,
)
from cheatsheet.evaluation import values
from cheatsheet.language.constants import ConstantError, constant_value
from cheatsheet.language.dimensions import Shape
from cheatsheet.language.expressions import Apply, Expr, Number, Size, Symbol
from cheatsheet.language.shapes import (
    Args,
    no_tensor,
    scalar_result,
    square,
    square_to_same,
    square_to_scalar,
)
from cheatsheet.language.table import Operator, ShapeError
from cheatsheet.printing import coding, contractions, notation, translating

LARGEST_EXPONENT = 1000


def _pinv_shape(args: Args, params: Args) -> Shape:
    no_tensor("pinv", args[0])
    return args[0].shape.transposed


def is_integer(expr: Expr) -> bool:
    """Whether the expression is an integer for every value of its symbols."""
    match expr:
        case Number():
            return expr.value.denominator == 1
        case Size():
            return True
        case Symbol():
            return "integer" in expr.properties
        case Apply(op="add" | "sub" | "neg" | "scale"):
            return all(is_integer(child) for child in expr.children)
    return False


def _matrix_power_shape(args: Args, params: Args) -> Shape:
    base, exponent = args
    square("matrix_power", base)
    number = _constant(exponent)
    if number is not None and number.denominator == 1 and abs(number) > LARGEST_EXPONENT:
        raise ShapeError(f"the exponent of matrix_power is larger than {LARGEST_EXPONENT}")
    if not exponent.shape.is_scalar or not is_integer(exponent):
        raise ShapeError(
            "matrix_power needs an integer exponent",
            f"write {number}"
            if number is not None and number.denominator == 1
            else "write an integer, or declare the exponent: k: {shape: [], is: [integer]}",
        )
    return base.shape


def _constant(expr: Expr) -> Fraction | None:
    try:
        return constant_value(expr)
    except ConstantError:
        return None


ROWS = (
    Operator(
        name="tr",
        syntax="tr(A)",
        arguments="e",
        shape=square_to_scalar("tr"),
        smoothness="polynomial",
        whole_matrix=False,
        differentiates=False,
        sign="any",
        entrywise=None,
        transposed="as a whole",
        latex=notation.called(r"\tr"),
        code=coding.unless_scalar(coding.of_product("", coding.called("trace")), coding.itself),
        contraction=contractions.trace,
        sympy=translating.tr,
        components=component_rules.trace,
        linear=True,
        adjoint=adjoints.trace,
        evaluate=values.tr,
        good="tr(A @ B) == tr(B @ A)",
        bad="tr(ones(2, 3)) == 0",
    ),
    Operator(
        name="det",
        syntax="det(A)",
        arguments="e",
        shape=square_to_scalar("det"),
        smoothness="polynomial",
        whole_matrix=True,
        differentiates=False,
        sign="any",
        entrywise=None,
        transposed="as a whole",
        differential=differentials.det,
        latex=notation.called(r"\det"),
        code=coding.unless_scalar(coding.called("linalg.det"), coding.itself),
        sympy=translating.det,
        components=determinants.determinant_rule,
        evaluate=values.det,
        good="det(A @ B) == det(A) * det(B)",
        bad="det(ones(2, 3)) == 0",
    ),
    Operator(
        name="logdet",
        syntax="logdet(A)",
        arguments="e",
        shape=square_to_scalar("logdet"),
        smoothness="analytic",
        whole_matrix=True,
        differentiates=False,
        sign="any",
        entrywise=None,
        transposed="as a whole",
        differential=differentials.logdet,
        latex=notation.called(r"\log\det"),
        code=coding.unless_scalar(coding.log_determinant, coding.called("log")),
        sympy=translating.logdet,
        components=determinants.log_determinant_rule,
        evaluate=values.logdet,
        good="logdet(A) == log(det(A))",
        bad="logdet(ones(2, 3)) == 0",
    ),
    Operator(
        name="inv",
        syntax="inv(A)",
        arguments="e",
        shape=square_to_same("inv"),
        smoothness="analytic",
        whole_matrix=True,
        differentiates=False,
        sign="any",
        entrywise=None,
        transposed="of operand",
        regular="always",
        differential=differentials.inv,
        of_transpose=True,
        latex=notation.raised("^{-1}"),
        code=coding.unless_scalar(coding.called("linalg.inv"), coding.one_over),
        sympy=translating.inv,
        components=matrix_functions.inverse,
        evaluate=values.inv,
        good="inv(A) @ A == I(n)",
        bad="inv(ones(2, 3)) == 0",
    ),
    Operator(
        name="adj",
        syntax="adj(A)",
        arguments="e",
        shape=square_to_same("adj"),
        smoothness="polynomial",
        whole_matrix=True,
        differentiates=False,
        sign="any",
        entrywise=None,
        transposed="as a whole",
        regular="with its operands",
        differential=differentials.adj,
        of_transpose=True,
        latex=notation.called(r"\adj"),
        code=coding.unless_scalar(coding.adjugate, coding.one),
        sympy=translating.adj,
        components=matrix_functions.adjugate,
        evaluate=values.adj,
        good="A @ adj(A) == det(A) * I(n)",
        bad="adj(ones(2, 3)) == 0",
    ),
    Operator(
        name="pinv",
        syntax="pinv(A)",
        arguments="e",
        shape=_pinv_shape,
        smoothness="jump",
        whole_matrix=True,
        differentiates=False,
        sign="any",
        entrywise=None,
        transposed="as a whole",
        differential=differentials.pinv,
        of_transpose=True,
        latex=notation.raised("^+"),
        code=coding.unless_scalar(coding.pseudo_inverse, coding.one_over),
        sympy=translating.pinv,
        components=matrix_functions.pseudo_inverse,
        evaluate=values.pinv,
        good="A @ pinv(A) @ A == A",
        bad="",
        traps={"smoothness": "pinv(exp(a) - 2000000) * (exp(a) - 2000000) == 1"},
    ),
    Operator(
        name="matrix_power",
        syntax="matrix_power(A, k)",
        arguments="ee",
        shape=_matrix_power_shape,
        smoothness="analytic",
        whole_matrix=True,
        differentiates=False,
        sign="any",
        entrywise=None,
        transposed="as a whole",
        regular="with its operands",
        differential=differentials.matrix_power,
        of_transpose=True,
        latex=notation.matrix_powered,
        code=coding.unless_scalar(coding.matrix_powered, coding.powered),
        sympy=translating.matrix_power,
        components=matrix_functions.matrix_power,
        evaluate=values.matrix_power,
        good="matrix_power(A, 3) == A @ A @ A",
        bad="matrix_power(A, a) == A",
    ),
    Operator(
        name="expm",
        syntax="expm(A)",
        arguments="e",
        shape=square_to_same("expm"),
        smoothness="entire",
        whole_matrix=True,
        differentiates=False,
        sign="any",
        entrywise=None,
        transposed="as a whole",
        regular="always",
        differential=differentials.expm,
        of_transpose=True,
        latex=notation.matrix_exponential,
        code=coding.unless_scalar(coding.called("expm"), coding.called("exp")),
        sympy=translating.expm,
        components=exponentials.exponential,
        evaluate=values.expm,
        good="expm(A) @ A == A @ expm(A)",
        bad="expm(ones(2, 3)) == 0",
    ),
    Operator(
        name="norm",
        syntax="norm(x)",
        arguments="e",
        shape=scalar_result,
        smoothness="analytic",
        whole_matrix=False,
        differentiates=False,
        sign="nonnegative",
        entrywise=None,
        transposed="as a whole",
        differential=differentials.norm,
        latex=notation.norm,
        code=coding.unless_scalar(coding.called("linalg.norm"), coding.called("abs")),
        sympy=translating.norm,
        components=component_rules.norm,
        evaluate=values.norm,
        good="norm(x) ** 2 == x.T @ x",
        bad="norm(x) == x",
    ),
    Operator(
        name="norm1",
        syntax="norm1(x)",
        arguments="e",
        shape=scalar_result,
        smoothness="kink",
        whole_matrix=False,
        differentiates=False,
        sign="nonnegative",
        entrywise=None,
        transposed="as a whole",
        differential=differentials.norm1,
        latex=notation.enclosed(r"\lVert", r"\rVert", "_1"),
        code=coding.unless_scalar(coding.norm1, coding.called("abs")),
        sympy=translating.norm1,
        components=component_rules.norm1,
        evaluate=values.norm1,
        good="norm1(x) == sum(abs(x))",
        bad="norm1(x) == x",
        traps={"smoothness": "norm1(a - 2000000) == 2000000 - a"},
    ),
)
