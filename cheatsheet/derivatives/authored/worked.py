"""Authored derivations worked through: every line follows by the rules that it names and by no others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from cheatsheet.derivatives.authored.both_sides import (
    DIFFERENTIATED,
    TRANSFORMATIONS,
    DoesNotApply,
    Pairs,
    factor_named,
    is_transformation,
    transformation_words,
    transformed,
)
from cheatsheet.derivatives.authored.carrying import sufficient, what_is_left
from cheatsheet.derivatives.authored.conclusions import conclusions, says
from cheatsheet.derivatives.authored.conditions import Conditions, Domain, domains, spots
from cheatsheet.derivatives.authored.independent import confined
from cheatsheet.derivatives.authored.induction import HYPOTHESIS, ON, Block, NoInduction, concluded
from cheatsheet.derivatives.authored.rules import (
    Constant,
    Named,
    Reason,
    Units,
    Vocabulary,
    directions,
    filled_words,
    in_scope,
    is_polynomial,
)
from cheatsheet.derivatives.rules.dependence import MARK
from cheatsheet.derivatives.rules.rule import Rule
from cheatsheet.language.authored import AuthoredDerivation, AuthoredLine
from cheatsheet.language.elaborate import elaborate_claim, elaborate_expression
from cheatsheet.language.errors import Problem, near
from cheatsheet.language.expressions import (
    Equation,
    Expr,
    Symbol,
    inline_definitions,
    rebuild,
)
from cheatsheet.language.glossary import Text, word
from cheatsheet.language.names import varying_names
from cheatsheet.language.source import Passage
from cheatsheet.language.syntax import ClaimError, parse_claim, parse_expression
from cheatsheet.language.table import ShapeError
from cheatsheet.printing.latex import latex_of

SIGN = "=="
POLYNOMIALS = "polynomials"
"""The remark that lifts conditions: what holds on a dense set holds everywhere."""


@dataclass(frozen=True)
class WorkedLine:
    """One line: an equation, or what the line above is equal to further (``left`` is None)."""

    left: Expr | None
    right: Expr
    reasons: tuple[Reason, ...]
    follows: bool = False
    """Whether it is made from the line above by doing something to both sides."""
    label: str = ""
    words: Text | None = None


@dataclass(frozen=True)
class Worked:
    """A derivation whose lines have been checked; ``numbers`` are those of its claims, from 1."""

    lines: tuple[WorkedLine, ...]
    style: str
    numbers: tuple[int, ...]


def reasons_of(line: WorkedLine) -> tuple[Text, ...]:
    """Why a line follows, one reason after another, each once."""
    said = [reason.words for reason in line.reasons] + ([line.words] if line.words else [])
    return tuple(dict.fromkeys(said))


def reasons_in_words(line: WorkedLine) -> Text:
    """Why a line follows, in both languages; formulas alone are said once."""
    distinct = reasons_of(line)
    if all(text.zh == text.en for text in distinct):
        return Text.of_both("; ".join(text.en for text in distinct))
    return Text("；".join(text.zh for text in distinct), "; ".join(text.en for text in distinct))


class StepError(Exception):
    """A line that is ill-formed, or that does not follow by the rules that it names."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def problems(derivation: AuthoredDerivation) -> tuple[Problem, ...]:
    """What is wrong with a derivation: at most one problem a line."""
    return _looked_through(derivation)[1]


def worked(derivation: AuthoredDerivation) -> Worked:
    """The derivation with every line checked; raises :class:`StepError`."""
    board, found = _looked_through(derivation)
    if found:
        raise StepError(found[0])
    lines = (line if line.label in board.cited else replace(line, label="") for line in board.written)
    return Worked((*_notation(derivation), *lines), derivation.style, derivation.numbers)


@lru_cache(maxsize=8)
def _looked_through(derivation: AuthoredDerivation) -> tuple[Board, tuple[Problem, ...]]:
    """The lines, and what is wrong with them; kept for whoever asks for the one and then for the other."""
    board = Board(derivation)
    found: list[Problem] = []
    for line in derivation.lines:
        try:
            board.write(line)
        except StepError as error:
            found.append(error.problem)
    if not found:
        try:
            board.conclude()
        except StepError as error:
            found.append(error.problem)
    return board, tuple(found)


def _notation(derivation: AuthoredDerivation) -> Iterator[WorkedLine]:
    """A line for each name that the derivation has for itself."""
    symbols = derivation.names.declarations(" ".join(derivation.own)).symbols
    for name in derivation.own:
        symbol = symbols[name]
        assert symbol.definition is not None
        yield WorkedLine(symbol, symbol.definition, (Reason("notation", word("why-notation")),))


class Board:
    """The lines so far, and what they have shown."""

    def __init__(self, derivation: AuthoredDerivation) -> None:
        self.derivation = derivation
        self.varying = frozenset(name for line in derivation.lines for name in _varying(line.passage.text))
        self.scope = self.varying | {name + MARK for name in self.varying}
        self.claims = tuple(self.plain(claim.equation) for claim in derivation.claims)
        earlier = {number: self.plain(claim.equation) for number, claim in derivation.earlier.items()}
        self.lifted = any(p.text.strip() == POLYNOMIALS for p in derivation.lines[-1].by)
        """Whether the last line, which then has to say the claim, lifts all conditions."""
        self.conditions = Conditions(self.claims, self.lifted)
        self.words = Vocabulary({}, earlier, derivation.lemmas, self.varying, self.conditions.regular)
        self.written: list[WorkedLine] = []
        self.cited: set[str] = set()
        """The labels that some line refers to, in words that are printed."""
        self.before: Equation | None = None
        self.facts: list[Equation] = []
        self.blocks: list[Block] = []
        self.block: Block | None = None
        self.needs: list[tuple[Expr, AuthoredLine, list[Rule], Block | None]] = []
        self.domains: list[tuple[Domain, AuthoredLine, list[Rule]]] = []
        self.used: list[Rule] = []

    def plain(self, equation: Equation) -> Equation:
        lhs, rhs = (in_scope(side, self.scope) for side in (equation.lhs, equation.rhs))
        return Equation(lhs, rhs, equation.negated)

    # --- one line ------------------------------------------------------------------------------------------------

    def write(self, line: AuthoredLine) -> None:
        """Read a line and check it; a wrong one still counts as said, so that the next ones can be looked at."""
        text = line.passage.text
        goes_on = text.lstrip().startswith(SIGN)
        left, right = self.read(line, goes_on)
        before = self.before
        if goes_on and before is None:
            raise self.error(line.passage, "the first line has nothing to go on from", "write left == right")
        if goes_on:
            assert before is not None
            equation = Equation(before.lhs, right)
        else:
            equation = Equation(left, right)  # type: ignore[arg-type]
        try:
            reasons, follows = self.justified(line, equation, before, goes_on)
        finally:
            self.said(line, equation)
        for side in filter(None, (left, right)):
            meaning = inline_definitions(side)
            self.needs += [(spot, line, self.used, self.block) for spot in spots(meaning)]
            self.domains += [(domain, line, self.used) for domain in domains(meaning)]
        self.written.append(WorkedLine(left, right, reasons, follows, line.label, line.words))

    def said(self, line: AuthoredLine, equation: Equation) -> None:
        """Note what a line says; in a block that rests on a hypothesis, for the block alone."""
        self.before = equation
        (self.facts if self.block is None else self.block.facts).append(equation)
        if line.label:
            self.words.lines[line.label] = equation

    def close(self) -> None:
        """End a block: its lines cannot be referred to any more."""
        if self.block is not None:
            self.words.lines = self.block.outside
        self.block = None

    def read(self, line: AuthoredLine, goes_on: bool) -> tuple[Expr | None, Expr]:
        text = line.passage.text
        start = text.index(SIGN) + len(SIGN) if goes_on else 0
        try:
            declarations = self.derivation.names.declarations(text)
            self.words.definitions = {
                **self.words.definitions,
                **{n: s for n, s in declarations.symbols.items() if s.definition is not None},
            }
            if goes_on:
                return None, in_scope(elaborate_expression(text[start:], declarations), self.scope)
            equation = self.plain(elaborate_claim(text, declarations))
        except ClaimError as error:
            passage = getattr(error, "passage", line.passage)
            shift = start if passage is line.passage else 0
            raise StepError(
                passage.problem(error.start + shift, error.end + shift, error.message, error.hint)
            ) from None
        if equation.negated:
            raise self.error(line.passage, "a line says that two things are equal")
        return equation.lhs, equation.rhs

    def justified(
        self, line: AuthoredLine, equation: Equation, before: Equation | None, goes_on: bool
    ) -> tuple[tuple[Reason, ...], bool]:
        """The reasons of a line, once they are seen to be enough; raises :class:`StepError`."""
        if len(line.by) == 1 and not goes_on and (reason := self.by_induction(line.by[0], equation)):
            return (reason,), False
        named: list[Named] = []
        done: list[tuple[Passage, Expr | None]] = []
        remarks: list[Reason] = []
        for passage in line.by:
            text = passage.text.strip()
            if text.startswith("from line "):
                before = self.words.lines.get(text[10:])
                if before is None:
                    raise self.error(passage, f"there is no {text[5:]}", near(text[10:], self.words.lines))
                if self.written[-1].label != text[10:]:  # the line just above needs no name
                    self.cited.add(text[10:])
                    remarks.append(Reason("line", filled_words("why-line", text[10:])))
            elif text == POLYNOMIALS:
                remarks.append(self.only_polynomials(passage, equation))
            elif is_transformation(text):
                done.append((passage, factor := self.factor(passage)))
                if factor is not None:
                    own = [factor] if text.startswith("divide") else spots(inline_definitions(factor))
                    self.needs += [(inline_definitions(spot), line, [], self.block) for spot in own]
                    self.domains += [(domain, line, []) for domain in domains(inline_definitions(factor))]
            else:
                found = self.words.named(text)
                if found is None:
                    hint = near(text, [*self.words.names(), *TRANSFORMATIONS])
                    raise self.error(passage, f"there is no rule {text!r}", hint)
                named.append(found)
                self.cited |= {text[5:]} if text.startswith("line ") else set()
        pairs = self.pairs(line, equation, before, goes_on, done)
        used = self.reasons_used(line, pairs, named)
        words = [transformation_words(p.text.strip(), factor) for p, factor in done]
        reasons = (*words, *used, *remarks)
        return reasons or (Reason("rearrange", word("why-rearrange")),), bool(done)

    def by_induction(self, passage: Passage, equation: Equation) -> Reason | None:
        """The hypothesis of an induction, which opens a block, or its end; None where the line is neither."""
        text = passage.text.strip()
        if text == HYPOTHESIS:
            self.close()
            self.block = Block(equation, outside=dict(self.words.lines))
            self.blocks.append(self.block)
            return Reason("induction-hypothesis", word("why-induction-hypothesis"))
        k = self.derivation.names.declarations(text).symbols.get(text.removeprefix(ON))
        if not text.startswith(ON) or k is None:
            return None
        self.close()
        try:
            concluded(equation, k, self.facts, self.blocks)
        except NoInduction as error:
            raise self.error(passage, f"there is no induction here: {error}") from None
        return Reason("induction", filled_words("why-induction", latex_of(k)))

    def only_polynomials(self, passage: Passage, equation: Equation) -> Reason:
        """The remark that what holds on a dense set holds everywhere."""
        if not (is_polynomial(equation.lhs) and is_polynomial(equation.rhs)):
            raise self.error(passage, "the two sides are not polynomials in the entries")
        return Reason(POLYNOMIALS, word(f"why-{POLYNOMIALS}"))

    def factor(self, passage: Passage) -> Expr | None:
        """What both sides are multiplied by or divided by."""
        found = factor_named(passage.text.strip())
        if found is None:
            return None
        try:
            factor = elaborate_expression(found["by"], self.derivation.names.declarations(found["by"]))
        except ClaimError as error:
            shift = passage.text.index(found["by"])
            raise StepError(
                passage.problem(error.start + shift, error.end + shift, error.message, error.hint)
            ) from None
        return in_scope(factor, self.scope)

    def pairs(
        self,
        line: AuthoredLine,
        equation: Equation,
        before: Equation | None,
        goes_on: bool,
        done: list[tuple[Passage, Expr | None]],
    ) -> list[Pairs]:
        """What has to be carried over into what: a choice, where the sides of an equation may be exchanged."""
        if goes_on:
            if done:
                raise self.error(done[0][0], "nothing is done to both sides of a line that only goes on")
            assert before is not None
            return [[(before.rhs, equation.rhs)]]
        if not done:
            return [[(equation.lhs, equation.rhs)]]
        passage, factor = done[0]
        if len(done) > 1:
            raise self.error(done[1][0], "one thing at a time is done to both sides", "write a line for each")
        try:
            if (theorem := conclusions(passage.text.strip(), equation)) is not None:
                return list(theorem)
        except DoesNotApply as error:
            raise self.error(passage, f"{equation!r} is not concluded by this: {error}") from None
        if before is None:
            raise self.error(passage, "there is no equation above to do this to")
        if passage.text.strip() == DIFFERENTIATED:
            self.for_all_values(passage, before)
        try:
            ways = (equation, Equation(equation.rhs, equation.lhs))
            return [
                transformed(passage.text.strip(), factor, before, way, self.scope)
                for way in ways[: 1 + (not _reads(passage))]
            ]
        except DoesNotApply as error:
            raise self.error(passage, f"this cannot be done to {before!r}: {error}") from None
        except ShapeError as error:
            raise self.error(passage, error.message, error.hint) from None

    def for_all_values(self, passage: Passage, fact: Equation) -> None:
        """Refuse to differentiate what holds, maybe, only for matrices with a property."""
        names = confined((fact.lhs, fact.rhs), self.varying)
        if names:
            message = f"what is differentiated has to hold for all values of {', '.join(sorted(names))}"
            raise self.error(
                passage, message, "what a property makes true does not hold of all matrices near by"
            )

    def reasons_used(
        self, line: AuthoredLine, choices: list[Pairs], named: list[Named]
    ) -> tuple[Reason, ...]:
        """The reasons that are used, once the rules carry all pairs of a choice; raises :class:`StepError`."""
        always: tuple[Rule, ...] = (Units(), *([Constant(self.varying)] if self.varying else []))
        names = confined([side for pairs in choices for pair in pairs for side in pair], self.varying)
        found = (sufficient(p, rules, always, names) for p in choices for rules in directions(named))
        kept = next((kept for kept in found if kept is not None), None)
        if kept is None:
            left = what_is_left(choices[0], (*always, *directions(named)[0]), names)
            raise self.error(line.passage, left, "name the rule that is missing")
        self.used = [*always, *kept]
        reasons = []
        for passage, one in zip((p for p in line.by if not _is_other(p)), named, strict=True):
            ids = [reason for rule, reason in one.rules if any(_same_rule(rule, k) for k in kept)]
            if not ids:
                raise self.error(passage, f"the line follows without {passage.text.strip()}", "leave it out")
            reasons += ids
        return tuple(dict.fromkeys(reasons))

    # --- the end -------------------------------------------------------------------------------------------------

    def conclude(self) -> None:
        """Check that the claims have been reached, and under no condition that they do not have themselves."""
        last = self.derivation.lines[-1].passage
        for number, claim in zip(self.derivation.numbers, self.claims, strict=True):
            facts = self.facts[-1:] if self.lifted else self.facts
            if claim.negated or not any(says(self.with_own_meanings(fact), claim) for fact in facts):
                raise self.error(last, f"the lines do not end in claim {number}: {claim!r}")
        for spot, line, rules, block in self.needs:
            if not self.conditions.harmless(spot, rules, block.invertible if block is not None else ()):
                message = f"this needs {spot} to be invertible or nonzero, which the claim does not"
                raise self.error(
                    line.passage, message, "where both sides are polynomials, say so: polynomials"
                )

        for domain, line, rules in self.domains:
            if not self.conditions.inside(domain, rules):
                message = (
                    f"this needs {domain[1]} to have a logarithm, root or power, which the claim does not"
                )
                raise self.error(line.passage, message, "a letter can be declared positive")

    def with_own_meanings(self, fact: Equation) -> Equation:
        """What a line says without the names that only the derivation has."""

        def meaning(expr: Expr) -> Expr:
            if isinstance(expr, Symbol) and expr.name in self.derivation.own and expr.definition is not None:
                return meaning(expr.definition)
            return rebuild(expr, meaning)

        return Equation(meaning(fact.lhs), meaning(fact.rhs))

    def error(self, passage: Passage, message: str, hint: str = "") -> StepError:
        return StepError(passage.problem(0, len(passage.text), message, hint))


def _reads(passage: Passage) -> bool:
    """Whether the line has to have a derivative on its left."""
    return passage.text.strip() == "read off"


def _is_other(passage: Passage) -> bool:
    text = passage.text.strip()
    return is_transformation(text) or text == POLYNOMIALS or text.startswith("from line ")


def _same_rule(a: Rule, b: Rule) -> bool:
    return a is b or a == b or getattr(a, "reversed", None) == b


def _varying(text: str) -> list[str]:
    try:
        raw = (
            parse_expression(text.split(SIGN, 1)[1]) if text.lstrip().startswith(SIGN) else parse_claim(text)
        )
    except ClaimError:
        return []
    return varying_names(raw)
