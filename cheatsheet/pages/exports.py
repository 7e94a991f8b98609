"""The catalogue for other programs: JSON, CSV, Markdown, and a deck for Anki.

All of them are made from the same checked pages as the PDFs; formulas are LaTeX that needs no macros of ours.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from html import escape
from typing import Any

from cheatsheet.language.glossary import Text, word
from cheatsheet.pages.model import Document, EntryPage, SectionPage, StepsBlock, WebClaim
from cheatsheet.pages.prose import PIECES, plain
from cheatsheet.printing.macros import expand

FORMAT = 1
"""The version of the JSON document; it changes when a key changes its meaning or goes."""
_MODEL, _DECK = 1_784_201_937, 1_784_201_938
"""Anki knows models and decks by numbers that must never change, or learners lose what they have learnt."""


def as_json(document: Document) -> str:
    """One JSON document; ``docs/export.schema.json`` describes it."""
    sections = [
        {
            "id": section.id,
            "title": _both(section.name),
            "entries": [_entry(page) for page in section.entries],
        }
        for section in document.sections
    ]
    whole = {"format": FORMAT, "title": _both(document.title), "sections": sections}
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def _entry(page: EntryPage) -> dict[str, Any]:
    return {
        "id": page.id,
        "number": page.number,
        "name": _both(page.name),
        "given": [expand(given.latex) for given in page.given],
        "claims": [_claim(claim) for claim in page.everywhere],
        "note": None if page.note is None else _both(page.note),
        "pitfalls": [
            {
                "latex": expand(p.latex),
                "verdict": p.verdict,
                "why": _both(p.why),
                "counterexample": [expand(formula) for formula in p.counterexample],
            }
            for p in page.pitfalls
        ],
        "derivation": [
            {"latex": expand(row.equation.latex), "why": _both(row.why)}
            for block in page.blocks[:1]
            if isinstance(block, StepsBlock)
            for row in block.rows
        ],
        "tags": list(page.tags),
        "source": page.source,
    }


def _claim(claim: WebClaim) -> dict[str, Any]:
    forms = [
        {"layouts": list(form.layouts), "latex": expand(form.latex), "code": dict(form.code)}
        for form in claim.forms
    ]
    return {"claim": claim.text, "verdict": claim.verdict, "forms": forms}


def _both(text: Text) -> dict[str, str]:
    return {"zh": _without_macros(text.zh), "en": _without_macros(text.en)}


def _without_macros(words: str) -> str:
    """Markdown-light text whose formulas need no macros of ours."""
    return PIECES.sub(lambda m: m[0] if m["maths"] is None else f"${expand(m['maths'])}$", words)


COLUMNS = "id number section name_zh name_en claim verdict layouts latex tags source".split()


def as_csv(document: Document) -> str:
    """A table with a row for each claim as it reads in some layouts."""
    stream = io.StringIO()
    table = csv.writer(stream, lineterminator="\r\n")
    table.writerow(COLUMNS)
    for section in document.sections:
        for page in section.entries:
            for claim in page.everywhere:
                for form in claim.forms:
                    names = (plain(page.name.zh), plain(page.name.en))
                    said = (claim.text, claim.verdict, " ".join(form.layouts), expand(form.latex))
                    row = (
                        page.id,
                        page.number,
                        section.id,
                        *names,
                        *said,
                        " ".join(page.tags),
                        page.source or "",
                    )
                    table.writerow(row)
    return stream.getvalue()


def as_markdown(document: Document) -> str:
    """Markdown with formulas between dollar signs, as GitHub and Obsidian show them."""
    return "\n".join(_markdown(document)) + "\n"


def _markdown(document: Document) -> Iterator[str]:
    yield f"# {_line(document.title)}\n"
    for section in document.sections:
        yield f"## {section.number} {_line(section.name)}\n"
        if section.intro:
            yield from _paragraphs(section.intro)
        for page in section.entries:
            yield from _entry_markdown(page)


def _entry_markdown(page: EntryPage) -> Iterator[str]:
    yield f'### <a id="{page.id}"></a>{page.number} {_line(page.name)}\n'
    if page.given:
        yield ", ".join(f"${expand(given.latex)}$" for given in page.given) + "\n"
    for claim in page.everywhere:
        for form in claim.forms:
            told = f" ({', '.join(form.layouts)})" if len(form.layouts) in (1, 2) else ""
            yield f"$$\n{expand(form.latex)}\n$$\n\n`{claim.text}`{told}: {claim.verdict}\n"
    if page.note:
        yield from _paragraphs(page.note)
    for pitfall in page.pitfalls:
        yield f"- ✗ ${expand(pitfall.latex)}$: {_line(pitfall.why)}"
    if page.pitfalls:
        yield ""


def _line(text: Text) -> str:
    found = _both(text)
    return found["en"] if found["zh"] == found["en"] else f"{found['zh']} · {found['en']}"


def _paragraphs(text: Text) -> Iterator[str]:
    found = _both(text)
    for words in dict.fromkeys([found["zh"], found["en"]]):
        yield f"{words}\n"


def anki(document: Document) -> bytes:
    """The file of a deck with a card for each claim: front the left side, back formula, derivation, note, pitfall.

    Cards are known by entry and number of the claim, so that what a learner knows survives every edit of the words.
    """
    import genanki

    front = "<p>{{Name}}</p><p>{{Given}}</p><p>{{Question}}</p>"
    back = "{{FrontSide}}<hr id=answer><p>{{Answer}}</p>{{Steps}}<div>{{Note}}</div><div>{{Pitfall}}</div>"
    fields = [
        {"name": name} for name in ("Key", "Name", "Given", "Question", "Answer", "Steps", "Note", "Pitfall")
    ]
    model = genanki.Model(
        _MODEL, "cheatsheet", fields=fields, templates=[{"name": "formula", "qfmt": front, "afmt": back}]
    )
    deck = genanki.Deck(_DECK, plain(f"{document.title.zh} {document.title.en}"))
    for section in document.sections:
        for page in section.entries:
            for number, claim in enumerate(page.everywhere):
                deck.add_note(_note(genanki, model, section, page, number, claim))
    file = io.BytesIO()
    genanki.Package(deck).write_to_file(file, timestamp=0)
    return file.getvalue()


def _note(
    genanki: Any, model: Any, section: SectionPage, page: EntryPage, number: int, claim: WebClaim
) -> Any:
    questions = dict.fromkeys(_left(form.latex) + _told(form.layouts) for form in claim.forms)
    answers = [rf"\[{escape(expand(form.latex), quote=False)}\]{_told(form.layouts)}" for form in claim.forms]
    steps = [b for b in page.blocks if isinstance(b, StepsBlock) and b.of == number + 1][:1]
    rows = [
        rf"<li>\({escape(expand(row.equation.latex), quote=False)}\) <small>{_html(row.why)}</small></li>"
        for block in steps
        for row in block.rows
    ]
    wrong = [rf"✗ \({escape(expand(p.latex), quote=False)}\) {_html(p.why)}" for p in page.pitfalls[:1]]
    return genanki.Note(
        model=model,
        guid=genanki.guid_for(page.id, number),
        tags=[section.id, *page.tags],
        fields=[
            f"{page.id}-{number}",
            _html(page.name),
            " ".join(rf"\({escape(expand(given.latex), quote=False)}\)" for given in page.given),
            "".join(questions),
            "".join(answers),
            f"<ol>{''.join(rows)}</ol>" if rows else "",
            "" if page.note is None else _html(page.note),
            "".join(wrong),
        ],
    )


def _left(latex: str) -> str:
    r"""The left side with a question mark: what is to be remembered is the rest."""
    return rf"\[{escape(expand(latex.split(' = ', 1)[0]), quote=False)} = \;?\]"


def _told(layouts: tuple[str, ...]) -> str:
    names = [word(name) for name in layouts] if len(layouts) in (1, 2) else []
    return "".join(f"<small>{name.zh} · {name.en}</small> " for name in names)


def _html(text: Text) -> str:
    found = dict.fromkeys(_html_words(words) for words in (text.zh, text.en))
    return "<br>".join(found)


def _html_words(words: str) -> str:
    parts, place = [], 0
    for found in PIECES.finditer(words):
        parts.append(escape(words[place : found.start()].replace("**", ""), quote=False))
        place = found.end()
        if found["maths"]:
            parts.append(rf"\({escape(expand(found['maths']), quote=False)}\)")
        else:
            parts.append(escape(found["code"] or found["escaped"] or "", quote=False))
    return "".join([*parts, escape(words[place:].replace("**", ""), quote=False)])


TEXTS: dict[str, Callable[[Document], str]] = {"json": as_json, "csv": as_csv, "md": as_markdown}
SUFFIXES = {"anki": "apkg"} | {name: name for name in TEXTS}
