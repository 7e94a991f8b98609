"""Every rule by its name."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from cheatsheet.derivatives.rules.definitions import Definition
from cheatsheet.derivatives.rules.differentiation import RULES as DIFFERENTIATION
from cheatsheet.derivatives.rules.differentiation import Differentiation
from cheatsheet.derivatives.rules.properties import PROPERTIES
from cheatsheet.derivatives.rules.rule import Rule
from cheatsheet.derivatives.rules.sums import Contraction, DeltaExchange, Expansion, TermByTerm
from cheatsheet.derivatives.rules.unfolding import ENTRYWISE, OPAQUE
from cheatsheet.language.table import TABLE


@cache
def rules() -> Mapping[str, Rule]:
    """All rules."""
    defined = {op for op in TABLE if op not in OPAQUE and op not in ENTRYWISE} | {
        "elementwise", "entries", "diff", "grad", "jacobian", "hessian", "d",
    }  # fmt: skip
    found: list[Rule] = [
        *(Definition(op) for op in sorted(defined)),
        *(Differentiation(id) for id in DIFFERENTIATION),
        Contraction(),
        Contraction("insert-delta"),
        DeltaExchange(),
        TermByTerm(),
        Expansion(),
        *PROPERTIES,
    ]
    return {rule.id: rule for rule in found}


def rule(id: str) -> Rule:
    """The rule with this name; raises :class:`KeyError`.

    >>> rule("def-matmul").id
    'def-matmul'
    """
    return rules()[id]
