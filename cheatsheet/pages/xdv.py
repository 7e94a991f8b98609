"""XeTeX's extended DVI files, joined: what was typeset in parts becomes one document.

A file is a preamble, pages between ``bop`` and ``eop``, and a postamble with the fonts; the bytes of a page are opcodes
with operands. A font gets a number that follows from its definition, so that files can be joined, and what was typeset
in one run taken apart, and a part is the same whatever was typeset beside it. When parts are joined the pages are
chained anew, and the page number that the foot of a page leaves open is filled in: :data:`FOLIO`, a special with the
glyphs of the ten digits, stands before three zeros of the font.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

FOLIO = b"cheatsheet:folio "

_SET1, _SET_RULE, _PUT1, _PUT_RULE, _NOP, _BOP, _EOP = 128, 132, 133, 137, 138, 139, 140
_RIGHT1, _W0, _W1, _X0, _X1, _DOWN1, _Y0, _Y1, _Z0, _Z1 = 143, 147, 148, 152, 153, 157, 161, 162, 166, 167
_FONT0, _FONT1, _SPECIAL1, _DEFINE1, _PRE, _POST, _POST_POST = 171, 235, 239, 243, 247, 248, 249
_NATIVE, _GLYPHS, _TEXT = 252, 253, 254
_FONT4 = 238

# How many bytes of operands follow an opcode whose length is fixed.
_LENGTHS = [0] * 256
for _first, _count in (
    (_SET1, 4),
    (_PUT1, 4),
    (_RIGHT1, 4),
    (_W1, 4),
    (_X1, 4),
    (_DOWN1, 4),
    (_Y1, 4),
    (_Z1, 4),
):
    for _k in range(_count):
        _LENGTHS[_first + _k] = _k + 1
_LENGTHS[_SET_RULE] = _LENGTHS[_PUT_RULE] = 8
_NATIVE_OPTIONS = (0x0200, 0x1000, 0x2000, 0x4000)  # colour, extension, slant, weight: four bytes each


class NotXdv(ValueError):
    """The file is not what XeTeX writes."""


@dataclass(frozen=True)
class Folio:
    """An open number on a page: the bytes of the special from ``start`` to ``end``, the glyphs from ``place`` on."""

    start: int
    end: int
    place: int
    digits: tuple[int, ...]


@dataclass(frozen=True)
class Part:
    """Pages that belong together, and the definitions of their fonts by number.

    ``folios`` says for each page where its number is left open.
    """

    preamble: bytes
    pages: tuple[bytes, ...]
    fonts: dict[int, bytes]
    folios: tuple[Folio | None, ...]
    trailer: bytes


def split(data: bytes, counts: Sequence[int] | None = None) -> list[Part]:
    """A file as parts of so many pages each, or as one; the fonts are numbered as their definitions say."""
    if data[:1] != bytes([_PRE]):
        raise NotXdv("no preamble")
    preamble = data[: 15 + data[14]]
    definitions, trailer, begins = _postamble(data)
    numbers = {
        old: int.from_bytes(sha256(_bare(f)).digest()[:4], "big") >> 2 for old, f in definitions.items()
    }
    if len(set(numbers.values())) < len({_bare(f) for f in definitions.values()}):
        raise NotXdv("two fonts with one number")
    parts: list[Part] = []
    place = 0
    for count in counts or [len(begins)]:
        used: dict[int, bytes] = {}
        pages, folios = [], []
        for at in begins[place : place + count]:
            page, folio, fonts = _page(data, at, numbers)
            used |= {numbers[old]: _renumbered(definitions[old], numbers[old]) for old in fonts}
            pages.append(page)
            folios.append(folio)
        parts.append(Part(preamble, tuple(pages), used, tuple(folios), trailer))
        place += count
    return parts


def read_again(data: bytes, folios: Sequence[Folio | None]) -> Part:
    """A part from the file that :func:`joined` made of it alone, without a look at its pages."""
    fonts, trailer, begins = _postamble(data)
    ends = [*begins[1:], _start_of_postamble(data)]
    pages = tuple(data[start:end] for start, end in zip(begins, ends, strict=True))
    return Part(data[: begins[0]], pages, fonts, tuple(folios), trailer)


def _postamble(data: bytes) -> tuple[dict[int, bytes], bytes, list[int]]:
    """The fonts of a file by number, its sizes, and where its pages begin, found from the end as they are chained."""
    start = at = _start_of_postamble(data)
    definitions = {}
    at += 29
    while data[at] != _POST_POST:
        end, number = _font(data, at)
        definitions[number] = data[at:end]
        at = end
    begins = []
    page = int.from_bytes(data[start + 1 : start + 5], "big", signed=True)
    while page >= 0:
        begins.append(page)
        page = int.from_bytes(data[page + 41 : page + 45], "big", signed=True)
    return definitions, data[start + 5 : start + 27], begins[::-1]


def joined(parts: Sequence[Part], first_numbered: Sequence[int | None], said: str = "") -> bytes:
    """One file of all parts; the pages of a part with a number count from it, where they leave their number open.

    ``said``: a special at the end of the last page, for what is known only when the parts are joined.
    """
    out = bytearray(parts[0].preamble)
    previous, count = -1, 0
    for part, first in zip(parts, first_numbered, strict=True):
        for k, page in enumerate(part.pages):
            start = len(out)
            body = bytearray(page)
            body[41:45] = struct.pack(">i", previous)
            if first is not None and (folio := part.folios[k]) is not None:
                _fill_in(body, folio, first + k)
            if said and part is parts[-1] and k == len(part.pages) - 1:
                body[-1:] = bytes([_SPECIAL1, len(said)]) + said.encode("ascii") + body[-1:]
            out += body
            previous, count = start, count + 1
    post = len(out)
    heights = [struct.unpack(">II", part.trailer[12:20]) for part in parts]
    tallest, widest = (max(sizes) for sizes in zip(*heights, strict=True))
    out += bytes([_POST]) + struct.pack(">i", previous) + parts[0].trailer[:12]
    out += struct.pack(">IIHH", tallest, widest, 100, count & 0xFFFF)
    fonts = {number: definition for part in parts for number, definition in part.fonts.items()}
    for number in sorted(fonts):
        out += fonts[number]
    out += bytes([_POST_POST]) + struct.pack(">I", post) + parts[0].preamble[1:2]
    return bytes(out) + b"\xdf" * (7 - (len(out) - 1) % 4 % 4)


def _start_of_postamble(data: bytes) -> int:
    """Found from the end: padding, the version, and where the postamble begins."""
    start = int.from_bytes(data[(end := len(data.rstrip(b"\xdf"))) - 5 : end - 1], "big")
    if data[end - 6] != _POST_POST or data[start] != _POST:
        raise NotXdv("no postamble")
    return start


def _page(data: bytes, start: int, numbers: Mapping[int, int]) -> tuple[bytes, Folio | None, dict[int, None]]:
    """The bytes of a page with the fonts renumbered and their definitions left out, its open number, its fonts."""
    if data[start] != _BOP:
        raise NotXdv(f"no page begins at byte {start}")
    out = bytearray(data[start : start + 45])
    copied = at = start + 45  # what stands between is copied as it is
    special: tuple[int, int, tuple[int, ...]] | None = None
    folio = None
    used: dict[int, None] = {}
    while True:
        op = data[at]
        if op < _SET1 or _EOP < op < _RIGHT1 or op in (_W0, _X0, _Y0, _Z0, _NOP):
            at += 1
        elif op == _GLYPHS:
            count = int.from_bytes(data[at + 5 : at + 7], "big")
            if special is not None:
                begin, end, digits = special
                folio, special = Folio(begin, end, len(out) + at - copied, digits), None
            at += 7 + 10 * count
        elif _FONT0 <= op <= _FONT4:
            out += data[copied:at]
            size = op - _FONT1 + 1 if op >= _FONT1 else 0
            number = int.from_bytes(data[at + 1 : at + 1 + size], "big") if size else op - _FONT0
            out += bytes([_FONT4]) + struct.pack(">i", numbers[number])
            used[number] = None
            copied = at = at + 1 + size
        elif _SPECIAL1 <= op < _DEFINE1:
            size = op - _SPECIAL1 + 1
            length = int.from_bytes(data[at + 1 : at + 1 + size], "big")
            text = data[at + 1 + size : at + 1 + size + length]
            if text.startswith(FOLIO):
                begin = len(out) + at - copied
                digits = tuple(map(int, text[len(FOLIO) :].rstrip(b",").split(b",")))
                special = (begin, begin + 1 + size + length, digits)
            at += 1 + size + length
        elif op == _NATIVE or _DEFINE1 <= op < _PRE:
            out += data[copied:at]
            copied = at = _font(data, at)[0]
        elif op == _TEXT:
            at += 3 + 2 * int.from_bytes(data[at + 1 : at + 3], "big")
            at += 6 + 10 * int.from_bytes(data[at + 4 : at + 6], "big")
        elif op == _EOP:
            return bytes(out + data[copied : at + 1]), folio, used
        elif _LENGTHS[op]:
            at += 1 + _LENGTHS[op]
        else:
            raise NotXdv(f"unknown opcode {op} at byte {at}")


def _font(data: bytes, at: int) -> tuple[int, int]:
    """Where a definition of a font ends, and its number."""
    op = data[at]
    if op == _NATIVE:
        flags = int.from_bytes(data[at + 9 : at + 11], "big")
        end = at + 12 + data[at + 11] + 4 + 4 * sum(bool(flags & option) for option in _NATIVE_OPTIONS)
        return end, int.from_bytes(data[at + 1 : at + 5], "big")
    if not _DEFINE1 <= op < _PRE:
        raise NotXdv(f"no definition of a font at byte {at}")
    rest = at + 1 + op - _DEFINE1 + 1
    return rest + 14 + data[rest + 12] + data[rest + 13], int.from_bytes(data[at + 1 : rest], "big")


def _renumbered(definition: bytes, number: int) -> bytes:
    """A definition of a font with another number."""
    op = definition[0] if definition[0] == _NATIVE else _DEFINE1 + 3
    return bytes([op]) + struct.pack(">I", number) + _bare(definition)


def _bare(definition: bytes) -> bytes:
    """A definition of a font without its number."""
    op = definition[0]
    return definition[5:] if op == _NATIVE else definition[1 + op - _DEFINE1 + 1 :]


def _fill_in(page: bytearray, folio: Folio, number: int) -> None:
    """The number of the page in place of the zeros, at the right where it has fewer digits; the special goes."""
    at = folio.place
    count = int.from_bytes(page[at + 5 : at + 7], "big")
    shown = [folio.digits[int(c)] for c in str(number)][-count:]
    places = page[at + 7 : at + 7 + 8 * count]
    kept = places[8 * (count - len(shown)) :]
    glyphs = b"".join(struct.pack(">H", glyph) for glyph in shown)
    page[at + 5 : at + 7 + 10 * count] = struct.pack(">H", len(shown)) + kept + glyphs
    del page[folio.start : folio.end]
