"""Lines of the source contents that a map embeds, without decoding more than these lines."""

from __future__ import annotations

import msgspec
import orjson

from core.sourcemap.content_lines import ROW_SIZE, STRETCH_SIZE, ContentLines
from core.text.buffers import Content, numbers_buffer


class SourceLines(msgspec.Struct, frozen=True, gc=False):
    """A line of a source, and the lines around it.  A Struct, as that takes a tenth of the time to make."""

    before: list[str]
    line: str
    after: list[str]


class SourceContent:
    """One source content: the JSON string ``text[start:end]``.  Remembers where its lines are."""

    def __init__(self, text: Content, start: int, end: int) -> None:
        self._text = text
        self._lines = ContentLines(text, start, end, numbers_buffer(ROW_SIZE * ((end - start) // STRETCH_SIZE + 1)))

    def lines(self, line: int, around: int) -> SourceLines | None:
        """Return the line ``line``, from 0, and up to ``around`` lines before and after it; None if there isn't one.

        Lines end in LF or CR LF, which aren't returned, and in nothing else; nothing follows a final LF.
        """
        bounds = self._lines.bounds(line, around)
        if bounds is None:
            return None
        first, start, end = bounds
        # One call for all of them: each would cost as much.
        text: str = orjson.loads(b'"' + self._text[start:end] + b'"')
        lines = text.split("\n")
        if "\r" in text:
            lines[:-1] = [each.removesuffix("\r") for each in lines[:-1]]
        if not lines[-1]:
            del lines[-1]
        place = line - first
        return SourceLines(lines[:place], lines[place], lines[place + 1 :])

    def context(self, line: int, column: int) -> bytes | None:
        """Context of a place, as ``core.text.source_context.Lines.context`` gives it; both count from 0."""
        context: bytes | None = self._lines.context(line, column + 1)
        return context
