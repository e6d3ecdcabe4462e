"""Locks between the worker processes of a host.  A process that dies leaves none behind.

All of them are in one file that stays empty: a lock on the byte that a key stands for is a lock on the key.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import struct
import sys
import time
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path

from worker.caches.memory_files import open_memory_file

_FLOCK = struct.Struct("hhqqi4x")  # struct flock of 64-bit Linux
_FIRST_PAUSE_S = 0.001
_LONGEST_PAUSE_S = 0.05


class HostLocks:
    """Belongs to one event loop.  Without a ``path`` the locks are between the jobs of this process only."""

    def __init__(self, path: Path | None) -> None:
        if path is None:
            self._descriptor = open_memory_file(0, 0).descriptor
        else:
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._held: set[int] = set()

    def close(self) -> None:
        """Let go of everything."""
        os.close(self._descriptor)

    @contextlib.asynccontextmanager
    async def hold(self, key: bytes, patience_s: float) -> AsyncIterator[None]:
        """Keep others from doing what ``key`` stands for; after ``patience_s`` go on without the lock."""
        async with self._one_of([_offset(key)], patience_s):
            yield

    @contextlib.asynccontextmanager
    async def slot(self, name: str, count: int, patience_s: float) -> AsyncIterator[None]:
        """Be one of at most ``count`` that do what ``name`` stands for; after ``patience_s`` go on all the same."""
        async with self._one_of([_offset(f"{name} {number}".encode()) for number in range(count)], patience_s):
            yield

    @contextlib.asynccontextmanager
    async def _one_of(self, offsets: list[int], patience_s: float) -> AsyncIterator[None]:
        taken = await self._wait(offsets, patience_s)
        try:
            yield
        finally:
            if taken is not None:
                self._release(taken)

    async def _wait(self, offsets: list[int], patience_s: float) -> int | None:
        give_up_at = time.monotonic() + patience_s
        pause_s = _FIRST_PAUSE_S
        while True:
            for offset in offsets:
                if self._take(offset):
                    return offset
            if time.monotonic() >= give_up_at:
                return None
            await asyncio.sleep(pause_s)  # the system has no lock that a loop can wait for
            pause_s = min(pause_s * 1.5, _LONGEST_PAUSE_S)

    def _take(self, offset: int) -> bool:
        if offset in self._held:
            return False
        try:
            _lock(self._descriptor, fcntl.F_WRLCK, offset)
        except OSError:
            return False
        self._held.add(offset)
        return True

    def _release(self, offset: int) -> None:
        self._held.discard(offset)
        with contextlib.suppress(OSError):
            _lock(self._descriptor, fcntl.F_UNLCK, offset)


def _offset(key: bytes) -> int:
    return int.from_bytes(sha256(key).digest()[:7], "big")


def _lock(descriptor: int, kind: int, offset: int) -> None:
    if sys.platform == "linux":
        fcntl.fcntl(descriptor, fcntl.F_OFD_SETLK, _FLOCK.pack(kind, os.SEEK_SET, offset, 1, 0))
    else:
        flags = fcntl.LOCK_UN if kind == fcntl.F_UNLCK else fcntl.LOCK_EX | fcntl.LOCK_NB
        fcntl.lockf(descriptor, flags, 1, offset)
