"""What may hold a claim that has no proof by the calculus: exact identity, or many digits, at sizes that are enough.

Enough are the sizes themselves where all are numbers, and else those that a bound asks for which is a theorem
(:mod:`.size_bounds`). Where anything is left open, the text says what, and the claim is undecided.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cheatsheet.evaluation.properties import recipe
from cheatsheet.verdicts.analytic import NotAnalyticError, require_analytic
from cheatsheet.verdicts.claim import Claim, over_the_reals
from cheatsheet.verdicts.compare import Budget
from cheatsheet.verdicts.sampling import sample
from cheatsheet.verdicts.size_bounds import local_bounds, rational_bounds, to_try
from cheatsheet.verdicts.term_counts import NoBoundError
from cheatsheet.verdicts.verdicts import Counterexample, Verdict

Sizes = list[dict[str, int]]


class DifferenceError(Exception):
    """The sides are not identical after all, at the dimensions given, or at the point."""

    def __init__(self, dims: Mapping[str, int], point: Counterexample | None = None) -> None:
        super().__init__(dims)
        self.dims = dict(dims)
        self.point = point


def argument(claim: Claim, evidence: Sequence[Mapping[str, int]], budget: Budget) -> Verdict:
    """``proved``, ``checked`` or ``sampled`` where nothing is left open, else ``undecided`` with what was seen.

    Raises :class:`DifferenceError`, and what the budget raises.
    """
    seen = equal_at(claim.dimensions, evidence)
    try:
        sizes = sizes_to_reach(claim)
    except NoBoundError as reason:
        names = ", ".join(claim.dimensions)
        return Verdict(
            "undecided", dims=tuple(evidence), message=f"{seen}; no bound on {names} is known: {reason}"
        )
    real = over_the_reals(claim)
    dims = tuple(sizes) if claim.dimensions else ()
    try:
        _require_all_values(claim, sizes)
        if _identical(real, claim, sizes, budget.part(0.5)):
            return Verdict("proved" if dims else "checked", dims=dims, method="free-symbols")
        require_analytic(real)
        _sampled(real, claim, sizes, budget)
    except _OpenError as reason:
        return Verdict("undecided", dims=tuple(evidence), message=f"{seen}; {reason}")
    except NotAnalyticError as reason:
        return Verdict("undecided", dims=tuple(evidence), message=f"{seen}; left open: {reason}")
    return Verdict("sampled", dims=dims, method="digits")


class _OpenError(Exception):
    """Something is left open; the text says what."""


def sizes_to_reach(claim: Claim) -> Sizes:
    """Sizes such that the claim holds at all where it holds at these; raises :class:`NoBoundError`."""
    if not claim.dimensions:
        return [{}]
    try:
        return _admitted(claim, to_try(rational_bounds(claim)))
    except NoBoundError as reason:
        try:
            return _admitted(claim, to_try(local_bounds(claim)))
        except NoBoundError:
            raise reason from None


def _admitted(claim: Claim, sizes: Sizes) -> Sizes:
    if not all(claim.admits(dims) for dims in sizes):
        raise NoBoundError("some of the sizes that would have to be tried have no values")
    return sizes


def _require_all_values(claim: Claim, sizes: Sizes) -> None:
    for symbol in claim.symbols:
        for dims in sizes if symbol.properties and symbol.kind == "symbol" else ():
            rows, cols = (axis.at(dims) for axis in symbol.shape)
            plan = recipe(symbol.properties, (rows, cols))
            if plan is None or not plan.complete:
                raise _OpenError(f"not every value of {symbol.name} can be reached")


def _identical(real: Claim, claim: Claim, sizes: Sizes, budget: Budget) -> bool:
    """Whether the sides are identical with free symbols at all of the sizes."""
    from cheatsheet.verdicts.compare import OutOfBudgetError

    try:
        from cheatsheet.verdicts.exact import vanishes  # sympy is loaded only when this tier is needed
    except ModuleNotFoundError:  # and where there is none, as in a browser, the tier does not run
        return False

    for dims in sizes:
        try:
            found = vanishes(real, dims, budget)
        except OutOfBudgetError:
            return False
        if found is False and real is claim:
            raise DifferenceError(dims)
        if not found:
            return False
    return True


def _sampled(real: Claim, claim: Claim, sizes: Sizes, budget: Budget) -> None:
    for dims in sizes:
        found = sample(real, dims, budget)
        if isinstance(found, Counterexample):
            if real is claim:
                raise DifferenceError(dims, found)
            raise _OpenError("not true between the integers")
        if not found:
            raise _OpenError("too few points could be evaluated to 30 digits")


def equal_at(names: Sequence[str], evidence: Sequence[Mapping[str, int]]) -> str:
    """The evidence in words.

    >>> equal_at(["n"], [{"n": 3}, {"n": 2}])
    'equal at n = 2, 3'
    >>> equal_at(["m", "n"], [{"m": 2, "n": 3}])
    'equal at (m, n) = (2, 3)'
    """
    found = sorted({tuple(dims[name] for name in names) for dims in evidence if names})
    if not found:
        return "equal at every point that was tried"
    if len(names) == 1:
        return f"equal at {names[0]} = " + ", ".join(str(size) for (size,) in found)
    return f"equal at ({', '.join(names)}) = " + ", ".join(f"({', '.join(map(str, t))})" for t in found)
