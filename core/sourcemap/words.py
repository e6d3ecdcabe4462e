"""Several bytes of a text at once, for kernels."""

from __future__ import annotations

import sys


def eight_bytes(text: bytes, at: int) -> int:
    """Return ``text[at : at + 8]`` as a number, in the order of bytes that this machine has."""
    return int.from_bytes(text[at : at + 8], sys.byteorder)


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
