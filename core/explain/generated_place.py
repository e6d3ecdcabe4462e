"""Where a frame points in its generated file, and what is there."""

from __future__ import annotations

from dataclasses import dataclass

from core.buffers import Content
from core.wire.frame import Frame


@dataclass(frozen=True, slots=True)
class Place:
    """A frame's place, from 0, and the size of the file there.

    ``line_count`` are the lines of the file, ``length`` the UTF-16 code units of the line; None if it isn't there.
    """

    line: int
    column: int
    line_count: int
    length: int | None

    @property
    def is_outside(self) -> bool:
        """Whether the file has no such place.  A column just behind the last character still is one."""
        return self.length is None or self.column > self.length


def place_of(frame: Frame, content: Content) -> Place:
    """Return where ``frame``, which has a line, points in its generated file."""
    line, column = frame.lineno - 1, max(frame.colno or 0, 1) - 1
    start = _line_start(content, line)
    length = None
    if start is not None:
        end = content.find(b"\n", start)
        text = bytes(content[start : len(content) if end < 0 else end])
        length = len(text) if text.isascii() else len(text.decode("utf-8", "replace").encode("utf-16-le")) // 2
    return Place(line, column, _newlines(content) + 1, length)


def _line_start(content: Content, line: int) -> int | None:
    start = 0
    for _ in range(line):
        start = content.find(b"\n", start) + 1
        if start == 0:
            return None
    return start


def _newlines(content: Content) -> int:
    count, at = 0, content.find(b"\n")
    while at >= 0:
        count, at = count + 1, content.find(b"\n", at + 1)
    return count
