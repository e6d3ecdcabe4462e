# cython: language_level=3, boundscheck=False, wraparound=False
# mypy: ignore-errors
"""Start of the function name in a frame such as "name@place": behind whatever a log writes in front of it."""

import cython

if cython.compiled:
    from cython.cimports.core.offline.path_shapes import separators_end
else:
    from core.offline.path_shapes import separators_end

COMPILED = cython.compiled

_LEVELS = frozenset(
    "trace debug info warn warning error fatal critical notice stderr stdout f".split()  # noqa: SIM905
)
_LABELS = ("stack", "trace", "error", "message", "msg", "log")
_TAGS_OF_NAMES = ("anonymous", "eval", "global", "module")
_LONGEST_LEVEL = cython.declare(cython.int, 8)
_MOST = cython.declare(cython.longlong, 1 << 60)
_QUOTES = cython.declare(cython.int, 4)  # kinds of quotation marks


@cython.final
@cython.cclass
class NameStarts:
    """Finds the starts of names in a text.

    Whatever may be looked for from many places is remembered: the next one from a place is the next one from all places
    in between, so the time is linear.
    """

    def __init__(self, text):
        self._text = text
        self._end = self._mark_end = 0
        self._bracket_from = self._paren_from = self._angle_from = 0
        self._word_from = self._field_from = self._sign_from = 0
        self._bracket_at = self._paren_at = self._angle_at = self._word_at = self._field_at = self._sign_at = -1

    def start(self, floor, end):
        """Return where the name starts that ends at ``end``, at ``floor`` or behind it."""
        self._end = end
        at: cython.Py_ssize_t = self._string_start(floor)
        if at < 0:
            at = separators_end(self._text, floor, end)
        at = self._last_colon_end(at)
        part: cython.Py_ssize_t = at
        while part >= 0:
            at = part
            part = self._prefix_part_end(at) if at < end else -1
        part = at
        while part >= 0:
            at = part
            part = self._cause_end(at)
        return at

    def _string_start(self, floor):
        """Return where the innermost string starts that the end is in, if it starts in this line; otherwise -1.

        The quotation marks of strings in strings are escaped, or doubled.
        """
        text: str = self._text
        at: cython.Py_ssize_t = floor
        mark: cython.Py_ssize_t
        kind: cython.Py_ssize_t
        last: cython.Py_ssize_t = floor
        innermost: cython.Py_ssize_t = -1
        opened: dict = None
        character: cython.Py_UCS4
        while True:
            mark = self._quotation_mark(at)
            if mark < 0:
                break
            at = self._mark_end
            character = text[at - 1]
            kind = 0 if character == '"' else 1 if character == "'" else 2
            if character == '"' and self._is(at, '"'):
                kind = 3
                at += 1
            kind += _QUOTES * (at - mark)
            if opened is None:
                opened = {}
            if opened.pop(kind, None) is None and (mark == last or self._is_in_front_of_string(floor, mark)):
                opened[kind] = last = at
        if opened:
            innermost = max(opened.values())
        return innermost

    def _quotation_mark(self, at):
        """Return where the next quotation mark starts, its backslashes included, -1 if there is none."""
        text: str = self._text
        mark: cython.Py_ssize_t
        character: cython.Py_UCS4
        while at < self._end:
            mark = at
            while at < self._end and text[at] == "\\":
                at += 1
            if at == self._end:
                break
            character = text[at]
            at += 1
            # A run of backslashes may have started before the floor.
            if character in "\"'`" and not (mark and text[mark - 1] == "\\"):
                self._mark_end = at
                return mark
        return -1

    def _is_in_front_of_string(self, floor, end):
        text: str = self._text
        at: cython.Py_ssize_t = end
        character: cython.Py_UCS4
        if end > floor:
            character = text[end - 1]
            if character in "bur$":
                at -= 1
        if at == floor:
            return True
        character = text[at - 1]
        return character in ":=,([{" or character.isspace()

    def _last_colon_end(self, start):
        """Return where the blanks behind the last colon end, or bar, or the last tab."""
        text: str = self._text
        at: cython.Py_ssize_t = self._end - 1
        character: cython.Py_UCS4
        while at >= start:
            character = text[at]
            if character == "\t":
                return at + 1
            if (character == ":" or character == "|") and self._is_blank(at + 1):
                return self._blank_end(at + 1)
            at -= 1
        return start

    def _cause_end(self, start):
        """Return where the cause of a call ends: "async*f@…", "promise callback*f@…" of SpiderMonkey; or -1."""
        text: str = self._text
        at: cython.Py_ssize_t = start
        character: cython.Py_UCS4
        while at < self._end:
            character = text[at]
            if not (character.isalnum() or character == "_" or character == ".") or (
                at == start and not ("a" <= character <= "z" or "A" <= character <= "Z")
            ):
                break
            at += 1
        if at == start or at == self._end:
            return -1
        if text[at] == " ":
            if text.startswith(" handler*", at, self._end) or text.startswith(" callback*", at, self._end):
                return text.find("*", at) + 1
            return -1
        return at + 1 if text[at] == "*" else -1

    def _prefix_part_end(self, at):
        """Return where the part of a log's prefix ends that is there, -1 if there is none."""
        text: str = self._text
        end: cython.Py_ssize_t = self._spaced_end(at)
        if end >= 0:
            return self._blank_end(end)
        end = self._command_end(at)
        if end < 0:
            end = self._place_end(at)
        if end < 0:
            end = self._field_end(at)
        if end < 0:
            end = self._next_word_end(at)
            if end - at > 200 or not (self._is(end, ":") and self._is(end + 1, ":")):
                end = self._label_end(at)
            else:
                end += 2
        if end < 0 and text[at] == "<":
            end = self._tag_end(at)
        if end < 0 and text[at] == "`":
            end = at + 1
            while self._is(end, "`"):
                end += 1
        if end < 0 and text[at] == "(" and self._next_paren(at + 1) >= self._end:
            end = text.find("(", at + 1, self._end)
            return at + 1 if end < 0 else -1
        return end

    def _spaced_end(self, at):
        """Return where a part ends that needs blanks behind it, and has some; otherwise -1."""
        text: str = self._text
        character: cython.Py_UCS4 = text[at]
        end: cython.Py_ssize_t = -1
        if character.isdecimal():
            end = self._time_end(at)
        elif character == "[":
            end = self._next_bracket(at + 1) + 1
        elif character == "(":
            end = self._next_paren(at + 1) + 1
        elif character == "<":
            end = self._priority_end(at)
        if end >= 0 and self._is_blank(end):
            return end
        end = self._logger_end(at)
        if end < 0:
            end = self._level_end(at)
        if end >= 0:
            return end
        end = self._next_sign_end(at)
        if at < end and self._is_blank(end):
            return end
        return at + 2 if character == "<" and self._is(at + 1, "-") and self._is_blank(at + 2) else -1

    def _time_end(self, at):
        text: str = self._text
        character: cython.Py_UCS4
        while at < self._end:
            character = text[at]
            if not (character in ".:,TZ/+-" or character.isdecimal()):
                break
            at += 1
        return at

    def _priority_end(self, at):
        """Return where "<13>" ends, as in syslog; or -1."""
        end: cython.Py_ssize_t = self._digits_end(at + 1, _MOST)
        return end + 1 if end > at + 1 and self._is(end, ">") else -1

    def _logger_end(self, at):
        """Return where "name:" ends, or "name[123]:", of a program or a logger; or -1."""
        end: cython.Py_ssize_t = self._dotted_end(at, _MOST)
        digits: cython.Py_ssize_t
        if end > at and self._is(end, "["):
            digits = self._digits_end(end + 1, _MOST)
            if digits > end + 1 and self._is(digits, "]"):
                end = digits + 1
        return end + 1 if end > at and self._is(end, ":") and self._is_blank(end + 1) else -1

    def _level_end(self, at):
        """Return where a level, what is before a bar, or a number sign with digits ends; or -1."""
        text: str = self._text
        end: cython.Py_ssize_t = at
        bar: cython.Py_ssize_t
        digits: cython.Py_ssize_t
        while end < self._end and end - at <= 200 and not self._is_blank(end):
            end += 1
        if at < end <= at + 200 and self._is_blank(end):
            bar = self._blank_end(end)
            if self._is(bar, "|") and self._is_blank(bar + 1):
                return bar + 1
            if end - at <= _LONGEST_LEVEL and text[at:end].lower() in _LEVELS:
                return end
        if text[at] == "#":
            digits = self._digits_end(at + 1, _MOST)
            if digits > at + 1 and self._is_blank(digits):
                return digits
        return -1

    def _command_end(self, at):
        """Return where "##[error]" ends, as build servers write it; or -1."""
        end: cython.Py_ssize_t
        if not self._text.startswith("##[", at, self._end):
            return -1
        end = self._words_end(at + 3, 20)
        return end + 1 if end > at + 3 and self._is(end, "]") else -1

    def _place_end(self, at):
        """Return where "file:line:" ends; or -1."""
        end: cython.Py_ssize_t = self._next_word_end(at)
        digits: cython.Py_ssize_t
        if end == at or end - at > 300 or not self._is(end, ":"):
            return -1
        digits = self._digits_end(end + 1, 10)
        return digits + 1 if digits > end + 1 and self._is(digits, ":") else -1

    def _field_end(self, at):
        """Return where "name=" ends, or "whatever&name="; or -1."""
        start: cython.Py_ssize_t = self._next_field_end(at)
        end: cython.Py_ssize_t
        if at < start <= at + 200 and self._is(start, "&"):
            end = self._dotted_end(start + 1, 100)
            if end > start + 1 and self._is(end, "="):
                return end + 1
        end = self._dotted_end(at, 100)
        return end + 1 if end > at and self._is(end, "=") else -1

    def _label_end(self, at):
        """Return where "Error:" ends, or "errorStack:"; or -1."""
        text: str = self._text
        end: cython.Py_ssize_t = self._words_end(at, 37)
        size: cython.Py_ssize_t
        if not self._is(end, ":"):
            return -1
        word: str = text[at:end].lower()
        for label in _LABELS:
            size = len(label)
            if word.endswith(label) and end - at - size <= 30:
                return end + 1
        return -1

    def _tag_end(self, at):
        """Return where a tag ends, none that engines write as a name; or the start of a CDATA section; or -1."""
        text: str = self._text
        end: cython.Py_ssize_t
        name: cython.Py_ssize_t
        character: cython.Py_UCS4
        for each in _TAGS_OF_NAMES:
            if text.startswith(each, at + 1, self._end):
                return -1
        name = at + 2 if self._is(at + 1, "/") else at + 1
        if name < self._end:
            character = text[name]
            if "a" <= character <= "z" or "A" <= character <= "Z":
                end = self._next_angle(name + 1)
                return end + 1 if self._is(end, ">") else -1
        return at + 9 if text.startswith("<![CDATA[", at, self._end) else -1

    def _digits_end(self, at, most):
        text: str = self._text
        start: cython.Py_ssize_t = at
        character: cython.Py_UCS4
        while at < self._end and at - start < most:
            character = text[at]
            if not character.isdecimal():
                break
            at += 1
        return at

    def _words_end(self, at, most):
        text: str = self._text
        start: cython.Py_ssize_t = at
        character: cython.Py_UCS4
        while at < self._end and at - start < most:
            character = text[at]
            if not (character.isalnum() or character == "_"):
                break
            at += 1
        return at

    def _dotted_end(self, at, most):
        text: str = self._text
        start: cython.Py_ssize_t = at
        character: cython.Py_UCS4
        while at < self._end and at - start < most:
            character = text[at]
            if not (character.isalnum() or character in "_.-"):
                break
            at += 1
        return at

    def _blank_end(self, at):
        while self._is_blank(at):
            at += 1
        return at

    def _is_blank(self, at):
        character: cython.Py_UCS4
        if at >= self._end:
            return False
        character = self._text[at]
        return character.isspace()

    def _is(self, at, character):
        return at < self._end and self._text[at] == character

    def _next_bracket(self, at):
        if not self._bracket_from <= at <= self._bracket_at:
            self._bracket_from = at
            self._bracket_at = self._text.find("]", at)
            if self._bracket_at < 0:
                self._bracket_at = len(self._text)
        return self._bracket_at

    def _next_paren(self, at):
        if not self._paren_from <= at <= self._paren_at:
            self._paren_from = at
            self._paren_at = self._text.find(")", at)
            if self._paren_at < 0:
                self._paren_at = len(self._text)
        return self._paren_at

    def _next_angle(self, at):
        text: str = self._text
        if not self._angle_from <= at <= self._angle_at:
            self._angle_from = at
            while at < len(text) and text[at] not in "<>@":
                at += 1
            self._angle_at = at
        return self._angle_at

    def _next_word_end(self, at):
        text: str = self._text
        character: cython.Py_UCS4
        if not self._word_from <= at <= self._word_at:
            self._word_from = at
            while at < len(text):
                character = text[at]
                if character == ":" or character == "@" or character.isspace():
                    break
                at += 1
            self._word_at = at
        return self._word_at

    def _next_field_end(self, at):
        text: str = self._text
        character: cython.Py_UCS4
        if not self._field_from <= at <= self._field_at:
            self._field_from = at
            while at < len(text):
                character = text[at]
                if character in ":@=&" or character.isspace():
                    break
                at += 1
            self._field_at = at
        return self._field_at

    def _next_sign_end(self, at):
        text: str = self._text
        character: cython.Py_UCS4
        if not self._sign_from <= at <= self._sign_at:
            self._sign_from = at
            while at < len(text):
                character = text[at]
                if character in "_$@\"'`<([{#" or character.isalnum() or character.isspace():
                    break
                at += 1
            self._sign_at = at
        return self._sign_at
