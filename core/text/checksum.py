# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
# mypy: ignore-errors
"""A checksum at the speed of memory, against what happens to files by accident."""

import cython

COMPILED = cython.compiled

MASK = cython.declare(cython.ulonglong, 0xFFFFFFFFFFFFFFFF)
FACTOR = cython.declare(cython.ulonglong, 0x9E3779B185EBCA87)
WORD_FACTOR = cython.declare(cython.ulonglong, 0xC2B2AE3D27D4EB4F)


@cython.ccall
def checksum(words: cython.const[cython.ulonglong][::1], seed: cython.ulonglong = 0) -> cython.ulonglong:
    """Return a number that depends on all ``words``, on their order, and on ``seed``: that of what is before them.

    Whatever happens to one word changes it.

    Source: xxHash, whose sums these are: four of them, each of every fourth word.
    """
    count: cython.longlong = len(words)
    place: cython.longlong
    first: cython.ulonglong = seed
    second: cython.ulonglong = seed ^ 1
    third: cython.ulonglong = seed ^ 2
    fourth: cython.ulonglong = seed ^ 3
    whole: cython.ulonglong
    with cython.nogil:
        for place in range(0, count - count % 4, 4):
            first = _with(first, words[place])
            second = _with(second, words[place + 1])
            third = _with(third, words[place + 2])
            fourth = _with(fourth, words[place + 3])
        for place in range(count - count % 4, count):
            first = _with(first, words[place])
        whole = _with(_with(_with(_with(count, first), second), third), fourth)
    return whole ^ whole >> 32


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def _with(before: cython.ulonglong, word: cython.ulonglong) -> cython.ulonglong:
    """Return a number that is another one for every other ``word``, and for every other number before it."""
    mixed: cython.ulonglong = (before + (word * WORD_FACTOR & MASK)) & MASK
    return ((mixed << 31 & MASK) | mixed >> 33) * FACTOR & MASK
