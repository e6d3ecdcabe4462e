"""Allocator settings, so that memory is given back to the system."""

from __future__ import annotations

import ctypes

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8  # of <malloc.h>
_LARGE_BYTES = 320 << 10  # above the 256 KiB that asyncio has ready for each read from a socket: see below
_ARENAS = 2
_KEPT_BYTES = 4 << 20  # free ones at the end of each arena


def give_back_large_blocks() -> None:
    """Have blocks of 320 KiB and more returned to the system once they are freed, if the C library is glibc.

    By itself it learns from the first large block that is freed to keep blocks of that size, and does so for each
    thread: what was the text of a source map stays with the process, in pieces that nothing else fits into.

    If it were less than asyncio's reads take, each of them would map memory anew and give it back: three system calls
    and the page faults, for which all threads keep one another waiting.  A tenth of what a warm request costs, and
    much more while large files are downloaded.  For the same reason some mebibytes stay at the end of the heap: with
    the 128 KiB that are usual, each read has it grow and shrink.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return
    mallopt(_MMAP_THRESHOLD, _LARGE_BYTES)
    mallopt(_ARENA_MAX, _ARENAS)
    mallopt(_TRIM_THRESHOLD, _KEPT_BYTES)
