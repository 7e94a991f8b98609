"""XeTeX's extended DVI files, joined: what was typeset in parts becomes one document.

A file is a preamble, pages between ``bop`` and ``eop``, and a postamble with the fonts; the bytes of a page are opcodes
with operands. To join files, the font numbers of each are moved out of the way of the others', the pages are chained
anew, and the page number that the foot of a page leaves open is filled in: :data:`FOLIO`, a special with the glyphs of
the ten digits, stands before three zeros of the font.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

FOLIO = b"cheatsheet:folio "
FONTS_OF_A_PART = 10_000

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
class Part:
    """One file taken apart: its pages, with font numbers of their own, and the definitions of its fonts.

    ``folios`` says for each page where the glyphs of its number stand and which glyphs the digits are.
    """

    preamble: bytes
    pages: tuple[bytes, ...]
    fonts: tuple[bytes, ...]
    folios: tuple[tuple[int, tuple[int, ...]] | None, ...]
    trailer: bytes


def take_apart(data: bytes, slot: int) -> Part:
    """The parts of a file; its fonts get the numbers of the slot."""
    if data[:1] != bytes([_PRE]):
        raise NotXdv("no preamble")
    at = 15 + data[14]
    preamble, pages, folios = data[:at], [], []
    while data[at] != _POST:
        at, page, folio = _page(data, at, slot * FONTS_OF_A_PART)
        pages.append(page)
        folios.append(folio)
    trailer = data[at + 5 : at + 27]
    fonts = []
    at += 29
    while data[at] != _POST_POST:
        end, definition = _font(data, at, slot * FONTS_OF_A_PART)
        fonts.append(definition)
        at = end
    return Part(preamble, tuple(pages), tuple(fonts), tuple(folios), trailer)


def joined(parts: Sequence[Part], first_numbered: Sequence[int | None]) -> bytes:
    """One file of all parts; the pages of a part with a number count from it, where they leave their number open."""
    out = bytearray(parts[0].preamble)
    previous, count = -1, 0
    for part, first in zip(parts, first_numbered, strict=True):
        for k, page in enumerate(part.pages):
            start = len(out)
            body = bytearray(page)
            body[41:45] = struct.pack(">i", previous)
            if first is not None and (folio := part.folios[k]) is not None:
                _fill_in(body, folio, first + k)
            out += body
            previous, count = start, count + 1
    post = len(out)
    heights = [struct.unpack(">II", part.trailer[12:20]) for part in parts]
    tallest, widest = (max(sizes) for sizes in zip(*heights, strict=True))
    out += bytes([_POST]) + struct.pack(">i", previous) + parts[0].trailer[:12]
    out += struct.pack(">IIHH", tallest, widest, 100, count & 0xFFFF)
    for part in parts:
        for definition in part.fonts:
            out += definition
    out += bytes([_POST_POST]) + struct.pack(">I", post) + parts[0].preamble[1:2]
    return bytes(out) + b"\xdf" * (7 - (len(out) - 1) % 4 % 4)


def _page(data: bytes, start: int, shift: int) -> tuple[int, bytes, tuple[int, tuple[int, ...]] | None]:
    """Where the page ends, its bytes with the fonts renumbered and their definitions left out, and its open number."""
    if data[start] != _BOP:
        raise NotXdv(f"no page begins at byte {start}")
    out = bytearray(data[start : start + 45])
    copied = at = start + 45  # what stands between is copied as it is
    digits: tuple[int, ...] | None = None
    folio = None
    while True:
        op = data[at]
        if op < _SET1 or _EOP < op < _RIGHT1 or op in (_W0, _X0, _Y0, _Z0, _NOP):
            at += 1
        elif op == _GLYPHS:
            count = int.from_bytes(data[at + 5 : at + 7], "big")
            if digits is not None:
                folio = (len(out) + at - copied, digits)
                digits = None
            at += 7 + 10 * count
        elif _FONT0 <= op <= _FONT4:
            out += data[copied:at]
            size = op - _FONT1 + 1 if op >= _FONT1 else 0
            number = int.from_bytes(data[at + 1 : at + 1 + size], "big") if size else op - _FONT0
            out += bytes([_FONT4]) + struct.pack(">i", number + shift)
            copied = at = at + 1 + size
        elif _SPECIAL1 <= op < _DEFINE1:
            size = op - _SPECIAL1 + 1
            length = int.from_bytes(data[at + 1 : at + 1 + size], "big")
            text = data[at + 1 + size : at + 1 + size + length]
            if text.startswith(FOLIO):
                digits = tuple(map(int, text[len(FOLIO) :].rstrip(b",").split(b",")))
                out += data[copied:at]
                copied = at + 1 + size + length
            at += 1 + size + length
        elif op == _NATIVE or _DEFINE1 <= op < _PRE:
            out += data[copied:at]
            copied = at = _font(data, at, shift)[0]
        elif op == _TEXT:
            at += 3 + 2 * int.from_bytes(data[at + 1 : at + 3], "big")
            at += 6 + 10 * int.from_bytes(data[at + 4 : at + 6], "big")
        elif op == _EOP:
            return at + 1, bytes(out + data[copied : at + 1]), folio
        elif _LENGTHS[op]:
            at += 1 + _LENGTHS[op]
        else:
            raise NotXdv(f"unknown opcode {op} at byte {at}")


def _font(data: bytes, at: int, shift: int) -> tuple[int, bytes]:
    """Where a definition of a font ends, and the definition with its number moved."""
    op = data[at]
    if op == _NATIVE:
        number = int.from_bytes(data[at + 1 : at + 5], "big")
        flags = int.from_bytes(data[at + 9 : at + 11], "big")
        end = at + 12 + data[at + 11] + 4 + 4 * sum(bool(flags & option) for option in _NATIVE_OPTIONS)
        return end, bytes([op]) + struct.pack(">I", number + shift) + data[at + 5 : end]
    if not _DEFINE1 <= op < _PRE:
        raise NotXdv(f"no definition of a font at byte {at}")
    size = op - _DEFINE1 + 1
    number = int.from_bytes(data[at + 1 : at + 1 + size], "big")
    rest = at + 1 + size
    end = rest + 14 + data[rest + 12] + data[rest + 13]
    return end, bytes([_DEFINE1 + 3]) + struct.pack(">I", number + shift) + data[rest:end]


def _fill_in(page: bytearray, folio: tuple[int, tuple[int, ...]], number: int) -> None:
    """The number of the page in place of the zeros, at the right where it has fewer digits."""
    at, digits = folio
    count = int.from_bytes(page[at + 5 : at + 7], "big")
    shown = [digits[int(c)] for c in str(number)][-count:]
    places = page[at + 7 : at + 7 + 8 * count]
    kept = places[8 * (count - len(shown)) :]
    glyphs = b"".join(struct.pack(">H", glyph) for glyph in shown)
    page[at + 5 : at + 7 + 10 * count] = struct.pack(">H", len(shown)) + kept + glyphs
