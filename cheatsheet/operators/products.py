"""Matrix product and transpose, products of vectors, Kronecker product, sums of entries."""

from __future__ import annotations

from cheatsheet.calculus import adjoints, component_rules
from cheatsheet.evaluation import values
from cheatsheet.language.dimensions import Axis, Shape
from cheatsheet.language.shapes import Args, no_tensor, same_length, scalar_result, vector
from cheatsheet.language.table import Operator, ShapeError
from cheatsheet.printing import coding, contractions, notation, translating


def _matmul_shape(args: Args, params: Args) -> Shape:
    a, b = args
    no_tensor("@", a)
    no_tensor("@", b)
    if not a.shape.cols.same_size(b.shape.rows):
        hint = "the columns of the left factor must match the rows of the right one"
        if a.shape.cols.same_size(b.shape.cols):
            hint += "; transpose the right factor"
        elif a.shape.rows.same_size(b.shape.rows):
            hint += "; transpose the left factor"
        inner = [(a.shape.cols, b.shape.rows)]
        raise ShapeError(f"@ cannot multiply {a.shape} by {b.shape}", hint, inner)
    return Shape.matrix(a.shape.rows, b.shape.cols)


def _transpose_shape(args: Args, params: Args) -> Shape:
    no_tensor(".T", args[0])
    return args[0].shape.transposed


def _dot_shape(args: Args, params: Args) -> Shape:
    same_length("dot", *args)
    return Shape.scalar()


def _outer_shape(args: Args, params: Args) -> Shape:
    return Shape.matrix(vector("outer", args[0]), vector("outer", args[1]))


def _cross_shape(args: Args, params: Args) -> Shape:
    n = same_length("cross", *args)
    if not n.same_size(Axis.of(3)):
        raise ShapeError(f"cross needs vectors of 3 entries, and these have {n}", axes=[(n, Axis.of(3))])
    if not args[0].shape.agrees(args[1].shape):
        raise ShapeError("cross needs two columns or two rows, and these are one of each")
    return args[0].shape


def _kron_shape(args: Args, params: Args) -> Shape:
    a, b = args
    no_tensor("kron", a)
    no_tensor("kron", b)
    return Shape.matrix(
        Axis.product([a.shape.rows, b.shape.rows]), Axis.product([a.shape.cols, b.shape.cols])
    )


def _vec_shape(args: Args, params: Args) -> Shape:
    no_tensor("vec", args[0])
    shape = args[0].shape
    return Shape.vector(Axis.product([shape.cols, shape.rows]))


def _diag_shape(args: Args, params: Args) -> Shape:
    (a,) = args
    no_tensor("diag", a)
    if a.shape.is_vector:
        (n,) = a.shape.free_axes
        return Shape.matrix(n, n)
    if not a.shape.is_square:
        sides = [(a.shape.rows, a.shape.cols)]
        raise ShapeError(f"diag takes a vector or a square matrix, and this is {a.shape}", axes=sides)
    return Shape.vector(a.shape.rows)


ROWS = (
    Operator(
        name="matmul",
        syntax="A @ B",
        arguments="ee",
        infix=True,
        shape=_matmul_shape,
        smoothness="polynomial",
        whole_matrix=False,
        differentiates=False,
        sign="any",
        entrywise=None,
        transposed="product",
        regular="with its operands",
        latex=notation.juxtaposed,
        code=coding.product,
        contraction=contractions.matmul,
        sympy=translating.matmul,
        components=component_rules.matmul,
        linear=True,
        adjoint=adjoints.matmul,
        evaluate=values.matmul,
        good="(A @ B).T == B.T @ A.T",
        bad="x @ x == x",
    ),
    Operator(
        name="transpose",
        syntax="A.T",
        arguments="e",
        infix=True,
        shape=_transpose_shape,
        smoothness="polynomial",
        whole_matrix=False,
        differentiates=False,
        sign="any",
        entrywise=None,
        transposed="operand",
        regular="with its operands",
        latex=notation.transposed,
        code=coding.transposed,
        contraction=contractions.transpose,
        sympy=translating.transpose,
        components=component_rules.transpose,
        linear=True,
        adjoint=adjoints.transpose,
        evaluate=values.transpose,
        good="A.T.T == A",
        bad="",
    ),
    Operator(
        name="dot",
        syntax="dot(x, y)",
        arguments="ee",
        shape=_dot_shape,
        smoothness="polynomial",
        whole_matrix=False,
        differentiates=False,
        sign="any",
        entrywise=None,
        transposed="as a whole",
        latex=notation.enclosed(r"\langle", r"\rangle"),
        code=coding.unless_scalar(coding.dot, coding.times),
        contraction=contractions.dot,
        sympy=translating.dot,
        components=component_rules.dot,
        linear=True,
        adjoint=adjoints.dot,
        evaluate=values.dot,
        good="dot(x, y) == x.T @ y",
        bad="dot(A, x) == 0",
    ),
    Operator(
        name="outer",
        syntax="outer(x, y)",
        arguments="ee",
        shape=_outer_shape,
        smoothness="polynomial",
        whole_matrix=False,
        differentiates=False,
        sign="any",
        entrywise=None,
        transposed="turned round",
        latex=notation.named("outer"),
        code=coding.outer,
        contraction=contractions.outer,
        sympy=translating.outer,
        components=component_rules.outer,
        linear=True,
        adjoint=adjoints.outer,
        evaluate=values.outer,
        good="outer(x, y) == x @ y.T",
        bad="outer(A, x) == A",
    ),
    Operator(
        name="cross",
        syntax="cross(x, y)",
        arguments="ee",
        shape=_cross_shape,
        smoothness="polynomial",
        whole_matrix=False,
        differentiates=False,
        sign="any",
        entrywise=None,
        transposed="as a whole",
        latex=notation.circled(r"\times"),
        code=coding.called("cross"),
        sympy=translating.cross,
        components=component_rules.cross,
        linear=True,
        adjoint=adjoints.cross,
        evaluate=values.cross,
        good="cross(p, q) == -cross(q, p)",
        bad="cross(x, y) == x",
    ),
    Operator(
        name="kron",
        syntax="kron(A, B)",
        arguments="ee",
        shape=_kron_shape,
        smoothness="polynomial",
        whole_matrix=False,
        differentiates=False,
        sign="any",
        entrywise=None,
        transposed="each",
        regular="with its operands",
        latex=notation.circled(r"\otimes", chains=("kron",)),
        code=coding.kronecker,
        contraction=contractions.kron,
        arranges=True,
        sympy=translating.kron,
        components=component_rules.kron,
        linear=True,
        adjoint=adjoints.kron,
        evaluate=values.kron,
        good="kron(A, B).T == kron(A.T, B.T)",
        bad="kron(A, B) == A",
    ),
    Operator(
        name="vec",
        syntax="vec(A)",
        arguments="e",
        shape=_vec_shape,
        smoothness="polynomial",
        whole_matrix=False,
        differentiates=False,
        sign="any",
        entrywise=None,
        transposed="as a whole",
        latex=notation.called(r"\vecop"),
        code=coding.vectorised,
        contraction=contractions.vec,
        sympy=translating.vec,
        components=component_rules.vec,
        linear=True,
        evaluate=values.vec,
        good="vec(A @ X @ B) == kron(B.T, A) @ vec(X)",
        bad="vec(A) == A",
    ),
    Operator(
        name="diag",
        syntax="diag(x)",
        arguments="e",
        shape=_diag_shape,
        smoothness="polynomial",
        whole_matrix=False,
        differentiates=False,
        sign="any",
        entrywise=None,
        transposed="itself",
        latex=notation.called(r"\diag"),
        code=coding.unless_scalar(coding.of_product("i", coding.called("diag")), coding.itself),
        contraction=contractions.diag,
        sympy=translating.diag,
        components=component_rules.diag,
        linear=True,
        adjoint=adjoints.diagonal,
        evaluate=values.diag,
        good="diag(diag(x)) == x",
        bad="diag(ones(2, 3)) == x",
    ),
    Operator(
        name="total",
        syntax="sum(A)",
        arguments="e",
        shape=scalar_result,
        smoothness="polynomial",
        whole_matrix=False,
        differentiates=False,
        sign="any",
        entrywise=None,
        transposed="as a whole",
        latex=notation.named("sum"),
        code=coding.unless_scalar(coding.called("sum"), coding.itself),
        contraction=contractions.total,
        sympy=translating.total,
        components=component_rules.total,
        linear=True,
        adjoint=adjoints.total,
        evaluate=values.total,
        good="sum(A) == sum(A.T)",
        bad="sum(A) == A",
    ),
)
