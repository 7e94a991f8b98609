"""Rules for functions of numbers and for small matrices that are written out: eᵃ⁺ᵇ = eᵃ eᵇ, det by its first row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from cheatsheet.calculus.index_values import is_spelled_out
from cheatsheet.calculus.to_expression import component
from cheatsheet.derivatives.rules.remembering import remembered
from cheatsheet.derivatives.rules.sums import added, drawn_out, factors, multiplied, terms
from cheatsheet.language.expressions import Apply, Expr, Index, Number, Size, Sum, Symbol, rebuild, symbols
from cheatsheet.language.formulas import flipped, formula
from cheatsheet.language.table import TABLE, build

MOST_WRITTEN_OUT = 4
"""The size up to which a determinant is written out."""
Change = Callable[[Apply], Expr | None]


@dataclass(frozen=True)
class Local:
    """A rule for single nodes of an expression."""

    id: str
    change: Change

    @remembered
    def rewritten(self, expr: Expr) -> Expr:
        expr = rebuild(expr, self.rewritten)
        if isinstance(expr, Apply):
            new = self.change(expr)
            if new is not None and new != expr:
                return self.rewritten(new)
        return expr


def by_formula(operator: str, text: str) -> Local:
    """The definition of a function of numbers, ``1 / (1 + exp(-x))`` say."""

    def change(node: Apply) -> Expr | None:
        if node.op != operator or not node.shape.is_scalar:
            return None
        return _filled(formula(text), node.children)

    return Local(f"function-{operator}", change)


def _filled(pattern: Expr, values: tuple[Expr, ...]) -> Expr:
    names = {"x": 0, "y": 1}
    found = [s for s in symbols(pattern) if pattern == s]
    if found:
        return values[names[found[0].name]]
    return rebuild(pattern, lambda child: _filled(child, values))


def _exponential(node: Apply) -> Expr | None:
    """The exponential of a sum is a product, of a multiple a power."""
    if node.op != "exp" or not node.shape.is_scalar:
        return None
    (a,) = node.children
    parts = terms(a)
    if len(parts) > 1:
        return multiplied([build("exp", t) if s > 0 else _below(build("exp", t)) for s, t in parts])
    sign, inner = parts[0]
    if sign < 0:
        return _below(build("exp", inner))
    if inner == Number(0):
        return Number(1)
    match inner:
        case Apply(op="scale", args=(Number() as k, Expr() as rest)):
            return build("power", build("exp", rest), k)
    return None


def _below(a: Expr) -> Expr:
    return build("over", Number(1), a)


def _inverse_functions(node: Apply) -> Expr | None:
    """exp(log a) = a = log(exp a), exp(k log a) = aᵏ."""
    match node:
        case (
            Apply(op="exp", args=(Apply(op="log") as inner,))
            | Apply(op="log", args=(Apply(op="exp") as inner,))
        ):
            return inner.children[0] if node.shape.is_scalar else None
        case Apply(op="exp", args=(Apply(op="scale", args=(Expr() as k, Apply(op="log") as log)),)):
            return build("power", log.children[0], k) if node.shape.is_scalar else None
    return None


def _log_of_product(node: Apply) -> Expr | None:
    """The logarithm of a product is a sum. All factors have to be positive, which is known if it is of all but one."""
    if node.op != "log" or not node.shape.is_scalar:
        return None
    match drawn_out(node.children[0]):
        case Number() as a if a.value == 1:
            return Number(0)
        case Apply(op="scale") as a if sum(not is_positive(f) for f in factors(a)) <= 1:
            return added([(1, build("log", f)) for f in factors(a)])
        case Apply(op="over", args=(Expr() as x, Expr() as y)) if is_positive(x) or is_positive(y):
            first: list[tuple[int, Expr]] = [] if x == Number(1) else [(1, build("log", x))]
            return added([*first, (-1, build("log", y))])
    return None


def _log_of_power(node: Apply) -> Expr | None:
    """The logarithm of a power is a multiple, where the base is known to be positive."""
    if node.op != "log" or not node.shape.is_scalar:
        return None
    match node.children[0]:
        case Apply(op="power", args=(Expr() as x, Expr() as k)) if is_positive(x) or not _even(k):
            return build("scale", k, build("log", x))
        case Apply(op="sqrt", args=(Expr() as x,)):
            return build("over", build("log", x), Number(2))
    return None


def _power(node: Apply) -> Expr | None:
    """aᵐ⁺ⁿ = aᵐ aⁿ, (ab)ⁿ = aⁿ bⁿ, (aᵐ)ⁿ = aᵐⁿ for exponents that are letters; the last for a > 0 or integers."""
    if node.op != "power" or not node.shape.is_scalar or isinstance(node.children[1], Number):
        return None
    base, exponent = node.children
    parts = terms(exponent)
    if len(parts) > 1 or parts[0][0] < 0:
        powers = [build("power", base, t) for _, t in parts]
        return multiplied([p if s > 0 else _below(p) for (s, _), p in zip(parts, powers, strict=True)])
    match base:
        case Number() if base.value == 1:
            return base
        case Apply(op="scale"):
            return multiplied([build("power", f, exponent) for f in factors(base)])
        case Apply(op="over", args=(Expr() as x, Expr() as y)):
            return build("over", build("power", x, exponent), build("power", y, exponent))
        case Apply(op="power", args=(Expr() as x, Expr() as k)) if is_positive(x) or (
            is_integer(k) and is_integer(exponent)
        ):
            return build("power", x, build("scale", k, exponent))
    return None


def is_integer(x: Expr) -> bool:
    """Whether a number is an integer by its form and by declarations."""
    match x:
        case Number():
            return x.value.denominator == 1
        case Symbol():
            return "integer" in x.properties
        case Size():
            return True
        case Apply(op="scale" | "add" | "sub" | "neg"):
            return all(map(is_integer, x.children))
    return False


def _root(node: Apply) -> Expr | None:
    """√(ab) = √a √b where one of the factors is a square or known to be positive; √a² = |a|."""
    if node.op != "sqrt" or not node.shape.is_scalar:
        return None
    match drawn_out(node.children[0]):
        case Apply(op="power", args=(Expr() as x, Number() as k)) if k.value == 2:
            return x if of_one_sign(x) else build("abs", x)
        case Apply(op="over", args=(Expr() as x, Expr() as y)) if of_one_sign(y):
            return build("over", build("sqrt", x), build("sqrt", y))
        case Apply(op="scale") as product:
            outside = [f for f in factors(product) if of_one_sign(f)]
            inside = [f for f in factors(product) if not of_one_sign(f)]
            if outside and len(outside) + len(inside) > 1:
                roots = [build("sqrt", f) for f in outside]
                return multiplied([*roots, *([build("sqrt", multiplied(inside))] if inside else [])])
    return None


def of_one_sign(x: Expr) -> bool:
    """Whether a number cannot be negative."""
    if isinstance(x, Apply) and x.op == "power":
        return x.children[1] == Number(2) or is_positive(x)
    return is_positive(x) or (isinstance(x, Apply) and TABLE[x.op].sign == "nonnegative")


def _absolute(node: Apply) -> Expr | None:
    """|a| = a · sign a, and the square of a sign is 1 where a is known not to be zero."""
    match node:
        case Apply(op="abs", args=(Expr() as a,)) if node.shape.is_scalar:
            return build("scale", a, build("sign", a))
        case Apply(op="power", args=(Apply(op="sign", args=(Expr() as a,)), Number() as k)) if (
            node.shape.is_scalar
        ):
            return Number(1) if k.value == 2 and _is_not_zero(a) else None
    return None


def _adjugate_by_inverse(node: Apply) -> Expr | None:
    """adj A = det A · A⁻¹, where A is invertible."""
    if node.op != "adj":
        return None
    (a,) = node.children
    return build("scale", build("det", a), build("inv", a))


def is_positive(x: Expr) -> bool:
    """Whether a number is positive by its form and by declarations."""
    match x:
        case Number():
            return x.value > 0
        case Size():
            return True
        case Symbol():
            return "positive" in x.properties
        case Sum(body=body):
            return is_positive(body)
        case Apply(op="component", args=(Expr() as whole, *_)):
            return is_positive(whole)
        case Apply(op="scale" | "over" | "add" | "sqrt" | "power"):
            return all(map(is_positive, x.children[: 1 if x.op == "power" else 2]))
        case Apply() if TABLE[x.op].sign == "positive":
            return True
        case Apply(op="det", args=(Symbol() as symbol,)):
            return "positive_definite" in symbol.properties
    return False


def _is_not_zero(x: Expr) -> bool:
    return is_positive(x) or (isinstance(x, Symbol) and "nonzero" in x.properties)


def _even(exponent: Expr) -> bool:
    return not isinstance(exponent, Number) or exponent.value % 2 == 0


def _pythagoras(node: Apply) -> Expr | None:
    """sin² = 1 − cos²."""
    match node:
        case Apply(op="power", args=(Apply(op="sin") as sine, Number() as k)) if (
            k.value == 2 and node.shape.is_scalar
        ):
            return build("sub", Number(1), build("power", build("cos", *sine.children), k))
        case Apply(op="scale") if node.shape.is_scalar:
            parts = factors(node)
            for twice in (f for k, f in enumerate(parts) if f in parts[:k]):
                if (square := _pythagoras(Apply("power", (twice, Number(2)), node.shape))) is not None:
                    parts.remove(twice)
                    parts.remove(twice)
                    return multiplied([square, *parts])
    return None


def _addition(node: Apply) -> Expr | None:
    """sin and cos of a sum and of a whole multiple."""
    if node.op not in ("sin", "cos") or not node.shape.is_scalar:
        return None
    (a,) = node.children
    parts = terms(a)
    match a:
        case Apply(op="scale", args=(Number() as k, Expr() as x)) if (
            k.value.denominator == 1 and 1 < k.value <= 4
        ):
            rest = x if k.value == 2 else build("scale", Number(k.value - 1), x)
            parts = [(1, x), (1, rest)]
    if len(parts) == 1 and parts[0][0] < 0:
        inner = build(node.op, parts[0][1])
        return build("neg", inner) if node.op == "sin" else inner
    if len(parts) < 2:
        return None
    (sign, x), y = parts[0], added(parts[1:])
    x = x if sign > 0 else build("neg", x)
    (s, c), (u, v) = ((build("sin", z), build("cos", z)) for z in (x, y))
    if node.op == "sin":
        return build("add", build("scale", s, v), build("scale", c, u))
    return build("sub", build("scale", c, v), build("scale", s, u))


def _determinant(node: Apply) -> Expr | None:
    if node.op != "det" or not is_spelled_out(node.children[0].shape.rows):
        return None
    size = node.children[0].shape.rows.at({})
    if size > MOST_WRITTEN_OUT:
        return None
    return _minor(node.children[0], tuple(range(size)), tuple(range(size)))


def _minor(matrix: Expr, rows: tuple[int, ...], cols: tuple[int, ...]) -> Expr:
    """The determinant of some rows and columns, expanded by the first of the rows."""
    if not rows:
        return Number(1)
    parts = []
    for k, col in enumerate(cols):
        rest = _minor(matrix, rows[1:], cols[:k] + cols[k + 1 :])
        entry = component(matrix, [Index(rows[0], matrix.shape.rows), Index(col, matrix.shape.cols)])
        parts.append(((-1) ** k, multiplied([entry, rest]) if rest != Number(1) else entry))
    return added(parts)


def _adjugate(node: Apply) -> Expr | None:
    match node:
        case Apply(
            op="component", args=(Apply(op="adj", args=(Expr() as matrix,)), Index() as i, Index() as j)
        ):
            if not is_spelled_out(matrix.shape.rows) or not (
                isinstance(i.name, int) and isinstance(j.name, int)
            ):
                return None
            size = matrix.shape.rows.at({})
            if size > MOST_WRITTEN_OUT:
                return None
            rows = tuple(k for k in range(size) if k != j.name)
            cols = tuple(k for k in range(size) if k != i.name)
            minor = _minor(matrix, rows, cols)
            return minor if (i.name + j.name) % 2 == 0 else build("neg", minor)
    return None


def _log_of_determinant(node: Apply) -> Expr | None:
    return build("log", build("det", node.children[0])) if node.op == "logdet" else None


def _sum_of_logs(node: Apply) -> Expr | None:
    """log a + log b = log ab, k log a = log aᵏ: the logarithms of a sum in one."""
    if node.op not in ("add", "sub") or not node.shape.is_scalar:
        return None
    joined: list[Expr] = []
    others: list[tuple[int, Expr]] = []
    for sign, term in terms(node):
        parts = factors(term)
        logs = [f for f in parts if isinstance(f, Apply) and f.op == "log"]
        if len(logs) != 1:
            others.append((sign, term))
            continue
        exponent = multiplied([Number(sign), *(f for f in parts if f is not logs[0])])
        base = logs[0].children[0]
        joined.append(base if exponent == Number(1) else build("power", base, exponent))
    if len(joined) < 2:
        return None
    return added([*others, (1, build("log", multiplied(joined)))])


def _number_transposed(node: Apply) -> Expr | None:
    """A number is its own transpose: of xᵀAy and yᵀAᵀx the one that comes first is written."""
    if node.op != "matmul" or not node.shape.is_scalar:
        return None
    word = _links(node)
    turned = _chain([flipped(link) for link in reversed(word)])
    return turned if str(turned) < str(_chain(word)) else None


def _trace_transposed(node: Apply) -> Expr | None:
    """A matrix and its transpose have one trace: of tr(AB) and tr(BᵀAᵀ), turned round, the first is written."""
    if node.op != "tr" or not isinstance(node.children[0], Apply) or node.children[0].op != "matmul":
        return None
    word = _links(node.children[0])
    turned = [flipped(link) for link in reversed(word)]
    return build("tr", _chain(turned)) if str(_turned_round(turned)) < str(_turned_round(word)) else None


def _turned_round(word: list[Expr]) -> Expr:
    return min((_chain([*word[k:], *word[:k]]) for k in range(len(word))), key=str)


def _product_of_number(node: Apply) -> Expr | None:
    """A product of matrices with a part that is 1×1: the part is a number and may stand in front."""
    if node.op != "matmul" or node.shape.is_scalar:
        return None
    word = _links(node)
    for i in range(len(word)):
        for j in range(i + 2, len(word) + 1):
            if word[i].shape.rows.is_one and word[j - 1].shape.cols.is_one and len(word) - (j - i) > 0:
                rest = [*word[:i], *word[j:]]
                if all(a.shape.cols.same_size(b.shape.rows) for a, b in pairwise(rest)):
                    return build("scale", _chain(word[i:j]), _chain(rest))
    return None


def _links(expr: Expr) -> list[Expr]:
    if isinstance(expr, Apply) and expr.op == "matmul":
        return [link for child in expr.children for link in _links(child)]
    return [expr]


def _chain(word: list[Expr]) -> Expr:
    first, *others = word
    for other in others:
        first = build("matmul", first, other)
    return first


FORMULAS = {name: row.by_others for name, row in TABLE.items() if row.by_others}
"""Functions by others, as a textbook defines them."""

NUMBERS = (
    *(by_formula(operator, text) for operator, text in FORMULAS.items()),
    Local("exp-law", _exponential),
    Local("log-exp", _inverse_functions),
    Local("log-product", _log_of_product),
    Local("log-power", _log_of_power),
    Local("power-law", _power),
    Local("root-law", _root),
    Local("abs-law", _absolute),
    Local("adjugate-by-inverse", _adjugate_by_inverse),
    Local("pythagoras", _pythagoras),
    Local("addition-theorem", _addition),
    Local("cofactor-expansion", _determinant),
    Local("def-adj", _adjugate),
    Local("function-logdet", _log_of_determinant),
    Local("log-sum", _sum_of_logs),
    Local("number-transpose", _number_transposed),
    Local("trace-transpose", _trace_transposed),
    Local("number-product", _product_of_number),
)
