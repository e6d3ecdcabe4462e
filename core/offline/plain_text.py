"""A text as a person would read it: without colours, and with line feeds where a log writes something else for them.

Frames are found in the plain text, and replaced in the text as it is.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field

MAY_BE_SPECIAL = re.compile(r"[\x1b\x9b\\^#&%]|<b|\[\d")
"""What every piece begins with that may stand for something else than itself."""
NEEDS_ESCAPES = re.compile(r"[\x00-\x1f\"\\]")
"""What can't be in a string of JSON as it is."""


@dataclass(slots=True)
class PlainText:
    """A plain ``text``, and which pieces of the raw one were replaced.

    Piece ``number`` is at ``_at[number]`` in the plain text and has ``_lengths[number]`` characters there.
    """

    text: str
    _at: list[int] = field(default_factory=list)
    _lengths: list[int] = field(default_factory=list)
    _raw_starts: list[int] = field(default_factory=list)
    _raw_ends: list[int] = field(default_factory=list)

    def add_piece(self, at: int, length: int, raw_start: int, raw_end: int) -> None:
        """Add what ``raw[raw_start:raw_end]`` became; pieces come in order."""
        self._at.append(at)
        self._lengths.append(length)
        self._raw_starts.append(raw_start)
        self._raw_ends.append(raw_end)

    def raw_span(self, start: int, end: int) -> tuple[int, int]:
        """Return where a passage of the plain text is in the raw one, without what is hidden before and behind it."""
        if not self._at:
            return start, end
        return self._raw_start(start), self._raw_end(end)

    def _raw_start(self, start: int) -> int:
        number = bisect_right(self._at, start) - 1
        if number < 0:
            return start
        beyond = start - self._at[number] - self._lengths[number]
        # Of a piece that stands for several characters, all counts.
        return self._raw_starts[number] if beyond < 0 else self._raw_ends[number] + beyond

    def _raw_end(self, end: int) -> int:
        number = bisect_left(self._at, end) - 1
        return end if number < 0 else self._raw_ends[number] + max(end - self._at[number] - self._lengths[number], 0)
