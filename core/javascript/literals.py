# Part of the kernel core.javascript.kernel.
"""Numbers, strings, templates and regular expressions."""

import cython

if cython.compiled:
    from cython.cimports.core.javascript.characters import Byte, Character
    from cython.cimports.core.javascript.kinds import Kind
    from cython.cimports.core.javascript.reader import Reader
    from cython.cimports.core.text.swar import eight_bytes, first_mark, prefetch
else:
    from core.javascript.characters import Byte, Character
    from core.javascript.kinds import Kind
    from core.javascript.reader import Reader
    from core.text.swar import eight_bytes, first_mark, prefetch

COMPILED = cython.compiled

AHEAD = cython.declare(cython.Py_ssize_t, 2048)  # as far as processors don't look by themselves


@cython.cclass
class Literals(Reader):
    """Takes literals: each method returns a kind, and leaves the end of the literal in ``position``."""

    def token(self, kind: cython.int, end: cython.Py_ssize_t):
        """Take a token of ``kind`` that ends at ``end``."""
        self.position = end
        return kind

    def number(self, at: cython.Py_ssize_t):
        """Take the number at ``at``, which starts with a digit."""
        if self.text[at] == ord("0"):
            prefix: cython.int = self.text[at + 1] | 32
            if prefix == ord("x"):
                return self._prefixed_number(at + 2, 16)
            if prefix == ord("o"):
                return self._prefixed_number(at + 2, 8)
            if prefix == ord("b"):
                return self._prefixed_number(at + 2, 2)
            if self.bytes_[self.text[at + 1]] & Byte.DIGIT:
                end: cython.Py_ssize_t = self.digits_end(at, 8)
                if not self.bytes_[self.text[end]] & Byte.DIGIT:
                    return self._number_token(end)
                return self.decimal(self.digits_end(end, 10))
        end = self.digits_end(at, 10)
        return self._number_token(end + 1) if self.text[end] == ord("n") else self.decimal(end)

    def decimal(self, at: cython.Py_ssize_t):
        """Take the fraction and the exponent of a number whose first digits end at ``at``."""
        if self.text[at] == ord("."):
            at = self.digits_end(at + 1, 10)
        if self.text[at] | 32 == ord("e"):
            at += 2 if self.text[at + 1] == ord("+") or self.text[at + 1] == ord("-") else 1
            end: cython.Py_ssize_t = self.digits_end(at, 10)
            return Kind.INVALID if end == at else self._number_token(end)
        return self._number_token(at)

    def _prefixed_number(self, at: cython.Py_ssize_t, base: cython.int):
        end: cython.Py_ssize_t = self.digits_end(at, base)
        if end == at:
            return Kind.INVALID
        return self._number_token(end + 1 if self.text[end] == ord("n") else end)

    def _number_token(self, end: cython.Py_ssize_t):
        """Take a number that ends at ``end``: neither a name nor a digit may touch it."""
        byte: cython.int = self.text[end]
        if self.bytes_[byte] & Byte.NAME_PART or byte == ord("\\"):
            return Kind.INVALID
        if byte >= 0x80 and self.class_of(self.decode(end)) & Character.START:
            return Kind.INVALID
        return self.token(Kind.NUMBER, end)

    def string(self, at: cython.Py_ssize_t):
        """Take the string at ``at``."""
        quote: cython.int = self.text[at]
        at += 1
        while True:
            at = self._string_stop(at, quote)
            byte: cython.int = self.text[at]
            if byte == quote:
                return self.token(Kind.STRING, at + 1)
            if byte == ord("\\"):
                at = self.escape_end(at + 1)
                if at < 0:
                    return Kind.INVALID
            elif byte == ord("\n") or byte == ord("\r") or (byte == 0 and at >= self.length):
                return Kind.INVALID
            else:
                at += 1

    def _string_stop(self, at: cython.Py_ssize_t, quote: cython.int):
        """Return the first place from ``at`` on where something else than a usual character of a string may be.

        Eight bytes at once: see ``json_outline`` for how.
        """
        ones: cython.ulonglong = 0x0101010101010101
        quotes: cython.ulonglong = quote
        while at + 8 <= self.length:
            eight: cython.ulonglong = eight_bytes(self.text, at)
            closing: cython.ulonglong = (eight ^ ones * quotes) - ones
            escapes: cython.ulonglong = (eight ^ ones * 92) - ones
            marks: cython.ulonglong = (closing | escapes | (eight - ones * 32)) & ~eight & (ones * 128)
            if marks:
                return at + first_mark(marks)
            prefetch(self.text, at + AHEAD)
            at += 8
        while not self.bytes_[self.text[at]] & Byte.STRING_STOP:
            at += 1
        return at

    def template_part(self, at: cython.Py_ssize_t):
        """Take the characters of a template from ``at`` on, up to its end or to the next hole."""
        broken: cython.bint = False
        while True:
            while not self.bytes_[self.text[at]] & Byte.TEMPLATE_STOP:
                prefetch(self.text, at + AHEAD)
                at += 1
            byte: cython.int = self.text[at]
            if byte == ord("`"):
                return self.token(Kind.BROKEN_TEMPLATE if broken else Kind.TEMPLATE, at + 1)
            if byte == ord("$") and self.text[at + 1] == ord("{"):
                return self.token(Kind.BROKEN_TEMPLATE_HOLE if broken else Kind.TEMPLATE_HOLE, at + 2)
            if byte == 0 and at >= self.length:
                return Kind.INVALID
            if byte == ord("\\"):
                end: cython.Py_ssize_t = self.escape_end(at + 1)
                if end < 0 or self._is_octal_escape(at + 1):
                    if self.text[at + 1] == 0 and at + 1 >= self.length:
                        return Kind.INVALID
                    broken = True
                    end = at + 2
                at = end
            else:
                at += 1

    def _is_octal_escape(self, at: cython.Py_ssize_t):
        """Say whether an escape stands for an octal number, which templates don't have."""
        byte: cython.int = self.text[at]
        return ord("1") <= byte <= ord("7") or (byte == ord("0") and self.bytes_[self.text[at + 1]] & Byte.DIGIT != 0)

    def regex_end(self, at: cython.Py_ssize_t):
        """Return where the regular expression ends whose first ``/`` is before ``at``, -1 if it has no end."""
        in_class: cython.bint = False
        while True:
            byte: cython.int = self.text[at]
            if self.bytes_[byte] & Byte.REGEX_STOP:
                if byte == ord("/") and not in_class:
                    return at + 1
                if byte == ord("["):
                    in_class = True
                elif byte == ord("]"):
                    in_class = False
                elif byte == ord("\\"):
                    at += 1
                    byte = self.text[at]
                if byte == ord("\n") or byte == ord("\r") or (byte == 0 and at >= self.length):
                    return -1
                if self.is_line_separator(at):
                    return -1
            at += 1
