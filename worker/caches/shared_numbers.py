"""Numbers that all processes of a host share by files: how many bytes the store takes, and how often it was cleared."""

from __future__ import annotations

import contextlib
import fcntl
import mmap
import os
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

_NUMBER = struct.Struct("<q")


class Usage:
    """May be used by several threads.  What dies with a process stays counted until the next measurement.

    The others are told of so many bytes at once, ``told_from``, as telling them takes four system calls.
    """

    def __init__(self, path: Path, told_from: int = 0) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._lock = threading.Lock()
        self._told_from = told_from
        self._untold = 0
        self._known = 0

    def close(self) -> None:
        """Tell the others everything, and close the file."""
        with contextlib.suppress(OSError):
            self._tell()
        os.close(self._descriptor)

    def bytes(self) -> int:
        """Return the number."""
        with self._locked():
            return self._read() + self._untold

    def add(self, change: int) -> int:
        """Add to the number, and return it: about, as long as it wasn't much."""
        with self._lock:
            self._untold += change
            if abs(self._untold) < self._told_from:
                return self._known + self._untold
        return self._tell()

    def _tell(self) -> int:
        with self._locked():
            self._known = max(self._read() + self._untold, 0)
            os.pwrite(self._descriptor, _NUMBER.pack(self._known), 0)
            self._untold = 0
            return self._known

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
