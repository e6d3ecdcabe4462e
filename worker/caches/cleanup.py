"""Cleanup of the store: what is too old goes, then what was used longest ago; never what is in use."""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.settings import Settings
from worker.caches.cache_entries import LONGEST_END, Record, decode_end, is_over, lifetime_of
from worker.caches.shared_numbers import Usage

_log = logging.getLogger(__name__)

_BLOCK = 4096  # of most file systems
_ROOM_PERCENT = 10  # is made at once, so that not every new file has to look for some
_YOUNG_DRAFT_S = 60  # it may not be locked yet


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of the store; ``size`` is what it takes on disk, ``used_at_s`` a Unix time."""

    path: Path
    size: int
    used_at_s: float


def entry_bytes(size: int) -> int:
    """Return what a file of ``size`` bytes takes on disk."""
    return -(-size // _BLOCK) * _BLOCK


def entries(directory: Path) -> Iterator[Entry]:
    """Yield the entries of a store, in no order."""
    for folder in directory.iterdir():
        if len(folder.name) == 2 and folder.is_dir():
            yield from _files(folder)


def read_record(path: Path) -> Record | None:
    """Return what the entry at ``path`` says about itself, None if it is none."""
    try:
        with path.open("rb", buffering=0) as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(size - LONGEST_END, 0))
            return decode_end(file.read(LONGEST_END), size)
    except OSError:
        return None


def clean(directory: Path, usage: Usage, settings: Settings, now_s: float, interval_s: float | None) -> None:
    """Remove what is too old and, if more than ``cache_max_bytes`` remain, what was used longest ago.

    Does nothing if another process is at it, or has been in the last ``interval_s`` (None: no matter when).
    """
    with _alone(directory / "cleanup", now_s, interval_s) as is_my_turn:
        if is_my_turn:
            _clean(directory, usage, settings, now_s, look_inside=interval_s is not None)


def make_room(directory: Path, usage: Usage, size: int) -> bool:
    """Remove what was used longest ago, to have ``size`` bytes on a disk that is full; return whether that helped.

    A tenth of all goes at least, so that not every new file has to look for some.  Nothing goes if all together were
    too little: then it is others who fill the disk.
    """
    with _alone(directory / "cleanup", 0, None) as is_my_turn:
        if not is_my_turn:
            return True  # another process is at it
        found = sorted(entries(directory), key=lambda entry: entry.used_at_s)
        total = sum(entry.size for entry in found)
        if total < size:
            return False
        removed = _remove(found, max(size, total * _ROOM_PERCENT // 100))
        usage.add(-removed)
        _log.warning("the disk of the cache is full: removed %d bytes of %d", removed, total)
        return removed >= size


def remove_unused(entry: Entry) -> bool:
    """Remove an entry; False if somebody has it open, or if it can't be removed."""
    try:
        descriptor = os.open(entry.path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        if not _is_locked(descriptor):
            return False
        entry.path.unlink(missing_ok=True)
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return True


def _clean(directory: Path, usage: Usage, settings: Settings, now_s: float, *, look_inside: bool) -> None:
    before = usage.bytes()
    drafts = sum(entry.size for entry in _files(directory / "drafts") if not _remove_dead_draft(entry, now_s))
    found = sorted(entries(directory), key=lambda entry: entry.used_at_s)
    if look_inside:
        found = [entry for entry in found if not (_is_old(entry, settings, now_s) and remove_unused(entry))]
    total = drafts + sum(entry.size for entry in found)
    total -= _evict(found, total, settings.cache_max_bytes)
    usage.add(total - before)  # others may have added to it meanwhile


def _evict(found: list[Entry], total: int, max_bytes: int) -> int:
    """Remove as many entries as it takes, those that come first in ``found``; return how many bytes they had."""
    if total <= max_bytes:
        return 0
    removed = _remove(found, total - max_bytes * (100 - _ROOM_PERCENT) // 100)
    _log.info("the cache had %d bytes of %d: removed %d", total, max_bytes, removed)
    return removed


def _remove(found: list[Entry], size: int) -> int:
    """Remove the first entries of ``found`` until they had ``size`` bytes; return how many that were."""
    removed = 0
    for entry in found:
        if removed >= size:
            break
        if remove_unused(entry):
            removed += entry.size
    return removed


def _is_old(entry: Entry, settings: Settings, now_s: float) -> bool:
    record = read_record(entry.path)
    if record is None:
        return True
    return is_over(lifetime_of(settings, record.kind, record.failure), record.made_at_s, entry.used_at_s, now_s)


def _remove_dead_draft(entry: Entry, now_s: float) -> bool:
    return now_s - entry.used_at_s > _YOUNG_DRAFT_S and remove_unused(entry)


def _files(folder: Path) -> Iterator[Entry]:
    with contextlib.suppress(OSError):
        for file in folder.iterdir():
            with contextlib.suppress(OSError):
                status = file.lstat()
                if stat.S_ISREG(status.st_mode):
                    yield Entry(file, entry_bytes(status.st_size), status.st_mtime)


@contextlib.contextmanager
def _alone(path: Path, now_s: float, interval_s: float | None) -> Iterator[bool]:
    """Yield whether it is this process's turn; ``path`` is a file whose age says when it last was anybody's."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        is_my_turn = _is_locked(descriptor) and _is_due(descriptor, now_s, interval_s)
        yield is_my_turn
        if is_my_turn and interval_s is not None:
            os.pwrite(descriptor, b"1", 0)
            os.utime(descriptor, (now_s, now_s))
    finally:
        os.close(descriptor)


def _is_locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_due(descriptor: int, now_s: float, interval_s: float | None) -> bool:
    status = os.fstat(descriptor)
    return interval_s is None or status.st_size == 0 or now_s - status.st_mtime >= interval_s
