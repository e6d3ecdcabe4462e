"""How many times the cache directory of a host was cleared: a number that all processes map.

Whoever looks at it pays no system call, so every job can: what a process keeps in memory is no older than that.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import struct
from pathlib import Path

_NUMBER = struct.Struct("<Q")


class Clearings:
    """The number, in a file."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            if os.fstat(self._descriptor).st_size < _NUMBER.size:
                os.ftruncate(self._descriptor, _NUMBER.size)
            self._mapped = mmap.mmap(self._descriptor, _NUMBER.size, prot=mmap.PROT_READ)
        except BaseException:
            os.close(self._descriptor)
            raise

    def count(self) -> int:
        """Return the number."""
        return int(_NUMBER.unpack_from(self._mapped)[0])

    def note(self) -> None:
        """Note that the directory was cleared just now."""
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        try:
            os.pwrite(self._descriptor, _NUMBER.pack(self.count() + 1), 0)
        finally:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def close(self) -> None:
        """Close the file."""
        self._mapped.close()
        os.close(self._descriptor)
