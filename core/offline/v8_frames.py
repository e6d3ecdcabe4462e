"""Frames as V8 and Hermes write them: "at name (place)", "at place"."""

from __future__ import annotations

import re

from core.offline.frame_places import (
    ABSOLUTE,
    IS_SCRIPT,
    LAST_WORD,
    LONGEST_NAME,
    LONGEST_PATH,
    NOT_IN_PATHS,
    SEPARATORS,
    Passage,
    Place,
    Style,
    TextFrame,
    end_of,
    text_frame,
)

_NOT_IN_LOOSE_PATHS = re.compile(r"[;{}<>|\"\r\n]")
_NOT_IN_LOOSE_NAMES = re.compile(r"[;{}]")
"""Lines of code, as Node prints one before the trace, are full of words and brackets, but these are in between."""
# A log may have anything in front of a frame, even the word "at".
_BEFORE_AT = frozenset("\n \t\r\f\v\"'`|>:]")
_BEFORE_SURE_AT = frozenset(" \t|,;>")
_BRACKETS = re.compile(r"[()]")


def called_frame(passage: Passage, place: Place) -> TextFrame | None:
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
    if not 0 < len(name) <= LONGEST_NAME or (is_loose and _NOT_IN_LOOSE_NAMES.search(name) and not _is_script(path)):
        return None
    if path.startswith("address at "):
        frame = text_frame(passage, style, (start, place.end() + 1), name, path.removeprefix("address at "), place)
        # An offset in Hermes' bytecode: these count from 0.
        return frame and frame._replace(colno=None if frame.colno is None else frame.colno + 1)
    if not _is_whole(path, is_loose=is_loose):
        return None
    return text_frame(passage, style, (start, place.end() + 1), name, path, place)


def bare_frame(passage: Passage, place: Place) -> TextFrame | None:
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
    if not ABSOLUTE.match(path) and LAST_WORD.match(path):
        return None
    return text_frame(passage, Style.BARE, (start, place.end()), "", path, place)


def _is_script(path: str) -> bool:
    return bool(ABSOLUTE.match(path) and IS_SCRIPT.search(path))


def _is_whole(path: str, *, is_loose: bool) -> bool:
    """Say whether there is nothing in a path that can't be; a loose one may be code."""
    if is_loose and not (_is_script(path) and not LAST_WORD.match(path)):
        return _NOT_IN_LOOSE_PATHS.search(path) is None
    return path == "<anonymous>" or NOT_IN_PATHS.search(path) is None


def _opening_bracket(passage: Passage, end: int) -> int:
    """Return where the bracket is that the one at ``end`` closes; -1 if there is none."""
    text = passage.text
    opened: list[int] = []
    for bracket in _BRACKETS.finditer(text, max(passage.floor, end - LONGEST_PATH), end):
        if bracket[0] == "(":
            opened.append(bracket.start())
        elif opened:
            opened.pop()
    # Paths may have brackets that nothing closes; the frame's own has a blank in front of it.
    return next((each for each in reversed(opened) if text[each - 1] == " "), opened[-1] if opened else -1)


def _opening(passage: Passage, end: int) -> tuple[int, bool]:
    """Return where the "at " is that something is called at, or -1, and whether it may well be a word of a log.

    It is none at the start of a line, right behind a frame, or behind several blanks or what separates items.
    """
    text = passage.text
    at_start = end_of(SEPARATORS, text, passage.floor, end)
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
