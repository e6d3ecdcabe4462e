"""Binary layout of the body of an index file: a row of numbers and buffers.

A number is a word of eight bytes.  A buffer is its size in bytes, and its bytes, filled up to whole words.
"""

from __future__ import annotations

from core.text.buffers import Numbers

_WORD = 8

Section = bytes | bytearray | memoryview


class LayoutWriter:
    """Writes numbers and buffers, one after another."""

    def __init__(self) -> None:
        self._pieces: list[Section] = []

    def number(self, number: int) -> None:
        """Write a number of 64 bits, not below 0."""
        self._pieces.append(number.to_bytes(_WORD, "little"))

    def buffer(self, buffer: Section) -> None:
        """Write bytes."""
        self.number(len(buffer))
        self._pieces += [buffer, bytes(-len(buffer) % _WORD)]

    def numbers(self, numbers: Numbers) -> None:
        """Write numbers of 32 bits."""
        self.buffer(memoryview(numbers).cast("B"))

    def finished(self) -> bytes:
        """Return all that was written."""
        return b"".join(self._pieces)


class LayoutReader:
    """Reads what a ``LayoutWriter`` has written, in the same order, without copying buffers.

    Raises ValueError where the memory ends too early.
    """

    def __init__(self, memory: memoryview) -> None:
        self._memory = memory
        self._at = 0

    def number(self) -> int:
        """Read a number."""
        return int.from_bytes(self._next(_WORD), "little")

    def buffer(self) -> memoryview:
        """Read bytes."""
        size = self.number()
        buffer = self._next(size)
        self._next(-size % _WORD)
        return buffer

    def numbers(self) -> memoryview:
        """Read numbers of 32 bits without sign."""
        return self.buffer().cast("I")

    def signed_numbers(self) -> memoryview:
        """Read numbers of 32 bits with a sign."""
        return self.buffer().cast("i")

    def _next(self, size: int) -> memoryview:
        start, self._at = self._at, self._at + size
        if self._at > len(self._memory):
            raise ValueError("the memory ends too early")
        return self._memory[start : self._at]
