"""What a derivation is: lines of expressions, each led to from the one above by the rules that it names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from cheatsheet.derivatives.rules.registry import rule
from cheatsheet.derivatives.rules.rule import needed
from cheatsheet.derivatives.steps.by_components import OF_ENTRIES, OF_OPERATORS
from cheatsheet.derivatives.steps.chains import Line
from cheatsheet.derivatives.steps.meeting import MOST_REASONS
from cheatsheet.language.expressions import Apply, Expr, Index, walk

LONGEST_LINE = 320
"""Characters of the claim language beyond which a line between the first and the last is left out: a sum over small
fixed axes, say, written out term by term. Its neighbours are then compared with each other."""
MOST_AT_ONCE = 2 * MOST_REASONS
"""Rules of a step beyond which a long line is printed all the same: nobody follows so many in one."""
MOST_STEPS = 8
"""Steps beyond which neighbours are joined that would better stand by themselves."""
REARRANGED = "rearrange"
RESTATED = "inverse-check"
"""Said of the first step where instead of M⁻¹ = X it is shown that M X = I."""
MULTIPLIED = "multiplied-check"
"""Said where both sides have been multiplied by invertible matrices."""
_NOISE = frozenset(
    {REARRANGED, "def-elementwise", "def-entries", "linearity", "sum-by-terms", "constant", "def-d"}
)
_DIFFERENTIATION = frozenset({*OF_OPERATORS, *OF_ENTRIES})


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
    cited: bool = False
    """Whether the rules known here do not lead from one side to the other: what is claimed is then cited."""


class BrokenStep(Exception):
    """Two neighbouring lines are not shown equal by the rules named: our bug, never printed as a step."""

    def __init__(self, before: Expr, after: Expr) -> None:
        super().__init__(f"{before}  is not shown equal to  {after}")
        self.before = before
        self.after = after


def checked(lines: Sequence[Line], indices: tuple[Index, ...] = (), entry: Expr | None = None) -> Derivation:
    """The derivation, each step carried by the rules that it names, all of them needed; steps that say little joined.

    Raises :class:`BrokenStep` for a step that is not.
    """
    kept = _all_carried(_without_loops(_without_long(lines)))
    if any(len(rules_of(line)) > MOST_AT_ONCE for line in kept):
        kept = _all_carried(_without_loops(lines))
    for may_join in (_belong_together, *([_short_enough] if len(kept) > MOST_STEPS + 1 else [])):
        kept = _joined_steps(kept, may_join)
    return Derivation(tuple(kept), indices, entry)


def rules_of(line: Line) -> tuple[str, ...]:
    """The rules that lead to a line; none where it is only rearranged."""
    return tuple(reason for reason in line.reasons if reason not in (REARRANGED, RESTATED, MULTIPLIED))


def _all_carried(lines: Sequence[Line]) -> list[Line]:
    return [lines[0], *(_carried(a.expr, b) for a, b in pairwise(lines))]


def _carried(before: Expr, line: Line) -> Line:
    found = _shown(before, line.expr, rules_of(line))
    if found is None:
        raise BrokenStep(before, line.expr)
    return replace(line, reasons=found)


def _shown(before: Expr, after: Expr, reasons: Iterable[str]) -> tuple[str, ...] | None:
    """Those of the rules that are needed for a step."""
    found = needed(before, [rule(reason) for reason in dict.fromkeys(reasons)], after)
    if found is None:
        return None
    ids = tuple(_direction(r.id, before, after) for r in found)
    return ids or (REARRANGED,)


def _direction(id: str, before: Expr, after: Expr) -> str:
    """A delta is put in where there are more of them afterwards."""
    if id not in ("contract", "insert-delta"):
        return id
    more = _count(after, "delta") > _count(before, "delta")
    return "insert-delta" if more else "contract"


def _count(expr: Expr, op: str) -> int:
    return sum(isinstance(node, Apply) and node.op == op for node in walk(expr))


# --- fewer lines ------------------------------------------------------------------------------------------------------


def _joined_steps(lines: list[Line], may_join: Callable[[Line, Line, tuple[str, ...]], bool]) -> list[Line]:
    """The lines without those between two steps that make one, as long as its rules carry it."""
    k = 1
    while k < len(lines) - 1:
        first, second = lines[k], lines[k + 1]
        joint = tuple(dict.fromkeys((*rules_of(first), *rules_of(second))))
        if may_join(first, second, joint):
            found = _shown(lines[k - 1].expr, second.expr, joint)
            if found is not None:
                lines = [
                    *lines[:k],
                    Line(second.expr, found, first.backwards and second.backwards),
                    *lines[k + 2 :],
                ]
                k = max(k - 1, 1)
                continue
        k += 1
    return lines


def _belong_together(first: Line, second: Line, joint: tuple[str, ...]) -> bool:
    """Whether one of two steps says little, or both are of one kind, read in one direction."""
    if len(joint) > MOST_REASONS:
        return False
    own, other = set(first.reasons), set(second.reasons)
    if own <= _NOISE or other <= _NOISE:
        return True
    if first.backwards != second.backwards:
        return False
    if all(reason.startswith("def-") for reason in joint):
        return True
    return set(joint) <= _DIFFERENTIATION


def _short_enough(first: Line, second: Line, joint: tuple[str, ...]) -> bool:
    return len(joint) <= MOST_REASONS and first.backwards == second.backwards


def _without_long(lines: Sequence[Line]) -> list[Line]:
    """The lines without the long ones between the first and the last, whose reasons go to the next line."""
    kept = list(lines[:1])
    reasons: tuple[str, ...] = ()
    for line in lines[1:]:
        reasons = tuple(dict.fromkeys((*reasons, *line.reasons)))
        if line is lines[-1] or not _is_long(line.expr):
            kept.append(replace(line, reasons=reasons))
            reasons = ()
    return kept


def _is_long(expr: Expr) -> bool:
    return expr.nodes > LONGEST_LINE or len(str(expr)) > LONGEST_LINE


def _without_loops(lines: Sequence[Line]) -> list[Line]:
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
