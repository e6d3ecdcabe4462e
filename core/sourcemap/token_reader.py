# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
"""Search in encoded mappings: sparse checkpoints, and the few tokens after one of them decoded when they are asked for.

Checkpoints are rows of numbers, see ``core.sourcemap.checkpoint``, in the order of their tokens.

The mappings end with a quote, as they do in JSON, and there is none inside: so nobody has to ask at every byte
whether the text ends there.  Numbers are those of ``core.sourcemap.mappings``, and so are the faults.
"""

from array import array

import cython

from core.sourcemap.mappings import DIGITS
from core.sourcemap.token_shapes import token_shapes

if cython.compiled:
    from cython.cimports.core.sourcemap.checkpoint import Field
    from cython.cimports.core.sourcemap.token_shapes import Shape
    from cython.cimports.core.sourcemap.words import eight_bytes, first_separator, joined_digits, last_digits
else:
    from core.sourcemap.checkpoint import Field
    from core.sourcemap.token_shapes import Shape
    from core.sourcemap.words import eight_bytes, first_separator, joined_digits, last_digits

COMPILED = cython.compiled

CUT_OFF = cython.declare(cython.int, 1)
TOO_LONG = cython.declare(cython.int, 2)
FIELD_COUNT = cython.declare(cython.int, 3)
NO_SUCH_SOURCE = cython.declare(cython.int, 4)
NO_SUCH_NAME = cython.declare(cython.int, 5)
NO_ROOM = cython.declare(cython.int, 15)
OUT_OF_ROOM = NO_ROOM

COMMA = cython.declare(cython.uchar, 64)
SEMICOLON = cython.declare(cython.uchar, 65)
QUOTE = cython.declare(cython.uchar, 66)
SYMBOLS = bytes({44: COMMA, 59: SEMICOLON, 34: QUOTE}.get(byte, digit) for byte, digit in enumerate(DIGITS))
"""What a byte means: a digit, or one of the three that end a token."""

MOST_TOKENS = cython.declare(cython.int, 64)  # from one checkpoint to the next
MOST_BYTES = cython.declare(cython.int, 512)  # more only where there are no tokens between them
WINDOW = cython.declare(cython.longlong, 512)
SHAPES = token_shapes()
SIGNED = array("i", [-(digit >> 1) if digit & 1 else digit >> 1 for digit in range(32)])
MOST_DIGITS = cython.declare(cython.int, 13)
MASK = cython.declare(cython.longlong, 0xFFFFFFFF)
NONE = cython.declare(cython.longlong, 0xFFFFFFFF)


@cython.final
@cython.cclass
class Token:
    """A decoded token; all fields are as ``number`` -th in the order of the map says, missing parts are NONE.

    ``says_new`` tells that it, or one before it on its line, surely says something else of the original code than the
    token before; False means that nobody looked far enough.
    """

    number = cython.declare(cython.longlong, visibility="readonly")
    line = cython.declare(cython.longlong, visibility="readonly")
    column = cython.declare(cython.longlong, visibility="readonly")
    source = cython.declare(cython.longlong, visibility="readonly")
    original_line = cython.declare(cython.longlong, visibility="readonly")
    original_column = cython.declare(cython.longlong, visibility="readonly")
    name = cython.declare(cython.longlong, visibility="readonly")
    says_new = cython.declare(cython.bint, visibility="readonly")


@cython.final
@cython.cclass
class TokenReader:
    """Reads the tokens of the mappings ``text[start:end]``, one after another, from any checkpoint on.

    ``token_count`` and ``is_ordered`` are known after ``survey``, which also checks everything.
    """

    text: cython.const[cython.uchar][::1]
    symbols: cython.const[cython.uchar][::1]
    checkpoints: cython.const[cython.uint][::1]
    start: cython.longlong
    end: cython.longlong
    token_count = cython.declare(cython.longlong, visibility="readonly")
    is_ordered = cython.declare(cython.bint, visibility="readonly")

    row: cython.longlong  # the checkpoint before what is read next
    next_row_number: cython.longlong  # how many tokens come before the next checkpoint

    at: cython.longlong  # what is read next
    token_start: cython.longlong
    line: cython.longlong
    column: cython.longlong
    source: cython.longlong
    original_line: cython.longlong
    original_column: cython.longlong
    name: cython.longlong
    number: cython.longlong  # how many tokens were read
    fields: cython.int  # of the last one; 0 if there is none
    window: cython.uchar[::1]  # what the bytes of the text mean, WINDOW of them from ``window_start`` on
    window_start: cython.longlong
    shapes: cython.const[cython.uint][::1]
    signed: cython.const[cython.int][::1]  # the numbers of one digit
    is_change: cython.bint  # whether the current one surely says something else than the one before

    def __init__(self, text, start, end, symbols, checkpoints, token_count):
        if not 0 <= start <= end < len(text) or text[end] != 34:
            raise ValueError("the mappings don't end with a quote")
        if len(checkpoints) % Field.SIZE or (token_count > 0) > len(checkpoints):
            raise ValueError("these checkpoints are cut off")
        self.text = text
        self.symbols = symbols
        self.checkpoints = checkpoints
        self.start = start
        self.end = end
        self.token_count = token_count
        self.is_ordered = True
        self.window = bytearray(WINDOW)
        self.window_start = -WINDOW
        self.shapes = SHAPES
        self.signed = SIGNED

    @cython.ccall
    def survey(
        self, source_count: cython.longlong, name_count: cython.longlong, checkpoints: cython.uint[::1]
    ) -> cython.longlong:
        """Check all mappings and write the checkpoints.  Returns how many numbers these have, or a fault.

        Tokens may refer to that many sources and names.  NO_ROOM is the fault if ``checkpoints`` is too short.
        """
        with cython.nogil:
            return self._survey(source_count, name_count, checkpoints)

    @cython.cfunc
    @cython.nogil
    @cython.exceptval(check=False)
    def _survey(
        self, source_count: cython.longlong, name_count: cython.longlong, checkpoints: cython.uint[::1]
    ) -> cython.longlong:
        row: cython.longlong = 0
        last_row: cython.longlong = len(checkpoints) - Field.SIZE
        next_number: cython.longlong = 0  # where the next checkpoint is due
        next_offset: cython.longlong = self.start
        number: cython.longlong = 0
        line: cython.longlong = 0
        column: cython.longlong = 0
        fault: cython.longlong
        self.is_ordered = True
        self._restart()
        while self._finds_token():
            if number >= next_number or self.at >= next_offset:
                if row > last_row:
                    return _fault(self.at, NO_ROOM)
                self._save(checkpoints, row, number)
                next_number = number + MOST_TOKENS
                next_offset = self.at + MOST_BYTES
                fault = self._read_token()
                checkpoints[row + Field.COLUMN] = self.column
                row += Field.SIZE
            else:
                fault = self._read_token()
            if fault < 0:
                return fault
            if self.source >= source_count and self.fields > 1:
                return _fault(self.token_start, NO_SUCH_SOURCE)
            if self.name >= name_count and self.fields > 4:
                return _fault(self.token_start, NO_SUCH_NAME)
            if self.line == line and self.column < column:
                self.is_ordered = False
            number = self._skim(number + 1, next_number, next_offset, source_count, name_count)
            line = self.line
            column = self.column
        self.token_count = number
        return row

    @cython.cfunc
    @cython.nogil
    @cython.exceptval(check=False)
    def _skim(
        self,
        number: cython.longlong,
        next_number: cython.longlong,
        next_offset: cython.longlong,
        source_count: cython.longlong,
        name_count: cython.longlong,
    ) -> cython.longlong:
        """Read tokens, of which ``number`` were read, as long as there is nothing special about them.

        Returns how many were read then.  Stops before a token that isn't short, has a fault, needs a checkpoint, or is
        the first of what the window doesn't show.  Does what ``_survey`` does, only faster: nearly all branches are
        taken as they were for the token before, and all it needs is in registers.
        """
        low32: cython.uint = MASK
        line: cython.longlong = self.line
        column: cython.uint = self.column
        source: cython.uint = self.source
        original_line: cython.uint = self.original_line
        original_column: cython.uint = self.original_column
        name: cython.uint = self.name
        fields: cython.int = self.fields
        place: cython.longlong = self.at - self.window_start
        stop: cython.longlong = min(WINDOW - 8, next_offset - self.window_start)
        word: cython.ulonglong
        digits: cython.longlong
        ends: cython.longlong
        shape: cython.longlong
        separator: cython.int
        fields_here: cython.int
        new_column: cython.uint
        new_source: cython.uint
        new_name: cython.uint
        is_disordered: cython.bint = False
        while place < stop and number < next_number:
            word = eight_bytes(self.window, place)
            digits = first_separator(word)
            separator = word >> 8 * digits & 0xFF if digits < 8 else 0
            ends = last_digits(word, digits)
            if (digits == 4 and ends == 15) or (digits == 5 and ends == 31):
                # Each number is one digit: most are.
                fields_here = digits
                new_column = (column + self.signed[word & 31]) & low32
                new_source = (source + self.signed[(word >> 8) & 31]) & low32
                new_name = (name + (self.signed[(word >> 32) & 31] if digits == 5 else 0)) & low32
                if new_source >= source_count or (new_name >= name_count and digits == 5):
                    break
                original_line = (original_line + self.signed[(word >> 16) & 31]) & low32
                original_column = (original_column + self.signed[(word >> 24) & 31]) & low32
            else:
                if word & 0xFF == QUOTE:
                    break
                if digits == 0:
                    if word & 0xFF == SEMICOLON:
                        line += 1
                        column = 0
                    place += 1
                    continue
                shape = ends * Shape.SIZE
                if self.shapes[shape + Shape.DIGITS] != digits:
                    break
                fields_here = self.shapes[shape + Shape.FIELDS]
                word = joined_digits(word)
                new_column = self._sum(column, word, shape)
                new_source = self._sum(source, word, shape + 1)
                new_name = self._sum(name, word, shape + 4)
                if (new_source >= source_count and fields_here > 1) or (new_name >= name_count and fields_here > 4):
                    break
                original_line = self._sum(original_line, word, shape + 2)
                original_column = self._sum(original_column, word, shape + 3)
            is_disordered |= new_column < column
            column = 0 if separator == SEMICOLON else new_column
            line += separator == SEMICOLON
            source = new_source
            name = new_name
            fields = fields_here
            place += digits + 1
            number += 1
        self.at = min(self.window_start + place, self.end)
        self.line = line
        self.column = column
        self.source = source
        self.original_line = original_line
        self.original_column = original_column
        self.name = name
        self.fields = fields
        if is_disordered:
            self.is_ordered = False
        return number

    @cython.ccall
    def last_token(self, line: cython.longlong, column: cython.longlong) -> Token:
        """Return the last token at or before the position, on whatever line, or None.  The tokens are in order."""
        row: cython.longlong = self._row_before(line, column + 1)
        if row < 0:
            return None
        token: Token = Token()
        says_new: cython.bint = False
        self._restore(row)
        while self._reads_on() and self._is_before(line, column + 1):
            says_new = self.is_change or (says_new and self.line == token.line)
            self._copy(token)
            token.says_new = says_new
        return token

    @cython.ccall
    def first_token(self, line: cython.longlong, column: cython.longlong) -> Token:
        """Return the first token at or after the position, on whatever line, or None.  The tokens are in order."""
        self._restore(max(self._row_before(line, column), 0))
        while self._reads_on():
            if not self._is_before(line, column):
                return self._current()
        return None

    @cython.ccall
    def token(self, number: cython.longlong) -> Token:
        """Return the token with this number, or None."""
        self._restore(self._row_of(number))
        while self._reads_on():
            if self.number > number:
                return self._current()
        return None

    @cython.ccall
    def next_change(self, number: cython.longlong) -> Token:
        """Return the first token from this number on that may say something else than the one before, or None.

        It does say so, if not only its name is another one: names may have the same text.
        """
        self._restore(self._row_of(number))
        name: cython.longlong = self.name
        while self._reads_on():
            if self.number > number and (self.is_change or self.name != name):
                return self._current()
            name = self.name
        return None

    @cython.cfunc
    @cython.inline
    @cython.nogil
    @cython.exceptval(check=False)
    def _is_before(self, line: cython.longlong, column: cython.longlong) -> cython.bint:
        return self.line < line or (self.line == line and self.column < column)

    @cython.cfunc
    @cython.inline
    @cython.nogil
    @cython.exceptval(check=False)
    def _reads_on(self) -> cython.bint:
        """Read the next token, and see what it changes.  Says whether there is one."""
        if self.number >= self.next_row_number:
            if self.row + Field.SIZE >= len(self.checkpoints):
                return False
            self._restore(self.row + Field.SIZE)
        source: cython.longlong = self.source
        line: cython.longlong = self.original_line
        column: cython.longlong = self.original_column
        before: cython.int = self.fields
        if not self._finds_token() or self._read_token() < 0:
            return False
        self.number += 1
        self.is_change = self.fields != before or (
            self.fields > 1 and (self.source != source or self.original_line != line or self.original_column != column)
        )
        return True

    @cython.cfunc
    @cython.inline
    @cython.nogil
    @cython.exceptval(check=False)
    def _finds_token(self) -> cython.bint:
        """Go on to where the next token starts, over what is between tokens.  Says whether there is one."""
        symbol: cython.uchar
        while self.at < self.end:
            symbol = self.symbols[self.text[self.at]]
            if symbol < 64:
                return True
            if symbol == 65:
                self.line += 1
                self.column = 0
            self.at += 1
        return False

    @cython.cfunc
    @cython.inline
    @cython.nogil
    @cython.exceptval(check=False)
    def _read_token(self) -> cython.longlong:
        """Read the token that starts here.  Returns 0 or more, or a fault.

        Nearly all tokens have seven digits at most: these are read all at once, without a branch on what they say.
        """
        if self.at - self.window_start > WINDOW - 8 or self.at < self.window_start:
            self._move_window()
        word: cython.ulonglong = eight_bytes(self.window, self.at - self.window_start)
        digits: cython.longlong = first_separator(word)
        shape: cython.longlong = last_digits(word, digits) * Shape.SIZE
        if self.shapes[shape + Shape.DIGITS] != digits:
            return self._read_long_token()
        word = joined_digits(word)
        self.token_start = self.at
        self.at += digits
        self.fields = self.shapes[shape + Shape.FIELDS]
        self.column = self._sum(self.column, word, shape)
        self.source = self._sum(self.source, word, shape + 1)
        self.original_line = self._sum(self.original_line, word, shape + 2)
        self.original_column = self._sum(self.original_column, word, shape + 3)
        self.name = self._sum(self.name, word, shape + 4)
        return 0

    @cython.cfunc
    @cython.inline
    @cython.nogil
    @cython.exceptval(check=False)
    def _sum(self, before: cython.longlong, digits: cython.ulonglong, shape: cython.longlong) -> cython.longlong:
        """Return ``before`` and the number that a shape finds in ``digits``, modulo 2^32."""
        value: cython.longlong = (digits >> self.shapes[shape + Shape.SHIFTS]) & self.shapes[shape + Shape.MASKS]
        # Without a branch: half of all signs would be predicted wrong.
        return (before + ((value >> 1) ^ -(value & 1)) + (value & 1)) & MASK

    @cython.cfunc
    @cython.nogil
    @cython.exceptval(check=False)
    def _move_window(self) -> cython.void:
        """Find out what the bytes from here on mean; those behind the mappings are quotes."""
        _translate(self.text, self.at, min(self.at + WINDOW, self.end), self.symbols, self.window)
        self.window_start = self.at

    @cython.cfunc
    @cython.nogil
    @cython.exceptval(check=False)
    def _read_long_token(self) -> cython.longlong:
        """Read any token, number by number; as ``_read_token``."""
        low32: cython.longlong = MASK
        number: cython.longlong
        self.token_start = self.at
        number = self._read_number()
        self.column = (self.column + number) & low32
        if number < 0 or self._is_over():
            self.fields = 1
            return number
        number = self._read_number()
        if number < 0:
            return number
        self.source = (self.source + number) & low32
        number = self._read_number()
        if number < 0:
            return number
        self.original_line = (self.original_line + number) & low32
        number = self._read_number()
        self.original_column = (self.original_column + number) & low32
        if number < 0 or self._is_over():
            self.fields = 4
            return number
        number = self._read_number()
        self.name = (self.name + number) & low32
        self.fields = 5
        if number >= 0 and not self._is_over():
            return _fault(self.at, FIELD_COUNT)
        return number

    @cython.cfunc
    @cython.inline
    @cython.nogil
    @cython.exceptval(check=False)
    def _is_over(self) -> cython.bint:
        """Say whether a token ends here."""
        return self.symbols[self.text[self.at]] >= 64

    @cython.cfunc
    @cython.inline
    @cython.nogil
    @cython.exceptval(check=False)
    def _read_number(self) -> cython.longlong:
        """Read a number, modulo 2^32.  Returns it, or a fault."""
        symbol: cython.longlong = self.symbols[self.text[self.at]]
        if symbol >= 64:
            return _fault(self.at, FIELD_COUNT)
        self.at += 1
        value: cython.longlong = symbol & 31
        if symbol >= 32:
            symbol = self.symbols[self.text[self.at]]
            if symbol < 32:
                self.at += 1
                value |= symbol << 5
            else:
                value = self._long_number(value)
                if value < 0:
                    return value
        # Without a branch: half of all signs would be predicted wrong.
        return (((value >> 1) ^ -(value & 1)) + (value & 1)) & MASK

    @cython.cfunc
    @cython.nogil
    @cython.exceptval(check=False)
    def _long_number(self, value: cython.longlong) -> cython.longlong:
        """Return ``value``, the first digit of a number, with the other digits added; or a fault."""
        digits: cython.int = 1
        symbol: cython.longlong = 32
        while symbol >= 32:
            symbol = self.symbols[self.text[self.at]]
            if symbol >= 64:
                return _fault(self.at, CUT_OFF)
            if digits == MOST_DIGITS:
                return _fault(self.at, TOO_LONG)
            # Seven digits hold the sign and 32 bits; whatever follows is gone modulo 2^32, and must not overflow.
            if digits < 7:
                value |= (symbol & 31) << (5 * digits)
            self.at += 1
            digits += 1
        return value

    @cython.cfunc
    @cython.inline
    @cython.nogil
    @cython.exceptval(check=False)
    def _restart(self) -> cython.void:
        self.at = self.token_start = self.start
        self.number = 0
        self.line = self.column = self.source = self.original_line = self.original_column = self.name = 0
        self.fields = 0

    @cython.cfunc
    @cython.nogil
    @cython.exceptval(check=False)
    def _save(self, checkpoints: cython.uint[::1], row: cython.longlong, number: cython.longlong) -> cython.void:
        """Write a checkpoint for the token that starts here, all but its column."""
        checkpoints[row + Field.OFFSET] = self.at
        checkpoints[row + Field.NUMBER] = number
        checkpoints[row + Field.LINE] = self.line
        checkpoints[row + Field.SOURCE] = self.source
        checkpoints[row + Field.ORIGINAL_LINE] = self.original_line
        checkpoints[row + Field.ORIGINAL_COLUMN] = self.original_column
        checkpoints[row + Field.NAME] = self.name
        checkpoints[row + Field.BEFORE] = self.fields

    @cython.cfunc
    @cython.nogil
    @cython.exceptval(check=False)
    def _restore(self, row: cython.longlong) -> cython.void:
        """Go back to a checkpoint.  Where there is none, or a damaged index has it elsewhere, there are no tokens."""
        self.row = row
        if row >= len(self.checkpoints):
            self.number = self.next_row_number = 0
            return
        is_last: cython.bint = row + Field.SIZE >= len(self.checkpoints)
        self.next_row_number = self.token_count if is_last else self.checkpoints[row + Field.SIZE + Field.NUMBER]
        self.number = self.checkpoints[row + Field.NUMBER]
        self.line = self.checkpoints[row + Field.LINE]
        self.source = self.checkpoints[row + Field.SOURCE]
        self.original_line = self.checkpoints[row + Field.ORIGINAL_LINE]
        self.original_column = self.checkpoints[row + Field.ORIGINAL_COLUMN]
        self.name = self.checkpoints[row + Field.NAME]
        self.fields = self.checkpoints[row + Field.BEFORE]
        self.at = self.checkpoints[row + Field.OFFSET]
        if not self.start <= self.at < self.end:
            self.at = self.end
            return
        # The token's own number must lead to its column.
        at: cython.longlong = self.at
        self.column = (self.checkpoints[row + Field.COLUMN] - self._read_number()) & MASK
        self.at = at

    @cython.cfunc
    @cython.nogil
    @cython.exceptval(check=False)
    def _row_before(self, line: cython.longlong, column: cython.longlong) -> cython.longlong:
        """Return the last checkpoint before the position, or something below 0."""
        low: cython.longlong = 0
        high: cython.longlong = len(self.checkpoints) // Field.SIZE
        middle: cython.longlong
        while low < high:
            middle = low + (high - low) // 2
            self._restore_position(middle * Field.SIZE)
            if self._is_before(line, column):
                low = middle + 1
            else:
                high = middle
        return (low - 1) * Field.SIZE

    @cython.cfunc
    @cython.nogil
    @cython.exceptval(check=False)
    def _row_of(self, number: cython.longlong) -> cython.longlong:
        """Return the last checkpoint that has no more than ``number`` tokens before it, or the first one."""
        low: cython.longlong = 1
        high: cython.longlong = len(self.checkpoints) // Field.SIZE
        middle: cython.longlong
        while low < high:
            middle = low + (high - low) // 2
            if self.checkpoints[middle * Field.SIZE + Field.NUMBER] <= number:
                low = middle + 1
            else:
                high = middle
        return (low - 1) * Field.SIZE

    @cython.cfunc
    @cython.inline
    @cython.nogil
    @cython.exceptval(check=False)
    def _restore_position(self, row: cython.longlong) -> cython.void:
        self.line = self.checkpoints[row + Field.LINE]
        self.column = self.checkpoints[row + Field.COLUMN]

    @cython.cfunc
    def _current(self) -> Token:
        """Return the token that was read last."""
        token: Token = Token()
        self._copy(token)
        token.says_new = self.is_change
        return token

    @cython.cfunc
    @cython.inline
    @cython.exceptval(check=False)
    def _copy(self, token: Token) -> cython.void:
        """Write the current token into ``token``."""
        none: cython.longlong = NONE
        token.number = self.number - 1
        token.line = self.line
        token.column = self.column
        token.source = self.source if self.fields > 1 else none
        token.original_line = self.original_line if self.fields > 1 else none
        token.original_column = self.original_column if self.fields > 1 else none
        token.name = self.name if self.fields > 4 else none


@cython.cfunc
@cython.nogil
@cython.inline
@cython.exceptval(check=False)
def _fault(at: cython.longlong, kind: cython.int) -> cython.longlong:
    return -(at * 16 + kind)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def _translate(
    text: cython.const[cython.uchar][::1],
    start: cython.longlong,
    end: cython.longlong,
    symbols: cython.const[cython.uchar][::1],
    window: cython.uchar[::1],
) -> cython.void:
    """Write what ``text[start:end]`` means to the window, and fill that up with quotes."""
    place: cython.longlong
    for place in range(end - start):
        window[place] = symbols[text[start + place]]
    for place in range(end - start, len(window)):
        window[place] = QUOTE
