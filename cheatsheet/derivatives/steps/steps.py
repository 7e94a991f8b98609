"""What a derivation is: lines of expressions with reasons, checked pair by pair."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from cheatsheet.calculus.prove import normal_forms, prove
from cheatsheet.derivatives.steps.naming import factors
from cheatsheet.language.expressions import Apply, Equation, Expr, Index, rebuild, walk
from cheatsheet.language.table import build
from cheatsheet.language.tidying import tidied
from cheatsheet.verdicts.check import verify

LONGEST_LINE = 320
"""Characters of the claim language beyond which a line between the first and the last is left out: a sum over small
fixed axes, say, written out term by term. Its neighbours are then compared with each other."""


@dataclass(frozen=True)
class Line:
    """One line: an expression equal to the one above, and why. ``reasons`` are keys of the glossary of reasons."""

    expr: Expr
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Derivation:
    """A chain of equal expressions, from what is asked to what is claimed.

    ``lines[0]`` is the left side by components and the last line the right side; each neighbouring pair was checked.
    """

    lines: tuple[Line, ...]
    indices: tuple[Index, ...] = ()
    """The free indices of the component that was worked out, in the order of the axes."""
    entry: Expr | None = None
    """The component written out, where the two sides meet."""


class BrokenStep(Exception):
    """Two neighbouring lines of a generated derivation could not be shown equal: our bug, never printed as a step."""

    def __init__(self, before: Expr, after: Expr) -> None:
        super().__init__(f"{before}  is not shown equal to  {after}")
        self.before = before
        self.after = after


def checked(lines: list[Line], indices: tuple[Index, ...] = (), entry: Expr | None = None) -> Derivation:
    """The derivation, once every neighbouring pair of lines is shown equal; lines that repeat are dropped.

    A pair that the index calculus does not prove is evaluated exactly, and its reason says so.

    Raises :class:`BrokenStep` for a pair that is neither.
    """
    between = [Line(tidied(line.expr), line.reasons) for line in lines[1:-1]]
    lines = _without_loops(_without_mere_order(_without_long([lines[0], *between, *lines[1:][-1:]])))
    forms = normal_forms([line.expr for line in lines])
    kept, form = [lines[0]], forms[0]
    for line, own in zip(lines[1:], forms[1:], strict=True):
        step = Equation(kept[-1].expr, line.expr)
        same, form = own is not None and own == form, own
        if same or prove(step) or prove(_of_wholes(step)):
            kept.append(line)
        elif verify(step, prover=lambda _: False).holds:
            kept.append(Line(line.expr, ("verified",)))
        else:
            raise BrokenStep(step.lhs, step.rhs)
    return Derivation(tuple(kept), indices, entry)


def _of_wholes(step: Equation) -> Equation:
    """The equation of two matrices from which that of one entry follows; the step itself if it is no such entry."""
    match step.lhs, step.rhs:
        case Apply(op="component") as a, Apply(op="component") as b if a.args[1:] == b.args[1:]:
            if a.children[0].shape.agrees(b.children[0].shape):
                return Equation(a.children[0], b.children[0])
    return step


def _without_long(lines: list[Line]) -> list[Line]:
    """The lines without the long ones between the first and the last, whose reasons go to the next line."""
    kept = lines[:1]
    reasons: tuple[str, ...] = ()
    for line in lines[1:]:
        reasons = tuple(dict.fromkeys((*reasons, *line.reasons)))
        if line is lines[-1] or not _is_long(line.expr):
            kept.append(Line(line.expr, reasons))
            reasons = ()
    return kept


def _is_long(expr: Expr) -> bool:
    nodes = sum(1 for _ in islice(walk(expr), LONGEST_LINE + 1))
    return nodes > LONGEST_LINE or len(str(expr)) > LONGEST_LINE


def _without_mere_order(lines: list[Line]) -> list[Line]:
    """The lines without those that the next one only writes in another order: ``δ_ij x_k`` before ``x_k δ_ji``."""
    kept = lines[:1]
    for line in lines[1:]:
        if len(kept) > 1 and line.reasons == ("rearrange",) and ordered(kept[-1].expr) == ordered(line.expr):
            kept[-1] = Line(line.expr, kept[-1].reasons)
        else:
            kept.append(line)
    return kept


def _without_loops(lines: list[Line]) -> list[Line]:
    """The lines without the way from one of them out and back to it."""
    kept: dict[str, Line] = {}
    for line in lines:
        written = str(line.expr)
        if written in kept:
            place = list(kept).index(written)
            kept = dict(list(kept.items())[: place + 1])
        else:
            kept[written] = line
    return list(kept.values())


def ordered(expr: Expr) -> Expr:
    """The expression with the factors of its products and the indices of its deltas in one order."""
    expr = rebuild(expr, ordered)
    match expr:
        case Apply(op="delta"):
            return build("delta", *sorted((a for a in expr.args if isinstance(a, Index)), key=str))
        case Apply(op="scale") if all(child.shape.is_scalar for child in expr.children):
            first, *others = sorted(factors(expr), key=repr)
            for other in others:
                first = build("scale", first, other)
            return first
    return expr
