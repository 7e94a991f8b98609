"""What is on the pages: the frozen view model that the templates consume.

Two kinds of string occur. A plain ``str`` (a field named ``latex``, the sides of an equation, the
formulas of a block) is mathematics printed by our own printer, without dollar signs, using the
macros listed in ``templates/preamble.tex``. A :class:`Text` holds words in both languages,
Markdown-light, and is escaped on its way into TeX.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from cheatsheet.language.glossary import Text
from cheatsheet.pages.pictures import Picture

Language = Literal["zh", "en", "both"]
Layout = Literal["numerator", "denominator", "mixed"]
Paper = Literal["a4", "letter"]
Sums = Literal["sigma", "einstein"]
Verdict = Literal["proved", "differs", "checked", "sampled", "undecided", "refuted", "invalid"]
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
class Row:
    """A claim as a row of the sheet: the left side once, the right one in each layout side by side.

    ``cells`` has one right side where layout plays no part, else the gradient (denominator layout) and its transpose.
    ``shape`` is the function that is differentiated, or else the left side: what a reader looks for.
    """

    left: str
    relation: str
    cells: tuple[str, ...]
    shape: str = ""


@dataclass(frozen=True)
class ClaimLine:
    """One claim that holds: its equation in each layout (layouts that agree share a form); ``row`` for the sheet."""

    forms: tuple[Form, ...]
    verdict: Verdict
    row: Row | None = None
    evidence: Text | None = None
    """Where the two sides of an undecided claim were found equal."""

    @property
    def as_row(self) -> Row:
        """The row of the sheet; made of the first form where none was worked out."""
        first = self.forms[0].equation
        return self.row or Row(first.left, first.relation, (first.right,), first.left)

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
    stand there without its conditions. ``names`` are the symbols alone; what is ``general`` it says once for all.
    ``function``: the words for what ``f(\\M{x}) \\in \\R`` says, for pages that have room for them.
    """

    latex: str
    remark: Text | None = None
    lead: Text | None = None
    restricts: bool = False
    names: str = ""
    function: Text | None = None
    general: bool = False


@dataclass(frozen=True)
class StepRow:
    """One line of a derivation and the reason why it follows from the line above, in words and as keys of the tags.

    ``parts``: the reasons of a line that the catalogue wrote, one by one; formulas among them read alike in both.
    ``entries``: for each of these the entry of which it is the name, empty for one that names none.
    """

    equation: Equation
    why: Text
    reasons: tuple[str, ...] = ()
    parts: tuple[Text, ...] = ()
    entries: tuple[str, ...] = ()


@dataclass(frozen=True)
class StepsBlock:
    """A derivation, line by line.

    ``claim`` is what it derives, in LaTeX, where an entry has several; ``layouts`` where it is good for those alone;
    ``of`` is the number of the claim, from 1, and ``cites`` those of the claims that it rests on; ``style`` what the
    catalogue's own derivations go by, empty for one that the program made, element by element.
    """

    rows: tuple[StepRow, ...]
    caption: Text | None = None
    claim: str = ""
    layouts: tuple[Layout, ...] = ()
    of: int = 0
    style: str = ""
    cites: tuple[int, ...] = ()


@dataclass(frozen=True)
class DisplayBlock:
    """Formulas on lines of their own: a dotted matrix, the slices of a tensor, an example; ``of`` as of steps.

    ``cited``: the claim itself, which the rules of derivations do not reach, with words that say so.
    """

    formulas: tuple[str, ...]
    caption: Text | None = None
    of: int = 0
    cited: bool = False


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
    """A figure drawn from data."""

    picture: Picture
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
    number: int = 0
    """Which pitfall of the entry it is, from 1; some are left out where the document has one layout."""


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
    aliases: tuple[str, ...] = ()
    everywhere: tuple[WebClaim, ...] = ()
    key: str = ""
    """What the page was made from, as a hash (pages/keys.py)."""

    @property
    def cited(self) -> tuple[str, ...]:
        """The entries that its derivations name."""
        rows = (row for block in self.blocks if isinstance(block, StepsBlock) for row in block.rows)
        return tuple(dict.fromkeys(id for row in rows for id in row.entries if id))

    @property
    def former_ids(self) -> tuple[str, ...]:
        """The aliases that were ids of entries that this one has taken in; links to them lead here."""
        return tuple(a for a in self.aliases if re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+){2,}", a))

    @property
    def common_verdict(self) -> Verdict | None:
        """The verdict shared by all claims; None where they differ or where there are none."""
        verdicts = {claim.verdict for claim in self.claims}
        return verdicts.pop() if len(verdicts) == 1 else None

    @property
    def conditions(self) -> tuple[Given, ...]:
        """The declarations that say more than a shape."""
        said = (g for g in self.given if g.remark or g.lead or g.restricts)
        return tuple(given for given in said if not given.general)

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
    part: Text | None = None


@dataclass(frozen=True)
class SheetEntry:
    """An entry on the sheet with those of its claims that stand there."""

    page: EntryPage
    claims: tuple[ClaimLine, ...]

    @property
    def conditions(self) -> tuple[Given, ...]:
        """The conditions that speak of what is printed."""
        rows = [claim.as_row for claim in self.claims]
        shown = " ".join(part for row in rows for part in (row.left, *row.cells))
        found: list[Given] = []
        for given in reversed(self.page.conditions):  # a definition may need others, which stand before it
            needed = shown + " ".join(g.latex for g in found if g.lead)
            name = given.latex.partition(" = ")[0] if given.lead else given.names
            if not name or any(_occurs(part, needed) for part in name.split(", ")):
                found.insert(0, given)
        return tuple(found)


_SIGNS = re.compile(r"\\(?:M|operatorname|mathrm) ?(?:\\[A-Za-z]+|\{[^{}]*\}|\S)|\\[A-Za-z]+|\S")


def _occurs(name: str, latex: str) -> bool:
    """Whether a symbol stands in a formula, and not as a part of a command or of a bold letter."""
    sought, signs = _SIGNS.findall(name), _SIGNS.findall(latex)
    return any(signs[k : k + len(sought)] == sought for k in range(len(signs)))


@dataclass(frozen=True)
class Mistake:
    """A wrong formula and the right one."""

    page: EntryPage
    wrong: PitfallLine
    right: ClaimLine


@dataclass(frozen=True)
class SheetBox:
    """A box of the sheet; ``letter`` is what the index refers to."""

    letter: str
    title: Text
    entries: tuple[SheetEntry, ...] = ()
    mistakes: tuple[Mistake, ...] = ()
    colour: int = 0

    @property
    def laid_out(self) -> bool:
        """Whether some right side differs from layout to layout."""
        return any(len(c.as_row.cells) > 1 for e in self.entries for c in e.claims)


def _right_for(page: EntryPage, wrong: PitfallLine) -> ClaimLine:
    """The claim that says what the mistake should have said: one of the same left side, else the first."""
    alike = [c for c in page.claims if any(wrong.latex.startswith(form.equation.left) for form in c.forms)]
    return (alike or list(page.claims))[0]


def mistakes_of(page: EntryPage, wrong: tuple[PitfallLine, ...]) -> tuple[Mistake, ...]:
    """Pitfalls of an entry with the right form beside each; none where the entry says nothing that is right."""
    return tuple(Mistake(page, line, _right_for(page, line)) for line in wrong) if page.claims else ()


def _whole_section(section: SectionPage) -> SheetBox | None:
    entries = tuple(SheetEntry(page, page.claims) for page in section.entries if page.on_sheet)
    wrong = [m for p in section.entries if "mistake" in p.tags for m in mistakes_of(p, p.pitfalls)]
    return SheetBox(section.number, section.name, entries, tuple(wrong), section.colour) if entries else None


@dataclass(frozen=True)
class Document:
    """Both documents' content and how it is to be printed; ``layout`` None prints all of them."""

    title: Text
    sections: tuple[SectionPage, ...]
    lang: Language = "both"
    layout: Layout | None = None
    paper: Paper = "a4"
    greyscale: bool = False
    boxes: tuple[SheetBox, ...] = ()
    base_url: str | None = None
    sources: tuple[tuple[str, Text], ...] = ()
    version: str = ""
    sums: Sums = "sigma"
    full: bool = False
    """Whether the handbook has every derivation of every claim."""

    @property
    def numbers(self) -> dict[str, str]:
        """The number of every entry."""
        return {page.id: page.number for section in self.sections for page in section.entries}

    @property
    def counts(self) -> dict[str, int]:
        """How much there is, for the page that says how the book was checked: claims by verdict, lines, mistakes."""
        pages = [page for section in self.sections for page in section.entries]
        verdicts = [claim.verdict for page in pages for claim in page.claims]
        found: dict[str, int] = {
            v: verdicts.count(v) for v in ("proved", "differs", "checked", "sampled", "undecided")
        }
        steps = [block for page in pages for block in page.blocks if isinstance(block, StepsBlock)]
        cited = [b for page in pages for b in page.blocks if isinstance(b, DisplayBlock) and b.cited]
        wrong = [pitfall.verdict for page in pages for pitfall in page.pitfalls]
        return found | {
            "entries": len(pages),
            "claims": len(verdicts),
            "derivations": len(steps),
            "lines": sum(len(block.rows) for block in steps),
            "cited": len(cited),
            "refuted": wrong.count("refuted"),
            "invalid": wrong.count("invalid"),
        }

    @property
    def sheet_marks(self) -> tuple[Verdict, ...]:
        """The verdicts that have a mark on the sheet: all but a proof for every dimension."""
        found = {claim.verdict for box in self.sheet_boxes for entry in box.entries for claim in entry.claims}
        return tuple(v for v in ("checked", "sampled", "undecided") if v in found)

    @property
    def sheet_boxes(self) -> tuple[SheetBox, ...]:
        """What the sheet shows: the boxes chosen, or every entry, section by section."""
        return self.boxes or tuple(filter(None, map(_whole_section, self.sections)))

    @property
    def letters(self) -> dict[str, str]:
        """The box of each entry of the sheet."""
        return {entry.page.id: box.letter for box in self.sheet_boxes[::-1] for entry in box.entries}

    @property
    def languages(self) -> tuple[Literal["zh", "en"], ...]:
        """The languages printed, in order.

        >>> Document(Text("标题", "Title"), ()).languages
        ('zh', 'en')
        """
        return ("zh", "en") if self.lang == "both" else (self.lang,)
