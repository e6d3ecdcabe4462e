# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
# mypy: ignore-errors
"""Cursor in encoded mappings: reads one token after another, whatever they are.

The mappings end with a quote, as they do in JSON, and there is none inside: so nobody has to ask at every byte
whether the text ends there.  Numbers are those of ``core.sourcemap.vlq``, and so are the faults.
"""

import cython

from core.sourcemap.vlq import DIGITS

if cython.compiled:
    from cython.cimports.core.sourcemap.mappings_faults import MappingsFault
    from cython.cimports.core.text.kernel_errors import fault
else:
    from core.sourcemap.mappings_faults import MappingsFault
    from core.text.kernel_errors import fault

COMPILED = cython.compiled


COMMA = cython.declare(cython.uchar, 64)
SEMICOLON = cython.declare(cython.uchar, 65)
QUOTE = cython.declare(cython.uchar, 66)
SYMBOLS = bytes({44: COMMA, 59: SEMICOLON, 34: QUOTE}.get(byte, digit) for byte, digit in enumerate(DIGITS))
"""Symbol of each byte: a digit, or one of the three that end a token."""

MOST_DIGITS = cython.declare(cython.int, 13)
MASK = cython.declare(cython.longlong, 0xFFFFFFFF)


@cython.cclass
class MappingsCursor:
    """A place ``at`` which to read on in the mappings ``text[start:end]``, and what all numbers before it come to."""

    def __init__(self, text, start, end):
        if not 0 <= start <= end < len(text) or text[end] != 34:
            raise ValueError("the mappings don't end with a quote")
        self.text = text
        self.symbols = SYMBOLS
        self.start = start
        self.end = end
        self.restart()

    def restart(self):
        """Go back to the start of the mappings."""
        self.at = self.token_start = self.start
        self.line = self.column = self.source = self.original_line = self.original_column = self.name = 0
        self.fields = 0

    def finds_token(self):
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

    def read_token(self):
        """Read the token that starts here, number by number.  Returns 0 or more, or a fault."""
        low32: cython.longlong = MASK
        number: cython.longlong
        self.token_start = self.at
        number = self.read_number()
        self.column = (self.column + number) & low32
        if number < 0 or self._is_over():
            self.fields = 1
            return number
        number = self.read_number()
        if number < 0:
            return number
        self.source = (self.source + number) & low32
        number = self.read_number()
        if number < 0:
            return number
        self.original_line = (self.original_line + number) & low32
        number = self.read_number()
        self.original_column = (self.original_column + number) & low32
        if number < 0 or self._is_over():
            self.fields = 4
            return number
        number = self.read_number()
        self.name = (self.name + number) & low32
        self.fields = 5
        if number >= 0 and not self._is_over():
            return fault(self.at, MappingsFault.FIELD_COUNT)
        return number

    def read_number(self):
        """Read a number, modulo 2^32.  Returns it, or a fault."""
        symbol: cython.longlong = self.symbols[self.text[self.at]]
        if symbol >= 64:
            return fault(self.at, MappingsFault.FIELD_COUNT)
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

    def _is_over(self):
        """Say whether a token ends here."""
        return self.symbols[self.text[self.at]] >= 64

    def _long_number(self, value: cython.longlong):
        """Return ``value``, the first digit of a number, with the other digits added; or a fault."""
        digits: cython.int = 1
        symbol: cython.longlong = 32
        while symbol >= 32:
            symbol = self.symbols[self.text[self.at]]
            if symbol >= 64:
                return fault(self.at, MappingsFault.CUT_OFF)
            if digits == MOST_DIGITS:
                return fault(self.at, MappingsFault.TOO_LONG)
            # Seven digits hold the sign and 32 bits; whatever follows is gone modulo 2^32, and must not overflow.
            if digits < 7:
                value |= (symbol & 31) << (5 * digits)
            self.at += 1
            digits += 1
        return value
