"""SIMD: mappings sixteen bytes at a time, a token's numbers added side by side, for the survey of mappings.

The functions say in Python what ``simd.pxd`` does: with SSSE3 on x86-64, with NEON on arm64, in plain C
elsewhere.  A symbol is what ``mappings_cursor.SYMBOLS`` makes of a byte.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.sourcemap.mappings_cursor import SYMBOLS

Lanes = tuple[int, ...]
"""Sixteen bytes, or four numbers of 32 bits with sign: source, original line, original column, name."""

_FOREIGN = re.compile(rb'[^A-Za-z0-9+/,;"]')


def translate(text: bytes, at: int, window: bytearray, place: int, separators: bytearray) -> bool:
    """Write the symbols of 64 bytes of ``text`` to ``window``, and to ``separators`` a bit for each that ends a token.

    Says whether that could be done; it may not, if some of the bytes belong to no mappings.
    """
    block = bytes(text[at : at + 64])
    if _FOREIGN.search(block):
        return False
    window[place : place + 64] = block.translate(SYMBOLS)
    bits = sum((symbol >= 64) << number for number, symbol in enumerate(window[place : place + 64]))
    separators[place // 8 : place // 8 + 8] = bits.to_bytes(8, "little")
    return True


def symbols_at(window: bytes, place: int) -> Lanes:
    """Return sixteen symbols."""
    return tuple(window[place : place + 16])


def shape_of(symbols: Lanes, digits: int) -> int:
    """Return a number whose bit ``i`` says that symbol ``i`` ends a number, for the first 9 of up to 63 digits."""
    return sum(1 << place for place in range(min(digits, 9)) if not symbols[place] & 32)


def paired_digits(symbols: Lanes, places: bytes, shape: int) -> Lanes:
    """Return the digits of a token where ``short_token_tables.digit_places`` has them, two by two put together."""
    digits = [0 if place & 0x80 else symbols[place] & 31 for place in places[16 * shape : 16 * shape + 16]]
    return tuple(low + (high << 5) for low, high in zip(digits[::2], digits[1::2], strict=True))


def first_number(pairs: Lanes) -> int:
    """Return the first number of a token, its sign being the lowest bit."""
    return pairs[0]


def sums_with(sums: Lanes, pairs: Lanes) -> Lanes:
    """Return ``sums`` and the other four numbers of a token, modulo 2^32."""
    values = (pairs[1], *(pairs[place] + (pairs[place + 1] << 10) for place in (2, 4, 6)))
    return tuple(
        _signed(before + (-(value >> 1) if value & 1 else value >> 1))
        for before, value in zip(sums, values, strict=True)
    )


def are_within(sums: Lanes, last: Lanes) -> bool:
    """Say whether source and name are neither below 0 nor beyond the ``last``."""
    return 0 <= sums[0] <= last[0] and 0 <= sums[3] <= last[3]


def lanes(source: int, line: int, column: int, name: int) -> Lanes:
    """Return four numbers side by side."""
    return tuple(map(_signed, (source, line, column, name)))


def lane(sums: Sequence[int], place: int) -> int:
    """Return one of four numbers, modulo 2^32."""
    return sums[place] & 0xFFFFFFFF


def _signed(number: int) -> int:
    """Return ``number`` as 32 bits hold it, with sign."""
    return ((number + 0x80000000) & 0xFFFFFFFF) - 0x80000000
