# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
# mypy: ignore-errors
"""Byte search: looks through whole texts at the speed of memory and without the interpreter's lock."""

import cython

if cython.compiled:
    from cython.cimports.core.text.swar import are_ascii, character_length, may_start
else:
    from core.text.swar import are_ascii, character_length, may_start

COMPILED = cython.compiled

BLOCK = cython.declare(cython.longlong, 64)


@cython.ccall
def end_of_utf8(text: cython.const[cython.uchar][::1], start: cython.longlong, end: cython.longlong) -> cython.longlong:
    """Return where the first character after ``start`` begins that isn't whole, well-formed UTF-8 before ``end``."""
    at: cython.longlong = start
    length: cython.longlong
    with cython.nogil:
        while at < end:
            if at + BLOCK <= end and are_ascii(text, at):
                at += BLOCK
            elif text[at] < 0x80:
                at += 1
            else:
                length = character_length(text, at, end)
                if length == 0:
                    break
                at += length
    return at


@cython.ccall
def first_in(
    text: cython.const[cython.uchar][::1],
    piece: cython.const[cython.uchar][::1],
    start: cython.longlong,
    end: cython.longlong,
) -> cython.longlong:
    """Return where ``piece``, which isn't empty, is first found in ``text[start:end]``, -1 if it isn't there."""
    at: cython.longlong = start
    last: cython.longlong = len(piece) - 1
    stop: cython.longlong
    with cython.nogil:
        while at + last < end:
            stop = min(at + BLOCK, end - last)
            if at + BLOCK + last <= end and not may_start(text, at, piece[0], piece[last], last):
                at = stop
            while at < stop:
                if _is_at(text, at, piece):
                    return at
                at += 1
    return -1


@cython.ccall
def last_in(
    text: cython.const[cython.uchar][::1],
    piece: cython.const[cython.uchar][::1],
    start: cython.longlong,
    end: cython.longlong,
) -> cython.longlong:
    """Return where ``piece``, which isn't empty, is last found in ``text[start:end]``, -1 if it isn't there."""
    last: cython.longlong = len(piece) - 1
    at: cython.longlong = end - last - 1
    stop: cython.longlong
    with cython.nogil:
        while at >= start:
            stop = max(at - BLOCK, start - 1)
            if at - BLOCK + 1 >= start and not may_start(text, at - BLOCK + 1, piece[0], piece[last], last):
                at = stop
            while at > stop:
                if _is_at(text, at, piece):
                    return at
                at -= 1
    return -1


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def _is_at(
    text: cython.const[cython.uchar][::1], at: cython.longlong, piece: cython.const[cython.uchar][::1]
) -> cython.bint:
    place: cython.longlong
    for place in range(len(piece)):  # noqa: SIM110  (in C it is a loop)
        if text[at + place] != piece[place]:
            return False
    return True
