# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
"""Where the lines of a text start that is a JSON string, as it is there: escaped."""

import cython

if cython.compiled:
    from cython.cimports.core.sourcemap.words import eight_bytes, first_mark
else:
    from core.sourcemap.words import eight_bytes, first_mark

COMPILED = cython.compiled


@cython.final
@cython.cclass
class LineStarts:
    """The lines of the text between the quotes at ``start - 1`` and ``end``, found only as far as they are asked for.

    Only LF ends a line.  ``starts`` is room for the offsets at which lines start: one for every two bytes is enough.
    """

    json: cython.const[cython.uchar][::1]
    starts: cython.uint[::1]
    count: cython.longlong
    at: cython.longlong  # the text before has been looked at
    end: cython.longlong

    def __init__(self, json, start, end, starts):
        self.json = json
        self.starts = starts
        self.starts[0] = self.at = start
        self.end = end
        self.count = 1

    @cython.ccall
    def start(self, line: cython.longlong) -> cython.longlong:
        """Return the offset at which a line starts; the end of the text for the one after the last, and for others."""
        if line >= self.count:
            self._find(line)
        return self.starts[line] if line < self.count else self.end

    @cython.ccall
    def bounds(self, first: cython.longlong, line: cython.longlong, end: cython.longlong) -> tuple:
        """Return where the lines from ``first`` up to ``end`` start and end, or None if there is no line ``line``."""
        if line < 0 or self.start(line) >= self.end:
            return None
        return self.start(first), self.start(end)

    @cython.cfunc
    @cython.nogil
    @cython.exceptval(check=False)
    def _find(self, line: cython.longlong) -> cython.void:
        """Look for line starts until that of ``line`` is known."""
        following: cython.uchar
        while self.count <= line and self.at < self.end:
            self.at = _backslash(self.json, self.at, self.end)
            if self.at + 1 >= self.end:
                self.at = self.end
                return
            following = self.json[self.at + 1]
            self.at += 2
            if following == 117 and self._is_line_feed():
                self.at += 4
                following = 110
            if following == 110:
                self.starts[self.count] = self.at
                self.count += 1

    @cython.cfunc
    @cython.nogil
    @cython.exceptval(check=False)
    def _is_line_feed(self) -> cython.bint:
        r"""Say whether the digits of a ``\\u`` are here that stand for LF."""
        return (
            self.at + 4 <= self.end
            and self.json[self.at] == 48
            and self.json[self.at + 1] == 48
            and self.json[self.at + 2] == 48
            and (self.json[self.at + 3] == 97 or self.json[self.at + 3] == 65)
        )


@cython.cfunc
@cython.nogil
@cython.inline
@cython.exceptval(check=False)
def _backslash(text: cython.const[cython.uchar][::1], at: cython.longlong, end: cython.longlong) -> cython.longlong:
    """Return where the next backslash is, or ``end``: eight bytes at once, as in ``core.sourcemap.json_outline``."""
    ones: cython.ulonglong = 0x0101010101010101
    differences: cython.ulonglong
    marks: cython.ulonglong
    while at + 8 <= end:
        differences = eight_bytes(text, at) ^ ones * 92
        marks = (differences - ones) & ~differences & (ones * 128)
        if marks:
            return at + first_mark(marks)
        at += 8
    while at < end and text[at] != 92:
        at += 1
    return at
