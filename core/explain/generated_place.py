"""Where a frame points in its generated file, and what is there."""

from __future__ import annotations

from dataclasses import dataclass

from core.text.buffers import Content
from core.wire.frame import Frame

_STEP = 1 << 16


@dataclass(frozen=True, slots=True)
class Place:
    """A frame's place, from 0; ``length`` are the UTF-16 code units of its line, None if the file has no such line."""

    line: int
    column: int
    length: int | None

    @property
    def is_outside(self) -> bool:
        """Whether the file has no such place.  A column just behind the last character still is one."""
        return self.length is None or self.column > self.length


class Places:
    """Finds the places of frames in their generated files.  A line may have megabytes, so each is measured once."""

    def __init__(self) -> None:
        self._lengths: dict[tuple[str, int], int | None] = {}

    def place(self, frame: Frame, content: Content) -> Place:
        """Return where ``frame``, which has a line, points in its generated file."""
        line = frame.lineno - 1
        key = (frame.abs_path, line)
        if key not in self._lengths:
            self._lengths[key] = line_length(content, line)
        return Place(line, max(frame.colno or 0, 1) - 1, self._lengths[key])


def line_length(content: Content, line: int) -> int | None:
    """Return how many UTF-16 code units the line ``line``, from 0, has; None if there is no such line."""
    start = _line_start(content, line)
    if start is None:
        return None
    end = content.find(b"\n", start)
    text = content[start : len(content) if end < 0 else end]
    return len(text) if text.isascii() else _utf16_units(text)


def line_count(content: Content) -> int:
    """Return how many lines a file has: one more than there are newlines."""
    return 1 + sum(content[start : start + _STEP].count(b"\n") for start in range(0, len(content), _STEP))


def _line_start(content: Content, line: int) -> int | None:
    """Return where a line begins; most of what is before it is only counted, as a frame may be far down."""
    start = 0
    while (count := content[start : start + _STEP].count(b"\n")) < line and start < len(content):
        line -= count
        start += _STEP
    for _ in range(line):
        start = content.find(b"\n", start) + 1
        if start == 0:
            return None
    return start


def _utf16_units(text: bytes) -> int:
    return len(text.decode("utf-8", "replace").encode("utf-16-le")) // 2
