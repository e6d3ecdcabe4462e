"""The frames in a text: stack traces of V8, SpiderMonkey, JavaScriptCore and Hermes, with whatever is around them.

A text may be a console, a log, or a string of JSON with a trace in it.  What doesn't look like a frame isn't touched.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple


class Style(Enum):
    """How an engine writes a frame."""

    CALL = "name (place)"
    """V8 and Hermes."""

    BARE = "place"
    """V8, where the function has no name; JavaScriptCore."""

    EVAL = "eval at name (place)"
    """V8, for code that was made at that place; the frame of which is called by a name and place of its own."""

    AT_SIGN = "name@place"
    """SpiderMonkey and JavaScriptCore."""


class TextFrame(NamedTuple):
    """A frame as a text has it: ``text[start:end]`` is its name and place.

    ``function`` is None if it has none, ``path`` is empty if only a position is given.  ``lineno`` and ``colno`` count
    from 1; ``colno`` is None if there is none.  ``line`` is the number of the line in the text, from 0: the frame on
    the next one is the caller's.
    """

    style: Style
    start: int
    end: int
    line: int
    function: str | None
    path: str
    lineno: int
    colno: int | None


def find_frames(text: str) -> list[TextFrame]:
    """Return the frames of a text that name a file and a line, in the order of the text.

    Of code that was made by ``eval``, the place of the call to ``eval`` counts.

    One pass over line ends and places (``:line:column``).  A frame is read backwards from its place, and no further
    than to the place before it or the start of the line, so the time is linear in the length of any text.
    """
    frames: list[TextFrame] = []
    found: TextFrame | None = None  # on the line that is read
    line = line_start = floor = 0
    for landmark in _LANDMARKS.finditer(text):
        if landmark.lastindex == _LINE_END:
            if found is not None and landmark.start() - line_start <= _LONGEST_LINE:
                frames.append(found)
            found = None
            line += _line_ends(landmark[0])
            line_start = floor = landmark.end()
        elif found is None:
            found = _frame(_Passage(text, line, floor, floor == line_start), landmark)
            floor = landmark.end()
    if found is not None and len(text) - line_start <= _LONGEST_LINE:
        frames.append(found)
    return frames


_LONGEST_LINE = 10_000
"""Longer ones hold no frames: Node prints the whole line of code, which may be megabytes."""
_LONGEST_NAME = 500

_LINENO, _COLNO = r"(\d{1,10})", r"(\d{1,10})"
_LANDMARKS = re.compile(
    # The literal "\n" of a trace in a JSON string ends a line, too, but not the one in "C:\new".
    r"([\r\n]+|(?:\\r)?\\n(?=\s*at |[^\s@\"\\]{0,100}@[^\s\"\\]{1,2000}?:\d{1,10}:\d))"
    # "]:" ends an address, as in "http://[::1]:3000".
    rf"|(?<=[^\s:(@;{{}}<|\"]):{_LINENO}(?::{_COLNO}(?=[\s\"'`,;)}}\\<]|\](?!:)|\Z)|(?=\)))"
    rf"|(?<=@){_LINENO}:{_COLNO}(?=[^\S\r\n]*(?:[\r\n]|\\[rn]|\Z))"
)
_LINE_END, _LINE_ONLY, _PLACE, _POSITION = 1, 2, 3, 5
"""The last group of ``_LANDMARKS`` that matched: a line without a column, both, or both and no path."""

# A log may have anything in front of a frame, even the word "at".
_BEFORE_AT = frozenset("\n \t\r\f\v\"'`|>:]")
# Lines of code, as Node prints one before the trace, are full of words and brackets, but have these in between, too.
_NOT_IN_NAMES = re.compile(r"[;{}]")
_TO_LAST_NOT_IN_PATHS = re.compile(r".*[;{}<>|\"]", re.DOTALL)
_TO_LAST_NOT_IN_WORDS = re.compile(r".*[\s;{}<>|\"]", re.DOTALL)
_TO_FUNCTION = re.compile(r".*[\s@*\"]", re.DOTALL)
_ABSOLUTE_PATH = re.compile(r"/|file:|[A-Za-z]:\\")
_SCHEME = re.compile(r"\s*(?=[a-z][a-z0-9+.-]*://)")
_BLANK_TO_LINE_END = re.compile(r"[^\S\r\n]*(?:[\r\n]|\\[rn]|\Z)")
_KINDS_OF_CODE = ("global code", "module code", "eval code")
_IS_PATH = re.compile(r"[/\\]|\.[A-Za-z]\w*(?:[?#].*)?\Z|\A<anonymous>\Z|\Anode:|\A\Z")
"""Half of what looks like a place in a log is a time of day."""

_Place = re.Match[str]


@dataclass(slots=True)
class _Passage:
    """Where a frame may start: at ``start`` or later, in ``line``."""

    text: str
    line: int
    start: int
    is_line_start: bool


def _line_ends(ends: str) -> int:
    return 1 if len(ends) == 1 or ends[0] == "\\" else ends.count("\n") + ends.count("\r") - ends.count("\r\n")


def _frame(passage: _Passage, place: _Place) -> TextFrame | None:
    """Return the frame of ``passage`` that ends with ``place``, if there is one."""
    if place.lastindex == _POSITION:
        return _only_position(passage, place)
    opening = _last_opening(passage, place.start())
    frame = None if opening < 0 else _frame_at(passage, opening, place)
    if frame is not None or place.lastindex == _LINE_ONLY:
        return frame
    return (passage.is_line_start and _only_place(passage, place)) or _at_sign(passage, place)


def _last_opening(passage: _Passage, end: int) -> int:
    """Return where the last "at " starts that something may be called at, or -1."""
    opening = end
    while (opening := passage.text.rfind("at ", passage.start, opening)) >= 0:
        if opening == passage.start:
            return opening if passage.is_line_start else -1
        if passage.text[opening - 1] in _BEFORE_AT:
            return opening
    return -1


def _frame_at(passage: _Passage, opening: int, place: _Place) -> TextFrame | None:
    text, start = passage.text, opening + len("at ")
    if opening >= passage.start + 5 and text.startswith("eval ", opening - 5):
        return _call(passage, Style.EVAL, start, place)
    if opening >= passage.start + 9 and text.startswith("address ", opening - 8):
        return _in_bytecode(passage, opening, place)
    if text.startswith("async ", start):
        start += len("async ")
    elif text.startswith("at at (", opening - 3) and opening - 3 >= passage.start:
        start = opening  # the function is called "at"
    return _call(passage, Style.CALL, start, place) or _bare(passage, start, place)


def _in_bytecode(passage: _Passage, opening: int, place: _Place) -> TextFrame | None:
    """Return a frame of Hermes, "at name (address at place)": its columns count from 0."""
    before = opening - len("address ")
    start = _last_opening(passage, before) + len("at ")
    if start < len("at ") or place.lastindex == _LINE_ONLY:
        return None
    frame = _call(passage, Style.CALL, start, place) or _bare(passage, start, place)
    return None if frame is None or frame.colno is None else frame._replace(colno=frame.colno + 1)


def _call(passage: _Passage, style: Style, start: int, place: _Place) -> TextFrame | None:
    """Return the frame "name (place)" whose name starts at ``start``."""
    text, end = passage.text, place.start()
    if not text.startswith(")", place.end()):
        return None
    if text.endswith("(<anonymous>", start, end):
        bracket = end - len("(<anonymous>")
    else:
        outside = _TO_LAST_NOT_IN_PATHS.match(text, start, end)
        bracket = text.find("(", max(start + 1, outside.end() if outside else 0), end)
    name_end = bracket - 1 if text[bracket - 1] == " " else bracket
    if not start < name_end <= start + _LONGEST_NAME or _NOT_IN_NAMES.search(text, start, name_end):
        return None
    path = text[bracket + 1 : end].removeprefix("address at ")
    return _text_frame(passage, style, (start, place.end() + 1), text[start:name_end], path, place)


def _bare(passage: _Passage, start: int, place: _Place) -> TextFrame | None:
    if place.lastindex != _PLACE:
        return None
    text, end = passage.text, place.start()
    path_start = start + len("address at ") if text.startswith("address at ", start) else start
    not_in_paths = _TO_LAST_NOT_IN_PATHS if _ABSOLUTE_PATH.match(text, path_start, end) else _TO_LAST_NOT_IN_WORDS
    if not_in_paths.match(text, path_start, end):
        return None
    return _text_frame(passage, Style.BARE, (start, place.end()), "", text[path_start:end], place)


def _only_position(passage: _Passage, place: _Place) -> TextFrame | None:
    """Return the frame of React Native that is nothing but "name@line:column"."""
    text, at_sign = passage.text, place.start() - 1
    outside = _TO_FUNCTION.match(text, passage.start, at_sign)
    start = outside.end() if outside else passage.start
    if not passage.is_line_start or start == at_sign or text[passage.start : start].strip():
        return None
    return _text_frame(passage, Style.AT_SIGN, (start, place.end()), text[start:at_sign], "", place)


def _only_place(passage: _Passage, place: _Place) -> TextFrame | None:
    """Return the frame of JavaScriptCore that is nothing but a URL."""
    text, end = passage.text, place.start()
    scheme = _SCHEME.match(text, passage.start, end)
    if scheme is None or _TO_LAST_NOT_IN_WORDS.match(text, scheme.end(), end):
        return None
    if not _BLANK_TO_LINE_END.match(text, place.end()):
        return None
    return _text_frame(passage, Style.AT_SIGN, (scheme.end(), place.end()), "", text[scheme.end() : end], place)


def _at_sign(passage: _Passage, place: _Place) -> TextFrame | None:
    """Return the frame "name@place"."""
    text, end = passage.text, place.start()
    outside = _TO_LAST_NOT_IN_WORDS.match(text, passage.start, end)
    at_sign = text.find("@", outside.end() if outside else passage.start, end)
    if at_sign < 0:
        return None
    start = _function_start(passage, at_sign)
    if start < 0:
        return None
    return _text_frame(
        passage, Style.AT_SIGN, (start, place.end()), text[start:at_sign], text[at_sign + 1 : end], place
    )


def _function_start(passage: _Passage, at_sign: int) -> int:
    """Return where the function before an at sign starts, or -1 if it isn't whole.

    "async*f@…", "promise callback*f@…": SpiderMonkey says what had the function called.
    """
    text = passage.text
    for kind in _KINDS_OF_CODE:
        if text.endswith(kind, passage.start, at_sign):
            return at_sign - len(kind)
    outside = _TO_FUNCTION.match(text, passage.start, at_sign)
    if outside is None:
        return passage.start if passage.is_line_start else -1
    return -1 if text[outside.end() - 1] == "@" else outside.end()


def _text_frame(
    passage: _Passage, style: Style, span: tuple[int, int], function: str, path: str, place: _Place
) -> TextFrame | None:
    if not _IS_PATH.search(path) or (not path and place.lastindex != _POSITION):
        return None
    lineno, colno = place.group(4, 5) if place.lastindex == _POSITION else place.group(2, 3)
    return TextFrame(
        style, *span, passage.line, function or None, path, int(lineno), None if colno is None else int(colno)
    )
