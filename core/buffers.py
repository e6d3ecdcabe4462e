"""What texts and arrays of numbers may be: in memory, or in a file that is mapped into it."""

from __future__ import annotations

import mmap
from array import array
from typing import Union

Content = bytes | mmap.mmap
"""The bytes of a file: in memory, or mapped from where they are on disk.  Neither ever changes."""

Numbers = Union["array[int]", memoryview]
"""Integers of 32 bits without sign."""

_SMALL = 65_536


def numbers_buffer(count: int) -> memoryview:
    """Return room for ``count`` numbers, all 0.  A large one takes memory only as it is written to."""
    size = 4 * count
    if size < _SMALL:
        return memoryview(bytearray(size)).cast("I")
    return memoryview(mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)).cast("I")
