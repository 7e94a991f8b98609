"""The laws of ``laws.yaml``: each a claim for any matrices, with what proves it and what it is called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from cheatsheet.derivatives.rules.matching import Pattern
from cheatsheet.language.dimensions import Axis, Shape
from cheatsheet.language.elaborate import Declarations, elaborate_claim
from cheatsheet.language.expressions import Apply, Equation, Expr, Symbol, rebuild
from cheatsheet.language.glossary import Text

FILE = Path(__file__).with_name("laws.yaml")
WITHOUT_ENTRY = ("components", "base")
"""What may stand for the id of an entry that derives a law: it is seen by components, or it rests on nothing here."""


@dataclass(frozen=True)
class Law:
    """One law. ``proof``: the entry that derives it, or one of :data:`WITHOUT_ENTRY`; ``words``: of a long formula."""

    id: str
    group: str
    text: str
    declarations: Declarations
    equation: Equation
    rule: Pattern
    proof: str
    words: Text | None = None


@dataclass(frozen=True)
class Theorem:
    """What follows from several equations at once; ``rule`` is the equation that it concludes."""

    text: str
    needs: tuple[Equation, ...]
    rule: Pattern


def law(id: str) -> Law:
    """The law with this id; raises :class:`KeyError`.

    >>> law("inv-product").equation
    Equation('inv(X @ Y) == inv(Y) @ inv(X)')
    """
    return laws()[id]


@cache
def laws() -> Mapping[str, Law]:
    """All laws by their ids; read once."""
    document = _document()
    return {id: _law(id, row, group) for group in document["groups"] for id, row in group["laws"].items()}


@cache
def theorems() -> Mapping[str, tuple[Theorem, ...]]:
    """All theorems by what authors call them, each with the forms that it has."""
    return {name: tuple(map(_theorem, rows)) for name, rows in _document()["theorems"].items()}


@cache
def _document() -> Mapping[str, Any]:
    text = FILE.read_text(encoding="utf-8")
    found: Mapping[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return found


def _theorem(row: Mapping[str, Any]) -> Theorem:
    declarations = _declarations(row)
    needs = tuple(elaborate_claim(text, declarations) for text in row["if"])
    return Theorem(row["then"], needs, Pattern.of("theorem", elaborate_claim(row["then"], declarations)))


def _declarations(row: Mapping[str, Any]) -> Declarations:
    symbols: dict[str, Symbol] = {}
    for name, given in row.get("given", {}).items():
        symbols[name] = _symbol(name, given, symbols)
    return Declarations(symbols)


def _law(id: str, row: Mapping[str, Any], group: Mapping[str, Any]) -> Law:
    equation = elaborate_claim(row["law"], declarations := _declarations(row))
    name = row.get("name") or group.get("name")
    words = Text(**name) if name else None
    return Law(
        id, group["id"], row["law"], declarations, equation, Pattern.of(id, equation), row["proof"], words
    )


def _symbol(name: str, given: Any, known: Mapping[str, Symbol]) -> Symbol:
    shape = given["shape"] if isinstance(given, dict) else given
    axes = [Axis.of(size) for size in shape]
    made = Shape.scalar() if not axes else Shape.vector(*axes) if len(axes) == 1 else Shape.matrix(*axes)
    more = given if isinstance(given, dict) else {}
    of = (known[more["of"]],) if "of" in more else ()
    return Symbol(name, made, frozenset(more.get("is", ())), of)


@cache
def _taking_apart() -> tuple[Law, ...]:
    """The laws for a function of a composite matrix: det(XY), (XY)⁻¹, adj XY, exp Xᵀ."""
    functions = ("det", "inv", "adj", "expm")
    return tuple(
        one
        for one in laws().values()
        if isinstance(one.equation.lhs, Apply)
        and one.equation.lhs.op in functions
        and isinstance(inner := one.equation.lhs.args[0], Apply)
        and inner.op not in ("block", "I")
    )


def taken_apart(expr: Expr, without: Iterable[str] = ()) -> tuple[Expr, tuple[str, ...]]:
    """The expression with a law applied to each outermost function of a composite matrix, and the laws used.

    >>> from cheatsheet.language.table import build
    >>> A, B = (Symbol(name, Shape.matrix(Axis.of("n"), Axis.of("n"))) for name in "AB")
    >>> taken_apart(build("det", build("matmul", A, build("inv", B))))
    (det(A) * det(inv(B)), ('det-product',))
    """
    used: list[str] = []
    barred = frozenset(without)

    def sweep(node: Expr) -> Expr:
        for one in _taking_apart() if isinstance(node, Apply) else ():
            if one.id not in barred and (new := one.rule.applied(node)) is not None:
                used.append(one.id)
                return new
        return rebuild(node, sweep)

    return sweep(expr), tuple(dict.fromkeys(used))
