"""The verdict on a claim: a fast filter, the search for a counterexample, the proof, and where there is none, exact
evaluation with free symbols or sampling to many digits at sizes that are enough.

Nothing here looks at a clock: work is counted, so that a verdict depends on the claim and on nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from cheatsheet.evaluation.fields import PRIMES, Field, Floating, Modular, Rational, UnsupportedError
from cheatsheet.evaluation.numerics import IS_NUMPY, np
from cheatsheet.evaluation.points import NoPointError, Points, special_values
from cheatsheet.language.elaborate import Declarations
from cheatsheet.language.expressions import Apply, Equation, Number, Size, Symbol
from cheatsheet.language.syntax import ClaimError
from cheatsheet.language.table import TABLE
from cheatsheet.language.warnings import cautions
from cheatsheet.verdicts.argument import DifferenceError, argument, equal_at
from cheatsheet.verdicts.claim import Claim, parameters
from cheatsheet.verdicts.compare import Budget, Comparison, OutOfBudgetError, compare
from cheatsheet.verdicts.counterexample import exactly, search
from cheatsheet.verdicts.dimensions_to_try import large, quick, thorough
from cheatsheet.verdicts.presentation import present
from cheatsheet.verdicts.tasks import Asked, Task
from cheatsheet.verdicts.verdicts import STEPS, Counterexample, TierDisagreement, Verdict

MOST_WORK = 30_000_000 if IS_NUMPY else 20_000
MOST_POINTS = 32 if IS_NUMPY else 10
LEAST_POINTS = 2
ENOUGH_POINTS = 6
FEW_INTEGERS = 5
MANY_INTEGERS = 80
SHARE = 0.5
"""Of the steps that are left, for a difference seen in floating point to be confirmed: it may be rounding."""
UNCONFIRMED = "the sides differ at a point, and no counterexample was confirmed"
Prover = Callable[[Equation], bool]


def verify_text(text: str, declarations: Declarations, *, steps: int = STEPS) -> Verdict:
    """The verdict on a claim as written; ``invalid`` where it is not well-formed.

    >>> verify_text("tr(I(n)) == n", Declarations()).holds
    True
    >>> verify_text("tr(I(n)) ==", Declarations()).status
    'invalid'
    """
    return verify_asked(Task(text, declarations), steps=steps)


def verify_asked(claim: Asked, *, steps: int = STEPS) -> Verdict:
    """The verdict on a claim that may turn out not to be well-formed."""
    try:
        equation = claim.equation
    except ClaimError as error:
        return Verdict("invalid", message=error.message, hint=error.hint, start=error.start, end=error.end)
    verdict = verify(equation, steps=steps)
    return replace(verdict, warnings=(*verdict.warnings, *cautions(equation)))


def verify(
    equation: Equation, *, steps: int = STEPS, prover: Prover | None = None, audit: bool = False
) -> Verdict:
    """The verdict on a typed claim, after so many ``steps`` of evaluation at most.

    With ``audit`` the prover is asked about refuted claims too. Raises :class:`TierDisagreement` when the prover and an
    evaluation contradict each other.
    """
    inquiry = _Inquiry(Claim(equation), Budget(steps), prover or index_calculus, audit)
    try:
        verdict = inquiry.verdict()
    except (OutOfBudgetError, RecursionError, MemoryError, OverflowError) as limit:
        seen = equal_at(inquiry.claim.dimensions, inquiry.evidence)
        message = f"{seen}; then the steps allowed for a claim were used up"
        if not isinstance(limit, OutOfBudgetError):
            message = "larger than this program can handle"
        verdict = Verdict("undecided", dims=tuple(inquiry.evidence), message=message, exhausted=True)
    if equation.negated:
        verdict = negation(verdict)
    return replace(verdict, exhausted=verdict.exhausted or inquiry.exhausted)


def negation(verdict: Verdict) -> Verdict:
    """The verdict on ``left != right`` from that on ``left == right``."""
    match verdict.status:
        case "refuted":
            return Verdict("proved", witness=verdict.counterexample, method="counterexample")
        case "proved" | "checked":
            return Verdict("refuted", message="the two sides are identical", method=verdict.method)
        case "sampled":
            seen = "the two sides agree to 30 digits at random points"
            return Verdict("undecided", dims=verdict.dims, message=seen)
    return verdict


def has_a_domain(claim: Claim) -> bool:
    """Whether the claim is surely defined somewhere at its own sizes: a rank may be too small for every value.

    What is not defined everywhere must be taken of a matrix that is regular at some point, or of a free symbol.
    """
    from cheatsheet.calculus.points import regular_somewhere

    for node in claim.nodes:
        if isinstance(node, Apply) and TABLE[node.op].smoothness == "analytic":
            of = node.children[-1]
            if isinstance(of, Number) and of.value > 0:
                continue
            square = of.shape.is_square and not of.shape.is_scalar
            if not (regular_somewhere(of) if square else isinstance(of, Symbol | Size)):
                return False
    return True


def index_calculus(equation: Equation) -> bool:
    from cheatsheet.calculus.prove import prove  # the prover is loaded with the first claim that needs it

    return bool(prove(Equation(equation.lhs, equation.rhs)))


@dataclass
class _Inquiry:
    """One claim on its way through the tiers."""

    claim: Claim
    budget: Budget
    prover: Prover
    audit: bool
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
    proved: bool = False
    """Whether a proof is to be confirmed, for which a few points are enough."""
    integer_rounds: int = FEW_INTEGERS
    """How many values of the integer symbols are tried at the next dimensions."""
    exhausted: bool = False
    """Whether the prover was stopped before it came to an end."""
    evidence: list[dict[str, int]] = field(default_factory=list)
    """The dimensions at which the sides agree, modulo a prime or in floating point."""

    def verdict(self) -> Verdict:
        found = self.scan(quick(self.claim))
        if found is not None:
            return self.refuted(found)
        if self.seen and self.prove():
            self.proved = True
            self.confirm()
            if self.unexplained:
                raise self.disagreement("the sides differ modulo a prime")
            return Verdict("proved", method="index-calculus")
        instance = self.instance()
        if instance is not None:
            return instance
        self.integer_rounds = MANY_INTEGERS
        found = self.scan(thorough(self.claim))
        if found is not None:
            return self.refuted(found)
        return self.without_proof()

    def instance(self) -> Verdict | None:
        """The verdict on the claim with letters for its sizes, where they are too large to be looked at, if proved."""
        if self.looked or not has_a_domain(self.claim):
            return None
        from cheatsheet.calculus.instances import generalised

        for form in generalised(self.claim.equation):
            verdict = _Inquiry(Claim(form), self.budget, self.prover, False).verdict()
            if verdict.status == "proved":
                return verdict
        return None

    def confirm(self) -> None:
        """Look at what is proved where it has room to be false: at dimensions as large as its degree asks for."""
        try:
            found = self.scan(large(self.claim))
        except OutOfBudgetError:
            return
        if found is not None:
            raise self.disagreement(f"the sides differ at {found.to_json()}")

    def disagreement(self, evaluation: str) -> TierDisagreement:
        text = str(self.claim.equation)
        return TierDisagreement(text, "proof: the sides are equal", f"evaluation: {evaluation}")

    def without_proof(self) -> Verdict:
        """What can be said without a proof: see :mod:`.argument`."""
        if self.unexplained or self.unresolved:
            return Verdict("undecided", message=UNCONFIRMED)
        if not self.seen:
            return Verdict("undecided", message="no point was found at which both sides are defined")
        try:
            return argument(self.claim, self.evidence, self.budget)
        except DifferenceError as difference:
            example = difference.point or self.difference_at(difference.dims)
            return self.refuted(example) if example is not None else Verdict("undecided", message=UNCONFIRMED)

    def difference_at(self, dims: dict[str, int]) -> Counterexample | None:
        """A counterexample to a rational claim that was seen to fail at some dimensions."""
        hint = Points(self.claim.symbols, dims, ENOUGH_POINTS, "mixed")
        return search(self.claim, Rational(), self.budget, [hint])

    def refuted(self, example: Counterexample) -> Verdict:
        if self.audit and self.prove():
            raise self.disagreement(f"the sides differ at {example.to_json()}")
        return Verdict("refuted", counterexample=example, method="counterexample")

    def prove(self) -> bool:
        from cheatsheet.calculus.budget import within

        with within() as steps:
            try:
                return self.prover(self.claim.equation)
            except (RecursionError, MemoryError, OverflowError):
                return False
            finally:
                self.exhausted |= steps.exhausted

    # --- the filter ----------------------------------------------------------------------------------------------

    def scan(self, assignments: Iterator[dict[str, int]]) -> Counterexample | None:
        """A counterexample, if the sides are seen to differ at some point of some assignment of dimensions."""
        for dims in assignments:
            for points, field_ in self.batches(dims):
                found = self.look(points, field_)
                if isinstance(found, Counterexample):
                    return found
        return None

    def batches(self, dims: dict[str, int]) -> Iterator[tuple[Points, Field]]:
        """Points modulo a prime, or where that cannot be, in floating point."""
        claim = self.claim
        most = ENOUGH_POINTS if self.proved else MOST_POINTS
        count = min(most, MOST_WORK // max(1, claim.work(dims)))
        if count < 2:
            return
        prime = Modular(PRIMES[sum(dims.values()) % len(PRIMES)])
        rounds = range(self.rounds())
        before = len(self.evidence), self.unexplained
        for k in rounds:
            yield Points(claim.symbols, dims, min(count, 18), "mixed", 1, k), prime
        if "pinv" in claim.operators:  # its jumps lie where the rank drops
            yield Points(claim.symbols, dims, count, "small", 1, 50), prime
        if (len(self.evidence), self.unexplained) != before or self.rational:
            return
        for k in rounds if dims else range(len(rounds) + 3):
            yield Points(claim.symbols, dims, count, "real", 8, k), Floating()
        for k in range(2):
            if self.defined.get(tuple(dims.items()), 0) >= ENOUGH_POINTS:
                break
            yield Points(claim.symbols, dims, 3 * count, "dense", 8, 80 + k), Floating()
        if claim.varying_exponents:  # a negative base has a power where the exponent is whole, and there only
            yield Points(claim.symbols, dims, min(3 * count, 100), "real", 2, 70), Floating()
        specials, denominator = special_values(claim.constants)
        if specials:
            yield (
                Points(claim.symbols, dims, count, "special", denominator, 60, specials),
                Floating(),
            )

    def rounds(self) -> int:
        """How many values of the integer symbols are tried: a few, and once many."""
        if not parameters(self.claim):
            return 1
        rounds, self.integer_rounds = self.integer_rounds, FEW_INTEGERS
        return rounds

    def look(self, points: Points, field_: Field) -> Counterexample | None:
        """A counterexample, if the sides differ at one of the points; points where they agree are counted."""
        try:
            comparison = compare(self.claim, points, field_, self.budget)
        except NoPointError:
            self.looked = True  # there are no such values, at these sizes
            return None
        except UnsupportedError:
            return None
        self.looked = True
        self.rational |= field_.exact
        defined = int(comparison.defined.sum())
        if comparison.agrees:
            self.agreed(points, defined)
            return None
        budget = self.budget if field_.exact else self.budget.part(SHARE)
        try:
            found = search(self.claim, field_, budget, [points])
        except OutOfBudgetError:
            if field_.exact:
                raise
            found = None
        if found is not None:
            return found
        if field_.exact:
            self.unexplained = True
            return None
        return self.look_closer(points, comparison)

    def agreed(self, points: Points, count: int) -> None:
        """Count points at which the sides are defined and agree."""
        self.seen += count
        key = tuple(points.dims.items())
        self.defined[key] = self.defined.get(key, 0) + count
        if self.defined[key] >= LEAST_POINTS and points.dims not in self.evidence:
            self.evidence.append(points.dims)

    def look_closer(self, points: Points, comparison: Comparison) -> Counterexample | None:
        """A counterexample, if one of the points where the sides differ in floating point is more than rounding."""
        for k in np.flatnonzero(comparison.differs):
            point = points.select([int(k)])
            try:
                precisely = exactly(self.claim, point, self.budget)
            except (UnsupportedError, NoPointError):
                self.unresolved = True
                return None
            if not precisely.agrees:
                return present(self.claim, point, precisely)
        self.agreed(points, int((comparison.defined & ~comparison.differs).sum()))
        return None
