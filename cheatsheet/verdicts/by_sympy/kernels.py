"""Roots, exponentials, logarithms, angles and signs as new symbols, so that what is left is a rational function.

Relations that hold where both sides of a claim are defined are kept: a number under a root or a logarithm is positive
there. SymPy writes trigonometric and hyperbolic functions by exponentials, finds factors and common divisors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import sympy

from cheatsheet.verdicts.by_sympy.judgement import Beyond
from cheatsheet.verdicts.by_sympy.quotients import Allowance, Quotients, UndefinedError

MOST_FACTORED = 40
"""Beyond this, a polynomial is not factored: known factors are tried."""
MOST_SYMBOLS = 12
Factor = tuple[Any, Any]


class Kernels:
    """Formulas rewritten as rational functions of symbols and kernels."""

    def __init__(self, allowance: Allowance) -> None:
        self.allowance = allowance
        self.memo: dict[Any, Any] = {}
        self.made: dict[Any, Any] = {}
        self.relations: dict[Any, tuple[int, Any]] = {}
        """A power of a kernel and what it is; those made later may use those made before."""
        self.exponents: dict[Any, Any] = {}
        """What a kernel is the exponential of."""
        self.signs: dict[Any, int] = {}
        """Factors whose sign is known on the domain."""
        self.positive: set[Any] = set()
        self.factors: list[Any] = []

    def learn(self, formulas: Iterable[Any]) -> None:
        """Note what the domain says of arguments of roots and logarithms, the simplest first."""
        found = {
            node
            for formula in formulas
            for node in sympy.preorder_traversal(formula)
            if isinstance(node, sympy.log) or (node.is_Pow and not node.exp.is_Integer)
        }
        for node in sorted(found, key=lambda n: (sympy.count_ops(n), sympy.default_sort_key(n))):
            self(node)

    def __call__(self, e: Any) -> Any:
        if e not in self.memo:
            self.memo[e] = self._rewritten(e)
        return self.memo[e]

    def _rewritten(self, e: Any) -> Any:
        if e.is_Rational:
            return e
        if e.is_Symbol:
            if e.is_positive:
                self.positive.add(e)
            return e
        if e.is_Add or e.is_Mul:
            return e.func(*(self(part) for part in e.args))
        if e.is_Pow and e.exp.is_Integer:
            return self(e.base) ** e.exp
        for kind, rule in _RULES:
            if isinstance(e, kind):
                return rule(self, e)
        if isinstance(e, _BY_EXPONENTIALS):
            return self(e.rewrite(sympy.exp))
        if isinstance(e, sympy.Function):
            return self.opaque(e)
        if e.has(sympy.nan, sympy.zoo, sympy.oo):
            raise UndefinedError
        raise Beyond(f"a {type(e).__name__} of SymPy")

    def kernel(self, key: Any, positive: bool = False, relation: tuple[int, Any] | None = None) -> Any:
        """The symbol that stands for something."""
        if key not in self.made:
            symbol = self.made[key] = sympy.Symbol(f"kernel{len(self.made):04}")
            if positive:
                self.positive.add(symbol)
            if relation is not None:
                self.relations[symbol] = relation
        return self.made[key]

    def opaque(self, e: Any) -> Any:
        arguments = tuple(self.canonical(self(part)) for part in e.args)
        return self.kernel((e.func, arguments), positive=bool(e.is_positive))

    def canonical(self, formula: Any) -> Any:
        """Equal formulas become one."""
        read = Quotients([formula], self.allowance)
        numerator, denominator = read.reduced(read(formula))
        if denominator == 1:
            return read.formula(numerator)
        lead = denominator.LC
        return read.formula(numerator.quo_ground(lead)) / read.formula(denominator.quo_ground(lead))

    # --- factors ---------------------------------------------------------------------------------------------------

    def factored(self, formula: Any) -> tuple[Any, list[Factor]]:
        """A number and what it is multiplied by: symbols and irreducible polynomials with their exponents."""
        read = Quotients([formula, *self.factors], self.allowance)
        value = read(formula)
        if not value.numerator:
            raise UndefinedError
        coefficient, found = sympy.Integer(1), dict[Any, Any]()
        for polynomial, sign in [(value.numerator, 1), *((f, -k) for f, k in value.factors.items())]:
            monomial, rest = read.without_monomial(polynomial)
            for symbol, k, scale in zip(read.symbols, monomial, read.scales, strict=True):
                if k:
                    found[symbol] = found.get(symbol, 0) + sign * sympy.Rational(k, scale)
            number, parts = self._irreducible(read, rest)
            coefficient *= number**sign
            for part, k in parts:
                found[part] = found.get(part, 0) + sign * k
        return coefficient, [(f, k) for f, k in found.items() if k]

    def _irreducible(self, read: Quotients, polynomial: Any) -> tuple[Any, list[Factor]]:
        parts: list[Factor] = []
        for known in self.factors:
            divisor = read(known).numerator
            while polynomial.degree() >= 0 and not polynomial.is_ground:
                self.allowance.spend(len(polynomial) * len(divisor))
                quotient, rest = polynomial.div(divisor)
                if rest:
                    break
                polynomial = quotient
                parts.append((known, 1))
        number, small = polynomial.LC, len(polynomial) <= MOST_FACTORED
        polynomial = polynomial.monic()
        if polynomial == 1:
            own = []
        elif small and len(read.symbols) <= MOST_SYMBOLS + len(self.factors):
            extra, own = polynomial.factor_list()
            number *= extra
        else:
            own = [(polynomial, 1)]
        for part, k in own:
            number *= part.LC**k
            formula = read.formula(part.monic())
            self.factors.append(formula)
            parts.append((formula, k))
        return sympy.Rational(int(number.numerator), int(number.denominator)), parts

    def sign_of(self, factor: Any) -> int:
        """1 or −1 where the sign is known, else 0."""
        if factor in self.signs:
            return self.signs[factor]
        if factor.is_Symbol:
            return int(factor in self.positive)
        read = Quotients([factor], self.allowance)
        terms = read.terms(read(factor).numerator)
        even = all(
            k % (2 * scale) == 0 or s in self.positive
            for powers, _ in terms
            for s, k, scale in zip(read.symbols, powers, read.scales, strict=True)
        )
        imaginary = self.made.get("i") in read.symbols
        return int(even and not imaginary and all(c > 0 for _, c in terms))

    def absolute(self, factor: Any) -> Any:
        """|f|, with a kernel for a sign that is not known."""
        return (
            self.sign_of(factor) or self.kernel(("sign", factor), relation=(2, sympy.Integer(1)))
        ) * factor

    def taken_positive(self, number: Any, factors: list[Factor]) -> None:
        """Note the sign of the only factor that has none: the product is positive on the domain."""
        unknown = [f for f, k in factors if k % 2 and not self.sign_of(f)]
        if len(unknown) == 1:
            sign = 1 if number > 0 else -1
            for factor, k in factors:
                if k % 2:
                    sign *= self.sign_of(factor) or 1
            self.signs[unknown[0]] = sign
            if unknown[0].is_Symbol and sign > 0:
                self.positive.add(unknown[0])

    # --- roots, exponentials, logarithms, signs --------------------------------------------------------------------

    def root(self, base: Any, exponent: Any) -> Any:
        """A power with an exponent that is no integer, of what is positive on the domain."""
        if base == -1:
            return self.imaginary() ** (2 * exponent)
        number, factors = self.factored(base)
        if base.is_Rational and base < 0:
            return self.imaginary() ** (2 * exponent) * self.root(-base, exponent)
        self.taken_positive(number, factors)
        result = sympy.Integer(1)
        for prime, k in sympy.factorrat(abs(number)).items():
            result *= self.split(sympy.Integer(prime), k * exponent)
        for factor, k in factors:
            result *= self.power_of(factor, k * exponent)
        return result

    def power_of(self, factor: Any, exponent: Any) -> Any:
        """|f| ** c for a rational number c."""
        if factor.is_Symbol and factor in self.positive:
            return factor**exponent
        return self.split(self.absolute(factor), exponent)

    def split(self, base: Any, exponent: Any) -> Any:
        """The whole part of a power and a kernel for the rest."""
        whole = sympy.floor(exponent)
        if whole == exponent:
            return base**whole
        kernel = self.kernel(("root", base), positive=True, relation=(1, base))
        return base**whole * kernel ** (exponent - whole)

    def imaginary(self) -> Any:
        return self.kernel("i", relation=(2, sympy.Integer(-1)))

    def exponential(self, argument: Any) -> Any:
        """The product of the exponentials of the terms."""
        read = Quotients([argument], self.allowance)
        numerator, denominator = read.reduced(read(argument))
        if "i" in self.made and self.made["i"] in read.symbols:
            one = read(sympy.Integer(-1))
            numerator = read.without_powers(numerator, self.made["i"], 2, one)
        lead = denominator.LC
        below = read.formula(denominator.quo_ground(lead))
        result = sympy.Integer(1)
        for powers, c in read.terms(numerator.quo_ground(lead)):
            monomial = read.monomial(powers)
            logarithm = self.logarithms().get(monomial) if below == 1 else None
            if logarithm is not None:
                prime = logarithm.is_Integer
                result *= self.split(logarithm, c) if prime else self.power_of(logarithm, c)
                continue
            monomial = monomial / below
            real = not ("i" in self.made and monomial.has(self.made["i"]))
            kernel = self.kernel(("exp", monomial), positive=real)
            self.exponents[kernel] = monomial
            result *= kernel**c
        return result

    def logarithms(self) -> dict[Any, Any]:
        return {kernel: key[1] for key, kernel in self.made.items() if key[0] == "log"}

    def logarithm(self, argument: Any) -> Any:
        """Σ k log|f| over the factors, where the argument is positive."""
        number, factors = self.factored(argument)
        self.taken_positive(number, factors)
        result = sympy.Integer(0)
        for prime, k in sympy.factorrat(abs(number)).items():
            result += k * self.kernel(("log", sympy.Integer(prime)), positive=True)
        for factor, k in factors:
            if factor in self.exponents and factor in self.positive:
                result += k * self.exponents[factor]
            elif factor in self.relations and self.relations[factor][0] == 1:
                result += k * self.logarithm(self.relations[factor][1])
            else:
                result += k * self.kernel(("log", factor))
        return result

    def sign(self, argument: Any) -> Any:
        """The product of the signs of the factors."""
        number, factors = self.factored(argument)
        result = sympy.sign(number)
        for factor, k in factors:
            if k % 2:
                result *= self.absolute(factor) / factor
        return result

    def power(self, e: Any) -> Any:
        if e.exp.is_Rational:
            return self.root(self(e.base), e.exp)
        return self.exponential(self(e.exp) * self.logarithm(self(e.base)))

    def larger(self, e: Any, direction: int) -> Any:
        """Max and Min of two, by the sign of the difference."""
        first, *rest = e.args
        value = self(first)
        for other in rest:
            following = self(other)
            gap = value - following
            value = (value + following + direction * gap * self.sign(gap)) / 2
        return value


Rule = Callable[[Kernels, Any], Any]
_RULES: tuple[tuple[Any, Rule], ...] = (
    (sympy.exp, lambda k, e: k.exponential(k(e.args[0]))),
    (sympy.log, lambda k, e: k.logarithm(k(e.args[0]))),
    (sympy.Pow, Kernels.power),
    (type(sympy.E), lambda k, e: k.exponential(sympy.Integer(1))),
    (type(sympy.pi), lambda k, e: k.kernel("pi", positive=True)),
    (type(sympy.I), lambda k, e: k.imaginary()),
    (sympy.Abs, lambda k, e: k(e.args[0]) * k.sign(k(e.args[0]))),
    (sympy.sign, lambda k, e: k.sign(k(e.args[0]))),
    (sympy.Heaviside, lambda k, e: (1 + k.sign(k(e.args[0]))) / 2),
    (sympy.DiracDelta, lambda k, e: sympy.Integer(0)),
    (sympy.Max, lambda k, e: k.larger(e, 1)),
    (sympy.Min, lambda k, e: k.larger(e, -1)),
    (sympy.acos, lambda k, e: k(e.rewrite(sympy.asin))),
)
_BY_EXPONENTIALS = (
    sympy.functions.elementary.trigonometric.TrigonometricFunction,
    sympy.functions.elementary.hyperbolic.HyperbolicFunction,
)
