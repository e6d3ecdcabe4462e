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
_CHUNK = 1 << 17


def find(content: Content, piece: bytes, start: int) -> int:
    """Return where ``piece`` is first found at or after ``start``, -1 if it isn't there.

    In chunks: a mapped file's own search is slow, and keeps every other thread waiting till it is through.
    """
    if isinstance(content, bytes):
        return content.find(piece, start)
    while start < len(content):
        at = content[start : start + _CHUNK + len(piece) - 1].find(piece)
        if at >= 0:
            return start + at
        start += _CHUNK
    return -1


def rfind(content: Content, piece: bytes, end: int) -> int:
    """Return where ``piece`` is last found before ``end``, all of it, -1 if it isn't there; like ``find``."""
    if isinstance(content, bytes):
        return content.rfind(piece, 0, end)
    while end > 0:
        start = max(end - _CHUNK - len(piece) + 1, 0)
        at = content[start:end].rfind(piece)
        if at >= 0:
            return start + at
        end = start + len(piece) - 1 if start else 0
    return -1


def numbers_buffer(count: int) -> memoryview:
    """Return room for ``count`` numbers, all 0.  A large one takes memory only as it is written to."""
    size = 4 * count
    if size < _SMALL:
        return memoryview(bytearray(size)).cast("I")
    return memoryview(mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)).cast("I")
