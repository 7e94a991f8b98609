"""A counterexample re-examined: both sides at its values, by SymPy's arithmetic and SymPy's derivatives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy

from cheatsheet.language.elaborate import Declarations, elaborate_expression
from cheatsheet.language.expressions import Equation, Expr, Symbol, free_indices
from cheatsheet.printing.sympy_expression import to_sympy
from cheatsheet.verdicts.by_sympy.judgement import REFUTES, Beyond, Judgement
from cheatsheet.verdicts.by_sympy.quotients import UndefinedError
from cheatsheet.verdicts.claim import Claim
from cheatsheet.verdicts.verdicts import Counterexample

DIGITS = 40
SMALLEST = sympy.Float("1e-25")


def exact(value: Any) -> Any:
    """A number of a counterexample as SymPy has it: 3, 0.25, "1/3", "0.3333"."""
    return sympy.nsimplify(value, rational=True) if isinstance(value, float) else sympy.Rational(str(value))


def sides_at(equation: Equation, example: Counterexample) -> tuple[list[Any], list[Any]]:
    """The entries of both sides, exact or to 40 digits; raises :class:`Beyond` where a value is missing or none."""
    symbols = {s.name: s for s in Claim(equation).symbols if s.kind == "symbol"}
    dims = dict(example.dims)
    values = {name: _value(symbol, example, dims) for name, symbol in symbols.items()}
    increments = {
        letter: number
        for name, symbol in symbols.items()
        if f"d({name})" in example.values
        for letter, number in zip(
            _entries(to_sympy(symbol.increment, dims)), _numbers(example.values[f"d({name})"]), strict=True
        )
    }
    try:
        left, right = (_side(side, example, dims, values) for side in (equation.lhs, equation.rhs))
    except Exception as error:  # SymPy raises whatever its parts raise
        raise Beyond(f"no value of SymPy at the counterexample: {error}") from error
    return [_number(e, increments) for e in left], [_number(e, increments) for e in right]


def re_examined(equation: Equation, example: Counterexample) -> Judgement | None:
    """``refutes`` where SymPy sees the two sides differ as well; None where it finds them equal."""
    left, right = sides_at(equation, example)
    for k, (a, b) in enumerate(zip(left, right, strict=True)):
        gap = sympy.N(a - b, DIGITS)
        if (a.is_Rational and b.is_Rational and a != b) or abs(gap) > SMALLEST * (
            1 + abs(sympy.N(a, DIGITS))
        ):
            exhibit = {"entry": k, "left": _told(a), "right": _told(b)}
            return Judgement(REFUTES, (dict(example.dims),), "the counterexample", exhibit=exhibit)
    return None


def _told(value: Any) -> str:
    return str(value if value.is_Rational else sympy.N(value, 10))


def _side(expr: Expr, example: Counterexample, dims: dict[str, int], values: Mapping[str, Any]) -> list[Any]:
    """The entries of one side at the indices that the counterexample names."""
    value = to_sympy(expr, dims, values)
    for index in free_indices(expr).values():  # they are the first axes, in this order
        place = example.index[str(index.name)]
        if getattr(value, "ndim", 2) > 2 or hasattr(value, "_array"):
            value = value[place]
        elif hasattr(value, "shape"):
            value = value.row(place).T if value.cols > 1 else value[place, 0]
    return _entries(value)


def _entries(value: Any) -> list[Any]:
    return list(sympy.flatten(value)) if hasattr(value, "shape") else [value]


def _numbers(value: Any) -> list[Any]:
    return [n for row in value for n in _numbers(row)] if isinstance(value, list) else [exact(value)]


def _value(symbol: Symbol, example: Counterexample, dims: dict[str, int]) -> Any:
    """The matrix that a symbol is at the counterexample; of a function, formulas in the entries of its arguments."""
    if symbol.name not in example.values:
        raise Beyond(f"no value for {symbol.name}")
    sizes = [axis.at(dims) for axis in symbol.shape]
    given = example.values[symbol.name]
    if not symbol.of:
        return sympy.ImmutableMatrix(*sizes, _numbers(given))
    known = Declarations({s.name: Symbol(s.name, s.shape, s.properties) for s in symbol.of})
    formulas = [f for row in given for f in row] if isinstance(given, list) else [given]
    entries = [to_sympy(elaborate_expression(str(f), known), dims) for f in formulas]
    return sympy.ImmutableMatrix(*sizes, entries)


def _number(entry: Any, increments: Mapping[Any, Any]) -> Any:
    value = sympy.sympify(entry, strict=True).xreplace(dict(increments))
    if value.has(sympy.nan, sympy.zoo, sympy.oo):
        raise UndefinedError("a side is not defined at the counterexample")
    if value.is_Rational:
        return value
    digits = value.evalf(DIGITS, maxn=1000)
    if not (digits.is_Float or digits.is_Rational):
        raise Beyond("a value that is no number")
    return digits
