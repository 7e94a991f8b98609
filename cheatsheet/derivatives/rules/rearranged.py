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
from functools import lru_cache, reduce
from math import floor, gcd, lcm

from cheatsheet.calculus.terms import UNIT, ZERO, Factor, Factors, Idx, Place, Poly, Term, pieces, refreshed
from cheatsheet.language.dimensions import Axis
from cheatsheet.language.expressions import Apply, Expr, Index, Number, Size, Sum, Symbol
from cheatsheet.language.table import TABLE

MOST_COPIES = 4
"""The power of a sum up to which it is a product of sums inside another one: (Σⱼ aⱼ)² = Σⱼₖ aⱼ aₖ."""
_ENTRYWISE = ("hadamard", "quotient", "reciprocal")
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

    Raises :class:`~cheatsheet.calculus.terms.NoIndexForm` where too many equal factors make it too long a search.
    """
    return _Reading({}, tuple(unordered))(expr).collect()


class _Reading:
    """Reads expressions; ``bound`` says which index a name of the sums around stands for."""

    def __init__(self, bound: dict[str, Idx], unordered: tuple[Holds, ...]) -> None:
        self.bound = bound
        self.unordered = unordered

    def __call__(self, expr: Expr) -> Poly:
        return self.read(expr) if self.bound or self.unordered else _read(expr)

    def read(self, expr: Expr) -> Poly:
        match expr:
            case Number():
                return Poly.number(expr.value)
            case Size():
                return _size(expr.axis)
            case Symbol():
                return self.whole(Factor("sym", expr, label=_name(expr)), expr)
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
                return _power(self(a), Fraction(1, 2))
            case "power", (a, Number() as k) if a.shape.is_scalar:
                return _power(self(a), k.value)
            case "zeros", _:
                return ZERO
            case "I", _:
                return _poly({_word((), f"I {expr.shape.rows.size}"): _ONE})
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
            case op, _ if op in _ENTRYWISE or op == "power":
                return self.entrywise(expr)
        return self.opaque(expr)

    # --- products ---

    def chain(self, expr: Expr) -> Poly:
        """A product of matrices and numbers, brackets forgotten."""
        coefficient, scalars, atoms = self.flat(expr)
        if not coefficient:
            return ZERO
        if not expr.shape.is_scalar:
            scalars[_word(atoms, f"I {expr.shape.rows.size}")] = _ONE
        elif atoms:
            _multiply(scalars, Factor("number", subs=atoms), _ONE)
        return _poly(scalars, coefficient)

    def flat(self, expr: Expr) -> tuple[Fraction, Factors, tuple[Poly, ...]]:
        """A number, the scalar factors and the matrices of a product from left to right."""
        match expr:
            case Apply(op="matmul", children=(a, b)):
                return _joined(self.flat(a), self.flat(b))
            case Apply(op="scale", children=(a, b)) if not b.shape.is_scalar:
                return _joined(_split(self(a)), self.flat(b))
            case Apply(op="scale", children=(a, b)):
                return _joined(_split(self(a)), _split(self(b)))
            case Apply(op="over", children=(a, b)) if not a.shape.is_scalar:
                return _joined(self.flat(a), _split(_power(self(b), Fraction(-1))))
            case Apply(op="over", children=(a, b)):
                return _joined(_split(self(a)), _split(_power(self(b), Fraction(-1))))
            case Apply(op="neg", children=(a,)):
                return _joined((Fraction(-1), {}, ()), self.flat(a))
        return _split(self(expr))

    def entrywise(self, expr: Apply) -> Poly:
        """A product of entries, whose factors have no order; numbers are drawn in front."""
        coefficient, scalars, inner = _ONE, Factors(), Factors()
        for part, exponent in self.entrywise_parts(expr):
            number, own, atoms = _split(part)
            if exponent.denominator > 1 and (own or number != 1):
                number, own, atoms = _ONE, {}, (part,)
            if not number:
                return ZERO if exponent > 0 else self.opaque(expr)
            coefficient *= number ** int(exponent) if number != 1 else 1
            for factor, e in own.items():
                _multiply(scalars, factor, e * exponent)
            for factor, e in _entrywise_factors(atoms):
                _multiply(inner, factor, e * exponent)
        if list(inner.values()) == [_ONE]:
            scalars |= inner
        else:
            product = Factor("entrywise", subs=(_poly(inner),), label=_text(expr.shape.axes))
            scalars[_word((_poly({product: _ONE}),))] = _ONE
        return _poly(scalars, coefficient)

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
        return _summed(inner, frozenset(own.values()))

    # --- letters ---

    def whole(self, factor: Factor, expr: Expr) -> Poly:
        """A factor standing for a number, or for a matrix, which keeps its place in products."""
        atom = _poly({factor: _ONE})
        return atom if expr.shape.is_scalar else _poly({_word((atom,)): _ONE})

    def opaque(self, expr: Apply) -> Poly:
        coefficient, scalars, subs = _ONE, Factors(), []
        for child in expr.children:
            value = self(child)
            if TABLE[expr.op].linear:
                number, own, atoms = _split(value)
                if not number:
                    return ZERO
                coefficient *= number
                for factor, exponent in own.items():
                    _multiply(scalars, factor, exponent)
                value = _poly({_word(atoms, f"I {child.shape.rows.size}"): _ONE})
            subs.append(value.collect())
        places, texts = self.places(i for i in expr.args if isinstance(i, Index))
        axes = _text(a for a in expr.args if isinstance(a, Axis))
        label = f"{expr.op} {_parameters(expr)} {axes} {texts}"
        letter = Factor("op", places=places, subs=tuple(subs), label=label)
        return _times(_poly(scalars, coefficient), self.whole(letter, expr))

    def entry(self, operand: Expr, indices: list[Index]) -> Poly:
        """The component of a matrix, of each term of a sum of matrices for itself."""
        if isinstance(operand, Apply) and operand.op == "transpose" and len(indices) == 1:
            return self.entry(operand.children[0], indices)
        places, texts = self.places(indices)
        either_way = len(places) == 2 and any(holds(operand) for holds in self.unordered)
        total = ZERO
        for coefficient, term in self(operand).terms:
            number, scalars, atoms = _split(Poly([(coefficient, term)]))
            symbol = atoms[0].terms[0][1].factors if len(atoms) == 1 and len(atoms[0].terms) == 1 else ()
            if len(symbol) == 1 and symbol[0][0].head == "sym":
                of = symbol[0][0]
                entry = Factor("sym", of.data, places, label=f"{of.label} {texts}", symmetric=either_way)
            else:
                word = _poly({_word(atoms, f"I {operand.shape.rows.size}"): _ONE})
                entry = Factor("entry", None, places, (word,), texts, symmetric=either_way)
            _multiply(scalars, entry, _ONE)
            total += _poly(scalars, number)
        return total.collect()

    def delta(self, i: Index, j: Index) -> Poly:
        places, texts = self.places((i, j))
        if len(places) == 2:
            return _poly({Factor("delta", None, places, symmetric=True): _ONE})
        return _poly({Factor("delta", None, places, label=texts): _ONE})

    def derivative(self, expr: Apply) -> Poly:
        """A derivative of numbers by numbers; ∂(∂y/∂a)/∂b is the one of second order."""
        y, *variables = expr.children
        if not all(child.shape.is_scalar for child in expr.children):
            return self.opaque(expr)
        while isinstance(y, Apply) and y.op == "diff" and all(c.shape.is_scalar for c in y.children):
            variables = [*y.children[1:], *variables]
            y = y.children[0]
        subs = tuple(self(part).collect() for part in (y, *variables))
        return _poly({Factor("op", subs=subs, label="diff"): _ONE})

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
def _read(expr: Expr) -> Poly:
    """What stands in no sum is read once."""
    return _Reading({}, ()).read(expr).collect()


# --- the arithmetic of normal forms ---------------------------------------------------------------------------------


def _poly(factors: Factors, coefficient: Fraction | int = 1) -> Poly:
    """One term, whole powers of primes under roots taken into the coefficient."""
    value = Fraction(coefficient)
    kept: Factors = {}
    for factor, exponent in factors.items():
        if factor.head == "prime":
            value *= Fraction(factor.data) ** floor(exponent)
            exponent -= floor(exponent)
        if exponent:
            kept[factor] = exponent
    return _unpacked(Poly([(value, Term(tuple(kept.items())))])) if value else ZERO


def _unpacked(poly: Poly) -> Poly:
    """A bracket that stands alone is its terms."""
    ((coefficient, term),) = poly.terms
    match term.factors:
        case ((Factor(head="group") as factor, exponent),) if exponent == 1 and len(factor.subs[0].terms) > 1:
            return factor.subs[0].times(coefficient)
        case ((Factor(head="word") as factor, _),) if len(factor.subs) == 1 and len(factor.subs[0].terms) > 1:
            return factor.subs[0].times(coefficient)
    return poly


def _multiply(factors: Factors, factor: Factor, exponent: Fraction) -> None:
    total = factors.get(factor, Fraction(0)) + exponent
    if total:
        factors[factor] = total
    else:
        factors.pop(factor, None)


def _word(atoms: tuple[Poly, ...], unit: str = "") -> Factor:
    """A product of matrices in their order; without any, the identity of a size."""
    return Factor("word", subs=atoms, label="" if atoms else unit)


def _joined(
    a: tuple[Fraction, Factors, tuple[Poly, ...]], b: tuple[Fraction, Factors, tuple[Poly, ...]]
) -> tuple[Fraction, Factors, tuple[Poly, ...]]:
    scalars = dict(a[1])
    for factor, exponent in b[1].items():
        _multiply(scalars, factor, exponent)
    return a[0] * b[0], scalars, a[2] + b[2]


def _split(poly: Poly) -> tuple[Fraction, Factors, tuple[Poly, ...]]:
    """A factor of a product as number, scalar factors and matrices; a sum is a bracket without its common number."""
    poly = poly.collect()
    if not poly.terms:
        return Fraction(0), {}, ()
    if len(poly.terms) == 1:
        ((coefficient, term),) = poly.terms
        scalars = {f: e for f, e in term.factors if f.head != "word"}
        words = [f for f, _ in term.factors if f.head == "word"]
        return coefficient, scalars, words[0].subs if words else ()
    number = _content(poly)
    bracket = poly.times(1 / number).collect()
    if any(f.head == "word" for _, term in poly.terms for f, _ in term.factors):
        return number, {}, (bracket,)
    return number, {Factor("group", subs=(bracket,)): _ONE}, ()


def _times(a: Poly, b: Poly) -> Poly:
    number, scalars, atoms = _joined(_split(a), _split(b))
    words = [f for p in (a, b) for _, t in p.terms for f, _ in t.factors if f.head == "word"]
    if words:
        scalars[_word(atoms, words[0].label)] = _ONE
    return _poly(scalars, number) if number else ZERO


def _content(poly: Poly) -> Fraction:
    """The number to draw out of a sum, with the sign that does not depend on the order of its terms."""
    coefficients = [c for c, _ in poly.terms]
    size = Fraction(gcd(*(c.numerator for c in coefficients)), lcm(*(c.denominator for c in coefficients)))
    return -size if _signature(poly, -1) < _signature(poly, 1) else size


def _signature(poly: Poly, sign: int) -> list[tuple[str, Fraction]]:
    """The terms as text in which bound indices do not show, with their coefficients."""
    hidden = {i: "~" for i in poly.indices if i.name is None}
    return sorted((term.key(hidden), sign * c) for c, term in poly.terms)


def _power(poly: Poly, exponent: Fraction) -> Poly:
    """A number to a power: factor by factor for whole exponents; a root is taken of the whole."""
    if exponent == 1:
        return poly
    number, scalars, atoms = _split(poly)
    if not number:
        return _poly({Factor("op", label=f"0 to {exponent}"): _ONE}) if exponent <= 0 else ZERO
    assert not atoms
    if exponent.denominator == 1:
        return _poly({f: e * exponent for f, e in scalars.items()}, number ** int(exponent))
    if number < 0:
        return _poly({Factor("group", subs=(poly.collect(),)): exponent})
    root = {Factor("prime", p, label=str(p)): e * exponent for p, e in _primes(number).items()}
    if not scalars:
        return _poly(root)
    if list(scalars.values()) == [_ONE]:
        return _poly({**root, next(iter(scalars)): exponent})
    return _poly({**root, Factor("group", subs=(_poly(scalars),)): exponent})


def _primes(number: Fraction) -> dict[int, Fraction]:
    """The exponents of the primes in a positive number."""
    found: dict[int, Fraction] = {}
    for value, sign in ((number.numerator, 1), (number.denominator, -1)):
        divisor = 2
        while value > 1:
            if divisor * divisor > value:
                divisor = value
            while value % divisor == 0:
                found[divisor] = found.get(divisor, Fraction(0)) + sign
                value //= divisor
            divisor += 1
    return found


def _summed(poly: Poly, bound: frozenset[Idx]) -> Poly:
    """Σ over some indices: what does not depend on them in front, the rest in sums of as few factors as can be."""
    number, scalars, atoms = _split(poly)
    if not number:
        return ZERO
    if atoms:
        scalars[_word(atoms)] = _ONE
    elif any(f.head == "word" for _, t in poly.terms for f, _ in t.factors):
        scalars |= dict(poly.terms[0][1].factors)
    factors, bound = _opened(scalars, bound)
    outside: Factors = {}
    for own, indices in pieces(Term(tuple(factors.items()), bound)):
        if not indices:
            _multiply(outside, *own[0])
            continue
        inner = Poly([(_ONE, Term(tuple(own), frozenset(indices)))], True)
        if any(f.head == "word" for f, _ in own):
            outside[_word((inner,))] = _ONE
        else:
            _multiply(outside, Factor("group", subs=(inner,)), _ONE)
    idle = bound - {i for factor in factors for i in factor.indices}
    return reduce(_times, (_size(i.axis) for i in idle), _poly(outside, number))


def _opened(factors: Factors, bound: frozenset[Idx]) -> tuple[Factors, frozenset[Idx]]:
    """The factors, sums among them that depend on what is summed over next made part of one sum."""
    result: Factors = {}
    indices = set(bound)
    for factor, exponent in factors.items():
        inner = factor.subs[0].terms if factor.head == "group" else ()
        copies = int(exponent) if exponent.denominator == 1 and 0 < exponent <= MOST_COPIES else 0
        if len(inner) != 1 or not inner[0][1].bound or not factor.indices & bound or not copies:
            _multiply(result, factor, exponent)
            continue
        for _ in range(copies):
            term = refreshed(inner[0][1])
            indices |= term.bound
            for own, e in term.factors:
                _multiply(result, own, e)
    return result, frozenset(indices)


def _entrywise_factors(atoms: tuple[Poly, ...]) -> list[tuple[Factor, Fraction]]:
    """The factors of a product of entries, or the one matrix."""
    if len(atoms) == 1 and len(atoms[0].terms) == 1:
        factors = atoms[0].terms[0][1].factors
        if len(factors) == 1 and factors[0][0].head == "entrywise":
            return list(factors[0][0].subs[0].terms[0][1].factors)
    return [(_word(atoms), _ONE)]


def _size(axis: Axis) -> Poly:
    """A dimension as a number."""
    total = ZERO
    for names, coefficient in axis.size:
        factors: Factors = {}
        for name in names:
            _multiply(factors, Factor("size", label=name), _ONE)
        total += _poly(factors, coefficient) if factors else Poly([(Fraction(coefficient), UNIT)])
    return total.collect()


def _name(symbol: Symbol) -> str:
    return symbol.name if symbol.kind == "symbol" else f"{symbol.kind} {symbol.name}"


def _parameters(expr: Apply) -> str:
    return _text(sorted(p) if isinstance(p, frozenset) else p for p in expr.params)


def _text(parts: Iterable[object]) -> str:
    return ",".join(map(repr, parts))
