# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
# mypy: ignore-errors
"""The lines of a text, found without reading all of the text each time.

The text is UTF-8 and cut into blocks of BLOCK_SIZE bytes, of which ``counts`` says how many LF come before each.  Lines
end in LF or CR LF and in nothing else; nothing follows a final LF.  Columns are bytes.
"""

import cython

from core.text.context_writer import LINES_AROUND, ContextWriter

if cython.compiled:
    from cython.cimports.core.text.context_writer import ContextWriter
    from cython.cimports.core.text.swar import all_line_feeds, byte_place
else:
    from core.text.swar import all_line_feeds, byte_place

COMPILED = cython.compiled

BLOCK = cython.declare(cython.longlong, 1024)
BLOCK_SIZE = BLOCK
NEAR = cython.declare(cython.longlong, 2048)  # how far the end of a line is looked for at once
AROUND = cython.declare(cython.longlong, LINES_AROUND)


@cython.final
@cython.cclass
class TextLines:
    """The lines of ``text``; ``counts`` is room for a number for each of its blocks, the last one perhaps shorter.

    Nothing is known of a block before it is surveyed; lines are only asked for after all of them are.
    """

    text: cython.const[cython.uchar][::1]
    counts: cython.uint[::1]
    size: cython.longlong
    surveyed: cython.longlong
    line_feeds: cython.longlong

    def __init__(self, text, counts):
        if len(counts) != (len(text) + BLOCK - 1) // BLOCK:
            raise ValueError("these counts belong to another text")
        self.text = text
        self.counts = counts
        self.size = len(text)
        self.surveyed = self.line_feeds = 0

    @cython.ccall
    def survey(self, end: cython.longlong) -> cython.void:
        """Count what is before ``end``, which is where a block ends, or the text, and wasn't counted before."""
        end = min(end, self.size)
        with cython.nogil:
            while self.surveyed < end:
                self.counts[self.surveyed // BLOCK] = self.line_feeds
                self.line_feeds += _line_feeds(self.text, self.surveyed, min(self.surveyed + BLOCK, end))
                self.surveyed += BLOCK

    @cython.ccall
    def context(self, line: cython.longlong, column: cython.longlong) -> bytes:
        """Return up to LINES_AROUND lines before ``line``, from 0, itself, and those after: as members of JSON.

        See ``core.text.context_writer``.  Long lines are cut around ``column``.  None if there is no such line.
        """
        if not self._has(line):
            return None
        writer: ContextWriter = ContextWriter(line)
        number: cython.longlong
        first: cython.longlong = max(line - AROUND, 0)
        at: cython.longlong = self._start(first)
        end: cython.longlong
        for number in range(first, line + AROUND + 1):
            if at >= self.size:
                break
            end = self._end(number, at)
            writer.begin(number)
            writer.add_line(self.text, at, self._without_carriage_return(at, end), column)
            at = end + 1
        return writer.finished()

    @cython.cfunc
    @cython.nogil
    @cython.exceptval(check=False)
    def _has(self, line: cython.longlong) -> cython.bint:
        if line < 0 or self.size == 0 or line > self.line_feeds:
            return False
        return line < self.line_feeds or self.text[self.size - 1] != 10

    @cython.cfunc
    @cython.nogil
    @cython.exceptval(check=False)
    def _start(self, line: cython.longlong) -> cython.longlong:
        """Return where a line starts, the one after the last LF included."""
        if line == 0:
            return 0
        low: cython.longlong = 1
        high: cython.longlong = len(self.counts)
        middle: cython.longlong
        while low < high:
            middle = low + (high - low) // 2
            if self.counts[middle] < line:
                low = middle + 1
            else:
                high = middle
        count: cython.longlong = self.counts[low - 1]
        at: cython.longlong = (low - 1) * BLOCK
        while count < line and at < self.size:
            at = byte_place(self.text, at, self.size, 10) + 1
            count += 1
        return at

    @cython.cfunc
    @cython.nogil
    @cython.exceptval(check=False)
    def _end(self, line: cython.longlong, start: cython.longlong) -> cython.longlong:
        """Return where the LF is that ends the line, which starts at ``start``, or where the text ends."""
        near: cython.longlong = min(start + NEAR, self.size)
        end: cython.longlong = byte_place(self.text, start, near, 10)
        if end < near or near == self.size:
            return end
        return self.size if line >= self.line_feeds else self._start(line + 1) - 1

    @cython.cfunc
    @cython.nogil
    @cython.exceptval(check=False)
    def _without_carriage_return(self, start: cython.longlong, end: cython.longlong) -> cython.longlong:
        """Return where the line that ends there, before an LF or the end of the text, ends without the CR of CR LF."""
        return end - 1 if start < end < self.size and self.text[end - 1] == 13 else end


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def _line_feeds(text: cython.const[cython.uchar][::1], start: cython.longlong, end: cython.longlong) -> cython.longlong:
    """Return how many LF ``text[start:end]`` has."""
    count: cython.longlong = 0
    at: cython.longlong = start
    while at + 64 <= end:
        count += all_line_feeds(text, at)
        at += 64
    while at < end:
        count += text[at] == 10
        at += 1
    return count
