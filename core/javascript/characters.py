"""Classes of the characters of a JavaScript text, and the tables of them that the lexer reads by."""

from __future__ import annotations

from enum import IntEnum

from core.javascript.numbers import PUNCTUATION, TokenKind


class Byte(IntEnum):
    """Flags of a byte of UTF-8 text: what it may be."""

    NAME_START = 1
    NAME_PART = 2
    DIGIT = 4
    NAME_RESUMES = 8
    """After the usual bytes of a name, it may go on here with an unusual one."""
    STRING_STOP = 16
    """In a string: its end, an escape or an error may be here.  The others likewise."""
    TEMPLATE_STOP = 32
    COMMENT_STOP = 64
    REGEX_STOP = 128


class Character(IntEnum):
    """Flags of a character beyond ASCII: what it may be."""

    START = 1
    PART = 2
    SPACE = 4
    LINE_END = 8


class First(IntEnum):
    """Class of a token by its first byte, where that isn't always a token of its own.  Above all kinds."""

    WORD = 200
    BLANK = 201
    """No token, maybe: a blank or a comment may start here."""
    NUMBER = 202
    STRING = 203
    TEMPLATE = 204
    OTHER = 205


RANGE_FLAGS = 16
"""Above all combinations of ``Character`` flags."""

_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz$_"
_DIGITS = b"0123456789"
_BEYOND_ASCII = bytes(range(0x80, 0x100))
_LINE_SEPARATOR_START = b"\xe2"
_MEMBERS: dict[Byte, bytes] = {
    Byte.NAME_START: _LETTERS,
    Byte.NAME_PART: _LETTERS + _DIGITS,
    Byte.DIGIT: _DIGITS,
    Byte.NAME_RESUMES: b"\\" + _BEYOND_ASCII,
    Byte.STRING_STOP: b"\"'\\\n\r\0",
    Byte.TEMPLATE_STOP: b"`\\$\0",
    Byte.COMMENT_STOP: b"*\n\r\0" + _LINE_SEPARATOR_START,
    Byte.REGEX_STOP: b"/\\[]\n\r\0" + _LINE_SEPARATOR_START,
}

_FIRSTS: dict[First, bytes] = {
    First.WORD: _LETTERS,
    First.BLANK: b" \t\n\v\f\r/<-" + _BEYOND_ASCII,
    First.NUMBER: _DIGITS,
    First.STRING: b"\"'",
    First.TEMPLATE: b"`",
}
_ALONE = {"~": TokenKind.NOT} | {spelling: PUNCTUATION[spelling] for spelling in "()[]{},;:"}
"""The bytes that are always tokens of their own."""


def first_table() -> bytes:
    """Return what a token is that starts with a byte: its kind if that is all it needs, or ``First``."""
    firsts = bytearray([First.OTHER]) * 256
    for first, members in _FIRSTS.items():
        for byte in members:
            firsts[byte] = first
    for spelling, kind in _ALONE.items():
        firsts[ord(spelling)] = kind
    return bytes(firsts)


def byte_table() -> bytes:
    """Return what each byte is, as ``Byte`` flags."""
    return bytes(sum(flag for flag, members in _MEMBERS.items() if byte in members) for byte in range(256))
