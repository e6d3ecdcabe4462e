# cython: language_level=3, boundscheck=False, wraparound=False
# mypy: ignore-errors
"""Work on the arrays that hold a source map's tokens: order, search, renumbering.

All arrays of one call have one entry per token; tokens count from 0.  NONE marks what a token doesn't have.
"""

import cython

COMPILED = cython.compiled

NONE = cython.declare(cython.uint, 0xFFFFFFFF)
MASK = cython.declare(cython.longlong, 0xFFFFFFFF)


@cython.ccall
def last_token(
    lines: cython.const[cython.uint][::1],
    columns: cython.const[cython.uint][::1],
    line: cython.longlong,
    column: cython.longlong,
) -> cython.longlong:
    """Return the last token at or before the position, on whatever line, or -1.  The tokens are in order."""
    low: cython.longlong = 0
    high: cython.longlong = len(lines)
    middle: cython.longlong
    while low < high:
        middle = low + (high - low) // 2
        if lines[middle] < line or (lines[middle] == line and columns[middle] <= column):
            low = middle + 1
        else:
            high = middle
    return low - 1


@cython.ccall
def is_ordered(lines: cython.const[cython.uint][::1], columns: cython.const[cython.uint][::1]) -> cython.bint:
    """Say whether the tokens are in the order of their positions."""
    token: cython.longlong
    with cython.nogil:
        for token in range(1, len(lines)):
            if _is_before(lines, columns, token, token - 1):
                return False
    return True


@cython.cfunc
@cython.nogil
@cython.inline
@cython.exceptval(check=False)
def _is_before(
    lines: cython.const[cython.uint][::1],
    columns: cython.const[cython.uint][::1],
    one: cython.longlong,
    other: cython.longlong,
) -> cython.bint:
    return lines[one] < lines[other] or (lines[one] == lines[other] and columns[one] < columns[other])


@cython.ccall
def sort_order(
    lines: cython.const[cython.uint][::1],
    columns: cython.const[cython.uint][::1],
    order: cython.uint[::1],
    entries: cython.ulonglong[::1],
    spare: cython.ulonglong[::1],
    counts: cython.uint[::1],
) -> cython.void:
    """Write the order in which the tokens are sorted; equal positions keep theirs.

    ``entries`` and ``spare`` are room for a number a token each, ``counts`` for 256.  Takes time in proportion to the
    number of tokens, whatever they are.

    Source: radix sort, the lowest byte of the columns first.  What is sorted by goes along with the token's number:
    to look it up for each byte would take the time of a cache miss.
    """
    low32: cython.ulonglong = MASK
    token: cython.ulonglong
    number: cython.ulonglong
    place: cython.longlong
    with cython.nogil:
        for place in range(len(columns)):
            number = columns[place]
            token = place
            entries[place] = number << 32 | token
        _sort(entries, spare, counts)
        for place in range(len(columns)):
            token = entries[place] & low32
            number = lines[token]
            entries[place] = number << 32 | token
        _sort(entries, spare, counts)
        for place in range(len(columns)):
            order[place] = entries[place] & low32


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def _sort(entries: cython.ulonglong[::1], spare: cython.ulonglong[::1], counts: cython.uint[::1]) -> cython.void:
    """Sort ``entries`` by their upper halves."""
    in_spare: cython.bint = False
    shift: cython.int
    place: cython.longlong
    for shift in range(32, 64, 8):
        if in_spare:
            in_spare ^= _distribute(spare, shift, entries, counts)
        else:
            in_spare ^= _distribute(entries, shift, spare, counts)
    if in_spare:
        for place in range(len(entries)):
            entries[place] = spare[place]


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def _distribute(
    entries: cython.ulonglong[::1], shift: cython.int, sorted_entries: cython.ulonglong[::1], counts: cython.uint[::1]
) -> cython.bint:
    """Sort ``entries`` by one byte into ``sorted_entries``.  Says False if that byte is always the same."""
    count: cython.longlong = len(entries)
    byte: cython.longlong
    place: cython.longlong
    start: cython.uint = 0
    size: cython.uint
    for byte in range(256):
        counts[byte] = 0
    for place in range(count):
        counts[(entries[place] >> shift) & 255] += 1
    for byte in range(256):
        size = counts[byte]
        if size == count:
            return False
        counts[byte] = start
        start += size
    for place in range(count):
        byte = (entries[place] >> shift) & 255
        sorted_entries[counts[byte]] = entries[place]
        counts[byte] += 1
    return True


@cython.ccall
def gather(
    values: cython.const[cython.uint][::1], order: cython.const[cython.uint][::1], gathered: cython.uint[::1]
) -> cython.void:
    """Write the value of token ``order[0]``, ``order[1]``, … to ``gathered``."""
    token: cython.longlong
    with cython.nogil:
        for token in range(len(order)):
            gathered[token] = values[order[token]]


@cython.ccall
def shift(
    lines: cython.uint[::1], columns: cython.uint[::1], by_lines: cython.longlong, by_columns: cython.longlong
) -> cython.void:
    """Move all tokens down, and those of line 0 to the right as well, modulo 2^32."""
    low32: cython.longlong = MASK
    token: cython.longlong
    with cython.nogil:
        for token in range(len(lines)):
            if lines[token] == 0:
                columns[token] = (columns[token] + by_columns) & low32
            lines[token] = (lines[token] + by_lines) & low32


@cython.ccall
def renumber(indexes: cython.uint[::1], numbers: cython.const[cython.uint][::1]) -> cython.void:
    """Replace each index by its number, or by NONE if there's no number for it."""
    none: cython.uint = NONE
    count: cython.longlong = len(numbers)
    token: cython.longlong
    with cython.nogil:
        for token in range(len(indexes)):
            indexes[token] = numbers[indexes[token]] if indexes[token] < count else none


@cython.ccall
def covering_entry(
    lines: cython.const[cython.uint][::1],
    columns: cython.const[cython.uint][::1],
    start: cython.longlong,
    end: cython.longlong,
    line: cython.longlong,
    column: cython.longlong,
) -> cython.longlong:
    """Return the function map entry at or before the original position, or -1.

    These very steps, as entries needn't be in order and the answer for those that aren't should be Symbolicator's.
    Of equal entries an exact hit takes the first, another one the last.
    """
    # A damaged index may claim any entries.
    end = min(end, min(len(lines), len(columns)))
    if not 0 <= start < end:
        return -1
    entry: cython.longlong = start
    size: cython.longlong = end - start
    half: cython.longlong
    while size > 1:
        half = size // 2
        if lines[entry + half] < line or (lines[entry + half] == line and columns[entry + half] <= column):
            entry += half
        size -= half
    if lines[entry] > line or (lines[entry] == line and columns[entry] > column):
        return -1
    if lines[entry] == line and columns[entry] == column:
        while entry > start and lines[entry - 1] == line and columns[entry - 1] == column:
            entry -= 1
    return entry
