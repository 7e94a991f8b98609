"""A counterexample in readable form: exact numbers, decimals where they are not rational, functions by formulas."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from cheatsheet.evaluation.fields import Array, Rational
from cheatsheet.evaluation.jets import Domain
from cheatsheet.evaluation.numerics import np
from cheatsheet.evaluation.points import Points
from cheatsheet.language.dimensions import Shape
from cheatsheet.language.expressions import Symbol
from cheatsheet.verdicts.claim import Claim
from cheatsheet.verdicts.compare import Comparison
from cheatsheet.verdicts.verdicts import Counterexample

DIGITS = 30


def present(claim: Claim, point: Points, comparison: Comparison) -> Counterexample:
    """The counterexample at a single point; with free indices, at the first values of them where the sides differ."""
    left, right, index = _sides(claim, comparison)
    domain = Domain(Rational(), 1)
    values = {}
    for symbol in claim.symbols:
        name = f"d({symbol.name})" if symbol.kind == "differential" else symbol.name
        value = point.value(symbol, domain)[0]
        terms = _terms(point, symbol)
        values[name] = (
            _formulas(symbol, value, terms, point, domain) if terms else _listed(value, symbol.shape)
        )
    for key in sorted(point.integers):
        if key[0] == "differential" and f"d({key[1]})" not in values:
            symbol = next(s for s in claim.symbols if s.name == key[1]).increment
            values[f"d({key[1]})"] = _listed(point.value(symbol, domain)[0], symbol.shape)
    return Counterexample(dict(point.dims), values, left, right, index)


def _sides(claim: Claim, comparison: Comparison) -> tuple[Any, Any, dict[str, int]]:
    """Both sides at the one point, at the first index values where they differ."""
    shape = claim.equation.lhs.shape
    rank, names = comparison.rank, [i.name for i in claim.indices]
    lead = comparison.left.ndim - rank - 1
    left = np.take(comparison.left, 0, axis=lead)
    right = np.take(comparison.right, 0, axis=lead)
    digits = _digits(left, right)
    if not names:
        return _listed(left, shape, digits), _listed(right, shape, digits), {}
    gap = abs(left - right).reshape(*left.shape[:lead], -1).max(axis=-1)
    place = np.unravel_index(int(np.argmax(gap)), gap.shape)
    index = {str(name): int(k) for name, k in zip(reversed(names), place, strict=True)}
    return (
        _listed(left[place], shape, digits),
        _listed(right[place], shape, digits),
        dict(sorted(index.items())),
    )


def _digits(left: Array, right: Array) -> int:
    """As many digits as it takes to see the difference."""
    most = DIGITS
    for a, b in zip(left.ravel(), right.ravel(), strict=True):
        if a != b and hasattr(a, "context"):
            most = max(most, int(a.context.log10(abs(a) + abs(b)) - a.context.log10(abs(a - b))) + 5)
    return most


def _listed(a: Array, shape: Shape, digits: int = DIGITS) -> Any:
    """Nested lists of numbers; a number alone for a scalar."""
    if shape.is_scalar:
        return _number(a.flat[0], digits)
    return _nested(a, digits)


def _nested(a: Any, digits: int) -> Any:
    return [_nested(row, digits) for row in a] if isinstance(a, np.ndarray) else _number(a, digits)


def _number(value: Any, digits: int = DIGITS) -> int | float | str:
    """Exact as a JSON number where it has a short decimal expansion, else as text."""
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, Fraction):
        if value.denominator == 1:
            return value.numerator
        short = value.denominator in (2, 4, 5, 8, 10, 16, 20, 25, 32, 40, 50, 64) and abs(value) < 10**6
        return float(value) if short else f"{value.numerator}/{value.denominator}"
    return str(value.context.nstr(value, digits)) if hasattr(value, "context") else str(value)


def _terms(point: Points, symbol: Symbol) -> list[Array]:
    """The Taylor coefficients drawn for an abstract function, by order."""
    prefix = (symbol.kind, symbol.name)
    found = sorted(k for k in point.integers if k[:2] == prefix and k[2].startswith("order "))
    return [point.integers[k][0] for k in found]


def _formulas(symbol: Symbol, value: Array, terms: list[Array], point: Points, domain: Domain) -> Any:
    """Each entry of an abstract function as a polynomial in the entries of its arguments."""
    variables = [v for a in symbol.of for v in _shifted_entries(a, point, domain)]
    n = len(variables)
    rows, cols = value.shape
    entries = []
    for k in range(rows * cols):
        parts = [str(_number(value.flat[k]))] if value.flat[k] else []
        for order, coefficients in enumerate(terms, start=1):
            table = coefficients.reshape(rows * cols, *(n,) * order)[k]
            for place in zip(*np.nonzero(table), strict=True):
                factor = int(table[place])
                factors = [] if factor == 1 else [str(factor)]
                parts.append(" * ".join([*factors, *(variables[p] for p in place)]))
        entries.append(" + ".join(parts) or "0")
    if symbol.shape.is_scalar:
        return entries[0]
    return [entries[r * cols : (r + 1) * cols] for r in range(rows)]


def _shifted_entries(symbol: Symbol, point: Points, domain: Domain) -> list[str]:
    """Each entry of a symbol less its value at the point, as text: ``x[0]``, ``(x[1] - 2)``."""
    value = point.value(symbol, domain)[0]
    shape = symbol.shape
    names = []
    for i, j in np.ndindex(*value.shape):
        place = "" if shape.is_scalar else f"[{i + j}]" if shape.is_vector else f"[{i}, {j}]"
        at = value[i, j]
        shift = f" - {_number(at)}" if at > 0 else f" + {_number(-at)}"
        names.append(f"({symbol.name}{place}{shift})" if at else f"{symbol.name}{place}")
    return names
