"""Every rule by its name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from cheatsheet.derivatives.rules.cancelling import InverseOfSum
from cheatsheet.derivatives.rules.definitions import Definition
from cheatsheet.derivatives.rules.differentiation import RULES as DIFFERENTIATION
from cheatsheet.derivatives.rules.differentiation import Differentiation
from cheatsheet.derivatives.rules.laws import Law, laws
from cheatsheet.derivatives.rules.numbers import NUMBERS
from cheatsheet.derivatives.rules.properties import PROPERTIES
from cheatsheet.derivatives.rules.rule import CommonDenominator, Rule
from cheatsheet.derivatives.rules.sums import (
    Contraction,
    DeltaExchange,
    Expansion,
    FunctionOfDelta,
    TermByTerm,
)
from cheatsheet.derivatives.rules.unfolding import ENTRYWISE, OPAQUE
from cheatsheet.derivatives.rules.words import LAW
from cheatsheet.derivatives.rules.written_out import WrittenOut
from cheatsheet.language.expressions import Expr
from cheatsheet.language.table import TABLE


@dataclass(frozen=True)
class LawRule:
    """A law of the table, used from left to right."""

    law: Law

    @property
    def id(self) -> str:
        return LAW + self.law.id

    def rewritten(self, expr: Expr) -> Expr:
        return self.law.rule.rewritten(expr)


@cache
def rules() -> Mapping[str, Rule]:
    """All rules."""
    defined = {op for op in TABLE if op not in OPAQUE | ENTRYWISE | {"jet"}} | {
        "elementwise",
        "entries",
        "diff",
    }
    found: list[Rule] = [
        *(Definition(op) for op in sorted(defined)),
        *(Differentiation(id) for id in DIFFERENTIATION),
        Contraction(),
        Contraction("insert-delta"),
        DeltaExchange(),
        FunctionOfDelta(),
        TermByTerm(),
        Expansion(),
        CommonDenominator(),
        InverseOfSum(),
        *PROPERTIES,
        *NUMBERS,
        WrittenOut(),
        *(LawRule(law) for law in laws().values()),
    ]
    return {rule.id: rule for rule in found}


def rule(id: str) -> Rule:
    """The rule with this name; raises :class:`KeyError`.

    >>> rule("def-matmul").id
    'def-matmul'
    """
    return rules()[id]
