"""What is wrong with a fact of a row, as words: numbers to many digits, proofs and claims that must not hold tell."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from itertools import pairwise
from typing import Any

import mpmath
import numpy as np

from cheatsheet.calculus.prove import prove
from cheatsheet.catalogue.load import read_given
from cheatsheet.evaluation.evaluate import Evaluator
from cheatsheet.evaluation.many_digits import Precise
from cheatsheet.evaluation.points import Points, atoms
from cheatsheet.language import table
from cheatsheet.language.elaborate import Declarations, elaborate_expression
from cheatsheet.language.expressions import Apply, Equation, Expr, Index, Number, Symbol, walk
from cheatsheet.language.relaying import transposed
from cheatsheet.language.table import TABLE, OneElement, Operator, ShapeError, build
from cheatsheet.operators import calculus
from cheatsheet.printing.arrays import code_for
from cheatsheet.printing.sympy_expression import to_sympy
from cheatsheet.verdicts.check import verify_text
from cheatsheet.verdicts.claim import nodes
from tests.grammar import DECLARED, N, parse

GIVEN = Declarations(
    {**DECLARED.symbols, **read_given("A: [n, n], B: [n, n], x: [n], y: [n], p: [3], q: [3]")}
)
EXAMPLES = {
    "power": "X ** a",
    "matrix_power": "matrix_power(A, -1)",
    "quotient": "A / B",
    "total": "sum(A)",
    "unit": "unit(1, n)",
    "pinv": "pinv(x)",
    "component": "A.T[0, 1]",
    "vec": "vec(X)",
    "hadamard": "X * Y",
}
"""An application that shows the whole of the operator, where that of the good claim does not."""
DERIVATIVES = frozenset(name for name, row in TABLE.items() if row.differentiates)  # fmt: skip
ROOTS = frozenset(["norm"])
"""One formula, though not smooth where its argument vanishes."""
MP = mpmath.MPContext()
MP.dps = 250
PLACES = [Fraction(k, 6) for k in (-180, -17, -6, -4, -1, 0, 1, 4, 6, 17, 180)]


@contextmanager
def instead(row: Operator) -> Iterator[Operator]:
    """The table with this row in the place of its namesake."""
    before = TABLE[row.name]
    table.TABLE.rows()[row.name] = row
    try:
        yield row
    finally:
        table.TABLE.rows()[row.name] = before


def application(row: Operator) -> Apply:
    if row.name == "delta":
        return build("delta", Index(0, N), Index(1, N))
    text = EXAMPLES.get(row.name) or row.good.split(" == ")[0]
    given = Declarations({**GIVEN.symbols, "p": GIVEN.symbols["q"], "q": GIVEN.symbols["w"]})
    expr = elaborate_expression(text, given)
    if isinstance(expr, Apply) and expr.op == row.name:
        return expr
    sides = row.good.split(" == ")
    both = [node for side in sides for node in walk(elaborate_expression(side, given))]
    return next(n for n in both if isinstance(n, Apply) and n.op == row.name)


class Line:
    """The values of an application along a line in the space of its arguments."""

    def __init__(self, expr: Expr, start: str = "zero", only: Symbol | None = None) -> None:
        self.expr = expr
        self.symbols = atoms([n for n in nodes(expr) if isinstance(n, Symbol)])
        self.points = Points(self.symbols, {"m": 2, "n": 3, "p": 2}, 1, "real", 8, 11)
        self.start, self.only = start, only

    def __call__(self, t: Any) -> Any:
        """The entries, or None where they are not defined."""
        evaluator = Evaluator(self.points, Precise(80))
        for number, symbol in enumerate(self.symbols):
            jet = evaluator.value(symbol)
            sevenths = np.random.default_rng(number).integers(-9, 10, jet.base.shape)
            own = evaluator.field.array(2 * sevenths + 1, 14)  # no entry is 0
            step = own * 0 if self.only not in (None, symbol) else own
            first = {"zero": 0, "quarter turn": MP.pi / 2, "deep": -40, "there": own}[self.start]
            evaluator.values[symbol] = jet.of_base(first + t * step)
        try:
            value = evaluator(self.expr).base
        except (ValueError, TypeError, ZeroDivisionError):
            return None
        return None if evaluator.domain.undefined.any() else value

    def difference(self, order: int, step: Any = 1) -> Any:
        """The size of the difference of the order, or None."""
        values = [self(step * (k - Fraction(order, 2))) for k in range(order + 1)]
        if any(v is None for v in values):
            return None
        while len(values) > 1:
            values = [b - a for a, b in pairwise(values)]
        return size(values[0])


def size(values: Any) -> Any:
    return max((abs(MP.mpc(v)) for v in values.ravel()), default=MP.mpf(0))


TINY = MP.mpf(10) ** -12


def smoothness(row: Operator) -> str:
    """What the values of an application say against the smoothness of its row, and against ``whole_matrix``."""
    if trap := traps(row, "smoothness"):
        return trap
    if row.name in DERIVATIVES:
        return ""
    expr = application(row)
    if row.smoothness == "polynomial":
        if Line(expr, "there").difference(9) not in (None, 0) and size_of_ninth(expr) > TINY:
            return "no polynomial"
        if not row.whole_matrix and any(bent(expr, symbol) for symbol in Line(expr).symbols):
            return "not linear in each argument"
    if row.one_element is not None and row.smoothness != "jump":
        inner = [MP.mpf(v.numerator) / v.denominator for v in places(row) if abs(v) != 1]
        if any(
            leaps(row.one_element, v, TINY)
            for v in inner
            if v or inside(row.one_element.domain, Fraction(-1))
        ):
            return "jumps"
    if row.smoothness in ("polynomial", "entire"):
        if any(Line(expr, start)(t) is None for start in ("zero", "there") for t in (-3, 0, 1)):
            return "undefined somewhere"
        if size(Line(expr, "quarter turn")(0)) > MP.mpf(10) ** 30:
            return "has a pole"
    here = Line(expr)
    value, beside = here(0), here(TINY)
    if value is None or beside is None or row.smoothness == "jump":
        return ""
    if size(value - beside) > MP.mpf(10) ** -3:
        return "jumps"
    bend = here.difference(2, TINY)
    kinked = bend is not None and bend > TINY * TINY * 10**6
    allowed = row.has_pieces or (row.smoothness == "analytic" and row.name in ROOTS)
    return "has a kink" if kinked and not allowed else ""


def leaps(fact: OneElement, v: Any, step: Any) -> bool:
    return bool(abs(value(fact, v + step) - value(fact, v - step)) > MP.mpf(10) ** -3)


def size_of_ninth(expr: Expr) -> Any:
    found = Line(expr, "there").difference(9)
    return MP.mpf(1) if found is None else found


def bent(expr: Expr, symbol: Symbol) -> bool:
    found = Line(expr, "there", symbol).difference(2)
    return found is None or bool(found > TINY)


def held(row: Operator, fact: str) -> str:
    """Whether the claim that the fact is there for is called holding."""
    with instead(row):
        verdict = verify_text(row.traps[fact], GIVEN)
    return f"{row.traps[fact]} is {verdict.status}" if verdict.holds else ""


def traps(row: Operator, fact: str) -> str:
    return held(row, fact) if fact in row.traps else ""


def sign(row: Operator) -> str:
    if found := traps(row, "sign"):
        return found
    if row.sign == "any" or row.name in DERIVATIVES:
        return ""
    fact = row.one_element
    if fact is not None:
        values = [
            fact.digits(MP, MP.mpf(v.numerator) / v.denominator) for v in PLACES if inside(fact.domain, v)
        ]
    else:
        expr = parse("X ** 3") if row.name == "power" else application(row)
        lines = [Line(expr), Line(expr, "deep"), *(Line(expr, "there", s) for s in Line(expr).symbols)]
        found_values = [line(t) for line in lines for t in (-3, -1, 0, 1)]
        values = [v for array in found_values if array is not None for v in array.ravel()]
    least = min(values, default=MP.mpf(0))
    if (
        row.sign == "positive"
        and fact is not None
        and least < 10**-8
        and not {"sign", "saturates"} & set(row.traps)
    ):
        return "has small values and no trap"
    return "" if (least > 0 if row.sign == "positive" else least >= 0) else "has another sign"


def inside(domain: str, v: Fraction) -> bool:
    return {
        "everywhere": True,
        "positive": v > 0,
        "nonnegative": v >= 0,
        "within one": abs(v) <= 1,
    }[domain]


def differentiates(row: Operator) -> str:
    family = {r.name for r in calculus.ROWS}
    return "" if row.differentiates == (row.name in family) else "the family calculus.py has all derivatives"


def entrywise(row: Operator) -> str:
    expr = application(row)
    if row.entrywise is None or expr.shape.is_scalar:
        return ""
    names = [Index(name, axis) for name, axis in zip("rs", expr.shape.free_axes, strict=False)]
    with instead(row):
        try:
            parts = [c if c.shape.is_scalar else build("component", c, *names) for c in expr.children]
            entry = build(row.entrywise, *parts)
            right = prove(Equation(build("component", expr, *names), entry))
        except (ShapeError, ValueError, IndexError) as error:
            return str(error) or "no such entries"
    return "" if right else "an entry is something else"


def transposition(row: Operator) -> str:
    expr = application(row)
    if expr.shape.is_scalar or expr.shape.is_tensor:
        return ""
    with instead(row):
        try:
            right = prove(Equation(build("transpose", expr), transposed(expr)))
        except (ShapeError, ValueError, IndexError, AttributeError, TypeError, RecursionError) as error:
            return str(error) or "no such transpose"
    return "" if right else "the transpose is something else"


def of_transpose(row: Operator) -> str:
    """By values, as proofs read the fact."""
    if not row.of_transpose:
        return ""
    expr = application(row)
    turned = build(row.name, build("transpose", expr.children[0]), *expr.args[1:], params=expr.params)
    left, right = Line(build("transpose", expr))(1), Line(turned)(1)
    same = left.shape == right.shape and all(map(close, left.ravel(), right.ravel()))
    return "" if same else "f(Aᵀ) is not f(A)ᵀ"


def rational(row: Operator) -> str:
    if row.rational is None:
        return ""
    numbers = [Fraction(4, 9), Fraction(-3), Fraction(2)][: len(row.arguments)]
    found = row.rational(1000, *numbers)
    expected = to_sympy(build(row.name, *map(Number, numbers)))
    return "" if found == Fraction(int(expected.p), int(expected.q)) else "another value"


# --- functions of one number ---


def value(fact: OneElement, v: Any) -> Any:
    return fact.digits(MP, MP.mpf(v.numerator) / v.denominator if isinstance(v, Fraction) else v)


def places(row: Operator) -> list[Fraction]:
    assert row.one_element is not None
    return [v for v in PLACES if inside(row.one_element.domain, v) and abs(v) < 20]


def close(a: Any, b: Any, digits: int = 12) -> bool:
    return bool(abs(a - b) < MP.mpf(10) ** -digits * (1 + abs(b)))


def _of(row: Operator) -> OneElement:
    assert row.one_element is not None
    return row.one_element


def slope(row: Operator) -> str:
    rule = elaborate_expression(_of(row).slope, GIVEN_NUMBER)
    for v in places(row):
        if v in (-1, 0, 1):  # where it may have none
            continue
        number = to_sympy(substituted(rule, Number(v)), {}).evalf(40)
        h = MP.mpf(10) ** -20
        quotient = (value(_of(row), MP.mpf(v.numerator) / v.denominator + h) - value(_of(row), v)) / h
        if not close(MP.mpf(str(number)), quotient):
            return f"another slope at {v}"
    return ""


GIVEN_NUMBER = Declarations(read_given("x: []"))


def substituted(expr: Expr, number: Number) -> Expr:
    if isinstance(expr, Symbol):
        return number
    if isinstance(expr, Apply):
        return build(expr.op, *(substituted(child, number) for child in expr.children))
    return expr


def at_zero(row: Operator) -> str:
    fact = _of(row)
    if fact.at_zero is None:
        return ""
    if not inside(fact.domain, Fraction(0)):
        return "undefined at 0"
    found = value(fact, Fraction(0))
    return (
        ""
        if close(found, MP.mpf(fact.at_zero.numerator) / fact.at_zero.denominator)
        else "another value at 0"
    )


def parity(row: Operator) -> str:
    fact = _of(row)
    factor = {"even": 1, "odd": -1, "neither": 0}[fact.parity]
    both = [v for v in places(row) if inside(fact.domain, -v)]
    if not factor:
        return ""
    if len(both) < 2:
        return "no two signs to compare"
    return "" if all(close(value(fact, -v), factor * value(fact, v)) for v in both) else "not of this parity"


def domain(row: Operator) -> str:
    for v in PLACES:
        if inside(_of(row).domain, v):
            try:
                found = MP.mpc(value(_of(row), v))
            except (ValueError, ZeroDivisionError, TypeError):
                return f"undefined at {v}"
            if found.imag or not MP.isfinite(found):
                return f"undefined at {v}"
    return ""


def saturates(row: Operator) -> str:
    """It holds a claim back, and has as many orders as those by which the function loses sight of its argument."""
    fact = _of(row)
    if found := traps(row, "saturates"):
        return found
    if row.has_pieces:
        return ""
    for v in (MP.mpf(20), MP.mpf(-20), MP.mpf(5)):
        if inside(fact.domain, Fraction(int(v))):
            now, then = value(fact, v), value(fact, v - v * MP.mpf(2) ** -20)
            lost = MP.log10(abs(now) / abs(now - then)) - 6 if now != then else MP.inf
            if lost > 3 + (fact.saturates or (lambda v: 0.0))(float(abs(v))):
                return f"does not see where it is at {v}"
    return ""


def exact(row: Operator) -> str:
    fact = _of(row)
    if fact.exact is None:
        return ""
    for v in (Fraction(4, 9), Fraction(1), Fraction(0), Fraction(-3, 2)):
        if inside(fact.domain, v):
            found = Fraction(fact.exact(v))
            if not close(MP.mpf(found.numerator) / found.denominator, value(fact, v)):
                return f"another value at {v}"
    return ""


def floating(row: Operator) -> str:
    inner = np.array([float(v) for v in places(row)])
    with np.errstate(all="ignore"):
        found = _of(row).floating(np, inner)
    wrong = [
        v for v, f in zip(places(row), found, strict=True) if not close(float(f), value(_of(row), v), 10)
    ]
    return f"another value at {wrong[0]}" if wrong else ""


def digits(row: Operator) -> str:
    """SymPy and the printed NumPy have the same value."""
    for v in places(row):
        node = build(row.name, Number(v))
        if not close(MP.mpf(str(to_sympy(node, {}).evalf(30))), value(_of(row), v)):
            return f"not that of SymPy at {v}"
    return ""


def code(row: Operator) -> str:
    if row.one_element is None:
        return ""
    x = GIVEN.symbols["x"]
    inner = np.array([float(v) for v in places(row)])
    try:
        with instead(row), np.errstate(all="ignore"):
            found = eval(code_for(build(row.name, x)), {"np": np, "math": math, "x": inner})
    except (AttributeError, NameError, TypeError) as error:
        return str(error)
    wrong = [
        v for v, f in zip(places(row), found, strict=True) if not close(float(f), value(_of(row), v), 10)
    ]
    return f"another value at {wrong[0]}" if wrong else ""
