"""Why a line of a derivation follows from the one above: keys of the glossary of reasons."""

from __future__ import annotations

from cheatsheet.calculus.differentials import depends
from cheatsheet.derivatives.rules.unfolding import operators_unfolded
from cheatsheet.language.expressions import Apply, Expr, Index, Sum, Symbol, symbols, walk

MOST_RULES = 3

RULE_OF = {
    "power": "power-rule",
    "det": "jacobi",
    "logdet": "logdet-rule",
    "inv": "inverse-rule",
    "adj": "adjugate-rule",
}
_LINEAR = frozenset({"add", "sub", "neg"})
_TRANSPARENT = frozenset({"component", "diff"})


def rules_used(y: Expr, x: Symbol) -> tuple[str, ...]:
    """The rules that differentiating ``y`` by an entry of ``x`` calls for, from the outside in.

    >>> from cheatsheet.language.dimensions import Shape
    >>> from cheatsheet.language.table import build
    >>> a, x = Symbol("a", Shape.scalar()), Symbol("x", Shape.scalar())
    >>> rules_used(build("scale", a, x), x), rules_used(build("scale", x, x), x), rules_used(a, x)
    (('linearity',), ('product-rule',), ('constant',))
    """
    if not _varies(y, x):
        return ("constant",)
    found = [_rule(node, x) for node in walk(y) if _varies(node, x)]
    return tuple(dict.fromkeys(rule for rule in found if rule))[:MOST_RULES] or ("linearity",)


def _varies(expr: Expr, x: Symbol) -> bool:
    return any(s == x or depends(s, x) for s in symbols(expr))


def _rule(node: Expr, x: Symbol) -> str:
    """The rule for one node that varies, empty where it takes none."""
    match node:
        case Sum():
            return "linearity"
        case Apply() if node.op in _LINEAR:
            return "linearity"
        case Apply(op="scale"):
            return "product-rule" if all(_varies(child, x) for child in node.children) else "linearity"
        case Apply(op="over"):
            return "quotient-rule" if _varies(node.children[1], x) else "linearity"
        case Apply() if node.op in RULE_OF:
            return RULE_OF[node.op]
        case Apply() if node.children and node.op not in _TRANSPARENT:
            return "chain-rule"
    return ""


def writing_out(differentiated: Expr) -> tuple[str, ...]:
    """What is done to a derivative that the rules gave: operators written out, or only Σ drawn to the front."""
    used = operators_unfolded(differentiated, throughout=True)
    return used if used != ("components",) else ("sums-to-front",)


def putting_deltas(before: Expr, after: Expr) -> tuple[str, ...]:
    """∂xₖ/∂xⱼ is a delta, ∂xₖₗ/∂xᵢⱼ a product of two; for a scalar, ∂x/∂x is one."""
    if not _has_delta(after):
        return ("own-derivative",)
    variables = (n.children[1] for n in walk(before) if isinstance(n, Apply) and n.op == "diff")
    of_matrix = any(isinstance(v, Apply) and v.op == "component" and len(v.args) == 3 for v in variables)
    return ("delta-matrix",) if of_matrix else ("delta",)


def contracting(before: Expr) -> tuple[str, ...]:
    """A delta takes a sum away; without one, the sum is only taken apart."""
    if _has_delta(before):
        return ("rearrange",) if is_contracted(before) else ("contract",)
    return ("sum-by-terms",) if any(isinstance(n, Sum) for n in walk(before)) else ("rearrange",)


def is_contracted(expr: Expr) -> bool:
    """Whether no sum over an index of a delta remains to be carried out."""
    return not any(
        isinstance(node, Sum) and _deltas(node) & {str(i.name) for i in node.indices} for node in walk(expr)
    )


def _has_delta(expr: Expr) -> bool:
    return bool(_deltas(expr))


def _deltas(expr: Expr) -> set[str]:
    """The index names that stand in deltas."""
    deltas = [node for node in walk(expr) if isinstance(node, Apply) and node.op == "delta"]
    return {str(i.name) for delta in deltas for i in delta.args if isinstance(i, Index)}
