"""Expressions made of numbers alone: their value, and a refusal of those that would fill the memory."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from cheatsheet.language.expressions import Apply, Expr, Number

LONGEST_CONSTANT, MODERATE = 20_000, 200_000  # bits: as it is written, as it comes up in between


class ConstantError(ValueError):
    """A number that does not exist, or that is too long to write down."""


def constant_value(expr: Expr) -> Fraction | None:
    """The exact value of an expression made of numbers alone, None for any other.

    >>> from cheatsheet.language.elaborate import Declarations, elaborate_expression
    >>> constant_value(elaborate_expression("2 ** 10 / 3", Declarations()))
    Fraction(1024, 3)

    Raises :class:`ConstantError` for a division by zero and for a power with more digits than anybody needs.
    """
    match expr:
        case Number():
            return expr.value
        case Apply(op="neg" | "add" | "sub" | "scale" | "over" | "power"):
            values = [constant_value(child) for child in expr.children]
            known = [value for value in values if value is not None]
            return _folded(expr.op, *known) if len(known) == len(values) else None
    return None


def moderate(op: str, values: Sequence[Fraction]) -> Fraction | None:
    """The result of an operator on exact numbers; None where it has none, or more digits than are worked with.

    >>> moderate("over", [Fraction(1), Fraction(3)]), moderate("over", [Fraction(1), Fraction(0)])
    (Fraction(1, 3), None)
    """
    if op not in _ARITHMETIC:
        return None
    try:
        return _folded(op, *values, most=MODERATE)
    except ConstantError:
        return None


_ARITHMETIC = frozenset(["neg", "add", "sub", "scale", "over", "power"])


def _folded(
    op: str, a: Fraction, b: Fraction = Fraction(0), *, most: int = LONGEST_CONSTANT
) -> Fraction | None:
    match op:
        case "neg":
            return -a
        case "add":
            return a + b
        case "sub":
            return a - b
        case "scale":
            return a * b
        case "over":
            return _quotient(a, b)
    return _power(a, b, most)


def _quotient(a: Fraction, b: Fraction) -> Fraction:
    if b == 0:
        raise ConstantError("division by zero")
    return a / b


def _power(a: Fraction, b: Fraction, most: int) -> Fraction | None:
    if a == 0 and b < 0:
        raise ConstantError("division by zero")
    if max(a.numerator.bit_length(), a.denominator.bit_length()) * abs(b) > most:
        raise ConstantError("this constant has too many digits")
    return a ** int(b) if b.denominator == 1 else None
