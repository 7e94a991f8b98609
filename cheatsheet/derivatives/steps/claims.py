"""The derivation of a claim: both sides by components, derivatives taken entry by entry, until the two meet."""

from __future__ import annotations

from itertools import product as cartesian

from cheatsheet.calculus.alignment import aligned
from cheatsheet.calculus.differentials import depends, differentiate, expand_differential
from cheatsheet.calculus.index_values import is_spelled_out
from cheatsheet.calculus.prove import normal_forms, prove
from cheatsheet.calculus.restated import equivalent_forms
from cheatsheet.calculus.terms import NoIndexForm
from cheatsheet.calculus.to_expression import component
from cheatsheet.derivatives.rules.contraction import contract, deltas_for_derivatives
from cheatsheet.derivatives.rules.laws import taken_apart
from cheatsheet.derivatives.rules.unfolding import (
    FUNCTIONS,
    IndexNames,
    in_reading_order,
    operators_unfolded,
    unfold,
    unfold_once,
)
from cheatsheet.derivatives.rules.words import LAW
from cheatsheet.derivatives.steps.naming import (
    matching_names,
    rename_bound,
    with_distinct_sums,
    with_numbered_indices,
)
from cheatsheet.derivatives.steps.reasons import (
    contracting,
    is_contracted,
    putting_deltas,
    rules_used,
    writing_out,
)
from cheatsheet.derivatives.steps.steps import BrokenStep, Derivation, Line, checked, ordered
from cheatsheet.language.expressions import (
    Apply,
    Equation,
    Expr,
    Index,
    Sum,
    Symbol,
    free_indices,
    inline_definitions,
    rebuild,
    substitute,
    symbols,
    walk,
    without_properties,
)
from cheatsheet.language.table import build
from cheatsheet.language.tidying import tidied

MOST_UNFOLDINGS = 4
MOST_SWEEPS = 5


MOST_CASES = 16


def derive_claim(equation: Equation) -> Derivation:
    """The worked derivation of an equality; the first case of several.

    Raises :class:`~cheatsheet.derivatives.steps.steps.BrokenStep` or
    :class:`~cheatsheet.calculus.terms.NoIndexForm` where none can be given.
    """
    return derive_cases(equation)[0]


def derive_cases(equation: Equation) -> tuple[Derivation, ...]:
    """The worked derivation of an equality, one for each block of a block matrix or position of a small one.

    A claim M⁻¹ = X that is not derived by components is derived in the form M X = I.
    """
    lhs, rhs = inline_definitions(equation.lhs), inline_definitions(equation.rhs)
    spoken_for = _names_in_use(equation.lhs, equation.rhs)
    problem: Exception | None = None
    own, *checks = equivalent_forms(lhs, rhs)
    for left, right in [*checks, own] if _inverts_a_composite(lhs) else [own, *checks]:
        for positions in (False, True):
            try:
                found = _cases(*aligned(left, right), positions, spoken_for)
            except (NoIndexForm, BrokenStep) as error:
                problem = problem or error
                continue
            return found if (left, right) == own else tuple(_as_check(d) for d in found)
    assert problem is not None
    raise problem


def _inverts_a_composite(side: Expr) -> bool:
    """Whether the side is the inverse of a composite matrix, of which components say nothing by themselves."""
    match side:
        case Apply(op="inv", args=(Apply() as inner,)):
            return inner.op not in ("inv", "transpose")
    return False


def _cases(lhs: Expr, rhs: Expr, positions: bool, spoken_for: set[str]) -> tuple[Derivation, ...]:
    names = IndexNames(spoken_for | _names_in_use(lhs, rhs))
    lhs, rhs = (_apart(_without_idle_layouts(side), names) for side in (lhs, rhs))
    axes = lhs.shape.free_axes
    if positions and not any(is_spelled_out(axis) for axis in axes):
        raise NoIndexForm("no small axes to go through")
    choices = [
        [Index(k, axis) for k in range(axis.at({}))]
        if positions and is_spelled_out(axis)
        else names.choices(axis)
        for axis in axes
    ]
    cases = list(cartesian(*choices))
    if len(cases) > MOST_CASES:
        raise NoIndexForm("too many blocks to go through")
    return tuple(_case(lhs, rhs, list(indices), IndexNames(names.taken)) for indices in cases)


def _case(lhs: Expr, rhs: Expr, indices: list[Index], names: IndexNames) -> Derivation:
    left = _worked_out(_entry(lhs, indices), names)
    right = _written_out(_entry(rhs, indices), names)
    try:
        return checked(_joined(left, right), tuple(indices), tidied(right[-1].expr))
    except BrokenStep:  # some line on the way is beyond the calculus: the sides are compared as they stand
        first, last = left[0].expr, right[0].expr
        return checked([Line(first), Line(last, _meeting(first, last))], tuple(indices))


def _as_check(derivation: Derivation) -> Derivation:
    """A derivation of M X = I, said to be what shows X to be the inverse."""
    first, second, *others = derivation.lines
    reasons = ("inverse-check", *second.reasons)
    lines = (first, Line(second.expr, reasons), *others)
    return Derivation(lines, derivation.indices, None)


def _without_idle_layouts(expr: Expr) -> Expr:
    """The derivative of a scalar by a scalar has no layout: all of them are written alike."""
    expr = rebuild(expr, _without_idle_layouts)
    if (
        isinstance(expr, Apply)
        and expr.op == "diff"
        and all(child.shape.is_scalar for child in expr.children)
    ):
        return build("diff", *expr.args, params=("numerator",))
    return expr


def _entry(side: Expr, indices: list[Index]) -> Expr:
    """The component from which a derivation sets out, a transpose left standing."""
    return build("component", side, *indices) if indices else side


def _names_in_use(*sides: Expr) -> set[str]:
    """The names that indices may not have; the entries of a matrix are printed in small letters."""
    taken: set[str] = set()
    for side in sides:
        for symbol in symbols(side):
            taken |= {symbol.name, symbol.name.lower(), *symbol.shape.names, *(s.name for s in symbol.of)}
            if symbol.definition is not None:
                taken |= _names_in_use(symbol.definition)
        for node in walk(side):
            taken |= node.shape.names
        taken |= set(free_indices(side))
    return taken


def _apart(expr: Expr, names: IndexNames) -> Expr:
    """Every sum over index names of its own."""
    if isinstance(expr, Sum):
        bound = []
        body = _apart(expr.body, names)
        change: dict[str, Index] = {}
        for index in expr.indices:
            name = str(index.name)
            if name in names.taken:
                new = Index(names.fresh(index.axis), index.axis)
                change[name] = new
            else:
                names.taken.add(name)
                new = index
            bound.append(new)
        return Sum(substitute(body, change), tuple(bound))
    return rebuild(expr, lambda child: _apart(child, names))


def _written_out(expr: Expr, names: IndexNames) -> list[Line]:
    """An expression and its component form, step by step; the reason of a line explains it from the line before."""
    lines = [Line(expr)]
    for _ in range(MOST_SWEEPS):
        lawful, used = taken_apart(lines[-1].expr)
        if not used:
            break
        lines.append(Line(lawful, tuple(LAW + law for law in used)))
    for _ in range(MOST_UNFOLDINGS):
        used = operators_unfolded(lines[-1].expr)
        following = unfold_once(lines[-1].expr, names)
        if following == lines[-1].expr:
            return lines
        lines.append(Line(following, used))
    final = unfold(lines[-1].expr, names)
    if final != lines[-1].expr:
        lines.append(Line(final, ("components",)))
    return lines


def _worked_out(expr: Expr, names: IndexNames) -> list[Line]:
    """The component form with every derivative carried out."""
    expanded = _increments(expr)
    if _pending(expanded):
        return _entry_differentiated(expanded, names)
    start = [Line(expr)] if expanded == expr else [Line(expr), Line(expanded, ("differential-rules",))]
    written = _written_out(expanded, names)
    return [*start[:-1], Line(expanded, start[-1].reasons), *written[1:]]


def _entry_differentiated(expr: Expr, names: IndexNames) -> list[Line]:
    """The derivative of an entry by an entry: written out first, then differentiated as often as it says."""
    lines = [Line(expr), Line(unfold_once(expr, names), operators_unfolded(expr))]
    form = in_reading_order(unfold(lines[-1].expr, names))
    lines.append(Line(form, ("components",)))
    while _pending(lines[-1].expr):
        lines += _differentiated(lines[-1].expr, names)
    return lines


def _increments(expr: Expr) -> Expr:
    """Every d(Y) expressed by the increments of what varies."""
    if isinstance(expr, Apply) and expr.op == "d":
        expanded = expand_differential(expr)
        return build("zeros", *expr.shape.axes) if expanded is None else expanded
    return rebuild(expr, _increments)


def _pending(expr: Expr) -> bool:
    """Whether a derivative remains that the rules can carry out."""
    return any(
        isinstance(n, Apply)
        and (n.op in ("grad", "jacobian", "hessian") or (n.op == "diff" and not _is_elementary(n)))
        for n in walk(expr)
    )


def _is_elementary(derivative: Apply) -> bool:
    """An entry of an abstract function differentiated by entries, which no rule takes further."""
    y, *variables = derivative.children
    entry = _symbol_of(y)
    places = [_symbol_of(v) for v in variables]
    return entry is not None and all(p is not None and depends(entry, p) for p in places)


def _symbol_of(entry: Expr) -> Symbol | None:
    if isinstance(entry, Symbol):
        return entry
    if isinstance(entry, Apply) and entry.op == "component" and isinstance(entry.args[0], Symbol):
        return entry.args[0]
    return None


def _differentiated(expr: Expr, names: IndexNames) -> list[Line]:
    """One round: the rules of differentiation, deltas for ∂xₖ/∂xⱼ, the sums over deltas carried out."""
    applied, rules = _apply_rules(expr)
    applied = with_distinct_sums(applied, names)
    lines = [Line(applied, rules)]
    lines.append(Line(in_reading_order(unfold(applied, names)), writing_out(applied)))
    with_deltas = deltas_for_derivatives(lines[-1].expr)
    lines.append(Line(with_deltas, putting_deltas(lines[-1].expr, with_deltas)))
    lines.append(Line(contract(with_deltas), contracting(with_deltas)))
    return lines


def _apply_rules(expr: Expr) -> tuple[Expr, tuple[str, ...]]:
    """Each innermost pending derivative replaced by what the rules say, by the first of its variables."""
    if isinstance(expr, Apply) and expr.op == "diff" and not _is_elementary(expr):
        y, first, *others = expr.children
        if any(isinstance(n, Apply) and n.op == "diff" and not _is_elementary(n) for n in walk(y)):
            inner, rules = _apply_rules(y)
            return build("diff", inner, first, *others, params=expr.params), rules
        own, variable = _symbol_of(y), _symbol_of(first)
        if own is not None and own == variable:
            result: Expr = deltas_for_derivatives(build("diff", y, first, params=expr.params))
            rules = putting_deltas(expr, result)
        else:
            result = _derivative(y, first)
            rules = rules_used(y, variable) if variable is not None else ()
        if others:
            result = build("diff", result, *others, params=expr.params)
        return result, rules
    if isinstance(expr, (Apply, Sum)):
        rules_found: list[str] = []

        def change(child: Expr) -> Expr:
            new, rules = _apply_rules(child)
            rules_found.extend(rules)
            return new

        new = rebuild(expr, change)
        return new, tuple(dict.fromkeys(rules_found))
    return expr, ()


def _derivative(y: Expr, variable: Expr) -> Expr:
    """The derivative of a scalar by one entry, with ∂xₖ/∂xⱼ standing where x varies."""
    from cheatsheet.language.expressions import Number

    x = _symbol_of(variable)
    directions = {
        s: build("diff", s, variable, params=("numerator",))
        for s in symbols(y)
        if s == x or (x is not None and depends(s, x))
    }
    derivative = differentiate(y, directions)
    return Number(0) if derivative is None else _flattened(derivative)


def _flattened(expr: Expr) -> Expr:
    """∂(∂y/∂a)/∂b as one derivative of second order."""
    expr = rebuild(expr, _flattened)
    match expr:
        case Apply(op="component", args=(Apply(op="diff") as inner, *indices)) if len(inner.args) == 2:
            y, x = inner.children
            if not y.shape.is_scalar and x.shape.is_scalar:
                places = [i for i in indices if isinstance(i, Index)]
                return _flattened(build("diff", component(y, places), x, params=inner.params))
        case Apply(op="diff", args=(Apply(op="diff") as inner, *others)):
            return build("diff", *inner.args, *others, params=expr.params)
    return expr


def _joined(left: list[Line], right: list[Line]) -> list[Line]:
    """Down the left side and up the right one; reasons of the right side belong to the line below."""
    names = matching_names(right[-1].expr, left[-1].expr)
    right = [Line(rename_bound(line.expr, names), line.reasons) for line in right]
    lines = list(left)
    for k, line in enumerate(reversed(right)):
        reasons = right[len(right) - k].reasons if k else _meeting(left[-1].expr, line.expr)
        lines.append(Line(line.expr, tuple("recognise" if r == "components" else r for r in reasons)))
    return lines


PROPERTIES = ("symmetric", "antisymmetric", "orthogonal", "idempotent", "diagonal", "lower_triangular",
              "upper_triangular", "positive_definite")  # fmt: skip


def _meeting(a: Expr, b: Expr) -> tuple[str, ...]:
    """Why the two component forms are equal: the order of terms, deltas, declared properties, laws of functions.

    Each reason is found by trying whether the forms stay equal without it.
    """
    bare = [without_properties(side) for side in (a, b)]
    if equal(_with_atoms(bare[0]), _with_atoms(bare[1])):
        if _orders(a) != _orders(b) and _orders(a, sort=True) == _orders(b, sort=True):
            return ("mixed-partials",)
        if is_contracted(a) and is_contracted(b):
            return _differentiating(a, b) or ("rearrange",)
        contracted = [ordered(contract(tidied(side))) for side in (a, b)]
        return ("contract",) if contracted[0] == contracted[1] else ("contract", "rearrange")
    declared = {p for e in (a, b) for s in symbols(e) for p in s.properties}
    needed = () if equal(*bare) else tuple(f"property-{p}" for p in PROPERTIES if p in declared)
    if needed and equal(_with_atoms(a), _with_atoms(b)):
        return (*needed[:2], "rearrange") if _has_terms(a) or _has_terms(b) else needed[:2]
    ops = [{n.op for n in walk(e) if isinstance(n, Apply)} for e in (a, b)]
    both = ops[0] | ops[1]
    if ("adj" in ops[0]) != ("adj" in ops[1]) and "inv" in both:
        return ("adjugate-is-det-inverse", *needed[:1])
    laws = [law for law in LAWS if law in both]
    return (*[f"law-{law}" for law in laws][:2], *needed[:1]) or ("rearrange",)


def _differentiating(a: Expr, b: Expr) -> tuple[str, ...]:
    """Whether one form still has a derivative to be carried out, or derivatives by what stands between."""
    found = [
        {tuple(map(_symbol_of, n.children)) for n in walk(side) if isinstance(n, Apply) and n.op == "diff"}
        for side in (a, b)
    ]
    if found[0] and found[1]:
        by = [{v for _, *variables in side for v in variables} for side in found]
        return ("chain-rule",) if by[0] != by[1] else ("differentiate",) if found[0] != found[1] else ()
    return ("differentiate",) if found[0] or found[1] else ()


def _has_terms(expr: Expr) -> bool:
    """Whether the form has terms or sums to be gone through besides what a property says."""
    return any(isinstance(n, Sum) or (isinstance(n, Apply) and n.op in ("add", "sub")) for n in walk(expr))


def _orders(expr: Expr, sort: bool = False) -> set[tuple[str, ...]]:
    """The variables of each repeated derivative, in the order in which it is taken, or sorted."""
    found = set()
    for node in walk(expr):
        if isinstance(node, Apply) and node.op == "diff":
            inner, variables = node.children[0], list(map(repr, node.children[1:]))
            while isinstance(inner, Apply) and inner.op == "diff":
                variables = [*map(repr, inner.children[1:]), *variables]
                inner = inner.children[0]
            if len(variables) > 1:
                found.add(tuple(sorted(variables) if sort else variables))
    return found


LAWS = ("adj", "det", "logdet", "inv", "pinv", "expm", "matrix_power", *FUNCTIONS, "power")
"""Operators whose laws a step may rest on, the most telling first."""


def equal(a: Expr, b: Expr) -> bool:
    return prove(Equation(a, b))


def _written(function: Apply) -> str:
    """The function and its arguments as text, the same for arguments of the same normal form."""
    if all(child.shape.is_scalar for child in function.children):
        forms = normal_forms(function.children)
        if None not in forms:
            return f"{function.op} {forms}"
    return str(with_numbered_indices(ordered(rebuild(function, tidied))))


def _with_atoms(expr: Expr) -> Expr:
    """The expression with functions of matrices and of scalars standing as letters of their own."""
    if isinstance(expr, Apply) and expr.op in LAWS and expr.op not in ("sqrt", "power"):
        if not expr.shape.is_scalar or not free_indices(expr):
            of = expr.children[0]
            symmetric = not expr.shape.is_scalar and isinstance(of, Symbol) and "symmetric" in of.properties
            properties = frozenset({"symmetric"} if symmetric else ())
            return Symbol(f"\u25a1{_written(expr)}", expr.shape, properties)
        return expr
    return rebuild(expr, _with_atoms)
