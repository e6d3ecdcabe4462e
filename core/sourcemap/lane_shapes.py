"""Where each number of a short token goes in sixteen bytes, by which of its digits end a number.

The first two numbers have room for two digits each, the others for four: see ``core.sourcemap.lanes``.
"""

from __future__ import annotations

from itertools import accumulate, product

MOST_DIGITS = 9
SHAPE_COUNT = 1 << MOST_DIGITS
_ROOMS = (2, 2, 4, 4, 4)
_NO_DIGIT = 0x80
_NO_TOKEN = 0xFF


def digit_places() -> bytes:
    """Return for each shape which digit goes to each of sixteen bytes; one with the bit 0x80 is none.

    A shape is a number whose bit ``i`` says that digit ``i`` ends a number.
    """
    places = bytearray([_NO_DIGIT]) * (16 * SHAPE_COUNT)
    for sizes in _short_tokens():
        digit = 0
        for number, size in enumerate(sizes):
            place = 16 * _shape(sizes) + sum(_ROOMS[:number])
            places[place : place + size] = range(digit, digit + size)
            digit += size
    return bytes(places)


def digit_counts(most_fields: int) -> bytes:
    """Return for each shape how many digits it has; 255 if that is no short token with so many numbers at most."""
    counts = bytearray([_NO_TOKEN]) * SHAPE_COUNT
    for sizes in _short_tokens():
        if len(sizes) <= most_fields:
            counts[_shape(sizes)] = sum(sizes)
    return bytes(counts)


def _short_tokens() -> list[tuple[int, ...]]:
    """Return all short tokens, as how many digits each of their numbers has."""
    rooms = (_ROOMS[:count] for count in (1, 4, 5))
    tokens = (sizes for room in rooms for sizes in product(*(range(1, most + 1) for most in room)))
    return [sizes for sizes in tokens if sum(sizes) <= MOST_DIGITS]


def _shape(sizes: tuple[int, ...]) -> int:
    return sum(1 << end - 1 for end in accumulate(sizes))
