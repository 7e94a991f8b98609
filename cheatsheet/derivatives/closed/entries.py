"""One entry of a derivative, written out in the claim language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from cheatsheet.calculus.terms import Factor, Idx, Term, pieces
from cheatsheet.calculus.to_expression import Speller
from cheatsheet.derivatives.closed.collecting import Collector
from cheatsheet.derivatives.closed.entrywise import entry
from cheatsheet.derivatives.closed.index_names import IndexNames
from cheatsheet.derivatives.closed.kept_whole import Atoms
from cheatsheet.derivatives.closed.products import product
from cheatsheet.derivatives.closed.read_off import Reader
from cheatsheet.derivatives.closed.transposes import Skew
from cheatsheet.language.dimensions import Shape
from cheatsheet.language.expressions import Apply, Argument, Expr, Index, Number, Size, Sum, Symbol
from cheatsheet.language.table import build

SCALAR = Shape.scalar()


def spelled(terms: Iterable[tuple[Fraction, Term]], atoms: Atoms, reader: Reader, names: IndexNames) -> Expr:
    """The sum of the terms, each symbol replaced by what it stands for, common factors collected.

    A sum in which no free index stands is a scalar, which is better written in matrix notation.
    """
    products = []
    for coefficient, term in terms:
        speller = Speller(names.again().fresh)
        factors: list[tuple[Expr, Fraction]] = []
        for inside, bound in sorted(pieces(term), key=_first_of_piece):
            part = Term(tuple(_in_reading_order(inside, set(bound))), frozenset(bound))
            if not bound:
                factors += [(_meant(speller.factor(f), atoms), e) for f, e in inside]
            elif part.indices():
                factors.append((_meant(speller.term(Fraction(1), part), atoms), Fraction(1)))
            else:
                own = reader.product(Fraction(1), part, (), (), SCALAR)
                coefficient *= own.coefficient
                factors += own.scalars
        products.append(product(coefficient, factors, (), SCALAR))
    return Collector().sum(products, SCALAR)


def _first_of_piece(piece: tuple[list[tuple[Factor, Fraction]], list[Idx]]) -> str:
    """The first free index of a piece of a term; scalars come first."""
    factors, bound = piece
    return min((_first_free(f, set(bound)) for f, _ in factors), default="").replace("~", "")


def _in_reading_order(
    factors: list[tuple[Factor, Fraction]], bound: set[Idx]
) -> Iterator[tuple[Factor, Fraction]]:
    """Factors that share an index one after another, beginning at the first free index."""
    waiting = sorted(factors, key=lambda pair: _first_free(pair[0], bound))
    last: frozenset[Idx] = frozenset()
    while waiting:
        following = next((pair for pair in waiting if pair[0].indices & last & bound), waiting[0])
        waiting.remove(following)
        last = following[0].indices
        yield following


def _first_free(factor: Factor, bound: set[Idx]) -> str:
    return min((i.name for i in factor.indices - bound if i.name), default="~")


def _meant(expr: Expr, atoms: Atoms) -> Expr:
    """The expression with symbols replaced by what they stand for, over the original axes."""
    match expr:
        case Symbol():
            meaning = atoms.meaning[expr]
            return meaning.definition if isinstance(meaning, Skew) and meaning.definition else meaning
        case Size():
            axis = atoms.original(expr.axis)
            return Number(int(axis.value or 0)) if axis.kind == "integer" else Size(axis)
        case Sum():
            return Sum(_meant(expr.body, atoms), tuple(_index(i, atoms) for i in expr.indices))
        case Apply(op="component"):
            operand, *indices = expr.args
            assert isinstance(operand, Expr)
            return entry(_meant(operand, atoms), [_index(i, atoms) for i in indices if isinstance(i, Index)])
        case Apply(op="delta"):
            i, j = sorted((_index(a, atoms) for a in expr.args if isinstance(a, Index)), key=_delta_order)
            return build("delta", i, j)
        case Apply():
            args: list[Argument] = [_meant(a, atoms) if isinstance(a, Expr) else a for a in expr.args]
            return build(expr.op, *args, params=expr.params)
    return expr


def _delta_order(index: Index) -> tuple[bool, str]:
    return isinstance(index.name, int), str(index.name)


def _index(index: Index, atoms: Atoms) -> Index:
    return Index(index.name, atoms.original(index.axis))
