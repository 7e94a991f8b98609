r"""Names of the claim language → letters: ``x1`` becomes x₁, ``lam`` λ, and ``A[i, j]`` a_ij.

Which letter an entry of a matrix gets depends on the company: a_ij where nothing else is called a, else A_ij, else
(A)_ij. So the letters are chosen once for a formula, or for all formulas of an entry together.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from cheatsheet.language.dimensions import Axis
from cheatsheet.language.expressions import Apply, Expr, Index, Size, Sum, Symbol, walk

_GREEK = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi "
    "pi rho sigma tau upsilon phi chi psi omega "
    "Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"
).split()
GREEK = {name: rf"\{name}" for name in _GREEK} | {
    "lam": r"\lambda",
    "Lam": r"\Lambda",
    "eps": r"\varepsilon",
    "epsilon": r"\varepsilon",
}
ACCENTS = {"hat": r"\hat", "bar": r"\bar", "tilde": r"\tilde"}
_NUMBERED = re.compile(r"([A-Za-z]+?)(\d+)")
_ONE_SIGN = re.compile(r"[A-Za-z0-9]|\\[A-Za-z]+|[A-Za-z]_\w|\\[A-Za-z]+_\w")
# Small letters with a meaning of their own: a matrix E or Δ keeps its capital in E_ij, Δ_ij.
_RESERVED = frozenset(["e", r"\delta", r"\partial"])


@dataclass(frozen=True)
class Letter:
    """A letter with what stands over and below it."""

    base: str
    accent: str = ""
    below: str = ""

    @property
    def accented(self) -> str:
        return _accent(self.accent, self.base)

    def small(self) -> Letter:
        """The letter of an entry: small where the name is a capital."""
        if len(self.base) == 1:
            return Letter(self.base.lower(), self.accent, self.below)
        if self.base[0] == "\\" and self.base[1].isupper():
            return Letter(self.base.lower(), self.accent, self.below)
        return self


def _accent(accent: str, base: str) -> str:
    if not accent:
        return base
    return f"{accent}{{{base}}}" if len(base) > 1 else f"{accent} {base}"


def letter_of(name: str) -> Letter:
    r"""The letter of a name.

    >>> letter_of("u_o"), letter_of("Sigma2")
    (Letter(base='u', accent='', below='o'), Letter(base='\\Sigma', accent='', below='2'))
    >>> letter_of("y_hat").accented
    '\\hat y'
    """
    head, *tail = name.split("_")
    below = []
    if numbered := _NUMBERED.fullmatch(head):
        head = numbered[1]
        below.append(numbered[2])
    accent = ""
    for part in tail:
        if part in ACCENTS and not accent:
            accent = ACCENTS[part]
        elif part:
            below.append(_word(part))
    if not head or not all([*tail, head]):
        return verbatim(name)
    return Letter(_word(head, r"\mathit"), accent, ",".join(below))


def verbatim(name: str) -> Letter:
    """The name as it was typed, where its letter would be another name's too."""
    return Letter(rf"\mathit{{{name.replace('_', chr(92) + '_')}}}")


def _word(text: str, face: str = r"\mathrm") -> str:
    """A single letter or number as it is, the name of a Greek letter as that letter, a word upright."""
    if len(text) == 1 or text.isdigit():
        return text
    return GREEK.get(text) or f"{face}{{{text}}}"


def name_in_script(name: str) -> str:
    """An index name: ``i``, ``k1`` (k₁)."""
    letter = letter_of(name)
    return f"{letter.accented}_{_group(letter.below)}" if letter.below else letter.accented


def axis_text(axis: Axis) -> str:
    r"""The size of an axis as a formula.

    >>> print(axis_text(Axis.product([Axis.of("m"), Axis.concatenation([Axis.of("n"), Axis.of(2)])])))
    m(n+2)
    """
    if axis.kind == "name":
        return name_in_script(str(axis.value))
    if not axis.names:
        return str(axis.at({}))
    if axis.kind == "concatenation":
        return "+".join(axis_text(p) for p in axis.parts)
    if len(set(axis.parts)) == 1 and axis.parts[0].kind == "name":
        return f"{axis_text(axis.parts[0])}^{len(axis.parts)}"
    parts = [f"({axis_text(p)})" if p.kind == "concatenation" else axis_text(p) for p in axis.parts]
    text = parts[0]
    for part in parts[1:]:
        space = " " if part[0].isalpha() and re.search(r"\\[A-Za-z]+$", text) else ""
        text += rf" \cdot {part}" if part[0].isdigit() else space + part
    return text


def index_text(index: Index) -> str:
    """An index in a subscript: positions are printed from 1; the name of the axis stands for its last position."""
    if index.block is not None:
        before = [axis_text(part) for part in index.axis.parts[: index.block]]
        return "+".join([*before, index_text(index.parts[0])])
    if index.parts:
        return f"({','.join(index_text(part) for part in index.parts)})"
    if isinstance(index.name, int):
        return str(index.name + 1)
    return axis_text(index.axis) if index.name == str(index.axis) else name_in_script(index.name)


def subscript_text(indices: Iterable[Index], below: str = "") -> str:
    r"""Indices side by side, with commas where one of them is more than a sign.

    >>> n = Axis.of("n")
    >>> subscript_text([Index(0, n), Index("j", n)]), subscript_text([Index(11, n), Index("j", n)])
    ('1j', '12,j')
    """
    texts = [index_text(i) for i in indices]
    joined = texts[0]
    comma = not all(_ONE_SIGN.fullmatch(t) for t in texts)
    for text in texts[1:]:
        space = " " if re.search(r"\\[A-Za-z]+$", joined) else ""
        joined += "," + text if comma else space + text
    return f"{below},{joined}" if below else joined


def _group(text: str) -> str:
    return text if len(text) == 1 else f"{{{text}}}"


class Letters:
    """The letters of the symbols of one formula, or of several that are read together."""

    def __init__(self, *expressions: Expr) -> None:
        nodes = [node for expression in expressions for node in walk(expression)]
        found = dict.fromkeys(n for n in nodes if isinstance(n, Symbol))
        self.symbols = {s.name: s for s in found}
        self.letters = _distinct_letters(self.symbols)
        self.busy = _index_letters(nodes)
        self.entries = self._choose_entry_letters()

    def of(self, symbol: Symbol) -> Letter:
        return self.letters.get(symbol.name) or letter_of(symbol.name)

    def entry(self, symbol: Symbol) -> Letter | None:
        """The letter of the entries of a symbol; None where every letter is taken."""
        if symbol.name in self.symbols:
            return self.entries.get(symbol.name)
        return self.of(symbol).small()

    def taken(self, base: str) -> bool:
        """Whether a letter is already in use, by a symbol or by its entries."""
        return any(base in (letter.base, letter.small().base) for letter in self.letters.values())

    def _choose_entry_letters(self) -> dict[str, Letter]:
        """Vectors first, because they keep the letter they have; then matrices, small letters if those are free."""
        chosen: dict[str, Letter] = {}
        order = sorted(self.symbols.values(), key=lambda s: len(s.shape.free_axes))
        for symbol in order:
            own = self.letters[symbol.name]
            wishes = [own.small(), own] if len(symbol.shape.free_axes) > 1 else [own]
            free = [w for w in wishes if self._is_free(symbol, w, own, chosen)]
            if free:
                chosen[symbol.name] = free[0]
        return chosen

    def _is_free(self, symbol: Symbol, wish: Letter, own: Letter, chosen: dict[str, Letter]) -> bool:
        if wish != own and (wish.base in self.busy or wish.base in _RESERVED):
            return False
        for name, other in self.symbols.items():
            if name == symbol.name:
                continue
            scalar = other.shape.is_scalar
            if not scalar and name not in chosen and wish == own:
                continue
            letter = chosen.get(name, self.letters[name])
            same_base = (letter.base, letter.accent) == (wish.base, wish.accent)
            apart = letter.below and wish.below and letter.below != wish.below
            if same_base and (scalar or not apart):
                return False
        return True


def _distinct_letters(symbols: dict[str, Symbol]) -> dict[str, Letter]:
    """A letter for every name; of two names with one letter, in one face, the later is printed as it was typed."""
    letters: dict[str, Letter] = {}
    taken: set[tuple[Letter, bool]] = set()
    for name, symbol in symbols.items():
        letter = letter_of(name)
        if (letter, symbol.shape.is_scalar) in taken:
            letter = verbatim(name)
        taken.add((letter, symbol.shape.is_scalar))
        letters[name] = letter
    return letters


def _index_letters(nodes: list[Expr]) -> set[str]:
    """Letters in use for indices and dimensions."""
    busy: set[str] = set()
    for node in nodes:
        if isinstance(node, Apply):
            indices = [i for i in node.args if isinstance(i, Index)]
            busy |= {str(part.name) for i in indices for part in (i.parts or (i,))}
            busy |= {n for a in node.args if isinstance(a, Axis) for n in a.names}
        elif isinstance(node, Sum):
            busy |= {n for i in node.indices for n in (str(i.name), *i.axis.names)}
        elif isinstance(node, Size):
            busy |= node.axis.names
    return busy
