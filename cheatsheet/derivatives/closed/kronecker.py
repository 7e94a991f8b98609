"""Networks whose rows or columns are pairs of indices, read as Kronecker products, vec and commutation matrices."""

from __future__ import annotations

from collections.abc import Mapping

from cheatsheet.calculus.terms import Idx
from cheatsheet.derivatives.closed.networks import Edge, Network, Node, NoMatrixFormError
from cheatsheet.derivatives.closed.products import Chain, chain_expression, turned_chain
from cheatsheet.language.dimensions import ONE, Axis
from cheatsheet.language.expressions import Apply, Expr
from cheatsheet.language.table import build

Side = tuple[Idx, ...]


def kronecker(network: Network, rows: Side, cols: Side) -> Chain:
    """The chain for rows and columns that are pairs; raises :class:`NoMatrixFormError`.

    A matrix between the two row indices is ``vec`` of it, standing alone or as a diagonal factor in front; the rest
    is a Kronecker product, after a commutation matrix where the pairs are joined crosswise.
    """
    if not any({e.a, e.b} & set(rows) and {e.a, e.b} & set(cols) for e in network.edges):
        return (*_vector(network, rows), *turned_chain(_vector(network, cols)))
    if len(rows) < len(cols):
        return turned_chain(kronecker(network, cols, rows))
    left, right = (_peeled(network, side) for side in (rows, cols))
    joined = {e.a if e.a in rows else e.b: e for e in network.edges}
    partners = {r: e.b if e.a is r else e.a for r, e in joined.items() if isinstance(r, Idx)}
    if len(rows) == 2 and len(cols) == 1 and len(partners) == 2:
        return (*left, *_by_columns(network, rows, joined, partners[rows[0]]))
    if len(joined) < len(network.edges) or len(set(partners.values())) < len(partners):
        raise NoMatrixFormError("an index shared by two matrices of a Kronecker product")
    if len(rows) == len(cols) == 2 and len(partners) == 2 and partners[rows[0]] is cols[1]:
        commutation = build("K", *(network.axis(r) for r in rows))
        middle: Chain = (commutation, *_ordered(network, rows[::-1], cols, joined))
    else:
        middle = _ordered(network, rows, cols, joined)
    return (*left, *middle, *right)


def _by_columns(network: Network, rows: Side, joined: Mapping[Node, Edge], col: Node) -> Chain:
    """The matrix whose columns are the Kronecker products of the columns of two matrices."""
    first, second = (
        chain_expression((*network.diagonal(r), *joined[r].leaving(r).chain), network.axis(r)) for r in rows
    )
    tall, wide = (build("kron", first, network.ones(rows[1])), build("kron", network.ones(rows[0]), second))
    return (build("hadamard", tall, wide), *network.diagonal(col))


def _vector(network: Network, side: Side) -> Chain:
    """A column over all the indices of one side, with no connection to the other."""
    if not side:
        return ()
    edges = [e for e in network.edges if e.a in side]
    if not edges:
        return (_product([_expression(network, i, network.vector(i) or (network.ones(i),)) for i in side]),)
    if len(side) > 2 or len(edges) > 1:
        raise NoMatrixFormError("three indices of a vector joined by matrices")
    return (build("vec", _whole(network, edges[0], side)),)


def _whole(network: Network, edge: Edge, side: Side) -> Expr:
    """The matrix whose ``vec`` runs over the pair of indices: the first is its column."""
    col, row = side
    inner = (*network.diagonal(row), *edge.leaving(row).chain, *network.diagonal(col))
    return chain_expression(inner, network.axis(row))


def _peeled(network: Network, side: Side) -> Chain:
    """The diagonal factor that a matrix between the two indices of one side is."""
    edges = [e for e in network.edges if e.a in side and e.b in side]
    if not edges:
        return ()
    if len(side) > 2:
        raise NoMatrixFormError("three indices of a vector joined by matrices")
    network.edges.remove(edges[0])
    row = side[1]
    inner = chain_expression(edges[0].leaving(row).chain, network.axis(row))
    return (build("diag", build("vec", inner)),)


def _ordered(network: Network, rows: Side, cols: Side, joined: Mapping[Node, Edge]) -> Chain:
    """The Kronecker product of the pieces, which must come in one order by rows and by columns."""
    pieces: list[Expr] = []
    waiting = list(cols)
    taken = {i for e in joined.values() for i in (e.a, e.b)}
    for row in rows:
        if row not in joined:
            pieces.append(_expression(network, row, network.vector(row) or (network.ones(row),)))
            continue
        edge = joined[row].leaving(row)
        while waiting and waiting[0] is not edge.b:
            pieces.append(_row(network, waiting.pop(0), taken))
        if not waiting:
            raise NoMatrixFormError("the pieces of a Kronecker product in two orders")
        col = waiting.pop(0)
        inner = (*network.diagonal(row), *edge.chain, *network.diagonal(col))
        pieces.append(chain_expression(inner, network.axis(row)))
    pieces += [_row(network, col, taken) for col in waiting]
    return (_product(pieces),)


def _row(network: Network, col: Idx, taken: set[Node]) -> Expr:
    if col in taken:
        raise NoMatrixFormError("the pieces of a Kronecker product in two orders")
    return chain_expression(turned_chain(network.vector(col) or (network.ones(col),)), ONE)


def _expression(network: Network, node: Idx, chain: Chain) -> Expr:
    return chain_expression(chain, network.axis(node))


def _product(pieces: list[Expr]) -> Expr:
    result = pieces[0]
    for piece in pieces[1:]:
        if _is_identity(result) and _is_identity(piece):
            result = build("I", Axis.product([result.shape.rows, piece.shape.rows]))
        else:
            result = build("kron", result, piece)
    return result


def _is_identity(expr: Expr) -> bool:
    return isinstance(expr, Apply) and expr.op == "I"
