# Part of the kernel core.javascript.kernel.
"""The characters of a JavaScript text: names, escapes, digits.

Offsets are bytes of UTF-8.  Every loop stops at a NUL, and the text must end with one: nothing here, nor in what
builds on it, looks further than one byte beyond what it has seen.
"""

import cython

if cython.compiled:
    from cython.cimports.core.javascript.characters import Byte, Character
else:
    from core.javascript.characters import Byte, Character

COMPILED = cython.compiled


@cython.cclass
class Reader:
    """Looks at the bytes of a text with the help of ``token_tables.TokenTables``."""

    def open_text(self, text, length, tables):
        """Look at the ``length`` bytes of ``text``, which a NUL follows."""
        self.text = text
        self.length = length
        self.bytes_ = tables.byte_flags
        self.characters = memoryview(tables.character_flags)
        self.size = self.code_point = 0

    def name_end(self, at: cython.Py_ssize_t):
        """Return where the name at ``at`` ends, or -1 if there is no name."""
        end: cython.Py_ssize_t = self.name_character_end(at, Character.START)
        if end == at:
            return -1
        after: cython.Py_ssize_t = self.name_character_end(end, Character.PART)
        while after != end:
            end = after
            after = self.name_character_end(end, Character.PART)
        return -1 if self.text[end] == ord("\\") else end

    def name_character_end(self, at: cython.Py_ssize_t, wanted: cython.int):
        """Return where the character at ``at`` ends, or ``at`` if no name can have it there."""
        byte: cython.int = self.text[at]
        if byte == ord("\\"):
            # What an escape stands for isn't checked: Symbolicator doesn't, either.
            end: cython.Py_ssize_t = self.unicode_escape_end(at + 2) if self.text[at + 1] == ord("u") else -1
            return at if end < 0 else end
        if byte >= 0x80:
            return at + self.size if self.class_of(self.decode(at)) & wanted else at
        return at + 1 if self.bytes_[byte] & (Byte.NAME_START if wanted == Character.START else Byte.NAME_PART) else at

    def escape_end(self, at: cython.Py_ssize_t):
        """Return where the escape ends whose backslash is before ``at``, or -1 if it means nothing."""
        byte: cython.int = self.text[at]
        if byte == ord("u"):
            return self.unicode_escape_end(at + 1)
        if byte == ord("x"):
            end: cython.Py_ssize_t = self.digits_end(at + 1, 16)
            return at + 3 if end >= at + 3 and self.text[at + 1] != ord("_") and self.text[at + 2] != ord("_") else -1
        if byte == ord("\r") and self.text[at + 1] == ord("\n"):
            return at + 2
        return -1 if byte == 0 and at >= self.length else at + 1

    def unicode_escape_end(self, at: cython.Py_ssize_t):
        r"""Return where the escape ends whose ``\u`` is before ``at``, or -1.  Leaves its value in ``code_point``."""
        braces: cython.bint = self.text[at] == ord("{")
        if braces:
            at += 1
        first: cython.Py_ssize_t = at
        value: cython.int = 0
        while braces or at < first + 4:
            byte: cython.int = self.text[at]
            digit: cython.int = byte - 48 if byte < 65 else (byte | 32) - 87
            if byte < 48 or 57 < byte < 65 or digit < 0 or digit > 15 or value > 0x10FFFF:
                break
            value = value * 16 + digit
            at += 1
        self.code_point = value
        if value > 0x10FFFF or at == first:
            return -1
        if braces:
            return at + 1 if self.text[at] == ord("}") else -1
        return at if at == first + 4 else -1

    def digits_end(self, at: cython.Py_ssize_t, base: cython.int):
        """Return where the digits of a base end, and the underscores among them."""
        while True:
            byte: cython.int = self.text[at]
            digit: cython.int = byte - 48 if byte < 65 else (byte | 32) - 87
            if byte != ord("_") and (byte < 48 or digit < 0 or digit >= base or (57 < byte < 65)):
                return at
            at += 1

    def is_line_separator(self, at: cython.Py_ssize_t):
        """Say whether U+2028 or U+2029 is here."""
        return (
            self.text[at] == 0xE2
            and self.text[at + 1] == 0x80
            and (self.text[at + 2] == 0xA8 or self.text[at + 2] == 0xA9)
        )

    def decode(self, at: cython.Py_ssize_t):
        """Return the code point of the UTF-8 sequence at ``at``, or 0; its number of bytes is left in ``size``."""
        first: cython.int = self.text[at]
        self.size = 1 if first < 0xC0 else 2 if first < 0xE0 else 3 if first < 0xF0 else 4
        code_point: cython.int = first & (0x7F >> self.size)
        index: cython.int
        for index in range(1, self.size):
            if self.text[at + index] & 0xC0 != 0x80:
                self.size = 1
                return 0
            code_point = code_point << 6 | self.text[at + index] & 0x3F
        self.code_point = code_point
        return code_point

    def class_of(self, code_point: cython.int):
        """Return what a character beyond ASCII is."""
        return self.characters[code_point] if code_point < self.characters.shape[0] else 0
