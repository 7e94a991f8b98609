"""Constant matrices and vectors: identity, ones, zeros, basis vectors, commutation matrix, delta; block matrices."""

from __future__ import annotations

from cheatsheet.calculus import adjoints, component_rules, differentials
from cheatsheet.evaluation import values
from cheatsheet.language.dimensions import Axis, Shape
from cheatsheet.language.shapes import Args, no_tensor
from cheatsheet.language.table import Operator, ShapeError
from cheatsheet.printing import coding, contractions, notation, translating


def _identity_shape(args: Args, params: Args) -> Shape:
    return Shape.matrix(args[0], args[0])


def _filled_shape(args: Args, params: Args) -> Shape:
    return Shape.vector(args[0]) if len(args) == 1 else Shape.matrix(*args)


def _unit_shape(args: Args, params: Args) -> Shape:
    return Shape.vector(args[1])


def _commutation_shape(args: Args, params: Args) -> Shape:
    m, n = args
    return Shape.matrix(Axis.product([m, n]), Axis.product([n, m]))


def _delta_shape(args: Args, params: Args) -> Shape:
    return Shape.scalar()


def _block_shape(args: Args, params: Args) -> Shape:
    """``params`` is the grid (rows, columns); the arguments are listed row by row."""
    rows, cols = params
    grid = [args[r * cols : (r + 1) * cols] for r in range(rows)]
    for part in args:
        no_tensor("block", part)
    for r, line in enumerate(grid):
        for c, part in enumerate(line):
            if not part.shape.rows.same_size(line[0].shape.rows):
                raise ShapeError(
                    f"row {r + 1} of block has parts of {line[0].shape.rows} and {part.shape.rows} rows",
                    axes=[(line[0].shape.rows, part.shape.rows)],
                )
            if not part.shape.cols.same_size(grid[0][c].shape.cols):
                raise ShapeError(
                    f"column {c + 1} of block has parts of {grid[0][c].shape.cols} and "
                    f"{part.shape.cols} columns",
                    axes=[(grid[0][c].shape.cols, part.shape.cols)],
                )
    return Shape.matrix(
        Axis.concatenation(line[0].shape.rows for line in grid),
        Axis.concatenation(part.shape.cols for part in grid[0]),
    )


ROWS = (
    Operator(
        name="pi",
        syntax="pi",
        arguments="",
        infix=True,
        shape=_delta_shape,
        smoothness="polynomial",
        whole_matrix=False,
        differentiates=False,
        sign="positive",
        entrywise=None,
        transposed="as a whole",
        latex=notation.constant(r"\pi"),
        code=coding.pi,
        sympy=translating.pi,
        components=component_rules.constant_pi,
        evaluate=values.pi,
        good="sin(pi) == 0",
        bad="",
    ),
    Operator(
        name="I",
        syntax="I(n)",
        arguments="a",
        shape=_identity_shape,
        smoothness="polynomial",
        whole_matrix=False,
        differentiates=False,
        sign="nonnegative",
        entrywise=None,
        transposed="itself",
        regular="always",
        latex=notation.sized("I", ","),
        code=coding.identity,
        contraction=contractions.identity,
        sympy=translating.identity,
        components=component_rules.identity,
        evaluate=values.identity,
        good="I(n) @ x == x",
        bad="I(n, n) == 1",
    ),
    Operator(
        name="ones",
        syntax="ones(n)",
        arguments="a+",
        shape=_filled_shape,
        smoothness="polynomial",
        whole_matrix=False,
        differentiates=False,
        sign="positive",
        entrywise=None,
        transposed="turned round",
        latex=notation.sized("1", r"\times "),
        code=coding.filled("ones"),
        contraction=contractions.ones,
        sympy=translating.ones,
        components=component_rules.ones,
        evaluate=values.ones,
        good="ones(n).T @ x == sum(x)",
        bad="ones() == 1",
    ),
    Operator(
        name="zeros",
        syntax="zeros(n)",
        arguments="a+",
        shape=_filled_shape,
        smoothness="polynomial",
        whole_matrix=False,
        differentiates=False,
        sign="nonnegative",
        entrywise=None,
        transposed="turned round",
        latex=notation.zeros,
        code=coding.filled("zeros"),
        sympy=translating.zeros,
        components=component_rules.zeros,
        evaluate=values.zeros,
        good="x - x == zeros(n)",
        bad="zeros() == 0",
    ),
    Operator(
        name="unit",
        syntax="unit(i, n)",
        arguments="ia",
        shape=_unit_shape,
        smoothness="polynomial",
        whole_matrix=False,
        differentiates=False,
        sign="nonnegative",
        entrywise=None,
        transposed="as a whole",
        latex=notation.basis_vector,
        code=coding.basis_vector,
        contraction=contractions.unit,
        sympy=translating.unit,
        components=component_rules.unit,
        evaluate=values.unit,
        good="unit(i, n).T @ x == x[i]",
        bad="unit(n) == 0",
    ),
    Operator(
        name="K",
        syntax="K(m, n)",
        arguments="aa",
        shape=_commutation_shape,
        smoothness="polynomial",
        whole_matrix=False,
        differentiates=False,
        sign="nonnegative",
        entrywise=None,
        transposed="as a whole",
        latex=notation.sized("K", ","),
        code=coding.commutation,
        contraction=contractions.commutation,
        arranges=True,
        sympy=translating.commutation,
        components=component_rules.commutation,
        evaluate=values.commutation,
        good="K(n, n) @ vec(A) == vec(A.T)",
        bad="K(n) == 0",
    ),
    Operator(
        name="delta",
        syntax="delta(i, j)",
        arguments="ii",
        shape=_delta_shape,
        smoothness="polynomial",
        whole_matrix=False,
        differentiates=False,
        sign="nonnegative",
        entrywise=None,
        transposed="as a whole",
        latex=notation.delta,
        code=coding.delta,
        contraction=contractions.delta,
        sympy=translating.delta,
        components=component_rules.delta,
        evaluate=values.delta,
        good="I(n)[i, j] == delta(i, j)",
        bad="delta(i) == 0",
    ),
    Operator(
        name="block",
        syntax="block([[A, B], [C, D]])",
        arguments="e+",
        shape=_block_shape,
        smoothness="polynomial",
        whole_matrix=False,
        differentiates=False,
        sign="any",
        entrywise=None,
        transposed="as a whole",
        differential=differentials.block,
        latex=notation.block,
        code=coding.block,
        sympy=translating.block,
        components=component_rules.block,
        adjoint=adjoints.block,
        evaluate=values.block,
        good="block([[A, B]]).T == block([[A.T], [B.T]])",
        bad="block([[A, x.T]]) == 0",
    ),
)
