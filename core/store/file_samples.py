"""Contents of uploaded files, as far as they are looked into: small ones whole, of large ones the beginning and end."""

from __future__ import annotations

from collections import deque

SAMPLE_BYTES = 64 << 10


class FileSample:
    """The beginning and the end of a file that comes piece by piece, and all of it up to ``max_whole`` bytes."""

    def __init__(self, max_whole: int) -> None:
        self.size = 0
        self._max_whole = max_whole
        self._head = bytearray()
        self._pieces: deque[bytes] = deque()
        self._held = 0

    def write(self, piece: bytes) -> None:
        """Take the next piece."""
        self.size += len(piece)
        if len(self._head) < SAMPLE_BYTES:
            self._head += piece[: SAMPLE_BYTES - len(self._head)]
        self._pieces.append(piece)
        self._held += len(piece)
        if self.size > self._max_whole:
            while self._held - len(self._pieces[0]) >= SAMPLE_BYTES:
                self._held -= len(self._pieces.popleft())

    @property
    def head(self) -> bytes:
        """The first 64 KiB."""
        return bytes(self._head)

    @property
    def tail(self) -> bytes:
        """The last 64 KiB."""
        return b"".join(self._pieces)[-SAMPLE_BYTES:]

    @property
    def whole(self) -> bytes | None:
        """The whole file, None if it is larger than what is kept."""
        return b"".join(self._pieces) if self.size <= self._max_whole else None
