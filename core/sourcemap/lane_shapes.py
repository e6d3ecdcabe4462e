"""Where each number of a short token goes in sixteen bytes, by which of its digits end a number.

The first two numbers have room for two digits each, the others for four: see ``core.sourcemap.lanes``.
"""

from __future__ import annotations

from itertools import accumulate, product

MOST_DIGITS = 9
SHAPE_COUNT = 1 << MOST_DIGITS
_ROOMS = (2, 2, 4, 4, 4)
_ROOM_STARTS = (0, 2, 4, 8, 12)
_NO_DIGIT = 0x80
_NO_TOKEN = 0xFF
_SHORT_TOKENS = [
    sizes
    for field_count in (1, 4, 5)
    for sizes in product(*(range(1, room + 1) for room in _ROOMS[:field_count]))
    if sum(sizes) <= MOST_DIGITS
]
"""All short tokens, as how many digits each of their numbers has."""


def digit_places() -> bytes:
    """Return for each shape which digit goes to each of sixteen bytes; one with the bit 0x80 is none.

    A shape is a number whose bit ``i`` says that digit ``i`` ends a number.
    """
    places = bytearray([_NO_DIGIT]) * (16 * SHAPE_COUNT)
    for sizes in _SHORT_TOKENS:
        row = 16 * _shape(sizes)
        for room, size, end in zip(_ROOM_STARTS, sizes, accumulate(sizes), strict=False):
            places[row + room : row + room + size] = range(end - size, end)
    return bytes(places)


def digit_counts(most_fields: int) -> bytes:
    """Return for each shape how many digits it has; 255 if that is no short token with so many numbers at most."""
    counts = bytearray([_NO_TOKEN]) * SHAPE_COUNT
    for sizes in _SHORT_TOKENS:
        if len(sizes) <= most_fields:
            counts[_shape(sizes)] = sum(sizes)
    return bytes(counts)


def _shape(sizes: tuple[int, ...]) -> int:
    return sum(1 << end - 1 for end in accumulate(sizes))
