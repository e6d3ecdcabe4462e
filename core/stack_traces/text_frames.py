"""The frames in a text: stack traces of V8, SpiderMonkey, JavaScriptCore and Hermes, with whatever is around them.

A text may be a console, a log, or a string of JSON with a trace in it.  What doesn't look like a frame isn't touched.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from core.stack_traces.plain_text import plain_text


class Style(Enum):
    """How an engine writes a frame."""

    CALL = "name (place)"
    """V8 and Hermes."""

    BARE = "place"
    """V8, where the function has no name."""

    EVAL = "eval at name (place)"
    """V8, for code that was made at that place; the frame of which is called by a name and place of its own."""

    AT_SIGN = "name@place"
    """SpiderMonkey and JavaScriptCore."""

    CONSOLE = "name @ place"
    """What one copies from the console of Chromium; that of Firefox has blanks, that of Safari a dash."""

    ONLY_PLACE = "a line that is a place"
    """JavaScriptCore, where the function has no name."""

    EVAL_LINE = "file line number > eval"
    """SpiderMonkey, for code that was made on that line; what follows is a place in it."""

    OBJECT = "an object of JSON"
    """A log with a document on each line."""

    MENTION = "place in a text"
    """Any other place in a file that is known."""


class TextFrame(NamedTuple):
    """A frame as a text has it: ``text[start:end]`` is its name and place.

    ``function`` is None if it has none, ``path`` is empty if only a position is given.  ``lineno`` and ``colno`` count
    from 1; ``colno`` is None if there is none.  ``line`` is the number of the line in the text, from 0, as if each
    frame were on a line of its own: the frame on the next one is the caller's.
    """

    style: Style
    start: int
    end: int
    line: int
    function: str | None
    path: str
    lineno: int
    colno: int | None


def find_frames(text: str, is_known: Callable[[str], bool] | None = None) -> list[TextFrame]:
    """Return the frames of a text that name a file and a line, in the order of the text.

    Of code that was made by ``eval``, the place of the call to ``eval`` counts.  Places that stand for themselves count
    if ``is_known`` says so of their file.

    One pass over line ends and places (``:line:column``).  A frame is read backwards from its place, and no further
    than to the place before it or the start of the line, so the time is linear in the length of any text.
    """
    plain = plain_text(text)
    frames = _frames(plain.text, is_known)
    if plain.text is not text:
        frames = [
            frame._replace(start=start, end=end) for frame in frames for start, end in [plain.raw_span(*frame[1:3])]
        ]
    return _decoded(text, frames) if "\\" in text else frames


def _decoded(raw: str, frames: list[TextFrame]) -> list[TextFrame]:
    """Return frames with what is written in strings of JSON as it is meant."""
    from core.stack_traces.escapes import Encodings

    encodings = Encodings(raw)
    for number, frame in enumerate(frames):
        if "\\" in frame.path or "\\" in (frame.function or ""):
            path, function = (
                each and encodings.decoded(each, frame.start, frame.end) for each in (frame.path, frame.function)
            )
            frames[number] = frame._replace(path=path or "", function=function)
    return frames


def _frames(text: str, is_known: Callable[[str], bool] | None) -> list[TextFrame]:
    frames: list[TextFrame] = []
    lines = _Lines(text)
    for landmark in _LANDMARKS.finditer(text):
        start, kind = landmark.start(), landmark.lastindex or 0
        lines.go_to(start)
        frame = None
        if kind > _NO_PLACE and (kind == _POSITION or _MAY_BE_PATH.search(text, lines.floor, start)):
            passage = _Passage(text, lines.start, lines.floor, lines.number + lines.found)
            frame = _frame(passage, landmark) or (_mention(passage, landmark, is_known) if is_known else None)
        if frame is not None:
            frames.append(frame)
        lines.found += frame is not None or kind <= _NO_PLACE
        lines.floor = landmark.end()
    return frames


class _Lines:
    """Where in a text somebody is who reads it from the start to the end."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._has_other_ends = _OTHER_LINE_END.search(text) is not None
        self.number = self.start = self.floor = self.found = 0
        """The line, from 0; where it starts, where what was found ends, and how much that was."""

    def go_to(self, position: int) -> None:
        """Go on to ``position``, whatever line that is on."""
        text, floor = self._text, self.floor
        if self._has_other_ends:
            last = _TO_LAST_LINE_END.match(text, floor, position)
            end = last.end() if last else 0
            count = sum(_line_ends(ends) for ends in _LINE_ENDS.findall(text, floor, end)) if last else 0
        else:
            end = text.rfind("\n", floor, position) + 1
            count = text.count("\n", floor, end) if end else 0
        if end:
            # Each frame counts as one on a line of its own.
            self.number += count + max(self.found - 1, 0)
            self.start = self.floor = end
            self.found = 0


_LONGEST_NAME, _LONGEST_PATH = 500, 4000
_INDENTATION = 4
"""That of frames in the console of Firefox, at least."""

_LINE_ENDS = re.compile("[\r\n\v\f\x85\u2028\u2029\u240a\u21b5\u23ce]+")
_OTHER_LINE_END = re.compile("[\r\v\f\x85\u2028\u2029\u240a\u21b5\u23ce]")
_TO_LAST_LINE_END = re.compile(f".*{_LINE_ENDS.pattern}", re.DOTALL)
_NUMBER = r"(\d{1,10})"
_END_OF_LINE = r"(?=[^\S\r\n]*(?:[\r\n]|\Z))"
# Each alternative starts with a letter, as such expressions are searched for ten times as fast.
_LANDMARKS = re.compile(
    r"\((?:<anonymous>|native(?: code)?|index \d{1,10}|unknown location)\)()|\[native code\]()"
    rf"|l(?<=\S l)ine {_NUMBER} > [\w$]+(?: line \d{{1,10}} > [\w$]+){{0,8}}:\d{{1,10}}:\d{{1,10}}"
    rf"|@{_NUMBER}:{_NUMBER}{_END_OF_LINE}"
    # "]:" ends an address, as in "http://[::1]:3000".
    rf"|:(?<=[^\s:(@<|\"]:){_NUMBER}(?::{_NUMBER}(?!\w|:\d|\.\d|\]:)|(?=\))|{_END_OF_LINE})"
)
_NO_PLACE, _EVAL_LINE, _POSITION, _LINE_ONLY, _PLACE = 2, 3, 5, 6, 7
"""The last group of ``_LANDMARKS`` that matched; the last but one is a line number, and the last one a column."""

_MAY_BE_PATH = re.compile(r"[/\\]|\.[A-Za-z]|node:|<a")
_IS_PATH = re.compile(r"[/\\]|\.[A-Za-z]\w*(?:[?#].*)?\Z|\A<anonymous>\Z|\Anode:")
"""Half of what looks like a place in a log is a time of day."""
_IS_SCRIPT = re.compile(r"[^:/]\.(?:[cm]?[jt]sx?|(?:js)?bundle|hbc|html?)(?:[?#/].*)?\Z")
_NOT_IN_PATHS = re.compile(r"[<>|\"\r\n]")
_NOT_IN_LOOSE_PATHS = re.compile(r"[;{}<>|\"\r\n]")
_NOT_IN_LOOSE_NAMES = re.compile(r"[;{}]")
"""Lines of code, as Node prints one before the trace, are full of words and brackets, but these are in between."""
_ABSOLUTE = re.compile(r"/|[A-Za-z]:[\\/]|[a-z][a-z0-9+.-]*:/|file:")
_LAST_WORD = re.compile(r".*\s", re.DOTALL)
_LAST_DELIMITER = re.compile(r".*[\s\"'`<>|]", re.DOTALL)
_LAST_BRACKET = re.compile(r".*[(=,;\[{]", re.DOTALL)
_BLANK_TO_LINE_END = re.compile("[^\\S\r\n]*(?:[\r\n\v\f\x85\u2028\u2029\u240a\u21b5\u23ce\"'`<&]|\\\\|\\Z)")

# A log may have anything in front of a frame, even the word "at".
_BEFORE_AT = frozenset("\n \t\r\f\v\"'`|>:]")
_BEFORE_SURE_AT = frozenset(" \t|,;>")
_SEPARATORS = re.compile(r"[\s\"'`,;|>)\]}\\–—-]*")
_BRACKETS = re.compile(r"[()]")

_AT_PATH = re.compile(r"@(?=[a-z][a-z0-9+.-]*:/|/|[A-Za-z]:[\\/])")
_STRING_START = re.compile(r"(?:.*[:=,(\[{])?\s*([\"'`])", re.DOTALL)
_LOG_PREFIX = re.compile(
    r"(?:(?:\d[\d.:,TZ/+-]*|\[[^\]]*\]|\([^)]*\)|<\d+>|[\w.-]+(?:\[\d+\])?:|\S+(?:\s+\|)|\|"
    r"|(?i:trace|debug|info|warn|warning|error|fatal|critical|notice|stderr|stdout|F)|[-–—>*]+)\s+)*"
)
_CAUSE = re.compile(r"[A-Za-z][\w.]*(?: (?:handler|callback))?\*")
"""SpiderMonkey says what had the function called: "async*f@…", "promise callback*f@…"."""
_CONSOLE_SIGNS = ("@", "—", "–")

_NUMBERS = {_EVAL_LINE: (_EVAL_LINE, _NO_PLACE), _POSITION: (4, 5), _LINE_ONLY: (6, 7), _PLACE: (6, 7)}
"""The groups with the line and the column, the second of which may be one that never matches then."""

_USUAL_PATH = r"((?:https?://|file:///|/)[\w.~%+/:?=&-]{1,1000})"
_USUAL = re.compile(
    rf" {{4}}at (?:([\w$.<>]+(?: \[as [\w$.]+\])?) \({_USUAL_PATH}|{_USUAL_PATH})\Z|([\w$./<]*)@{_USUAL_PATH}\Z"
)
_USUAL_CALL, _USUAL_BARE = 2, 3

_Place = re.Match[str]


@dataclass(slots=True)
class _Passage:
    """Where a frame may start: in the line that starts at ``line_start``, not before ``floor``."""

    text: str
    line_start: int
    floor: int
    line: int

    @property
    def is_first(self) -> bool:
        """Whether nothing was found in the line yet."""
        return self.floor == self.line_start


def _line_ends(ends: str) -> int:
    return 1 if len(ends) == 1 else len(ends) - ends.count("\r\n")


def _frame(passage: _Passage, place: _Place) -> TextFrame | None:
    """Return the frame of ``passage`` that ends with ``place``, if there is one."""
    if place.lastindex == _POSITION:
        return _only_position(passage, place)
    if place.lastindex == _EVAL_LINE:
        return _eval_line(passage, place)
    usual = _usual_frame(passage, place)
    if usual is not None:
        return usual
    text, floor, start = passage.text, passage.floor, place.start()
    if text.find("at ", floor, start) >= 0:
        frame = _call(passage, place) if text.startswith(")", place.end()) else None
        frame = frame or _at_sign(passage, place) or _bare(passage, place)
    else:
        frame = _at_sign(passage, place) if text.find("@", floor, start) >= 0 else None
    return frame or _only_place(passage, place) or _console(passage, place)


def _usual_frame(passage: _Passage, place: _Place) -> TextFrame | None:
    """Return a frame as nearly all are, alone on its line."""
    text, end = passage.text, place.end()
    if not passage.is_first or place.lastindex != _PLACE:
        return None
    found = _USUAL.match(text, passage.line_start, place.start())
    if found is None or not _is_line_end(text, end + (found.lastindex == _USUAL_CALL)):
        return None
    kind = found.lastindex or 0
    if kind == _USUAL_CALL:
        if text[end : end + 1] != ")":
            return None
        span, style = (found.start(1), end + 1), Style.CALL
    elif kind == _USUAL_BARE:
        span, style = (found.start(3), end), Style.BARE
    else:
        span, style = (found.start(4), end), Style.AT_SIGN
    function = None if kind == _USUAL_BARE else found[kind - 1] or None
    return TextFrame(style, *span, passage.line, function, found[kind], int(place[6]), int(place[7]))


def _is_line_end(text: str, position: int) -> bool:
    return text[position : position + 1] in ("", "\n", "\r", '"')


# V8 and Hermes


def _call(passage: _Passage, place: _Place) -> TextFrame | None:
    """Return the frame "at name (place)"."""
    bracket = _opening_bracket(passage, place.start())
    if bracket < 0:
        return None
    text = passage.text
    name_end = bracket - 1 if text[bracket - 1] == " " else bracket
    path = text[bracket + 1 : place.start()]
    evaluated = text.rfind("eval at ", passage.floor, name_end)
    if evaluated >= 0 and text.find("(", evaluated, name_end) < 0:
        style, start, is_loose = Style.EVAL, evaluated + len("eval at "), False
    else:
        opening, is_loose = _opening(passage, name_end)
        style, start = Style.CALL, _after_opening(text, opening)
        if opening < 0:
            return None
    name = text[start:name_end]
    if not 0 < len(name) <= _LONGEST_NAME or (is_loose and _NOT_IN_LOOSE_NAMES.search(name) and not _is_script(path)):
        return None
    if path.startswith("address at "):
        frame = _text_frame(passage, style, (start, place.end() + 1), name, path.removeprefix("address at "), place)
        # An offset in Hermes' bytecode: these count from 0.
        return frame and frame._replace(colno=None if frame.colno is None else frame.colno + 1)
    if not _is_whole(path, is_loose=is_loose):
        return None
    return _text_frame(passage, style, (start, place.end() + 1), name, path, place)


def _bare(passage: _Passage, place: _Place) -> TextFrame | None:
    """Return the frame "at place"."""
    text, end = passage.text, place.start()
    opening, is_loose = _opening(passage, end)
    if opening < 0:
        return None
    start = _after_opening(text, opening)
    path_start = start + len("address at ") if text.startswith("address at ", start) else start
    path = text[path_start:end]
    if not _is_whole(path, is_loose=is_loose):
        return None
    if not _ABSOLUTE.match(path) and _LAST_WORD.match(path):
        return None
    return _text_frame(passage, Style.BARE, (start, place.end()), "", path, place)


def _is_script(path: str) -> bool:
    return bool(_ABSOLUTE.match(path) and _IS_SCRIPT.search(path))


def _is_whole(path: str, *, is_loose: bool) -> bool:
    """Say whether there is nothing in a path that can't be; a loose one may be code."""
    if is_loose and not (_is_script(path) and not _LAST_WORD.match(path)):
        return _NOT_IN_LOOSE_PATHS.search(path) is None
    return path == "<anonymous>" or _NOT_IN_PATHS.search(path) is None


def _opening_bracket(passage: _Passage, end: int) -> int:
    """Return where the bracket is that the one at ``end`` closes; -1 if there is none."""
    text = passage.text
    opened: list[int] = []
    for bracket in _BRACKETS.finditer(text, max(passage.floor, end - _LONGEST_PATH), end):
        if bracket[0] == "(":
            opened.append(bracket.start())
        elif opened:
            opened.pop()
    # Paths may have brackets that nothing closes; the frame's own has a blank in front of it.
    return next((each for each in reversed(opened) if text[each - 1] == " "), opened[-1] if opened else -1)


def _opening(passage: _Passage, end: int) -> tuple[int, bool]:
    """Return where the "at " is that something is called at, or -1, and whether it may well be a word of a log.

    It is none at the start of a line, right behind a frame, or behind several blanks or what separates items.
    """
    text = passage.text
    at_start = _end(_SEPARATORS, text, passage.floor, end)
    opening, loose = end, -1
    while (opening := text.rfind("at ", passage.floor, opening)) >= 0:
        if _after_opening(text, opening) >= end and text.startswith("(", end):
            continue  # a function may be called "at"
        if opening == at_start or (opening > passage.floor and text[opening - 1] == "\t"):
            return opening, False
        if opening - 2 >= passage.floor and text[opening - 1] == " " and text[opening - 2] in _BEFORE_SURE_AT:
            return opening, False
        if loose < 0 and opening > passage.floor and text[opening - 1] in _BEFORE_AT:
            loose = opening
    return loose, True


def _after_opening(text: str, opening: int) -> int:
    start = opening + len("at ")
    return start + len("async ") if text.startswith("async ", start) else start


# SpiderMonkey and JavaScriptCore


def _at_sign(passage: _Passage, place: _Place) -> TextFrame | None:
    """Return the frame "name@place"."""
    text, end = passage.text, place.start()
    at_sign = _path_at_sign(passage, end)
    if at_sign < 0:
        return None
    path = text[at_sign + 1 : end]
    start = _name_start(passage, at_sign)
    name = text[start:at_sign]
    if _NOT_IN_PATHS.search(path) or len(name) > _LONGEST_NAME or ("/" in path[:1] and "://" in name):
        return None
    return _text_frame(passage, Style.AT_SIGN, (start, place.end()), name, path, place)


def _path_at_sign(passage: _Passage, end: int) -> int:
    """Return where the at sign is that the path up to ``end`` follows; -1 if there is none."""
    text = passage.text
    word = _LAST_WORD.match(text, passage.floor, end)
    word_start = word.end() if word else passage.floor
    found = _AT_PATH.search(text, word_start, end)
    if found is None and word is not None:
        found = _AT_PATH.search(text, passage.floor, end)
        if found is not None and text.startswith(("http:", "https:"), found.end()):
            return -1
    if found is not None:
        return found.start()
    at_sign = text.find("@", word_start, end)
    if at_sign >= 0 and ("/" in text[word_start:at_sign] or not _IS_SCRIPT.search(text[at_sign + 1 : end])):
        return -1
    return at_sign


def _name_start(passage: _Passage, end: int) -> int:
    """Return where the name of a function starts that ends at ``end``."""
    text = passage.text
    start = _string_start(passage, end)
    if start < 0:
        start = _end(_SEPARATORS, text, passage.floor, end)
        start = _end(_LOG_PREFIX, text, start, end)
    while (cause := _CAUSE.match(text, start, end)) is not None:
        start = cause.end()
    return start


def _string_start(passage: _Passage, end: int) -> int:
    """Return where the string starts that ``end`` is in, if it starts in this line; otherwise -1."""
    text = passage.text
    opening = _STRING_START.match(text, passage.floor, end)
    if opening is None:
        return -1
    closing = text.find(opening[1], opening.end(), end)
    return opening.end() if closing < 0 or text[closing - 1] == "\\" else -1


def _end(pattern: re.Pattern[str], text: str, start: int, end: int) -> int:
    found = pattern.match(text, start, end)
    return found.end() if found else start


def _blank_end(text: str, start: int, end: int) -> int:
    while start < end and text[start].isspace():
        start += 1
    return start


def _only_position(passage: _Passage, place: _Place) -> TextFrame | None:
    """Return the frame of React Native that is nothing but "name@line:column"."""
    text, at_sign = passage.text, place.start()
    start = _name_start(passage, at_sign)
    name = text[start:at_sign]
    if not passage.is_first or not name or any(each.isspace() for each in name):
        return None
    return _text_frame(passage, Style.AT_SIGN, (start, place.end()), name, "", place)


def _eval_line(passage: _Passage, place: _Place) -> TextFrame | None:
    """Return the frame of SpiderMonkey "name@file line number > eval:line:column"."""
    end = place.start() - 1
    at_sign = _path_at_sign(passage, end)
    if at_sign < 0:
        return None
    path = passage.text[at_sign + 1 : end]
    name = passage.text[_name_start(passage, at_sign) : at_sign]
    return _text_frame(passage, Style.EVAL_LINE, (at_sign + 1, place.end(_EVAL_LINE)), name, path, place)


def _only_place(passage: _Passage, place: _Place) -> TextFrame | None:
    """Return the frame of JavaScriptCore that is nothing but a URL."""
    text, end = passage.text, place.start()
    if place.lastindex == _LINE_ONLY:
        return None  # so Node says where it crashed, before it shows that line
    if text.find("://", passage.floor, end) < 0:
        return None
    start = _name_start(passage, end)
    path = text[start:end]
    if "://" not in path or not _ABSOLUTE.match(path) or _NOT_IN_PATHS.search(path):
        return None
    if _LAST_WORD.match(path) or not _BLANK_TO_LINE_END.match(text, place.end()):
        return None
    return _text_frame(passage, Style.ONLY_PLACE, (start, place.end()), "", path, place)


# What one copies from consoles, and the rest


def _console(passage: _Passage, place: _Place) -> TextFrame | None:
    """Return the frame "name @ place"; Safari has a dash, and Firefox nothing but blanks between the two."""
    text, end = passage.text, place.start()
    word = _LAST_WORD.match(text, passage.floor, end)
    if not passage.is_first or word is None or not _BLANK_TO_LINE_END.match(text, place.end()):
        return None
    path = text[word.end() : end]
    start = _blank_end(text, passage.line_start, word.end())
    before = text[start : word.end()].rstrip()
    name = before[:-1].rstrip() if before.endswith(_CONSOLE_SIGNS) else before
    if name == before and (start - passage.line_start < _INDENTATION or _LAST_WORD.match(name)):
        return None
    if not 0 < len(name) <= _LONGEST_NAME or not _IS_SCRIPT.search(path):
        return None
    function = "" if name in ("(anonymous)", "<anonymous>") else name
    return _text_frame(passage, Style.CONSOLE, (start, place.end()), function, path, place)


def _mention(passage: _Passage, place: _Place, is_known: Callable[[str], bool]) -> TextFrame | None:
    """Return a place in a file that is known, whatever is around it."""
    if place.lastindex != _PLACE:
        return None
    text, end = passage.text, place.start()
    start = passage.floor
    for delimiter in _LAST_DELIMITER, _LAST_BRACKET:
        found = delimiter.match(text, start, end)
        start = found.end() if found else start
        path = text[start:end]
        if len(path) <= _LONGEST_PATH and _IS_PATH.search(path) and is_known(path):
            return _text_frame(passage, Style.MENTION, (start, place.end()), "", path, place)
    return None


def _text_frame(
    passage: _Passage, style: Style, span: tuple[int, int], function: str, path: str, place: _Place
) -> TextFrame | None:
    kind = place.lastindex or 0
    if kind != _POSITION and (not _IS_PATH.search(path) or len(path) > _LONGEST_PATH):
        return None
    if kind == _LINE_ONLY and style is not Style.CALL and style is not Style.EVAL and not _IS_SCRIPT.search(path):
        return None
    lineno, colno = (
        place.group(3, 2) if kind == _EVAL_LINE else place.group(4, 5) if kind == _POSITION else place.group(6, 7)
    )
    return TextFrame(
        style,
        *span,
        passage.line,
        function or None,
        path,
        int(lineno),
        None if colno is None else int(colno),
    )
