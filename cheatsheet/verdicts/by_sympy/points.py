"""A point at which a formula is not zero, in SymPy's arithmetic of certain digits."""

from __future__ import annotations

from random import Random
from typing import Any

import sympy

from cheatsheet.verdicts.by_sympy.realisations import Abstract, number

TRIES = 8
DIGITS = 30
SMALLEST = sympy.Rational(1, 10**15)


def differs_at(entry: Any) -> tuple[dict[Any, Any], str] | None:
    """Numbers for the symbols at which a formula is not zero, and its value there; None where none are found."""
    letters = sorted(entry.free_symbols, key=str)
    for turn in range(TRIES):
        rng = Random(f"{turn}")
        at = {s: number(rng, bool(s.is_positive) or turn % 2 == 0) / (1 + turn // 2) for s in letters}
        value = _value(entry, at, rng)
        if value is not None and abs(value) > SMALLEST:
            return at, str(value if value.is_Rational else sympy.N(value, 10))
    return None


def _value(entry: Any, at: dict[Any, Any], rng: Random) -> Any:
    """The real value at a point, or None where a part is not defined there."""
    value = entry.xreplace(at)
    functions = _unknown(value)
    while functions:  # those inside others first
        inner = [f for f in functions if not any(a.has(Abstract) for a in f.args)]
        value = value.xreplace({f: number(rng, bool(f.is_positive)) for f in inner})
        functions = _unknown(value)
    if value.has(sympy.nan, sympy.zoo, sympy.oo):
        return None
    if value.is_Rational:
        return value
    for node in sympy.preorder_traversal(entry.xreplace(at)):
        if not _in_domain(node):
            return None
    digits = value.evalf(DIGITS, maxn=2000)
    return digits if digits.is_Float or digits.is_Rational else None


def _unknown(value: Any) -> list[Any]:
    return sorted(value.atoms(Abstract), key=str)


def _in_domain(node: Any) -> bool:
    """Whether a logarithm or a root has a positive argument."""
    if isinstance(node, sympy.log):
        argument = node.args[0]
    elif node.is_Pow and not node.exp.is_Integer and node.base is not sympy.E:
        argument = node.base
    else:
        return True
    if argument.has(Abstract):
        return True
    return bool(sympy.N(argument, DIGITS).is_positive)
