"""A differential seen in index form: one polynomial for each block of the derivative."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product as cartesian

from cheatsheet.calculus.components import Components
from cheatsheet.calculus.derivatives import unit_direction
from cheatsheet.calculus.errors import NoIndexForm
from cheatsheet.calculus.index_values import Value, alternatives
from cheatsheet.calculus.terms import Idx, Poly, Term
from cheatsheet.derivatives.closed.collecting import Collector
from cheatsheet.derivatives.closed.differential import Differential, Source
from cheatsheet.derivatives.closed.index_names import IndexNames
from cheatsheet.derivatives.closed.kept_whole import Atoms
from cheatsheet.derivatives.closed.read_off import Reader
from cheatsheet.language.dimensions import ONE, Axis, Shape
from cheatsheet.language.expressions import Apply, Expr, Index, Symbol, free_indices, walk
from cheatsheet.language.table import build

MOST_CASES = 64


@dataclass(frozen=True)
class Block:
    """The entries of one block: ``values`` has the place along each axis of the derivative."""

    values: tuple[Value, ...]
    terms: tuple[tuple[Fraction, Term], ...]


class View:
    """The differential with what does not vary kept whole; ``plain`` as for :class:`Atoms`."""

    def __init__(
        self,
        differential: Differential,
        index_names: Mapping[Source, str],
        names: IndexNames,
        layout: str,
        plain: bool = False,
    ) -> None:
        self.differential = differential
        self.index_names = index_names
        adjugates = any(isinstance(n, Apply) and n.op == "adj" for n in walk(differential.derivative))
        self.atoms = Atoms(adjugates, self.lift, plain)
        self.reader = Reader(self.atoms.meaning, self.atoms.original, layout, names)

    def blocks(self) -> Iterator[Block]:
        """Every block; raises :class:`NoIndexForm` where the index calculus does not reach."""
        if self.differential.form is None:
            return
        sources = sorted(self.differential.sources)
        choices = [[value for value, _ in alternatives(self.axis(s), self.index_names[s])] for s in sources]
        if any(len(c) > MOST_CASES for c in choices):
            raise NoIndexForm("too many blocks")
        for chosen in cartesian(*choices):
            at = dict(zip(sources, chosen, strict=True))
            yield Block(tuple(at[s] for s in self.differential.sources), self.terms(at))

    def axis(self, source: Source) -> Axis:
        return self.atoms.axis(self.differential.axis(source))

    def terms(self, at: Mapping[Source, Value]) -> tuple[tuple[Fraction, Term], ...]:
        """The component at the given places, as a sum of terms."""
        form = self.differential.form
        assert form is not None
        c = self.components(form)
        directions: dict[Expr, Expr] = {}
        for group, (variable, increment) in enumerate(
            zip(self.differential.variables, self.differential.increments, strict=True), start=1
        ):
            values = tuple(v for s, v in sorted(at.items()) if s[0] == group)
            if self.atoms.plain and isinstance(variable, Apply) and variable.op == "vec":
                c.names[f"%{group}"] = values[0]
                axis = self.atoms.axis(variable.shape.rows)
                directions[build("vec", increment)] = build("unit", Index(f"%{group}", axis), axis)
                continue
            renamed = rebuild_variable(variable, self.atoms)
            _, directions[increment] = unit_direction(c, renamed, values)
        self.atoms.directions = directions
        own = iter([v for s, v in sorted(at.items()) if s[0] == 0])
        places = [0 if a.is_one else next(own) for a in form.shape.axes]
        return collected(c(self.atoms.form(form), *places))

    def components(self, expr: Expr) -> Components:
        """An evaluator that knows the indices that stand free in the expression, and those of the variables."""
        free = free_indices(expr)
        for variable in self.differential.variables:
            free |= free_indices(variable)
        return Components({name: Idx.free(name, self.atoms.axis(i.axis)) for name, i in free.items()})

    def lift(self, expr: Expr, indices: list[Index]) -> Expr:
        """The vector or matrix whose component at the indices is the scalar expression."""
        axes = [self.atoms.axis(i.axis) for i in indices]
        places = [Idx.free(str(i.name), axis) for i, axis in zip(indices, axes, strict=True)]
        if len(places) > 2:
            raise NoIndexForm("a function of components with three indices")
        original = [self.atoms.original(axis) for axis in axes]
        shape = Shape(tuple((*original, ONE)[:2]))
        terms = collected(self.components(expr)(self.atoms.form(expr)))
        products = [self.reader.product(k, t, tuple(places[:1]), tuple(places[1:]), shape) for k, t in terms]
        return Collector().sum(products, shape)


def rebuild_variable(variable: Expr, atoms: Atoms) -> Expr:
    """The variable over the symbols of the view."""
    if isinstance(variable, Symbol):
        return atoms.symbol(variable)
    assert isinstance(variable, Apply)
    return atoms.rebuilt(variable)


def collected(poly: Poly) -> tuple[tuple[Fraction, Term], ...]:
    """The terms with equal ones added up, in the order of their first appearance."""
    found: dict[str, tuple[Fraction, Term]] = {}
    for coefficient, term in poly.terms:
        key = term.key({})
        before = found.get(key, (Fraction(0), term))
        found[key] = (before[0] + coefficient, before[1])
    return tuple(pair for pair in found.values() if pair[0])
