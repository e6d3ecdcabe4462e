"""Several bytes of a text at once, for kernels."""

from __future__ import annotations


def eight_bytes(text: bytes, at: int) -> int:
    """Return ``text[at : at + 8]`` as a number, the first byte as its lowest one."""
    return int.from_bytes(text[at : at + 8], "little")


def first_mark(marks: int) -> int:
    """Return which of the eight bytes of a number, the lowest first, is the first that isn't 0.  One of them isn't."""
    return ((marks & -marks).bit_length() - 1) // 8


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


def text_of(text: bytes, start: int, end: int) -> str:
    """Return what ``text[start:end]`` says in UTF-8; what isn't becomes U+FFFD."""
    return str(text[start:end], "utf-8", "replace")
