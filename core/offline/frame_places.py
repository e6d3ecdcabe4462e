"""Places in a text, such as ``app.js:1:870``, and the frames that end with them."""

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


LONGEST_NAME, LONGEST_PATH = 500, 4000
_NUMBER = r"(\d{1,10})"
_END_OF_LINE = r"(?=[^\S\r\n]*(?:[\r\n]|\Z))"
# Each alternative starts with a letter, as such expressions are searched for ten times as fast.
LANDMARKS = re.compile(
    r"\((?:<anonymous>|native(?: code)?|index \d{1,10}|unknown location)\)()|\[native code\]()"
    rf"|l(?<=\S l)ine {_NUMBER} > [\w$]+(?: line \d{{1,10}} > [\w$]+){{0,8}}:\d{{1,10}}:\d{{1,10}}"
    rf"|@{_NUMBER}:{_NUMBER}{_END_OF_LINE}"
    # "]:" ends an address, as in "http://[::1]:3000".
    rf"|:(?<=[^\s:(@<|\"]:){_NUMBER}(?::{_NUMBER}(?!\w|:\d|\.\d|\]:)|(?=\))|{_END_OF_LINE})"
)
NO_PLACE, EVAL_LINE, POSITION, LINE_ONLY, PLACE = 2, 3, 5, 6, 7
"""The last group of ``LANDMARKS`` that matched; the last but one is a line number, and the last one a column."""
IS_PATH = re.compile(r"[/\\]|\.[A-Za-z]\w*(?:[?#].*)?\Z|\A<anonymous>\Z|\Anode:")
"""Half of what looks like a place in a log is a time of day."""
IS_SCRIPT = re.compile(r"[^:/]\.(?:[cm]?[jt]sx?|(?:js)?bundle|hbc|html?)(?:[?#/].*)?\Z")
NOT_IN_PATHS = re.compile(r"[<>|\"\r\n]")
ABSOLUTE = re.compile(r"/|[A-Za-z]:[\\/]|[a-z][a-z0-9+.-]*:/|file:")
LAST_WORD = re.compile(r".*\s", re.DOTALL)
BLANK_TO_LINE_END = re.compile(
    "[^\\S\r\n]*(?:[\r\n\v\f\x85\u2028\u2029\u240a\u2424\u21b5\u23ce\xb6\"'`<&│]|\\\\|\\]\\]>|\\Z)"
)
SEPARATORS = re.compile(r"[\s\"'`,;:|>)\]}\\–—-]*")
_NUMBERS = {EVAL_LINE: (EVAL_LINE, NO_PLACE), POSITION: (4, 5), LINE_ONLY: (6, 7), PLACE: (6, 7)}
"""The groups with the line and the column, the second of which may be one that never matches then."""
Place = re.Match[str]


@dataclass(slots=True)
class Passage:
    """Where a frame may start: in the line that starts at ``line_start``, not before ``floor``."""

    text: str
    line_start: int
    floor: int
    line: int

    @property
    def is_first(self) -> bool:
        """Whether nothing was found in the line yet."""
        return self.floor == self.line_start


def text_frame(
    passage: Passage, style: Style, span: tuple[int, int], function: str, path: str, place: Place
) -> TextFrame | None:
    """Return the frame that ends with ``place``; None if ``path`` is none."""
    kind = place.lastindex or 0
    if kind != POSITION and (not IS_PATH.search(path) or len(path) > LONGEST_PATH):
        return None
    if kind == LINE_ONLY and style is not Style.CALL and style is not Style.EVAL and not IS_SCRIPT.search(path):
        return None
    lineno, colno = (
        place.group(3, 2) if kind == EVAL_LINE else place.group(4, 5) if kind == POSITION else place.group(6, 7)
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


def end_of(pattern: re.Pattern[str], text: str, start: int, end: int) -> int:
    """Return where what ``pattern`` matches at ``start`` ends: there, if it doesn't."""
    found = pattern.match(text, start, end)
    return found.end() if found else start


def blank_end(text: str, start: int, end: int) -> int:
    """Return where the blanks at ``start`` end."""
    while start < end and text[start].isspace():
        start += 1
    return start
