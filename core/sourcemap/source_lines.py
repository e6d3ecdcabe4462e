"""Lines of the source contents that a map embeds, without decoding more than these lines."""

from __future__ import annotations

import msgspec
import orjson

from core.buffers import Text, numbers_buffer
from core.sourcemap.line_starts import LineStarts


class SourceLines(msgspec.Struct, frozen=True, gc=False):
    """A line of a source, and the lines around it.  A Struct, as that takes a tenth of the time to make."""

    before: list[str]
    line: str
    after: list[str]


class ContentLines:
    """The lines of one source content: the JSON string ``text[start:end]``.  Remembers where lines start."""

    def __init__(self, text: Text, start: int, end: int) -> None:
        self._text = text
        self._end = end - 1
        self._starts = LineStarts(text, start + 1, end - 1, numbers_buffer((end - start) // 2 + 1))

    def around(self, line: int, count: int) -> SourceLines | None:
        """Return the line ``line``, from 0, and up to ``count`` lines before and after it; None if there isn't one.

        Lines end in LF or CR LF, which aren't returned, and in nothing else; nothing follows a final LF.
        """
        if not 0 <= line < len(self._text) or self._starts.start(line) >= self._end:
            return None
        first = max(line - count, 0)
        start, end = self._starts.start(first), self._starts.start(line + count + 1)
        lines = _lines(orjson.loads(b'"' + self._text[start:end] + b'"'))
        return SourceLines(lines[: line - first], lines[line - first], lines[line - first + 1 :])


def _lines(text: str) -> list[str]:
    lines = text.split("\n")
    if "\r" in text:
        lines[:-1] = [line.removesuffix("\r") for line in lines[:-1]]
    if not lines[-1]:
        del lines[-1]
    return lines
