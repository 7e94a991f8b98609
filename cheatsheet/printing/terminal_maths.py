r"""Formulas for a terminal: the LaTeX that the printer writes, in Unicode.

``\M A\T(\M A\M x - \M b)`` reads ``Aᵀ(Ax - b)`` there. Only what the printer writes is understood; a command that is
not is shown by its name.
"""

from __future__ import annotations

import re

from cheatsheet.printing.macros import expand

_GREEK = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho varsigma sigma tau "
_GREEK += "upsilon phi chi psi omega"
SIGNS = {name: chr(ord("α") + k) for k, name in enumerate(_GREEK.split())}
SIGNS |= {name.capitalize(): chr(ord("Α") + k) for k, name in enumerate(_GREEK.split())}
_NAMES = (
    "partial nabla times cdot circ otimes oslash neq leq geq in sum lVert rVert lvert rvert langle rangle "
)
_NAMES += "varepsilon cdots ldots vdots ddots infty to"
SIGNS |= {"Vert": "‖"}
SIGNS |= dict(zip(_NAMES.split(), "∂∇×·∘⊗⊘≠≤≥∈Σ‖‖||⟨⟩ε⋯…⋮⋱∞→", strict=True))
NOTHING = frozenset(["left", "right", "bigl", "bigr", "Bigl", "Bigr", "displaystyle", "limits", "nolimits"])
SPACES = {"|": "‖", ",": " ", ";": " ", ":": " ", " ": " ", "quad": "  ", "qquad": "   ", "!": ""}
STYLES = frozenset(["boldsymbol", "mathbf", "mathrm", "mathsf", "operatorname", "text", "mathbb", "mathcal"])
RAISED = dict(zip("0123456789+-=()niTjkmxtpabcde", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱᵀʲᵏᵐˣᵗᵖᵃᵇᶜᵈᵉ", strict=True))
LOWERED = dict(zip("0123456789+-=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True))
_TOKEN = re.compile(r"\\([A-Za-z]+)\s*|\\(.)|([{}^_&])|(\s+)|(.)", re.DOTALL)


def plain(latex: str) -> str:
    r"""The formula in Unicode.

    >>> plain(r"2\M A\T(\M A\M x - \M b)"), plain(r"\sum_{j=1}^na_{ij}\,x_j")
    ('2Aᵀ(Ax - b)', 'Σⱼ aᵢⱼ xⱼ')
    >>> plain(r"\frac{\M x}{\lVert\M x\rVert}"), plain(r"\M X\invT"), plain(r"\pd{y_i}{x_j}")
    ('x/‖x‖', 'X⁻ᵀ', '∂yᵢ/∂xⱼ')
    """
    text = _Reader(re.sub(r"\\\\\[[^]]*\]", r"\\\\", expand(latex))).sequence()
    text = re.sub(r"(?<=[(\[⟨]) +| +(?=[)\]⟩,;])", "", text)
    return re.sub(r" {2,}", " ", text).strip()


class _Reader:
    """Reads LaTeX from left to right."""

    def __init__(self, latex: str) -> None:
        self.tokens = [m.groups() for m in _TOKEN.finditer(latex)]
        self.place = 0

    def sequence(self, ends: frozenset[str] = frozenset()) -> str:
        """What stands until one of the ends, which is passed over."""
        parts: list[str] = []
        while self.place < len(self.tokens):
            command, escaped, special, *_ = self.tokens[self.place]
            if (command or escaped or special) in ends:
                break
            parts.append(self.item())
        self.place += 1
        return "".join(parts)

    def item(self) -> str:
        """One token with its arguments."""
        command, escaped, special, space, other = self.tokens[self.place]
        self.place += 1
        if space:
            return " "
        if other:
            return other
        if special == "{":
            return self.sequence(frozenset("}"))
        if special == "^":
            return _script(self.argument(), RAISED, "^")
        if special == "_":
            return _script(self.argument(), LOWERED, "_")
        if escaped:
            return SPACES.get(escaped, escaped)
        return self.command(command) if command else " "

    def argument(self) -> str:
        """The argument of a command or a script: a group, or the next token."""
        while self.place < len(self.tokens) and self.tokens[self.place][3]:
            self.place += 1
        return self.item() if self.place < len(self.tokens) else ""

    def command(self, name: str) -> str:
        if name in NOTHING:
            return ""
        if name in STYLES:
            return self.argument()
        if name in SPACES:
            return SPACES[name]
        match name:
            case "sum":
                return self.sum()
            case "frac" | "tfrac" | "dfrac":
                return _quotient(self.argument(), self.argument())
            case "sqrt":
                inner = self.argument()
                return f"√{inner}" if len(inner) == 1 else f"√({inner})"
            case "begin":
                return self.matrix()
        sign = SIGNS.get(name)
        return sign if sign is not None else f"{name} " if self.starts_with_letter() else name

    def starts_with_letter(self) -> bool:
        """Whether a letter follows, from which a name must be kept apart."""
        following = self.tokens[self.place] if self.place < len(self.tokens) else None
        return following is not None and bool(following[0] or (following[4] or "").isalpha())

    def sum(self) -> str:
        """Σ with its index; what it ranges over is known from the matrices."""
        index = ""
        while self.place < len(self.tokens) and self.tokens[self.place][2] in ("_", "^"):
            lower = self.tokens[self.place][2] == "_"
            self.place += 1
            bounds = self.argument()
            index = bounds.split("=")[0] if lower else index
        return f"Σ{_script(index, LOWERED, '_')} "

    def matrix(self) -> str:
        """``[a, b; c, d]``."""
        self.argument()
        rows: list[list[str]] = [[""]]
        while self.place < len(self.tokens) and self.tokens[self.place][0] != "end":
            _, escaped, special, *_ = self.tokens[self.place]
            if special == "&":
                rows[-1].append("")
                self.place += 1
            elif escaped == "\\":
                rows.append([""])
                self.place += 1
            else:
                rows[-1][-1] += self.item()
        self.place += 1
        self.argument()
        return "[" + "; ".join(", ".join(cell.strip() for cell in row) for row in rows) + "]"


def _script(text: str, signs: dict[str, str], mark: str) -> str:
    """A superscript or subscript in small characters where there are such, else behind its mark."""
    text = text.strip()
    if text and all(c in signs for c in text):
        return "".join(signs[c] for c in text)
    return "" if not text else f"{mark}{text}" if len(text) == 1 else f"{mark}({text})"


def _quotient(above: str, below: str) -> str:
    return f" {_grouped(above)}/{_grouped(below)} "


def _grouped(text: str) -> str:
    """The text in brackets where a stroke beside it could be misread."""
    text = text.strip()
    depth = 0
    for before, c in zip(" " + text, text, strict=False):
        depth += (c in "([⟨") - (c in ")]⟩")
        if depth == 0 and (c in "+/ " or (c == "-" and before == " ") or (c == "−")):
            return f"({text})"
    return text
