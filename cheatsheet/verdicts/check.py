"""The verdict on a claim: a fast filter, the search for a counterexample, the proof, and where there is none, exact
evaluation with free symbols or sampling to many digits."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain
from math import prod
from zlib import crc32

import numpy as np

from cheatsheet.evaluation.fields import PRIMES, Field, Floating, Modular, Rational, UnsupportedError
from cheatsheet.evaluation.points import EXPONENTS, NoPointError, Points, special_values
from cheatsheet.language.elaborate import Declarations, elaborate_claim
from cheatsheet.language.expressions import Equation
from cheatsheet.language.formatting import claim_text
from cheatsheet.language.syntax import ClaimError
from cheatsheet.verdicts.claim import Claim, parameters
from cheatsheet.verdicts.compare import Clock, Comparison, OutOfTimeError, compare
from cheatsheet.verdicts.counterexample import exactly, search
from cheatsheet.verdicts.dimensions_to_try import (
    first,
    integer_degree,
    large,
    quick,
    size_degree,
    thorough,
    wanted_size,
)
from cheatsheet.verdicts.presentation import present
from cheatsheet.verdicts.sampling import sample
from cheatsheet.verdicts.verdicts import SECONDS, Counterexample, Verdict

MOST_WORK = 30_000_000
MOST_POINTS = 32
LEAST_POINTS = 2
ENOUGH_POINTS = 6
FEW_INTEGERS = 5
MOST_INTEGERS = 100
UNCONFIRMED = "the sides differ at a point, and no counterexample was confirmed"
DEEPEST_RECURSION = 6000
Prover = Callable[[Equation], bool]


class TierDisagreement(Exception):
    """The prover holds what an evaluation refutes: a mistake of this program, never of the claim."""


def verify_text(text: str, declarations: Declarations, *, seconds: float = SECONDS) -> Verdict:
    """The verdict on a claim as written; ``invalid`` where it is not well-formed.

    >>> verify_text("tr(I(n)) == n", Declarations()).holds
    True
    >>> verify_text("tr(I(n)) ==", Declarations()).status
    'invalid'
    """
    try:
        equation = elaborate_claim(text, declarations)
    except ClaimError as error:
        return Verdict("invalid", message=error.message, hint=error.hint, start=error.start, end=error.end)
    return verify(equation, seconds=seconds)


def verify(
    equation: Equation, *, seconds: float = SECONDS, prover: Prover | None = None, audit: bool = False
) -> Verdict:
    """The verdict on a typed claim, within about ``seconds``.

    With ``audit`` the prover is asked about refuted claims too. Raises :class:`TierDisagreement` when the prover and an
    evaluation contradict each other.
    """
    clock = Clock(seconds)
    if sys.getrecursionlimit() < DEEPEST_RECURSION:
        sys.setrecursionlimit(DEEPEST_RECURSION)
    try:
        verdict = _Inquiry(Claim(equation), clock, prover or index_calculus, audit).verdict()
    except (OutOfTimeError, RecursionError, MemoryError, OverflowError):
        verdict = Verdict("undecided", message="out of time or space")
    if equation.negated:
        verdict = negation(verdict)
    return replace(verdict, seconds=clock.elapsed)


def negation(verdict: Verdict) -> Verdict:
    """The verdict on ``left != right`` from that on ``left == right``."""
    match verdict.status:
        case "refuted":
            return Verdict("proved", witness=verdict.counterexample, method="counterexample")
        case "proved" | "checked":
            return Verdict("refuted", message="the two sides are identical", method=verdict.method)
    return verdict if verdict.status == "invalid" else Verdict("undecided", message=verdict.message)


def index_calculus(equation: Equation) -> bool:
    from cheatsheet.calculus.prove import prove  # the prover is loaded with the first claim that needs it

    return bool(prove(Equation(equation.lhs, equation.rhs)))


@dataclass
class _Inquiry:
    """One claim on its way through the tiers."""

    claim: Claim
    clock: Clock
    prover: Prover
    audit: bool
    seed: int = 0
    rational: bool = False
    """Whether the claim can be evaluated modulo a prime."""
    unexplained: bool = False
    """Whether the sides were seen to differ modulo a prime, without a counterexample."""
    unresolved: bool = False
    """Whether they were seen to differ in floating point, and no more digits could be had."""
    looked: bool = False
    """Whether the sides were evaluated anywhere."""
    seen: int = 0
    """At how many points the two sides are known to be defined and to agree."""
    defined: dict[tuple[tuple[str, int], ...], int] = field(default_factory=dict)
    """The same for each choice of dimensions."""
    integers: set[tuple[int, ...]] = field(default_factory=set)
    """The values of the integer symbols at which they do."""
    proved: bool = False
    """Whether a proof is to be confirmed, for which a few points are enough."""
    persistent: bool = False
    """Whether all is done to refute the claim, because nothing proved it."""
    evidence: list[dict[str, int]] = field(default_factory=list)
    """The dimensions at which they do, modulo a prime or in floating point."""

    def __post_init__(self) -> None:
        self.seed = crc32(claim_text(self.claim.equation).encode()) % 100_000

    def verdict(self) -> Verdict:
        found = self.scan(quick(self.claim))
        if found is not None:
            return self.refuted(found)
        if self.seen and self.prove():
            self.proved = True
            self.confirm()
            if self.unexplained:
                raise TierDisagreement(f"{self.claim.equation} is proved, and fails modulo a prime")
            return Verdict("proved", method="index-calculus")
        instance = self.instance()
        if instance is not None:
            return instance
        self.persistent = True
        found = self.scan(thorough(self.claim))
        if found is not None:
            return self.refuted(found)
        return self.without_proof()

    def instance(self) -> Verdict | None:
        """The verdict on the claim with letters for its sizes, where they are too large to be looked at, if proved."""
        if self.looked:
            return None
        from cheatsheet.calculus.instances import generalised

        for form in generalised(self.claim.equation):
            verdict = _Inquiry(Claim(form), self.clock, self.prover, False).verdict()
            if verdict.status == "proved":
                return verdict
        return None

    def confirm(self) -> None:
        """Look at what is proved where it has room to be false: at dimensions as large as its degree asks for."""
        try:
            found = self.scan(large(self.claim))
        except OutOfTimeError:
            return
        if found is not None:
            raise TierDisagreement(f"{self.claim.equation} is proved, and fails at {found.to_json()}")

    def without_proof(self) -> Verdict:
        """Exact evaluation where the claim is rational, else sampling; neither below the size the claim asks for."""
        if self.unexplained or self.unresolved:
            return Verdict("undecided", message=UNCONFIRMED)
        if not self.seen:
            return Verdict("undecided", message="no point was found at which both sides are defined")
        if self.rational:
            return self.exactly()
        if self.claim.jumps:
            return Verdict("undecided", message="sign can jump where no sample falls")
        sampled = sample(self.claim, self.candidates(), self.clock, self.seed)
        if isinstance(sampled, Counterexample):
            return self.refuted(sampled)
        short = self.missing_size()
        if short or len(sampled) < min(2, len(self.evidence)):
            return Verdict("undecided", message=short or "no point could be evaluated to 30 digits")
        return Verdict("sampled", dims=tuple(sampled), method="digits")

    def exactly(self) -> Verdict:
        from cheatsheet.verdicts import exact  # sympy is loaded only when this tier is needed

        finding = exact.check(self.claim, self.candidates(), self.clock, self.seed)
        if finding.contradicted:
            example = search(self.claim, Rational(), self.clock, [], self.seed)
            return self.refuted(example) if example is not None else Verdict("undecided", message=UNCONFIRMED)
        if not self.claim.dimensions and finding.free and not parameters(self.claim):
            return Verdict("proved", method="free-symbols")
        short = self.missing_size()
        if short or len(finding.dims) < min(2, len(self.evidence)):
            return Verdict("undecided", message=short or "no exact evaluation was possible")
        return Verdict(
            "checked", dims=finding.dims, method="free-symbols" if finding.free else "rational-arithmetic"
        )

    def candidates(self) -> list[dict[str, int]]:
        """The dimensions to evaluate at: distinct small ones, and then those with a large one among them."""
        return first(chain(quick(self.claim), large(self.claim)), 6)

    def missing_size(self) -> str:
        """What is missing for the evidence: dimensions large enough for the claim, and enough of them; integers."""
        for name in self.claim.dimensions:
            tried = {d[name] for d in self.evidence}
            wanted = wanted_size(self.claim, name)
            if max(tried, default=0) < wanted:
                return (
                    f"the claim asks for {name} of {wanted} or more, and {max(tried, default=0)} was reached"
                )
            if len(tried) <= size_degree(self.claim, name):
                return f"the claim asks for more values of {name} than the {len(tried)} that were tried"
        return self.missing_integers()

    def refuted(self, example: Counterexample) -> Verdict:
        if self.audit and self.prove():
            raise TierDisagreement(f"{self.claim.equation} is proved, and fails at {example.to_json()}")
        return Verdict("refuted", counterexample=example, method="counterexample")

    def prove(self) -> bool:
        try:
            return self.prover(self.claim.equation)
        except (RecursionError, MemoryError, OverflowError):
            return False

    # --- the filter ----------------------------------------------------------------------------------------------

    def scan(self, assignments: Iterator[dict[str, int]]) -> Counterexample | None:
        """A counterexample, if the sides are seen to differ at some point of some assignment of dimensions."""
        for dims in assignments:
            for points, field_ in self.batches(dims):
                self.clock.check()
                found = self.look(points, field_)
                if isinstance(found, Counterexample):
                    return found
        return None

    def batches(self, dims: dict[str, int]) -> Iterator[tuple[Points, Field]]:
        """Points modulo a prime, or where that cannot be, in floating point."""
        claim, seed = self.claim, self.seed
        most = ENOUGH_POINTS if self.proved else MOST_POINTS
        count = min(most, MOST_WORK // max(1, claim.work(dims)))
        if count < 2:
            return
        prime = Modular(PRIMES[(seed + sum(dims.values())) % len(PRIMES)])
        rounds = range(self.rounds())
        before = len(self.evidence), self.unexplained
        for k in rounds:
            yield Points(claim.symbols, dims, min(count, 18), "mixed", 1, seed + k), prime
        if "pinv" in claim.operators:  # its jumps lie where the rank drops
            yield Points(claim.symbols, dims, count, "small", 1, seed + 50), prime
        if (len(self.evidence), self.unexplained) != before or self.rational:
            return
        for k in rounds if dims else range(len(rounds) + 3):
            yield Points(claim.symbols, dims, count, "real", 8, seed + k), Floating()
        for k in range(2):
            if self.defined.get(tuple(dims.items()), 0) >= ENOUGH_POINTS:
                break
            yield Points(claim.symbols, dims, 3 * count, "dense", 8, seed + 80 + k), Floating()
        if claim.varying_exponents:  # a negative base has a power where the exponent is whole, and there only
            yield Points(claim.symbols, dims, min(3 * count, 100), "real", 2, seed + 70), Floating()
        specials, denominator = special_values(claim.constants)
        if specials:
            yield (
                Points(claim.symbols, dims, count, "special", denominator, seed + 60, specials),
                Floating(),
            )

    def rounds(self) -> int:
        """How many values of the integer symbols are tried: a few first, then more than the degree in them."""
        names = parameters(self.claim)
        if not names:
            return 1
        wanted = prod(integer_degree(self.claim, name) + 1 for name in names)
        if not self.persistent or self.missing_integers() == "":
            return FEW_INTEGERS
        return min(MOST_INTEGERS, wanted if len(names) == 1 else len(EXPONENTS) * wanted)

    def missing_integers(self) -> str:
        """Whether the integer symbols took too few values to be evidence."""
        names = parameters(self.claim)
        wanted = prod(integer_degree(self.claim, name) + 1 for name in names)
        if names and len(self.integers) < wanted:
            return f"the claim asks for {wanted} values of {', '.join(names)}, and {len(self.integers)} were tried"
        return ""

    def look(self, points: Points, field_: Field) -> Counterexample | None:
        """A counterexample, if the sides differ at one of the points; points where they agree are counted."""
        try:
            comparison = compare(self.claim, points, field_, self.clock)
        except (UnsupportedError, NoPointError):
            return None
        self.looked = True
        self.rational |= field_.exact
        defined = int(comparison.defined.sum())
        if comparison.agrees:
            self.agreed(points, defined)
            return None
        found = search(self.claim, field_, self.clock, [points], self.seed)
        if found is not None:
            return found
        if field_.exact:
            self.unexplained = True
            return None
        return self.look_closer(points, comparison)

    def agreed(self, points: Points, count: int) -> None:
        """Count points at which the sides are defined and agree."""
        self.seen += count
        if count:
            self.integers.add(tuple(points.integer(s) for s in parameters(self.claim).values()))
        key = tuple(points.dims.items())
        self.defined[key] = self.defined.get(key, 0) + count
        if self.defined[key] >= LEAST_POINTS and points.dims not in self.evidence:
            self.evidence.append(points.dims)

    def look_closer(self, points: Points, comparison: Comparison) -> Counterexample | None:
        """A counterexample, if one of the points where the sides differ in floating point is more than rounding."""
        for k in np.flatnonzero(comparison.differs):
            point = points.select([int(k)])
            try:
                precisely = exactly(self.claim, point, self.clock)
            except (UnsupportedError, NoPointError):
                self.unresolved = True
                return None
            if not precisely.agrees:
                return present(self.claim, point, precisely)
        self.agreed(points, int((comparison.defined & ~comparison.differs).sum()))
        return None
