# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
# mypy: ignore-errors
"""Tables of what maps say of inlined calls: ``scopes`` of ECMA-426, and the ``frames`` of dart2js; and a search.

Both are texts of base64 VLQ numbers.  One that can't be decoded to its end counts as absent.  Tables are rows of
numbers, see ``core.sourcemap.call_fields``; a number that refers to a row is one more than its index, 0 says that there
is none.  Whatever nests has lower rows around it.

Source: ECMA-426's proposal "scopes" at stage 3, and dart2js.
"""

import cython

from core.sourcemap.vlq import DIGITS

if cython.compiled:
    from cython.cimports.core.sourcemap.call_fields import DartCall, DartEntry, RangeKind, Row, ScopeRange, ScopeTag
else:
    from core.sourcemap.call_fields import DartCall, DartEntry, RangeKind, Row, ScopeRange, ScopeTag

COMPILED = cython.compiled

CUT_OFF = cython.declare(cython.longlong, -1)
LAST = cython.declare(cython.longlong, 0xFFFFFFFF)
MOST_SHIFT = cython.declare(cython.int, 35)  # numbers have seven digits at most, so that sums of them fit

HAS_NAME = cython.declare(cython.longlong, 1)
HAS_KIND = cython.declare(cython.longlong, 2)
IS_FRAME = cython.declare(cython.longlong, 4)
IS_HIDDEN = cython.declare(cython.longlong, 8)
HAS_LINE = cython.declare(cython.longlong, 1)
HAS_DEFINITION = cython.declare(cython.longlong, 2)


@cython.ccall
def count_starts(text: cython.const[cython.uchar][::1]) -> cython.longlong:
    """Return how many items of ``scopes`` may start a scope or a range, at most."""
    at: cython.longlong
    count: cython.longlong = 0
    with cython.nogil:
        for at in range(len(text)):
            if at == 0 or text[at - 1] == 44:
                # Tags 1 and 4, or one written with more digits than it needs.
                count += (text[at] == 66) | (text[at] == 69) | (text[at] > 102) | (text[at] < 65)
    return count


@cython.ccall
def innermost(
    rows: cython.const[cython.uint][::1],
    size: cython.longlong,
    source: cython.longlong,
    line: cython.longlong,
    column: cython.longlong,
) -> cython.longlong:
    """Return the innermost row, of so many numbers each, around a place of a source, or -1."""
    low: cython.longlong = 0
    high: cython.longlong = len(rows) // size
    middle: cython.longlong
    while low < high:
        middle = low + (high - low) // 2
        if _is_before_or_at(rows, middle * size, source, line, column):
            low = middle + 1
        else:
            high = middle
    row: cython.longlong = low - 1
    around: cython.longlong
    while row >= 0 and not _ends_behind(rows, row * size, source, line, column):
        around = cython.cast(cython.longlong, rows[row * size + Row.PARENT]) - 1
        # Whatever a damaged index says, this has to end.
        row = around if around < row else -1
    return max(row, -1)


@cython.cfunc
@cython.nogil
@cython.inline
@cython.exceptval(check=False)
def _is_before_or_at(
    rows: cython.const[cython.uint][::1],
    row: cython.longlong,
    source: cython.longlong,
    line: cython.longlong,
    column: cython.longlong,
) -> cython.bint:
    if rows[row + Row.SOURCE] != source:
        return rows[row + Row.SOURCE] < source
    if rows[row + Row.LINE] != line:
        return rows[row + Row.LINE] < line
    return rows[row + Row.COLUMN] <= column


@cython.cfunc
@cython.nogil
@cython.inline
@cython.exceptval(check=False)
def _ends_behind(
    rows: cython.const[cython.uint][::1],
    row: cython.longlong,
    source: cython.longlong,
    line: cython.longlong,
    column: cython.longlong,
) -> cython.bint:
    if rows[row + Row.SOURCE] != source:
        return False
    if rows[row + Row.END_LINE] != line:
        return rows[row + Row.END_LINE] > line
    return rows[row + Row.END_COLUMN] > column


@cython.cclass
class NumberReader:
    """Reader of the numbers of a text."""

    text: cython.const[cython.uchar][::1]
    digits: cython.const[cython.uchar][::1]
    at: cython.longlong
    end: cython.longlong
    is_broken: cython.bint  # a number is missing, cut off or too large

    def __init__(self, text):
        self.text = text
        self.digits = DIGITS
        self.end = len(text)
        self.at = 0
        self.is_broken = False

    @cython.cfunc
    @cython.nogil
    @cython.inline
    @cython.exceptval(check=False)
    def _unsigned(self) -> cython.longlong:
        """Read a number; whatever can't be read is 0, and breaks the text."""
        value: cython.longlong = 0
        shift: cython.int = 0
        digit: cython.longlong = 32
        while digit >= 32:
            if self.at == self.end or shift == MOST_SHIFT or not _is_digit(self.text[self.at]):
                self.is_broken = True
                return 0
            digit = self.digits[self.text[self.at]]
            value |= (digit & 31) << shift
            shift += 5
            self.at += 1
        return value

    @cython.cfunc
    @cython.nogil
    @cython.inline
    @cython.exceptval(check=False)
    def _signed(self) -> cython.longlong:
        value: cython.longlong = self._unsigned()
        return -(value >> 1) if value & 1 else value >> 1


@cython.cfunc
@cython.nogil
@cython.inline
@cython.exceptval(check=False)
def _is_digit(byte: cython.uchar) -> cython.bint:
    return (byte >= 65 and byte <= 90) or (byte >= 97 and byte <= 122) or (byte >= 47 and byte <= 57) or byte == 43


@cython.final
@cython.cclass
class ScopesDecoder(NumberReader):
    """Decoder of ``scopes``: the scopes of the sources, and ranges of the generated code.

    Both tables have room for ``count_starts`` rows.  ``scope_count`` and ``range_count`` say how many were written.
    """

    scopes: cython.uint[::1]
    ranges: cython.uint[::1]
    source_count: cython.longlong
    name_count: cython.longlong
    scope_count = cython.declare(cython.longlong, visibility="readonly")
    range_count = cython.declare(cython.longlong, visibility="readonly")
    has_frames = cython.declare(cython.bint, visibility="readonly")
    source: cython.longlong
    scope: cython.longlong  # the open one, plus 1
    scope_line: cython.longlong
    scope_column: cython.longlong
    name: cython.longlong
    open_range: cython.longlong  # plus 1
    line: cython.longlong
    column: cython.longlong
    definition: cython.longlong
    last_definition: cython.longlong  # the greatest there is

    def __init__(self, text, source_count, name_count, scopes, ranges):
        super().__init__(text)
        self.scopes = scopes
        self.ranges = ranges
        self.source_count = source_count
        self.name_count = name_count
        self.scope_count = self.range_count = 0
        self.has_frames = False
        self.source = self.scope = self.scope_line = self.scope_column = self.name = 0
        self.open_range = self.line = self.column = self.definition = 0
        self.last_definition = -1

    @cython.ccall
    def decode(self) -> cython.bint:
        """Write both tables.  Says False if the text can't be decoded."""
        with cython.nogil:
            return self._decode()

    @cython.cfunc
    @cython.nogil
    @cython.exceptval(check=False)
    def _decode(self) -> cython.bint:
        if self.end == 0:
            return False
        while True:
            self._read_item()
            # What an item has besides is of a later edition.
            while self.at < self.end and self.text[self.at] != 44 and not self.is_broken:
                self._unsigned()
            if self.is_broken:
                return False
            if self.at == self.end:
                break
            self.at += 1
        if self.scope or self.open_range or self.last_definition >= self.scope_count:
            return False
        self._link_ranges()
        return True

    @cython.cfunc
    @cython.nogil
    @cython.exceptval(check=False)
    def _read_item(self) -> cython.void:
        tag: cython.longlong = self._unsigned()
        if tag == ScopeTag.EMPTY:
            self.is_broken |= self.scope != 0
            self._next_source()
        elif tag == ScopeTag.SCOPE_START:
            self._start_scope()
        elif tag == ScopeTag.SCOPE_END:
            self._end_scope()
        elif tag == ScopeTag.RANGE_START:
            self._start_range()
        elif tag == ScopeTag.RANGE_END:
            self._end_range()
        elif tag == ScopeTag.CALL_SITE:
            self._read_call()

    @cython.cfunc
    @cython.nogil
    @cython.exceptval(check=False)
    def _next_source(self) -> cython.void:
        self.source += 1
        self.scope_line = self.scope_column = 0

    @cython.cfunc
    @cython.nogil
    @cython.exceptval(check=False)
    def _move_scope(self) -> cython.void:
        """Read a line and a column in the source."""
        lines: cython.longlong = self._unsigned()
        columns: cython.longlong = self._unsigned()
        self.scope_line += lines
        self.scope_column = columns if lines else self.scope_column + columns
        self.is_broken |= self.scope_line > LAST or self.scope_column > LAST

    @cython.cfunc
    @cython.nogil
    @cython.exceptval(check=False)
    def _start_scope(self) -> cython.void:
        flags: cython.longlong = self._unsigned()
        row: cython.longlong = self.scope_count * Row.SCOPE_SIZE
        self._move_scope()
        if flags & HAS_NAME:
            self.name += self._signed()
        if flags & HAS_KIND:
            self._signed()
        if self.is_broken or row + Row.SCOPE_SIZE > len(self.scopes):
            self.is_broken = True
            return
        self.scopes[row + Row.SOURCE] = self.source
        self.scopes[row + Row.LINE] = self.scope_line
        self.scopes[row + Row.COLUMN] = self.scope_column
        self.scopes[row + Row.PARENT] = self.scope
        self.scopes[row + Row.NAME] = (
            self.name + 1 if flags & HAS_NAME and self.name >= 0 and self.name < self.name_count else 0
        )
        self.scope_count += 1
        if flags & IS_FRAME:
            self.has_frames = True
            self.scopes[row + Row.FRAME] = self.scope_count
        else:
            self.scopes[row + Row.FRAME] = (
                self.scopes[(self.scope - 1) * Row.SCOPE_SIZE + Row.FRAME] if self.scope else 0
            )
        self.scope = self.scope_count

    @cython.cfunc
    @cython.nogil
    @cython.exceptval(check=False)
    def _end_scope(self) -> cython.void:
        row: cython.longlong = (self.scope - 1) * Row.SCOPE_SIZE
        self._move_scope()
        if self.scope == 0 or self.is_broken:
            self.is_broken = True
            return
        self.scopes[row + Row.END_LINE] = self.scope_line
        self.scopes[row + Row.END_COLUMN] = self.scope_column
        self.scope = self.scopes[row + Row.PARENT]
        if self.scope == 0:
            self._next_source()

    @cython.cfunc
    @cython.nogil
    @cython.exceptval(check=False)
    def _move(self, lines: cython.longlong, columns: cython.longlong) -> cython.void:
        """Go on in the generated code."""
        self.line += lines
        self.column = columns if lines else self.column + columns
        self.is_broken |= self.line > LAST or self.column > LAST

    @cython.cfunc
    @cython.nogil
    @cython.exceptval(check=False)
    def _start_range(self) -> cython.void:
        flags: cython.longlong = self._unsigned()
        lines: cython.longlong = self._unsigned() if flags & HAS_LINE else 0
        row: cython.longlong = self.range_count * Row.RANGE_SIZE
        self._move(lines, self._unsigned())
        if flags & HAS_DEFINITION:
            self.definition += self._signed()
            self.last_definition = max(self.last_definition, self.definition)
            self.is_broken |= self.definition < 0
        if self.is_broken or row + Row.RANGE_SIZE > len(self.ranges):
            self.is_broken = True
            return
        self.ranges[row + Row.SOURCE] = 0
        self.ranges[row + Row.LINE] = self.line
        self.ranges[row + Row.COLUMN] = self.column
        self.ranges[row + Row.PARENT] = self.open_range
        self.ranges[row + ScopeRange.DEFINITION] = self.definition + 1 if flags & HAS_DEFINITION else 0
        self.ranges[row + ScopeRange.KIND] = (
            RangeKind.NO_FRAME
            if not flags & IS_FRAME
            else RangeKind.HIDDEN
            if flags & IS_HIDDEN
            else RangeKind.STACK_FRAME
        )
        self.ranges[row + ScopeRange.INLINED] = 0
        self.range_count += 1
        self.open_range = self.range_count

    @cython.cfunc
    @cython.nogil
    @cython.exceptval(check=False)
    def _end_range(self) -> cython.void:
        row: cython.longlong = (self.open_range - 1) * Row.RANGE_SIZE
        first: cython.longlong = self._unsigned()
        if self.at < self.end and self.text[self.at] != 44:
            self._move(first, self._unsigned())
        else:
            self._move(0, first)
        if self.open_range == 0 or self.is_broken:
            self.is_broken = True
            return
        self.ranges[row + Row.END_LINE] = self.line
        self.ranges[row + Row.END_COLUMN] = self.column
        self.open_range = self.ranges[row + Row.PARENT]

    @cython.cfunc
    @cython.nogil
    @cython.exceptval(check=False)
    def _read_call(self) -> cython.void:
        """Read a call site; one that can't be is none."""
        source: cython.longlong = self._unsigned()
        line: cython.longlong = self._unsigned()
        column: cython.longlong = self._unsigned()
        row: cython.longlong = (self.open_range - 1) * Row.RANGE_SIZE
        if self.open_range == 0 or source >= self.source_count or line > LAST or column > LAST:
            return
        self.ranges[row + ScopeRange.INLINED] = self.open_range
        self.ranges[row + ScopeRange.CALL_SOURCE] = source
        self.ranges[row + ScopeRange.CALL_LINE] = line
        self.ranges[row + ScopeRange.CALL_COLUMN] = column

    @cython.cfunc
    @cython.nogil
    @cython.exceptval(check=False)
    def _link_ranges(self) -> cython.void:
        """Note for each range the next one, itself or further out, that is a frame or has a call within that frame."""
        number: cython.longlong
        row: cython.longlong
        around: cython.longlong
        for number in range(self.range_count):
            row = number * Row.RANGE_SIZE
            around = (cython.cast(cython.longlong, self.ranges[row + Row.PARENT]) - 1) * Row.RANGE_SIZE
            if self.ranges[row + ScopeRange.KIND] != RangeKind.NO_FRAME:
                self.ranges[row + Row.FRAME] = number + 1
                continue
            self.ranges[row + Row.FRAME] = self.ranges[around + Row.FRAME] if around >= 0 else 0
            if self.ranges[row + ScopeRange.INLINED] == 0 and around >= 0:
                self.ranges[row + ScopeRange.INLINED] = self.ranges[around + ScopeRange.INLINED]


@cython.final
@cython.cclass
class DartDecoder(NumberReader):
    """Decoder of the ``frames`` of dart2js: which calls were inlined at which offset of the generated code.

    ``entries`` has room for half as many rows as the text has bytes, ``calls`` for a fifth.
    """

    entries: cython.uint[::1]
    calls: cython.uint[::1]
    source_count: cython.longlong
    name_count: cython.longlong
    entry_count = cython.declare(cython.longlong, visibility="readonly")
    call_count = cython.declare(cython.longlong, visibility="readonly")

    def __init__(self, text, source_count, name_count, entries, calls):
        super().__init__(text)
        self.entries = entries
        self.calls = calls
        self.source_count = source_count
        self.name_count = name_count
        self.entry_count = self.call_count = 0

    @cython.ccall
    def decode(self) -> cython.bint:
        """Write both tables.  Says False if the text can't be decoded, or its offsets aren't in order."""
        with cython.nogil:
            return self._decode()

    @cython.cfunc
    @cython.nogil
    @cython.exceptval(check=False)
    def _decode(self) -> cython.bint:
        offset: cython.longlong = 0
        step: cython.longlong
        top: cython.longlong = 0
        source: cython.longlong = 0
        line: cython.longlong = 0
        column: cython.longlong = 0
        name: cython.longlong = 0
        row: cython.longlong
        while self.at < self.end:
            step = self._signed()
            offset += step
            if self.is_broken or step < 0 or offset > LAST or self.at == self.end:
                return False
            if self.text[self.at] == 59:
                top = 0
                self.at += 1
            elif self.text[self.at] == 44:
                top = self.calls[(top - 1) * DartCall.CALL_SIZE + DartCall.AROUND] if top else 0
                self.at += 1
            else:
                source += self._signed()
                line += self._signed()
                column += self._signed()
                name += self._signed()
                if self.is_broken or not self._are_there(source, line, column, name):
                    return False
                row = self.call_count * DartCall.CALL_SIZE
                if row + DartCall.CALL_SIZE > len(self.calls):
                    return False
                self.calls[row + DartCall.CALLER_SOURCE] = source
                self.calls[row + DartCall.CALLER_LINE] = line
                self.calls[row + DartCall.CALLER_COLUMN] = column
                self.calls[row + DartCall.CALLEE_NAME] = name
                self.calls[row + DartCall.AROUND] = top
                self.call_count += 1
                top = self.call_count
            row = self.entry_count * DartEntry.ENTRY_SIZE
            if self.entry_count == 0 or self.entries[row - DartEntry.ENTRY_SIZE + DartEntry.OFFSET] != offset:
                if row + DartEntry.ENTRY_SIZE > len(self.entries):
                    return False
                self.entries[row + DartEntry.OFFSET] = offset
                self.entry_count += 1
                row += DartEntry.ENTRY_SIZE
            self.entries[row - DartEntry.ENTRY_SIZE + DartEntry.TOP] = top
        return True

    @cython.cfunc
    @cython.nogil
    @cython.exceptval(check=False)
    def _are_there(
        self, source: cython.longlong, line: cython.longlong, column: cython.longlong, name: cython.longlong
    ) -> cython.bint:
        return (
            source >= 0
            and source < self.source_count
            and name >= 0
            and name < self.name_count
            and line >= 0
            and line <= LAST
            and column >= 0
            and column <= LAST
        )
