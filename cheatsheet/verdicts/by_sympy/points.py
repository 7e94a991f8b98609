"""A point at which a formula is not zero, in SymPy's arithmetic of certain digits."""

from __future__ import annotations

from random import Random
from typing import Any

import sympy

from cheatsheet.verdicts.by_sympy.realisations import Abstract, number

TRIES = 8
DIGITS = 30
SMALLEST = sympy.Rational(1, 10**15)


def differs_at(formula: Any) -> tuple[dict[Any, Any], str] | None:
    """Numbers for the symbols at which a formula is not zero, and its value there; None where none are found."""
    letters = sorted(formula.free_symbols, key=str)
    for turn in range(TRIES):
        rng = Random(f"{turn}")
        at = {s: number(rng, bool(s.is_positive) or turn % 2 == 0) / (1 + turn // 2) for s in letters}
        value = _Point(at, rng).real(formula)
        if value is not None and abs(value) > SMALLEST:
            return at, str(value if value.is_Rational else sympy.N(value, 10))
    return None


class _Point:
    """Numbers for symbols, and for the unknown functions at these numbers."""

    def __init__(self, at: dict[Any, Any], rng: Random) -> None:
        self.at = at
        self.rng = rng
        self.functions: dict[Any, Any] = {}

    def value(self, formula: Any) -> Any:
        value = formula.xreplace(self.at)
        while unknown := sorted(value.atoms(Abstract), key=str):
            for f in unknown:  # those inside others first
                if f not in self.functions and not any(a.has(Abstract) for a in f.args):
                    self.functions[f] = number(self.rng, bool(f.is_positive))
            value = value.xreplace(self.functions)
        return value

    def real(self, formula: Any) -> Any:
        """The value, or None where the formula or a part of it is not defined."""
        value = self.value(formula)
        if value.has(sympy.nan, sympy.zoo, sympy.oo) or not self.has_in_domain(formula):
            return None
        if value.is_Rational:
            return value
        digits = value.evalf(DIGITS, maxn=2000)
        return digits if digits.is_Float or digits.is_Rational else None

    def has_in_domain(self, formula: Any) -> bool:
        """Whether every logarithm and every root is one of a positive number; seen before SymPy joins two of them."""
        return all(
            sympy.N(self.value(argument), DIGITS).is_positive
            for node in sympy.preorder_traversal(formula)
            if (argument := _must_be_positive(node)) is not None
        )


def _must_be_positive(node: Any) -> Any:
    if isinstance(node, sympy.log):
        return node.args[0]
    return node.base if node.is_Pow and not node.exp.is_Integer else None
