"""Signs of index forms: which of −1, 0, 1 the sign of a polynomial can be, from declarations, structure and facts.

Every function returns a set that contains the sign at every point of the domain; the smaller the set, the more is
known. A fact is what is assumed for the time being: the domain of the claim, or one case of a case split.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from itertools import product as cartesian

from cheatsheet.calculus.factors import Determinant, Entry, Exponential, Function, Group, MatrixEntry
from cheatsheet.calculus.facts import Fact, Signs, assumed, comparing, kept, rows_of_facts
from cheatsheet.calculus.inequalities import Row, infeasible
from cheatsheet.calculus.integers import is_even, is_integer, is_integer_valued
from cheatsheet.calculus.partial_products import is_whole_matrix, single_factor
from cheatsheet.calculus.squares import product_of_terms, root_of_square, square_root
from cheatsheet.calculus.terms import Factor, Idx, Poly, Term, pieces
from cheatsheet.language.table import TABLE

ANY: Signs = frozenset({-1, 0, 1})
POSITIVE: Signs = frozenset({1})
NEGATIVE: Signs = frozenset({-1})
NONNEGATIVE: Signs = frozenset({0, 1})
NONPOSITIVE: Signs = frozenset({-1, 0})
NONZERO: Signs = frozenset({-1, 1})
ZERO_SIGN: Signs = frozenset({0})

MOST_SIGNED = 12
"""Sums of more terms are not compared with the facts."""
BY_COLUMN = {"positive": POSITIVE, "nonnegative": NONNEGATIVE, "any": ANY}
KNOWN_SIGNS: dict[str, Signs] = {"size": POSITIVE, "pi": POSITIVE, "prime": POSITIVE, "delta": NONNEGATIVE}


def signs_of(poly: Poly) -> Signs:
    """The signs that a polynomial can have; none where the facts contradict each other."""
    poly = poly.collect()
    constant = poly.constant
    if constant is not None:
        return frozenset({(constant > 0) - (constant < 0)})
    if any(i.name is None for i in poly.indices):
        return _found(poly)
    return kept(poly, lambda: _found(poly))


def _found(poly: Poly) -> Signs:
    found = _of_terms(poly) & _from_facts(poly)
    difference = difference_of_arguments(poly) if len(found) > 1 else None
    if difference is not None:
        found &= signs_of(difference)
    if len(found) > 1 and perfect_root(poly) is not None:
        found &= NONNEGATIVE
    if len(found) > 1 and len(poly.terms) <= MOST_SIGNED:
        found &= _by_comparison(poly, found)
    return found


def is_positive(poly: Poly) -> bool:
    return signs_of(poly) <= POSITIVE


def is_nonnegative(poly: Poly) -> bool:
    return signs_of(poly) <= NONNEGATIVE


def is_nonzero(poly: Poly) -> bool:
    return 0 not in signs_of(poly)


def is_positive_integer(poly: Poly) -> bool:
    """Whether a number is an integer of at least one, whatever the integers in it."""
    return is_integer_valued(poly) and is_positive(poly)


def is_nonnegative_integer(poly: Poly) -> bool:
    """Whether a number is an integer and not negative, whatever the integers in it."""
    return is_integer_valued(poly) and is_nonnegative(poly)


def signs_of_factor(factor: Factor) -> Signs:
    """The signs that a factor can have, an index in it standing for any of its values."""
    found = _structural(factor)
    if len(found) > 1 and assumed():
        found &= _from_facts(Poly([(Fraction(1), Term(((factor, Fraction(1)),)))], True))
    return found


def is_nonnegative_factor(factor: Factor, exponent: Fraction = Fraction(1)) -> bool:
    """Whether a factor that stands under this exponent is not negative; under a root it cannot be."""
    return exponent.denominator > 1 or signs_of_factor(factor) <= NONNEGATIVE


# --- structure --------------------------------------------------------------------------------------------------------


def _structural(factor: Factor) -> Signs:
    if factor.head in KNOWN_SIGNS:
        return KNOWN_SIGNS[factor.head]
    match factor:
        case Function():
            return _of_function(factor.name, factor.subs[0])
        case Entry():
            return _of_entry(factor)
        case Determinant():
            return _of_determinant(factor)
        case Group():
            return signs_of(factor.subs[0])
        case Exponential():
            return _of_symbolic_power(*factor.subs)
        case MatrixEntry() if _is_definite(factor) and factor.places[0] == factor.places[1]:
            return POSITIVE
    return ANY


def _of_function(name: str, argument: Poly) -> Signs:
    match name:
        case "abs":
            return _times(signs_of(argument), signs_of(argument), same=True)
        case "sign":
            return signs_of(argument)
        case "log":  # where a product was split, log a stands for log |a|
            return signs_of(argument - Poly.number(1)) if is_nonnegative(argument) else ANY
    return signs_of(argument) if has_sign_of_argument(name) else BY_COLUMN[TABLE[name].sign]


def has_sign_of_argument(name: str) -> bool:
    """Whether a function is odd and increasing, as the arc tangent is."""
    fact = TABLE[name].one_element
    return fact is not None and fact.increasing and fact.parity == "odd"


def _of_entry(factor: Entry) -> Signs:
    properties = factor.of.properties
    if "positive" in properties or (_is_definite(factor) and factor.places[0] == factor.places[1]):
        return POSITIVE
    return NONZERO if "nonzero" in properties else ANY


def _is_definite(factor: Factor) -> bool:
    """Whether a factor is an entry of a positive definite matrix: declared so, or a power or exponential of one."""
    if len(factor.places) != 2:
        return False
    if isinstance(factor, Entry):
        return "positive_definite" in factor.of.properties
    kind = factor.function.kind if isinstance(factor, MatrixEntry) and factor.subs else ""
    entry = single_factor(factor.subs[0]) if kind in ("inv", "mpow", "expm") else None
    if entry is None or not is_whole_matrix(entry):
        return False
    properties = entry.of.properties
    return "positive_definite" in properties or (kind == "expm" and "symmetric" in properties)


def _of_determinant(factor: Factor) -> Signs:
    properties = properties_of_matrix(factor)
    if "positive_definite" in properties:
        return POSITIVE
    if properties & {"invertible", "orthogonal"}:
        return NONZERO
    return NONNEGATIVE if "idempotent" in properties else ANY


def properties_of_matrix(factor: Factor) -> frozenset[str]:
    """The properties of the symbol whose determinant the factor is."""
    entry = single_factor(factor.subs[0])
    return entry.of.properties if entry is not None and is_whole_matrix(entry) else frozenset()


def _of_symbolic_power(base: Poly, exponent: Poly) -> Signs:
    signs = signs_of(base)
    if is_even(exponent):
        return POSITIVE if 0 not in signs else NONNEGATIVE
    if signs <= NONNEGATIVE:
        return signs | (POSITIVE if 0 in signs else signs)
    return NONZERO if 0 not in signs else ANY


def _raised(signs: Signs, exponent: Fraction) -> Signs:
    if exponent < 0:
        signs -= ZERO_SIGN
    if exponent.denominator > 1:
        return signs & NONNEGATIVE
    return frozenset(s * s for s in signs) if exponent % 2 == 0 else signs


def _times(a: Signs, b: Signs, same: bool = False) -> Signs:
    return frozenset(s * s for s in a) if same else frozenset(s * t for s, t in cartesian(a, b))


def _plus(a: Signs, b: Signs) -> Signs:
    found: set[int] = set()
    for s, t in cartesian(a, b):
        found |= ANY if s * t < 0 else {s or t}
    return frozenset(found)


def _of_terms(poly: Poly) -> Signs:
    total = ZERO_SIGN
    for coefficient, term in poly.terms:
        own = signs_of_term(term)
        total = _plus(total, own if coefficient > 0 else frozenset(-s for s in own))
        if total == ANY:
            break
    return total


def signs_of_term(term: Term) -> Signs:
    """The signs of a product of factors and sums; a product of two equal sums is a square."""
    counts: Counter[str] = Counter()
    found: dict[str, tuple[list[tuple[Factor, Fraction]], list[Idx]]] = {}
    labels = {i: repr(i) for i in term.indices()}
    for piece in pieces(term):
        key = Term(tuple(piece[0]), frozenset(piece[1])).key(labels)
        counts[key] += 1
        found[key] = piece
    total = POSITIVE
    for key, piece in found.items():
        own = _of_piece(*piece)
        total = _times(total, frozenset(s * s for s in own) if counts[key] % 2 == 0 else own)
    return total


def _of_piece(factors: list[tuple[Factor, Fraction]], bound: list[Idx]) -> Signs:
    """The signs of a sum over indices: those of its summand, where these agree, and none below zero for Σ uₖ uₖ."""
    total = POSITIVE
    for factor, exponent in factors:
        total = _times(total, _raised(signs_of_factor(factor), exponent))
    if not bound or total <= NONNEGATIVE or total <= NONPOSITIVE:
        return total
    if any(_pairs_up(factors, bound, {k: "*"}) for k in bound):
        return NONNEGATIVE
    return NONNEGATIVE if _is_quadratic_form(factors, bound) else ANY


def _is_quadratic_form(factors: list[tuple[Factor, Fraction]], bound: list[Idx]) -> bool:
    """Whether a sum is Σₖₗ uₖ Mₖₗ uₗ with a positive definite matrix M."""
    for form, exponent in factors:
        if exponent != 1 or not _is_definite(form) or form.places[0] == form.places[1]:
            continue
        k, m = form.places
        if not (isinstance(k, Idx) and isinstance(m, Idx) and k in bound and m in bound):
            continue
        rest = [(f, e) for f, e in factors if f != form]
        if any({k, m} <= f.indices for f, _ in rest):
            continue
        if _pairs_up(rest, bound, {k: "*", m: "*"}):
            return True
    return False


def _pairs_up(factors: list[tuple[Factor, Fraction]], bound: list[Idx], ends: dict[Idx, str]) -> bool:
    """Whether the pieces between the ends are equal two by two at each value of one index more, or of none."""
    return any(
        _pairs_up_at(factors, frozenset(bound) - set(ends) - {fixed}, ends)
        for fixed in (None, *bound)
        if fixed not in ends
    )


def _pairs_up_at(factors: list[tuple[Factor, Fraction]], inner: frozenset[Idx], ends: dict[Idx, str]) -> bool:
    """Whether the pieces are equal two by two, or not negative; with two ends, those at one to those at the other."""
    sides: dict[Idx | None, Counter[str]] = {}
    for own, indices in pieces(Term(tuple(factors), inner)):
        touched = {i for f, _ in own for i in f.indices} & set(ends)
        if len(touched) > 1:
            return False
        end = next(iter(touched), None)
        labels = {**{i: repr(i) for f, _ in own for i in f.indices}, **ends}
        key = Term(tuple(own), frozenset(indices)).key(labels)
        free_of_sign = all(_raised(signs_of_factor(f), e) <= NONNEGATIVE for f, e in own)
        alone = len(ends) == 1 or end is None
        sides.setdefault(end, Counter())[key] += 2 if free_of_sign and alone else 1
    if len(ends) == 1:
        return all(n % 2 == 0 for side in sides.values() for n in side.values())
    first, second = (sides.get(end, Counter()) for end in ends)
    return first == second and all(n % 2 == 0 for n in sides.get(None, Counter()).values())


def difference_of_arguments(poly: Poly) -> Poly | None:
    """u − v of c·f(u) − c·f(v), which has its sign for c > 0 and an increasing f; and u + v where f is odd."""
    if len(poly.terms) != 2 or abs(poly.terms[0][0]) != abs(poly.terms[1][0]):
        return None
    (c, s), (d, t) = poly.terms
    if s.bound or t.bound or any(len(r.factors) != 1 or r.factors[0][1] != 1 for r in (s, t)):
        return difference_of_exponents(poly)
    (f, _), (g, _) = s.factors[0], t.factors[0]
    if not (isinstance(f, Function) and isinstance(g, Function) and f.name == g.name):
        return difference_of_exponents(poly)
    fact = TABLE[f.name].one_element
    if fact is None or not fact.increasing or f.name == "exp" or (c == d and fact.parity != "odd"):
        return difference_of_exponents(poly)
    if f.name == "log" and not all(is_nonnegative(h.subs[0]) for h in (f, g)):
        return None
    u, v = (sub.times(1 if e > 0 else -1) for e, sub in ((c, f.subs[0]), (d, g.subs[0])))
    return (u + v).collect()


def difference_of_exponents(poly: Poly) -> Poly | None:
    """a − b of a sum c·eᵃ − c·eᵇ with a positive c, of which it has the sign."""
    if len(poly.terms) != 2 or poly.terms[0][0] != -poly.terms[1][0]:
        return None
    total = Poly()
    for coefficient, term in poly.terms:
        if term.bound or any(not (isinstance(f, Function) and f.name == "exp") for f, _ in term.factors):
            return None
        for factor, exponent in term.factors:
            total += factor.subs[0].times(exponent if coefficient > 0 else -exponent)
    return total.collect()


def _has_root(factor: Factor) -> bool:
    return signs_of_factor(factor) <= POSITIVE


def perfect_root(poly: Poly) -> Poly | None:
    """a + b of a² + 2 a b + b², for products a and b."""
    return square_root(poly, _has_root)


# --- facts ------------------------------------------------------------------------------------------------------------


def _from_facts(poly: Poly) -> Signs:
    """What the facts say of the polynomial itself, or of a multiple of it."""
    found = ANY
    for fact in assumed():
        ratio = _ratio(poly, fact.poly)
        if ratio is not None:
            found &= fact.signs if ratio > 0 else frozenset(-s for s in fact.signs)
    return found


def _ratio(a: Poly, b: Poly) -> Fraction | None:
    if len(a.terms) != len(b.terms):
        return None
    a, b = a.collect(), b.collect()
    if dict(a.terms[0][1].factors) != dict(b.terms[0][1].factors):
        return None
    ratio = a.terms[0][0] / b.terms[0][0]
    return ratio if a == b.times(ratio) else None


def _by_comparison(poly: Poly, possible: Signs) -> Signs:
    """The signs that linear arithmetic leaves, every product taken for an unknown of its own."""
    with comparing() as allowed:
        rows = [*rows_of_facts(_rows_of_facts), *_rows_of_products([poly])] if allowed else []
    if not rows:
        return possible
    left = set(possible)
    for sign in possible:
        row = _row(poly, sign)
        if infeasible([*rows, row, *([_row(poly, -1, strict=False)] if sign == 0 else [])]):
            left.discard(sign)
    return frozenset(left)


def _row(poly: Poly, sign: int, strict: bool | None = None) -> Row:
    """``sign · poly > 0`` as a row, or ``poly ≥ 0`` for the sign 0."""
    poly = poly.times(sign or 1).collect()
    labels = {i: repr(i) for i in poly.indices}
    return {t.key(labels): c for c, t in poly.terms}, sign != 0 if strict is None else strict


def _rows_of_facts(facts: tuple[Fact, ...]) -> Iterator[Row]:
    linear = [f for f in facts if len(f.poly.terms) <= MOST_SIGNED]
    for fact in linear:
        for sign, side in ((1, NONNEGATIVE), (-1, NONPOSITIVE)):
            if fact.signs <= side:
                yield _row(fact.poly, sign, strict=0 not in fact.signs)
    yield from _rows_of_products([f.poly for f in linear])


def _rows_of_products(polys: list[Poly]) -> Iterator[Row]:
    """What is known of the products in the polynomials, and of those that stand in what is known."""
    seen: set[str] = set()
    while polys:
        for _, term in polys.pop().collect().terms:
            key = term.key({i: repr(i) for i in term.indices()})
            if key in seen or not term.factors or len(seen) > 2 * MOST_SIGNED:
                continue
            seen.add(key)
            for bound, strict in _bounds(term):
                polys.append(bound)
                yield _row(bound, 1, strict=strict)


def _bounds(term: Term) -> Iterator[tuple[Poly, bool]]:
    """Polynomials in which the product stands and that are not negative (or positive, where True)."""
    own, one = Poly([(Fraction(1), term)], True), Poly.number(1)
    signs = signs_of_term(term)
    if signs <= NONNEGATIVE:
        yield own, 0 not in signs
    if signs <= NONPOSITIVE:
        yield -own, 0 not in signs
    if signs <= POSITIVE and all(is_integer(f) and e.denominator == 1 and e > 0 for f, e in term.factors):
        yield own - one, False
    for factor, exponent in term.factors:
        rest = tuple((f, e) for f, e in term.factors if f != factor)
        if exponent == 1 and isinstance(factor, Function) and signs_of_term(Term(rest)) <= NONNEGATIVE:
            others = Poly([(Fraction(1), Term(rest, term.bound))])
            if factor.name == "abs":
                inner = Poly(
                    t
                    for c, s in others.terms
                    for d, r in factor.subs[0].terms
                    for t in product_of_terms(c * d, s, r)
                )
                yield own - inner, False
                yield own + inner, False
            if factor.name in ("sin", "cos", "sign") and not term.bound:
                yield others - own, False
                yield others + own, False
    if not term.bound and len(term.factors) == 1 and term.factors[0][1] == Fraction(1, 2):
        yield from _root_bounds(own, term.factors[0][0])


def _root_bounds(root: Poly, radicand: Factor) -> Iterator[tuple[Poly, bool]]:
    """√(Σ t²) ≤ Σ |t|, and |t| ≤ √(Σ t²) for each t that is not summed over."""
    if not isinstance(radicand, Group):
        return
    sizes = [(_absolute_root(coefficient, term), term) for coefficient, term in radicand.subs[0].terms]
    total = Poly()
    for size, _ in sizes:
        if size is None:
            return  # beside what is no square, nothing is known of any of them
        total += size
    for size, term in sizes:
        if size is not None and not term.bound:
            yield root - size, False
    yield total - root, False


def _absolute_root(coefficient: Fraction, term: Term) -> Poly | None:
    """|t| summed over the indices over which t² is."""
    if coefficient < 0 or any(e.denominator > 1 or e % 2 for _, e in term.factors):
        return None
    root = root_of_square(coefficient, Term(()), _has_root)
    if root is None:
        return None
    factors = []
    for f, e in term.factors:
        nonnegative = signs_of_factor(f) <= NONNEGATIVE
        own = Poly([(Fraction(1), Term(((f, Fraction(1)),)))], True)
        factors.append((f if nonnegative else Function("abs", own), e / 2))
    return Poly([(root[0], Term(tuple(factors), term.bound))])
