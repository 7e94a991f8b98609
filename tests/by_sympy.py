"""Both sides of a claim at a counterexample, by sympy: matrices of formulas, entries differentiated one by one.

It shares with the package the typed tree and the layout rule, and no arithmetic: derivatives are sympy's, of formulas
in the entries, and abstract functions are the formulas that the counterexample gives.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import product
from typing import Any

import mpmath
import numpy as np
import sympy

from cheatsheet.language.dimensions import Axis
from cheatsheet.language.elaborate import Declarations, elaborate_expression
from cheatsheet.language.expressions import Apply, Expr, Index, Number, Size, Sum, Symbol, walk
from cheatsheet.language.layouts import arrange
from cheatsheet.verdicts.verdicts import Counterexample

Array = np.ndarray[Any, Any]
Rules = dict[Any, Any]


class Beyond(Exception):
    """What this reading does not cover."""


def exact(value: Any) -> Any:
    """A number of a counterexample: 3, 0.25, "1/3"."""
    return sympy.nsimplify(value, rational=True) if isinstance(value, float) else sympy.Rational(str(value))


def _moving(expr: Expr) -> set[str]:
    """The names of the symbols by which something is differentiated."""
    found: set[str] = set()
    for node in walk(expr):
        if isinstance(node, Symbol) and node.definition is not None:
            found |= _moving(node.definition)
        if isinstance(node, Apply) and node.op == "d":
            found |= node.params[0]
        elif isinstance(node, Apply) and node.op in DERIVATIVES:
            found |= {s.name for x in node.children[1:] for s in walk(x) if isinstance(s, Symbol)}
    return found


def array(entries: list[list[Any]]) -> Array:
    result = np.empty((len(entries), len(entries[0])), dtype=object)
    for i, row in enumerate(entries):
        for j, value in enumerate(row):
            result[i, j] = value
    return result


class Reading:
    """Expressions at one counterexample."""

    def __init__(
        self, example: Counterexample, symbols: Mapping[str, Symbol], sides: tuple[Expr, ...] = ()
    ) -> None:
        self.dims = dict(example.dims)
        self.index = dict(example.index)
        self.example = example
        self.symbols = symbols
        self.entries: dict[tuple[str, str], Array] = {}
        self.numbers: Rules = {}
        self.formulas: dict[str, Rules] = {}
        self.moving = {name for side in sides for name in _moving(side)}
        self.moving |= {a.name for s in symbols.values() for a in s.of}

    # --- values ---

    def size(self, axis: Axis) -> int:
        return axis.at(self.dims)

    def letters(self, symbol: Symbol) -> Array:
        """A sympy symbol for every entry; what it stands for is noted the first time."""
        key = (symbol.kind, symbol.name)
        if key not in self.entries:
            rows, cols = (self.size(axis) for axis in symbol.shape)
            prefix = ("d" if symbol.kind == "differential" else "") + symbol.name
            self.entries[key] = array(
                [[sympy.Symbol(f"{prefix}_{i}_{j}", real=True) for j in range(cols)] for i in range(rows)]
            )
            self.note(symbol, self.entries[key])
        return self.entries[key]

    def note(self, symbol: Symbol, letters: Array) -> None:
        name = f"d({symbol.name})" if symbol.kind == "differential" else symbol.name
        if name not in self.example.values:
            raise Beyond(f"no value for {name}")
        given = self.example.values[name]
        table = given if isinstance(given, list) else [[given]]
        for place in np.ndindex(*letters.shape):
            value = table[place[0]][place[1]]
            if symbol.of and symbol.kind == "symbol":
                rules = self.formulas.setdefault(symbol.name, {})
                rules[letters[place]] = self.formula(str(value), symbol)
            else:
                self.numbers[letters[place]] = exact(value)

    def formula(self, text: str, symbol: Symbol) -> Any:
        """An entry of an abstract function, a polynomial in the entries of its arguments."""
        arguments = {s.name: Symbol(s.name, s.shape) if not s.of else s for s in symbol.of}
        return self(elaborate_expression(text, Declarations(arguments)))[0, 0]

    def expanded(self, value: Any, kept: frozenset[str] = frozenset()) -> Any:
        """The expression with abstract functions replaced by their formulas, those of ``kept`` apart."""
        while True:
            rules = {k: v for name, own in self.formulas.items() if name not in kept for k, v in own.items()}
            following = sympy.sympify(value).xreplace(rules)
            if following == value:
                return following
            value = following

    def number(self, expr: Expr) -> list[Any]:
        """The entries as numbers, exact or to 40 digits."""
        found = []
        for value in self(expr).ravel():
            final = self.expanded(value).xreplace(self.numbers)
            final = final.doit()
            found.append(final if final.is_Rational else sympy.N(final, 40))
        return found

    # --- expressions ---

    def __call__(self, expr: Expr) -> Array:
        match expr:
            case Number():
                return array([[sympy.Rational(expr.value.numerator, expr.value.denominator)]])
            case Size():
                return array([[sympy.Integer(self.size(expr.axis))]])
            case Symbol():
                if expr.definition is not None:
                    return self(expr.definition)
                letters = self.letters(expr)
                if expr.of or expr.name in self.moving or expr.kind == "differential":
                    return letters
                return np.vectorize(self.numbers.__getitem__, otypes=[object])(letters)
            case Sum():
                return self.sum(expr)
            case Apply() if expr.op in DERIVATIVES:
                return DERIVATIVES[expr.op](self, expr)
            case Apply() if expr.op in RULES:
                arguments = [self(a) if isinstance(a, Expr) else self.place(a) for a in expr.args]
                return np.asarray(RULES[expr.op](expr, *arguments))
        raise Beyond(getattr(expr, "op", str(expr)))

    def place(self, argument: Index | Axis) -> int:
        if isinstance(argument, Axis):
            return self.size(argument)
        return argument.name if isinstance(argument.name, int) else self.index[argument.name]

    def sum(self, node: Sum) -> Array:
        outer = dict(self.index)
        total = None
        for places in product(*(range(self.size(i.axis)) for i in node.indices)):
            self.index = {**outer, **{str(i.name): k for i, k in zip(node.indices, places, strict=True)}}
            value = self(node.body)
            total = value if total is None else total + value
        self.index = outer
        assert total is not None
        return total

    # --- derivatives ---

    def variable(self, x: Expr) -> tuple[str, Array]:
        """The symbol behind a variable, and its entries along the axes that need an index."""
        base = x if isinstance(x, Symbol) else x.children[0]
        assert isinstance(base, Symbol)
        shape = tuple(self.size(axis) for axis in x.shape.free_axes)
        if isinstance(x, Symbol) or x.op != "component":  # type: ignore[attr-defined]
            return base.name, self(x).reshape(shape)
        return base.name, self(x).reshape(())

    def derivative(self, y: Array, x: Expr) -> Array:
        """The axes of y and then those of x."""
        name, letters = self.variable(x)
        flat = [self.expanded(v, frozenset([name])) for v in y.ravel()]
        table = np.empty((len(flat), letters.size), dtype=object)
        for i, value in enumerate(flat):
            for j, letter in enumerate(letters.ravel()):
                table[i, j] = sympy.diff(value, letter)
        return table.reshape(y.shape + letters.shape)

    def free(self, y: Expr) -> Array:
        return self(y).reshape(tuple(self.size(axis) for axis in y.shape.free_axes))


def _diff(r: Reading, node: Apply) -> Array:
    y, *xs = node.children
    value = r.free(y)
    starts = [0, value.ndim]
    for x in xs:
        value = r.derivative(value, x)
        starts.append(value.ndim)
    order = arrange(y.shape, tuple(x.shape for x in xs), node.params[0]).sources
    value = value.transpose([starts[group] + k for group, k in order]) if order else value
    return value.reshape(tuple(r.size(axis) for axis in node.shape))


def _in_order(r: Reading, node: Apply) -> Array:
    y, *xs = node.children
    value = r.free(y)
    for x in xs * (2 if node.op == "hessian" else 1):
        value = r.derivative(value, x)
    return value.reshape(tuple(r.size(axis) for axis in node.shape))


def _differential(r: Reading, node: Apply) -> Array:
    """The sum over the entries that move of the partial derivative times the increment."""
    names = {s.name: s for s in r.symbols.values() if s.name in node.params[0]}
    moving = [s for s in names.values() if not _reaches(s, names)]
    value = r(node.children[0])
    kept = frozenset(s.name for s in moving)
    total = np.full(value.shape, sympy.Integer(0), dtype=object)
    flat = np.vectorize(lambda v: r.expanded(v, kept), otypes=[object])(value)
    for symbol in moving:
        own = r.letters(symbol)
        steps = r.letters(symbol.increment)
        for place in np.ndindex(*own.shape):
            letter, step = own[place], steps[place]
            total = total + np.vectorize(lambda v: sympy.diff(v, letter) * step, otypes=[object])(flat)  # noqa: B023
    return total


def _reaches(symbol: Symbol, names: Mapping[str, Symbol]) -> bool:
    return any(a.name in names or _reaches(a, names) for a in symbol.of)


DERIVATIVES: dict[str, Callable[[Reading, Apply], Array]] = {
    "diff": _diff,
    "grad": _in_order,
    "jacobian": _in_order,
    "hessian": _in_order,
    "d": _differential,
}


# --- operators ---


def each(function: Callable[[Any], Any]) -> Callable[..., Array]:
    return lambda node, a: np.vectorize(function, otypes=[object])(a)


def matrix(function: Callable[[Any], Any]) -> Callable[..., Array]:
    def rule(node: Apply, a: Array) -> Array:
        found = function(sympy.Matrix(a.shape[0], a.shape[1], list(a.ravel())))
        return array(found.tolist()) if hasattr(found, "tolist") else array([[found]])

    return rule


def _total(a: Array) -> Array:
    return array([[sympy.Add(*a.ravel())]])


def _matrix_power(node: Apply, a: Array, k: Array) -> Array:
    base, count = sympy.Matrix(a), k[0, 0]
    if not count.is_Integer:
        raise Beyond("an exponent that is not a number")
    return array((base**count).tolist())


def _expm(node: Apply, a: Array) -> Array:
    if any(sympy.sympify(v).free_symbols for v in a.ravel()):
        raise Beyond("the exponential of letters")
    with mpmath.workdps(60):
        found = mpmath.expm(mpmath.matrix([[mpmath.mpf(str(sympy.N(v, 60))) for v in row] for row in a]))
        return array([[sympy.Float(str(found[i, j]), 50) for j in range(len(a))] for i in range(len(a))])


def _component(node: Apply, a: Array, *places: int) -> Array:
    """The entry at the places; one alone counts along a row or a column."""
    one_of_vector = len(places) == 1 and a.ndim == 2
    return array([[a.ravel()[places[0]] if one_of_vector else a[places]]])


def _cross(node: Apply, a: Array, b: Array) -> Array:
    x, y = a.ravel(), b.ravel()
    return array(
        [[x[(i + 1) % 3] * y[(i + 2) % 3] - x[(i + 2) % 3] * y[(i + 1) % 3]] for i in range(3)]
    ).reshape(a.shape)


def _diag(node: Apply, a: Array) -> Array:
    if node.children[0].shape.is_vector:
        n = a.size
        return array([[a.ravel()[i] if i == j else sympy.Integer(0) for j in range(n)] for i in range(n)])
    return array([[a[i, i]] for i in range(len(a))])


def _commutation(node: Apply, m: int, n: int) -> Array:
    """Column j·m + i of the rows i·n + j."""
    return array(
        [
            [sympy.Integer(int(r // n == c % m and r % n == c // m)) for c in range(m * n)]
            for r in range(m * n)
        ]
    )


def _block(node: Apply, *parts: Array) -> Array:
    rows, cols = node.params
    return np.vstack([np.hstack(parts[r * cols : (r + 1) * cols]) for r in range(rows)])


def _softmax(node: Apply, a: Array) -> Array:
    weights = [sympy.exp(v) for v in a.ravel()]
    return np.array([w / sympy.Add(*weights) for w in weights], dtype=object).reshape(a.shape)


def _filled(value: int) -> Callable[..., Array]:
    return lambda node, *sizes: np.full(
        sizes if len(sizes) > 1 else (*sizes, 1), sympy.Integer(value), dtype=object
    )


def _scaled(a: Array, b: Array) -> Array:
    return a[0, 0] * b


RULES: dict[str, Callable[..., Array]] = {
    "add": lambda n, a, b: a + b,
    "sub": lambda n, a, b: a - b,
    "neg": lambda n, a: -a,
    "scale": lambda n, a, b: _scaled(a, b),
    "over": lambda n, a, b: a / b[0, 0],
    "hadamard": lambda n, a, b: a * b,
    "quotient": lambda n, a, b: a / b,
    "reciprocal": lambda n, a, b: a[0, 0] / b,
    "power": lambda n, a, b: np.vectorize(lambda v: v ** b[0, 0], otypes=[object])(a),
    "component": _component,
    "matmul": lambda n, a, b: a @ b,
    "transpose": lambda n, a: a.T,
    "dot": lambda n, a, b: _total(a.ravel() * b.ravel()),
    "outer": lambda n, a, b: np.outer(a.ravel(), b.ravel()),
    "cross": _cross,
    "kron": lambda n, a, b: np.kron(a, b),
    "vec": lambda n, a: a.T.reshape(-1, 1),
    "diag": _diag,
    "total": lambda n, a: _total(a),
    "tr": lambda n, a: _total(a.diagonal()),
    "det": matrix(lambda a: a.det()),
    "logdet": matrix(lambda a: sympy.log(a.det())),
    "inv": matrix(lambda a: a.inv()),
    "adj": matrix(lambda a: a.adjugate()),
    "pinv": matrix(lambda a: a.pinv()),
    "matrix_power": _matrix_power,
    "expm": _expm,
    "norm": lambda n, a: array([[sympy.sqrt(sympy.Add(*(v**2 for v in a.ravel())))]]),
    "norm1": lambda n, a: array([[sympy.Add(*(sympy.Abs(v) for v in a.ravel()))]]),
    "pi": lambda n: array([[sympy.pi]]),
    "I": lambda n, size: array([[sympy.Integer(int(i == j)) for j in range(size)] for i in range(size)]),
    "ones": _filled(1),
    "zeros": _filled(0),
    "unit": lambda n, k, size: array([[sympy.Integer(int(i == k))] for i in range(size)]),
    "K": _commutation,
    "delta": lambda n, i, j: array([[sympy.Integer(int(i == j))]]),
    "block": _block,
    "softmax": _softmax,
    "logsumexp": lambda n, a: array([[sympy.log(sympy.Add(*(sympy.exp(v) for v in a.ravel())))]]),
    "exp": each(sympy.exp),
    "log": each(sympy.log),
    "sqrt": each(sympy.sqrt),
    "sin": each(sympy.sin),
    "cos": each(sympy.cos),
    "tan": each(sympy.tan),
    "sinh": each(sympy.sinh),
    "cosh": each(sympy.cosh),
    "tanh": each(sympy.tanh),
    "arcsin": each(sympy.asin),
    "arccos": each(sympy.acos),
    "arctan": each(sympy.atan),
    "abs": each(sympy.Abs),
    "sign": each(sympy.sign),
    "erf": each(sympy.erf),
    "maximum": lambda n, a, b: np.vectorize(sympy.Max, otypes=[object])(a, b),
    "minimum": lambda n, a, b: np.vectorize(sympy.Min, otypes=[object])(a, b),
    "relu": each(lambda v: (v + sympy.Abs(v)) / 2),
    "sigmoid": each(lambda v: 1 / (1 + sympy.exp(-v))),
    "softplus": each(lambda v: sympy.log(1 + sympy.exp(v))),
}
