"""What is on the pages: the frozen view model that the templates consume.

Two kinds of string occur. A plain ``str`` (a field named ``latex``, the sides of an equation, the
formulas of a block) is mathematics printed by our own printer, without dollar signs, using the
macros listed in ``templates/preamble.tex``. A :class:`Text` holds words in both languages,
Markdown-light, and is escaped on its way into TeX.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cheatsheet.language.glossary import Text

Language = Literal["zh", "en", "both"]
Layout = Literal["numerator", "denominator", "mixed"]
Paper = Literal["a4", "letter"]
Verdict = Literal["proved", "differs", "checked", "sampled", "refuted", "invalid"]
"""What a badge says; ``differs`` is what a proved claim with ≠ says: the sides are not identical."""


@dataclass(frozen=True)
class Equation:
    """``left relation right``, in LaTeX; an empty ``left`` continues the line above."""

    left: str
    relation: str
    right: str

    @property
    def latex(self) -> str:
        """The whole equation as one formula.

        >>> Equation("a", "=", "b").latex
        'a = b'
        """
        return " ".join(part for part in (self.left, self.relation, self.right) if part)

    @property
    def start(self) -> str:
        """The left side and the relation: what forms that differ only on the right share."""
        return f"{self.left} {self.relation}".strip()


@dataclass(frozen=True)
class Form:
    """What a claim reads in the layouts named; no layouts where layout plays no part."""

    equation: Equation
    layouts: tuple[Layout, ...] = ()


@dataclass(frozen=True)
class ClaimLine:
    """One claim that holds: its equation in each layout (layouts that agree share a form)."""

    forms: tuple[Form, ...]
    verdict: Verdict

    @property
    def layouts_agree(self) -> bool:
        """Whether the claim reads the same in every layout printed."""
        return len(self.forms) == 1

    @property
    def shared_left(self) -> bool:
        """Whether all forms start alike, so that the left side need be printed only once."""
        return len({form.equation.start for form in self.forms}) == 1


@dataclass(frozen=True)
class Given:
    """Declared symbols: ``latex`` such as ``\\M{A} \\in \\R^{n\\times n}``, and their properties; or ``lead``, *where*,
    and the definition of a name.

    The sheet prints only what has a remark or a lead, or ``restricts``, as a size in numbers does: a claim must not
    stand there without its conditions.
    """

    latex: str
    remark: Text | None = None
    lead: Text | None = None
    restricts: bool = False


@dataclass(frozen=True)
class StepRow:
    """One line of a derivation and the reason why it follows from the line above."""

    equation: Equation
    why: Text


@dataclass(frozen=True)
class StepsBlock:
    """A derivation, line by line.

    ``claim`` is what it derives, in LaTeX, where an entry has several; ``layouts`` where it is good for those alone.
    """

    rows: tuple[StepRow, ...]
    caption: Text | None = None
    claim: str = ""
    layouts: tuple[Layout, ...] = ()


@dataclass(frozen=True)
class DisplayBlock:
    """Formulas on lines of their own: a dotted matrix, the slices of a tensor, an example."""

    formulas: tuple[str, ...]
    caption: Text | None = None


@dataclass(frozen=True)
class TableBlock:
    """A computed table; cells are words or ``$…$`` formulas.

    The first cell of a row is its heading, printed once for neighbouring rows that share it; ``layouts``, if any,
    has the layout that each row is about.
    """

    header: tuple[Text, ...]
    rows: tuple[tuple[Text, ...], ...]
    caption: Text | None = None
    layouts: tuple[Layout, ...] = ()


@dataclass(frozen=True)
class FigureBlock:
    """A figure drawn from data: ``tikz`` is the body of a ``tikzpicture``, units in centimetres."""

    tikz: str
    caption: Text | None = None


Block = StepsBlock | DisplayBlock | TableBlock | FigureBlock


@dataclass(frozen=True)
class PitfallLine:
    """A claim that people write down and that is wrong.

    ``counterexample`` is LaTeX (values, then both sides) for ``refuted``; ``message`` tells what is
    wrong with an ``invalid`` one. ``layouts`` names the one in which it is wrong, if layout plays a part.
    """

    latex: str
    why: Text
    verdict: Verdict
    counterexample: tuple[str, ...] = ()
    message: Text | None = None
    layouts: tuple[Layout, ...] = ()


@dataclass(frozen=True)
class WebForm:
    """A claim as it reads in some layouts (none where layout plays no part), and its right side as code by library."""

    layouts: tuple[Layout, ...]
    latex: str
    code: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class WebClaim:
    """A claim that holds, as a page for a browser has it: every way it reads, and how it is written."""

    text: str
    verdict: Verdict
    forms: tuple[WebForm, ...]


@dataclass(frozen=True)
class EntryPage:
    """One entry of the catalogue, ready to print."""

    number: str
    id: str
    name: Text
    given: tuple[Given, ...] = ()
    claims: tuple[ClaimLine, ...] = ()
    note: Text | None = None
    blocks: tuple[Block, ...] = ()
    pitfalls: tuple[PitfallLine, ...] = ()
    tags: tuple[str, ...] = ()
    source: str | None = None
    everywhere: tuple[WebClaim, ...] = ()

    @property
    def common_verdict(self) -> Verdict | None:
        """The verdict shared by all claims; None where they differ or where there are none."""
        verdicts = {claim.verdict for claim in self.claims}
        return verdicts.pop() if len(verdicts) == 1 else None

    @property
    def conditions(self) -> tuple[Given, ...]:
        """The declarations that say more than a shape."""
        return tuple(given for given in self.given if given.remark or given.lead or given.restricts)

    @property
    def on_sheet(self) -> bool:
        """Whether the sheet has something to print: a claim or a table."""
        return bool(self.claims or self.tables)

    @property
    def tables(self) -> tuple[TableBlock, ...]:
        """The tables among the blocks."""
        return tuple(block for block in self.blocks if isinstance(block, TableBlock))


@dataclass(frozen=True)
class SectionPage:
    """A section: a heading in its own colour, an introduction and its entries."""

    number: str
    id: str
    name: Text
    entries: tuple[EntryPage, ...]
    intro: Text | None = None
    colour: int = 0


@dataclass(frozen=True)
class Document:
    """Both documents' content and how it is to be printed; ``layout`` None prints all of them."""

    title: Text
    sections: tuple[SectionPage, ...]
    lang: Language = "both"
    layout: Layout | None = None
    paper: Paper = "a4"
    greyscale: bool = False

    @property
    def languages(self) -> tuple[Literal["zh", "en"], ...]:
        """The languages printed, in order.

        >>> Document(Text("标题", "Title"), ()).languages
        ('zh', 'en')
        """
        return ("zh", "en") if self.lang == "both" else (self.lang,)
