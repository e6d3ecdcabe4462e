# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
# mypy: ignore-errors
"""Search in encoded mappings: sparse checkpoints, and the few tokens after one of them decoded when they are asked for.

Checkpoints are rows of numbers, see ``core.sourcemap.checkpoint``, in the order of their tokens.
"""

import cython

from core.sourcemap.mappings_cursor import MappingsCursor
from core.sourcemap.short_token_tables import word_table

if cython.compiled:
    from cython.cimports.core.sourcemap.checkpoint import Field
    from cython.cimports.core.sourcemap.mappings_cursor import MappingsCursor
    from cython.cimports.core.sourcemap.short_token_tables import TokenShape
    from cython.cimports.core.text.swar import eight_bytes, first_separator, joined_digits, last_digits
else:
    from core.sourcemap.checkpoint import Field
    from core.sourcemap.short_token_tables import TokenShape
    from core.text.swar import eight_bytes, first_separator, joined_digits, last_digits

COMPILED = cython.compiled

QUOTE = cython.declare(cython.uchar, 66)
WINDOW = cython.declare(cython.longlong, 512)
SHAPES = word_table()
MASK = cython.declare(cython.longlong, 0xFFFFFFFF)
NONE = cython.declare(cython.longlong, 0xFFFFFFFF)
MOST_TOKENS = cython.declare(cython.int, 64)  # from one checkpoint to the next, as both that write them have it


@cython.final
@cython.cclass
class Token:
    """A decoded token, the ``number`` -th in the order of the map; missing parts are NONE."""

    def __init__(self):
        self.number = self.line = self.column = 0
        self.source = self.original_line = self.original_column = self.name = NONE

    def counted_line(self, line: cython.longlong):
        """Return the original line of a place on a generated line, in the range that starts with this token.

        Lines are counted on.  What would be beyond 32 bits is the last there is.
        """
        return min(self.original_line + line - self.line, MASK)

    def counted_column(self, line: cython.longlong, column: cython.longlong):
        """Return the original column of a generated place in the range that starts with this token.

        Columns are counted on on its first line; later lines keep their columns.
        """
        return column if line > self.line else min(self.original_column + column - self.column, MASK)


@cython.final
@cython.cclass
class MappingsReader(MappingsCursor):
    """Reads the tokens of the mappings ``text[start:end]``, one after another, from any checkpoint on."""

    def __init__(self, text, start, end, checkpoints, token_count):
        super().__init__(text, start, end)
        if len(checkpoints) % Field.SIZE or (token_count > 0) > len(checkpoints):
            raise ValueError("these checkpoints are cut off")
        self.checkpoints = checkpoints
        self.token_count = token_count
        self.number = 0
        self.window = bytearray(WINDOW)
        self.window_start = -WINDOW
        self.shapes = SHAPES

    def last_token(self, line: cython.longlong, column: cython.longlong):
        """Return the last token at or before the position, on whatever line, or None.  The tokens are in order."""
        row: cython.longlong = self._row_before(line, column + 1)
        if row < 0:
            return None
        token: Token = Token()
        self._restore(row)
        while self._reads_on() and self._is_before(line, column + 1):
            self._copy(token)
        return token

    def find(self, line: cython.longlong, column: cython.longlong, token: Token):
        """Write into ``token`` the first token at a place, or else the last one before it, on whatever line.

        Says whether there is one.
        """
        is_found: cython.bint = False
        self._restore(max(self._row_before(line, column), 0))
        while self._reads_on():
            if self._is_before(line, column):
                self._copy(token)
                is_found = True
                continue
            if self.line == line and self.column == column:
                self._copy(token)
                return True
            break
        return is_found

    def first_token(self, line: cython.longlong, column: cython.longlong):
        """Return the first token at or after the position, on whatever line, or None.  The tokens are in order."""
        self._restore(max(self._row_before(line, column), 0))
        while self._reads_on():
            if not self._is_before(line, column):
                return self._current()
        return None

    def token(self, number: cython.longlong):
        """Return the token with this number, or None."""
        self._restore(self._row_of(number))
        while self._reads_on():
            if self.number > number:
                return self._current()
        return None

    def _is_before(self, line: cython.longlong, column: cython.longlong):
        return self.line < line or (self.line == line and self.column < column)

    def _reads_on(self):
        """Read the next token.  Says whether there is one."""
        if self.number >= self.next_row_number:
            if self.row + Field.SIZE >= len(self.checkpoints):
                return False
            behind: cython.longlong = self.at
            self._restore(self.row + Field.SIZE)
            # A damaged index may lead back, and so for ever on.
            if self.at < behind:
                return False
        if not self.finds_token() or self._read_short_token() < 0:
            return False
        self.number += 1
        return True

    def _read_short_token(self):
        """Read the token that starts here.  Returns 0 or more, or a fault.

        Nearly all tokens have seven digits at most: these are read all at once, without a branch on what they say.
        """
        if self.at - self.window_start > WINDOW - 8 or self.at < self.window_start:
            self._move_window()
        word: cython.ulonglong = eight_bytes(self.window, self.at - self.window_start)
        digits: cython.longlong = first_separator(word)
        shape: cython.longlong = last_digits(word, digits) * TokenShape.SIZE
        if self.shapes[shape + TokenShape.DIGITS] != digits:
            return self.read_token()
        word = joined_digits(word)
        self.token_start = self.at
        self.at += digits
        self.fields = self.shapes[shape + TokenShape.FIELDS]
        self.column = self._sum(self.column, word, shape)
        self.source = self._sum(self.source, word, shape + 1)
        self.original_line = self._sum(self.original_line, word, shape + 2)
        self.original_column = self._sum(self.original_column, word, shape + 3)
        self.name = self._sum(self.name, word, shape + 4)
        return 0

    def _sum(self, before: cython.longlong, digits: cython.ulonglong, shape: cython.longlong):
        """Return ``before`` and the number that a shape finds in ``digits``, modulo 2^32."""
        value: cython.longlong = (digits >> self.shapes[shape + TokenShape.SHIFTS]) & self.shapes[
            shape + TokenShape.MASKS
        ]
        # Without a branch: half of all signs would be predicted wrong.
        return (before + ((value >> 1) ^ -(value & 1)) + (value & 1)) & MASK

    def _move_window(self):
        """Find out what the bytes from here on mean; those behind the mappings are quotes."""
        _translate(self.text, self.at, min(self.at + WINDOW, self.end), self.symbols, self.window)
        self.window_start = self.at

    def _restore(self, row: cython.longlong):
        """Go back to a checkpoint.  Where there is none, or a damaged index has it elsewhere, there are no tokens."""
        self.row = row
        if row >= len(self.checkpoints):
            self.number = self.next_row_number = 0
            return
        is_last: cython.bint = row + Field.SIZE >= len(self.checkpoints)
        self.next_row_number = self.token_count if is_last else self.checkpoints[row + Field.SIZE + Field.NUMBER]
        self.number = self.checkpoints[row + Field.NUMBER]
        # In a damaged index, the next one may be billions of tokens away.
        self.next_row_number = min(self.next_row_number, self.number + MOST_TOKENS)
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
        self.column = (self.checkpoints[row + Field.COLUMN] - self.read_number()) & MASK
        self.at = at

    def _row_before(self, line: cython.longlong, column: cython.longlong):
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

    def _row_of(self, number: cython.longlong):
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

    def _restore_position(self, row: cython.longlong):
        self.line = self.checkpoints[row + Field.LINE]
        self.column = self.checkpoints[row + Field.COLUMN]

    def _current(self):
        """Return the token that was read last."""
        token: Token = Token()
        self._copy(token)
        return token

    def _copy(self, token: Token):
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
