"""Derivations as they are read: ``let`` names put back, lines that read alike made one, reasons in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from cheatsheet.derivatives.rules.differentiation import carried_out, directed, entry_of, rule_of
from cheatsheet.derivatives.rules.words import reason_words
from cheatsheet.derivatives.steps.familiar_indices import with_familiar_indices
from cheatsheet.derivatives.steps.steps import REARRANGED, Derivation
from cheatsheet.language.expressions import (
    Equation,
    Expr,
    Number,
    Symbol,
    inline_definitions,
    rebuild,
    symbols,
    walk,
)
from cheatsheet.language.glossary import Text, word
from cheatsheet.printing.latex import latex_claim, latex_of
from cheatsheet.printing.legible import legible
from cheatsheet.printing.letters import Letters
from cheatsheet.printing.macros import expand

DEFINITION = "definition-of"
_INSTANTIATED = ("delta", "delta-matrix")


@dataclass(frozen=True)
class Presented:
    """One step: the line it leads to, written in LaTeX as well, and its reasons by name and in words."""

    expr: Expr
    latex: str
    reasons: tuple[str, ...]
    why: Text


@dataclass(frozen=True)
class Names:
    """The ``let`` names of a claim, to stand again for what they mean in the lines worked out without them."""

    meanings: dict[Expr, Symbol]

    @staticmethod
    def of(equation: Equation) -> Names:
        found = _defined([equation.lhs, equation.rhs])
        return Names({inline_definitions(symbol): symbol for symbol in found})

    def put_back(self, expr: Expr) -> Expr:
        """The expression with every definition in it called by its name."""
        if expr in self.meanings:
            return self.meanings[expr]
        return rebuild(expr, self.put_back) if self.meanings else expr


def _defined(expressions: Iterable[Expr]) -> list[Symbol]:
    """The ``let`` names that occur, those in other definitions included."""
    found: dict[Symbol, None] = {}
    for symbol in (s for e in expressions for s in symbols(e)):
        if symbol.definition is not None:
            found[symbol] = None
            found |= dict.fromkeys(_defined([symbol.definition]))
    return list(found)


def shown_cases(cases: Sequence[Derivation], most: int) -> list[Derivation]:
    """The cases to be shown: those whose entry is no zero first, the longest of them at the head."""
    worked = [derivation for derivation in cases if len(derivation.lines) > 1]
    return sorted(worked, key=lambda d: d.entry == Number(0))[:most]


def printed_lines(derivation: Derivation, equation: Equation) -> list[Expr]:
    """The lines in the names of the claim, and over the indices that the reader has met."""
    names = Names.of(equation)
    lines = [legible(names.put_back(line.expr)) for line in derivation.lines]
    return with_familiar_indices(lines, (equation.lhs, equation.rhs))


def presented(derivation: Derivation, lines: Sequence[Expr], letters: Letters) -> Iterator[Presented]:
    """A step for each line after the first; lines that read alike once names are put back are one."""
    reasons: list[str] = []
    above, shown = lines[0], latex_of(lines[0], letters)
    before = lines[0]
    for line, expr in zip(derivation.lines[1:], lines[1:], strict=True):
        reasons += line.reasons
        latex = latex_of(expr, letters)
        if expr == above or latex == shown:
            reasons = [reason for reason in reasons if reason != REARRANGED]
            continue
        used = _definitions_used(above, expr, letters)
        keys = tuple(dict.fromkeys(reasons))
        why = sentence([*(_said(key, before, letters) for key in keys), *used])
        yield Presented(expr, latex, (*keys, *([DEFINITION] if used else [])), why)
        above, shown, before, reasons = expr, latex, expr, []


def _said(key: str, before: Expr, letters: Letters) -> Text:
    """The words of a reason; what is said of entries is said in the letters of the line."""
    if key in _INSTANTIATED:
        for node in walk(before):
            fact = _instance(node, key)
            if fact is not None:
                pattern, formula = word("why-independent-entries"), expand(latex_claim(fact, letters))
                return Text(pattern.zh.format(formula), pattern.en.format(formula))
    return reason_words(key)


def _instance(node: Expr, key: str) -> Equation | None:
    """∂xₖ/∂xⱼ = δₖⱼ for the first entry of the variable in what is differentiated."""
    found = directed(node)
    if found is None:
        return None
    y, direction, _ = found
    for part in walk(y):
        if entry_of(part) is not None and rule_of(part, direction) == key:
            value = carried_out(part, direction)
            return None if value is None else Equation(direction.derivative(part), value)
    return None


def _definitions_used(above: Expr, below: Expr, letters: Letters) -> list[Text]:
    """The ``let`` names that stand on one of two neighbouring lines only."""
    defined = [{s for s in symbols(e) if s.definition is not None} for e in (above, below)]
    pattern = word("why-definition-of")
    shown = [latex_of(symbol, letters) for symbol in sorted(defined[0] ^ defined[1], key=lambda s: s.name)]
    return [Text(pattern.zh.format(s), pattern.en.format(s)) for s in shown]


def sentence(reasons: Iterable[Text]) -> Text:
    """Reasons one after the other, formulas alone said once for both languages."""
    distinct = list(dict.fromkeys(reasons))
    if all(r.zh == r.en for r in distinct):
        return Text.of_both("; ".join(r.en for r in distinct))
    return Text("；".join(r.zh for r in distinct), "; ".join(r.en for r in distinct))
