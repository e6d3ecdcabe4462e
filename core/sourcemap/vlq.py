# cython: language_level=3, boundscheck=False, wraparound=False
# mypy: ignore-errors
"""Decoding of the texts made of base64 VLQ numbers: the hot loop of reading a source map.

Numbers count modulo 2^32, and every byte is a digit: one outside the alphabet counts as ``/``, and DEL as ``+``.
An answer below 0 is a fault, see ``core.text.kernel_errors``.  Its offset counts from the start of the buffer.
"""

import cython

if cython.compiled:
    from cython.cimports.core.sourcemap.mappings_faults import MappingsFault
    from cython.cimports.core.text.kernel_errors import fault
    from cython.cimports.core.text.swar import byte_place, prefetch
else:
    from core.sourcemap.mappings_faults import MappingsFault
    from core.text.kernel_errors import fault
    from core.text.swar import byte_place, prefetch

COMPILED = cython.compiled

AHEAD = cython.declare(cython.longlong, 4096)  # as far as processors don't look by themselves


ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
DIGITS = bytes(ALPHABET.find(byte) if byte in ALPHABET else 62 if byte == 0x7F else 63 for byte in range(256))

NONE = cython.declare(cython.uint, 0xFFFFFFFF)
MASK = cython.declare(cython.longlong, 0xFFFFFFFF)
MOST_DIGITS = cython.declare(cython.int, 13)


@cython.ccall
def count_tokens(
    text: cython.const[cython.uchar][::1], start: cython.longlong, end: cython.longlong
) -> cython.longlong:
    """Return how many tokens the mappings ``text[start:end]`` have, if they can be decoded."""
    at: cython.longlong
    count: cython.longlong = 0
    with cython.nogil:
        for at in range(start, end - 1):
            count += (text[at] != 44) & (text[at] != 59) & ((text[at + 1] == 44) | (text[at + 1] == 59))
        if start < end:
            count += (text[end - 1] != 44) & (text[end - 1] != 59)
    return count


@cython.ccall
def decode_mappings(
    text: cython.const[cython.uchar][::1],
    start: cython.longlong,
    end: cython.longlong,
    digits: cython.const[cython.uchar][::1],
    source_count: cython.longlong,
    name_count: cython.longlong,
    lines: cython.uint[::1],
    columns: cython.uint[::1],
    sources: cython.uint[::1],
    original_lines: cython.uint[::1],
    original_columns: cython.uint[::1],
    names: cython.uint[::1],
) -> cython.longlong:
    """Decode the mappings ``text[start:end]`` into the arrays, which have room for ``count_tokens`` entries.

    Returns 0, or a fault.  ``digits`` is DIGITS.  The tokens keep the order of the text; missing parts are NONE.

    Source: ECMA-426, "Mappings Structure", with the numbers of this module.
    """
    with cython.nogil:
        return _decode(
            text,
            start,
            end,
            digits,
            source_count,
            name_count,
            lines,
            columns,
            sources,
            original_lines,
            original_columns,
            names,
        )


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def _decode(  # noqa: C901 - one step for each number of a token
    text: cython.const[cython.uchar][::1],
    start: cython.longlong,
    end: cython.longlong,
    digits: cython.const[cython.uchar][::1],
    source_count: cython.longlong,
    name_count: cython.longlong,
    lines: cython.uint[::1],
    columns: cython.uint[::1],
    sources: cython.uint[::1],
    original_lines: cython.uint[::1],
    original_columns: cython.uint[::1],
    names: cython.uint[::1],
) -> cython.longlong:
    low32: cython.longlong = MASK
    none: cython.uint = NONE
    at: cython.longlong = start
    token_start: cython.longlong
    number: cython.longlong
    count: cython.longlong = 0
    line: cython.longlong = 0
    column: cython.longlong = 0
    source: cython.longlong = 0
    original_line: cython.longlong = 0
    original_column: cython.longlong = 0
    name: cython.longlong = 0
    while at < end:
        if text[at] == 59:
            line += 1
            column = 0
            at += 1
            continue
        if text[at] == 44:
            at += 1
            continue
        token_start = at
        number = _number(text, at, end, digits)
        if number < 0:
            return number
        at += number & 15
        column = (column + (number >> 4)) & low32
        lines[count] = line
        columns[count] = column
        if _is_over(text, at, end):
            sources[count] = original_lines[count] = original_columns[count] = names[count] = none
            count += 1
            continue
        number = _number(text, at, end, digits)
        if number < 0:
            return number
        at += number & 15
        source = (source + (number >> 4)) & low32
        if source >= source_count:
            return fault(token_start, MappingsFault.NO_SUCH_SOURCE)
        number = _number(text, at, end, digits)
        if number < 0:
            return number
        at += number & 15
        original_line = (original_line + (number >> 4)) & low32
        number = _number(text, at, end, digits)
        if number < 0:
            return number
        at += number & 15
        original_column = (original_column + (number >> 4)) & low32
        sources[count] = source
        original_lines[count] = original_line
        original_columns[count] = original_column
        names[count] = none
        if not _is_over(text, at, end):
            number = _number(text, at, end, digits)
            if number < 0:
                return number
            at += number & 15
            name = (name + (number >> 4)) & low32
            if name >= name_count:
                return fault(token_start, MappingsFault.NO_SUCH_NAME)
            names[count] = name
            if not _is_over(text, at, end):
                return fault(at, MappingsFault.FIELD_COUNT)
        count += 1
    return 0


@cython.cfunc
@cython.nogil
@cython.inline
@cython.exceptval(check=False)
def _is_over(text: cython.const[cython.uchar][::1], at: cython.longlong, end: cython.longlong) -> cython.bint:
    """Say whether a token ends at ``at``."""
    return at == end or text[at] == 44 or text[at] == 59


@cython.cfunc
@cython.nogil
@cython.inline
@cython.exceptval(check=False)
def _number(
    text: cython.const[cython.uchar][::1],
    start: cython.longlong,
    end: cython.longlong,
    digits: cython.const[cython.uchar][::1],
) -> cython.longlong:
    """Return the number at ``start``, modulo 2^32, times 16, plus how many digits it has; or a fault."""
    at: cython.longlong = start
    shift: cython.int = 5
    value: cython.longlong
    digit: cython.longlong
    if _is_over(text, at, end):
        return fault(at, MappingsFault.FIELD_COUNT)
    digit = digits[text[at]]
    at += 1
    value = digit & 31
    while digit >= 32:
        if _is_over(text, at, end):
            return fault(at, MappingsFault.CUT_OFF)
        if at - start == MOST_DIGITS:
            return fault(at, MappingsFault.TOO_LONG)
        digit = digits[text[at]]
        at += 1
        # Seven digits hold the sign and 32 bits; whatever follows is gone modulo 2^32, and must not overflow.
        if shift < 35:
            value |= (digit & 31) << shift
        shift += 5
    # Without a branch: half of all signs would be predicted wrong.
    value = ((value >> 1) ^ -(value & 1)) + (value & 1)
    return ((value & MASK) << 4) | (at - start)


@cython.ccall
def decode_ranges(
    mappings: cython.const[cython.uchar][::1],
    start: cython.longlong,
    end: cython.longlong,
    ranges: cython.const[cython.uchar][::1],
    digits: cython.const[cython.uchar][::1],
    encoding: cython.int,
    is_range: cython.uchar[::1],
) -> cython.bint:
    """Set ``is_range`` to 1 for each token of the mappings ``mappings[start:end]`` that ``ranges`` marks.

    ``ranges`` has a part for each line.  ``encoding`` is the index that its first number counts from, 0 or 1: numbers
    are steps from one marked token of the line to the next.  Or it is -1: a bit for each place between commas, empty
    ones included, six to a digit and the lowest first.  Says False if ``ranges`` can't be meant so.
    """
    line_start: cython.longlong = start
    line_end: cython.longlong
    range_start: cython.longlong = 0
    range_end: cython.longlong
    range_count: cython.longlong = len(ranges)
    token: cython.longlong = 0
    count: cython.longlong
    fits: cython.bint = True
    with cython.nogil:
        while range_start < range_count:
            line_end = byte_place(mappings, line_start, end, 59)
            range_end = byte_place(ranges, range_start, range_count, 59)
            count = _line_tokens(mappings, line_start, line_end)
            if range_start < range_end:
                if encoding < 0:
                    fits = _mark_bits(
                        mappings, line_start, line_end, ranges, range_start, range_end, digits, is_range, token
                    )
                else:
                    fits = _mark_steps(ranges, range_start, range_end, digits, encoding, is_range, token, count)
                if not fits:
                    return False
            token += count
            line_start = min(line_end + 1, end)
            range_start = range_end + 1
    return True


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def _line_tokens(
    mappings: cython.const[cython.uchar][::1], start: cython.longlong, end: cython.longlong
) -> cython.longlong:
    """Return how many tokens a line has."""
    at: cython.longlong
    count: cython.longlong = 0
    is_inside: cython.bint = False
    for at in range(start, end):
        if mappings[at] == 44:
            is_inside = False
        elif not is_inside:
            is_inside = True
            count += 1
    return count


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def _mark_steps(
    ranges: cython.const[cython.uchar][::1],
    start: cython.longlong,
    end: cython.longlong,
    digits: cython.const[cython.uchar][::1],
    first_index: cython.longlong,
    is_range: cython.uchar[::1],
    token: cython.longlong,
    count: cython.longlong,
) -> cython.bint:
    """Mark tokens of a line, which has ``count`` of them from ``token`` on.  Says False if they aren't meant so."""
    at: cython.longlong = start
    index: cython.longlong = -first_index
    step: cython.longlong
    is_first: cython.bint = True
    digit: cython.longlong
    shift: cython.int
    while at < end:
        step = 0
        shift = 0
        digit = 32
        while digit >= 32:
            if at == end or not _is_digit(ranges[at]):
                return False
            digit = digits[ranges[at]]
            # More than seven digits are zeros, or too large for any line.
            if shift > 30 and digit & 31:
                return False
            if shift <= 30:
                step |= (digit & 31) << shift
            shift = min(shift + 5, 35)
            at += 1
        if step == 0 and (first_index or not is_first):
            return False
        is_first = False
        index += step
        if index >= count:
            return False
        is_range[token + index] = 1
    return True


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def _mark_bits(
    mappings: cython.const[cython.uchar][::1],
    start: cython.longlong,
    end: cython.longlong,
    ranges: cython.const[cython.uchar][::1],
    range_start: cython.longlong,
    range_end: cython.longlong,
    digits: cython.const[cython.uchar][::1],
    is_range: cython.uchar[::1],
    token: cython.longlong,
) -> cython.bint:
    """Mark tokens of a line, the first of which is number ``token``.  Says False if they aren't meant so."""
    at: cython.longlong
    place: cython.longlong = 0
    places: cython.longlong = 6 * (range_end - range_start - 1)
    digit: cython.longlong = digits[ranges[range_end - 1]]
    for at in range(range_start, range_end):
        prefetch(ranges, at + AHEAD)
        if not _is_digit(ranges[at]):
            return False
    if digit == 0:
        return False
    while digit:
        digit >>= 1
        places += 1
    at = start
    while at < end and place < places:
        if mappings[at] == 44:
            place += 1
            at += 1
            continue
        is_range[token] = (digits[ranges[range_start + place // 6]] >> (place % 6)) & 1
        token += 1
        while at < end and mappings[at] != 44:
            at += 1
    # Of the last place, only the token was read.
    return place >= places - 1 and start < end


@cython.cfunc
@cython.nogil
@cython.inline
@cython.exceptval(check=False)
def _is_digit(byte: cython.uchar) -> cython.bint:
    return (byte >= 65 and byte <= 90) or (byte >= 97 and byte <= 122) or (byte >= 47 and byte <= 57) or byte == 43


@cython.ccall
def decode_function_map(
    text: cython.const[cython.uchar][::1],
    digits: cython.const[cython.uchar][::1],
    first: cython.longlong,
    lines: cython.uint[::1],
    columns: cython.uint[::1],
    names: cython.uint[::1],
) -> cython.longlong:
    """Decode the ``mappings`` of a Metro function map into the arrays, from entry ``first`` on.

    Returns how many entries it has (``count_tokens`` tells beforehand), or a fault.  Lines count from 1 here.
    A semicolon resets the column, but doesn't start a line: that is a number of its own.

    Source: the ``x_facebook_sources`` field, as written by metro-source-map.
    """
    with cython.nogil:
        return _decode_function_map(text, digits, first, lines, columns, names)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def _decode_function_map(
    text: cython.const[cython.uchar][::1],
    digits: cython.const[cython.uchar][::1],
    first: cython.longlong,
    lines: cython.uint[::1],
    columns: cython.uint[::1],
    names: cython.uint[::1],
) -> cython.longlong:
    low32: cython.longlong = MASK
    at: cython.longlong = 0
    end: cython.longlong = len(text)
    entry: cython.longlong = first
    line: cython.longlong = 1
    column: cython.longlong = 0
    name: cython.longlong = 0
    number: cython.longlong
    field: cython.int
    while at < end:
        if text[at] == 44 or text[at] == 59:
            column = 0 if text[at] == 59 else column
            at += 1
            continue
        field = 0
        while at < end and text[at] != 44 and text[at] != 59:
            number = _number(text, at, end, digits)
            if number < 0:
                return number
            at += number & 15
            if field == 0:
                column = (column + (number >> 4)) & low32
            elif field == 1:
                name = (name + (number >> 4)) & low32
            elif field == 2:
                line = (line + (number >> 4)) & low32
            field += 1
        lines[entry] = line
        columns[entry] = column
        names[entry] = name
        entry += 1
    return entry - first
