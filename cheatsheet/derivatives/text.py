"""A derivative worked out, as text for a terminal."""

from __future__ import annotations

from typing import Any

from cheatsheet.language.glossary import Text, word
from cheatsheet.printing.terminal_words import in_languages

_INDENT = "    "


def derivation_text(document: dict[str, Any], languages: tuple[str, ...]) -> str:
    """The document of ``derive --json`` for a reader."""
    shape = "×".join(document["shape"])
    lines = [f"{document['input']}  by  {document['wrt']}  ·  {document['layout']} layout  ·  {shape}"]
    if read := document.get("read_as"):
        shapes = ", ".join(f"{name}: [{', '.join(axes)}]" for name, axes in read.items())
        lines.append(f"{in_languages(word('read-as'), languages, ' / ')}  {shapes}")
    if document["result"] is not None:
        lines += ["", f"{_INDENT}{document['result']}"]
    if named := document.get("named"):
        where = "; ".join(f"{name} = {text}" for name, text in named["where"].items())
        lines += [f"{_INDENT}= {named['result']},  {where}"]
    if "text" in document:
        lines += ["", f"{_INDENT}{document['text']}"]
    components = document["components"]
    if components["indices"]:
        place = ", ".join(components["indices"])
        lines += ["", f"{_INDENT}[{place}]  {components['expr']}"]
    lines += ["", in_languages(word(document["verdict"]), languages, " / ")]
    if needed := document.get("conditions"):
        lines.append(f"{in_languages(word('needs'), languages, ' / ')}  {', '.join(needed)}")
    for step in document["steps"]:
        why = in_languages(Text(step["why"]["zh"], step["why"]["en"]), languages, " / ")
        lines += [f"{_INDENT}{step.get('text', step['latex'])}", *([f"{_INDENT}    ({why})"] if why else [])]
    for name, source in document["code"].items():
        if source:
            lines += ["", f"{name}:", *(_INDENT + line for line in source.splitlines())]
    return "\n".join(lines)
