"""The frames in a text: stack traces of V8, SpiderMonkey, JavaScriptCore and Hermes, with whatever is around them.

A text may be a console, a log, or a string of JSON with a trace in it.  What doesn't look like a frame isn't touched.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from core.offline.frame_places import TextFrame
from core.offline.frame_reader import read_frames

MAY_BE_SPECIAL = re.compile(r"[\x1b\x9b\\^#&%]|<b|\[\d")
"""First characters of a piece that may stand for something else than itself."""


def find_frames(text: str, is_known: Callable[[str], bool] | None = None) -> list[TextFrame]:
    """Return the frames of a text that name a file and a line, in the order of the text.

    Of code that was made by ``eval``, the place of the call to ``eval`` counts.  Places that stand for themselves count
    if ``is_known`` says so of their file.

    The time is linear in the length of any text.
    """
    if MAY_BE_SPECIAL.search(text) is None:
        return list(read_frames(text, is_known))
    from core.offline.escape_reader import decoded_frames, read_escapes  # most texts have none

    plain = read_escapes(text)
    frames: list[TextFrame] = plain.raw_frames(read_frames(plain.text, is_known))
    return decoded_frames(text, frames) if "\\" in text else frames
