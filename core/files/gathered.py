"""Contents that are made piece by piece, of which a large one is never in memory as a whole."""

from __future__ import annotations

import mmap
import os
import tempfile
from collections.abc import Iterable
from itertools import chain

from core.text.buffers import Content

IN_FILE_FROM_BYTES = 1 << 20
"""What is larger than this is in a file."""

_WINDOW = 1 << 20


def gathered(pieces: Iterable[bytes]) -> Content:
    """Return all pieces as one: a large one is mapped from a file without a name, in the folder for such files.

    If there is no room, the file is in memory where the system can have one there, else OSError is raised.
    """
    pieces = iter(pieces)
    held, size = [], 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size > IN_FILE_FROM_BYTES:
            return _mapped(chain(held, pieces))
    return b"".join(held)


def _mapped(pieces: Iterable[bytes]) -> Content:
    file = _File()
    try:
        for piece in pieces:
            file.append(piece)
        return mmap.mmap(file.descriptor, file.size, prot=mmap.PROT_READ)
    finally:
        os.close(file.descriptor)


class _File:
    """A file without a name: on disk, or in memory once that has no room."""

    def __init__(self) -> None:
        self.size = 0
        self._is_on_disk = True
        try:
            with tempfile.TemporaryFile() as file:
                self.descriptor = os.dup(file.fileno())
        except OSError as error:
            self.descriptor = _memory_file(error)
            self._is_on_disk = False

    def append(self, piece: bytes) -> None:
        """Write a piece.  Raises OSError if there is no room anywhere."""
        try:
            _write(self.descriptor, piece, self.size)
        except OSError as error:
            if not self._is_on_disk:
                raise
            self._move(_memory_file(error))
            _write(self.descriptor, piece, self.size)
        self.size += len(piece)

    def _move(self, descriptor: int) -> None:
        on_disk, self.descriptor, self._is_on_disk = self.descriptor, descriptor, False
        try:
            for start in range(0, self.size, _WINDOW):
                _write(descriptor, os.pread(on_disk, min(_WINDOW, self.size - start), start), start)
        finally:
            os.close(on_disk)


def _memory_file(error: OSError) -> int:
    """Return a file in memory.  Raises ``error`` where files can't be there (outside of Linux)."""
    if not hasattr(os, "memfd_create"):
        raise error
    return os.memfd_create("unmangle", os.MFD_CLOEXEC)


def _write(descriptor: int, piece: bytes, start: int) -> None:
    with memoryview(piece) as view:
        written = 0
        while written < len(view):
            written += os.pwrite(descriptor, view[written:], start + written)
