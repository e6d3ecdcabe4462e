"""The frames in a text: stack traces of V8, SpiderMonkey, JavaScriptCore and Hermes, with whatever is around them.

A text may be a console, a log, or a string of JSON with a trace in it.  What doesn't look like a frame isn't touched.
"""

from __future__ import annotations

from collections.abc import Callable

from core.offline.frame_places import TextFrame
from core.offline.frame_reader import read_frames
from core.offline.plain_text import MAY_BE_SPECIAL, PlainText


def find_frames(text: str, is_known: Callable[[str], bool] | None = None) -> list[TextFrame]:
    """Return the frames of a text that name a file and a line, in the order of the text.

    Of code that was made by ``eval``, the place of the call to ``eval`` counts.  Places that stand for themselves count
    if ``is_known`` says so of their file.

    The time is linear in the length of any text.
    """
    plain = plain_text(text)
    frames: list[TextFrame] = read_frames(plain.text, is_known)
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
