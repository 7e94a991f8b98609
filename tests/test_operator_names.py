"""Who asks for an operator by its name: for those that give expressions their structure, and fewer and fewer others.

What an operator is stands in its row, and a stage reads a column. Outside the table an operator is compared by name
where a rule is about it alone: laws are. Such places are counted by room, and the numbers may only fall.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from cheatsheet.language.table import TABLE

ROOT = Path(__file__).parent.parent / "cheatsheet"
STRUCTURE = frozenset("add sub neg scale over matmul transpose component diff I zeros ones".split())
"""Sum, scalar multiple and quotient, product, transpose, entry, derivative, and the constants of sums and products."""
CEILINGS = {
    "calculus": 115,
    "derivatives": 248,
    "evaluation": 2,
    "language": 12,
    "pages": 7,
    "printing": 16,
    "verdicts": 26,
}
"""How many comparisons with the name of another operator each room has; the other rooms have none."""


LISTS = {
    "calculus/functions.py": ["the angles at which arcsin and arctan are known: a law about each"],
    "calculus/points.py": ["not operators: multiples of the identity and of the matrix of ones"],
    "derivatives/closed/batched.py": ["one rule an operator: how it works on many arguments side by side"],
    "derivatives/closed/flattening.py": ["one law an operator that makes sums", "and that makes products"],
    "derivatives/closed/kept_whole.py": ["whose entries are single products: what components may take apart"],
    "derivatives/rules/matching.py": [
        "that arranging may bring in or do away with, so that they tell no two expressions apart"
    ],
    "derivatives/rules/unfolding.py": ["of which no definition by entries is written out"],
    "printing/formula.py": ["not operators: commands of TeX that are set upright"],
    "printing/latex.py": ["whose brackets to the left and to the right mean the same"],
    "printing/shared_parts.py": ["that cost no arithmetic in array code"],
    "printing/writing.py": ["not operators: commands of TeX as wide as their names"],
    "verdicts/count_rules.py": ["one theorem an operator: how many points are enough"],
}
"""The modules with lists of operators at their top, and for each list why it is no column: it is read in one place, by
one law or one printer, or is a table of laws in a room that the rows may not import."""


def names_of_operators(node: ast.AST) -> Iterator[str]:
    """The names in a constant or in a display of constants."""
    if isinstance(node, ast.Constant) and node.value in TABLE:
        yield str(node.value)
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        for element in node.elts:
            yield from names_of_operators(element)


def is_operator(node: ast.AST) -> bool:
    """Whether an expression stands for the name of an operator: ``node.op``, or a variable that is called so."""
    return (isinstance(node, ast.Attribute) and node.attr == "op") or (
        isinstance(node, ast.Name) and node.id in ("op", "name", "operator")
    )


def named_in(pattern: ast.AST) -> Iterator[str]:
    for node in ast.walk(pattern):
        if isinstance(node, ast.MatchValue):
            yield from names_of_operators(node.value)


def comparisons(tree: ast.AST) -> Iterator[str]:
    """The names with which operators are compared: ``x.op == "…"``, ``x.op in (…)``, ``case Apply(op="…")``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            if any(map(is_operator, sides)):
                for side in sides:
                    yield from names_of_operators(side)
        elif isinstance(node, ast.MatchClass):
            for attribute, pattern in zip(node.kwd_attrs, node.kwd_patterns, strict=True):
                if attribute == "op":
                    yield from named_in(pattern)
        elif isinstance(node, ast.Match) and any(map(is_operator, ast.walk(node.subject))):
            for case in node.cases:
                yield from named_in(case.pattern)


def lists(tree: ast.Module) -> Iterator[list[str]]:
    """What is written down of several operators at once, at the top of a module: a set, a table, words to be split."""
    for statement in tree.body:
        if isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None:
            constants = (n.value for n in ast.walk(statement.value) if isinstance(n, ast.Constant))
            words = [word for text in constants if isinstance(text, str) for word in text.split()]
            found = [word for word in words if word in TABLE]
            if len(found) > 1 and len(found) > len(words) / 2:
                yield found


def counted(room: str) -> Counter[str]:
    found: Counter[str] = Counter()
    for path in sorted((ROOT / room).rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found.update(name for name in comparisons(tree) if name not in STRUCTURE)
    return found


def test_comparisons_are_seen() -> None:
    code = """
if x.op == "inv" or x.op in ("det", "adj"): pass
match x:
    case Apply(op="tr" | "vec", args=(y,)): pass
    case Apply(op=op) if op != "expm": pass
match x.op, x.args:
    case "pinv", (Apply(op="kron"),): pass
f("dot")
"""
    found = sorted(comparisons(ast.parse(code)))
    assert found == sorted(["inv", "det", "adj", "tr", "vec", "expm", "pinv", "kron", "kron"])


@pytest.mark.parametrize("room", CEILINGS)
def test_fewer_and_fewer_places_ask_for_an_operator_by_name(room: str) -> None:
    found = counted(room)
    number = sum(found.values())
    assert number <= CEILINGS[room], f"read a column instead of comparing with names: {dict(found)}"
    assert number >= CEILINGS[room], f"well done; now the ceiling of {room} is {number}"


def test_lists_are_seen() -> None:
    code = 'A = {"inv", "det"}\nB: dict[str, int] = {"tr": 1, "vec": 2}\nC = "det adj".split()\nD = ("zh", "en", "det")'
    assert [sorted(found) for found in lists(ast.parse(code))] == [
        ["det", "inv"],
        ["tr", "vec"],
        ["adj", "det"],
    ]


def test_fewer_and_fewer_lists_of_operators_stand_outside_the_table() -> None:
    found = {
        str(path.relative_to(ROOT)): count
        for path in sorted(ROOT.rglob("*.py"))
        if path.parts[len(ROOT.parts)] != "operators"
        and (count := len(list(lists(ast.parse(path.read_text(encoding="utf-8"))))))
    }
    assert found == {path: len(reasons) for path, reasons in LISTS.items()}, (
        "a fact of operators is a column; these lists are what is left, and may only become fewer"
    )


def test_the_other_rooms_have_none() -> None:
    for path in ROOT.iterdir():
        if path.is_dir() and path.name not in {*CEILINGS, "operators", "__pycache__"}:
            assert not counted(path.name), path.name
