"""Which entry derives a rule: a derivation uses nothing that rests on what it derives."""

from __future__ import annotations

from functools import cache

from cheatsheet.derivatives.rules.laws import WITHOUT_ENTRY, laws
from cheatsheet.derivatives.rules.words import LAW

DERIVED_BY = {
    "inverse-rule": "differential-of-inverse",
    "jacobi": "differential-of-determinant",
    "logdet-rule": "differential-of-determinant",
    "adjugate-rule": "differential-of-adjugate",
    "pseudo-inverse-rule": "differential-of-pseudo-inverse",
    "trace-power-rule": "differential-of-power",
    "trace-exponential-rule": "differential-of-trace-of-exponential",
    "exponential-rule": "exponential-by-scalar",
    "adjugate-by-inverse": "adjugate-inverse",
    "symmetric-function": "inverse-transpose",
    "trace-transpose": "trace-transpose",
    "number-transpose": "inner-product-commutative",
    "adjugate": "adjugate-definition",
}
"""The entries that derive the rules that stand in code. What is not named is a definition, a rule of arithmetic or a
rule for derivatives of numbers, or is known without proof here: (X + Y)(X + Y)⁻¹ = I, expansion by a row."""


@cache
def derived_by(rule: str) -> str:
    """The entry that derives a rule, empty where it rests on nothing here.

    >>> derived_by("law-inv-product"), derived_by("jacobi"), derived_by("def-matmul")
    ('inverse-product', 'differential-of-determinant', '')
    """
    if rule.startswith(LAW):
        proof = laws()[rule.removeprefix(LAW)].proof
        return "" if proof in WITHOUT_ENTRY else proof
    return DERIVED_BY.get(rule, "")


@cache
def barred(entry: str) -> frozenset[str]:
    """The rules that an entry derives, which its own derivations may not use."""
    own = {LAW + law.id for law in laws().values() if law.proof == entry}
    return frozenset(own | {rule for rule, by in DERIVED_BY.items() if by == entry})
