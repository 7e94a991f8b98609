"""What the tiers that hold claims without a proof must know of an operator; one that is not named here is refused.

Every list says what an operator is *known* to be, so that an operator that is missing costs verdicts and no truth.
"""

from __future__ import annotations

from cheatsheet.language.shapes import unchanged
from cheatsheet.language.table import TABLE

_ENTIRE = frozenset("exp sin cos sinh cosh tanh sigmoid softplus arctan softmax logsumexp expm".split())
_POSITIVE = frozenset("exp cosh sigmoid softplus softmax".split())
_PIECES = frozenset("abs sign relu norm1 pinv".split())


def has_pieces(op: str) -> bool:
    """Whether the function is given by different formulas in different regions."""
    return op in _PIECES


def is_entire(op: str) -> bool:
    """Whether the function is analytic in all real numbers, or matrices."""
    return op in _ENTIRE


def is_positive(op: str) -> bool:
    """Whether every entry of the value is positive, whatever the arguments."""
    return op in _POSITIVE


def is_entrywise(op: str) -> bool:
    """Whether an entry of the value depends on the same entry of the one argument alone."""
    return TABLE[op].shape is unchanged and len(TABLE[op].arguments) == 1
