"""The source contents that a source map embeds, left where they are until they are asked for."""

from __future__ import annotations

from array import array
from dataclasses import dataclass

import orjson

from core.sourcemap.map_document import PlainMap
from core.text.buffers import Content, Numbers

_NULL = ord("n")


@dataclass(frozen=True, slots=True)
class Contents:
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


def no_contents() -> Contents:
    """Return the contents of a map that embeds none."""
    return Contents(b"", array("I"), array("I"))


def contents_of(document: PlainMap) -> Contents:
    """Return the contents that a map embeds."""
    values = document.contents[: len(document.sources)]
    text = document.document.text
    # Copies: the outline of the whole text isn't needed any longer.
    starts = array("I", document.document.starts[values.start : values.stop].tobytes())
    ends = array("I", document.document.ends[values.start : values.stop].tobytes())
    for source, start in enumerate(starts):
        if text[start] == _NULL:
            starts[source] = ends[source] = 0
    return Contents(text, starts, ends) if any(ends) else no_contents()
