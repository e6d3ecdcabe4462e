"""Frames as a text has them, and the styles they are written in."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class Style(Enum):
    """Notation of a frame by an engine."""

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
