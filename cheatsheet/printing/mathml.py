r"""Formulas for a page in a browser: MathML Core, from the tree of :mod:`.formula`.

Bold, sans-serif and double-struck letters are characters of their own, as MathML Core asks for; upright words are names
of functions with the invisible sign of application behind them, so that a screen reader says "trace of A B".
"""

from __future__ import annotations

from functools import lru_cache
from html import escape

from cheatsheet.printing.formula import (
    Accent,
    Fenced,
    Fraction,
    Gap,
    Group,
    Item,
    Root,
    Scripts,
    Sign,
    Table,
    is_function,
    opens,
    read_formula,
)
from cheatsheet.printing.macros import expand

_FENCED_TABLES = {"bmatrix": ("[", "]"), "pmatrix": ("(", ")"), "vmatrix": ("|", "|"), "cases": ("{", "")}
_FACES = {
    "bold": (0x1D400, 0x1D7CE),
    "sans": (0x1D5A0, 0x1D7E2),
    "script": (0x1D49C, 0),
    "double": (0x1D538, 0x1D7D8),
}
_EXCEPTIONS = {
    "script": dict(zip("BEFHILMR", "ℬℰℱℋℐℒℳℛ", strict=True)),
    "double": dict(zip("CHNPQRZ", "ℂℍℕℙℚℝℤ", strict=True)),
}


def mathml(latex: str, display: bool = False) -> str:
    r"""The formula as a ``math`` element, its LaTeX kept as an annotation.

    >>> print(mathml(r"\M A\T").replace("<annotation", "\n<annotation"))
    <math><semantics><msup><mi>𝐀</mi><mi>𝖳</mi></msup>
    <annotation encoding="application/x-tex">\boldsymbol{A}^{\mathsf T}</annotation></semantics></math>
    """
    tree = read_formula(latex)
    body = _row(tree.items)
    style = ' display="block"' if display else ""
    note = f'<annotation encoding="application/x-tex">{escape(expand(latex), quote=False)}</annotation>'
    return f"<math{style}><semantics>{body}{note}</semantics></math>"


@lru_cache(maxsize=20_000)
def bare_mathml(latex: str) -> str:
    r"""The same without the annotation, displayed as in a line of its own; for the many lines of derivations.

    >>> bare_mathml("x + 1")
    '<math displaystyle="true"><mi>x</mi><mo>+</mo><mn>1</mn></math>'
    >>> bare_mathml(r"\det A")
    '<math displaystyle="true"><mi>det</mi><mo>&#x2061;</mo><mspace width="0.167em"/><mi>A</mi></math>'
    """
    return f'<math displaystyle="true">{"".join(_side_by_side(read_formula(latex).items))}</math>'


@lru_cache(maxsize=20_000)
def inline_mathml(latex: str) -> str:
    """The same within a line of words."""
    return f"<math>{''.join(_side_by_side(read_formula(latex).items))}</math>"


def _row(items: tuple[Item, ...]) -> str:
    parts = _side_by_side(items)
    return parts[0] if len(parts) == 1 else f"<mrow>{''.join(parts)}</mrow>"


def _side_by_side(items: tuple[Item, ...]) -> list[str]:
    """The items of a row, with what depends on a neighbour: a sign that stands first, a function after a factor."""
    parts: list[str] = []
    before: Item | None = None
    for item in items:
        if isinstance(item, Sign) and item.text in "+−±∓" and opens(before):
            parts.append(f'<mo form="prefix">{item.text}</mo>')
            before = item
            continue
        beside_factor = is_function(item) and not opens(before) and not isinstance(before, Gap)
        of_letter = before is not None and is_function(before) and not _stands_apart(item)
        if beside_factor or of_letter:
            parts.append('<mspace width="0.167em"/>')
        parts.append(_item(item))
        before = item
    return parts


def _stands_apart(item: Item) -> bool:
    """Whether an item is seen to be apart from a function before it: a bracket, a space, an operator."""
    return isinstance(item, Fenced | Gap) or (isinstance(item, Sign) and item.kind in ("fence", "operator"))


def _item(item: Item) -> str:
    match item:
        case Sign():
            return _sign(item)
        case Gap(width):
            return f'<mspace width="{width / 18:.3g}em"/>'
        case Group(items):
            return _row(items)
        case Scripts():
            return _scripts(item)
        case Fraction(above, below, small):
            inner = f"<mfrac>{_item(above)}{_item(below)}</mfrac>"
            return f'<mstyle displaystyle="false">{inner}</mstyle>' if small else inner
        case Root(body):
            return f"<msqrt>{_item(body)}</msqrt>"
        case Accent(body, mark):
            return f'<mover accent="true">{_item(body)}<mo>{mark}</mo></mover>'
        case Fenced(opening, body, closing):
            return f"<mrow>{_fence(opening, True)}{_item(body)}{_fence(closing, True)}</mrow>"
        case Table():
            return _table(item)


def _sign(sign: Sign) -> str:
    text = escape(sign.text, quote=False)
    match sign.kind:
        case "letter":
            return _letter(sign.text, sign.face)
        case "number":
            digits = "".join(_in_face(c, sign.face) for c in sign.text) if sign.face == "bold" else text
            return f"<mn>{digits}</mn>"
        case "fence":
            return _fence(sign.text, False, sign.large)
        case "function":
            return f"<mi>{text}</mi><mo>&#x2061;</mo>"
        case "stacked":
            return (
                f"<mo>{text}</mo>" if len(sign.text) == 1 else f'<mo lspace="0" rspace="0.17em">{text}</mo>'
            )
        case "text":
            return f"<mtext>{text}</mtext>"
    return f"<mo>{text}</mo>"


def _letter(text: str, face: str) -> str:
    if face in _FACES:
        return f"<mi>{''.join(_in_face(c, face) for c in text)}</mi>"
    upright = face == "upright" and len(text) == 1
    return f'<mi mathvariant="normal">{text}</mi>' if upright else f"<mi>{text}</mi>"


def _in_face(c: str, face: str) -> str:
    """The character in another face, itself where there is none."""
    letters, digits = _FACES.get(face, (0, 0))
    if c in _EXCEPTIONS.get(face, {}):
        return _EXCEPTIONS[face][c]
    if letters and c.isascii() and c.isalpha():
        return chr(letters + ord(c) - (ord("A") if c.isupper() else ord("a") - 26))
    if digits and c.isdigit():
        return chr(digits + int(c))
    if face == "bold" and "Α" <= c <= "Ω":
        return chr(0x1D6A8 + ord(c) - ord("Α"))
    if face == "bold" and "α" <= c <= "ω":
        return chr(0x1D6C2 + ord(c) - ord("α"))
    return {"∂": "𝛛", "∇": "𝛁", "ϵ": "𝛜", "ϕ": "𝛟"}.get(c, c) if face == "bold" else c


def _fence(text: str, stretchy: bool, large: bool = False) -> str:
    if not text.strip():
        return ""
    size = ' minsize="1.2em" maxsize="1.2em"' if large else ""
    still = "" if stretchy or large else ' stretchy="false"'
    bar = ' lspace="0" rspace="0"' if text in "|‖" else ""
    return f"<mo{still}{size}{bar}>{escape(text, quote=False)}</mo>"


def _scripts(item: Scripts) -> str:
    stacked = isinstance(item.base, Sign) and item.base.kind == "stacked" and item.base.text != "∫"
    function = isinstance(item.base, Sign) and item.base.kind == "function"
    base = (
        f"<mi>{escape(item.base.text)}</mi>" if function and isinstance(item.base, Sign) else _item(item.base)
    )
    below, above = (None if script is None else _item(script) for script in (item.below, item.above))
    names = ("munder", "mover", "munderover") if stacked else ("msub", "msup", "msubsup")
    if below is not None and above is not None:
        return f"<{names[2]}>{base}{below}{above}</{names[2]}>"
    name, script = (names[0], below) if below is not None else (names[1], above)
    return f"<{name}>{base}{script}</{name}>"


def _table(table: Table) -> str:
    rows = "".join(f"<mtr>{''.join(f'<mtd>{_item(cell)}</mtd>' for cell in row)}</mtr>" for row in table.rows)
    aligned = ' class="aligned"' if table.kind in ("aligned", "cases") else ""
    inner = f"<mtable{aligned}>{rows}</mtable>"
    if table.kind not in _FENCED_TABLES:
        return inner
    opening, closing = _FENCED_TABLES[table.kind]
    return f"<mrow>{_fence(opening, True)}{inner}{_fence(closing, True)}</mrow>"
