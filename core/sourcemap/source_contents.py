"""Source contents that a source map embeds, and their lines: left in the JSON until they are asked for."""

from __future__ import annotations

from array import array
from dataclasses import dataclass

import msgspec
import orjson

from core.sourcemap.content_lines import ROW_SIZE, STRETCH_SIZE, ContentLines
from core.sourcemap.map_document import PlainMap
from core.text.buffers import Content, Numbers, numbers_buffer

_NULL = ord("n")


@dataclass(frozen=True, slots=True)
class SourceContents:
    """The contents of the sources: source ``i`` has the JSON string ``text[starts[i]:ends[i]]``.

    Both numbers are 0 for a source without content, and sources past the end of the arrays have none either.
    """

    text: Content
    starts: Numbers
    ends: Numbers

    def bounds(self, source: int) -> tuple[int, int] | None:
        """Return where the JSON string of a source's content starts and ends, None if it has no content."""
        if not 0 <= source < len(self.starts) or not self.ends[source]:
            return None
        return self.starts[source], self.ends[source]

    def content(self, source: int) -> bytes | None:
        """Return the content of the source with this index as UTF-8, or None if it has none."""
        bounds = self.bounds(source)
        if bounds is None:
            return None
        start, end = bounds
        literal = self.text[start:end]
        return str(orjson.loads(literal)).encode() if b"\\" in literal else literal[1:-1]


def no_contents() -> SourceContents:
    """Return the contents of a map that embeds none."""
    return SourceContents(b"", array("I"), array("I"))


def contents_of(document: PlainMap) -> SourceContents:
    """Return the contents that a map embeds."""
    values = document.contents[: len(document.sources)]
    text = document.document.text
    # Copies: the outline of the whole text isn't needed any longer.
    starts = array("I", document.document.starts[values.start : values.stop].tobytes())
    ends = array("I", document.document.ends[values.start : values.stop].tobytes())
    for source, start in enumerate(starts):
        if text[start] == _NULL:
            starts[source] = ends[source] = 0
    return SourceContents(text, starts, ends) if any(ends) else no_contents()


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


class SurveyedContents:
    """The contents of a map's sources, each surveyed once it is asked for."""

    def __init__(self, contents: SourceContents) -> None:
        self._contents = contents
        self._known: dict[int, SourceContent] = {}

    def content(self, source: int) -> SourceContent | None:
        """Return a source's content, None if it has none."""
        content = self._known.get(source)
        if content is None and (bounds := self._contents.bounds(source)):
            content = self._known[source] = SourceContent(self._contents.text, *bounds)
        return content

    def context(self, source: int, line: int, column: int) -> bytes | None:
        """Return the context of a place in a source, as ``SourceMap.source_context`` does."""
        content = self.content(source)
        return None if content is None else content.context(line, column)
