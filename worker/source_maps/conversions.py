"""Conversions of big source maps to index files, each in a separate process."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import os
import signal
import socket
import sys
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from typing import Self

import msgspec

from core.errors import FetchFailed
from core.failures import Failure, FailureKind
from core.text.buffers import Content
from worker.caches.cache_entries import Kind
from worker.caches.disk import FileStore
from worker.caches.stored_file import Draft, MappedFile, StoredFile, release_pages
from worker.caches.worker_metrics import WorkerMetrics
from worker.source_maps.convert import DISK_SPACE, Converted, Task, task_message
from worker.threads import Threads

_log = logging.getLogger(__name__)

_TRIES = 2  # of a process that is killed, as it may have been meant for another one


@dataclass(frozen=True, slots=True)
class ConversionLimits:
    """Limits of a host: conversions ``at_once``, and of each its memory in bytes, its time, and the wait for a turn."""

    at_once: int
    memory_bytes: int
    timeout_s: float
    longest_wait_s: float


class Conversions:
    """Belongs to one event loop.  A process has one large map read at a time, a host as many as ``limits`` say."""

    def __init__(self, limits: ConversionLimits, store: FileStore, threads: Threads, metrics: WorkerMetrics) -> None:
        """``threads`` are for files."""
        self._limits = limits
        self._store = store
        self._threads = threads
        self._metrics = metrics
        self._alone = asyncio.Semaphore(1)
        self._converter: _Converter | None = None

    async def convert(self, text: Content, minified: Content) -> Draft:
        """Return the index file of the source map ``text`` for the file ``minified``, made by another process.

        Raises FetchFailed: the map is malformed, or can't be read in the time and memory there are.
        """
        draft = self._store.draft()
        try:
            async with self._turn(), self._stored(text) as text_file, self._stored(minified) as minified_file:
                size = await self._converted(text_file, minified_file, draft)
            await self._threads.run(lambda: draft.cut(size))
        except BaseException:
            draft.discard()
            raise
        return draft

    async def close(self) -> None:
        """End the process that reads maps."""
        if self._converter is not None:
            await self._converter.close()

    @contextlib.asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        locks = self._store.locks
        async with (
            self._alone,
            locks.slot("big map", self._limits.at_once, self._limits.longest_wait_s),
        ):
            yield

    @contextlib.asynccontextmanager
    async def _stored(self, content: Content) -> AsyncIterator[StoredFile]:
        """Yield ``content`` as an open file: the one it was mapped from, or a copy."""
        with await self._threads.run(lambda: self._open(content)) as file:
            yield file

    def _open(self, content: Content) -> StoredFile:
        if isinstance(content, MappedFile):
            entry = self._store.open(bytes.fromhex(content.record.key))
            if isinstance(entry, StoredFile):
                if (entry.record.digest, entry.record.checksum) == (content.record.digest, content.record.checksum):
                    return entry
                entry.close()
        copy = self._store.draft()
        try:
            copy.write(content)
            release_pages(content)
            return copy.opened("", Kind.DERIVED, is_named=False)
        finally:
            copy.discard()

    async def _converted(self, text: StoredFile, minified: StoredFile, draft: Draft) -> int:
        for _ in range(_TRIES):
            converted = await self._in_some_room(text, minified, draft)
            if converted is not None:
                return self._size(converted, text, minified)
            await self._threads.run(draft.restart)
        self._metrics.big_map("died")
        raise FetchFailed(Failure(FailureKind.MALFORMED, f"{_TRIES} processes died of it"))

    async def _in_some_room(self, text: StoredFile, minified: StoredFile, draft: Draft) -> Converted | None:
        """Convert where there is room: on the disk, after some was made, or in memory."""
        full, size = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), (text.size + minified.size) // 2
        for find_room in (draft.find_room, draft.find_room_in_memory):
            converted = await self._in_time(text, minified, draft)
            if converted is None or converted.missing != DISK_SPACE:
                return converted
            await self._threads.run(partial(find_room, size, full))
        return await self._in_time(text, minified, draft)

    def _size(self, converted: Converted, text: StoredFile, minified: StoredFile) -> int:
        if converted.malformed is not None:
            self._metrics.big_map("malformed")
            raise FetchFailed(Failure(FailureKind.MALFORMED, converted.malformed))
        if converted.missing is not None:
            self._metrics.big_map("given up")
            _log.error(
                "no %s for a source map of %d bytes and its file of %d", converted.missing, text.size, minified.size
            )
            raise FetchFailed(self._given_up(converted.missing))
        self._metrics.big_map("read")
        return converted.size

    def _given_up(self, missing: str) -> Failure:
        if missing == "memory":
            return Failure(FailureKind.MALFORMED, f"it takes more than {self._limits.memory_bytes} bytes of memory")
        if missing == "time":
            return Failure(FailureKind.MALFORMED, f"it takes longer than {self._limits.timeout_s} s")
        return Failure(FailureKind.INTERNAL, f"there is no {missing}")

    async def _in_time(self, text: StoredFile, minified: StoredFile, draft: Draft) -> Converted | None:
        try:
            async with asyncio.timeout(self._limits.timeout_s):
                return await self._run(text, minified, draft)
        except TimeoutError:
            return Converted(missing="time")
        except OSError as error:
            _log.error("no process can be started to read a source map: %s", error)
            return Converted(missing="process")

    async def _run(self, text: StoredFile, minified: StoredFile, draft: Draft) -> Converted | None:
        """Return what a process says that came of it, None if it died."""
        task = Task(text.size, minified.size, self._limits.memory_bytes)
        started = time.perf_counter()
        files = [text.fileno(), minified.fileno(), draft.fileno()]
        try:
            if self._converter is not None:
                with contextlib.suppress(ConnectionError):  # it was killed
                    return await self._converter.read(task, files)
                await self._converter.close()
            self._converter = await _Converter.start()
            return await self._converter.read(task, files)
        finally:
            self._metrics.conversion(text.size, time.perf_counter() - started)


class _Converter:
    """The process ``worker.source_maps.convert``."""

    def __init__(self, process: Process, tasks: socket.socket) -> None:
        self._process = process
        self._tasks = tasks

    @classmethod
    async def start(cls) -> Self:
        """Start the process.  Raises OSError."""
        ours, theirs = socket.socketpair()
        with theirs:
            starting = asyncio.ensure_future(
                asyncio.create_subprocess_exec(
                    sys.executable,
                    "-P",
                    "-m",
                    "worker.source_maps.convert",
                    stdin=theirs.fileno(),  # closes with us, whatever we die of
                    # What interrupts the worker is for the worker to handle.  But no new session: Linux shares the
                    # cores among sessions first, whatever the niceness of their processes ("autogroup"), so half of
                    # them would be its own.
                    process_group=0,
                )
            )
            try:
                return cls(await asyncio.shield(starting), ours)
            except asyncio.CancelledError:
                await cls(await starting, ours).close()
                raise
            except BaseException:
                ours.close()
                raise

    async def read(self, task: Task, files: list[int]) -> Converted | None:
        """Return what came of a task, None if the process died that was at it.

        Raises OSError: ConnectionError if it was never begun, as the process that starts others is dead.
        """
        answer, theirs = os.pipe()
        try:
            socket.send_fds(self._tasks, [task_message(task)], [*files, theirs])
        except BaseException:
            os.close(answer)
            raise
        finally:
            os.close(theirs)
        try:
            answered = await _all_of(answer)
        except asyncio.CancelledError:
            with contextlib.suppress(OSError):
                self._tasks.send(task_message(Task()))  # ends it
            raise
        if not answered:
            raise ConnectionResetError("the process that starts others has died")
        return _decoded(answered)

    async def close(self) -> None:
        """End the process, and all that it has started."""
        self._tasks.close()
        with contextlib.suppress(ProcessLookupError):  # which would wait for ever if it was suspended
            os.killpg(self._process.pid, signal.SIGKILL)
        await asyncio.shield(asyncio.ensure_future(self._process.wait()))


async def _all_of(pipe: int) -> bytes:
    """Return all that comes out of a pipe, and close it."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    transport, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(pipe, "rb", buffering=0)
    )
    try:
        return await reader.read()
    finally:
        transport.close()


def _decoded(answer: bytes) -> Converted | None:
    try:
        return msgspec.json.decode(answer, type=Converted)
    except msgspec.DecodeError:
        _log.error("the process that read a source map has died")
        return None
