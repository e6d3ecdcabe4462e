"""What the digits of a short token may be: which of them end a number, and so where each number is."""

from __future__ import annotations

from array import array
from enum import IntEnum

_MOST_DIGITS = 7
_BITS_PER_DIGIT = 5


class Shape(IntEnum):
    """The place of each number that is known of a shape."""

    DIGITS = 0
    """How many digits there are; 0 stands for tokens that can't be read by their shape."""
    FIELDS = 1
    """How many numbers there are: 1, 4 or 5."""
    SHIFTS = 2
    """How many bits are before each of five numbers, where all digits are put together; the first has none."""
    MASKS = 7
    """The bits of each of five numbers, as far to the right as they go; none for numbers that aren't there."""
    SIZE = 12
    """How many numbers a shape has."""


def token_shapes() -> array[int]:
    """Return all shapes, by the number of eight bits whose bit ``i`` says that a number ends with digit ``i``."""
    return array("I", [number for ends in range(256) for number in _shape(ends)])


def _shape(ends: int) -> list[int]:
    lasts = [place for place in range(8) if ends >> place & 1]
    starts = [0, *(place + 1 for place in lasts)][: len(lasts)]
    sizes = [last + 1 - start for start, last in zip(starts, lasts, strict=True)]
    if len(lasts) not in {1, 4, 5} or lasts[-1] >= _MOST_DIGITS or max(sizes) * _BITS_PER_DIGIT > 32:
        return [0] * Shape.SIZE
    missing = [0] * (5 - len(lasts))
    shifts = [_BITS_PER_DIGIT * start for start in starts]
    masks = [(1 << _BITS_PER_DIGIT * size) - 1 for size in sizes]
    return [lasts[-1] + 1, len(lasts), *shifts, *missing, *masks, *missing]
