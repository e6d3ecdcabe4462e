"""SWAR: several bytes of a text at once, for kernels."""

from __future__ import annotations

import re

_USUAL_TEXT = re.compile(
    rb"""
    (?: [^\\] (?! " ) | \\ (?= ["nrt] ) )  # the byte before
    (?: [ !#-\[\]-\x7f] | (?<= \\ ) " | \\ (?= ["nrt] ) ){64}
    .
    """,
    re.VERBOSE | re.DOTALL,
)

_SHORT_ESCAPES = {8: b"\\b", 9: b"\\t", 10: b"\\n", 12: b"\\f", 13: b"\\r", 34: b'\\"', 92: b"\\\\"}
_JSON_BYTES = [_SHORT_ESCAPES.get(byte) or (bytes([byte]) if byte >= 32 else b"\\u%04x" % byte) for byte in range(256)]


def eight_bytes(text: bytes, at: int) -> int:
    """Return ``text[at : at + 8]`` as a number, the first byte as its lowest one."""
    return int.from_bytes(text[at : at + 8], "little")


def first_mark(marks: int) -> int:
    """Return which of the eight bytes of a number, the lowest first, is the first that isn't 0.  One of them isn't."""
    return ((marks & -marks).bit_length() - 1) // 8


def first_bit(bits: int) -> int:
    """Return which bit of a number of 64 bits, the lowest first, is the first that is set.  One of them is."""
    return (bits & -bits).bit_length() - 1


def bit_count(bits: int) -> int:
    """Return how many bits of a number are set."""
    return bits.bit_count()


def first_separator(word: int) -> int:
    """Return which of eight bytes is the first that has the bit 0x40; 8 if none has."""
    return first_mark(marks) if (marks := word & 0x4040404040404040) else 8


def last_digits(word: int, count: int) -> int:
    """Return a number whose bit ``i`` is set if byte ``i``, one of the first ``count``, doesn't have the bit 0x20."""
    return sum(1 << place for place in range(count) if not word >> 8 * place & 0x20)


def joined_digits(word: int) -> int:
    """Return the lowest five bits of eight bytes, those of the first byte as the lowest ones."""
    return sum((word >> 8 * place & 0x1F) << 5 * place for place in range(8))


def line_feeds(text: bytes, at: int) -> int:
    """Return how many of 64 bytes are LF; -1 if some of them aren't ASCII."""
    block = bytes(text[at : at + 64])
    return block.count(b"\n") if block.isascii() else -1


def all_line_feeds(text: bytes, at: int) -> int:
    """Return how many of 64 bytes are LF, whatever the others are."""
    return bytes(text[at : at + 64]).count(b"\n")


def last_line_feed(text: bytes, at: int) -> int:
    """Return which of 64 bytes is the last LF: there is one."""
    return bytes(text[at : at + 64]).rindex(b"\n")


def are_ascii(text: bytes, at: int) -> bool:
    """Say whether 64 bytes are ASCII."""
    return bytes(text[at : at + 64]).isascii()


def may_start(text: bytes, at: int, first: int, last: int, distance: int) -> bool:
    """Say whether one of 64 bytes is ``first`` and has ``last`` at a distance behind it."""
    return any(text[place] == first and text[place + distance] == last for place in range(at, at + 64))


def byte_place(text: bytes, at: int, end: int, byte: int) -> int:
    """Return where ``byte`` is first in ``text[at:end]``, ``end`` if it isn't there."""
    place = bytes(text[at:end]).find(byte)
    return max(end, at) if place < 0 else at + place


def prefetch(text: bytes, at: int) -> None:
    """Have the memory at ``text[at]``, which isn't empty, brought near; it may be beyond the end.

    Processors do so on their own, but not across pages; and virtual machines may not let them.
    """


def is_usual_text(text: bytes, at: int) -> bool:
    """Say whether 64 bytes inside a JSON string are ASCII, with no end and no escapes but the usual ones of one letter.

    If the byte before ``at`` is a backslash, it starts an escape.
    """
    return _USUAL_TEXT.fullmatch(text[at - 1 : at + 65]) is not None


def character_length(text: bytes, at: int, size: int) -> int:
    """Return how many bytes the UTF-8 character at ``at`` has, which isn't ASCII; 0 if it is ill-formed.

    The text ends at ``size``.

    Source: Unicode, table 3-7.
    """
    for length in (2, 3, 4):
        character = bytes(text[at : min(at + length, size)])
        try:
            if len(character.decode()) == 1:
                return length
        except UnicodeDecodeError:
            continue
    return 0


def write_json(text: bytes, start: int, end: int, out: bytearray, at: int) -> int:
    """Write ``text[start:end]`` to ``out[at:]`` as the inside of a JSON string; return where that ends.

    It takes up to six times the room.
    """
    written = b"".join(_JSON_BYTES[byte] for byte in text[start:end])
    out[at : at + len(written)] = written
    return at + len(written)


def write_bytes(text: bytes, start: int, end: int, out: bytearray, at: int) -> int:
    """Write ``text[start:end]`` to ``out[at:]`` as it is; return where that ends."""
    out[at : at + end - start] = text[start:end]
    return at + max(end - start, 0)


def bytes_of(text: bytes, start: int, end: int) -> bytes:
    """Return ``text[start:end]`` as it is."""
    return bytes(text[start:end])


def text_of(text: bytes, start: int, end: int) -> str:
    """Return what ``text[start:end]`` says in UTF-8; what isn't becomes U+FFFD."""
    return str(text[start:end], "utf-8", "replace")
