"""Functions that were listed one by one, of sources in languages that have a reader of their own."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field


@dataclass(slots=True)
class ListedFunctions:
    """Functions in the order of their starts, with their names; None is one without a name.

    Has what ``source_functions`` wants of a parser: records of scopes, and the names of their parts.
    """

    records: array[int] = field(default_factory=lambda: array("i"))
    names: list[str | None] = field(default_factory=list)
    _around: int = -1

    def open(self, start: int, name: str | None) -> int:
        """Enter a function; returns its index."""
        index = len(self.names)
        self.records.extend((start, 0, index, self._around))
        self.names.append(name)
        self._around = index
        return index

    def close(self, index: int, end: int) -> None:
        """Leave a function, which ends before ``end``."""
        self.records[4 * index + 1] = end
        self._around = self.records[4 * index + 3]

    def in_bytes(self, text: str) -> ListedFunctions:
        """Return the same with offsets of bytes in UTF-8 instead of characters in ``text``."""
        if text.isascii():
            return self
        offsets = {0: 0}
        last = size = 0
        for offset in sorted({*self.records[0::4], *self.records[1::4]}):
            size += len(text[last:offset].encode("utf-8", "replace"))
            last = offset
            offsets[offset] = size
        records = array("i", self.records)
        for index in range(0, len(records), 4):
            records[index], records[index + 1] = offsets[records[index]], offsets[records[index + 1]]
        return ListedFunctions(records, self.names)

    def name(self, part: int) -> str | None:
        """Return the name of the function whose part is ``part``; None if it has none."""
        return self.names[part]

    def is_unknown(self, part: int) -> bool:
        """Say whether nobody knows what is in there: never."""
        return part < 0
