"""Formulas as quotients of SymPy's polynomials: a numerator, and the powers of what was divided by.

No common divisor is looked for, which is what makes SymPy's own ``cancel`` slow: whether a difference is zero can be
seen from its numerator. Products are counted before they are carried out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import lcm
from typing import Any

import sympy
from sympy.polys.rings import ring

from cheatsheet.verdicts.by_sympy.judgement import Beyond

LARGEST_PRODUCT = 40_000
Polynomial = Any
Factors = Mapping[Polynomial, int]


class UndefinedError(Exception):
    """A denominator is zero whatever the parameters are."""


@dataclass
class Allowance:
    """How many products of terms may still be made."""

    left: int

    def spend(self, products: int) -> None:
        self.left -= products
        if products > LARGEST_PRODUCT or self.left < 0:
            raise Beyond("formulas that grow too large")


@dataclass(frozen=True)
class Quotient:
    """A polynomial over a product of powers of polynomials."""

    numerator: Polynomial
    factors: Factors = field(default_factory=dict)


class Quotients:
    """The quotients in the symbols of some formulas; a symbol under roots is a power of its generator."""

    def __init__(self, formulas: Iterable[Any], allowance: Allowance) -> None:
        scales: dict[Any, int] = {}
        for formula in formulas:
            for node in sympy.preorder_traversal(formula):
                if node.is_Symbol:
                    scales.setdefault(node, 1)
                elif node.is_Pow and node.base.is_Symbol:
                    scales[node.base] = lcm(scales.get(node.base, 1), node.exp.q)
        self.symbols = sorted(scales, key=str)
        self.scales = [scales[s] for s in self.symbols]
        self.ring, *generators = ring([f"g{k}" for k in range(len(self.symbols))], sympy.QQ)
        self.generators = dict(zip(self.symbols, generators, strict=True))
        self.allowance = allowance
        self.memo: dict[Any, Quotient] = {}

    def __call__(self, formula: Any) -> Quotient:
        if formula not in self.memo:
            self.memo[formula] = self._read(formula)
        return self.memo[formula]

    def _read(self, formula: Any) -> Quotient:
        if formula.is_Rational:
            return Quotient(self.ring.one * sympy.QQ(int(formula.p), int(formula.q)))
        if formula.is_Symbol:
            return self._power_of_symbol(formula, 1)
        if formula.is_Add:
            return self._sum([self(part) for part in formula.args])
        if formula.is_Mul:
            value = Quotient(self.ring.one)
            for part in sorted((self(part) for part in formula.args), key=lambda q: len(q.numerator)):
                value = self._product(value, part)
            return value
        if formula.is_Pow and formula.base.is_Symbol and formula.exp.is_Rational:
            return self._power_of_symbol(formula.base, formula.exp)
        if formula.is_Pow and formula.exp.is_Integer:
            value, base = Quotient(self.ring.one), self(formula.base)
            if formula.exp.is_negative:
                base = self.inverse(base)
            for _ in range(abs(int(formula.exp))):
                value = self._product(value, base)
            return value
        if formula.has(sympy.nan, sympy.zoo, sympy.oo):
            raise UndefinedError
        raise Beyond(f"a {type(formula).__name__} of SymPy")

    def _power_of_symbol(self, symbol: Any, exponent: Any) -> Quotient:
        generator = self.generators[symbol]
        power = int(exponent * self.scales[self.symbols.index(symbol)])
        return Quotient(generator**power) if power >= 0 else Quotient(self.ring.one, {generator: -power})

    def multiply(self, a: Polynomial, b: Polynomial) -> Polynomial:
        self.allowance.spend(len(a) * len(b))
        return a * b

    def _sum(self, parts: list[Quotient]) -> Quotient:
        """Over one denominator, parts of the same denominator first."""
        groups: dict[frozenset[tuple[Polynomial, int]], Polynomial] = {}
        for part in parts:
            key = frozenset(part.factors.items())
            groups[key] = groups.get(key, self.ring.zero) + part.numerator
        common: dict[Polynomial, int] = {}
        for key in groups:
            for factor, exponent in key:
                common[factor] = max(common.get(factor, 0), exponent)
        total = self.ring.zero
        for key, numerator in groups.items():
            own = dict(key)
            for factor, exponent in common.items():
                for _ in range(exponent - own.get(factor, 0)):
                    numerator = self.multiply(numerator, factor)
            total = total + numerator
        return Quotient(total, common if total else {})

    def _product(self, a: Quotient, b: Quotient) -> Quotient:
        numerator = self.multiply(a.numerator, b.numerator)
        if not numerator:
            return Quotient(numerator)
        factors = dict(a.factors)
        for factor, exponent in b.factors.items():
            factors[factor] = factors.get(factor, 0) + exponent
        return Quotient(numerator, factors)

    def inverse(self, value: Quotient) -> Quotient:
        """Its reciprocal; raises :class:`UndefinedError` for zero."""
        if not value.numerator:
            raise UndefinedError
        numerator = self.ring.one
        for factor, exponent in value.factors.items():
            for _ in range(exponent):
                numerator = self.multiply(numerator, factor)
        monomial, rest = self.without_monomial(value.numerator)
        factors = {g: k for g, k in zip(self.ring.gens, monomial, strict=True) if k}
        lead = rest.LC
        rest = rest.quo_ground(lead)
        if rest != 1:
            factors[rest] = 1
        return Quotient(numerator.quo_ground(lead), factors)

    def without_monomial(self, polynomial: Polynomial) -> tuple[tuple[int, ...], Polynomial]:
        """The powers of symbols that divide a polynomial, and what is left of it."""
        least = tuple(map(min, zip(*polynomial.itermonoms(), strict=True)))
        if not any(least):
            return least, polynomial
        moved = {tuple(k - m for k, m in zip(t, least, strict=True)): c for t, c in polynomial.iterterms()}
        return least, self.ring.from_dict(moved)

    def reduced(self, value: Quotient) -> tuple[Polynomial, Polynomial]:
        """Numerator and denominator without a common factor."""
        denominator = self.ring.one
        for factor, exponent in value.factors.items():
            for _ in range(exponent):
                denominator = self.multiply(denominator, factor)
        if denominator == 1 or not value.numerator:
            return value.numerator, self.ring.one
        self.allowance.spend(20 * len(value.numerator) * len(denominator))
        numerator, denominator = value.numerator.cancel(denominator)
        return numerator, denominator

    def formula(self, polynomial: Polynomial) -> Any:
        """The polynomial in the symbols."""
        return sympy.Add(*(c * self.monomial(powers) for powers, c in self.terms(polynomial)))

    def terms(self, polynomial: Polynomial) -> list[tuple[tuple[int, ...], Any]]:
        return [(m, sympy.Rational(int(c.numerator), int(c.denominator))) for m, c in polynomial.terms()]

    def monomial(self, powers: tuple[int, ...]) -> Any:
        """A product of powers of the symbols."""
        return sympy.Mul(
            *(
                symbol ** sympy.Rational(k, scale)
                for symbol, k, scale in zip(self.symbols, powers, self.scales, strict=True)
                if k
            )
        )

    def without_powers(self, polynomial: Polynomial, symbol: Any, power: int, base: Quotient) -> Polynomial:
        """A polynomial that vanishes with this one, now that ``symbol ** power`` is ``base``."""
        place = self.symbols.index(symbol)
        step = power * self.scales[place]
        parts: dict[int, Polynomial] = {}
        for powers, coefficient in polynomial.terms():
            whole, rest = divmod(powers[place], step)
            moved = (*powers[:place], rest, *powers[place + 1 :])
            part = parts.setdefault(whole, self.ring.zero)
            parts[whole] = part + self.ring.from_dict({moved: coefficient})
        most = max(parts, default=0)
        denominator = self.ring.one
        for factor, exponent in base.factors.items():
            for _ in range(exponent):
                denominator = self.multiply(denominator, factor)
        total = self.ring.zero
        for whole, part in parts.items():
            for _ in range(whole):
                part = self.multiply(part, base.numerator)
            for _ in range(most - whole):
                part = self.multiply(part, denominator)
            total = total + part
        return total
