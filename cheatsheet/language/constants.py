"""Expressions made of numbers alone: their value, and a refusal of those that would fill the memory."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from cheatsheet.language.expressions import Apply, Expr, Number
from cheatsheet.language.rows import TABLE

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
        case Apply() if (rule := TABLE[expr.op].rational) is not None:
            values = [constant_value(child) for child in expr.children]
            return None if None in values else rule(LONGEST_CONSTANT, *values)
    return None


def moderate(op: str, values: Sequence[Fraction]) -> Fraction | None:
    """The result of an operator on exact numbers; None where it has none, or more digits than are worked with.

    >>> moderate("over", [Fraction(1), Fraction(3)]), moderate("over", [Fraction(1), Fraction(0)])
    (Fraction(1, 3), None)
    """
    rule = TABLE[op].rational
    if rule is None:
        return None
    try:
        return rule(MODERATE, *values)
    except ConstantError:
        return None


# --- what the rows of arithmetic say of rational numbers --------------------------------------------------------------


def quotient(most: int, a: Fraction, b: Fraction) -> Fraction:
    if b == 0:
        raise ConstantError("division by zero")
    return a / b


def power(most: int, a: Fraction, b: Fraction) -> Fraction | None:
    """A power with an integer exponent; one of at most so many bits, as it comes up in between."""
    if a == 0 and b < 0:
        raise ConstantError("division by zero")
    if max(a.numerator.bit_length(), a.denominator.bit_length()) * abs(b) > most:
        raise ConstantError("this constant has too many digits")
    return a ** int(b) if b.denominator == 1 else None
