"""The line of junk that servers put before JSON, so that a page can't run it as a script."""

from __future__ import annotations

from core.errors import MalformedSourceMap
from core.text.buffers import Content


def json_start(text: Content) -> int:
    """Return the byte offset in ``text`` at which the JSON of a source map starts.

    A text that starts with one of ``)]}'`` loses its first line, whatever it holds; all of it if there's only one.
    Raises MalformedSourceMap if that line ends with a CR alone.
    """
    if text[:1] not in (b")", b"]", b"}", b"'"):
        return 0
    end = text.find(b"\n")
    junk_end = len(text) if end < 0 else end
    carriage_return = text.find(b"\r", 0, junk_end)
    if carriage_return < 0:
        return min(junk_end + 1, len(text))
    if carriage_return + 1 == junk_end and end >= 0:
        return end + 1
    if carriage_return + 1 == len(text):
        return len(text)
    raise MalformedSourceMap(f"byte {carriage_return}: the line before the JSON ends with a CR alone")
