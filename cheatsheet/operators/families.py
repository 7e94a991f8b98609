"""What the rows of a family have in common: functions of one number and of two, applied entry by entry."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from cheatsheet.calculus import component_rules, differentials
from cheatsheet.evaluation import values
from cheatsheet.language.shapes import same, unchanged
from cheatsheet.language.table import Domain, OneElement, Operator, Parity, Sign, Smoothness
from cheatsheet.printing import coding, notation, translating


@dataclass(frozen=True, kw_only=True)
class Spelled:
    """A function in each library that works it out: two for the evaluation, three in printed code, and SymPy."""

    floating: Callable[[Any, Any], Any]
    digits: Callable[[Any, Any], Any]
    sympy: Callable[[Any, Any], Any]
    code: coding.Rule


def known_as(arrays: str, elsewhere: str) -> Spelled:
    """A function that NumPy, PyTorch and JAX have under one name, and that mpmath and SymPy have under one."""
    return Spelled(
        floating=lambda np, x: getattr(np, arrays)(x),
        digits=lambda mp, x: getattr(mp, elsewhere)(x),
        sympy=lambda sympy, x: getattr(sympy, elsewhere)(x),
        code=coding.called(arrays),
    )


def function_of_one_element(
    name: str,
    spelled: Spelled,
    *,
    slope: str,
    at_zero: Fraction | int | None,
    smoothness: Smoothness,
    domain: Domain,
    parity: Parity,
    sign: Sign,
    saturates: Callable[[float], float] | None,
    exact: Callable[[Any], Any] | None,
    latex: notation.Rule,
    good: str,
    traps: Mapping[str, str] | None = None,
    increasing: bool = False,
    by_others: str = "",
) -> Operator:
    """The row of a function of one number: all that is particular to it, each fact of which some stage relies on."""
    return Operator(
        name=name,
        syntax=f"{name}(x)",
        arguments="e",
        shape=unchanged,
        smoothness=smoothness,
        whole_matrix=False,
        differentiates=False,
        sign=sign,
        entrywise=name,
        transposed="as a whole",
        latex=latex,
        code=spelled.code,
        sympy=translating.pointwise(spelled.sympy),
        components=component_rules.elementwise(name),
        differential=differentials.by_slopes(slope),
        evaluate=values.of_one_element(name),
        one_element=OneElement(
            slope=slope,
            at_zero=None if at_zero is None else Fraction(at_zero),
            parity=parity,
            domain=domain,
            saturates=saturates,
            exact=exact,
            floating=spelled.floating,
            digits=spelled.digits,
            increasing=increasing,
        ),
        good=good,
        bad=f"{name}(x, y) == x",
        by_others=by_others,
        traps=traps or {},
    )


def function_of_two_elements(
    name: str,
    evaluate: values.Rule,
    *,
    by_others: str,
    slopes: tuple[str, str],
    smoothness: Smoothness,
    sign: Sign,
    latex: notation.Rule,
    code: coding.Rule,
    sympy: Callable[..., Any],
    good: str,
    traps: Mapping[str, str] | None = None,
) -> Operator:
    """The row of a function of two numbers, applied to two operands of one shape."""
    return Operator(
        name=name,
        syntax=f"{name}(A, B)",
        arguments="ee",
        shape=same(name),
        smoothness=smoothness,
        whole_matrix=False,
        differentiates=False,
        sign=sign,
        entrywise=name,
        transposed="as a whole",
        latex=latex,
        code=code,
        sympy=translating.of_two(sympy),
        components=component_rules.of_two_elements,
        by_others=by_others,
        differential=differentials.by_slopes(*slopes),
        evaluate=evaluate,
        good=good,
        bad=f"{name}(A, x) == A",
        traps=traps or {},
    )


def like_an_exponential(v: float) -> float:
    """exp(−2v) beside 1, in decimal orders."""
    return 0.87 * v


def like_a_bell(v: float) -> float:
    """exp(−v²) beside 1, in decimal orders."""
    return 0.44 * v * v + 1
