# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
# mypy: ignore-errors
"""Source context as JSON: the members ``pre_context``, ``context_line`` and ``post_context`` of a frame.

Each begins with a comma; those that are empty are left out.
"""

import cython

if cython.compiled:
    from cython.cimports.core.text.swar import bytes_of, character_length, write_bytes, write_json
else:
    from core.text.swar import bytes_of, character_length, write_bytes, write_json

COMPILED = cython.compiled

LINES_AROUND = 5
"""Number of lines shown before a line, and after it."""
LONGEST_BYTES = 150
"""Lines up to this length are shown whole."""

LONGEST = cython.declare(cython.longlong, LONGEST_BYTES)
TRIMMED = cython.declare(cython.longlong, 140)
BEFORE_COLUMN = cython.declare(cython.longlong, 60)
TOO_SHORT_TO_CUT = cython.declare(cython.longlong, 5)

# Where it is written; lines have 250 bytes at most, and JSON makes six of one.  There is one, as the interpreter's lock
# is held until what was written is a bytes object.
ROOM = bytearray((2 * LINES_AROUND + 1) * 6 * 256 + 1024)
PIECES = b',"pre_context":["' + b'"],"context_line":"' + b'","post_context":["' + b'{snip} {snip}"]'
FIRST = cython.declare(cython.longlong, 0)
MIDDLE = cython.declare(cython.longlong, 17)
AFTER = cython.declare(cython.longlong, 36)
SNIP = cython.declare(cython.longlong, 55)
END = cython.declare(cython.longlong, 68)


@cython.final
@cython.cclass
class ContextWriter:
    """Writes the lines around ``line``, which come one after another.  At most eleven, of 250 bytes."""

    out: cython.uchar[::1]
    pieces: cython.const[cython.uchar][::1]
    at: cython.longlong
    line: cython.longlong
    number: cython.longlong

    def __init__(self, line):
        self.out = ROOM
        self.pieces = PIECES
        self.line = line
        self.at = 0
        self.number = line

    @cython.ccall
    @cython.exceptval(check=False)
    def begin(self, number: cython.longlong) -> cython.void:
        """Begin the next line."""
        if number == self.line:
            # Without what ends the lines before if there are none.
            self._put(MIDDLE if self.at > 0 else MIDDLE + 2, AFTER)
        elif self.at == 0:
            self._put(FIRST, MIDDLE)
        elif number == self.line + 1:
            self._put(AFTER, SNIP)
        else:
            self._put(AFTER, AFTER + 3)
        self.number = number

    @cython.ccall
    @cython.exceptval(check=False)
    def add(self, text: cython.const[cython.uchar][::1], start: cython.longlong, end: cython.longlong) -> cython.void:
        """Write a text that is short."""
        self.at = write_json(text, start, end, self.out, self.at)

    @cython.ccall
    @cython.exceptval(check=False)
    def add_line(
        self,
        text: cython.const[cython.uchar][::1],
        start: cython.longlong,
        end: cython.longlong,
        column: cython.longlong,
    ) -> cython.void:
        """Write a line, and of one longer than LONGEST_BYTES some 140 bytes around ``column``.

        ``{snip}`` stands where something is missing.

        Source: Symbolicator; the column counts bytes here, although a frame's doesn't.
        """
        size: cython.longlong = end - start
        first: cython.longlong = shown_start(size, column)
        last: cython.longlong = shown_end(size, column)
        while first > 0 and text[start + first] & 0xC0 == 0x80:
            first -= 1
        while last < size and text[start + last] & 0xC0 == 0x80:
            last -= 1
        self.snip_before(first)
        self.add(text, start + first, start + last)
        self.snip_behind(last, size)

    @cython.ccall
    @cython.exceptval(check=False)
    def snip_before(self, start: cython.longlong) -> cython.void:
        """Say that something is missing before a part of a line, unless it starts where the line does."""
        if start > 0:
            self._put(SNIP, SNIP + 7)

    @cython.ccall
    @cython.exceptval(check=False)
    def snip_behind(self, end: cython.longlong, size: cython.longlong) -> cython.void:
        """Say that something is missing behind a part of a line of ``size`` bytes, unless it ends where that does."""
        if end < size:
            self._put(SNIP + 6, SNIP + 13)

    @cython.ccall
    def finished(self) -> bytes:
        """Return what was written."""
        self._put(END, END + 1 if self.number == self.line else END + 2)
        written: bytes = bytes_of(self.out, 0, self.at)
        # What is damaged may be cut inside of a character.
        return written if self._is_utf8() else written.decode("utf-8", "replace").encode()

    @cython.cfunc
    @cython.nogil
    @cython.exceptval(check=False)
    def _put(self, start: cython.longlong, end: cython.longlong) -> cython.void:
        self.at = write_bytes(self.pieces, start, end, self.out, self.at)

    @cython.cfunc
    @cython.nogil
    @cython.exceptval(check=False)
    def _is_utf8(self) -> cython.bint:
        place: cython.longlong = 0
        length: cython.longlong
        while place < self.at:
            length = 1 if self.out[place] < 0x80 else character_length(self.out, place, self.at)
            if length == 0:
                return False
            place += length
        return True


@cython.ccall
@cython.nogil
@cython.exceptval(check=False)
def shown_start(size: cython.longlong, column: cython.longlong) -> cython.longlong:
    """Return where what is shown of a line of ``size`` bytes starts; a few bytes at either end are not worth a cut.

    It is a byte, as ``column`` is: a character that it cuts is shown.
    """
    start: cython.longlong = min(column, size) - BEFORE_COLUMN
    if size <= LONGEST or start < TOO_SHORT_TO_CUT:
        return 0
    return start if start + TRIMMED <= size - TOO_SHORT_TO_CUT else size - TRIMMED


@cython.ccall
@cython.nogil
@cython.exceptval(check=False)
def shown_end(size: cython.longlong, column: cython.longlong) -> cython.longlong:
    """Return where what is shown of a line of ``size`` bytes ends; a character that it cuts is not shown."""
    end: cython.longlong = shown_start(size, column) + TRIMMED
    return size if size <= LONGEST or end > size - TOO_SHORT_TO_CUT else end
