r"""What may be rearranged without a reason: one normal form for lines that differ in the order of writing alone.

Known here, for numbers and for matrices:

- order and brackets of sums, brackets of products, the order of factors that are numbers;
- the arithmetic of exact numbers and of dimensions, minus signs, like terms and like factors: ``x * x = x ** 2``,
  ``a / b = a * b ** -1``; 0 and zero matrices in a sum, 1 and the identity matrix in a product;
- sums over indices: names of bound indices, order, factors that do not depend on the index in front, Σₖ c = n c;
- numbers in front of what is linear in its argument: (2A)ᵢⱼ = 2aᵢⱼ, (−A)ᵀ = −Aᵀ; the entry of a sum, aᵢⱼ + bᵢⱼ.

Everything else is a rule with a name: multiplying out, Σ(a + b) = Σa + Σb, transposes, inverses, determinants,
functions, derivatives and declared properties. An operator is a letter here, told apart by the normal form of what it
is applied to. Products of matrices keep their order. A product that is 1×1 keeps its place in a longer product of
matrices, so that u(vᵀw) = (uvᵀ)w is a matter of brackets; that xᵀy may be moved as a number is a rule. A number that
is written as such, ``(x.T @ y) * z``, is a factor like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from functools import lru_cache

from cheatsheet.calculus.factors import Delta, Letter
from cheatsheet.calculus.terms import ZERO, Factor, Factors, Idx, Place, Poly
from cheatsheet.derivatives.rules.normal_forms import (
    content,
    entrywise_factors,
    factors_joined,
    multiply,
    single_term,
    size_of,
    split_factors,
    summed,
    times,
    to_power,
    word_of,
)
from cheatsheet.derivatives.rules.unfolding import component_of_sum, names_in
from cheatsheet.language.dimensions import Axis
from cheatsheet.language.expressions import Apply, Expr, Index, Number, Size, Sum, Symbol
from cheatsheet.language.table import TABLE

_ONE = Fraction(1)


Holds = Callable[[Expr], bool]


def rearranged(expr: Expr, unordered: Iterable[Holds] = ()) -> Poly:
    """The normal form: equal for two expressions if and only if rearrangement makes one of the other.

    ``unordered`` says of which matrices the two indices of an entry may be exchanged.

    >>> from cheatsheet.language.elaborate import Declarations, elaborate_claim
    >>> from cheatsheet.catalogue.load import read_given
    >>> declared = Declarations(read_given("a: [], x: [n], A: [n, n], B: [n, n]"))
    >>> def same(claim):
    ...     equation = elaborate_claim(claim, declared)
    ...     return rearranged(equation.lhs) == rearranged(equation.rhs)
    >>> same("sum(x[j] * A[i, j], j) / a == sum(A[i, k] * x[k] / a, k)"), same("B - a * A @ B == (-A) @ (a * B) + B")
    (True, True)
    >>> same("A @ B == B @ A"), same("a * (x[i] + 1) == a * x[i] + a"), same("(A @ B).T == B.T @ A.T")
    (False, False, False)

    Raises :class:`~cheatsheet.calculus.errors.NoIndexForm` where too many equal factors make it too long a search.
    """
    return _Reading({}, tuple(unordered))(expr).collect()


class _Reading:
    """Reads expressions; ``bound`` says which index a name of the sums around stands for."""

    def __init__(self, bound: dict[str, Idx], unordered: tuple[Holds, ...]) -> None:
        self.bound = bound
        self.unordered = unordered

    def __call__(self, expr: Expr) -> Poly:
        depends = self.bound and not self.bound.keys().isdisjoint(names_in(expr))
        return self.read(expr) if depends else _read(expr, self.unordered)

    def read(self, expr: Expr) -> Poly:
        match expr:
            case Number():
                return Poly.number(expr.value)
            case Size():
                return size_of(expr.axis)
            case Symbol():
                return self.whole(Letter("sym", name_of(expr)), expr)
            case Sum():
                return self.sum(expr)
            case Apply():
                return self.application(expr)
        raise AssertionError(expr)

    def application(self, expr: Apply) -> Poly:
        match expr.op, expr.children:
            case "add", (a, b):
                return (self(a) + self(b)).collect()
            case "sub", (a, b):
                return (self(a) - self(b)).collect()
            case "neg", (a,):
                return -self(a)
            case ("scale", (a, b)) | ("matmul", (a, b)):
                return self.chain(expr)
            case "over", (a, b):
                return self.chain(expr)
            case "sqrt", (a,) if a.shape.is_scalar:
                return to_power(self(a), Fraction(1, 2))
            case "power", (a, Number() as k) if a.shape.is_scalar:
                return to_power(self(a), k.value)
            case "zeros", _:
                return ZERO
            case "I", _:
                return single_term({word_of((), f"I {expr.shape.rows.size}"): _ONE})
            case "component", (a,):
                return self.entry(a, [i for i in expr.args if isinstance(i, Index)])
            case "delta", _:
                return self.delta(*(i for i in expr.args if isinstance(i, Index)))
            case "diff", _:
                return self.derivative(expr)
            case "d", (Symbol() as x,) if x.name in expr.params[0]:
                return self(x.increment)
            case "d", (Apply(op="component", args=(Symbol() as x, *indices)),) if x.name in expr.params[0]:
                return self.entry(x.increment, [i for i in indices if isinstance(i, Index)])
            case op, _ if TABLE[op].second_exponent or (op == "power" and not expr.shape.is_scalar):
                return self.entrywise(expr)
        return self.opaque(expr)

    # --- products ---

    def chain(self, expr: Expr) -> Poly:
        """A product of matrices and numbers, brackets forgotten."""
        coefficient, scalars, atoms = self.flat(expr)
        if not coefficient:
            return ZERO
        if not expr.shape.is_scalar:
            scalars[word_of(atoms, f"I {expr.shape.rows.size}")] = _ONE
        elif atoms:
            multiply(scalars, Letter("number", subs=atoms), _ONE)
        return single_term(scalars, coefficient)

    def flat(self, expr: Expr) -> tuple[Fraction, Factors, tuple[Poly, ...]]:
        """A number, the scalar factors and the matrices of a product from left to right."""
        match expr:
            case Apply(op="matmul", children=(a, b)):
                return factors_joined(self.flat(a), self.flat(b))
            case Apply(op="scale", children=(a, b)) if not b.shape.is_scalar:
                return factors_joined(split_factors(self(a)), self.flat(b))
            case Apply(op="scale", children=(a, b)):
                return factors_joined(split_factors(self(a)), split_factors(self(b)))
            case Apply(op="over", children=(a, b)) if not a.shape.is_scalar:
                return factors_joined(self.flat(a), split_factors(to_power(self(b), Fraction(-1))))
            case Apply(op="over", children=(a, b)):
                return factors_joined(split_factors(self(a)), split_factors(to_power(self(b), Fraction(-1))))
            case Apply(op="neg", children=(a,)):
                return factors_joined((Fraction(-1), {}, ()), self.flat(a))
        return split_factors(self(expr))

    def entrywise(self, expr: Apply) -> Poly:
        """A product of entries, whose factors have no order; numbers are drawn in front."""
        coefficient, scalars, inner = _ONE, Factors(), Factors()
        for part, exponent in self.entrywise_parts(expr):
            number, own, atoms = split_factors(part)
            if exponent.denominator > 1 and (own or number != 1):
                number, own, atoms = _ONE, {}, (part,)
            if not number:
                return ZERO if exponent > 0 else self.opaque(expr)
            coefficient *= number ** int(exponent) if number != 1 else 1
            for factor, e in own.items():
                multiply(scalars, factor, e * exponent)
            for factor, e in entrywise_factors(atoms) if atoms else ():  # 1 / x has no matrix above the bar
                multiply(inner, factor, e * exponent)
        if list(inner.values()) == [_ONE]:
            scalars |= inner
        else:
            product = Letter("entrywise", text_of(expr.shape.axes), subs=(single_term(inner),))
            scalars[word_of((single_term({product: _ONE}),))] = _ONE
        return single_term(scalars, coefficient)

    def entrywise_parts(self, expr: Apply) -> list[tuple[Poly, Fraction]]:
        match expr.op, expr.children:
            case "power", (a, Number() as k):
                return [(self(a), k.value)]
            case "power", _:
                return [(self.opaque(expr), _ONE)]
            case "hadamard", (a, b):
                return [(self(a), _ONE), (self(b), _ONE)]
            case _, (a, b):
                return [(self(a), _ONE), (self(b), -_ONE)]
        raise AssertionError(expr)

    # --- sums ---

    def sum(self, expr: Sum) -> Poly:
        own = {str(i.name): Idx(i.axis) for i in expr.indices}
        inner = _Reading({**self.bound, **own}, self.unordered)(expr.body)
        return summed(inner, frozenset(own.values()))

    # --- letters ---

    def whole(self, factor: Factor, expr: Expr) -> Poly:
        """A factor standing for a number, or for a matrix, which keeps its place in products."""
        atom = single_term({factor: _ONE})
        return atom if expr.shape.is_scalar else single_term({word_of((atom,)): _ONE})

    def opaque(self, expr: Apply) -> Poly:
        coefficient, scalars, subs = _ONE, Factors(), []
        for child in expr.children:
            value = self(child)
            if TABLE[expr.op].linear:
                number, own, atoms = split_factors(value)
                if not number:
                    return ZERO
                coefficient *= number
                for factor, exponent in own.items():
                    multiply(scalars, factor, exponent)
                value = single_term({word_of(atoms, f"I {child.shape.rows.size}"): _ONE})
            subs.append(value.collect())
        places, texts = self.places(i for i in expr.args if isinstance(i, Index))
        axes = text_of(a for a in expr.args if isinstance(a, Axis))
        label = f"{expr.op} {parameters(expr)} {axes} {texts}"
        letter = Letter("op", label, places, tuple(subs))
        return times(single_term(scalars, coefficient), self.whole(letter, expr))

    def entry(self, operand: Expr, indices: list[Index]) -> Poly:
        """The component of a matrix, of each term of a sum of matrices for itself."""
        match operand:
            case Apply(op="transpose", args=(Expr() as a,)) if len(indices) == 1:
                return self.entry(a, indices)
            case Apply(op="add" | "sub", args=(Expr() as a, Expr() as b)):
                one, other = self.entry(a, indices), self.entry(b, indices)
                return (one + other if operand.op == "add" else one - other).collect()
            case Sum():
                return self(component_of_sum(operand, indices))
            case Apply(op="neg", args=(Expr() as a,)):
                return -self.entry(a, indices)
            case Apply(op="scale", args=(Expr() as a, Expr() as b)):
                return times(self(a), self.entry(b, indices))
            case Apply(op="over", args=(Expr() as a, Expr() as b)):
                return times(self.entry(a, indices), to_power(self(b), -_ONE))
        places, texts = self.places(indices)
        either_way = len(places) == 2 and any(holds(operand) for holds in self.unordered)
        total = ZERO
        for coefficient, term in self(operand).terms:
            number, scalars, atoms = split_factors(Poly([(coefficient, term)]))
            symbol = atoms[0].terms[0][1].factors if len(atoms) == 1 and len(atoms[0].terms) == 1 else ()
            if len(symbol) == 1 and symbol[0][0].head == "sym":
                of = symbol[0][0]
                entry = Letter("sym", f"{of.label} {texts}", places, symmetric=either_way)
            else:
                word = single_term({word_of(atoms, f"I {operand.shape.rows.size}"): _ONE})
                entry = Letter("entry", texts, places, (word,), either_way)
            multiply(scalars, entry, _ONE)
            total += single_term(scalars, number)
        return total.collect()

    def delta(self, i: Index, j: Index) -> Poly:
        places, texts = self.places((i, j))
        if len(places) == 2:
            return single_term({Delta(places): _ONE})
        return single_term({Letter("delta", texts, places): _ONE})

    def derivative(self, expr: Apply) -> Poly:
        """A derivative of numbers by numbers; ∂(∂y/∂a)/∂b is the one of second order."""
        y, *variables = expr.children
        if not all(child.shape.is_scalar for child in expr.children):
            return self.opaque(expr)
        while isinstance(y, Apply) and y.op == "diff" and all(c.shape.is_scalar for c in y.children):
            variables = [*y.children[1:], *variables]
            y = y.children[0]
        value = self(y).collect()
        if not value.terms:
            return ZERO
        number = value.terms[0][0] if len(value.terms) == 1 else content(value)
        subs = tuple(self(variable).collect() for variable in variables)
        letter = Letter("op", "diff", subs=(value.times(1 / number).collect(), *subs))
        return single_term({letter: _ONE}, number)

    def places(self, indices: Iterable[Index]) -> tuple[tuple[Place, ...], str]:
        """The plain indices that stand in some, and how pairs and blocks are made of them."""
        places: list[Place] = []

        def visit(index: Index) -> str:
            if index.parts:
                inner = ",".join(map(visit, index.parts))
                return f"({index.block or ''}:{inner})" if index.block is not None else f"({inner})"
            if isinstance(index.name, int):
                places.append(index.name)
            else:
                places.append(self.bound.get(index.name) or Idx.free(index.name, index.axis))
            return "."

        texts = ",".join(map(visit, indices))
        return tuple(places), texts if "(" in texts else ""


@lru_cache(maxsize=30_000)
def _read(expr: Expr, unordered: tuple[Holds, ...]) -> Poly:
    """What depends on no sum around it is read once."""
    return _Reading({}, unordered).read(expr).collect()


def name_of(symbol: Symbol) -> str:
    return symbol.name if symbol.kind == "symbol" else f"{symbol.kind} {symbol.name}"


def parameters(expr: Apply) -> str:
    return text_of(sorted(p) if isinstance(p, frozenset) else p for p in expr.params)


def text_of(parts: Iterable[object]) -> str:
    return ",".join(map(repr, parts))
