"""Buffers of texts and of numbers: in memory, or in a file that is mapped into it."""

from __future__ import annotations

import mmap
from array import array
from collections.abc import Iterator
from typing import Union

from core.text.byte_search import end_of_utf8, first_in, last_in

Content = bytes | mmap.mmap
"""The bytes of a file: in memory, or mapped from where they are on disk.  Neither ever changes."""

Numbers = Union["array[int]", memoryview]
"""Integers of 32 bits without sign."""

_SMALL = 65_536
_CHUNK = 1 << 22
_LARGE = 1 << 25
_LONGEST_CHARACTER = 4


def is_utf8(content: Content) -> bool:
    """Return whether ``content`` is well-formed UTF-8."""
    with memoryview(content) as view:
        at = 0
        while at < len(content):
            chunk = at
            at = end_of_utf8(view, chunk, min(chunk + _CHUNK, len(content)))
            if at <= chunk + _CHUNK - _LONGEST_CHARACTER and at < len(content):
                return False
            _release(content, chunk)
    return True


def find(content: Content, piece: bytes, start: int) -> int:
    """Return where ``piece`` is first found at or after ``start``, -1 if it isn't there.

    A mapped file is searched without the interpreter's lock, and in chunks: it takes no more memory meanwhile than one.
    """
    if isinstance(content, bytes):
        return content.find(piece, start)
    with memoryview(content) as view:
        for chunk in range(start, len(content), _CHUNK):
            at: int = first_in(view, piece, chunk, min(chunk + _CHUNK + len(piece) - 1, len(content)))
            if at >= 0:
                return at
            _release(content, chunk)
    return -1


def rfind(content: Content, piece: bytes, end: int) -> int:
    """Return where ``piece`` is last found before ``end``, all of it, -1 if it isn't there; like ``find``."""
    if isinstance(content, bytes):
        return content.rfind(piece, 0, end)
    end = min(end, len(content))
    with memoryview(content) as view:
        for chunk in range(end, 0, -_CHUNK):
            start = max(chunk - _CHUNK, 0)
            at: int = last_in(view, piece, start, min(chunk + len(piece) - 1, end))
            if at >= 0:
                return at
            _release(content, start)
    return -1


def in_chunks(content: Content, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
    """Yield the bounds of one chunk after another; the memory of a mapped one is given back once it was read."""
    end = len(content) if end is None else end
    for at in range(start, end, _CHUNK):
        yield at, min(at + _CHUNK, end)
        _release(content, at)


def release_if_large(content: Content) -> None:
    """Give back the memory of a large mapped file that has been read; it is read again when it is needed again."""
    if isinstance(content, mmap.mmap) and len(content) >= _LARGE:
        content.madvise(mmap.MADV_DONTNEED)


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
