"""How many bytes the store takes: a number in a file that all processes of the host add to."""

from __future__ import annotations

import contextlib
import fcntl
import os
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

_NUMBER = struct.Struct("<q")


class Usage:
    """May be used by several threads.  What dies with a process stays counted until the next measurement."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._lock = threading.Lock()

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)

    def bytes(self) -> int:
        """Return the number."""
        with self._locked():
            return self._read()

    def add(self, change: int) -> int:
        """Add to the number, and return it."""
        with self._locked():
            total = max(self._read() + change, 0)
            os.pwrite(self._descriptor, _NUMBER.pack(total), 0)
            return total

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        with self._lock:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def _read(self) -> int:
        return number_of_bytes(os.pread(self._descriptor, _NUMBER.size, 0))


def number_of_bytes(content: bytes) -> int:
    """Return the number that such a file holds; 0 if nothing was written yet."""
    return int(_NUMBER.unpack(content)[0]) if len(content) == _NUMBER.size else 0
