"""What the characters of a JavaScript text are, as tables for the tokenizer."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from enum import IntEnum
from functools import cache


class Byte(IntEnum):
    """What a byte of UTF-8 text may be; one byte may be several of these."""

    NAME_START = 1
    NAME_PART = 2
    DIGIT = 4
    BLANK = 8
    """A blank or a comment may start here."""
    STRING_STOP = 16
    """In a string: its end, an escape or an error may be here.  The others likewise."""
    TEMPLATE_STOP = 32
    COMMENT_STOP = 64
    REGEX_STOP = 128


class Character(IntEnum):
    """What a character beyond ASCII may be."""

    START = 1
    PART = 2
    SPACE = 4
    LINE_END = 8


_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz$_"
_DIGITS = b"0123456789"
_BEYOND_ASCII = bytes(range(0x80, 0x100))
_LINE_SEPARATOR_START = b"\xe2"
_MEMBERS: dict[Byte, bytes] = {
    Byte.NAME_START: _LETTERS,
    Byte.NAME_PART: _LETTERS + _DIGITS,
    Byte.DIGIT: _DIGITS,
    Byte.BLANK: b" \t\n\v\f\r/<-" + _BEYOND_ASCII,
    Byte.STRING_STOP: b"\"'\\\n\r\0",
    Byte.TEMPLATE_STOP: b"`\\$\0",
    Byte.COMMENT_STOP: b"*\n\r\0" + _LINE_SEPARATOR_START,
    Byte.REGEX_STOP: b"/\\[]\n\r\0" + _LINE_SEPARATOR_START,
}

_START_CATEGORIES = frozenset({"Lu", "Ll", "Lt", "Lm", "Lo", "Nl"})
_PART_CATEGORIES = _START_CATEGORIES | {"Mn", "Mc", "Nd", "Pc"}
# Other_ID_Start, Other_ID_Continue and what Pattern_Syntax takes away, from Unicode's PropList.txt
_ALSO_START = (0x1885, 0x1886, 0x2118, 0x212E, 0x309B, 0x309C)
_ALSO_PART = (0xB7, 0x387, *range(0x1369, 0x1372), 0x19DA, 0x30FB, 0xFF65, 0x200C, 0x200D)
_NEITHER = (0x2E2F,)
_SPACES = (0x85, 0xA0, 0x1680, *range(0x2000, 0x200C), 0x202F, 0x205F, 0x3000, 0xFEFF)
_LINE_ENDS = (0x2028, 0x2029)
_LAST_LETTER_PLANE_END = 0x40000
_VARIATION_SELECTORS = range(0xE0100, 0xE01F0)


def byte_table() -> bytes:
    """Return what each byte is, as ``Byte`` flags."""
    return bytes(sum(flag for flag, members in _MEMBERS.items() if byte in members) for byte in range(256))


@cache
def character_table() -> bytes:
    """Return what each character is, as ``Character`` flags by code point.

    Takes some 30 ms, once in a process, and only texts that aren't ASCII need it.
    """
    table = bytearray(_VARIATION_SELECTORS.stop)
    for code_point in range(0x80, _LAST_LETTER_PLANE_END):
        category = unicodedata.category(chr(code_point))
        if category in _START_CATEGORIES:
            table[code_point] = Character.START | Character.PART
        elif category in _PART_CATEGORIES:
            table[code_point] = Character.PART
    _set(table, _VARIATION_SELECTORS, Character.PART)
    _set(table, _ALSO_PART, Character.PART)
    _set(table, _ALSO_START, Character.START | Character.PART)
    _set(table, _NEITHER, 0)
    _set(table, _SPACES, Character.SPACE)
    _set(table, _LINE_ENDS, Character.LINE_END)
    return bytes(table)


def _set(table: bytearray, code_points: Iterable[int], flags: int) -> None:
    for code_point in code_points:
        table[code_point] = flags
