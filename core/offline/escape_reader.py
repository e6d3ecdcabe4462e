# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
# mypy: ignore-errors
"""The plain text of a raw one: escape codes of terminals, escapes of JSON, entities and percent-encoding are read.

Frames are found in the plain text, and replaced in the raw one.
"""

from array import array
from re import compile as _compile

import cython

from core.offline.frame_places import TextFrame

COMPILED = cython.compiled

_PERCENT_ENCODED = _compile(
    r"%3[aA]\d{1,10}%3[aA]\d|:\d{1,10}:\d{1,10}%29|(?:=|%0[aAdD])(?:%20|%09|\+)*+at(?:%20|\+)|\d%0[aAdD]"
)
_ENTITIES = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'", "nbsp": " ", "newline": "\n", "tab": "\t"}
_SIMPLE_ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_MOST_LEVELS = cython.declare(cython.int, 63)
_MOST_NUMBERS = cython.declare(cython.int, 10)  # in a colour
_HALF_SURROGATE = cython.declare(cython.long, 0x1B)


def read_escapes(raw):
    """Return a text as a person would read it, as a ``PlainText``; the time is linear in its length."""
    return EscapeReader(raw).plain_text()


def is_percent_encoded(raw, start, end) -> bool:
    """Return whether the line ``raw[start:end]`` is percent-encoded."""
    return raw.find("%", start, end) >= 0 and _PERCENT_ENCODED.search(raw, start, end) is not None


@cython.final
@cython.cclass
class PlainText:
    """A plain ``text``, and which pieces of the raw one were replaced.

    Piece ``number`` is at ``at[number]`` in the plain text and has ``lengths[number]`` characters there.
    """

    def __init__(self, text, at, lengths, raw_starts, raw_ends):
        self.text = text
        self._count = len(at)
        self._at, self._lengths, self._raw_starts, self._raw_ends = at, lengths, raw_starts, raw_ends

    def raw_frames(self, frames: list) -> list:
        """Return the frames of the plain text, in its order, as passages of the raw one.

        What is hidden before and behind a frame is no part of it.  A piece that stands for several characters is, as a
        whole.
        """
        found: list = []
        start: cython.Py_ssize_t
        end: cython.Py_ssize_t
        beyond: cython.Py_ssize_t
        first: cython.Py_ssize_t = -1
        last: cython.Py_ssize_t = -1
        own: tuple
        for frame in frames:
            own = cython.cast(tuple, frame)  # C reads members of a tuple in one step
            start, end = own[1], own[2]
            first = self._piece_before(first, start + 1)
            last = self._piece_before(last, end)
            if first >= 0:
                beyond = start - self._at[first] - self._lengths[first]
                start = self._raw_starts[first] if beyond < 0 else self._raw_ends[first] + beyond
            if last >= 0:
                beyond = end - self._at[last] - self._lengths[last]
                end = self._raw_ends[last] + max(beyond, 0)
            found.append(tuple.__new__(TextFrame, (own[0], start, end, own[3], own[4], own[5], own[6], own[7])))
        return found

    def _piece_before(self, piece, position):
        """Return the last piece that starts before ``position``; that is ``piece``, or one behind it."""
        while piece + 1 < self._count and self._at[piece + 1] < position:
            piece += 1
        return piece


@cython.final
@cython.cclass
class EscapeReader:
    """Makes a plain text, one line of the raw one after the other."""

    def __init__(self, raw):
        self._raw = raw
        self._pieces = []
        self._at, self._lengths, self._raw_starts, self._raw_ends = array("q"), array("q"), array("q"), array("q")
        self._length = self._read_to = self._end = 0
        self._signs_from = self._signs_end = 0
        self._levels = 0
        self._meaning = ""

    def plain_text(self):
        """Return the plain text."""
        self._read_lines()
        if not self._pieces:
            text = self._raw
        else:
            self._pieces.append(self._raw[self._read_to :])
            text = "".join(self._pieces)
        return PlainText(text, self._at, self._lengths, self._raw_starts, self._raw_ends)

    def _read_lines(self):
        raw: str = self._raw
        start: cython.Py_ssize_t = 0
        while start < len(raw):
            self._end = raw.find("\n", start)
            if self._end < 0:
                self._end = len(raw)
            if self._needs_reading(start):
                self._read_line(start)
            start = self._end + 1

    def _needs_reading(self, start):
        """Return whether there is both a special piece and half a place in the line: otherwise no frame is on it."""
        at: cython.Py_ssize_t = start
        while at < self._end and not self._is_special(at):
            at += 1
        if at >= self._end:
            return False
        at = start
        while at < self._end:
            if self._is_half_place(at):
                return True
            at += 1
        return False

    def _is_special(self, at):
        """Return whether a piece may start there that stands for something else than itself."""
        character: cython.Py_UCS4 = self._raw[at]
        if character in "\x1b\x9b\\^#&%":
            return True
        return (character == "<" and self._is(at + 1, "b")) or (character == "[" and self._is_digit(at + 1))

    def _is_half_place(self, at):
        """Return whether half a place starts there, maybe with a colour between the colon and the number."""
        raw: str = self._raw
        character: cython.Py_UCS4 = raw[at]
        if character == "%":
            return self._is(at + 1, "3") and (self._is(at + 2, "A") or self._is(at + 2, "a")) and self._is_digit(at + 3)
        if character == " ":
            return self._is(at + 1, "l") and raw.startswith(" line ", at, self._end) and self._is_digit(at + 6)
        if character != ":" or (at > self._signs_from and at < self._signs_end):
            return False
        self._signs_from = at
        while True:
            at += 1
            if at >= self._end:
                break
            character = raw[at]
            if character.isalnum() or character == "_" or character.isspace():
                break
        self._signs_end = at
        if self._is(at, "m") and self._is_digit(at + 1):
            at -= 1
            while raw[at] == ";":
                at -= 1
            return raw[at] == "["
        return self._is_digit(at)

    def _read_line(self, start):
        raw: str = self._raw
        at: cython.Py_ssize_t = start
        end: cython.Py_ssize_t
        character: cython.Py_UCS4
        if is_percent_encoded(raw, start, self._end):
            self._read_percent(start)
            return
        self._levels = written_levels(raw, start, self._end)
        while at < self._end:
            character = raw[at]
            if character in "\x1b\x9b\\^#&<[":
                self._meaning = ""
                end = self._piece_end(at, character)
                if end > at:
                    if self._meaning is not None:
                        self._replace(at, end, self._meaning)
                    at = end
                    continue
                if character == "\\":  # a run of backslashes is looked at as a whole
                    while self._is(at + 1, "\\"):
                        at += 1
            at += 1

    def _read_percent(self, at):
        """Read a line that is percent-encoded."""
        from urllib.parse import unquote  # rarely needed, and slow to import

        raw: str = self._raw
        start: cython.Py_ssize_t
        code: cython.long
        while at < self._end:
            start = at
            is_ascii: cython.bint = True
            code = 0
            while at < self._end:
                if raw[at] == "+":
                    code = 0x20
                    at += 1
                elif raw[at] == "%" and _hex_number(raw, at + 1, at + 3, self._end) >= 0:
                    code = _hex_number(raw, at + 1, at + 3, self._end)
                    is_ascii = is_ascii and code < 0x80
                    at += 3
                else:
                    break
            if at == start:
                at += 1
            elif is_ascii and at - start <= 3:
                self._replace(start, at, chr(code))
            else:
                self._replace(start, at, unquote(raw[start:at].replace("+", " ")))

    def _piece_end(self, at, character):
        """Return where the piece ends that starts with ``character``, ``at`` if there is none.

        ``_meaning`` is what it stands for, None if it stands for itself.
        """
        if character == "\\":
            return self._backslashes_end(at)
        if character == "&":
            return self._entity_end(at)
        if character == "#":
            return self._octal_end(at)
        if character == "[":
            return self._colour_end(at)
        if character == "\x1b":
            return self._escape_code_end(at)
        if character == "\x9b":
            return self._parameters_end(at + 1, at)
        if character == "^":
            return self._code_end(at + 2, at) if self._is(at + 1, "[") else at
        self._meaning = "\n"
        for tag in ("<br>", "<br/>", "<br />", "<br >"):
            if self._raw.startswith(tag, at, self._end):
                return at + len(tag)
        return at

    def _backslashes_end(self, start):
        """Return where an escape ends that starts with a run of backslashes, ``start`` if there is none."""
        raw: str = self._raw
        at: cython.Py_ssize_t = start
        end: cython.Py_ssize_t
        character: cython.Py_UCS4
        while self._is(at, "\\"):
            at += 1
        if at >= self._end:
            return start
        character = raw[at]
        if character in "nrt":
            end = self._joint_end(at) if character == "n" else -1
            if end < 0:
                self._meaning = self._control(start, at)
                end = at + 1
            return end
        if character == "/":
            self._meaning = "/"
            return at + 1
        if character == "u":
            return self._unicode_end(start, at)
        end = self._byte_end(at) if character == "x" or character == "0" else -1
        return start if end < 0 else end

    def _joint_end(self, at):
        """Return where the joint of two strings in code ends, which is the end of the line; -1 if there is none."""
        end: cython.Py_ssize_t = at + 4
        if not self._raw.startswith(("' +", '" +', "` +"), at + 1, self._end):
            return -1
        return end if end == self._end or (self._is(end, "\r") and end + 1 == self._end) else -1

    def _byte_end(self, at):
        """Return where a number of a character ends, or an escape code of a terminal that starts with one; or -1."""
        raw: str = self._raw
        end: cython.Py_ssize_t = -1
        if raw.startswith(("x1b", "x1B", "033"), at, self._end):
            end = self._code_end(at + 3, -1)
        if end >= 0:
            return end
        if raw.startswith(("x0a", "x0A", "012"), at, self._end):
            self._meaning = "\n"
        elif raw.startswith(("x0d", "x0D", "015"), at, self._end):
            self._meaning = "\r"
        elif raw.startswith(("x09", "011"), at, self._end):
            self._meaning = "\t"
        else:
            return -1
        return at + 3

    def _unicode_end(self, start, at):
        raw: str = self._raw
        end: cython.Py_ssize_t
        code: cython.long = _hex_number(raw, at + 1, at + 5, self._end)
        low: cython.long
        if code < 0:
            return start
        if code == 0x1B:
            end = self._code_end(at + 5, -1)
            if end >= 0:
                return end
        if code >> 10 == 0xD800 >> 10 and self._is(at + 5, "\\"):
            end = at + 5
            while self._is(end, "\\"):
                end += 1
            low = _hex_number(raw, end + 1, end + 5, self._end) if self._is(end, "u") else -1
            if low >> 10 == 0xDC00 >> 10:
                self._meaning = chr(((code - 0xD800) << 10) + low - 0xDC00 + 0x10000)
                return end + 5
        # Quotation marks stay escaped, so that it can be told where a string ends; halves of characters are none.
        if code in (0x0A, 0x0D, 0x09, 0x26, 0x27, 0x3C, 0x3E, 0x2028, 0x2029) or (
            code >= 0x80 and code >> 11 != _HALF_SURROGATE and self._has_level(at - start)
        ):
            self._meaning = chr(code)
        else:
            self._meaning = None
        return at + 5

    def _control(self, start, at):
        """Return what the letter of a control character stands for, None if it stands for itself."""
        raw: str = self._raw
        if not self._has_level(at - start):
            return None
        if self._has_level((at - start) // 2) and not _is_written_line_end(raw, start, at, self._end):
            return None  # of both kinds are in the line: this may well be "C:\\new"
        return "\n" if raw[at] == "n" else "\r" if raw[at] == "r" else "\t"

    def _entity_end(self, at):
        raw: str = self._raw
        end: cython.Py_ssize_t = at + 1
        code: cython.long = 0
        while end < self._end and end - at <= 7 and raw[end] != ";":
            end += 1
        if not self._is(end, ";"):
            return at
        name: str = raw[at + 1 : end]
        if not name.isascii():
            return at
        if not name.startswith("#"):
            if not 2 <= len(name) <= 7 or not name.isalpha():
                return at
            self._meaning = _ENTITIES.get(name.lower())
            return end + 1
        if name.startswith(("#x", "#X")):
            code = _hex_number(raw, at + 3, end, self._end) if 1 <= len(name) - 2 <= 4 else -1
        else:
            code = int(name[1:]) if 1 <= len(name) - 1 <= 4 and name[1:].isdecimal() else -1
        if code < 0:
            return at
        self._meaning = chr(code) if code else None
        return end + 1

    def _octal_end(self, at):
        raw: str = self._raw
        end: cython.Py_ssize_t
        if not self._is(at + 1, "0"):
            return at
        if raw.startswith("#033", at, self._end):
            end = self._code_end(at + 4, -1)
            return at if end < 0 else end
        for code, meaning in (("#012", "\n"), ("#015", "\r"), ("#011", "\t")):
            if raw.startswith(code, at, self._end):
                self._meaning = meaning
                return at + 4
        return at

    def _escape_code_end(self, at):
        """Return where the code ends that starts with the escape character: a command of the system, too."""
        raw: str = self._raw
        end: cython.Py_ssize_t = at + 2
        if not self._is(at + 1, "]"):
            return self._code_end(at + 1, at)
        while end < self._end and raw[end] != "\x07" and raw[end] != "\x1b":
            end += 1
        if self._is(end, "\x07"):
            return end + 1
        return end + 2 if self._is(end, "\x1b") and self._is(end + 1, "\\") else at

    def _code_end(self, at, otherwise):
        """Return where "[1;31m" ends, without what it starts with."""
        return self._parameters_end(at + 1, otherwise) if self._is(at, "[") else otherwise

    def _parameters_end(self, at, otherwise):
        character: cython.Py_UCS4
        while at < self._end:
            character = self._raw[at]
            if "a" <= character <= "z" or "A" <= character <= "Z":
                return at + 1
            if not (character in ";:?" or character.isdecimal()):
                break
            at += 1
        return otherwise

    def _colour_end(self, at):
        """Return where a colour ends whose escape character got lost."""
        end: cython.Py_ssize_t = at + 1
        start: cython.Py_ssize_t
        for _ in range(_MOST_NUMBERS):
            start = end
            while end - start < 3 and self._is_digit(end):
                end += 1
            if end == start:
                return at
            if self._is(end, "m"):
                return end + 1
            if not self._is(end, ";"):
                return at
            end += 1
        return at

    def _has_level(self, backslashes):
        return _level_bit(backslashes) & self._levels != 0

    def _replace(self, start, end, meaning):
        length: cython.Py_ssize_t = start - self._read_to
        if length:
            self._pieces.append(self._raw[self._read_to : start])
        self._pieces.append(meaning)
        self._length += length
        self._at.append(self._length)
        self._lengths.append(len(meaning))
        self._raw_starts.append(start)
        self._raw_ends.append(end)
        self._length += len(meaning)
        self._read_to = end

    def _is(self, at, character):
        return at < self._end and self._raw[at] == character

    def _is_digit(self, at):
        character: cython.Py_UCS4
        if at >= self._end:
            return False
        character = self._raw[at]
        return character.isdecimal()


def written_levels(raw, start, end):
    """Return how many backslashes a line has in front of the letters that stand for the end of a line.

    As the bits of their logarithms: other numbers than powers of two make no sense.
    """
    at: cython.Py_ssize_t = raw.find("\\", start, end)
    run: cython.Py_ssize_t
    levels: cython.ulonglong = 0
    is_written: cython.bint = False
    character: cython.Py_UCS4
    while at >= 0:
        run = at
        while at < end and raw[at] == "\\":
            at += 1
        if at == end:
            break
        character = raw[at]
        if (character == "n" or character == "r") and _is_written_line_end(raw, run, at, end):
            levels |= _level_bit(at - run)
            is_written = True
        at = raw.find("\\", at, end)
    return levels if is_written or not _is_json(raw, start, end) else 1


def _level_bit(backslashes):
    """Return the bit of a number of backslashes; 0 if that is no power of two."""
    bit: cython.int = 0
    if backslashes <= 0 or backslashes & (backslashes - 1):
        return 0
    while backslashes > 1:
        backslashes >>= 1
        bit += 1
    return cython.cast(cython.ulonglong, 1) << bit if bit < _MOST_LEVELS else 0


def _is_written_line_end(raw, start, at, end):
    """Return whether the backslashes from ``start`` to ``at``, and the letter there, end a line.

    So it is before or behind a frame: the letter n of a string ends a line, but not the one of a path on Windows.
    """
    character: cython.Py_UCS4
    if _is_behind_frame(raw, start):
        return True
    at += 1
    while at < end:
        character = raw[at]
        if character == "\\":
            while at < end and raw[at] == "\\":
                at += 1
            if at == end or raw[at] != "t":
                return False
            at += 1
        elif character.isspace():
            at += 1
        else:
            break
    return raw.startswith("at ", at, end)


def _is_behind_frame(raw, at):
    character: cython.Py_UCS4
    if not at:
        return False
    character = raw[at - 1]
    if character == ")" and at > 1:
        character = raw[at - 2]
        return character.isdecimal() or raw.endswith("<anonymous>)", 0, at)
    return character.isdecimal() or (character == "]" and raw.endswith("[native code]", 0, at))


def _is_json(raw, start, end):
    """Return whether a line starts as JSON does, or has a part that may be JSON."""
    quote: cython.Py_ssize_t = raw.find('"', start, end)
    before: cython.Py_UCS4
    if _starts_as_json(raw, start, end):
        return True
    while quote >= 0:
        if quote > start:
            before = raw[quote - 1]
            if before == "{":
                return True
            if (before.isalnum() or before in '_"') and _is_value_behind(raw, quote + 1, end):
                return True
        quote = raw.find('"', quote + 1, end)
    return False


def _starts_as_json(raw, at, end):
    at = _blank_end(raw, at, end)
    if at < end and raw[at] == "[":
        at = _blank_end(raw, at + 1, end)
        return at < end and raw[at] in "\"'{"
    return at < end and raw[at] in '{"'


def _is_value_behind(raw, at, end):
    """Return whether a colon is there, and then a value that has quotes or brackets."""
    at = _blank_end(raw, at, end)
    if at >= end or raw[at] != ":":
        return False
    at = _blank_end(raw, at + 1, end)
    return at < end and raw[at] in '"[{'


def _blank_end(raw, at, end):
    while at < end and raw[at].isspace():
        at += 1
    return at


def _hex_number(raw, start, stop, end):
    """Return the number ``raw[start:stop]``, -1 if that is none."""
    character: cython.Py_UCS4
    number: cython.long = 0
    if stop > end:
        return -1
    while start < stop:
        character = raw[start]
        if "0" <= character <= "9":
            number = number * 16 + ord(character) - 48
        elif "a" <= character <= "f":
            number = number * 16 + ord(character) - 87
        elif "A" <= character <= "F":
            number = number * 16 + ord(character) - 55
        else:
            return -1
        start += 1
    return number


def decoded_frames(raw, frames: list) -> list:
    """Return frames of the raw text with what is written in strings of JSON as it is meant."""
    text: str = raw
    path: str
    name: str
    start: cython.Py_ssize_t
    line_start: cython.Py_ssize_t = 0
    line_end: cython.Py_ssize_t = -1
    level: cython.int = 0
    is_percent: cython.bint = False
    found: list = []
    for frame in frames:
        fields: tuple = cython.cast(tuple, frame)
        path, name, start = fields[5], fields[4] or "", fields[1]
        if path.find("\\") >= 0 or name.find("\\") >= 0:
            if not line_start <= start <= line_end:
                line_start = text.rfind("\n", 0, start) + 1
                line_end = text.find("\n", start)
                if line_end < 0:
                    line_end = len(text)
                levels: object = written_levels(text, line_start, line_end)
                level = levels.bit_length()
                is_percent = is_percent_encoded(text, line_start, line_end)
            if level and not (is_percent and text.find("%", start, frame[2]) >= 0):
                frame = tuple.__new__(
                    TextFrame,
                    (*frame[:4], decoded(name, level) or None, decoded(path, level), frame[6], frame[7]),
                )
        found.append(frame)
    return found


def decoded(text, level):
    """Return what a text means that is in strings of JSON so many times; the text itself if that makes no sense."""
    for _ in range(level):
        meaning = json_text(text)
        if meaning is None:
            break
        text = meaning
    return text


def json_text(string):
    """Return what the inside of a string of JSON says, None if it can't be that.

    Characters that JSON wants escaped may be there as they are.
    """
    at: cython.Py_ssize_t = 0
    read_to: cython.Py_ssize_t = 0
    end: cython.Py_ssize_t = len(string)
    code: cython.long
    low: cython.long
    pieces: list = []
    while at < end:
        if string[at] == '"':
            return None
        if string[at] != "\\":
            at += 1
            continue
        pieces.append(string[read_to:at])
        at += 1
        if at < end and string[at] == "u":
            code = _hex_number(string, at + 1, at + 5, end)
            at += 5
            if code < 0:
                return None
            if code >> 10 == 0xD800 >> 10 and string.startswith("\\u", at):
                low = _hex_number(string, at + 2, at + 6, end)
                if low >> 10 == 0xDC00 >> 10:
                    code = ((code - 0xD800) << 10) + low - 0xDC00 + 0x10000
                    at += 6
            pieces.append(chr(code))
        else:
            meaning = _SIMPLE_ESCAPES.get(string[at]) if at < end else None
            if meaning is None:
                return None
            pieces.append(meaning)
            at += 1
        read_to = at
    pieces.append(string[read_to:])
    return "".join(pieces)
