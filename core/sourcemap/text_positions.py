# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
# mypy: ignore-errors
"""Byte offsets in a text and the lines and columns they are at, without reading all of the text each time.

The text is UTF-8 and cut into blocks of BLOCK_SIZE bytes.  ``blocks`` has two numbers for each: the line and the column
of the first character that starts in it.  Only LF ends a line.
"""

import cython

if cython.compiled:
    from cython.cimports.core.text.swar import character_length, eight_bytes, last_line_feed, line_feeds
else:
    from core.text.swar import character_length, eight_bytes, last_line_feed, line_feeds

COMPILED = cython.compiled

BLOCK = cython.declare(cython.longlong, 256)
BLOCK_SIZE = BLOCK
LOW_BITS = cython.declare(cython.longlong, 0xFFFFFFFF)


@cython.final
@cython.cclass
class TextPositions:
    """Turns offsets of ``text`` into positions and back, with the ``blocks`` that ``survey_text`` has written."""

    def __init__(self, text, blocks):
        if len(blocks) != 2 * ((len(text) + BLOCK - 1) // BLOCK):
            raise ValueError("these blocks belong to another text")
        self.text = text
        self.blocks = blocks
        self.size = len(text)

    def position(self, offset):
        """Return the line and column of the byte ``offset``, or None if the text ends before it.

        Inside a character it is the next one's.
        """
        place: cython.longlong = self.place(offset)
        return None if place < 0 else (place >> 32, place & LOW_BITS)

    def place(self, offset: cython.longlong):
        """Return the line and column of the byte ``offset`` as ``position`` does, as one number; -1 for None.

        The column has the lowest 32 bits.
        """
        if not 0 <= offset < self.size:
            return -1
        at: cython.longlong = offset // BLOCK * BLOCK
        line: cython.longlong = self.blocks[at // BLOCK * 2]
        column: cython.longlong = self.blocks[at // BLOCK * 2 + 1]
        while at < offset:
            if at + 8 <= offset and _is_plain(eight_bytes(self.text, at)):
                at += 8
                column += 8
                continue
            if self.text[at] == 10:
                line += 1
                column = 0
            else:
                column += _units(self.text[at])
            at += 1
        while at < self.size and _units(self.text[at]) == 0:
            at += 1
        return -1 if at == self.size else line << 32 | column

    def offset(self, line: cython.longlong, column: cython.longlong):
        """Return the offset of the character at the position, in an ASCII-only or any other text.

        Beyond the end of a line that is the line's end; beyond the end of the text, the text's last byte; -1 if there
        is no text.
        """
        if self.size == 0:
            return -1
        at: cython.longlong = self._block_before(line, column) * BLOCK
        character: cython.longlong = at
        here_line: cython.longlong = self.blocks[at // BLOCK * 2]
        here: cython.longlong = self.blocks[at // BLOCK * 2 + 1]
        # Nearly all of the way is plain.
        while here_line == line and here + 8 <= column and at + 8 < self.size and _is_plain(eight_bytes(self.text, at)):
            at += 8
            here += 8
            character = at
        while at < self.size:
            if self.text[at] & 0xC0 != 0x80:
                if here_line > line or (here_line == line and here > column):
                    break
                character = at
            if self.text[at] == 10:
                here_line += 1
                here = 0
            else:
                here += _units(self.text[at])
            at += 1
        return character

    def _block_before(self, line: cython.longlong, column: cython.longlong):
        """Return the last block whose first character is at or before the position; the first one if there's none."""
        low: cython.longlong = 1
        high: cython.longlong = len(self.blocks) // 2
        middle: cython.longlong
        while low < high:
            middle = low + (high - low) // 2
            if self.blocks[2 * middle] < line or (
                self.blocks[2 * middle] == line and self.blocks[2 * middle + 1] <= column
            ):
                low = middle + 1
            else:
                high = middle
        return low - 1


@cython.ccall
def survey_text(text: cython.const[cython.uchar][::1], blocks: cython.uint[::1]) -> cython.bint:
    """Write the ``blocks`` of ``text``.  Returns False, and leaves it at that, if the text isn't UTF-8."""
    with cython.nogil:
        return _survey(text, blocks)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def _survey(text: cython.const[cython.uchar][::1], blocks: cython.uint[::1]) -> cython.bint:
    size: cython.longlong = len(text)
    block: cython.longlong
    end: cython.longlong
    at: cython.longlong = 0
    found: cython.longlong
    length: cython.longlong
    line: cython.longlong = 0
    column: cython.longlong = 0
    for block in range(len(blocks) // 2):
        blocks[2 * block] = line
        blocks[2 * block + 1] = column
        end = min((block + 1) * BLOCK, size)
        while at + 64 <= end:
            found = line_feeds(text, at)
            if found < 0:
                break
            column += 64
            if found > 0:
                line += found
                column = 63 - last_line_feed(text, at)
            at += 64
        while at < end:
            if at + 8 <= end and _is_plain(eight_bytes(text, at)):
                at += 8
                column += 8
            elif text[at] == 10:
                at += 1
                line += 1
                column = 0
            elif text[at] < 0x80:
                at += 1
                column += 1
            else:
                length = character_length(text, at, size)
                if length == 0:
                    return False
                column += _units(text[at])
                at += length
    return True


@cython.cfunc
@cython.nogil
@cython.inline
@cython.exceptval(check=False)
def _is_plain(eight: cython.ulonglong) -> cython.bint:
    """Say whether eight bytes are ASCII without a line end, all at once: see ``core.text.json_outline``."""
    ones: cython.ulonglong = 0x0101010101010101
    line_feeds: cython.ulonglong = eight ^ ones * 10
    return ((line_feeds - ones) | eight) & ones * 128 == 0


@cython.cfunc
@cython.nogil
@cython.inline
@cython.exceptval(check=False)
def _units(byte: cython.uchar) -> cython.longlong:
    """Return how many UTF-16 code units a character has, at its first byte; 0 for its other bytes."""
    return (byte & 0xC0 != 0x80) + (byte >= 0xF0)
