"""What somebody who comes from another notation is told: what to write instead, at the sign that is not of this one.

``habits.yaml`` lists how LaTeX, MATLAB, NumPy, Mathematica and pen on paper say what this language says. It is read
when something is refused, never to read an expression: nothing is guessed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

from cheatsheet.language.table import TABLE, functions

FILE = Path(__file__).with_name("habits.yaml")
_AFTER = r"(?:(?<=[A-Za-z_)\]}])|(?<=[A-Za-z_]\d))"
_LONGEST_OPERAND = 24
_NEVER = "{} is not part of the language"


@dataclass(frozen=True)
class Told:
    """A sign or a word that is not of this language, where it stands, and the sentence that helps."""

    start: int
    end: int
    hint: str


class _Filling(Formatter):
    """``{inner:x}`` is what the sign encloses, or ``x`` where it encloses nothing that can be said."""

    def format_field(self, value: Any, format_spec: str) -> str:
        return str(value or format_spec)


@dataclass(frozen=True)
class Habit:
    """What to write, in one way or more, and the sentence that says so."""

    write: tuple[str, ...] = ()
    say: str = "write {write}"

    @classmethod
    def of(cls, row: Any) -> Habit | None:
        """A row of the file: what to write, then what to say; ``None`` for what cannot be said here."""
        if row is None:
            return None
        if isinstance(row, str):
            return cls((row,))
        if isinstance(row, list):
            return cls((row[0],), *row[1:])
        write = row.get("write", [])
        return cls((write,) if isinstance(write, str) else tuple(write), row.get("say", cls.say))

    def told(self, **parts: str) -> str:
        """The sentence, with what was typed in it."""
        instead = self.instead(**parts)
        return _Filling().format(self.say, **parts, write=instead[0] if instead else "")

    def instead(self, **parts: str) -> list[str]:
        """All that it says can be written."""
        return [_Filling().format(one, **parts) for one in self.write]


@cache
def _table() -> Mapping[str, Any]:
    import yaml  # only a mistake needs it

    return dict(yaml.safe_load(FILE.read_text(encoding="utf-8")))


@cache
def signs() -> tuple[tuple[re.Pattern[str], Habit | None], ...]:
    """The signs that stand nowhere in this language, and what to say of each; nothing for a command of LaTeX."""
    rows = [
        (re.compile(row["sign"].replace("{after}", _AFTER)), None if row["say"] == "latex" else Habit.of(row))
        for row in ({"say": Habit.say} | row for row in _table()["signs"])
    ]
    rows += [(re.compile(f"[{re.escape(row['signs'])}]"), Habit.of(row)) for row in _table()["characters"]]
    return tuple(rows)


@cache
def words(kind: str) -> Mapping[str, Habit | None]:
    """Functions, attributes or commands of other notations by their names there."""
    return {name: Habit.of(row) for names, row in _table()[kind].items() for name in names.split()}


@cache
def _modules() -> frozenset[str]:
    return frozenset(_table()["modules"].split())


def sign_told(text: str, before: int) -> Told | None:
    """What to say of the first foreign sign of the text, if one stands at ``before`` or earlier.

    >>> sign_told("x'*A*x", 1)
    Told(start=1, end=2, hint='for the transpose write x.T; the product of matrices is @')
    """
    for position in range(min(before + 1, len(text))):
        for pattern, habit in signs():
            if found := pattern.match(text, position):
                start = position + len(found[0]) - len(found[0].lstrip())
                return Told(start, found.end(), _said(habit, text, position, found.groupdict()))
    return None


def _said(habit: Habit | None, text: str, position: int, parts: Mapping[str, str]) -> str:
    left = operand(text, position)
    if habit is None:
        habit, parts = _command(parts["name"])
    return habit.told(**{"inner": "", "below": "", "left": left} | dict(parts))


def _command(name: str) -> tuple[Habit, dict[str, str]]:
    """What to say of a command of LaTeX; most are names here as well."""
    known = words("commands").get(name)
    if known is not None:
        return known, {}
    if name in functions():
        return Habit((TABLE[name].syntax,)) if name in TABLE else Habit(("sum(x)",)), {}
    return Habit((name,)), {}


def operand(text: str, end: int) -> str:
    """What stands directly before a place, as far as it is short and of this language; else ``A``.

    >>> operand("0.5*(A @ x)'", 11), operand("x.T^2", 3), operand("^2", 0)
    ('(A @ x)', 'x.T', 'A')
    """
    text = text[:end].rstrip()
    start = len(text)
    if text.endswith((")", "]")):
        depth = 0
        for start in range(len(text) - 1, -1, -1):
            depth += (text[start] in ")]") - (text[start] in "([")
            if not depth:
                break
    start -= len(re.search(r"[A-Za-z0-9_.]*$", text[:start])[0])  # type: ignore[index]
    found = text[start:]
    clean = found and len(found) <= _LONGEST_OPERAND and sign_told(found, len(found)) is None
    return found if clean and re.fullmatch(r"[\w.]+|.*[)\]]", found) else "A"


def character_told(character: str) -> str:
    """What to say of a character outside ASCII that no row names."""
    name = unicodedata.name(character, "")
    if (letter := re.fullmatch(r"GREEK (SMALL|CAPITAL) LETTER (?:FINAL )?(\w+)", name)) is not None:
        spelt = {"LAMDA": "lam"}.get(letter[2], letter[2].lower())
        spelt = "Lambda" if letter.groups() == ("CAPITAL", "LAMDA") else spelt
        written = spelt.capitalize() if letter[1] == "CAPITAL" else spelt
        beside = {"σ": "; the logistic function is sigmoid(x)", "Σ": "; a sum is sum(x[i], i)"}
        return f"write {written}, which is printed as {character}{beside.get(character, '')}"
    hint = "names are made of the letters a-z, A-Z, digits and _"
    if character.isalpha():
        hint += f"; this letter is U+{ord(character):04X}, not the Latin one it may look like"
    return hint


def function_told(name: str) -> str:
    """What to say of a function that there is not: what it is called here, or that of which it is a slip.

    >>> function_told("ln"), function_told("rank"), function_told("softmx"), function_told("Exp")
    ('write log(x)', 'rank is not part of the language', 'did you mean softmax?', 'write exp(x)')
    """
    if name in words("functions"):
        habit = words("functions")[name]
        return _NEVER.format(name) if habit is None else habit.told()
    if name.lower() in functions():
        return f"write {_call(name.lower())}"
    return slip_told(name)


def slip_told(name: str) -> str:
    """A function of almost this name: one of another meaning is worse than none."""
    import difflib

    close = difflib.get_close_matches(name[:40], functions(), n=1, cutoff=0.8) if len(name) > 4 else []
    return f"did you mean {close[0]}?" if close else ""


def square_brackets_told(name: str, text: str, end: int) -> Told | None:
    """What to say of a function whose name ends at the place and is followed by a square bracket.

    >>> square_brackets_told("tr", "tr[A]", 2)
    Told(start=0, end=3, hint='write tr(A), with round brackets')
    """
    known = len(name) > 1 and name.lower() in functions()
    if not text[end:].lstrip().startswith("[") or not (
        known or (name.istitle() and name in words("functions"))
    ):
        return None
    hint = f"write {_call(name.lower())}" if known else function_told(name)
    return Told(end - len(name), text.index("[", end) + 1, f"{hint}, with round brackets")


def _call(name: str) -> str:
    return TABLE[name].syntax if name in TABLE else f"{name}(x)"


def word_told(text: str, start: int, end: int) -> Told | None:
    """What to say of a word at the place: of a module, an attribute, a function without its round brackets.

    >>> word_told("tr X", 3, 4)
    Told(start=0, end=4, hint='write tr(X)')
    """
    for told in _words(text):
        if told.start <= end and start <= told.end + 1:
            return told
    return None


def _words(text: str) -> Iterator[Told]:
    for found in re.finditer(r"\b([A-Za-z]+)\.(?:[A-Za-z]\w*\.)*([A-Za-z]\w*)", text):
        if found[1] in _modules():
            hint = f"write {_call(found[2])}" if found[2] in functions() else function_told(found[2])
            parts = filter(None, ["functions stand here without a module", hint])
            yield Told(found.start(), found.end(), "; ".join(parts))
    for found in re.finditer(r"\.([A-Za-z]\w*)", text):
        if habit := words("attributes").get(found[1]):
            yield Told(found.start(1), found.end(), habit.told(name=found[1]))
    for found in re.finditer(r"\bd\s*/\s*d\s*(\w+)\s*", text):
        hint = "the variable is named beside the expression; within one, a derivative is written diff(f, x)"
        yield Told(found.start(), found.end(1), hint)
    for found in re.finditer(r"\b(sum)_\w+\s*", text):
        yield Told(found.start(), found.end(), "for a sum over an index write sum(x[i], i)")
    for found in re.finditer(r"\b([A-Za-z]\w+)(?:[ \t]+([A-Za-z0-9]\w*)|\s*[{])", text):
        told = _without_brackets(found[1], found[2] or "")
        if told:
            yield Told(found.start(), found.end(), told)


def _without_brackets(name: str, follows: str) -> str:
    if name not in functions() and name in words("functions"):
        return function_told(name)
    if name not in functions():
        return ""
    return f"write {name}({'…' if not follows or follows in functions() else follows})"
