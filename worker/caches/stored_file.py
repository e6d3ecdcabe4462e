"""Files of the store: open ones, and those that are still being written.

Who has one open holds a shared lock on it, so nobody takes it away; who writes one holds an exclusive lock, so a draft
without one is what a dead process left.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import io
import itertools
import mmap
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self, cast

from core.errors import FetchFailed
from core.failures import Failure, FailureKind
from core.text import checksum as kernel
from core.text.buffers import Content
from worker.caches.cache_entries import Kind, Record, encode_end
from worker.caches.memory_files import MemoryFile

MAPPED_FROM_BYTES = 1 << 20
"""Content of this size is mapped; smaller content is read into memory."""
NAMED_FROM_BYTES = 2 << 20
"""Content of this size has its digest in its record if others are named by it; the digest of smaller is rarely used."""

_WINDOW = 1 << 22
_WORD_BYTES = 8
_MOST_PIECES = 512  # of one system call
_RESERVED_AT_ONCE = 8 << 20
_RESERVED_IN_MEMORY = 1 << 18


FindRoom = Callable[[OSError, int, bool], MemoryFile | None]


class MappedFile(mmap.mmap):
    """The content of a file, mapped into memory; as long as it is, nobody takes the file away."""

    record: Record


def content_digest(content: Content) -> bytes:
    """Return the SHA-256 of ``content``, which the store knows of what it has mapped."""
    if isinstance(content, MappedFile) and content.record.digest:
        return bytes.fromhex(content.record.digest)
    digest = hashlib.sha256(content).digest()
    release_pages(content)
    return digest


def content_checksum(content: bytes | memoryview, before: int = 0) -> int:
    """Return the checksum of ``content``, which comes behind what has the checksum ``before``."""
    whole = len(content) - len(content) % _WORD_BYTES
    with memoryview(content)[:whole].cast("Q") as words:
        checksum = kernel.checksum(words, before)
    rest = content[whole:]
    return int(
        kernel.checksum(memoryview(bytes(rest).ljust(_WORD_BYTES, b"\0")).cast("Q"), checksum) if rest else checksum
    )


def release_pages(content: Content) -> None:
    """Give back the memory of what has been read of a mapped file; it is read again when it is wanted again."""
    if isinstance(content, mmap.mmap):
        content.madvise(mmap.MADV_DONTNEED)


def mapped_bytes() -> int:
    """Return how much of mapped files this process has in memory, 0 where the system doesn't tell."""
    try:
        shared_pages = int(Path("/proc/self/statm").read_text().split()[2])
    except OSError:
        return 0
    return shared_pages * mmap.PAGESIZE


def no_room(error: OSError) -> FetchFailed:
    """Return what is to be raised where ``error`` leaves no room for a file."""
    return FetchFailed(Failure(FailureKind.INTERNAL, f"the cache: {os.strerror(error.errno or 0)}"))


class StoredFile:
    """An open file; closing it doesn't close what was made of it.

    ``content`` is what is in it, if that is in memory.
    """

    def __init__(self, descriptor: int, record: Record, content: bytes | None = None) -> None:
        self._descriptor = descriptor
        self._content = content
        self.record = record

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close it."""
        os.close(self._descriptor)

    @property
    def size(self) -> int:
        """Size of the content in bytes."""
        return self.record.size

    def content(self) -> Content:
        """Return the content."""
        if self._content is not None:
            return self._content
        return self.mapped() if self.size >= MAPPED_FROM_BYTES else os.pread(self._descriptor, self.size, 0)

    def mapped(self) -> MappedFile:
        """Return the content, mapped.  Raises ValueError if there is none."""
        mapped = MappedFile(self._descriptor, self.size, prot=mmap.PROT_READ)
        mapped.record = self.record
        return mapped

    def fileno(self) -> int:
        """Return the descriptor of the file; the content is at its start."""
        return self._descriptor

    def reader(self) -> BinaryIO:
        """Return the content as a file of its own, for several threads, one at a time."""
        return cast("BinaryIO", io.BufferedReader(_Reader(os.dup(self._descriptor), self.size)))

    def whole(self) -> contextlib.closing[BinaryIO]:
        """Return content and record as they are on disk, as a file of its own."""
        size = os.fstat(self._descriptor).st_size
        return contextlib.closing(cast("BinaryIO", io.BufferedReader(_Reader(os.dup(self._descriptor), size))))

    def is_intact(self) -> bool:
        """Return whether the content is what was written."""
        return _checksum(self._descriptor, self.size) == self.record.checksum


class Draft:
    """A file that is being written, and that nobody else sees.

    ``path`` is None if it has no name.  ``reserve`` is told how many bytes more, or less, it may grow to.  If it can't
    be written to, ``room`` is told why, how many bytes are wanted and whether they have to be in memory: it returns
    None once there is room, or another file to go on with, which is not kept; or raises OSError.
    Methods raise FetchFailed, INTERNAL, if there is no room anywhere.
    """

    def __init__(self, descriptor: int, path: Path | None, reserve: Callable[[int], None], room: FindRoom) -> None:
        self._room = room
        self._reserved_at_once = _RESERVED_AT_ONCE
        self.path = path
        self.size = 0
        self._descriptor = descriptor
        self._lock = threading.RLock()  # a job may be cancelled while a thread writes for it
        self._reserve = reserve
        self._reserved = 0
        self._held: Sequence[Content] = ()

    def __del__(self) -> None:
        self.discard()  # a thread may have made it for a job that was cancelled meanwhile

    def write(self, piece: Content) -> None:
        """Append a piece."""
        self.write_all([piece])

    def write_all(self, pieces: Sequence[Content]) -> None:
        """Append pieces, one after another."""
        with self._lock:
            size = sum(map(len, pieces))
            try:
                self._make_room(self.size + size)
                self._write(pieces)
            except OSError as error:
                self._write_elsewhere(pieces, size, error)
            self.size += size

    def hold(self, pieces: Sequence[Content]) -> None:
        """Take all pieces of a small file, of which nothing was written yet; they are written when that is needed."""
        self._held = pieces

    def find_room(self, size: int, error: OSError) -> None:
        """Find room for ``size`` bytes more, on the disk if possible, after ``error``."""
        self._find_room_or_fail(size, error, in_memory=False)

    def find_room_in_memory(self, size: int, error: OSError) -> None:
        """Find room for ``size`` bytes more in memory, after ``error``."""
        self._find_room_or_fail(size, error, in_memory=True)

    def restart(self) -> None:
        """Forget what was written."""
        with self._lock:
            self._held = ()
            if self._descriptor >= 0:
                os.ftruncate(self._descriptor, 0)
                os.lseek(self._descriptor, 0, os.SEEK_SET)
            self.size = 0

    def reader(self) -> BinaryIO:
        """Return what was written, as a file of its own."""
        self._write_held()
        return cast("BinaryIO", io.BufferedReader(_Reader(os.dup(self._descriptor), self.size)))

    def end(self, size: int) -> bytes:
        """Return the last bytes that were written."""
        return os.pread(self._descriptor, size, max(self.size - size, 0))

    def cut(self, size: int) -> None:
        """Keep only the first bytes, whoever wrote them."""
        with self._lock:
            os.ftruncate(self._descriptor, size)
            os.lseek(self._descriptor, size, os.SEEK_SET)
            self.size = size

    def checksum(self) -> int:
        """Return the checksum of what was written."""
        with self._lock:
            return _checksum(self._descriptor, self.size)

    def opened(self, key: str, kind: Kind, *, is_named: bool = True) -> StoredFile:
        """Return what was written as a file of the store; the draft is still to be discarded or finished.

        Its record has a digest if other entries are named by it, ``is_named``, and it takes long to find out.
        """
        content = self._write_held()
        if content is not None and len(content) >= MAPPED_FROM_BYTES:
            content = None
        windows = _windows(self._descriptor, self.size) if content is None else [content]
        checksum, digest = _checksum_and_digest(windows, is_named=is_named and self.size >= NAMED_FROM_BYTES)
        record = Record(key, kind, time.time(), self.size, checksum, digest)
        return StoredFile(os.dup(self._descriptor), record, content)

    def fileno(self) -> int:
        """Return the descriptor, for another process to write by; ``cut`` then says how much."""
        return self._descriptor

    def finish(self, record: Record) -> None:
        """Write the record and let others in.

        Nothing is synced: whoever opens the file compares the checksum, so what a power failure took is a miss.
        """
        self._write([encode_end(record)])
        fcntl.flock(self._descriptor, fcntl.LOCK_SH)

    def close(self) -> None:
        """Close it; nothing is written any more."""
        with self._lock:
            if self._descriptor >= 0:
                os.close(self._descriptor)
                self._descriptor = -1

    def discard(self) -> None:
        """Remove what was written.  Harmless if it has been finished."""
        with self._lock:
            if self._descriptor < 0:
                return
            if self.path is not None:
                with contextlib.suppress(OSError):
                    self.path.unlink(missing_ok=True)
            self.close()
            self._reserve(-self._reserved)

    @property
    def reserved(self) -> int:
        """Bytes that were asked for."""
        return self._reserved

    def _write_held(self) -> bytes | None:
        """Write what is held; return it, None if nothing was."""
        with self._lock:
            if not self._held:
                return None
            content, self._held = b"".join(self._held), ()
            self.write(content)
            return content

    def _write_elsewhere(self, pieces: Sequence[Content], size: int, error: OSError) -> None:
        """Write pieces, some of which may be written already, where there is room for them."""
        for in_memory in (False, True):
            try:
                self._find_room(size, error, in_memory=in_memory)
                self._write(pieces)
            except OSError as still:
                error = still
            else:
                return
        raise no_room(error) from error

    def _find_room_or_fail(self, size: int, error: OSError, *, in_memory: bool) -> None:
        with self._lock:
            try:
                self._find_room(size, error, in_memory=in_memory)
            except OSError as still:
                raise no_room(still) from still

    def _find_room(self, size: int, error: OSError, *, in_memory: bool) -> None:
        if self._descriptor < 0:
            return
        with contextlib.suppress(OSError):
            os.ftruncate(self._descriptor, self.size)
            os.lseek(self._descriptor, self.size, os.SEEK_SET)
        other = self._room(error, self.size + size, in_memory)
        if other is not None:
            self._move_to(other)

    def _move_to(self, other: MemoryFile) -> None:
        try:
            for window in _windows(self._descriptor, self.size):
                _write_all(other.descriptor, window)
        except BaseException:
            os.close(other.descriptor)
            raise
        os.close(self._descriptor)
        self._descriptor = other.descriptor
        if self.path is not None:
            with contextlib.suppress(OSError):
                self.path.unlink(missing_ok=True)
            self.path = None
        self._reserve(-self._reserved)
        self._reserve, self._reserved, self._reserved_at_once = other.reserve, self.size, _RESERVED_IN_MEMORY

    def _make_room(self, size: int) -> None:
        if size > self._reserved:
            more = max(size - self._reserved, self._reserved_at_once if self._reserved else 0)
            self._reserve(more)
            self._reserved += more

    def _write(self, pieces: Sequence[Content]) -> None:
        waiting = deque(memoryview(piece) for piece in pieces)
        while waiting and self._descriptor >= 0:
            count = os.writev(self._descriptor, list(itertools.islice(waiting, _MOST_PIECES)))
            while waiting and count >= len(waiting[0]):
                count -= len(waiting.popleft())
            if count:
                waiting[0] = waiting[0][count:]


def _write_all(descriptor: int, content: bytes | memoryview) -> None:
    with memoryview(content) as rest:
        written = 0
        while written < len(rest):
            written += os.write(descriptor, rest[written:])


class _Reader(io.RawIOBase):
    """The first ``size`` bytes of an open file, with a position of its own."""

    def __init__(self, descriptor: int, size: int) -> None:
        self._descriptor = descriptor
        self._size = size
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        view = memoryview(buffer)[: max(self._size - self._position, 0)]
        count = os.preadv(self._descriptor, [view], self._position) if view else 0
        self._position += count
        return count

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise ValueError(offset)
        self._position = base + offset
        return self._position

    def tell(self) -> int:
        return self._position

    def close(self) -> None:
        if not self.closed:
            os.close(self._descriptor)
        super().close()


def _checksum(descriptor: int, size: int) -> int:
    checksum = 0
    for window in _windows(descriptor, size):
        checksum = content_checksum(window, checksum)
    return checksum


def _checksum_and_digest(windows: Iterable[bytes | memoryview], *, is_named: bool) -> tuple[int, str]:
    """Return both in one pass; no digest if nothing is named by that."""
    checksum, digest = 0, hashlib.sha256()
    for window in windows:
        checksum = content_checksum(window, checksum)
        if is_named:
            digest.update(window)
    return checksum, digest.hexdigest() if is_named else ""


def _windows(descriptor: int, size: int) -> Iterator[bytes | memoryview]:
    """Yield the first ``size`` bytes of a file, if it has them, large ones in pieces.

    Each time a thread that computes takes the interpreter's lock back, the event loop has to wait for it: so the pieces
    are few, and nothing is copied.
    """
    if size < MAPPED_FROM_BYTES:
        yield os.pread(descriptor, size, 0)
        return
    if os.fstat(descriptor).st_size < size:
        return
    with mmap.mmap(descriptor, size, prot=mmap.PROT_READ) as mapped:
        for start in range(0, size, _WINDOW):
            with memoryview(mapped)[start : start + _WINDOW] as window:
                yield window
            mapped.madvise(mmap.MADV_DONTNEED, start, min(_WINDOW, size - start))
