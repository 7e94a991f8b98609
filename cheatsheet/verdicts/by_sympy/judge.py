"""SymPy's judgement of one claim: both sides written out at two sizes, and their difference shown to be zero or not.

SymPy does all of the arithmetic, differentiates every entry and finds factors. What is shared with the prover is the
typed tree and the rule of layouts: no differential rule, no normal form and no evaluation of ours takes part.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import product
from math import prod
from random import Random
from typing import Any

import sympy

from cheatsheet.language.expressions import Apply, Equation, Expr, Symbol
from cheatsheet.language.table import build
from cheatsheet.printing.sympy_expression import to_sympy
from cheatsheet.verdicts.by_sympy.judgement import AGREES, BEYOND, REFUTES, Beyond, Judgement
from cheatsheet.verdicts.by_sympy.kernels import Kernels
from cheatsheet.verdicts.by_sympy.points import differs_at
from cheatsheet.verdicts.by_sympy.quotients import Allowance, Quotients, UndefinedError
from cheatsheet.verdicts.by_sympy.realisations import (
    MOST_BRANCHES,
    Abstract,
    NoMatrixError,
    at_numbers,
    branches,
    function,
    number,
)
from cheatsheet.verdicts.claim import Claim

SIZES = 2
MOST_WORK = {"symbols": 6_000, "rational numbers": 40_000}
"""What :meth:`Claim.work` may say before both sides are written out."""
PRODUCTS = {"symbols": 400_000, "rational numbers": 400_000}
MOST_NODES = 60_000
POINTS = 2
"""How many choices of rational numbers stand in place of symbols."""


@dataclass(frozen=True)
class Finding:
    """Whether the sides are equal at some dimensions, and what stood for the entries."""

    equal: bool
    dims: dict[str, int]
    how: str
    exhibit: dict[str, Any] | None = None


def judge(equation: Equation) -> Judgement:
    """What SymPy says of a claim at two sizes; ``beyond``, with a reason, where it says nothing.

    >>> from cheatsheet.language.elaborate import Declarations, elaborate_claim
    >>> judge(elaborate_claim("tr(I(n)) == n", Declarations())).to_json()
    {'verdict': 'agrees', 'dims': [{'n': 2}, {'n': 3}], 'how': 'symbols'}
    """
    inquiry = _Inquiry(Claim(equation))
    equal: list[Finding] = []
    reason = ""
    for dims in inquiry.sizes():
        try:
            finding = inquiry.at(dims)
        except (Beyond, UndefinedError, NoMatrixError) as why:
            reason = reason or str(why)
            continue
        if not finding.equal:
            verdict = AGREES if equation.negated else REFUTES
            return Judgement(verdict, (dims,), finding.how, exhibit=finding.exhibit or {})
        equal.append(finding)
        if len(equal) == SIZES:
            break
    if len(equal) < (SIZES if inquiry.claim.dimensions else 1):
        return Judgement(BEYOND, reason=reason or "no sizes at which both sides are defined")
    if equation.negated:
        return Judgement(BEYOND, reason="the sides are equal at the sizes that were tried")
    how = "symbols" if all(f.how == "symbols" for f in equal) else "rational numbers"
    return Judgement(AGREES, tuple(f.dims for f in equal), how)


class _Inquiry:
    """One claim on its way through sizes, levels and realisations of the declared properties."""

    def __init__(self, claim: Claim) -> None:
        self.claim = claim
        self.difference = build("sub", claim.equation.lhs, claim.equation.rhs)

    def sizes(self) -> Iterator[dict[str, int]]:
        """Small sizes, every dimension another; where they are too large or undefined, smaller and equal ones."""
        names = sorted(self.claim.dimensions)
        least = 1 + max((int(p.name) for p in self.claim.positions), default=0)
        wanted = _spread(len(names)) + [(k,) * len(names) for k in (least, least + 1) if least > 1]
        every = (dict(zip(names, values, strict=True)) for values in dict.fromkeys(wanted))
        yield from (dims for dims in every if self.claim.admits(dims))

    def at(self, dims: dict[str, int]) -> Finding:
        """With symbols for the entries, or where formulas grow too large with rational numbers."""
        try:
            return self.with_symbols(dims)
        except Beyond as why:
            with suppress(Beyond):
                return self.with_numbers(dims)
            raise why

    def with_symbols(self, dims: dict[str, int]) -> Finding:
        self.weigh("symbols", dims)
        return self.over(dims, self.realisations(dims), "symbols")

    def with_numbers(self, dims: dict[str, int]) -> Finding:
        self.weigh("rational numbers", dims)
        points = (
            {name: at_numbers(value, Random(f"{turn}{name}")) for name, value in values.items()}
            for turn, values in product(range(POINTS), self.realisations(dims))
        )
        return self.over(dims, points, "rational numbers")

    def over(self, dims: dict[str, int], cases: Iterable[Mapping[str, Any]], how: str) -> Finding:
        """Equal where the sides are in every case in which both are defined, if there is one."""
        defined = 0
        for values in cases:
            with suppress(UndefinedError):
                finding = self.compared(dims, values, how)
                defined += 1
                if finding is not None:
                    return finding
        if not defined:
            raise UndefinedError("nothing is found at which both sides are defined")
        return Finding(True, dims, how)

    def weigh(self, how: str, dims: dict[str, int]) -> None:
        if self.claim.work(dims) > MOST_WORK[how]:
            raise Beyond("formulas that would grow too large")

    def realisations(self, dims: dict[str, int]) -> Iterator[dict[str, Any]]:
        """Values for the symbols with properties and for functions, one for each combination of cases."""
        options: list[list[tuple[str, Any]]] = []
        for symbol in self.claim.symbols:
            if symbol.kind != "symbol":
                continue
            rows, cols = (axis.at(dims) for axis in symbol.shape)
            if symbol.of:
                arguments = [entry for a in symbol.of for entry in _names(a, dims)]
                cases = [function(symbol, rows, cols, arguments)]
            else:
                cases = branches(symbol, rows, cols)
            options.append([(symbol.name, case) for case in cases])
        if prod(map(len, options)) > MOST_BRANCHES**2:
            raise Beyond("that many cases of the declared properties")
        for combination in product(*options):
            yield dict(combination)

    def compared(self, dims: dict[str, int], values: Mapping[str, Any], how: str) -> Finding | None:
        """None where the sides are equal; raises :class:`Beyond` where that is not seen."""
        entries = _written_out(self.difference, dims, values)
        if sum(_size(e) for e in entries) > MOST_NODES:
            raise Beyond("formulas that grow too large")
        entries = [e for e in dict.fromkeys(entries) if e != 0]
        if not entries:
            return None
        kernels = Kernels(Allowance(PRODUCTS[how]))
        kernels.learn(entries)
        for place, entry in enumerate(entries):
            if vanishes(entry, kernels):
                continue
            with suppress(Beyond):  # a difference counts where all entries are defined
                for other in entries[place + 1 :]:
                    vanishes(other, kernels)
            point = differs_at(entry)
            if point is None:
                raise Beyond("a difference that is not shown to be zero, and that is nowhere seen to differ")
            return Finding(False, dims, how, self.exhibit(dims, values, *point))
        return None

    def exhibit(
        self, dims: dict[str, int], values: Mapping[str, Any], at: Mapping[Any, Any], difference: str
    ) -> dict[str, Any]:
        """The point, as the values of symbols and differentials; an unknown function has none to show.

        What the entry that differs does not depend on is given a number as well, so that the point can be tried.
        """
        nodes = (n for n in self.claim.nodes if isinstance(n, Apply) and n.op == "d")
        varying = {name for node in nodes for name in node.params[0]}
        told = {
            f"d({s.name})": sympy.Matrix([to_sympy(s.increment, dims)])
            for s in self.claim.symbols
            if s.name in varying and not s.of
        }
        matrices = {**values, **told}
        letters = {letter for matrix in matrices.values() for letter in matrix.free_symbols}
        rng = Random("the rest")
        rest = sorted(letters - at.keys(), key=str)
        point = {**at, **{letter: number(rng, bool(letter.is_positive)) for letter in rest}}
        shown = {
            name: [[str(entry) for entry in row] for row in matrix.xreplace(point).tolist()]
            for name, matrix in sorted(matrices.items())
            if not matrix.has(Abstract)
        }
        return {"values": shown, "difference": difference}


def _spread(count: int) -> list[tuple[int, ...]]:
    """Sizes for so many dimensions, the two that every claim should be judged at first."""
    if count < 2:
        return [(k,) * count for k in (2, 3, 1, 4)]
    distinct = tuple(range(2, count + 2))
    patterns = ((2, 3), (3, 2), (2, 1), (1, 2), (2, 2), (1, 1))
    return [distinct, distinct[::-1], *(tuple(p[k % 2] for k in range(count)) for p in patterns)]


def vanishes(entry: Any, kernels: Kernels) -> bool:
    """Whether a formula is zero by its normal form; False where that is not seen."""
    formula = kernels(entry)
    related = list(reversed(kernels.relations))
    read = Quotients([formula, *(kernels.relations[s][1] for s in related)], kernels.allowance)
    numerator = read(formula).numerator
    if not numerator:
        return True
    for symbol in related:
        if symbol in read.symbols:
            power, base = kernels.relations[symbol]
            numerator = read.without_powers(numerator, symbol, power, read(base))
            if not numerator:
                return True
    return False


def _names(symbol: Symbol, dims: dict[str, int]) -> list[Any]:
    """The symbols that a derivative by this one differentiates by."""
    value = to_sympy(Symbol(symbol.name, symbol.shape, symbol.properties), dims)
    return list(value) if hasattr(value, "shape") else [value]


def _written_out(expr: Expr, dims: dict[str, int], values: Mapping[str, Any]) -> list[Any]:
    """The entries; raises :class:`UndefinedError` where there are none."""
    try:
        value = to_sympy(expr, dims, values)
    except (sympy.matrices.inverse.NonInvertibleMatrixError, ZeroDivisionError) as error:
        raise UndefinedError(str(error)) from error
    except (
        Exception
    ) as error:  # the translation says what SymPy has not; SymPy raises whatever its parts raise
        raise Beyond(str(error) or type(error).__name__) from error
    entries = [
        sympy.sympify(e, strict=True) for e in (sympy.flatten(value) if hasattr(value, "shape") else [value])
    ]
    if any(e.has(sympy.nan, sympy.zoo, sympy.oo) for e in entries):
        raise UndefinedError
    return entries


def _size(e: Any) -> int:
    """The number of different nodes of a formula."""
    stack, seen = [e], set[Any]()
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            stack.extend(node.args)
    return len(seen)
