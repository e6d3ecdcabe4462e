# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
# mypy: ignore-errors
"""The survey of encoded mappings: checks all of them, and writes the checkpoints from which tokens can be found again.

Checkpoints are rows of numbers, see ``core.sourcemap.checkpoint``, in the order of their tokens.

Nearly all tokens are short, and nothing is wrong with them: their numbers are put together and added side by side, and
no branch depends on how long they are.  Whatever else a token may be, ``MappingsCursor`` reads it.
"""

import cython

from core.sourcemap.mappings_cursor import MappingsCursor
from core.sourcemap.short_token_tables import digit_counts, digit_places

if cython.compiled:
    from cython.cimports.core.sourcemap.checkpoint import Field
    from cython.cimports.core.sourcemap.mappings_cursor import MappingsCursor
    from cython.cimports.core.sourcemap.mappings_faults import MappingsFault
    from cython.cimports.core.sourcemap.section_fields import SectionField
    from cython.cimports.core.sourcemap.simd import (
        Lanes,
        are_within,
        first_number,
        lane,
        lanes,
        paired_digits,
        shape_of,
        sums_with,
        symbols_at,
        translate,
    )
    from cython.cimports.core.text.kernel_errors import fault
    from cython.cimports.core.text.swar import bit_count, eight_bytes, first_bit, prefetch
else:
    from core.sourcemap.checkpoint import Field
    from core.sourcemap.mappings_faults import MappingsFault
    from core.sourcemap.section_fields import SectionField
    from core.sourcemap.simd import (
        Lanes,
        are_within,
        first_number,
        lane,
        lanes,
        paired_digits,
        shape_of,
        sums_with,
        symbols_at,
        translate,
    )
    from core.text.kernel_errors import fault
    from core.text.swar import bit_count, eight_bytes, first_bit, prefetch

COMPILED = cython.compiled


MOST_TOKENS = cython.declare(cython.int, 64)  # from one checkpoint to the next
MOST_BYTES = cython.declare(cython.int, 512)  # more only where there are no tokens between them
WINDOW = cython.declare(cython.longlong, 4096)
AHEAD = cython.declare(cython.longlong, 6144)  # bytes, to be there when the next window is moved
SYMBOLS_AT_ONCE = cython.declare(cython.longlong, 16)
MASK = cython.declare(cython.longlong, 0xFFFFFFFF)
MOST_SIGNED = cython.declare(cython.longlong, 0x7FFFFFFF)
LAST_BIT = cython.declare(cython.ulonglong, 1 << 63)

PLACES = digit_places()
COUNTS = {most_fields: digit_counts(most_fields) for most_fields in (1, 4, 5)}


@cython.final
@cython.cclass
class MappingsSurvey(MappingsCursor):
    """Surveys the mappings ``text[start:end]``, whose tokens may refer to so many sources and names.

    Afterwards ``token_count`` and ``is_ordered`` tell what they say.
    """

    source_count: cython.longlong
    name_count: cython.longlong
    token_count = cython.declare(cython.longlong, visibility="readonly")
    is_ordered = cython.declare(cython.bint, visibility="readonly")

    first_source: cython.longlong  # the numbers of what a section's own count from
    first_name: cython.longlong
    last_fields: cython.int  # of the last token of the section before, and what it says; 0 if there is none
    last_line: cython.longlong
    last_column: cython.longlong
    last_source: cython.longlong
    last_original_line: cython.longlong
    last_original_column: cython.longlong
    next_number: cython.longlong  # with which token the next checkpoint is due
    next_offset: cython.longlong  # or from which place on
    window: cython.uchar[::1]  # what the bytes of the text mean, WINDOW of them from ``window_start`` on
    separators: cython.uchar[::1]  # a bit for each of them: whether it ends a token
    window_start: cython.longlong
    places: cython.const[cython.uchar][::1]
    most_fields: cython.int  # that a token has, as there are sources and names to refer to
    counts: cython.const[cython.uchar][::1]
    counts_of_one: cython.const[cython.uchar][::1]
    counts_of_four: cython.const[cython.uchar][::1]
    counts_of_five: cython.const[cython.uchar][::1]

    def __init__(self, text, start, end, source_count, name_count):
        super().__init__(text, start, end)
        self.first_source = self.first_name = 0
        self.token_count = 0
        self.is_ordered = True
        self.window = bytearray(WINDOW)
        self.separators = bytearray(WINDOW // 8 + 8)
        self.window_start = -WINDOW
        self.places = PLACES
        self.counts_of_one, self.counts_of_four, self.counts_of_five = COUNTS[1], COUNTS[4], COUNTS[5]
        self.most_fields = 0
        self._expect(source_count, name_count)

    @cython.ccall
    def write(self, checkpoints: cython.uint[::1]) -> cython.longlong:
        """Check all mappings and write the checkpoints.  Returns how many numbers these have, or a fault.

        The fault is NO_ROOM if ``checkpoints`` is too short.
        """
        with cython.nogil:
            return self._write(checkpoints)

    @cython.cfunc
    @cython.nogil
    @cython.exceptval(check=False)
    def _write(self, checkpoints: cython.uint[::1]) -> cython.longlong:
        self.restart()
        self.token_count = 0
        self.is_ordered = True
        return self._survey(checkpoints, 0)

    @cython.ccall
    def write_sections(
        self, sections: cython.const[cython.uint][::1], checkpoints: cython.uint[::1]
    ) -> cython.longlong:
        """Survey the mappings of all sections of an index map, as if they were one text.

        ``sections`` are rows of ``core.sourcemap.section_fields``, in order.  Returns how many numbers the checkpoints
        have, or -1 if the mappings can't be searched as one: something is wrong with them, they aren't in order, or a
        section starts with the token that the one before ends with, which counts as absent.
        """
        with cython.nogil:
            return self._write_sections(sections, checkpoints)

    @cython.cfunc
    @cython.nogil
    @cython.exceptval(check=False)
    def _write_sections(
        self, sections: cython.const[cython.uint][::1], checkpoints: cython.uint[::1]
    ) -> cython.longlong:
        number: cython.longlong
        row: cython.longlong = 0
        self.token_count = 0
        self.is_ordered = True
        self.last_fields = 0
        self.last_line = self.last_column = 0
        for number in range(len(sections) // SectionField.SIZE):
            row = self._survey_section(sections, number * SectionField.SIZE, checkpoints, row)
            if row < 0:
                return -1
        return row

    @cython.cfunc
    @cython.nogil
    @cython.exceptval(check=False)
    def _survey_section(
        self,
        sections: cython.const[cython.uint][::1],
        section: cython.longlong,
        checkpoints: cython.uint[::1],
        row: cython.longlong,
    ) -> cython.longlong:
        line: cython.longlong = sections[section + SectionField.LINE]
        column: cython.longlong = sections[section + SectionField.COLUMN]
        if line > MOST_SIGNED:
            return -1  # Lines might go beyond 32 bits.
        self.start = sections[section + SectionField.START]
        self.end = sections[section + SectionField.END]
        self._expect(sections[section + SectionField.SOURCE_COUNT], sections[section + SectionField.NAME_COUNT])
        self.first_source = sections[section + SectionField.FIRST_SOURCE]
        self.first_name = sections[section + SectionField.FIRST_NAME]
        self._restart_at(line, column)
        if not self.finds_token():
            return row
        if self.read_token() < 0 or not self._goes_on():
            return -1
        self._restart_at(line, column)
        self.window_start = -WINDOW
        row = self._survey(checkpoints, row)
        self.last_line = self.line
        self.last_column = self.column
        self.last_fields = self.fields
        self.last_source = self.source + self.first_source
        self.last_original_line = self.original_line
        self.last_original_column = self.original_column
        return row if self.is_ordered else -1

    @cython.cfunc
    @cython.nogil
    @cython.exceptval(check=False)
    def _goes_on(self) -> cython.bint:
        """Say whether the current token, the first of a section, is behind the last one before, and says another."""
        if self.line < self.last_line or (self.line == self.last_line and self.column < self.last_column):
            return False
        if self.last_fields == 0 or (self.fields > 1) != (self.last_fields > 1):
            return True
        return self.fields > 1 and (
            self.source + self.first_source != self.last_source
            or self.original_line != self.last_original_line
            or self.original_column != self.last_original_column
        )

    @cython.cfunc
    @cython.nogil
    @cython.exceptval(check=False)
    def _expect(self, source_count: cython.longlong, name_count: cython.longlong) -> cython.void:
        """Note how many sources and names tokens may refer to."""
        most_fields: cython.int = 1 if source_count == 0 else 4 if name_count == 0 else 5
        self.source_count = source_count
        self.name_count = name_count
        if most_fields == self.most_fields:
            return
        self.most_fields = most_fields
        if most_fields == 1:
            self.counts = self.counts_of_one
        elif most_fields == 4:
            self.counts = self.counts_of_four
        else:
            self.counts = self.counts_of_five

    @cython.cfunc
    @cython.nogil
    @cython.exceptval(check=False)
    def _restart_at(self, line: cython.longlong, column: cython.longlong) -> cython.void:
        self.restart()
        self.line = line
        self.column = column

    @cython.cfunc
    @cython.nogil
    @cython.exceptval(check=False)
    def _survey(self, checkpoints: cython.uint[::1], row: cython.longlong) -> cython.longlong:
        """Check the mappings from here on and write their checkpoints.  Returns where they end, or a fault."""
        last_row: cython.longlong = len(checkpoints) - Field.SIZE
        at: cython.longlong
        answer: cython.longlong
        self.next_number = self.token_count
        while self.finds_token():
            if self.token_count >= self.next_number or self.at >= self.next_offset:
                if row > last_row:
                    return fault(self.at, MappingsFault.NO_ROOM)
                self._save(checkpoints, row)
                row += Field.SIZE
            at = self.at
            self._skim()
            if self.at == at:
                answer = self._read_checked_token()
                if answer < 0:
                    return answer
        return row

    @cython.cfunc
    @cython.nogil
    @cython.exceptval(check=False)
    def _save(self, checkpoints: cython.uint[::1], row: cython.longlong) -> cython.void:
        """Write a checkpoint for the token that starts here."""
        at: cython.longlong = self.at
        checkpoints[row + Field.OFFSET] = at
        checkpoints[row + Field.NUMBER] = self.token_count
        checkpoints[row + Field.LINE] = self.line
        # If its number is a fault, the survey ends with that.
        checkpoints[row + Field.COLUMN] = (self.column + self.read_number()) & MASK
        checkpoints[row + Field.SOURCE] = (self.source + self.first_source) & MASK
        checkpoints[row + Field.ORIGINAL_LINE] = self.original_line
        checkpoints[row + Field.ORIGINAL_COLUMN] = self.original_column
        checkpoints[row + Field.NAME] = (self.name + self.first_name) & MASK
        checkpoints[row + Field.BEFORE] = self.fields
        self.at = at
        self.next_number = self.token_count + MOST_TOKENS
        self.next_offset = at + MOST_BYTES

    @cython.cfunc
    @cython.nogil
    @cython.exceptval(check=False)
    def _read_checked_token(self) -> cython.longlong:
        """Read the token that starts here, whatever it is.  Returns 0 or more, or a fault."""
        column: cython.longlong = self.column
        answer: cython.longlong = self.read_token()
        if answer < 0:
            return answer
        if self.source >= self.source_count and self.fields > 1:
            return fault(self.token_start, MappingsFault.NO_SUCH_SOURCE)
        if self.name >= self.name_count and self.fields > 4:
            return fault(self.token_start, MappingsFault.NO_SUCH_NAME)
        if self.column < column:
            self.is_ordered = False
        self.token_count += 1
        return 0

    @cython.cfunc
    @cython.nogil
    @cython.exceptval(check=False)
    def _skim(self) -> cython.void:
        """Read tokens as long as they are short, in order, and nothing is wrong with them, up to the next checkpoint.

        May stop earlier, and reads no token at all if the first one isn't like that.
        """
        if self.column > MOST_SIGNED:
            return  # It might go beyond 32 bits.
        if self.at - self.window_start > WINDOW - SYMBOLS_AT_ONCE or self.at < self.window_start:
            self._move_window()
        sums: Lanes = lanes(self.source, self.original_line, self.original_column, self.name)
        new_sums: Lanes
        last: Lanes = lanes(_last(self.source_count), 0, 0, _last(self.name_count))
        number: cython.longlong = self.token_count
        next_number: cython.longlong = self.next_number
        line: cython.longlong = self.line
        column: cython.longlong = self.column
        place: cython.longlong = self.at - self.window_start
        stop: cython.longlong = min(min(self.next_offset, self.end) - self.window_start, WINDOW - SYMBOLS_AT_ONCE + 1)
        shape: cython.longlong = 0
        symbols: Lanes
        pairs: Lanes
        digits: cython.longlong
        token_end: cython.longlong
        shape_here: cython.longlong
        is_line_end: cython.longlong
        bits: cython.ulonglong = 0
        bits_start: cython.longlong = 0
        bits_end: cython.longlong = number
        while place < stop and number < next_number:
            # 57 bits are enough for four short tokens.  The last one is set, so that each token ends somewhere.
            if number == bits_end:
                bits = eight_bytes(self.separators, place >> 3) >> (place & 7) | LAST_BIT
                bits_start = place
                bits_end = number + 4
            token_end = bits_start + first_bit(bits)
            bits &= bits - 1
            digits = token_end - place
            symbols = symbols_at(self.window, place)
            shape_here = shape_of(symbols, digits)
            if self.counts[shape_here] != digits or self.window[place] & 1:
                break
            pairs = paired_digits(symbols, self.places, shape_here)
            new_sums = sums_with(sums, pairs)
            if not are_within(new_sums, last):
                break
            # A semicolon's lowest bit is set, that of a comma or quote isn't.
            is_line_end = self.window[token_end] & 1
            column = (column + (first_number(pairs) >> 1)) & (is_line_end - 1)
            line += is_line_end
            sums = new_sums
            shape = shape_here
            place = token_end + 1
            number += 1
        if number == self.token_count:
            return
        self.at = min(self.window_start + place, self.end)
        self.line = line
        self.column = column
        self.source = lane(sums, 0)
        self.original_line = lane(sums, 1)
        self.original_column = lane(sums, 2)
        self.name = lane(sums, 3)
        self.fields = bit_count(shape)
        self.token_count = number

    @cython.cfunc
    @cython.nogil
    @cython.exceptval(check=False)
    def _move_window(self) -> cython.void:
        """Find out what the bytes from here on mean, as far as the mappings go, and maybe some bytes behind them."""
        place: cython.longlong = 0
        at: cython.longlong = self.at
        size: cython.longlong = min(self.end + 1 - at, WINDOW)
        self.window_start = at
        while place < size:
            prefetch(self.text, at + place + AHEAD)
            if at + place + 64 > len(self.text) or not translate(
                self.text, at + place, self.window, place, self.separators
            ):
                self._translate(place, min(place + 64, size))
            place += 64

    @cython.cfunc
    @cython.nogil
    @cython.exceptval(check=False)
    def _translate(self, start: cython.longlong, end: cython.longlong) -> cython.void:
        """Write what the bytes of a part of the window mean, one by one."""
        place: cython.longlong
        symbol: cython.uchar
        for place in range(start, end):
            symbol = self.symbols[self.text[self.window_start + place]]
            self.window[place] = symbol
            if place % 8 == 0:
                self.separators[place // 8] = 0
            self.separators[place // 8] |= (symbol >> 6) << (place % 8)


@cython.cfunc
@cython.nogil
@cython.inline
@cython.exceptval(check=False)
def _last(count: cython.longlong) -> cython.uint:
    """Return the last of so many that a lane can hold; 0 if there is none, as the sum of what isn't referred to is."""
    return min(max(count, 1) - 1, MOST_SIGNED)
