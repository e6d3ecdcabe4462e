"""What texts and arrays of numbers may be: in memory, or in a file that is mapped into it."""

from __future__ import annotations

import mmap
from array import array
from collections.abc import Iterator
from typing import Union

Content = bytes | mmap.mmap
"""The bytes of a file: in memory, or mapped from where they are on disk.  Neither ever changes."""

Numbers = Union["array[int]", memoryview]
"""Integers of 32 bits without sign."""

_SMALL = 65_536
_CHUNK = 1 << 18


def chunks(content: Content) -> Iterator[bytes]:
    """Yield ``content`` piece by piece.  A mapped file takes no more memory meanwhile than a few of them."""
    for start in range(0, len(content), _CHUNK):
        yield content[start : start + _CHUNK]
        _release(content, start)


def find(content: Content, piece: bytes, start: int) -> int:
    """Return where ``piece`` is first found at or after ``start``, -1 if it isn't there.

    A mapped file is searched in chunks: its own search is slow, and keeps all other threads waiting till it is through.
    """
    if isinstance(content, bytes):
        return content.find(piece, start)
    for chunk in range(start, len(content), _CHUNK):
        at = content[chunk : chunk + _CHUNK + len(piece) - 1].find(piece)
        if at >= 0:
            return chunk + at
        _release(content, chunk)
    return -1


def rfind(content: Content, piece: bytes, end: int) -> int:
    """Return where ``piece`` is last found before ``end``, all of it, -1 if it isn't there; like ``find``."""
    if isinstance(content, bytes):
        return content.rfind(piece, 0, end)
    for chunk in range(end, 0, -_CHUNK):
        start = max(chunk - _CHUNK, 0)
        at = content[start : min(chunk + len(piece) - 1, end)].rfind(piece)
        if at >= 0:
            return start + at
        _release(content, start)
    return -1


def _release(content: Content, start: int) -> None:
    """Give back the memory of a chunk of a mapped file that has been read; it is read again when it is needed again."""
    if isinstance(content, mmap.mmap):
        start -= start % mmap.PAGESIZE
        content.madvise(mmap.MADV_DONTNEED, start, min(_CHUNK, len(content) - start))


def numbers_buffer(count: int) -> memoryview:
    """Return room for ``count`` numbers, all 0.  A large one takes memory only as it is written to."""
    size = 4 * count
    if size < _SMALL:
        return memoryview(bytearray(size)).cast("I")
    return memoryview(mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)).cast("I")
