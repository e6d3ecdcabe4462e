# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
# mypy: ignore-errors
"""The lines of a text that is a JSON string, found and decoded where it is: escaped, among others.

Lines end in LF or CR LF and in nothing else; nothing follows a final LF.  Columns are bytes of the text in UTF-8.
"""

import cython

from core.text.context_writer import LINES_AROUND, LONGEST_BYTES, ContextWriter, shown_end, shown_start

if cython.compiled:
    from cython.cimports.core.text.context_writer import ContextWriter, shown_end, shown_start
    from cython.cimports.core.text.swar import eight_bytes, first_mark
else:
    from core.text.swar import eight_bytes, first_mark

COMPILED = cython.compiled

STRETCH = cython.declare(cython.longlong, 1024)
STRETCH_SIZE = STRETCH
ROW = cython.declare(cython.longlong, 3)
ROW_SIZE = ROW
SHORT = cython.declare(cython.longlong, 256)  # what a short line may have at most
AROUND = cython.declare(cython.longlong, LINES_AROUND)
LONGEST = cython.declare(cython.longlong, LONGEST_BYTES)
NO_END = cython.declare(cython.longlong, 1 << 40)

LINE_FEED = cython.declare(cython.int, 10)
CARRIAGE_RETURN = cython.declare(cython.int, 13)


@cython.final
@cython.cclass
class ContentLines:
    """The lines of the text between the quotes of the JSON string ``json[start:end]``, surveyed as far as needed.

    ``rows`` is room for ROW_SIZE numbers for every STRETCH_SIZE bytes, and once more: where a character starts, and its
    line and column.  The string was checked; but whatever is there, nothing outside of it is ever read.
    """

    json: cython.const[cython.uchar][::1]
    rows: cython.uint[::1]
    row_count: cython.longlong
    end: cython.longlong

    # How far the survey has come.
    surveyed: cython.longlong
    surveyed_line: cython.longlong
    surveyed_column: cython.longlong

    # What is read next.
    at: cython.longlong
    line: cython.longlong
    column: cython.longlong

    # The escape that was looked at last: how much text it is, how much of the JSON, and its character.
    escape_units: cython.longlong
    escape_size: cython.longlong
    character: cython.int

    short: cython.uchar[::1]

    def __init__(self, json, start, end, rows):
        if not 0 <= start < end - 1 < len(json):
            raise ValueError("the string isn't in the text")
        if len(rows) < ROW * ((end - start) // STRETCH + 1):
            raise ValueError("too little room")
        self.json = json
        self.rows = rows
        self.row_count = 0
        self.surveyed = start + 1
        self.end = end - 1
        self.surveyed_line = self.surveyed_column = 0
        self.short = bytearray(SHORT)

    @cython.ccall
    def bounds(self, line: cython.longlong, around: cython.longlong) -> tuple:
        """Return the first of up to ``around`` lines before ``line``, and where that starts and the last after it ends.

        None if there is no line ``line``, from 0.
        """
        if not self._has(line, around):
            return None
        first: cython.longlong = max(line - around, 0)
        self._seek(line + around + 1, 0)
        end: cython.longlong = self.at
        self._seek(first, 0)
        return first, self.at, end

    @cython.ccall
    def context(self, line: cython.longlong, column: cython.longlong) -> bytes:
        """Return up to LINES_AROUND lines before ``line``, itself, and those after: as members of JSON.

        See ``core.text.context_writer``.  Long lines are cut around ``column``, a frame's: from 1.  None if there
        is no such line.
        """
        if not self._has(line, AROUND):
            return None
        writer: ContextWriter = ContextWriter(line)
        number: cython.longlong
        first: cython.longlong = max(line - AROUND, 0)
        self._seek(first, 0)
        for number in range(first, line + AROUND + 1):
            if number > line and self.at >= self.end:
                break
            writer.begin(number)
            self._write_line(writer, number, column)
        return writer.finished()

    @cython.cfunc
    @cython.exceptval(check=False)
    def _write_line(self, writer: ContextWriter, number: cython.longlong, column: cython.longlong) -> cython.void:
        """Write the line that starts here, and go on to the next one."""
        start: cython.longlong = self.at
        most: cython.longlong = min(self.end, start + LONGEST + 1)
        stop: cython.longlong = _backslash(self.json, start, most)
        self.at = stop
        if stop < most:
            self._look_at_escape()
            if self.character == LINE_FEED:
                self.at += self.escape_size
                writer.add(self.json, start, stop)
                return
        elif stop == self.end and stop - start <= LONGEST:
            writer.add(self.json, start, stop)
            return
        self.at = start
        size: cython.longlong = self._decode_line(LONGEST + 1)
        if 0 <= size <= LONGEST:
            writer.add(self.short, 0, size)
            return
        self._write_part(writer, number, column)
        self._seek(number + 1, 0)

    @cython.cfunc
    @cython.exceptval(check=False)
    def _write_part(self, writer: ContextWriter, line: cython.longlong, column: cython.longlong) -> cython.void:
        """Write a part of a long line."""
        size: cython.longlong = self._size(line)
        end: cython.longlong = shown_end(size, column)
        count: cython.longlong = 0
        self._seek(line, shown_start(size, column))
        writer.snip_before(self.column)
        while self.at < self.end and self.column < end:
            if self.json[self.at] != 92:
                if count == SHORT:
                    break
                self.short[count] = self.json[self.at]
                count += 1
                self.at += 1
                self.column += 1
                continue
            self._look_at_escape()
            if self.character == LINE_FEED or self.column + self.escape_units > end or count + 4 > SHORT:
                break
            count = self._decode_escape(count)
        # Perhaps only a part of the last character is before the end.
        while count > 0 and self.at < self.end and self.json[self.at] & 0xC0 == 0x80:
            self.at -= 1
            self.column -= 1
            count -= 1
        writer.add(self.short, 0, count)
        writer.snip_behind(self.column, size)

    @cython.cfunc
    @cython.exceptval(check=False)
    def _size(self, line: cython.longlong) -> cython.longlong:
        """Return how many bytes a line has, which is there."""
        self._seek(line, NO_END)
        size: cython.longlong = self.column
        if self.at < self.end and size > 0:
            self._seek(line, size - 1)
            if self.json[self.at] == 92:
                self._look_at_escape()
                if self.character == CARRIAGE_RETURN:
                    return size - 1
        return size

    @cython.cfunc
    @cython.exceptval(check=False)
    def _has(self, line: cython.longlong, around: cython.longlong) -> cython.bint:
        """Survey the text up to the end of the lines around ``line``.  Says whether there is that line."""
        while self.surveyed < self.end and self.surveyed_line <= line + around:
            self._survey_stretch()
        return line >= 0 and (line < self.surveyed_line or (line == self.surveyed_line and self.surveyed_column > 0))

    @cython.cfunc
    @cython.nogil
    @cython.exceptval(check=False)
    def _survey_stretch(self) -> cython.void:
        """Write a row, and go on to the first character behind the stretch."""
        row: cython.longlong = self.row_count * ROW
        stretch_end: cython.longlong = min(self.surveyed + STRETCH, self.end)
        self.rows[row] = self.surveyed
        self.rows[row + 1] = self.surveyed_line
        self.rows[row + 2] = self.surveyed_column
        self.row_count += 1
        self.at = self.surveyed
        self.line = self.surveyed_line
        self.column = self.surveyed_column
        self._go(stretch_end, NO_END, 0)
        self.surveyed = self.at
        self.surveyed_line = self.line
        self.surveyed_column = self.column

    @cython.cfunc
    @cython.nogil
    @cython.exceptval(check=False)
    def _seek(self, line: cython.longlong, column: cython.longlong) -> cython.void:
        """Go to the character at ``column`` of a line, or to what ends the line or the text before."""
        low: cython.longlong = 1
        high: cython.longlong = self.row_count
        middle: cython.longlong
        while low < high:
            middle = low + (high - low) // 2
            if self.rows[middle * ROW + 1] < line or (
                self.rows[middle * ROW + 1] == line and self.rows[middle * ROW + 2] <= column
            ):
                low = middle + 1
            else:
                high = middle
        self.at = self.rows[(low - 1) * ROW]
        self.line = self.rows[(low - 1) * ROW + 1]
        self.column = self.rows[(low - 1) * ROW + 2]
        self._go(self.end, line, column)
        while self.at < self.end and self.column > 0 and self.json[self.at] & 0xC0 == 0x80:
            self.at -= 1
            self.column -= 1

    @cython.cfunc
    @cython.nogil
    @cython.exceptval(check=False)
    def _go(self, goal: cython.longlong, line: cython.longlong, column: cython.longlong) -> cython.void:
        """Go on to ``goal``, or where the first character behind starts; but not beyond the line and column."""
        stop: cython.longlong
        while self.at < goal:
            stop = goal
            if self.line == line:
                stop = min(goal, self.at + column - self.column)
            stop = _backslash(self.json, self.at, stop)
            self.column += stop - self.at
            self.at = stop
            if stop >= goal or (self.line == line and self.column >= column) or self.json[stop] != 92:
                return
            self._look_at_escape()
            if self.line == line and (self.character == LINE_FEED or self.column + self.escape_units > column):
                return
            self.at += self.escape_size
            self.column += self.escape_units
            if self.character == LINE_FEED:
                self.line += 1
                self.column = 0

    @cython.cfunc
    @cython.nogil
    @cython.exceptval(check=False)
    def _decode_line(self, most: cython.longlong) -> cython.longlong:
        """Decode the line that starts here into ``short``, and go on to the next one.

        Returns its size; -1, and is somewhere, if it has more than ``most`` bytes, the CR before an LF included.
        """
        size: cython.longlong = 0
        before: cython.int
        self.character = 0
        while self.at < self.end:
            if self.json[self.at] != 92:
                if size == most:
                    return -1
                self.character = self.json[self.at]
                self.short[size] = self.character
                size += 1
                self.at += 1
                continue
            before = self.character
            self._look_at_escape()
            if self.character == LINE_FEED:
                self.at += self.escape_size
                return size - 1 if before == CARRIAGE_RETURN else size
            if size + self.escape_units > most:
                return -1
            size = self._decode_escape(size)
        return size

    @cython.cfunc
    @cython.nogil
    @cython.exceptval(check=False)
    def _look_at_escape(self) -> cython.void:
        """Find out what the escape stands for that starts here."""
        byte: cython.uchar = self.json[self.at + 1] if self.at + 1 < self.end else 0
        unit: cython.int
        self.escape_size = 2
        self.character = 10 if byte == 110 else 13 if byte == 114 else 9 if byte == 116 else byte
        if byte == 98 or byte == 102:
            self.character = 8 if byte == 98 else 12
        elif byte == 117:
            self.escape_size = 6
            self.character = self._code_unit(self.at + 2)
            if 0xD800 <= self.character <= 0xDBFF:
                unit = self._code_unit(self.at + 8)
                self.escape_size = 12
                self.character = 0x10000 + ((self.character & 0x3FF) << 10) + (unit & 0x3FF)
        if self.at + self.escape_size > self.end:
            self.escape_size = self.end - self.at
        self.escape_units = 1 + (self.character > 0x7F) + (self.character > 0x7FF) + (self.character > 0xFFFF)

    @cython.cfunc
    @cython.nogil
    @cython.exceptval(check=False)
    def _code_unit(self, at: cython.longlong) -> cython.int:
        """Return the number that the four hexadecimal digits at ``at`` are."""
        unit: cython.int = 0
        place: cython.longlong
        byte: cython.int
        for place in range(at, min(at + 4, self.end)):
            byte = self.json[place]
            unit = unit << 4 | (((byte & 15) + (9 if byte > 57 else 0)) & 15)
        return unit

    @cython.cfunc
    @cython.nogil
    @cython.exceptval(check=False)
    def _decode_escape(self, size: cython.longlong) -> cython.longlong:
        """Write the character of the escape here to ``short[size:]`` in UTF-8, and go on.  Returns the new size."""
        character: cython.int = self.character
        units: cython.longlong = self.escape_units
        place: cython.longlong = size + units - 1
        while place > size:
            self.short[place] = 0x80 | (character & 0x3F)
            character >>= 6
            place -= 1
        if units > 1:
            character |= 0xC0 if units == 2 else 0xE0 if units == 3 else 0xF0
        self.short[size] = character
        self.at += self.escape_size
        self.column += units
        return size + units


@cython.cfunc
@cython.nogil
@cython.inline
@cython.exceptval(check=False)
def _backslash(text: cython.const[cython.uchar][::1], at: cython.longlong, end: cython.longlong) -> cython.longlong:
    """Return where the next backslash is, or ``end``: eight bytes at once, as in ``core.text.json_outline``."""
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
