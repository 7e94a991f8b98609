"""What a catalogue file may hold: one table for each mapping in it, read by the loader and by editors.

The loader walks these tables; :func:`json_schema` turns the same tables into ``catalogue.schema.json``, which editors
use for completion. ``python -m cheatsheet.catalogue.schema`` prints it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from cheatsheet.language.layouts import LAYOUTS
from cheatsheet.language.styles import STYLES

PROPERTIES = {
    "symmetric": "square",
    "antisymmetric": "square",
    "invertible": "square",
    "orthogonal": "square",
    "diagonal": "square",
    "lower_triangular": "square",
    "upper_triangular": "square",
    "positive_definite": "square",
    "idempotent": "square",
    "positive": "any",
    "nonzero": "any",
    "integer": "scalar",
}
"""Each property that ``is`` may name, and the shape that a symbol needs to have it."""

SHOWS = (
    "shape-table",
    "shape-figure",
    "gradient-figure",
    "jacobian-figure",
    "slices-figure",
    "forms-figure",
)
"""The tables and figures that an entry may ask for."""

UNPROVED = ("accepted",)
"""What an entry may say of claims that are undecided."""

ID = r"[a-z0-9]+(?:-[a-z0-9]+)*"
NAME = r"[A-Za-z][A-Za-z0-9_]*"
LABEL = r"[a-z]"
LARGEST_DIMENSION = 1000


@dataclass(frozen=True)
class Key:
    """One key of a mapping: the kind of its value (a reader of the loader, a row of :data:`KINDS`) and its purpose."""

    kind: str
    about: str
    required: bool = False


Table = dict[str, Key]

CATALOGUE: Table = {
    "title": Key("bilingual", "The title of the catalogue.", required=True),
    "layout": Key("layout", "How diff(...) in the claims is laid out; numerator where nothing is said."),
    "symbols": Key("symbols", "Symbols that every entry may use; an entry's `given` overrides them."),
    "sources": Key("works", "The works that entries cite: a key and a bibliographic line for each."),
    "base_url": Key("url", "Where the web page is to be found; the sheet links to it."),
    "sheet": Key("boxes", "The boxes of the printed sheet, in order; without it the sheet has every entry."),
    "sections": Key("sections", "The sections, in the order of the documents.", required=True),
}
BOX: Table = {
    "title": Key("bilingual", "The heading of the box.", required=True),
    "entries": Key("choices", "Ids of entries, or id: [numbers of its claims]."),
    "mistakes": Key(
        "choices", "Ids of entries whose pitfalls are struck through, or id: [numbers of its pitfalls]."
    ),
}
SECTION: Table = {
    "id": Key("id", "The anchor of the section.", required=True),
    "title": Key("bilingual", "The heading.", required=True),
    "part": Key("bilingual", "The title of the part of the book that this section opens."),
    "symbols": Key("symbols", "Symbols that every entry of the section may use; they override the file's."),
    "intro": Key("bilingual", "A paragraph below the heading; $…$ is LaTeX maths."),
    "entries": Key("entries", "The entries of the section.", required=True),
}
ENTRY: Table = {
    "id": Key("id", "Unique in the file; the anchor of the entry everywhere.", required=True),
    "name": Key("bilingual", "What the entry is called.", required=True),
    "layout": Key("layout", "The layout of this entry's claims, where it is not that of the catalogue."),
    "given": Key("symbols", "The symbols of the claims and their shapes."),
    "let": Key("definitions", "Names for sub-expressions of the claims, as in {p: softmax(z)}."),
    "claim": Key("claims", "What the entry says: left == right, left != right, or a list of such claims."),
    "derivation": Key(
        "derivations", "How the claims are derived, line by line, each with the rules that lead to it."
    ),
    "note": Key("bilingual", "Why, or when; $…$ is LaTeX maths."),
    "pitfalls": Key("pitfalls", "Claims that people write down and that are wrong."),
    "example": Key("example", "Numbers for the symbols; the program computes the example."),
    "show": Key("show", "A table or figure that the program computes and draws."),
    "tags": Key("words", "Words to find the entry by."),
    "aliases": Key("words", "Other names that people search for; they are not printed in the heading."),
    "source": Key(
        "citations", "Where the identity is found: a key of `sources`, or `key, place`, or several."
    ),
    "unproved": Key("unproved", "accepted: the entry may be printed although a claim of it is undecided."),
}
PITFALL: Table = {
    "claim": Key("claim", "The wrong claim.", required=True),
    "why": Key("bilingual", "What is wrong with it."),
    "given": Key("symbols", "Symbols of this claim alone; they override those of the entry."),
    "layout": Key("layout", "How diff(...) in this claim is laid out, where it is not as in the entry."),
}
DERIVATION: Table = {
    "claim": Key("numbers", "The numbers of the claims that it derives; without it, all."),
    "style": Key("style", "algebra, or differential; algebra where nothing is said."),
    "let": Key("definitions", "Further names for sub-expressions, of this derivation alone."),
    "lines": Key("lines", "The lines, from the first to the one that says the claim.", required=True),
}
LINE: Table = {
    "line": Key("claim", "left == right, or == right to go on from the line above.", required=True),
    "by": Key("rules", "The rules that lead to the line: laws, definition of S, line a, claim 1, entry id …"),
    "as": Key("label", "A letter by which other lines refer to this one."),
    "words": Key("bilingual", "A few words besides the rules."),
}
SYMBOL: Table = {
    "shape": Key("shape", "[] a scalar, [n] a column vector, [m, n] a matrix.", required=True),
    "is": Key("properties", "What is known of the point at which the claim is made."),
    "of": Key("names", "The symbol, or the symbols, that this one is a differentiable function of."),
}
BILINGUAL: Table = {
    "zh": Key("text", "Chinese.", required=True),
    "en": Key("text", "English.", required=True),
}

_TEXT = {"type": "string", "minLength": 1}
_NUMBER = {"type": ["number", "string"]}
_DIMENSION = {
    "oneOf": [
        {"type": "string", "pattern": f"^{NAME}$"},
        {"type": "integer", "minimum": 1, "maximum": LARGEST_DIMENSION},
    ]
}


def _mapping(table: Table) -> dict[str, Any]:
    properties = {
        name: {"$ref": f"#/definitions/{key.kind}", "description": key.about} for name, key in table.items()
    }
    required = [name for name, key in table.items() if key.required]
    return {"type": "object", "additionalProperties": False, "properties": properties, "required": required}


def _one_or_list(item: dict[str, Any]) -> dict[str, Any]:
    return {"oneOf": [item, {"type": "array", "items": item, "minItems": 1}]}


def _named(value: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "propertyNames": {"pattern": f"^{NAME}$"}, "additionalProperties": value}


def _listed(table: Table) -> dict[str, Any]:
    return {"type": "array", "items": _mapping(table), "minItems": 1}


_CHOICE = {
    "oneOf": [
        {"type": "string", "pattern": f"^{ID}$"},
        {
            "type": "object",
            "maxProperties": 1,
            "additionalProperties": _one_or_list({"type": "integer", "minimum": 1}),
        },
    ]
}
_SHAPE = {"type": "array", "items": _DIMENSION, "maxItems": 2}

KINDS: dict[str, dict[str, Any]] = {
    "text": _TEXT,
    "claim": _TEXT,
    "claims": _one_or_list(_TEXT),
    "id": {"type": "string", "pattern": f"^{ID}$"},
    "layout": {"enum": list(LAYOUTS)},
    "show": _one_or_list({"enum": list(SHOWS)}),
    "unproved": {"enum": list(UNPROVED)},
    "words": _one_or_list(_TEXT),
    "citations": _one_or_list(_TEXT),
    "names": _one_or_list({"type": "string", "pattern": f"^{NAME}$"}),
    "properties": _one_or_list({"enum": list(PROPERTIES)}),
    "shape": _SHAPE,
    "symbols": _named({"oneOf": [_SHAPE, _mapping(SYMBOL)]}),
    "definitions": _named(_TEXT),
    "example": _named(
        {
            "oneOf": [
                _NUMBER,
                {"type": "array", "items": _NUMBER, "minItems": 1},
                {"type": "array", "items": {"type": "array", "items": _NUMBER, "minItems": 1}, "minItems": 1},
            ]
        }
    ),
    "bilingual": _mapping(BILINGUAL),
    "works": {
        "type": "object",
        "propertyNames": {"pattern": f"^{ID}$"},
        "additionalProperties": {"oneOf": [_TEXT, _mapping(BILINGUAL)]},
    },
    "numbers": _one_or_list({"type": "integer", "minimum": 1}),
    "style": {"enum": list(STYLES)},
    "rules": _one_or_list(_TEXT),
    "label": {"type": "string", "pattern": f"^{LABEL}$"},
    "lines": _listed(LINE),
    "derivations": {"oneOf": [_mapping(DERIVATION), _listed(DERIVATION)]},
    "pitfalls": _listed(PITFALL),
    "entries": _listed(ENTRY),
    "sections": _listed(SECTION),
    "url": {"type": "string", "pattern": "^https?://"},
    "choices": _one_or_list(_CHOICE),
    "boxes": _listed(BOX),
}
"""For each kind of value, what an editor should accept."""


def json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 7 and later) of a catalogue file.

    >>> json_schema()["required"]
    ['title', 'sections']
    """
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "A catalogue of verified identities",
        **_mapping(CATALOGUE),
        "definitions": KINDS,
    }


def schema_text() -> str:
    """The contents of ``catalogue.schema.json``."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    print(schema_text(), end="")
