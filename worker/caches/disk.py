"""The files of a host's worker processes, on disk: whole or not there, whatever dies meanwhile."""

from __future__ import annotations

import contextlib
import fcntl
import itertools
import logging
import os
import secrets
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from core.errors import FetchFailed
from core.failures import Failure, FailureKind
from core.observing.counts import Counts
from core.settings import Settings
from worker.caches.cache_entries import LONGEST_END, Kind, Record, decode_end, is_over, lifetime_of, short_failure
from worker.caches.cleanup import clean, entries, entry_bytes, make_room
from worker.caches.disk_faults import FULL, DiskFaults, Operation
from worker.caches.locks import HostLocks
from worker.caches.memory_files import MemoryFile, open_memory_file
from worker.caches.shared_numbers import Clearings, Usage, number_of_bytes
from worker.caches.stored_file import Draft, StoredFile, no_room

_log = logging.getLogger(__name__)

_FORMAT = "v2"
_USAGE = "usage"
_USE_IS_NOTED_AFTER_S = 300
_NEW_FILE = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
_TOLD_FROM_BYTES = 4 << 20  # what a process adds to the directory before it tells the others, at most


@dataclass(frozen=True, slots=True)
class StoredFailure:
    """A file that couldn't be had, and when that was, as a Unix time; ``kind`` is that of its record."""

    failure: Failure
    made_at_s: float
    kind: Kind


class FileStore(Protocol):
    """Store of files.  Everything but ``locks`` may be used by any thread."""

    locks: HostLocks
    faults: DiskFaults

    def open(self, key: bytes) -> StoredFile | StoredFailure | None:
        """Return an entry that is still good, None if there is none."""
        ...

    def may_have(self, key: bytes) -> bool:
        """Return whether it is worth opening an entry: False if there is surely none."""
        ...

    def draft(self) -> Draft:
        """Return a new file to write to; it is to be discarded in the end, published or not.

        Raises FetchFailed, INTERNAL, if there can't be one.
        """
        ...

    def publish(self, draft: Draft, record: Record, since: int | None = None) -> None:
        """Make a draft the entry of ``record.key``, in one step.

        ``since`` is what ``clearings`` was when it was begun, if it is no entry once all was cleared after that.
        """
        ...

    def publish_failure(self, key: bytes, kind: Kind, failure: Failure, since: int | None = None) -> None:
        """Make a failure the entry of ``key``; ``since`` as for ``publish``."""
        ...

    def remove(self, key: bytes) -> None:
        """Remove an entry."""
        ...

    def note_use(self, key: bytes) -> None:
        """Note that an entry is used, although it wasn't opened."""
        ...

    def clean_up(self) -> None:
        """Remove what is too old or too much, unless another process just did."""
        ...

    def clearings(self) -> int:
        """Return how many times all was cleared: what was kept before that is not to be used any more."""
        ...

    def close(self) -> None:
        """Close what is open, but not the files that were handed out."""
        ...


def open_store(settings: Settings, clock: Callable[[], float] = time.time, counts: Counts | None = None) -> FileStore:
    """Return the store that the settings name, or one that keeps nothing if it can't be used.

    ``counts`` are where errors of the disk are counted.
    """
    faults = DiskFaults(counts)
    if settings.cache_dir is None:
        return NoStore(settings, faults)
    try:
        return DiskStore(settings.cache_dir, settings, clock, faults)
    except OSError as error:
        _log.error("UNMANGLE_CACHE_DIR: files are not kept, because %s can't be used: %s", settings.cache_dir, error)
        return NoStore(settings, faults)


def kept_bytes(directory: Path) -> int:
    """Return how many bytes the store in ``directory`` takes; 0 if there is none yet."""
    try:
        return number_of_bytes((directory / _FORMAT / _USAGE).read_bytes())
    except OSError:
        return 0


def written(store: FileStore, content: bytes) -> Draft:
    """Return a draft that holds ``content``.  Raises FetchFailed, INTERNAL, if there is no room."""
    draft = store.draft()
    try:
        draft.write(content)
    except BaseException:
        draft.discard()
        raise
    return draft


class DiskStore:
    """Files in a directory that all processes of the host share.  ``clock`` gives the Unix time."""

    def __init__(
        self,
        directory: Path,
        settings: Settings,
        clock: Callable[[], float] = time.time,
        faults: DiskFaults | None = None,
    ) -> None:
        self.faults = DiskFaults() if faults is None else faults
        self.directory = directory / _FORMAT
        self._directory_name = str(self.directory)
        self._drafts = self.directory / "drafts"
        self._drafts.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.locks = HostLocks(self.directory / "locks")
        self.usage = Usage(self.directory / _USAGE, min(_TOLD_FROM_BYTES, settings.cache_max_bytes // 256))
        self._clearings = Clearings(self.directory / "clearings")
        self._settings = settings
        self._clock = clock
        self._started_at_s = clock()
        # Of this store alone, also if processes of several hosts or containers share the directory.
        self._draft_names = f"{secrets.token_hex(8)}-"
        self._draft_numbers = itertools.count()

    def open(self, key: bytes) -> StoredFile | StoredFailure | None:
        """Return an entry that is still good, None if there is none, or if the disk won't give it."""
        try:
            return self._opened(key)
        except FileNotFoundError:
            return None
        except OSError as error:
            self.faults.note(Operation.READ, error)
            return None

    def may_have(self, key: bytes) -> bool:
        """Return whether it is worth opening an entry: False if there is surely none."""
        try:
            name = key.hex()
            os.lstat(f"{self._directory_name}/{name[:2]}/{name}")  # as ``_path``, which takes longer
        except FileNotFoundError:
            return False
        except OSError:
            return True  # whoever opens it hears what is wrong, and counts it
        return True

    def draft(self) -> Draft:
        """Return a new file to write to."""
        path = self._drafts / f"{self._draft_names}{next(self._draft_numbers)}"
        try:
            try:
                descriptor = os.open(path, _NEW_FILE, 0o600)
            except FileNotFoundError:
                self._drafts.mkdir(parents=True, exist_ok=True, mode=0o700)
                descriptor = os.open(path, _NEW_FILE, 0o600)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        except OSError as error:
            self.faults.note(Operation.WRITE, error)
            return unnamed_draft(self._settings, self.faults)
        return Draft(descriptor, path, self._reserve, self._room)

    def publish(self, draft: Draft, record: Record, since: int | None = None) -> None:
        """Make a draft the entry of ``record.key``, in one step; the draft is closed."""
        if draft.path is None:
            return
        key = bytes.fromhex(record.key)
        try:
            draft.finish(record)
            self._rename(draft, self._path(key))
        except OSError as error:
            self.faults.note(Operation.WRITE, error)
        # Whoever clears says so before the first entry goes: it either finds this one, or is noticed here.
        if since is not None and since != self.clearings():
            self.remove(key)

    def publish_failure(self, key: bytes, kind: Kind, failure: Failure, since: int | None = None) -> None:
        """Make a failure the entry of ``key``, if it is worth keeping."""
        if lifetime_of(self._settings, kind, failure).is_over_at_once:
            return
        try:
            draft = self.draft()
        except FetchFailed:
            return
        try:
            record = Record(key.hex(), kind, self._clock(), 0, 0, "", short_failure(failure))
            self.publish(draft, record, since)
        finally:
            draft.discard()

    def remove(self, key: bytes) -> None:
        """Remove an entry."""
        path = self._path(key)
        try:
            size = entry_bytes(path.stat().st_size)
            path.unlink()
            self.usage.add(-size)
        except FileNotFoundError:
            pass
        except OSError as error:
            self.faults.note(Operation.REMOVE, error)

    def note_use(self, key: bytes) -> None:
        """Note that an entry is used, although it wasn't opened."""
        with contextlib.suppress(OSError):
            os.utime(self._path(key), (self._clock(), self._clock()))

    def clean_up(self) -> None:
        """Remove what is too old or too much, unless another process just did."""
        clean(self.directory, self.usage, self._settings, self._clock(), self._settings.cache_cleanup_interval_s)

    def clearings(self) -> int:
        """Return how many times all was cleared."""
        return self._clearings.count()

    def clear(self) -> int:
        """Remove everything, also what is in use, and have all processes forget it; return how many entries it was."""
        removed = 0
        self._clearings.note()  # for what is under way, which is no entry any more
        for entry in entries(self.directory):
            try:
                entry.path.unlink(missing_ok=True)  # who has it open keeps what it read, and reads no more
                removed += 1
            except OSError as error:
                self.faults.note(Operation.REMOVE, error)
        self._clearings.note()  # for what others read before it was removed
        clean(self.directory, self.usage, self._settings, self._clock(), 0)  # counts what is left
        return removed

    def close(self) -> None:
        """Close what is open, but not the files that were handed out."""
        self.locks.close()
        self.usage.close()
        self._clearings.close()

    def _path(self, key: bytes) -> Path:
        name = key.hex()
        return self.directory / name[:2] / name

    def _opened(self, key: bytes) -> StoredFile | StoredFailure | None:
        descriptor = os.open(self._path(key), os.O_RDONLY | os.O_CLOEXEC)
        found = None
        try:
            found = self._examined(key, descriptor)
        finally:
            if not isinstance(found, StoredFile):
                os.close(descriptor)
        return found

    def _examined(self, key: bytes, descriptor: int) -> StoredFile | StoredFailure | None:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return None  # it is just being removed
        status = os.fstat(descriptor)
        end = os.pread(descriptor, LONGEST_END, max(status.st_size - LONGEST_END, 0))
        record = decode_end(end, status.st_size)
        if record is None or record.key != key.hex():
            _log.warning("the cache entry %s is damaged", key.hex())
            self.remove(key)
            return None
        if self._is_over(record, status.st_mtime):
            return None
        if record.failure is not None:
            return StoredFailure(record.failure, record.made_at_s, record.kind)
        if self._clock() - status.st_mtime > _USE_IS_NOTED_AFTER_S:
            self.note_use(key)
        return StoredFile(descriptor, record)

    def _is_over(self, record: Record, used_at_s: float) -> bool:
        failure = record.failure
        if failure is not None and failure.kind is FailureKind.MALFORMED and record.made_at_s < self._started_at_s:
            return True  # this process may know better
        return is_over(lifetime_of(self._settings, record.kind, failure), record.made_at_s, used_at_s, self._clock())

    def _rename(self, draft: Draft, path: Path) -> None:
        assert draft.path is not None
        new = entry_bytes(draft.path.stat().st_size)
        with contextlib.suppress(FileNotFoundError):
            new -= entry_bytes(path.stat().st_size)
        self._reserve(new - draft.reserved)
        try:
            draft.path.rename(path)
        except FileNotFoundError:
            path.parent.mkdir(exist_ok=True)
            draft.path.rename(path)
        draft.close()

    def _reserve(self, change: int) -> None:
        try:
            used = self.usage.add(change)
            if change > 0 and used > self._settings.cache_max_bytes:
                clean(self.directory, self.usage, self._settings, self._clock(), None)
        except OSError as error:
            self.faults.note(Operation.MEASURE, error)

    def _room(self, error: OSError, size: int, in_memory: bool) -> MemoryFile | None:
        """Find room for a draft of ``size`` bytes: None if there is some on the disk now, else a file in memory."""
        self.faults.note(Operation.WRITE, error)
        if not in_memory and error.errno in FULL and self._has_made_room(size):
            return None
        return open_memory_file(size, self._settings.memory_cache_bytes)

    def _has_made_room(self, size: int) -> bool:
        try:
            return make_room(self.directory, self.usage, size)
        except OSError as error:
            self.faults.note(Operation.REMOVE, error)
            return False


def unnamed_draft(settings: Settings, faults: DiskFaults) -> Draft:
    """Return a new file to write to that is never kept: in the directory for such, or in memory if that can't be.

    Raises FetchFailed, INTERNAL, if neither is possible.
    """

    def room(error: OSError, size: int, _in_memory: bool) -> MemoryFile:
        faults.note(Operation.WRITE, error)
        return open_memory_file(size, settings.memory_cache_bytes)

    try:
        descriptor, name = tempfile.mkstemp()
        Path(name).unlink()
        return Draft(descriptor, None, lambda _: None, room)
    except OSError as error:
        try:
            file = room(error, 0, True)
        except OSError as still:
            raise no_room(still) from still
        return Draft(file.descriptor, None, file.reserve, room)


class NoStore:
    """Keeps nothing: files live as long as they are open."""

    def __init__(self, settings: Settings | None = None, faults: DiskFaults | None = None) -> None:
        self.locks = HostLocks(None)
        self.faults = DiskFaults() if faults is None else faults
        self._settings = Settings() if settings is None else settings

    def open(self, key: bytes) -> StoredFile | StoredFailure | None:  # noqa: ARG002
        """Return None."""
        return None

    def may_have(self, key: bytes) -> bool:  # noqa: ARG002
        """Return False."""
        return False

    def draft(self) -> Draft:
        """Return a new file to write to, which has no name."""
        return unnamed_draft(self._settings, self.faults)

    def publish(self, draft: Draft, record: Record, since: int | None = None) -> None:
        """Do nothing."""

    def publish_failure(self, key: bytes, kind: Kind, failure: Failure, since: int | None = None) -> None:
        """Do nothing."""

    def remove(self, key: bytes) -> None:
        """Do nothing."""

    def note_use(self, key: bytes) -> None:
        """Do nothing."""

    def clean_up(self) -> None:
        """Do nothing."""

    def clearings(self) -> int:
        """Return 0."""
        return 0

    def close(self) -> None:
        """Close what is open."""
        self.locks.close()
