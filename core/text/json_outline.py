# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
# mypy: ignore-errors
"""The outline of a JSON text: checks every byte of it, and says where each value starts and ends.

The outline is three arrays with one entry per value, in the order in which values start; an object's keys are values
too.  ``starts`` and ``ends`` are byte offsets, ``nexts`` is the entry of the value that follows once everything inside
is over.  So the first value inside a container has the container's entry plus one.

An answer below 0 is a fault; ``core.text.kernel_errors`` takes it apart.
"""

import cython

from core.text.buffers import numbers_buffer
from core.text.kernel_errors import fault_place

if cython.compiled:
    from cython.cimports.core.text.kernel_errors import fault
    from cython.cimports.core.text.swar import character_length, eight_bytes, first_mark, is_usual_text, prefetch
else:
    from core.text.kernel_errors import fault
    from core.text.swar import character_length, eight_bytes, first_mark, is_usual_text, prefetch

COMPILED = cython.compiled

TRUNCATED = cython.declare(cython.int, 1)
NO_VALUE = cython.declare(cython.int, 2)
NO_KEY = cython.declare(cython.int, 3)
NO_COLON = cython.declare(cython.int, 4)
NO_COMMA = cython.declare(cython.int, 5)
TRAILING = cython.declare(cython.int, 6)
TOO_DEEP = cython.declare(cython.int, 7)
BAD_ESCAPE = cython.declare(cython.int, 8)
LONE_SURROGATE = cython.declare(cython.int, 9)
CONTROL_CHARACTER = cython.declare(cython.int, 10)
BAD_NUMBER = cython.declare(cython.int, 11)
BAD_UTF8 = cython.declare(cython.int, 12)
NO_ROOM = cython.declare(cython.int, 13)

FAULT_TEXTS = {
    TRUNCATED: "the text ends too early",
    NO_VALUE: "expected a value",
    NO_KEY: "expected a key in double quotes",
    NO_COLON: "expected ':'",
    NO_COMMA: "expected ',' or the end of the container",
    TRAILING: "expected nothing more",
    TOO_DEEP: "more than 127 containers inside one another",
    BAD_ESCAPE: "unknown escape",
    LONE_SURROGATE: "half a surrogate pair",
    CONTROL_CHARACTER: "control character in a string",
    BAD_NUMBER: "not a number",
}
NOT_UTF8 = BAD_UTF8
OUT_OF_ROOM = NO_ROOM

# What the text may go on with.  The order matters: the last two are those where no value may start.
VALUE = cython.declare(cython.int, 0)
VALUE_OR_END = cython.declare(cython.int, 1)
KEY = cython.declare(cython.int, 2)
KEY_OR_END = cython.declare(cython.int, 3)
COMMA_OR_END = cython.declare(cython.int, 4)
NOTHING = cython.declare(cython.int, 5)

MAX_DEPTH = cython.declare(cython.int, 127)
LONGEST_SAFE_NUMBER = cython.declare(cython.int, 308)  # as many digits fit into a double

BLOCK = cython.declare(cython.longlong, 64)  # what is_usual_text looks at
AHEAD = cython.declare(cython.longlong, 2048)

# What a byte means inside a string.
PLAIN = cython.declare(cython.int, 0)
QUOTE = cython.declare(cython.int, 1)
BACKSLASH = cython.declare(cython.int, 2)
MULTIBYTE = cython.declare(cython.int, 3)
CONTROL = cython.declare(cython.int, 4)
BYTE_KINDS = bytes(
    CONTROL if byte < 0x20 else QUOTE if byte == 34 else BACKSLASH if byte == 92 else MULTIBYTE if byte >= 0x80 else 0
    for byte in range(256)
)


@cython.ccall
def outline_json(
    text: cython.const[cython.uchar][::1],
    start: cython.longlong,
    byte_kinds: cython.const[cython.uchar][::1],
    starts: cython.uint[::1],
    ends: cython.uint[::1],
    nexts: cython.uint[::1],
    risky_numbers: cython.uchar[::1],
) -> cython.longlong:
    """Outline the JSON text at ``text[start:]`` and return how many values it has, or a fault.

    ``byte_kinds`` is BYTE_KINDS.  Follows RFC 8259, nests 127 containers, wants UTF-8 in strings.  The one thing it
    leaves open is whether a double can hold every number: it sets ``risky_numbers[0]`` if one may not.
    NO_ROOM is the fault if the arrays are too short.
    """
    with cython.nogil:
        return _outline(text, start, byte_kinds, starts, ends, nexts, risky_numbers)


@cython.ccall
def element_starts(
    starts: cython.const[cython.uint][::1],
    nexts: cython.const[cython.uint][::1],
    container: cython.longlong,
    found: cython.uint[::1],
) -> cython.longlong:
    """Write where the elements of an array start, which is the entry ``container``; return how many it has."""
    child: cython.longlong = container + 1
    end: cython.longlong = nexts[container]
    count: cython.longlong = 0
    while child < end:
        found[count] = starts[child]
        child = nexts[child]
        count += 1
    return count


@cython.ccall
def first_foreign_value(
    text: cython.const[cython.uchar][::1],
    starts: cython.const[cython.uint][::1],
    first: cython.longlong,
    end: cython.longlong,
    allowed: cython.const[cython.uchar][::1],
) -> cython.longlong:
    """Return the first of the values from ``first`` on whose first byte isn't ``allowed``; ``end`` if there's none."""
    value: cython.longlong
    place: cython.longlong
    for value in range(first, end):
        for place in range(len(allowed)):
            if text[starts[value]] == allowed[place]:
                break
        else:
            return value
    return end


def has_more_values(text: bytes, most: int) -> bool:
    """Return whether a JSON text has more than ``most`` values, keys included, or 128 containers inside one another.

    Each value becomes an object of 50 bytes and more where the text is parsed, and may have two bytes in the text.  The
    interpreter's lock is free meanwhile.  False as well for what is no JSON: its parser will say why.
    """
    starts, ends, nexts = (numbers_buffer(most) for _ in range(3))
    answer = outline_json(text, 0, BYTE_KINDS, starts, ends, nexts, bytearray(1))
    return answer < 0 and fault_place(answer)[1] in (OUT_OF_ROOM, TOO_DEEP)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def _outline(  # noqa: C901 - one state machine, easier to follow in one piece
    text: cython.const[cython.uchar][::1],
    start: cython.longlong,
    byte_kinds: cython.const[cython.uchar][::1],
    starts: cython.uint[::1],
    ends: cython.uint[::1],
    nexts: cython.uint[::1],
    risky_numbers: cython.uchar[::1],
) -> cython.longlong:
    size: cython.longlong = len(text)
    room: cython.longlong = len(starts)
    at: cython.longlong = start
    count: cython.longlong = 0
    container: cython.longlong = 0
    depth: cython.int = 0
    expected: cython.int = VALUE
    byte: cython.uchar
    while True:
        while at < size and _is_space(text[at]):
            at += 1
        if at == size:
            return count if expected == NOTHING else fault(at, TRUNCATED)
        byte = text[at]
        if expected == NOTHING:
            return fault(at, TRAILING)
        if byte in b"]}":
            # The closing bracket and brace come two after the opening ones in ASCII.
            if expected in (VALUE, KEY) or depth == 0 or text[starts[container]] + 2 != byte:
                return fault(at, _missing(expected))
            at += 1
            ends[container] = at
            # An open container keeps its parent where the next value belongs.
            parent: cython.longlong = nexts[container]
            nexts[container] = count
            container = parent
            depth -= 1
            expected = NOTHING if depth == 0 else COMMA_OR_END
            continue
        if expected == COMMA_OR_END:
            if byte != 44:
                return fault(at, NO_COMMA)
            at += 1
            expected = KEY if text[starts[container]] == 123 else VALUE
            continue
        if count == room:
            return fault(at, NO_ROOM)
        starts[count] = at
        if byte in b"[{":
            if depth == MAX_DEPTH:
                return fault(at, TOO_DEEP)
            if expected in (KEY, KEY_OR_END):
                return fault(at, NO_KEY)
            nexts[count] = container
            container = count
            depth += 1
            count += 1
            at += 1
            expected = KEY_OR_END if byte == 123 else VALUE_OR_END
            continue
        if byte == 34:
            at = _string_end(text, at + 1, size, byte_kinds)
        elif expected in (KEY, KEY_OR_END):
            return fault(at, NO_KEY)
        else:
            at = _scalar_end(text, at, size, risky_numbers)
        if at < 0:
            return at
        ends[count] = at
        count += 1
        nexts[count - 1] = count
        if expected in (KEY, KEY_OR_END):
            while at < size and _is_space(text[at]):
                at += 1
            if at == size or text[at] != 58:
                return fault(at, NO_COLON)
            at += 1
            expected = VALUE
        else:
            expected = NOTHING if depth == 0 else COMMA_OR_END


@cython.cfunc
@cython.nogil
@cython.inline
@cython.exceptval(check=False)
def _is_space(byte: cython.uchar) -> cython.bint:
    return byte in b" \n\r\t"


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def _missing(expected: cython.int) -> cython.int:
    if expected in (KEY, KEY_OR_END):
        return NO_KEY
    return NO_COMMA if expected == COMMA_OR_END else NO_VALUE


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def _string_end(
    text: cython.const[cython.uchar][::1],
    at: cython.longlong,
    size: cython.longlong,
    byte_kinds: cython.const[cython.uchar][::1],
) -> cython.longlong:
    """Return the offset behind the closing quote of the string whose first character is at ``at``, or a fault."""
    kind: cython.int
    closer_look_end: cython.longlong = at
    short_end: cython.longlong = _short_string_end(text, at, size)
    if short_end > 0:
        return short_end
    while True:
        # What is behind a backslash isn't escaped here, but would be to a block.
        if at >= closer_look_end and text[at - 1] != 92:
            at = _plain_blocks_end(text, at, size)
            closer_look_end = at + BLOCK
        at = _plain_end(text, at, size)
        if at == size:
            return fault(at, TRUNCATED)
        kind = byte_kinds[text[at]]
        if kind == QUOTE:
            return at + 1
        if kind == BACKSLASH and at + 1 < size and text[at + 1] in b'nt"\\':  # nearly all that source code needs
            at += 2
            continue
        if kind == CONTROL:
            return fault(at, CONTROL_CHARACTER)
        at = _escape_end(text, at, size) if kind == BACKSLASH else _character_end(text, at, size)
        if at < 0:
            return at


@cython.cfunc
@cython.nogil
@cython.inline
@cython.exceptval(check=False)
def _short_string_end(
    text: cython.const[cython.uchar][::1], at: cython.longlong, size: cython.longlong
) -> cython.longlong:
    """Return the offset behind the closing quote of a plain string of less than 16 bytes, such as a key; else 0."""
    marks: cython.ulonglong
    if at + 16 > size:
        return 0
    for _ in range(2):
        marks = _unusual_marks(eight_bytes(text, at))
        if marks:
            at += first_mark(marks)
            return at + 1 if text[at] == 34 else 0
        at += 8
    return 0


@cython.cfunc
@cython.nogil
@cython.inline
@cython.exceptval(check=False)
def _plain_blocks_end(
    text: cython.const[cython.uchar][::1], start: cython.longlong, size: cython.longlong
) -> cython.longlong:
    """Return the start of the first character, or escape, that isn't known to be plain after a look at whole blocks."""
    at: cython.longlong = start
    while at + BLOCK < size and is_usual_text(text, at):
        prefetch(text, at + AHEAD)
        at += BLOCK
    return at - 1 if text[at - 1] == 92 else at


@cython.cfunc
@cython.nogil
@cython.inline
@cython.exceptval(check=False)
def _plain_end(text: cython.const[cython.uchar][::1], at: cython.longlong, size: cython.longlong) -> cython.longlong:
    """Return where the first byte is from ``at`` on that isn't PLAIN, or ``size``."""
    marks: cython.ulonglong
    while at + 8 <= size:
        marks = _unusual_marks(eight_bytes(text, at))
        if marks:
            return at + first_mark(marks)
        at += 8
    while at < size and 32 <= text[at] < 128 and text[at] != 34 and text[at] != 92:
        at += 1
    return at


@cython.cfunc
@cython.nogil
@cython.inline
@cython.exceptval(check=False)
def _unusual_marks(eight: cython.ulonglong) -> cython.ulonglong:
    """Mark which of eight bytes aren't PLAIN, in the highest bit of each, as far as the first of them.

    Subtracting 1 from a byte that is 0 borrows its highest bit, which no other ASCII byte has afterwards, unless a byte
    before has borrowed; and exclusive or makes 0 of the byte that is looked for.
    """
    ones: cython.ulonglong = 0x0101010101010101
    quotes: cython.ulonglong = eight ^ ones * 34
    backslashes: cython.ulonglong = eight ^ ones * 92
    return ((quotes - ones) | (backslashes - ones) | (eight - ones * 32) | eight) & (ones * 128)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def _escape_end(text: cython.const[cython.uchar][::1], at: cython.longlong, size: cython.longlong) -> cython.longlong:
    byte: cython.uchar = text[at + 1] if at + 1 < size else 0
    if byte in b'"\\/bfnrt':
        return at + 2
    unit: cython.int = _code_unit(text, at, size)
    if unit < 0:
        return fault(at, BAD_ESCAPE)
    if unit < 0xD800 or unit > 0xDFFF:
        return at + 6
    if unit <= 0xDBFF and at + 6 < size and text[at + 6] == 92:
        unit = _code_unit(text, at + 6, size)
        if 0xDC00 <= unit <= 0xDFFF:
            return at + 12
    return fault(at, LONE_SURROGATE)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def _code_unit(text: cython.const[cython.uchar][::1], at: cython.longlong, size: cython.longlong) -> cython.int:
    r"""Return what the ``\uXXXX`` at ``at`` stands for, or -1."""
    if at + 6 > size or text[at + 1] != 117:
        return -1
    unit: cython.int = 0
    place: cython.int
    byte: cython.int
    for place in range(2, 6):
        byte = text[at + place]
        if 48 <= byte <= 57:
            byte -= 48
        elif 65 <= byte <= 70 or 97 <= byte <= 102:
            byte = (byte & 15) + 9
        else:
            return -1
        unit = unit * 16 + byte
    return unit


@cython.cfunc
@cython.nogil
@cython.inline
@cython.exceptval(check=False)
def _character_end(
    text: cython.const[cython.uchar][::1], at: cython.longlong, size: cython.longlong
) -> cython.longlong:
    """Return the offset behind the UTF-8 character of several bytes at ``at``, or a fault."""
    length: cython.longlong = character_length(text, at, size)
    return at + length if length else fault(at, BAD_UTF8)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def _scalar_end(
    text: cython.const[cython.uchar][::1],
    at: cython.longlong,
    size: cython.longlong,
    risky_numbers: cython.uchar[::1],
) -> cython.longlong:
    byte: cython.uchar = text[at]
    if byte in b"-0123456789":
        return _number_end(text, at, size, risky_numbers)
    if byte == 116 and _has(text, at + 1, size, 114, 117, 101):  # true
        return at + 4
    if byte == 110 and _has(text, at + 1, size, 117, 108, 108):  # null
        return at + 4
    if byte == 102 and _has(text, at + 1, size, 97, 108, 115) and at + 4 < size and text[at + 4] == 101:  # false
        return at + 5
    return fault(at, NO_VALUE)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def _has(
    text: cython.const[cython.uchar][::1],
    at: cython.longlong,
    size: cython.longlong,
    first: cython.int,
    second: cython.int,
    third: cython.int,
) -> cython.bint:
    return at + 3 <= size and text[at] == first and text[at + 1] == second and text[at + 2] == third


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def _number_end(
    text: cython.const[cython.uchar][::1],
    start: cython.longlong,
    size: cython.longlong,
    risky_numbers: cython.uchar[::1],
) -> cython.longlong:
    at: cython.longlong = start + 1 if text[start] == 45 else start
    end: cython.longlong = at + 1 if at < size and text[at] == 48 else _digits_end(text, at, size)
    if end == at:
        return fault(start, BAD_NUMBER)
    if end - at > LONGEST_SAFE_NUMBER:
        risky_numbers[0] = 1
    if end < size and text[end] == 46:
        at = end + 1
        end = _digits_end(text, at, size)
        if end == at:
            return fault(start, BAD_NUMBER)
    if end < size and (text[end] == 69 or text[end] == 101):
        risky_numbers[0] = 1
        at = end + 1
        if at < size and (text[at] == 43 or text[at] == 45):
            at += 1
        end = _digits_end(text, at, size)
        if end == at:
            return fault(start, BAD_NUMBER)
    return end


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def _digits_end(text: cython.const[cython.uchar][::1], at: cython.longlong, size: cython.longlong) -> cython.longlong:
    while at < size and 48 <= text[at] <= 57:
        at += 1
    return at
