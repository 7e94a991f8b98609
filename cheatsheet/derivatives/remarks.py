"""What is told beside a derivative: where its closed form is defined, and what looks unintended."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping

from cheatsheet.calculus.genericity import invertible
from cheatsheet.language.expressions import (
    Apply,
    Argument,
    Equation,
    Expr,
    Number,
    Size,
    Symbol,
    inline_definitions,
    symbols,
    walk,
)
from cheatsheet.language.formulas import entry_by_entry, flipped, formula
from cheatsheet.language.inference import convention, declared_shape
from cheatsheet.language.names import leaves
from cheatsheet.language.syntax import Raw
from cheatsheet.language.table import TABLE, build
from cheatsheet.language.warnings import cautions, entrywise

# --- conditions ------------------------------------------------------------------------------------------------------


def conditions(*expressions: Expr, value: Expr | None = None) -> tuple[str, ...]:
    """What must be so for the expressions to be defined, and differentiable, in the claim language where it has words.

    ``value`` is one more expression, which has to be defined only: the norm of 0 is.

    >>> from cheatsheet.language.dimensions import Axis, Shape
    >>> n = Axis.of("n")
    >>> A, x = Symbol("A", Shape.matrix(n, n)), Symbol("x", Shape.vector(n))
    >>> from cheatsheet.language.table import build
    >>> conditions(build("inv", A), build("norm", x), build("sqrt", x))
    ('det(A) != 0', 'x != 0', 'x > 0 in every entry')
    """
    found: dict[str, None] = {}
    for expression in expressions:
        found.update(dict.fromkeys(_conditions(inline_definitions(expression))))
    if value is not None:
        found.update(dict.fromkeys(_conditions(inline_definitions(value), smooth=False)))
    of_slopes = {need for e in expressions for need in _needs_of_slopes(inline_definitions(e))}
    return tuple(n for n in found if n not in of_slopes and not _is_implied(n, found.keys()))


def _needs_of_slopes(expr: Expr) -> Iterator[str]:
    """What a slope needs inside of the domain of its function, where it is always so."""
    for node in walk(expr):
        fact = TABLE[node.op].one_element if isinstance(node, Apply) else None
        if isinstance(node, Apply) and fact is not None and fact.domain == "within one":
            yield from _conditions(entry_by_entry(formula(fact.slope), *node.children))


def _is_implied(need: str, among: Container[str]) -> bool:
    """Whether a need is a weaker form of another one: of a sign, of a determinant, of every entry."""
    what, _, relation = need.partition(" != 0")
    if what != need and any(other in among for other in (f"{what} > 0{relation}", f"det({what}) != 0")):
        return True
    entry = re.fullmatch(r"(.+)\[[\w, ]+\]( (?:!=|>) 0)", need)
    return entry is not None and f"{entry[1]}{entry[2]} in every entry" in among


def _conditions(expr: Expr, smooth: bool = True) -> Iterator[str]:
    if isinstance(expr, Apply):
        if smooth or not _is_defined_everywhere(expr):
            yield from _NEEDS.get(expr.op, _of_one_element)(expr)
        if expr.op == "power" and _is_power_of_norm(expr):
            expr = expr.children[0]  # it is smooth where the norm itself is not
    for child in expr.children:
        yield from _conditions(child, smooth)


def _is_defined_everywhere(expr: Apply) -> bool:
    row = TABLE[expr.op]
    return row.has_pieces or expr.op == "norm"


def _is_power_of_norm(expr: Expr) -> bool:
    base, exponent = expr.children
    return (
        isinstance(base, Apply) and base.op == "norm" and isinstance(exponent, Number) and exponent.value > 1
    )


def _said(expr: Expr, relation: str) -> str:
    """The relation for a number, or for every entry; zero is one number of either."""
    several = "" if expr.shape.is_scalar else " in every entry"
    return f"{expr} {relation}{several}"


def _nonzero(expr: Expr) -> Iterator[str]:
    """That no entry is zero: of a product no factor, of a power its base, of a length not all at once."""
    match expr:
        case Apply(op="norm"):
            yield from _length(expr)
        case Apply(op="sqrt"):
            yield from _positive(expr.children[0])
        case Apply(op="power" | "neg" | "abs" | "transpose" | "over"):
            yield from _nonzero(expr.children[0])
        case Apply() if TABLE[expr.op].entrywise == "scale":
            for child in expr.children:
                yield from _nonzero(child)
        case _:
            nonzero = isinstance(expr, Number) or (isinstance(expr, Symbol) and "nonzero" in expr.properties)
            if not nonzero and not _is_positive(expr):
                yield _said(expr, "!= 0")


def _positive(expr: Expr) -> Iterator[str]:
    if _is_positive(expr):
        return
    if _is_nonnegative(expr):  # of |t| it is enough that t is not zero
        plain = _said(expr, "!= 0")
        yield from (_said(expr, "> 0") if need == plain else need for need in _nonzero(expr))
    else:
        yield _said(expr, "> 0")


def _is_positive(expr: Expr) -> bool:
    """Whether every entry is positive wherever it is defined, so far as it can be read off."""
    match expr:
        case Apply(op="sub", args=(one, Apply(op="sigmoid" | "softmax"))) if _is_one(one):
            return True
        case Number():
            return expr.value > 0
        case Size():
            return True
        case Symbol():
            return "positive" in expr.properties
        case Apply(op="add"):
            return (_is_nonnegative(expr.children[0]) and _is_positive(expr.children[1])) or (
                _is_positive(expr.children[0]) and _is_nonnegative(expr.children[1])
            )
        case Apply(op=op) if TABLE[op].second_exponent or op in ("transpose", "sqrt", "total"):
            return all(map(_is_positive, expr.children))
        case Apply(op="power"):
            return _is_positive(expr.children[0])
    return isinstance(expr, Apply) and TABLE[expr.op].sign == "positive"


def _is_one(expr: Argument) -> bool:
    return expr == Number(1) or (isinstance(expr, Apply) and expr.op == "ones")


def _is_nonnegative(expr: Expr) -> bool:
    match expr:
        case Number():
            return expr.value >= 0
        case Symbol():
            return bool(expr.properties & {"positive", "nonnegative"})
        case Apply(op="power", args=(Expr(), Number() as k)) if k.value.denominator == 1 and k.value % 2 == 0:
            return True
        case Apply(op="matmul", args=(Expr() as a, Expr() as b)) if (
            a.shape.rows.is_one and b.shape.cols.is_one
        ):
            return flipped(a) == b
        case Apply(op="tr", args=(Apply(op="matmul", args=(Expr() as a, Expr() as b)),)):
            return flipped(a) == b
        case Apply(op="dot" | "hadamard" | "scale", args=(Expr() as a, Expr() as b)) if a == b:
            return True
        case Apply(op=op) if TABLE[op].second_exponent or op in ("add", "total", "transpose"):
            return all(map(_is_nonnegative, expr.children))
    return _is_positive(expr) or (isinstance(expr, Apply) and TABLE[expr.op].sign == "nonnegative")


def _inverted(expr: Apply) -> Iterator[str]:
    matrix = expr.children[0]
    if not invertible(matrix, frozenset()):
        yield f"det({matrix}) != 0"


def _power(expr: Apply) -> Iterator[str]:
    base, exponent = expr.children
    if isinstance(exponent, Number) and exponent.value.denominator == 1:
        yield from _nonzero(base) if exponent.value < 0 else ()
    elif isinstance(exponent, Symbol) and "integer" in exponent.properties:
        yield from _nonzero(base)
    else:
        yield from _positive(base)


def _matrix_power(expr: Apply) -> Iterator[str]:
    exponent = expr.children[1] if len(expr.children) > 1 else None
    if not isinstance(exponent, Number) or exponent.value < 0:
        yield from _inverted(expr)


def _of_one_element(expr: Apply) -> Iterator[str]:
    """What the facts of a function of one number say: its domain, without the border, and where it has its kink."""
    row = TABLE[expr.op]
    if row.one_element is None:
        return
    argument = expr.children[0]
    if row.one_element.domain in ("positive", "nonnegative"):
        yield from _positive(argument)
    elif row.one_element.domain == "within one":
        yield f"-1 < {argument} < 1" + ("" if argument.shape.is_scalar else " in every entry")
    elif row.has_pieces:
        yield from _nonzero(argument)


def _length(expr: Apply) -> Iterator[str]:
    of = expr.children[0]
    regular = isinstance(of, Apply) and (
        of.op == "inv" or (of.shape.is_square and invertible(of, frozenset()))
    )
    if not _is_positive(of) and not regular:
        yield f"{expr.children[0]} != 0"


_NEEDS: Mapping[str, Callable[[Apply], Iterator[str]]] = {
    "inv": _inverted,
    "matrix_power": _matrix_power,
    "logdet": lambda expr: iter([f"det({expr.children[0]}) > 0"]),
    "pinv": lambda expr: iter([f"the rank of {expr.children[0]} is the same nearby"]),
    "power": _power,
    **{name: lambda expr: _nonzero(expr.children[1]) for name, row in TABLE.items() if row.divides},
    "norm": _length,
    "norm1": lambda expr: _nonzero(expr.children[0]),
    "tan": lambda expr: _nonzero(build("cos", expr.children[0])),
}
"""What an operator that is not defined, or not smooth, everywhere asks of its arguments, beyond what its facts say."""


# --- warnings --------------------------------------------------------------------------------------------------------


def warnings(derivative: Apply, inferred: Mapping[str, Symbol], is_zero: bool, typed: Raw) -> tuple[str, ...]:
    """A sentence for each thing that looks unintended in a derivative and the reading of its names."""
    function, *variables = derivative.children
    found = list(cautions(Equation(function, function)))
    inside = _names(function)
    for variable in dict.fromkeys(s for x in variables for s in symbols(x)):
        if variable.name not in inside:
            hints = [
                hint for name in sorted(inside & inferred.keys()) if (hint := _hint(name, variable.name))
            ]
            said = f"{function} does not depend on {variable.name}"
            found.append("; ".join([said, *hints]))
        elif is_zero:
            found.append(f"the derivative is zero: {function} does not change with {variable.name}")
    for name, symbol in inferred.items():
        if name in TABLE and TABLE[name].arguments == "a":  # I for I(n)
            said = f"{name} was read as a symbol, {declared_shape(symbol.shape)}"
            found.append(f"{said}; the function is {TABLE[name].syntax}")
    found += _products_in_names(
        inside & inferred.keys(), {s.name for x in variables for s in symbols(x)} & inside
    )
    more = (entrywise(function), _numbers(typed, inferred), _factors(derivative, inferred))
    return tuple(dict.fromkeys([*found, *(said for several in more for said in several)]))


def _names(expr: Expr) -> set[str]:
    """The names that stand in an expression, those that its functions depend on among them."""
    names = set()
    for symbol in symbols(inline_definitions(expr)):
        names.add(symbol.name)
        for argument in symbol.of:
            names |= _names(argument)
    return names


def _hint(name: str, variable: str) -> str:
    """What an undeclared name may have been meant as, if it looks made of the variable."""
    meant = ""
    if name.lower() == variable.lower():
        meant = name
    elif part := re.fullmatch(
        rf"{re.escape(variable)}_?([a-z]|\d+)|{re.escape(variable)}_([a-z])([a-z])", name
    ):
        meant = f"{variable}[{', '.join(filter(None, part.groups()))}]"
    elif variable in name and len(name) > 1 and name.isalpha() and len(name) <= 6:
        factors = re.findall("[A-Za-z]T|[A-Za-z]", name)
        meant = " @ ".join(f"{f[0]}.T" if len(f) == 2 else f for f in factors)
        if variable not in [factor[0] for factor in factors]:
            meant = ""
    if not meant:
        return ""
    if meant == name:
        return f"{name} and {variable} are two names; did you mean to differentiate by {name}?"
    return f"{name} was read as one symbol; did you mean {meant}?"


def _products_in_names(names: Iterable[str], variables: Iterable[str]) -> list[str]:
    """Of names of capitals and small letters, those that may be products with the variable, as Ax is."""
    written = sorted(name for name in names if not name.islower())
    pairs = [(name, variable) for name in written for variable in variables if name != variable]
    return [hint for name, variable in pairs if " @ " in (hint := _hint(name, variable))]


def _numbers(typed: Raw, inferred: Mapping[str, Symbol]) -> Iterator[str]:
    """Names read as numbers against their letter, because * stands between a matrix and them."""
    for node in typed.children:
        yield from _numbers(node, inferred)
    if typed.kind == "binary" and typed.text == "*" and typed.children[1].kind == "name":
        name = typed.children[1].text
        last = [leaf.text for leaf in leaves(typed.children[0]) if leaf.kind == "name"][-1:]
        read = [inferred[before] for before in last if before in inferred]
        number = name in inferred and inferred[name].shape.is_scalar and convention(name) != "scalar"
        if number and read and not read[0].shape.is_scalar:
            yield f"{name} was read as a number; the product of matrices is {read[0].name} @ {name}"


def _factors(derivative: Apply, inferred: Mapping[str, Symbol]) -> Iterator[str]:
    """Names read as arrays by their letter alone, of a size of their own, where a number would stand as well."""
    function, *variables = derivative.children
    used = symbols(function)
    for node in walk(function) if not function.shape.is_scalar else ():
        if not isinstance(node, Apply) or node.op not in ("scale", "reciprocal"):
            continue
        number, other = node.children
        if not isinstance(other, Symbol) or other.name not in inferred or other in variables:
            continue
        if symbols(number) and not any(
            other.shape.names & symbol.shape.names for symbol in used if symbol != other
        ):
            shape = declared_shape(other.shape)
            yield f"{other.name} was read as {shape}; for a number: --given '{other.name}: []'"
