"""What stays whole: a differential with every part that does not vary replaced by a symbol of its own.

The index calculus then sees ``A.T @ r`` and not the components of ``r = A @ x - b``, so that ``r``, ``inv(X)`` and
``sigmoid(z)`` come back as they were.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cheatsheet.calculus.errors import NoIndexForm
from cheatsheet.derivatives.closed.entrywise import ELEMENTWISE
from cheatsheet.derivatives.closed.rewritten import triangular
from cheatsheet.derivatives.closed.transposes import Skew, is_symmetric
from cheatsheet.language.dimensions import Axis, Shape
from cheatsheet.language.expressions import (
    Apply,
    Argument,
    Expr,
    Index,
    Jet,
    Number,
    Size,
    Sum,
    Symbol,
    free_indices,
)
from cheatsheet.language.table import TABLE, build

PRODUCTS = frozenset(
    "neg scale over hadamard quotient reciprocal transpose matmul kron vec diag outer component "
    "I ones zeros unit K delta pi block".split()
)
"""Operators whose components are products of components, so that nothing is lost by taking them apart."""
KEPT = frozenset(["orthogonal", "idempotent", "positive", "integer", "nonzero"])
"""Properties that simplify products; a diagonal or antisymmetric matrix is better left as it is written."""

Lift = Callable[[Expr, list[Index]], Expr]


class Atoms:
    """Replaces what does not vary; ``meaning`` says what each symbol stands for.

    ``directions`` gives the direction in which each varying symbol moves. With ``plain`` axes are not split: Kronecker
    products, ``vec`` and blocks stay whole too.
    """

    def __init__(self, adjugates: bool, lift: Lift, plain: bool) -> None:
        self.plain = plain
        self._directions: Mapping[Expr, Expr] = {}
        self.adjugates = adjugates
        self.lift = lift
        self.meaning: dict[Symbol, Expr] = {}
        self.renamed: dict[str, Axis] = {}
        self.has_crosses = False
        self._symbols: dict[Expr, Symbol] = {}
        self._forms: dict[Expr, Expr] = {}
        self._moves: dict[Expr, bool] = {}

    @property
    def directions(self) -> Mapping[Expr, Expr]:
        return self._directions

    @directions.setter
    def directions(self, directions: Mapping[Expr, Expr]) -> None:
        self._directions = directions
        self._forms.clear()
        self._moves.clear()

    # --- axes ----------------------------------------------------------------------------------------------------

    def axis(self, axis: Axis) -> Axis:
        """The axis with every number turned into a name, so that indices over it stay indices."""
        if axis.kind == "name" or axis.is_one:
            return axis
        if axis.kind == "integer" or self.plain:
            name = str(axis) if axis.names else str(axis.at({}))
            self.renamed[name] = axis
            return Axis("name", name)
        return Axis(axis.kind, None, tuple(self.axis(part) for part in axis.parts))

    def original(self, axis: Axis) -> Axis:
        return axis.rename(self.renamed) if self.renamed else axis

    def shape(self, shape: Shape) -> Shape:
        return Shape(tuple(self.axis(a) for a in shape.axes))

    # --- expressions ---------------------------------------------------------------------------------------------

    def moves(self, expr: Expr) -> bool:
        if expr not in self._moves:
            self._moves[expr] = expr in self.directions or any(self.moves(c) for c in expr.children)
        return self._moves[expr]

    def form(self, expr: Expr) -> Expr:
        """The expression over symbols for what stays whole."""
        if expr not in self._forms:
            self._forms[expr] = self.moving(expr) if self.moves(expr) else self.still(expr)
        return self._forms[expr]

    def moving(self, expr: Expr) -> Expr:
        if expr in self.directions:
            return self.directions[expr]
        match expr:
            case Sum():
                return Sum(self.form(expr.body), tuple(self.index(i) for i in expr.indices))
            case Apply(op="cross"):
                a, b = expr.children
                if self.moves(a):
                    return build("neg", self.moving(build("cross", b, a)))
                return self.crossed(a, self.form(b))
        assert isinstance(expr, Apply)
        return self.rebuilt(expr)

    def rebuilt(self, expr: Apply) -> Expr:
        args: list[Argument] = []
        # a sum has no components where it gets a negative or another exponent
        raised = 1 if TABLE[expr.op].divides else 0 if expr.op == "power" else None
        for place, a in enumerate(expr.args):
            if isinstance(a, Expr):
                args.append(self.whole(a) if place == raised else self.form(a))
            else:
                args.append(self.index(a) if isinstance(a, Index) else self.axis(a))
        params = expr.params
        if expr.op == "jet":
            (jet,) = params
            params = (Jet(self.symbol(jet.symbol), tuple(self.symbol(s) for s in jet.by)),)
        return build(expr.op, *args, params=params)

    def whole(self, expr: Expr) -> Expr:
        """An expression that is divided by or raised to a power, its sums and matrix products kept whole."""
        match expr:
            case Sum() | Apply(op="add" | "sub" | "matmul"):
                return self.opaque(expr)
            case Apply(op=op) if TABLE[op].second_exponent or op in ("neg", "transpose"):
                return build(expr.op, *(self.whole(child) for child in expr.children))
        return self.form(expr)

    def index(self, index: Index) -> Index:
        if index.parts:
            raise NoIndexForm("an index of several parts")
        return Index(index.name, self.axis(index.axis))

    def still(self, expr: Expr) -> Expr:
        """An expression that does not vary: products are taken apart, the rest stays whole."""
        match expr:
            case Number():
                return expr
            case Size():
                return Size(self.axis(expr.axis))
            case Symbol():
                return self.symbol(expr)
            case Sum() if free_indices(expr) or not expr.shape.is_scalar:
                return Sum(self.form(expr.body), tuple(self.index(i) for i in expr.indices))
            case Sum():
                return self.opaque(expr)
            case Apply(op="cross"):
                return self.crossed(expr.children[0], self.form(expr.children[1]))
        assert isinstance(expr, Apply)
        if self.is_product(expr):
            return self.rebuilt(expr)
        return self.matrix_function(expr)

    def is_product(self, expr: Apply) -> bool:
        match expr.op:
            case "matmul":
                return not expr.shape.is_scalar or bool(free_indices(expr))
            case "power":
                exponent = expr.children[1]
                return isinstance(exponent, Number) and exponent.value.denominator == 1
            case "add" | "sub":
                structured = any(a.kind in ("product", "concatenation") for a in expr.shape.axes)
                return (structured and not self.plain) or bool(free_indices(expr))
            case "kron" | "vec" | "block" | "K":
                return not self.plain
        return expr.op in PRODUCTS or TABLE[expr.op].differentiates

    def matrix_function(self, expr: Apply) -> Expr:
        """The expression as a product of simpler ones where that is a matter of form, else a symbol for it."""
        inner = expr.args[0] if expr.args else None
        match inner:
            case Apply(op="transpose" | "vec" as op) if expr.op in ELEMENTWISE and not self.plain:
                return self.form(build(op, build(expr.op, inner.children[0])))
            case Apply(op="vec") if expr.op == "softmax" and not self.plain:
                exponential = build("exp", inner.children[0])
                total = build("total", exponential)
                return self.form(build("vec", build("over", exponential, total)))
            case Apply(op="transpose") if expr.op in ("inv", "adj"):
                return self.form(build("transpose", build(expr.op, inner.children[0])))
            case Apply(op="transpose") if expr.op in ("det", "logdet"):
                return self.form(build(expr.op, inner.children[0]))
            case Apply(op="block") if expr.op in ("det", "inv") and (corners := triangular(inner)):
                a, b, d = corners
                if expr.op == "inv":
                    return self.form(_triangular_inverse(a, b, d, inner))
                return self.form(build("scale", build("det", a), build("det", d)))
            case Symbol() if expr.op == "inv" and "orthogonal" in inner.properties:
                return self.form(build("transpose", inner))
            case Apply(op="inv") if expr.op == "inv":
                return self.form(inner.children[0])
            case Apply(op="scale") if expr.op == "inv":
                s, m = inner.children
                return self.form(build("over", build("inv", m), s))
            case Apply(op="kron") if expr.op == "inv" and all(x.shape.is_square for x in inner.children):
                return self.form(build("kron", *(build("inv", x) for x in inner.children)))
            case Expr() if expr.op == "adj" and not self.adjugates and not _is_singular(inner):
                return self.form(build("scale", build("det", inner), build("inv", inner)))
        return self.opaque(expr)

    def opaque(self, expr: Expr) -> Expr:
        """The symbol for an expression; a difference taken the other way round is its negative."""
        indices = list(free_indices(expr).values())
        if indices:
            return self.lifted(expr, indices)
        if isinstance(expr, Apply) and expr.op == "sub":
            turned = build("sub", *expr.children[::-1])
            if turned in self._symbols:
                return build("neg", self._symbols[turned])
        if expr not in self._symbols:
            properties = frozenset({"symmetric"} if is_symmetric(expr) else ())
            self._symbols[expr] = self.new(expr, f"□{len(self._symbols)}", properties)
        return self._symbols[expr]

    def new(self, expr: Expr, name: str, properties: frozenset[str]) -> Symbol:
        symbol = Symbol(name, self.shape(expr.shape), properties)
        self.meaning[symbol] = expr
        return symbol

    def crossed(self, a: Expr, b: Expr) -> Expr:
        """The product ``cross(a, b)`` as a matrix times ``b``."""
        matrix = Skew(a)
        self.has_crosses = True
        if matrix not in self._symbols:
            self._symbols[matrix] = self.new(matrix, f"□{len(self._symbols)}", frozenset())
        if b.shape.cols.is_one:
            return build("matmul", self._symbols[matrix], b)
        return build("transpose", build("matmul", self._symbols[matrix], build("transpose", b)))

    def lifted(self, expr: Expr, indices: list[Index]) -> Expr:
        """A sum or a function of components as a component of the sum, or the function, of whole matrices."""
        if isinstance(expr, Sum) or (isinstance(expr, Apply) and expr.op in ("add", "sub", "matmul")):
            applied = self.lift(expr, indices)
        elif isinstance(expr, Apply) and (expr.op in ELEMENTWISE or expr.op == "power"):
            whole = self.lift(expr.children[0], indices)
            applied = Apply(expr.op, (whole, *expr.args[1:]), whole.shape)
        else:
            raise NoIndexForm("an index inside an expression that stays whole")
        return build("component", self.opaque(applied), *(self.index(i) for i in indices))

    def symbol(self, symbol: Symbol) -> Symbol:
        """A declared symbol, without the properties that take it apart."""
        if symbol not in self._symbols:
            kept = symbol.properties & KEPT
            if symbol.properties & {"symmetric", "positive_definite", "diagonal"}:
                kept |= {"symmetric"}
            of = tuple(self.symbol(s) for s in symbol.of)
            new = Symbol(symbol.name, self.shape(symbol.shape), kept, of, kind=symbol.kind)
            self.meaning[new] = symbol
            self._symbols[symbol] = new
        return self._symbols[symbol]


def _triangular_inverse(a: Expr, b: Expr, d: Expr, block: Apply) -> Apply:
    """``[[A, B], [0, D]]⁻¹ = [[A⁻¹, −A⁻¹BD⁻¹], [0, D⁻¹]]``, and its mirror image."""
    first, last = build("inv", a), build("inv", d)
    if block.children[1] is b:
        beside = build("neg", build("matmul", build("matmul", first, b), last))
        return build("block", first, beside, block.children[2], last, params=(2, 2))
    beside = build("neg", build("matmul", build("matmul", last, b), first))
    return build("block", first, block.children[1], beside, last, params=(2, 2))


def _is_singular(a: Expr) -> bool:
    """Whether the matrix may have no inverse anywhere."""
    return isinstance(a, Symbol) and bool(a.properties & {"antisymmetric", "idempotent"})
