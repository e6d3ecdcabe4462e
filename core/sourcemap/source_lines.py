"""Lines of the source contents that a map embeds, without decoding more than these lines."""

from __future__ import annotations

import msgspec
import orjson

from core.buffers import Content, numbers_buffer
from core.sourcemap.line_starts import LineStarts


class SourceLines(msgspec.Struct, frozen=True, gc=False):
    """A line of a source, and the lines around it.  A Struct, as that takes a tenth of the time to make."""

    before: list[str]
    line: str
    after: list[str]


class ContentLines:
    """The lines of one source content: the JSON string ``text[start:end]``.  Remembers where lines start."""

    def __init__(self, text: Content, start: int, end: int) -> None:
        self._text = text
        self._bounds = LineStarts(text, start + 1, end - 1, numbers_buffer((end - start) // 2 + 1)).bounds

    def around(self, line: int, count: int) -> SourceLines | None:
        """Return the line ``line``, from 0, and up to ``count`` lines before and after it; None if there isn't one.

        Lines end in LF or CR LF, which aren't returned, and in nothing else; nothing follows a final LF.
        """
        first = line - count if line > count else 0
        bounds = self._bounds(first, line, line + count + 1)
        if bounds is None:
            return None
        start, end = bounds
        # One call for all of them: each would cost as much.
        text: str = orjson.loads(b'"' + self._text[start:end] + b'"')
        lines = text.split("\n")
        if "\r" in text:
            lines[:-1] = [each.removesuffix("\r") for each in lines[:-1]]
        if not lines[-1]:
            del lines[-1]
        place = line - first
        return SourceLines(lines[:place], lines[place], lines[place + 1 :])
