# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
"""A checksum at the speed of memory, against what happens to files by accident."""

import cython

COMPILED = cython.compiled

MASK = cython.declare(cython.ulonglong, 0xFFFFFFFFFFFFFFFF)


@cython.ccall
def checksum(words: cython.const[cython.ulonglong][::1]) -> cython.ulonglong:
    """Return a number that depends on all ``words`` and on their order.

    Source: Fletcher's checksum, over two halves at once.
    """
    half: cython.longlong = len(words) // 2
    place: cython.longlong
    sum_low: cython.ulonglong = 1
    sum_high: cython.ulonglong = 1
    order_low: cython.ulonglong = 0
    order_high: cython.ulonglong = 0
    last: cython.ulonglong = words[len(words) - 1] if len(words) % 2 else 0
    with cython.nogil:
        for place in range(half):
            sum_low = (sum_low + words[place]) & MASK
            order_low = (order_low + sum_low) & MASK
            sum_high = (sum_high + words[half + place]) & MASK
            order_high = (order_high + sum_high) & MASK
    return ((order_low * 31 + order_high) * 31 + sum_low * 7 + sum_high * 3 + last) & MASK
