r"""LaTeX → tree: the one reader of formulas, for every page that is not set by TeX.

It understands what the printer writes and what may stand between the dollar signs of a note; a command that it does not
know is kept as a word, so that nothing is lost in silence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from cheatsheet.printing.macros import expand

_GREEK = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho varsigma sigma tau "
_GREEK += "upsilon phi chi psi omega"
GREEK = {name: chr(ord("α") + k) for k, name in enumerate(_GREEK.split())}
GREEK |= {name.capitalize(): chr(ord("Α") + k) for k, name in enumerate(_GREEK.split())}
GREEK |= {"varepsilon": "ε", "epsilon": "ϵ", "vartheta": "ϑ", "varphi": "φ", "phi": "ϕ", "ell": "ℓ"}
LETTERLIKE = {
    "partial": "∂",
    "nabla": "∇",
    "infty": "∞",
    "forall": "∀",
    "exists": "∃",
    "prime": "′",
    "top": "⊤",
}
_OPERATORS = """
times × cdot · circ ∘ odot ⊙ otimes ⊗ oslash ⊘ oplus ⊕ div ÷ pm ± mp ∓ ast ∗ star ⋆ neq ≠ ne ≠ leq ≤ le ≤ geq ≥ ge ≥
equiv ≡ approx ≈ sim ∼ simeq ≃ propto ∝ ll ≪ gg ≫ in ∈ notin ∉ subset ⊂ subseteq ⊆ cup ∪ cap ∩ setminus ∖ neg ¬ land ∧
lor ∨ to → mapsto ↦ rightarrow → leftarrow ← Rightarrow ⇒ Leftrightarrow ⇔ iff ⇔ implies ⇒ mid ∣ bot ⊥ colon :
"""
OPERATORS = dict(zip(_OPERATORS.split()[::2], _OPERATORS.split()[1::2], strict=True))
DOTS = {"cdots": "⋯", "ldots": "…", "dots": "…", "vdots": "⋮", "ddots": "⋱"}
FENCES = {
    "lVert": "‖",
    "rVert": "‖",
    "lvert": "|",
    "rvert": "|",
    "Vert": "‖",
    "vert": "|",
    "langle": "⟨",
    "rangle": "⟩",
}
FENCES |= {"lfloor": "⌊", "rfloor": "⌋", "lceil": "⌈", "rceil": "⌉", "{": "{", "}": "}", "|": "‖"}
STACKED = {"sum": "∑", "prod": "∏", "int": "∫"}
LIMITS = frozenset(["lim", "max", "min", "sup", "inf"])
FUNCTIONS = LIMITS | frozenset(
    "arg log ln exp det dim ker sin cos tan sinh cosh tanh arcsin arccos arctan".split()
)
GAPS = {",": 3, ";": 5, ":": 4, "!": -3, " ": 6, "quad": 18, "qquad": 36}
"""Spaces in eighteenths of an em."""
ACCENTS = {
    "hat": "^",
    "widehat": "^",
    "tilde": "~",
    "widetilde": "~",
    "bar": "¯",
    "overline": "¯",
    "vec": "→",
}
ACCENTS |= {"dot": "˙", "ddot": "¨"}
FACES = {"boldsymbol": "bold", "mathbf": "bold", "symbf": "bold", "mathrm": "upright", "mathit": "word"}
FACES |= {"mathsf": "sans", "mathbb": "double", "mathcal": "script"}
_SIZES = frozenset(["bigl", "bigr", "Bigl", "Bigr", "big", "Big", "biggl", "biggr"])
_SILENT = frozenset(["displaystyle", "textstyle", "scriptsize", "limits", "nolimits"])
_TOKEN = re.compile(r"\\([A-Za-z]+)\s*|\\(.)|([{}^_&'])|(\s+)|(\d+(?:\.\d+)?)|(.)", re.DOTALL)


@dataclass(frozen=True)
class Sign:
    """One sign or word: ``kind`` is letter, number, operator, fence, function, stacked or text."""

    text: str
    kind: str
    face: str = ""
    large: bool = False
    """A bracket a little larger than the line."""


@dataclass(frozen=True)
class Gap:
    """A space, in eighteenths of an em."""

    width: int


@dataclass(frozen=True)
class Group:
    """Items side by side."""

    items: tuple[Item, ...]


@dataclass(frozen=True)
class Scripts:
    """An item with what stands below and above at its right, or under and over a sign such as Σ."""

    base: Item
    below: Item | None = None
    above: Item | None = None


@dataclass(frozen=True)
class Fraction:
    """A fraction; a ``small`` one is no taller than the line."""

    above: Item
    below: Item
    small: bool = False


@dataclass(frozen=True)
class Root:
    body: Item


@dataclass(frozen=True)
class Accent:
    body: Item
    mark: str


@dataclass(frozen=True)
class Fenced:
    r"""``\left( … \right)``: brackets as tall as what they enclose."""

    opening: str
    body: Item
    closing: str


@dataclass(frozen=True)
class Table:
    """Rows of cells: ``kind`` is the environment."""

    kind: str
    rows: tuple[tuple[Item, ...], ...]


Item = Sign | Gap | Group | Scripts | Fraction | Root | Accent | Fenced | Table
EMPTY = Group(())


@lru_cache(maxsize=20_000)  # a page has the same formula twice or more: in two layouts, in two steps
def read_formula(latex: str) -> Group:
    r"""The tree of a formula, our own macros included.

    >>> read_formula(r"\sqrt{2}").items
    (Root(body=Sign(text='2', kind='number', face='', large=False)),)
    """
    return _Reader(expand(latex)).sequence(())


def opens(item: Item | None) -> bool:
    """Whether what follows begins anew: behind nothing, an operator or an opening bracket."""
    if not isinstance(item, Sign):
        return item is None
    return (item.kind == "operator" and item.text not in DOTS.values()) or (
        item.kind == "fence" and item.text in "([{⟨⌊⌈"
    )


def is_function(item: Item) -> bool:
    """Whether the item is the name of a function, with its scripts or without."""
    base = item.base if isinstance(item, Scripts) else item
    return isinstance(base, Sign) and base.kind == "function"


@dataclass
class _Reader:
    """Reads LaTeX from left to right."""

    latex: str
    place: int = 0
    tokens: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        kinds = ("command", "escaped", "special", "space", "number", "other")
        for found in _TOKEN.finditer(self.latex):
            text = next(group for group in found.groups() if group is not None)
            self.tokens.append((kinds[(found.lastindex or 1) - 1], text))
        self.tokens.append(("end", ""))

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.place]

    def next(self) -> tuple[str, str]:
        token = self.tokens[self.place]
        self.place += token[0] != "end"
        return token

    def skip_space(self) -> None:
        while self.peek()[0] == "space":
            self.place += 1

    def sequence(self, ends: tuple[tuple[str, str], ...]) -> Group:
        """What stands until one of the ends, which stays to be read."""
        items: list[Item] = []
        while self.peek()[0] != "end" and self.peek() not in ends:
            kind, text = self.peek()
            if kind == "special" and text in "^_'":
                items.append(self.scripts(items.pop() if items else EMPTY))
            elif (item := self.item()) is not None:
                items.append(item)
        return Group(tuple(items))

    def item(self) -> Item | None:
        """One token with its arguments; None where nothing is to be seen of it."""
        kind, text = self.next()
        match kind:
            case "space":
                return None
            case "number":
                return Sign(text, "number")
            case "other":
                return _character(text)
            case "special":
                return self.group() if text == "{" else None
            case "escaped":
                if text in GAPS:
                    return Gap(GAPS[text])
                return Sign(FENCES[text], "fence") if text in FENCES else Sign(text, "text")
        return self.command(text)

    def group(self) -> Item:
        inside = self.sequence((("special", "}"),))
        self.next()
        return inside.items[0] if len(inside.items) == 1 else inside

    def argument(self) -> Item:
        """The argument of a command or a script: a group, or the next token, of a number its first digit alone."""
        self.skip_space()
        kind, text = self.peek()
        if kind == "number" and len(text) > 1:
            self.tokens[self.place] = (kind, text[1:])
            return Sign(text[0], kind)
        return self.item() or EMPTY

    def raw_argument(self) -> str:
        """The characters of a braced argument."""
        self.skip_space()
        if self.peek() != ("special", "{"):
            return self.next()[1]
        depth, parts = 0, []
        while self.peek()[0] != "end":
            kind, text = self.next()
            depth += (text == "{") - (text == "}") if kind == "special" else 0
            if depth == 0:
                break
            parts.append({"command": f"\\{text} ", "escaped": f"\\{text}"}.get(kind, text))
        return "".join(parts)[1:]

    def scripts(self, base: Item) -> Item:
        """Everything raised or lowered that follows: primes, ``^``, ``_`` in any order."""
        found: dict[str, Item] = {}
        primes = ""
        while True:
            place = self.place
            self.skip_space()
            kind, text = self.peek()
            if kind != "special" or text not in "^_'":
                self.place = place
                break
            self.place += 1
            if text == "'":
                primes += "′"
            elif text in found:  # a second superscript: around what is there
                base, found = _scripted(base, found, primes), {text: self.argument()}
                primes = ""
            else:
                found[text] = self.argument()
        return _scripted(base, found, primes)

    def command(self, name: str) -> Item | None:
        for table, kind in (
            (GREEK, "letter"),
            (LETTERLIKE, "upright"),
            (OPERATORS, "operator"),
            (DOTS, "operator"),
        ):
            if name in table:
                return Sign(
                    table[name],
                    "letter" if kind == "upright" else kind,
                    "upright" if kind == "upright" else "",
                )
        if name in FENCES:
            return Sign(FENCES[name], "fence")
        if name in STACKED:
            return Sign(STACKED[name], "stacked")
        if name in FUNCTIONS:
            return Sign(name, "stacked" if name in LIMITS else "function")
        if name in GAPS:
            return Gap(GAPS[name])
        if name in FACES:
            return _in_face(self.argument(), FACES[name])
        if name in ACCENTS:
            return Accent(self.argument(), ACCENTS[name])
        if name in _SILENT:
            return None
        return self.construction(name)

    def construction(self, name: str) -> Item | None:
        match name:
            case "frac" | "tfrac" | "dfrac":
                return Fraction(self.argument(), self.argument(), name == "tfrac")
            case "sqrt":
                return Root(self.argument())
            case "operatorname":
                return Sign(self.raw_argument(), "function")
            case "text":
                return Sign(self.raw_argument(), "text")
            case "left":
                return self.fenced()
            case "begin":
                return self.table()
        if name in _SIZES:
            return Sign(self.delimiter(), "fence", large=True)
        return Sign(name, "function")

    def delimiter(self) -> str:
        self.skip_space()
        _, text = self.next()
        return "" if text == "." else FENCES.get(text, text)

    def fenced(self) -> Item:
        opening = self.delimiter()
        body = self.sequence((("command", "right"),))
        self.next()
        return Fenced(opening, body, self.delimiter())

    def table(self) -> Item:
        kind = self.raw_argument()
        rows: list[list[Item]] = [[]]
        ends = (("special", "&"), ("escaped", "\\"), ("command", "end"))
        while self.peek()[0] != "end":
            rows[-1].append(self.sequence(ends))
            _, text = self.next()
            if text == "\\":
                self.room()
                rows.append([])
            elif text == "end":
                break
        self.raw_argument()
        if rows and all(cell == EMPTY for cell in rows[-1]):
            rows.pop()
        return Table(kind, tuple(tuple(row) for row in rows))

    def room(self) -> None:
        """The extra space behind a row, ``[2pt]``, which is TeX's affair."""
        if self.peek() == ("other", "["):
            place = self.place
            text = ""
            while self.peek()[0] != "end" and not text.endswith("]"):
                text += self.next()[1]
            if not re.fullmatch(r"\[-?[\d.]+ ?\w\w\]", text):
                self.place = place


def _scripted(base: Item, found: dict[str, Item], primes: str) -> Item:
    above = found.get("^")
    if primes:
        prime = Sign(primes, "operator")
        above = prime if above is None else Group((prime, above))
    return Scripts(base, found.get("_"), above) if found or primes else base


def _character(text: str) -> Item:
    if text.isalpha():
        return Sign(text, "letter")
    if text in "()[]|":
        return Sign(text, "fence")
    return Sign("−" if text == "-" else text, "operator")


def _in_face(item: Item, face: str) -> Item:
    """The item in a face; letters under it form a word where the face is one of words."""
    match item:
        case Sign():
            return Sign(item.text, item.kind, face, item.large)
        case Group() if (
            item.items and all(isinstance(i, Sign) for i in item.items) and face in ("upright", "word")
        ):
            return Sign("".join(i.text for i in item.items if isinstance(i, Sign)), "letter", face)
        case Group():
            return Group(tuple(_in_face(i, face) for i in item.items))
        case Scripts():
            return Scripts(_in_face(item.base, face), item.below, item.above)
        case Accent():
            return Accent(_in_face(item.body, face), item.mark)
    return item
