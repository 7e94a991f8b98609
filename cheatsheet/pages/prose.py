r"""Markdown-light prose to LaTeX.

``**bold**``, ``*emphasis*``, backquoted code and ``$maths$``; everything else is text. The
catalogue's notes are data. Outside the dollar signs nothing can become a TeX command; inside them
only the control sequences listed here may stand, so that no note can read files, run programs or
break the page.
"""

from __future__ import annotations

import difflib
import re
import unicodedata

from markupsafe import Markup
from pylatex.utils import escape_latex

from cheatsheet.printing.terminal_maths import plain as plain_formula

_COMMANDS = frozenset(
    r"""
    alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu
    xi pi rho sigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma
    Upsilon Phi Psi Omega ell frac tfrac dfrac sqrt sum prod int lim max min sup inf arg log ln
    exp det dim ker rank sin cos tan sinh cosh tanh arcsin arccos arctan operatorname partial
    nabla infty prime top bot circ odot oslash otimes oplus times cdot div pm mp ast star le leq ge
    geq ne neq equiv approx sim simeq propto ll gg in notin subset subseteq cup cap setminus
    forall exists neg land lor to mapsto rightarrow leftarrow Rightarrow Leftrightarrow iff
    implies ldots cdots vdots ddots dots quad qquad left right bigl bigr Bigl Bigr big Big
    lVert rVert lvert rvert Vert vert langle rangle lfloor rfloor lceil rceil mid hat tilde bar
    vec dot ddot overline underline widehat widetilde underbrace overbrace mathrm mathbf mathsf
    mathbb mathcal symbf text not M T invT inv tr vecop diag rank R dd kd pd pdd one zero adj
    """.split()
)
_SYMBOL_COMMANDS = frozenset(r",;:!|{}\% ")
_ENVIRONMENTS = frozenset("matrix bmatrix pmatrix vmatrix cases aligned smallmatrix".split())

PIECES = re.compile(
    r"\\(?P<escaped>[\\`*$])|`(?P<code>[^`]+)`|\$(?P<maths>(?:[^$\\]|\\.)+)\$|(?P<stray>\$)",
    re.DOTALL,
)
_HOLD = 0xE000  # the private-use characters stand for finished pieces while the rest is escaped
_LETTER = re.compile(
    r"\\(?:text|math\w+|symbf|operatorname|M|begin|end)\s*\{[^{}]*\}"
    r"|\\[^A-Za-z]|(?P<name>\\[A-Za-z]+|[A-Za-z])(?:_(?P<below>\w|\{\w+\}))?(?P<more>\s*_)?"
)
_CONTROL = re.compile(r"\\([A-Za-z]+|.|$)", re.DOTALL)

# xeCJK sets these as full-width Chinese punctuation, which is wrong between English words.
_ENGLISH_PUNCTUATION = str.maketrans(
    {
        "“": "``",
        "”": "''",
        "‘": "`",
        "’": "'",
        "—": "---",
        "–": "--",
        "…": r"\ldots{}",
        "·": r"\textperiodcentered{}",
    }
)

_LAST_TWO = re.compile(r"[\u4e00-\u9fff]{2}[。！？；：”’）》]+$")


class ProseError(ValueError):
    """Prose that cannot be set: an unclosed ``$``, or maths that is not on the list."""


class Latex(Markup):
    """LaTeX that may be put on the page as it is."""


def prose(source: str, language: str) -> Latex:
    r"""Markdown-light text as LaTeX.

    >>> prose("*only* when $A$ is **symmetric**: 100 % of \\input", "en")
    Latex('\\emph{only} when $A$ is \\textbf{symmetric}: 100 \\% of \\textbackslash{}input')

    Raises :class:`ProseError` naming what may not stand in it.
    """
    held: list[str] = []

    def hold(match: re.Match[str]) -> str:
        held.append(_piece(match, source))
        return chr(_HOLD + len(held) - 1)

    if re.search(r"[\ue000-\uf8ff\x00-\x08\x0b-\x1f\x7f]", source):
        raise ProseError("control and private-use characters cannot be printed")
    paragraphs = re.split(r"\n\s*\n", PIECES.sub(hold, source).strip())
    converted = "\\par\n".join(_paragraph(p, language) for p in paragraphs)
    return Latex(re.sub(r"[\ue000-\uf8ff]", lambda m: held[ord(m[0]) - _HOLD], converted))


_BARE_ARGUMENT = re.compile(r"((?:\\(?:dot|ddot|bar|hat|tilde|sqrt|overline)|[\^_])\s*)(\\M\{[^{}]*\})")
"""An accent or script with a bold letter as its argument, which then needs braces."""
_ZERO = re.compile(
    r"((?:\\M\{\w+\}|\\(?:dot|hat|times|,)|\\mathrm d(?![A-Za-z])|[-+() {}]|\^(?:-?\w|\{-?\w\}))*(?:=|\\ne|\\to)\s*)0"
)
"""A whole formula that says of vectors or matrices alone, without a product that is a number, that they vanish."""


def embolden(source: str, letters: frozenset[str]) -> str:
    r"""The same prose with the vectors and matrices of its formulas in bold, as claims print them.

    ``letters`` are the names as LaTeX has them: ``A``, ``u_o``, ``\Sigma``. An entry such as ``A_{ij}``
    is a number and stays as it is; so do words in ``\text{…}`` and the like. What vanishes is the zero of its kind.

    >>> print(embolden("A scalar $x_i$, a form $x^{\\mathsf T} A x$, a note on A.", frozenset("Ax")))
    A scalar $x_i$, a form $\M{x}^{\mathsf T} \M{A} \M{x}$, a note on A.
    >>> print(embolden(r"$Ax\ne0$, $x_i=0$, $x^{\mathsf T}x=0$", frozenset("Ax")))
    $\M{A}\M{x}\ne\M{0}$, $x_i=0$, $\M{x}^{\mathsf T}\M{x}=0$
    """

    def in_formula(match: re.Match[str]) -> str:
        if match["maths"] is None:
            return match[0]
        bolder = _LETTER.sub(bold, match["maths"])
        bolder = bolder.replace(r"\mathsf \M{T}", r"\mathsf T")
        bolder = _BARE_ARGUMENT.sub(r"\1{\2}", bolder)
        if r"\M{" in bolder and (vanishing := _ZERO.fullmatch(bolder)) is not None:
            bolder = vanishing[1] + r"\M{0}"
        return f"${bolder}$"

    def bold(match: re.Match[str]) -> str:
        name, below = match["name"], (match["below"] or "").strip("{}")
        if name is None or match["more"]:
            return match[0]
        if below and f"{name}_{below}" in letters:
            return rf"\M{{{name}}}_{{{below}}}"
        return rf"\M{{{name}}}" if not below and name in letters else match[0]

    return PIECES.sub(in_formula, source)


def plain(source: str) -> str:
    r"""The words alone: no markup, formulas spelt out.

    >>> plain("The form $\\M{x}\\T \\M{A}\\M{x}$")
    'The form xᵀAx'
    """
    spelt = re.sub(r"\$((?:[^$\\]|\\.)+)\$", lambda formula: plain_formula(formula[1]), source)
    return re.sub(r"\*\*|[*`]", "", spelt)


def outline(source: str) -> Latex:
    """The words alone as the hexadecimal text of a PDF bookmark.

    >>> outline("A 迹")
    Latex('FEFF004100208FF9')
    """
    words = re.sub(r"[_^\\{}]", "", plain(source))
    return Latex("FEFF" + words.encode("utf-16-be").hex().upper())


_UNUSUAL = re.compile(
    r"[^\x00-\u024f\u2010-\u2027\u2030-\u205e\u3000-\u9fff\ue000-\uf8ff\uff00-\uffef\U00020000-\U0003ffff]"
)
"""What is neither Latin nor Chinese nor punctuation, nor stands for something held back."""


def signs(latex: str) -> str:
    r"""The text with its unusual characters by number, so that the page can look for a font that has them.

    >>> signs("in ℝ")
    'in \\Sign{211D}'
    """
    return _UNUSUAL.sub(lambda found: _sign(found[0]), latex)


def _sign(character: str) -> str:
    kind, *parts = unicodedata.decomposition(character).split() or [""]
    if kind in ("<super>", "<sub>"):  # few fonts have these: ᵀ, ⁻, ᵢ
        plain_ones = "".join(chr(int(part, 16)) for part in parts).replace("\u2212", "-")
        return rf"\text{kind[1:-1]}script{{{plain_ones}}}"
    return rf"\Sign{{{ord(character):04X}}}"


def escape_text(text: str) -> str:
    r"""Text in which every character stands for itself.

    >>> escape_text("50% of a_b")
    '50\\% of a\\_b'
    """
    return str(escape_latex(" ".join(text.split())))


def _paragraph(text: str, language: str) -> str:
    # Newlines become spaces; between Chinese characters xeCJK drops them. Spaces at the ends stay.
    latex = escape_latex(re.sub(r"\s+", " ", text))
    latex = re.sub(r"\*\*(?=\S)(.+?)(?<=\S)\*\*", r"\\textbf{\1}", latex)
    latex = re.sub(r"\*(?=\S)(.+?)(?<=\S)\*", r"\\emph{\1}", latex)
    if language == "en":
        latex = re.sub(r'(^|[\s(])"(?=\S)', r"\1``", latex).replace('"', "''")
        latex = latex.translate(_ENGLISH_PUNCTUATION)
    latex = signs(latex)
    # No last line of a single character.
    return _LAST_TWO.sub(r"\\mbox{\g<0>}", latex) if language == "zh" else latex


def _piece(match: re.Match[str], source: str) -> str:
    if match["escaped"]:
        return str(escape_latex(match["escaped"]))
    if match["code"]:
        # Short code stays on one line.
        code = signs(escape_text(match["code"]))
        return rf"\texttt{{\mbox{{{code}}}}}" if len(code) < 30 else rf"\texttt{{{code}}}"
    if match["stray"]:
        raise ProseError(f"a $ is not closed in: {source.strip()[:60]}; write \\$ for a dollar sign")
    return f"${maths(match['maths'])}$"


def maths(source: str) -> Latex:
    r"""The maths between two dollar signs, checked against the list of what may stand there.

    >>> maths("\\M{A} + \\write18{x}")
    Traceback (most recent call last):
    cheatsheet.pages.prose.ProseError: \write may not stand in a formula: \M{A} + \write18{x}
    """
    shown = " ".join(source.split())
    for name in _CONTROL.findall(source):
        if name not in _COMMANDS | _SYMBOL_COMMANDS | {"begin", "end"}:
            near = difflib.get_close_matches(name, _COMMANDS, n=1, cutoff=0.7) if name.isalpha() else []
            hint = f" (did you mean \\{near[0]}?)" if near else ""
            raise ProseError(f"\\{name} may not stand in a formula{hint}: {shown}")
    bare = _CONTROL.sub(" ", source)
    if found := re.search(r"\^\^|[%#~\x00-\x08]", bare):
        raise ProseError(f"{found[0]} may not stand in a formula: {shown}")
    _check_nesting(source, shown)
    return Latex(shown)


_NESTING = re.compile(
    r"\\(?P<edge>begin|end)\b\s*(?:\{(?P<environment>[^{}]*)\})?|(?P<other>\\left\b|\\right\b|\\.|[{}&])",
    re.DOTALL,
)
_CLOSERS = {"}": "{", r"\right": r"\left"}


def _check_nesting(source: str, shown: str) -> None:
    r"""Braces, ``\left … \right`` and environments must close in the order in which they open."""
    stack: list[str] = []
    for token in _NESTING.finditer(source):
        if token["edge"] and token["environment"] not in _ENVIRONMENTS:
            raise ProseError(f"{token[0]} may not stand in a formula: {shown}")
        if token["edge"] == "begin" or token["other"] in ("{", r"\left"):
            stack.append(token["other"] or token["environment"])
        elif token["edge"] == "end" or token["other"] in _CLOSERS:
            opener = token["environment"] if token["edge"] else _CLOSERS[token["other"]]
            if not stack or stack.pop() != opener:
                raise ProseError(f"{token[0]} closes nothing in the formula: {shown}")
        elif token["other"] in ("&", r"\\") and not _ENVIRONMENTS.intersection(stack):
            raise ProseError(f"{token[0]} stands outside of a matrix in the formula: {shown}")
    if stack:
        raise ProseError(f"{stack[-1]} is not closed in the formula: {shown}")
