"""Short token tables: where each number of a token is, by which of its digits end a number.

A token's shape is a number whose bit ``i`` says that its digit ``i`` ends a number.  One table is for digits put
together in a word of 64 bits, the others are for digits in sixteen bytes.
"""

from __future__ import annotations

from array import array
from enum import IntEnum
from itertools import accumulate, product

_BITS_PER_DIGIT = 5
_MOST_DIGITS_IN_WORD = 7
_MOST_DIGITS = 9
_SHAPE_COUNT = 1 << _MOST_DIGITS
_ROOMS = (2, 2, 4, 4, 4)
"""Digits of each number that have a place in sixteen bytes, see ``core.sourcemap.simd``."""
_ROOM_STARTS = (0, 2, 4, 8, 12)
_NO_DIGIT = 0x80
_NO_TOKEN = 0xFF
_SHORT_TOKENS = [
    sizes
    for field_count in (1, 4, 5)
    for sizes in product(*(range(1, room + 1) for room in _ROOMS[:field_count]))
    if sum(sizes) <= _MOST_DIGITS
]
"""All short tokens, as how many digits each of their numbers has."""


class TokenShape(IntEnum):
    """The place of each number in a row of ``word_table``."""

    DIGITS = 0
    """Number of digits; 0 for tokens that can't be read by their shape."""
    FIELDS = 1
    """Number of numbers: 1, 4 or 5."""
    SHIFTS = 2
    """Bits before each of five numbers, where all digits are put together; the first has none."""
    MASKS = 7
    """The bits of each of five numbers, as far to the right as they go; none for numbers that aren't there."""
    SIZE = 12
    """Number of numbers in a row."""


def word_table() -> array[int]:
    """Return a row, see ``TokenShape``, for each shape of eight bits."""
    return array("I", [number for shape in range(256) for number in _row(shape)])


def digit_places() -> bytes:
    """Return for each shape of nine bits which digit goes to each of sixteen bytes; one with the bit 0x80 is none."""
    places = bytearray([_NO_DIGIT]) * (16 * _SHAPE_COUNT)
    for sizes in _SHORT_TOKENS:
        row = 16 * _shape(sizes)
        for room, size, end in zip(_ROOM_STARTS, sizes, accumulate(sizes), strict=False):
            places[row + room : row + room + size] = range(end - size, end)
    return bytes(places)


def digit_counts(most_fields: int) -> bytes:
    """Return for each shape of nine bits how many digits it has.

    255 if that is no short token with ``most_fields`` numbers at most.
    """
    counts = bytearray([_NO_TOKEN]) * _SHAPE_COUNT
    for sizes in _SHORT_TOKENS:
        if len(sizes) <= most_fields:
            counts[_shape(sizes)] = sum(sizes)
    return bytes(counts)


def _row(shape: int) -> list[int]:
    lasts = [place for place in range(8) if shape >> place & 1]
    starts = [0, *(place + 1 for place in lasts)][: len(lasts)]
    sizes = [last + 1 - start for start, last in zip(starts, lasts, strict=True)]
    if len(lasts) not in {1, 4, 5} or lasts[-1] >= _MOST_DIGITS_IN_WORD or max(sizes) * _BITS_PER_DIGIT > 32:
        return [0] * TokenShape.SIZE
    missing = [0] * (5 - len(lasts))
    shifts = [_BITS_PER_DIGIT * start for start in starts]
    masks = [(1 << _BITS_PER_DIGIT * size) - 1 for size in sizes]
    return [lasts[-1] + 1, len(lasts), *shifts, *missing, *masks, *missing]


def _shape(sizes: tuple[int, ...]) -> int:
    return sum(1 << end - 1 for end in accumulate(sizes))
