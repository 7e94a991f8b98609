"""The laws of ``laws.yaml``: each a claim for any matrices, with what proves it and what it is called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from cheatsheet.language.dimensions import Axis, Shape
from cheatsheet.language.elaborate import Declarations, elaborate_claim
from cheatsheet.language.expressions import Apply, Equation, Expr, Symbol, rebuild
from cheatsheet.language.glossary import Text
from cheatsheet.language.matching import Rule, applied

FILE = Path(__file__).with_name("laws.yaml")
BASE = "base"
"""The proof of a law that rests on nothing here: a definition, or what is cited."""


@dataclass(frozen=True)
class Law:
    """One law. ``proof`` is the id of the entry that derives it, or ``base``; ``words`` where its formula is long."""

    id: str
    group: str
    text: str
    declarations: Declarations
    equation: Equation
    rule: Rule
    proof: str
    words: Text | None = None


def law(id: str) -> Law:
    """The law with this id; raises :class:`KeyError`.

    >>> law("inverse-product").equation
    Equation('inv(X @ Y) == inv(Y) @ inv(X)')
    """
    return laws()[id]


@cache
def laws() -> Mapping[str, Law]:
    """All laws by their ids; read once."""
    document = yaml.load(
        FILE.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    )
    found = {}
    for group in document["groups"]:
        for id, row in group["laws"].items():
            found[id] = _law(id, group["id"], row)
    return found


def _law(id: str, group: str, row: Mapping[str, Any]) -> Law:
    declarations = Declarations({name: _symbol(name, given) for name, given in row.get("given", {}).items()})
    equation = elaborate_claim(row["law"], declarations)
    words = Text(**row["name"]) if "name" in row else None
    return Law(id, group, row["law"], declarations, equation, Rule.of(id, equation), row["proof"], words)


def _symbol(name: str, given: Any) -> Symbol:
    shape = given["shape"] if isinstance(given, dict) else given
    axes = [Axis.of(size) for size in shape]
    made = Shape.scalar() if not axes else Shape.vector(*axes) if len(axes) == 1 else Shape.matrix(*axes)
    return Symbol(name, made, frozenset(given.get("is", ()) if isinstance(given, dict) else ()))


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
            if one.id not in barred and (new := applied(one.rule, node)) is not None:
                used.append(one.id)
                return new
        return rebuild(node, sweep)

    return sweep(expr), tuple(dict.fromkeys(used))
