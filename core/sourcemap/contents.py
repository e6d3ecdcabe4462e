"""The source contents that a source map embeds, left where they are until they are asked for."""

from __future__ import annotations

import sys
from array import array
from dataclasses import dataclass

import orjson


@dataclass(frozen=True, slots=True)
class Contents:
    """The contents of the sources: source ``i`` has the JSON string ``text[starts[i]:ends[i]]``.

    Both numbers are 0 for a source without content, and sources past the end of the arrays have none either.
    """

    text: bytes
    starts: array[int]
    ends: array[int]

    def content(self, source: int) -> bytes | None:
        """Return the content of the source with this index as UTF-8, or None if it has none."""
        if not 0 <= source < len(self.starts) or not self.ends[source]:
            return None
        start, end = self.starts[source], self.ends[source]
        if self.text.find(b"\\", start, end) < 0:
            return self.text[start + 1 : end - 1]
        return str(orjson.loads(memoryview(self.text)[start:end])).encode()

    @property
    def size_bytes(self) -> int:
        """How much memory this holds, the text included."""
        return sum(map(sys.getsizeof, (self.text, self.starts, self.ends)))


def no_contents() -> Contents:
    """Return the contents of a map that embeds none."""
    return Contents(b"", array("I"), array("I"))
