"""The frames in a text: stack traces of V8, SpiderMonkey, JavaScriptCore and Hermes, with whatever is around them.

A text may be a console, a log, or a string of JSON with a trace in it.  What doesn't look like a frame isn't touched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import islice


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


@dataclass(frozen=True, slots=True)
class TextFrame:
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
    """
    return [
        frame for line, (start, end) in enumerate(_lines(text)) if (frame := _frame(text, start, end, line)) is not None
    ]


# The literal "\n" of a trace in a JSON string ends a line, too, but not the one in "C:\new".
_LINE_END = re.compile(r"\r\n|\n|\r|(?:\\r)?\\n(?=\s*at |[^\s@\"\\]{0,100}@\S{1,2000}?:\d+:\d+)")
_LONGEST_LINE = 10_000
"""Longer ones hold no frames: Node prints the whole line of code, which may be megabytes."""
_MOST_OPENINGS = 8
"""What a line may take us must not depend on how often somebody wrote "at" in it."""

# A log may have anything in front of a frame, even the word "at".
_AT = re.compile(r"(?:^|(?<=[\s\"'`|>:\]]))at (?:async )?")
_NAME = r"(?P<function>(?:(?! at ).){1,500}?)"
_PATH = r"(?P<path>(?:(?! at ).){1,2000}?)"
_LINENO, _COLNO = r"(?P<lineno>\d{1,10})", r"(?P<colno>\d{1,10})"
_PLACE = rf"{_PATH}:{_LINENO}"
_END = r"(?=$|[\s\"'`,;)\]}\\<])"
_CALL = re.compile(rf"{_NAME} ?\((?P<address>address at )?{_PLACE}(?::{_COLNO})?\)")
_EVAL = re.compile(rf"eval at {_NAME} \({_PLACE}:{_COLNO}\)")
_BARE = re.compile(rf"(?P<address>address at )?(?P<path>\S+?|(?:/|file:|[A-Za-z]:\\).+?):{_LINENO}:{_COLNO}{_END}")
# "async*f@…", "promise callback*f@…": SpiderMonkey says what had the function called.
_AT_SIGN = re.compile(
    rf"(?:^|(?<=[\s*\"]))(?P<function>(?:global|eval|module) code|[^\s@*\"]*)@"
    rf"(?P<path>\S+?):{_LINENO}:{_COLNO}{_END}"
)
_ONLY_POSITION = re.compile(  # React Native
    rf"\s*(?P<function>[^\s@]+)@(?P<path>){_LINENO}:{_COLNO}(?=\s*\Z)"
)
_ONLY_PLACE = re.compile(  # JavaScriptCore
    rf"\s*(?P<function>)(?P<path>[a-z][a-z0-9+.-]*://\S+?):{_LINENO}:{_COLNO}(?=\s*\Z)"
)
_IS_PATH = re.compile(r"[/\\]|\.[A-Za-z]\w*(?:[?#].*)?\Z|\A<anonymous>\Z|\Anode:|\A\Z")
"""Half of what looks like a place in a log is a time of day."""


def _lines(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for end in _LINE_END.finditer(text):
        yield start, end.start()
        start = end.end()
    yield start, len(text)


def _frame(text: str, start: int, end: int, line: int) -> TextFrame | None:
    if end - start > _LONGEST_LINE:
        return None
    found = _found(text[start:end])
    if found is None:
        return None
    style, match = found
    return _text_frame(style, match, start, line)


def _found(content: str) -> tuple[Style, re.Match[str]] | None:
    for opening in islice(_AT.finditer(content), _MOST_OPENINGS):
        found = _found_at(content, opening.end())
        if found is not None:
            return found
    if "@" in content:
        match = _AT_SIGN.search(content) or _ONLY_POSITION.match(content)
        return _accepted(Style.AT_SIGN, match)
    return _accepted(Style.BARE, _ONLY_PLACE.match(content))


def _found_at(content: str, opening: int) -> tuple[Style, re.Match[str]] | None:
    evaluated = content.rfind("eval at ", opening)
    if evaluated >= 0:
        return _accepted(Style.EVAL, _EVAL.match(content, evaluated))
    found = _accepted(Style.CALL, _CALL.match(content, opening))
    return found or _accepted(Style.BARE, _BARE.match(content, opening))


def _accepted(style: Style, match: re.Match[str] | None) -> tuple[Style, re.Match[str]] | None:
    return (style, match) if match and _IS_PATH.search(match["path"]) else None


def _text_frame(style: Style, match: re.Match[str], start: int, line: int) -> TextFrame:
    parts = match.groupdict()
    colno = None if parts["colno"] is None else int(parts["colno"])
    if parts.get("address") and colno is not None:
        colno += 1  # an offset in Hermes' bytecode: these count from 0
    return TextFrame(
        style=style,
        start=start + (match.start("function") if "function" in parts else match.start()),
        end=start + match.end(),
        line=line,
        function=parts.get("function") or None,
        path=parts["path"],
        lineno=int(parts["lineno"]),
        colno=colno,
    )
