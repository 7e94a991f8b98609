"""Component form, rule by rule: definitions from the outside in, then derivatives carried out round by round."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, lru_cache

from cheatsheet.derivatives.rules.definitions import definition_of
from cheatsheet.derivatives.rules.differentiation import LAW_OF, OF_TRACES, carried_out, directed, rule_of
from cheatsheet.derivatives.rules.laws import laws
from cheatsheet.derivatives.rules.remembering import MOST_KEPT
from cheatsheet.derivatives.rules.rule import spread
from cheatsheet.derivatives.rules.sums import has_bound_delta
from cheatsheet.derivatives.rules.unfolding import ENTRYWISE, squared_norm
from cheatsheet.derivatives.rules.words import LAW
from cheatsheet.derivatives.steps.chains import Chain, Line, by_components
from cheatsheet.language.expressions import Apply, Expr, rebuild, walk
from cheatsheet.language.table import build

MOST_LINES = 60
OF_OPERATORS = (
    "linearity",
    "product-rule",
    "quotient-rule",
    "power-rule",
    "chain-rule",
    *sorted(set(LAW_OF.values())),
    *OF_TRACES.values(),
)
OF_ENTRIES = ("constant", "own-derivative", "delta", "delta-matrix")


def written_out(expr: Expr, barred: frozenset[str]) -> list[Line]:
    """A component written out as far as definitions and the rules of differentiation go."""
    chain = Chain(expr, by_components)
    _take_apart(chain, barred)
    _unfold(chain, barred)
    if chain.step(["cofactor-expansion", "def-adj"]):
        _unfold(chain, barred)
    chain.step(["contract"])
    while len(chain.lines) < MOST_LINES and _round(chain, barred):
        pass
    return chain.lines


def _take_apart(chain: Chain, barred: frozenset[str]) -> None:
    while len(chain.lines) < MOST_LINES and any(
        chain.step([id]) for id in _laws_for(chain.expr) if id not in barred
    ):
        pass


def _laws_for(expr: Expr) -> list[str]:
    """The laws for functions of composite matrices, of whose entries components say nothing: (XY)⁻¹ = Y⁻¹X⁻¹."""
    pairs = {
        (n.op, n.args[0].op)
        for n in walk(expr)
        if isinstance(n, Apply) and n.args and isinstance(n.args[0], Apply)
    }
    return [
        id
        for pair, id in _taking_apart()
        if pair in pairs or (pair[1] == "scale" and (pair[0], "neg") in pairs)
    ]


@cache
def _taking_apart() -> tuple[tuple[tuple[str, str], str], ...]:
    """Such laws with the function and the operator inside it."""
    found = []
    for law in laws().values():
        match law.equation.lhs:
            case Apply(op="det" | "inv" | "adj" | "expm" as op, args=(Apply() as inner,)) if inner.op not in (
                "block",
                "I",
            ):
                found.append(((op, inner.op), LAW + law.id))
    return tuple(found)


def _unfold(chain: Chain, barred: frozenset[str]) -> bool:
    """Every definition that applies, the outermost operator first."""
    stuck: set[str] = set(barred)
    found = False
    while len(chain.lines) < MOST_LINES:
        names = dict.fromkeys(f"def-{name}" for name in operators(spread(chain.expr)) if name)
        waiting = next((name for name in names if name not in stuck), None)
        if waiting is None:
            return found
        if chain.step([waiting]):
            found = True
        else:
            stuck.add(waiting)
    return found


def operators(expr: Expr) -> Iterator[str]:
    """The operators whose definition can be used somewhere, parents before children."""
    match expr:
        case Apply(op="component", args=(Apply() as operand, *_)):
            yield definition_of(operand)
        case Apply() if squared_norm(expr):
            yield "norm"
        case Apply() if expr.shape.is_scalar and expr.op not in ENTRYWISE and expr.op not in ("diff", "d"):
            yield definition_of(expr)
    for child in expr.children:
        yield from operators(child)


def _round(chain: Chain, barred: frozenset[str]) -> bool:
    """One derivative carried out: rules for operators, deltas, definitions, sums over deltas."""
    start = len(chain.lines)
    rules, entries = ([id for id in ids if id not in barred] for ids in (OF_OPERATORS, OF_ENTRIES))
    while pending(chain.expr) and len(chain.lines) < MOST_LINES:
        fired = [chain.step([id], innermost) for id in rules]
        if not any(fired):
            break
    chain.step(entries, innermost)
    _take_apart(chain, barred)
    _unfold(chain, barred)
    chain.step(entries, innermost)
    chain.step(["contract"])
    if has_bound_delta(chain.expr):
        chain.step(["expand", "sum-by-terms", "contract"])
    return len(chain.lines) > start and pending(chain.expr)


@lru_cache(maxsize=MOST_KEPT)
def pending(expr: Expr) -> bool:
    """Whether a derivative stands there that a rule can carry further."""
    found = directed(expr)
    if found is None:
        return any(map(pending, expr.children))
    y, direction, _ = found
    return pending(y) or (rule_of(y, direction) != "" and carried_out(y, direction) is not None)


def innermost(expr: Expr, change: Callable[[Expr], Expr]) -> Expr:
    """The expression with the derivatives changed that have no others to be carried out inside."""
    found = directed(expr)
    if found is None:
        return rebuild(expr, lambda child: innermost(child, change))
    y, direction, others = found
    if pending(y):
        return rebuild(expr, lambda child: innermost(child, change) if child is y else child)
    if others:
        inner = change(direction.derivative(y))
        return build("diff", inner, *others, params=("numerator",))
    return change(expr)
