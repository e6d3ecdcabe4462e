"""Frames in a log that are objects of JSON, such as ``{"filename": "app.js", "lineno": 1, "colno": 870}``."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass, field

from core.offline.frame_places import Style, TextFrame
from core.offline.text_frames import find_frames

_PATHS = ("abs_path", "absPath", "filename", "fileName", "file", "url", "source", "sourceURL")
_LINES = ("lineno", "lineNo", "lineNumber", "line")
_COLUMNS = ("colno", "colNo", "columnNumber", "column", "col")
_FUNCTIONS = ("function", "functionName", "methodName", "func")
_FROM_ZERO = "scriptId"
"""What the frames of Chromium's protocol have, whose lines and columns count from 0."""
_MEMBERS = frozenset((*_PATHS, *_LINES, *_COLUMNS, *_FUNCTIONS, _FROM_ZERO))
_HAS_LINE = re.compile(r'"(?:lineno|lineNo|lineNumber|line)"\s*:\s*"?\d')
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[{}\[\],:]|[^\s{}\[\],:"]+')
_OPENING = re.compile(r"[{\[]\s*[{\[\"]")
_DEEPEST = 200
_LONGEST_LINE, _LONGEST_DOCUMENT = 1 << 20, 1 << 24

Span = tuple[int, int]


@dataclass(slots=True)
class _Object:
    """An object that is being read: where it starts, its members so far, and whose value comes next."""

    start: int
    is_list: bool
    members: dict[str, Span] = field(default_factory=dict)
    key: str | None = None
    is_value: bool = False


def find_all_frames(text: str, is_known: Callable[[str], bool]) -> list[TextFrame]:
    """Return the frames of a text in whatever form, in its order, and none within another."""
    objects = find_json_frames(text, is_known)
    frames = find_frames(text, is_known)
    if not objects:
        return frames
    found: list[TextFrame] = []
    for frame in sorted([*objects, *frames], key=lambda frame: (frame.start, -frame.end)):
        if not found or frame.start >= found[-1].end:
            found.append(frame)
    return found


def find_json_frames(text: str, is_known: Callable[[str], bool]) -> list[TextFrame]:
    """Return the objects in a document, or in lines with JSON, that are frames, in the order of their ends.

    They say a place in a file that is known, or a function, line and column in any file.
    """
    frames: list[TextFrame] = []
    for start, end in _documents(text):
        frames += (frame for each in _objects(text, start, end) if (frame := _frame(text, each, is_known)))
    return frames


def _documents(text: str) -> Iterator[Span]:
    """Yield where JSON may be that has places in it: the text as a whole, or the end of a line."""
    if _HAS_LINE.search(text) and _is_document(text):
        yield 0, len(text)
        return
    position = 0
    while (found := _HAS_LINE.search(text, position)) is not None:
        start = text.rfind("\n", 0, found.start()) + 1
        end = text.find("\n", found.start())
        position = end = len(text) if end < 0 else end
        opening = _OPENING.search(text, start, end)
        if opening is not None and end - start <= _LONGEST_LINE:
            yield opening.start(), end


def _is_document(text: str) -> bool:
    """Say whether the text is a document of several lines."""
    if text.lstrip()[:1] not in ("{", "[") or len(text) > _LONGEST_DOCUMENT or "\n" not in text.strip():
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def with_original(was: str, function: str | None, file: str, lineno: int, colno: int | None) -> str:
    """Return the text of an object with the original place in it; all else stays as it is."""
    (outer, _) = [*_objects(was, 0, len(was))][-1]
    first = _first(outer.members)
    numbers = {
        **dict.fromkeys(_LINES, lineno - 1 + first),
        **dict.fromkeys(_COLUMNS, None if colno is None else colno - 1 + first),
    }
    texts = {**dict.fromkeys(_PATHS, file), **dict.fromkeys(_FUNCTIONS, function)}
    for name, (start, end) in sorted(outer.members.items(), key=lambda member: -member[1][0]):
        if name != _FROM_ZERO:
            number = numbers.get(name)
            value = str(number) if was[start] == '"' and number is not None else number
            text = json.dumps(texts.get(name, value), ensure_ascii=False)
            was = f"{was[:start]}{text}{was[end:]}"
    return was


def _objects(text: str, start: int, end: int) -> Iterator[tuple[_Object, int]]:
    """Yield the objects in a text, and where each ends; what isn't JSON ends it."""
    open_ones: list[_Object] = []
    for token in _TOKEN.finditer(text, start, end):
        kind = token[0][0]
        if kind in "{[":
            if len(open_ones) >= _DEEPEST:
                return
            open_ones.append(_Object(token.start(), kind == "["))
        elif not open_ones:
            return
        elif kind in "}]":
            closed = open_ones.pop()
            if not closed.is_list:
                yield closed, token.end()
        else:
            _read_member(open_ones[-1], token)


def _read_member(around: _Object, token: re.Match[str]) -> None:
    if token[0] == ":":
        around.is_value = True
    elif token[0] == ",":
        around.key, around.is_value = None, False
    elif around.is_value and around.key in _MEMBERS:
        around.members[around.key] = token.span()
    elif not around.is_value and token[0][0] == '"':
        around.key = token[0][1:-1]


def _frame(text: str, found: tuple[_Object, int], is_known: Callable[[str], bool]) -> TextFrame | None:
    members = {name: text[start:end] for name, (start, end) in found[0].members.items()}
    path = _string(members, _PATHS)
    first = _first(members)
    lineno, colno = _number(members, _LINES, first), _number(members, _COLUMNS, first)
    function = _string(members, _FUNCTIONS)
    is_whole = function is not None and colno is not None
    if not path or lineno is None or not (is_whole or is_known(path)):
        return None
    # Who calls whom is known to the array around it; frames on lines that are far apart have nothing to do with it.
    line = 2 * found[1]
    return TextFrame(Style.OBJECT, found[0].start, found[1], line, function or None, path, lineno, colno)


def _string(members: dict[str, str], names: tuple[str, ...]) -> str | None:
    for name in names:
        if members.get(name, "").startswith('"'):
            try:
                return str(json.loads(members[name], strict=False))
            except ValueError:
                return None
    return None


def _first(members: Container[str]) -> int:
    """Return the number of the first line, and of the first column."""
    return 0 if _FROM_ZERO in members else 1


def _number(members: dict[str, str], names: tuple[str, ...], first: int) -> int | None:
    """Return the number of a line or column, from 1."""
    found = next((members[name] for name in names if name in members), "").strip('"')
    return int(found) + 1 - first if found.isdecimal() and len(found) <= 10 else None
