# cython: language_level=3, boundscheck=False, wraparound=False
# mypy: ignore-errors
"""Places in a text, such as ``app.js:1:870``, and what engines write where there is none, such as ``(native)``.

Digits, blanks and letters are those of Unicode.
"""

import cython

COMPILED = cython.compiled

NO_PLACE = 1
EVAL_LINE = 2
POSITION = 3
LINE_ONLY = 4
PLACE = 5

_MOST_DIGITS = cython.declare(cython.int, 10)
_MOST_EVALS = cython.declare(cython.int, 8)  # inside one another, after the first one


@cython.final
@cython.cclass
class Landmarks:
    """Goes from one landmark of a text to the next one: the present one is ``text[start:end]``, of a ``kind``.

    EVAL_LINE is ``line 5 > eval:1:2``, of which the first number counts, which ends at ``number_end``; POSITION is
    ``@1:2``; LINE_ONLY is ``:1`` and PLACE ``:1:2``.  ``lineno`` and ``colno`` are the numbers.

    It is on the line that starts at ``line_start``.  Whatever ends there starts at ``floor`` or later, where the
    landmark before it on that line ends.  ``line`` is the number of the line, from 0, as if each frame were on a line
    of its own.
    """

    def __init__(self, text):
        """Stand before the first landmark of ``text``."""
        self.text = text
        self.kind = 0
        self.start = self.end = self.number_end = 0
        self.lineno = self.colno = 0
        self.line = self.line_start = self.floor = 0
        self._length = len(text)
        self._has_found = False
        self._value = 0

    def advance(self):
        """Go to the next landmark; return False if there is none."""
        text: str = self.text
        at: cython.Py_ssize_t = self.end
        character: cython.Py_UCS4
        line_ends: cython.Py_ssize_t = 0
        line_end: cython.Py_ssize_t = 0
        self.floor = at
        while at < self._length:
            character = text[at]
            if character in ":@(l[":
                if self._is_at(at, character):
                    self.start = at
                    if line_end:
                        self._go_on(line_ends, line_end)
                    return True
            elif is_line_end(character):
                if not (character == "\n" and at > self.floor and text[at - 1] == "\r"):
                    line_ends += 1
                line_end = at + 1
            at += 1
        return False

    def note_found(self):
        """Note that the present landmark ends a frame, or stands for one."""
        self.line += 1
        self._has_found = True

    def is_first(self):
        """Return whether the present landmark is the first one of its line."""
        return self.floor == self.line_start

    def _go_on(self, count, line_end):
        """Go on to the line that starts at ``line_end``, and is so many lines further."""
        self.line += count - (1 if self._has_found else 0)
        self.line_start = self.floor = line_end
        self._has_found = False

    def _is_at(self, at, character):
        if character == ":":
            return self._is_place(at)
        if character == "@":
            return self._is_position(at)
        if character == "l":
            return self._is_eval_line(at)
        return self._is_without_place(at)

    def _is_place(self, at):
        text: str = self.text
        before: cython.Py_UCS4
        end: cython.Py_ssize_t = self._number_end_at(at + 1)
        if not at or end < 0:
            return False
        before = text[at - 1]
        if before in ':(@<|"' or before.isspace():
            return False
        self.lineno = self._value
        self.end = end
        if not self._is(end, ":"):
            self.kind = LINE_ONLY
            return self._is(end, ")") or is_end_of_line(text, end, self._length)
        end = self._number_end_at(end + 1)
        if end < 0:
            return False
        self.kind = PLACE
        self.colno = self._value
        self.end = end
        if end == self._length:
            return True
        before = text[end]
        if before == ":" or before == ".":
            return not self._is_digit(end + 1)
        if before == "]":  # that ends an address, as in "http://[::1]:3000"
            return not self._is(end + 1, ":")
        return not (before.isalnum() or before == "_")

    def _is_position(self, at):
        end: cython.Py_ssize_t = self._number_end_at(at + 1)
        if end < 0 or not self._is(end, ":"):
            return False
        self.lineno = self._value
        end = self._number_end_at(end + 1)
        if end < 0 or not is_end_of_line(self.text, end, self._length):
            return False
        self.kind = POSITION
        self.colno = self._value
        self.end = end
        return True

    def _is_eval_line(self, at):
        text: str = self.text
        evals: cython.int
        before: cython.Py_UCS4
        if at < 2 or not self._is(at - 1, " ") or not self._is(at + 1, "i"):
            return False
        before = text[at - 2]
        if before.isspace():
            return False
        end: cython.Py_ssize_t = self._evaluated_end(at)
        if end < 0:
            return False
        lineno: cython.longlong = self._value
        number_end: cython.Py_ssize_t = self.number_end
        for evals in range(_MOST_EVALS):  # noqa: B007
            if not self._is(end, " "):
                break
            end = self._evaluated_end(end + 1)
            if end < 0:
                return False
        for _ in range(2):
            end = self._number_end_at(end + 1) if self._is(end, ":") else -1
            if end < 0:
                return False
        self.kind = EVAL_LINE
        self.lineno = lineno
        self.number_end = number_end
        self.end = end
        return True

    def _evaluated_end(self, at):
        """Return where "line 5 > eval" ends, -1 if there is nothing like that."""
        text: str = self.text
        character: cython.Py_UCS4
        if not text.startswith("line ", at):
            return -1
        end: cython.Py_ssize_t = self._number_end_at(at + 5)
        if end < 0 or not text.startswith(" > ", end):
            return -1
        self.number_end = end
        start: cython.Py_ssize_t = end + 3
        end = start
        while end < self._length:
            character = text[end]
            if not (character.isalnum() or character == "_" or character == "$"):
                break
            end += 1
        return end if end > start else -1

    def _is_without_place(self, at):
        text: str = self.text
        character: cython.Py_UCS4
        if at + 1 == self._length:
            return False
        character = text[at + 1]
        if character not in "<niu":
            return False
        self.kind = NO_PLACE
        for code in ("(<anonymous>)", "(native)", "(native code)", "(unknown location)", "[native code]"):
            if text.startswith(code, at):
                self.end = at + len(code)
                return True
        if not text.startswith("(index ", at):
            return False
        end: cython.Py_ssize_t = self._number_end_at(at + 7)
        self.end = end + 1
        return end >= 0 and self._is(end, ")")

    def _number_end_at(self, at):
        """Read a number of up to ten digits; return where it ends, -1 if there is none."""
        text: str = self.text
        character: cython.Py_UCS4
        end: cython.Py_ssize_t = at
        is_ascii: cython.bint = True
        self._value = 0
        while end < self._length and end - at < _MOST_DIGITS:
            character = text[end]
            if "0" <= character <= "9":
                self._value = self._value * 10 + ord(character) - 48
            elif character.isdecimal():
                is_ascii = False
            else:
                break
            end += 1
        if not is_ascii:
            self._value = int(text[at:end])
        return end if end > at else -1

    def _is_digit(self, at):
        character: cython.Py_UCS4
        if at >= self._length:
            return False
        character = self.text[at]
        return character.isdecimal()

    def _is(self, at, character):
        return at < self._length and self.text[at] == character


def is_line_end(character):
    """Return whether a line ends with a character: logs write some of them for a line feed."""
    return character in "\n\r\v\f\x85\u2028\u2029\u240a\u2424\u21b5\u23ce\xb6"


def is_end_of_line(text, at, length):
    """Return whether there are nothing but blanks from ``at`` to the end of the line, or of the text."""
    character: cython.Py_UCS4
    while at < length:
        character = text[at]
        if character == "\r" or character == "\n":
            return True
        if not character.isspace():
            return False
        at += 1
    return True
