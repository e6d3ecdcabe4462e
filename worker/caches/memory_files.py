"""Files without a disk: for what has to be read when the cache directory is full or broken."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

_NAME = "unmangle"
_LINK = f"/memfd:{_NAME}"
_DESCRIPTORS = Path("/proc/self/fd")


@dataclass(frozen=True, slots=True)
class MemoryFile:
    """A new file; all files of this process in memory may take ``max_bytes`` together."""

    descriptor: int
    max_bytes: int

    def reserve(self, change: int) -> None:
        """Let the file grow.  Raises OSError, ENOSPC, if that is too much."""
        _check(change, self.max_bytes)


def open_memory_file(size: int, max_bytes: int) -> MemoryFile:
    """Return a file that may grow to ``size`` bytes.  Raises OSError, ENOSPC, if that is too much.

    Where files can't be in memory (outside of Linux), it is a temporary file.
    """
    _check(size, max_bytes)
    if hasattr(os, "memfd_create"):
        return MemoryFile(os.memfd_create(_NAME, os.MFD_CLOEXEC), max_bytes)
    descriptor, name = tempfile.mkstemp()
    Path(name).unlink()
    return MemoryFile(descriptor, max_bytes)


def _check(more: int, max_bytes: int) -> None:
    if more > 0 and _bytes_in_memory() + more > max_bytes:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _bytes_in_memory() -> int:
    """Return what such files take.  A mapping has a descriptor of its own, so all that live are found by theirs."""
    sizes: dict[int, int] = {}
    with contextlib.suppress(OSError):
        for descriptor in _DESCRIPTORS.iterdir():
            with contextlib.suppress(OSError):
                if str(descriptor.readlink()).startswith(_LINK):
                    status = os.fstat(int(descriptor.name))
                    sizes[status.st_ino] = status.st_blocks * 512
    return sum(sizes.values())
