"""The frames in a text: stack traces of V8, SpiderMonkey, JavaScriptCore and Hermes, with whatever is around them.

A text may be a console, a log, or a string of JSON with a trace in it.  What doesn't look like a frame isn't touched.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from core.offline.frame_places import (
    BLANK_TO_LINE_END,
    EVAL_LINE,
    IS_PATH,
    IS_SCRIPT,
    LANDMARKS,
    LAST_WORD,
    LONGEST_NAME,
    LONGEST_PATH,
    NO_PLACE,
    PLACE,
    POSITION,
    Passage,
    Place,
    Style,
    TextFrame,
    blank_end,
    text_frame,
)
from core.offline.plain_text import MAY_BE_SPECIAL, PlainText
from core.offline.spidermonkey_frames import at_sign_frame, eval_frame, place_frame, position_frame
from core.offline.v8_frames import bare_frame, called_frame


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


def plain_text(raw: str) -> PlainText:
    """Return ``raw`` as a person would read it; the time is linear in its length."""
    if MAY_BE_SPECIAL.search(raw) is None:
        return PlainText(raw)
    from core.offline.escapes import read_escapes  # most texts have none, and its expressions are slow to compile

    return read_escapes(raw)


def _decoded(raw: str, frames: list[TextFrame]) -> list[TextFrame]:
    """Return frames with what is written in strings of JSON as it is meant."""
    from core.offline.escapes import Encodings

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
    for landmark in LANDMARKS.finditer(text):
        start, kind = landmark.start(), landmark.lastindex or 0
        lines.go_to(start)
        frame = None
        if kind > NO_PLACE and (kind == POSITION or _MAY_BE_PATH.search(text, lines.floor, start)):
            passage = Passage(text, lines.start, lines.floor, lines.number + lines.found)
            frame = _frame(passage, landmark) or (_mention(passage, landmark, is_known) if is_known else None)
        if frame is not None:
            frames.append(frame)
        lines.found += frame is not None or kind <= NO_PLACE
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


_INDENTATION = 4
"""That of frames in the console of Firefox, at least."""
_LINE_ENDS = re.compile("[\r\n\v\f\x85\u2028\u2029\u240a\u2424\u21b5\u23ce\xb6]+")
_OTHER_LINE_END = re.compile("[\r\v\f\x85\u2028\u2029\u240a\u2424\u21b5\u23ce\xb6]")
_TO_LAST_LINE_END = re.compile(f".*{_LINE_ENDS.pattern}", re.DOTALL)
_MAY_BE_PATH = re.compile(r"[/\\]|\.[A-Za-z]|node:|<a")
_LAST_DELIMITER = re.compile(r".*[\s\"'`<>|]", re.DOTALL)
_LAST_SEPARATOR = re.compile(r".*[(=,;\[{]", re.DOTALL)
_OPENING_BRACKETS = "([{（【「"
_BRACKETS = re.compile(f"[{re.escape(_OPENING_BRACKETS)})\\]}}）】」]")
_URL = re.compile(r"(?:blob:)?\b(?:https?|file)://")
_CONSOLE_SIGNS = ("@", "—", "–")
_USUAL_PATH = r"((?:https?://|file:///|/)[\w.~%+/:?=&-]{1,1000})"
_USUAL = re.compile(
    rf" {{4}}at (?:([\w$.<>]+(?: \[as [\w$.]+\])?) \({_USUAL_PATH}|{_USUAL_PATH})\Z|([\w$./<]*)@{_USUAL_PATH}\Z"
)
_USUAL_CALL, _USUAL_BARE = 2, 3


def _line_ends(ends: str) -> int:
    return 1 if len(ends) == 1 else len(ends) - ends.count("\r\n")


def _frame(passage: Passage, place: Place) -> TextFrame | None:
    """Return the frame of ``passage`` that ends with ``place``, if there is one."""
    if place.lastindex == POSITION:
        return position_frame(passage, place)
    if place.lastindex == EVAL_LINE:
        return eval_frame(passage, place)
    usual = _usual_frame(passage, place)
    if usual is not None:
        return usual
    text, floor, start = passage.text, passage.floor, place.start()
    if text.find("at ", floor, start) >= 0:
        frame = called_frame(passage, place) if text.startswith(")", place.end()) else None
        frame = frame or at_sign_frame(passage, place) or bare_frame(passage, place)
    else:
        frame = at_sign_frame(passage, place) if text.find("@", floor, start) >= 0 else None
    return frame or place_frame(passage, place) or _console(passage, place)


def _usual_frame(passage: Passage, place: Place) -> TextFrame | None:
    """Return a frame as nearly all are, alone on its line."""
    text, end = passage.text, place.end()
    if not passage.is_first or place.lastindex != PLACE:
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


def _console(passage: Passage, place: Place) -> TextFrame | None:
    """Return the frame "name @ place"; Safari has a dash, and Firefox nothing but blanks between the two."""
    text, end = passage.text, place.start()
    word = LAST_WORD.match(text, passage.floor, end)
    if not passage.is_first or word is None or not BLANK_TO_LINE_END.match(text, place.end()):
        return None
    path = text[word.end() : end]
    start = blank_end(text, passage.line_start, word.end())
    before = text[start : word.end()].rstrip()
    name = before[:-1].rstrip() if before.endswith(_CONSOLE_SIGNS) else before
    if name == before and (start - passage.line_start < _INDENTATION or LAST_WORD.match(name)):
        return None
    if not 0 < len(name) <= LONGEST_NAME or not IS_SCRIPT.search(path):
        return None
    function = "" if name in ("(anonymous)", "<anonymous>") else name
    return text_frame(passage, Style.CONSOLE, (start, place.end()), function, path, place)


def _mention(passage: Passage, place: Place, is_known: Callable[[str], bool]) -> TextFrame | None:
    """Return a place in a file that is known, whatever is around it."""
    if place.lastindex != PLACE:
        return None
    text, end = passage.text, place.start()
    delimiter = _LAST_DELIMITER.match(text, passage.floor, end)
    start = delimiter.end() if delimiter else passage.floor
    for path_start in _path_starts(text, max(start, end - LONGEST_PATH), end):
        path = text[path_start:end]
        if IS_PATH.search(path) and is_known(path):
            return text_frame(passage, Style.MENTION, (path_start, place.end()), "", path, place)
    return None


def _path_starts(text: str, start: int, end: int) -> list[int]:
    """Return where a path may start in a word that ends with one, the best guess first."""
    opened: list[int] = []
    for bracket in _BRACKETS.finditer(text, start, end):
        if bracket[0] in _OPENING_BRACKETS:
            opened.append(bracket.end())
        elif opened:
            opened.pop()
    url = _URL.search(text, start, end)
    if url is not None:
        return [url.start(), start]
    last = _LAST_SEPARATOR.match(text, start, end)
    return [*opened[-1:], start, *([last.end()] if last else [])]
